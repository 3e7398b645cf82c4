"""Updates become events: recorded shapes of the Bot API."""

from typing import Any

import pytest

from bot.chat import Blocked, Command, Edited, Event, Moved, Press, Reply, Shown
from bot.chats.telegram_updates import Me, called, sender, tapped, translate

ME = Me(99, "label_bot")
ANNA = {"id": 7, "is_bot": False, "first_name": "Anna", "last_name": "B.", "language_code": "de"}
PRIVATE = {"id": 7, "type": "private", "first_name": "Anna"}
GROUP = {"id": -5, "type": "group", "title": "QA"}
COMMON = {"account": 3, "key": "u41", "user": "7", "chat": "7", "name": "Anna B.", "language": "de", "private": True}
IN_GROUP = COMMON | {"chat": "-5", "private": False}
OURS = {"message_id": 4, "date": 1, "chat": GROUP, "from": {"id": 99, "is_bot": True, "first_name": "Bot"}}


def event(**update: Any) -> Event | None:
    return translate({"update_id": 41, **update}, 3, ME)


def wrote(text: str | None, chat: dict[str, Any] = PRIVATE, **fields: Any) -> Event | None:
    message = {"message_id": 5, "date": 1, "chat": chat, "from": ANNA, **fields}
    if text is not None:
        message["text"] = text
    if text is not None and text.startswith("/"):
        message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
    return event(message=message)


def tap(message: dict[str, Any] | None, **fields: Any) -> dict[str, Any]:
    query = {"id": "88", "from": ANNA, "chat_instance": "1", "data": "n:0:set:a", **fields}
    return query if message is None else query | {"message": message}


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"text": "hi"}, "text"),
        ({"photo": [{"file_id": "x"}]}, "image"),
        ({"voice": {}}, "audio"),
        ({"audio": {}}, "audio"),
        ({"video": {}}, "video"),
    ],
)
def test_a_tap_is_a_press_on_what_is_shown(content: dict[str, Any], kind: Any) -> None:
    message = {"message_id": 12, "date": 1, "chat": PRIVATE, **content}
    assert event(callback_query=tap(message)) == Press(**COMMON, data="n:0:set:a", shown=Shown("12", kind))


def test_a_tap_on_a_message_out_of_reach_is_a_press_all_the_same() -> None:
    message = {"message_id": 12, "date": 0, "chat": PRIVATE}
    assert event(callback_query=tap(message)) == Press(**COMMON, data="n:0:set:a", shown=Shown("12", "text"))


def test_a_tap_without_message_or_data_is_no_press_but_wants_an_answer() -> None:
    update = {"update_id": 41, "callback_query": tap(None, inline_message_id="i")}
    assert translate(update, 3, ME) is None
    assert tapped(update) == "88"
    assert event(callback_query=tap({"message_id": 1, "date": 1, "chat": PRIVATE}, data=None)) is None


@pytest.mark.parametrize(
    ("text", "word", "argument"),
    [
        ("/start CODE_1-2", "start", "CODE_1-2"),
        ("/start", "start", ""),
        ("/Label@Label_Bot reviews  now", "label", "reviews  now"),
        ("join AAAAAAAAAAAAAAAAAAAAAA", "join", "AAAAAAAAAAAAAAAAAAAAAA"),
        ("Join  AAAAAAAAAAAAAAAAAAAA-_", "join", "AAAAAAAAAAAAAAAAAAAA-_"),
    ],
)
def test_commands(text: str, word: str, argument: str) -> None:
    assert wrote(text) == Command(**COMMON, word=word, argument=argument)


def test_a_transcript_that_begins_with_join_is_a_reply() -> None:
    assert wrote("join us") == Reply(**COMMON, text="join us", message="5")
    code = "join AAAAAAAAAAAAAAAAAAAAAA"
    assert wrote(code, reply_to_message={"message_id": 4}) == Reply(**COMMON, text=code, message="5", to="4")


def test_a_command_for_another_bot_is_not_ours() -> None:
    assert wrote("/label@other_bot", GROUP) is None
    assert wrote("/label@label_bot", GROUP) == Command(**IN_GROUP, word="label")


def test_only_a_command_that_names_us_in_a_group_calls_us() -> None:
    command = {
        "message_id": 5,
        "date": 1,
        "from": ANNA,
        "entities": [{"type": "bot_command", "offset": 0, "length": 16}],
    }
    named = command | {"chat": GROUP, "text": "/label@Label_Bot"}
    assert called({"update_id": 1, "message": named}, ME) == (-5, 5, 7)
    assert called({"update_id": 1, "message": named | {"text": "/label@other_bot"}}, ME) is None
    assert called({"update_id": 1, "message": named | {"chat": PRIVATE}}, ME) is None
    bare = named | {"text": "/label", "entities": [{"type": "bot_command", "offset": 0, "length": 6}]}
    assert called({"update_id": 1, "message": bare}, ME) is None
    assert called({"update_id": 1, "message": named | {"entities": []}}, ME) is None
    assert called({"update_id": 1}, ME) is None


def test_a_reply_names_the_message_it_answers() -> None:
    assert wrote("words", reply_to_message={"message_id": 4}) == Reply(**COMMON, text="words", message="5", to="4")


def test_only_a_file_of_ours_may_be_a_part_of_a_card() -> None:
    ours = OURS | {"chat": PRIVATE}
    for file, part in (({"voice": {}}, True), ({"photo": [{}]}, True), ({"text": "Which?"}, False)):
        found = wrote("words", reply_to_message=ours | file)
        assert found == Reply(**COMMON, text="words", message="5", to="4", part=part)
    found = wrote("words", reply_to_message=ours | {"voice": {}, "from": ANNA})
    assert found == Reply(**COMMON, text="words", message="5", to="4")


def test_what_no_database_takes_is_removed() -> None:
    found = wrote("a\0b\ud83d c", **{"from": ANNA | {"first_name": "A\0\ud800" * 90}})
    assert isinstance(found, Reply)
    assert found.text == "ab c"
    assert found.name == "A" * 90 + " B."
    assert isinstance(long := wrote("x", **{"from": ANNA | {"first_name": "A" * 300}}), Reply)
    assert len(long.name) == 100


@pytest.mark.parametrize("kind", ["voice", "photo", "sticker", "document", "location"])
def test_anything_else_a_person_sends_in_private_is_a_reply_without_words(kind: str) -> None:
    assert wrote(None, **{kind: {}}) == Reply(**COMMON, text="", message="5")
    assert wrote(None, GROUP, **{kind: {}}) is None


def test_service_messages_and_bots_say_nothing() -> None:
    assert wrote(None, pinned_message={"message_id": 3}) is None
    assert wrote("hi", **{"from": ANNA | {"is_bot": True}}) is None
    assert event(channel_post={"message_id": 1, "date": 1, "chat": GROUP, "text": "hi"}) is None
    assert event(poll={"id": "1"}) is None


def test_talk_in_a_group_is_heard_only_as_a_reply_to_us() -> None:
    assert wrote("hello all", GROUP) is None
    assert wrote("hello", GROUP, reply_to_message=OURS | {"from": ANNA}) is None
    assert wrote("hello", GROUP, reply_to_message=OURS) == Reply(**IN_GROUP, text="hello", message="5", to="4")


def test_a_correction_is_an_edit() -> None:
    message = {"message_id": 5, "date": 1, "edit_date": 2, "chat": PRIVATE, "from": ANNA}
    assert event(edited_message=message | {"text": "hello"}) == Edited(**COMMON, text="hello", message="5")
    assert event(edited_message=message | {"caption": "hello"}) is None


@pytest.mark.parametrize(("status", "blocked"), [("kicked", True), ("left", True), ("member", False)])
def test_blocking_and_letting_in(status: str, blocked: bool) -> None:
    change = {"from": ANNA, "date": 1, "old_chat_member": {}, "new_chat_member": {"status": status}}
    assert event(my_chat_member=change | {"chat": PRIVATE}) == Blocked(**COMMON, blocked=blocked)
    assert event(my_chat_member=change | {"chat": GROUP}) == Blocked(**IN_GROUP, blocked=blocked)


def test_a_group_that_became_a_supergroup_has_moved() -> None:
    assert wrote(None, GROUP, migrate_to_chat_id=-1005) == Moved(account=3, chat="-5", to="-1005")
    assert wrote(None, GROUP | {"id": -1005}, migrate_from_chat_id=-5) is None


def test_updates_belong_to_the_person_who_made_them() -> None:
    assert sender({"update_id": 1, "message": {"from": ANNA, "chat": GROUP}}) == "7"
    assert sender({"update_id": 1, "channel_post": {"chat": GROUP}}) == "-5"
    assert sender({"update_id": 1, "message": {"from": "nonsense"}}) == ""
    assert sender({"update_id": 1}) == ""
