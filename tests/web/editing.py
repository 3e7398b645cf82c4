"""The picture editors by themselves: a page that mounts one, and fingers that reach it as a phone's do."""

import io
import json
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, CDPSession, Page, ViewportSize

from bot.web.guard import POLICY
from bot.web.templates import TYPES, assets
from bot.wording.page_en import SENTENCES

HARNESS = Path(__file__).parent / "harness"
PHONE: ViewportSize = {"width": 360, "height": 740}
DESK: ViewportSize = {"width": 1280, "height": 800}
MARGIN = 14
"""What the editors leave free around a picture that is shown whole, in CSS pixels."""
LABELS = [
    {"name": "car", "title": "Car", "help": "With an engine", "colour": "#e6194b"},
    {"name": "person", "title": "Person", "help": "", "colour": "#4363d8"},
    {"name": "sign", "title": "Traffic sign", "help": "", "colour": "#ffe119"},
    {"name": "tree", "title": "Tree", "help": "", "colour": "#3cb44b"},
]


def item(size: tuple[int, int], marks: Sequence[Any] = (), **more: Any) -> dict[str, Any]:
    """As the page gets it from `GET /mark/item`, as far as an editor reads it. Of a picture `side` pixels are served at
    most, on a ground that is `pad` of its length wide at least."""
    served_as = f"/picture?size={size[0]}x{size[1]}&side={more.pop('side', 2000)}&pad={more.pop('pad', 0)}"
    picture = {"url": served_as, "width": size[0], "height": size[1], "alt": "A street"}
    fixed = {"labels": LABELS, "options": {}, "picture": picture, "regions": None, "marks": list(marks)}
    return fixed | more


def picture(width: int, height: int, side: int, pad: float) -> bytes:
    """Green grows evenly from left to right, blue from the top down."""
    share = min(1.0, side / max(width, height))
    columns, rows = np.meshgrid(np.arange(round(width * share)), np.arange(round(height * share)))
    wave = (np.sin(columns / 90) + np.cos(rows / 70)) * 50 + 120
    pixels = np.stack([wave, columns * 200 / columns.max() + 30, rows * 200 / rows.max() + 30], axis=-1)
    shown = Image.fromarray(pixels.astype(np.uint8))
    least = round(max(shown.size) * pad)
    ground = Image.new("RGB", (max(shown.width, least), max(shown.height, least)), "#808080")
    ground.paste(shown, (0, 0))
    file = io.BytesIO()
    ground.save(file, "PNG", compress_level=1)
    return file.getvalue()


def tiles(width: int, height: int, across: int, down: int) -> NDArray[np.uint16]:
    """A map of `across` × `down` oblong regions, numbered from 1 as one reads."""
    columns = np.arange(width) * across // width
    rows = np.arange(height) * down // height
    return (rows[:, None] * across + columns[None, :] + 1).astype(np.uint16)


def packed(regions: NDArray[np.uint16]) -> bytes:
    line = regions.ravel(order="F")
    starts = np.flatnonzero(np.diff(line.astype(int), prepend=-1))
    lengths = np.diff(starts, append=line.size)
    return zlib.compress(np.stack([line[starts], lengths], axis=1).astype("<u2").tobytes())


class House:
    """What the harness page is served from. `regions` are (map, parents)."""

    def __init__(self) -> None:
        self.regions: tuple[NDArray[np.uint16], list[int]] | None = None
        self._pictures: dict[str, bytes] = {}

    def answer(self, path: str, query: dict[str, list[str]]) -> tuple[int, str, bytes, dict[str, str]]:
        if path == "/":
            return 200, "text/html", _page(), {}
        if path == "/picture":
            return 200, "image/png", self._picture(query), {}
        if path == "/regions" and self.regions:
            found, parents = self.regions
            size = f"{found.shape[1]}x{found.shape[0]}"
            more = {"x-regions-size": size, "x-regions-parents": ",".join(map(str, parents))}
            return 200, "application/octet-stream", packed(found), more
        name = path.removeprefix("/static/")
        if name in assets():
            return 200, TYPES[name.rpartition(".")[2]], assets()[name], {}
        if (HARNESS / name).is_file():
            return 200, TYPES[name.rpartition(".")[2]], (HARNESS / name).read_bytes(), {}
        return 404, "text/plain", b"", {}

    def _picture(self, query: dict[str, list[str]]) -> bytes:
        key = json.dumps(query)
        if key not in self._pictures:
            width, height = map(int, query["size"][0].split("x"))
            self._pictures[key] = picture(width, height, int(query["side"][0]), float(query["pad"][0]))
        return self._pictures[key]


def _page() -> bytes:
    words = {key.removeprefix("page."): sentence for key, sentence in SENTENCES.items()}
    return (HARNESS / "mark.html").read_text("utf-8").replace("$words", json.dumps(words)).encode()


@contextmanager
def served() -> Iterator[tuple[str, House]]:
    """The address of a running harness, and what it serves."""
    house = House()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            status, kind, body, headers = house.answer(parts.path, parse_qs(parts.query))
            self.send_response(status)
            for name, value in {"content-type": kind, "content-security-policy": POLICY, **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *told: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", house
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Desk:
    """An editor in a browser window, a finger and a mouse. Positions are CSS pixels from the canvas's corner."""

    def __init__(self, page: Page, kind: str, shown: dict[str, Any]) -> None:
        self.page = page
        self.size = (shown["picture"]["width"], shown["picture"]["height"])
        self.troubles: list[str] = []
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("console", lambda line: self.troubles.append(line.text) if line.type == "error" else None)
        page.evaluate("([kind, item]) => window.mount(kind, item)", [kind, shown])
        self.touch = Touch(page, self.frame)

    @property
    def frame(self) -> dict[str, float]:
        found = self.page.locator(".mark-stage canvas").bounding_box()
        assert found
        return {"x": found["x"], "y": found["y"], "width": found["width"], "height": found["height"]}

    @property
    def marks(self) -> list[dict[str, Any]]:
        """What the editor holds. It told the same with its last change, where there was one."""
        held, told = self.page.evaluate("() => [window.editor.marks, window.told]")
        assert told is None or held == told
        return list(held)

    @property
    def camera(self) -> dict[str, float]:
        """How the picture lies on the canvas, in its own dots: those of one pixel, where the corner is, the size."""
        found = self.page.evaluate(
            """() => {
              const { scale, left, top, width, height } = window.editor.view.camera;
              return { scale, left, top, width, height };
            }"""
        )
        return dict(found)

    def fitted(self, density: float) -> dict[str, float]:
        """The same, reckoned here: the whole picture in the middle of the canvas."""
        frame = self.frame
        width, height = round(frame["width"] * density), round(frame["height"] * density)
        margin = 2 * MARGIN * density
        scale = min((width - margin) / self.size[0], (height - margin) / self.size[1])
        left, top = (width - self.size[0] * scale) / 2, (height - self.size[1] * scale) / 2
        return {"scale": scale, "left": left, "top": top, "width": width, "height": height}

    def under(self, x: float, y: float, camera: dict[str, float] | None = None) -> tuple[float, float]:
        """The point of the original at a place of the canvas."""
        camera, frame = camera or self.camera, self.frame
        across, down = x * camera["width"] / frame["width"], y * camera["height"] / frame["height"]
        return (across - camera["left"]) / camera["scale"], (down - camera["top"]) / camera["scale"]

    def camera_point(self, x: float, y: float) -> tuple[float, float]:
        """The point of the original that a dot of the canvas shows."""
        camera = self.camera
        return (x - camera["left"]) / camera["scale"], (y - camera["top"]) / camera["scale"]

    def over(self, x: float, y: float) -> tuple[float, float]:
        """The place of the canvas where a point of the original is."""
        camera, frame = self.camera, self.frame
        across, down = x * camera["scale"] + camera["left"], y * camera["scale"] + camera["top"]
        return across * frame["width"] / camera["width"], down * frame["height"] / camera["height"]

    def drawn(self) -> None:
        """Waits until what changed is on the screen."""
        self.page.evaluate("window.drawn()")

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def chip(self, title: str) -> None:
        self.page.locator(".chip", has_text=title).click()

    def count(self) -> str:
        return self.page.locator(".mark-count").inner_text()

    def mouse(self, *path: tuple[float, float]) -> None:
        frame = self.frame
        places = [(x + frame["x"], y + frame["y"]) for x, y in path]
        self.page.mouse.move(*places[0])
        self.page.mouse.down()
        for place in places[1:]:
            self.page.mouse.move(*place)
        self.page.mouse.up()


class Touch:
    """Fingers on the canvas, as the browser gets them from a touch screen."""

    def __init__(self, page: Page, frame: dict[str, float]) -> None:
        self._page = page
        self._cdp: CDPSession = page.context.new_cdp_session(page)
        self._frame = frame
        self._clock = time.time()

    def draw(self, *path: tuple[float, float], lift: bool = True) -> None:
        """One finger along a path."""
        self.send("touchStart", [path[0]])
        for place in path[1:]:
            self.send("touchMove", [place])
        if lift:
            self.lift()

    def tap(self, place: tuple[float, float]) -> None:
        """So long after the last that the two are not a double tap."""
        self._clock += 2
        self.draw(place)

    def double_tap(self, place: tuple[float, float]) -> None:
        self.tap(place)
        self.draw(place)

    def pinch(self, one: Sequence[tuple[float, float]], two: Sequence[tuple[float, float]]) -> None:
        """Two fingers, each along its own path of the same length."""
        self.send("touchStart", [one[0]])
        self.send("touchStart", [one[0], two[0]])
        for places in zip(one[1:], two[1:], strict=True):
            self.send("touchMove", list(places))
        self.send("touchEnd", [one[-1]])
        self.send("touchEnd", [])

    def lift(self) -> None:
        self.send("touchEnd", [])

    def gesture(self, kind: str, *, x: float, y: float, **more: float) -> None:
        """One that the browser plays by itself, a step a frame: Pinch or Scroll, which is a drag."""
        place = {"x": x + self._frame["x"], "y": y + self._frame["y"], "gestureSourceType": "touch"}
        self._cdp.send(f"Input.synthesize{kind}Gesture", {**place, **more})
        self._clock = time.time()

    def send(self, kind: str, places: Sequence[tuple[float, float]]) -> None:
        self._clock += 0.02
        points = [
            {"x": x + self._frame["x"], "y": y + self._frame["y"], "id": number} for number, (x, y) in enumerate(places)
        ]
        self._cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points, "timestamp": self._clock})


Open = Callable[..., Desk]


@contextmanager
def desk(
    browser: Browser, url: str, kind: str, shown: dict[str, Any], *, phone: bool = True, density: float = 1, **more: Any
) -> Iterator[Desk]:
    """`kind` is boxes or masks. A phone has fingers; elsewhere there is a mouse."""
    size = PHONE if phone else DESK
    context = browser.new_context(viewport=size, has_touch=phone, is_mobile=phone, device_scale_factor=density, **more)
    try:
        page = context.new_page()
        page.goto(url)
        made = Desk(page, kind, shown)
        yield made
        assert made.troubles == []
    finally:
        context.close()


@contextmanager
def opening(browser: Browser, url: str, kind: str, usual: tuple[int, int]) -> Iterator[Open]:
    """Opens editors of that kind over a picture of any size, the `usual` one unless told; at the end all are closed."""
    with ExitStack() as stack:

        def make(size: tuple[int, int] = usual, marks: Any = (), *, more: Any = None, **options: Any) -> Desk:
            return stack.enter_context(desk(browser, url, kind, item(size, marks, **(more or {})), **options))

        yield make
