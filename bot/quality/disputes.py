"""The items people differ most on, of however many."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

from bot.labels.base import Said
from bot.quality.coding import Coder, Codes, Together


@dataclass(frozen=True, slots=True, order=True)
class Dispute:
    """The greater, the worse. `question` is the place of the one people differ most on, `codes` their labels to it."""

    disagreement: float
    answers: int
    earlier: int
    """The item's id, negated."""
    question: int
    codes: Codes

    @property
    def item(self) -> int:
        return -self.earlier


class Worst:
    """Keeps so many. Items are offered in their order: of equals the earlier one stays."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._held: list[Dispute] = []
        self.count = 0
        """Of all items that people differ on."""

    def offer(self, item: int, found: Together) -> None:
        if not found.disagreement:
            return
        self.count += 1
        full = len(self._held) == self._size
        if full and (found.disagreement, found.answers) <= (self._held[0].disagreement, self._held[0].answers):
            return
        dispute = Dispute(found.disagreement, found.answers, -item, found.question, found.units[found.question])
        (heapq.heappushpop if full else heapq.heappush)(self._held, dispute)

    def listed(self) -> list[Dispute]:
        """The worst first."""
        return sorted(self._held, reverse=True)


def tallied(coder: Coder, codes: Codes) -> Iterator[tuple[Said, int]]:
    """Each label with how often it was given, the most frequent first."""
    for code in sorted(set(codes), key=lambda code: (-codes.count(code), code)):
        yield coder.said(code), codes.count(code)
