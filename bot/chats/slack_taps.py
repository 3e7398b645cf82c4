"""Which taps only repeat the one before them: a finger that was too quick wants no line about it."""

from collections import OrderedDict

from bot.chat import Press

SECONDS = 10.0
REMEMBERED = 20_000


class Taps:
    """Each person's last tap, in memory only: after a restart a line too many is shown."""

    def __init__(self) -> None:
        self._last: OrderedDict[str, tuple[str, str, float]] = OrderedDict()

    def repeats(self, press: Press, at: float) -> bool:
        """Keeps a tap; whether the person's last one was the same, a moment ago. `at` is the time by Slack's clock."""
        message, data, before = self._last.pop(press.user, ("", "", 0.0))
        self._last[press.user] = (press.shown.message, press.data, at)
        if len(self._last) > REMEMBERED:
            self._last.popitem(last=False)
        return (message, data) == (press.shown.message, press.data) and abs(at - before) < SECONDS
