"""What the program sends stands in Slack as it should, and what Slack refuses comes back as a clear ChatError."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.chat import Button, ChatError, Media, Message, Outgoing, Part, Row, Shown
from tests.chats.slack_running import Running
from tests.fakes.slack import FakeSlack

ROWS: tuple[Row, ...] = (
    (Button("😊 Good", "n:0:set:good", tone="main", spoken="Good, praise"), Button("😠 Bad", "n:0:set:bad")),
    (Button("↩", ":0:undo:", spoken="Undo"), Button("Stop", ":0:stop:", tone="danger")),
)


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack(speed=100) as slack:
        yield slack


@pytest.fixture
def bot(slack: FakeSlack) -> Iterator[Running]:
    with Running(slack, patience=1.0) as running:
        yield running


def picture(**changes: Any) -> Media:
    return Media(**{"id": 5, "kind": "image", "mime": "image/png", "sha256": "ab" * 32, "alt": "A cat"} | changes)


def sound(**changes: Any) -> Media:
    return Media(**{"id": 6, "kind": "audio", "mime": "audio/mpeg", "sha256": "cd" * 32, "alt": "A clip"} | changes)


def words(text: str, **more: Any) -> Message:
    return Message(text=(Part(text),), **more)


def failure(bot: Running, message: Message, chat: str) -> ChatError:
    with pytest.raises(ChatError) as caught:
        bot.send(message, chat)
    return caught.value


def test_a_card_shows_its_text_and_its_buttons(bot: Running) -> None:
    anna = bot.slack.user("Anna")
    text = (Part("1 / 9\n", "quiet"), Part("How?\n", "bold"), Part("*Works* <!channel> ", "quote"), Part("fine"))
    sent = bot.send(Message(text=text, buttons=ROWS, kind="card"), anna.dm.id)
    message = anna.dm.last
    assert message
    assert sent.shown == Shown(message.ts, "text")
    assert message.shown == "1 / 9\nHow?\n*Works* <!channel> \nfine"
    assert [(button.text, button.value) for button in message.buttons] == [
        ("😊 Good", "n:0:set:good"),
        ("😠 Bad", "n:0:set:bad"),
        ("↩", ":0:undo:"),
        ("Stop", ":0:stop:"),
    ]
    assert not message.markup.mentions
    assert not bot.slack.refused()


def test_a_persons_id_leads_to_their_direct_message_and_is_asked_for_once(bot: Running) -> None:
    anna = bot.slack.user("Anna", id="U7")
    bot.send(words("one"), "U7")
    bot.send(words("two"), "U7")
    assert [message.shown for message in anna.dm.messages] == ["one", "two"]
    assert bot.slack.count("conversations.open") == 1


@pytest.mark.parametrize(
    "text",
    [
        "<!channel> <!here> <@U7>",
        "<https://evil|bank>",
        "https://example.org/x",
        "a&amp;b &lt;",
        "*b* _i_ ~s~ `c` :smile:",
    ],
)
@pytest.mark.parametrize("style", ["plain", "bold", "quote", "quiet", "code"])
def test_nothing_in_a_text_is_markup(bot: Running, text: str, style: Any) -> None:
    anna = bot.slack.user("Anna", id="U7")
    bot.send(Message(text=(Part(text, style),)), "DU7")
    message = anna.dm.last
    assert message
    assert message.shown == text
    assert not message.mentions
    assert not message.links
    call = bot.slack.calls[-1].args
    assert (call["unfurl_links"], call["unfurl_media"], call["mrkdwn"]) == (False, False, False)


def test_a_text_no_json_parser_takes_is_made_fit(bot: Running) -> None:
    anna = bot.slack.user("Anna")
    bot.send(words("a\0b\ud800c"), anna.dm.id)
    assert anna.dm.last
    assert anna.dm.last.shown == "a\ufffdb\ufffdc"


def test_a_long_text_is_split_over_blocks_and_cut_visibly(bot: Running) -> None:
    anna = bot.slack.user("Anna")
    bot.send(words("😀" * 3000), anna.dm.id)
    bot.send(words("x" * 1_000_000), anna.dm.id)
    first, second = anna.dm.messages
    assert first.shown.replace("\n", "") == "😀" * 3000
    assert second.shown.replace("\n", "") == "x" * 11_999 + "…"
    bot.send(words("&" * 20_000, replaces=Shown(first.ts)), anna.dm.id)
    assert not bot.slack.refused()


def test_thirty_choices_become_a_menu_whose_options_are_presses(bot: Running) -> None:
    anna = bot.slack.user("Anna")
    choices: tuple[Row, ...] = tuple((Button(f"Label {i}", f"n:0:set:{i}"),) for i in range(120))
    sent = bot.send(words("Which?", buttons=(*choices, (Button("↩", ":0:undo:", tone="quiet"),))), anna.dm.id)
    assert anna.dm.last
    assert [button.text for button in anna.dm.last.buttons] == ["↩"]
    anna.select("s100", "Label 113").wait()
    press = bot.heard()
    assert (press.data, press.shown.message) == ("n:0:set:113", sent.shown.message)


def test_a_text_card_after_a_tap_is_changed_in_place_without_chat_update(bot: Running) -> None:
    anna = bot.slack.user("Anna")
    bot.send(words("One", buttons=ROWS), anna.dm.id)
    anna.press("😊 Good").wait()
    sent = bot.send(words("Two", buttons=ROWS, replaces=bot.heard().shown), anna.dm.id)
    assert [message.shown for message in anna.dm.from_bot] == ["Two"]
    assert sent.shown.message == anna.dm.from_bot[0].ts
    assert not anna.dm.from_bot[0].marked_edited
    assert (bot.slack.count("response_url"), bot.slack.count("chat.update")) == (1, 0)


def test_a_response_url_is_used_five_times_and_not_after_half_an_hour(bot: Running) -> None:
    anna = bot.slack.user("Anna")
    bot.send(words("0", buttons=ROWS), anna.dm.id)
    anna.press("😊 Good").wait()
    shown = bot.heard().shown
    for number in range(7):
        bot.send(words(f"{number}", buttons=ROWS, replaces=shown), anna.dm.id)
    assert (bot.slack.count("response_url"), bot.slack.count("chat.update")) == (5, 2)
    assert not bot.slack.refused()
    anna.press("😊 Good").wait()
    bot.heard(2)
    bot.slack.advance(31 * 60)
    bot.send(words("late", replaces=shown), anna.dm.id)
    assert anna.dm.last
    assert anna.dm.last.shown == "late"


def test_a_change_without_a_tap_uses_chat_update_and_repeats_it_after_a_lost_answer(bot: Running) -> None:
    anna = bot.slack.user("Anna")
    sent = bot.send(words("One", buttons=ROWS), anna.dm.id)
    bot.slack.fail_next("chat.update", "drop_after")
    again = bot.send(words("Two", replaces=sent.shown), anna.dm.id)
    assert [message.shown for message in anna.dm.from_bot] == ["Two"]
    assert again.shown.message == sent.shown.message


def test_a_message_that_is_gone_is_sent_anew(bot: Running) -> None:
    anna = bot.slack.user("Anna")
    bot.send(words("New", replaces=Shown("1700000000.000001")), anna.dm.id)
    assert [message.shown for message in anna.dm.from_bot] == ["New"]


def test_a_fresh_card_comes_below_and_the_old_one_shrinks_to_a_line(bot: Running) -> None:
    anna = bot.slack.user("Anna")
    old = bot.send(words("One", buttons=ROWS), anna.dm.id)
    remains = {"remains": (Part("✓ good"),), "remains_buttons": ((Button("↩ Undo", ":0:undo:"),),)}
    new = bot.send(words("Two", replaces=old.shown, fresh=True, **remains), anna.dm.id)
    assert [message.shown for message in anna.dm.from_bot] == ["✓ good", "Two"]
    assert [button.text for button in anna.dm.from_bot[0].buttons] == ["↩ Undo"]
    assert new.shown.message == anna.dm.from_bot[1].ts


def test_a_card_of_which_nothing_remains_goes(bot: Running) -> None:
    anna = bot.slack.user("Anna")
    old = bot.send(words("One", buttons=ROWS), anna.dm.id)
    bot.send(words("Two", replaces=old.shown, fresh=True), anna.dm.id)
    assert [message.shown for message in anna.dm.from_bot] == ["Two"]


def test_an_old_card_that_cannot_shrink_does_not_fail_the_new_one(bot: Running) -> None:
    anna = bot.slack.user("Anna")
    old = bot.send(words("One"), anna.dm.id)
    bot.slack.fail_next("chat.update", "ratelimited", times=2)
    bot.send(words("Two", replaces=old.shown, fresh=True, remains=(Part("✓"),)), anna.dm.id)
    assert [message.shown for message in anna.dm.from_bot] == ["One", "Two"]


def test_a_picture_stands_in_its_card_and_is_uploaded_once(bot: Running) -> None:
    anna, ben = bot.slack.user("Anna"), bot.slack.user("Ben")
    sent = bot.send(words("What?", media=(picture(),), buttons=ROWS), anna.dm.id)
    assert anna.dm.last
    assert [image.alt for image in anna.dm.last.images] == ["A cat"]
    assert sent.shown.kind == "image"
    assert len(anna.dm.messages) == 1
    bot.send(words("What?", media=(picture(),)), ben.dm.id)
    known = picture(sha256="other", reference=sent.references[5])
    bot.send(words("What?", media=(known,)), ben.dm.id)
    assert bot.slack.count("upload") == 1
    assert not bot.slack.refused()


def test_a_tapped_picture_is_never_edited_it_shrinks_without_its_image(bot: Running) -> None:
    anna = bot.slack.user("Anna")
    bot.send(words("One?", media=(picture(),), buttons=ROWS), anna.dm.id)
    anna.press("😊 Good").wait()
    tapped = bot.heard().shown
    assert tapped.kind == "image"
    bot.send(words("Two?", replaces=tapped, remains=(Part("✓ good"),)), anna.dm.id)
    assert [message.shown for message in anna.dm.from_bot] == ["✓ good", "Two?"]
    assert not anna.dm.from_bot[0].images
    assert bot.slack.count("chat.update") == 0


def test_a_picture_slack_forgot_is_uploaded_once_more(bot: Running) -> None:
    anna = bot.slack.user("Anna")
    sent = bot.send(words("What?", media=(picture(reference="F_GONE"),)), anna.dm.id)
    assert sent.references[5] != "F_GONE"
    assert anna.dm.last
    assert anna.dm.last.images


def test_a_picture_slack_will_not_show_is_the_items_fault(bot: Running) -> None:
    anna = bot.slack.user("Anna")
    webp = failure(bot, words("What?", media=(picture(mime="image/webp"),)), anna.dm.id)
    assert (webp.permanent, webp.media) == (True, True)
    assert not anna.dm.messages


def test_a_picture_not_processed_in_time_lets_another_card_go_first(slack: FakeSlack) -> None:
    slack.world.processed_after = None
    with Running(slack, patience=0.2) as bot:
        anna = slack.user("Anna")
        error = failure(bot, words("What?", media=(picture(),)), anna.dm.id)
        assert (error.permanent, error.retry_after) == (False, 1.0)
        bot.send(words("Another"), anna.dm.id)
        slack.process_files()
        bot.send(words("What?", media=(picture(),)), anna.dm.id)
        assert [bool(message.images) for message in anna.dm.messages] == [False, True]
        assert slack.count("upload") == 1


def test_a_prepared_picture_costs_its_card_one_call(bot: Running) -> None:
    anna = bot.slack.user("Anna")
    reference = bot.on_loop(bot.chat.prepare(picture()))
    before = len(bot.slack.calls)
    bot.send(words("What?", media=(picture(reference=reference),)), anna.dm.id)
    assert [call.method for call in bot.slack.calls[before:]] == ["chat.postMessage"]
    assert bot.on_loop(bot.chat.prepare(sound())) == ""


def test_sound_is_shared_above_its_card_and_its_thread_may_be_the_cards(bot: Running) -> None:
    anna = bot.slack.user("Anna")
    sent = bot.send(words("Say what you hear", media=(sound(),), buttons=ROWS), anna.dm.id)
    clip, card = anna.dm.from_bot
    assert [file.name for file in clip.files] == ["item-6.mp3"]
    assert sent.shown == Shown(card.ts, "mixed")
    anna.say("hello world", thread_ts=clip.ts).wait()
    assert (bot.heard().to, bot.heard().part) == (clip.ts, True)
    anna.press("😊 Good").wait()
    assert bot.heard(2).shown == sent.shown
    assert not bot.slack.refused()


def test_sound_is_shared_once_though_its_card_takes_two_attempts(bot: Running) -> None:
    anna = bot.slack.user("Anna")
    message = words("Say what you hear", media=(sound(),))
    bot.slack.fail_next("chat.postMessage", "ratelimited", retry_after=7)
    with pytest.raises(ChatError) as caught:
        bot.send(message, anna.dm.id, id=77)
    assert caught.value.retry_after == 7.0
    bot.send(message, anna.dm.id, id=77)
    assert [bool(one.files) for one in anna.dm.from_bot] == [True, False]


def test_the_home_is_published_by_person_and_by_direct_message(bot: Running) -> None:
    anna = bot.slack.user("Anna")
    home = Message(kind="home", text=(Part("Projects", "bold"),), buttons=((Button("Start", ":0:start:1"),),))
    assert failure(bot, home, anna.dm.id).permanent
    bot.send(home, anna.id)
    assert anna.home
    assert (anna.home.shown, [button.text for button in anna.home.buttons]) == ("Projects", ["Start"])
    anna.open_home().wait()
    bot.send(words("Nothing left", kind="home"), bot.heard().chat)
    assert anna.home.shown == "Nothing left"


def test_a_summary_with_its_chart_goes_to_a_channel(bot: Running) -> None:
    team = bot.slack.channel("team")
    bot.send(words("60 of 100 done", kind="summary", media=(picture(alt="Progress"),)), team.id)
    assert team.last
    assert [image.alt for image in team.last.images] == ["Progress"]


@pytest.mark.parametrize(("fault", "unknown"), [("drop", True), ("drop_after", True), ("half", True), ("empty", True)])
def test_a_new_message_whose_answer_is_lost_is_unknown(bot: Running, fault: str, unknown: bool) -> None:
    anna = bot.slack.user("Anna")
    bot.slack.fail_next("chat.postMessage", fault)
    error = failure(bot, words("One"), anna.dm.id)
    assert (error.unknown, error.permanent) == (unknown, False)
    assert bot.slack.count("chat.postMessage") == 1


def test_nobody_listening_means_nothing_was_sent(bot: Running) -> None:
    async def send() -> None:
        chat = bot.new_chat(api_url="http://127.0.0.1:9/api/")
        try:
            await chat.send(Outgoing(id=1, account=1, chat="D1", message=words("One")))
        finally:
            await chat.close()

    with pytest.raises(ChatError) as caught:
        bot.on_loop(send())
    assert (caught.value.unknown, caught.value.permanent) == (False, False)


@pytest.mark.parametrize("fault", ["html", 500, 503])
def test_slacks_own_trouble_passes(bot: Running, fault: Any) -> None:
    anna = bot.slack.user("Anna")
    bot.slack.fail_next("chat.postMessage", fault)
    error = failure(bot, words("One"), anna.dm.id)
    assert (error.permanent, error.unknown) == (False, False)


@pytest.mark.parametrize("seconds", [1, 35, 3600])
def test_slack_says_how_long_to_wait(bot: Running, seconds: int) -> None:
    anna = bot.slack.user("Anna")
    bot.slack.fail_next("chat.postMessage", "ratelimited", retry_after=seconds)
    error = failure(bot, words("One"), anna.dm.id)
    assert (error.retry_after, error.permanent) == (float(seconds), False)


@pytest.mark.parametrize("code", ["not_in_channel", "channel_not_found", "is_archived", "user_disabled"])
def test_a_chat_that_refuses_us_is_blocked(bot: Running, code: str) -> None:
    anna = bot.slack.user("Anna")
    bot.slack.fail_next("chat.postMessage", error=code)
    error = failure(bot, words("One"), anna.dm.id)
    assert (error.permanent, error.blocked) == (True, True)


def test_a_missing_scope_is_named(bot: Running) -> None:
    anna = bot.slack.user("Anna")
    bot.slack.world.scopes.discard("files:write")
    error = failure(bot, words("What?", media=(picture(),)), anna.dm.id)
    assert "files:write" in error.reason
    assert (error.permanent, error.blocked, error.credentials) == (False, False, True)


def test_a_revoked_token_is_said_to_be_so(bot: Running) -> None:
    anna = bot.slack.user("Anna")
    bot.slack.revoke()
    error = failure(bot, words("One"), anna.dm.id)
    assert "SLACK_BOT_TOKEN" in error.reason
    assert (error.permanent, error.blocked, error.credentials) == (False, False, True)


@pytest.mark.parametrize(
    ("code", "content"), [("invalid_blocks", True), ("msg_too_long", True), ("something_new", False)]
)
def test_only_what_slack_says_of_this_message_is_its_fault(bot: Running, code: str, content: bool) -> None:
    anna = bot.slack.user("Anna")
    bot.slack.fail_next("chat.postMessage", error=code)
    error = failure(bot, words("One"), anna.dm.id)
    assert (error.permanent, error.content, error.credentials) == (True, content, False)


def test_a_file_that_is_gone_is_the_items_fault_and_one_that_cannot_be_read_is_not(slack: FakeSlack) -> None:
    def gone(sha256: str) -> bytes:
        raise FileNotFoundError(sha256)

    def locked(sha256: str) -> bytes:
        raise PermissionError(sha256)

    for open_media, expected in ((gone, (True, True)), (locked, (False, False))):
        with Running(slack, open_media=open_media) as bot:
            error = failure(bot, words("What?", media=(picture(),)), slack.user("Anna").dm.id)
            assert (error.permanent, error.media) == expected


def test_what_slack_refuses_is_not_quoted(bot: Running, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    anna = bot.slack.user("Anna")
    bot.slack.fail_next("chat.postMessage", error="msg_too_long")
    error = failure(bot, words("canary-text"), anna.dm.id)
    assert "canary" not in error.reason + caplog.text
    assert error.__cause__ is None
