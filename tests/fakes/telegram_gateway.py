"""The HTTP face of the fake: addresses, tokens, faults on the way, and the log of calls."""

import asyncio
import json
import re
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.fakes import telegram_messages, telegram_settings
from tests.fakes.telegram_delivery import Polls, Pulse, WebhookSender
from tests.fakes.telegram_faults import Fault, Faults, Pace
from tests.fakes.telegram_schema import Refusal, Upload, bad, check_parameters, methods, read_body
from tests.fakes.telegram_world import World

BODY_LIMIT = 60 * 1024 * 1024  # above the 50 MB of a file, so that the refusal is the platform's own
_METHODS = telegram_messages.METHODS | telegram_settings.METHODS
_BAD_GATEWAY = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>nginx</body>\r\n</html>\r\n"


@dataclass
class Call:
    """One request of the bot. `status` is None while it is under way and when the connection was dropped."""

    time: float  # the platform's clock
    method: str
    params: dict[str, Any]
    status: int | None = None
    description: str = ""
    fault: Fault | None = None
    uploads: dict[str, Upload] = field(default_factory=dict, repr=False)


class Gateway:
    """Answers the bot's requests on behalf of a world."""

    def __init__(self, world: World, faults: Faults, pace: Pace | None, speed: float) -> None:
        self._world = world
        self._faults = faults
        self._pace = pace
        self._speed = speed
        self.calls: list[Call] = []
        self.bugs: list[BaseException] = []  # of the fake itself

    async def serve(self, site_ready: "asyncio.Future[int]", port: int, stop: asyncio.Event) -> None:
        """Serve on loopback until `stop`; `site_ready` gets the port."""
        pulse = Pulse(asyncio.get_running_loop(), self._world.signal)
        self._polls = Polls(self._world, pulse)
        app = web.Application(client_max_size=BODY_LIMIT)
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        sender = asyncio.create_task(WebhookSender(self._world, pulse, self._speed).run())
        try:
            await web.TCPSite(runner, "127.0.0.1", port).start()
            site_ready.set_result(runner.addresses[0][1])
            await stop.wait()
        finally:
            self._polls.closing = True
            pulse.beat()
            sender.cancel()
            await asyncio.gather(sender, return_exceptions=True)
            await runner.cleanup()

    async def _call(self, request: web.Request) -> web.StreamResponse:
        call = Call(self._world.clock.now(), request.match_info["method"], {})
        try:
            self._check_token(request)
            call.params, call.uploads = await read_body(request)
        except Refusal as refusal:
            self._log(call)
            return self._answer(call, refusal.code, refusal.payload())
        except web.HTTPRequestEntityTooLarge:
            self._log(call)
            return self._answer(call, 413, Refusal(413, "Request Entity Too Large").payload())
        with self._world.signal.condition:
            self._log(call)
            call.fault = self._faults.take(call.method, call.params)
        return await self._perform(request, call)

    def _log(self, call: Call) -> None:
        self.calls.append(call)
        self._world.signal.changed()

    async def _perform(self, request: web.Request, call: Call) -> web.StreamResponse:
        fault = call.fault
        if fault is None:
            return self._answer(call, *await self._effect(request, call))
        if fault.kind in {"drop_after", "half", "empty", None} or fault.effect:
            status, payload = await self._effect(request, call)
        else:
            status, payload = 0, {}
        await asyncio.sleep(fault.delay)
        return self._spoilt(request, call, fault, status, payload)

    def _spoilt(
        self, request: web.Request, call: Call, fault: Fault, status: int, payload: dict[str, Any]
    ) -> web.StreamResponse:
        if fault.kind is None:
            return self._answer(call, status, payload)
        if fault.kind in {"drop", "drop_after"}:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if fault.kind in {"half", "empty"}:
            body = json.dumps(payload).encode()
            self._close(call, 200, str(fault.kind))
            half = body[: len(body) // 2] if fault.kind == "half" else b""
            return web.Response(body=half, content_type="application/json")
        assert isinstance(fault.kind, int)
        if fault.kind == 502:
            self._close(call, 502, "Bad Gateway")
            return web.Response(status=502, text=_BAD_GATEWAY, content_type="text/html")
        return self._answer(call, fault.kind, fault.payload())

    def _close(self, call: Call, status: int, description: str) -> None:
        call.status, call.description = status, description
        self._world.signal.changed()

    def _answer(self, call: Call, status: int, payload: dict[str, Any]) -> web.Response:
        self._close(call, status, payload.get("description", ""))
        return web.json_response(payload, status=status)

    def _check_token(self, request: web.Request) -> None:
        token = request.match_info["token"]
        if not re.fullmatch(r"\d+:[\w-]+", token):
            raise Refusal(404, "Not Found")
        if token != self._world.token:
            raise Refusal(401, "Unauthorized")

    async def _effect(self, request: web.Request, call: Call) -> tuple[int, dict[str, Any]]:
        try:
            parameters = call.params = check_parameters(call.method, call.params, call.uploads)
            if self._pace is not None:
                self._pace.admit(call.method, parameters.get("chat_id"))
            if call.method == "getUpdates":
                result: Any = await self._polls.get_updates(request, parameters)
            else:
                result = self._run(call, parameters)
        except Refusal as refusal:
            return refusal.code, refusal.payload()
        except Exception as error:
            self.bugs.append(error)
            return 500, Refusal(500, f"fake is broken: {error!r}").payload()
        return 200, {"ok": True, "result": result}

    def _run(self, call: Call, parameters: dict[str, Any]) -> Any:
        if call.method not in _METHODS:
            assert call.method in methods()
            raise bad(f"fake does not play {call.method}")
        with self._world.signal.condition:
            return _METHODS[call.method](self._world, parameters, call.uploads)

    async def _download(self, request: web.Request) -> web.Response:
        try:
            self._check_token(request)
        except Refusal as refusal:
            return web.json_response(refusal.payload(), status=refusal.code)
        content = self._world.files.fetch(request.match_info["path"], self._world.clock.now())
        if content is None:
            return web.json_response(Refusal(404, "Not Found").payload(), status=404)
        return web.Response(body=content, content_type="application/octet-stream")
