"""What suggestions do to labels: accuracy and time where they were shown against where they were withheld at random,
and how often wrong ones were taken over.

Right is what most of the *others* said of the item: its own answer has no say in what an answer is held against, and a
model never has. Gold items stand apart, for they never show the suggestion they have, so what they show was not left to
chance; on them wrong suggestions are held against none.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from statistics import median
from typing import Final

from sqlalchemy import Connection

from bot.quality.coding import Coded, Coding
from bot.quality.intervals import Interval, newcombe, wilson
from storage import figures
from storage.figures import Aided

ENOUGH: Final = 30
"""Labels of both kinds, below which an interval is too wide to say anything."""

ON_GOLD: Final = {"wrong": "wrong", "withheld": "bare"}
"""What is counted there. An item that became gold later may have been shown its suggestion before: that is neither."""


@dataclass(frozen=True, slots=True)
class Arm:
    """Labels given with a suggestion in sight, or without: of `judged` ones `right` were right, of `labels` `same` were
    what is suggested. Seconds are the median of the answers."""

    answers: int
    labels: int
    same: int
    judged: int
    right: int
    accuracy: float | None
    same_share: float | None
    median_seconds: float | None


@dataclass(frozen=True, slots=True)
class Aids:
    """`difference` is the accuracy of `shown` less that of `withheld`, `interval` its 95 %; None where either has too
    few. `wrong` and `bare` are gold cards with a wrong suggestion and with none: how often the wrong one was taken over
    is `same` of `wrong`, with `taken_over` its 95 %."""

    shown: Arm
    withheld: Arm
    difference: float | None
    interval: Interval | None
    wrong: Arm
    bare: Arm
    taken_over: Interval | None

    @property
    def any(self) -> bool:
        return any(arm.answers for arm in (self.shown, self.withheld, self.wrong, self.bare))


@dataclass(slots=True)
class _Count:
    answers: int = 0
    labels: int = 0
    same: int = 0
    judged: int = 0
    right: int = 0
    times: list[int] = field(default_factory=list)

    def arm(self) -> Arm:
        return Arm(
            self.answers,
            self.labels,
            self.same,
            self.judged,
            self.right,
            self.right / self.judged if self.judged else None,
            self.same / self.labels if self.labels else None,
            median(self.times) / 1000 if self.times else None,
        )


def aids(connection: Connection, project: int, coding: Coding) -> Aids:
    counts = {kind: _Count() for kind in ("shown", "withheld", "wrong", "bare")}
    for _, given in groupby(figures.aided(connection, project), key=lambda one: one.item):
        _item(list(given), coding, counts)
    shown, withheld, wrong = counts["shown"], counts["withheld"], counts["wrong"]
    enough = min(shown.judged, withheld.judged) >= ENOUGH
    return Aids(
        shown=shown.arm(),
        withheld=withheld.arm(),
        difference=shown.right / shown.judged - withheld.right / withheld.judged if enough else None,
        interval=newcombe(shown.right, shown.judged, withheld.right, withheld.judged) if enough else None,
        wrong=wrong.arm(),
        bare=counts["bare"].arm(),
        taken_over=wilson(wrong.same, wrong.labels) if wrong.labels else None,
    )


def _item(given: Sequence[Aided], coding: Coding, counts: dict[str, _Count]) -> None:
    coded = [coding.answer(one.label) for one in given]
    gold = given[0].gold
    right = None if gold is None else coding.answer(gold)
    tallies = [Counter(code for code in column if code is not None) for column in zip(*coded, strict=True)]
    for one, codes in zip(given, coded, strict=True):
        kind = one.aid if gold is None else ON_GOLD.get(one.aid or "")
        if kind is None or (kind == "wrong") != (one.planted is not None):
            continue  # such as an answer with a wrong suggestion that was imported: nobody knows any more which it was
        count = counts[kind]
        count.answers += 1
        if one.milliseconds is not None:
            count.times.append(one.milliseconds)
        said = _suggested(coding, one.suggestion if one.planted is None else one.planted)
        for place, code in _labels(codes, said):
            count.labels += 1
            count.same += code == said[place]
            wanted = right[place] if right is not None else _others(tallies[place], code, coding, place)
            if wanted is not None:
                count.judged += 1
                count.right += coding.coders[place].distance(code, wanted) <= coding.coders[place].type.RIGHT


def _labels(codes: Coded, said: Coded) -> Iterator[tuple[int, int]]:
    """(question's place, label) of the questions that something is suggested to and that were answered."""
    return ((place, code) for place, code in enumerate(codes) if code is not None and said[place] is not None)


def _suggested(coding: Coding, suggestion: str | None) -> Coded:
    return (None,) * len(coding.coders) if suggestion is None else coding.suggestion(suggestion)


def _others(tally: Counter[int], mine: int, coding: Coding, place: int) -> int | None:
    """What most others said; None where they are none, or at odds, or where labels are free, which are rarely equal."""
    if not coding.coders[place].type.CATEGORICAL:
        return None
    others = tally - Counter([mine])
    return _most(others.most_common(2))


def _most(often: Iterable[tuple[int, int]]) -> int | None:
    first, *second = list(often) or [(0, 0)]
    return None if not first[1] or (second and second[0][1] == first[1]) else first[0]
