"""Spans on the page to mark on, in a real Chromium: by finger, mouse and keys; their places are those of Python."""

import re

import pytest
from playwright.sync_api import expect

from tests.web.fingers import DESK, PHONE, TEXT, Open, box, busy, drag_end, label, mark, send, settled, tap
from tests.web.marking import Fake, Json, counted, item


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
    before = busy(page)
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "n", "p"):
        page.keyboard.press(key)
    assert busy(page) - before < 5 * 0.05
    send(page)
    assert len(counted(text, settled(page, here))) == 500
