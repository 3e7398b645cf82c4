"""What formats of pictures say of one picture, before anybody knows which question it answers."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from bot.exchange.pictures.pictured import Box
from bot.exchange.problems import BadRow

if TYPE_CHECKING:
    from bot.labels.rasters import Size

ORIENTATION: Final = 0x0112
MOST_PIXELS: Final = 100_000_000


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing: a box (x, y, width, height), polygons `[x1, y1, x2, y2, …]` that hold it together, or a mask of run
    lengths; what is not told is None or empty."""

    name: str
    box: Box | None = None
    polygons: Sequence[Sequence[float]] = ()
    mask: Mapping[str, Any] | None = None
    crowd: bool = False
    """Whether it is many things of a class in one."""

    def __str__(self) -> str:
        return self.name


class Marks(NamedTuple):
    """`size` (width, height) is that of the picture whose pixels they count; None where it is not told."""

    size: "Size | None"
    marks: Sequence[Mark]

    def __str__(self) -> str:
        return f"{len(self.marks)} marks"


def number(value: Any) -> float:
    """Raises BadRow."""
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        found = math.nan
    if isinstance(value, bool) or not math.isfinite(found):
        raise BadRow(f"{str(value)[:40]!r} is no number")
    return int(found) if found.is_integer() else found


def size_told(width: Any, height: Any) -> "Size | None":
    """The size that a source tells of a picture; None where it tells none. Raises BadRow for what no picture has."""
    if not width or not height:
        return None
    across, down = number(width), number(height)
    if across == 0 or down == 0:
        return None
    if across != int(across) or down != int(down) or min(across, down) < 1 or across * down > MOST_PIXELS:
        raise BadRow(f"no picture is {str(width)[:20]} × {str(height)[:20]} pixels")
    return int(across), int(down)


def near(folders: Sequence[Path], place: str, root: Path) -> Path | None:
    """The file of that place in the first of the folders that has it, if it lies below `root`."""
    top = root.resolve()
    for folder in folders:
        try:
            found = (folder / place).resolve()
            if found.is_relative_to(top) and found.is_file():
                return found
        except (OSError, RuntimeError, ValueError):
            continue
    return None


def size_of_picture(file: Path) -> "Size":
    """(width, height) of the picture as it is seen, out of its head alone. Raises BadRow."""
    from PIL import Image

    try:
        with Image.open(file) as image:
            width, height = image.size
            # Pillow turns TIFF by itself.
            turned = image.format != "TIFF" and image.getexif().get(ORIENTATION, 1) in (5, 6, 7, 8)
    except Exception as problem:  # whatever a decoder raises, the file caused it
        raise BadRow(f"{file.name} is not a picture that can be read") from problem
    return (height, width) if turned else (width, height)
