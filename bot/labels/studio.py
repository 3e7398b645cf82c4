"""What Label Studio calls rectangles, brushed masks and polygons, in pixels of a picture and back, exact."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from bot.labels import brush, rle
from bot.labels.base import BadAnswer, Label, StudioResult, Subject
from bot.labels.names import is_list, number_in
from bot.project import Json
from bot.wording import phrase

Corner = tuple[float, float]
_DIGITS: Final = 6
"""Of a pixel: percents have as many digits as a number holds, and rounding takes off what dividing left."""
_NAMES: Final = ("rectanglelabels", "brushlabels", "polygonlabels", "labels")
_LARGEST: Final = 100_000_000


def boxes_out(label: Label, subject: Subject) -> list[StudioResult]:
    width, height = _size_of(subject)
    sides = {"x": width, "y": height, "width": width, "height": height}
    return [
        _result("rectanglelabels", (width, height), str(mark["label"]), _shares(mark, sides) | {"rotation": 0})
        for mark in _marks(label)
    ]


def _shares(mark: Mapping[str, Json], sides: Mapping[str, int]) -> dict[str, Json]:
    return {name: 100 * _number(mark[name]) / side for name, side in sides.items()}


def masks_out(label: Label, subject: Subject) -> list[StudioResult]:
    found = []
    for mark in _marks(label):
        height, width = (int(_number(side)) for side in _list(mark["size"]))
        packed: list[Json] = list(brush.encode(str(mark["counts"]), height, width))
        value: dict[str, Json] = {"format": "rle", "rle": packed}
        found.append(_result("brushlabels", (width, height), str(mark["label"]), value))
    return found


def _result(kind: str, size: tuple[int, int], name: str, value: dict[str, Json]) -> StudioResult:
    picture: dict[str, Json] = {"original_width": size[0], "original_height": size[1], "image_rotation": 0}
    return {"type": kind, **picture, "value": {**value, kind: [name]}}


def boxes_in(results: Iterable[Mapping[str, Json]], subject: Subject) -> list[dict[str, Json]]:
    """Records without anything known of the project; a turned rectangle, a polygon or a mask as the upright box around
    it. Raises BadAnswer for a result that is none of these."""
    found: list[dict[str, Json]] = []
    for result in results:
        name, value, size = _read(result, subject)
        across, down = _spread(_around(value, size) if "rle" in value else _corners(value, size))
        box = {"x": across[0], "y": down[0], "width": across[1] - across[0], "height": down[1] - down[0]}
        found.append({"label": name, **{side: _exact(number) for side, number in box.items()}})
    return found


def _around(value: Mapping[str, Json], size: tuple[int, int]) -> list[Corner]:
    """Two corners of the box around a mask."""
    from bot.labels import rasters

    mask: dict[str, Json] = {"size": [size[1], size[0]], "counts": rle.encode(_counts(value, size))}
    box = rasters.bounds(rasters.raster(mask))
    if box is None:
        raise BadAnswer(phrase("label.missing"))
    return [(box[0], box[1]), (box[0] + box[2], box[1] + box[3])]


def turned(result: Mapping[str, Json]) -> bool:
    """Whether it is a rectangle that does not stand upright."""
    value = result.get("value")
    return isinstance(value, Mapping) and bool(value.get("rotation")) and "width" in value


def masks_in(results: Iterable[Mapping[str, Json]], subject: Subject, apart: bool) -> list[dict[str, Json]]:
    """As `boxes_in`; unless they are kept `apart`, masks of one label become one."""
    found: list[tuple[str, tuple[int, int], rle.Counts]] = []
    for result in results:
        name, value, size = _read(result, subject)
        counts = _counts(value, size)
        before = next((place for place, one in enumerate(found) if one[:2] == (name, size) and not apart), None)
        if before is None:
            found.append((name, size, counts))
        else:
            found[before] = (name, size, rle.union([found[before][2], counts]))
    return [
        {"label": name, "size": [height, width], "counts": rle.encode(counts)}
        for name, (width, height), counts in found
    ]


def _counts(value: Mapping[str, Json], size: tuple[int, int]) -> rle.Counts:
    from bot.labels import polygons, rasters

    width, height = size
    packed = value.get("rle")
    try:
        if is_list(packed):
            return rle.decode(brush.decode([int(_number(one)) for one in packed], height, width), height, width)
        outline = [number for corner in _corners(value, size) for number in corner]
        return rle.decode(str(rasters.mask_of(polygons.filled([outline], size))["counts"]), height, width)
    except ValueError as error:
        raise BadAnswer(phrase("label.missing")) from error


def _read(result: Mapping[str, Json], subject: Subject) -> tuple[str, Mapping[str, Json], tuple[int, int]]:
    value = result.get("value")
    if not isinstance(value, Mapping):
        raise BadAnswer(phrase("label.missing"))
    names = next((value[key] for key in _NAMES if value.get(key)), None)
    name = names[0] if is_list(names) and names else names
    if not isinstance(name, str):
        raise BadAnswer(phrase("label.missing"))
    return name, value, size_of(result) or _size_of(subject)


def size_of(result: Mapping[str, Json]) -> tuple[int, int] | None:
    """(width, height) of the picture that a result says it was marked on."""
    sides = [result.get(name) for name in ("original_width", "original_height")]
    width, height = (int(side) if isinstance(side, (int, float)) and 0 < side < 2**31 else 0 for side in sides)
    return (width, height) if width and height and width * height <= _LARGEST else None


def _size_of(subject: Subject) -> tuple[int, int]:
    if subject.size is None:
        raise BadAnswer(phrase("label.missing"))
    return subject.size


def _corners(value: Mapping[str, Json], size: tuple[int, int]) -> list[Corner]:
    """In pixels; Label Studio turns a rectangle about its first corner, in degrees with the clock."""
    if "points" in value:
        pairs = [_list(pair) for pair in _list(value["points"])]
        if len(pairs) < 3 or any(len(pair) != 2 for pair in pairs):
            raise BadAnswer(phrase("label.missing"))
        return [(_number(x) * size[0] / 100, _number(y) * size[1] / 100) for x, y in pairs]
    x, width = (_number(value.get(name)) * size[0] / 100 for name in ("x", "width"))
    y, height = (_number(value.get(name)) * size[1] / 100 for name in ("y", "height"))
    rotation = math.radians(_number(value.get("rotation") or 0))
    across, down = math.cos(rotation), math.sin(rotation)
    sides = ((0.0, 0.0), (width, 0.0), (width, height), (0.0, height))
    return [(x + right * across - below * down, y + right * down + below * across) for right, below in sides]


def _spread(corners: Sequence[Corner]) -> Iterator[tuple[float, float]]:
    for numbers in zip(*corners, strict=True):
        yield min(numbers), max(numbers)


def _exact(number: float) -> float:
    found = round(number, _DIGITS)
    return int(found) if found == int(found) else found


def _number(value: Json) -> float:
    found = number_in(value)
    if found is None:
        raise BadAnswer(phrase("label.missing"))
    return found


def _list(value: Json) -> Sequence[Json]:
    if not is_list(value):
        raise BadAnswer(phrase("label.missing"))
    return value


def _marks(label: Label) -> list[Mapping[str, Json]]:
    return [one for one in label if isinstance(one, Mapping)] if is_list(label) else []
