"""What is said in a recording (or stands in a picture), typed; a draft may be confirmed instead."""

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
    Typed,
    Work,
    cut,
)
from bot.labels.names import as_text, is_list, storable, studio_value
from bot.labels.options import count, no_labels, words
from bot.project import Json, Question
from bot.quality.consensus import Merged, medoid
from bot.quality.measures import edit_distance_ratio
from bot.wording import Phrase, phrase

NAME: Final = "transcript"
TITLE: Final = "What is said, typed"
OPTIONS: Final = frozenset({"unintelligible", "max"})
CATEGORICAL: Final = False
FIELDS: Final[tuple[str, ...]] = ()
UNINTELLIGIBLE: Final = "[unintelligible]"
MAX: Final = 3000
"""Characters a text box holds on every platform; Slack's limit is the smallest."""
DESCRIBED: Final = 60

ABOUT: Final = ""
EDITOR: Final = ""
RIGHT: Final = 0.0

EXAMPLE: Final = Example(
    question=Question("label", "What is said?", NAME),
    label="The kettle is on.",
    other="The cattle are on.",
    taps=(Typed("  The kettle is on.\n"),),
)


def check(question: Question) -> None:
    no_labels(question)
    _unintelligible(question)
    _max(question)


def ask(question: Question, work: Work, subject: Subject) -> Ask:
    """A draft that could not be an answer (too long, empty) is not offered."""
    draft = _draft(question, subject.suggestion)
    buttons = [Option(phrase("transcript.correct"), "ok", main=True)] if draft else []
    if _unintelligible(question):
        buttons.append(Option(phrase("transcript.unintelligible"), "none"))
    return Ask(
        tuple((button,) for button in buttons),
        hint=_hint(question, draft),
        marked=phrase("transcript.draft", text=draft) if draft else None,
        typed=True,
        form=True,
        limit=_max(question),
    )


def _hint(question: Question, draft: str | None) -> Phrase:
    if draft:
        return phrase("transcript.hint_draft")
    return phrase("transcript.hint") if _unintelligible(question) else phrase("transcript.hint_words")


def advance(question: Question, work: Work, given: Given, subject: Subject) -> Step:
    if not isinstance(given, Tap):
        return Done(_text(question, given.text))
    if given.choice == "none" and _unintelligible(question):
        return Done(_unintelligible(question))
    if given.choice != "ok":
        raise BadAnswer(phrase("label.gone"))
    draft = _draft(question, subject.suggestion)
    if not draft:
        raise BadAnswer(phrase("transcript.no_draft"))
    return Done(draft)


def read(question: Question, value: Json) -> Label:
    text = as_text(value)
    if text is None:
        raise BadAnswer(phrase("label.missing"))
    return _text(question, text)


def describe(question: Question, label: Label) -> Said:
    return cut(" ".join(str(label).split()), DESCRIBED)


to_cell = base.text_cell
from_cell = read


def distance(question: Question) -> Callable[[Label, Label], float]:
    """Edits ÷ the longer text's length, in code points."""
    return _apart


fit = base.fits
begun = base.suggested
metric = base.by_distance
drawn = base.not_drawn


def merge(question: Question, values: Sequence[Label], weights: Sequence[float] | None) -> Merged[Label]:
    """The text nearest to all others."""
    return medoid(values, _apart, weights)


def classes(label: Label) -> tuple[str, ...]:
    return ()


def to_studio(question: Question, label: Label, subject: Subject) -> list[StudioResult]:
    return [{"type": "textarea", "value": {"text": [label]}}]


def from_studio(question: Question, results: Sequence[Mapping[str, Json]], subject: Subject) -> Label:
    return base.first_read(results, lambda result: _from_studio(question, result))


def _from_studio(question: Question, result: Mapping[str, Json]) -> Label:
    """Several texts, as from a box that was submitted more than once, become lines."""
    value = studio_value(result, "text")
    if is_list(value):
        return read(question, "\n".join(as_text(line) or "" for line in value))
    return read(question, value)


def _max(question: Question) -> int:
    return count(question, "max", MAX, 1, MAX)


def _unintelligible(question: Question) -> str:
    """The label for speech nobody can make out; empty where there is no such answer."""
    value = question.options.get("unintelligible", True)
    if isinstance(value, bool):
        return UNINTELLIGIBLE if value else ""
    if not isinstance(value, str) or not words(question, "unintelligible", DESCRIBED):
        raise BadQuestion("`unintelligible` must be true, false, or the text to save for it.")
    return value.strip()


def _text(question: Question, text: str) -> str:
    """`text` without what surrounds it; within, every sign is kept. Raises BadAnswer."""
    said = storable(text).strip()
    if all(unicodedata.category(sign)[0] in "CZ" for sign in said):
        raise BadAnswer(phrase("transcript.empty"))
    if len(said) > _max(question):
        raise BadAnswer(phrase("transcript.long", count=len(said), most=_max(question)))
    return said


def _draft(question: Question, suggestion: Label) -> str:
    if not isinstance(suggestion, str):
        return ""
    try:
        return _text(question, suggestion)
    except BadAnswer:
        return ""


def _apart(one: Label, other: Label) -> float:
    return edit_distance_ratio(str(one), str(other))
