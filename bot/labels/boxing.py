"""What a tap or a reply does to boxes: suggested ones kept or dropped, new ones by two cells and two more from near."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final

from bot.labels.base import BadAnswer, Given, Tap
from bot.labels.boxreply import Corner, Corners, Drops, Line, Names, example, lines
from bot.labels.cells import Grid, closer, refined, rounded
from bot.labels.menu import Place, index_of, label_at, moved
from bot.labels.names import answerable, called, fitting, named, storable
from bot.labels.sketch import PICK, UNKNOWN, Sketch, Sketched
from bot.project import Question
from bot.wording import phrase

Size = tuple[int, int]

_KEEP: Final = re.compile(r"([+-])([0-9]{1,3})")
_EDIT: Final = re.compile(r"e([0-9]{1,3})")
_CELL: Final = re.compile(r"([0-9]{1,3})([abrs])([A-Z][0-9])")
_LABEL: Final = re.compile(r"([0-9]{1,3})=([0-9]{1,5})")
_FINE: Final = re.compile(r"ok([0-9]{1,3})")
_PAGE: Final = re.compile(r"p([0-9]{1,3})")


def stepped(question: Question, sketch: Sketch, given: Given, size: tuple[int, int]) -> Sketch:
    """One step further; the same sketch where nothing changes. Raises BadAnswer."""
    if isinstance(given, Tap):
        return _tapped(question, sketch, given.choice, size)
    if sketch.stage == "label":
        return _label_typed(question, sketch, given.text)
    return _typed(question, sketch, lines(question, given.text), size)


def _tapped(question: Question, sketch: Sketch, choice: str, size: Size) -> Sketch:
    if sketch.stage == "label" and (place := moved(question, sketch.place, choice)) is not None:
        return replace(sketch, place=place)
    if choice in _MOVES:
        return _MOVES[choice](sketch, size)
    if found := _PAGE.fullmatch(choice):
        return _turned(sketch, int(found[1]))
    if found := _KEEP.fullmatch(choice):
        return _dropped(sketch, int(found[2]), found[1] == "-")
    if found := _EDIT.fullmatch(choice):
        return replace(sketch, changing=_known(sketch, int(found[1])), place=Place())
    if found := _LABEL.fullmatch(choice):
        return _named(sketch, int(found[1]), _label(question, found[2]))
    if found := _FINE.fullmatch(choice):
        return _fine(sketch, (_known(sketch, int(found[1])),), size)
    if found := _CELL.fullmatch(choice):
        point = _pointed if found[2] in "ab" else _pointed_near
        return point(question, sketch, int(found[1]), found[2] in "bs", found[3], size)
    raise BadAnswer(phrase("label.gone"))


_MOVES: Final[Mapping[str, Callable[[Sketch, Size], Sketch]]] = {
    "more": lambda sketch, size: replace(sketch, adding=True, changing=0, corner="", place=Place()),
    "change": lambda sketch, size: replace(sketch, changing=PICK, place=Place()),
    "back": lambda sketch, size: replace(sketch, adding=False, changing=0, corner="", place=Place()),
    "okall": lambda sketch, size: _fine(sketch, range(1, len(sketch.boxes) + 1), size),
}


def _known(sketch: Sketch, number: int) -> int:
    """The number, if there is such a box. Raises BadAnswer."""
    if sketch.number(number) is None:
        raise BadAnswer(phrase("boxes.no_box", number=number, count=len(sketch.boxes)))
    return number


def _turned(sketch: Sketch, page: int) -> Sketch:
    if sketch.stage not in ("look", "pick"):
        raise BadAnswer(phrase("label.gone"))
    return replace(sketch, place=Place(page=page))


def _dropped(sketch: Sketch, number: int, dropped: bool) -> Sketch:
    box = sketch.boxes[_known(sketch, number) - 1]
    return replace(sketch.put(number, replace(box, dropped=dropped)), corner="" if box.cells else sketch.corner)


def _label(question: Question, index: str) -> int:
    label = label_at(question, index)
    if not answerable(question, label, False):
        raise BadAnswer(phrase("label.gone"))
    return int(index)


def _named(sketch: Sketch, number: int, label: int) -> Sketch:
    box = sketch.boxes[_known(sketch, number) - 1]
    return replace(sketch.put(number, replace(box, label=label)), changing=0, place=Place())


def _fine(sketch: Sketch, numbers: Iterable[int], size: Size) -> Sketch:
    """Boxes that are good enough as their corner cells say."""
    for number in numbers:
        box = sketch.boxes[number - 1]
        if box.cells and not box.dropped:
            sketch = replace(sketch.put(number, replace(box, box=rounded(box.box, size), cells="")), corner="")
    return sketch


def _pointed(question: Question, sketch: Sketch, count: int, second: bool, cell: str, size: Size) -> Sketch:
    """A cell of the grid; `count` is how many boxes there were, so that a late second tap begins no new one."""
    if count > len(sketch.boxes):
        raise BadAnswer(phrase("label.gone"))
    if count < len(sketch.boxes) or sketch.stage != "grid":
        return sketch
    Grid.over((0, 0, *size)).place(cell)
    if not second:
        return replace(sketch, corner=cell)
    if not sketch.corner:
        raise BadAnswer(phrase("label.gone"))
    return _added(question, sketch, Corners(sketch.corner, cell, UNKNOWN), size)


def _pointed_near(question: Question, sketch: Sketch, number: int, second: bool, cell: str, size: Size) -> Sketch:
    """A cell of a corner seen from near, of the box of that number."""
    if _known(sketch, number) != sketch.coarse:
        return sketch
    if second and not sketch.corner:
        raise BadAnswer(phrase("label.gone"))
    if second:
        return _refined(sketch, sketch.corner, cell, UNKNOWN, size)
    _closer(sketch, size)[0].place(cell)
    return replace(sketch, corner=cell)


def _added(question: Question, sketch: Sketch, said: Corners, size: Size) -> Sketch:
    grid = Grid.over((0, 0, *size))
    cells = " ".join(grid.corners(said.first, said.second))
    label = said.label if said.label != UNKNOWN else _only(question)
    return sketch.with_box(Sketched(label, grid.span(said.first, said.second), cells))


def _only(question: Question) -> int:
    """The label of every box where there is but one."""
    labels = [label for label in question.labels if answerable(question, label, False)]
    return int(index_of(question, labels[0])) if len(labels) == 1 else UNKNOWN


def _refined(sketch: Sketch, first: str, second: str, label: int, size: Size) -> Sketch:
    """The box whose corners are looked at from near, once they are known."""
    number = sketch.coarse
    box = sketch.boxes[number - 1]
    exact = refined(size, _closer(sketch, size), first, second)
    label = box.label if label == UNKNOWN else label
    return replace(sketch.put(number, Sketched(label, exact)), corner="")


def _closer(sketch: Sketch, size: Size) -> tuple[Grid, ...]:
    return closer(Grid.over((0, 0, *size)), *sketch.boxes[sketch.coarse - 1].cells.split())


def _typed(question: Question, sketch: Sketch, said: list[Line], size: Size) -> Sketch:
    """All lines of a reply, or none of them."""
    near = sketch.stage == "near"
    boxed = [line for line in said if isinstance(line, Corners)]
    if near and (len(boxed) > 1 or any(_elsewhere(sketch, line) for line in boxed)):
        raise BadAnswer(phrase("boxes.near_first", number=sketch.coarse))
    for line in said:
        if isinstance(line, Names):
            sketch = _named(sketch, line.number, line.label)
        elif isinstance(line, Drops):
            sketch = _dropped(sketch, line.number, line.dropped)
        elif isinstance(line, Corner):
            sketch = _second(question, sketch, line, size)
        elif near:
            sketch = _refined(sketch, line.first, line.second, line.label, size)
        else:
            sketch = _added(question, sketch, line, size)
    return sketch


def _elsewhere(sketch: Sketch, line: Corners) -> bool:
    """Whether a line may speak of another box than the one looked at from near: that one has its label already."""
    return line.label != UNKNOWN and sketch.boxes[sketch.coarse - 1].label != UNKNOWN


def _second(question: Question, sketch: Sketch, line: Corner, size: Size) -> Sketch:
    """One cell alone is the second corner where the first was tapped."""
    if not sketch.corner:
        raise BadAnswer(phrase("boxes.one_cell", cell=line.cell, label=example(question)))
    if sketch.stage == "near":
        return _refined(sketch, sketch.corner, line.cell, UNKNOWN, size)
    return _added(question, sketch, Corners(sketch.corner, line.cell, UNKNOWN), size)


def _label_typed(question: Question, sketch: Sketch, text: str) -> Sketch:
    """What is in the box that is asked about; a group opens its menu, a part of a name lists what fits."""
    known = called(question, storable(text))
    if len(known) == 1 and not answerable(question, known[0], False):
        return replace(sketch, place=Place(under=known[0].name))
    if len(known) != 1 and fitting(question, text):
        return replace(sketch, place=Place(find=text.strip()))
    label = named(question, text, False)
    return _named(sketch, sketch.unnamed or sketch.changing, int(index_of(question, label)))
