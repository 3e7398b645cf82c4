"""Ten photographs boxed, ten masked, ten texts marked, through each way: the chats alone, and the page inside Telegram.

That is with `LABELBOT_TEN=10`; else they are four of each, for a chat bears one message a second. One program serves
all of them; what four people made of the same items is then exported and opened by others' programs.
"""

import io
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

import pytest
import spacy
from label_studio_sdk.label_interface import LabelInterface
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, BrowserContext, Page, Route
from pycocotools.coco import COCO
from spacy.tokens import DocBin

from storage.migrations import migrate
from tests.chromium import started
from tests.e2e.sites import Site, site_of
from tests.fakes.slack_person import Person as SlackPerson
from tests.fakes.telegram_people import Person as TelegramPerson
from tests.running import Stable, make_home
from tests.web.fingers import PHONE, drag, mark, pause
from tests.web.marked import init_data

PUBLIC = "https://labels.example"
COUNT = int(os.environ.get("LABELBOT_TEN", "4"))
SIZE = (1200, 900)
FILES = {
    "boxes": 'name = "boxes"\ntype = "boxes"\ntitle = "Boxes"\noverlap = 4\ngold_share = 0\nlabels = ["car", "dog"]\n',
    "masks": 'name = "masks"\ntype = "masks"\ntitle = "Masks"\noverlap = 4\ngold_share = 0\nlabels = ["road", "sky"]\n',
    "spans": 'name = "spans"\ntype = "spans"\ntitle = "Spans"\noverlap = 4\ngold_share = 0\nlabels = ["PER", "LOC"]\n',
}
SAID = {
    "boxes": ("B2 F6 car", "Good enough", "Done (1)"),
    "masks": ("1-9 road", None, "Done (1)"),
    "spans": ("2 PER", None, "Done (1)"),
}
"""What a person types of an item in a chat, what they tap then, and what saves it."""
TEXTS = [f"Nr. Ada🚀 met Zoë{number} in Rome." for number in range(COUNT)]


class Hand(Protocol):
    """A person at a chat, in one project."""

    def text(self) -> str:
        """The newest card's words."""

    def titles(self) -> list[str]: ...

    def says(self, text: str) -> None: ...

    def taps(self, title: str) -> None: ...


class TelegramHand:
    def __init__(self, person: TelegramPerson) -> None:
        self._person = person

    def text(self) -> str:
        return self._person.chat.last_from_bot.text

    def titles(self) -> list[str]:
        return [button.text for button in self._person.chat.last_from_bot.all_buttons]

    def says(self, text: str) -> None:
        self._person.say(text)

    def taps(self, title: str) -> None:
        self._person.press(title)


class SlackHand:
    def __init__(self, person: SlackPerson) -> None:
        self._person = person

    def text(self) -> str:
        last = self._person.dm.last
        return last.shown if last else ""

    def titles(self) -> list[str]:
        return [button.text for button in self._person.dm.last.buttons]

    def says(self, text: str) -> None:
        self._person.say(text)

    def taps(self, title: str) -> None:
        self._person.press(lambda button: title in button.text)


class BrowserHand:
    """The chat in a real Chromium."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def text(self) -> str:
        found = self._page.locator(".message.open")
        return found.last.inner_text() if found.count() else self._page.locator("main").inner_text()

    def titles(self) -> list[str]:
        return self._page.locator(".message.open .key").all_inner_texts()

    def says(self, text: str) -> None:
        self._page.locator("#line").fill(text)
        self._page.locator(".send").click()

    def taps(self, title: str) -> None:
        pause(self._page)
        self._page.locator(".message.open .key", has_text=title).last.click()


Flow = Iterator[Callable[[], bool]]
"""Something a person does: goes on whenever the condition that it yielded last has come true."""


def labeling(site: Site, hand: Hand, kind: str) -> Flow:
    typed, between, saves = SAID[kind]
    for number in range(1, COUNT + 1):
        yield lambda: f"{number} / {COUNT}" in hand.text() and site.settled()  # noqa: B023 - asked before it goes on
        hand.says(typed)
        if between:
            yield lambda: any(between in title for title in hand.titles())
            hand.taps(between)
        yield lambda: any(saves in title for title in hand.titles())
        hand.taps(saves)
    yield lambda: "All done" in hand.text()


def together(flows: Sequence[Flow], seconds: float, what: Callable[[], object]) -> None:
    """Does them all side by side, as people do: a chat's pace is its own."""
    waiting = {flow: next(flow) for flow in flows}
    until = time.monotonic() + seconds
    while waiting:
        for flow, condition in list(waiting.items()):
            if condition():
                following = next(flow, None)
                waiting = {**waiting, flow: following} if following else {k: v for k, v in waiting.items() if k != flow}
        assert time.monotonic() < until, what()
        time.sleep(0.01)


@pytest.fixture
def site(tmp_path: Path, stable: Stable) -> Iterator[Site]:
    folder = tmp_path / "home"
    folder.mkdir()
    url = f"sqlite:///{folder / 'labelbot.db'}"
    migrate(url)
    home = make_home(folder, url)
    with site_of(home, stable) as found:
        found.program.environment |= {"LABELBOT_PUBLIC_URL": PUBLIC}
        fill(found)
        found.start()
        yield found


def fill(site: Site) -> None:
    """Projects and items as their owner makes them: from files, at the command line."""
    folder = site.home.folder / "data"
    folder.mkdir()
    for number in range(COUNT):
        (folder / f"{number}.jpg").write_bytes(photograph(number))
    (folder / "texts.jsonl").write_text(
        "".join(json.dumps({"id": f"t{n}", "text": t}) + "\n" for n, t in enumerate(TEXTS))
    )
    for name, file in FILES.items():
        (folder / f"{name}.toml").write_text(file)
        source = folder / "texts.jsonl" if name == "spans" else folder
        commands(site, ("apply", str(folder / f"{name}.toml")), ("import", name, str(source)))
        row = site.home.rows("SELECT id FROM projects WHERE name = :name", name=name)[0]
        site.home.codes[name] = site.home.invite(row["id"])


def commands(site: Site, *several: tuple[str, ...]) -> str:
    said = ""
    for one in several:
        done = site.program.run(*one)
        assert done.returncode == 0, done.stdout + done.stderr
        said = done.stdout
    return said


def photograph(number: int) -> bytes:
    """Stripes and a disc, so that there is something to cut into regions; no two alike."""
    image = Image.new("RGB", SIZE, (90 + 10 * number, 140, 200))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 600, 1200, 900), fill=(70, 90 + 12 * number, 60))
    draw.ellipse((300 + 40 * number, 200, 700 + 40 * number, 600), fill=(200, 60, 40 + 9 * number))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90)
    return out.getvalue()


def labels(site: Site, project: str, who: str) -> list[Any]:
    """What a person made of all ten items, in their order."""
    statement = (
        "SELECT a.label FROM answers a JOIN projects p ON p.id = a.project JOIN people h ON h.id = a.person "
        "WHERE p.name = :project AND lower(h.name) = lower(:who) AND a.live = true ORDER BY a.id"
    )
    rows = site.home.rows(statement, project=project, who=f"{who} {project}")
    return [_json(row["label"])["label"] for row in rows]


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def whole(site: Site, who: str) -> None:
    """Ten labels of each kind, of one shape whatever way they came."""
    for boxes in labels(site, "boxes", who):
        (box,) = boxes
        assert set(box) == {"label", "x", "y", "width", "height"}
        assert box["label"] == "car"
    for masks in labels(site, "masks", who):
        (mask,) = masks
        assert set(mask) == {"label", "size", "counts"}
        assert (mask["label"], mask["size"]) == ("road", [SIZE[1], SIZE[0]])
    assert labels(site, "spans", who) == [[{"start": 4, "end": 7, "label": "PER", "text": "Ada"}]] * COUNT
    assert [len(labels(site, name, who)) for name in FILES] == [COUNT] * 3


def test_ten_of_each_through_each_way(site: Site) -> None:
    with started() as browser:
        together(
            [*in_telegram(site), *in_slack(site), *in_the_browser(site, browser)], 240, lambda: site.program.output
        )
        for who in ("Anna", "Bob", "Cleo"):
            whole(site, who)
        on_the_page(site, browser)
    whole(site, "Dora")
    assert not site.telegram.refusals
    opens_elsewhere(site)


def in_telegram(site: Site) -> Iterator[Flow]:
    for kind in FILES:
        person = site.telegram.user(f"Anna {kind}")
        person.start(site.home.codes[kind])
        yield labeling(site, TelegramHand(person), kind)


def in_slack(site: Site) -> Iterator[Flow]:
    for kind in FILES:
        person = site.slack.user(f"Bob {kind}")
        person.command("/label", f"join {site.home.codes[kind]}").wait()
        yield labeling(site, SlackHand(person), kind)


def in_the_browser(site: Site, browser: Browser) -> Iterator[Flow]:
    for kind in FILES:
        page = browser.new_context(locale="en-US", **PHONE).new_page()  # type: ignore[arg-type]
        page.set_default_timeout(8000)
        page.goto(f"{site.program.address}/join/{site.home.codes[kind]}")
        page.get_by_label("Your name").fill(f"Cleo {kind}")
        page.get_by_role("button", name="Join").click()
        page.locator(".message.open").wait_for()
        yield labeling(site, BrowserHand(page), kind)


def public(site: Site, context: BrowserContext) -> BrowserContext:
    """The public address leads to the program, as a proxy makes it; Telegram's own script is not to be had here."""

    def through(route: Route) -> None:
        address = urlsplit(route.request.url)
        route.fulfill(response=route.fetch(url=f"{site.program.address}{address.path}"))

    context.route("https://telegram.org/**", lambda route: route.abort())
    context.route(f"{PUBLIC}/**", through)
    return context


def draw(page: Page, kind: str) -> None:
    """One mark with a finger."""
    if kind == "spans":
        mark(page, "Ada", "PER")
        return
    canvas = page.locator(".mark-stage canvas")
    canvas.wait_for()
    page.locator("#marking[aria-busy=false]").wait_for()
    frame = canvas.bounding_box()
    assert frame
    places = ((0.35, 0.45), (0.5, 0.5), (0.65, 0.56))
    drag(page, *((frame["x"] + frame["width"] * x, frame["y"] + frame["height"] * y) for x, y in places))
    page.locator(".mark-count", has_text="1").wait_for()


def on_the_page(site: Site, browser: Browser) -> None:
    """Inside Telegram, whose button opens it."""
    for kind in FILES:
        person = site.telegram.user(f"Dora {kind}")
        person.start(site.home.codes[kind])
        site.telegram.wait(lambda: any("page" in one.text for one in person.chat.last_from_bot.all_buttons), 20)  # noqa: B023
        button = next(one for one in person.chat.last_from_bot.all_buttons if "page" in one.text)
        opening = quote(init_data(str(person.id), token=site.telegram.token, at=datetime.now(UTC)))
        context = public(site, browser.new_context(locale="en-US", **PHONE))  # type: ignore[arg-type]
        page = context.new_page()
        page.set_default_timeout(8000)
        page.goto(f"{button.data}#tgWebAppData={opening}&tgWebAppVersion=8.0")
        for number in range(COUNT):
            page.locator("#share").and_(page.locator(f"[value='{number}']")).wait_for(state="attached")
            pause(page)
            draw(page, kind)
            page.locator("#send").click()
        page.get_by_text("All done").first.wait_for()
        context.close()


def opens_elsewhere(site: Site) -> None:
    """What four people made of the same items: COCO in pycocotools, DocBin in spaCy, tasks in Label Studio."""
    out = site.home.folder / "out"
    for kind in ("boxes", "masks"):
        commands(site, ("export", kind, "--format", "coco", "--level", "items", "-o", str(out / f"{kind}.json")))
        opened = COCO(str(out / f"{kind}.json"))
        assert len(opened.getImgIds()) == COUNT
        found = opened.loadAnns(opened.getAnnIds())
        assert all(opened.annToMask(one).sum() == one["area"] if kind == "masks" else one["area"] for one in found)
        merged = [one for one in exported(site, kind, out) if one["label"]]
        assert len(opened.getAnnIds()) == sum(len(one["label"]) for one in merged)
        assert merged
    commands(site, ("export", "spans", "--format", "spacy", "--level", "items", "-o", str(out / "spans.spacy")))
    documents = list(DocBin().from_disk(out / "spans.spacy").get_docs(spacy.blank("xx").vocab))
    assert [[(one.text, one.label_) for one in document.ents] for document in documents] == [[("Ada", "PER")]] * COUNT
    for kind, control in STUDIO.items():
        commands(site, ("export", kind, "--format", "label-studio", "-o", str(out / f"{kind}.studio.json")))
        tasks = json.loads((out / f"{kind}.studio.json").read_text())
        assert len(tasks) == COUNT
        names = next(one["result"][0] for task in tasks for one in task["annotations"])
        studio = LabelInterface(control.format(name=names["from_name"], to=names["to_name"]))
        for annotation in (one for task in tasks for one in task["annotations"]):
            assert studio.validate_annotation(annotation)


def exported(site: Site, project: str, out: Path) -> list[dict[str, Any]]:
    commands(site, ("export", project, "--format", "jsonl", "--level", "items", "-o", str(out / f"{project}.jsonl")))
    return [json.loads(line) for line in (out / f"{project}.jsonl").read_text().splitlines()]


STUDIO = {
    "boxes": '<View><Image name="{to}" value="$image"/><RectangleLabels name="{name}" toName="{to}">'
    '<Label value="car"/><Label value="dog"/></RectangleLabels></View>',
    "masks": '<View><Image name="{to}" value="$image"/><BrushLabels name="{name}" toName="{to}">'
    '<Label value="road"/><Label value="sky"/></BrushLabels></View>',
    "spans": '<View><Text name="{to}" value="$text"/><Labels name="{name}" toName="{to}">'
    '<Label value="PER"/><Label value="LOC"/></Labels></View>',
}
