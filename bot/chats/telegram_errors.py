"""What Telegram's refusals mean to us."""

from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, TelegramError

from bot.chat import ChatError
from bot.chats.telegram_http import Flood, Lost

WRONG_TOKEN = "Telegram refuses the bot token: take a new one from @BotFather and set TELEGRAM_BOT_TOKEN to it"
TWO_RECEIVERS = (
    "Another program receives with the same bot token: stop it, or give this one a token of its own; "
    "only one may poll, and none beside a webhook"
)
TOKEN_PAUSE_SECONDS = 60.0

_NOT_MODIFIED = "message is not modified"
_NOT_EDITABLE = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "message identifier is not specified",
    "there is no text in the message to edit",
    "there is no caption in the message to edit",
)
_STALE = ("wrong file identifier", "wrong remote file", "file_reference", "invalid file_id", "can't use file of type")
_MEDIA = ("photo_", "image_process", "video_", "media_", "document_", "webpage_", "wrong type", "file", "too large")
_CLOSED = (
    "chat not found",
    "not enough rights",
    "have no rights",
    "need administrator rights",
    "write_forbidden",
    "peer_id",
)


def _says(error: TelegramError, phrases: tuple[str, ...]) -> bool:
    told = error.message.lower()
    return isinstance(error, BadRequest) and any(phrase in told for phrase in phrases)


def changed_nothing(error: TelegramError) -> bool:
    """The message already stands as we want it: a success."""
    return _says(error, (_NOT_MODIFIED,))


def not_editable(error: TelegramError) -> bool:
    """Deleted, or no longer of the kind we took it for."""
    return _says(error, _NOT_EDITABLE)


def holds_media(error: TelegramError) -> bool:
    """An edit of the text met a message that has a caption."""
    return _says(error, ("there is no text in the message to edit",))


def stale_file(error: TelegramError) -> bool:
    """A file id that is worth nothing any more, such as one of a former bot."""
    return _says(error, _STALE)


def chat_error(error: TelegramError, *, fresh: bool, media: bool = False) -> ChatError:
    """`fresh`: the call makes a new message, so that a lost answer leaves open if it did. `media`: it has files."""
    if isinstance(error, Flood):
        return ChatError(error.message, retry_after=error.seconds)
    if isinstance(error, ChatMigrated):
        return ChatError("the group has a new id", moved_to=str(error.new_chat_id))
    if isinstance(error, Forbidden):
        return ChatError(f"Telegram lets us write here no more: {error.message}", permanent=True, blocked=True)
    if isinstance(error, InvalidToken):
        # Not the message's fault: it waits until the token is mended.
        return ChatError(WRONG_TOKEN, retry_after=TOKEN_PAUSE_SECONDS, credentials=True)
    if isinstance(error, BadRequest):
        faulty = media and _says(error, _MEDIA)
        closed = _says(error, _CLOSED)
        told = f"Telegram refuses: {error.message}"
        return ChatError(told, permanent=True, media=faulty, blocked=closed, content=not closed)
    if isinstance(error, Conflict):
        return ChatError(TWO_RECEIVERS, permanent=True)
    return ChatError(f"Telegram failed: {error.message}", unknown=fresh and isinstance(error, Lost))
