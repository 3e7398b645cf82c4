"""Sockets, signatures and retries of the fake Slack, seen by an unmodified bolt program."""

import asyncio
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import FakeSlack
from tests.fakes.slack_program import SECRET, Bot, actions, button, listen
from tests.fakes.slack_text import Json


@pytest.fixture
def socket_bot(slack: FakeSlack) -> Iterator[Bot]:
    with Bot(slack, http=False) as running:
        yield running


@pytest.fixture
def http_bot(slack: FakeSlack) -> Iterator[Bot]:
    with Bot(slack, http=True) as running:
        yield running


def test_each_event_reaches_exactly_one_of_two_programs(slack: FakeSlack) -> None:
    anna = slack.user("Anna")
    with Bot(slack, http=False) as one, Bot(slack, http=False) as two:
        for each in (one, two):
            listen(each)
        for number in range(10):
            anna.say(str(number))
        slack.wait(lambda: len(one.seen) + len(two.seen) >= 10)
        told = sorted(body["event"]["text"] for body in one.seen + two.seen)
    assert told == [str(number) for number in range(10)]
    assert one.seen
    assert two.seen


@pytest.mark.parametrize("how", ["warning", "refresh_requested", "abrupt", "half_open"])
def test_a_program_comes_back_after_its_socket_ends(slack: FakeSlack, socket_bot: Bot, how: str) -> None:
    listen(socket_bot)
    slack.disconnect(how)
    slack.wait(lambda: slack.count("apps.connections.open") == 2 and slack.sockets == 1, timeout=15)
    assert slack.user("Anna").say("still there?").wait(20).acknowledged


def test_retries_through_a_socket_are_numbered() -> None:
    numbers: list[str | None] = []

    async def fail(req: AsyncBoltRequest) -> None:
        numbers.append((req.headers.get("x-slack-retry-num") or [None])[0])
        raise RuntimeError("database is away")

    with FakeSlack(signing_secret=SECRET, deadline=0.2, speed=6000) as slack, Bot(slack, http=False) as bot:
        bot.app.use(fail)
        slack.user("Anna").say("hello").wait()
    assert numbers[1:] == ["1", "2", "3"]


def test_a_press_takes_no_payload_in_its_acknowledgement(slack: FakeSlack, socket_bot: Bot) -> None:
    @socket_bot.app.action("a")
    async def pressed(ack: Any) -> None:
        await ack("nobody reads this")

    anna = slack.user("Anna")
    blocks = [actions(button("A", action_id="a"))]
    socket_bot.run(socket_bot.client.chat_postMessage(channel=anna.id, text="x", blocks=blocks))
    told = anna.press("A").wait()
    assert (told.acknowledged, told.answer, anna.ephemerals) == (True, None, [])


def test_an_event_in_flight_when_the_socket_dies_is_told_again(slack: FakeSlack, socket_bot: Bot) -> None:
    bodies: list[Json] = []

    @socket_bot.app.event("message")
    async def slow(body: Json) -> None:
        bodies.append(body)
        if len(bodies) == 1:
            await asyncio.sleep(30)

    told = slack.user("Anna").say("hello")
    slack.wait(lambda: bodies)
    slack.disconnect("abrupt")
    told.wait(20)
    assert told.acknowledged
    assert told.attempts[0].reply.reason == "connection_failed"
    assert bodies[-1]["event_id"] == bodies[0]["event_id"]


def test_with_no_socket_open_a_person_sees_an_error_at_once(slack: FakeSlack) -> None:
    slack.use_socket_mode()
    anna = slack.user("Anna")
    anna.command("/label").wait()
    assert anna.errors == ["/label: connection_failed"]


def test_a_socket_address_works_once(slack: FakeSlack) -> None:
    async def twice() -> tuple[Json, int]:
        client = AsyncWebClient(base_url=slack.url + "/api/")
        address = (await client.apps_connections_open(app_token="xapp-test"))["url"]
        async with aiohttp.ClientSession() as session:
            async with session.ws_connect(address) as socket:
                hello = await socket.receive_json()
            with pytest.raises(aiohttp.WSServerHandshakeError) as again:
                await session.ws_connect(address)
        return hello, again.value.status

    hello, status = asyncio.run(twice())
    assert (hello["type"], status) == ("hello", 404)


def test_a_late_acknowledgement_counts_as_none() -> None:
    with FakeSlack(signing_secret=SECRET, deadline=0.1, speed=6000) as slack, Bot(slack, http=False) as bot:

        @bot.app.command("/slow")
        async def slow(ack: Any) -> None:
            await asyncio.sleep(0.3)
            await ack("too late")

        anna = slack.user("Anna")
        anna.command("/slow").wait()
        assert (anna.errors, anna.ephemerals) == (["/slow: timeout"], [])


def test_requests_are_signed_and_a_wrong_or_old_signature_is_refused(slack: FakeSlack, http_bot: Bot) -> None:
    listen(http_bot)
    told = slack.user("Anna").say("hello").wait()
    body, headers = told.requests[0]
    assert slack.replay(told).ok
    assert slack.post(body, headers | {"X-Slack-Signature": "v0=0"}).body == 401
    assert slack.post(body, headers | slack.sign(body, timestamp=1)).body == 401
    assert len(http_bot.seen) == 2


def test_retries_say_their_number_and_reason(slack: FakeSlack, http_bot: Bot) -> None:
    async def fail(next: Any) -> None:
        raise RuntimeError("database is away")

    http_bot.app.use(fail)
    told = slack.user("Anna").say("hello").wait()
    stamps = [headers.get("X-Slack-Retry-Num") for _, headers in told.requests]
    assert stamps == [None, "1", "2", "3"]
    assert told.requests[1][1]["X-Slack-Retry-Reason"] == "http_error"


def test_a_program_that_is_not_running_gets_its_events_when_it_is_back(slack: FakeSlack) -> None:
    with Bot(slack, http=True) as gone:
        pass
    assert gone.seen == []
    told = slack.user("Anna").say("hello")
    slack.wait(lambda: told.attempts)
    with Bot(slack, http=True) as back:
        listen(back)
        told.wait()
        assert back.seen[0]["event_id"] == told.event_id
    assert told.attempts[0].reply.reason == "connection_failed"
