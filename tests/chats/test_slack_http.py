"""HTTP mode lets in what Slack signed in the last five minutes, and nothing else."""

import json
import time
from collections.abc import Iterator

import pytest

from tests.chats.slack_running import Running
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_delivery import signed

BODY = json.dumps({"type": "event_callback", "event": {"type": "message", "text": "canary-body"}}).encode()
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def bot() -> Iterator[Running]:
    with FakeSlack() as slack, Running(slack, "http") as running:
        yield running


def status(bot: Running, headers: dict[str, str], body: bytes = BODY) -> int:
    return bot.on_loop(bot.chat.on_http(JSON | headers, body))[0]


@pytest.mark.parametrize("stamp", ["abc", "", "٣", "1e9", "-1", "9" * 40, "\ud800"])
def test_a_timestamp_that_is_no_number_is_refused(bot: Running, stamp: str, caplog: pytest.LogCaptureFixture) -> None:
    headers = bot.slack.sign(BODY) | {"X-Slack-Request-Timestamp": stamp}
    assert status(bot, headers) == 401
    assert "canary" not in caplog.text


@pytest.mark.parametrize("signature", ["", "v0=", "v0=абв", "abc", "v0=" + "0" * 64])
def test_a_wrong_signature_is_refused(bot: Running, signature: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    assert status(bot, bot.slack.sign(BODY) | {"X-Slack-Signature": signature}) == 401
    assert "canary" not in caplog.text


def test_another_secret_an_old_request_and_a_changed_body_are_refused(bot: Running) -> None:
    assert status(bot, signed(BODY, "another-secret")) == 401
    assert status(bot, bot.slack.sign(BODY, int(time.time()) - 301)) == 401
    assert status(bot, bot.slack.sign(BODY), BODY + b" ") == 401
    assert status(bot, {}) == 401
    assert bot.events == []


def test_a_body_that_is_no_payload_is_refused(bot: Running) -> None:
    for body in (b"[1]", b"{half"):
        assert status(bot, bot.slack.sign(body), body) == 400
    assert status(bot, bot.slack.sign(b"\xff\xfe"), b"\xff\xfe") == 401


def test_a_huge_body_is_refused_unread(bot: Running) -> None:
    body = b"x" * (3 * 1024 * 1024)
    assert status(bot, bot.slack.sign(body), body) == 413


def test_slack_can_verify_the_address(bot: Running) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "c-1"}).encode()
    code, _, answer = bot.on_loop(bot.chat.on_http(JSON | bot.slack.sign(body), body))
    assert (code, json.loads(answer)) == (200, {"challenge": "c-1"})


def test_a_replayed_request_carries_the_same_key(bot: Running) -> None:
    anna = bot.slack.user("Anna")
    delivery = anna.say("hello").wait()
    assert bot.slack.replay(delivery).ok
    first, second = bot.events
    assert first == second


def test_slack_is_asked_to_come_again_while_we_do_not_know_who_we_are() -> None:
    with FakeSlack() as slack, Running(slack, "http") as bot:
        slack.wait(lambda: slack.count("auth.test"))

        async def knock() -> list[int]:
            chat = bot.new_chat()
            slack.fail_next("auth.test", 503)
            body = json.dumps({"type": "event_callback", "team_id": slack.team_id, "event": {"type": "other"}}).encode()
            try:
                return [(await chat.on_http(JSON | slack.sign(body), body))[0] for _ in range(2)]
            finally:
                await chat.close()

        assert bot.on_loop(knock()) == [503, 200]
