"""Pictures and clips on the page."""

from dataclasses import replace

from playwright.sync_api import expect

from bot.chat import Button, Media
from tests.web.page.showing import DESK, PICTURE, Join, answer, spoken_card, until, until_equal
from tests.web.running import Place
from tests.web.script import TOOLS, card


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
