"""Which items of a report somebody wants to see: by label, by person, by day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import urlencode

from bot.characters import storable

LONG = 200
"""Characters of a field that are read."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Items that somebody gave an answer like this: to `question` the `label`, by `person` (a pseudonym), between the
    days `first` and `last`, both included. Empty, or None, is any."""

    question: str = ""
    label: str = ""
    person: str = ""
    first: date | None = None
    last: date | None = None

    def __bool__(self) -> bool:
        return bool(self.label or self.person or self.first or self.last)

    @property
    def address(self) -> str:
        """As a form sends it, beside the report's own address."""
        fields = {"label": f"{self.question}/{self.label}" if self.label else "", "person": self.person}
        days = {"from": self.first.isoformat() if self.first else "", "to": self.last.isoformat() if self.last else ""}
        return "?" + urlencode({name: said for name, said in (fields | days).items() if said})


EVERYTHING: Final = Wanted()


def wanted(fields: Mapping[str, str]) -> Wanted:
    """What a form said; a field that nobody can read is as if it were empty."""
    question, _, label = storable(fields.get("label", "")[:LONG]).partition("/")
    person = storable(fields.get("person", "")[:LONG])
    return Wanted(question, label, person, _day(fields.get("from", "")), _day(fields.get("to", "")))


def _day(said: str) -> date | None:
    try:
        found = date.fromisoformat(said[:10])
    except ValueError:
        return None
    # Nothing was answered before there were such programs, and far days are no moments any more.
    return found if 2000 <= found.year <= 2999 else None
