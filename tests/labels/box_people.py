"""Simulated people who box things: by the two grids of the chat, and several of them on the same pictures."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from bot.labels import boxes
from bot.labels.cells import Box, Grid, closer, refined
from bot.labels.matching import Named, iou, paired
from bot.project import Json, LabelDef, Question

PICTURE = (1280, 960)
LABELS = ("car", "dog", "bird", "bus", "cup")
QUESTION = Question("label", "What is where?", "boxes", tuple(LabelDef(name, name) for name in LABELS))


def by_grids(draw: random.Random, low: float, high: float, count: int) -> tuple[float, float]:
    """Mean IoU of `count` random boxes, whose sides are `low` to `high` of the picture's, with the box that one grid
    gives, and with that of a grid and another one in each corner cell."""
    once = twice = 0.0
    whole = Grid.over((0, 0, *PICTURE))
    for _ in range(count):
        wide, tall = (draw.uniform(low, high) * side for side in PICTURE)
        x, y = draw.uniform(0, PICTURE[0] - wide), draw.uniform(0, PICTURE[1] - tall)
        ends = x + wide - 1e-6, y + tall - 1e-6
        first, second = pointed(whole, x, y), pointed(whole, *ends)
        once += iou((x, y, wide, tall), whole.span(first, second))
        grids = closer(whole, first, second)
        found = refined(PICTURE, grids, pointed(grids[0], x, y), pointed(grids[-1], *ends))
        twice += iou((x, y, wide, tall), found)
    return once / count, twice / count


def pointed(grid: Grid, x: float, y: float) -> str:
    """The cell in which a point lies."""
    left, top, wide, tall = grid.area
    column, row = int((x - left) / wide * grid.columns), int((y - top) / tall * grid.rows)
    return grid.names[min(row, grid.rows - 1)][min(column, grid.columns - 1)]


@dataclass(frozen=True)
class Person:
    """`loose`: standard deviation of an edge, in sides of the box. The others are shares of things missed, named
    wrongly, and of pictures in which something is boxed that is not there."""

    loose: float
    misses: float
    errs: float
    imagines: float


def crowd(draw: random.Random, people: int) -> list[Person]:
    return [
        Person(draw.uniform(0.01, 0.06), draw.uniform(0.02, 0.15), draw.uniform(0.01, 0.1), draw.uniform(0.0, 0.4))
        for _ in range(people)
    ]


def scene(draw: random.Random) -> list[Named]:
    """One to ten things, of which no two lie mostly on one another."""
    things: list[Named] = []
    for _ in range(draw.randint(1, 10)):
        thing = Named(draw.choice(LABELS), _somewhere(draw))
        if all(iou(thing.box, other.box) < 0.3 for other in things):
            things.append(thing)
    return things


def answer(draw: random.Random, person: Person, things: Sequence[Named]) -> list[Named]:
    """What one person boxes, in an order of their own."""
    found = [_seen(draw, person, thing) for thing in things if draw.random() >= person.misses]
    if draw.random() < person.imagines:
        found.append(Named(draw.choice(LABELS), _somewhere(draw)))
    draw.shuffle(found)
    return found


def picture(draw: random.Random, people: Sequence[Person]) -> tuple[list[Named], list[list[dict[str, Json]]]]:
    """What is there, and each person's label of it."""
    things = scene(draw)
    return things, [[_record(one) for one in answer(draw, person, things)] for person in people]


def f1_of_merged(draw: random.Random, pictures: int, people: int = 5) -> dict[float, float]:
    """F1 of merged boxes against the truth, at an IoU of a half and of three quarters."""
    somebody = crowd(draw, people)
    matched, merged_count, true_count = {0.5: 0, 0.75: 0}, 0, 0
    for _ in range(pictures):
        things, labels = picture(draw, somebody)
        merged = boxes.merge(QUESTION, labels, None).value
        assert isinstance(merged, list)
        found = [Named(str(one["label"]), (one["x"], one["y"], one["width"], one["height"])) for one in merged]
        merged_count, true_count = merged_count + len(found), true_count + len(things)
        for least in matched:
            matched[least] += len(paired(things, found, least))
    return {least: 2 * count / (merged_count + true_count) for least, count in matched.items()}


def _somewhere(draw: random.Random) -> Box:
    wide, tall = draw.uniform(0.06, 0.45) * PICTURE[0], draw.uniform(0.06, 0.45) * PICTURE[1]
    x, y = draw.uniform(0, PICTURE[0] - wide), draw.uniform(0, PICTURE[1] - tall)
    return round(x), round(y), max(1, round(wide)), max(1, round(tall))


def _seen(draw: random.Random, person: Person, thing: Named) -> Named:
    x, y, wide, tall = thing.box
    left, right = (round(edge + draw.gauss(0, person.loose * wide)) for edge in (x, x + wide))
    top, bottom = (round(edge + draw.gauss(0, person.loose * tall)) for edge in (y, y + tall))
    label = draw.choice(LABELS) if draw.random() < person.errs else thing.label
    return Named(label, (left, top, max(1, right - left), max(1, bottom - top)))


def _record(one: Named) -> dict[str, Json]:
    x, y, wide, tall = one.box
    return {"label": one.label, "x": x, "y": y, "width": wide, "height": tall}
