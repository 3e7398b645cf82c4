"""Cards answered by finger, keyboard and typing."""

from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import expect

from bot.chat import Button, Part, Reply
from tests.web.page.showing import DESK, PHONE, Join, answer, pause, show, spoken_card, until_equal
from tests.web.running import Place
from tests.web.script import TOOLS, card


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
