"""What review comes to: how many items wait and are decided, and how often a reviewer decides against the answers."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from bot.quality.coding import Coder, Coding
from bot.quality.intervals import Interval, wilson
from storage import figures

JUDGED: Final = 2_000
"""Of so many decisions, the newest ones, it is told whether they went against the answers."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """`waiting` items stand in the queue, `decided` ones have a decision. Of the newest decisions `judged` were of
    items whose answers come to something; `overturned` of these went another way, a `share` (0…1) with its 95 %
    interval. None where none was judged."""

    waiting: int = 0
    decided: int = 0
    judged: int = 0
    overturned: int = 0
    share: float | None = None
    interval: Interval | None = None

    def __bool__(self) -> bool:
        return bool(self.waiting or self.decided)


def reviewed(connection: Connection, project: int, coding: Coding, decided: int) -> Reviewed:
    """Decided items, and those that wait; gold is left out of neither."""
    found = [_overturned(coding, *row) for row in figures.overruled(connection, project, JUDGED)]
    judged = [one for one in found if one is not None]
    waiting, over, count = figures.in_review(connection, project), sum(judged), len(judged)
    if not count:
        return Reviewed(waiting, decided)
    return Reviewed(waiting, decided, count, over, over / count, wilson(over, count))


def _overturned(coding: Coding, decision: str, joined: str) -> bool | None:
    """None where the answers to no question that was decided come to anything."""
    found = [
        _apart(coder, codes, right)
        for coder, codes, right in zip(
            coding.coders, coding.together(joined).units, coding.answer(decision), strict=True
        )
        if right is not None and codes
    ]
    judged = [one for one in found if one is not None]
    return any(judged) if judged else None


def _apart(coder: Coder, codes: tuple[int, ...], right: int) -> bool | None:
    merged = coder.type.merge(coder.question, [coder.labels[code] for code in codes], None)
    if merged.value is None:
        return None
    return coder.type.distance(coder.question)(merged.value, coder.labels[right]) > coder.type.RIGHT
