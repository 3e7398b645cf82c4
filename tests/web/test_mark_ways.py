"""The ways in from Telegram and Slack in a real Chromium, with the real server behind the page."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bot.links import LIFETIME
from bot.project import LabelDef, Project, Question
from tests.web.fingers import PHONE, mark, send
from tests.web.marked import House, marked

LABELS = (LabelDef("per", "Person"), LabelDef("loc", "Place"))
NAMES = Project("names", "Names", (Question("label", "Which names?", "spans", LABELS),), gold_share=0.0)
TEXT = "<b>Ada</b> met Bob in London"
BOB = [{"start": 15, "end": 18, "label": "per", "text": "Bob"}]
ANNA = "7001"
DARK = {"bg_color": "#17212b", "text_color": "#f5f5f5", "button_color": "#5288c1"}


@pytest.fixture
def house(tmp_path: Path, sqlite_url: str) -> Iterator[House]:
    with marked(tmp_path, sqlite_url) as running:
        running.add(NAMES, [{"data": {"text": f"{TEXT}, {at}."}} for at in range(4)])
        yield running


@pytest.fixture
def phone(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(locale="en-US", **PHONE)  # type: ignore[arg-type]
    # Telegram's script is not there for tests: the page does without it.
    context.route("https://telegram.org/**", lambda route: route.abort())
    yield context
    context.close()


def inside_telegram(house: House, phone: BrowserContext, user: str = ANNA, **signed: str) -> Page:
    page = phone.new_page()
    opening = quote(house.init_data(user, **signed))
    theme = quote(json.dumps(DARK))
    card = house.card(user)
    page.goto(
        f"{house.url}/mark/telegram/{card}#tgWebAppData={opening}&tgWebAppThemeParams={theme}&tgWebAppVersion=8.0"
    )
    return page


def test_inside_telegram_a_text_is_marked_reloaded_and_sent(house: House, phone: BrowserContext) -> None:
    house.joins(ANNA, "names")
    page = inside_telegram(house, phone)
    expect(page.locator(".lines")).to_contain_text(f"{TEXT}, 0.")
    mark(page, "Bob", "Person")
    page.reload()
    expect(page.get_by_role("button", name="Send")).to_be_enabled()
    send(page)
    expect(page.locator(".lines")).to_contain_text(f"{TEXT}, 1.")
    assert house.labels() == [BOB]
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(23, 33, 43)"


def test_an_opening_that_was_forged_says_what_to_do(house: House, phone: BrowserContext) -> None:
    house.joins(ANNA, "names")
    page = inside_telegram(house, phone, token="1:other")
    expect(page.get_by_text("Open the page from the card in the chat.")).to_be_visible()


def test_by_the_link_of_slack_a_text_is_marked(house: House, phone: BrowserContext) -> None:
    house.joins("U1", "names", "slack")
    page = phone.new_page()
    page.goto(f"{house.url}/mark/link/{house.link('U1')}")
    mark(page, "Bob", "Person")
    send(page)
    expect(page.locator(".lines")).to_contain_text(f"{TEXT}, 1.")
    assert house.labels() == [BOB]


def test_a_link_that_is_used_or_too_old_says_what_to_do(house: House, phone: BrowserContext, chromium: Browser) -> None:
    house.joins("U1", "names", "slack")
    address = f"{house.url}/mark/link/{house.link('U1')}"
    first = phone.new_page()
    first.goto(address)
    expect(first.locator(".lines")).to_be_visible()
    other = chromium.new_page(locale="en-US")
    other.goto(address)
    expect(other.get_by_text("This link was used already. Type /label in the chat")).to_be_visible()
    house.joins("U2", "names", "slack")
    old = f"{house.url}/mark/link/{house.link('U2')}"
    house.clock.advance(LIFETIME + timedelta(seconds=1))
    other.goto(old)
    expect(other.get_by_text("This link is too old. Type /label in the chat")).to_be_visible()
    other.close()
