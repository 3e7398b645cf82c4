"""What a person does on the page to mark on: taps, drags, sends; with a finger or a mouse."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Page

from tests.web.marking import Fake, Json

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True, "device_scale_factor": 1}
DESK = {"viewport": {"width": 1280, "height": 800}}
TEXT = "Angela Merkel met Emmanuel Macron in Paris.\r\n\r\nMerkel said that Paris is lovely 🎉, not Parisian."
PLACE = """([wanted, nth]) => {
  const walker = document.createTreeWalker(document.querySelector(".lines"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { data } = walker.currentNode;
    for (let at = data.indexOf(wanted); at !== -1; at = data.indexOf(wanted, at + 1)) {
      if (nth-- > 0) continue;
      const range = document.createRange();
      range.setStart(walker.currentNode, at);
      range.setEnd(walker.currentNode, at + wanted.length);
      range.startContainer.parentElement.scrollIntoView({ block: "nearest" });
      const { x, y, width, height } = range.getBoundingClientRect();
      return { x, y, width, height };
    }
  }
}"""

DOUBLE_TAP_MS = 520

Open = Callable[..., Page]


def box(page: Page, words: str, nth: int = 0) -> dict[str, float]:
    found = page.evaluate(PLACE, [words, nth])
    assert found, f"{words} is not in one piece on the page"
    return dict(found)


def tap(page: Page, words: str, nth: int = 0) -> None:
    """With a finger where there is one, else with the mouse."""
    page.locator(".lines p").first.wait_for()
    found = box(page, words, nth)
    place = found["x"] + found["width"] / 2, found["y"] + found["height"] / 2
    if page.evaluate("navigator.maxTouchPoints"):
        page.touchscreen.tap(*place)
    else:
        page.mouse.click(*place)


def label(page: Page, name: str) -> None:
    page.get_by_role("group", name="Labels").get_by_role("button", name=name).click()


def mark(page: Page, words: str, name: str, nth: int = 0) -> None:
    tap(page, words, nth)
    label(page, name)


def drag(page: Page, *places: tuple[float, float]) -> None:
    """One finger along the places."""
    session = page.context.new_cdp_session(page)
    steps = [("touchStart", places[0]), *(("touchMove", place) for place in places[1:])]
    for kind, (x, y) in steps:
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def drag_end(page: Page, end: str, words: str, nth: int = 0) -> None:
    """The handle of an end, onto the middle of words."""
    grip = page.locator(f".handle.{end}").bounding_box()
    assert grip is not None
    edge = page.locator(f".handle.{end}").evaluate("element => [element.edge.x, element.edge.top, element.edge.bottom]")
    held = edge[0] + (-8 if end == "start" else 8), edge[2] + 10
    found = box(page, words, nth)
    aim = (
        found["x"] + found["width"] / 2 + held[0] - edge[0],
        found["y"] + found["height"] / 2 + held[1] - sum(edge[1:]) / 2,
    )
    drag(page, held, ((held[0] + aim[0]) / 2, (held[1] + aim[1]) / 2), aim)


def send(page: Page, name: str | re.Pattern[str] = re.compile("^(Send|Nothing)")) -> None:
    page.get_by_role("button", name=name).click()


def pause(page: Page) -> None:
    """As long as a finger needs after an item came; a faster tap counts as the second of a double tap."""
    page.wait_for_timeout(DOUBLE_TAP_MS)


def settled(page: Page, here: Fake, times: int = 1) -> list[Json]:
    """The marks of the last sending, once so many have arrived."""
    end = time.monotonic() + 8
    while len(here.sent) < times and time.monotonic() < end:
        page.wait_for_timeout(20)
    assert len(here.sent) == times
    return list(here.sent[-1]["marks"])


def busy(page: Page) -> float:
    """CPU seconds that the page's main thread has taken: what a stopwatch says depends on what else runs here."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    found = {metric["name"]: metric["value"] for metric in session.send("Performance.getMetrics")["metrics"]}
    session.detach()
    return float(found["ThreadTime"])


@contextmanager
def offline(page: Page) -> Iterator[None]:
    page.context.set_offline(True)
    yield
    page.context.set_offline(False)
