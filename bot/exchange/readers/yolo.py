"""YOLO data sets: pictures, beside each a text file with a line an object, and the classes in a YAML file."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, Final

from bot.exchange.columns import EXTENSIONS
from bot.exchange.pictures.marks import Mark, Marks, number, size_of_picture
from bot.exchange.problems import BadImport, BadRow
from bot.exchange.raw import Blob, Meter, Opened, Raw, Rows
from bot.exchange.readers.folders import files_in

LABELS: Final = "labels"
PICTURES: Final = "images"
LISTS: Final = ("classes.txt", f"{LABELS}/classes.txt", "obj.names")
"""Where LabelImg, Label Studio and CVAT name the classes, a line each."""
LARGEST: Final = 1 << 20
LOOKED_AT: Final = 5
MOST_DIGITS: Final = 17


def looks(folder: Path) -> bool:
    """Whether it has a list of classes, and text files that a picture or a folder called labels goes with."""
    if _yaml(folder) is None and not _listed(folder):
        return False
    found = [
        place
        for place in files_in(folder)
        if place.endswith(".txt") and place not in LISTS
        if LABELS in PurePosixPath(place).parts or _beside(folder, place)
    ]
    return bool(found) and (_yaml(folder) is not None or all(_numbers(folder / one) for one in found[:LOOKED_AT]))


def _numbers(path: Path) -> bool:
    """Whether its first line could be of an object, or there is none."""
    with path.open("rb") as file:
        words = file.readline(LARGEST).split()
    try:
        return not words or len(list(map(float, words))) > 4
    except ValueError:
        return False


def _listed(folder: Path) -> dict[int, str]:
    """The classes where a text file names them."""
    for name in LISTS:
        path = folder / name
        if path.is_file() and path.stat().st_size < LARGEST:
            lines = path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
            return {place: line.strip() for place, line in enumerate(lines) if line.strip()}
    return {}


def _beside(folder: Path, place: str) -> bool:
    stem = place.removesuffix(".txt")
    return any((folder / f"{stem}.{ending}").is_file() for ending in ("jpg", "jpeg", "png"))


def _yaml(folder: Path) -> Mapping[str, Any] | None:
    """What the folder's YAML file says, if it names classes."""
    import yaml

    for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
        try:
            # Texts alone: a class may be called no, and a date need not be one.
            held = yaml.load(path.read_bytes(), yaml.BaseLoader) if path.stat().st_size < LARGEST else None
        except (yaml.YAMLError, OSError, RecursionError):
            continue
        if isinstance(held, dict) and _names(held.get("names")):
            return held
    return None


def open_folder(folder: Path) -> Opened:
    held = _yaml(folder) or {}
    names = _names(held.get("names")) or _listed(folder)
    points = "kpt_shape" in held
    if not names:
        raise BadImport(f"{folder.name} names no classes.")
    return Opened(
        path=folder,
        format="YOLO",
        rows=partial(_rows, folder, names, points),
        base=folder,
        columns=("id", "image"),
        notes=("Its key points are left out.",) if points else (),
        types=("boxes", "masks"),
        classes=tuple(dict.fromkeys(names.values())),
    )


def _names(value: Any) -> dict[int, str]:
    """Nothing but texts: what a hostile file refers to a billion times is no name."""
    pairs = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    return {int(place): name for place, name in pairs if str(place).isdecimal() and isinstance(name, str)}


def _rows(folder: Path, names: Mapping[int, str], points: bool, meter: Meter) -> Rows:
    places = list(files_in(folder))
    pictures = [place for place in places if EXTENSIONS.get(place.rpartition(".")[2].casefold()) == "image"]
    texts = {place for place in places if place.endswith(".txt") and place not in LISTS}
    meter.total += len(pictures)
    for line, place in enumerate(pictures, 1):
        meter.done += 1
        cells = {"id": place, "image": Blob(place, partial(Path, folder / place))}
        held = next((one for one in _labels_of(place) if one in texts), None)
        texts.discard(held or "")
        try:
            yield Raw(line, cells if held is None else {**cells, "label": _marks(folder, place, held, names, points)})
        except BadRow as problem:
            yield Raw(line, cells, f"{held or place}: {problem}")
    lost = sorted(place for place in texts if LABELS in PurePosixPath(place).parts)
    for line, place in enumerate(lost, len(pictures) + 1):
        yield Raw(line, {"id": place}, f"{place}: there is no picture of that name; put it into the folder images")


def _labels_of(place: str) -> Iterator[str]:
    """Where Ultralytics looks for a picture's labels, and then beside it."""
    path = PurePosixPath(place).with_suffix(".txt")
    parts = list(path.parts)
    if PICTURES in parts[:-1]:
        last = len(parts) - 1 - parts[::-1].index(PICTURES)
        yield str(PurePosixPath(*parts[:last], LABELS, *parts[last + 1 :]))
    yield str(path)


def _marks(folder: Path, place: str, held: str, names: Mapping[int, str], points: bool) -> Marks:
    """A picture without a line has nothing of these classes in it."""
    size = size_of_picture(folder / place)
    try:
        lines = (folder / held).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise BadRow("it is no text") from problem
    # Key points stand after the box.
    objects = [line.split()[: 5 if points else None] for line in lines if line.strip()]
    return Marks(size, [_mark(words, size, names) for words in objects])


def _mark(words: Sequence[str], size: tuple[int, int], names: Mapping[int, str]) -> Mark:
    place = number(words[0])
    name = names.get(int(place))
    if name is None:
        raise BadRow(f"there is no class {words[0][:20]}")
    across, down = size
    if len(words) in (5, 6):
        # A sixth number is how sure a model was.
        x, y, width, height = (number(word) for word in words[1:5])
        near = _near(words[1:5])
        left, top = (x - width / 2) * across, (y - height / 2) * down
        box = (left, top, width * across, height * down)
        sides = (across, down, across, down)
        exact = [_pixel(value, 1.5 * side * near) for value, side in zip(box, sides, strict=True)]
        return Mark(name, (exact[0], exact[1], exact[2], exact[3]))
    if len(words) < 7 or len(words) % 2 == 0:
        raise BadRow(f"a line must hold a class and four numbers, or a class and an outline: {' '.join(words)[:60]!r}")
    near = _near(words[1:])
    return Mark(
        name,
        polygons=[
            [
                _pixel(number(word) * side, side * near)
                for word, side in zip(words[1:], (across, down) * (len(words) // 2), strict=True)
            ]
        ],
    )


def _near(words: Sequence[str]) -> float:
    """How far off shares may be, for they were rounded to so many digits."""
    digits = max(len(word.partition(".")[2].partition("e")[0]) for word in words)
    return float(10.0 ** -min(digits or MOST_DIGITS, MOST_DIGITS))


def _pixel(value: float, tolerance: float) -> float:
    """The whole pixel, where rounding cannot tell it from the value."""
    nearest = round(value)
    return nearest if abs(value - nearest) <= min(max(tolerance, 1e-6), 0.4) else round(value, 3)
