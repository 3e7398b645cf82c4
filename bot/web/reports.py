"""The pages of a project's report, for whoever has its signed link. Nothing on them is a script."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from bot.web.answers import Html
from bot.web.house import language
from bot.web.media import SHA256, headers_of
from bot.web.ports import OpenMedia, Refused, Reporting, Sheet
from bot.web.templates import page, sheet

KEY_LENGTH = 400
TOKEN_LENGTH = 300


class Reports:
    def __init__(self, reporting: Reporting, open_media: OpenMedia) -> None:
        self._reporting = reporting
        self._open_media = open_media

    def routes(self) -> list[Route]:
        return [
            Route("/report/{token}", self.report, methods=["GET"]),
            Route("/report/{token}/item", self.item, methods=["GET"]),
            Route("/report/{token}/media/{sha256}", self.media, methods=["GET"]),
        ]

    async def report(self, request: Request) -> Response:
        try:
            fields = dict(request.query_params)
            found: Sheet | None = await self._reporting.report(_token(request), fields, language(request))
        except Refused as error:
            return _refused(request, error)
        return _shown(request, found)

    async def item(self, request: Request) -> Response:
        key = request.query_params.get("key", "")[:KEY_LENGTH]
        try:
            return _shown(request, await self._reporting.item(_token(request), key, language(request)))
        except Refused as error:
            return _refused(request, error)

    async def media(self, request: Request) -> Response:
        """A file of an item, for whoever may read its page."""
        sha, key = request.path_params["sha256"], request.query_params.get("item", "")[:KEY_LENGTH]
        if not SHA256.fullmatch(sha):
            raise HTTPException(404)
        try:
            held = await self._reporting.holds(_token(request), key, sha, language(request))
        except Refused as error:
            return _refused(request, error)
        found = await self._open_media(sha) if held else None
        if found is None:
            raise HTTPException(404)
        # A link ends, and what it showed is not to be had from the browser's memory after that.
        headers = headers_of(found) | {"cache-control": "private, max-age=3600", "referrer-policy": "no-referrer"}
        return FileResponse(found.path, media_type=found.mime, headers=headers)


def _token(request: Request) -> str:
    token: str = request.path_params["token"]
    if len(token) > TOKEN_LENGTH:
        raise HTTPException(404)
    return token


def _shown(request: Request, found: Sheet | None) -> Response:
    if found is None:
        raise HTTPException(404)
    # The address is the key: it is told to nobody the page links to.
    headers = {"referrer-policy": "no-referrer"}
    return Html(sheet(found.title, found.body, language(request)), headers=headers)


def _refused(request: Request, error: Refused) -> Response:
    return HTMLResponse(page("error", language(request), sentence=str(error)), 403)
