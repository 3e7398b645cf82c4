"""A number from 1 to the end of a scale."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from bot.labels import base
from bot.labels.base import (
    Ask,
    BadAnswer,
    BadQuestion,
    Done,
    Example,
    Given,
    Label,
    Option,
    Said,
    Step,
    StudioResult,
    Subject,
    Tap,
    Work,
)
from bot.labels.layout import even
from bot.labels.names import as_text, studio_value
from bot.labels.options import count, no_labels, words
from bot.project import Json, Question
from bot.quality.measures import Distance, ordinal
from bot.wording import phrase

NAME: Final = "rating"
TITLE: Final = "A number on a scale"
OPTIONS: Final = frozenset({"scale", "low", "high"})
CATEGORICAL: Final = True
FIELDS: Final[tuple[str, ...]] = ()
ROW: Final = 5
END_TITLE: Final = 40

ABOUT: Final = ""
EDITOR: Final = ""
RIGHT: Final = 0.0

EXAMPLE: Final = Example(
    question=Question("label", "How good is the answer?", NAME, options={"low": "useless", "high": "excellent"}),
    label=4,
    other=1,
    taps=(Tap("4"),),
)


def check(question: Question) -> None:
    no_labels(question)
    _scale(question)
    if bool(words(question, "low", END_TITLE)) != bool(words(question, "high", END_TITLE)):
        raise BadQuestion("`low` and `high` come together: say what both ends of the scale mean.")


def ask(question: Question, work: Work, subject: Subject) -> Ask:
    scale = _scale(question)
    numbers = [
        Option(str(number), str(number), suggested=number == subject.suggestion) for number in range(1, scale + 1)
    ]
    low, high = words(question, "low", END_TITLE), words(question, "high", END_TITLE)
    hint = phrase("rating.hint", low=1, low_title=low, high=scale, high_title=high) if low else None
    return Ask(even(numbers, ROW), hint=hint)


def advance(question: Question, work: Work, given: Given, subject: Subject) -> Step:
    return Done(_number(question, given.choice if isinstance(given, Tap) else given.text))


def read(question: Question, value: Json) -> Label:
    """From a whole number, or one in a text; "4.0", as tables write it, is 4."""
    text = None if isinstance(value, bool) else as_text(value)
    return _number(question, (text or "").strip().removesuffix(".0"))


def describe(question: Question, label: Label) -> Said:
    return f"{label} / {_scale(question)}"


fit = base.fits
begun = base.suggested
merge = base.vote
parts = base.one_part
rebuilt = base.one_rebuilt(read)
drawn = base.not_drawn
classes = base.itself
from_cell = read


def distance(question: Question) -> Callable[[Label, Label], float]:
    """How far apart on the scale, the whole scale being 1."""
    reach = _scale(question) - 1
    return lambda one, other: abs(_value(one) - _value(other)) / reach


def metric(labels: Sequence[Label], totals: Sequence[int]) -> Distance[Label] | None:
    """Of the numbers only the order counts: from 1 to 2 may be farther than from 4 to 5."""
    between = ordinal([_value(label) for label in labels], totals)
    return lambda one, other: between(_value(one), _value(other))


def to_studio(question: Question, label: Label, subject: Subject) -> list[StudioResult]:
    return [{"type": "rating", "value": {"rating": label}}]


def from_studio(question: Question, results: Sequence[Mapping[str, Json]], subject: Subject) -> Label:
    return base.first_read(results, lambda result: _from_studio(question, result))


def _from_studio(question: Question, result: Mapping[str, Json]) -> Label:
    return read(question, studio_value(result, "rating"))


def to_cell(label: Label) -> str | int | float | None:
    return _value(label)


def _scale(question: Question) -> int:
    return count(question, "scale", 5, 2, 10)


def _number(question: Question, text: str) -> int:
    """Any way of writing the digits counts, 4️⃣ too. Raises BadAnswer."""
    plain = unicodedata.normalize("NFKC", text).replace("\ufe0f", "").replace("\u20e3", "").strip()
    scale = _scale(question)
    # No more than two digits: longer ones could cost more than a look.
    if not (plain.isascii() and plain.isdigit() and len(plain) <= 2 and 1 <= int(plain) <= scale):
        raise BadAnswer(phrase("rating.wrong", low=1, high=scale))
    return int(plain)


def _value(label: Label) -> int:
    assert isinstance(label, int), f"{label!r} is no rating"
    return label
