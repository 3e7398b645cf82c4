"""Areas of a picture, pixel by pixel, as COCO run lengths of the upright original."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from bot.labels import base, rle, studio
from bot.labels.base import (
    Ask,
    BadAnswer,
    BadQuestion,
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
    Typed,
    Work,
    cut,
)
from bot.labels.colours import colour
from bot.labels.mask_card import asked
from bot.labels.mask_records import areas, flat, read_record, record
from bot.labels.mask_replies import label_of, replied, tapped
from bot.labels.mask_votes import apart, merged, merged_things, things_apart
from bot.labels.mask_work import Case, Marking
from bot.labels.menu import Place, check_labels, moved
from bot.labels.names import is_list, storable
from bot.labels.options import flag, words
from bot.labels.regions import Regions
from bot.project import Json, LabelDef, Question
from bot.quality.consensus import Merged
from bot.wording import phrase

NAME: Final = "masks"
TITLE: Final = "Parts of a picture, pixel by pixel"
OPTIONS: Final = frozenset({"field", "instances"})
CATEGORICAL: Final = False
FIELDS: Final[tuple[str, ...]] = ()
ABOUT: Final = "image"
EDITOR: Final = "masks"
RIGHT: Final = base.OVERLAPS
DESCRIBED: Final = 100

EXAMPLE: Final = Example(
    question=Question("parts", "What is where?", NAME, (LabelDef("road", "🛣️ Road"), LabelDef("sky", "☁️ Sky"))),
    label=[{"label": "road", "size": [4, 4], "counts": "088"}],
    other=[{"label": "road", "size": [4, 4], "counts": "04<"}, {"label": "sky", "size": [4, 4], "counts": "88"}],
    taps=(Tap("l1"), Typed("1"), Typed("1 road"), Tap("done")),
    subject=Subject(size=(4, 4), regions=lambda: Regions(4, 4, (1, 2, 1, 2, 3, 4, 3, 4), (2,) * 8, (1, 1, 2, 2))),
)


def check(question: Question) -> None:
    if len(question.labels) > 1:
        check_labels(question)
    elif not question.labels:
        raise BadQuestion(f"a question of the type {question.type!r} needs at least one label.")
    flag(question, "instances", False)
    words(question, "field", 100)


def ask(question: Question, work: Work, subject: Subject) -> Ask:
    """What is suggested comes first, to keep, drop or call otherwise. Where nothing is, or something is missing there,
    the picture is cut into numbered regions that a reply marks."""
    return asked(Case.of(question, work, subject), Place.of(work))


def advance(question: Question, work: Work, given: Given, subject: Subject) -> Step:
    case, place = Case.of(question, work, subject), Place.of(work)
    if isinstance(given, Typed):
        return _kept(Place(), replied(case, storable(given.text)))
    if not isinstance(given, Tap):
        raise BadAnswer(phrase("label.gone"))
    if given.choice == "done":
        return Done(label_of(case))
    to = moved(question, place, given.choice)
    return _kept(Place(), tapped(case, given.choice)) if to is None else _kept(to, case.marking)


def begun(question: Question, work: Work, subject: Subject) -> Label:
    """What is marked so far, as a label; nothing where what is suggested cannot be read."""
    try:
        return label_of(Case.of(question, work, subject))
    except BadAnswer:
        return []


def read(question: Question, value: Json) -> Label:
    """From a list of records, or JSON of one; COCO's counts as a string or as numbers."""
    held = value
    if isinstance(value, str):
        try:
            held = json.loads(value)
        except (ValueError, RecursionError):
            held = None
    if not is_list(held):
        raise BadAnswer(phrase("label.missing"))
    return [read_record(question, one) for one in held]


def fit(question: Question, label: Label, subject: Subject) -> Label:
    """Of the picture's size, each pixel under one label (a later one covers an earlier one), each label once, nothing
    empty; with `instances` masks may overlap, and each stays as it is."""
    held = areas(label)
    if subject.size is not None and any(area.size != subject.size[::-1] for area in held):
        width, height = subject.size
        raise BadAnswer(phrase("masks.size", width=width, height=height))
    layers = [(area.label, area.counts) for area in held if rle.area(area.counts)]
    if not flag(question, "instances", False):
        layers = flat(layers)
    return [record(name, held[0].size, mask) for name, mask in layers]


def describe(question: Question, label: Label) -> Said:
    """Each label with its share of the picture."""
    shares: dict[str, float] = {}
    for area in areas(label):
        shares[area.label] = shares.get(area.label, 0.0) + rle.area(area.counts) / (area.size[0] * area.size[1])
    listed = ", ".join(f"{_title(question, name)} {_percent(share)} %" for name, share in shares.items())
    return cut(listed, DESCRIBED) if listed else phrase("masks.nothing")


def distance(question: Question) -> Callable[[Label, Label], float]:
    """1 less the mean IoU over the labels that either has; with `instances`, over the masks that pair best."""
    return things_apart if flag(question, "instances", False) else apart


metric = base.by_distance
parts = base.no_parts
rebuilt = base.never_rebuilt


def merge(question: Question, values: Sequence[Label], weights: Sequence[float] | None) -> Merged[Label]:
    """Pixel by pixel by vote; see `bot.labels.mask_votes`. Each answer is weighed by its nearness there already, so of
    people's weights the root is taken: with whole ones two of five would outvote three."""
    weights = None if weights is None else [math.sqrt(one) for one in weights]
    order = [label.name for label in question.labels]
    return (merged_things if flag(question, "instances", False) else merged)(values, weights, order)


def drawn(question: Question, label: Label) -> dict[str, Json]:
    masks: list[Json] = [
        {"size": [*area.size], "counts": area.text, "colour": colour(question, area.label), "mark": str(number)}
        for number, area in enumerate(areas(label), 1)
    ]
    return {"masks": masks}


def classes(label: Label) -> tuple[str, ...]:
    """The labels that are there."""
    return tuple(dict.fromkeys(area.label for area in areas(label)))


to_cell = base.json_cell
from_cell = read


def to_studio(question: Question, label: Label, subject: Subject) -> list[StudioResult]:
    return studio.masks_out(label, subject)


def from_studio(question: Question, results: Sequence[Mapping[str, Json]], subject: Subject) -> Label:
    return read(question, studio.masks_in(results, subject, flag(question, "instances", False)))


def _kept(place: Place, marking: Marking) -> Kept:
    return Kept({**place.kept(), **marking.kept()} or None)


def _title(question: Question, name: str) -> str:
    found = question.label(name)
    return found.title if found else name


def _percent(share: float) -> str:
    percent = 100 * share
    return "<1" if 0 < percent < 1 else str(round(percent))
