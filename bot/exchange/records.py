"""An item to import, as every source becomes one before media are prepared and anything is stored."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bot.exchange.problems import BadRow
from bot.exchange.raw import clean
from bot.labels.names import as_text
from storage.items import PRIORITIES, IncomingAnswer

LONGEST_KEY: Final = 400
LONGEST_EXPLANATION: Final = 4000
MOST_OVERLAP: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A file that an export of ours refers to: its hash, and where it was put beside the export, if it was.

    `width` and `height` are the original's, which the file as it was served no longer has.
    """

    kind: str
    sha256: str
    width: int | None
    height: int | None
    file: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """`key` is None where the data shall be it; `data` may hold blobs; `kept` are files of ours by field. `aside` is a
    suggestion that goes with a new item only. `dropped` says of what came with it why it could not be taken. `counted`
    is the (width, height) of the picture whose pixels its labels count; None: those of the upright original."""

    line: int
    key: str | None
    data: Mapping[str, Any]
    gold: Mapping[str, Any] | None = None
    explanation: str | None = None
    suggestion: Mapping[str, Any] | None = None
    aside: Mapping[str, Any] | None = None
    priority: int | None = None
    overlap: int | None = None
    kept: Mapping[str, Kept] = field(default_factory=dict)
    answers: tuple[IncomingAnswer, ...] = ()
    dropped: tuple[str, ...] = ()
    counted: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        for name in self.data:
            if not name.isascii() and clean(name) != name:
                raise BadRow("the name of one of its fields holds half of a character (a lone surrogate)")


def key_of(value: Any) -> str | None:
    """What a cell says an item is called; None where it is empty. Raises BadRow for what no database can hold."""
    text = value if isinstance(value, str) else as_text(value)
    if text is None and value is not None:
        raise BadRow("the id must be text or a number")
    if not text:
        return None
    if len(text) > LONGEST_KEY:
        raise BadRow(f"the id is longer than {LONGEST_KEY} characters")
    if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        raise BadRow("the id holds half of a character (a lone surrogate)")
    if "\0" in text:
        raise BadRow("the id holds a NUL character")
    return text


def explains(column: str) -> bool:
    """Whether a column beside gold says why it is right: nobody is to see it before they answer."""
    return column.strip().casefold() == "explanation"


def explanation(value: Any) -> str | None:
    """Why gold is right, in a cell; None where it is empty. Raises BadRow for what no database can hold."""
    text = (value if isinstance(value, str) else as_text(value) or "").strip()
    if "\0" in text or clean(text) != text:
        raise BadRow("the explanation holds a NUL character or half of a character")
    if len(text) > LONGEST_EXPLANATION:
        raise BadRow(f"the explanation is longer than {LONGEST_EXPLANATION} characters")
    return text or None


def whole(name: str, value: Any, low: int, high: int) -> int | None:
    """A whole number in a cell; None where it is empty. Raises BadRow."""
    said = "" if value is None else as_text(value)
    text = "?" if said is None else said.strip()
    if not text:
        return None
    try:
        number = int(text.removesuffix(".0"))
    except ValueError:
        number = None
    if number is None or isinstance(value, bool) or not low <= number <= high:
        raise BadRow(f"{name} must be a whole number from {low} to {high}, and is {text[:40]!r}")
    return number


def priority(value: Any) -> int | None:
    return whole("priority", value, PRIORITIES.start, PRIORITIES.stop - 1)


def overlap(value: Any) -> int | None:
    return whole("overlap", value, 1, MOST_OVERLAP)


def score(value: Any) -> float | None:
    """How sure a model was, any finite number; None where it does not say. Raises BadRow."""
    if value is None or value == "":
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise BadRow(f"score must be a number, and is {str(value)[:40]!r}")
    return number


def suggestion(labels: Mapping[str, Any], given_score: Any, model: Any) -> dict[str, Any] | None:
    """A suggestion as items keep it; None without a label."""
    if not labels:
        return None
    found: dict[str, Any] = {"label": dict(labels)}
    if (number := score(given_score)) is not None:
        found["score"] = number
    if model not in (None, ""):
        found["model"] = str(model)
    return found
