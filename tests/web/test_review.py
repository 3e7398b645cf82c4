"""A reviewer clears disputes on a phone: the whole program, and its page in a real Chromium."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from bot.project import LabelDef, Project, Question, Review
from storage.database import opened
from tests.dialogue import Dialogue
from tests.engines import Clock
from tests.running import Home, Program, make_home
from tests.web.fingers import PHONE

SIZE = (1200, 900)
SIGN = Question("where", "Where is the sign?", "boxes", (LabelDef("sign", "🪧 Sign"),))
WORDS = Question("words", "What does it say?", "transcript")
SIGNS = Project(
    name="signs", title="Signs", questions=(SIGN, WORDS), overlap=2, gold_share=0.0, review=Review(confidence=0.9)
)
FEELING = Question(
    "label",
    "How does the writer feel?",
    "choice",
    (LabelDef("positive", "😊 Positive"), LabelDef("neutral", "😐 Neutral"), LabelDef("negative", "😠 Negative")),
)
REVIEWS = Project(
    name="reviews", title="Review sentiment", questions=(FEELING,), overlap=2, gold_share=0.0, review=Review()
)
TEXTS = ("It arrived on a Tuesday.", "Great sound, awful cable.", "Not bad at all, I suppose.", "Lovely.")

DOUBLE_TAP_MS = 300
"""As long as a finger needs between two items; a faster second tap counts as a double tap."""


@pytest.fixture
def home(tmp_path: Path, sqlite_url: str) -> Home:
    """Two people have labeled four texts, and differ on three."""
    made = make_home(tmp_path / "home", sqlite_url)
    made.add(REVIEWS, [{"data": {"text": text}} for text in TEXTS])
    with opened(sqlite_url, Clock()) as database:
        talk = Dialogue(database, Clock())
        talk.ids["reviews"] = 1
        for name, labels in (("Anna", ("Pos", "Pos", "Neu", "Pos")), ("Ben", ("Neu", "Neg", "Neg", "Pos"))):
            person = talk.member(name)
            for label in labels:
                person.taps(label)
    return made


@pytest.fixture
def signs(tmp_path: Path, sqlite_url: str) -> Home:
    """Two people have boxed and read one sign, each otherwise; one of them has flagged the other picture."""
    made = make_home(tmp_path / "home", sqlite_url)
    photo = made.keep(_photo(), "image", "image/jpeg", SIZE)
    made.add(SIGNS, [{"data": {}, "media": [photo]}, {"data": {}, "media": [photo]}])
    with opened(sqlite_url, Clock()) as database:
        talk = Dialogue(database, Clock())
        talk.ids["signs"] = 1
        for name, cells, words in (("Anna", "B2 D4 sign", "Bakery, open"), ("Ben", "F5 H8 sign", "Bakery, open daily")):
            person = talk.member(name, project="signs")
            person.types(cells)
            person.taps("Good enough")
            person.taps("Done")
            person.types(words)
        person.taps("⋯")
        person.taps("broken")
        person.types("Too dark to read")
    return made


def _photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", SIZE, (120, 140, 160)).save(out, "JPEG")
    return out.getvalue()


@contextmanager
def joined(home: Home, chromium: Browser) -> Iterator[Page]:
    code = home.invite(1, "reviewer")
    with Program(home, {}) as program:
        program.start(60)
        context = chromium.new_context(locale="en-US", **PHONE)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.goto(f"{program.address}/join/{code}")
        page.get_by_label("Your name").fill("Rita")
        page.get_by_role("button", name="Join").click()
        expect(page.get_by_text("Welcome, Rita")).to_be_visible()
        yield page
        context.close()


def say(page: Page, words: str) -> None:
    page.get_by_role("textbox").fill(words)
    page.keyboard.press("Enter")


def tap(page: Page, name: str) -> None:
    """The newest button of that name, big enough for a finger and in sight."""
    button = page.get_by_role("button", name=name).last
    expect(button).to_be_in_viewport()
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    page.wait_for_timeout(DOUBLE_TAP_MS)
    button.tap()


def test_a_reviewer_clears_three_disputes_on_a_phone(home: Home, chromium: Browser, tmp_path: Path) -> None:
    with joined(home, chromium) as page:
        say(page, "/review")
        expect(page.get_by_text("3 waiting")).to_be_visible()
        page.screenshot(path=tmp_path / "first.png")
        for left, (text, label) in enumerate(zip(TEXTS, ("Neutral", "Negative", "Positive"), strict=False)):
            expect(page.get_by_text(f"{3 - left} waiting")).to_be_visible()
            expect(page.get_by_text(text).last).to_be_in_viewport()
            tap(page, label)
        expect(page.get_by_text("Nothing is waiting for review")).to_be_visible()
        page.screenshot(path=tmp_path / "last.png")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    rows = home.rows("SELECT d.label, i.key FROM decisions d JOIN items i ON i.id = d.item WHERE d.live ORDER BY d.id")
    assert [row["label"]["label"] for row in rows] == ["neutral", "negative", "positive"]


def test_a_picture_a_transcript_and_a_flagged_item_are_decided_on_a_phone(
    signs: Home, chromium: Browser, tmp_path: Path
) -> None:
    with joined(signs, chromium) as page:
        say(page, "/review")
        expect(page.get_by_text("people differ")).to_be_visible()
        picture = page.get_by_role("img").last
        expect(picture).to_be_in_viewport()
        size = picture.evaluate("image => [image.naturalWidth, image.naturalHeight]")
        assert size[1] > size[0], "both versions stand in one picture, one below the other"
        page.screenshot(path=tmp_path / "boxes.png")
        tap(page, "Take 2")
        expect(page.get_by_text("Bakery, open daily").last).to_be_in_viewport()
        page.screenshot(path=tmp_path / "words.png")
        say(page, "Opening times belong to it.")
        expect(page.get_by_text("Your reason: “Opening times belong to it.”")).to_be_visible()
        tap(page, "Take 2")
        expect(page.get_by_text("Too dark to read").last).to_be_in_viewport()
        page.screenshot(path=tmp_path / "flagged.png")
        tap(page, "Take it out")
        expect(page.get_by_text("Nothing is waiting for review")).to_be_visible()
        page.screenshot(path=tmp_path / "end.png")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    [decision] = signs.rows("SELECT label, note FROM decisions WHERE live")
    assert (decision["label"]["words"], decision["note"]) == ("Bakery, open daily", "Opening times belong to it.")
    assert decision["label"]["where"][0]["x"] > SIZE[0] / 2
    assert [row["state"] for row in signs.rows("SELECT state FROM items ORDER BY id")] == ["done", "withdrawn"]
