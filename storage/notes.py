"""Notes on people for a project's admins, what they may do about them, and who is paused."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Text,
    bindparam,
    exists,
    insert,
    literal_column,
    select,
    text,
    type_coerce,
    update,
)

from storage import cards, projects, queue
from storage.answers import COUNT_MEMBER, INSERT, SUPERSEDE
from storage.database import Transaction
from storage.figures import many
from storage.schema import answers, items, members
from storage.schema import cards as cards_table
from storage.schema import people as people_table
from storage.schema_quality import decisions, notes

AGAIN: Final = timedelta(days=30)
"""What admins have looked at is not raised again for so long."""
LABEL: Final[ColumnElement[str]] = literal_column("'label'")
LABELS: Final = (
    select(answers.c.person, answers.c.item, type_coerce(answers.c.label, Text), answers.c.milliseconds)
    .join(items, items.c.id == answers.c.item)
    .where(answers.c.project == bindparam("p"), answers.c.live, answers.c.kind == LABEL)
    .where(items.c.state != literal_column("'withdrawn'"), items.c.gold.is_(None))
    .order_by(answers.c.id)
)
STANDING: Final = (
    select(notes.c.id)
    .where(notes.c.project == bindparam("p"), notes.c.person == bindparam("who"), notes.c.kind == bindparam("sort"))
    .where((notes.c.state == literal_column("'open'")) | (notes.c.decided_at > bindparam("moment")))
)
ONE: Final = (
    select(
        notes.c.id,
        notes.c.project,
        notes.c.person,
        people_table.c.public,
        notes.c.kind,
        notes.c.figures,
        notes.c.state,
    )
    .join(people_table, people_table.c.id == notes.c.person)
    .order_by(notes.c.id)
)
LATEST: Final = (
    select(answers.c.id, answers.c.item, items.c.key, answers.c.label, answers.c.version)
    .join(items, items.c.id == answers.c.item)
    .where(answers.c.project == bindparam("p"), answers.c.person == bindparam("who"), answers.c.live)
    .where(answers.c.kind == LABEL)
    .where(items.c.gold.is_(None))
    .order_by(answers.c.id.desc())
    .limit(bindparam("most"))
)
UNDECIDED: Final = LATEST.where(
    ~exists(select(decisions.c.id).where(decisions.c.item == answers.c.item, decisions.c.live).correlate(answers))
)
SERVE_AGAIN: Final = text(
    "UPDATE items SET answers = answers - 1, taken = taken - 1, done_at = NULL, serve_seq = :seq, "
    "state = CASE WHEN state = 'done' THEN 'open' ELSE state END WHERE id = :item"
)
HELD: Final = select(cards_table.c.id, cards_table.c.item).where(
    cards_table.c.person == bindparam("who"),
    cards_table.c.project == bindparam("p"),
    literal_column("cards.state IN ('open', 'parked')"),
)


@dataclass(frozen=True, slots=True)
class Note:
    """`public` is the pseudonym of the person it is about; `state` is open, paused or dismissed."""

    id: int
    project: int
    person: int
    public: str
    kind: str
    figures: Mapping[str, float]
    state: str


def labels(connection: Connection, project: int) -> Iterator[tuple[int, int, str, int | None]]:
    """(person, item, label as JSON text, milliseconds it took) of each label that stands, in the order they were given.
    Gold items and what was withdrawn are left out."""
    for rows in many(connection, LABELS, project):
        yield from rows


def raised(tx: Transaction, project: int, person: int, kind: str, figures: Mapping[str, float]) -> Note | None:
    """A new note; None where one is open, or was decided lately, or the person is paused or has left."""
    if state(tx, project, person) != "active":
        return None
    if tx.one(STANDING, {"p": project, "who": person, "sort": kind, "moment": tx.now - AGAIN}) is not None:
        return None
    row = {"project": project, "person": person, "kind": kind, "figures": dict(figures)}
    return by_id(tx, tx.insert(insert(notes), row | {"state": "open", "raised_at": tx.now}))


def by_id(tx: Transaction, note: int) -> Note | None:
    row = tx.one(ONE.where(notes.c.id == note))
    return None if row is None else Note(**row._mapping)


def pausing(tx: Transaction, project: int, person: int) -> Note | None:
    """The note by which the person was paused last."""
    mine = ONE.where(notes.c.project == project, notes.c.person == person, notes.c.state == "paused")
    rows = tx.all(mine)
    return Note(**rows[-1]._mapping) if rows else None


def still_open(connection: Connection, project: int) -> list[Note]:
    """Those that nobody has decided about."""
    rows = connection.execute(ONE.where(notes.c.project == project, notes.c.state == "open"))
    return [Note(**row._mapping) for row in rows]


def decide(tx: Transaction, note: int, became: str, by: int) -> bool:
    """False where somebody has decided it before."""
    decided = update(notes).where(notes.c.id == note, notes.c.state == "open")
    return tx.run(decided.values(state=became, decided_at=tx.now, decided_by=by)) == 1


def state(tx: Transaction, project: int, person: int) -> str | None:
    """`active` or `paused`; None for somebody without a role there."""
    found: str | None = tx.value(
        select(members.c.state).where(members.c.project == project, members.c.person == person)
    )
    return found


def reason(tx: Transaction, project: int, person: int) -> str | None:
    """Why the person is paused there: the kind of note; None for who is not."""
    row = tx.one(
        select(members.c.state, members.c.reason).where(members.c.project == project, members.c.person == person)
    )
    return None if row is None or row.state != "paused" else row.reason or ""


def pause(tx: Transaction, project: int, person: int, why: str) -> None:
    """The person is dealt nothing more there; what they hold goes to others."""
    _set(tx, project, person, "active", "paused", why)
    for row in sorted(tx.all(HELD, {"who": person, "p": project}), key=lambda row: row.item):
        tx.run(cards.SET_STATE, {"card": row.id, "became": "void"})
        queue.give_back(tx, row.item, project)


def resume(tx: Transaction, project: int, person: int) -> bool:
    """False where they were not paused."""
    return _set(tx, project, person, "paused", "active", None)


def _set(tx: Transaction, project: int, person: int, was: str, became: str, why: str | None) -> bool:
    where = (members.c.project == project, members.c.person == person, members.c.state == was)
    return tx.run(update(members).where(*where).values(state=became, reason=why)) == 1


def latest(tx: Transaction, project: int, person: int, most: int) -> list[tuple[str, dict[str, Any]]]:
    """(item's key, label) of the person's newest labels, the newest first."""
    return [(row.key, row.label) for row in tx.all(LATEST, {"p": project, "who": person, "most": most})]


def serve_again(tx: Transaction, project: int, person: int, most: int) -> list[int]:
    """The person's newest `most` labels count no longer, and others get their items, which these are.

    Each is superseded and stays as a `late` answer beside that, which counts nowhere and keeps its item from coming to
    the same person again. Gold items stay as they are, and those that a reviewer has decided."""
    tx.one(select(people_table.c.id).where(people_table.c.id == person).with_for_update(key_share=True))
    rows = sorted(tx.all(UNDECIDED, {"p": project, "who": person, "most": most}), key=lambda row: row.item)
    if not rows:
        return []
    first = projects.next_seq(tx, project, len(rows))
    tx.run(SERVE_AGAIN, [{"item": row.item, "seq": first + place} for place, row in enumerate(rows)])
    tx.run(SUPERSEDE, [{"answer": row.id, "moment": tx.now} for row in rows])
    tx.run(COUNT_MEMBER, {"project": project, "person": person, "by": -len(rows)})
    kept = {"project": project, "person": person, "kind": "late", "live": True, "answered_at": tx.now}
    tx.run(INSERT, [kept | {"item": row.item, "label": row.label, "version": row.version} for row in rows])
    return [row.item for row in rows]
