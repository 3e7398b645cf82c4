"""How the fake fails on request, and how fast it lets the bot go."""

from collections import deque
from dataclasses import dataclass

PLAIN = ("ratelimited", "html", "drop", "drop_after", "half", "empty", "delay")
MINUTE = 60.0
UPDATES_A_MINUTE = 50  # chat.update is Tier 3, for the whole workspace
VIEWS_A_MINUTE = 100  # views.* are Tier 4
POSTS_BURST = 5  # chat.postMessage: one a second and channel, after a small burst; its size is not documented


@dataclass
class Fault:
    """One planned failure of a method.

    what: an HTTP status; "ratelimited" (429, retry_after seconds); "html" (a 502 page); "drop" (connection closed
    before anything happened); "drop_after", "half", "empty" (it did happen, but the answer is lost, cut in half,
    empty); "delay" (nothing but the wait). error: an ok:false answer instead. delay: seconds to wait first.
    """

    method: str
    what: int | str
    retry_after: int
    error: str | None
    delay: float
    times: int

    def __post_init__(self) -> None:
        if isinstance(self.what, str) and self.what not in PLAIN:
            raise ValueError(f"unknown fault {self.what!r}: use a status or one of {', '.join(PLAIN)}")

    @property
    def happens_anyway(self) -> bool:
        return self.error is None and self.what in ("drop_after", "half", "empty", "delay")


class Faults:
    """The planned failures, taken in the order they were planned."""

    def __init__(self) -> None:
        self.planned: list[Fault] = []

    def take(self, method: str) -> Fault | None:
        for fault in self.planned:
            if fault.method in (method, "*"):
                fault.times -= 1
                self.planned = [other for other in self.planned if other.times > 0]
                return fault
        return None


class Rates:
    """Slack's documented rates; `wait` is 0 or the Retry-After seconds of a 429."""

    def __init__(self) -> None:
        self._past: dict[str, deque[float]] = {}

    def wait(self, method: str, channel: str, now: float) -> int:
        if method == "chat.update":
            return self._window(method, UPDATES_A_MINUTE, MINUTE, now)
        if method.startswith("views."):
            return self._window(method, VIEWS_A_MINUTE, MINUTE, now)
        if method == "chat.postMessage":
            return self._window(f"{method} {channel}", POSTS_BURST, float(POSTS_BURST), now)
        return 0

    def _window(self, key: str, most: int, seconds: float, now: float) -> int:
        past = self._past.setdefault(key, deque())
        while past and now - past[0] >= seconds:
            past.popleft()
        if len(past) >= most:
            return max(1, round(seconds - (now - past[0])))
        past.append(now)
        return 0
