"""One label of several by one tap: the classification of anything, sentiment included."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.labels import base
from bot.labels.base import (
    Ask,
    BadAnswer,
    Done,
    Example,
    Given,
    Kept,
    Label,
    Said,
    Step,
    StudioResult,
    Subject,
    Tap,
    Work,
)
from bot.labels.menu import Menu, Place, check_labels, index_of, label_at, moved
from bot.labels.names import answerable, called, fitting, named, storable, studio_choices, unknown
from bot.labels.options import flag
from bot.project import Json, LabelDef, Question
from bot.wording import phrase

NAME: Final = "choice"
TITLE: Final = "One label of several"
OPTIONS: Final = frozenset({"parents"})
CATEGORICAL: Final = True
FIELDS: Final[tuple[str, ...]] = ()
PAGE: Final = 8

ABOUT: Final = ""
EDITOR: Final = ""
RIGHT: Final = 0.0

EXAMPLE: Final = Example(
    question=Question(
        "label",
        "How does the writer feel?",
        NAME,
        (
            LabelDef("positive", "😊 Positive"),
            LabelDef("neutral", "😐 Neutral"),
            LabelDef("negative", "😠 Negative"),
        ),
    ),
    label="positive",
    other="negative",
    taps=(Tap("0"),),
)


def check(question: Question) -> None:
    check_labels(question)
    _parents(question)


def ask(question: Question, work: Work, subject: Subject) -> Ask:
    place = Place.of(work)
    menu = Menu(
        question,
        PAGE,
        _parents(question),
        answer=lambda label: _answer(question, label),
        suggested=(subject.suggestion,) if isinstance(subject.suggestion, str) else (),
    )
    wide = len(question.labels) > PAGE or any(label.parent for label in question.labels)
    return Ask(
        menu.rows(place), hint=phrase("label.filter") if wide and not place.find else None, marked=menu.where(place)
    )


def advance(question: Question, work: Work, given: Given, subject: Subject) -> Step:
    if not isinstance(given, Tap):
        return _typed(question, given.text)
    to = moved(question, Place.of(work), given.choice)
    if to is not None:
        return Kept(to.kept() or None)
    label = label_at(question, given.choice.removeprefix("="))
    if not answerable(question, label, _parents(question)):
        raise BadAnswer(phrase("label.gone"))
    return Done(label.name)


def read(question: Question, value: Json) -> Label:
    return named(question, value, _parents(question)).name


def describe(question: Question, label: Label) -> Said:
    known = question.label(str(label))
    return known.title if known else str(label)


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
    return [{"type": "choices", "value": {"choices": [label]}}]


def from_studio(question: Question, results: Sequence[Mapping[str, Json]], subject: Subject) -> Label:
    return base.first_read(results, lambda result: _from_studio(question, result))


def _from_studio(question: Question, result: Mapping[str, Json]) -> Label:
    chosen = studio_choices(result)
    if len(chosen) != 1:
        raise BadAnswer(phrase("label.missing"))
    return read(question, chosen[0])


def _parents(question: Question) -> bool:
    return flag(question, "parents", False)


def _answer(question: Question, label: LabelDef) -> str:
    """A group's bare index opens its menu, so the group itself answers under another choice."""
    return ("=" if question.under(label.name) else "") + index_of(question, label)


def _typed(question: Question, text: str) -> Step:
    found = called(question, storable(text))
    if len(found) == 1 and answerable(question, found[0], _parents(question)):
        return Done(found[0].name)
    if len(found) == 1:
        return Kept(Place(under=found[0].name).kept())
    if fitting(question, text):
        return Kept(Place(find=text.strip()).kept())
    raise unknown(question, text)
