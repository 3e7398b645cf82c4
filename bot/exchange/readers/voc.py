"""Pascal VOC: a folder of XML files, each of one picture and the boxes in it."""

import codecs
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as Xml

from bot.exchange.columns import EXTENSIONS
from bot.exchange.pictures.marks import Mark, Marks, near, number, size_told
from bot.exchange.problems import BadRow
from bot.exchange.raw import Blob, Meter, Opened, Raw, Rows
from bot.exchange.readers.folders import files_in

ANNOTATIONS: Final = "Annotations"
PICTURES: Final = ("JPEGImages", "images", "")
LARGEST: Final = 4 << 20
LOOKED_AT: Final = 5
_DECLARES: Final = re.compile("<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ENCODING: Final = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']""")
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
    found = _picture(folder, folder / place, name)
    name = name if found is None or found.name == Path(name).name else found.name
    image = name if found is None else Blob(name, partial(Path, found))
    cells: dict[str, object] = {"id": name, "image": image}
    return Raw(line, {**cells, "label": Marks(size, list(_marks(root)))})


def _parsed(path: Path) -> Xml.Element:
    """Raises BadRow, also for a file that declares what it is to be expanded by."""
    try:
        content = path.read_bytes() if path.stat().st_size < LARGEST else b""
        text = _decoded(content)
        if not content or _DECLARES.search(text):
            raise BadRow("it is empty or too large, or declares a document type")
        return Xml.fromstring(text)
    except (Xml.ParseError, OSError, ValueError) as problem:
        if isinstance(problem, BadRow):
            raise
        raise BadRow(f"it is no XML: {str(problem)[:80]}") from problem


def _decoded(content: bytes) -> str:
    """As it declares: expat itself reads no Chinese, Japanese or Korean encodings. Raises BadRow."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16")
    said = _ENCODING.match(content)
    name = said[1].decode() if said else "utf-8-sig"
    try:
        return content.decode("utf-8-sig" if name.lower() in ("utf-8", "utf8") else name)
    except LookupError as problem:
        raise BadRow(f"nobody knows its encoding {name[:40]!r}; save it as UTF-8") from problem


def _picture(folder: Path, xml: Path, name: str) -> Path | None:
    """The file, if it lies where VOC has it or beside its XML; one that was renamed with its XML goes by its name."""
    roots = (folder, xml.parent, xml.parent.parent)
    folders = [root / inside for root in roots for inside in PICTURES]
    endings = [f".{ending}" for ending, kind in EXTENSIONS.items() if kind == "image"]
    names = (name, *(f"{xml.stem}{case}" for ending in endings for case in (ending, ending.upper())))
    return next((found for one in names if (found := near(folders, one, folder)) is not None), None)


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
