"""Messages on their way to Telegram: edited in place where it can, else sent anew and the former one shrunk."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from telegram.error import TelegramError

from bot.characters import cut, storable
from bot.chat import Media, Message, OpenMedia, OpenPage, Outgoing, Sending, Shown, ShownKind, no_page
from bot.chats.telegram_errors import changed_nothing, chat_error, holds_media, not_editable
from bot.chats.telegram_http import Flood, Lost, NotSent, Payload, TelegramRequest
from bot.chats.telegram_keyboard import keyboard
from bot.chats.telegram_media import ALBUM, SEND, Files, Slot, details, file_id, input_media, telegram_kind
from bot.chats.telegram_text import CAPTION_UNITS, PLACEHOLDER_UNITS, TEXT_UNITS, length, render

SHORT_PAUSE_SECONDS = 5.0
_NO_PREVIEW = {"is_disabled": True}
_IN_PLACE: dict[ShownKind, frozenset[ShownKind]] = {
    "text": frozenset({"text"}),
    "image": frozenset({"text", "image", "video"}),
    "video": frozenset({"text", "image", "video"}),
}
"""What a message may be edited into, by what it becomes. Media never turns back into text; voice is not editable, and
a message of sound is not told apart from it."""

log = logging.getLogger("labelbot.telegram")


@dataclass(slots=True)
class _Begun:
    """A message of several parts, some of which have arrived: a repetition goes on from there."""

    done: int = 0
    references: dict[int, str] = field(default_factory=dict)


class Sender:
    """Shows outgoing messages."""

    def __init__(self, request: TelegramRequest, open_media: OpenMedia, open_page: OpenPage = no_page) -> None:
        self._request = request
        self._open_page = open_page
        self._files = Files(request, open_media)
        self._begun: dict[int, _Begun] = {}

    async def send(self, outgoing: Outgoing) -> Sending:
        """Raises ChatError."""
        letter = _Letter(outgoing, self._open_page)
        if letter.editable:
            sending = await self._in_place(letter)
            if sending is not None:
                return sending
        try:
            sending = await (self._parts(letter) if letter.apart else self._single(letter))
        except TelegramError as error:
            failed = chat_error(error, fresh=True, media=bool(letter.message.media))
            if failed.permanent or failed.unknown:
                self._begun.pop(outgoing.id, None)
            raise failed from None
        if letter.message.replaces is not None:
            await self._shrink(letter, letter.message.replaces)
        return sending

    async def _in_place(self, letter: "_Letter") -> Sending | None:
        """None where Telegram no longer lets us edit the message. A lost call is made once more: an edit bears it."""
        assert letter.message.replaces is not None
        shown = Shown(letter.message.replaces.message, letter.kind)
        try:
            try:
                return await self._edit(letter, shown)
            except (Lost, NotSent):
                return await self._edit(letter, shown)
        except TelegramError as error:
            if changed_nothing(error):
                return Sending(shown)
            if not_editable(error):
                return None
            raise chat_error(error, fresh=False, media=bool(letter.message.media)) from None

    async def _edit(self, letter: "_Letter", shown: Shown) -> Sending:
        payload: Payload = {"chat_id": letter.chat, "message_id": int(shown.message)}
        if not letter.message.media:
            await self._request.call("editMessageText", payload | letter.text() | letter.markup())
            return Sending(shown)
        item, slot = input_media(letter.message.media[0], "file0")
        item |= letter.caption()
        payload |= {"media": item} | letter.markup()
        return Sending(shown, await self._with_files("editMessageMedia", payload, [slot]))

    async def _with_files(self, method: str, payload: Payload, slots: Sequence[Slot]) -> dict[int, str]:
        """The ids Telegram gave to what was uploaded, by media id."""
        result, uploaded = await self._files.call(method, payload, slots)
        messages = result if isinstance(result, list) else [result]
        sent = zip([slot.media for slot in slots], messages, strict=True)
        learnt = {media.id: file_id(message, telegram_kind(media)) for media, message in sent if media in uploaded}
        return {media: reference for media, reference in learnt.items() if reference}

    async def _single(self, letter: "_Letter") -> Sending:
        """A text, or one file with the text as its caption."""
        payload = {"chat_id": letter.chat} | letter.markup(new=True)
        if not letter.message.media:
            result = await self._request.call("sendMessage", payload | letter.text())
            return Sending(Shown(str(result["message_id"])))
        media = letter.message.media[0]
        kind = telegram_kind(media)
        payload |= letter.caption() | details(media)
        result, uploaded = await self._files.call(SEND[kind], payload, [Slot(media, payload, kind, kind)])
        references = {media.id: file_id(result, kind)} if uploaded else {}
        return Sending(Shown(str(result["message_id"]), media.kind), references)

    async def _parts(self, letter: "_Letter") -> Sending:
        """The files first, then the text with the buttons, which an album cannot carry: that one counts."""
        begun = self._begun.setdefault(letter.id, _Begun())
        for group in _groups(letter.message.media)[begun.done :]:
            begun.references |= await self._group(letter.chat, group)
            begun.done += 1
        payload = {"chat_id": letter.chat} | letter.text() | letter.markup(new=True)
        result = await self._request.call("sendMessage", payload)
        del self._begun[letter.id]
        return Sending(Shown(str(result["message_id"]), "mixed"), begun.references)

    async def _group(self, chat: int | str, group: Sequence[Media]) -> dict[int, str]:
        if len(group) == 1:
            kind = telegram_kind(group[0])
            payload = {"chat_id": chat} | details(group[0])
            return await self._with_files(SEND[kind], payload, [Slot(group[0], payload, kind, kind)])
        items = [input_media(media, f"file{number}") for number, media in enumerate(group)]
        album: Payload = {"chat_id": chat, "media": [item for item, _ in items]}
        return await self._with_files("sendMediaGroup", album, [slot for _, slot in items])

    async def _shrink(self, letter: "_Letter", former: Shown) -> None:
        """The new message stands already: whatever goes wrong here is not worth failing for."""
        method, payload = letter.remains(former)
        try:
            await self._soon(method, payload)
        except TelegramError as error:
            if changed_nothing(error):
                return
            log.info("a former message could not be shrunk (%s)", type(error).__name__)

    async def _soon(self, method: str, payload: Payload) -> None:
        try:
            await self._request.call(method, payload)
        except (Lost, NotSent):
            await self._request.call(method, payload)
        except Flood as flood:
            if flood.seconds > SHORT_PAUSE_SECONDS:
                raise
            await asyncio.sleep(flood.seconds)
            await self._request.call(method, payload)
        except TelegramError as error:
            if not holds_media(error):
                raise
            await self._request.call("editMessageCaption", _captioned(payload))


class _Letter:
    """An outgoing message in Telegram's terms."""

    def __init__(self, outgoing: Outgoing, open_page: OpenPage) -> None:
        message = outgoing.message
        self.id = outgoing.id
        self.chat: int | str = int(outgoing.chat) if outgoing.chat.lstrip("-").isdigit() else outgoing.chat
        self.message: Message = message
        self.apart = len(message.media) > 1 or (bool(message.media) and length(message.text) > CAPTION_UNITS)
        self.kind: ShownKind = "mixed" if self.apart else message.media[0].kind if message.media else "text"
        # In a group an @name would call somebody; ids of groups and channels are negative.
        self._private = isinstance(self.chat, int) and self.chat > 0
        # Pages open inside Telegram in private chats only.
        self._opens = partial(open_page, outgoing.chat) if self._private else partial(no_page, "")

    @property
    def editable(self) -> bool:
        former = self.message.replaces
        if former is None or self.message.fresh or not former.message.isdigit():
            return False
        return former.kind in _IN_PLACE.get(self.kind, ())

    def text(self) -> Payload:
        text, entities = render(self.message.text, TEXT_UNITS, mentions=self._private)
        return {"text": text, "entities": entities, "link_preview_options": _NO_PREVIEW}

    def caption(self) -> Payload:
        if not self.message.text:
            return {}
        caption, entities = render(self.message.text, CAPTION_UNITS, mentions=self._private)
        return {"caption": caption, "caption_entities": entities}

    def markup(self, *, new: bool = False) -> Payload:
        """Buttons; a new message without any that waits for words opens the reply box instead."""
        if (buttons := keyboard(self.message.buttons, self._opens)) is not None:
            return {"reply_markup": buttons}
        if not (new and self.message.typed):
            return {}
        hint = cut(storable(self.message.placeholder), PLACEHOLDER_UNITS).strip()
        reply: dict[str, Any] = {"force_reply": True}
        return {"reply_markup": reply | ({"input_field_placeholder": hint} if hint else {})}

    def remains(self, former: Shown) -> tuple[str, Payload]:
        """The call that shrinks the former message; what it does not mention, its buttons among it, goes."""
        payload: Payload = {"chat_id": self.chat, "message_id": int(former.message)}
        if (buttons := keyboard(self.message.remains_buttons, self._opens)) is not None:
            payload["reply_markup"] = buttons
        if not self.message.remains:
            return "editMessageReplyMarkup", payload
        text, entities = render(self.message.remains, CAPTION_UNITS, mentions=self._private)
        payload |= {"text": text, "entities": entities, "link_preview_options": _NO_PREVIEW}
        if former.kind in {"text", "mixed"}:
            return "editMessageText", payload
        return "editMessageCaption", _captioned(payload)


def _captioned(payload: Payload) -> Payload:
    """The same edit for a message that has a caption."""
    kept = {key: payload[key] for key in ("chat_id", "message_id", "reply_markup") if key in payload}
    return kept | {"caption": payload["text"], "caption_entities": payload["entities"]}


def _groups(media: Sequence[Media]) -> list[list[Media]]:
    """Albums of pictures and films, and each clip by itself, in their order."""
    groups: list[list[Media]] = []
    for each in media:
        last = groups[-1] if groups else []
        if each.kind != "audio" and last and last[-1].kind != "audio" and len(last) < ALBUM:
            last.append(each)
        else:
            groups.append([each])
    return groups
