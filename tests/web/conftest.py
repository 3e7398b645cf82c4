"""The page to mark on before a small server."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.chromium import started
from tests.web import editing, marked
from tests.web.fingers import PHONE, TEXT, Open
from tests.web.marking import Fake, fake, item


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """For the rest of the session: with it no other test of the process has an event loop of its own."""
    with started() as browser:
        yield browser


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


@pytest.fixture(scope="session")
def editors() -> Iterator[tuple[str, editing.House]]:
    """The address of the page with nothing but an editor, and what it serves."""
    with editing.served() as running:
        yield running


@pytest.fixture
def house(tmp_path: Path, sqlite_url: str) -> Iterator[marked.House]:
    with marked.marked(tmp_path, sqlite_url) as running:
        running.add(
            marked.NAMES, [{"data": {"text": f"Ada <script>alert({at})</script> &amp; Bob"}} for at in range(6)]
        )
        yield running


@pytest.fixture
def anna(house: marked.House) -> Iterator[marked.Page]:
    """In Telegram, with her card."""
    nonce = house.joins(marked.ANNA, "names")
    with house.visitor() as page:
        assert page.enter(card=nonce, init_data=house.init_data(marked.ANNA)).status_code == 200
        yield page
