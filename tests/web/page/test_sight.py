"""What is in sight, large, dark and loud enough to be read or heard, and that nothing people write is markup."""

from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import expect

from bot.chat import Button, Media, Message, Part
from bot.reception import PageBoard
from bot.web.bubbles import spoken_bubble
from tests.web.page.showing import PHONE, PICTURE, Join, answer, chat_of, show, spoken_card, until
from tests.web.running import Place
from tests.web.script import TOOLS, card

EVIL = "<img src=x onerror=\"document.title='broken into'\"><script>document.title='broken into'</script>"


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


def test_a_channel_is_a_page_to_read(here: Place, join: Join) -> None:
    page = join()
    summary = Message(text=(Part("reviews\n", "bold"), Part("12 of 200 done")), kind="summary")
    page.goto(f"{here.url}/channel/qa")
    here.do(here.script.show("qa", summary))
    expect(page.get_by_text("12 of 200 done")).to_be_visible()
    expect(page.get_by_text("Read only")).to_be_visible()
    assert page.get_by_role("textbox").count() == 0
