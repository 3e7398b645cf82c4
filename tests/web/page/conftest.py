"""The page before a small server, on devices whose profiles are kept."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.page.showing import CARDS, PHONE, Contexts, Join
from tests.web.running import Place, place


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place(tmp_path_factory.mktemp("page"), list(CARDS)) as running:
        yield running


@pytest.fixture
def here(house: Place) -> Place:
    script = house.script
    script.at, script.shown, script.failing, script.cards = 0, None, 0, list(CARDS)
    script.events.clear()
    script.answers.clear()
    return house


@pytest.fixture(scope="package")
def contexts(chromium: Browser) -> Contexts:
    return Contexts(chromium)


@pytest.fixture
def join(contexts: Contexts, here: Place) -> Iterator[Join]:
    """Opens a page and joins by link. Whatever the page complains about in its console fails the test."""
    complaints = list[str]()

    def open_page(name: str = "Ada", **options: Any) -> Page:
        page = contexts.fresh(options or PHONE).new_page()
        page.set_default_timeout(8000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if _is_policy(line.text) else None)
        page.goto(f"{here.url}/join/{here.invite()}")
        page.get_by_label("Your name").fill(name)
        page.get_by_role("button", name="Join").click()
        expect(page.get_by_text("Welcome, ")).to_be_visible()
        expect(page.locator(".message.open")).to_be_visible()
        return page

    yield open_page
    contexts.close_pages()
    assert not complaints


def _is_policy(text: str) -> bool:
    return "Content Security Policy" in text or "Trusted" in text
