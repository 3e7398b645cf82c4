"""A label as plain votes: what a crowd's methods count, whatever the label's type."""

from dataclasses import dataclass
from typing import Final

YES: Final = "1"
NO: Final = "0"


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that each of an item's labels says something about; `given` is what each says. What people confuse is
    counted over all parts of one `kind`."""

    kind: str
    given: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Elected:
    """What one part comes to, and how likely that is right (0…1)."""

    kind: str
    value: str
    confidence: float
