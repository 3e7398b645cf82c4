"""Items that have all their answers, for who looks whether people differ on them beside the taps."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, Integer, bindparam, literal_column, select, text

from storage.columns import Json
from storage.reviews import Given
from storage.schema import answers, people

DONE: Final = text(
    "SELECT id, done_at, standing FROM items WHERE id > :after AND +project = :p AND state = 'done' AND answers > 1 "
    "AND done_at > :since ORDER BY id LIMIT 1000"
).columns(id=Integer, done_at=BigInteger, standing=Json)
GIVEN_TO: Final = (
    select(
        answers.c.item,
        answers.c.id,
        answers.c.person,
        people.c.public,
        answers.c.label,
        answers.c.version,
        answers.c.unsure,
    )
    .join(people, people.c.id == answers.c.person)
    .where(answers.c.item.in_(bindparam("items", expanding=True)), answers.c.live)
    .where(answers.c.kind == literal_column("'label'"))
    .order_by(answers.c.id)
)


@dataclass(frozen=True, slots=True)
class Done:
    """An item that has all its answers, since `done_at` (UTC microseconds). `standing` is what it brings into the
    counts: see `storage.skills`."""

    item: int
    done_at: int
    given: tuple[Given, ...]
    standing: list[list[Any]] | None


def done_since(connection: Connection, project: int, since: int) -> Iterator[Done]:
    """Items with several answers that were done after (UTC microseconds), by item, a thousand in memory at a time."""
    after = 0
    while rows := connection.execute(DONE, {"p": project, "since": since, "after": after}).all():
        given: dict[int, list[Given]] = {}
        for row in connection.execute(GIVEN_TO, {"items": [row.id for row in rows]}):
            given.setdefault(row.item, []).append(
                Given(row.id, row.person, row.public, row.label, row.version, row.unsure)
            )
        yield from (Done(row.id, row.done_at, tuple(given.get(row.id, ())), row.standing) for row in rows)
        after = rows[-1].id
