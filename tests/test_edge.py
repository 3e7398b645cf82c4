"""The edge of the core: in order, again where the storage failed, and not again where the process dies of it."""

import asyncio
import time

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bot.chat import ChatError, Command, Message, Outcome, Outgoing, Pace, Reply, SendFailed, Sent, Shown, Tick, Unsent
from bot.edge import CRASHES, Edge, lane
from storage import accounts
from storage.database import run
from storage.schema_chats import aside

HERE = {"account": 1, "chat": "D7"}
SAID = {"key": "k", "user": "U7", "name": "Anna"}


def test_a_reply_waits_for_the_report_that_its_card_stands_there():
    """Else it would be for a message that we know nothing of, and be refused."""
    reply = Reply(**HERE, **SAID, text="hello", message="2", to="1")
    reports = (
        Sent(**HERE, id=1, shown=Shown("1")),
        SendFailed(**HERE, id=1, permanent=False, reason="no answer", unknown=True),
        Unsent(**HERE, id=1, message=Message(text=())),
    )
    assert {lane(event) for event in reports} == {lane(reply)}


def test_nobody_waits_for_another_chat():
    there = Sent(account=1, chat="D8", id=1, shown=Shown("1"))
    elsewhere = Sent(account=2, chat="D7", id=1, shown=Shown("1"))
    here = Sent(**HERE, id=1, shown=Shown("1"))
    assert len({lane(event) for event in (here, there, elsewhere)}) == 3
    assert lane(Tick()) is None


def test_a_person_whose_chat_is_not_known_has_an_order_of_their_own():
    came = Command(**SAID, account=1, chat="", word="label")
    other = Command(**SAID | {"user": "U8"}, account=1, chat="", word="label")
    assert lane(came) == lane(came) != lane(other)


TAP = Command(**HERE, **SAID, word="label")


class DiskFull(Exception):
    """As PostgreSQL calls it. An error without a state would be taken for a lost server, and waited for."""

    sqlstate = "53100"


class Core:
    """Handles events, or fails at each with `error`."""

    def __init__(self, error=None):
        self.error, self.handled = error, 0

    def handle(self, tx, event):
        if self.error:
            raise self.error
        self.handled += 1
        return Outcome()


@pytest.fixture
def account(database):
    assert run(database, lambda tx: accounts.account(tx, "telegram", "bot")) == HERE["account"]


def counted(database):
    return run(database, lambda tx: [(row.key, row.attempts) for row in tx.all(select(aside))])


def test_an_event_is_not_dropped_because_the_storage_failed(database, account):
    async def scene():
        core = Core(OperationalError("x", {}, DiskFull()))
        edge = Edge(database, core)
        for _ in range(3 * CRASHES):
            with pytest.raises(OperationalError):
                await edge.receive(TAP)
        core.error = None
        await edge.receive(TAP)
        return core.handled

    assert asyncio.run(scene()) == 1
    run(database, lambda tx: None)
    assert counted(database) == []


def test_an_event_that_fails_for_another_reason_is_no_death(database, account):
    asyncio.run(Edge(database, Core(ValueError())).receive(TAP))
    # That it was none is written beside the answer, which does not wait for it.
    until = time.monotonic() + 20
    while (found := counted(database)) != [("k", 3)]:
        assert time.monotonic() < until, found


def test_an_event_that_ended_the_process_each_time_is_let_go(database, account):
    core = Core()
    for _ in range(CRASHES):
        asyncio.run(Edge(database, core)._kills(TAP))  # a process that counts, and dies of what comes next
    assert asyncio.run(Edge(database, core).receive(TAP)) == Outcome()
    assert core.handled == 0


def test_health_tells_of_a_database_that_does_not_answer_and_of_a_refused_token(database):
    class Refused:
        account, platform = 1, "scripted"
        pace = Pace(chat_seconds=0.0, chat_burst=9, overall_per_second=9.0)

        async def send(self, outgoing):
            raise ChatError("SLACK_BOT_TOKEN is not accepted", credentials=True)

    async def scene():
        edge = Edge(database, Core())
        said = [await edge.ailment()]
        edge.delivery.add(Refused())
        edge.delivery.take([Outgoing(id=1, account=1, chat="D7", message=Message(text=()))])
        async with asyncio.timeout(5):
            while not edge.delivery.ailment:  # noqa: ASYNC110  delivery tells nobody
                await asyncio.sleep(0.01)
        said.append(await edge.ailment())
        await edge.delivery.stop(1)
        database.close()
        return [*said, await edge.ailment()]

    assert asyncio.run(scene()) == ["", "SLACK_BOT_TOKEN is not accepted", "the database does not answer"]
