"""Masks as indexed PNG: each pixel the number of its class, with the palette of Pascal VOC, 0 where nothing is."""

import io
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import BinaryIO, Final

from bot.exchange.exported import Exported
from bot.exchange.pictures.pictured import Classes, Pictured, Pictures, losses
from bot.exchange.problems import BadExport
from bot.exchange.writers.base import Context, Format, Writer

MAIN: Final = "classes.txt"
NOTHING: Final = "background"
MASKS, PICTURES = "masks", "images"
MOST: Final = 255


class Masks:
    def __init__(self, file: BinaryIO, context: Context) -> None:
        self._file = file
        self._context = context
        self._pictures = Pictures(context, frozenset({MASKS, PICTURES}))
        self._classes = Classes(context.asked)
        self._palette = palette()

    def write(self, one: Exported) -> int:
        picture = self._pictures.taken(one)
        if picture is None:
            return 0
        self._pictures.put(PurePosixPath(MASKS, picture.part, f"{picture.stem}.png"), self._painted(picture))
        self._pictures.beside(picture, PICTURES)
        return len(picture.marks)

    def finish(self) -> None:
        self._file.write("".join(f"{name}\n" for name in (NOTHING, *self._classes.names)).encode())
        self._file.flush()

    def _painted(self, picture: Pictured) -> bytes:
        """Where masks overlap, what comes later lies over what was there."""
        import numpy as np
        from PIL import Image

        width, height = picture.size
        found = np.zeros((height, width), dtype=np.uint8)
        for mark in picture.marks:
            number = self._classes.place(str(mark["label"])) + 1
            if number > MOST:
                raise BadExport(f"An indexed PNG has room for {MOST} classes; use coco.")
            here = picture.raster(mark) == 1
            self._context.lost["covered"] += int(((found != 0) & (found != number) & here).sum())
            found[here] = number
        image = Image.fromarray(found, "L")
        image.putpalette(self._palette)
        out = io.BytesIO()
        image.save(out, "PNG", optimize=False)
        return out.getvalue()


def palette() -> list[int]:
    """Pascal VOC's colours, red, green and blue of each: the bits of the number, dealt out in turn."""
    colours = []
    for number in range(256):
        for channel in range(3):
            bits = [(number >> 3 * place + channel) & 1 for place in range(3)]
            colours.append(sum(bit << 7 - place for place, bit in enumerate(bits)))
    return colours


def _open(file: BinaryIO, context: Context) -> Writer:
    return Masks(file, context)


def _losses(context: Context) -> Sequence[str]:
    found = list(losses(context))
    if context.lost["covered"]:
        found.append(f"Where masks overlap the later one is kept; pixels covered so: {context.lost['covered']:,}.")
    if context.asked.options.get("instances"):
        found.append("Things of one label that touch are one: an indexed PNG knows classes, not things.")
    return found


def _place(part: str) -> str:
    return MAIN


FORMAT: Final = Format(".txt", _open, _losses, place=_place, types=("masks",), single=True, whole=True)
