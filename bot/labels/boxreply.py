"""What a typed line says of boxes: "B3 F7 car" adds one, "2 car" names one, "-2" drops one and "+2" keeps it again."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.labels.base import BadAnswer, cut
from bot.labels.menu import index_of
from bot.labels.names import QUOTED, called, named, storable
from bot.labels.sketch import UNKNOWN
from bot.project import Question
from bot.wording import phrase


@dataclass(frozen=True, slots=True)
class Corners:
    """Two corner cells and what is in the box, UNKNOWN where that was not said."""

    first: str
    second: str
    label: int


@dataclass(frozen=True, slots=True)
class Corner:
    """One cell alone: enough where the other corner is known."""

    cell: str


@dataclass(frozen=True, slots=True)
class Names:
    number: int
    label: int


@dataclass(frozen=True, slots=True)
class Drops:
    number: int
    dropped: bool


Line = Corners | Corner | Names | Drops

_CELL: Final = r"([A-Za-z])\s?([0-9]{1,3})"
_PAIR: Final = rf"{_CELL}\s*(?:[-–—−:/.&→]|and|to|und|bis)?\s*{_CELL}"
_CORNERS: Final = re.compile(rf"{_PAIR}(?:(?:\s*[:=]\s*|\s+)(?P<label>.+))?", re.DOTALL)
_LABEL_FIRST: Final = re.compile(rf"(?P<label>.+?)\s*[:=]?\s+{_PAIR}", re.DOTALL)
_CORNER: Final = re.compile(rf"{_CELL}(?P<label>\s.*)?", re.DOTALL)
_DROPS: Final = re.compile(r"([-–—−+])\s*#?([0-9]{1,3})")
_NAMES: Final = re.compile(r"#?([0-9]{1,3})\s*[:=.)]?\s*(?P<label>[^0-9\s].*)", re.DOTALL)

_BLANKS: Final = re.compile(r"\s{2,}")
"""Made one each before anything is matched: of a thousand in a row the patterns would try every part of every part."""


def _one_blank(run: re.Match[str]) -> str:
    return "\n" if "\n" in run[0] else " "


def lines(question: Question, text: str) -> list[Line]:
    """All that a text says, parted by commas, semicolons or line breaks. Raises BadAnswer with what is possible."""
    text = _BLANKS.sub(_one_blank, unicodedata.normalize("NFKC", storable(text)).strip())
    pieces = [piece.strip() for piece in re.split(r"[,;\n]", text) if piece.strip()]
    if len(pieces) > 1 and _label_has_comma(question, text):
        pieces = [text]
    if not pieces:
        raise BadAnswer(phrase("boxes.unclear", text="", label=example(question)))
    return [_line(question, piece) for piece in _joined(question, pieces)]


def _joined(question: Question, pieces: Sequence[str]) -> list[str]:
    """Cells and a label that only commas part are one box: "B3, F7, car"."""
    found: list[str] = []
    for piece in pieces:
        if found and _goes_on(question, found[-1], piece):
            found[-1] += f" {piece}"
        else:
            found.append(piece)
    return found


def _goes_on(question: Question, before: str, piece: str) -> bool:
    if called(question, before):
        return False
    corner, corners = _CORNER.fullmatch(before), _CORNERS.fullmatch(before)
    if corner and not corner["label"]:
        return _CORNER.fullmatch(piece) is not None and _CORNERS.fullmatch(piece) is None
    return corners is not None and not corners["label"] and bool(called(question, piece))


def _label_has_comma(question: Question, text: str) -> bool:
    found = _CORNERS.fullmatch(text) or _LABEL_FIRST.fullmatch(text) or _NAMES.fullmatch(text)
    return found is not None and bool(found["label"]) and bool(called(question, found["label"]))


def _line(question: Question, text: str) -> Line:
    found = _CORNERS.fullmatch(text)
    if found:
        return _corners(question, found.groups()[:4], found["label"])
    found = _LABEL_FIRST.fullmatch(text)
    if found:
        return _corners(question, found.groups()[1:], found["label"])
    found = _DROPS.fullmatch(text)
    if found:
        return Drops(int(found[2]), found[1] != "+")
    found = _CORNER.fullmatch(text)
    if found and not called(question, text):
        if found["label"]:
            raise BadAnswer(phrase("boxes.one_cell", cell=f"{found[1]}{found[2]}".upper(), label=example(question)))
        return Corner(f"{found[1]}{int(found[2])}".upper())
    found = _NAMES.fullmatch(text)
    if found:
        return Names(int(found[1]), _label(question, found["label"]))
    known = called(question, text)
    if known:
        raise BadAnswer(phrase("boxes.where", label=known[0].title))
    raise BadAnswer(phrase("boxes.unclear", text=cut(text, QUOTED), label=example(question)))


def _corners(question: Question, cells: Sequence[str], label: str | None) -> Corners:
    column, row, other_column, other_row = cells
    said = _label(question, label) if label else UNKNOWN
    return Corners(f"{column}{int(row)}".upper(), f"{other_column}{int(other_row)}".upper(), said)


def _label(question: Question, text: str) -> int:
    """Raises BadAnswer for what is no label, with the labels there are."""
    return int(index_of(question, named(question, text, False)))


def example(question: Question) -> str:
    """A label to show in a sentence."""
    return next((label.name for label in question.labels if not question.under(label.name)), "")
