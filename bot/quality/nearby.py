"""Drawings and transcripts as votes: people whose labels are near enough to each other have said the same.

So their skill is in whole numbers, too: how often what they gave was near what most gave, or what is known.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from bot.labels import LABEL_TYPES
from bot.labels.base import Label
from bot.project import Question

SAME: Final = 2 / 3
"""Of the distance that still counts as right, the part within which two people say the same: boxes with an IoU of two
thirds. With the whole of it two who are both a little wrong agree too easily, with a half small things that all drew
well are not alike; tried on crews with steady and unsteady hands."""
NEAR: Final = 0.05
"""The distance that counts as right where only equal labels do: a transcript may differ in one character of twenty."""
LONGEST: Final = 6_000
"""Characters of two labels up to which they are compared, and else only told equal from not: two texts or masks of
3,000 take 1 ms (`python -m benchmarks.settling`)."""
MARKS: Final = 30
"""The same of boxes of one label: pairing grows with the cube of their number, thirty with thirty take 0.7 ms."""


def near(question: Question) -> Callable[[Label, Label], bool]:
    """Whether two people's labels say the same."""
    kind = LABEL_TYPES[question.type]
    distance, bound = kind.distance(question), max(SAME * kind.RIGHT, NEAR)
    return lambda one, other: one == other or (_quick(one, other) and distance(one, other) <= bound)


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


def _quick(one: Label, other: Label) -> bool:
    return _length(one) + _length(other) <= LONGEST and max(_marks(one), _marks(other)) <= MARKS


def _length(label: Label) -> int:
    """Of all texts in it; a mask's runs are one."""
    if isinstance(label, str):
        return len(label)
    if isinstance(label, Mapping):
        return sum(_length(value) for value in label.values())
    return sum(_length(value) for value in label) if isinstance(label, Sequence) else 0


def _marks(label: Label) -> int:
    return len(label) if isinstance(label, list) else 0
