"""What machines ask for: the platforms' webhooks, health, and counters for this machine alone."""

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.web.guard import body_of, is_local
from bot.web.house import House
from bot.web.ports import Ailment, Counters, Headers, SlackHook, TelegramHook

HOOK_BYTES = 1024 * 1024


class Hooks:
    def __init__(self, telegram: TelegramHook | None, slack: SlackHook | None) -> None:
        self._telegram = telegram
        self._slack = slack

    def routes(self) -> list[Route]:
        found = []
        if self._telegram is not None:
            found.append(Route("/telegram/{rest:path}", self.telegram, methods=["POST"]))
        if self._slack is not None:
            found.append(Route("/slack/events", self.slack, methods=["POST"]))
        return found

    async def telegram(self, request: Request) -> Response:
        assert self._telegram is not None
        status = await self._telegram(_headers(request), await body_of(request, HOOK_BYTES))
        return Response(status_code=status)

    async def slack(self, request: Request) -> Response:
        assert self._slack is not None
        status, headers, body = await self._slack(_headers(request), await body_of(request, HOOK_BYTES))
        return Response(body, status, dict(headers))


class Gauges:
    """`/healthz` for whoever watches the process, `/metrics` for this machine alone."""

    def __init__(self, house: House, counts: Mapping[str, int], counters: Counters, ailment: Ailment) -> None:
        self._house = house
        self._counts = counts
        self._counters = counters
        self._ailment = ailment

    def routes(self) -> list[Route]:
        return [Route("/healthz", self.health), Route("/metrics", self.metrics)]

    async def health(self, request: Request) -> Response:
        ailment = await self._ailment()
        return PlainTextResponse(f"{ailment or 'ok'}\n", 503 if ailment else 200)

    async def metrics(self, request: Request) -> Response:
        if not is_local(request):
            raise HTTPException(404)
        lines = [f'labelbot_http_answers_total{{status="{group}"}} {n}' for group, n in sorted(self._counts.items())]
        lines.append(f"labelbot_pages_open {self._house.browser.listening}")
        lines += [f"labelbot_{name} {value:g}" for name, value in sorted(self._counters().items())]
        return PlainTextResponse("\n".join(lines) + "\n")


def _headers(request: Request) -> Headers:
    return {name.lower(): value for name, value in request.headers.items()}
