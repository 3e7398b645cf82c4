"""The web application: which address leads where. It is handed everything it works with."""

from collections.abc import Iterator, Mapping

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from bot.chat import Receive
from bot.chats.browser import BrowserChat
from bot.web import templates
from bot.web.entry import Entry
from bot.web.guard import Shield
from bot.web.hooks import Gauges, Hooks
from bot.web.house import Allowance, House, language
from bot.web.mark import Mark, Over, over
from bot.web.media import Media
from bot.web.ports import Ailment, Board, Counters, Marking, OpenMedia, Reception, Reporting, SlackHook, TelegramHook
from bot.web.reports import Reports
from bot.web.stream import Streams
from bot.web.talk import Talk
from bot.wording import phrase, say

SAID = {401, 404, 413, 429, 500}
"""Statuses with a sentence of their own."""


async def _well() -> str:
    return ""


def _nothing() -> Mapping[str, float]:
    return {}


def build(
    *,
    browser: BrowserChat,
    board: Board,
    receive: Receive,
    reception: Reception,
    open_media: OpenMedia,
    marking: Marking | None = None,
    reporting: Reporting | None = None,
    public_url: str = "",
    local_only: bool = False,
    allowance: Allowance | None = None,
    on_telegram: TelegramHook | None = None,
    on_slack: SlackHook | None = None,
    counters: Counters = _nothing,
    ailment: Ailment = _well,
) -> Starlette:
    """`local_only` answers on this machine alone, as the demo does. A webhook left out is no address at all.

    `counters` are numbers by name for /metrics; `ailment` says what ails the process, for /healthz.
    """
    house = House(
        browser=browser,
        board=board,
        receive=receive,
        reception=reception,
        open_media=open_media,
        public_url=public_url,
        allowance=allowance or Allowance(),
    )
    counts: dict[str, int] = {}
    return Starlette(
        routes=[
            *_pages(house, marking, reporting),
            *Hooks(on_telegram, on_slack).routes(),
            *Gauges(house, counts, counters, ailment).routes(),
            *templates.routes(),
        ],
        middleware=[Middleware(Shield, counts=counts, secure=house.secure, local_only=local_only, failed=_failed)],
        exception_handlers={Over: over, HTTPException: _refused},
    )


def _pages(house: House, marking: Marking | None, reporting: Reporting | None) -> Iterator[Route]:
    """What people open, and what their pages ask for."""
    for each in (Entry(house), Talk(house), Streams(house), Media(house)):
        yield from each.routes()
    if marking is not None:
        yield from Mark(house, marking).routes()
    if reporting is not None:
        yield from Reports(reporting, house.open_media).routes()


async def _refused(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    words = language(request)
    sentence = say(words, phrase(f"page.error.{status if status in SAID else 'other'}"))
    if request.url.path.startswith("/chat/") or "text/html" not in request.headers.get("accept", ""):
        return JSONResponse({"error": sentence}, status, headers)
    return HTMLResponse(templates.page("error", words, sentence=sentence), status, headers)


async def _failed(request: Request) -> Response:
    """Our bug: it was logged; the person hears one sentence and their page tries again."""
    return await _refused(request, HTTPException(500))
