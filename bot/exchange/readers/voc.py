"""Pascal VOC: a folder of XML files, each of one picture and the boxes in it."""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as Xml

from bot.exchange.pictures.marks import Mark, Marks, near, number, size_told
from bot.exchange.problems import BadRow
from bot.exchange.raw import Blob, Meter, Opened, Raw, Rows
from bot.exchange.readers.folders import files_in

ANNOTATIONS: Final = "Annotations"
PICTURES: Final = ("JPEGImages", "images", "")
LARGEST: Final = 4 << 20
LOOKED_AT: Final = 5
_DECLARES: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ROOT: Final = re.compile(rb"(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<annotation\b", re.DOTALL)


def looks(folder: Path) -> bool:
    """Whether its first XML files are of a picture each."""
    found = [folder / place for place in files_in(folder) if place.endswith(".xml")][:LOOKED_AT]
    return bool(found) and all(_ROOT.match(one.read_bytes()[:LARGEST].lstrip(b"\xef\xbb\xbf \r\n\t")) for one in found)


def open_folder(folder: Path) -> Opened:
    return Opened(
        path=folder,
        format="Pascal VOC",
        rows=partial(_rows, folder),
        base=folder,
        columns=("id", "image"),
        types=("boxes",),
    )


def _rows(folder: Path, meter: Meter) -> Rows:
    places = [place for place in files_in(folder) if place.endswith(".xml")]
    meter.total += len(places)
    for line, place in enumerate(places, 1):
        meter.done += 1
        try:
            yield _row(folder, line, place)
        except BadRow as problem:
            yield Raw(line, {"id": place}, f"{place}: {problem}")


def _row(folder: Path, line: int, place: str) -> Raw:
    root = _parsed(folder / place)
    name = (root.findtext("filename") or f"{Path(place).stem}.jpg").strip().replace("\\", "/")
    size = size_told(root.findtext("size/width"), root.findtext("size/height"))
    cells: dict[str, object] = {"id": name, "image": _picture(folder, folder / place, name)}
    return Raw(line, {**cells, "label": Marks(size, list(_marks(root)))})


def _parsed(path: Path) -> Xml.Element:
    """Raises BadRow, also for a file that declares what it is to be expanded by."""
    try:
        content = path.read_bytes() if path.stat().st_size < LARGEST else b""
        if not content or _DECLARES.search(content):
            raise BadRow("it is empty or too large, or declares a document type")
        return Xml.fromstring(content)
    except (Xml.ParseError, OSError, ValueError) as problem:
        if isinstance(problem, BadRow):
            raise
        raise BadRow(f"it is no XML: {str(problem)[:80]}") from problem


def _picture(folder: Path, xml: Path, name: str) -> Blob | str:
    """The file, if it lies where VOC has it or beside its XML; else its name."""
    roots = (folder, xml.parent, xml.parent.parent)
    found = near([root / inside for root in roots for inside in PICTURES], name, folder)
    return name if found is None else Blob(name, partial(Path, found))


def _marks(root: Xml.Element) -> Iterator[Mark]:
    """As they are written, but in the challenge's own files: there the first pixel is 1, and the last is in the box."""
    first = 1 if "VOC20" in (root.findtext("source/database") or "") else 0
    for one in root.findall("object"):
        name = (one.findtext("name") or "").strip()
        corners = [number(one.findtext(f"bndbox/{corner}")) for corner in ("xmin", "ymin", "xmax", "ymax")]
        left, top, right, bottom = corners
        if not name:
            raise BadRow("an object has no name")
        yield Mark(name, (left - first, top - first, right - left + first, bottom - top + first))
