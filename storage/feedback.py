"""Which decisions of a review people are still to hear of, and which they have heard of."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, select, text, update

from storage.database import Row, Transaction
from storage.schema import items
from storage.schema_quality import decisions

DECIDED: Final = select(
    decisions.c.id,
    decisions.c.project,
    decisions.c.item,
    decisions.c.person,
    decisions.c.label,
    decisions.c.note,
    decisions.c.version,
    items.c.key,
    items.c.data,
).select_from(decisions.join(items, items.c.id == decisions.c.item))
DUE: Final = (
    DECIDED.where(text("decisions.feedback = 'due'"), decisions.c.decided_at <= bindparam("before"))
    .order_by(decisions.c.id)
    .limit(bindparam("most"))
)
TELL: Final = (
    update(decisions).where(decisions.c.id == bindparam("wanted"), text("feedback = 'due'")).values(feedback="told")
)
HEARD: Final = (
    DECIDED.where(
        decisions.c.item == bindparam("of_item"),
        text("decisions.feedback = 'told'"),
        decisions.c.id < bindparam("before"),
    )
    .order_by(decisions.c.id.desc())
    .limit(1)
)
FORGET: Final = update(decisions).where(decisions.c.id == bindparam("wanted")).values(feedback=None)
NEWEST: Final = 2**62


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision, and the item it is on; `label` by question, by the names that version of the project has."""

    id: int
    project: int
    item: int
    person: int
    label: dict[str, Any]
    note: str | None
    version: int
    key: str
    data: dict[str, Any]


def due(tx: Transaction, before: datetime, most: int) -> list[Decided]:
    """What was decided at or before that time and people are still to hear, oldest first."""
    return [_decided(row) for row in tx.all(DUE, {"before": before, "most": most})]


def tell(tx: Transaction, decision: int) -> bool:
    """Notes that people hear of it now; False where another process was faster."""
    return tx.run(TELL, {"wanted": decision}) == 1


def heard(tx: Transaction, item: int, before: int = NEWEST) -> Decided | None:
    """What people heard last of an item, of decisions whose id is below `before`."""
    row = tx.one(HEARD, {"of_item": item, "before": before})
    return None if row is None else _decided(row)


def forget(tx: Transaction, decision: int) -> None:
    """People know that it does not count any more."""
    tx.run(FORGET, {"wanted": decision})


def _decided(row: Row) -> Decided:
    return Decided(**row._mapping)
