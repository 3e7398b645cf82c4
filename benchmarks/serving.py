"""What finding the next item costs in small and large projects, and for a person with many answers.

Run: python -m benchmarks.serving
"""

import secrets
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from benchmarks.measuring import Figure, Rounds, gathered, table
from benchmarks.worlds import World, answer, make
from storage import answers, queue
from storage.accounts import chat
from storage.database import Database, Transaction, opened, run

CLAIMS = 60
ROUNDS = 12
SMALL, MIDDLE, LARGE, OWN = "1k items", "100k items", "1M items", "100k own answers"


class Person:
    """Takes one item after another; only the taking is measured."""

    def __init__(self, world: World, database: Database) -> None:
        self._world = world
        self._database = database

    def claim(self) -> float:
        """Microseconds of CPU an item."""
        return run(self._database, self._claim)

    def _claim(self, tx: Transaction) -> float:
        spent = 0.0
        where = chat(tx, self._world.account, self._world.user)
        for _ in range(CLAIMS):
            deal = self._deal(tx, where)
            began = time.thread_time()
            card = queue.claim(tx, deal, gold=False)
            spent += time.thread_time() - began
            assert card is not None
            answers.record(tx, card, {"label": "positive"})
        return 1e6 * spent / CLAIMS

    def _deal(self, tx: Transaction, where: int) -> queue.Deal:
        return queue.Deal(
            project=self._world.project,
            person=self._world.person,
            chat=where,
            chat_external=self._world.user,
            version=1,
            nonce=secrets.token_urlsafe(12),
            lease=timedelta(minutes=15),
            moment=tx.now,
            role="annotator",
            answered=0,
            total=0,
        )


def rounds() -> dict[str, Rounds]:
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        worlds = {
            SMALL: make(folder / "small.db", 1_000),
            MIDDLE: make(folder / "middle.db", 100_000),
            LARGE: make(folder / "large.db", 1_000_000),
            OWN: make(folder / "own.db", 101_000, overlap=2),
        }
        answer(worlds[OWN], 100_000)
        sides = {kind: Person(world, stack.enter_context(opened(world.url))) for kind, world in worlds.items()}
        return gathered([_round(sides) for _ in range(ROUNDS)])


def _round(sides: Mapping[str, Person]) -> dict[str, float]:
    return {kind: side.claim() for kind, side in sides.items()}


def figures() -> list[Figure]:
    found = rounds()
    floor = found[SMALL]
    return [
        Figure(
            f"next item: {kind}",
            found[kind].told("µs", 0),
            f"{SMALL} {floor.told('µs', 0)}",
            f"{found[kind].over(floor):.2f}",
            "≤ 1.2, stretch 1.05",
        )
        for kind in (MIDDLE, LARGE, OWN)
    ]


if __name__ == "__main__":
    print(table(figures()))  # noqa: T201
