"""Pictures and sound on their way to Slack: uploaded, waited for, remembered."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from typing import TypeVar

from bot.chat import ChatError, Media, OpenMedia
from bot.chats.slack_api import Api, SlackError

PICTURES = {"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif"}
"""What an image block shows (docs.slack.dev, image block)."""
_ENDINGS = PICTURES | {
    "audio/mpeg": ".mp3",
    "audio/mp4": ".m4a",
    "audio/ogg": ".ogg",
    "audio/wav": ".wav",
    "audio/x-wav": ".wav",
    "audio/flac": ".flac",
    "audio/webm": ".webm",
    "video/mp4": ".mp4",
    "video/webm": ".webm",
    "video/quicktime": ".mov",
}
REMEMBERED = 20_000

K = TypeVar("K")
V = TypeVar("V")


@dataclass
class _Upload:
    file: str
    ready: bool = False


class Files:
    """Uploads of one workspace. `patience`: seconds to wait for Slack's processing before another card goes first."""

    def __init__(self, api: Api, open_media: OpenMedia, patience: float) -> None:
        self._api = api
        self._open = open_media
        self._patience = patience
        self._pictures: OrderedDict[str, _Upload] = OrderedDict()
        self._shared: OrderedDict[tuple[int, int], str] = OrderedDict()
        self._locks: dict[str, asyncio.Lock] = {}

    async def picture(self, media: Media) -> str:
        """The id of a processed file to show in an image block. Raises ChatError(retry_after) while it is not ready."""
        if media.reference:
            return media.reference
        if media.mime not in PICTURES:
            raise ChatError(f"Slack shows PNG, JPEG and GIF, not {media.mime}", permanent=True, media=True)
        async with self._locks.setdefault(media.sha256, asyncio.Lock()):
            return await self._ready(media)

    async def _ready(self, media: Media) -> str:
        upload = self._pictures.get(media.sha256)
        if upload is None:
            file = await self._upload(media)
            await self._complete(media, file, "")
            upload = _remember(self._pictures, media.sha256, _Upload(file))
        if not upload.ready:
            await self._wait(upload.file)
            upload.ready = True
        self._locks.pop(media.sha256, None)
        return upload.file

    def forget(self, media: Media) -> None:
        """Upload it anew next time: Slack does not know the file any more."""
        self._pictures.pop(media.sha256, None)

    async def share(self, media: Media, channel: str, outgoing: int) -> None:
        """Post sound or film as a message of its own and wait until it stands there.

        A second attempt at the same outgoing message does not share it twice.
        """
        key = (outgoing, media.id)
        file = self._shared.get(key)
        if file is None:
            file = await self._upload(media)
            await self._complete(media, file, channel)
            _remember(self._shared, key, file)
        await self._wait(file, channel)

    async def _upload(self, media: Media) -> str:
        data = await self._content(media)
        request = {"filename": file_name(media), "length": len(data)}
        answer = await self._api.call("files.getUploadURLExternal", request, form=True)
        await self._api.upload(str(answer["upload_url"]), data)
        return str(answer["file_id"])

    async def _content(self, media: Media) -> bytes:
        try:
            return await asyncio.to_thread(self._open, media.sha256)
        except FileNotFoundError:
            raise ChatError("a file of this item is gone from the media folder", permanent=True, media=True) from None
        except OSError as error:
            raise ChatError(f"the media folder cannot be read ({type(error).__name__})") from None

    async def _complete(self, media: Media, file: str, channel: str) -> None:
        body: dict[str, object] = {"files": [{"id": file, "title": file_name(media)}]}
        await self._api.call("files.completeUploadExternal", body | ({"channel_id": channel} if channel else {}))

    async def _wait(self, file: str, channel: str = "") -> dict[str, object]:
        """Poll until Slack knows what the file is (before that an image block with it is refused) and, for a shared
        one, until it stands in its channel (before that a card may come to stand above its sound)."""
        pause, waited = 0.1, 0.0
        while True:
            await asyncio.sleep(pause)
            waited += pause
            found: dict[str, object] = (await self._api.call("files.info", {"file": file}, form=True))["file"]
            is_known = bool(found.get("mimetype"))
            if is_known and (not channel or _ts_in(found, channel) or waited >= self._patience):
                return found
            if not is_known and waited >= self._patience:
                raise SlackError("Slack has not processed the file yet", code="unprocessed", retry_after=1.0)
            pause = min(pause * 1.6, 1.5)


def file_name(media: Media) -> str:
    """Says nothing about the item: people's file names may tell the answer."""
    return f"item-{media.id}{_ENDINGS.get(media.mime, '')}"


def _ts_in(file: dict[str, object], channel: str) -> str:
    shares = file.get("shares")
    for places in shares.values() if isinstance(shares, dict) else ():
        for share in places.get(channel, ()):
            return str(share.get("ts") or "")
    return ""


def _remember(known: OrderedDict[K, V], key: K, value: V) -> V:
    known[key] = value
    if len(known) > REMEMBERED:
        known.popitem(last=False)
    return value
