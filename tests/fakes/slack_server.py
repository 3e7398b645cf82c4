"""The fake's HTTP side: the Web API, uploads, downloads and response_urls, with their failures."""

import asyncio
import json
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

from aiohttp import web

from tests.fakes.slack_blocks import message_complaints
from tests.fakes.slack_delivery import Sockets
from tests.fakes.slack_faults import Fault, Faults, Rates
from tests.fakes.slack_methods import METHODS, RefusalError, checked_content, show_ephemeral
from tests.fakes.slack_text import Json
from tests.fakes.slack_world import APP, BOT_NAME, BOT_USER, Call, ResponseUrl, World

STRUCTURED = ("blocks", "view", "files", "metadata", "attachments", "channels")
RESPONSE_URL_USES = 5
RESPONSE_URL_SECONDS = 30 * 60

Answer = tuple[int, Any, dict[str, str]]


class Server:
    """Routes of the fake. Every request runs to its end under the world's lock, in the server's own thread."""

    def __init__(self, world: World, sockets: Sockets, bot_token: str, app_token: str, strict_rates: bool) -> None:
        self.world = world
        self.faults = Faults()
        self.rates = Rates() if strict_rates else None
        self._sockets = sockets
        self._bot_token = bot_token
        self._app_token = app_token

    def application(self) -> web.Application:
        app = web.Application(client_max_size=200 * 1024 * 1024)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/upload/v1/{file}", self._upload)
        app.router.add_post("/actions/{team}/{token}", self._response_url)
        app.router.add_get("/files-pri/{file}/{name}", self._download)
        app.router.add_get("/login", self._login)
        app.router.add_get("/link/", self._sockets.accept)
        return app

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        args = await _arguments(request)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or str(args.pop("token", ""))
        call = Call(method, args, self.world.now(), token)
        return await self._answer(request, call, lambda: self._run(call))

    async def _answer(self, request: web.Request, call: Call, run: Callable[[], Answer]) -> web.StreamResponse:
        """Record the call, fail if that was planned, else run it."""
        with self.world.changed:
            self.world.calls.append(call)
            fault = self.faults.take(call.method)
            self.world.changed.notify_all()
        if fault is None:
            return _response(*self._locked(run))
        await asyncio.sleep(fault.delay)
        if fault.happens_anyway:
            answer = self._locked(run)
            return await _spoil(request, fault, answer)
        call.error = fault.error or str(fault.what)
        return await _fail(request, fault)

    def _locked(self, run: Callable[[], Answer]) -> Answer:
        with self.world.changed:
            try:
                return run()
            except Exception as bug:
                self.world.bugs.append(bug)
                raise
            finally:
                self.world.changed.notify_all()

    def _run(self, call: Call) -> Answer:
        headers = {"Date": formatdate(self.world.now(), usegmt=True)}
        if call.method == "auth.test":
            headers["X-OAuth-Scopes"] = ",".join(sorted(self.world.scopes))
        try:
            wait = self.rates.wait(call.method, str(call.args.get("channel")), self.world.now()) if self.rates else 0
            if wait:
                call.error = "ratelimited"
                return 429, {"ok": False, "error": "ratelimited"}, {"Retry-After": str(wait)}
            return 200, {"ok": True, **self._permitted(call)}, headers
        except RefusalError as refusal:
            call.error = refusal.error
            return 200, {"ok": False, "error": refusal.error, **refusal.more}, {}

    def _permitted(self, call: Call) -> Json:
        """Check token and scope, then let the method answer."""
        if not _is_text(call.args):
            raise RefusalError("invalid_arguments", ["strings must be valid Unicode"])
        if call.method == "apps.connections.open":
            self._check_token(call.token, self._app_token, "connections:write")
            return {"url": self._sockets.new_url(self.world.url, APP)}
        method = METHODS.get(call.method)
        if method is None:
            raise RefusalError("unknown_method")
        self._check_token(call.token, self._bot_token, "")
        self._check_scope(method.scope)
        return method.run(self.world, call.args)

    def _check_token(self, token: str, right: str, scope: str) -> None:
        if not token:
            raise RefusalError("not_authed")
        if token in (self._bot_token, self._app_token) and token != right:
            raise RefusalError("not_allowed_token_type")
        if token != right:
            raise RefusalError("invalid_auth")
        if self.world.revoked:
            raise RefusalError("token_revoked")

    def _check_scope(self, scope: str) -> None:
        if scope and scope not in self.world.scopes:
            raise RefusalError("missing_scope", needed=scope, provided=",".join(sorted(self.world.scopes)))

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        if request.content_type.startswith("multipart/"):
            data = b"".join([bytes(await part.read()) async for part in await request.multipart()])  # type: ignore[union-attr]
        else:
            data = await request.read()
        call = Call("upload", {"file": request.match_info["file"], "size": len(data)}, self.world.now())
        return await self._answer(request, call, lambda: self._store(call, data))

    def _store(self, call: Call, data: bytes) -> Answer:
        file = self.world.files.get(call.args["file"])
        if file is None or file.length != len(data):
            call.error = "upload refused"
            return 400, "length does not match", {}
        file.data = data
        return 200, f"OK - {len(data)}", {}

    async def _download(self, request: web.Request) -> web.StreamResponse:
        file_id = request.match_info["file"].partition("-")[2]
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        call = Call("download", {"file": file_id}, self.world.now(), token)
        return await self._answer(request, call, lambda: self._fetch(call))

    def _fetch(self, call: Call) -> Answer:
        """Without a good token Slack answers with its login page, not with an error."""
        if call.token != self._bot_token or self.world.revoked or "files:read" not in self.world.scopes:
            call.error = "not logged in"
            return 302, "", {"Location": "/login"}
        file = self.world.files.get(call.args["file"])
        if file is None or file.deleted or file.data is None:
            call.error = "file_not_found"
            return 404, "", {}
        return 200, file.data, {"Content-Type": file.mimetype or "application/octet-stream"}

    async def _login(self, request: web.Request) -> web.Response:
        return web.Response(text="<!DOCTYPE html><title>Sign in</title>", content_type="text/html")

    async def _response_url(self, request: web.Request) -> web.StreamResponse:
        args = await _arguments(request)
        call = Call("response_url", args, self.world.now())
        return await self._answer(request, call, lambda: self._respond(call, request.match_info["token"]))

    def _respond(self, call: Call, token: str) -> Answer:
        try:
            self._use(self.world.response_urls.get(token), call.args)
        except RefusalError as refusal:
            call.error = refusal.error
            return 404, {"ok": False, "error": refusal.error}, {}
        return 200, {"ok": True}, {}

    def _use(self, leave: ResponseUrl | None, args: Json) -> None:
        if leave is None:
            raise RefusalError("invalid_url")
        if self.world.now() - leave.at > RESPONSE_URL_SECONDS:
            raise RefusalError("expired_url")
        if leave.uses >= RESPONSE_URL_USES:
            raise RefusalError("used_url")
        if message_complaints(args.get("blocks") or [], self.world.file_kind):
            raise RefusalError("invalid_blocks")
        leave.uses += 1
        if args.get("delete_original") or args.get("replace_original"):
            return self._original(leave, args)
        text, blocks = checked_content(self.world, args)
        if args.get("response_type") == "in_channel":
            conversation = self.world.conversations[leave.channel]
            content: Json = {"text": text, "blocks": blocks, "thread_ts": args.get("thread_ts")}
            self.world.emit_message(self.world.new_message(conversation, BOT_USER, BOT_NAME, **content))
        else:
            show_ephemeral(self.world, leave.channel, leave.user, text, blocks, args.get("thread_ts"))

    def _original(self, leave: ResponseUrl, args: Json) -> None:
        message = leave.message
        if message is None or message.deleted:
            raise RefusalError("message_not_found")
        if args.get("delete_original"):
            message.deleted = True
            return
        text, blocks = checked_content(self.world, args)
        if message.ephemeral_for:
            message.edits.append(message.shown)
            message.text, message.blocks = text, blocks
        else:
            self.world.change(message, text, blocks, marked=not blocks)


async def _arguments(request: web.Request) -> Json:
    """Arguments of a call however they came: query string (the async SDK does that), JSON, a form or multipart."""
    args: Json = dict(request.query)
    if request.content_type == "application/json":
        body = await request.json() if request.can_read_body else {}
        args |= body if isinstance(body, dict) else {}
    elif request.can_read_body:
        args |= dict(await request.post())
    for key in STRUCTURED:
        if isinstance(args.get(key), str) and args[key][:1] in ("[", "{"):
            args[key] = json.loads(args[key])
    return args


def _is_text(value: Any) -> bool:
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        return False
    return True


def _response(status: int, body: Any, headers: dict[str, str]) -> web.Response:
    if isinstance(body, bytes):
        return web.Response(status=status, body=body, headers=headers)
    if isinstance(body, str):
        return web.Response(status=status, text=body, headers=headers)
    return web.json_response(body, status=status, headers=headers)


def _hang_up(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _fail(request: web.Request, fault: Fault) -> web.StreamResponse:
    """An answer to a call that never ran."""
    if fault.error is not None:
        return _response(200, {"ok": False, "error": fault.error}, {})
    if fault.what == "drop":
        return _hang_up(request)
    if fault.what == "html":
        return web.Response(status=502, text="<html><h1>502 Bad Gateway</h1></html>", content_type="text/html")
    if fault.what == "ratelimited":
        headers = {"Retry-After": str(fault.retry_after)}
        return _response(429, {"ok": False, "error": "ratelimited"}, headers)
    return web.Response(status=int(fault.what), text="")


async def _spoil(request: web.Request, fault: Fault, answer: Answer) -> web.StreamResponse:
    """The call ran, but its answer does not arrive whole."""
    if fault.what == "drop_after":
        return _hang_up(request)
    if fault.what == "empty":
        return web.Response(status=200)
    if fault.what == "half":
        return await _half(request, answer)
    return _response(*answer)


async def _half(request: web.Request, answer: Answer) -> web.StreamResponse:
    whole = _response(*answer).body
    data = whole if isinstance(whole, bytes) else b"{}"
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    await response.write(data[: len(data) // 2])
    await response.write_eof()
    return response
