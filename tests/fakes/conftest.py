"""A fake Telegram and a fake Slack for each test, and somebody at the one."""

from collections.abc import Iterator

import pytest

from tests.fakes.slack import FakeSlack
from tests.fakes.slack_program import SECRET, Api, call
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_people import Person


@pytest.fixture
def tg() -> Iterator[FakeTelegram]:
    with FakeTelegram() as fake:
        yield fake


@pytest.fixture
def anna(tg: FakeTelegram) -> Person:
    return tg.user("Anna", id=7)


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack(signing_secret=SECRET, speed=600) as fake:
        yield fake


@pytest.fixture
def api(slack: FakeSlack) -> Api:
    """Calls one Web API method through the SDK, without any app; a refusal raises SlackApiError."""
    return lambda method, **args: call(slack, lambda client: client.api_call(method, json=args))
