"""Milliseconds of processor time that painting over the prepared picture of a 12-megapixel photo takes, as JPEG.

Run: python -m benchmarks.painting
"""

import base64
import io
import json
import random
import time
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.measuring import Figure, Rounds, table
from bot.media.images import prepare_image
from bot.media.painting import paint

SIZE = (4000, 3000)
ROUNDS = 9
GOAL = "≤ 150 ms"


def photo() -> bytes:
    """Soft colours with the noise of a sensor: about as long to decode and encode as a photograph."""
    draw = np.random.default_rng(0)
    soft = Image.fromarray(draw.integers(0, 255, (30, 40, 3), np.uint8)).resize(SIZE, Image.Resampling.BICUBIC)
    noise = draw.integers(-8, 8, (SIZE[1], SIZE[0], 3))
    out = io.BytesIO()
    Image.fromarray(np.clip(np.asarray(soft) + noise, 0, 255).astype(np.uint8)).save(out, "JPEG", quality=90)
    return out.getvalue()


def boxes(count: int) -> list[dict[str, Any]]:
    draw = random.Random(0)
    return [
        {
            "box": [draw.randrange(3400), draw.randrange(2500), draw.randrange(80, 600), draw.randrange(80, 500)],
            "colour": draw.randrange(8),
            "mark": str(number),
            "title": "Car",
        }
        for number in range(1, count + 1)
    ]


def regions(columns: int, rows: int) -> bytes:
    """Wavy cells on a map of 640 × 480, each a region of its own."""
    x, y = np.meshgrid(np.arange(640), np.arange(480))
    column = np.clip((x + 6 * np.sin(y / 9)) * columns / 640, 0, columns - 1).astype(int)
    row = np.clip((y + 6 * np.sin(x / 9)) * rows / 480, 0, rows - 1).astype(int)
    line = (row * columns + column + 1).ravel(order="F")
    starts = np.flatnonzero(np.diff(line, prepend=0))
    pairs = np.stack([line[starts], np.diff(starts, append=line.size)], axis=1).astype("<u2")
    runs = base64.b64encode(zlib.compress(pairs.tobytes())).decode()
    parents = list(range(1, columns * rows + 1))
    return json.dumps({"width": 640, "height": 480, "runs": runs, "parents": parents}).encode()


def mask() -> dict[str, Any]:
    """A mask of three quarters of the picture: 3,000 runs, written as COCO writes them."""
    numbers = [0] + [2250, 750] * 4000
    return {"size": [SIZE[1], SIZE[0]], "counts": "".join(map(_written, _differences(numbers))), "mark": "1"}


def _differences(numbers: list[int]) -> list[int]:
    return [number - numbers[place - 2] if place > 2 else number for place, number in enumerate(numbers)]


def _written(number: int) -> str:
    signs, more = "", True
    while more:
        bits, number = number & 31, number >> 5
        more = number != (-1 if bits & 16 else 0)
        signs += chr(48 + bits + 32 * more)
    return signs


def drawings() -> dict[str, tuple[Mapping[str, Any], bytes | None]]:
    few = boxes(8)
    return {
        "60 boxes": ({"boxes": boxes(60)}, None),
        "300 numbered regions": (
            {"regions": {"media": 1, "coloured": {str(one): one % 8 for one in range(1, 300, 3)}}},
            regions(20, 15),
        ),
        "3 masks": ({"masks": [mask() | {"colour": one} for one in range(3)]}, None),
        "a grid and 8 boxes": ({"grid": {"columns": 8, "rows": 8, "cells": ["B3"]}, "boxes": few}, None),
        "4 versions side by side": ({"panel": [{"title": f"Person {one}", "boxes": few} for one in range(4)]}, None),
    }


def figures() -> list[Figure]:
    prepared = prepare_image(photo(), "photo.jpg").content
    paint(prepared, SIZE, {})
    found = []
    for name, (drawing, row) in drawings().items():
        spent = []
        for _ in range(ROUNDS):
            began = time.process_time()
            paint(prepared, SIZE, drawing, row)
            spent.append(1000 * (time.process_time() - began))
        found.append(
            Figure(f"painting {name} over a 12-megapixel photo", Rounds(tuple(spent)).told("ms", 0), goal=GOAL)
        )
    return found


if __name__ == "__main__":
    print(table(figures()))  # noqa: T201
