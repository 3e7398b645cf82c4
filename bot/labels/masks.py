"""Areas of a picture, pixel by pixel, as COCO run lengths of the upright original."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from bot.labels import base, studio
from bot.labels.base import Ask, BadAnswer, Example, Given, Label, Said, Step, StudioResult, Subject, Work
from bot.labels.names import is_list, named
from bot.labels.options import flag
from bot.project import Json, LabelDef, Question
from bot.wording import phrase

NAME: Final = "masks"
TITLE: Final = "Which parts are what?"
OPTIONS: Final = frozenset({"field", "instances"})
CATEGORICAL: Final = False
FIELDS: Final[tuple[str, ...]] = ()
ABOUT: Final = "image"
EDITOR: Final = "masks"
RIGHT: Final = base.OVERLAPS

EXAMPLE: Final = Example(
    question=Question("label", "Which parts are what?", NAME, (LabelDef("road", "🛣️ Road"), LabelDef("sky", "☁️ Sky"))),
    label=[{"label": "road", "size": [4, 4], "counts": "04<"}],
    other=[{"label": "sky", "size": [4, 4], "counts": ":6"}],
    taps=(),
    subject=Subject(size=(4, 4)),
)


def check(question: Question) -> None:
    if not question.labels:
        raise base.BadQuestion(f"a question of the type {question.type!r} needs at least one label.")


def ask(question: Question, work: Work, subject: Subject) -> Ask:
    return Ask(page=True)


def advance(question: Question, work: Work, given: Given, subject: Subject) -> Step:
    raise BadAnswer(phrase("label.gone"))


def read(question: Question, value: Json) -> Label:
    """From a list of records, or JSON of one."""
    held = json.loads(value) if isinstance(value, str) else value
    if not is_list(held):
        raise BadAnswer(phrase("label.missing"))
    return [_read(question, one) for one in held]


def _read(question: Question, one: Json) -> dict[str, Json]:
    if not isinstance(one, Mapping):
        raise BadAnswer(phrase("label.missing"))
    return {
        "label": named(question, one.get("label"), False).name,
        "size": one.get("size"),
        "counts": one.get("counts"),
    }


fit = base.fits
metric = base.by_distance
merge = base.vote


def describe(question: Question, label: Label) -> Said:
    return ", ".join(classes(label))


def distance(question: Question) -> Callable[[Label, Label], float]:
    return base.nominal(question)


def classes(label: Label) -> tuple[str, ...]:
    return tuple(str(one["label"]) for one in label if isinstance(one, Mapping)) if is_list(label) else ()


def to_studio(question: Question, label: Label, subject: Subject) -> list[StudioResult]:
    return studio.masks_out(label, subject)


def from_studio(question: Question, results: Sequence[Mapping[str, Json]], subject: Subject) -> Label:
    return read(question, studio.masks_in(results, subject, flag(question, "instances", False)))


def to_cell(label: Label) -> str | int | float | None:
    return json.dumps(label, ensure_ascii=False)


from_cell = read
