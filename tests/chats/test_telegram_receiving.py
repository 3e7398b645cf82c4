"""The Telegram chat receiving: nothing is confirmed before it is handled, and every tap is answered once."""

import asyncio
import logging
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from aiohttp import web
from telegram import Bot

from bot.chat import Event, Outcome, Press, Reply, Toast
from bot.chats.telegram import WEBHOOK_PATH
from tests.chats.telegram_driver import Core, Running, card, saved
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_people import Person


def texts(core: Core) -> list[str]:
    return [event.text for event in core.events if isinstance(event, Reply)]


def keys(events: list[Event]) -> list[str]:
    return [getattr(event, "key", "") for event in events]


def test_a_tap_is_received_and_answered_once_with_its_toast(tg: FakeTelegram, anna: Person) -> None:
    with Running(tg) as bot:
        bot.core.script = saved
        anna.start("CODE")
        tg.wait(lambda: bot.core.events)
        bot.send(7, card())
        anna.press("Good")
        tg.wait(lambda: anna.toasts)
        assert isinstance(press := bot.core.events[-1], Press)
        assert (press.data, press.shown.message, press.private) == ("n:0:set:good", "2", True)
        assert anna.toasts == [("Saved", False)]
        assert anna.spinning == 0
    assert tg.refusals == []


def test_a_long_toast_is_cut_and_an_alert_stays_one(tg: FakeTelegram, anna: Person) -> None:
    with Running(tg) as bot:
        anna.start()
        bot.core.script = lambda event: Outcome(Toast("😀" * 150, alert=True))
        bot.send(7, card())
        anna.press("Good")
        toast = tg.wait(lambda: anna.toasts)[0]
        assert toast.alert
        assert toast.text == "😀" * 99 + "…"


def test_an_event_that_fails_comes_again_and_is_answered_only_then(tg: FakeTelegram, anna: Person) -> None:
    core = Core()
    with Running(tg, core) as bot:
        anna.start()
        tg.wait(lambda: core.events)
        core.failures, core.script = 2, saved
        bot.send(7, card())
        update = anna.press("Good")
        tg.wait(lambda: anna.toasts)
        assert keys(core.tried)[-3:] == [f"u{update}"] * 3
        assert keys(core.events)[-1] == f"u{update}"
        assert tg.count("answerCallbackQuery") == 1


def test_nothing_is_confirmed_while_storage_is_down(tg: FakeTelegram, anna: Person) -> None:
    core = Core()
    core.failures = 1e9
    with Running(tg, core) as bot:
        first = anna.say("one")
        tg.wait(lambda: len(core.tried) >= 2)
        bot.stop()
        assert tg.pending == [first]
    core.failures = 0
    with Running(tg, core):
        tg.wait(lambda: texts(core) == ["one"] and not tg.pending)


def test_one_persons_events_stay_in_order_and_another_person_need_not_wait(tg: FakeTelegram, anna: Person) -> None:
    core, bob = Core(), tg.user("Bob", id=8)
    released = threading.Event()
    core.fails = lambda event: isinstance(event, Reply) and event.text == "a1" and not released.is_set()
    with tg.held():
        for number in range(5):
            anna.say(f"a{number}")
            bob.say(f"b{number}")
    with Running(tg, core):
        tg.wait(lambda: [text for text in texts(core) if text < "b"] == ["a0"] and len(texts(core)) == 6)
        assert texts(core)[-4:] == ["b1", "b2", "b3", "b4"]
        assert len(tg.pending) == 10
        released.set()
        tg.wait(lambda: not tg.pending)
        assert [text for text in texts(core) if text < "b"] == ["a0", "a1", "a2", "a3", "a4"]


def test_a_stop_finishes_what_is_in_hand_and_confirms_it(tg: FakeTelegram, anna: Person) -> None:
    core = Core()
    core.hold = threading.Event()
    with Running(tg, core) as bot:
        anna.say("one")
        tg.wait(lambda: core.tried)
        stopping = threading.Thread(target=bot.stop)
        stopping.start()
        core.hold.set()
        stopping.join()
        assert texts(core) == ["one"]
        assert tg.pending == []


@pytest.mark.parametrize("fault", ["drop", "half", "empty", 500, 502, 429])
def test_a_failing_fetch_is_tried_again_and_loses_nothing(tg: FakeTelegram, anna: Person, fault: int | str) -> None:
    tg.fail_next("getUpdates", fault)
    anna.say("one")
    with Running(tg) as bot:
        tg.wait(lambda: texts(bot.core) and not tg.pending)
        assert set(texts(bot.core)) == {"one"}


def test_telegram_out_of_reach_at_the_start_is_waited_for(tg: FakeTelegram, anna: Person) -> None:
    tg.fail_next("*", "drop", times=2)
    anna.say("one")
    with Running(tg) as bot:
        tg.wait(lambda: texts(bot.core) == ["one"])
        assert bot.chat.link("CODE") == f"https://t.me/{tg.username}?start=CODE"


def test_a_wrong_token_ends_receiving_with_a_sentence(tg: FakeTelegram) -> None:
    with Running(tg, token="2:OTHER") as bot:
        error = bot.ended()
        assert error.permanent
        assert "@BotFather" in error.reason
        assert "OTHER" not in error.reason


def test_a_public_address_that_telegram_refuses_ends_receiving_with_a_sentence(tg: FakeTelegram) -> None:
    with Running(tg, mode="webhook", public_url="label.example.org") as bot:
        error = bot.ended()
    assert error.permanent
    assert "webhook" in error.reason


def test_a_token_revoked_while_receiving_ends_it(tg: FakeTelegram) -> None:
    with Running(tg) as bot:
        tg.fail_next("getUpdates", 401, times=2)
        assert "@BotFather" in bot.ended().reason


def test_of_two_receivers_one_stops_with_a_sentence_and_one_goes_on(tg: FakeTelegram, anna: Person) -> None:
    core = Core()
    with Running(tg, core) as first:
        tg.wait(lambda: tg.count("getUpdates"))
        with Running(tg, core) as second:
            tg.wait(lambda: first.over or second.over)
            stopped = first if first.over else second
            error = stopped.ended()
            assert error.permanent
            assert "Another program" in error.reason
            anna.say("one")
            tg.wait(lambda: texts(core) == ["one"] and not tg.pending)


def test_an_update_delivered_three_times_answers_its_tap_once(tg: FakeTelegram, anna: Person) -> None:
    with Running(tg) as bot:
        anna.start()
        bot.send(7, card())
        tg.deliver_copies(3)
        update = anna.press("Good")
        tg.wait(lambda: keys(bot.core.events).count(f"u{update}") == 3 and anna.spinning == 0)
    assert tg.count("answerCallbackQuery") == 1


@pytest.mark.parametrize("fault", ["drop", "drop_after", "half", 400, 500, 429])
def test_an_answer_that_fails_costs_nothing(tg: FakeTelegram, anna: Person, fault: int | str) -> None:
    with Running(tg) as bot:
        anna.start()
        bot.send(7, card())
        tg.fail_next("answerCallbackQuery", fault)
        anna.press("Good")
        anna.say("next")
        tg.wait(lambda: texts(bot.core) == ["next"] and not tg.pending)
        assert isinstance(bot.core.events[-2], Press)


def test_polling_takes_a_forgotten_webhook_away(tg: FakeTelegram, anna: Person) -> None:
    with Running(tg, mode="webhook", public_url="http://127.0.0.1:1"):
        tg.wait(lambda: tg.webhook)
    with Running(tg) as bot:
        anna.say("one")
        tg.wait(lambda: texts(bot.core) == ["one"])
    assert tg.webhook == ""


def test_neither_token_nor_words_reach_a_log(tg: FakeTelegram, anna: Person, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    core = Core()
    with Running(tg, core, token="1:TEST") as bot:
        core.failures = 1
        anna.say("CANARY")
        tg.wait(lambda: core.events)
        tg.fail_next("sendMessage", "half")
        assert "TEST" not in str(bot.refused(7, card("CANARY")).reason)
        tg.fail_next("getUpdates", "half", times=2)
        anna.say("CANARY")
        tg.wait(lambda: len(core.events) == 2)
    assert "CANARY" not in caplog.text
    assert "1:TEST" not in caplog.text
    assert "failed (RuntimeError)" in caplog.text


# Webhook


@contextmanager
def serving(tg: FakeTelegram, core: Core) -> Iterator[tuple[Running, str]]:
    """A chat in webhook mode behind a small web server; yields it and the address Telegram posts to."""
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    with Running(tg, core, mode="webhook", public_url=url + "/", watch_seconds=0.05) as bot:

        async def post(request: web.Request) -> web.Response:
            return web.Response(status=await bot.chat.on_webhook(request.headers, await request.read()))

        async def start() -> web.AppRunner:
            app = web.Application()
            app.router.add_post(WEBHOOK_PATH, post)
            runner = web.AppRunner(app)
            await runner.setup()
            await web.SockSite(runner, listening).start()
            return runner

        runner = bot.do(start())
        tg.wait(lambda: tg.webhook)
        yield bot, url + WEBHOOK_PATH
        bot.do(runner.cleanup())


def post(url: str, body: bytes, **headers: str) -> int:
    """The status of a POST as a stranger makes it."""
    request = urllib.request.Request(url, body, {name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_the_webhook_brings_events_and_taps_are_answered(tg: FakeTelegram, anna: Person) -> None:
    core = Core()
    with serving(tg, core) as (bot, url):
        assert tg.webhook == url
        core.script = saved
        anna.start()
        tg.wait(lambda: core.events)
        bot.send(7, card())
        anna.press("Good")
        tg.wait(lambda: anna.toasts and not tg.pending)
        assert tg.count("getUpdates") == 0


def test_a_webhook_that_fails_gets_the_update_again(tg: FakeTelegram, anna: Person) -> None:
    core = Core()
    core.failures = 2
    with serving(tg, core):
        anna.say("one")
        tg.wait(lambda: texts(core) == ["one"] and not tg.pending)
        assert len(core.tried) == 3


def test_a_webhook_without_the_right_secret_is_refused(tg: FakeTelegram) -> None:
    core = Core()
    body = b'{"update_id": 1, "message": {"message_id": 1, "date": 1, "text": "hi"}}'
    with serving(tg, core) as (_, url):
        assert post(url, body) == 403
        assert post(url, body, X_Telegram_Bot_Api_Secret_Token="wrong") == 403
        assert post(url, body, X_Telegram_Bot_Api_Secret_Token="1:TEST") == 403
        assert post(url, body, X_Telegram_Bot_Api_Secret_Token="schl\u00fcssel") == 403
    assert core.tried == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"update_id": 1, "something_new": {"from": 5}}', 200),
        (b'{"update_id": 1, "message": {"chat": 5}}', 200),
        (b'{"update_id": 1, "callback_query": "x"}', 200),
        (b'{"update_id": "x"}', 200),
        (b"[]", 200),
        (b'{"update_id": 1, "mess', 400),
        (b"\xff", 400),
    ],
)
def test_a_webhook_survives_any_body(tg: FakeTelegram, body: bytes, status: int) -> None:
    with Running(tg, secret="s3cret", run=False) as bot:
        assert bot.do(bot.chat.on_webhook({"x-telegram-bot-api-secret-token": "s3cret"}, body)) == status
        assert bot.core.tried == []


def test_a_webhook_somebody_took_away_is_set_again(tg: FakeTelegram, anna: Person) -> None:
    core = Core()
    with serving(tg, core) as (_, url):
        before = tg.count("setWebhook")
        asyncio.run(_delete_webhook(tg))
        tg.wait(lambda: tg.count("setWebhook") > before and tg.webhook == url)
        anna.say("one")
        tg.wait(lambda: texts(core) == ["one"])


async def _delete_webhook(tg: FakeTelegram) -> None:
    async with Bot(tg.token, base_url=tg.url + "/bot") as bot:
        await bot.delete_webhook()


def test_the_secret_is_the_same_in_every_process_and_is_not_the_token(tg: FakeTelegram) -> None:
    bodies = []
    for _ in range(2):
        with serving(tg, Core()):
            bodies.append(next(call.params["secret_token"] for call in tg.calls if call.method == "setWebhook"))
    assert bodies[0] == bodies[1]
    assert len(bodies[0]) == 64
    assert "TEST" not in bodies[0]


# Doctor


def test_doctor_finds_all_well(tg: FakeTelegram) -> None:
    with Running(tg, run=False) as bot:
        found = bot.do(bot.chat.check())
    assert [finding.what for finding in found] == [
        f"Telegram knows the bot as @{tg.username}",
        "updates are fetched by polling",
        "the clock agrees with Telegram's",
    ]
    assert all(finding.ok for finding in found)


def test_doctor_tells_a_wrong_token_from_a_dead_line(tg: FakeTelegram) -> None:
    with Running(tg, token="2:OTHER", run=False) as bot:
        (found,) = bot.do(bot.chat.check())
        assert not found.ok
        assert "@BotFather" in found.mend
    with Running(tg, api_url="http://127.0.0.1:9", run=False) as bot:
        (found,) = bot.do(bot.chat.check())
        assert not found.ok
        assert "TELEGRAM_API_URL" in found.mend
        assert "TEST" not in found.what


def test_doctor_finds_a_webhook_that_is_missing_or_fails(tg: FakeTelegram, anna: Person) -> None:
    with Running(tg, mode="webhook", public_url="http://127.0.0.1:9") as bot:
        tg.wait(lambda: tg.webhook)
        anna.say("one")
        tg.wait(lambda: tg.webhook_error)
        assert any("could not deliver" in finding.what for finding in bot.do(bot.chat.check()))
    with Running(tg, mode="webhook", public_url="https://label.example.org", run=False) as bot:
        assert any("the webhook is http://127.0.0.1:9" in finding.what for finding in bot.do(bot.chat.check()))
    with Running(tg, run=False) as bot:
        assert any(not finding.ok and "webhook" in finding.what for finding in bot.do(bot.chat.check()))
