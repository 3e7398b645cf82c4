"""A strict fake of Slack on loopback: real HTTP and WebSocket, for unmodified slack-bolt and slack_sdk.

It runs in a thread of its own, so tests are ordinary synchronous code and the program under test may be a process
that is killed and started again. What it enforces, and where each rule is documented, stands in the slack_*.py files
beside this one. Rules Slack does not document (Socket Mode's deadline and retries) follow the Events API's.
"""

import asyncio
import secrets
import threading
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Self

from aiohttp import web

from tests.fakes.slack_delivery import Courier, Delivery, HttpTransport, Reply, Sockets, signed
from tests.fakes.slack_faults import Fault
from tests.fakes.slack_person import Person
from tests.fakes.slack_server import Server
from tests.fakes.slack_text import Json
from tests.fakes.slack_world import APP, BOT, BOT_USER, TEAM, Call, Conversation, File, World

SCOPES = (
    "app_mentions:read",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "im:history",
    "im:write",
    "reactions:read",
    "reactions:write",
    "users:read",
)


class FakeSlack:
    """One workspace with one app in it; a context manager.

    scopes: the bot's (default: SCOPES). speed divides the waits between event retries (0, 60, 300 s) and the grace of
    disconnect frames. deadline: seconds the program has to acknowledge. strict_rates: answer 429 above Slack's rates.
    processed_after: files.info calls after which an upload has a mimetype; None: only after process_files().
    clock: seconds since 1970, for triggers, response_urls, rates and message ids; advance() moves it.
    """

    def __init__(
        self,
        bot_token: str = "xoxb-test",
        app_token: str = "xapp-test",
        signing_secret: str = "signing-secret",
        *,
        port: int = 0,
        scopes: Iterable[str] | None = None,
        speed: float = 1.0,
        deadline: float = 3.0,
        strict_rates: bool = False,
        processed_after: int | None = 1,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.bot_token, self.app_token, self.signing_secret = bot_token, app_token, signing_secret
        self.team_id, self.app_id, self.bot_user_id, self.bot_id = TEAM, APP, BOT_USER, BOT
        self.world = World(clock)
        self.world.scopes = set(SCOPES if scopes is None else scopes)
        self.world.processed_after = processed_after
        self.world.emit = self._emit
        self._port = port
        self._deadline = deadline
        self._courier = Courier(self.world, speed)
        self._sockets = Sockets(self.world, deadline, speed)
        self._server = Server(self.world, self._sockets, bot_token, app_token, strict_rates)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fake-slack", daemon=True)

    # -- life ------------------------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        self._thread.start()
        self._courier.loop = self._loop
        self._runner = web.AppRunner(self._server.application(), shutdown_timeout=0.1)
        self._on_loop(self._serve())
        return self

    async def _serve(self) -> None:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self.world.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    def __exit__(self, *error: object) -> None:
        self._on_loop(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        if self.world.bugs and error[0] is None:
            raise RuntimeError("the fake itself failed") from self.world.bugs[0]

    async def _stop(self) -> None:
        await self._courier.stop()
        await self._sockets.stop()
        await self._runner.cleanup()

    def _on_loop(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=20)

    @property
    def url(self) -> str:
        """Base address; the Web API is at url + "/api/"."""
        return self.world.url

    # -- delivery --------------------------------------------------------------------------------------------------

    def use_socket_mode(self) -> None:
        """Deliver through the WebSockets the program opens with apps.connections.open."""
        self._courier.transport = self._sockets

    def use_http(self, request_url: str) -> None:
        """Deliver as signed POSTs to `request_url` (events, interactivity and commands alike)."""
        self._courier.transport = HttpTransport(request_url, self.signing_secret, self._deadline)

    def _emit(self, event: Json, scope: str) -> Delivery:
        stamp = int(self.world.now())
        grant = {"enterprise_id": None, "team_id": TEAM, "user_id": BOT_USER, "is_bot": True}
        envelope: Json = {"token": "legacy", "team_id": TEAM, "api_app_id": APP, "event": event}
        envelope |= {"type": "event_callback", "event_id": f"Ev{secrets.token_hex(5).upper()}", "event_time": stamp}
        envelope["authorizations"] = [{**grant, "is_enterprise_install": False}]
        envelope["is_ext_shared_channel"] = event.get("source_team", TEAM) != TEAM
        if self.world.revoked or (scope and scope not in self.world.scopes):
            why = "the token is revoked" if self.world.revoked else f"missing scope {scope}"
            return Delivery("event", envelope, sent=False, done=True, why=why)
        return self._courier.send(Delivery("event", envelope))

    @property
    def deliveries(self) -> list[Delivery]:
        """Everything the program was told, oldest first."""
        return self._courier.deliveries

    def redeliver(self, delivery: Delivery | None = None) -> Delivery:
        """Hand the same payload over again (same event_id, trigger_id, action_ts); by default that of the last one a
        person caused."""
        with self.world.changed:
            by_people = [one for one in self.deliveries if "bot_id" not in one.payload.get("event", {})]
            known = delivery or by_people[-1]
            return self._courier.send(Delivery(known.kind, known.payload, known.ts, on_reply=known.on_reply))

    def deliver_events(self, times: int) -> None:
        """From now on hand every event over that many times at once, each with retries of its own."""
        self._courier.event_times = times

    @contextmanager
    def held(self, reverse: bool = False) -> Iterator[None]:
        """Deliveries caused inside the block leave together at its end, in order or newest first."""
        self._courier.held = []
        try:
            yield
        finally:
            waiting, self._courier.held = self._courier.held or [], None
            for delivery in reversed(waiting) if reverse else waiting:
                self._courier.start(delivery)

    def disconnect(self, how: str) -> None:
        """End the open sockets: "warning" or "refresh_requested" (a frame, then closed), "link_disabled", "abrupt"
        (TCP reset), "half_open" (looks alive, nothing gets through)."""
        self._on_loop(self._sockets.disconnect(how))

    @property
    def sockets(self) -> int:
        """Connections that carry something: not those that are about to be closed, or half open."""
        return sum(not (one.leaving or one.frozen) for one in self._sockets.open)

    def sign(self, body: bytes, timestamp: int | None = None) -> dict[str, str]:
        return signed(body, self.signing_secret, timestamp)

    def post(self, body: bytes, headers: dict[str, str]) -> Reply:
        """POST raw bytes to the request URL, for wrong signatures and replays; Reply.body is the status if not 2xx."""
        transport = self._courier.transport
        if not isinstance(transport, HttpTransport):
            raise RuntimeError("use_http() first")
        reply: Reply = self._on_loop(transport.post(body, headers))
        return reply

    def replay(self, delivery: Delivery) -> Reply:
        """Send a request again, byte for byte, with the old signature and timestamp."""
        return self.post(*delivery.requests[-1])

    # -- people and places -----------------------------------------------------------------------------------------

    def user(self, name: str, id: str | None = None, locale: str = "en-US", team: str = TEAM) -> Person:
        """A person and their direct message with the app; another `team` makes them a Slack Connect stranger."""
        with self.world.changed:
            user_id = id or self.world.new_id("U")
            person = Person(self.world, self._courier, name, user_id, locale, team)
            self.world.people[user_id] = person
            dm = Conversation(f"D{user_id}", f"DM with {name}", [user_id, BOT_USER], is_im=True)
            self.world.conversations[dm.id] = dm
            return person

    def channel(
        self, name: str, id: str | None = None, members: Iterable[Person] = (), is_member: bool = True
    ) -> Conversation:
        """A channel; set is_member and is_archived on it at any time."""
        with self.world.changed:
            found = Conversation(id or self.world.new_id("C"), name, [one.id for one in members], is_member=is_member)
            self.world.conversations[found.id] = found
            return found

    @property
    def conversations(self) -> list[Conversation]:
        return list(self.world.conversations.values())

    def process_files(self) -> None:
        """Let Slack finish with every upload, so that mimetypes are known and slack_file works."""
        with self.world.changed:
            for file in self.files:
                file.processed = True
            self.world.changed.notify_all()

    @property
    def files(self) -> list[File]:
        return list(self.world.files.values())

    def revoke(self) -> None:
        """Uninstall the app: every call answers token_revoked and nothing is delivered."""
        with self.world.changed:
            self.world.revoked = True

    # -- faults and time -------------------------------------------------------------------------------------------

    def fail_next(
        self,
        method: str,
        what: int | str = "delay",
        *,
        times: int = 1,
        delay: float = 0.0,
        retry_after: int = 1,
        error: str | None = None,
    ) -> None:
        """Fail the next `times` calls of a Web API method, "upload", "download", "response_url" or "*"; see Fault."""
        with self.world.changed:
            self._server.faults.planned.append(Fault(method, what, retry_after, error, delay, times))

    def heal(self) -> None:
        """Forget all planned failures."""
        with self.world.changed:
            self._server.faults.planned.clear()

    def advance(self, seconds: float) -> None:
        """Move the fake's clock: trigger_ids, response_urls and rates age at once."""
        with self.world.changed:
            self.world.advance(seconds)

    # -- looking ---------------------------------------------------------------------------------------------------

    @property
    def calls(self) -> list[Call]:
        return self.world.calls

    def count(self, method: str, ok: bool | None = None) -> int:
        with self.world.changed:
            return sum(call.method == method and ok in (None, call.ok) for call in self.calls)

    def refused(self) -> list[tuple[str, str]]:
        """(method, error) of every call that got no good answer: a test of a correct adapter wants it empty."""
        with self.world.changed:
            return [(call.method, call.error) for call in self.calls if call.error]

    def wait(self, condition: Callable[[], Any], timeout: float = 10) -> Any:
        """Block until the condition is true and return its value. Looked at after every call and delivery, and every
        50 ms for the sake of what happens elsewhere; an attribute or index that is not there yet counts as false."""
        end = time.monotonic() + timeout
        trouble: Exception | None = None
        with self.world.changed:
            while True:
                try:
                    value, trouble = condition(), None
                except (AttributeError, LookupError) as error:
                    value, trouble = None, error
                if value:
                    return value
                if time.monotonic() > end:
                    seen = "\n".join(self.world.dialogue())
                    raise AssertionError(f"not within {timeout} s ({trouble!r}); the workspace:\n{seen}") from trouble
                self.world.changed.wait(0.05)
