"""COCO: a JSON file of pictures, categories and annotations, wherever its pictures lie."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from bot.exchange.pictures.marks import Mark, Marks, number
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
    return _dicts(held.get("images")) and _dicts(held.get("annotations")) and _dicts(held.get("categories"))


def _dicts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


def _loaded(path: Path) -> dict[str, Any]:
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
            yield Raw(place, {**cells, "label": Marks(_size(image), found)})
        except BadRow as problem:
            yield Raw(place, cells, f"{name}: {problem}")


def _size(image: Mapping[str, Any]) -> tuple[int, int] | None:
    width, height = image.get("width"), image.get("height")
    if not width or not height:
        return None
    return int(number(width)), int(number(height))


def _picture(path: Path, name: str, image: Mapping[str, Any]) -> Blob | str:
    """The file, if it lies near; else its address, or its name as it stands."""
    roots = [path.parent, *([path.parent.parent] if path.parent.name == "annotations" else [])]
    for root in roots:
        for folder in (*PICTURES, path.stem.removeprefix("instances_")):
            found = (root / folder / name).resolve()
            if found.is_relative_to(root.resolve()) and found.is_file():
                return Blob(name, partial(Path, found))
    address = image.get("coco_url") or image.get("flickr_url")
    return address if isinstance(address, str) and address else name


def _mark(annotation: Mapping[str, Any], names: Mapping[Any, str]) -> Mark:
    category = annotation.get("category_id")
    if category not in names:
        raise BadRow(f"there is no category {str(category)[:40]}")
    box = annotation.get("bbox")
    sides = [number(side) for side in box] if isinstance(box, list) and box else []
    if sides and len(sides) != 4:
        raise BadRow("a bbox must be four numbers")
    polygons, mask = _segmentation(annotation.get("segmentation"))
    given = (sides[0], sides[1], sides[2], sides[3]) if sides else None
    return Mark(names[category], given, polygons, mask)


def _segmentation(value: Any) -> tuple[Sequence[Sequence[float]], Mapping[str, Any] | None]:
    if isinstance(value, Mapping):
        size, counts = value.get("size"), value.get("counts")
        whole = [side for side in size if isinstance(side, int)] if isinstance(size, list) else []
        if len(whole) != 2 or not isinstance(counts, (str, list)):
            raise BadRow("a mask needs its size and counts")
        return (), {"size": whole, "counts": counts if isinstance(counts, str) else list(_lengths(counts))}
    polygons = [[number(side) for side in one] for one in value] if _lists(value) else []
    return [one for one in polygons if len(one) >= 6], None


def _lists(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, list) for one in value)


def _lengths(counts: Sequence[Any]) -> Iterator[int]:
    for length in counts:
        if not isinstance(length, int) or length < 0:
            raise BadRow("the counts of a mask must be whole numbers")
        yield length
