"""COCO: a JSON file of pictures, categories and annotations, wherever its pictures lie."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Final

from bot.exchange.pictures.marks import Mark, Marks, near, number, size_told
from bot.exchange.problems import BadImport, BadRow
from bot.exchange.raw import Blob, Meter, Opened, Raw, Rows

_HEAD: Final = re.compile(
    rb'\s*(?:\xef\xbb\xbf)?\s*\{\s*"(?:info|licenses|images|annotations|categories|type|year)"\s*:'
)
PICTURES: Final = ("", "images", "data", "JPEGImages")
"""Folders beside the file, or in the one above, where its pictures are looked for."""


def lists(folder: Path) -> list[Path]:
    """The COCO files in a folder, or in one of its folders."""
    found = [*folder.glob("*.json"), *folder.glob("*/*.json")]
    return sorted(one for one in found if one.is_file() and looks(one))


def looks(path: Path) -> bool:
    """Whether a JSON file holds COCO's pictures and annotations, by its first name and then by all."""
    with path.open("rb") as file:
        if not _HEAD.match(file.read(4096)):
            return False
    try:
        held = _loaded(path)
    except BadImport:
        return False
    lists = [held.get(name) for name in ("images", "annotations", "categories")]
    return all(map(_dicts, lists)) and all(isinstance(one.get("id"), (int, str)) for one in lists[2] or ())


def _dicts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


def _loaded(path: Path) -> dict[str, Any]:
    stat = path.stat()
    return _parsed(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=1)
def _parsed(path: Path, *version: int) -> dict[str, Any]:
    """Kept for who opens the file that was just looked at."""
    try:
        held = json.loads(path.read_bytes())
    except (ValueError, RecursionError, OSError) as error:
        raise BadImport(f"{path.name} cannot be read as JSON.") from error
    return held if isinstance(held, dict) else {}


def open_coco(path: Path) -> Opened:
    held = _loaded(path)
    names = {one.get("id"): str(one.get("name")) for one in held["categories"]}
    return Opened(
        path=path,
        format="COCO",
        rows=partial(_rows, path, held, names),
        base=path.parent,
        columns=("id", "image"),
        types=("boxes", "masks"),
        classes=tuple(dict.fromkeys(names.values())),
    )


def _rows(path: Path, held: Mapping[str, Any], names: Mapping[Any, str], meter: Meter) -> Rows:
    by_image: dict[Any, list[Mapping[str, Any]]] = {}
    for annotation in held["annotations"]:
        by_image.setdefault(str(annotation.get("image_id")), []).append(annotation)
    meter.total += len(held["images"])
    for place, image in enumerate(held["images"], 1):
        meter.done += 1
        name = image.get("file_name")
        if not isinstance(name, str) or not name:
            yield Raw(place, {"id": image.get("id")}, "this picture has no file_name")
            continue
        cells = {"id": image.get("item") or name, "image": _picture(path, name, image)}
        try:
            found = [_mark(one, names) for one in by_image.get(str(image.get("id")), ())]
            yield Raw(place, {**cells, "label": Marks(size_told(image.get("width"), image.get("height")), found)})
        except BadRow as problem:
            yield Raw(place, cells, f"{name}: {problem}")


def _picture(path: Path, name: str, image: Mapping[str, Any]) -> Blob | str:
    """The file, if it lies near; else its address, or its name as it stands."""
    root = path.parent.parent if path.parent.name == "annotations" else path.parent
    inside = (*PICTURES, path.stem.removeprefix("instances_"))
    folders = [start / folder for start in (path.parent, root) for folder in inside]
    for place in _places(name):
        if (found := near(folders, place, root)) is not None:
            return Blob(name, partial(Path, found))
    address = image.get("coco_url") or image.get("flickr_url")
    return address if isinstance(address, str) and address else name


def _places(name: str) -> Iterator[str]:
    """Where it says it lies, and if that is on another machine, its own name."""
    yield name
    parts = name.replace("\\", "/").split("/")
    if len(parts) > 1 and (parts[0] in ("", "..") or parts[0].endswith(":") or "\\" in name):
        yield parts[-1]


def _mark(annotation: Mapping[str, Any], names: Mapping[Any, str]) -> Mark:
    category = annotation.get("category_id")
    if not isinstance(category, (int, str)) or category not in names:
        raise BadRow(f"there is no category {str(category)[:40]}")
    box = annotation.get("bbox")
    sides = [number(side) for side in box] if isinstance(box, list) and box else []
    if sides and len(sides) != 4:
        raise BadRow("a bbox must be four numbers")
    polygons, mask = _segmentation(annotation.get("segmentation"))
    given = (sides[0], sides[1], sides[2], sides[3]) if sides else None
    return Mark(names[category], given, polygons, mask, annotation.get("iscrowd") in (1, "1"))


def _segmentation(value: Any) -> tuple[Sequence[Sequence[float]], Mapping[str, Any] | None]:
    if isinstance(value, Mapping):
        size, counts = value.get("size"), value.get("counts")
        sides = size_told(*size) if isinstance(size, list) and len(size) == 2 else None
        if sides is None or not isinstance(counts, (str, list)):
            raise BadRow("a mask needs its size and counts")
        return (), {"size": list(sides), "counts": counts if isinstance(counts, str) else list(_lengths(counts, sides))}
    polygons = [[number(side) for side in one] for one in value] if _lists(value) else []
    if any(len(one) % 2 for one in polygons):
        raise BadRow("an outline must be pairs of numbers")
    return [one for one in polygons if len(one) >= 6], None


def _lists(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, list) for one in value)


def _lengths(counts: Sequence[Any], sides: tuple[int, int]) -> Iterator[int]:
    left = sides[0] * sides[1]
    for length in counts:
        if not isinstance(length, int) or not 0 <= length <= left:
            raise BadRow("the counts of a mask must be whole numbers that add up to its pixels")
        left -= length
        yield length
