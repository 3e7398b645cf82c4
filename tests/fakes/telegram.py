"""A strict loopback Telegram: real HTTP for an unmodified bot, plain synchronous calls for tests that play the people.

    with FakeTelegram() as tg:
        anna = tg.user("Anna")
        ...  # start the bot with base_url = tg.url + "/bot", base_file_url = tg.url + "/file/bot"
        anna.start("CODE")
        tg.wait(lambda: anna.chat.last_from_bot.buttons)
        anna.press("Positive")

The server runs in a thread of its own, so the bot may be a process that is killed and comes back. The fake is stricter
than the platform: unknown parameters, fields and `parse_mode` are refused with 400.
"""

import asyncio
import math
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Self, TypeVar

from tests.fakes.telegram_chats import Chat
from tests.fakes.telegram_faults import Fault, Faults, Kind, Limits, Pace
from tests.fakes.telegram_gateway import Call, Gateway
from tests.fakes.telegram_inbox import Clock
from tests.fakes.telegram_people import Group, Person
from tests.fakes.telegram_world import World

T = TypeVar("T")
_RECHECK_SECONDS = 0.25  # a condition may also look at what the fake does not see, such as a database


class FakeTelegram:
    """The platform, for one bot.

    `port` 0 takes a free one. `limits` True holds the bot to the documented rates. `speed` divides the waits between
    webhook attempts. `answer_seconds` is how long a tap may be answered (the platform does not say). `privacy` hides
    ordinary group talk from the bot.
    """

    def __init__(
        self,
        token: str = "1:TEST",
        *,
        port: int = 0,
        limits: bool | Limits = False,
        speed: float = 20.0,
        answer_seconds: float = 15.0,
        privacy: bool = True,
    ) -> None:
        self._world = World(token, answer_seconds, privacy)
        self._faults = Faults()
        rates = Limits() if limits is True else limits
        pace = Pace(rates, self._world.clock.now) if rates else None
        self._gateway = Gateway(self._world, self._faults, pace, speed)
        self._port = port
        self._thread = threading.Thread(target=self._main, name="fake-telegram", daemon=True)
        self._up = threading.Event()
        self._failure: BaseException | None = None
        self.token = token
        self.groups: list[Group] = []
        self.people: list[Person] = []

    def __enter__(self) -> Self:
        self._thread.start()
        self._up.wait()
        if self._failure is not None:
            raise self._failure
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        if self._failure is not None and error is None:
            raise self._failure
        if self._gateway.bugs and error is None:
            raise AssertionError("the fake itself failed") from self._gateway.bugs[0]

    def _main(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            self._failure = error
        finally:
            self._up.set()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        ready: asyncio.Future[int] = self._loop.create_future()
        ready.add_done_callback(self._started)
        await self._gateway.serve(ready, self._port, self._stop)

    def _started(self, port: "asyncio.Future[int]") -> None:
        if not port.cancelled():
            self._port = port.result()
            self._up.set()

    @property
    def url(self) -> str:
        """The base address; the bot's is `url + "/bot"`, that of its files `url + "/file/bot"`."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def username(self) -> str:
        """The bot's, without @."""
        return str(self._world.bot["username"])

    # People

    def user(self, name: str, id: int | None = None, language: str | None = "en") -> Person:
        """Somebody who has not yet pressed Start."""
        with self._world.signal.condition:
            person = Person(self._world, name, id or 1_000_000 + len(self.people), language)
            self.people.append(person)
            return person

    def group(
        self, title: str, members: list[Person] | None = None, id: int | None = None, *, admin: bool = False
    ) -> Group:
        """A group the bot has just been added to (a supergroup if `id` begins with -100); `admin`: as an admin."""
        with self._world.signal.condition:
            group = Group(self._world, title, id or -4_000_000 - len(self.groups), members or [], admin=admin)
            self.groups.append(group)
            return group

    # Waiting and looking

    def wait(self, condition: Callable[[], T], timeout: float = 10.0) -> T:
        """The first true value of `condition`, asked again whenever anything happens on the platform.

        The platform stands still while the condition is looked at, so it should be quick.
        """
        until = time.monotonic() + timeout
        changed = self._world.signal.condition
        with changed:
            while not (value := condition()):
                left = until - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"not in {timeout} s\n{self}")
                changed.wait(min(left, _RECHECK_SECONDS))
            return value

    @property
    def calls(self) -> list[Call]:
        """All requests of the bot, oldest first; getUpdates among them."""
        with self._world.signal.condition:
            return list(self._gateway.calls)

    def count(self, method: str, *, chat: Chat | None = None, ok: bool = False) -> int:
        """How often the bot called `method`: in `chat` only, answered with 200 only."""
        return sum(
            call.method == method
            and (chat is None or str(call.params.get("chat_id")) == str(chat.id))
            and (not ok or call.status == 200)
            for call in self.calls
        )

    @property
    def refusals(self) -> list[Call]:
        """Calls the platform refused by itself (4xx and not by an ordered fault): mostly bugs of the bot."""
        return [call for call in self.calls if call.fault is None and 400 <= (call.status or 0) < 500]

    @property
    def pending(self) -> list[int]:
        """Ids of the updates the bot has not confirmed."""
        with self._world.signal.condition:
            return [entry.id for entry in self._world.inbox.waiting()]

    @property
    def updates(self) -> list[int]:
        """Ids of all updates there ever were, oldest first."""
        with self._world.signal.condition:
            return self._world.inbox.all_posted()

    def update(self, update_id: int) -> dict[str, Any]:
        """An update as it was posted, delivered or not."""
        with self._world.signal.condition:
            return self._world.inbox.posted(update_id)

    @property
    def webhook(self) -> str:
        """The registered address, empty while the bot polls."""
        return self._world.hook.url if self._world.hook else ""

    @property
    def webhook_error(self) -> str:
        """What went wrong with the last failed delivery to a webhook; empty while all went well."""
        return self._world.hook_error[1] if self._world.hook_error else ""

    @property
    def settings(self) -> dict[Any, Any]:
        """What the bot has set, the default language being "".

        ("commands", scope, language), scope as "default" or "chat 7"; ("menu_button", chat id or None);
        ("name" | "description" | "short_description", language).
        """
        return self._world.settings

    # Time

    @property
    def clock(self) -> Clock:
        return self._world.clock

    def advance(self, seconds: float) -> None:
        """Let time pass on the platform: updates and taps grow old."""
        with self._world.signal.condition:
            self._world.clock.offset += seconds
        self._world.signal.changed()

    # Trouble

    def fail_next(
        self,
        method: str = "*",
        status: Kind = None,
        *,
        retry_after: int = 1,
        description: str = "",
        delay: float = 0.0,
        times: float = 1,
        chat: Chat | None = None,
        effect: bool = False,
    ) -> None:
        """Spoil the next `times` calls of `method` ("*": any but getUpdates), to `chat` if given.

        `status` is an HTTP status (502 answers HTML, the others JSON; nothing is done unless `effect`), or "drop"
        (closed before anything is done), "drop_after" (done, then closed), "half" (done, answered with half its JSON),
        "empty" (done, 200 without a body), or None (done and answered well). `delay` seconds pass before the answer,
        after the effect. `times` may be math.inf, until `clear_faults`.
        """
        assert status is not None or delay > 0, "a fault needs a status or a delay"
        chat_id = chat.id if chat else None
        with self._world.signal.condition:
            self._faults.add(Fault(method, status, retry_after, description, delay, times, chat_id, effect))

    def outage(self, status: Kind = "drop") -> None:
        """Every call fails, getUpdates too, until `clear_faults`."""
        for method in ("*", "getUpdates"):
            self.fail_next(method, status, times=math.inf)

    def clear_faults(self) -> None:
        with self._world.signal.condition:
            self._faults.clear()

    def redeliver(self, update_id: int) -> None:
        """The same update with the same id once more, even when confirmed."""
        with self._world.signal.condition:
            self._world.inbox.redeliver(update_id)

    def held(self) -> AbstractContextManager[None]:
        """Deliver nothing inside the block, and all of it at its end."""
        return self._world.inbox.held()

    def reorder(self) -> None:
        """Turn the order of the waiting deliveries round; inside `held` it is sure to find them."""
        with self._world.signal.condition:
            self._world.inbox.reorder(lambda entries: entries[::-1])

    def deliver_copies(self, copies: int) -> None:
        """From now on every update is delivered that many times."""
        with self._world.signal.condition:
            self._world.inbox.copies = copies

    def __str__(self) -> str:
        """All chats and the last calls, for the output of a failed test."""
        chats = "\n".join(str(chat) for chat in self._world.chats.values() if chat.history)
        calls = "\n".join(f"  {call.method} {call.status} {call.description}" for call in self.calls[-12:])
        return f"{chats}\nlast calls:\n{calls}\nunconfirmed: {self.pending}"
