"""The page to mark on: its ways in, the item it shows, and what is sent from it."""

import json
import math
import re
import time
from typing import Any
from uuid import uuid4

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.buttons import Pressed, pack
from bot.chat import FieldErrors, Opened, Outcome, Submit, Toast
from bot.web import guard
from bot.web.answers import Json as JsonAnswer
from bot.web.guard import body_of, is_ours
from bot.web.house import House, language
from bot.web.media import SHA256, headers_of
from bot.web.ports import Guest, Json, Marking, Refused, WayIn
from bot.web.talk import KEY, text_in
from bot.web.templates import page

TELEGRAM = "https://telegram.org"
TELEGRAM_SCRIPT = f"{TELEGRAM}/js/telegram-web-app.js"
INSIDE_TELEGRAM = guard.POLICY.replace("script-src 'self'", f"script-src 'self' {TELEGRAM}").replace(
    "frame-ancestors 'none'", "frame-ancestors https://web.telegram.org"
)
"""Of the page inside Telegram alone: the script that every Mini App loads from there, and Telegram's web clients,
which show it in a frame. The script sets one style by innerHTML (`set_custom_style`, a scroll bar's looks), which stays
forbidden: that fails, and nothing else does."""
ENTER_BYTES = 16 * 1024
SMALL_BYTES = 4 * 1024
MARKS_BYTES = 4 * 1024 * 1024
"""A mask is a string of run lengths, about two characters a run. Twelve megapixels with twenty strokes across each of
4,000 columns are 160,000 runs, 320 kB; ten classes drawn like that fit, and a picture of noise does not."""
LARGE = 4 * 1024
"""Of what is longer the label is read before the transaction: about 10 ms of work, of which masks make most."""
NONCE_LENGTH = 24
NONCE = re.compile(r"[A-Za-z0-9_-]{1,24}")
LINK_LENGTH = 600
REASON_LENGTH = 200
NOTE_LENGTH = 1000
NOTE_BYTES = 16 * 1024
LAST_STEP = 10**9

Asked = dict[str, Any]


class Mark:
    """Every post carries a `key` of the page's own: sent again it changes nothing and has the same answer, with the
    item as it is by then."""

    def __init__(self, house: House, marking: Marking) -> None:
        self._house = house
        self._marking = marking

    def routes(self) -> list[Route]:
        gets = {
            "/mark/item": self.item,
            "/mark/media/{sha256}": self.media,
            "/mark/regions/{medium:int}": self.regions,
            "/mark/telegram/{nonce}": self.in_telegram,
            "/mark/link/{token}": self.by_link,
            "/mark/{nonce}": self.in_chat,
        }
        posts = {"enter": self.enter, "send": self.send, "skip": self.skip, "undo": self.undo}
        posts |= {"unsure": self.unsure, "flag": self.flag, "ask": self.ask}
        return [
            *(Route(path, endpoint, methods=["GET"]) for path, endpoint in gets.items()),
            *(Route(f"/mark/{name}", endpoint, methods=["POST"]) for name, endpoint in posts.items()),
        ]

    async def in_chat(self, request: Request) -> Response:
        if await self._house.visitor(request) is None:
            return RedirectResponse("/", 303)
        return HTMLResponse(page("mark", language(request)))

    async def by_link(self, request: Request) -> Response:
        """Looking at a link, as programs that show previews do, does not use it up: the page enters by it."""
        return HTMLResponse(page("mark", language(request)))

    async def in_telegram(self, request: Request) -> Response:
        html = page("mark", language(request), script=TELEGRAM_SCRIPT)
        return HTMLResponse(html, headers={"content-security-policy": INSIDE_TELEGRAM})

    async def enter(self, request: Request) -> Response:
        asked = await self._asked(request, ENTER_BYTES)
        opening, link = text_in(asked, "init_data", ENTER_BYTES), text_in(asked, "link", LINK_LENGTH)
        visitor = None if opening or link else await self._house.visitor(request)
        card = text_in(asked, "card", NONCE_LENGTH)
        way = WayIn(key=asked["key"], card=card, visitor=visitor, link=link, opening=opening)
        try:
            return JsonAnswer({"session": await self._marking.enter(way, language(request))})
        except Refused as error:
            return JsonAnswer({"error": str(error)}, 403)

    async def item(self, request: Request) -> Response:
        guest = await self._guest(request)
        return JsonAnswer(await self._item(guest))

    async def send(self, request: Request) -> Response:
        guest = await self._guest(request)
        asked = await self._asked(request, MARKS_BYTES)
        if "marks" not in asked:
            raise HTTPException(400)
        pressed, marks = _about(asked, "d"), json.dumps(asked["marks"])
        if len(marks) > LARGE:
            await self._marking.judge(guest, pressed.nonce, pressed.step, marks)
        return await self._does(guest, asked, pressed, marks=marks)

    async def skip(self, request: Request) -> Response:
        guest = await self._guest(request)
        asked = await self._asked(request, SMALL_BYTES)
        return await self._does(guest, asked, _about(asked, "k"), reason=text_in(asked, "reason", REASON_LENGTH))

    async def unsure(self, request: Request) -> Response:
        guest = await self._guest(request)
        asked = await self._asked(request, SMALL_BYTES)
        return await self._does(guest, asked, _about(asked, "n"))

    async def flag(self, request: Request) -> Response:
        guest = await self._guest(request)
        asked = await self._asked(request, NOTE_BYTES)
        return await self._does(guest, asked, _about(asked, "f"), note=text_in(asked, "note", NOTE_LENGTH).strip())

    async def ask(self, request: Request) -> Response:
        guest = await self._guest(request)
        asked = await self._asked(request, NOTE_BYTES)
        note = text_in(asked, "note", NOTE_LENGTH).strip()
        if not note:
            raise HTTPException(400)
        return await self._does(guest, asked, _about(asked, "q"), note=note)

    async def undo(self, request: Request) -> Response:
        guest = await self._guest(request)
        asked = await self._asked(request, SMALL_BYTES)
        return await self._does(guest, asked, Pressed("", guest.project, "u"))

    async def media(self, request: Request) -> Response:
        guest = await self._guest(request)
        sha = request.path_params["sha256"]
        held = SHA256.fullmatch(sha) and await self._marking.holds(guest, sha)
        found = await self._house.open_media(sha) if held else None
        if found is None:
            raise HTTPException(404)
        return FileResponse(found.path, media_type=found.mime, headers=headers_of(found))

    async def regions(self, request: Request) -> Response:
        guest = await self._guest(request)
        found = await self._marking.regions(guest, request.path_params["medium"])
        if found is None:
            raise HTTPException(404)
        headers = {"x-regions-size": f"{found.width}x{found.height}", "x-regions-parents": found.parents}
        return Response(found.body, media_type="application/octet-stream", headers=headers)

    async def _does(self, guest: Guest, asked: Asked, pressed: Pressed, **values: str) -> Response:
        about = _from(guest, "page:" + asked["key"])
        given = values | {"project": str(guest.project)}
        outcome = await self._house.receive(Submit(**about, data=pack(pressed), values=given))
        return await self._answer(guest, pressed, outcome)

    async def _answer(self, guest: Guest, pressed: Pressed, outcome: Outcome) -> Response:
        ack = outcome.ack
        if isinstance(ack, FieldErrors):
            field, sentence = next(iter(ack.errors.items()))
            if field == "marks":
                return JsonAnswer({"error": sentence}, 422)
            return JsonAnswer({"error": sentence, "item": await self._item(guest)}, 409)
        if isinstance(ack, Toast) and ack.alert:  # our fault: sent again, it would only fail again
            return JsonAnswer({"error": ack.text}, 422)
        said = ack.text if isinstance(ack, Toast) else await self._marking.told(guest, pressed.nonce)
        lasting = isinstance(ack, Toast) and ack.lasting
        return JsonAnswer({"said": said, "lasting": lasting, "item": await self._item(guest)})

    async def _item(self, guest: Guest) -> Json:
        """The item in hand, else the next one, which the chat brings."""
        found = await self._marking.item(guest)
        if found is None:
            event = Opened(**_from(guest, f"page:{uuid4()}"), place="page", data=pack(Pressed("", guest.project, "p")))
            await self._house.receive(event)
            found = await self._marking.item(guest)
        return found or {"card": None, "said": ""}

    async def _guest(self, request: Request) -> Guest:
        """Before a stranger's body is read they are turned away."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise HTTPException(401)
        try:
            guest = await self._marking.guest(token.strip(), language(request))
        except Refused as error:
            raise Over(str(error)) from None
        if not self._house.allowance.take(f"{guest.account} {guest.user}", time.monotonic()):
            raise HTTPException(429)
        return guest

    async def _asked(self, request: Request, most: int) -> Asked:
        if not is_ours(request, self._house.public_url, must_say=True):
            raise HTTPException(403)
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise HTTPException(415)
        try:
            asked = json.loads(await body_of(request, most), parse_constant=_no_number, parse_float=_finite)
        except (ValueError, RecursionError):
            raise HTTPException(400) from None
        if not isinstance(asked, dict) or not KEY.fullmatch(text_in(asked, "key", 36)):
            raise HTTPException(400)
        return asked


class Over(HTTPException):
    """A visit that is over, with the sentence that says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(401, sentence)


async def over(request: Request, error: Exception) -> Response:
    assert isinstance(error, Over)
    return JsonAnswer({"error": error.detail}, 401)


def _about(asked: Asked, action: str) -> Pressed:
    step = asked.get("step")
    nonce = text_in(asked, "card", NONCE_LENGTH)
    if not NONCE.fullmatch(nonce) or type(step) is not int or not 0 <= step <= LAST_STEP:
        raise HTTPException(400)
    return Pressed(nonce, step, action)


def _from(guest: Guest, key: str) -> Asked:
    return {
        "account": guest.account,
        "key": key,
        "user": guest.user,
        "chat": guest.chat,
        "language": guest.language,
    }


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("too great a number")
    return number
