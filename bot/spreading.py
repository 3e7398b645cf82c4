"""A changed overlap, or changed labels where overlap is adaptive, brought to the items beside people's taps."""

import json
import zlib
from functools import partial
from typing import Final

from bot import settling, stored
from bot.project import Project
from storage import overlap, skills
from storage.database import Database, Transaction, run

LOOKED_AT: Final = 200
JUDGED: Final = 20
"""Items that one transaction looks at, and of these such with answers: it is to last 20 ms at most."""


def spread(database: Database, project: int) -> None:
    """In small transactions. What was killed on its way begins anew, and so does what another change overtakes."""
    if run(database, lambda tx: overlap.is_spread(tx, project, _mark(stored.by_id(tx, project)[1]))):
        return
    after, version = 0, 0
    while True:
        after, version = run(database, partial(_some, project=project, after=after, version=version))
        if not after:
            return


def _some(tx: Transaction, project: int, after: int, version: int) -> tuple[int, int]:
    """(the id of an item to go on after, 0 at the end; the version it was done for)."""
    row, asked = stored.by_id(tx, project)
    after = after if row.version == version else 0
    if asked.adaptive is None:
        return overlap.set_overlap(tx, project, asked.overlap, after, LOOKED_AT), row.version
    coming = skills.coming(tx, project, after, LOOKED_AT)
    answered = [one.id for one in coming if one.answered]
    last = answered[JUDGED - 1] if len(answered) >= JUDGED else coming[-1].id if coming else 0
    with settling.changed(tx, project, asked, row.version, [one.id for one in coming if one.id <= last]):
        ended = len(coming) < LOOKED_AT and (not coming or last == coming[-1].id)
        overlap.note(tx, project, _mark(asked) if ended else None)
    return 0 if ended else last, row.version


def _mark(project: Project) -> int:
    """What tells one way to overlap from others: the number, and else one under 0 of the rules and the labels."""
    adaptive = project.adaptive
    if adaptive is None:
        return project.overlap
    asked = [
        (one.name, one.type, dict(one.options), [(label.name, label.was) for label in one.labels])
        for one in project.questions
    ]
    said = json.dumps([adaptive.min, adaptive.max, adaptive.confidence, asked], sort_keys=True)
    return -1 - zlib.crc32(said.encode()) % 2**31
