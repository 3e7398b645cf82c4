"""Triggers, modals, Home pages and response_urls of the fake Slack keep the platform's rules."""

import asyncio
from typing import Any

from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.fakes.slack import FakeSlack
from tests.fakes.slack_program import CARD, Api, a_trigger, form, plain, refusal, section


def test_a_trigger_opens_one_modal(slack: FakeSlack, api: Api) -> None:
    anna, trigger = a_trigger(slack)
    api("views.open", trigger_id=trigger, view=form())
    again = refusal(lambda: api("views.open", trigger_id=trigger, view=form()))
    unknown = refusal(lambda: api("views.open", trigger_id="1.2.3", view=form()))
    assert (again["error"], unknown["error"]) == ("exchanged_trigger_id", "invalid_trigger_id")
    assert len(anna.modals) == 1


def test_a_trigger_is_dead_after_three_seconds(slack: FakeSlack, api: Api) -> None:
    anna, trigger = a_trigger(slack)
    slack.advance(3.1)
    assert refusal(lambda: api("views.open", trigger_id=trigger, view=form()))["error"] == "expired_trigger_id"
    assert anna.modal is None


def test_modals_stack_three_deep_and_updates_need_the_right_hash(slack: FakeSlack, api: Api) -> None:
    anna, trigger = a_trigger(slack)
    view = api("views.open", trigger_id=trigger, view=form())["view"]
    for _ in range(2):
        api("views.push", trigger_id=anna.command("/x").payload["trigger_id"], view=form())
    fourth = anna.command("/x").payload["trigger_id"]
    assert refusal(lambda: api("views.push", trigger_id=fourth, view=form()))["error"] == "push_limit_reached"
    changed = {"view_id": view["id"], "view": form(title=plain("Changed"))}
    assert refusal(lambda: api("views.update", hash="old", **changed))["error"] == "hash_conflict"
    api("views.update", hash=view["hash"], **changed)
    assert anna.modals[0].title == "Changed"
    anna.close()
    assert refusal(lambda: api("views.update", view_id="V0", view=form()))["error"] == "not_found"
    assert len(anna.modals) == 2


def test_a_home_page_is_replaced_only_under_its_own_hash(slack: FakeSlack, api: Api) -> None:
    anna = slack.user("Anna")
    first = api("views.publish", user_id=anna.id, view={"type": "home", "blocks": [section("one")]})["view"]
    api("views.publish", user_id=anna.id, view={"type": "home", "blocks": [section("two")]}, hash=first["hash"])
    late = {"user_id": anna.id, "view": {"type": "home", "blocks": [section("three")]}, "hash": first["hash"]}
    assert refusal(lambda: api("views.publish", **late))["error"] == "hash_conflict"
    assert anna.home.shown == "two"


def respond(url: str, **body: Any) -> tuple[int, str]:
    async def run() -> tuple[int, str]:
        answer = await AsyncWebhookClient(url).send(**body)
        return answer.status_code, answer.body

    return asyncio.run(run())


def test_a_response_url_changes_the_message_and_answers_five_times(slack: FakeSlack, api: Api) -> None:
    anna = slack.user("Anna")
    api("chat.postMessage", channel=anna.id, text="x", blocks=CARD)
    url = anna.press("😊 Positive").payload["response_url"]
    assert respond(url, text="done", replace_original=True)[0] == 200
    assert (anna.dm.last.shown, anna.dm.last.buttons) == ("done", [])
    for number in range(3):
        respond(url, text=f"only you see {number}")
    assert respond(url, delete_original=True)[0] == 200
    assert anna.dm.last is None
    assert [message.shown for message in anna.ephemerals] == [f"only you see {number}" for number in range(3)]
    assert respond(url, text="six") == (404, '{"ok": false, "error": "used_url"}')


def test_a_response_url_is_dead_after_half_an_hour(slack: FakeSlack) -> None:
    url = slack.user("Anna").command("/label").payload["response_url"]
    slack.advance(1801)
    assert respond(url, text="late") == (404, '{"ok": false, "error": "expired_url"}')
