"""Channels, tokens, files, planned failures and rates of the fake Slack."""

import json
import urllib.request
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import FakeSlack
from tests.fakes.slack_program import CARD, PNG, SECRET, Api, call, refusal


def test_a_channel_must_exist_be_alive_and_have_the_bot_in_it(slack: FakeSlack, api: Api) -> None:
    anna = slack.user("Anna")
    channel = slack.channel("qa", id="C1", members=[anna], is_member=False)
    assert refusal(lambda: api("chat.postMessage", channel="C1", text="x"))["error"] == "not_in_channel"
    assert refusal(lambda: api("chat.postMessage", channel="C2", text="x"))["error"] == "channel_not_found"
    channel.is_member = True
    api("chat.postMessage", channel="C1", text="x")
    api("chat.postEphemeral", channel="C1", user=anna.id, text="psst")
    channel.is_archived = True
    assert refusal(lambda: api("chat.postMessage", channel="C1", text="x"))["error"] == "is_archived"
    assert (len(channel.messages), anna.ephemerals[0].shown) == (1, "psst")
    assert api("conversations.open", users=anna.id)["channel"]["id"] == anna.dm.id


def test_tokens_are_checked(slack: FakeSlack) -> None:
    answer = call(slack, lambda client: client.auth_test())
    assert (answer["bot_id"], "chat:write" in answer.headers["X-OAuth-Scopes"]) == (slack.bot_id, True)

    def error(token: str) -> str:
        return str(refusal(lambda: call(slack, lambda client: client.auth_test(), token=token))["error"])

    assert error("xoxb-other") == "invalid_auth"
    assert error("xapp-test") == "not_allowed_token_type"
    slack.revoke()
    assert error("xoxb-test") == "token_revoked"


def test_an_uploaded_picture_can_be_shown_once_it_is_processed() -> None:
    with FakeSlack(processed_after=2, signing_secret=SECRET) as slack:
        anna = slack.user("Anna")
        file_id = call(slack, lambda client: client.files_upload_v2(filename="cat.png", content=PNG))["file"]["id"]
        card = [{"type": "image", "slack_file": {"id": file_id}, "alt_text": "a cat"}]

        def post() -> Any:
            return call(slack, lambda client: client.chat_postMessage(channel=anna.id, text="x", blocks=card))

        assert "invalid slack file" in refusal(post)["response_metadata"]["messages"][0]
        kinds = [call(slack, lambda client: client.files_info(file=file_id))["file"]["mimetype"] for _ in range(3)]
        assert kinds == ["", "", "image/png"]
        post()
        assert anna.dm.last.images == [("a cat", "", file_id)]
        call(slack, lambda client: client.files_delete(file=file_id))
        assert refusal(post)["error"] == "invalid_blocks"


def test_a_file_is_only_downloaded_with_the_token(slack: FakeSlack) -> None:
    sent = slack.user("Anna").upload("cat.png", PNG)
    url = sent.payload["event"]["files"][0]["url_private"]
    with urllib.request.urlopen(url, timeout=5) as page:
        assert b"Sign in" in page.read()
    allowed = urllib.request.Request(url, headers={"Authorization": f"Bearer {slack.bot_token}"})
    with urllib.request.urlopen(allowed, timeout=5) as file:
        assert (file.read(), file.headers["Content-Type"]) == (PNG, "image/png")


def test_an_upload_shared_in_a_thread_is_a_message_there(slack: FakeSlack, api: Api) -> None:
    anna = slack.user("Anna")
    ts = api("chat.postMessage", channel=anna.id, text="listen")["ts"]
    where = {"channel": anna.dm.id, "thread_ts": ts}
    call(slack, lambda client: client.files_upload_v2(filename="a.mp3", content=b"sound", **where))
    assert (anna.dm.last.files[0].name, anna.dm.last.thread_ts) == ("a.mp3", ts)


def test_arguments_may_come_as_a_form_or_in_the_query(slack: FakeSlack) -> None:
    anna = slack.user("Anna")
    fields = {"channel": anna.id, "text": "x", "blocks": json.dumps(CARD)}
    call(slack, lambda client: client.api_call("chat.postMessage", data=fields))
    assert len(anna.dm.last.buttons) == 2
    assert call(slack, lambda client: client.api_call("users.info", http_verb="GET", params={"user": anna.id}))["ok"]


def test_planned_failures_happen_once_and_in_order(slack: FakeSlack, api: Api) -> None:
    anna = slack.user("Anna")

    def post() -> Any:
        return api("chat.postMessage", channel=anna.id, text="x")

    slack.fail_next("chat.postMessage", "ratelimited", retry_after=35)
    slack.fail_next("chat.postMessage", error="fatal_error")
    limited = refusal(post)
    assert (limited.status_code, limited.headers["Retry-After"], limited["error"]) == (429, "35", "ratelimited")
    assert refusal(post)["error"] == "fatal_error"
    assert anna.dm.messages == []
    post()
    assert (len(anna.dm.messages), slack.count("chat.postMessage"), slack.count("chat.postMessage", ok=True)) == (
        1,
        3,
        1,
    )


@pytest.mark.parametrize(
    ("what", "posted"), [(500, 0), ("html", 0), ("drop", 0), ("drop_after", 1), ("half", 1), ("empty", 1), ("delay", 1)]
)
def test_a_broken_answer_says_nothing_about_what_happened(slack: FakeSlack, what: int | str, posted: int) -> None:
    anna = slack.user("Anna")
    slack.fail_next("chat.postMessage", what, delay=0.01)
    try:
        call(slack, lambda client: client.chat_postMessage(channel=anna.id, text="x"))
        failed = False
    except Exception:
        failed = True
    assert (len(anna.dm.messages), failed) == (posted, what != "delay")


def test_strict_rates_answer_429_above_fifty_updates_a_minute() -> None:
    with FakeSlack(strict_rates=True, signing_secret=SECRET) as slack:
        anna = slack.user("Anna")

        async def many(client: AsyncWebClient) -> tuple[int, str]:
            at = await client.chat_postMessage(channel=anna.id, text="0")
            for number in range(50):
                await client.chat_update(channel=at["channel"], ts=at["ts"], text=str(number))
            with pytest.raises(SlackApiError) as raised:
                await client.chat_update(channel=at["channel"], ts=at["ts"], text="x")
            return raised.value.response.status_code, at["ts"]

        status, ts = call(slack, many)
        assert status == 429
        slack.advance(60)
        call(slack, lambda client: client.chat_update(channel=anna.dm.id, ts=ts, text="later"))
        for number in range(5):
            call(slack, lambda client, n=number: client.chat_postMessage(channel=anna.id, text=str(n)))
        assert (
            refusal(lambda: call(slack, lambda c: c.chat_postMessage(channel=anna.id, text="x")))["error"]
            == "ratelimited"
        )


def test_waiting_in_vain_shows_the_dialogue(slack: FakeSlack) -> None:
    anna = slack.user("Anna")
    anna.say("is anybody there")
    with pytest.raises(AssertionError, match="is anybody there"):
        slack.wait(lambda: anna.dm.last.by_bot, timeout=0.1)
    with pytest.raises(LookupError, match="sees no button"):
        anna.press("Positive")
