"""What a page sends: taps, typed lines, corrections and forms become events; the answer is the acknowledgement."""

import json
import re
import time
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Route

from bot.chat import (
    Ack,
    Command,
    Edited,
    Event,
    FieldErrors,
    Form,
    Opened,
    OpenForm,
    Press,
    Reply,
    Submit,
    Toast,
)
from bot.web.answers import Json as JsonAnswer
from bot.web.bubbles import spoken_bubble, standing
from bot.web.guard import body_of, is_ours
from bot.web.house import House, language
from bot.web.ports import Visitor

BODY_BYTES = 256 * 1024
TEXT_LENGTH = 20_000
FIELDS = 20
KEY = re.compile(r"[0-9a-fA-F-]{32,36}")
_COMMAND = re.compile(r"/([a-z]{1,20})(?:\s+(.*))?", re.DOTALL)

CARRYING = ("join", "start")
"""Commands with the code of an invite."""

Asked = dict[str, Any]


class Talk:
    """The JSON a page posts. Each carries a `key` made by the page, so that it can be sent again without harm."""

    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> list[Route]:
        doors = {"press": self.press, "say": self.say, "edit": self.edit, "submit": self.submit, "open": self.open}
        posts = [Route(f"/chat/{name}", endpoint, methods=["POST"]) for name, endpoint in doors.items()]
        return [*posts, Route("/chat/me", self.me)]

    async def me(self, request: Request) -> JsonAnswer:
        visitor = await self._visitor(request)
        return JsonAnswer({"name": visitor.name})

    async def press(self, request: Request) -> JsonAnswer:
        visitor, asked = await self._asked(request)
        shown = standing(_number_in(asked, "message"), text_in(asked, "kind", 20))
        return await self._tell(Press(**_from(request, visitor, asked), data=text_in(asked, "data", 200), shown=shown))

    async def say(self, request: Request) -> JsonAnswer:
        visitor, asked = await self._asked(request)
        text, about = text_in(asked, "text", TEXT_LENGTH).strip(), _from(request, visitor, asked)
        if not text:
            raise HTTPException(400)
        command = _COMMAND.fullmatch(text)
        # A key of the keyboard is a command that nobody typed: it leaves no line in the chat.
        silent = command is not None and asked.get("silent") is True
        message = "" if silent else await self._keep(visitor, masked(text), about["key"])
        if command is not None:
            return await self._tell(Command(**about, word=command[1], argument=command[2] or ""))
        return await self._tell(Reply(**about, text=text, message=message, to=_number_in(asked, "to")))

    async def edit(self, request: Request) -> JsonAnswer:
        visitor, asked = await self._asked(request)
        text, message = text_in(asked, "text", TEXT_LENGTH).strip(), _number_in(asked, "message")
        changed = spoken_bubble(masked(text)) | {"edited": True}
        if not text or not await self._house.board.correct(visitor.user, message, changed):
            raise HTTPException(400)
        await self._house.browser.ring(visitor.user)
        return await self._tell(Edited(**_from(request, visitor, asked), text=text, message=message))

    async def submit(self, request: Request) -> JsonAnswer:
        visitor, asked = await self._asked(request)
        values = asked.get("values")
        if not isinstance(values, dict) or len(values) > FIELDS:
            raise HTTPException(400)
        filled = {str(name)[:100]: text_in(values, name, TEXT_LENGTH) for name in values}
        about = _from(request, visitor, asked)
        return await self._tell(Submit(**about, data=text_in(asked, "data", 200), values=filled))

    async def open(self, request: Request) -> JsonAnswer:
        visitor, asked = await self._asked(request)
        return await self._tell(Opened(**_from(request, visitor, asked), place="chat"))

    async def _keep(self, visitor: Visitor, text: str, key: str) -> str:
        row = await self._house.board.say(visitor.user, spoken_bubble(text), key)
        await self._house.browser.ring(visitor.user)
        return str(row)

    async def _tell(self, event: Event) -> JsonAnswer:
        outcome = await self._house.receive(event)
        return JsonAnswer(answer(outcome.ack))

    async def _asked(self, request: Request) -> tuple[Visitor, Asked]:
        """Who asks, and what; before a stranger's body is read they are turned away."""
        visitor = await self._visitor(request)
        if not self._house.allowance.take(visitor.user, time.monotonic()):
            raise HTTPException(429)
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise HTTPException(415)
        try:
            asked = json.loads(await body_of(request, BODY_BYTES))
        except (ValueError, RecursionError):
            raise HTTPException(400) from None
        if not isinstance(asked, dict) or not KEY.fullmatch(text_in(asked, "key", 36)):
            raise HTTPException(400)
        return visitor, asked

    async def _visitor(self, request: Request) -> Visitor:
        if not is_ours(request, self._house.public_url):
            raise HTTPException(403)
        visitor = await self._house.visitor(request)
        if visitor is None:
            raise HTTPException(401)
        return visitor


def masked(text: str) -> str:
    """What is kept of a typed line: the code of an invite is a secret."""
    command = _COMMAND.fullmatch(text)
    if command is not None and command[1] in CARRYING and command[2]:
        return f"/{command[1]} ••••"
    return text


def answer(ack: Ack) -> Asked:
    """The acknowledgement as the page reads it."""
    if isinstance(ack, Toast):
        return {"toast": ack.text, "alert": ack.alert}
    if isinstance(ack, FieldErrors):
        return {"errors": dict(ack.errors)}
    if isinstance(ack, OpenForm):
        return {"form": _form(ack.form)}
    return {}


def _form(form: Form) -> Asked:
    fields = [
        {
            "name": field.name,
            "title": field.title,
            "value": field.value,
            "long": field.long,
            "optional": field.optional,
            "limit": field.limit,
        }
        for field in form.fields
    ]
    return {"title": form.title, "data": form.data, "submit": form.submit, "fields": fields}


def _from(request: Request, visitor: Visitor, asked: Asked) -> Asked:
    return {
        "account": visitor.account,
        "key": "b" + asked["key"],
        "user": visitor.user,
        "chat": visitor.user,
        "name": visitor.name,
        "language": language(request),
    }


def _number_in(asked: Asked, name: str) -> str:
    """A message's number, as the page was told it; empty for none."""
    value = text_in(asked, name, 20)
    if value and not (value.isascii() and value.isdigit()):
        raise HTTPException(400)
    return value


def text_in(asked: Asked, name: str, limit: int) -> str:
    """A string of at most `limit` characters; left out it is empty, anything else is a bad request."""
    value = asked.get(name, "")
    if not isinstance(value, str) or len(value) > limit:
        raise HTTPException(400)
    return value
