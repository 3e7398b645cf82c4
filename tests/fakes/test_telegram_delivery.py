"""How updates come from the fake Telegram, and what goes wrong on order."""

import asyncio
import itertools
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from telegram import Bot, InputMediaPhoto, Update
from telegram.error import BadRequest, Conflict, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut

from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_people import Person
from tests.fakes.telegram_samples import PNG, bot_of, keyboard, talk, updates

# The library warns of its own retry_after while it raises RetryAfter.
pytestmark = pytest.mark.filterwarnings("ignore:.*retry_after:telegram.warnings.PTBDeprecationWarning")


async def ids(bot: Bot, **parameters: Any) -> list[int]:
    return [update.update_id for update in await bot.get_updates(**parameters)]


def test_an_update_stays_until_a_higher_offset_confirms_it(tg: FakeTelegram, anna: Person) -> None:
    first, second, third = [anna.say(text) for text in "abc"]

    async def work(bot: Bot) -> None:
        assert await ids(bot) == await ids(bot) == await ids(bot, offset=first) == [first, second, third]
        assert await ids(bot, offset=second, limit=1) == [second]
        assert await ids(bot) == [second, third]
        assert tg.pending == [second, third]
        assert await ids(bot, offset=third + 1) == []
        assert await ids(bot, offset=first) == []

    talk(tg, work)
    assert (second, third) == (first + 1, first + 2)


def test_a_negative_offset_forgets_all_but_the_last(tg: FakeTelegram, anna: Person) -> None:
    last = [anna.say(text) for text in "abc"][-1]

    async def work(bot: Bot) -> None:
        assert await ids(bot, offset=-1) == [last]
        assert await ids(bot) == [last]

    talk(tg, work)


def test_a_long_poll_ends_as_soon_as_something_comes(tg: FakeTelegram, anna: Person) -> None:
    async def work(bot: Bot) -> float:
        poll = asyncio.create_task(ids(bot, timeout=30))
        await asyncio.to_thread(tg.wait, lambda: tg.count("getUpdates") == 1)
        begun = time.monotonic()
        sent = anna.say("hello")
        assert await poll == [sent]
        return time.monotonic() - begun

    assert talk(tg, work) < 2


def test_an_empty_long_poll_ends_after_its_timeout(tg: FakeTelegram) -> None:
    async def work(bot: Bot) -> float:
        begun = time.monotonic()
        assert await ids(bot, timeout=1) == []
        return time.monotonic() - begun

    assert 0.9 < talk(tg, work) < 3


def test_of_two_pollers_the_older_one_is_sent_away(tg: FakeTelegram, anna: Person) -> None:
    async def work(bot: Bot) -> None:
        async with bot_of(tg) as other:
            poll = asyncio.create_task(ids(bot, timeout=30))
            await asyncio.to_thread(tg.wait, lambda: tg.count("getUpdates") == 1)
            newer = asyncio.create_task(ids(other, timeout=30))
            with pytest.raises(Conflict, match="terminated by other getUpdates request"):
                await poll
            assert [anna.say("hello")] == await newer

    talk(tg, work)


def test_a_poll_beside_a_webhook_is_a_conflict(tg: FakeTelegram) -> None:
    async def work(bot: Bot) -> None:
        poll = asyncio.create_task(ids(bot, timeout=30))
        await asyncio.to_thread(tg.wait, lambda: tg.count("getUpdates") == 1)
        await bot.set_webhook("http://127.0.0.1:1/hook")
        with pytest.raises(Conflict, match="webhook is active"):
            await poll
        await bot.delete_webhook()
        assert await ids(bot) == []

    talk(tg, work)


def test_old_updates_expire_taps_long_before_messages(tg: FakeTelegram, anna: Person) -> None:
    said = anna.say("hello")
    anna.press_data("x", 1)

    async def work(bot: Bot) -> None:
        tg.advance(151)
        assert await ids(bot) == [said]
        tg.advance(24 * 3600)
        assert await ids(bot) == []

    talk(tg, work)


def test_allowed_updates_stick_and_leave_reactions_out_by_default(tg: FakeTelegram, anna: Person) -> None:
    anna.say("hello")
    assert anna.react(1, "👍") == 0

    async def work(bot: Bot) -> None:
        await bot.get_updates(allowed_updates=["message_reaction"])
        reacted = anna.react(1, "👍")
        assert reacted
        assert anna.say("unheard") == 0
        assert (await updates(bot))[-1].message_reaction.new_reaction[0].emoji == "👍"
        assert (await bot.get_webhook_info()).allowed_updates == ("message_reaction",)
        await bot.get_updates(allowed_updates=[])
        assert anna.say("heard")

    talk(tg, work)


def test_an_update_is_delivered_again_although_it_was_confirmed(tg: FakeTelegram, anna: Person) -> None:
    said = anna.say("hello")

    async def work(bot: Bot) -> None:
        await updates(bot)
        tg.redeliver(said)
        assert await ids(bot, offset=said + 1) == [said]
        assert await ids(bot, offset=said + 1) == []
        tg.deliver_copies(3)
        again = anna.say("thrice")
        assert await ids(bot) == [again] * 3

    talk(tg, work)


def test_held_updates_come_together_and_in_any_order(tg: FakeTelegram, anna: Person) -> None:
    async def work(bot: Bot) -> None:
        with tg.held():
            sent = [anna.say(text) for text in "abc"]
            assert await ids(bot) == []
            tg.reorder()
        assert await ids(bot) == sent[::-1]

    talk(tg, work)


KILLED_BOT = """
import asyncio, sys, telegram

async def echo():
    offset = None
    async with telegram.Bot("1:TEST", base_url=sys.argv[1] + "/bot") as bot:
        while True:
            for update in await bot.get_updates(offset=offset, timeout=30, read_timeout=40):
                await bot.send_message(7, "echo " + update.message.text)
                offset = update.update_id + 1

asyncio.run(echo())
"""


@contextmanager
def killed_bot(tg: FakeTelegram) -> Iterator[None]:
    """A bot in a process of its own, killed at the end of the block."""
    with subprocess.Popen([sys.executable, "-c", KILLED_BOT, tg.url]) as process:
        try:
            yield
        finally:
            process.kill()


def test_a_killed_bot_gets_again_what_it_had_not_confirmed(tg: FakeTelegram, anna: Person) -> None:
    with killed_bot(tg):
        anna.say("a")
        tg.wait(lambda: anna.chat.last.text == "echo a" and not tg.pending)
        with tg.held():
            unconfirmed = [anna.say(text) for text in "bcd"]
            tg.fail_next("sendMessage", delay=30)
        tg.wait(lambda: anna.chat.last.text == "echo b")
    assert tg.pending == unconfirmed
    with killed_bot(tg):
        tg.wait(lambda: not tg.pending)
    assert [message.text for message in anna.chat.from_bot] == [f"echo {text}" for text in "abbcd"]
    assert tg.refusals == []


class Receiver:
    """A bot's webhook: answers with the statuses it is given, then with 200."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.got: list[tuple[int, str, Update]] = []  # status, secret, update
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                update = Update.de_json(json.loads(body), None)
                status = receiver.statuses.pop(0) if receiver.statuses else 200
                receiver.got.append((status, self.headers.get("X-Telegram-Bot-Api-Secret-Token", ""), update))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Silent: the test looks at what it got."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"

    def taken(self) -> list[int]:
        return [update.update_id for status, _, update in self.got if status == 200]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    thread = threading.Thread(target=receiver.server.serve_forever, args=(0.02,))
    thread.start()
    yield receiver
    receiver.server.shutdown()
    thread.join()
    receiver.server.server_close()


def test_a_webhook_gets_updates_with_its_secret_and_again_until_it_takes_them(
    tg: FakeTelegram, anna: Person, receiver: Receiver
) -> None:
    receiver.statuses = [500, 403]
    talk(tg, lambda bot: bot.set_webhook(receiver.url, secret_token="s3cret"))
    assert tg.webhook == receiver.url
    sent = [anna.say(text) for text in "ab"]
    tg.wait(lambda: not tg.pending)
    assert receiver.taken() == sent
    assert [(status, update.update_id) for status, _, update in receiver.got] == [
        (500, sent[0]),
        (403, sent[0]),
        (200, sent[0]),
        (200, sent[1]),
    ]
    assert {secret for _, secret, _ in receiver.got} == {"s3cret"}
    info = talk(tg, lambda bot: bot.get_webhook_info())
    assert "403" in info.last_error_message
    assert info.pending_update_count == 0


def test_by_webhook_a_tap_overtakes_a_message_that_is_refused(
    tg: FakeTelegram, anna: Person, receiver: Receiver
) -> None:
    receiver.statuses = [500]
    talk(tg, lambda bot: bot.set_webhook(receiver.url))
    said = anna.say("hello")
    tg.wait(lambda: receiver.got)
    tapped = anna.press_data("x", 1)
    tg.wait(lambda: not tg.pending)
    assert receiver.taken() == [tapped, said]


def test_a_webhook_gets_copies_and_what_came_before_it(tg: FakeTelegram, anna: Person, receiver: Receiver) -> None:
    tg.deliver_copies(2)
    said = anna.say("hello")
    talk(tg, lambda bot: bot.set_webhook(receiver.url))
    tg.wait(lambda: not tg.pending)
    tg.redeliver(said)
    tg.wait(lambda: not tg.pending)
    assert receiver.taken() == [said] * 3


STATUSES: dict[int, type[TelegramError]] = {
    429: RetryAfter,
    500: NetworkError,
    502: NetworkError,
    403: Forbidden,
    400: BadRequest,
}


@pytest.mark.parametrize(("status", "error"), STATUSES.items())
def test_a_fault_with_a_status_does_nothing_and_hits_once(
    tg: FakeTelegram, anna: Person, status: int, error: type[TelegramError]
) -> None:
    anna.start()
    tg.fail_next("sendMessage", status, retry_after=35)

    async def work(bot: Bot) -> None:
        with pytest.raises(error):
            await bot.send_message(7, "lost")
        await bot.send_message(7, "kept")

    talk(tg, work)
    assert [message.text for message in anna.chat.from_bot] == ["kept"]
    assert tg.count("sendMessage") == 2
    assert tg.count("sendMessage", ok=True) == 1
    assert tg.refusals == []


@pytest.mark.parametrize(("fault", "sent"), [("drop", 0), ("drop_after", 1), ("half", 1), ("empty", 1)])
def test_a_lost_answer_is_an_error_whether_or_not_the_message_was_sent(
    tg: FakeTelegram, anna: Person, fault: str, sent: int, caplog: pytest.LogCaptureFixture
) -> None:
    anna.start()
    tg.fail_next("sendPhoto", fault)

    async def work(bot: Bot) -> None:
        with pytest.raises(TelegramError):
            await bot.send_photo(7, PNG)
        await bot.send_message(7, "next")

    talk(tg, work)
    assert len(anna.chat.from_bot) == sent + 1


def test_a_slow_answer_comes_after_the_effect(tg: FakeTelegram, anna: Person) -> None:
    anna.start()
    tg.fail_next("sendMessage", delay=0.5)

    async def work(bot: Bot) -> None:
        with pytest.raises(TimedOut):
            await bot.send_message(7, "slow", read_timeout=0.1)

    talk(tg, work)
    assert anna.chat.last.text == "slow"


def test_faults_can_be_for_one_chat_or_for_everything(tg: FakeTelegram, anna: Person) -> None:
    anna.start()
    tg.user("Ben", id=8).start()

    async def work(bot: Bot) -> None:
        tg.fail_next("*", 500, times=2, chat=anna.chat)
        await bot.send_message(8, "fine")
        for call in (bot.send_message(7, "x"), bot.send_chat_action(7, "typing")):
            with pytest.raises(NetworkError):
                await call
        tg.outage()
        for call in (bot.send_message(8, "x"), bot.get_updates()):
            with pytest.raises(NetworkError):
                await call
        tg.clear_faults()
        assert len(await bot.get_updates()) == 2

    talk(tg, work)


def test_a_failure_after_the_effect_can_be_ordered(tg: FakeTelegram, anna: Person) -> None:
    anna.start()
    tg.fail_next("sendMediaGroup", 500, effect=True)

    async def work(bot: Bot) -> None:
        with pytest.raises(NetworkError):
            await bot.send_media_group(7, [InputMediaPhoto(PNG)] * 2)

    talk(tg, work)
    assert len(anna.chat.from_bot) == 2


def test_waiting_in_vain_shows_the_dialogue(tg: FakeTelegram, anna: Person) -> None:
    anna.start()
    talk(tg, lambda bot: bot.send_message(7, "Well?", reply_markup=keyboard([("Yes", "y")])))
    with pytest.raises(AssertionError, match=r"Well\?\n +\[Yes\](.|\n)*sendMessage 200"):
        tg.wait(lambda: anna.toasts, timeout=0.1)


def test_waiting_ends_with_the_call_that_makes_it_true(tg: FakeTelegram, anna: Person) -> None:
    anna.start()
    numbers = itertools.count()

    async def chatter() -> None:
        async with bot_of(tg) as bot:
            while tg.count("sendMessage") < 3:
                await bot.send_message(7, str(next(numbers)))

    thread = threading.Thread(target=asyncio.run, args=(chatter(),))
    thread.start()
    assert tg.wait(lambda: anna.chat.from_bot[2:])[0].text == "2"
    thread.join()
