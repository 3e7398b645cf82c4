"""The page in a real Chromium, on a phone and on a desk: what a person sees, taps, types and hears."""

import io
import struct
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bot.chat import Button, FromPerson, Media, Message, Part, Press, Reply
from bot.reception import PageBoard
from bot.web.bubbles import spoken_bubble
from tests.web.running import Place, place
from tests.web.script import TOOLS, card

PICTURE = Path(__file__).parents[2] / "config/samples/images/cat.jpg"
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True, "device_scale_factor": 1}
DESK = {"viewport": {"width": 1280, "height": 800}}
EVIL = "<img src=x onerror=\"document.title='broken into'\"><script>document.title='broken into'</script>"
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


@pytest.fixture(scope="module")
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


@pytest.fixture(scope="module")
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


@pytest.mark.parametrize("device", [PHONE, DESK], ids=["phone", "desk"])
def test_a_tap_saves_and_the_card_changes_in_place(here: Place, join: Join, device: dict[str, Any]) -> None:
    page = join(**device)
    expect(page.get_by_text("It works well.")).to_be_visible()
    before = answer(page, "Positive").bounding_box()
    answer(page, "Positive").click()
    expect(page.get_by_text("It broke.")).to_be_visible()
    expect(page.locator(".message.card")).to_have_count(1)
    assert here.script.answers == ["😊 Positive"]
    until_equal(lambda: answer(page, "Positive").bounding_box(), before)
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]


def test_buttons_are_big_enough_for_a_thumb_and_in_sight(here: Place, join: Join) -> None:
    page = join()
    for button in page.locator(".message.open button").all():
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        assert box["width"] >= 44
        assert box["y"] + box["height"] <= 740


def test_a_double_tap_answers_once(here: Place, join: Join) -> None:
    page = join()
    answer(page, "Neutral").dblclick()
    expect(page.get_by_text("It broke.")).to_be_visible()
    pause(page)
    answer(page, "Negative").click()
    expect(page.get_by_text("It is fine.")).to_be_visible()
    assert here.script.answers == ["😐 Neutral", "😠 Negative"]


def test_one_item_after_the_other_at_a_persons_speed(here: Place, join: Join) -> None:
    page = join()
    for text in ("It works well.", "It broke.", "It is fine.", "It is blue."):
        expect(page.get_by_text(text)).to_be_visible()
        answer(page, "Positive").click()
        pause(page)
    expect(page.get_by_text("End.")).to_be_visible()
    assert here.script.answers == ["😊 Positive"] * 4


def test_the_keyboard_answers_undoes_skips_and_flags(here: Place, join: Join) -> None:
    page = join(**DESK)
    page.keyboard.press("2")
    expect(page.get_by_text("It broke.")).to_be_visible()
    assert here.script.answers == ["😐 Neutral"]
    page.keyboard.press("u")
    expect(page.get_by_text("It works well.")).to_be_visible()
    assert here.script.answers == []
    page.keyboard.press("s")
    expect(page.get_by_text("Skipped.")).to_be_visible()
    page.keyboard.press("m")
    expect(page.get_by_role("dialog", name="Flag this item")).to_be_visible()
    page.keyboard.type("1")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("9")
    page.keyboard.press("/")
    expect(page.get_by_label("Message", exact=True)).to_be_focused()
    page.keyboard.type("1")
    assert here.script.answers == []


def test_after_an_answer_the_keyboard_is_at_the_next_card_and_on_none_of_its_labels(here: Place, join: Join) -> None:
    here.script.cards[2] = spoken_card(here, 2)
    page = join(**DESK)
    answer(page, "Neutral").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("It broke.")).to_be_visible()
    expect(page.locator(".message.open")).to_be_focused()
    pause(page)
    page.keyboard.press("Enter")
    answer(page, "Negative").focus()
    page.keyboard.press("Enter")
    expect(answer(page, "Unintelligible")).to_be_visible()
    expect(page.locator(".message.open")).to_be_focused()
    assert here.script.answers == ["😐 Neutral", "😠 Negative"]


def test_a_mark_that_is_set_leaves_the_keyboard_on_its_button(here: Place, join: Join) -> None:
    page = join(**DESK)
    answer(page, "Neutral").focus()
    shown = here.script.cards[0]
    marks = ((Button("😊 Positive", "0:p"),), (Button("✓ 😐 Neutral", "0:n"),), TOOLS)
    show(here, replace(shown, buttons=marks, text=(*shown.text, Part("\n1 marked", "italic"))))
    expect(answer(page, "✓ 😐 Neutral")).to_be_focused()


def test_an_empty_line_leaves_the_keys_to_the_card(here: Place, join: Join) -> None:
    here.script.cards[2] = spoken_card(here, 2)
    page = join(**DESK)
    line = page.get_by_label("Message", exact=True)
    line.fill("/stats")
    line.press("Enter")
    expect(page.get_by_text("You said stats.")).to_be_visible()
    page.keyboard.press("2")
    expect(page.get_by_text("It broke.")).to_be_visible()
    page.keyboard.press("u")
    expect(page.get_by_text("It works well.")).to_be_visible()
    assert here.script.answers == []
    line.click()
    page.keyboard.type("u2")
    expect(line).to_have_value("u2")
    line.fill("")
    here.script.at = 1
    show(here, replace(here.script.cards[2], replaces=here.script.shown))
    expect(page.get_by_text("Unintelligible")).to_be_visible()
    page.keyboard.type("1")
    expect(line).to_have_value("1")
    assert here.script.answers == []


def test_tab_leads_to_the_open_card_first(here: Place, join: Join) -> None:
    here.script.cards[1] = spoken_card(here, 1)
    page = join(**DESK)
    page.keyboard.press("1")
    expect(page.locator(".message.past").get_by_role("button", name="Undo")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_focused()
    page.get_by_role("button", name="Menu").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.locator(".message.past").get_by_role("button", name="Undo")).to_be_focused()


def test_the_arrow_up_offers_what_was_said_and_no_command(here: Place, join: Join) -> None:
    here.script.cards[0] = spoken_card(here, 0)
    page = join(**DESK)
    line = page.get_by_label("Message", exact=True)
    for text in ("a ketle", "/stats"):
        line.fill(text)
        line.press("Enter")
        expect(line).to_have_value("")
    expect(page.get_by_text("You said stats.")).to_be_visible()
    line.press("ArrowUp")
    expect(line).to_have_value("a ketle")


def test_a_toast_goes_with_the_next_thing_done(here: Place, join: Join) -> None:
    page = join()
    answer(page, "Skip").click()
    expect(page.get_by_text("Skipped.")).to_be_visible()
    answer(page, "Positive").click()
    expect(page.get_by_text("Skipped.")).to_have_count(0, timeout=1000)


SCREENS = [(360, 740), (360, 640), (320, 568), (1280, 720)]


@pytest.mark.parametrize("size", SCREENS, ids=lambda size: f"{size[0]}x{size[1]}")
def test_question_picture_and_buttons_are_in_sight_together(here: Place, join: Join, size: tuple[int, int]) -> None:
    sha = here.put(PICTURE.read_bytes(), "image/jpeg")
    picture = Media(1, "image", "image/jpeg", sha, "The photograph", width=400, height=300)
    rows = [(Button(f"One {at}", f"0:{at}"), Button(f"Two {at}", f"0:b{at}")) for at in range(3)]
    buttons = (*rows, (Button("Something else", "0:x"),), TOOLS)
    head = (Part("1 / 17 · Photographs\n", "quiet"), Part("What is the main subject of this photograph?", "bold"))
    here.script.cards[0] = Message(text=head, kind="card", media=(picture,), buttons=buttons)
    page = join(viewport={"width": size[0], "height": size[1]})
    page.get_by_role("img", name="The photograph").wait_for()
    box = "document.querySelector('{}').getBoundingClientRect().{}".format
    top, bottom = (f"{box('.open', edge)} - {box('#scroll', edge)}" for edge in ("top", "bottom"))
    until(page, f"{top} >= 0 && {bottom} <= 0")
    height = page.evaluate("document.querySelector('.picture').offsetHeight")
    assert height >= 88
    assert all(box["height"] >= 44 for box in map(_box, page.locator(".message.open .key").all()))


def test_an_upright_picture_that_is_drawn_on_is_wide_enough_to_read(here: Place, join: Join) -> None:
    sha = here.put(PICTURE.read_bytes(), "image/jpeg")
    picture = Media(-1, "image", "image/jpeg", sha, "The grid", width=400, height=600)
    grid = [tuple(Button(f"{column}{row}", f"0:{column}{row}") for column in "ABCDEFGH") for row in range(1, 9)]
    here.script.cards[0] = Message(
        text=(Part("Where?", "bold"),), kind="card", media=(picture,), buttons=(*grid, TOOLS)
    )
    page = join(viewport={"width": 360, "height": 740})
    page.get_by_role("img", name="The grid").wait_for()

    until(page, "document.querySelector('.picture img').getBoundingClientRect().width >= 200")


def test_of_a_card_taller_than_the_screen_the_question_is_in_sight(here: Place, join: Join) -> None:
    here.script.cards[0] = card("A story. " * 70, 0, labels=[f"Label {at}" for at in range(9)])
    page = join(viewport={"width": 320, "height": 568})
    question = page.get_by_text("How does the writer feel?")
    expect(question).to_be_in_viewport()
    expect(page.locator("#newest")).to_be_hidden()
    answer(page, "Label 8").scroll_into_view_if_needed()
    before = page.evaluate("document.getElementById('scroll').scrollTop")
    assert before > 100
    shown = here.script.cards[0]
    show(here, replace(shown, text=(*shown.text, Part("\n1 marked", "italic"))))
    expect(page.get_by_text("1 marked")).to_have_count(1)
    assert page.evaluate("document.getElementById('scroll').scrollTop") >= before
    here.script.cards[1] = card("Another. " * 70, 1, labels=[f"Label {at}" for at in range(9)])
    answer(page, "Label 8").click()
    expect(page.get_by_text("2 / 200")).to_be_in_viewport()


def test_what_is_over_takes_a_line(here: Place, join: Join) -> None:
    page = join()
    chat = chat_of(here)
    choice = Message(text=(Part("Which project?"),), buttons=tuple((Button(f"▶ {at}", f"p{at}"),) for at in range(5)))
    for _ in range(2):
        here.do(here.script.show(chat, choice))
    pickers = page.locator(".message").filter(has_text="Which project?")
    expect(pickers).to_have_count(2)
    expect(pickers.first.get_by_role("button")).to_have_count(0)
    expect(pickers.last.get_by_role("button")).to_have_count(5)
    stopped = Message(text=(Part("Until soon."),), replaces=here.script.shown, fresh=True)
    here.do(here.script.show(chat, stopped))
    expect(page.get_by_text("Until soon.")).to_be_visible()
    stub = page.locator(".message.past")
    expect(stub).to_contain_text("1 / 200 · Review sentiment")
    expect(page.get_by_text("It works well.")).to_be_hidden()
    assert _box(stub)["height"] < 45
    here.do(here.script.show(chat, here.script.cards[1]))
    expect(page.get_by_text("It broke.")).to_be_visible()
    expect(pickers.last.get_by_role("button")).to_have_count(5)
    assert _box(pickers.last)["height"] < 120


def test_the_clip_stays_in_sight_when_what_was_typed_is_too_long(here: Place, join: Join) -> None:
    here.script.cards[0] = here.script.cards[1] = spoken_card(here, 0)
    page = join()
    chat = chat_of(here)
    here.do(PageBoard(here.database).say(chat, spoken_bubble("long words " * 200), "k" * 32))
    here.do(here.script.show(chat, Message(text=(Part("That is 2200 characters, and at most 2000 fit."),))))
    expect(page.get_by_text("at most 2000 fit")).to_be_in_viewport()
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_time_of_what_was_said_can_be_read(here: Place, join: Join, scheme: str) -> None:
    page = join(**PHONE, color_scheme=scheme)
    page.get_by_label("Message", exact=True).fill("hello")
    page.get_by_label("Message", exact=True).press("Enter")
    page.locator(".me .meta").wait_for()
    colours = page.evaluate(
        "[getComputedStyle(document.querySelector('.me .meta')).color,"
        " getComputedStyle(document.querySelector('.me .balloon')).backgroundColor]"
    )
    dark, bright = sorted(_luminance(colour) for colour in colours)
    assert (bright + 0.05) / (dark + 0.05) >= 4.5


def test_a_larger_type_makes_all_words_larger_and_still_fits(here: Place, join: Join) -> None:
    page = join()
    sizes = (
        "[...document.querySelectorAll('#log *, h1, #line')].map((one) => parseFloat(getComputedStyle(one).fontSize))"
    )
    before = page.evaluate(sizes)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    after = page.evaluate(sizes)
    assert all(abs(large - 2 * small) < 0.5 for small, large in zip(before, after, strict=True))
    assert page.evaluate(
        "[...document.querySelectorAll('#scroll, #app')].every((one) => one.scrollWidth <= one.clientWidth)"
    )


def test_all_of_the_page_is_in_a_landmark(here: Place, join: Join) -> None:
    page = join()
    outside = page.evaluate(
        "[...document.querySelectorAll('button, textarea, a')]"
        ".filter((one) => !one.closest('header, main, form[aria-label]')).length"
    )
    assert outside == 0
    assert page.get_by_role("form", name="Write a message").count() == 1


def _box(found: Any) -> dict[str, float]:
    box = found.bounding_box()
    assert box is not None
    return dict(box)


def _luminance(colour: str) -> float:
    shares = [float(part) / 255 for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_question_is_replied_to_whatever_card_is_open(here: Place, join: Join) -> None:
    here.script.cards[0] = spoken_card(here, 0)
    page = join()
    asked = Message(text=(Part("💬 3f2a asks about item 7: Is irony negative?"),), kind="question")
    here.do(here.script.show(chat_of(here), asked))
    line = page.get_by_label("Message", exact=True)
    reply = page.locator(".message.question").get_by_role("button", name="Reply")
    reply.click()
    expect(line).to_be_focused()
    expect(line).to_have_attribute("placeholder", "Your reply")
    line.press("Escape")
    expect(line).to_have_attribute("placeholder", "Type what you hear")
    reply.click()
    line.fill("Yes, it is.")
    line.press("Enter")
    expect(line).to_have_attribute("placeholder", "Type what you hear")
    until_equal(lambda: len([one for one in here.script.events if isinstance(one, Reply)]), 1)
    (said,) = [event for event in here.script.events if isinstance(event, Reply)]
    assert (said.text, said.to) == ("Yes, it is.", page.locator(".message.question").get_attribute("data-id"))


def test_typed_words_answer_the_card_that_was_open_and_can_be_corrected(here: Place, join: Join) -> None:
    here.script.cards[1:3] = [spoken_card(here, 1), card("after", 2)]
    page = join()
    answer(page, "Positive").click()
    line = page.get_by_label("Message", exact=True)
    expect(line).to_have_attribute("placeholder", "Type what you hear")
    open_card = page.locator(".message.open").get_attribute("data-id")
    line.fill("a ketle")
    line.press("Enter")
    expect(page.get_by_text("after")).to_be_visible()
    expect(line).to_have_value("")
    expect(page.locator(".message.me")).to_contain_text("a ketle")
    expect(page.locator(".message.past")).to_contain_text(["✓ 😊 Positive", "✓ a ketle"])
    (reply,) = [event for event in here.script.events if isinstance(event, Reply)]
    assert (reply.text, reply.to) == ("a ketle", open_card)
    line.press("ArrowUp")
    expect(line).to_have_value("a ketle")
    line.fill("a kettle")
    line.press("Enter")
    expect(page.locator(".message.me")).to_contain_text("a kettle")
    expect(page.locator(".message.me")).to_contain_text("edited")


def test_enter_with_shift_begins_a_new_line(here: Place, join: Join) -> None:
    page = join(**DESK)
    line = page.get_by_label("Message", exact=True)
    line.type("one")
    line.press("Shift+Enter")
    line.type("two")
    line.press("Enter")
    expect(page.locator(".message.me")).to_contain_text("one\ntwo")


def test_a_tap_without_connection_is_sent_once_when_it_is_back(here: Place, join: Join) -> None:
    page = join()
    with offline(page):
        answer(page, "Positive").click()
        expect(page.get_by_role("alert").filter(has_text="No connection")).to_be_visible()
        assert here.script.answers == []
    expect(page.get_by_text("It broke.")).to_be_visible()
    expect(page.locator("#banner")).to_be_hidden()
    assert here.script.answers == ["😊 Positive"]


def test_a_failing_server_is_asked_again_under_the_same_key(here: Place, join: Join) -> None:
    page = join()
    keys = list[str]()
    page.on("request", lambda asked: keys.append(asked.post_data_json["key"]) if "press" in asked.url else None)
    here.script.failing = 2
    answer(page, "Negative").click()
    expect(page.get_by_text("It broke.")).to_be_visible()
    assert here.script.answers == ["😠 Negative"]
    assert len(keys) == 3
    assert len(set(keys)) == 1


def test_two_tabs_show_the_same(here: Place, join: Join) -> None:
    page = join()
    other = page.context.new_page()
    other.goto(here.url)
    answer(other, "Positive").click()
    expect(page.get_by_text("It broke.")).to_be_visible()
    pause(page)
    answer(page, "Negative").click()
    for tab in (page, other):
        expect(tab.get_by_text("It is fine.")).to_be_visible()
    assert page.locator("#log").inner_text() == other.locator("#log").inner_text()


def test_a_reload_shows_the_same_chat(here: Place, join: Join) -> None:
    page = join()
    answer(page, "Positive").click()
    expect(page.get_by_text("It broke.")).to_be_visible()
    page.get_by_label("Message", exact=True).fill("half a sen")
    before = page.locator("#log").inner_text()
    page.reload()
    expect(page.get_by_text("It broke.")).to_be_visible()
    assert page.locator("#log").inner_text() == before
    expect(page.get_by_label("Message", exact=True)).to_have_value("half a sen")


def test_markup_in_items_labels_names_and_replies_is_only_text(here: Place, join: Join) -> None:
    here.script.cards[0] = replace(card(EVIL, 0, labels=(EVIL,)), placeholder=EVIL, typed=True)
    page = join(EVIL)
    expect(page.locator("blockquote")).to_have_text(EVIL)
    expect(page.locator(".message.open .key .title").first).to_have_text(EVIL)
    page.get_by_label("Message", exact=True).fill(EVIL)
    page.get_by_label("Message", exact=True).press("Enter")
    expect(page.locator(".message.me")).to_contain_text(EVIL)
    assert page.title() == "labelbot"
    assert page.locator("#log img, #log script").count() == 0


def test_a_link_that_is_no_web_address_leads_nowhere(here: Place, join: Join) -> None:
    links = (Button("bad", url="javascript:document.title='broken into'"), Button("good", url="https://example.org/a"))
    here.script.cards[0] = card("links", 0, buttons=(links, TOOLS))
    page = join()
    assert page.get_by_role("link", name="bad").count() == 0
    expect(page.get_by_role("link", name="good")).to_have_attribute("href", "https://example.org/a")


def test_screen_readers_hear_names_and_news(here: Place, join: Join) -> None:
    labels = (Button("✓ Billing", "0:b", spoken="Billing, set"), Button("Refund", "0:r"))
    here.script.cards[0] = card("Charged twice", 0, buttons=(labels, TOOLS))
    page = join()
    log = page.get_by_role("log", name="Messages")
    expect(log).to_have_attribute("aria-live", "polite")
    group = page.locator(".message.open").get_by_role("group", name="Answers")
    names = [button.get_attribute("aria-label") or button.inner_text() for button in group.get_by_role("button").all()]
    assert names == ["Billing, set", "Refund", "Undo", "More", "Skip"]
    expect(group.get_by_role("button", name="Billing, set")).to_have_class("key plain chosen")
    tree = page.locator("body").aria_snapshot()
    for name in ('button "Billing, set"', 'button "Undo"', 'textbox "Message"', 'button "Send"', 'button "Menu"'):
        assert name in tree


def test_dark_mode_is_dark_and_light_mode_light(here: Place, join: Join) -> None:
    def brightness(scheme: str) -> float:
        page = join(**PHONE, color_scheme=scheme)
        colour = page.evaluate("getComputedStyle(document.querySelector('.balloon')).backgroundColor")
        return sum(float(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(",")) / 3

    assert brightness("light") > 200
    here.script.at = 0
    assert brightness("dark") < 60


def test_a_picture_opens_full_screen_and_nothing_jumps_when_it_comes(here: Place, join: Join) -> None:
    sha = here.put(PICTURE.read_bytes(), "image/jpeg")
    picture = Media(1, "image", "image/jpeg", sha, "The photograph", width=400, height=300)
    here.script.cards[0] = card("", 0, media=(picture,))
    page = join()
    page.route("**/media/**", lambda route: None)
    page.reload()
    expect(page.locator(".picture")).to_be_visible()
    before = page.locator(".picture").bounding_box()
    page.unroute("**/media/**")
    page.reload()
    image = page.get_by_role("img", name="The photograph")
    expect(image).to_be_visible()
    until(page, "document.querySelector('.picture img').naturalWidth > 0")
    until_equal(lambda: page.locator(".picture").bounding_box(), before)
    page.get_by_role("button", name="The photograph").click()
    expect(page.get_by_role("dialog", name="The photograph")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_clip_plays_by_button_and_by_the_space_bar(here: Place, join: Join) -> None:
    here.script.cards[0] = spoken_card(here, 0)
    page = join(**DESK)
    playing = "!document.querySelector('audio').paused"
    page.get_by_role("button", name="Play", exact=True).click()
    until(page, playing)
    page.keyboard.press("Space")
    until(page, f"!({playing})")
    page.get_by_label("Message", exact=True).fill("two words")
    page.get_by_label("Message", exact=True).press("Space")
    expect(page.get_by_label("Message", exact=True)).to_have_value("two words ")
    assert not page.evaluate(playing)
    page.get_by_role("button", name="Playback speed 1").click()
    assert page.evaluate("document.querySelector('audio').playbackRate") == 1.25


def test_space_does_not_press_the_button_that_was_clicked_last(here: Place, join: Join) -> None:
    here.script.cards[:2] = [spoken_card(here, 0), spoken_card(here, 1)]
    page = join(**DESK)
    answer(page, "Unintelligible").click()
    expect(page.locator(".message.past")).to_have_count(1)
    page.keyboard.press("Space")
    until(page, "[...document.querySelectorAll('audio')].some((audio) => !audio.paused)")
    assert here.script.answers == ["unintelligible"]


def test_a_file_that_is_gone_is_said_to_be(here: Place, join: Join) -> None:
    gone = Media(1, "image", "image/jpeg", "0" * 64, "lost", width=400, height=300)
    here.script.cards[0] = card("", 0, media=(gone,))
    expect(join().get_by_text("This file cannot be shown.")).to_be_visible()


def test_a_clip_plays_on_while_tags_are_set(here: Place, join: Join) -> None:
    clip = spoken_card(here, 0)
    here.script.cards[0] = clip
    page = join(**DESK)
    page.get_by_role("button", name="Play", exact=True).click()
    assert here.script.shown is not None
    marked = replace(clip, replaces=here.script.shown, buttons=((Button("✓ Noisy", "0:n"),), TOOLS))
    press = here.script.events[0]
    here.do(here.script.show(press.chat, marked))  # type: ignore[union-attr]
    expect(answer(page, "✓ Noisy")).to_be_visible()
    assert page.evaluate("!document.querySelector('audio').paused")


def test_a_form_keeps_what_was_typed_until_it_is_right(here: Place, join: Join) -> None:
    page = join()
    answer(page, "More").click()
    form = page.get_by_role("dialog", name="Flag this item")
    form.get_by_role("button", name="Flag").click()
    expect(form.get_by_text("Fill this in.")).to_be_visible()
    form.get_by_label("What is wrong?").fill("x")
    form.get_by_role("button", name="Flag").click()
    expect(form.get_by_text("Say a little more.")).to_be_visible()
    form.get_by_label("What is wrong?").fill("blurred")
    form.get_by_role("button", name="Flag").click()
    expect(page.get_by_text("Thank you, it is flagged.")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert here.script.answers == ["flag:blurred"]


def test_an_alert_must_be_closed(here: Place, join: Join) -> None:
    page = join()
    answer(page, "Undo").click()
    expect(page.get_by_role("alertdialog", name="Nothing to undo.")).to_be_visible()
    page.get_by_role("button", name="OK").click()
    expect(page.get_by_role("alertdialog")).to_have_count(0)


def test_a_long_text_folds_and_opens(here: Place, join: Join) -> None:
    here.script.cards[0] = card("A long story about a parcel. " * 60, 0)
    page = join()
    expect(answer(page, "Positive")).to_be_in_viewport()
    expect(page.get_by_text("How does the writer feel?")).to_be_in_viewport()
    more = page.get_by_role("button", name="Show all")
    more.click()
    less = page.get_by_role("button", name="Show less")
    expect(less).to_have_attribute("aria-expanded", "true")
    assert "folded" not in (page.locator(".fold").get_attribute("class") or "").split()


def test_the_menu_says_commands(here: Place, join: Join) -> None:
    page = join()
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("menuitem", name="My numbers").click()
    expect(page.get_by_text("You said stats.")).to_be_visible()
    expect(page.get_by_role("menu")).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("menuitem", name="My projects").click()
    expect(page.get_by_text("You said projects.")).to_be_visible()


def test_an_ended_session_is_said(here: Place, join: Join) -> None:
    page = join()
    page.context.clear_cookies()
    answer(page, "Positive").click()
    expect(page.get_by_role("alert").filter(has_text="signed out")).to_be_visible()
    assert not [event for event in here.script.events if isinstance(event, Press)]


def test_a_channel_is_a_page_to_read(here: Place, join: Join) -> None:
    page = join()
    summary = Message(text=(Part("reviews\n", "bold"), Part("12 of 200 done")), kind="summary")
    page.goto(f"{here.url}/channel/qa")
    here.do(here.script.show("qa", summary))
    expect(page.get_by_text("12 of 200 done")).to_be_visible()
    expect(page.get_by_text("Read only")).to_be_visible()
    assert page.get_by_role("textbox").count() == 0
