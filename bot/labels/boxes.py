"""Rectangles around things in a picture, in pixels of the upright original."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from bot.labels import base, studio
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
from bot.labels.boxcard import UNSEEN, asked, summary
from bot.labels.boxing import stepped
from bot.labels.cells import Box
from bot.labels.colours import colour
from bot.labels.matching import Named, apart, clusters, middle
from bot.labels.menu import index_of
from bot.labels.names import is_list, named, number_in
from bot.labels.options import words
from bot.labels.sketch import Sketch, Sketched, load
from bot.project import Json, LabelDef, Question
from bot.quality.consensus import Merged, medoid, vote
from bot.wording import phrase

NAME: Final = "boxes"
TITLE: Final = "What is where?"
OPTIONS: Final = frozenset({"field"})
CATEGORICAL: Final = False
FIELDS: Final[tuple[str, ...]] = ()
ABOUT: Final = "image"
EDITOR: Final = "boxes"
RIGHT: Final = base.OVERLAPS
DESCRIBED: Final = 100
MOST: Final = 500
"""Boxes on one picture."""

EXAMPLE: Final = Example(
    question=Question("label", "What is where?", NAME, (LabelDef("car", "🚗 Car"), LabelDef("dog", "🐕 Dog"))),
    label=[{"label": "car", "x": 80, "y": 60, "width": 160, "height": 120}],
    other=[{"label": "dog", "x": 0, "y": 0, "width": 80, "height": 60}],
    taps=(Typed("B2 C3 car"), Tap("ok1"), Tap("done")),
    subject=Subject(size=(640, 480)),
)


def check(question: Question) -> None:
    if not question.labels:
        raise BadQuestion(f"a question of the type {question.type!r} needs at least one label.")
    words(question, "field", 200)


def ask(question: Question, work: Work, subject: Subject) -> Ask:
    suggested = _suggested(question, subject)
    sketch = _sketch(work, suggested)
    return asked(question, sketch, subject.size or UNSEEN, suggested is not None and sketch == Sketch(suggested))


def advance(question: Question, work: Work, given: Given, subject: Subject) -> Step:
    suggested = _suggested(question, subject)
    sketch = _sketch(work, suggested)
    if given == Tap("done") and sketch.stage in ("look", "grid"):
        return Done(_records(question, sketch.kept))
    after = stepped(question, sketch, given, subject.size or UNSEEN)
    if len(after.boxes) > MOST:
        raise BadAnswer(phrase("boxes.most", most=MOST))
    # What changes nothing keeps the work as it is, so that the step leaves no trace.
    return Kept(work if after == sketch else after.as_json(suggested or ()))


def read(question: Question, value: Json) -> Label:
    """From a list of records, or JSON of one. A record may also hold its box as `bbox` or `box` [x, y, width, height],
    or as `xmin`, `ymin`, `xmax`, `ymax`."""
    held = _parsed(value) if isinstance(value, str) else value
    if not is_list(held):
        raise BadAnswer(phrase("label.missing"))
    if len(held) > MOST:
        raise BadAnswer(phrase("boxes.most", most=MOST))
    return [_read(question, number, one) for number, one in enumerate(held, 1)]


def fit(question: Question, label: Label, subject: Subject) -> Label:
    """Each box cut to the picture. Raises BadAnswer for one that lies wholly outside."""
    if subject.size is None:
        return label
    return [_record(one.label, _clipped(number, one.box, subject.size)) for number, one in enumerate(_boxes(label), 1)]


def begun(question: Question, work: Work, subject: Subject) -> Label:
    sketch = _sketch(work, _suggested(question, subject))
    return _records(question, [one for one in sketch.kept if one.label >= 0])


def describe(question: Question, label: Label) -> Said:
    names = [one.name for one in question.labels]
    labels = [names.index(name) for name in (one.label for one in _boxes(label)) if name in names]
    return cut(summary(question, labels), DESCRIBED) or phrase("boxes.nothing")


def distance(question: Question) -> Callable[[Label, Label], float]:
    """1 less the matched IoU, see `bot.labels.matching`."""
    return _unlike


metric = base.by_distance
parts = base.no_parts
rebuilt = base.never_rebuilt


def merge(question: Question, values: Sequence[Label], weights: Sequence[float] | None) -> Merged[Label]:
    """Boxes of several people that overlap are one thing; it stays if more than half of all weight has it, with the
    label that most of that weight says and each edge at the weighted median. `confidence` is the weighted mean
    likeness of the answers to what comes out.

    Where two people differ on whether a thing is there or what it is, their answers tie.
    """
    each = [1.0] * len(values) if weights is None else list(weights)
    weighty = [(_boxes(value), weight) for value, weight in zip(values, each, strict=True) if weight]
    if not weighty:
        return vote(values, weights)
    merged = _merged([boxes for boxes, _ in weighty], [weight for _, weight in weighty])
    if merged is None:
        return medoid(values, _unlike, weights)
    label = [_record(one.label, one.box) for one in merged]
    total = math.fsum(weight for _, weight in weighty)
    near = math.fsum(weight * (1 - apart(boxes, merged)) for boxes, weight in weighty)
    return Merged(label, near / total)


def drawn(question: Question, label: Label) -> dict[str, Json]:
    boxes = [(one.box, colour(question, one.label), one.label) for one in _boxes(label)]
    titles = {one.name: one.title for one in question.labels}
    return {
        "boxes": [
            {"box": list(box), "colour": shade, "mark": str(number), "title": titles.get(name, name)}
            for number, (box, shade, name) in enumerate(boxes, 1)
        ]
    }


def classes(label: Label) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.label for one in _boxes(label)))


to_cell = base.json_cell
from_cell = read


def to_studio(question: Question, label: Label, subject: Subject) -> list[StudioResult]:
    return studio.boxes_out(label, subject)


def from_studio(question: Question, results: Sequence[Mapping[str, Json]], subject: Subject) -> Label:
    return read(question, studio.boxes_in(results, subject))


def _sketch(work: Work, suggested: tuple[Sketched, ...] | None) -> Sketch:
    """What is boxed so far, before the first step what is suggested."""
    return load(work, suggested or ()) if isinstance(work, Mapping) else Sketch(suggested or ())


def _suggested(question: Question, subject: Subject) -> tuple[Sketched, ...] | None:
    """None where nothing is suggested, or what is cannot be of this picture."""
    if subject.suggestion is None:
        return None
    try:
        label = fit(question, read(question, subject.suggestion), subject)
    except BadAnswer:
        return None
    places = {label.name: int(index_of(question, label)) for label in question.labels}
    return tuple(Sketched(places[one.label], one.box) for one in _boxes(label))


def _records(question: Question, boxes: Sequence[Sketched]) -> list[dict[str, Json]]:
    return [_record(question.labels[one.label].name, one.box) for one in boxes]


def _record(label: str, box: Box) -> dict[str, Json]:
    x, y, width, height = (_whole(number) for number in box)
    return {"label": label, "x": x, "y": y, "width": width, "height": height}


def _whole(number: float) -> float:
    return int(number) if number == int(number) else number


def _parsed(text: str) -> Json:
    try:
        value: Json = json.loads(text)
    except (ValueError, RecursionError):
        raise BadAnswer(phrase("label.missing")) from None
    return value


def _read(question: Question, number: int, one: Json) -> dict[str, Json]:
    if not isinstance(one, Mapping):
        raise BadAnswer(phrase("boxes.record", number=number))
    label = named(question, one.get("label"), parents=False).name
    numbers = [number_in(value) for value in _sides(one)]
    if len(numbers) != 4 or None in numbers:
        raise BadAnswer(phrase("boxes.record", number=number))
    x, y, width, height = (value for value in numbers if value is not None)
    if "xmin" in one:
        width, height = width - x, height - y
    if width <= 0 or height <= 0:
        raise BadAnswer(phrase("boxes.record", number=number))
    return _record(label, (x, y, width, height))


def _sides(one: Mapping[str, Json]) -> Sequence[Json]:
    listed = one.get("bbox", one.get("box"))
    if is_list(listed):
        return listed
    names = ("xmin", "ymin", "xmax", "ymax") if "xmin" in one else ("x", "y", "width", "height")
    return [one.get(name) for name in names]


def _clipped(number: int, box: Box, size: tuple[int, int]) -> Box:
    x, y, width, height = box
    left, top, right, bottom = max(0.0, x), max(0.0, y), min(size[0], x + width), min(size[1], y + height)
    if right <= left or bottom <= top:
        raise BadAnswer(phrase("boxes.outside", number=number, width=size[0], height=size[1]))
    # Numbers that need no cutting stay as they are, to the last digit.
    kept_width = width if (left, right) == (x, x + width) else right - left
    kept_height = height if (top, bottom) == (y, y + height) else bottom - top
    return left, top, kept_width, kept_height


def _boxes(label: Label) -> list[Named]:
    """The boxes of a label that `read` took."""
    return [_named(one) for one in label if isinstance(one, Mapping)] if is_list(label) else []


def _named(one: Mapping[str, Json]) -> Named:
    x, y, width, height = (one[name] for name in ("x", "y", "width", "height"))
    assert isinstance(x, (int, float))
    assert isinstance(y, (int, float))
    assert isinstance(width, (int, float))
    assert isinstance(height, (int, float))
    return Named(str(one["label"]), (x, y, width, height))


def _unlike(one: Label, other: Label) -> float:
    return apart(_boxes(one), _boxes(other))


def _merged(answers: Sequence[Sequence[Named]], weights: Sequence[float]) -> list[Named] | None:
    """None where two answers differ and weigh the same: nobody says which is right."""
    half = math.fsum(weights) / 2
    kept = []
    for cluster in clusters(answers, weights):
        weight = cluster.weight(weights)
        even = math.isclose(weight, half, rel_tol=1e-9)
        boxes = [(answers[answer][place], weights[answer]) for answer, place in cluster.members]
        said = vote([box.label for box, _ in boxes], [share for _, share in boxes])
        if len(answers) == 2 and (even or said.value is None):
            return None
        if weight > half and not even:
            corners = middle([box.box for box, _ in boxes], [share for _, share in boxes])
            # A label that stands even among more people is the first by the alphabet, whoever answered first.
            kept.append((cluster.place(), Named(said.value or said.tie[0], corners)))
    return [box for _, box in sorted(kept, key=lambda one: (one[0], one[1].box))]
