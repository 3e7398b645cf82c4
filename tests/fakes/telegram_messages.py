"""API methods that send, edit and delete messages and answer taps."""

import copy
from typing import Any

import telegram
from telegram.constants import CallbackQueryLimit, MediaGroupLimit

from tests.fakes.telegram_chats import Chat, Message, Toast
from tests.fakes.telegram_content import checked_caption, checked_markup, checked_text, inline_only, utf16
from tests.fakes.telegram_schema import Upload, bad, check_object
from tests.fakes.telegram_world import World

Parameters = dict[str, Any]
Uploads = dict[str, Upload]
_INPUT_MEDIA = {
    "photo": telegram.InputMediaPhoto,
    "video": telegram.InputMediaVideo,
    "audio": telegram.InputMediaAudio,
    "document": telegram.InputMediaDocument,
    "animation": telegram.InputMediaAnimation,
}
_EXTRA = ("duration", "width", "height", "title", "performer")
_OLD_QUERY = "query is too old and response timeout expired or query ID is invalid"
_DELETABLE_SECONDS = 48 * 3600  # deleteMessage


def send_message(world: World, p: Parameters, uploads: Uploads) -> Any:
    chat = world.chat_for_bot(p["chat_id"])
    text, entities = checked_text(p)
    return _post(world, chat, p, Message(text=text, entities=entities))


def _post(world: World, chat: Chat, p: Parameters, message: Message) -> dict[str, Any]:
    message.markup = checked_markup(p.get("reply_markup"), private=chat.kind == "private")
    message.reply_to = _reply_target(chat, p.get("reply_parameters"))
    message.silent = bool(p.get("disable_notification"))
    message.by_bot, message.sender, message.date = True, world.bot, world.now()
    return chat.message_json(chat.add(message))


def _reply_target(chat: Chat, reply: Any) -> int | None:
    if reply is None:
        return None
    target = check_object(telegram.ReplyParameters, reply)["message_id"]
    if chat.find(target) is not None:
        return int(target)
    if reply.get("allow_sending_without_reply"):
        return None
    raise bad("message to be replied not found")


def send_file(kind: str) -> Any:
    """The method that sends a file as `kind`."""

    def send(world: World, p: Parameters, uploads: Uploads) -> Any:
        chat = world.chat_for_bot(p["chat_id"])
        caption, entities = checked_caption(p)
        markup = checked_markup(p.get("reply_markup"), private=chat.kind == "private")
        file = world.files.resolve(kind, p.get(kind), kind, uploads)
        message = Message(kind=kind, text=caption, entities=entities, markup=markup, file=file, extra=_extra(p))
        return _post(world, chat, p, message)

    return send


def _extra(p: Parameters) -> dict[str, Any]:
    return {key: p[key] for key in _EXTRA if key in p}


def send_media_group(world: World, p: Parameters, uploads: Uploads) -> Any:
    chat = world.chat_for_bot(p["chat_id"])
    media = p["media"]
    if not isinstance(media, list) or not MediaGroupLimit.MIN_MEDIA_LENGTH <= len(media) <= (
        MediaGroupLimit.MAX_MEDIA_LENGTH
    ):
        raise bad("media group must include 2-10 items")
    messages = [_from_input_media(world, item, uploads) for item in media]
    kinds = {message.kind for message in messages}
    if "animation" in kinds or (kinds & {"audio", "document"} and len(kinds) > 1):
        raise bad("media group can't mix these types")
    group = str(13_000_000_000 + next(world.numbers))
    for message in messages:
        message.extra["media_group_id"] = group
    return [_post(world, chat, p, message) for message in messages]


def _from_input_media(world: World, item: Any, uploads: Uploads) -> Message:
    kind = item.get("type") if isinstance(item, dict) else None
    if kind not in _INPUT_MEDIA:
        raise bad(f"can't parse InputMedia: type {kind!r} can't be sent in an album or by an edit")
    check_object(_INPUT_MEDIA[kind], item, "type")
    caption, entities = checked_caption(item)
    file = world.files.resolve(kind, item["media"], "", uploads)
    return Message(kind=kind, text=caption, entities=entities, file=file, extra=_extra(item))


def _to_edit(world: World, p: Parameters) -> tuple[Chat, Message]:
    chat = world.chat_for_bot(p.get("chat_id"))
    message_id = p.get("message_id")
    if not isinstance(message_id, int):
        raise bad("message identifier is not specified")
    message = chat.find(message_id)
    if message is None:
        raise bad("message to edit not found")
    if not message.by_bot or (message.markup and "inline_keyboard" not in message.markup):
        raise bad("message can't be edited")
    return chat, message


def _apply(world: World, chat: Chat, message: Message, p: Parameters, **changes: Any) -> dict[str, Any]:
    """Make the edit; an edit without a keyboard takes the old one away."""
    markup = inline_only(checked_markup(p.get("reply_markup"), private=chat.kind == "private"))
    changed = copy.copy(message)
    for name, value in ({"markup": markup} | changes).items():
        setattr(changed, name, value)
    if changed.same_as(message):
        raise bad(
            "message is not modified: specified new message content and reply markup are exactly the same as a "
            "current content and reply markup of the message"
        )
    changed.edits += 1
    changed.edited_at = world.now()
    vars(message).update(vars(changed))
    return chat.message_json(message)


def edit_message_text(world: World, p: Parameters, uploads: Uploads) -> Any:
    chat, message = _to_edit(world, p)
    if message.file is not None:
        raise bad("there is no text in the message to edit")
    text, entities = checked_text(p)
    return _apply(world, chat, message, p, text=text, entities=entities)


def edit_message_caption(world: World, p: Parameters, uploads: Uploads) -> Any:
    chat, message = _to_edit(world, p)
    if message.file is None:
        raise bad("there is no caption in the message to edit")
    text, entities = checked_caption(p)
    return _apply(world, chat, message, p, text=text, entities=entities)


def edit_message_media(world: World, p: Parameters, uploads: Uploads) -> Any:
    chat, message = _to_edit(world, p)
    if message.kind == "voice":
        raise bad("message can't be edited")
    new = _from_input_media(world, p["media"], uploads)
    changes = {"kind": new.kind, "text": new.text, "entities": new.entities, "file": new.file, "extra": new.extra}
    return _apply(world, chat, message, p, **changes)


def edit_message_reply_markup(world: World, p: Parameters, uploads: Uploads) -> Any:
    chat, message = _to_edit(world, p)
    return _apply(world, chat, message, p)


def delete_message(world: World, p: Parameters, uploads: Uploads) -> Any:
    chat = world.chat_for_bot(p["chat_id"])
    message = chat.find(p["message_id"])
    if message is None:
        raise bad("message to delete not found")
    others = not message.by_bot and chat.kind != "private" and not chat.bot_is_admin
    if others or world.now() - message.date > _DELETABLE_SECONDS:
        raise bad("message can't be deleted")
    message.deleted = True
    return True


def answer_callback_query(world: World, p: Parameters, uploads: Uploads) -> Any:
    """A tap is answered once and soon, else 400; the person sees a text as a toast or an alert."""
    tap = world.taps.get(p["callback_query_id"])
    if tap is None or tap.answered or world.clock.now() - tap.at > world.answer_seconds:
        raise bad(_OLD_QUERY)
    text = p.get("text") or ""
    if utf16(text) > CallbackQueryLimit.ANSWER_CALLBACK_QUERY_TEXT_LENGTH:
        raise bad("MESSAGE_TOO_LONG")
    if p.get("url"):
        raise bad("URL_INVALID")
    tap.answered = True
    if text:
        world.toasts[tap.user_id].append(Toast(text, bool(p.get("show_alert"))))
    return True


def set_message_reaction(world: World, p: Parameters, uploads: Uploads) -> Any:
    message = world.chat_for_bot(p["chat_id"]).find(p["message_id"])
    if message is None:
        raise bad("message to react not found")
    reactions = p.get("reaction") or []
    if not isinstance(reactions, list) or len(reactions) > 1:
        raise bad("REACTIONS_TOO_MANY")
    message.reactions = [reaction.get("emoji", "") for reaction in reactions]
    return True


def pin_chat_message(world: World, p: Parameters, uploads: Uploads) -> Any:
    chat = world.chat_for_bot(p["chat_id"])
    message = chat.find(p["message_id"])
    if message is None:
        raise bad("message to pin not found")
    if chat.kind != "private" and not chat.bot_is_admin:
        raise bad("not enough rights to manage pinned messages in the chat")
    message.pinned = True
    return True


METHODS = {
    "sendMessage": send_message,
    **{f"send{kind.title()}": send_file(kind) for kind in ("voice", *_INPUT_MEDIA)},
    "sendMediaGroup": send_media_group,
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageMedia": edit_message_media,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "answerCallbackQuery": answer_callback_query,
    "setMessageReaction": set_message_reaction,
    "pinChatMessage": pin_chat_message,
}
