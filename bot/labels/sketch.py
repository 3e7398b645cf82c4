"""What a person has boxed so far of one picture, as plain JSON that stays small over many steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from bot.labels.cells import Box
from bot.labels.menu import Place
from bot.labels.names import is_list
from bot.project import Json

Stage = Literal["look", "grid", "near", "label", "pick"]
"""Looking at all boxes; tapping two corners; tapping them again from near; saying what is in a box; picking a box whose
label is wrong."""

UNKNOWN: Final = -1
PICK: Final = -1


@dataclass(frozen=True, slots=True)
class Sketched:
    """A box. `label` is the place of its label in the question, UNKNOWN until it is said; `cells` are its corner cells
    ("B3 F7") as long as no more is known of it."""

    label: int
    box: Box
    cells: str = ""
    dropped: bool = False


@dataclass(frozen=True, slots=True)
class Sketch:
    """`corner` is the cell of the first corner where one was tapped, `changing` the number of the box that gets another
    label (0: none, PICK: still to be picked), `place` where the person is in lists and menus."""

    boxes: tuple[Sketched, ...] = ()
    adding: bool = False
    corner: str = ""
    changing: int = 0
    place: Place = field(default_factory=Place)

    @property
    def stage(self) -> Stage:
        if self.coarse:
            return "near"
        if self.unnamed or self.changing > 0:
            return "label"
        if self.changing == PICK:
            return "pick"
        return "grid" if self.adding or not self.boxes else "look"

    @property
    def coarse(self) -> int:
        """The number of the first box whose corners are still to be looked at from near; 0 where there is none."""
        return self._first(lambda one: bool(one.cells))

    @property
    def unnamed(self) -> int:
        """The number of the first box whose label is still to be said."""
        return self._first(lambda one: one.label == UNKNOWN)

    @property
    def kept(self) -> tuple[Sketched, ...]:
        return tuple(one for one in self.boxes if not one.dropped)

    def number(self, number: int) -> Sketched | None:
        """The box of that number, counted from 1."""
        return self.boxes[number - 1] if 0 < number <= len(self.boxes) else None

    def put(self, number: int, box: Sketched) -> Sketch:
        """With another box of that number."""
        return replace(self, boxes=(*self.boxes[: number - 1], box, *self.boxes[number:]))

    def with_box(self, box: Sketched) -> Sketch:
        return replace(self, boxes=(*self.boxes, box), corner="", adding=True, changing=0, place=Place())

    def as_json(self, suggested: Sequence[Sketched]) -> dict[str, Json]:
        """What `load` reads back; a suggested box is but its place among these, below 0 where it is dropped."""
        held: dict[str, Json] = {
            "boxes": [_kept(place, box, suggested) for place, box in enumerate(self.boxes)],
            "adding": self.adding,
            "corner": self.corner,
            "changing": self.changing,
            **self.place.kept(),
        }
        return {key: value for key, value in held.items() if value}

    def _first(self, wanted: Callable[[Sketched], bool]) -> int:
        return next((place for place, one in enumerate(self.boxes, 1) if not one.dropped and wanted(one)), 0)


def load(work: Mapping[str, Json], suggested: Sequence[Sketched]) -> Sketch:
    held, changing = work.get("boxes"), work.get("changing")
    return Sketch(
        boxes=tuple(_loaded(one, suggested) for one in held) if is_list(held) else (),
        adding=bool(work.get("adding")),
        corner=str(work.get("corner") or ""),
        changing=changing if isinstance(changing, int) else 0,
        place=Place.of(work),
    )


def _kept(place: int, box: Sketched, suggested: Sequence[Sketched]) -> Json:
    if place < len(suggested) and replace(box, dropped=False) == suggested[place]:
        return -place - 1 if box.dropped else place
    row: list[Json] = [box.label, *box.box]
    return [*row, box.cells, int(box.dropped)] if box.cells or box.dropped else row


def _loaded(row: Json, suggested: Sequence[Sketched]) -> Sketched:
    if isinstance(row, int):
        return replace(suggested[row if row >= 0 else -row - 1], dropped=row < 0)
    assert is_list(row)
    label, x, y, width, height, *rest = row
    cells, dropped = rest or ("", 0)
    return Sketched(int(_number(label)), (_number(x), _number(y), _number(width), _number(height)),
                    str(cells), bool(dropped))  # fmt: skip


def _number(value: Json) -> float:
    assert isinstance(value, (int, float))
    return value
