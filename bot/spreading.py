"""A changed overlap, or changed labels where people are weighed, or a new candour where overlap is adaptive, brought to
the items beside people's taps: what is not sure enough any more is open again, what is sure by now is closed."""

import json
import time
import zlib
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from bot import settling, stored, weighing
from bot.project import Project
from storage import overlap, skills
from storage.database import Database, Transaction, run

SPREAD: Final = "overlap"
"""The run that does it, in small transactions."""
LOOKED_AT: Final = 200
JUDGED: Final = 50
"""Items that one transaction looks at, and of these such with answers, at most."""
SECONDS: Final = 0.01
"""What a transaction is to last: as many items are judged in it as took so long in the one before."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a spreading is: the id of the item it came to, under which version and candour of the project, how many
    items with answers to judge next, and whether a fixed overlap has been brought to all, so that what is left is
    counting."""

    after: int = 0
    under: tuple[int, float | None] = (0, None)
    judged: int = 1
    placed: bool = False


def spread(database: Database, project: int) -> None:
    """In small transactions. What was killed on its way begins anew, and so does what another change overtakes."""
    if run(database, lambda tx: _is_spread(tx, project)):
        return
    place: _Place | None = _Place()
    while place is not None:
        place = run(database, partial(_some, project=project, place=place))


def _is_spread(tx: Transaction, project: int) -> bool:
    return overlap.is_spread(tx, project, _mark(stored.by_id(tx, project)[1], skills.candour(tx, project)))


def _some(tx: Transaction, project: int, place: _Place) -> _Place | None:
    """None at the end."""
    row, asked = stored.by_id(tx, project)
    under = row.version, skills.candour(tx, project)
    if under != place.under:
        place = _Place(0, under, place.judged)
    if asked.adaptive is not None or place.placed:
        return _count(tx, project, asked, place)
    after = overlap.set_overlap(tx, project, asked.overlap, place.after, LOOKED_AT)
    return replace(place, after=after, placed=not after) if after or weighing.weighs(asked) else None


def _count(tx: Transaction, project: int, asked: Project, place: _Place) -> _Place | None:
    """Items' answers counted, and where overlap is adaptive judged, anew."""
    began, (version, candour) = time.perf_counter(), place.under
    coming = skills.coming(tx, project, place.after, LOOKED_AT)
    answered = [one.id for one in coming if one.answered][: place.judged]
    last = answered[-1] if len(answered) == place.judged else coming[-1].id if coming else 0
    ended = len(coming) < LOOKED_AT and (not coming or last == coming[-1].id)
    with settling.changed(tx, project, asked, version, [one.id for one in coming if one.id <= last]):
        overlap.note(tx, project, _mark(asked, candour) if ended else None)
    share = SECONDS / max(1e-6, time.perf_counter() - began)
    judged = max(1, min(JUDGED, 2 * place.judged, int(place.judged * share)))
    return None if ended else replace(place, after=last, judged=judged)


def _mark(project: Project, candour: float | None) -> int:
    """What tells one way to overlap from others: the number, and where people are weighed one under 0 of the rules, the
    labels, and how far a confidence is believed."""
    if not weighing.weighs(project):
        return project.overlap
    adaptive = project.adaptive
    rules = [project.overlap] if adaptive is None else [adaptive.min, adaptive.max, adaptive.confidence]
    asked = [
        (one.name, one.type, dict(one.options), [(label.name, label.was) for label in one.labels])
        for one in project.questions
    ]
    said = json.dumps([*rules, candour, asked], sort_keys=True)
    return -1 - zlib.crc32(said.encode()) % 2**31
