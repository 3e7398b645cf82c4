"""The Telegram chat sending: in place where it can, new where it must, files once, faults told apart."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image

from bot.chat import Button, Message, Part, Shown
from tests.chats.telegram_driver import Running, at, card, clip, film, picture, say
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_chats import Chat
from tests.fakes.telegram_chats import Message as Seen
from tests.fakes.telegram_people import Person


def png(width: int, height: int, colour: str = "teal") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(file, "PNG")
    return file.getvalue()


FILES = {
    "png": png(40, 30),
    "red": png(40, 30, "red"),
    "strip": png(900, 10),
    "text": b"not a picture",
    "ogg": b"OggS" + bytes(60),
    "mp3": b"ID3\x04" + bytes(60),
    "mp4": bytes(4) + b"ftypisom" + bytes(60),
}
UNDO = ((Button("↩", "n:0:undo:"),),)


@pytest.fixture
def chat(tg: FakeTelegram) -> Chat:
    anna: Person = tg.user("Anna", id=7)
    anna.start()
    return anna.chat


@pytest.fixture
def bot(tg: FakeTelegram, chat: Chat) -> Iterator[Running]:
    with Running(tg, files=FILES, run=False) as running:
        yield running


def sent(tg: FakeTelegram) -> list[str]:
    return [call.method for call in tg.calls]


def labels(message: Seen) -> list[str]:
    return [button.text for button in message.all_buttons]


def only(chat: Chat) -> Seen:
    (message,) = chat.from_bot
    return message


# Text


def test_a_card_is_a_text_with_buttons_and_styles(bot: Running, tg: FakeTelegram, chat: Chat) -> None:
    text = (Part("1 / 9\n", "quiet"), Part("<b>*_[x](y)`😀"), Part("\nHow?", "bold"))
    sending = bot.send(7, Message(text=text, buttons=((Button("Good", "a:0:set:g", tone="main"),),)))
    message = only(chat)
    assert sending.shown == Shown(str(message.id), "text")
    assert message.text == "1 / 9\n<b>*_[x](y)`😀\nHow?"
    assert [(e["type"], e["offset"], e["length"]) for e in message.entities] == [("italic", 0, 6), ("bold", 20, 5)]
    assert message.markup == {"inline_keyboard": [[{"text": "Good", "callback_data": "a:0:set:g", "style": "primary"}]]}
    assert tg.calls[-1].params["link_preview_options"] == {"is_disabled": True}


def test_the_next_card_takes_the_place_of_the_former_in_one_call(bot: Running, tg: FakeTelegram, chat: Chat) -> None:
    first = bot.send(7, card("one"))
    second = bot.send(7, card("two", replaces=first.shown, remains=say("✓ one")), id=2)
    assert second.shown == first.shown
    assert only(chat).text == "two"
    assert labels(only(chat)) == ["Good", "Bad"]
    assert sent(tg) == ["sendMessage", "editMessageText"]


def test_an_edit_that_changes_nothing_is_a_success(bot: Running, chat: Chat) -> None:
    first = bot.send(7, card("one"))
    assert bot.send(7, card("one", replaces=first.shown)).shown == first.shown
    assert only(chat).edits == 0


@pytest.mark.parametrize("fault", ["drop", "drop_after", "half", "empty"])
def test_an_edit_whose_answer_is_lost_is_made_again(bot: Running, tg: FakeTelegram, chat: Chat, fault: str) -> None:
    first = bot.send(7, card("one"))
    tg.fail_next("editMessageText", fault)
    assert bot.send(7, card("two", replaces=first.shown)).shown == first.shown
    assert only(chat).text == "two"
    assert only(chat).edits == 1


def test_an_edit_lost_twice_is_not_unknown(bot: Running, tg: FakeTelegram) -> None:
    first = bot.send(7, card("one"))
    tg.fail_next("editMessageText", "drop", times=2)
    error = bot.refused(7, card("two", replaces=first.shown))
    assert (error.permanent, error.unknown) == (False, False)


def test_a_deleted_card_comes_as_one_new_message(bot: Running, tg: FakeTelegram, chat: Chat) -> None:
    first = bot.send(7, card("one"))
    tg.people[0].delete(int(first.shown.message))
    second = bot.send(7, card("two", replaces=first.shown), id=2)
    assert second.shown.message == str(only(chat).id) != first.shown.message
    assert only(chat).text == "two"


def test_a_fresh_card_is_new_and_the_former_shrinks(bot: Running, tg: FakeTelegram, chat: Chat) -> None:
    first = bot.send(7, card("one"))
    fresh = card("two", replaces=first.shown, fresh=True, remains=say("✓ one"), remains_buttons=UNDO)
    second = bot.send(7, fresh, id=2)
    old, new = chat.from_bot
    assert (old.text, labels(old)) == ("✓ one", ["↩"])
    assert (new.text, second.shown.message) == ("two", str(new.id))
    assert sent(tg) == ["sendMessage", "sendMessage", "editMessageText"]


def test_a_former_card_without_remains_only_loses_its_buttons(bot: Running, tg: FakeTelegram, chat: Chat) -> None:
    first = bot.send(7, card("one"))
    bot.send(7, card("two", replaces=first.shown, fresh=True), id=2)
    assert (chat.from_bot[0].text, labels(chat.from_bot[0])) == ("one", [])
    assert sent(tg)[-1] == "editMessageReplyMarkup"


@pytest.mark.parametrize("fault", ["drop", "drop_after", "half", 429])
def test_shrinking_is_tried_twice(bot: Running, tg: FakeTelegram, chat: Chat, fault: int | str) -> None:
    first = bot.send(7, card("one"))
    tg.fail_next("editMessageText", fault)
    bot.send(7, card("two", replaces=first.shown, fresh=True, remains=say("✓ one")), id=2)
    assert [message.text for message in chat.from_bot] == ["✓ one", "two"]


@pytest.mark.parametrize("status", [400, 403, 500])
def test_a_former_card_that_cannot_shrink_costs_nothing(
    bot: Running, tg: FakeTelegram, chat: Chat, status: int
) -> None:
    first = bot.send(7, card("one"))
    tg.fail_next("editMessageText", status, times=9)
    sending = bot.send(7, card("two", replaces=first.shown, fresh=True, remains=say("✓ one")), id=2)
    assert sending.shown.message == str(chat.last.id)


def test_a_card_that_waits_for_words_opens_the_reply_box(bot: Running, chat: Chat) -> None:
    bot.send(7, Message(text=say("What is said?"), typed=True, placeholder="words " * 20))
    assert chat.last.markup is not None
    assert len(chat.last.markup["input_field_placeholder"]) == 64
    bot.send(7, card("What is said?", typed=True, placeholder="words"), id=2)
    assert labels(chat.last) == ["Good", "Bad"]


def test_text_over_every_limit_arrives_cut_with_a_mark(bot: Running, tg: FakeTelegram, chat: Chat) -> None:
    bot.send(7, Message(text=(Part("x\0\ud800" * 1_000_000), Part("\nHow?", "bold")), buttons=UNDO))
    assert len(chat.last.text) == 4096
    assert chat.last.text.endswith("x…\nHow?")
    bot.send(7, Message(text=say("  ")), id=2)
    assert chat.last.text == "…"
    assert tg.refusals == []


def test_a_name_in_a_summary_calls_nobody_in_a_group(bot: Running, tg: FakeTelegram) -> None:
    group = tg.group("QA", id=-5)
    bot.send(-5, Message(text=say("disputed: @anna"), kind="summary"))
    assert group.chat.last.text == "disputed: @\u2060anna"


# Files


def test_a_picture_is_uploaded_once_under_a_neutral_name_and_then_sent_by_id(
    bot: Running, tg: FakeTelegram, chat: Chat
) -> None:
    first = bot.send(7, card("A cat?", media=(picture(),)))
    assert first.shown == Shown(str(chat.last.id), "image")
    assert (chat.last.kind, chat.last.text, labels(chat.last)) == ("photo", "A cat?", ["Good", "Bad"])
    assert chat.last.content == FILES["png"]
    assert tg.calls[-1].uploads["photo"].name == "image.png"
    again = bot.send(7, card("A cat?", media=(picture(reference=first.references[1]),)), id=2)
    assert again.references == {}
    assert tg.calls[-1].uploads == {}
    assert chat.last.content == FILES["png"]


@pytest.mark.parametrize("former", ["text", "image", "video"])
def test_a_picture_takes_the_place_of_text_pictures_and_films(
    bot: Running, tg: FakeTelegram, chat: Chat, former: str
) -> None:
    media: dict[str, Any] = {"text": (), "image": (picture(9, "red"),), "video": (film(),)}
    first = bot.send(7, card("one", media=media[former]))
    second = bot.send(7, card("two", media=(picture(),), replaces=first.shown), id=2)
    assert second.shown == Shown(first.shown.message, "image")
    assert second.references[1] == only(chat).file.id
    assert (only(chat).kind, only(chat).text, only(chat).content) == ("photo", "two", FILES["png"])
    assert sent(tg)[1:] == ["editMessageMedia"]


@pytest.mark.parametrize("fault", ["drop", "drop_after", "half"])
def test_a_picture_whose_answer_is_lost_is_put_in_again(bot: Running, tg: FakeTelegram, chat: Chat, fault: str) -> None:
    first = bot.send(7, card("one"))
    tg.fail_next("editMessageMedia", fault)
    assert bot.send(7, card("two", media=(picture(),), replaces=first.shown), id=2).shown.kind == "image"
    assert (only(chat).text, only(chat).content) == ("two", FILES["png"])


def test_after_a_picture_text_is_a_new_message_and_the_picture_keeps_one_line(
    bot: Running, tg: FakeTelegram, chat: Chat
) -> None:
    first = bot.send(7, card("one", media=(picture(),)))
    bot.send(7, card("two", replaces=first.shown, remains=say("✓ cat"), remains_buttons=UNDO), id=2)
    assert [(message.kind, message.text) for message in chat.from_bot] == [("photo", "✓ cat"), ("text", "two")]
    assert labels(chat.from_bot[0]) == ["↩"]
    assert sent(tg) == ["sendPhoto", "sendMessage", "editMessageCaption"]


def test_a_picture_taken_for_text_is_found_out(bot: Running, chat: Chat) -> None:
    first = bot.send(7, card("one", media=(picture(),)))
    bot.send(7, card("two", replaces=at(first.shown.message, "text"), remains=say("✓ cat")), id=2)
    assert [(message.kind, message.text) for message in chat.from_bot] == [("photo", "✓ cat"), ("text", "two")]


@pytest.mark.parametrize(("mime", "kind", "sha256"), [("audio/ogg", "voice", "ogg"), ("audio/mpeg", "audio", "mp3")])
def test_sound_is_always_a_new_message(
    bot: Running, tg: FakeTelegram, chat: Chat, mime: str, kind: str, sha256: str
) -> None:
    media = clip(sha256=sha256, mime=mime)
    first = bot.send(7, card("one", media=(media,)))
    assert (first.shown.kind, chat.last.kind, chat.last.extra["duration"]) == ("audio", kind, 2)
    by_id = clip(sha256=sha256, mime=mime, reference=first.references[1])
    bot.send(7, card("two", media=(by_id,), replaces=first.shown, remains=say("✓ one")), id=2)
    assert [(message.kind, message.text) for message in chat.from_bot] == [(kind, "✓ one"), (kind, "two")]
    assert sent(tg)[1:] == [f"send{kind.title()}", "editMessageCaption"]


def test_a_film_carries_its_size(bot: Running, tg: FakeTelegram, chat: Chat) -> None:
    sending = bot.send(7, card("one", media=(film(),)))
    assert sending.shown.kind == "video"
    assert {key: tg.calls[-1].params[key] for key in ("width", "height", "duration")} == {
        "width": 64,
        "height": 48,
        "duration": 1,
    }


def test_a_long_text_follows_its_picture(bot: Running, chat: Chat) -> None:
    sending = bot.send(7, card("long " * 300, media=(picture(),)))
    photo, text = chat.from_bot
    assert (photo.kind, photo.text, labels(photo)) == ("photo", "", [])
    assert sending.shown == Shown(str(text.id), "mixed")
    assert labels(text) == ["Good", "Bad"]
    assert sending.references == {1: photo.file.id}


def test_two_pictures_are_an_album_with_the_buttons_below(bot: Running, tg: FakeTelegram, chat: Chat) -> None:
    sending = bot.send(7, card("Which?", media=(picture(1), picture(2, "red"))))
    assert [message.kind for message in chat.from_bot] == ["photo", "photo", "text"]
    assert sending.shown == Shown(str(chat.last.id), "mixed")
    assert sending.references == {1: chat.from_bot[0].file.id, 2: chat.from_bot[1].file.id}
    following = card("And?", media=(picture(1), picture(2, "red")), replaces=sending.shown, remains=say("✓ left"))
    bot.send(7, following, id=2)
    assert [message.text for message in chat.from_bot] == ["", "", "✓ left", "", "", "And?"]
    assert sent(tg) == ["sendMediaGroup", "sendMessage"] * 2 + ["editMessageText"]


def test_two_clips_come_one_by_one(bot: Running, chat: Chat) -> None:
    sending = bot.send(7, card("Which?", media=(clip(1), clip(2), picture(3))))
    assert [message.kind for message in chat.from_bot] == ["voice", "voice", "photo", "text"]
    assert sending.references.keys() == {1, 2, 3}


@pytest.mark.parametrize("fault", [429, 500])
def test_a_message_of_parts_goes_on_where_it_stopped(bot: Running, tg: FakeTelegram, chat: Chat, fault: int) -> None:
    message = card("Which?", media=(picture(1), picture(2, "red")))
    tg.fail_next("sendMessage", fault)
    assert not bot.refused(7, message).permanent
    sending = bot.send(7, message)
    assert [message.kind for message in chat.from_bot] == ["photo", "photo", "text"]
    assert sending.references.keys() == {1, 2}


@pytest.mark.parametrize("replaced", [False, True])
def test_a_stale_file_id_is_uploaded_again(bot: Running, tg: FakeTelegram, chat: Chat, replaced: bool) -> None:
    fields = {"replaces": bot.send(7, card("one")).shown} if replaced else {}
    sending = bot.send(7, card("two", media=(picture(reference="AgACstale"),), **fields), id=2)
    assert sending.references == {1: chat.last.file.id}
    assert chat.last.content == FILES["png"]


def test_an_album_with_one_stale_id_is_uploaded_again(bot: Running, chat: Chat) -> None:
    sending = bot.send(7, card("Which?", media=(picture(1), picture(2, "red", reference="AgACstale"))))
    assert sending.references.keys() == {1, 2}
    assert [message.content for message in chat.from_bot[:2]] == [FILES["png"], FILES["red"]]


@pytest.mark.parametrize("sha256", ["strip", "text", "gone"])
@pytest.mark.parametrize("replaced", [False, True])
def test_a_file_that_telegram_does_not_take_is_the_items_fault(bot: Running, sha256: str, replaced: bool) -> None:
    fields = {"replaces": bot.send(7, card("one")).shown} if replaced else {}
    error = bot.refused(7, card("two", media=(picture(sha256=sha256),), **fields), id=2)
    assert error.permanent
    assert error.media


# Faults


def test_a_new_message_whose_answer_is_lost_is_unknown(bot: Running, tg: FakeTelegram, chat: Chat) -> None:
    for fault in ("drop_after", "half", "empty"):
        tg.fail_next("sendMessage", fault)
        error = bot.refused(7, card())
        assert (error.unknown, error.permanent) == (True, False)
    assert len(chat.from_bot) == 3


def test_a_new_message_that_never_left_is_not_unknown(tg: FakeTelegram) -> None:
    with Running(tg, run=False, api_url="http://127.0.0.1:9") as unreachable:
        error = unreachable.refused(7, card())
    assert (error.unknown, error.permanent) == (False, False)
    assert "TEST" not in error.reason


def test_a_pause_is_asked_for(bot: Running, tg: FakeTelegram) -> None:
    tg.fail_next("sendMessage", 429, retry_after=35)
    error = bot.refused(7, card())
    assert (error.retry_after, error.permanent, error.unknown) == (35, False, False)


@pytest.mark.parametrize("status", [500, 502])
def test_a_failing_platform_is_not_for_good(bot: Running, tg: FakeTelegram, status: int) -> None:
    tg.fail_next("sendMessage", status)
    error = bot.refused(7, card())
    assert (error.permanent, error.unknown) == (False, False)
    assert "html" not in error.reason


def test_a_blocked_bot_is_told_so(bot: Running, tg: FakeTelegram) -> None:
    first = bot.send(7, card())
    tg.people[0].block()
    for message in (card(), card("two", replaces=first.shown)):
        error = bot.refused(7, message)
        assert (error.permanent, error.blocked, error.media) == (True, True, False)
    assert bot.refused(12345, card()).blocked


def test_a_moved_group_tells_its_new_id(bot: Running, tg: FakeTelegram) -> None:
    group = tg.group("QA", id=-5)
    group.migrate()
    error = bot.refused(-5, card())
    assert (error.moved_to, error.permanent) == (str(group.id), False)


def test_a_revoked_token_keeps_the_message(tg: FakeTelegram) -> None:
    with Running(tg, run=False, token="2:OTHER") as stranger:
        error = stranger.refused(7, card())
    assert not error.permanent
    assert error.retry_after > 0
    assert "@BotFather" in error.reason


def test_our_own_mistake_is_permanent(bot: Running) -> None:
    error = bot.refused(7, Message(text=say("x"), buttons=((Button("x", "é" * 40),),)))
    assert (error.permanent, error.media, error.blocked) == (True, False, False)
    assert "data_invalid" in error.reason
