"""Folders of indexed masks: a PNG of class numbers for each picture, and the classes in a text file."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Final

from bot.exchange.columns import EXTENSIONS
from bot.exchange.pictures.marks import Mark, Marks
from bot.exchange.problems import BadRow
from bot.exchange.raw import Blob, Meter, Opened, Raw, Rows
from bot.exchange.readers.folders import files_in

MASKS: Final = ("masks", "SegmentationClass")
PICTURES: Final = frozenset({"images", "JPEGImages"})
COLOURED: Final = "labelmap.txt"
"""CVAT's, with a colour after each name."""
CLASSES: Final = ("classes.txt", "labels.txt", COLOURED)
VOID: Final = 255
_NOTHING: Final = frozenset({"background", "_background_", "__background__", "nothing", "void", "unlabeled"})


def looks(folder: Path) -> bool:
    """Whether it has a folder of masks and a list of their classes."""
    return _masks(folder) is not None and bool(_names(folder))


def _masks(folder: Path) -> str | None:
    return next((name for name in MASKS if next((folder / name).rglob("*.png"), None) is not None), None)


def _names(folder: Path) -> dict[int, str]:
    """The class of each number; the first line is that of 0, if it is called as nothing is."""
    path = next((folder / name for name in CLASSES if (folder / name).is_file()), None)
    if path is None:
        return {}
    lines = [line.strip() for line in path.read_text(encoding="utf-8-sig", errors="replace").splitlines()]
    if path.name == COLOURED:
        lines = [line.partition(":")[0].strip() for line in lines if not line.startswith("#")]
    names = [line for line in lines if line]
    start = 0 if names and names[0].casefold() in _NOTHING else 1
    return {number: name for number, name in enumerate(names, start) if number}


def open_folder(folder: Path) -> Opened:
    names = _names(folder)
    return Opened(
        path=folder,
        format="indexed masks",
        rows=partial(_rows, folder, names),
        base=folder,
        columns=("id", "image"),
        types=("boxes", "masks"),
        classes=tuple(dict.fromkeys(names.values())),
    )


def _rows(folder: Path, names: Mapping[int, str], meter: Meter) -> Rows:
    inside = _masks(folder) or ""
    places = list(files_in(folder))
    masks = {_stem(place): place for place in places if place.startswith(f"{inside}/") and place.endswith(".png")}
    pictures = [place for place in places if _is_picture(place, inside)]
    meter.total += len(pictures)
    for line, place in enumerate(pictures, 1):
        meter.done += 1
        held = masks.pop(_stem(place), None)
        cells = {"id": place, "image": Blob(place, partial(Path, folder / place))}
        try:
            yield Raw(line, cells if held is None else {**cells, "label": _marks(folder / held, names)})
        except BadRow as problem:
            yield Raw(line, cells, f"{held}: {problem}")
    for line, place in enumerate(masks.values(), len(pictures) + 1):
        yield Raw(line, {"id": place}, f"{place}: there is no picture of that name; put it into the folder images")


def _is_picture(place: str, masks: str) -> bool:
    first = PurePosixPath(place).parts[0]
    inside = first in PICTURES or "/" not in place
    return inside and first != masks and EXTENSIONS.get(place.rpartition(".")[2].casefold()) == "image"


def _stem(place: str) -> str:
    """What a picture and its mask have in common."""
    parts = PurePosixPath(place).with_suffix("").parts
    return "/".join(parts[1:] if len(parts) > 1 else parts)


def _marks(path: Path, names: Mapping[int, str]) -> Marks:
    import numpy as np
    from PIL import Image

    from bot.labels import rasters

    try:
        with Image.open(path, formats=("PNG",)) as image:
            if image.mode not in ("P", "L", "1"):
                raise BadRow("its colours are no class numbers: save it as an indexed PNG")
            pixels = np.asarray(image).astype(np.uint8)
    except BadRow:
        raise
    except Exception as problem:  # whatever a decoder raises, the file caused it
        raise BadRow("it is no PNG that can be read") from problem
    found = []
    for value in map(int, np.unique(pixels)):
        if value in (0, VOID) and value not in names:
            continue
        if value not in names:
            raise BadRow(f"there is no class {value}")
        found.append(Mark(names[value], mask=rasters.mask_of((pixels == value).astype(np.uint8))))
    return Marks((pixels.shape[1], pixels.shape[0]), found)
