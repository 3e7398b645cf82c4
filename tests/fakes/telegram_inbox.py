"""Updates waiting for the bot: identifiers, lifetimes, confirmation by offset, and repeated or reordered delivery."""

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from telegram.constants import UpdateType

from tests.fakes.telegram_schema import bad

DAY = 24 * 3600.0
LIFETIMES = {"callback_query": 150.0, "inline_query": 30.0, "chosen_inline_result": 600.0}  # seconds; the rest: a day
_NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}
_KINDS = frozenset(str(kind.value) for kind in UpdateType)


class Clock:
    """The platform's clock: real time plus what a test has let pass."""

    def __init__(self) -> None:
        self.offset = 0.0

    def now(self) -> float:
        return time.time() + self.offset


class Signal:
    """Wakes tests that wait for a condition and server tasks that wait for an update."""

    def __init__(self) -> None:
        self.condition = threading.Condition(threading.RLock())
        self.listeners: list[Callable[[], None]] = []

    def changed(self) -> None:
        with self.condition:
            self.condition.notify_all()
        for listener in self.listeners:
            listener()


@dataclass(eq=False)
class Entry:
    """One delivery still owed to the bot."""

    update: dict[str, Any]
    queue: str  # deliveries of one queue go in order, by webhook
    created: float
    again: bool = False  # a repeated delivery: it is owed once even below the confirmed offset

    @property
    def id(self) -> int:
        return int(self.update["update_id"])

    @property
    def kind(self) -> str:
        return next(key for key in self.update if key != "update_id")

    @property
    def expires(self) -> float:
        return self.created + LIFETIMES.get(self.kind, DAY)


class Inbox:
    """The queue behind getUpdates and the webhook."""

    def __init__(self, clock: Clock, signal: Signal) -> None:
        self._clock = clock
        self._signal = signal
        self._entries: list[Entry] = []
        self._posted: dict[int, Entry] = {}
        self._next_id = 700_000_001
        self._allowed: frozenset[str] | None = None
        self._held = False
        self._next_expiry = 0.0
        self.copies = 1  # how often every update is delivered

    def allow(self, kinds: Any) -> None:
        """Keep the `allowed_updates` of a call; None leaves the setting alone, an empty list is the default set."""
        if kinds is None:
            return
        if not isinstance(kinds, list) or set(kinds) - _KINDS:
            raise bad(f"can't parse allowed_updates: {kinds!r}")
        self._allowed = frozenset(kinds) or None

    @property
    def allowed(self) -> list[str]:
        return sorted(self._allowed or ())

    def _wanted(self, kind: str) -> bool:
        return kind not in _NOT_BY_DEFAULT if self._allowed is None else kind in self._allowed

    def post(self, kind: str, body: dict[str, Any], queue: str) -> int:
        """A new update; its id, or 0 when the bot did not ask for this kind and so never hears of it."""
        if not self._wanted(kind):
            return 0
        entry = Entry({"update_id": self._next_id, kind: body}, queue, self._clock.now())
        self._next_id += 1
        self._posted[entry.id] = entry
        copies = [Entry(entry.update, queue, entry.created, again=True) for _ in range(self.copies - 1)]
        self._owe(entry, *copies)
        return entry.id

    def all_posted(self) -> list[int]:
        return list(self._posted)

    def posted(self, update_id: int) -> dict[str, Any]:
        return self._posted[update_id].update

    def redeliver(self, update_id: int) -> None:
        """Deliver an update once more, confirmed or not: as if its confirmation had been lost; it counts as young."""
        old = self._posted[update_id]
        self._owe(Entry(old.update, old.queue, self._clock.now(), again=True))

    def _owe(self, *entries: Entry) -> None:
        self._entries.extend(entries)
        self._next_expiry = min(self._next_expiry, entries[0].expires)
        self._signal.changed()

    def reorder(self, order: Callable[[list[Entry]], list[Entry]]) -> None:
        """Put the waiting deliveries into another order."""
        self._entries = order(self._entries)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Deliver nothing inside the block and everything that has come up at its end."""
        self._held = True
        try:
            yield
        finally:
            self._held = False
            self._signal.changed()

    def waiting(self) -> list[Entry]:
        """What is still owed; what nobody fetched in its lifetime is gone."""
        now = self._clock.now()
        if now >= self._next_expiry:
            self._entries = [entry for entry in self._entries if now < entry.expires]
            self._next_expiry = min((entry.expires for entry in self._entries), default=math.inf)
        return list(self._entries)

    def due(self) -> list[Entry]:
        return [] if self._held else self.waiting()

    def confirm(self, offset: int) -> None:
        """Forget what lies below an offset; a negative one keeps that many from the end."""
        if offset < 0:
            kept = self.waiting()[offset:]
            offset = min((entry.id for entry in kept), default=0)
        self._entries = [entry for entry in self._entries if entry.id >= offset or entry.again]

    def hand_out(self, limit: int) -> list[dict[str, Any]]:
        """Up to `limit` updates; they stay owed until a later call confirms them."""
        batch = self.due()[:limit]
        for entry in batch:
            entry.again = False
        return [entry.update for entry in batch]

    def delivered(self, entry: Entry) -> None:
        """A webhook took it."""
        if entry in self._entries:
            self._entries.remove(entry)

    def drop_all(self) -> None:
        self._entries = []
