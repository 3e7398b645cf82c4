"""What a card is made of besides its item."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

Aid: TypeAlias = Callable[[int, Any, Any], tuple[bool, Any]]
"""Of an item's number, its gold and its suggestion: whether a suggestion is shown, and the wrong one that stands in for
it, None for the item's own."""


def as_it_is(item: int, gold: Any, suggestion: Any) -> tuple[bool, Any]:
    """The suggestion is shown where there is one."""
    return suggestion is not None, None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """What a new card is made of besides its item. `moment` is now; `hard_first` where items that are not sure enough
    come to skilled people before their turn."""

    project: int
    person: int
    chat: int
    chat_external: str
    version: int
    nonce: str
    lease: timedelta
    moment: datetime
    role: str | None
    answered: int
    total: int
    aid: Aid = as_it_is
    hard_first: bool = False
