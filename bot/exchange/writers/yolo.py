"""YOLO, as Ultralytics reads it: data.yaml, and beside each picture's place a text file with a line an object."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import PurePosixPath
from typing import Any, BinaryIO, Final

from bot.exchange.exported import Exported
from bot.exchange.pictures.pictured import Classes, Pictured, Pictures, losses
from bot.exchange.sentences import listed
from bot.exchange.writers.base import Context, Format, Writer

MAIN: Final = "data.yaml"
ONLY: Final = "train"
"""The part that everything is in without a split: Ultralytics asks for one of that name."""
_DIGITS: Final = 10
_MEANT: Final = frozenset({"images", "labels"})
"""Ultralytics finds a picture's labels by these folders."""
_VALIDATION: Final = ("val", "valid", "validation", "dev", "test")
_HAD: Final = "pictures in {}"


class Yolo:
    def __init__(self, file: BinaryIO, context: Context, outlines: bool) -> None:
        self._file = file
        self._context = context
        self._outlines = outlines
        self._pictures = Pictures(context, _MEANT)
        self._classes = Classes(context.asked)

    def write(self, one: Exported) -> int:
        picture = self._pictures.taken(one)
        if picture is None:
            return 0
        part = picture.part or ONLY
        self._context.lost[_HAD.format(part)] += 1
        lines = list(self._shapes(picture) if self._outlines else self._boxes(picture))
        self._pictures.put(PurePosixPath("labels", part, f"{picture.stem}.txt"), "".join(lines).encode())
        if picture.content is not None:
            self._pictures.put(PurePosixPath("images", part, f"{picture.stem}{picture.ending}"), picture.content)
        return len(lines)

    def finish(self) -> None:
        self._file.write("".join(f"{line}\n" for line in self._about()).encode())
        self._file.flush()

    def _about(self) -> Iterator[str]:
        parts = list(self._context.split or (ONLY,))
        if self._context.split is None:
            yield "# Exported by labelbot without a split: what is trained on is what is validated on."
        places = {"train": next((part for part in parts if part == ONLY), parts[0])}
        places["val"] = next((part for part in _VALIDATION if part in parts), parts[-1])
        places |= {part: part for part in parts if part not in places.values()}
        yield from (f"{name}: images/{part}" for name, part in places.items())
        yield f"nc: {len(self._classes.names)}"
        yield "names:"
        yield from (
            f"  {place}: {json.dumps(name, ensure_ascii=False)}" for place, name in enumerate(self._classes.names)
        )

    def _boxes(self, picture: Pictured) -> Iterator[str]:
        """Class, middle, width and height, as shares of the picture."""
        across, down = picture.size
        for mark in picture.marks:
            x, y, width, height = picture.box(mark)
            shares = ((x + width / 2) / across, (y + height / 2) / down, width / across, height / down)
            yield self._line(mark, shares)

    def _shapes(self, picture: Pictured) -> Iterator[str]:
        """Class and outline. Of marks that stand for all of a label, a line for each part; else the parts of one thing
        are joined by cuts, as Ultralytics' own converters do."""
        from bot.exchange.pictures import outlines

        across, down = picture.size
        several = not self._context.asked.options.get("instances")
        for mark in picture.marks:
            rings = outlines.parts(picture.raster(mark))
            self._context.lost["empty"] += not rings
            for ring in rings if several or not rings else [outlines.joined(rings[0], rings[1:])]:
                yield self._line(mark, [share for x, y in ring for share in (x / across, y / down)])

    def _line(self, mark: Mapping[str, Any], shares: Sequence[float]) -> str:
        return " ".join([str(self._classes.place(str(mark["label"]))), *map(share, shares)]) + "\n"


def share(number: float) -> str:
    """With so many digits that they give the pixel back in a picture of any size."""
    return f"{min(1.0, max(0.0, number)):.{_DIGITS}f}".rstrip("0").rstrip(".") or "0"


def _open(file: BinaryIO, context: Context, outlines: bool) -> Writer:
    return Yolo(file, context, outlines)


def _losses(context: Context) -> Sequence[str]:
    found = list(losses(context))
    bare = [part for part in context.split or () if not context.lost[_HAD.format(part)]]
    if bare:
        found.append(f"No picture fell into {listed(bare)}; Ultralytics wants one in each part that data.yaml names.")
    if context.lost["empty"]:
        found.append(f"Masks without a pixel left out: {context.lost['empty']:,}.")
    if context.asked.type == "masks" and not context.asked.options.get("instances"):
        found.append("Each part of a mask is an object of its own.")
    return found


def _place(part: str) -> str:
    return MAIN


FORMAT: Final = Format(
    ".yaml", partial(_open, outlines=False), _losses, place=_place, types=("boxes",), single=True, whole=True
)
SHAPES: Final = Format(
    ".yaml", partial(_open, outlines=True), _losses, place=_place, types=("masks",), single=True, whole=True
)
