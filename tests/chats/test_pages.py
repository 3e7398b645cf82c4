"""How each chat leads to the page to mark on: inside Telegram, by a link in Slack, in the browser; or not at all."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot import links
from bot.buttons import Pressed, pack
from bot.chat import Button, Message, Part
from bot.links import LIFETIME, BadLink, Link, plain_pages, signed_pages
from bot.web.bubbles import bubble
from tests.chats.slack_running import Running as SlackRunning
from tests.chats.telegram_driver import Running as TelegramRunning
from tests.fakes.slack import FakeSlack
from tests.fakes.telegram import FakeTelegram

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SECRET = b"s" * 32
PUBLIC = "https://labels.example"
DATA = pack(Pressed("nonce-of-a-card", 0, "d"))
PAGE = Button("Mark on a page", DATA, opens_page=True)
ROWS = ((Button("Good", "n:0:a:0"), Button("Bad", "n:0:a:1")), (PAGE,), (Button("↩", "n:0:u:", "quiet"),))
CARD = Message(text=(Part("What is where?"),), kind="card", buttons=ROWS)


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack(speed=100) as fake:
        yield fake


def clock() -> datetime:
    return NOW


def test_in_telegram_the_page_opens_inside_the_private_chat(tg: FakeTelegram) -> None:
    anna = tg.user("Anna", id=7)
    anna.start()
    with TelegramRunning(tg, run=False, open_page=plain_pages(PUBLIC, "/mark/telegram")) as bot:
        bot.send(7, CARD)
    markup = anna.chat.last_from_bot.markup
    assert markup
    assert markup["inline_keyboard"][1] == [
        {"text": "Mark on a page", "web_app": {"url": f"{PUBLIC}/mark/telegram/nonce-of-a-card"}}
    ]
    assert [len(row) for row in markup["inline_keyboard"]] == [2, 1, 1]


def test_in_a_group_nothing_opens_inside_telegram(tg: FakeTelegram) -> None:
    anna = tg.user("Anna", id=7)
    group = tg.group("Team", [anna])
    with TelegramRunning(tg, run=False, open_page=plain_pages(PUBLIC, "/mark/telegram")) as bot:
        bot.send(group.id, CARD)
    assert [button.text for button in group.chat.last_from_bot.all_buttons] == ["Good", "Bad", "↩"]


@pytest.mark.parametrize("address", ["", "http://labels.example", "http://127.0.0.1:8080"])
def test_without_an_https_address_the_chats_leave_the_button_out(
    tg: FakeTelegram, slack: FakeSlack, address: str
) -> None:
    anna, ben = tg.user("Anna", id=7), slack.user("Ben")
    anna.start()
    with TelegramRunning(tg, run=False, open_page=plain_pages(address, "/mark/telegram")) as bot:
        bot.send(7, CARD)
    with SlackRunning(slack, open_page=signed_pages(address, 1, SECRET, clock)) as running:
        running.send(CARD, ben.dm.id)
    assert ben.dm.last
    assert [button.text for button in anna.chat.last_from_bot.all_buttons] == ["Good", "Bad", "↩"]
    assert [button.text for button in ben.dm.last.buttons] == ["Good", "Bad", "↩"]


def test_in_slack_a_signed_link_of_one_person_leads_to_the_page(slack: FakeSlack) -> None:
    anna = slack.user("Anna")
    with SlackRunning(slack, open_page=signed_pages(PUBLIC, 3, SECRET, clock)) as running:
        running.send(CARD, anna.dm.id)
        assert anna.dm.last
        button = anna.dm.last.buttons[2]
        assert (button.text, button.value) == ("Mark on a page", None)
        address, _, token = str(button.url).rpartition("/")
        assert address == f"{PUBLIC}/mark/link"
        expires = int((NOW + LIFETIME).timestamp())
        assert links.read(token, SECRET, NOW) == Link(3, anna.dm.id, "nonce-of-a-card", expires)
        delivery = anna.press("Mark on a page")
        slack.wait(lambda: delivery.done)
        assert running.events == [], "Slack tells of the tap on a link too"


def test_the_browser_chat_always_leads_there() -> None:
    shown = bubble(CARD)["buttons"][1][0]
    assert shown["url"] == "/mark/nonce-of-a-card"


def test_a_signed_link_is_good_until_it_expires_and_for_what_it_says() -> None:
    token = signed_pages(PUBLIC, 3, SECRET, clock)("D1", DATA).rpartition("/")[2]
    assert links.read(token, SECRET, NOW + LIFETIME).chat == "D1"
    with pytest.raises(BadLink, match="expired"):
        links.read(token, SECRET, NOW + LIFETIME + timedelta(seconds=1))
    with pytest.raises(BadLink, match="forged"):
        links.read(token, b"other", NOW)


def test_a_button_of_no_card_leads_to_no_page() -> None:
    for data in ("", "garbage", pack(Pressed("", 4, "d"))):
        assert plain_pages(PUBLIC, "/mark/telegram")("7", data) == ""
        assert signed_pages(PUBLIC, 3, SECRET, clock)("7", data) == ""
