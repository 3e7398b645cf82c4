"""Numbers and lists as they stand in sentences."""

from collections.abc import Iterable
from typing import Final

LISTED: Final = 8
"""How many names a sentence lists."""


def counted(count: int, one: str, many: str = "") -> str:
    """`1 row`, `2 rows`, `2,000 rows`."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def listed(names: Iterable[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`; of many the first and how many more."""
    held = list(names)
    if len(held) > LISTED:
        held = [*held[: LISTED - 1], f"{len(held) - LISTED + 1} more"]
    return f" {last} ".join(part for part in (", ".join(held[:-1]), *held[-1:]) if part)
