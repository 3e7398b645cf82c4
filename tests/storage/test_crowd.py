"""Many people at once, in threads and in processes: exactly the answers wanted, nobody twice, none short."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from sqlalchemy import func, select

from bot.app import App
from bot.chat import Command, Outcome, Press, Shown
from storage.database import Database, run
from storage.schema import answers, items
from tests.storage.dealing import walk
from tests.storage.recount import mistakes
from tests.worlds import World, build

HEADS = 8
ITEMS = 300


def crowd(work: Callable[[int], int]) -> list[int]:
    """What each of eight people got done, all at the same time."""
    with ThreadPoolExecutor(HEADS) as threads:
        return list(threads.map(work, range(HEADS)))


def all_answered(database: Database, overlap: int, count: int = ITEMS) -> None:
    rows = run(database, lambda tx: tx.all(select(items.c.state, items.c.answers)))
    assert [tuple(row) for row in rows] == [("done", overlap)] * count
    assert run(database, lambda tx: tx.value(select(func.count()).select_from(answers))) == overlap * count
    assert run(database, mistakes) == []


@pytest.mark.parametrize("overlap", [1, 2, 3])
def test_eight_people_at_once_answer_each_item_exactly_as_often_as_wanted(database, overlap):
    world = build(database, items=ITEMS, people=HEADS, overlap=overlap)
    done = crowd(lambda index: len(walk(database, world, index)))
    assert sum(done) == ITEMS * overlap
    all_answered(database, overlap)


class Tapper:
    """A person in a chat: sends events, reads the buttons that come back."""

    def __init__(self, database: Database, app: App, world: World, index: int) -> None:
        self._database, self._app, self._world, self._index = database, app, world, index
        self._random = Random(index)
        self._sent = 0

    def label_everything(self) -> int:
        done, button = 0, self.first_button()
        while button is not None:
            button = self._button(self._send(Press, data=button, shown=Shown("1")))
            done += 1
        return done

    def first_button(self) -> str | None:
        return self._button(self._send(Command, word="label"))

    def _send(self, kind, **fields) -> Outcome:
        """Some events are delivered twice at once; the first delivery's outcome counts."""
        self._sent += 1
        user = self._world.users[self._index]
        event = kind(
            account=self._world.account, key=f"{user}-{self._sent}", user=user, chat=user, name="Somebody", **fields
        )
        times = 2 if self._random.random() < 0.1 else 1
        work = [
            self._database.submit(lambda tx: self._app.handle(tx, event), key=(self._world.account, user))
            for _ in range(times)
        ]
        outcomes = [future.result() for future in work]
        return outcomes[0]

    def _button(self, outcome: Outcome) -> str | None:
        cards = [sent.message for sent in outcome.messages if sent.message.kind == "card"]
        labels = [button for row in cards[-1].buttons for button in row if ":a:" in button.data] if cards else []
        return self._random.choice(labels).data if labels else None


@pytest.mark.parametrize("overlap", [1, 2])
def test_taps_of_eight_people_at_once_label_each_item_exactly_as_often_as_wanted(database, overlap):
    count = 120
    world = build(database, items=count, people=HEADS, overlap=overlap)
    app = App({world.account: "telegram"}, Random(1))
    done = crowd(lambda index: Tapper(database, app, world, index).label_everything())
    assert sum(done) == count * overlap
    all_answered(database, overlap, count)


def test_one_person_on_two_devices_answers_an_item_once(database):
    world = build(database, items=40, people=1, overlap=1)
    app = App({world.account: "telegram"}, Random(1))
    tapper = Tapper(database, app, world, 0)
    button = tapper.first_button()
    user = world.users[0]
    events = [
        Press(account=world.account, key=key, user=user, chat=user, name="", data=button, shown=Shown("1"))
        for key in ("phone", "desk")
    ]
    with ThreadPoolExecutor(2) as threads:
        work = [threads.submit(lambda e=e: run(database, lambda tx: app.handle(tx, e))) for e in events]
        outcomes = [future.result() for future in work]
    assert sorted(bool(outcome.messages) for outcome in outcomes) == [False, True]
    assert sorted(outcome.ack is not None for outcome in outcomes) == [False, True]  # the other one is told
    assert run(database, lambda tx: tx.value(select(func.count()).select_from(answers))) == 1
    assert run(database, mistakes) == []


def test_eight_processes_answer_each_item_exactly_twice(database, url):
    build(database, items=ITEMS, people=HEADS, overlap=2)
    program = [sys.executable, "-m", "tests.storage.labeler", url]
    labelers = [
        subprocess.Popen([*program, str(index)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for index in range(HEADS)
    ]
    for labeler in labelers:
        assert labeler.stdout.readline() == "ready\n"
    for labeler in labelers:
        labeler.stdin.write("go\n")
        labeler.stdin.flush()
    done = [int(labeler.communicate(timeout=120)[0]) for labeler in labelers]
    assert [labeler.returncode for labeler in labelers] == [0] * HEADS
    assert sum(done) == ITEMS * 2
    all_answered(database, 2)
