"""Counts of who gave what where which label holds, kept with every answer, and what an item brought into them."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

from sqlalchemy import bindparam, func, select, text, update

from storage.database import Row, Transaction
from storage.schema import answers, items
from storage.schema_quality import skills

Cell: TypeAlias = tuple[int, str, str, str]
"""(person, question, truth, given)."""
LIVE = (
    select(answers.c.person, answers.c.label)
    .where(answers.c.item == bindparam("on"), answers.c.live, text("answers.kind = 'label'"))
    .order_by(answers.c.id)
)
PLACED = select(
    items.c.overlap,
    items.c.own_overlap,
    items.c.taken,
    items.c.answers,
    items.c.state,
    items.c.gold,
    items.c.standing,
    items.c.serve_seq,
    items.c.done_at,
).where(items.c.id == bindparam("on"))
ADD: Final = text(
    "INSERT INTO skills (project, person, question, truth, given, count) "
    "VALUES (:project, :person, :question, :truth, :given, :by) "
    "ON CONFLICT (project, person, question, truth, given) DO UPDATE SET count = skills.count + excluded.count"
)
EMPTY: Final = text("DELETE FROM skills WHERE project = :project AND person = :person AND count = 0")
EVERYBODY = (
    select(skills.c.question, skills.c.truth, skills.c.given, func.sum(skills.c.count).label("times"))
    .where(skills.c.project == bindparam("p"))
    .group_by(skills.c.question, skills.c.truth, skills.c.given)
)
CELLS = select(skills.c.person, skills.c.question, skills.c.truth, skills.c.given, skills.c.count.label("times")).where(
    skills.c.project == bindparam("p")
)
OF_PEOPLE = CELLS.where(skills.c.person.in_(bindparam("who", expanding=True)))
SETTLE = (
    update(items)
    .where(items.c.id == bindparam("on"))
    .values(
        overlap=bindparam("wanted"),
        state=bindparam("became"),
        done_at=bindparam("since"),
        serve_seq=bindparam("seq"),
        standing=bindparam("stands"),
        confidence=bindparam("sure"),
    )
)
ANSWERED = select(items.c.id).where(items.c.project == bindparam("p"), items.c.standing.is_not(None))


def placed(tx: Transaction, item: int) -> Row:
    """How the item stands: places, state, gold, and what it brings into the counts."""
    row = tx.one(PLACED, {"on": item})
    assert row is not None
    return row


def labels(tx: Transaction, item: int) -> list[tuple[int, Mapping[str, Any]]]:
    """(person, label by question) of the item's live answers, oldest first."""
    return [(row.person, row.label) for row in tx.all(LIVE, {"on": item})]


def add(tx: Transaction, project: int, changes: Mapping[Cell, int]) -> None:
    """Adds to the counts, in an order of their own so that nobody waits for each other; nothing is kept of zeros."""
    rows: list[dict[str, Any]] = [
        {"project": project, "person": person, "question": question, "truth": truth, "given": given, "by": by}
        for (person, question, truth, given), by in sorted(changes.items())
        if by
    ]
    if rows:
        tx.run(ADD, rows)
        tx.run(EMPTY, [{"project": project, "person": one} for one in sorted({row["person"] for row in rows})])


def everybody(tx: Transaction, project: int) -> list[Row]:
    """(question, truth, given, times) over all people."""
    return list(tx.all(EVERYBODY, {"p": project}))


def of_people(tx: Transaction, project: int, people: Iterable[int]) -> list[Row]:
    """(person, question, truth, given, times) of those people."""
    return list(tx.all(OF_PEOPLE, {"p": project, "who": sorted(people)}))


def every(tx: Transaction, project: int) -> dict[Cell, int]:
    """All counts of a project."""
    rows = tx.all(CELLS, {"p": project})
    return {(row.person, row.question, row.truth, row.given): row.times for row in rows}


def settled(tx: Transaction, project: int) -> list[int]:
    """The items that have been judged at least once."""
    return [row.id for row in tx.all(ANSWERED, {"p": project})]


def settle(tx: Transaction, item: int, **values: Any) -> None:
    """Keeps what was found: `wanted` answers, the state it `became`, done `since`, `seq`, what `stands`, how `sure`."""
    tx.run(SETTLE, {"on": item, **values})
