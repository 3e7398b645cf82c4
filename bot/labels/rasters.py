"""Masks as arrays of pixels: out of run lengths and back, to another size, turned upright."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from bot.labels import rle

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Raster: TypeAlias = NDArray[np.uint8]
    """Height × width, 1 where the mask is."""

Size: TypeAlias = tuple[int, int]
"""(width, height) in pixels."""
SWAPPING: Final = frozenset({5, 6, 7, 8})
"""EXIF orientations in which width and height change places."""


def raster(mask: Mapping[str, Any]) -> "Raster":
    """The pixels of a mask in record shape, `{"size": [h, w], "counts": "…"}`; `counts` may also be a list of runs."""
    import numpy as np

    height, width = mask["size"]
    counts = mask["counts"]
    lengths = rle.decode(counts, height, width) if isinstance(counts, str) else list(counts)
    flat = np.repeat(np.arange(len(lengths), dtype=np.uint8) & 1, lengths)
    if flat.size != height * width:
        raise ValueError(f"the runs count {flat.size} pixels and the picture has {height * width}")
    return flat.reshape((height, width), order="F")


def mask_of(pixels: "Raster") -> dict[str, Any]:
    """`size` and `counts` of a mask in record shape."""
    import numpy as np

    flat = pixels.ravel(order="F").astype(bool)
    edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    bounds = np.concatenate(([0], edges, [flat.size]))
    lengths = [int(length) for length in np.diff(bounds)]
    if flat.size and flat[0]:
        lengths.insert(0, 0)
    return {"size": [pixels.shape[0], pixels.shape[1]], "counts": rle.encode(lengths)}


def scaled(pixels: "Raster", size: Size, scale: float) -> "Raster":
    """The mask of a picture of which `scale` is what it was made smaller or larger by, and `size` what it came to,
    blank right of it and below included. A pixel is what stands at its centre."""
    import numpy as np

    width, height = size
    rows = ((np.arange(height) + 0.5) / scale).astype(np.intp)
    columns = ((np.arange(width) + 0.5) / scale).astype(np.intp)
    inside_y, inside_x = rows < pixels.shape[0], columns < pixels.shape[1]
    found = np.zeros((height, width), dtype=np.uint8)
    found[np.ix_(inside_y, inside_x)] = pixels[np.ix_(rows[inside_y], columns[inside_x])]
    return found


def stretched(pixels: "Raster", size: Size) -> "Raster":
    """The mask over a picture of another size; a pixel is what stands at its centre."""
    import numpy as np

    rows = ((np.arange(size[1]) + 0.5) * pixels.shape[0] / size[1]).astype(np.intp)
    columns = ((np.arange(size[0]) + 0.5) * pixels.shape[1] / size[0]).astype(np.intp)
    return pixels[np.ix_(rows, columns)]


def upright(pixels: "Raster", orientation: int) -> "Raster":
    """Of a mask over the pixels as a file of EXIF `orientation` stores them, the one over the upright picture."""
    import numpy as np

    turned = pixels.T if orientation in SWAPPING else pixels
    if orientation in (2, 3, 6, 7):
        turned = turned[:, ::-1]
    if orientation in (3, 4, 7, 8):
        turned = turned[::-1]
    return np.ascontiguousarray(turned)


def upright_box(box: Sequence[float], size: Size, orientation: int) -> tuple[float, float, float, float]:
    """(x, y, width, height) as `upright`; `size` is that of the picture as it stands in the file."""
    x, y, width, height = box
    across, down = size
    if orientation in SWAPPING:
        x, y, width, height, across, down = y, x, height, width, down, across
    if orientation in (2, 3, 6, 7):
        x = across - x - width
    if orientation in (3, 4, 7, 8):
        y = down - y - height
    return x, y, width, height


def bounds(pixels: "Raster") -> tuple[int, int, int, int] | None:
    """(x, y, width, height) around the mask; None where it is empty."""
    import numpy as np

    rows, columns = np.flatnonzero(pixels.any(axis=1)), np.flatnonzero(pixels.any(axis=0))
    if not rows.size:
        return None
    left, top = int(columns[0]), int(rows[0])
    return left, top, int(columns[-1]) - left + 1, int(rows[-1]) - top + 1
