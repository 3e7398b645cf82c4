"""The page to mark on, in a real Chromium: what is kept and sent, who comes in, what is said where it cannot go on."""

import json
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bot.web.mark import TELEGRAM_SCRIPT
from tests.running import wait
from tests.web.fingers import PHONE, TEXT, Open, busy, mark, offline, pause, send, settled, tap
from tests.web.marking import Fake, counted, item


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


def test_who_is_not_sure_says_so_with_one_tap(here: Fake, opened: Open) -> None:
    here.start(item(TEXT, 0, unsure=True), item("Ada went to London.", 1, unsure=True))
    page = opened()
    mark(page, "Paris", "Place")
    unsure = page.get_by_role("button", name="Not sure")
    box = unsure.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 48
    unsure.dblclick()
    expect(page.get_by_text("Ada went to London.")).to_be_visible()
    pause(page)
    assert here.noted == [{"what": "unsure", "note": None}]
    assert here.at == 1
    page.get_by_role("button", name="Last item").click()
    expect(page.get_by_text("What you had marked here is back.")).to_be_visible()
    expect(page.locator(".piece")).to_have_text("Paris")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_nobody_is_unsure_where_the_project_does_not_take_that(opened: Open) -> None:
    page = opened()
    expect(page.get_by_role("button", name="Skip")).to_be_visible()
    expect(page.get_by_role("button", name="Not sure")).to_be_hidden()


def test_a_broken_item_is_flagged_from_the_page_with_or_without_a_note(here: Fake, opened: Open) -> None:
    page = opened()
    for note in ("the text is cut off", ""):
        page.get_by_role("button", name="Help").click()
        page.get_by_role("button", name="This item is broken").click()
        page.get_by_label("What is wrong with it?").fill(note)
        page.get_by_role("button", name="Flag", exact=True).click()
        expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_text("All done here")).to_be_visible()
    assert here.noted == [{"what": "flag", "note": "the text is cut off"}, {"what": "flag", "note": ""}]


def test_a_question_leaves_the_item_and_what_is_marked(here: Fake, opened: Open) -> None:
    page = opened()
    mark(page, "Paris", "Place")
    page.get_by_role("button", name="Help").click()
    page.get_by_role("button", name="Ask about this item").click()
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_disabled()
    page.get_by_label("Your question").fill("Are cities places?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_text("Your question is with the project's admins.")).to_be_visible()
    expect(page.locator(".piece")).to_have_text("Paris")
    assert here.noted == [{"what": "ask", "note": "Are cities places?"}]
    send(page, "Send 1 mark")
    assert counted(TEXT, settled(page, here)) == [("Paris", "LOC")]


def test_what_is_right_there_stays_until_it_is_read(here: Fake, opened: Open) -> None:
    """A note above the next item would be cut off, and gone after a moment."""
    here.said = {"said": "You said nothing. Here Paris (LOC) is right. Towns are places, too.", "lasting": True}
    page = opened()
    send(page, "Nothing here")
    expect(page.get_by_role("alertdialog")).to_contain_text("Towns are places, too.")
    page.get_by_role("button", name="OK").click()
    expect(page.get_by_text("Ada went to London.")).to_be_visible()


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
    page.locator(".lines p").first.wait_for()
    page.route("**/mark/enter", lambda route: (route.fetch(), route.abort()))
    with page.expect_event("requestfailed"):
        page.goto(here.url + "/mark/link/token")
    page.unroute_all(behavior="ignoreErrors")
    page.reload()
    page.locator(".lines p").first.wait_for()
    assert len(here.proofs) > 1
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


def test_opening_takes_the_page_well_below_a_second(here: Fake, opened: Open) -> None:
    here.start(item(" ".join(["word"] * 2000), 0))
    page = opened()
    page.locator(".lines p").first.wait_for()
    assert busy(page) < 0.7
