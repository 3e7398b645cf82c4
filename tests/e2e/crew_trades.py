"""What the crew does of each type in a chat: the project's file, its items, and how an answer is acted out.

Boxes have their corners on the card's grid and masks their edges on its regions, so that what is typed in one chat and
what is drawn on the page of another are the same label.
"""

import io
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from bot.labels.mask_records import record
from bot.labels.regions import Regions, unpacked
from storage import regions
from storage.database import opened, run
from tests.crew import CRAFTS, Craft, stable
from tests.running import Home

SIZE = (640, 480)
CELL = (80, 60)
"""Pixels of one of the 8 × 8 cells of the card's grid."""
Meant = Any
"""An answer before it is typed or drawn: a label, cells of the grid, or numbers of regions."""


@dataclass(frozen=True)
class Trade:
    """`typed` is what somebody does of an item by its number who answers in the chat: titles of buttons after "=", all
    else is typed; `label` is what that comes to, and what the page sends."""

    kind: str
    craft: Craft
    typed: Callable[[int, Meant], list[str]]
    label: Callable[[Meant], Any] = lambda meant: meant

    @property
    def marked(self) -> bool:
        """Whether there is a page for it."""
        return self.kind in ("spans", "boxes", "masks")


def write(folder: Path, kind: str, overlap: str, items: int, most: int) -> tuple[Path, Path]:
    """A project's file and its items, as somebody has them who begins; nobody answers more than `most` of them."""
    project, rows = folder / f"{kind}.toml", folder / f"{kind}.jsonl"
    labels = "".join(
        f'[[labels]]\nname = "{one.name}"\ntitle = "{one.title}"\n' for one in CRAFTS[kind].question.labels
    )
    rules = f'overlap = {overlap}\nmax_per_person = {most}\ngold_share = 0\nlease = "7 days"\n'
    project.write_text(f'name = "{kind}"\ntype = "{kind}"\n{rules}{labels}')
    (folder / "photo.jpg").write_bytes(photograph())
    rows.write_text("".join(json.dumps({"id": f"i{number}"} | _row(kind, number)) + "\n" for number in range(items)))
    return project, rows


def _row(kind: str, number: int) -> dict[str, Any]:
    data = CRAFTS[kind].data(number)
    if kind == "pairwise":
        return {"a": data["text"], "b": f"Another {number}"}
    return data | {"photo": "photo.jpg"} if "photo" in data else data


def photograph() -> bytes:
    """Squares of many colours, so that there is something to cut into regions."""
    squares = np.random.default_rng(4).integers(40, 220, (6, 8, 3), np.uint8)
    out = io.BytesIO()
    Image.fromarray(squares).resize(SIZE, Image.Resampling.NEAREST).save(out, "JPEG", quality=95)
    return out.getvalue()


def trade(kind: str, home: Home) -> Trade:
    """Once the items are imported: masks are made of the regions that the picture was cut into."""
    if kind == "boxes":
        return _boxes()
    if kind == "masks":
        return _masks(_regions(home))
    if kind == "tags":
        names = [one.name for one in CRAFTS[kind].question.labels]
        return Trade(kind, CRAFTS[kind], _TYPED[kind], lambda meant: sorted(meant, key=names.index))
    return Trade(kind, CRAFTS[kind], _TYPED.get(kind, _one_tap))


def _one_tap(number: int, meant: Meant) -> list[str]:
    sides = {"left": "A", "right": "B"}
    return [f"={sides.get(meant, str(meant).title())}"]


def _words(number: int, meant: Sequence[dict[str, Any]]) -> list[str]:
    """By their numbers: a name may be there twice."""
    text = CRAFTS["spans"].data(number)["text"]
    said = [f"{text[: one['start']].count(' ') + 1} {one['label']}" for one in meant]
    return ["; ".join(said), "=Done"]


_TYPED: dict[str, Callable[[int, Meant], list[str]]] = {
    "tags": lambda number, meant: [*(f"={name.title()}" for name in meant), "=Done"],
    "transcript": lambda number, meant: [meant],
    "spans": _words,
}

Cells = tuple[int, int, int, int]
"""Left column, upper row, right column, lower row; all from 0."""


def _boxes() -> Trade:
    def box(number: int, place: int) -> Cells:
        rng = stable("cells", number, place)
        left, top = rng.randrange(2) + 4 * place, rng.randrange(3)
        return left, top, left + rng.randrange(1, 3), top + rng.randrange(2, 5)

    def truth(number: int) -> list[Cells]:
        return [box(number, place) for place in range(2)]

    def wrong(number: int, rng: random.Random) -> list[Cells]:
        left, top = rng.randrange(7), rng.randrange(5, 7)
        return [(left, top, left + 1, top + 1)]

    def typed(number: int, meant: Sequence[Cells]) -> list[str]:
        said = ", ".join(f"{_cell(*one[:2])} {_cell(*one[2:])} car" for one in meant)
        return [said, *["=Good enough"] * len(meant), "=Done"]

    crafted = CRAFTS["boxes"]
    craft = Craft(crafted.question, truth, wrong, lambda number: [(0, 0, 0, 0)], crafted.give, crafted.data)
    return Trade("boxes", craft, typed, lambda meant: [_box(*one) for one in meant])


def _cell(column: int, row: int) -> str:
    return f"{chr(ord('A') + column)}{row + 1}"


def _box(left: int, top: int, right: int, bottom: int) -> dict[str, Any]:
    x, y = left * CELL[0], top * CELL[1]
    return {"label": "car", "x": x, "y": y, "width": (right + 1) * CELL[0] - x, "height": (bottom + 1) * CELL[1] - y}


def _masks(found: Regions) -> Trade:
    def some(rng: random.Random) -> list[int]:
        return sorted(rng.sample(range(1, found.last + 1), rng.randrange(4, 12)))

    def label(meant: Sequence[int]) -> list[dict[str, Any]]:
        parts = [part for number in meant for part in found.parts(number)]
        return [record("road", (SIZE[1], SIZE[0]), found.mask(parts, SIZE))]

    crafted = CRAFTS["masks"]
    craft = Craft(
        crafted.question,
        lambda number: some(stable("regions", number)),
        lambda number, rng: some(rng),
        lambda number: [1],
        crafted.give,
        crafted.data,
    )
    return Trade("masks", craft, lambda number, meant: [f"{' '.join(map(str, meant))} road", "=Done"], label)


def _regions(home: Home) -> Regions:
    (row,) = home.rows("SELECT media FROM regions")
    with opened(home.url) as database:
        kept = run(database, lambda tx: regions.load(tx, row["media"]))
    assert kept is not None
    return unpacked(kept.width, kept.height, kept.runs, kept.parents)
