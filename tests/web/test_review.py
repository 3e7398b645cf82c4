"""A reviewer clears disputes on a phone: the whole program, and its page in a real Chromium."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.project import LabelDef, Project, Question, Review
from storage.database import opened
from tests.dialogue import Dialogue
from tests.engines import Clock
from tests.running import Home, Program, make_home
from tests.web.fingers import PHONE

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


def test_a_reviewer_clears_three_disputes_on_a_phone(home: Home, chromium: Browser, tmp_path: Path) -> None:
    with joined(home, chromium) as page:
        page.get_by_role("textbox").fill("/review")
        page.keyboard.press("Enter")
        expect(page.get_by_text("3 waiting")).to_be_visible()
        page.screenshot(path=tmp_path / "first.png")
        for left, (text, label) in enumerate(zip(TEXTS, ("Neutral", "Negative", "Positive"), strict=False)):
            expect(page.get_by_text(f"{3 - left} waiting")).to_be_visible()
            expect(page.get_by_text(text).last).to_be_in_viewport()
            button = page.get_by_role("button", name=label).last
            expect(button).to_be_in_viewport()
            box = button.bounding_box()
            assert box is not None
            assert box["height"] >= 44
            page.wait_for_timeout(DOUBLE_TAP_MS)
            button.tap()
        expect(page.get_by_text("Nothing is waiting for review")).to_be_visible()
        page.screenshot(path=tmp_path / "last.png")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    rows = home.rows("SELECT d.label, i.key FROM decisions d JOIN items i ON i.id = d.item WHERE d.live ORDER BY d.id")
    assert [row["label"]["label"] for row in rows] == ["neutral", "negative", "positive"]
