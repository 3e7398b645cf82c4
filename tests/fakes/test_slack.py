"""What people do in the fake Slack reaches an unmodified bolt program, in both delivery modes."""

import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import FakeSlack
from tests.fakes.slack_program import (
    CARD,
    PNG,
    SECRET,
    Bot,
    actions,
    button,
    call,
    form,
    listen,
    options,
    plain,
    refusal,
)
from tests.fakes.slack_text import Json


@pytest.fixture(params=["socket", "http"])
def bot(request: pytest.FixtureRequest, slack: FakeSlack) -> Iterator[Bot]:
    with Bot(slack, http=request.param == "http") as running:
        listen(running)
        yield running


def test_a_command_brings_a_card_and_a_press_changes_it_in_place(slack: FakeSlack, bot: Bot) -> None:
    anna = slack.user("Anna", id="U7")
    anna.command("/label", "reviews & more")
    slack.wait(
        lambda: (
            anna.dm.last.buttons
            == [("😊 Positive", "p", "label:😊 Positive", None), ("😠 Negative", "n", "label:😠 Negative", None)]
        )
    )
    pressed = anna.press("😊 Positive").wait()
    assert pressed.acknowledged
    assert anna.dm.last.shown == "✓ p"
    assert (len(anna.dm.messages), len(anna.dm.last.edits), slack.refused(), anna.errors) == (1, 1, [], [])
    command, action = bot.seen
    assert (command["text"], command["user_id"], command["channel_id"]) == ("reviews &amp; more", "U7", anna.dm.id)
    assert action["actions"][0]["text"]["text"] == ":blush: Positive"
    assert {"trigger_id", "response_url", "container", "state"} <= set(action)
    assert "How does the writer feel?" not in str(anna.dm)


def test_typed_text_arrives_escaped_with_the_literal_text_in_its_blocks(slack: FakeSlack, bot: Bot) -> None:
    anna = slack.user("Anna")
    told = anna.say("a < b & <!channel> 😊 https://x.example")
    slack.wait(lambda: bot.seen)
    event = bot.seen[0]["event"]
    assert event["text"] == "a &lt; b &amp; &lt;!channel&gt; :blush: <https://x.example>"
    assert event["blocks"][0]["elements"][0]["elements"][0] == {"type": "text", "text": "a < b & <!channel> "}
    assert (event["channel_type"], event["ts"], event["channel"]) == ("im", told.ts, anna.dm.id)
    assert anna.dm.last.mentions == []


def test_edits_deletions_reactions_files_and_home_visits_arrive_as_events(slack: FakeSlack, bot: Bot) -> None:
    anna = slack.user("Anna")
    ts = anna.say("one").ts
    anna.edit(ts, "two")
    anna.react(ts, "thumbsup")
    anna.upload("clip.mp3", b"sound", thread_ts=ts)
    anna.open_home()
    anna.delete(ts)
    slack.wait(lambda: len(bot.seen) == 6)
    events = {event.get("subtype", event["type"]): event for event in (body["event"] for body in bot.seen)}
    assert set(events) == {
        "message",
        "message_changed",
        "reaction_added",
        "file_share",
        "app_home_opened",
        "message_deleted",
    }
    assert events["message_changed"]["message"]["text"] == "two"
    assert events["message_changed"]["previous_message"]["text"] == "one"
    assert events["file_share"]["files"][0]["mimetype"] == "audio/mpeg"
    assert events["file_share"]["thread_ts"] == ts
    assert events["reaction_added"]["item"]["ts"] == ts


def test_a_form_is_filled_in_refused_corrected_and_saved(slack: FakeSlack, bot: Bot) -> None:
    saved: list[Json] = []

    @bot.app.view("form")
    async def submitted(ack: Any, view: Json) -> None:
        values = view["state"]["values"]
        if values["answer"]["text"]["value"] == "bad":
            await ack(response_action="errors", errors={"answer": "Please say more."})
        else:
            saved.append(view)
            await ack()

    anna = slack.user("Anna")
    bot.run(
        bot.client.chat_postMessage(channel=anna.id, text="x", blocks=[actions(button("Write", action_id="write"))])
    )
    anna.press("Write")
    slack.wait(lambda: anna.modal.title == "Transcribe")
    assert not anna.submit({}).sent
    assert anna.modal.errors == {"answer": "Please complete this required field."}
    anna.submit({"Transcript": "bad"}).wait()
    assert anna.modal.errors == {"answer": "Please say more."}
    anna.submit({"answer": "hello < you", "Kinds": ["Speech"]}).wait()
    assert anna.modal is None
    assert saved[0]["private_metadata"] == "item 7"
    assert saved[0]["state"]["values"]["answer"]["text"]["value"] == "hello < you"
    assert saved[0]["state"]["values"]["kinds"]["kinds"]["selected_options"][0]["value"] == "speech"
    assert anna.errors == []


@pytest.mark.parametrize("http", [False, True])
def test_an_event_whose_listener_fails_is_told_four_times_under_one_id(http: bool) -> None:
    bodies: list[Json] = []

    async def fail(body: Json) -> None:
        bodies.append(body)
        raise RuntimeError("database is away")

    with FakeSlack(signing_secret=SECRET, deadline=0.5, speed=6000) as slack, Bot(slack, http) as bot:
        bot.app.event("message")(fail)
        told = slack.user("Anna").say("hello").wait()
    assert [attempt.number for attempt in told.attempts] == [0, 1, 2, 3]
    assert not told.acknowledged
    assert [body["event_id"] for body in bodies] == [told.event_id] * 4


@pytest.mark.parametrize("http", [False, True])
def test_a_press_that_fails_is_not_retried_and_the_person_sees_an_error(http: bool) -> None:
    with FakeSlack(signing_secret=SECRET, deadline=0.5) as slack, Bot(slack, http) as bot:
        anna = slack.user("Anna")
        blocks = [actions(button("Nobody listens", action_id="z"))]
        bot.run(bot.client.chat_postMessage(channel=anna.id, text="x", blocks=blocks))
        pressed = anna.press("Nobody listens").wait()
        assert (pressed.acknowledged, len(pressed.attempts)) == (False, 1)
        assert anna.errors == ["z: http_error 404" if http else "z: timeout"]


@pytest.mark.parametrize(
    ("answer", "open_after"),
    [
        ({"response_action": "update", "view": form(title=plain("Next"))}, ["Transcribe", "Next"]),
        ({"response_action": "push", "view": form(title=plain("Next"))}, ["Transcribe", "Transcribe", "Next"]),
        ({"response_action": "clear"}, []),
        ({}, ["Transcribe"]),
    ],
)
def test_a_submission_is_answered_with_what_comes_next(
    slack: FakeSlack, bot: Bot, answer: Json, open_after: list[str]
) -> None:
    @bot.app.view("form")
    async def submitted(ack: Any) -> None:
        await ack(**answer)

    anna = slack.user("Anna")
    bot.run(
        bot.client.chat_postMessage(channel=anna.id, text="x", blocks=[actions(button("Write", action_id="write"))])
    )
    for _ in range(2):
        anna.press("Write").wait()
    anna.submit({"Transcript": "hello"}).wait()
    assert [view.title for view in anna.modals] == open_after
    assert anna.errors == []


def test_an_answer_slack_cannot_use_is_an_error_on_the_persons_screen(slack: FakeSlack, bot: Bot) -> None:
    @bot.app.view("form")
    async def submitted(ack: Any) -> None:
        await ack(response_action="errors", errors={"no such field": "Please say more."})

    anna = slack.user("Anna")
    bot.run(
        bot.client.chat_postMessage(channel=anna.id, text="x", blocks=[actions(button("Write", action_id="write"))])
    )
    anna.press("Write").wait()
    anna.submit({"Transcript": "hello"}).wait()
    assert (anna.modal.title, len(anna.errors)) == ("Transcribe", 1)


def test_shortcuts_mentions_and_a_dismissed_form_reach_the_program(slack: FakeSlack, bot: Bot) -> None:
    @bot.app.shortcut("capture")
    async def capture(ack: Any, body: Json, client: AsyncWebClient) -> None:
        bot.seen.append(body)
        await client.views_open(trigger_id=body["trigger_id"], view=form(notify_on_close=True))
        await ack()

    @bot.app.view_closed("form")
    async def closed(ack: Any, body: Json) -> None:
        bot.seen.append(body)
        await ack()

    anna = slack.user("Anna")
    channel = slack.channel("support", members=[anna])
    ts = anna.say("@labelbot please look", on=channel).ts
    slack.wait(lambda: {body["event"]["type"] for body in bot.seen} == {"message", "app_mention"})
    anna.shortcut("capture", ts, on=channel).wait()
    anna.close().wait()
    assert bot.seen[2]["message"]["text"] == "<@UBOT> please look"
    assert (bot.seen[3]["type"], anna.modal, anna.errors) == ("view_closed", None, [])


def test_texts_in_a_payload_are_escaped_but_values_are_not(slack: FakeSlack, bot: Bot) -> None:
    anna = slack.user("Anna")
    blocks = [actions(button("A & B", "a&b", "label:ab"))]
    bot.run(bot.client.chat_postMessage(channel=anna.id, text="x", blocks=blocks))
    anna.press("A & B").wait()
    assert bot.seen[0]["actions"][0]["text"]["text"] == "A &amp; B"
    assert bot.seen[0]["message"]["blocks"][0]["elements"][0]["text"]["text"] == "A &amp; B"
    assert bot.seen[0]["actions"][0]["value"] == "a&b"


def test_menus_carry_their_state_along(slack: FakeSlack, bot: Bot) -> None:
    anna = slack.user("Anna")
    one = {
        "type": "static_select",
        "action_id": "label:one",
        "placeholder": plain("Mood"),
        "options": options("Up", "Down"),
    }
    some = {
        "type": "multi_static_select",
        "action_id": "label:some",
        "placeholder": plain("Tags"),
        "options": options("A", "B"),
    }
    bot.run(bot.client.views_publish(user_id=anna.id, view={"type": "home", "blocks": [actions(one, some)]}))
    anna.select("Mood", "Down", on="home").wait()
    anna.select("Tags", ["A", "B"], on="home").wait()
    first, second = bot.seen
    assert first["actions"][0]["selected_option"]["value"] == "down"
    assert [option["value"] for option in second["actions"][0]["selected_options"]] == ["a", "b"]
    (values,) = second["view"]["state"]["values"].values()
    assert values["label:one"]["selected_option"]["value"] == "down"


def test_the_bots_own_messages_come_back_and_bolt_drops_them(slack: FakeSlack, bot: Bot) -> None:
    anna = slack.user("Anna")
    bot.run(bot.client.chat_postMessage(channel=anna.id, text="hello"))
    told = slack.wait(lambda: slack.deliveries[0]).wait()
    assert told.payload["event"]["bot_id"] == slack.bot_id
    assert (told.acknowledged, bot.seen) == (True, [])


def test_an_event_can_be_doubled_repeated_and_turned_round(slack: FakeSlack, bot: Bot) -> None:
    anna = slack.user("Anna")
    slack.deliver_events(times=2)
    told = anna.say("twice")
    slack.wait(lambda: len(bot.seen) == 2)
    assert bot.seen[0]["event_id"] == bot.seen[1]["event_id"] == told.event_id
    slack.deliver_events(times=1)
    assert slack.redeliver().wait().event_id == told.event_id
    with slack.held(reverse=True):
        anna.say("first")
    assert len(slack.wait(lambda: len(bot.seen) == 4 and bot.seen)) == 4
    assert bot.seen[3]["event"]["text"] == "first"


def test_a_missing_scope_means_no_event_and_a_refusal() -> None:
    with FakeSlack(scopes=["chat:write"], signing_secret=SECRET) as slack:
        anna = slack.user("Anna")
        assert anna.say("hello").why == "missing scope im:history"
        url = anna.upload("cat.png", PNG).payload["event"]["files"][0]["url_private"]
        allowed = urllib.request.Request(url, headers={"Authorization": f"Bearer {slack.bot_token}"})
        with urllib.request.urlopen(allowed, timeout=5) as page:
            assert b"Sign in" in page.read()
        refused = refusal(lambda: call(slack, lambda client: client.users_info(user=anna.id)))
        assert (refused["error"], refused["needed"], refused["provided"]) == (
            "missing_scope",
            "users:read",
            "chat:write",
        )


def test_a_forged_press_reaches_the_program_as_slack_would_send_it(slack: FakeSlack, bot: Bot) -> None:
    anna, bob = slack.user("Anna"), slack.user("Bob", team="T9")
    bot.run(bot.client.chat_postMessage(channel=anna.id, text="x", blocks=CARD))
    bob.press_forged("label:x", "someone else's", anna.dm.last.ts, on=anna.dm).wait()
    assert bot.seen[0]["user"] == {"id": bob.id, "username": "bob", "name": "bob", "team_id": "T9"}
    assert bot.seen[0]["actions"][0]["value"] == "someone else's"
