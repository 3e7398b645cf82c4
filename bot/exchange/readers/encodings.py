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
_HEAD = 4096
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    # Before those of UTF-16, one of which is its first half.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")


def encoding_of(path: Path) -> tuple[str, tuple[str, ...]]:
    """(encoding, notes). What is no UTF-8 is read as Windows writes the West's languages, and a note says so. Raises
    BadImport for what is no text."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
        for mark, name in _MARKS:
            if head.startswith(mark):
                return name, ()
        if wide := _wide(head):
            return wide, (f"{path.name} is read as {wide.upper()}, which it does not say.",)
        file.seek(0)
        if _decodes(file):
            return "utf-8", ()
    if b"\0" in head:
        raise BadImport(f"{path.name} is no text, or in an encoding that cannot be told; save it as UTF-8.")
    return "cp1252", (
        f"{path.name} is not UTF-8; it is read as Windows-1252. If letters look wrong, save it as UTF-8.",
    )


def _wide(head: bytes) -> str | None:
    """The encoding of two or four bytes a character that it looks like: plain letters leave every other byte empty."""
    for name in _WIDE:
        width = 4 if "32" in name else 2
        whole = head[: len(head) // width * width]
        # An odd number of halves of one character may stand at the end of the head.
        text = whole.decode(name, "ignore")
        ascii_letters = sum(1 for letter in text if "\0" < letter < "\x80")
        if "\0" not in text and ascii_letters * 2 > len(whole) // width > 0:
            return name
    return None


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
