"""Pictures, sound and film in calls: by file id where Telegram knows them, else as an upload."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from telegram.error import TelegramError

from bot.chat import ChatError, Media, OpenMedia
from bot.chats.telegram_errors import stale_file
from bot.chats.telegram_http import Payload, TelegramRequest, Upload

SEND = {"photo": "sendPhoto", "voice": "sendVoice", "audio": "sendAudio", "video": "sendVideo"}
ALBUM = 10
_OGG = {"audio/ogg", "application/ogg", "audio/opus"}
_ENDING = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "video/mp4": "mp4",
} | dict.fromkeys(_OGG, "ogg")


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a call's parameters for a file: `holder[key]` is to name it; uploaded, it is the form's `part`."""

    media: Media
    holder: dict[str, Any]
    key: str
    part: str


def telegram_kind(media: Media) -> str:
    """Our clips are OGG/Opus and shown as voice; sendAudio takes MP3 and M4A only."""
    if media.kind == "image":
        return "photo"
    if media.kind == "video":
        return "video"
    return "voice" if media.mime in _OGG else "audio"


def details(media: Media) -> dict[str, Any]:
    """What Telegram wants to know of sound and film: whole seconds, pixels."""
    known: dict[str, Any] = {}
    if media.kind == "image":
        return known
    if media.duration_ms is not None:
        known["duration"] = max(1, round(media.duration_ms / 1000))
    if media.kind == "video":
        known["supports_streaming"] = True
        if media.width and media.height:
            known |= {"width": media.width, "height": media.height}
    return known


def input_media(media: Media, part: str) -> tuple[dict[str, Any], Slot]:
    """An element of an album, or what an edit puts into a message."""
    item: dict[str, Any] = {"type": telegram_kind(media)} | details(media)
    return item, Slot(media, item, "media", part)


def file_id(message: Mapping[str, Any], kind: str) -> str:
    """The id of a message's file; of a photo, that of its largest size."""
    sent = message.get(kind) or message.get("document") or {}
    if isinstance(sent, list):
        sent = max(sent, key=lambda size: size["width"] * size["height"])
    return str(sent.get("file_id", ""))


class Files:
    """Calls that carry files."""

    def __init__(self, request: TelegramRequest, open_media: OpenMedia) -> None:
        self._request = request
        self._open = open_media

    async def call(self, method: str, payload: Payload, slots: Iterable[Slot]) -> tuple[Any, list[Media]]:
        """The result, and the media that were uploaded for it. A file id that went stale is uploaded again, once."""
        slots = list(slots)
        try:
            return await self._call(method, payload, slots, [slot for slot in slots if not slot.media.reference])
        except TelegramError as error:
            if not stale_file(error) or not any(slot.media.reference for slot in slots):
                raise
        return await self._call(method, payload, slots, slots)

    async def _call(
        self, method: str, payload: Payload, slots: list[Slot], uploaded: list[Slot]
    ) -> tuple[Any, list[Media]]:
        uploads = {slot.part: await self._upload(slot.media) for slot in uploaded}
        for slot in slots:
            if slot.part not in uploads:
                slot.holder[slot.key] = slot.media.reference
            elif slot.holder is payload:
                slot.holder.pop(slot.key, None)
            else:
                slot.holder[slot.key] = f"attach://{slot.part}"
        return await self._request.call(method, payload, uploads), [slot.media for slot in uploaded]

    async def _upload(self, media: Media) -> Upload:
        try:
            content = await asyncio.to_thread(self._open, media.sha256)
        except FileNotFoundError:
            raise ChatError("a file of this item is gone from the media folder", permanent=True, media=True) from None
        except OSError as error:
            raise ChatError(f"the media folder cannot be read ({type(error).__name__})") from None
        return Upload(content, media.mime, f"{media.kind}.{_ENDING.get(media.mime, 'bin')}")
