"""How boxes are asked for in a chat: suggested ones numbered, a grid to point with, corners from near, labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from bot.labels.base import Ask, Option
from bot.labels.boxreply import example
from bot.labels.cells import Box, Grid, closer
from bot.labels.colours import colour
from bot.labels.layout import Row, grid
from bot.labels.menu import Menu, Place, index_of
from bot.labels.sketch import UNKNOWN, Sketch, Sketched
from bot.project import Json, Question
from bot.wording import Phrase, phrase

PAGE: Final = 8
"""Boxes on one page of buttons."""
LABELS: Final = 12
UNSEEN: Final = (1000, 1000)
"""Stands for the size of a picture that is not there, which nobody is asked about."""


def asked(question: Question, sketch: Sketch, size: tuple[int, int], as_suggested: bool) -> Ask:
    """`as_suggested` says that the sketch is still what a model says."""
    show = {"look": _look, "grid": _grid, "near": _near, "label": _naming, "pick": _pick}[sketch.stage]
    ask = show(question, sketch, size)
    if as_suggested:
        ask = replace(ask, rows=tuple(tuple(_as_suggested(option) for option in row) for row in ask.rows))
    return replace(ask, marked=summary(question, [one.label for one in sketch.kept]) or None, page=True)


def summary(question: Question, labels: Sequence[int]) -> str:
    """How many of what, in the order of the question's labels."""
    counts = [(labels.count(place), label.title) for place, label in enumerate(question.labels)]
    return ", ".join(f"{count} {title}" for count, title in counts if count)


def _as_suggested(option: Option) -> Option:
    """What saves the suggestion as it is bears its sign and says so."""
    if option.choice != "done":
        return option
    count = isinstance(option.title, Phrase) and option.title.fields.get("count")
    return replace(option, title=phrase("boxes.all_good", count=count) if count else option.title, suggested=True)


def _look(question: Question, sketch: Sketch, size: tuple[int, int]) -> Ask:
    change = (Option(phrase("boxes.change"), "change"),) if len(question.labels) > 1 else ()
    return Ask(
        (
            *_listed(question, sketch, lambda number, one: f"{'+' if one.dropped else '-'}{number}"),
            (*change, Option(phrase("boxes.more"), "more")),
            (_finish(sketch),),
        ),
        hint=phrase("boxes.look", label=example(question)),
        drawing={"boxes": drawn(question, sketch)},
    )


def _pick(question: Question, sketch: Sketch, size: tuple[int, int]) -> Ask:
    return Ask(
        (*_listed(question, sketch, lambda number, one: f"e{number}"), (Option(phrase("label.back"), "back"),)),
        hint=phrase("boxes.pick"),
        drawing={"boxes": drawn(question, sketch)},
    )


def _listed(question: Question, sketch: Sketch, choice: Callable[[int, Sketched], str]) -> tuple[Row, ...]:
    """A button for each box of the page, and the ways to other pages."""
    last = max(0, len(sketch.boxes) - 1) // PAGE
    page = min(sketch.place.page, last)
    numbered = list(enumerate(sketch.boxes, 1))[page * PAGE : (page + 1) * PAGE]
    options = [
        Option(f"{number} {question.labels[one.label].title}", choice(number, one), chosen=not one.dropped)
        for number, one in numbered
    ]
    ways = [Option(phrase("label.previous", page=page, pages=last + 1), f"p{page - 1}")] if page else []
    ways += [Option(phrase("label.next", page=page + 2, pages=last + 1), f"p{page + 1}")] if page < last else []
    return (*grid(options), *((tuple(ways),) if ways else ()))


def _finish(sketch: Sketch) -> Option:
    count = len(sketch.kept)
    return Option(phrase("label.done", count=count) if count else phrase("boxes.nothing"), "done", main=True)


def _grid(question: Question, sketch: Sketch, size: tuple[int, int]) -> Ask:
    cells = Grid.over((0, 0, *size))
    back = (Option(phrase("label.back"), "back"),) if sketch.boxes or sketch.corner else ()
    drawing: dict[str, Json] = {"grid": _cells(cells, sketch.corner), "boxes": drawn(question, sketch)}
    return Ask(
        (
            *_buttons(cells, f"{len(sketch.boxes)}{'b' if sketch.corner else 'a'}", sketch.corner),
            (*back, _finish(sketch)),
        ),
        hint=phrase("boxes.second", cell=sketch.corner)
        if sketch.corner
        else phrase("boxes.grid", cells=_example(cells, "B3", cells, "F7"), label=example(question)),
        drawing=drawing,
    )


def _near(question: Question, sketch: Sketch, size: tuple[int, int]) -> Ask:
    number = sketch.coarse
    grids = closer(Grid.over((0, 0, *size)), *sketch.boxes[number - 1].cells.split())
    several = sum(bool(one.cells) for one in sketch.kept) > 1
    every = (Option(phrase("boxes.fine_all"), "okall"),) if several else ()
    shown = grids[-1] if sketch.corner else grids[0]
    return Ask(
        (
            *_buttons(shown, f"{number}{'s' if sketch.corner else 'r'}", "" if len(grids) > 1 else sketch.corner),
            (Option(phrase("boxes.fine"), f"ok{number}", main=True), *every),
        ),
        hint=phrase("boxes.near_second", cell=sketch.corner)
        if sketch.corner
        else phrase("boxes.near", cells=_example(grids[0], "C2", grids[-1], "F5")),
        drawing={"panel": _zooms(number, sketch, grids)},
    )


def _example(first: Grid, one: str, last: Grid, other: str) -> str:
    """Two corners to show in a sentence: of a long picture the usual ones may not be there."""
    return f"{first.nearest(one)} {last.nearest(other)}"


def _zooms(number: int, sketch: Sketch, grids: Sequence[Grid]) -> Json:
    """The corner cells from near; the second one alone, and so larger, once the first corner is known."""
    signs = ("◤", "◢") if len(grids) > 1 else ("◤ ◢",)
    cells = dict.fromkeys(sketch.boxes[number - 1].cells.split())
    zooms: list[Json] = [
        {
            "title": f"{number}  {sign}  {cell}",
            "crop": _tenths(one.around()),
            "grid": _cells(one, sketch.corner if len(grids) == 1 else "", area=True),
        }
        for one, sign, cell in zip(grids, signs, cells, strict=True)
    ]
    return zooms[-1:] if sketch.corner else zooms


def _tenths(box: Box) -> list[float]:
    return [round(number, 1) for number in box]


def _cells(cells: Grid, lit: str, area: bool = False) -> dict[str, Json]:
    shown: dict[str, Json] = {"columns": cells.columns, "rows": cells.rows, "cells": [lit] if lit else []}
    return {**shown, "area": _tenths(cells.area)} if area else shown


def _buttons(cells: Grid, before: str, lit: str) -> tuple[Row, ...]:
    """A button for each cell, lying as the cells lie in the picture."""
    return tuple(tuple(Option(name, before + name, chosen=name == lit) for name in row) for row in cells.names)


def _naming(question: Question, sketch: Sketch, size: tuple[int, int]) -> Ask:
    number = sketch.unnamed or sketch.changing
    present = sketch.boxes[number - 1].label
    chosen = () if present == UNKNOWN else (question.labels[present].name,)
    menu = Menu(question, LABELS, False, answer=lambda label: f"{number}={index_of(question, label)}", chosen=chosen)
    back = ((Option(phrase("label.back"), "back"),),) if sketch.changing and sketch.place == Place() else ()
    return Ask(
        (*menu.rows(sketch.place), *back),
        hint=phrase("boxes.what", number=number),
        drawing={"boxes": drawn(question, sketch, lit=number)},
    )


def drawn(question: Question, sketch: Sketch, lit: int = 0) -> list[Json]:
    """The boxes as `bot.media.painting` paints them; the one numbered `lit` stands out."""
    return [_drawn(question, number, one, number == lit) for number, one in enumerate(sketch.boxes, 1)]


def _drawn(question: Question, number: int, one: Sketched, lit: bool) -> Json:
    label = question.labels[one.label] if one.label != UNKNOWN else None
    shown: dict[str, Json] = {"box": list(one.box), "mark": str(number)}
    shown["colour"] = colour(question, label.name) if label else -1
    if label:
        shown["title"] = label.title
    if one.dropped:
        shown["faint"] = True
    return {**shown, "lit": True} if lit else shown
