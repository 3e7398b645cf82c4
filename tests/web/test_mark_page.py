"""The page to mark on, in a real Chromium: spans by finger, mouse and keys; what is kept, sent and said."""

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bot.web.mark import TELEGRAM_SCRIPT
from tests.running import wait
from tests.web.marking import Fake, Json, counted, fake, item

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


@pytest.fixture(scope="module")
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


@contextmanager
def offline(page: Page) -> Iterator[None]:
    page.context.set_offline(True)
    yield
    page.context.set_offline(False)


@pytest.mark.parametrize("device", [PHONE, DESK], ids=["phone", "desk"])
def test_first_word_last_word_label_and_the_next_item_comes_on_the_same_page(
    here: Fake, opened: Open, device: Json
) -> None:
    page = opened(**device)
    expect(page.get_by_text("1 / 200 · Names in the news")).to_be_visible()
    expect(page.get_by_role("button", name="Nothing here")).to_be_visible()
    tap(page, "Angela")
    tap(page, "Merkel")
    label(page, "Person")
    expect(page.get_by_role("button", name="Send 1 mark")).to_be_visible()
    mark(page, "Paris", "Place")
    send(page, "Send 2 marks")
    expect(page.get_by_text("Ada went to London.")).to_be_visible()
    expect(page.get_by_text("Saved: 2")).to_be_visible()
    assert counted(TEXT, settled(page, here)) == [("Angela Merkel", "PER"), ("Paris", "LOC")]
    assert here.sent[0].keys() == {"key", "card", "step", "marks"}


def test_the_label_may_come_first(here: Fake, opened: Open) -> None:
    page = opened()
    label(page, "Person")
    expect(page.get_by_text("Person – tap the first word, then the last one")).to_be_visible()
    tap(page, "Emmanuel")
    tap(page, "Macron")
    tap(page, "Merkel", 1)
    tap(page, "Merkel", 1)
    label(page, "Place")
    tap(page, "Paris")
    tap(page, "Paris")
    send(page, "Send 3 marks")
    marks = counted(TEXT, settled(page, here))
    assert marks == [("Emmanuel Macron", "PER"), ("Paris", "LOC"), ("Merkel", "PER")]


def test_a_tap_moves_the_nearer_end_and_a_second_one_puts_a_word_down(here: Fake, opened: Open) -> None:
    page = opened()
    tap(page, "Merkel")
    tap(page, "Macron")
    tap(page, "Emmanuel")
    expect(page.locator(".tray-line")).to_have_text("Merkel met Emmanuel")
    tap(page, "Angela")
    expect(page.locator(".tray-line")).to_have_text("Angela Merkel met Emmanuel")
    page.get_by_role("button", name="Put down").click()
    tap(page, "Paris")
    tap(page, "Paris")
    expect(page.locator(".tray-line")).to_have_text("Tap the first word, then the last one")


def test_ends_are_dragged_by_a_finger(here: Fake, opened: Open) -> None:
    page = opened()
    mark(page, "Merkel", "Person")
    drag_end(page, "start", "Angela")
    expect(page.locator(".tray-line")).to_have_text("Angela Merkel")
    drag_end(page, "end", "met")
    expect(page.locator(".tray-line")).to_have_text("Angela Merkel met")
    page.get_by_role("button", name="Letter by letter").click()
    drag_end(page, "end", "r")
    send(page)
    assert counted(TEXT, settled(page, here)) == [("Angela Mer", "PER")]


def test_a_drag_is_one_step_to_undo(here: Fake, opened: Open) -> None:
    page = opened()
    mark(page, "Merkel", "Person")
    drag_end(page, "start", "Angela")
    expect(page.locator(".tray-line")).to_have_text("Angela Merkel")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".piece")).to_have_text("Merkel")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".piece")).to_have_count(0)
    page.get_by_role("button", name="Redo").click()
    page.get_by_role("button", name="Redo").click()
    expect(page.locator(".piece")).to_have_text("Angela Merkel")


def test_a_mark_is_relabelled_repeated_and_deleted(here: Fake, opened: Open) -> None:
    page = opened()
    mark(page, "Paris", "Person")
    page.get_by_role("button", name="Put down").click()
    tap(page, "Paris")
    label(page, "Place")
    expect(page.locator(".tag")).to_have_attribute("data-title", "Place")
    page.get_by_role("button", name="Mark 1 more").click()
    expect(page.get_by_text("1 more marked")).to_be_visible()
    expect(page.locator(".piece")).to_have_text(["Paris", "Paris"])
    tap(page, "Paris")
    tap(page, "Paris", 1)
    page.get_by_role("button", name="Delete the mark").click()
    send(page, "Send 1 mark")
    assert counted(TEXT, settled(page, here)) == [("Paris", "LOC")]


def test_marks_do_not_overlap_where_the_project_does_not_say_so(here: Fake, opened: Open) -> None:
    page = opened()
    mark(page, "Merkel", "Person")
    page.get_by_role("button", name="Put down").click()
    tap(page, "Angela")
    tap(page, "met")
    expect(page.get_by_text("Marks may not overlap here.")).to_be_visible()
    expect(page.locator(".tray-line")).to_have_text("Angela")
    label(page, "Place")
    drag_end(page, "end", "met")
    send(page, "Send 2 marks")
    assert counted(TEXT, settled(page, here)) == [("Angela", "LOC"), ("Merkel", "PER")]


def test_marks_overlap_where_the_project_says_so(here: Fake, opened: Open) -> None:
    here.start(item(TEXT, 0, options={"overlap": True}))
    page = opened()
    tap(page, "Angela")
    tap(page, "Merkel")
    label(page, "Person")
    tap(page, "Angela")
    label(page, "Organisation")
    expect(page.locator(".tag")).to_have_count(2)
    expect(page.locator(".piece")).to_have_text(["Angela", " Merkel"])
    tap(page, "Angela")
    expect(page.locator(".tray-line")).to_have_text("Angela Merkel")
    send(page, "Send 2 marks")
    assert counted(TEXT, settled(page, here)) == [("Angela", "ORG"), ("Angela Merkel", "PER")]


def test_a_mouse_selects_letters(here: Fake, opened: Open) -> None:
    page = opened(**DESK)
    page.locator(".lines p").first.wait_for()
    first, last = box(page, "gela"), box(page, "Merk")
    page.mouse.move(first["x"] + 1, first["y"] + 8)
    page.mouse.down()
    page.mouse.move(last["x"] + last["width"], last["y"] + 8, steps=4)
    page.mouse.up()
    expect(page.locator(".tray-line")).to_have_text("gela Merk")
    label(page, "Person")
    send(page)
    assert counted(TEXT, settled(page, here)) == [("gela Merk", "PER")]


def test_the_keyboard_does_it_all(here: Fake, opened: Open) -> None:
    page = opened(**DESK)
    page.locator(".lines p").first.wait_for()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("1")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(page.locator(".tray-line")).to_have_text("in")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("2")
    page.keyboard.press("r")
    page.keyboard.press("p")
    expect(page.locator(".tray-line")).to_have_text("Angela Merkel")
    page.keyboard.press("Delete")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+Shift+Z")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_contain_text("mark every repeat")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Enter")
    marks = counted(TEXT, settled(page, here))
    assert marks == [("Angela Merkel", "PER"), ("Paris", "LOC"), ("Paris", "LOC")]


STRANGE = {
    "emoji": ("🎉🎉 Zoë 👩‍👩‍👧 met Bob 🇩🇪 in Rome.", ["Zoë", "Bob", "Rome"]),
    "crlf": ("One\r\n\r\nTwo\rThree\nFour", ["One", "Two", "Three", "Four"]),
    "combining": ("Cafe\u0301 Zu\u0308rich, e\u0301tude Bob", ["Cafe\u0301", "Zu\u0308rich", "Bob"]),
    "right to left": ("قال أحمد في القاهرة اليوم 🎉 مرحبا", ["أحمد", "القاهرة", "مرحبا"]),
    "mixed": ("Ada said שלום to משה in 2021 🎉 twice", ["שלום", "משה", "2021", "twice"]),
    "japanese": ("東京都知事の小池百合子は東京で話した。", ["小池", "百合子"]),
    "astral letters": ("𝒜da 𐍈𐍈 met 𠮷野 here", ["𝒜da", "met", "here"]),
}


@pytest.mark.parametrize("kind", STRANGE)
def test_places_are_code_points_of_the_original_text(here: Fake, opened: Open, kind: str) -> None:
    text, words = STRANGE[kind]
    here.start(item(text, 0, language="ja" if kind == "japanese" else "en"))
    page = opened()
    for words_marked in words:
        mark(page, words_marked, "Place")
    send(page)
    assert counted(text, settled(page, here)) == [(found, "LOC") for found in words]


def test_marks_that_are_there_already_stand_where_python_puts_them(here: Fake, opened: Open) -> None:
    text = "🎉 Zoë\r\nmet 👩‍👩‍👧 Bob"
    marks = [
        {"start": at, "end": at + 3, "label": "PER", "text": name}
        for name in ("Zoë", "Bob")
        for at in [text.index(name)]
    ]
    here.start(item(text, 0, marks))
    page = opened()
    expect(page.locator(".piece")).to_have_text(["Zoë", "Bob"])
    send(page, "Send 2 marks")
    assert settled(page, here) == marks


def test_every_repeat_is_a_word_by_itself(here: Fake, opened: Open) -> None:
    text = "Ada, Adam, Ada! ada Ada\u0301 xAda Ada's (Ada) 東京 Ada東京"
    here.start(item(text, 0))
    page = opened()
    mark(page, "Ada", "Person")
    page.get_by_role("button", name=re.compile("^Mark . more")).click()
    send(page)
    marks = settled(page, here)
    assert [mark["start"] for mark in marks] == [0, 11, text.index("Ada's"), text.index("Ada)"), text.index("Ada東")]


def test_two_thousand_words_stay_smooth(here: Fake, opened: Open) -> None:
    text = " ".join(f"word{at} lorem ipsum Ada" for at in range(500))
    here.start(item(text, 0))
    page = opened()
    mark(page, "Ada", "Person")
    page.get_by_role("button", name="Mark 499 more").click()
    expect(page.get_by_role("button", name="Send 500 marks")).to_be_visible()
    tap(page, "word400")
    took = page.evaluate(
        """() => {
      const begun = performance.now();
      for (const key of ["ArrowRight", "ArrowRight", "ArrowLeft", "n", "p"]) {
        document.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
        document.body.offsetHeight;
      }
      return (performance.now() - begun) / 5;
    }"""
    )
    assert took < 60, f"{took:.0f} ms a step"
    send(page)
    assert len(counted(text, settled(page, here))) == 500


def test_a_reload_midway_keeps_the_work_and_needs_no_new_way_in(here: Fake, opened: Open) -> None:
    page = opened()
    mark(page, "Paris", "Place")
    page.reload()
    expect(page.get_by_text("What you had marked here is back.")).to_be_visible()
    expect(page.locator(".piece")).to_have_text("Paris")
    assert len(here.proofs) == 1
    send(page)
    assert counted(TEXT, settled(page, here)) == [("Paris", "LOC")]
    page.reload()
    expect(page.get_by_text("Ada went to London.")).to_be_visible()
    assert page.evaluate("Object.keys(localStorage).filter((name) => name.includes('work'))") == []


def test_what_is_sent_without_a_connection_arrives_once_when_it_is_back(here: Fake, opened: Open) -> None:
    page = opened()
    mark(page, "Paris", "Place")
    with offline(page):
        send(page)
        expect(page.get_by_role("button", name="Sending…")).to_be_disabled()
        expect(page.get_by_text("No connection. What you do is kept")).to_be_visible()
    expect(page.get_by_text("Ada went to London.")).to_be_visible()
    assert counted(TEXT, settled(page, here)) == [("Paris", "LOC")]


def test_a_page_killed_while_sending_sends_again_under_the_same_key(here: Fake, opened: Open) -> None:
    page = opened()
    mark(page, "Paris", "Place")
    page.route("**/mark/send", lambda route: (route.fetch(), route.abort()))
    send(page)
    settled(page, here)
    with page.context.expect_page():
        again = opened(within=page.context)
    page.close()
    expect(again.get_by_text("Ada went to London.")).to_be_visible()
    assert len(here.sent) == 1
    assert len(here.answers) == 1


def test_a_double_tap_sends_once(here: Fake, opened: Open) -> None:
    page = opened()
    mark(page, "Paris", "Place")
    page.get_by_role("button", name="Send 1 mark").dblclick()
    expect(page.get_by_text("Ada went to London.")).to_be_visible()
    pause(page)
    assert len(here.sent) == 1
    assert here.at == 1


def test_of_two_tabs_the_second_is_told_and_loses_nothing(here: Fake, opened: Open) -> None:
    one = opened()
    mark(one, "Paris", "Place")
    two = opened(within=one.context)
    expect(two.locator(".piece")).to_have_text("Paris")
    mark(two, "Macron", "Person")
    send(one)
    expect(one.get_by_text("Ada went to London.")).to_be_visible()
    send(two)
    expect(two.get_by_text("That one was answered already. What you marked is kept")).to_be_visible()
    expect(two.get_by_text("Ada went to London.")).to_be_visible()
    here.items[0] = item(TEXT, 0, card="again")
    pause(two)
    two.get_by_role("button", name="Last item").click()
    two.get_by_role("button", name="Use my marks").click()
    expect(two.get_by_role("button", name="Send 2 marks")).to_be_visible()
    pause(two)
    send(two)
    assert counted(TEXT, settled(two, here, 2)) == [("Macron", "PER"), ("Paris", "LOC")]


def test_the_same_item_at_another_step_offers_what_was_marked(here: Fake, opened: Open) -> None:
    page = opened()
    mark(page, "Paris", "Place")
    here.items[0] = item(TEXT, 0, step=1)
    send(page)
    expect(page.get_by_text("That one was answered already.")).to_be_visible()
    expect(page.locator(".piece")).to_have_count(0)
    page.get_by_role("button", name="Use my marks").click()
    expect(page.locator(".piece")).to_have_text("Paris")
    pause(page)
    send(page)
    assert settled(page, here) == [{"start": 37, "end": 42, "label": "LOC", "text": "Paris"}]
    assert here.sent[-1]["step"] == 1


def test_skipping_asks_why(here: Fake, opened: Open) -> None:
    page = opened()
    page.get_by_role("button", name="Skip").click()
    page.get_by_role("dialog").get_by_role("button", name="Unclear or incomplete").click()
    expect(page.get_by_text("Ada went to London.")).to_be_visible()
    page.get_by_role("button", name="Skip").click()
    page.get_by_label("Another reason").fill("no names in it")
    page.get_by_role("dialog").get_by_role("button", name="Skip").click()
    expect(page.get_by_text("All done here")).to_be_visible()
    assert here.skipped == ["Unclear or incomplete", "no names in it"]


def test_at_the_end_there_is_a_way_back(here: Fake, opened: Open) -> None:
    here.start(item(TEXT, 0))
    page = opened()
    send(page, "Nothing here")
    expect(page.get_by_text("That was the last one. Thank you!")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("link", name="Back to the chat")).to_have_attribute("href", "/")
    assert settled(page, here) == []
    here.items.append(item("Fresh text.", 1))
    page.get_by_role("button", name="Look for more").click()
    expect(page.get_by_text("Fresh text.")).to_be_visible()


WAYS = {
    "/mark/card0": ("You are signed out here.", {"card": "card0"}),
    "/mark/telegram/card0#tgWebAppData=user%3D%257B%2522id%2522%253A7%257D%26hash%3Dab": (
        "tap the button on the card again",
        {"card": "card0", "init_data": "user=%7B%22id%22%3A7%7D&hash=ab"},
    ),
    "/mark/link/to%3Aken": ("This link is used up or too old.", {"card": "", "link": "to:ken"}),
}


@pytest.mark.parametrize("way", WAYS)
def test_who_may_not_come_in_is_told_what_to_do(here: Fake, opened: Open, way: str) -> None:
    said, proof = WAYS[way]
    here.entering = False
    page = opened(way)
    expect(page.get_by_text(said)).to_be_visible()
    assert {name: value for name, value in here.proofs[0].items() if name != "key"} == proof
    here.entering = True
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("Mark every name.")).to_be_visible()


def test_the_servers_own_reason_is_said_before_ours(here: Fake, opened: Open) -> None:
    here.entering, here.why = False, "This link is for somebody else."
    page = opened("/mark/link/token")
    expect(page.get_by_text("This link is for somebody else.")).to_be_visible()


def test_a_session_that_ended_keeps_the_work(here: Fake, opened: Open) -> None:
    page = opened()
    mark(page, "Paris", "Place")
    here.sessions.clear()
    here.entering = False
    send(page)
    expect(page.get_by_text("What you marked and did not send is kept on this device.")).to_be_visible()
    here.entering = True
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("Ada went to London.")).to_be_visible()
    assert counted(TEXT, settled(page, here)) == [("Paris", "LOC")]


def test_a_way_in_whose_answer_was_lost_is_taken_again_under_the_same_key(here: Fake, opened: Open) -> None:
    page = opened("/mark/link/before")
    page.route("**/mark/enter", lambda route: (route.fetch(), route.abort()))
    page.goto(here.url + "/mark/link/token")
    wait(lambda: len(here.proofs) == 2)
    page.unroute_all(behavior="ignoreErrors")
    page.reload()
    page.locator(".lines p").first.wait_for()
    assert len({proof["key"] for proof in here.proofs[1:]}) == 1


def test_a_session_that_ended_is_exchanged_anew_unnoticed(here: Fake, opened: Open) -> None:
    page = opened()
    mark(page, "Paris", "Place")
    here.sessions.clear()
    send(page)
    expect(page.get_by_text("Ada went to London.")).to_be_visible()
    assert len(here.proofs) == 2


TELEGRAM = """
window.calls = [];
const told = (name) => () => window.calls.push(name);
const names = ["ready", "expand", "close", "onEvent", "disableVerticalSwipes"];
names.push("enableClosingConfirmation", "disableClosingConfirmation");
window.Telegram = { WebApp: {
  ...Object.fromEntries(names.map((name) => [name, told(name)])),
  initData: "user=%7B%22id%22%3A7%7D&hash=ab",
  colorScheme: "dark",
  themeParams: {
    bg_color: "#17212b", text_color: "#f5f5f5", button_color: "#5288c1", button_text_color: "#ffffff",
    secondary_bg_color: "#232e3c", link_color: "#6ab3f3",
  },
  safeAreaInset: { top: 20, bottom: 12, left: 0, right: 0 },
  contentSafeAreaInset: { top: 40, bottom: 0, left: 0, right: 0 },
  BackButton: { show: told("BackButton.show"), onClick: (work) => { window.back = work; } },
  HapticFeedback: { selectionChanged() {}, notificationOccurred() {} },
} };
"""


@pytest.fixture
def telegram(chromium: Browser) -> BrowserContext:
    """A phone on which Telegram's script loads."""
    context = chromium.new_context(locale="en-US", **PHONE)  # type: ignore[arg-type]
    context.route(TELEGRAM_SCRIPT, lambda route: route.fulfill(body=TELEGRAM, content_type="text/javascript"))
    return context


def ground(page: Page) -> str:
    return str(page.locator(".spans-scroll").evaluate("element => getComputedStyle(element).backgroundColor"))


def test_telegram_gives_its_colours_edges_and_buttons(here: Fake, opened: Open, telegram: BrowserContext) -> None:
    page = opened("/mark/telegram/card0#tgWebAppData=hash%3Dab", within=telegram)
    page.locator(".lines p").first.wait_for()
    wait(lambda: ground(page) == "rgb(23, 33, 43)")
    head = page.get_by_role("heading", level=1).bounding_box()
    assert head is not None
    assert head["y"] >= 60
    assert {"ready", "expand", "disableVerticalSwipes", "BackButton.show"} <= set(page.evaluate("calls"))
    mark(page, "Paris", "Place")
    assert page.evaluate("calls.at(-1)") == "enableClosingConfirmation"
    send(page)
    expect(page.get_by_text("Ada went to London.")).to_be_visible()
    assert page.evaluate("calls.at(-1)") == "disableClosingConfirmation"
    page.evaluate("back()")
    assert page.evaluate("calls.at(-1)") == "close"


def test_where_telegrams_script_never_comes_the_page_works(here: Fake, opened: Open, telegram: BrowserContext) -> None:
    telegram.unroute_all()
    telegram.route(TELEGRAM_SCRIPT, lambda route: None)
    theme = quote(json.dumps({"bg_color": "#17212b", "text_color": "#f5f5f5"}))
    page = telegram.new_page()
    address = f"{here.url}/mark/telegram/card0#tgWebAppData=hash%3Dab&tgWebAppThemeParams={theme}"
    page.goto(address, wait_until="commit")
    mark(page, "Paris", "Place")
    assert ground(page) == "rgb(23, 33, 43)"
    assert here.proofs[0]["init_data"] == "hash=ab"
    send(page)
    assert counted(TEXT, settled(page, here)) == [("Paris", "LOC")]
    telegram.close()


@pytest.mark.parametrize("size", [(360, 740), (320, 568), (1280, 800)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_everything_is_big_enough_for_a_thumb_and_in_sight(here: Fake, opened: Open, size: tuple[int, int]) -> None:
    page = opened(**{**PHONE, "viewport": {"width": size[0], "height": size[1]}})
    tap(page, "Paris")
    buttons = page.locator("footer button, .tray button").all()
    boxes = [button.bounding_box() for button in buttons if button.is_visible()]
    assert len(boxes) >= 8
    for found in boxes:
        assert found is not None
        assert min(found["width"], found["height"]) >= 44
        assert found["y"] + found["height"] <= size[1]
        assert found["x"] + found["width"] <= size[0]
    assert page.locator(".spans-scroll").bounding_box()["height"] >= 150  # type: ignore[index]


def test_text_and_labels_are_never_read_as_markup(here: Fake, opened: Open) -> None:
    evil = "<img src=x onerror=\"document.title='broken into'\">"
    labels = [{"name": "X", "title": evil, "help": evil, "colour": "#d9480f"}]
    here.start(item(f"A {evil} b", 0, labels=labels, question=evil, help=evil, title=evil))
    page = opened()
    tap(page, "A")
    page.locator(".tray .chip").click()
    page.get_by_role("button", name="Help").click()
    expect(page.get_by_role("dialog")).to_contain_text(evil)
    assert page.locator("img").count() == 0
    assert page.title() != "broken into"


def test_the_page_is_usable_within_a_second(here: Fake, opened: Open) -> None:
    here.start(item(" ".join(["word"] * 2000), 0))
    page = opened()
    page.locator(".lines p").first.wait_for()
    took = page.evaluate("performance.now()")
    assert took < 1000, json.dumps(took)
