"""A fake Telegram for each test, and somebody at it."""

from collections.abc import Iterator

import pytest

from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_people import Person


@pytest.fixture
def tg() -> Iterator[FakeTelegram]:
    with FakeTelegram() as fake:
        yield fake


@pytest.fixture
def anna(tg: FakeTelegram) -> Person:
    return tg.user("Anna", id=7)
