"""The response_urls of recent taps: leave to change a message without chat.update's 50 a minute for all."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

USES = 5
SECONDS = 29 * 60.0
"""Slack lets a response_url be used 5 times within 30 minutes (docs.slack.dev, handling user interaction)."""
REMEMBERED = 20_000


@dataclass
class _Leave:
    url: str
    at: float
    uses: int = 0


class Leaves:
    """In memory only: after a restart chat.update does it. `clock` in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: OrderedDict[tuple[str, str], _Leave] = OrderedDict()

    def keep(self, channel: str, message: str, url: str) -> None:
        self._known[channel, message] = _Leave(url, self._clock())
        self._known.move_to_end((channel, message))
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def take(self, channel: str, message: str) -> str:
        """A response_url for one use, or ""."""
        leave = self._known.get((channel, message))
        if leave is None:
            return ""
        if leave.uses >= USES or self._clock() - leave.at > SECONDS:
            self.drop(channel, message)
            return ""
        leave.uses += 1
        return leave.url

    def drop(self, channel: str, message: str) -> None:
        self._known.pop((channel, message), None)
