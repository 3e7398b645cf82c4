"""An answer that somebody gave elsewhere, as it comes in."""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bot.exchange.problems import BadRow
from bot.exchange.raw import clean
from storage.columns import dump, micros
from storage.items import IncomingAnswer

_PUBLIC: Final = re.compile(r"[A-Za-z0-9._@+-]{1,32}")

_TIMES: Final = (datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))
_LONGEST: Final = timedelta(days=24)
"""As many milliseconds as every database counts with."""
_LONGEST_NAME: Final = 200


def public(person: str) -> str:
    """A pseudonym that fits: the given one, or one made from it, the same each time."""
    return person if _PUBLIC.fullmatch(person) else hashlib.sha256(person.encode("utf-8", "replace")).hexdigest()[:12]


def moment(value: Any, name: str) -> int:
    """UTC microseconds of a time written as in RFC 3339; one without a zone is taken as UTC. Raises BadRow."""
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        raise BadRow(f"{name} must be a time such as 2026-05-04T10:00:00Z, and is {str(value)[:40]!r}") from None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    if not _TIMES[0] <= found < _TIMES[1]:
        raise BadRow(f"{name} must lie between 1970 and 2200, and is {str(value)[:40]!r}")
    return micros(found)


def milliseconds(seconds: Any) -> int | None:
    if seconds in (None, ""):
        return None
    try:
        return min(max(0, round(float(seconds) * 1000)), _LONGEST // timedelta(milliseconds=1))
    except (TypeError, ValueError, OverflowError):
        raise BadRow(f"seconds must be a number, and is {str(seconds)[:40]!r}") from None


def answer(
    *,
    person: str,
    name: str,
    kind: str,
    labels: dict[str, Any] | None,
    note: Any,
    version: int,
    seconds: Any,
    answered_at: int,
    superseded_at: int | None = None,
    unsure: bool = False,
    aid: str | None = None,
) -> IncomingAnswer:
    if note is not None and not isinstance(note, str):
        raise BadRow(f"note must be text, and is {str(note)[:40]!r}")
    return IncomingAnswer(
        public=public(person),
        name=clean(name)[:_LONGEST_NAME],
        kind=kind,
        label=None if labels is None else dump(labels),
        note=clean(note) if note else None,
        version=version,
        milliseconds=milliseconds(seconds),
        answered_at=answered_at,
        superseded_at=superseded_at,
        unsure=unsure,
        aid=aid,
    )
