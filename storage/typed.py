"""In which message a person typed the answer to which question of a card, for the message may be edited."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select, text

from storage.database import Transaction
from storage.schema import typed

KEEP = text(
    "INSERT INTO typed (card, question, person, source) VALUES (:card, :question, :person, :source) "
    "ON CONFLICT (card, question) DO UPDATE SET source = excluded.source"
)
MOVE = text("UPDATE typed SET card = :to WHERE card = :card")
FIND = (
    select(typed.c.card, typed.c.question)
    .where(typed.c.person == bindparam("who"), typed.c.source == bindparam("message"))
    .order_by(typed.c.card.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Typed:
    card: int
    question: str


def keep(tx: Transaction, card: int, question: str, person: int, source: str) -> None:
    """A later text for the same question takes the place of an earlier one: that one corrects nothing any more."""
    tx.run(KEEP, {"card": card, "question": question, "person": person, "source": source})


def move(tx: Transaction, card: int, to: int) -> None:
    """The answers of a card go on with another card of the same item and person."""
    tx.run(MOVE, {"card": card, "to": to})


def find(tx: Transaction, person: int, source: str) -> Typed | None:
    """What was typed in that message; None for one that answered nothing."""
    row = tx.one(FIND, {"who": person, "message": source})
    return None if row is None else Typed(row.card, row.question)
