"""Which of two is better; they may also be equally good, or both bad."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.labels import base
from bot.labels.base import (
    Ask,
    BadAnswer,
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
from bot.labels.layout import Row
from bot.labels.names import is_list, studio_value
from bot.labels.options import flag, no_labels
from bot.project import Json, Question
from bot.wording import LANGUAGES, Phrase, phrase, say

NAME: Final = "pairwise"
TITLE: Final = "Which of two is better"
OPTIONS: Final = frozenset({"tie", "both_bad"})
CATEGORICAL: Final = True
FIELDS: Final = ("a", "b")
SIDES: Final = ("left", "right")

_TITLES: Final[Mapping[str, Phrase]] = {
    "left": phrase("pairwise.left"),
    "right": phrase("pairwise.right"),
    "tie": phrase("pairwise.tie"),
    "both_bad": phrase("pairwise.both_bad"),
}

ABOUT: Final = ""
EDITOR: Final = ""
RIGHT: Final = 0.0

EXAMPLE: Final = Example(
    question=Question("label", "Which answer is better?", NAME),
    label="right",
    other="tie",
    taps=(Tap("right"),),
)


def check(question: Question) -> None:
    no_labels(question)
    _more(question)


def ask(question: Question, work: Work, subject: Subject) -> Ask:
    rows: list[Row] = [_row(SIDES, subject.suggestion)]
    if _more(question):
        rows.append(_row(_more(question), subject.suggestion))
    return Ask(tuple(rows))


def advance(question: Question, work: Work, given: Given, subject: Subject) -> Step:
    if isinstance(given, Tap):
        return Done(_known(question, given.choice))
    return Done(_known(question, _typed(given.text)))


def read(question: Question, value: Json) -> Label:
    """From "left", "right", "tie" or "both_bad", or from a button's title in any language."""
    return _known(question, _typed(value) if isinstance(value, str) else "")


def describe(question: Question, label: Label) -> Said:
    return _TITLES.get(str(label), str(label))


fit = base.fits
begun = base.suggested
distance = base.nominal
metric = base.by_distance
drawn = base.not_drawn
merge = base.vote
parts = base.one_part
rebuilt = base.one_rebuilt(read)
classes = base.itself
to_cell = base.text_cell
from_cell = read


def to_studio(question: Question, label: Label, subject: Subject) -> list[StudioResult]:
    """Label Studio's Pairwise control knows two sides only: the rest goes into a Choices control beside it."""
    if label in SIDES:
        return [{"type": "pairwise", "value": {"selected": label}}]
    return [{"type": "choices", "value": {"choices": [label]}}]


def from_studio(question: Question, results: Sequence[Mapping[str, Json]], subject: Subject) -> Label:
    return base.first_read(results, lambda result: _from_studio(question, result))


def _from_studio(question: Question, result: Mapping[str, Json]) -> Label:
    value = studio_value(result, "selected", "choices")
    if is_list(value) and len(value) == 1:
        return read(question, value[0])
    return read(question, value)


def _more(question: Question) -> tuple[str, ...]:
    return tuple(label for label in ("tie", "both_bad") if flag(question, label, True))


def _row(labels: Sequence[str], suggestion: Label) -> Row:
    return tuple(Option(_TITLES[label], label, suggested=label == suggestion) for label in labels)


def _typed(text: str) -> str:
    """The label that a text names or titles; any other text as it is."""
    wanted = text.strip().casefold()
    titled = {say(language, title).casefold(): label for language in LANGUAGES for label, title in _TITLES.items()}
    return titled.get(wanted, wanted)


def _known(question: Question, label: str) -> str:
    if label not in (*SIDES, *_more(question)):
        raise BadAnswer(phrase("pairwise.wrong"))
    return label
