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
LARGEST: Final = 1 << 20
MOST_DIGITS: Final = 17


def looks(folder: Path) -> bool:
    """Whether it has a list of classes, and text files that a picture or a folder called labels goes with."""
    return _yaml(folder) is not None and any(
        place.endswith(".txt") and (LABELS in PurePosixPath(place).parts or _beside(folder, place))
        for place in files_in(folder)
    )


def _beside(folder: Path, place: str) -> bool:
    stem = place.removesuffix(".txt")
    return any((folder / f"{stem}.{ending}").is_file() for ending in ("jpg", "jpeg", "png"))


def _yaml(folder: Path) -> Mapping[str, Any] | None:
    """What the folder's YAML file says, if it names classes."""
    import yaml

    for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
        try:
            held = yaml.safe_load(path.read_bytes()) if path.stat().st_size < LARGEST else None
        except (yaml.YAMLError, OSError, RecursionError):
            continue
        if isinstance(held, dict) and isinstance(held.get("names"), (list, dict)):
            return held
    return None


def open_folder(folder: Path) -> Opened:
    names = _names((_yaml(folder) or {}).get("names"))
    if not names:
        raise BadImport(f"{folder.name} names no classes.")
    return Opened(
        path=folder,
        format="YOLO",
        rows=partial(_rows, folder, names),
        base=folder,
        columns=("id", "image"),
        types=("boxes", "masks"),
        classes=tuple(dict.fromkeys(names.values())),
    )


def _names(value: Any) -> dict[int, str]:
    if isinstance(value, list):
        return {place: str(name) for place, name in enumerate(value)}
    pairs = value.items() if isinstance(value, dict) else ()
    return {int(place): str(name) for place, name in pairs if str(place).isdecimal()}


def _rows(folder: Path, names: Mapping[int, str], meter: Meter) -> Rows:
    places = list(files_in(folder))
    pictures = [place for place in places if EXTENSIONS.get(place.rpartition(".")[2].casefold()) == "image"]
    texts = {place for place in places if place.endswith(".txt")}
    meter.total += len(pictures)
    for line, place in enumerate(pictures, 1):
        meter.done += 1
        cells = {"id": place, "image": Blob(place, partial(Path, folder / place))}
        held = next((one for one in _labels_of(place) if one in texts), None)
        texts.discard(held or "")
        try:
            yield Raw(line, cells if held is None else {**cells, "label": _marks(folder, place, held, names)})
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


def _marks(folder: Path, place: str, held: str, names: Mapping[int, str]) -> Marks:
    """A picture without a line has nothing of these classes in it."""
    size = size_of_picture(folder / place)
    try:
        lines = (folder / held).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise BadRow("it is no text") from problem
    return Marks(size, [_mark(line.split(), size, names) for line in lines if line.strip()])


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
