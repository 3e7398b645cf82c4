"""The page without connection, in two tabs, loaded again and after its session."""

from playwright.sync_api import expect

from bot.chat import Press
from tests.web.page.showing import Join, answer, offline, pause
from tests.web.running import Place


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


def test_an_ended_session_is_said(here: Place, join: Join) -> None:
    page = join()
    page.context.clear_cookies()
    answer(page, "Positive").click()
    expect(page.get_by_role("alert").filter(has_text="signed out")).to_be_visible()
    assert not [event for event in here.script.events if isinstance(event, Press)]
