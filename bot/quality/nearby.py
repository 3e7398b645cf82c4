"""Drawings and transcripts as votes: people whose labels are near enough to each other have said the same.

So their skill is in whole numbers, too: how often what they gave was near what most gave, or what is known.
"""

from collections.abc import Callable, Sequence
from typing import Final

from bot.labels import LABEL_TYPES, pieces
from bot.labels.base import Label
from bot.project import Question

SAME: Final = 2 / 3
"""Of the distance that still counts as right, the part within which two people say the same: boxes with an IoU of two
thirds. With the whole of it two who are both a little wrong agree too easily, with a half small things that all drew
well are not alike; tried on crews with steady and unsteady hands."""
NEAR: Final = 0.05
"""The distance that counts as right where only equal labels do: a transcript may differ in one character of twenty."""
LARGEST: Final = {"transcript": 4_000, "masks": 8_000, "boxes": 30}
"""Characters of two transcripts, of two masks' runs, and boxes of two labels, up to which they are compared; else they
are only told equal from not. Ten labels that are all different take 15 ms then (`python -m benchmarks.settling`)."""


def near(question: Question) -> Callable[[Label, Label], bool]:
    """Whether two people's labels say the same."""
    kind = LABEL_TYPES[question.type]
    distance, bound = kind.distance(question), max(SAME * kind.RIGHT, NEAR)
    most = LARGEST.get(question.type, 0)

    def alike(one: Label, other: Label) -> bool:
        return one == other or (_size(one) + _size(other) <= most and distance(one, other) <= bound)

    return alike


def right(question: Question) -> Callable[[Label, Label], bool]:
    """Whether a label is as good as the known one. However long that takes."""
    kind = LABEL_TYPES[question.type]
    distance, votes = kind.distance(question), kind.parts(question, ()) is not None
    bound = kind.RIGHT if votes else max(kind.RIGHT, NEAR)
    return lambda label, known: distance(label, known) <= bound


def groups(question: Question, labels: Sequence[Label]) -> list[int]:
    """For each label the place of the first one that it is near, itself where there is none."""
    alike, leaders, found = near(question), list[int](), list[int]()
    for place, label in enumerate(labels):
        leader = next((one for one in leaders if alike(labels[one], label)), place)
        if leader == place:
            leaders.append(place)
        found.append(leader)
    return found


def _size(label: Label) -> int:
    """As `LARGEST` counts it."""
    if isinstance(label, list):
        return sum(len(str(one.get("counts", "1"))) for one in label)
    return len(pieces.words(label))
