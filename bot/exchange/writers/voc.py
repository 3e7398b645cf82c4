"""Pascal VOC: an XML file a picture, in the folders of the challenge."""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any, BinaryIO, Final
from xml.etree import ElementTree as Xml

from bot.exchange.exported import Exported
from bot.exchange.pictures.pictured import Classes, Pictured, Pictures, losses
from bot.exchange.writers.base import Context, Format, Writer

MAIN: Final = "classes.txt"
PICTURES: Final = "JPEGImages"
ANNOTATIONS: Final = "Annotations"
ONLY: Final = "trainval"
"""The list that everything is in without a split."""


class Voc:
    def __init__(self, file: BinaryIO, context: Context) -> None:
        self._file = file
        self._context = context
        self._pictures = Pictures(context, level=True)
        self._classes = Classes(context.asked)
        self._lists: dict[str, list[str]] = {part: [] for part in context.split or (ONLY,)}

    def write(self, one: Exported) -> int:
        picture = self._pictures.taken(one)
        if picture is None:
            return 0
        stem = str(picture.stem)
        self._lists[picture.part or ONLY].append(stem)
        name = picture.reference
        if picture.content is not None:
            name = f"{stem}{picture.ending}"
            self._pictures.put(PurePosixPath(PICTURES, name), picture.content)
        found = self._annotation(picture, name)
        Xml.indent(found)
        content = Xml.tostring(found, encoding="utf-8") + b"\n"
        self._pictures.put(PurePosixPath(ANNOTATIONS, f"{stem}.xml"), content)
        return len(picture.marks)

    def finish(self) -> None:
        for part, stems in self._lists.items():
            listed = "".join(f"{stem}\n" for stem in stems)
            self._pictures.put(PurePosixPath("ImageSets", "Main", f"{part}.txt"), listed.encode())
        self._file.write("".join(f"{name}\n" for name in self._classes.names).encode())
        self._file.flush()

    def _annotation(self, picture: Pictured, name: str) -> Xml.Element:
        width, height = picture.size
        found = Xml.Element("annotation")
        _add(found, "folder", PICTURES)
        _add(found, "filename", name)
        _add(_add(found, "source"), "annotation", "labelbot")
        size = _add(found, "size")
        for tag, value in (("width", width), ("height", height), ("depth", 3)):
            _add(size, tag, value)
        _add(found, "segmented", 0)
        for mark in picture.marks:
            self._object(found, picture, mark)
        return found

    def _object(self, parent: Xml.Element, picture: Pictured, mark: Any) -> None:
        """Corners are counted as LabelImg, CVAT and Roboflow do: `xmax` is where the box ends, so that a box of 100
        pixels from 100 on is written 100 and 200."""
        found = _add(parent, "object")
        name = str(mark["label"])
        self._classes.place(name)
        _add(found, "name", name)
        for tag, said in (("pose", "Unspecified"), ("truncated", 0), ("difficult", 0)):
            _add(found, tag, said)
        x, y, width, height = picture.box(mark)
        corners = {"xmin": x, "ymin": y, "xmax": x + width, "ymax": y + height}
        self._context.lost["rounded"] += any(value != round(value) for value in corners.values())
        box = _add(found, "bndbox")
        for tag, value in corners.items():
            _add(box, tag, round(value))


def _add(parent: Xml.Element, tag: str, value: object = None) -> Xml.Element:
    found = Xml.SubElement(parent, tag)
    if value is not None:
        found.text = _sound(str(value))
    return found


def _sound(text: str) -> str:
    """Without the characters that XML has no way to write."""
    return "".join(
        letter if letter in "\t\n" or " " <= letter < "\ud800" or letter > "\udfff" else "�" for letter in text
    )


def _open(file: BinaryIO, context: Context) -> Writer:
    return Voc(file, context)


def _losses(context: Context) -> Sequence[str]:
    found = list(losses(context))
    if context.lost["rounded"]:
        found.append(f"VOC knows whole pixels only; boxes that were rounded: {context.lost['rounded']:,}.")
    return found


def _place(part: str) -> str:
    return MAIN


FORMAT: Final = Format(".txt", _open, _losses, place=_place, types=("boxes",), single=True, whole=True)
