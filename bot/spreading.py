"""A changed overlap, or changed labels or a new candour where overlap is adaptive, brought to the items beside people's
taps: what was closed and is not sure enough any more is open again, what is sure by now is closed."""

import json
import time
import zlib
from dataclasses import dataclass
from functools import partial
from typing import Final

from bot import settling, stored
from bot.project import Project
from storage import overlap, skills
from storage.database import Database, Transaction, run

LOOKED_AT: Final = 200
JUDGED: Final = 50
"""Items that one transaction looks at, and of these such with answers, at most."""
SECONDS: Final = 0.01
"""What a transaction is to last: as many items are judged in it as took so long in the one before."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a spreading is: the id of the item it came to, under which version and candour of the project, and how many
    items with answers to judge next."""

    after: int = 0
    under: tuple[int, float | None] = (0, None)
    judged: int = 1


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
    began = time.perf_counter()
    row, asked = stored.by_id(tx, project)
    under = row.version, skills.candour(tx, project)
    after = place.after if under == place.under else 0
    if asked.adaptive is None:
        after = overlap.set_overlap(tx, project, asked.overlap, after, LOOKED_AT)
        return _Place(after, under, place.judged) if after else None
    coming = skills.coming(tx, project, after, LOOKED_AT)
    answered = [one.id for one in coming if one.answered][: place.judged]
    last = answered[-1] if len(answered) == place.judged else coming[-1].id if coming else 0
    ended = len(coming) < LOOKED_AT and (not coming or last == coming[-1].id)
    with settling.changed(tx, project, asked, row.version, [one.id for one in coming if one.id <= last]):
        overlap.note(tx, project, _mark(asked, under[1]) if ended else None)
    share = SECONDS / max(1e-6, time.perf_counter() - began)
    judged = max(1, min(JUDGED, 2 * place.judged, int(place.judged * share)))
    return None if ended else _Place(last, under, judged)


def _mark(project: Project, candour: float | None) -> int:
    """What tells one way to overlap from others: the number, and else one under 0 of the rules, the labels and how far
    their confidence is believed."""
    adaptive = project.adaptive
    if adaptive is None:
        return project.overlap
    asked = [
        (one.name, one.type, dict(one.options), [(label.name, label.was) for label in one.labels])
        for one in project.questions
    ]
    said = json.dumps([adaptive.min, adaptive.max, adaptive.confidence, asked, candour], sort_keys=True)
    return -1 - zlib.crc32(said.encode()) % 2**31
