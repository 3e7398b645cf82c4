"""Who was told that nothing is left for them, and what has come since: an item that is servable (again) has a new and
larger serving number than any there was before (see `storage.queue`)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, text

from storage import queue
from storage.columns import micros
from storage.database import Transaction
from storage.schema import items

TOLD: Final = text(
    "INSERT INTO idle (project, person, seq, since) "
    "SELECT id, :person, next_seq, :now FROM projects WHERE id = :project "
    "ON CONFLICT (project, person) DO UPDATE SET seq = excluded.seq, since = excluded.since"
)
CAME: Final = text("UPDATE idle SET since = NULL WHERE project = :project AND person = :person AND since IS NOT NULL")
CALLED: Final = text(
    "UPDATE idle SET since = NULL, called_at = :now WHERE project = :project AND person = :person AND since IS NOT NULL"
)
LOOKED: Final = text("UPDATE idle SET seq = :seq WHERE project = :project AND person = :person AND seq < :seq")
MISSED: Final = (
    "idle.since <= :before AND idle.seq < projects.next_seq AND (idle.called_at IS NULL OR idle.called_at <= :rested)"
)
"""They were told a while ago, something has come since, and they were not called for a while."""
PROJECTS: Final = text(
    "SELECT id, version FROM projects WHERE state = 'open' "
    f"AND EXISTS (SELECT 1 FROM idle WHERE idle.project = projects.id AND {MISSED}) ORDER BY id"
)
WAITING: Final = text(
    "SELECT idle.person, idle.seq, projects.next_seq, members.answered FROM idle "
    "JOIN projects ON projects.id = idle.project "
    "JOIN members ON members.project = idle.project AND members.person = idle.person AND members.state = 'active' "
    "AND (members.role = 'annotator' OR members.answered > 0) "
    f"WHERE idle.project = :project AND {MISSED} "
    "AND NOT EXISTS (SELECT 1 FROM cards WHERE cards.person = idle.person AND cards.state = 'open') "
    "ORDER BY COALESCE(idle.called_at, 0), idle.seq, idle.person LIMIT :most"
)
COMING: Final = text("SELECT count(*) FROM idle WHERE project = :project AND since IS NULL AND called_at > :lately")
FREE: Final = text(
    "SELECT COALESCE(SUM(free), 0) FROM (SELECT overlap - taken AS free FROM items WHERE project = :p "
    "AND priority = :priority AND state = 'open' AND taken < overlap AND serve_seq IS NOT NULL AND serve_seq >= :since "
    "LIMIT :most) AS places"
)
NEWER: Final = queue.GLANCE.where(items.c.serve_seq >= bindparam("since"), items.c.serve_seq < bindparam("until"))
WINDOW: Final = 200
"""Serving numbers that one look goes through: so many items at most, each of which they may have answered already."""


@dataclass(frozen=True, slots=True)
class Idle:
    """Somebody to be called back, maybe: `seq` is the first serving number that has come since they were told,
    `next_seq` the next to come, `answered` how many they have answered in the project."""

    person: int
    seq: int
    next_seq: int
    answered: int

    @property
    def until(self) -> int:
        """The serving number that a look ends before."""
        return min(self.seq + WINDOW, self.next_seq)


def told(tx: Transaction, project: int, person: int) -> None:
    """They know that nothing is left for them now."""
    tx.run(TOLD, {"project": project, "person": person, "now": tx.micros})


def came(tx: Transaction, project: int, person: int) -> None:
    """They are there again by themselves."""
    tx.run(CAME, {"project": project, "person": person})


def called(tx: Transaction, project: int, person: int) -> bool:
    """Notes a call; False where another process has called them, or they have come."""
    return tx.run(CALLED, {"project": project, "person": person, "now": tx.micros}) == 1


def looked(tx: Transaction, project: int, one: Idle) -> None:
    """Nothing that was looked through is for that person: it is not looked at again."""
    tx.run(LOOKED, {"project": project, "person": one.person, "seq": one.until})


def missing(tx: Transaction, before: datetime, rested: datetime) -> list[tuple[int, int]]:
    """(project, version) of the open projects in which something has come since people were told, at `before` or
    earlier, that nothing is left, and who were not called after `rested`."""
    rows = tx.all(PROJECTS, {"before": micros(before), "rested": micros(rested)})
    return [(row.id, row.version) for row in rows]


def waiting(tx: Transaction, project: int, before: datetime, rested: datetime, most: int) -> list[Idle]:
    """Of these people `most` who may work in the project (who leads or reviews: only where they have answered) and
    have no card before them: whoever was called longest ago first, then for whom least was looked through."""
    times = {"before": micros(before), "rested": micros(rested)}
    return [Idle(**row._mapping) for row in tx.all(WAITING, {"project": project, "most": most} | times)]


def coming(tx: Transaction, project: int, lately: datetime) -> int:
    """How many were called after `lately` and have not been told since that nothing is left."""
    return int(tx.value(COMING, {"project": project, "lately": micros(lately)}))


def free(tx: Transaction, project: int, since: int, most: int) -> int:
    """Places on items whose serving number is `since` or larger; items beyond `most` of a priority are not counted."""
    params = {"p": project, "since": since, "most": most, "below": queue.PRIORITIES.stop}
    found = 0
    while found < most and (level := tx.value(queue.TOP, params)) is not None:
        found += int(tx.value(FREE, params | {"priority": level}))
        params["below"] = level
    return found


def waits(tx: Transaction, project: int, one: Idle) -> bool:
    """Whether something has come that this person may be dealt, as far as one look goes."""
    return queue.next_item(tx, project, one.person, NEWER, {"since": one.seq, "until": one.until}) is not None
