"""The records that a masks label is made of: read from outside, laid over one another, taken from what is suggested."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from bot.labels import rle
from bot.labels.base import BadAnswer, Label, Subject
from bot.labels.names import is_list, named
from bot.labels.regions import Regions
from bot.project import Json, Question
from bot.wording import phrase

PIXELS: Final = 100_000_000
"""The most that a picture may have; see `bot.media.prepared.Limits`."""
LONGEST: Final = 1_000_000
"""The most signs or numbers of one mask: any that was drawn has far fewer, and it is read in a part of a second."""

Size = tuple[int, int]
"""(height, width), as COCO has it."""
Layer = tuple[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class Area:
    """One record of a label: what is where."""

    label: str
    size: Size
    text: str

    @property
    def counts(self) -> Sequence[int]:
        """Raises ValueError where nobody read the record before."""
        return decoded(self.text, *self.size)


@lru_cache(maxsize=64)
def decoded(text: str, height: int, width: int) -> Sequence[int]:
    """A string's counts, which others are given too. Raises ValueError."""
    # Four bytes a number instead of forty: a photograph's mask may have a hundred thousand.
    return array("I", rle.decode(text, height, width))


def areas(label: Label) -> list[Area]:
    """The records of a label as it is kept."""
    held: Any = label
    return [Area(one["label"], (one["size"][0], one["size"][1]), one["counts"]) for one in held or ()]


def record(label: str, size: Size, mask: Sequence[int]) -> dict[str, Any]:
    """A mask as labels keep it."""
    return {"label": label, "size": [*size], "counts": rle.encode(mask)}


def read_record(question: Question, one: Json) -> dict[str, Json]:
    """A record from outside, its counts a compressed string or numbers. Raises BadAnswer."""
    if not isinstance(one, Mapping):
        raise BadAnswer(phrase("label.missing"))
    name = named(question, one.get("label"), False).name
    try:
        size = _size(one.get("size"))
        return record(name, size, _counts(one.get("counts"), *size))
    except ValueError as error:
        raise BadAnswer(phrase("masks.broken", label=name)) from error


def flat(layers: Sequence[Layer]) -> list[Layer]:
    """Each label once, where it came first, with the pixels that no later one covers; nothing empty."""
    found: dict[str, Sequence[int]] = {}
    for name, mask in layers:
        for other, held in found.items():
            if other != name and rle.shared(held, mask):
                found[other] = rle.less(held, mask)
        found[name] = rle.union([found[name], mask]) if name in found else mask
    return [(name, mask) for name, mask in found.items() if rle.area(mask)]


def offered(question: Question, subject: Subject) -> list[Area] | None:
    """What is suggested of this very picture; None where nothing is. Masks are not read here: only those kept are."""
    suggestion = subject.suggestion
    if not is_list(suggestion) or subject.size is None:
        return None
    size = [subject.size[1], subject.size[0]]
    known: Any = [one for one in suggestion if isinstance(one, Mapping) and question.label(str(one.get("label")))]
    return areas([one for one in known if one.get("size") == size and isinstance(one.get("counts"), str)])


def regions_of(subject: Subject) -> Regions | None:
    """The picture's regions, if they have its shape: an item may say another size than the file it came with has."""
    regions = subject.regions()
    if regions is None or subject.size is None:
        return None
    width, height = subject.size
    scale = max(regions.width, regions.height) / max(width, height)
    near = abs(width * scale - regions.width) < 2 and abs(height * scale - regions.height) < 2
    return regions if near else None


def _size(value: Json) -> Size:
    """Raises ValueError."""
    match value:
        case [int(height), int(width)] if height > 0 and width > 0 and height * width <= PIXELS:
            return int(height), int(width)
    raise ValueError("no size")


def _counts(value: Json, height: int, width: int) -> Sequence[int]:
    """Raises ValueError."""
    if isinstance(value, str) and len(value) <= LONGEST:
        return decoded(value, height, width)
    if is_list(value) and len(value) <= LONGEST:
        numbers = [one for one in value if isinstance(one, int)]
        if len(numbers) == len(value):
            return rle.checked(numbers, height, width)
    raise ValueError("no run lengths")
