"""The fake Slack refuses the messages, blocks and views that Slack refuses."""

import pytest

from tests.fakes.slack import FakeSlack
from tests.fakes.slack_program import (
    CARD,
    Api,
    a_trigger,
    actions,
    button,
    form,
    options,
    plain,
    refusal,
    section,
)
from tests.fakes.slack_text import typed

IMAGE = {"type": "image", "image_url": "https://images.example/cat.png", "alt_text": "a cat"}
SELECT = {"type": "static_select", "action_id": "s", "options": options("A")}

REFUSED_BLOCKS = {
    "51 blocks": [section("x")] * 51,
    "no elements": [actions()],
    "26 buttons": [actions(*(button(str(number)) for number in range(26)))],
    "one action_id twice in a block": [actions(button("A", action_id="a"), button("B", action_id="a"))],
    "one action_id twice in a message": [actions(button("A", action_id="a")), actions(button("B", action_id="a"))],
    "one block_id twice": [section("x") | {"block_id": "b"}, section("y") | {"block_id": "b"}],
    "a long section": [section("x" * 3001)],
    "an empty section": [section("")],
    "a long field": [{"type": "section", "fields": [plain("x" * 2001)]}],
    "long button text": [actions(button("x" * 76))],
    "a long value": [actions(button("A", "v" * 2001))],
    "markup on a button": [actions(button("A") | {"text": {"type": "mrkdwn", "text": "A"}})],
    "long option text": [actions(SELECT | {"options": options("x" * 76)})],
    "a long option value": [actions(SELECT | {"options": [{"text": plain("A"), "value": "v" * 151}]})],
    "101 options": [actions(SELECT | {"options": options(*(str(number) for number in range(101)))})],
    "no options": [actions(SELECT | {"options": []})],
    "no alt_text": [{key: IMAGE[key] for key in ("type", "image_url")}],
    "an image on a private address": [IMAGE | {"image_url": "http://127.0.0.1/cat.png"}],
    "an unknown file": [{"type": "image", "slack_file": {"id": "F0"}, "alt_text": "a cat"}],
    "a long header": [{"type": "header", "text": plain("x" * 151)}],
    "a typo in the type": [{"type": "sektion"}],
    "a typo in the style": [actions(button("A") | {"style": "green"})],
    "11 in a context": [{"type": "context", "elements": [plain("x")] * 11}],
    "not a list": {"type": "section"},
}


@pytest.mark.parametrize("name", REFUSED_BLOCKS)
def test_blocks_slack_refuses_are_refused(slack: FakeSlack, api: Api, name: str) -> None:
    anna = slack.user("Anna")
    refused = refusal(lambda: api("chat.postMessage", channel=anna.id, text="x", blocks=REFUSED_BLOCKS[name]))
    assert refused["error"] == "invalid_blocks"
    assert refused["response_metadata"]["messages"][0].startswith("[ERROR] ")
    assert anna.dm.messages == []


def test_blocks_at_the_limits_are_accepted(slack: FakeSlack, api: Api) -> None:
    anna = slack.user("Anna")
    full = [
        actions(*(button("x" * 74 + str(n % 10), "v" * 2000, f"a{n}") for n in range(25))),
        section("x" * 3000),
        IMAGE,
    ]
    full += [
        {"type": "header", "text": plain("x" * 150)},
        actions(SELECT | {"options": options(*(str(n) for n in range(100)))}),
    ]
    api("chat.postMessage", channel=anna.id, text="x" * 40_000, blocks=full + [{"type": "divider"}] * 45)
    assert anna.dm.last.images == [("a cat", "", "https://images.example/cat.png")]


REFUSED_VIEWS = {
    "a long title": form(title=plain("x" * 25)),
    "much metadata": form(private_metadata="x" * 3001),
    "a long callback_id": form(callback_id="x" * 256),
    "101 blocks": form(blocks=[section("x")] * 101),
    "no submit": {key: value for key, value in form().items() if key != "submit"},
    "a home view": {"type": "home", "blocks": []},
}


@pytest.mark.parametrize("name", REFUSED_VIEWS)
def test_modals_slack_refuses_are_refused(slack: FakeSlack, api: Api, name: str) -> None:
    anna, trigger = a_trigger(slack)
    refused = refusal(lambda: api("views.open", trigger_id=trigger, view=REFUSED_VIEWS[name]))
    assert refused["error"] == "invalid_arguments"
    assert anna.modal is None


def test_a_modal_over_250_kb_is_too_large(slack: FakeSlack, api: Api) -> None:
    _, trigger = a_trigger(slack)
    big = form(blocks=[section("x" * 2900) for _ in range(90)])
    assert refusal(lambda: api("views.open", trigger_id=trigger, view=big))["error"] == "view_too_large"


def test_texts_have_their_limits(slack: FakeSlack, api: Api) -> None:
    anna = slack.user("Anna")
    assert refusal(lambda: api("chat.postMessage", channel=anna.id, text="x" * 40_001))["error"] == "msg_too_long"
    assert refusal(lambda: api("chat.postMessage", channel=anna.id, text=""))["error"] == "no_text"
    posted = api("chat.postMessage", channel=anna.id, text="x")
    at = {"channel": posted["channel"], "ts": posted["ts"]}
    assert refusal(lambda: api("chat.update", **at, text="ü" * 2001))["error"] == "msg_too_long"


def test_only_an_existing_message_of_the_bots_own_can_be_changed(slack: FakeSlack, api: Api) -> None:
    anna = slack.user("Anna")
    ts = api("chat.postMessage", channel=anna.id, text="x", blocks=CARD)["ts"]
    hers = anna.say("hello").ts
    dm = anna.dm.id
    assert refusal(lambda: api("chat.update", channel=anna.id, ts=ts, text="y"))["error"] == "channel_not_found"
    assert refusal(lambda: api("chat.update", channel=dm, ts="1.000001", text="y"))["error"] == "message_not_found"
    assert refusal(lambda: api("chat.update", channel=dm, ts=hers, text="y"))["error"] == "cant_update_message"
    api("chat.update", channel=dm, ts=ts, text="y")
    assert anna.dm.messages[0].buttons == []
    api("chat.delete", channel=dm, ts=ts)
    assert refusal(lambda: api("chat.update", channel=dm, ts=ts, text="y"))["error"] == "message_not_found"


def test_mentions_and_links_are_seen_unless_escaped_or_plain(slack: FakeSlack, api: Api) -> None:
    anna = slack.user("Anna")
    evil = "<!channel> <!here> <@U1> <https://evil.example|bank>"
    inert = evil.replace("<", "&lt;").replace(">", "&gt;")
    api("chat.postMessage", channel=anna.id, text=evil)
    assert anna.dm.last.mentions == ["!channel", "!here", "@U1"]
    assert anna.dm.last.links == [("https://evil.example", "bank")]
    assert anna.dm.last.shown.endswith("bank")
    rich = {"type": "rich_text_section", "elements": [{"type": "text", "text": evil}]}
    blocks = [section(evil), section(inert, "mrkdwn"), {"type": "rich_text", "elements": [rich]}]
    api("chat.postMessage", channel=anna.id, text=inert, blocks=blocks)
    assert (anna.dm.last.mentions, anna.dm.last.links) == ([], [])
    assert anna.dm.last.shown == f"{evil}\n{evil}\n{evil}"
    api("chat.postMessage", channel=anna.id, text="x", blocks=[section(evil, "mrkdwn")])
    assert anna.dm.last.mentions == ["!channel", "!here", "@U1"]


def test_what_a_person_types_can_be_put_together_again() -> None:
    text, blocks = typed("hi @labelbot, 👍 https://a.example/?x=1&y=2 bye", {"labelbot": "UBOT"})
    assert text == "hi <@UBOT>, :+1: <https://a.example/?x=1&amp;y=2> bye"
    kinds = [part["type"] for part in blocks[0]["elements"][0]["elements"]]
    assert kinds == ["text", "user", "text", "emoji", "text", "link", "text"]
