"""The page of the chat on a phone and on a desk: what stands there, and what a finger does to it."""

import io
import struct
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from bot.chat import Button, FromPerson, Media, Message
from tests.web.running import Place
from tests.web.script import TOOLS, card

PICTURE = Path(__file__).parents[3] / "config/samples/images/cat.jpg"


PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True, "device_scale_factor": 1}


DESK = {"viewport": {"width": 1280, "height": 800}}


DOUBLE_TAP_MS = 300


CARDS = [
    card(text, at) for at, text in enumerate(("It works well.", "It broke.", "It is fine.", "It is blue.", "End."))
]


Join = Callable[..., Page]


def until(page: Page, expression: str) -> None:
    """Waits for it to hold; Playwright's own way evaluates strings in the page, which our security policy forbids."""
    until_equal(lambda: bool(page.evaluate(expression)), True)


def until_equal(read: Callable[[], object], wanted: object) -> None:
    """Waits for what stands there to settle: a pressed button is drawn smaller for a moment."""
    end = time.monotonic() + 5
    while (found := read()) != wanted:
        assert time.monotonic() < end, f"{found} instead of {wanted}"


class Contexts:
    """A browser profile for each device, kept for all tests: what the pages load is loaded once."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._made: dict[str, BrowserContext] = {}

    def fresh(self, options: dict[str, Any]) -> BrowserContext:
        """Signed in nowhere."""
        key = repr(sorted(options.items()))
        if key not in self._made:
            self._made[key] = self._browser.new_context(**{"locale": "en-US", **options})
        self._made[key].clear_cookies()
        return self._made[key]

    def close_pages(self) -> None:
        for context in self._made.values():
            for page in context.pages:
                page.close()


@contextmanager
def offline(page: Page) -> Iterator[None]:
    page.context.set_offline(True)
    yield
    page.context.set_offline(False)


def answer(page: Page, name: str) -> Any:
    return page.locator(".message.open").get_by_role("button", name=name)


def pause(page: Page) -> None:
    """As long as a finger needs between two items; a faster second tap counts as a double tap."""
    page.wait_for_timeout(DOUBLE_TAP_MS)


def chat_of(here: Place) -> str:
    """Of whoever joined first."""
    joined = here.script.events[0]
    assert isinstance(joined, FromPerson)
    return joined.chat


def show(here: Place, message: Message) -> None:
    """In place of the card that stands there."""
    here.do(here.script.show(chat_of(here), replace(message, replaces=message.replaces or here.script.shown)))


def sound(seconds: float = 2.0) -> bytes:
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(struct.pack("<h", 900) * int(8000 * seconds))
    return content.getvalue()


def spoken_card(here: Place, at: int) -> Message:
    sha = here.put(sound(), "audio/wav")
    clip = Media(1, "audio", "audio/wav", sha, "Voice clip", duration_ms=2000)
    buttons = ((Button("🔇 Unintelligible", f"{at}:unintelligible"),), TOOLS)
    return card("", at, media=(clip,), typed=True, placeholder="Type what you hear", buttons=buttons)
