"""The pages of a project's report, for whoever has its signed link. Nothing on them is a script."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.web.answers import Html
from bot.web.house import language
from bot.web.ports import Refused, Reporting, Sheet
from bot.web.templates import page, sheet

KEY_LENGTH = 400
TOKEN_LENGTH = 300


class Reports:
    def __init__(self, reporting: Reporting) -> None:
        self._reporting = reporting

    def routes(self) -> list[Route]:
        return [
            Route("/report/{token}", self.report, methods=["GET"]),
            Route("/report/{token}/item", self.item, methods=["GET"]),
        ]

    async def report(self, request: Request) -> Response:
        try:
            found: Sheet | None = await self._reporting.report(_token(request), language(request))
        except Refused as error:
            return _refused(request, error)
        return _shown(request, found)

    async def item(self, request: Request) -> Response:
        key = request.query_params.get("key", "")[:KEY_LENGTH]
        try:
            return _shown(request, await self._reporting.item(_token(request), key, language(request)))
        except Refused as error:
            return _refused(request, error)


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
