"""What a data set of pictures is made of: each picture with its label, in the pixels of the picture beside it."""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from bot.exchange.exported import Exported
from bot.exchange.parts import carried, split_of
from bot.exchange.pictures.places import Names, flat, stem_of
from bot.exchange.sentences import listed
from bot.exchange.writers.base import Context
from bot.labels.base import Label
from bot.project import Question
from bot.subject import Medium, picture_of

if TYPE_CHECKING:
    from bot.labels.rasters import Raster, Size

EXTENSIONS: Final = {"image/png": ".png", "image/gif": ".gif", "image/webp": ".webp"}
DIGITS: Final = 3
"""Of a pixel, where coordinates are those of a picture that was made smaller."""
Box = tuple[float, float, float, float]
"""(x, y, width, height)"""


@dataclass(frozen=True, slots=True)
class Pictured:
    """`stem` is its place below the folder of pictures or of what belongs to them, `ending` that of the picture's name.
    `reference` is what the item calls its file. `size` (width, height) is that of the picture beside, or of the upright
    original where none goes along, and `scale` what the original's coordinates are multiplied by to be its own."""

    key: str
    part: str
    stem: PurePosixPath
    ending: str
    reference: str
    size: "Size"
    scale: float
    turned: bool
    label: Label
    content: bytes | None

    @property
    def marks(self) -> Sequence[Mapping[str, Any]]:
        return [one for one in self.label if isinstance(one, Mapping)] if isinstance(self.label, list) else []

    def box(self, mark: Mapping[str, Any]) -> Box:
        x, y, width, height = scaled_box(mark, self.scale).values()
        return x, y, width, height

    def raster(self, mark: Mapping[str, Any]) -> "Raster":
        from bot.labels import rasters

        pixels = rasters.raster(mark)
        return pixels if self.scale == 1 else rasters.scaled(pixels, self.size, self.scale)


def scaled_box(mark: Mapping[str, Any], scale: float) -> dict[str, float]:
    """Where a box is in a picture that was made smaller or larger."""
    sides = {name: mark[name] for name in ("x", "y", "width", "height")}
    return sides if scale == 1 else {name: whole(round(side * scale, DIGITS)) for name, side in sides.items()}


def scaled_label(label: Label, size: "Size", scale: float) -> Label:
    """A label of boxes or masks as it is in a picture that was made smaller or larger."""
    from bot.labels import rasters

    if scale == 1 or not isinstance(label, list):
        return label
    return [
        one | rasters.mask_of(rasters.scaled(rasters.raster(one), size, scale))
        if "counts" in one
        else one | scaled_box(one, scale)
        for one in label
    ]


def whole(number: float) -> float:
    return int(number) if number == int(number) else number


class Pictures:
    """The pictures of an export, one after another; what cannot be one is counted in `lost`."""

    def __init__(self, context: Context, dropped: frozenset[str] = frozenset(), level: bool = False) -> None:
        self._context = context
        self._dropped = dropped
        self._flat = level
        self._names: dict[str, Names] = {}

    def taken(self, one: Exported) -> Pictured | None:
        """None where there is no picture, or no label of the question."""
        context = self._context
        media = picture_of(context.asked, one.media)
        label = label_of(one, context.asked)
        if media is None or label is None:
            context.lost["tied" if tied(one, context.asked) else "unlabelled" if media else "pictureless"] += 1
            return None
        content = context.load(media["sha256"]) if context.load else None
        size, scale = served(content, media) if content else ((media["width"], media["height"]), 1.0)
        reference = reference_of(one, media)
        part = split_of(one.key, context.split) if context.split else ""
        turned = (media.get("orientation") or 1) > 1
        context.lost["turned"] += turned
        context.lost["smaller"] += scale != 1
        return Pictured(
            one.key, part, self._stem(part, reference), _ending(media, reference, content is not None), reference, size,
            scale, turned, label, content,
        )  # fmt: skip

    def _stem(self, part: str, reference: str) -> PurePosixPath:
        names = self._names.setdefault(part, Names())
        wanted = stem_of(reference, self._dropped)
        before = names.changed
        found = names.given(flat(wanted) if self._flat else wanted)
        self._context.lost["renamed"] += names.changed - before
        return found

    def beside(self, picture: Pictured, folder: str) -> str:
        """Puts the picture, if it goes along, into `folder` of the data set; its place there."""
        place = PurePosixPath(folder, picture.part, f"{picture.stem}{picture.ending}")
        if picture.content is not None:
            self.put(place, picture.content)
        return str(place)

    def put(self, place: PurePosixPath, content: bytes) -> None:
        assert self._context.beside is not None
        path = self._context.beside / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def label_of(one: Exported, question: Question) -> Label:
    """What is known to be right, else what the answers come to; at the level of answers, the one answer."""
    if one.merged is None:
        return next((answer.labels.get(question.name) for answer in carried(one.answers) if answer.labels), None)
    known = (one.gold or {}).get(question.name)
    return known if known is not None else one.merged.labels.get(question.name)


def tied(one: Exported, question: Question) -> bool:
    return one.merged is not None and question.name in one.merged.ties


def reference_of(one: Exported, media: Medium) -> str:
    """The path an item calls its picture by; of an address, the file's name."""
    value = one.data.get(media["field"])
    text = value if isinstance(value, str) else ""
    if "://" in text or text.startswith(("/data/", "data:")):
        text = ""
    return str(text or media.get("name") or one.key)


def _ending(media: Medium, reference: str, goes_along: bool) -> str:
    own = PurePosixPath(reference).suffix
    return EXTENSIONS.get(str(media["mime"]), ".jpg") if goes_along or not own else own


def served(content: bytes, media: Medium) -> "tuple[Size, float]":
    """The size of the picture beside, and its scale: it starts in the top left corner of what may be padded."""
    from PIL import Image

    with Image.open(io.BytesIO(content)) as image:
        size = image.size
    return size, max(size) / max(media["width"], media["height"])


class Classes:
    """The labels of a question in the project's order, then those that it once had, as they come."""

    def __init__(self, question: Question) -> None:
        self.names = [label.name for label in question.labels]
        self._places = {name: place for place, name in enumerate(self.names)}

    def place(self, name: str) -> int:
        """From 0 on."""
        if name not in self._places:
            self._places[name] = len(self.names)
            self.names.append(name)
        return self._places[name]


def losses(context: Context, coordinates: bool = True) -> Iterator[str]:
    """What no data set of pictures carries, in sentences; `coordinates` says whether it holds such."""
    lost = context.lost
    others = [one.name for one in context.project.questions if one is not context.asked]
    if others:
        yield f"It holds the question {context.asked.name}; left out are {', '.join(others)}."
    fields = [name for name in context.survey.fields if name not in context.survey.media]
    if fields:
        yield f"It holds pictures and labels; other fields of items are left out: {listed(fields)}."
    if context.survey.also & {"note", "notes"}:
        yield "What people asked and noted is not in it; jsonl has it."
    if context.level == "answers" and context.survey.several:
        yield "Several people answered, so each has a data set, a folder a person; --level items gives one."
    if lost["answers"]:
        yield f"It holds labels only; skipped, flagged, late and superseded answers left out: {lost['answers']:,}."
    if lost["unlabelled"]:
        yield f"Pictures that nobody has labelled left out: {lost['unlabelled']:,}."
    if lost["tied"]:
        yield f"Pictures whose answers tie left out: {lost['tied']:,}."
    if lost["pictureless"]:
        yield f"Items without a picture left out: {lost['pictureless']:,}."
    if lost["renamed"]:
        yield f"Pictures that were called as another one, and have a number now: {lost['renamed']:,}."
    if lost["smaller"] and coordinates:
        yield (
            f"Coordinates are those of the pictures beside, and {lost['smaller']:,} of these differ in size from the "
            "original; without --media they are the original's."
        )
    elif lost["turned"] and coordinates and context.load is None:
        yield (
            f"Photos that are stored turned (EXIF): {lost['turned']:,}. Coordinates are of the upright picture, as "
            "OpenCV and Ultralytics open it; Pillow opens it so after ImageOps.exif_transpose."
        )
