"""Folders of speech: LJSpeech's bars and wavs, Common Voice's lists and clips."""

from functools import partial
from pathlib import Path
from typing import Any, Final

from bot.exchange.raw import Meter, Opened, Raw, Rows
from bot.exchange.readers.encodings import encoding_of, reading

WAVS: Final = "wavs"
CLIPS: Final = "clips"
_NOT_TAKEN: Final = frozenset({"other", "invalidated", "reported", "unvalidated_sentences", "validated_sentences"})
"""Of Common Voice's tables: clips that nobody has listened to, or that were found wrong."""


def lists(folder: Path) -> list[Path]:
    """The tables in a folder of speech that name its sounds; none where it is no such folder."""
    if (folder / WAVS).is_dir():
        return [one for one in sorted(folder.glob("metadata*.csv")) if is_ljspeech(one)]
    if not (folder / CLIPS).is_dir():
        return []
    # What was validated holds the others, and clips beyond them.
    validated = folder / "validated.tsv"
    tables = [validated] if validated.is_file() else sorted(folder.glob("*.tsv"))
    return [one for one in tables if one.stem not in _NOT_TAKEN and is_voice(one)]


def is_voice(table: Path) -> bool:
    """Whether it is one of Common Voice's, in which a quotation mark is a letter like others."""
    return _columns(table) >= {"path", "sentence"}


def _columns(table: Path) -> set[str]:
    with table.open("rb") as file:
        return set(file.readline(10_000).decode("utf-8-sig", "replace").strip().split("\t"))


def is_ljspeech(path: Path) -> bool:
    """Whether a table has no header, but the name of a wav beside it in its first row."""
    if not (path.parent / WAVS).is_dir():
        return False
    with path.open("rb") as file:
        first = file.readline(100_000).decode("utf-8-sig", "replace").rstrip("\r\n").split("|")
    return len(first) in (2, 3) and _wav(path.parent, first[0]) is not None


def _wav(folder: Path, name: str) -> str | None:
    place = f"{WAVS}/{name}" if name.endswith(".wav") else f"{WAVS}/{name}.wav"
    return place if "\0" not in name and len(name) < 200 and (folder / place).is_file() else None


def open_ljspeech(path: Path) -> Opened:
    encoding, notes = encoding_of(path)
    return Opened(
        path=path,
        format="LJSpeech",
        rows=partial(_rows, path, encoding),
        base=path.parent,
        columns=("id", "audio"),
        notes=(*notes, "Of its texts the first is taken, as it was written."),
        types=("transcript",),
    )


def _rows(path: Path, encoding: str, meter: Meter) -> Rows:
    with reading(path, encoding, meter, newline="\n") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            cells = line.rstrip("\r\n").split("|")
            made: dict[str, Any] = {"id": cells[0], "audio": _wav(path.parent, cells[0]) or f"{WAVS}/{cells[0]}.wav"}
            if len(cells) in (2, 3):
                yield Raw(number, {**made, "label": cells[1]})
            else:
                yield Raw(number, made, f"it has {len(cells)} cells, and must have id|text|normalised text")
