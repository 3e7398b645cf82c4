"""Everything the routes share: who is signed in, the chat, and where events go."""

import re
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from bot.chat import Receive
from bot.chats.browser import BrowserChat
from bot.web.ports import Board, OpenMedia, Reception, Visitor

COOKIE_SECONDS = 30 * 24 * 3600
KNOWN_VISITORS = 1000
KNOWN_SECONDS = 60.0
"""How long a session is taken on trust, so that a tap costs no look at it; a session ended elsewhere lives so long."""
ADDRESSES = 4096
WRONG_TRIES = 20
WINDOW_SECONDS = 600.0
BURST = 200
PER_SECOND = 20.0
"""What one person may send: far more than hands can, and so little that a program of theirs leaves room for others."""
PERSON = re.compile(r"u[0-9a-f]{16}")
"""A person's external id, which is the name of their chat too."""


@dataclass(slots=True)
class Allowance:
    """What each person may still send: `burst` at once, then `per_second`."""

    burst: int = BURST
    per_second: float = PER_SECOND
    _left: "OrderedDict[str, tuple[float, float]]" = field(default_factory=OrderedDict)

    def take(self, user: str, now: float) -> bool:
        """Whether there was one left. `now` is in seconds, of a clock that never goes back."""
        since, left = self._left.pop(user, (now, float(self.burst)))
        left = min(self.burst, left + (now - since) * self.per_second)
        self._left[user] = (now, left - 1 if left >= 1 else left)
        while len(self._left) > KNOWN_VISITORS:
            self._left.popitem(last=False)
        return left >= 1


@dataclass(slots=True, kw_only=True)
class House:
    browser: BrowserChat
    board: Board
    receive: Receive
    reception: Reception
    open_media: OpenMedia
    public_url: str = ""
    allowance: Allowance = field(default_factory=Allowance)
    _known: "OrderedDict[str, tuple[float, Visitor]]" = field(default_factory=OrderedDict)

    @property
    def secure(self) -> bool:
        return self.public_url.startswith("https://")

    def cookie(self, request: Request) -> str:
        """The name of the session cookie. Cookies do not tell ports apart, so two demos on one machine need two."""
        if self.secure:
            return "__Host-labelbot"
        return f"labelbot{_port(request)}"

    async def visitor(self, request: Request) -> Visitor | None:
        token = request.cookies.get(self.cookie(request), "")
        if not token:
            return None
        found = self._known.get(token)
        if found is not None and found[0] > time.monotonic():
            return found[1]
        visitor = await self.reception.visitor(token)
        self._remember(token, visitor)
        return visitor

    async def may_read(self, visitor: Visitor, channel: str) -> bool:
        """A person's own chat is never a channel, whatever a project calls its own."""
        return not PERSON.fullmatch(channel) and await self.reception.may_read(visitor.user, channel)

    def _remember(self, token: str, visitor: Visitor | None) -> None:
        self._known.pop(token, None)
        if visitor is not None:
            self._known[token] = (time.monotonic() + KNOWN_SECONDS, visitor)
        while len(self._known) > KNOWN_VISITORS:
            self._known.popitem(last=False)

    def hand_cookie(self, request: Request, response: Response, token: str) -> None:
        response.set_cookie(
            self.cookie(request),
            token,
            max_age=COOKIE_SECONDS,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )

    def renew_cookie(self, request: Request, response: Response) -> None:
        self.hand_cookie(request, response, request.cookies[self.cookie(request)])


@dataclass(slots=True)
class WrongTries:
    """Counts wrong invites by address. In memory on purpose: guessing must not make us write."""

    _since: "OrderedDict[str, tuple[float, int]]" = field(default_factory=OrderedDict)

    def too_many(self, address: str) -> bool:
        since, count = self._since.get(address, (0.0, 0))
        return count >= WRONG_TRIES and time.monotonic() - since < WINDOW_SECONDS

    def add(self, address: str) -> None:
        since, count = self._since.pop(address, (0.0, 0))
        fresh = count == 0 or time.monotonic() - since >= WINDOW_SECONDS
        self._since[address] = (time.monotonic(), 1) if fresh else (since, count + 1)
        while len(self._since) > ADDRESSES:
            self._since.popitem(last=False)


def new_person() -> str:
    return f"u{secrets.token_hex(8)}"


def language(request: Request) -> str:
    """The first language the browser asks for, "" where it says none."""
    first = request.headers.get("accept-language", "").split(",")[0].split(";")[0].strip()
    return first[:20] if first.replace("-", "").isalnum() and first.isascii() else ""


def address(request: Request) -> str:
    return request.client.host if request.client else ""


def _port(request: Request) -> str:
    try:
        return str(urlsplit(f"//{request.headers.get('host', '')}").port or "")
    except ValueError:
        return ""
