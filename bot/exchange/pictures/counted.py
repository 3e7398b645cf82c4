"""Labels whose pixels were counted on the picture as it is stored, or on a larger or smaller one, made upright."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from bot.exchange.pictures.pictured import DIGITS, whole
from bot.exchange.problems import BadRow
from bot.labels.base import Label
from bot.subject import Medium

if TYPE_CHECKING:
    from bot.labels.rasters import Size

LIKE: Final = 0.02
"""How far the sides of a picture may differ from those of a larger one, by rounding."""


def recounted(label: Label, counted: "Size", media: Medium) -> Label:
    """The label in pixels of the upright original; `counted` is the (width, height) that it was counted on.

    A size with its sides exchanged is that of the photo as it is stored, which its EXIF orientation turns. Where both
    are the same, the upright picture is meant, for it is what people see. Raises BadRow for any other picture."""
    size = media["width"], media["height"]
    if counted == size or not isinstance(label, list):
        return label
    orientation = media.get("orientation") or 1
    if orientation >= 5 and counted == size[::-1]:
        return [_turned(one, counted, orientation) for one in label]
    across, down = size[0] / counted[0], size[1] / counted[1]
    if not 1 - LIKE < across / down < 1 + LIKE:
        raise BadRow(
            f"it was marked on a picture of {counted[0]} × {counted[1]} pixels, and this one has {size[0]} × {size[1]}"
        )
    return [_stretched(one, size, across, down) for one in label]


def _turned(mark: Mapping[str, Any], counted: "Size", orientation: int) -> dict[str, Any]:
    from bot.labels import rasters

    if "counts" in mark:
        return {**mark, **rasters.mask_of(rasters.upright(rasters.raster(mark), orientation))}
    box = [mark[name] for name in ("x", "y", "width", "height")]
    x, y, width, height = rasters.upright_box(box, counted, orientation)
    return {**mark, "x": x, "y": y, "width": width, "height": height}


def _stretched(mark: Mapping[str, Any], size: "Size", across: float, down: float) -> dict[str, Any]:
    from bot.labels import rasters

    if "counts" in mark:
        return {**mark, **rasters.mask_of(rasters.stretched(rasters.raster(mark), size))}
    factors = {"x": across, "y": down, "width": across, "height": down}
    return {**mark, **{name: whole(round(mark[name] * factor, DIGITS)) for name, factor in factors.items()}}
