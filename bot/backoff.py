"""Growing pauses between one try and the next, for whoever tries again."""

import random


class Backoff:
    """Each pause is twice the one before, with jitter, so that many programs do not come back at the same moment."""

    def __init__(self, first: float = 0.5, longest: float = 15.0) -> None:
        self._first = first
        self._longest = longest
        self.failures = 0

    def reset(self) -> None:
        self.failures = 0

    def next(self) -> float:
        """Seconds to wait now."""
        self.failures += 1
        whole = min(self._longest, self._first * 2.0 ** min(self.failures - 1, 16))
        return whole * random.uniform(0.5, 1.0)
