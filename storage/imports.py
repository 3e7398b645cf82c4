"""Imports by number: begun, gone on with after a kill, finished, undone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, func, insert, or_, select, text, update

from storage import projects
from storage.database import Transaction
from storage.items import many
from storage.schema import answers, cards, imports, items, people
from storage.schema import projects as project_table

UNFINISHED: Final = (
    select(imports.c.id, imports.c.number, imports.c.changed)
    .where(
        imports.c.project == bindparam("p"), imports.c.source == bindparam("from_source"), imports.c.state == "running"
    )
    .order_by(imports.c.number.desc())
    .limit(1)
)
COUNT: Final = text("UPDATE imports SET rows = rows + :rows, changed = changed + :changed WHERE id = :id")
UNNUMBERED: Final = (
    select(items.c.id)
    .where(items.c.project == bindparam("p"), text("items.serve_seq IS NULL"))
    .order_by(items.c.digest, items.c.id)
    .limit(bindparam("most"))
)
NUMBER: Final = "UPDATE items SET serve_seq = :seq WHERE id = :id AND serve_seq IS NULL"
UNANSWERED: Final = (
    select(items.c.id)
    .where(
        items.c["import"] == bindparam("number"),
        items.c.id > bindparam("after"),
        items.c.answers == 0,
        items.c.state != "withdrawn",
    )
    .order_by(items.c.id)
    .limit(bindparam("most"))
)
HELD: Final = (
    select(cards.c.id)
    .where(cards.c.item.in_(bindparam("items", expanding=True)), text("cards.state IN ('open', 'parked')"))
    .order_by(cards.c.id)
    .with_for_update()
)


SOME_MEDIA: Final = (
    select(items.c.media).where(items.c.project == bindparam("p"), items.c.state != "withdrawn").limit(100)
)


DIGESTS: Final = (
    select(items.c.key, items.c.digest)
    .select_from(items.outerjoin(imports, imports.c.id == items.c["import"]))
    .where(items.c.project == bindparam("p"), items.c.key.in_(bindparam("keys", expanding=True)))
    .where(or_(items.c.state != "withdrawn", items.c.answers > 0, imports.c.state.is_distinct_from("undone")))
)


@dataclass(frozen=True, slots=True)
class Begun:
    """A run of an import; `since` is when this run began, `resumed` whether an earlier one was killed."""

    id: int
    number: int
    since: datetime
    resumed: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """What the rows of the source were."""

    new: int
    known: int
    changed: int
    rejected: int


def kinds(tx: Transaction, project: int) -> frozenset[str]:
    """What the project's items are, by a hundred of them: image, audio, video, or text where they have no files."""
    found: set[str] = set()
    for row in tx.all(SOME_MEDIA, {"p": project}):
        found |= {one["kind"] for one in row.media} if row.media else {"text"}
    return frozenset(found)


def digests(tx: Transaction, project: int, keys: Sequence[str]) -> dict[str, str]:
    """The digests of those items that are known by their keys; what was withdrawn with its import may come again."""
    return {row.key: row.digest for row in tx.all(DIGESTS, {"p": project, "keys": list(keys)})} if keys else {}


def begin(tx: Transaction, project: int, source: str) -> Begun:
    """Goes on with an unfinished import of that source, or begins the project's next."""
    found = tx.one(UNFINISHED, {"p": project, "from_source": source})
    if found is not None:
        tx.run(update(imports).where(imports.c.id == found.id).values(rows=0))
        return Begun(found.id, found.number, tx.now, True)
    tx.run(select(project_table.c.id).where(project_table.c.id == project).with_for_update())
    number = last_number(tx, project) + 1
    row = {"project": project, "number": number, "source": source, "state": "running", "started_at": tx.now}
    return Begun(tx.insert(insert(imports), row), number, tx.now, False)


def count(tx: Transaction, import_id: int, rows: int, changed: int) -> None:
    """Adds to what the import has done; in the transaction that does it."""
    tx.run(COUNT, {"id": import_id, "rows": rows, "changed": changed})


def finish(tx: Transaction, import_id: int, rejected: int, left: int) -> Counts:
    """The figures of the whole import, runs that were killed included. `rejected` and `left` (changed, but not
    written for somebody answered them) are those of the last run, which met them all again."""
    row = tx.one(select(imports.c.rows, imports.c.changed).where(imports.c.id == import_id))
    assert row is not None
    new = int(tx.value(select(func.count()).select_from(items).where(items.c["import"] == import_id)))
    changed = row.changed + left
    counts = Counts(new, max(0, row.rows - new - changed - rejected), changed, rejected)
    done = {
        "changed": changed,
        "new": new,
        "known": counts.known,
        "rejected": rejected,
        "state": "done",
        "finished_at": tx.now,
    }
    tx.run(update(imports).where(imports.c.id == import_id).values(**done))
    return counts


def number_shuffled(tx: Transaction, project: int, most: int = 1000) -> int:
    """Gives serving numbers to some items that have none, in the order of their digests; how many were left before.

    A digest is salted with its project, so the order is random and the same each time.
    """
    rows = tx.all(UNNUMBERED, {"p": project, "most": most})
    if rows:
        first = projects.next_seq(tx, project, len(rows))
        many(tx, NUMBER, [{"id": row.id, "seq": first + place} for place, row in enumerate(rows)])
    return len(rows)


def numbered(tx: Transaction, project: int, number: int) -> tuple[int, str] | None:
    """(id, state) of the project's import K."""
    row = tx.one(select(imports.c.id, imports.c.state).where(imports.c.project == project, imports.c.number == number))
    return None if row is None else (int(row.id), str(row.state))


def last_number(tx: Transaction, project: int) -> int:
    return int(tx.value(select(func.max(imports.c.number)).where(imports.c.project == project)) or 0)


def withdraw_some(tx: Transaction, project: int, import_id: int, after: int, most: int = 500) -> tuple[int, int] | None:
    """Withdraws some of an import's unanswered items with id > `after`: (how many, the last id looked at), or None.

    Cards are locked first, then the project, then items; a card dealt in between is ended with the others.
    """
    ids = [row.id for row in tx.all(UNANSWERED, {"number": import_id, "after": after, "most": most})]
    if not ids:
        return None
    tx.all(HELD, {"items": ids})
    projects.lock(tx, project)
    withdraw = (
        update(items)
        .where(items.c.id.in_(ids), items.c.answers == 0, items.c.state != "withdrawn")
        .values(state="withdrawn", taken=0)
        .returning(items.c.id, items.c.gold)
    )
    withdrawn = tx.all(withdraw)
    gone = [row.id for row in withdrawn]
    ended = update(cards).where(cards.c.item.in_(gone), text("cards.state IN ('open', 'parked')"))
    tx.run(ended.values(state="void"))
    projects.add_items(tx, project, -sum(row.gold is None for row in withdrawn))
    return len(gone), ids[-1]


def undone(tx: Transaction, import_id: int) -> int:
    """Closes an import as undone; how many of its items stay because they are answered."""
    tx.run(update(imports).where(imports.c.id == import_id).values(state="undone", finished_at=tx.now))
    stay = select(func.count()).select_from(items).where(items.c["import"] == import_id, items.c.state != "withdrawn")
    return int(tx.value(stay))


def superseded(tx: Transaction, project: int) -> frozenset[tuple[str, str, int]]:
    """Every superseded answer as (item's key, person's pseudonym, answered_at in microseconds)."""
    found = (
        select(items.c.key, people.c.public, text("answers.answered_at"))
        .select_from(answers.join(items).join(people, people.c.id == answers.c.person))
        .where(answers.c.project == project, ~answers.c.live)
    )
    return frozenset((row[0], row[1], int(row[2])) for row in tx.all(found))
