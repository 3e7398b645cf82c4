"""What the fake Telegram refuses, each refusal met by an unmodified telegram.Bot over HTTP."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import telegram
from telegram import Bot, ForceReply, InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity, WebAppInfo
from telegram.error import BadRequest, NetworkError, RetryAfter

from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_faults import Limits
from tests.fakes.telegram_people import Person
from tests.fakes.telegram_samples import MP3, MP4, OGG, PNG, keyboard, picture, post_json, refused, talk, updates

Work = Callable[[Bot], Awaitable[Any]]


# The library warns of its own retry_after while it raises RetryAfter.
pytestmark = pytest.mark.filterwarnings("ignore:.*retry_after:telegram.warnings.PTBDeprecationWarning")


@pytest.fixture
def anna(tg: FakeTelegram) -> Person:
    person = tg.user("Anna", id=7)
    person.start()
    return person


def markup(**button: Any) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton("b", **button)]])


TEXTS: dict[str, tuple[str, Work]] = {
    "empty": ("message text is empty", lambda bot: bot.send_message(7, " \n ")),
    "4097 letters": ("message is too long", lambda bot: bot.send_message(7, "x" * 4097)),
    "2049 emoji": ("message is too long", lambda bot: bot.send_message(7, "😀" * 2049)),
    "parse_mode": ("does not parse", lambda bot: bot.send_message(7, "x", parse_mode="HTML")),
    "caption": ("caption is too long", lambda bot: bot.send_photo(7, PNG, caption="x" * 1025)),
    "entity outside": ("outside", lambda bot: bot.send_message(7, "abc", entities=[MessageEntity("bold", 2, 2)])),
    "entity empty": ("outside", lambda bot: bot.send_message(7, "abc", entities=[MessageEntity("bold", 1, 0)])),
    "entity splits": ("middle of", lambda bot: bot.send_message(7, "😀", entities=[MessageEntity("bold", 1, 1)])),
    "reply": (
        "message to be replied not found",
        lambda bot: bot.send_message(7, "x", reply_parameters=telegram.ReplyParameters(99)),
    ),
    "placeholder": (
        "placeholder",
        lambda bot: bot.send_message(7, "x", reply_markup=ForceReply(input_field_placeholder="x" * 65)),
    ),
}
BUTTONS: dict[str, tuple[str, InlineKeyboardMarkup]] = {
    "65 bytes": ("BUTTON_DATA_INVALID", keyboard([("a", "é" * 32 + "x")])),
    "101 buttons": ("markup is too long", keyboard(*[[("a", "a")]] * 101)),
    "9 in a row": ("markup is too long", keyboard([("a", "a")] * 9)),
    "localhost": ("Wrong HTTP URL", markup(url="http://localhost:8080/x")),
    "web app by http": ("Only HTTPS", markup(web_app=WebAppInfo("http://example.org"))),
    "no action": ("Text buttons are unallowed", markup()),
}
FILES: dict[str, tuple[str, Work]] = {
    "unknown id": ("wrong file identifier/HTTP URL specified", lambda bot: bot.send_photo(7, "AgACAgQ")),
    "voice": ("OGG, MP3 or M4A", lambda bot: bot.send_voice(7, PNG)),
    "audio": ("MP3 or M4A", lambda bot: bot.send_audio(7, OGG)),
    "video": ("MPEG4", lambda bot: bot.send_video(7, PNG)),
    "photo": ("IMAGE_PROCESS_FAILED", lambda bot: bot.send_photo(7, PNG[:-30])),
    "huge photo": ("too big for a photo", lambda bot: bot.send_photo(7, PNG + bytes(10 * 1024 * 1024))),
    "long photo": ("PHOTO_INVALID_DIMENSIONS", lambda bot: bot.send_photo(7, picture(210, 10))),
    "wide photo": ("PHOTO_INVALID_DIMENSIONS", lambda bot: bot.send_photo(7, picture(9000, 1001, "GIF"))),
    "empty": ("file must be non-empty", lambda bot: bot.send_document(7, b"")),
    "getFile": ("invalid file_id", lambda bot: bot.get_file("BQACAgQ")),
}


@pytest.mark.parametrize(("reason", "work"), TEXTS.values(), ids=TEXTS.keys())
def test_a_text_out_of_bounds_is_refused(tg: FakeTelegram, anna: Person, reason: str, work: Work) -> None:
    with refused(reason):
        talk(tg, work)
    assert anna.chat.from_bot == []
    assert [call.status for call in tg.refusals] == [400]


@pytest.mark.parametrize(("reason", "buttons"), BUTTONS.values(), ids=BUTTONS.keys())
def test_a_keyboard_out_of_bounds_is_refused(
    tg: FakeTelegram, anna: Person, reason: str, buttons: InlineKeyboardMarkup
) -> None:
    with refused(reason):
        talk(tg, lambda bot: bot.send_message(7, "x", reply_markup=buttons))
    assert anna.chat.from_bot == []


@pytest.mark.parametrize(("reason", "work"), FILES.values(), ids=FILES.keys())
def test_a_file_of_the_wrong_make_is_refused(tg: FakeTelegram, anna: Person, reason: str, work: Work) -> None:
    with refused(reason):
        talk(tg, work)
    assert anna.chat.from_bot == []


def test_what_just_fits_is_accepted(tg: FakeTelegram, anna: Person) -> None:
    async def work(bot: Bot) -> None:
        await bot.send_message(7, "😀" * 2048, reply_markup=keyboard(*[[("a", "é" * 32)] * 5] * 20))
        await bot.send_photo(7, picture(200, 10), caption="x" * 1024)
        await bot.send_message(7, "x", entities=[MessageEntity("bold", 0, 1)] * 101)
        await bot.send_voice(7, MP3)
        await bot.send_voice(7, MP4)
        await bot.send_audio(7, MP4)

    talk(tg, work)
    assert len(anna.chat.from_bot) == 6
    assert len(anna.chat.from_bot[2].entities) == 100


def test_a_web_app_button_is_for_private_chats(tg: FakeTelegram, anna: Person) -> None:
    tg.group("Team", [anna], id=-5)
    page = markup(web_app=WebAppInfo("https://example.org"))

    async def work(bot: Bot) -> None:
        await bot.send_message(7, "x", reply_markup=page)
        with refused("BUTTON_TYPE_INVALID"):
            await bot.send_message(-5, "x", reply_markup=page)

    talk(tg, work)


def test_a_file_is_sent_again_as_its_own_kind_only(tg: FakeTelegram, anna: Person) -> None:
    async def work(bot: Bot) -> None:
        voice = (await bot.send_voice(7, OGG)).voice
        with refused("can't use file of type voice as document"):
            await bot.send_document(7, voice.file_id)
        with refused("wrong file identifier"):
            await bot.send_voice(7, voice.file_unique_id)

    talk(tg, work)


def test_a_file_over_50_mb_is_refused(tg: FakeTelegram, anna: Person) -> None:
    with pytest.raises(NetworkError, match="Request Entity Too Large"):
        talk(tg, lambda bot: bot.send_document(7, bytes(50 * 1024 * 1024 + 1), write_timeout=20, read_timeout=20))


def test_edits_that_cannot_be_are_refused(tg: FakeTelegram, anna: Person) -> None:
    buttons = keyboard([("a", "a")])

    async def work(bot: Bot) -> None:
        text = await bot.send_message(7, "text", reply_markup=buttons)
        with refused("message is not modified"):
            await text.edit_text("text ", reply_markup=buttons)
        with refused("message is not modified"):
            await text.edit_reply_markup(buttons)
        with refused("there is no caption in the message to edit"):
            await text.edit_caption("x")
        with refused("message to edit not found"):
            await bot.edit_message_text("x", 7, 99)
        with refused("message can't be edited"):
            await bot.edit_message_text("x", 7, 1)
        with refused("inline keyboard expected"):
            await text.edit_text("x", reply_markup=ForceReply())
        asking = await bot.send_message(7, "say", reply_markup=ForceReply())
        with refused("message can't be edited"):
            await asking.edit_text("x")
        with refused("message to delete not found"):
            await bot.delete_message(7, 99)
        tg.advance(49 * 3600)
        with refused("message can't be deleted"):
            await text.delete()

    talk(tg, work)
    assert anna.chat.from_bot[0].edits == 0


def test_an_edit_without_a_keyboard_takes_it_away(tg: FakeTelegram, anna: Person) -> None:
    async def work(bot: Bot) -> None:
        text = await bot.send_message(7, "text", reply_markup=keyboard([("a", "a")]))
        await text.edit_text("text")

    talk(tg, work)
    assert anna.chat.last.buttons == []


def test_a_tap_is_answered_once_and_soon(tg: FakeTelegram, anna: Person) -> None:
    async def work(bot: Bot) -> None:
        await bot.send_message(7, "x", reply_markup=keyboard([("a", "a")]))
        for _ in range(2):
            anna.press("a")
        first, second = [update.callback_query for update in (await updates(bot))[1:]]
        with refused("MESSAGE_TOO_LONG"):
            await first.answer("x" * 201)
        await first.answer("x" * 200, show_alert=True)
        with refused("query is too old and response timeout expired or query ID is invalid"):
            await first.answer("twice")
        tg.advance(16)
        with refused("query is too old"):
            await second.answer("late")
        with refused("query is too old"):
            await bot.answer_callback_query("12345")

    talk(tg, work)
    assert anna.toasts == [("x" * 200, True)]
    assert anna.spinning == 1


def test_commands_and_descriptions_have_limits(tg: FakeTelegram, anna: Person) -> None:
    wrong = {
        "BOT_COMMANDS_TOO_MUCH": [("a", "d")] * 101,
        "BOT_COMMAND_INVALID": [("Label", "d")],
        "BOT_COMMAND_DESCRIPTION_INVALID": [("label", "d" * 257)],
    }

    async def work(bot: Bot) -> None:
        for reason, commands in wrong.items():
            with refused(reason):
                await bot.set_my_commands(commands)
        with refused("short_description is too long"):
            await bot.set_my_short_description("x" * 121)
        with refused("secret token"):
            await bot.set_webhook("http://127.0.0.1:1/x", secret_token="no spaces")

    talk(tg, work)


def test_misspelt_missing_and_unknown_things_are_refused(tg: FakeTelegram, anna: Person) -> None:
    async def work(bot: Bot) -> None:
        with refused("no parameter txt"):
            await bot.send_message(7, "x", api_kwargs={"txt": "x"})
        with refused("does not play sendDice"):
            await bot.send_dice(7)
        with pytest.raises(telegram.error.EndPointNotFound):
            await bot.do_api_request("sendTelepathy", {"chat_id": 7})
        with refused("allowed_updates"):
            await bot.get_updates(allowed_updates=["mesage"])

    talk(tg, work)
    assert [call.status for call in tg.refusals] == [400, 400, 404, 400]


def test_json_bodies_are_taken_and_broken_ones_refused(tg: FakeTelegram, anna: Person) -> None:
    button = {"text": "a", "callback_data": "a"}
    good = {"chat_id": 7, "text": "12", "reply_markup": {"inline_keyboard": [[button]]}}
    assert post_json(tg, "sendMessage", good)[1]["result"]["text"] == "12"
    wrong: dict[str, dict[str, Any] | bytes] = {
        "needs the parameter text": {"chat_id": 7},
        "has no field color": good | {"reply_markup": {"inline_keyboard": [[button | {"color": "red"}]]}},
        "object expected": b"[]",
        "can't parse JSON": b"{",
        "UTF-8": {"chat_id": 7, "text": "\ud800"},
    }
    for reason, body in wrong.items():
        status, answer = post_json(tg, "sendMessage", body)
        assert (status, answer["ok"], answer["error_code"]) == (400, False, 400)
        assert reason in answer["description"]
    assert len(anna.chat.from_bot) == 1


def test_limits_hold_a_chat_to_its_pace_and_leave_others_alone() -> None:
    with FakeTelegram(limits=Limits(burst=2)) as tg:
        for number in (7, 8):
            tg.user(f"user {number}", id=number).start()

        async def work(bot: Bot) -> None:
            sent = [await bot.send_message(7, "x") for _ in range(2)]
            with pytest.raises(RetryAfter, match="Retry in 1 seconds"):
                await sent[0].edit_text("y")
            await bot.send_message(8, "x")
            tg.advance(1)
            await sent[0].edit_text("y")

        talk(tg, work)
        assert tg.refusals[0].description == "Too Many Requests: retry after 1"


def test_limits_hold_a_group_to_twenty_a_minute_and_all_chats_to_thirty_a_second() -> None:
    with FakeTelegram(limits=True) as tg:
        tg.group("Team", id=-5)
        people = [tg.user(f"user {number}") for number in range(40)]
        for person in people:
            person.start()

        async def summaries(bot: Bot, number: int) -> None:
            for _ in range(number):
                await bot.send_message(-5, "x")
                tg.advance(1)

        async def greetings(bot: Bot) -> None:
            for person in people:
                await bot.send_message(person.id, "x")

        async def work(bot: Bot) -> None:
            await summaries(bot, 20)
            with pytest.raises(RetryAfter):
                await summaries(bot, 20)
            with pytest.raises(RetryAfter):
                await greetings(bot)

        talk(tg, work)
        assert 30 <= sum(bool(person.chat.from_bot) for person in people) < 40


def test_a_refusal_leaves_the_bot_usable(tg: FakeTelegram, anna: Person) -> None:
    async def work(bot: Bot) -> None:
        with pytest.raises(BadRequest):
            await bot.send_message(7, "")
        await bot.send_message(7, "x")

    talk(tg, work)
    assert anna.chat.last.text == "x"
