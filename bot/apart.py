"""Two answers to the same item told side by side: only what differs, and from where it differs."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.characters import cut
from bot.labels import LABEL_TYPES, pieces, transcript
from bot.labels.base import Label
from bot.project import Question
from bot.wording import say

LENGTH: Final = 120
"""Characters of each of the two."""
BEFORE: Final = 30
"""Characters before the first difference that stay, at most."""


def side_by_side(
    language: str, questions: Sequence[Question], mine: Mapping[str, Label], other: Mapping[str, Label]
) -> tuple[str, str]:
    """Both in a few words, by the questions they differ in. Labels that are told alike, such as a box elsewhere, come
    out equal."""
    one, two = (_described(language, questions, label) for label in (mine, other))
    start = _start(one, two)
    return _from(one, start), _from(two, start)


def _described(language: str, questions: Sequence[Question], label: Mapping[str, Label]) -> str:
    return ", ".join(_told(language, one, label[one.name]) for one in questions if label.get(one.name) is not None)


def _told(language: str, question: Question, label: Label) -> str:
    """A transcript is told whole here: where it is usually cut off, two of them are often equal still."""
    kind = LABEL_TYPES[question.type]
    whole = " ".join(pieces.words(label).split()) if kind is transcript else ""
    return whole or say(language, kind.describe(question, label))


def _start(one: str, two: str) -> int:
    """Where both begin, at a word, where one of them would be cut off before they differ."""
    same = next((at for at, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    if one == two or max(len(one), len(two)) <= LENGTH:
        return 0
    return max(0, one.rfind(" ", 0, max(0, same - BEFORE)) + 1)


def _from(text: str, start: int) -> str:
    return cut(f"…{text[start:]}" if start else text, LENGTH)
