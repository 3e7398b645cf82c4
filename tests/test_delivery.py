"""Sending what the outbox holds: failures are reported, nothing is sent again and again, nothing waits for ever."""

import asyncio
import logging
import time
from collections import deque
from concurrent.futures import Future

from sqlalchemy.exc import OperationalError

from bot.chat import ChatError, Message, Outcome, Outgoing, Pace, Part, SendFailed, Sending, Shown
from bot.delivery import Delivery

PACE = Pace(chat_seconds=0.0, chat_burst=100, overall_per_second=1000.0)
REVOKED = ChatError("SLACK_BOT_TOKEN is not accepted", retry_after=0.01, credentials=True)


def message(id, kind="card", chat="7"):
    return Outgoing(id=id, account=1, chat=chat, message=Message(text=(Part("x"),), kind=kind))


class ScriptedChat:
    """A chat that meets each message with the next of `answers`, and the last of them with `rest`."""

    account, platform, pace = 1, "scripted", PACE

    def __init__(self, *answers, rest=None):
        self.answers, self.rest = deque(answers), rest
        self.sent, self.at = [], []

    async def send(self, outgoing):
        self.sent.append(outgoing.id)
        self.at.append(time.monotonic())
        answer = self.answers.popleft() if self.answers else self.rest
        if answer is not None:
            raise answer
        return Sending(Shown(str(outgoing.id)))


class Core:
    """Keeps what it is told; `brings` gives what is to be sent instead of a message that failed."""

    def __init__(self, fails=0, brings=lambda event: ()):
        self.reports, self.notes, self.fails, self.brings = [], [], fails, brings

    async def report(self, event):
        if self.fails:
            self.fails -= 1
            raise OperationalError("x", {}, Exception("the server was restarted"))
        self.reports.append(event)
        self.delivery.take(self.brings(event))
        return Outcome()

    def note(self, event):
        self.notes.append(event)
        return Future()


def deliver(chat, core, *messages, until):
    async def scene():
        core.delivery = Delivery(core.report, core.note)
        core.delivery.add(chat)
        core.delivery.take(messages)
        async with asyncio.timeout(10):
            while not until():  # noqa: ASYNC110  what is waited for is different each time
                await asyncio.sleep(0.01)
        waiting = core.delivery.waiting()
        await core.delivery.stop(1)
        return waiting

    return asyncio.run(scene())


def test_a_card_whose_answers_are_lost_comes_again_after_pauses_that_grow():
    chat = ScriptedChat(rest=ChatError("no answer", unknown=True))
    core = Core(brings=lambda event: (message(event.id + 1),))
    deliver(chat, core, message(1), until=lambda: len(chat.sent) == 3)
    first, second, third = chat.at
    assert second - first >= 0.5
    assert third - second >= 1.0


def test_a_chat_whose_answers_are_lost_holds_up_no_other():
    class HalfDeaf(ScriptedChat):
        async def send(self, outgoing):
            self.answers.append(ChatError("no answer", unknown=True) if outgoing.chat == "deaf" else None)
            return await super().send(outgoing)

    core = Core()
    there, others = [message(n, chat="deaf") for n in (1, 2, 3)], [message(n) for n in (4, 5, 6)]
    waiting = deliver(HalfDeaf(), core, *there, *others, until=lambda: len(core.notes) == 3)
    assert 3 in waiting


def test_whatever_kind_of_message_may_have_arrived_is_reported_and_not_repeated():
    for kind in ("card", "notice", "summary"):
        chat, core = ScriptedChat(ChatError("no answer", unknown=True)), Core()
        deliver(chat, core, message(1, kind), until=lambda core=core: core.reports)
        assert [(event.id, event.unknown) for event in core.reports] == [(1, True)]
        assert chat.sent == [1]


def test_a_failure_that_cannot_be_reported_at_once_is_reported_later_and_the_next_message_goes():
    chat, core = ScriptedChat(ChatError("refused", permanent=True)), Core(fails=2)
    waiting = deliver(chat, core, message(1), message(2), until=lambda: core.notes)
    assert isinstance(core.reports[0], SendFailed)
    assert chat.sent == [1, 2]
    assert waiting == []


def test_an_outage_of_the_storage_is_no_fault_of_a_message():
    """The browser chat keeps its messages there."""
    chat, core = ScriptedChat(OperationalError("x", {}, Exception("the server was restarted"))), Core()
    deliver(chat, core, message(1), until=lambda: core.notes)
    assert chat.sent == [1, 1]
    assert core.reports == []


def test_what_waits_for_its_turn_is_not_sent_in_a_hurry_at_the_end():
    chat, core = ScriptedChat(), Core()
    chat.pace = Pace(chat_seconds=60.0, chat_burst=1, overall_per_second=1000.0)
    waiting = deliver(chat, core, *(message(number) for number in (1, 2, 3)), until=lambda: len(chat.sent) == 1)
    assert {2, 3} <= set(waiting)
    assert chat.sent == [1]


def test_a_report_that_never_succeeds_does_not_hold_up_the_end():
    chat, core = ScriptedChat(ChatError("refused", permanent=True)), Core(fails=1000)
    deliver(chat, core, message(1), until=lambda: core.fails < 1000)
    assert core.reports == []


def test_a_token_fault_waits_is_said_once_and_is_over_with_the_next_message_sent(caplog):
    caplog.set_level(logging.ERROR)
    chat, core = ScriptedChat(*[REVOKED] * 5), Core()
    ailments = []

    def done():
        ailments.append(core.delivery.ailment)
        return len(core.notes) == 2

    deliver(chat, core, message(1), message(2, chat="8"), until=done)
    assert core.reports == []
    assert caplog.text.count("SLACK_BOT_TOKEN is not accepted") == 1
    assert REVOKED.reason in ailments
    assert ailments[-1] == ""


def test_who_waits_for_a_far_away_time_does_not_hold_up_the_end():
    chat, core = ScriptedChat(ChatError("slow down", retry_after=3600.0)), Core()
    assert deliver(chat, core, message(1), until=lambda: chat.sent) == [1]
