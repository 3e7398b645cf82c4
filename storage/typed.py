"""In which message a person typed the answer to which question of a card, or to a piece of it, for the message may be
edited."""

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
    piece: int | None = None


def keep(tx: Transaction, card: int, question: str, person: int, source: str, piece: int | None = None) -> None:
    """A later text for the same question (or piece) takes the place of an earlier one: that one corrects nothing any
    more. Names of questions have no slash in them."""
    name = question if piece is None else f"{question}/{piece}"
    tx.run(KEEP, {"card": card, "question": name, "person": person, "source": source})


def move(tx: Transaction, card: int, to: int) -> None:
    """The answers of a card go on with another card of the same item and person."""
    tx.run(MOVE, {"card": card, "to": to})


def find(tx: Transaction, person: int, source: str) -> Typed | None:
    """What was typed in that message; None for one that answered nothing."""
    row = tx.one(FIND, {"who": person, "message": source})
    if row is None:
        return None
    question, _, piece = row.question.partition("/")
    return Typed(row.card, question, int(piece) if piece else None)
