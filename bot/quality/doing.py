"""What people did: how much of what, how fast, and when it will be enough."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from storage import figures
from storage.columns import micros, moment

PACE_DAYS: Final = 7
FARTHEST: Final = 3650
"""Days; an end farther off is no expectation."""
DAY: Final = timedelta(days=1)
QUARTER: Final = 900_000_000
"""Microseconds of a quarter of an hour: every time zone is off by a whole number of these."""


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
    times: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Done:
    """What people did, gold apart: labels on items by the quarter hour they were given in, and lately."""

    people: dict[int, Did]
    quarters: dict[int, int]
    first: int | None
    last_day: int
    last_week: int


def doing(connection: Connection, project: int, now: datetime) -> Done:
    people: dict[int, Did] = {}
    quarters: dict[int, int] = {}
    gold, withdrawn = figures.gold_items(connection, project), figures.withdrawn_items(connection, project)
    first, last_day, last_week = None, 0, 0
    day, week = micros(now - DAY), micros(now - PACE_DAYS * DAY)
    for item, person, kind, live, milliseconds, at in figures.given(connection, project):
        one = people.get(person) or people.setdefault(person, Did())
        if not live or kind != "label":
            _besides(one, kind, bool(live))
            continue
        if item in withdrawn:
            continue
        if milliseconds is not None:
            one.times.append(milliseconds)
        if item in gold:
            one.gold += 1
            continue
        one.labels += 1
        quarters[at // QUARTER] = quarters.get(at // QUARTER, 0) + 1
        first = at if first is None or at < first else first
        if at > week:
            last_week += 1
            last_day += at > day
    return Done(people, quarters, first, last_day, last_week)


def _besides(person: Did, kind: str, live: bool) -> None:
    person.superseded += not live
    person.skips += live and kind == "skip"
    person.flags += live and kind == "flag"
    person.late += live and kind == "late"


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


def seconds(milliseconds: Sequence[int]) -> float | None:
    return median(milliseconds) / 1000 if milliseconds else None
