"""The pages: the chat, the way in by an invite, and a channel to read."""

import unicodedata
from urllib.parse import parse_qs, quote
from uuid import uuid4

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.chat import Command
from bot.web.guard import body_of, is_ours
from bot.web.house import House, WrongTries, address, language, new_person
from bot.web.ports import Invitation, Visitor
from bot.web.templates import page
from bot.wording import phrase, say

NAME_LENGTH = 60
FORM_BYTES = 4096
CODE_LENGTH = 100


class Entry:
    def __init__(self, house: House) -> None:
        self._house = house
        self._tries = WrongTries()

    def routes(self) -> list[Route]:
        return [
            Route("/", self.chat, methods=["GET"]),
            Route("/join", self.typed_code, methods=["GET"]),
            Route("/join/{code}", self.ask, methods=["GET"]),
            Route("/join/{code}", self.join, methods=["POST"]),
            Route("/channel/{name}", self.channel, methods=["GET"]),
        ]

    async def chat(self, request: Request) -> Response:
        visitor = await self._house.visitor(request)
        if visitor is None:
            return HTMLResponse(page("door", language(request)))
        response = HTMLResponse(page("chat", language(request), name=visitor.name))
        self._house.renew_cookie(request, response)
        return response

    async def typed_code(self, request: Request) -> Response:
        """Somebody typed or pasted a code, or the whole link."""
        code = request.query_params.get("code", "").strip().rstrip("/").rpartition("/")[2]
        return RedirectResponse(f"/join/{quote(code[:CODE_LENGTH], safe='')}" if code else "/", 303)

    async def ask(self, request: Request) -> Response:
        visitor = await self._house.visitor(request)
        invitation = await self._invitation(request)
        home = await self._straight_in(request, visitor, invitation)
        if home is not None:
            return home
        return self._refusal(request) if invitation is None else self._form(request, invitation, visitor)

    async def join(self, request: Request) -> Response:
        if not is_ours(request, self._house.public_url, must_say=True):
            raise HTTPException(403)
        visitor = await self._house.visitor(request)
        name = visitor.name if visitor else _name(await body_of(request, FORM_BYTES))
        invitation = await self._invitation(request)
        home = await self._straight_in(request, visitor, invitation)
        if home is not None:
            return home
        if invitation is None:
            return self._refusal(request)
        if not name:
            return self._form(request, invitation, None, wrong=True)
        return await self._let_in(request, visitor, name)

    async def channel(self, request: Request) -> Response:
        visitor = await self._house.visitor(request)
        if visitor is None:
            return RedirectResponse("/", 303)
        name = request.path_params["name"]
        if not await self._house.may_read(visitor, name):
            raise HTTPException(404)
        return HTMLResponse(page("channel", language(request), name=name))

    async def _straight_in(
        self, request: Request, visitor: Visitor | None, invitation: Invitation | None
    ) -> Response | None:
        """To the chat, for whom there is nothing to ask: a demo's owner who comes back, and somebody signed in whom
        the invite gives nothing new. Whether it opens a project or is wrong, the chat says."""
        code = request.path_params["code"]
        owner = await self._house.reception.returning(code)
        if owner is not None and (visitor is None or visitor.user != owner.user):
            response = RedirectResponse("/", 303)
            self._house.hand_cookie(request, response, await self._house.reception.start(owner.user, owner.name))
            return response
        if visitor is None:
            return None
        if owner is None:
            if invitation is not None and not await self._house.reception.leads_home(visitor.user, code):
                return None
            await self._tell(request, visitor.user, visitor.name)
        return RedirectResponse("/", 303)

    async def _let_in(self, request: Request, visitor: Visitor | None, name: str) -> Response:
        """The session comes first: an invite that was used up must not leave its person outside. It is handed over
        last: of two who spend a single invite at once only one gets in."""
        user = visitor.user if visitor else new_person()
        token = "" if visitor else await self._house.reception.start(user, name)
        await self._tell(request, user, name)
        response = RedirectResponse("/", 303)
        if token and not await self._house.reception.belongs(user):
            await self._house.reception.end(token)
            return self._refusal(request)
        if token:
            self._house.hand_cookie(request, response, token)
        return response

    async def _tell(self, request: Request, user: str, name: str) -> None:
        """The bot spends the invite; for those who are in already it opens the project."""
        await self._house.receive(
            Command(
                account=self._house.browser.account,
                key=f"b{uuid4()}",
                user=user,
                chat=user,
                name=name,
                language=language(request),
                word="join",
                argument=request.path_params["code"][:CODE_LENGTH],
            )
        )

    async def _invitation(self, request: Request) -> Invitation | None:
        code = request.path_params["code"]
        where = address(request)
        if self._tries.too_many(where):
            raise HTTPException(429)
        invitation = await self._house.reception.invitation(code) if len(code) <= CODE_LENGTH else None
        if invitation is None and await self._house.reception.returning(code) is None:
            self._tries.add(where)
        return invitation

    def _refusal(self, request: Request) -> Response:
        return HTMLResponse(page("door", language(request), wrong=True), 404)

    def _form(self, request: Request, found: Invitation, visitor: Visitor | None, wrong: bool = False) -> Response:
        words = language(request)
        into = say(words, phrase("page.join.into", title=found.title) if found.title else phrase("page.join.all"))
        role = say(words, phrase(f"page.role.{found.role}"))
        code = quote(request.path_params["code"], safe="")
        known = visitor.name if visitor else ""
        form = "start" if found.trial else "join"
        html = page(form, words, into=into, role=role, code=code, known=known, wrong=wrong)
        return HTMLResponse(html, 400 if wrong else 200)


def _name(body: bytes) -> str:
    """The name of a filled-in form, in one line without control characters."""
    given = parse_qs(body.decode("utf-8", "replace")).get("name", [""])[0]
    shown = "".join(" " if sign.isspace() else sign for sign in given if _visible(sign))
    return " ".join(shown.split())[:NAME_LENGTH].strip()


def _visible(sign: str) -> bool:
    return sign.isspace() or unicodedata.category(sign) not in ("Cc", "Cs", "Cf") or sign == "\u200d"
