"""The fake Telegram, driven by an unmodified telegram.Bot: talk, edits, taps, files, people."""

import asyncio
import io

import pytest
import telegram
from PIL import Image
from telegram import Bot, ForceReply, InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity
from telegram.error import ChatMigrated, Forbidden, InvalidToken

from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_chats import Button
from tests.fakes.telegram_people import Person
from tests.fakes.telegram_samples import MP3, MP4, OGG, PNG, keyboard, picture, post_json, refused, talk, updates

CHOICES = keyboard([("😊 Positive", "p"), ("Negative", "n")])


@pytest.fixture
def anna(tg: FakeTelegram) -> Person:
    person = tg.user("Anna", id=7)
    person.start("CODE")
    return person


def test_a_dialogue_goes_both_ways(tg: FakeTelegram, anna: Person) -> None:
    async def work(bot: Bot) -> None:
        (started,) = await updates(bot)
        assert started.effective_user.language_code == "en"
        assert started.message.text == "/start CODE"
        assert started.message.entities[0].type == "bot_command"
        await bot.send_message(7, "How is it?", reply_markup=CHOICES)
        pressed = anna.press("Positive")
        assert anna.spinning == 1
        (tap,) = await updates(bot)
        assert (tap.update_id, tap.callback_query.data) == (pressed, "p")
        assert tap.callback_query.message.text == "How is it?"
        await tap.callback_query.answer("Saved")
        await tap.callback_query.edit_message_text("✓ Positive")

    talk(tg, work)
    assert anna.chat.last.text == "✓ Positive"
    assert anna.chat.last.edits == 1
    assert anna.chat.last.buttons == []
    assert anna.toasts == [("Saved", False)]
    assert anna.spinning == 0
    assert str(anna.chat) == "— Anna —\n   1 Anna: /start CODE\n   2 bot: ✓ Positive  (edited 1×)"
    assert tg.refusals == []


def test_buttons_are_seen_and_chosen_as_a_person_would(tg: FakeTelegram, anna: Person) -> None:
    link = InlineKeyboardMarkup([[InlineKeyboardButton("Open", url="https://example.org/x")]])

    async def work(bot: Bot) -> None:
        await bot.send_message(7, "one", reply_markup=CHOICES)
        await bot.send_message(7, "two", reply_markup=keyboard([("Yes", "y"), ("Yes, surely", "s")], [("No", "n2")]))
        await bot.send_message(7, "three", reply_markup=link)

    talk(tg, work)
    assert anna.chat.last.buttons == [[Button("Open", "https://example.org/x", sends=False)]]
    ids = [anna.press("Yes"), anna.press(lambda button: button.data == "n2"), anna.press("Negative")]
    assert ids == sorted(set(ids))
    with pytest.raises(AssertionError, match=r"no button like 'Maybe'(.|\n)*\[😊 Positive\] \[Negative\]"):
        anna.press("Maybe")
    with pytest.raises(AssertionError, match="sends nothing"):
        anna.press("Open")
    with pytest.raises(AssertionError, match="could be any"):
        anna.press("e", message=anna.chat.from_bot[1])
    assert [tap.callback_query.data for tap in talk(tg, updates)[1:]] == ["y", "n2", "n"]


def test_a_forged_tap_and_a_tap_on_a_deleted_message_arrive(tg: FakeTelegram, anna: Person) -> None:
    async def work(bot: Bot) -> None:
        sent = await bot.send_message(7, "one", reply_markup=CHOICES)
        anna.press_data("forged", sent.message_id)
        anna.delete(sent.message_id)
        anna.press_data("p", sent.message_id)
        _, forged, late = await updates(bot)
        assert forged.callback_query.data == "forged"
        assert forged.callback_query.message.is_accessible
        assert not late.callback_query.message.is_accessible
        with refused("message to edit not found"):
            await bot.edit_message_text("x", 7, sent.message_id)

    talk(tg, work)
    assert [message.deleted for message in anna.chat.history] == [False, True]


def test_a_reply_and_its_correction_name_the_message_they_are_about(tg: FakeTelegram, anna: Person) -> None:
    async def work(bot: Bot) -> None:
        card = await bot.send_message(7, "What is said?", reply_markup=ForceReply(input_field_placeholder="words"))
        assert anna.chat.last.asks_for_reply
        anna.say("helo", reply_to=card.message_id)
        anna.edit(anna.chat.last.id, "hello")
        _, reply, edited = await updates(bot)
        assert reply.message.reply_to_message.message_id == card.message_id
        assert edited.edited_message.text == "hello"
        assert edited.edited_message.edit_date is not None
        await bot.send_message(7, "ok", reply_parameters=telegram.ReplyParameters(reply.message.message_id))

    talk(tg, work)
    assert anna.chat.last.reply_to == 3


def test_every_kind_of_file_is_sent_sent_again_by_id_and_downloaded(tg: FakeTelegram, anna: Person) -> None:
    async def work(bot: Bot) -> None:
        sends = {"photo": PNG, "voice": OGG, "audio": MP3, "video": MP4, "document": b"any"}
        for kind, content in sends.items():
            send = getattr(bot, f"send_{kind}")
            sent = await send(7, content, caption=kind)
            thing = sent.photo[-1] if kind == "photo" else getattr(sent, kind)
            again = await send(7, thing.file_id)
            same = again.photo[-1] if kind == "photo" else getattr(again, kind)
            assert same.file_id == thing.file_id
            assert anna.chat.last.content == content
            got = bytes(await (await bot.get_file(thing.file_id)).download_as_bytearray())
            assert got == content if kind != "photo" else Image.open(io.BytesIO(got)).size == (40, 30)

    talk(tg, work)
    assert [message.kind for message in anna.chat.from_bot[::2]] == ["photo", "voice", "audio", "video", "document"]
    assert anna.chat.from_bot[0].text == "photo"


def test_a_large_photo_comes_in_several_sizes(tg: FakeTelegram, anna: Person) -> None:
    async def work(bot: Bot) -> None:
        sent = await bot.send_photo(7, picture(2560, 1280))
        assert [(size.width, size.height) for size in sent.photo] == [(90, 45), (320, 160), (800, 400), (1280, 640)]

    talk(tg, work)


def test_a_voice_from_a_person_can_be_fetched_for_an_hour(tg: FakeTelegram, anna: Person) -> None:
    async def work(bot: Bot) -> None:
        anna.send_voice(OGG)
        voice = (await updates(bot))[-1].message.voice
        link = await voice.get_file()
        assert bytes(await link.download_as_bytearray()) == OGG
        tg.advance(3601)
        with pytest.raises(telegram.error.TelegramError, match="Not Found"):
            await link.download_as_bytearray()

    talk(tg, work)


def test_media_is_edited_in_place_except_voice(tg: FakeTelegram, anna: Person) -> None:
    async def work(bot: Bot) -> None:
        text = await bot.send_message(7, "soon a picture")
        await text.edit_media(telegram.InputMediaPhoto(PNG, caption="now"), reply_markup=CHOICES)
        await text.edit_media(telegram.InputMediaAudio(MP3, caption="sound"))
        await text.edit_caption("other words")
        with refused("there is no text in the message to edit"):
            await text.edit_text("back to text")
        voice = await bot.send_voice(7, OGG)
        with refused("can't be edited"):
            await voice.edit_media(telegram.InputMediaPhoto(PNG))
        swap = {"type": "voice", "media": voice.voice.file_id}
        body = {"chat_id": 7, "message_id": text.message_id, "media": swap}
        assert "type 'voice'" in post_json(tg, "editMessageMedia", body)[1]["description"]

    talk(tg, work)
    assert [(message.kind, message.text) for message in anna.chat.from_bot] == [("audio", "other words"), ("voice", "")]


def test_an_album_is_several_messages_of_one_group(tg: FakeTelegram, anna: Person) -> None:
    async def work(bot: Bot) -> None:
        sent = await bot.send_media_group(7, [telegram.InputMediaPhoto(PNG), telegram.InputMediaPhoto(PNG, "two")])
        assert len({message.media_group_id for message in sent}) == 1
        with refused("2-10"):
            await bot.send_media_group(7, [telegram.InputMediaPhoto(PNG)])

    talk(tg, work)
    assert [message.kind for message in anna.chat.from_bot] == ["photo", "photo"]


def test_a_blocked_bot_is_refused_until_it_is_let_in_again(tg: FakeTelegram, anna: Person) -> None:
    async def work(bot: Bot) -> None:
        anna.block()
        with pytest.raises(Forbidden, match="bot was blocked by the user"):
            await bot.send_message(7, "hello?")
        anna.unblock()
        await bot.send_message(7, "hello!")
        _, out, back = await updates(bot)
        assert out.my_chat_member.new_chat_member.status == "kicked"
        assert back.my_chat_member.new_chat_member.status == "member"

    talk(tg, work)


def test_nobody_is_written_to_before_they_pressed_start(tg: FakeTelegram) -> None:
    tg.user("Ben", id=8)

    async def work(bot: Bot) -> None:
        with pytest.raises(Forbidden, match="can't initiate conversation with a user"):
            await bot.send_message(8, "hello?")
        with refused("chat not found"):
            await bot.send_message(9, "hello?")

    talk(tg, work)


def test_a_group_shows_the_bot_commands_and_replies_only(tg: FakeTelegram, anna: Person) -> None:
    group = tg.group("Team", [anna], id=-55)

    async def work(bot: Bot) -> None:
        summary = await bot.send_message(-55, "summary", reply_markup=CHOICES)
        assert group.say(anna, "ordinary talk") == 0
        assert group.say(anna, "/stats@somebody_else") == 0
        assert group.say(anna, f"/stats@{tg.username}")
        assert group.say(anna, "why?", reply_to=summary.message_id)
        assert anna.press("Negative", chat=group)
        assert anna.react(summary.message_id, "👍", chat=group) == 0
        kinds = [update.to_dict().keys() - {"update_id"} for update in (await updates(bot))[1:]]
        assert kinds == [{"my_chat_member"}, {"message"}, {"message"}, {"callback_query"}]

    talk(tg, work)
    assert "ordinary talk" in str(group)


def test_an_upgraded_group_has_another_id(tg: FakeTelegram, anna: Person) -> None:
    group = tg.group("Team", [anna], id=-55)

    async def work(bot: Bot) -> None:
        await updates(bot)
        group.migrate()
        with pytest.raises(ChatMigrated) as moved:
            await bot.send_message(-55, "summary")
        assert moved.value.new_chat_id == group.id
        await bot.send_message(group.id, "summary")
        old, new = await updates(bot)
        assert old.message.migrate_to_chat_id == new.message.chat.id == group.id
        group.kick()
        with pytest.raises(Forbidden, match="kicked"):
            await bot.send_message(group.id, "anybody?")

    talk(tg, work)
    assert group.chat.last_from_bot.text == "summary"


def test_message_ids_of_two_chats_collide(tg: FakeTelegram, anna: Person) -> None:
    ben = tg.user("Ben", id=8)
    ben.start()

    async def work(bot: Bot) -> None:
        assert (await bot.send_message(7, "a")).message_id == (await bot.send_message(8, "b")).message_id

    talk(tg, work)


def test_the_small_calls_leave_their_traces(tg: FakeTelegram, anna: Person) -> None:
    async def work(bot: Bot) -> None:
        assert (await bot.get_me()).username == tg.username
        assert (await bot.get_chat(7)).first_name == "Anna"
        await bot.set_my_commands([("label", "Next item")], language_code="de")
        assert (await bot.get_my_commands(language_code="de"))[0].command == "label"
        assert await bot.get_my_commands() == ()
        await bot.set_my_description("What I do")
        assert (await bot.get_my_description()).description == "What I do"
        await bot.set_chat_menu_button(7, telegram.MenuButtonCommands())
        assert (await bot.get_chat_menu_button(7)).type == "commands"
        await bot.send_chat_action(7, "typing")
        await bot.set_message_reaction(7, 1, "👍")
        sent = await bot.send_message(7, "bye")
        await sent.pin()
        await sent.delete()

    talk(tg, work)
    assert tg.settings["commands", "default", "de"] == [{"command": "label", "description": "Next item"}]
    assert anna.chat.actions == ["typing"]
    assert anna.chat.history[0].reactions == ["👍"]
    assert anna.chat.messages == anna.chat.history[:1]


def test_white_space_is_cut_and_entities_move_along(tg: FakeTelegram, anna: Person) -> None:
    async def work(bot: Bot) -> None:
        await bot.send_message(7, "  😀 bold \n", entities=[MessageEntity("bold", 5, 4)])

    talk(tg, work)
    assert anna.chat.last.text == "😀 bold"
    assert anna.chat.last.entities == [{"type": "bold", "offset": 3, "length": 4}]


@pytest.mark.parametrize(("token", "status"), [("2:OTHER", 401), ("nonsense", 404)])
def test_a_wrong_token_is_refused(tg: FakeTelegram, token: str, status: int) -> None:
    async def work() -> None:
        bot = Bot(token, base_url=tg.url + "/bot")
        with pytest.raises(InvalidToken):
            await bot.initialize()
        await bot.shutdown()

    asyncio.run(work())
    assert [call.status for call in tg.calls] == [status]


def test_the_fake_comes_back_on_a_fixed_port() -> None:
    with FakeTelegram() as first:
        port = int(first.url.rsplit(":", 1)[1])
    with FakeTelegram(port=port) as second:
        assert second.url == first.url
        talk(second, lambda bot: bot.get_me())
    with FakeTelegram(port=port), pytest.raises(OSError, match="in use"), FakeTelegram(port=port):
        pass
