"""What tests of the queue do all the time, in one call each."""

import os
from itertools import count
from typing import Any

from storage import answers, cards, queue
from storage.cards import Card
from storage.database import Database, Transaction, run
from tests.worlds import World, deal

nonces = count()


def nonce() -> str:
    """Another one each time, in every process."""
    return f"{os.getpid()}-{next(nonces)}"


def claim(tx: Transaction, world: World, index: int = 0, gold: bool = False) -> Card | None:
    return queue.claim(tx, deal(tx, world, index, nonce()), gold)


def answer(tx: Transaction, card: Card | None, label: Any = "positive") -> int:
    assert card is not None
    answers.record(tx, card, {"label": label})
    return card.item


def walk(database: Database, world: World, index: int = 0) -> list[int]:
    """All the items that person gets, answering each."""
    got: list[int] = []
    while (item := run(database, lambda tx: (card := claim(tx, world, index)) and answer(tx, card))) is not None:
        got.append(item)
    return got


def undo(tx: Transaction, world: World, index: int = 0, enough: int = 1) -> Card | None:
    """The latest answer taken back, its item dealt again; what is open is laid aside first."""
    opened = cards.open_card(tx, world.people[index])
    found = answers.latest(tx, world.people[index], world.project)
    if found is None or not answers.withdraw(tx, found, enough):
        return None
    if opened is not None:
        cards.park(tx, opened)
    return queue.deal_again(tx, deal(tx, world, index, nonce()), found.item)
