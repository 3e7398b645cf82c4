"""Any number of labels at once: buttons that set or clear, then Done."""

import json
import math
import re
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from bot.labels import base
from bot.labels.base import (
    Ask,
    BadAnswer,
    BadQuestion,
    Done,
    Example,
    Given,
    Kept,
    Label,
    Option,
    Said,
    Step,
    StudioResult,
    Subject,
    Tap,
    Work,
    cut,
)
from bot.labels.layout import Row, grid
from bot.labels.menu import Menu, Place, check_labels, index_of, label_at, moved
from bot.labels.names import QUOTED, answerable, called, fitting, is_list, named, storable, studio_choices, unknown
from bot.labels.options import count, flag
from bot.project import Json, LabelDef, Question
from bot.quality.consensus import Merged, medoid, vote
from bot.quality.parts import NO, YES, Elected, Part
from bot.wording import phrase

NAME: Final = "tags"
TITLE: Final = "Any number of labels"
OPTIONS: Final = frozenset({"parents", "min", "max", "other"})
CATEGORICAL: Final = True
FIELDS: Final[tuple[str, ...]] = ()
PAGE: Final = 12
COUNTED: Final = 64
"""Up to so many tags, each is a vote on every item; of more only those that somebody gave there."""
OTHER: Final = "other: "
OTHER_MOST: Final = 8
OTHER_LONG: Final = 60
DESCRIBED: Final = 100

ABOUT: Final = ""
EDITOR: Final = ""
RIGHT: Final = 0.0

EXAMPLE: Final = Example(
    question=Question(
        "topics",
        "What is the ticket about?",
        NAME,
        (
            LabelDef("billing", "💳 Billing"),
            LabelDef("delivery", "📦 Delivery"),
            LabelDef("defect", "🔧 Defect"),
            LabelDef("praise", "💐 Praise"),
        ),
    ),
    label=["billing", "defect"],
    other=["billing", "delivery", "praise"],
    taps=(Tap("+2"), Tap("+1"), Tap("+0"), Tap("-1"), Tap("done")),
)


def check(question: Question) -> None:
    check_labels(question)
    _parents(question)
    least, most = _bounds(question)
    if least > most:
        raise BadQuestion(f"`min` is {least} and `max` only {most}.")
    if _other(question) and any(label.name.startswith(OTHER.strip()) for label in question.labels):
        raise BadQuestion(f"with `other` no label's name may start with {OTHER.strip()!r}.")


def ask(question: Question, work: Work, subject: Subject) -> Ask:
    place, held = Place.of(work), _held(work)
    menu = Menu(
        question,
        PAGE,
        _parents(question),
        answer=lambda label: ("-" if label.name in held else "+") + index_of(question, label),
        chosen=held,
        suggested=_names(subject.suggestion),
    )
    free = grid([Option(_free(name), _cleared(name), chosen=True) for name in held if name.startswith(OTHER)])
    return Ask(
        (*menu.rows(place), *free, *_done(question, place, held)),
        hint=phrase("tags.hint_other") if _other(question) else phrase("tags.hint"),
        marked=menu.where(place) or _titles(question, held) or None,
    )


def advance(question: Question, work: Work, given: Given, subject: Subject) -> Step:
    place, held = Place.of(work), _held(work)
    if not isinstance(given, Tap):
        return _typed(question, held, given.text)
    if given.choice == "done":
        return Done(_bounded(question, held))
    to = moved(question, place, given.choice)
    return _kept(place, _tapped(question, held, given.choice)) if to is None else _kept(to, held)


def read(question: Question, value: Json) -> Label:
    """From a list of labels, or from text: a JSON list, or labels parted by commas, semicolons or bars."""
    return _bounded(question, _ordered(question, [_one(question, one) for one in _listed(question, value)]))


def describe(question: Question, label: Label) -> Said:
    names = _names(label)
    return cut(_titles(question, names), DESCRIBED) if names else phrase("label.none")


def distance(question: Question) -> Callable[[Label, Label], float]:
    """Jaccard: 1 less the share that both set of all that either set."""
    return _jaccard


fit = base.fits
begun = base.suggested
metric = base.by_distance
drawn = base.not_drawn


def merge(question: Question, values: Sequence[Label], weights: Sequence[float] | None) -> Merged[Label]:
    """Each tag by its own vote; `confidence` is that of the tag least sure of.

    Where a tag stands at half, or where what comes out breaks `min` or `max` or is a "none" that nobody gave, the
    answer nearest to all others is taken, and answers equally near tie.
    """
    answers = [_names(value) for value in values]
    every = _ordered(question, {name for names in answers for name in names})
    votes = [vote([name in names for names in answers], weights) for name in every]
    if not every:
        return vote(values, weights)
    merged = [name for name, one in zip(every, votes, strict=True) if one.value]
    possible = _allowed(question, merged) and (merged or [] in answers)
    if not possible or any(one.value is None for one in votes):
        return medoid(values, _jaccard, weights)
    return Merged(merged, min(one.confidence for one in votes))


def parts(question: Question, labels: Sequence[Label]) -> Sequence[Part] | None:
    """Each tag is there or not. Those that people made up are of one kind."""
    known = {label.name for label in question.labels}
    answers = [set(_names(label)) for label in labels]
    return tuple(
        Part(name if name in known else OTHER, tuple(YES if name in names else NO for names in answers))
        for name in _voted(question, labels)
    )


def rebuilt(question: Question, labels: Sequence[Label], elected: Sequence[Elected]) -> Merged[Label] | None:
    """All tags together are as likely right as each by itself, multiplied."""
    names = [name for name, one in zip(_voted(question, labels), elected, strict=True) if one.value == YES]
    if not _allowed(question, names):
        return None
    return Merged(names, math.prod(one.confidence for one in elected))


def _voted(question: Question, labels: Sequence[Label]) -> list[str]:
    every = [label.name for label in question.labels] if len(question.labels) <= COUNTED else []
    return _ordered(question, (*every, *(name for label in labels for name in _names(label))))


def classes(label: Label) -> tuple[str, ...]:
    return tuple(_names(label))


to_cell = base.json_cell
from_cell = read


def to_studio(question: Question, label: Label, subject: Subject) -> list[StudioResult]:
    """Free tags stand among the choices as they are: Label Studio shows them, though its configuration lacks them."""
    return [{"type": "choices", "value": {"choices": label}}]


def from_studio(question: Question, results: Sequence[Mapping[str, Json]], subject: Subject) -> Label:
    return base.first_read(results, lambda result: _from_studio(question, result))


def _from_studio(question: Question, result: Mapping[str, Json]) -> Label:
    return read(question, studio_choices(result))


def _parents(question: Question) -> bool:
    return flag(question, "parents", False)


def _other(question: Question) -> bool:
    return flag(question, "other", False)


def _bounds(question: Question) -> tuple[int, int]:
    several = len(question.labels) + (OTHER_MOST if _other(question) else 0)
    return count(question, "min", 0, 0, several), count(question, "max", several, 1, several)


def _allowed(question: Question, names: Sequence[str]) -> bool:
    least, most = _bounds(question)
    return least <= len(names) <= most


def _bounded(question: Question, names: list[str]) -> list[str]:
    least, _ = _bounds(question)
    if len(names) < least:
        raise BadAnswer(phrase("tags.least", count=len(names), least=least))
    return _not_too_many(question, names)


def _not_too_many(question: Question, names: list[str]) -> list[str]:
    _, most = _bounds(question)
    if len(names) > most:
        raise BadAnswer(phrase("tags.most", most=most))
    if sum(name.startswith(OTHER) for name in names) > OTHER_MOST:
        raise BadAnswer(phrase("tags.other_most", most=OTHER_MOST))
    return names


def _names(label: Json) -> list[str]:
    return [str(name) for name in label] if is_list(label) else []


def _held(work: Work) -> list[str]:
    return _names(work.get("set")) if isinstance(work, Mapping) else []


def _kept(place: Place, names: list[str]) -> Kept:
    return Kept({**place.kept(), **({"set": names} if names else {})} or None)


def _ordered(question: Question, names: Iterable[str]) -> list[str]:
    """Each once: labels as the project lists them, then free tags by the alphabet."""
    places = {label.name: place for place, label in enumerate(question.labels)}
    return sorted(set(names), key=lambda name: (places.get(name, len(places)), name))


def _tapped(question: Question, held: list[str], choice: str) -> list[str]:
    if choice.startswith("-x"):
        return [name for name in held if _cleared(name) != choice]
    label = label_at(question, choice[1:])
    if choice[0] == "-":
        return [name for name in held if name != label.name]
    if choice[0] != "+" or not answerable(question, label, _parents(question)):
        raise BadAnswer(phrase("label.gone"))
    return _added(question, held, [label.name])


def _added(question: Question, held: list[str], names: Iterable[str]) -> list[str]:
    """Raises BadAnswer over `max`; too few may still become enough."""
    return _not_too_many(question, _ordered(question, [*held, *names]))


def _typed(question: Question, held: list[str], text: str) -> Step:
    whole = called(question, storable(text))
    if len(whole) == 1 and not answerable(question, whole[0], _parents(question)):
        return _kept(Place(under=whole[0].name), held)
    pieces = _pieces(question, text)
    only = not _other(question) and len(pieces) == 1 and len(whole) != 1
    if only and fitting(question, text):
        return _kept(Place(find=text.strip()), held)
    return _kept(Place(), _added(question, held, [_one(question, piece, typed=True) for piece in pieces]))


def _pieces(question: Question, text: str) -> list[str]:
    """The labels in a text; a label whose own name has a comma is found whole."""
    if called(question, text):
        return [text]
    pieces = [piece.strip() for piece in re.split(r"[,;|\n]", text) if piece.strip()]
    if not pieces:
        raise unknown(question, text)
    return pieces


def _one(question: Question, value: Json, typed: bool = False) -> str:
    """The name of one label, or a free tag where these are allowed: from outside only if it says that it is one."""
    if isinstance(value, str) and _other(question):
        free = value.strip().startswith(OTHER.strip())
        if free or (typed and not called(question, value)):
            return _freed(value.strip().removeprefix(OTHER.strip()) if free else value)
    return named(question, value, _parents(question)).name


def _freed(text: str) -> str:
    said = " ".join(storable(text).split())
    if not said:
        raise BadAnswer(phrase("label.missing"))
    if len(said) > OTHER_LONG:
        raise BadAnswer(phrase("tags.other_long", text=cut(said, QUOTED), most=OTHER_LONG))
    return OTHER + said


def _listed(question: Question, value: Json) -> Sequence[Json]:
    if isinstance(value, str):
        return _in_text(question, value)
    if not is_list(value):
        raise BadAnswer(phrase("label.missing"))
    return value


def _in_text(question: Question, text: str) -> Sequence[Json]:
    try:
        value: Json = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    return value if is_list(value) else _pieces(question, text)


def _jaccard(one: Label, other: Label) -> float:
    first, second = set(_names(one)), set(_names(other))
    return 1 - len(first & second) / len(first | second) if first or second else 0.0


def _titles(question: Question, names: Sequence[str]) -> str:
    known = {label.name: label.title for label in question.labels}
    return ", ".join(known.get(name) or _free(name) for name in names)


def _free(name: str) -> str:
    return name.removeprefix(OTHER)


def _cleared(name: str) -> str:
    """The choice that clears a free tag: by its text, so that a double tap cannot clear the next one."""
    return f"-x{zlib.crc32(name.encode()):08x}"


def _done(question: Question, place: Place, held: list[str]) -> tuple[Row, ...]:
    """The way to save. "None" is a label like others: it does not stand out, and belongs to no group."""
    if held or _bounds(question)[0] > 0:
        return ((Option(phrase("label.done", count=len(held)), "done", main=True),),)
    return () if place.under or place.find else ((Option(phrase("label.none"), "done"),),)
