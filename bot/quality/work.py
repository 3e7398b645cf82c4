"""Work done, fairly counted: what each person did in a stretch of time, as it is paid for and answered for.

A person is active from when a card was shown to them until they answered it, or from their answer before where that is
later; of each such stretch at most five minutes count. It belongs to the moment of the answer, so that the figures of
days add up to those of their month, and nothing that comes later changes them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot.project import Project
from bot.quality.coding import Coding
from storage import figures
from storage import work as stored
from storage.columns import micros
from storage.work import Done, Period

IDLE: Final = timedelta(minutes=5)
"""Of a longer stretch nobody knows whether it was work."""
IDLE_MICROSECONDS: Final = int(IDLE.total_seconds()) * 1_000_000
DAY: Final = timedelta(days=1)


@dataclass(slots=True)
class Work:
    """`answers` are labels that stand, gold among them, without late ones; `superseded` answers of any kind that were
    taken back or corrected since; `accepted` those of `answers` that a reviewer decided alike. `active_seconds` are
    whole."""

    answers: int = 0
    late: int = 0
    superseded: int = 0
    accepted: int = 0
    skips: int = 0
    flags: int = 0
    active_seconds: int = 0

    @property
    def active_minutes(self) -> float:
        return round(self.active_seconds / 60, 2)

    def as_json(self) -> dict[str, int]:
        return asdict(self)

    def less(self, other: "Work") -> "Work":
        """What is more, or less, here than in `other`."""
        mine, theirs = self.as_json(), other.as_json()
        return Work(**{name: mine[name] - theirs[name] for name in mine})

    def plus(self, other: "Work") -> "Work":
        mine, theirs = self.as_json(), other.as_json()
        return Work(**{name: mine[name] + theirs[name] for name in mine})

    def __bool__(self) -> bool:
        return any(self.as_json().values())


FIGURES: Final = tuple(one.name for one in fields(Work))
KINDS: Final = {"label": "answers", "late": "late", "skip": "skips", "flag": "flags"}


def days(first: date, last: date, zone: str) -> tuple[datetime, datetime]:
    """From the midnight that begins `first` to the one that ends `last`, as UTC: 23 or 25 hours where clocks change."""
    ends = (datetime.combine(day, time.min, ZoneInfo(zone)) for day in (first, last + DAY))
    since, until = (end.astimezone(UTC) for end in ends)
    return since, until


def zone_of(project: Project) -> str:
    return project.summary.timezone if project.summary else "UTC"


def counted(done: Iterable[Done], since: int) -> dict[int, Work]:
    """Each person's work, `accepted` apart. `done` is in each person's order; what was before `since` (UTC
    microseconds) only says when they had answered last."""
    found: dict[int, Work] = {}
    active: dict[int, int] = {}
    before: dict[int, int] = {}
    for person, kind, live, milliseconds, at in done:
        if at >= since:
            one = found.setdefault(person, Work())
            name = KINDS[kind] if live else "superseded"
            setattr(one, name, getattr(one, name) + 1)
            active[person] = active.get(person, 0) + stretch(before.get(person), milliseconds, at)
        before[person] = at
    for person, one in found.items():
        one.active_seconds = active[person] // 1_000_000
    return found


def stretch(before: int | None, milliseconds: int | None, at: int) -> int:
    """The microseconds that an answer at `at` took: since its card was shown, not since before the answer `before` it
    and never more than IDLE. Where nobody knows how long its card stood, it is the time since an answer at most IDLE
    before, else nothing."""
    since = at - IDLE_MICROSECONDS - 1 if before is None else before
    if milliseconds is None:
        return at - since if at - since <= IDLE_MICROSECONDS else 0
    return min(at - since, milliseconds * 1000, IDLE_MICROSECONDS)


def accepted(decided: Iterable[tuple[int, str, str]], project: Project) -> dict[int, int]:
    """How many labels of each person a reviewer decided alike: for each question at most as far apart as counts as
    right for its type."""
    coding = Coding(project, figures.SEPARATOR)
    found: dict[int, int] = {}
    for person, label, decision in decided:
        found[person] = found.get(person, 0) + _alike(coding, label, decision)
    return found


def _alike(coding: Coding, label: str, decision: str) -> bool:
    for coder, mine, right in zip(coding.coders, coding.answer(label), coding.answer(decision), strict=True):
        if (mine is None) != (right is None):
            return False
        if mine is not None and right is not None and coder.distance(mine, right) > coder.type.RIGHT:
            return False
    return True


def recount(connection: Connection, key: int, project: Project, since: datetime, until: datetime) -> Mapping[str, Work]:
    """Everybody's work in [since, until) by pseudonym, from the answers as they are now. For a connection that cannot
    write and is of one moment: it reads for seconds where there are millions."""
    found = counted(stored.done(connection, key, since - IDLE, until), micros(since))
    for person, count in accepted(stored.decided(connection, key, since, until), project).items():
        found[person].accepted = count
    return {one.public: found[one.id] for one in figures.participants(connection, key) if one.id in found}


def frozen(work: Mapping[str, Work]) -> dict[str, Any]:
    """As a closed period keeps them."""
    return {public: one.as_json() for public, one in sorted(work.items())}


def thawed(kept: Mapping[str, Mapping[str, int]]) -> dict[str, Work]:
    """Figures that a period closed by an older version did not have are 0."""
    return {public: Work(**{name: one.get(name, 0) for name in FIGURES}) for public, one in kept.items()}


def since_closing(connection: Connection, key: int, project: Project, closed: Iterable[Period]) -> dict[str, Work]:
    """What recounts of closed periods say differently, taken together."""
    total: dict[str, Work] = {}
    for period in closed:
        now = recount(connection, key, project, period.since, period.until)
        for public, one in changes(now, thawed(period.figures)).items():
            total[public] = total.get(public, Work()).plus(one)
    return {public: one for public, one in total.items() if one}


def changes(now: Mapping[str, Work], then: Mapping[str, Work]) -> dict[str, Work]:
    """What a recount says differently, by pseudonym; nobody of whom it says the same."""
    everyone = sorted({*now, *then})
    apart = {public: now.get(public, Work()).less(then.get(public, Work())) for public in everyone}
    return {public: one for public, one in apart.items() if one}
