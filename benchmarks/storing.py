"""A tap in the database: the core in a transaction beside the same rows by hand, and eight people with durable commits.

Run: python -m benchmarks.storing
"""

import asyncio
import random
import tempfile
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from statistics import quantiles
from typing import Any

from benchmarks.measuring import Figure, Rounds, gathered, table
from benchmarks.raw import ByHand
from benchmarks.worlds import World, make
from bot.app import App
from bot.chat import Command, Message, Outcome, Outgoing, Pace, Press, Sending, Sent, Shown
from bot.edge import Edge
from storage.database import Database, Transaction, opened, run

TAPS = 300
ROUNDS = 9
PEOPLE = 8
DURABLE = 1200
WARM_UP = 260
"""The first 200 events after a start are counted before they are handled; these are not measured."""
STOOD = Shown("100")


class Hand:
    """Taps what the core shows it, in whatever transaction it is given."""

    def __init__(self, world: World) -> None:
        self._app = App({world.account: "telegram"}, random.Random(1))
        self._world = world
        self._number = 0
        self._card = Outgoing(id=0, account=0, chat="", message=Message(text=()))

    def begin(self, tx: Transaction) -> None:
        self._shown(self._app.handle(tx, Command(**self._common(), word="label", argument="")))

    def tap(self, tx: Transaction) -> None:
        account = self._world.account
        self._app.handle(tx, Sent(account=account, chat=self._world.user, id=self._card.id, shown=STOOD))
        data = self._card.message.buttons[0][0].data
        self._shown(self._app.handle(tx, Press(**self._common(), data=data, shown=STOOD)))

    def _common(self) -> dict[str, Any]:
        self._number += 1
        user = self._world.user
        return {"account": self._world.account, "key": f"u{self._number}", "user": user, "chat": user, "name": "Anna"}

    def _shown(self, outcome: Outcome) -> None:
        self._card = next(one for one in outcome.messages if one.message.kind == "card")


def step(folder: Path) -> dict[str, Rounds]:
    """Microseconds of CPU a tap inside a transaction, commits left out on both sides."""
    ours, theirs = make(folder / "core.db", 20_000), make(folder / "raw.db", 20_000)
    with opened(ours.url) as database, closing(theirs.raw()) as connection:
        hand, by_hand = Hand(ours), ByHand(theirs, connection)
        run(database, hand.begin)
        by_hand.begin()
        return gathered([_round(database, hand, by_hand, connection.execute) for _ in range(ROUNDS)])


def _round(database: Database, hand: Hand, by_hand: ByHand, execute: object) -> Mapping[str, float]:
    def ours(tx: Transaction) -> float:
        began = time.thread_time()
        for _ in range(TAPS):
            hand.tap(tx)
        return 1e6 * (time.thread_time() - began) / TAPS

    core = run(database, ours)
    assert callable(execute)
    execute("BEGIN IMMEDIATE")
    began = time.thread_time()
    for _ in range(TAPS):
        by_hand.tap()
    raw = 1e6 * (time.thread_time() - began) / TAPS
    execute("COMMIT")
    return {"core": core, "raw": raw}


class Room:
    """A chat without a platform whose people tap whatever card they are shown at once."""

    platform = "telegram"
    pace = Pace(chat_seconds=0.0, chat_burst=1000, overall_per_second=1e6)

    def __init__(self, account: int, people: int) -> None:
        self.account = account
        self._people = people
        self._left = 0
        self._idle: list[Outgoing] = []
        self._number = 0
        self._taps: set[asyncio.Task[None]] = set()
        self.waited: list[float] = []
        """Seconds from each tap to its acknowledgement."""
        self.finished = asyncio.Event()
        self.edge: Edge | None = None

    async def run(self) -> None:
        await self.finished.wait()

    async def close(self) -> None:
        """Nothing is open."""

    def link(self, code: str) -> str:
        return ""

    async def come_in(self, code: str) -> None:
        assert self.edge is not None
        for person in range(self._people):
            user = str(101 + person)
            common: dict[str, Any] = {
                "account": self.account,
                "key": f"c{user}",
                "user": user,
                "chat": user,
                "name": user,
            }
            await self.edge.receive(Command(**common, word="start", argument=code))

    async def send(self, outgoing: Outgoing) -> Sending:
        if outgoing.message.kind == "card":
            self._idle.append(outgoing)
            self._go_on()
        return Sending(STOOD)

    async def tap(self, count: int) -> None:
        """So many taps in all."""
        self.finished.clear()
        self._left = count
        self._go_on()
        await self.finished.wait()

    def _go_on(self) -> None:
        while self._idle and self._left > 0:
            self._left -= 1
            task = asyncio.create_task(self._tap(self._idle.pop()))
            self._taps.add(task)
            task.add_done_callback(self._taps.discard)
        if len(self._idle) == self._people:
            self.finished.set()

    async def _tap(self, outgoing: Outgoing) -> None:
        assert self.edge is not None
        self._number += 1
        common: dict[str, Any] = {
            "account": self.account,
            "key": f"u{self._number}",
            "user": outgoing.chat,
            "chat": outgoing.chat,
        }
        data = outgoing.message.buttons[0][0].data
        began = time.perf_counter()
        await self.edge.receive(Press(**common, name="", data=data, shown=STOOD))
        self.waited.append(time.perf_counter() - began)


async def _durable(database: Database, world: World, people: int, taps: int) -> dict[str, float]:
    edge = Edge(database, App({world.account: "telegram"}, random.Random(1)))
    room = Room(world.account, people)
    room.edge = edge
    edge.delivery.add(room)
    await room.come_in(world.code)
    await room.finished.wait()
    await room.tap(WARM_UP)
    room.waited.clear()
    wall, cpu = time.perf_counter(), time.process_time()
    await room.tap(taps)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    await edge.delivery.stop(1.0)
    # The bests of several runs are taken, so the wait is told as a rate too.
    return {"cpu": taps / cpu, "wall": taps / wall, "1/p99": 1 / quantiles(room.waited, n=100)[-1]}


def durable(folder: Path, people: int) -> dict[str, float]:
    """Labels a second of CPU and of wall time, each on the disk before its tap is answered."""
    world = make(folder / f"durable{people}.db", 20_000)
    taps = DURABLE if people > 1 else DURABLE // 2
    with opened(world.url) as database:
        found = asyncio.run(_durable(database, world, people, taps))
    return found | _durable_by_hand(folder, people, taps)


def _durable_by_hand(folder: Path, people: int, taps: int) -> dict[str, float]:
    """As many taps by hand, one commit for those that come together."""
    world = make(folder / f"raw{people}.db", 20_000)
    with closing(world.raw()) as connection:
        hand = ByHand(world, connection)
        hand.begin()
        wall, cpu = time.perf_counter(), time.process_time()
        for number in range(taps):
            if number % people == 0:
                connection.execute("BEGIN IMMEDIATE")
            hand.tap()
            if number % people == people - 1:
                connection.execute("COMMIT")
        return {"raw cpu": taps / (time.process_time() - cpu), "raw wall": taps / (time.perf_counter() - wall)}


def best(folder: Path, people: int) -> Mapping[str, float]:
    runs = []
    for number in range(3):
        runs.append(durable(folder / f"{number}", people))
    return {name: max(one[name] for one in runs) for name in runs[0]}


def figures() -> list[Figure]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = step(folder)
        core, raw = found["core"], found["raw"]
        stored = Figure(
            "a tap's storage step, CPU, commits left out",
            core.told("µs", 0),
            f"sqlite3 by hand {raw.told('µs', 0)}",
            f"{core.over(raw):.1f}",
            "≤ 9, stretch 4.5",
        )
        many, one = best(folder, PEOPLE), best(folder, 1)
        return [stored, _rate(many, PEOPLE), _wait(many), _rate(one, 1)]


def _rate(found: Mapping[str, float], people: int) -> Figure:
    who = f"{people} annotators" if people > 1 else "1 annotator"
    return Figure(
        f"{who}, durable: labels a second of CPU",
        f"{found['cpu']:.0f} (wall {found['wall']:.0f})",
        f"sqlite3 by hand {found['raw cpu']:.0f} (wall {found['raw wall']:.0f})",
        f"{found['raw cpu'] / found['cpu']:.1f}",
        "≥ 350, stretch 500" if people > 1 else "",
    )


def _wait(found: Mapping[str, float]) -> Figure:
    name = f"a tap's wait for its acknowledgement, 99 of 100, at {found['wall']:.0f} taps a second"
    return Figure(name, f"{1e3 / found['1/p99']:.1f} ms", "", "", "≤ 1 s at 167")


if __name__ == "__main__":
    print(table(figures()))  # noqa: T201
