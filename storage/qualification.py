"""The test before real items: who is through, what they answered in it, and what became of them."""

from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import bindparam, exists, literal_column, or_, select, text

from storage.database import Transaction
from storage.people import WHO_ANY, Person, met_in
from storage.schema import answers, items, members
from storage.schema_chats import identities

Standing = Literal["in", "testing", "failed"]
FAILED: Final = "failed"
WORKED = exists(
    select(answers.c.id)
    .where(
        answers.c.project == bindparam("p"),
        answers.c.person == bindparam("who"),
        answers.c.live,
        literal_column("answers.kind = 'label'"),
        or_(answers.c.measure.is_(None), answers.c.measure == "told"),
        or_(answers.c.card.is_(None), answers.c.card != bindparam("but")),
    )
    .correlate(None)
)
STANDING = select(members.c.qualified_at, members.c.state, WORKED.label("worked")).where(
    members.c.project == bindparam("p"), members.c.person == bindparam("who")
)
ADMIT = text(
    "UPDATE members SET qualified_at = :now, state = CASE WHEN state = 'failed' THEN 'active' ELSE state END "
    "WHERE project = :project AND person = :person AND qualified_at IS NULL"
)
FAIL = text("UPDATE members SET state = 'failed' WHERE project = :project AND person = :person AND state = 'active'")
RETRY = text("UPDATE members SET state = 'active' WHERE project = :project AND person = :person AND state = 'failed'")
SPEND = text("UPDATE answers SET measure = 'tried' WHERE project = :project AND person = :person AND measure = 'test'")
TESTS = (
    select(answers.c.kind, answers.c.label, items.c.gold)
    .select_from(answers.join(items, items.c.id == answers.c.item))
    .where(
        answers.c.project == bindparam("p"),
        answers.c.person == bindparam("who"),
        answers.c.live,
        literal_column("answers.measure = 'test'"),
        items.c.gold.is_not(None),
    )
    .order_by(answers.c.id)
)
LEFT = (
    select(items.c.id)
    .where(
        items.c.project == bindparam("p"),
        text("items.state = 'gold'"),
        ~exists(
            select(answers.c.id)
            .where(answers.c.item == items.c.id, answers.c.person == bindparam("who"), answers.c.live)
            .correlate(items)
        ),
    )
    .limit(bindparam("most"))
)


@dataclass(frozen=True, slots=True)
class Tested:
    """An answer of a test, a skip or flag too, and what gold says."""

    kind: str
    label: Any
    gold: Any


def standing(tx: Transaction, project: int, person: int, but: int = 0) -> Standing:
    """Where a member stands. Whoever did real work before is through; `but` is a card whose answer does not count."""
    row = tx.one(STANDING, {"p": project, "who": person, "but": but})
    if row is None or row.qualified_at is not None:
        return "in"
    if row.state == FAILED:
        return "failed"
    if row.worked:
        admit(tx, project, person)
        return "in"
    return "testing"


def admit(tx: Transaction, project: int, person: int) -> bool:
    """They get real items from now on. False where they did already."""
    return tx.run(ADMIT, {"project": project, "person": person, "now": tx.micros}) == 1


def fail(tx: Transaction, project: int, person: int) -> None:
    tx.run(FAIL, {"project": project, "person": person})


def retry(tx: Transaction, project: int, person: int) -> bool:
    """They are tested anew, on other items: they have met the former ones. False where they do not wait for it."""
    if tx.run(RETRY, {"project": project, "person": person}) != 1:
        return False
    begin_anew(tx, project, person)
    return True


def begin_anew(tx: Transaction, project: int, person: int) -> None:
    """What they answered in their test until now counts for it no longer."""
    tx.run(SPEND, {"project": project, "person": person})


def tests(tx: Transaction, project: int, person: int) -> list[Tested]:
    """What they answered in their present test, oldest first."""
    return [Tested(*row) for row in tx.all(TESTS, {"p": project, "who": person})]


def left(tx: Transaction, project: int, person: int, most: int) -> int:
    """How many gold items there are that they have not met, counted up to `most`."""
    return len(tx.all(LEFT, {"p": project, "who": person, "most": most}))


def reached(tx: Transaction, person: int) -> list[tuple[int, Person]]:
    """Where a person is met: (account, person as met there)."""
    rows = tx.all(WHO_ANY.add_columns(identities.c.account).where(identities.c.person == person))
    return [(row.account, met_in(row)) for row in rows]
