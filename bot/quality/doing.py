"""What people did: how much of what, how fast, and when it will be enough."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np

from bot.quality.columns import QUARTER, Columns, Ints
from storage.columns import micros, moment

PACE_DAYS: Final = 7
FARTHEST: Final = 3650
"""Days; an end farther off is no expectation."""
DAY: Final = timedelta(days=1)
Besides: TypeAlias = tuple[int, str, bool, int]
"""(person, kind of answer, whether it still stands, how often)."""
NO_TIMES: Final = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Pace:
    """Labels on items in the last 24 hours and seven days. `per_day` is the mean of those seven days, or of the time
    since the first label where that is shorter, at least a day; None before any label. `wanted` labels are still asked
    for; at this pace they are there on `expected_end`."""

    last_day: int
    last_week: int
    per_day: float | None
    wanted: int
    expected_end: date | None


@dataclass(slots=True)
class Did:
    """One person: `labels` on items and on `gold` ones that stand, without those of what was withdrawn, and the `times`
    in milliseconds they took; the rest on any item."""

    labels: int = 0
    gold: int = 0
    skips: int = 0
    flags: int = 0
    late: int = 0
    superseded: int = 0
    times: Ints = field(default_factory=lambda: NO_TIMES)


@dataclass(slots=True)
class Done:
    """What people did, gold apart: labels on items by the quarter hour they were given in, and lately."""

    people: dict[int, Did]
    quarters: dict[int, int]
    first: int | None
    last_day: int
    last_week: int


def doing(found: Columns, besides: Iterable[Besides], gold: Iterable[tuple[int, int | None]], now: datetime) -> Done:
    """`besides` are answers that are no labels or do not stand, `gold` (person, milliseconds it took) of each label
    on a gold item."""
    people: dict[int, Did] = {}
    on_gold = list(gold)
    took = np.concatenate((found.took, np.array([-1 if each is None else each for _, each in on_gold], np.int64)))
    whose = np.concatenate((found.people, np.array([person for person, _ in on_gold], np.int64)))
    for person, times in _by_person(whose[took >= 0], took[took >= 0]):
        people.setdefault(person, Did()).times = times
    for person, labels in Counter(found.people.tolist()).items():
        people.setdefault(person, Did()).labels = labels
    for person, _ in on_gold:
        people.setdefault(person, Did()).gold += 1
    for person, kind, live, count in besides:
        _besides(people.setdefault(person, Did()), kind, live, count)
    quarters, counts = np.unique(found.moments // QUARTER, return_counts=True)
    return Done(
        people,
        dict(zip(quarters.tolist(), counts.tolist(), strict=True)),
        int(found.moments.min()) if len(found.moments) else None,
        int((found.moments > micros(now - DAY)).sum()),
        int((found.moments > micros(now - PACE_DAYS * DAY)).sum()),
    )


def _by_person(whose: Ints, took: Ints) -> Iterator[tuple[int, Ints]]:
    order = np.argsort(whose, kind="stable")
    people, starts = np.unique(whose[order], return_index=True)
    yield from zip(people.tolist(), np.split(took[order], starts[1:]), strict=False)


def _besides(person: Did, kind: str, live: bool, count: int) -> None:
    person.superseded += count * (not live)
    person.skips += count * (live and kind == "skip")
    person.flags += count * (live and kind == "flag")
    person.late += count * (live and kind == "late")


def pace(work: Done, wanted: int, now: datetime, zone: ZoneInfo) -> Pace:
    per_day, end = None, None
    if work.first is not None:
        since = (now - moment(work.first)) / DAY
        per_day = work.last_week / min(max(since, 1.0), float(PACE_DAYS))
    if wanted and per_day and wanted / per_day <= FARTHEST:
        end = (now + timedelta(days=wanted / per_day)).astimezone(zone).date()
    return Pace(work.last_day, work.last_week, per_day, wanted, end)


def days(work: Done, zone: ZoneInfo) -> tuple[tuple[date, int], ...]:
    """Labels by the day in that time zone."""
    found: dict[date, int] = {}
    for quarter, count in sorted(work.quarters.items()):
        day = moment(quarter * QUARTER).astimezone(zone).date()
        found[day] = found.get(day, 0) + count
    return tuple(found.items())


def seconds(milliseconds: Ints) -> float | None:
    """The median."""
    return float(np.median(milliseconds)) / 1000 if len(milliseconds) else None
