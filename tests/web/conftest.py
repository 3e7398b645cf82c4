"""A real Chromium for the tests of the pages, and the page to mark on before a small server."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.web.fingers import PHONE, TEXT, Open
from tests.web.marking import Fake, fake, item

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("google-chrome")
    assert found, "the tests of the page need Chromium: install the package chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server() -> Iterator[Fake]:
    with fake() as running:
        yield running


@pytest.fixture
def here(server: Fake) -> Fake:
    server.start(item(TEXT, 0), item("Ada went to London.", 1))
    return server


@pytest.fixture
def opened(chromium: Browser, here: Fake) -> Iterator[Open]:
    """Opens the page of the first card; whatever it complains about in its console fails the test."""
    contexts = list[BrowserContext]()
    complaints = list[str]()

    def open_page(address: str = "/mark/card0", *, within: BrowserContext | None = None, **device: Any) -> Page:
        context = within or chromium.new_context(**{"locale": "en-US", **(device or PHONE)})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(8000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if "Policy" in line.text else None)
        page.goto(here.url + address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints
