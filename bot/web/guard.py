"""What every request passes: security headers, who may ask from where, and how much may be sent."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.delivery import bare

log = logging.getLogger("labelbot")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Not no-referrer: with it browsers send "Origin: null" with our own forms.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), payment=()",
}
STRICT_TRANSPORT = "max-age=31536000"
LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")
BODY_SECONDS = 60.0
"""Enough for the largest mask over a slow line."""
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


Failed = Callable[[Request], Awaitable[Response]]
"""What is answered where the fault is ours."""


async def _failed(request: Request) -> Response:
    return Response(status_code=500)


class Shield:
    """Puts the security headers on every answer and counts the answers by their status class. What fails is logged
    without its words, which may be a person's, and without the address, which may be a key."""

    def __init__(
        self, app: ASGIApp, counts: dict[str, int], secure: bool, local_only: bool, failed: Failed = _failed
    ) -> None:
        self._app = app
        self._failed = failed
        self._counts = counts
        self._local_only = local_only
        self._headers = HEADERS | ({"strict-transport-security": STRICT_TRANSPORT} if secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        begun = False

        async def guarded(message: Message) -> None:
            nonlocal begun
            begun = True
            if message["type"] == "http.response.start":
                self._finish(message)
            await send(message)

        if self._local_only and not is_local(Request(scope)):
            await _refuse(guarded)
            return
        try:
            await self._app(scope, receive, guarded)
        except Exception as error:
            log.error("a request failed: %s", type(error).__name__, exc_info=bare(error))
            if not begun:
                answer = await self._failed(Request(scope))
                await answer(scope, receive, guarded)

    def _finish(self, message: Message) -> None:
        headers = MutableHeaders(scope=message)
        framed = "frame-ancestors" in headers.get("content-security-policy", "")
        for name, value in self._headers.items():
            # A page that says itself who may frame it: the older header knows only "nobody".
            if not (framed and name == "x-frame-options"):
                headers.setdefault(name, value)
        headers.setdefault("cache-control", "no-store")
        group = f"{message['status'] // 100}xx"
        self._counts[group] = self._counts.get(group, 0) + 1


async def _refuse(send: Send) -> None:
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def is_local(request: Request) -> bool:
    """Asked on this machine, by one of its own names and not through a proxy: a page elsewhere whose name was made to
    point here, or a tunnel that ends here, is not local."""
    host = request.client.host if request.client else ""
    named = _host_name(request.headers.get("host", ""))
    return host in LOCAL_NAMES and named in LOCAL_NAMES and not any(name in request.headers for name in FORWARDED)


def is_ours(request: Request, public_url: str, *, must_say: bool = False) -> bool:
    """Whether a page of ours sent this request. `must_say`: a request that does not say where it is from is not."""
    origin = request.headers.get("origin")
    if origin is not None:
        place = _place(origin)
        return place != "" and place in (request.headers.get("host", ""), _place(public_url))
    site = request.headers.get("sec-fetch-site")
    return not must_say if site is None else site in ("same-origin", "none")


async def body_of(request: Request, limit: int, seconds: float = BODY_SECONDS) -> bytes:
    """The body, read no further than `limit` bytes; above it the answer is 413 and nothing was kept. One that has not
    come in `seconds` is not waited for (408): who sends a byte now and then would hold what came so far for ever."""
    told = request.headers.get("content-length", "")
    if told.isdigit() and int(told) > limit:
        raise HTTPException(413)
    try:
        async with asyncio.timeout(seconds):
            return await _read(request, limit)
    except TimeoutError:
        raise HTTPException(408) from None


async def _read(request: Request, limit: int) -> bytes:
    parts, size = [], 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > limit:
                raise HTTPException(413)
            parts.append(part)
    except ClientDisconnect:  # no fault of ours: nobody is there any more to be answered, and nothing to be logged
        raise HTTPException(400) from None
    return b"".join(parts)


def _place(address: str) -> str:
    """Host and port, as they stand there; empty for what is no address."""
    try:
        return urlsplit(address).netloc
    except ValueError:
        return ""


def _host_name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
