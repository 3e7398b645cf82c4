"""What goes wrong on purpose: refused, lost, late and half-written answers, and the platform's rate limits."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.telegram_schema import Refusal

Kind = int | str | None
KINDS = {"drop", "drop_after", "half", "empty"}
_TEXTS = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 409: "Conflict", 429: "Too Many Requests"}


@dataclass
class Fault:
    """A fault that hits the next `times` calls of `method` ("*": any but getUpdates), in `chat` if given."""

    method: str
    kind: Kind
    retry_after: int
    description: str
    delay: float
    times: float
    chat: int | None
    effect: bool

    def hits(self, method: str, parameters: dict[str, Any]) -> bool:
        named = self.method == method or (self.method == "*" and method != "getUpdates")
        return named and (self.chat is None or str(parameters.get("chat_id")) == str(self.chat))

    def payload(self) -> dict[str, Any]:
        """The JSON of a fault that is a status."""
        assert isinstance(self.kind, int)
        text = self.description or _TEXTS.get(self.kind, "Internal Server Error")
        if self.kind == 429:
            return Refusal(429, f"{text}: retry after {self.retry_after}", retry_after=self.retry_after).payload()
        return Refusal(self.kind, text).payload()


class Faults:
    """Faults still to come, first in first out."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        assert fault.kind is None or isinstance(fault.kind, int) or fault.kind in KINDS, f"no fault {fault.kind!r}"
        self._waiting.append(fault)

    def clear(self) -> None:
        self._waiting.clear()

    def take(self, method: str, parameters: dict[str, Any]) -> Fault | None:
        fault = next((fault for fault in self._waiting if fault.hits(method, parameters)), None)
        if fault is not None:
            fault.times -= 1
            self._waiting = [other for other in self._waiting if other.times > 0]
        return fault


@dataclass(frozen=True)
class Limits:
    """Rates of messages and edits. The platform documents 30/s in all, 1/s a chat and 20/min a group, but no burst."""

    overall: float = 30.0  # a second
    per_chat: float = 1.0  # a second
    burst: int = 3  # messages a chat may get at once before per_chat holds
    per_group_minute: int = 20


@dataclass
class _Bucket:
    rate: float
    size: float
    level: float = field(init=False)
    at: float = 0.0

    def __post_init__(self) -> None:
        self.level = self.size

    def wait(self, now: float) -> float:
        """Seconds until one more fits."""
        self.level = min(self.size, self.level + (now - self.at) * self.rate)
        self.at = now
        return max(0.0, (1 - self.level) / self.rate)


class Pace:
    """Holds the bot to `limits`; every message and every edit counts."""

    def __init__(self, limits: Limits, now: Callable[[], float]) -> None:
        self._limits = limits
        self._now = now
        self._buckets: dict[object, _Bucket] = {}

    def admit(self, method: str, chat_id: Any) -> None:
        """429 when the call comes too soon."""
        if chat_id is None or method == "sendChatAction" or not method.startswith(("send", "edit")):
            return
        buckets = self._for(chat_id)
        seconds = max(bucket.wait(self._now()) for bucket in buckets)
        if seconds > 0:
            retry = math.ceil(seconds)
            raise Refusal(429, f"Too Many Requests: retry after {retry}", retry_after=retry)
        for bucket in buckets:
            bucket.level -= 1

    def _for(self, chat_id: Any) -> list[_Bucket]:
        limits = self._limits
        wanted: dict[object, tuple[float, float]] = {
            "all": (limits.overall, limits.overall),
            ("chat", chat_id): (limits.per_chat, limits.burst),
        }
        if isinstance(chat_id, int) and chat_id < 0:
            wanted["group", chat_id] = (limits.per_group_minute / 60, limits.per_group_minute)
        return [self._buckets.setdefault(key, _Bucket(rate, size)) for key, (rate, size) in wanted.items()]
