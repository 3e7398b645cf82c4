"""How smoothly the picture editors of the marking page follow a finger, read from Chromium's own trace.

A photo of 12 megapixels on a phone's screen of 1080 × 2220 dots, without a graphics card: everything is painted by the
processor, as on no phone. Run: python -m benchmarks.page
"""

import json
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from benchmarks.measuring import Figure, table
from tests.chromium import ARGUMENTS
from tests.web.editing import LABELS, Desk, House, desk, item, served, tiles

PHOTO = (4000, 3000)
DENSITY = 3
BOXES = 60
REGIONS = (20, 15)
GOAL = "60 a second: ≤ 16.7 ms"
CATEGORIES = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline.frame", "__metadata"]

Event = dict[str, Any]
Act = Callable[[Desk], None]


@dataclass(frozen=True, slots=True)
class Frames:
    """Of one gesture: frames drawn in a second, and milliseconds of the page's main thread that each took."""

    rate: float
    busy: list[float]

    def told(self) -> str:
        ordered = sorted(self.busy)
        middle, most = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
        within = sum(one <= 1000 / 60 for one in ordered) / len(ordered)
        return f"{middle:.1f} ms a frame (95 %: {most:.1f}; in time {within:.0%}), {self.rate:.0f} frames a second"


def suggested(count: int) -> list[Event]:
    draw = random.Random(3)
    names = [label["name"] for label in LABELS]
    return [
        {
            "label": draw.choice(names),
            "x": draw.randrange(3600),
            "y": draw.randrange(2700),
            "width": draw.randrange(60, 400),
            "height": draw.randrange(60, 300),
        }
        for _ in range(count)
    ]


def pinch(shown: Desk) -> None:
    """Two fingers that open and close again, as fast as fingers are."""
    for factor in (4.0, 0.25):
        shown.touch.gesture("Pinch", x=180, y=220, scaleFactor=factor, relativeSpeed=400)


def sweep(shown: Desk) -> None:
    """One finger that goes to and fro: it moves what it is on, or paints."""
    for way in (1, -1):
        start = 180 - 90 * way, 230 - 60 * way
        shown.touch.gesture("Scroll", x=start[0], y=start[1], xDistance=180 * way, yDistance=120 * way, speed=150)


def choose_largest(shown: Desk) -> None:
    """The box in the middle, which is drawn for this."""
    shown.touch.draw((50, 120), (200, 240), (310, 340))


def take_regions(shown: Desk) -> None:
    shown.press("Paint regions")
    shown.press("Smaller regions")


def paint_some(shown: Desk) -> None:
    shown.touch.draw((60, 200), (300, 220), (60, 260), (300, 290))
    take_regions(shown)


SCENES: tuple[tuple[str, str, Act, Act], ...] = (
    (f"pinch and pan, {BOXES} boxes", "boxes", lambda shown: None, pinch),
    (f"move one of {BOXES} boxes", "boxes", choose_largest, sweep),
    ("brush on a mask", "masks", lambda shown: None, sweep),
    ("paint over 300 regions", "masks", take_regions, sweep),
    ("pinch and pan, a mask and 300 regions", "masks", paint_some, pinch),
)


def measure(browser: Browser, url: str, kind: str, ready: Act, act: Act) -> Frames:
    marks = suggested(BOXES) if kind == "boxes" else []
    more = {"regions": {"url": "/regions"}} if kind == "masks" else {}
    with desk(browser, url, kind, item(PHOTO, marks, **more), density=DENSITY) as shown:
        ready(shown)
        shown.drawn()
        browser.start_tracing(page=shown.page, categories=CATEGORIES)
        act(shown)
        return frames(json.loads(browser.stop_tracing())["traceEvents"])


def frames(events: list[Event]) -> Frames:
    """From one frame's animation callback to the next one's, the tasks of the page's main thread are what it took."""
    drawn = [event for event in events if event["name"] == "FireAnimationFrame"]
    main = drawn[0]["pid"], drawn[0]["tid"]
    tasks = [
        (event["ts"], event.get("dur", 0), event.get("tdur", 0) / 1000)
        for event in events
        if event["name"].endswith("RunTask") and (event["pid"], event["tid"]) == main
    ]
    starts = sorted(event["ts"] for event in drawn if (event["pid"], event["tid"]) == main)
    busy = [
        sum(spent for at, took, spent in tasks if start <= at + took and at + took < end)
        for start, end in pairwise(starts)
    ]
    return Frames((len(starts) - 1) / (starts[-1] - starts[0]) * 1e6, busy)


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


def prepare(house: House) -> None:
    across, down = REGIONS
    parents = [(row // 3) * 5 + column // 4 + 1 for row in range(down) for column in range(across)]
    house.regions = tiles(640, 480, across, down), parents


def figures() -> list[Figure]:
    made = []
    with served() as (url, house), chromium() as browser:
        prepare(house)
        for name, kind, ready, act in SCENES:
            found = measure(browser, url, kind, ready, act)
            made.append(Figure(f"marking page, 12 MP: {name}", found.told(), goal=GOAL))
    return made


if __name__ == "__main__":
    print(table(figures()))  # noqa: T201
