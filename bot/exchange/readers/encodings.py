"""Which encoding a text file is in, and reading it while counting how far one has come."""

import codecs
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from bot.exchange.problems import BadImport
from bot.exchange.raw import Meter

BLOCK = 1 << 20
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def encoding_of(path: Path) -> tuple[str, tuple[str, ...]]:
    """(encoding, notes). What is no UTF-8 is read as Latin-1, and a note says so."""
    with path.open("rb") as file:
        head = file.read(1024)
        for mark, name in _MARKS:
            if head.startswith(mark):
                return name, ()
        if (wide := _wide(head)) is not None:
            return wide, ()
        file.seek(0)
        if _decodes(file):
            return "utf-8", ()
    return "latin-1", (f"{path.name} is not UTF-8; it is read as Latin-1. If letters look wrong, save it as UTF-8.",)


def _wide(head: bytes) -> str | None:
    """UTF-16 that does not say so: every other byte of its plain letters is zero."""
    low, high = head[1::2].count(0), head[::2].count(0)
    if max(low, high) * 4 < len(head) or min(low, high):
        return None
    return "utf-16-le" if low else "utf-16-be" if high else None


def _decodes(file: IO[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while block := file.read(BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


class _Counting(io.RawIOBase):
    """A file that tells a meter how much of it was read."""

    def __init__(self, file: IO[bytes], meter: Meter) -> None:
        self._file = file
        self._meter = meter

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        count = cast(int, self._file.readinto(buffer))  # type: ignore[attr-defined]
        self._meter.done += count
        return count


@contextmanager
def reading(path: Path, encoding: str, meter: Meter, newline: str | None = "") -> Iterator[io.TextIOWrapper]:
    """The file as text; raises BadImport where it cannot be opened."""
    try:
        file = path.open("rb", buffering=0)
    except OSError as error:
        raise BadImport(f"{path.name} cannot be opened: {error.strerror}.") from error
    with file:
        meter.total += path.stat().st_size
        buffered = io.BufferedReader(_Counting(file, meter), BLOCK)
        yield io.TextIOWrapper(buffered, encoding, errors="replace", newline=newline)
