"""A folder or a zip of pictures, sounds, films and texts: an item a file, named by its place in the folder."""

import lzma
import os
import re
import shutil
import stat
import struct
import weakref
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath
from tempfile import mkdtemp
from typing import Final

from bot.exchange.columns import EXTENSIONS
from bot.exchange.problems import BadImport, BadRow
from bot.exchange.raw import Blob, Meter, Opened, Raw, Rows
from bot.exchange.readers.jsons import JSONL_SUFFIXES, open_lines
from bot.exchange.readers.tables import SUFFIXES, open_table
from bot.exchange.sentences import counted, listed
from bot.media.sniff import HEAD, sniff

MOST_ENTRIES: Final = 1_000_000
WORST_RATIO: Final = 1000
LARGEST: Final = 512 << 20
LONGEST_PLACE: Final = 1000
LONGEST_TEXT: Final = 1 << 20
LISTS: Final = ("metadata.csv", "metadata.jsonl")
TABLES: Final = (*LISTS, "items.jsonl", "items.csv")
_OF_ROWS: Final = frozenset({*SUFFIXES, *JSONL_SUFFIXES, ".json", ".parquet"})
NOUNS: Final = {"image": "picture", "audio": "sound", "video": "film", "text": "text"}
LISTED: Final = 5
"""How many files that are left out are named."""
_LABELS: Final = re.compile(
    r"(?:^|/)(?:labels/.+\.txt|Annotations/.+\.xml|(?:masks|SegmentationClass)/.+\.png|annotations/.+\.json|\w*\.coco\.json)$"
)
"""What data sets of pictures call their labels."""
_END, _END64 = b"PK\x05\x06", b"PK\x06\x06"
_DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, EOFError, OSError, ValueError)
_HIDDEN = frozenset({"__MACOSX", "Thumbs.db", "desktop.ini", "dataset.json"})


def open_folder(path: Path) -> Opened:
    """A table in it that lists its files (`metadata.csv`, `items.jsonl`, …) is read instead."""
    table = next((path / name for name in TABLES if (path / name).is_file()), None)
    if table is not None:
        return open_table(table) if table.suffix == ".csv" else open_lines(table)
    if next(files_in(path), None) is None:
        raise BadImport(f"{path.name} is an empty folder.")
    return Opened(path=path, format="folder", rows=partial(_folder, path), base=path, mixed=True)


def open_zip(path: Path) -> Opened:
    """Raises BadImport for an archive that would write elsewhere, unpacks to a thousand times its size, or is not
    whole."""
    try:
        if _entries(path) > MOST_ENTRIES:
            raise BadImport(f"{path.name} has more than {MOST_ENTRIES:,} entries; import it in parts.")
        with zipfile.ZipFile(path) as archive:
            names = [info.filename for info in archive.infolist() if _wanted(path, info)]
    except (zipfile.BadZipFile, OSError, struct.error) as error:
        raise BadImport(f"{path.name} is no zip file, or a broken one.") from error
    if not names:
        raise BadImport(f"{path.name} holds no files.")
    if tables := [name for name in names if PurePosixPath(name).name in TABLES]:
        return _tabled(path, names, tables)
    rows = partial(_archive, path, sorted(names))
    labelled = any(map(_LABELS.search, names))
    notes = ("Labels in a zip are not read, only its pictures: unpack it, and import the folder.",) if labelled else ()
    return Opened(path=path, format="zip", rows=rows, base=path.parent, mixed=True, notes=notes)


def sorted_out(opened: Opened, wanted: frozenset[str]) -> Opened:
    """Only its files of the kinds `wanted`, where it has such, else of its commonest kind; a note names what is left
    out. So a README among pictures becomes no item."""
    counts: Counter[str] = Counter()
    places: dict[str, list[str]] = {}
    for raw in opened.rows(Meter()):
        kind = _kind(raw)
        counts[kind] += 1
        if counts[kind] <= LISTED:
            places.setdefault(kind, []).append(str(raw.cells["id"]))
    taken = (wanted & counts.keys()) or {max(NOUNS, key=lambda kind: counts[kind])}
    others = [kind for kind in places if kind not in taken]
    if not others or not taken & counts.keys():
        return opened
    names = [place for kind in others for place in places[kind]]
    count = sum(counts[kind] for kind in others)
    nouns = listed((NOUNS[kind] for kind in NOUNS if kind in taken), "or")
    more = f" and {count - LISTED:,} more" if count > LISTED else ""
    note = f"Left out: {counted(count, 'file')} that {'is' if count == 1 else 'are'} no {nouns}: "
    note += f"{', '.join(names[:LISTED])}{more}."
    return replace(opened, rows=partial(_of_kinds, opened, frozenset(taken)), notes=(*opened.notes, note))


def _of_kinds(opened: Opened, taken: frozenset[str], meter: Meter) -> Rows:
    return (raw for raw in opened.rows(meter) if _kind(raw) in taken)


def _kind(raw: Raw) -> str:
    """What a file is, or by its name was meant to be."""
    return next((kind for kind in NOUNS if kind in raw.cells), "")


def _entries(path: Path) -> int:
    """How many entries an archive says it has, read before its list of them is."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 70_000))
        tail = file.read()
    end = tail.rfind(_END)
    if end < 0:
        raise zipfile.BadZipFile("no end record")
    count: int = struct.unpack_from("<H", tail, end + 10)[0]
    end64 = tail.rfind(_END64)
    return count if count < 0xFFFF or end64 < 0 else int(struct.unpack_from("<Q", tail, end64 + 32)[0])


def _wanted(path: Path, info: zipfile.ZipInfo) -> bool:
    name, parts = info.filename, PurePosixPath(info.filename).parts or (".",)
    if name.startswith("/") or ".." in parts or "\\" in name or ":" in parts[0] or "\0" in name:
        raise BadImport(f"{path.name} would unpack to {name!r}, outside its own folder; nothing of it was read.")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise BadImport(f"{path.name} holds a link ({name!r}); pack the file itself.")
    if info.file_size > max(1 << 20, WORST_RATIO * info.compress_size):
        raise BadImport(f"{path.name} unpacks {name!r} to over {WORST_RATIO} times its size; nothing of it was read.")
    if info.flag_bits & 1:
        raise BadImport(f"{path.name} is locked with a password; pack it without one.")
    return not info.is_dir() and not _hidden(parts)


def _hidden(parts: tuple[str, ...]) -> bool:
    return any(part.startswith(".") or part in _HIDDEN for part in parts)


def files_in(folder: Path) -> Iterator[str]:
    """Places of the folder's files in a stable order; links to folders are not followed."""
    for here, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            place = Path(here, name).relative_to(folder)
            if not _hidden(place.parts):
                yield place.as_posix()


def _folder(path: Path, meter: Meter) -> Rows:
    meter.total += sum(1 for _ in files_in(path))
    root = path.resolve()
    for number, place in enumerate(files_in(path), 1):
        meter.done += 1
        file = path / place
        if not file.is_file() or not file.resolve().is_relative_to(root):
            yield Raw(number, {"id": place, _meant(place): place}, "it leads out of the folder, or is no file")
            continue
        with file.open("rb") as opened:
            head = opened.read(HEAD)
        yield _row(number, place, head, Blob(place, partial(Path, file)))


def _archive(path: Path, names: list[str], meter: Meter) -> Rows:
    meter.total += len(names)
    # Not closed here: files of the last rows are read after they were handed on.
    archive = zipfile.ZipFile(path)
    for number, name in enumerate(names, 1):
        meter.done += 1
        try:
            yield _entry(archive, number, name)
        except BadRow as problem:
            yield Raw(number, {"id": name, _meant(name): name}, str(problem))


def _tabled(path: Path, names: list[str], tables: list[str]) -> Opened:
    """An archive's own table of its files; what it names are entries beside it."""
    if len(tables) > 1:
        raise BadImport(
            f"{path.name} holds several tables ({', '.join(tables[:4])}); unpack it, and import the folder."
        )
    archive = zipfile.ZipFile(path)
    folder = mkdtemp(prefix="labelbot-")
    # Kept for as long as rows may be asked for.
    weakref.finalize(archive, shutil.rmtree, folder, True)
    table = Path(folder, PurePosixPath(tables[0]).name)
    try:
        table.write_bytes(_unpacked(archive, tables[0]))
    except BadRow as problem:
        raise BadImport(f"{path.name}: {tables[0]}: {problem}.") from problem
    opened = open_table(table) if table.suffix == ".csv" else open_lines(table)
    rows = partial(_of_archive, archive, opened, str(PurePosixPath(tables[0]).parent), frozenset(names))
    return replace(opened, path=path, format=f"zip with {tables[0]}", rows=rows, base=path.parent)


def _of_archive(archive: zipfile.ZipFile, table: Opened, folder: str, names: frozenset[str], meter: Meter) -> Rows:
    for raw in table.rows(meter):
        cells = {column: _entry_of(archive, folder, names, cell) for column, cell in raw.cells.items()}
        yield raw._replace(cells=cells)


def _entry_of(archive: zipfile.ZipFile, folder: str, names: frozenset[str], cell: object) -> object:
    place = str(PurePosixPath(folder, cell)) if isinstance(cell, str) and 0 < len(cell) < LONGEST_PLACE else ""
    return Blob(str(cell), partial(_unpacked, archive, place)) if place in names else cell


def _entry(archive: zipfile.ZipFile, number: int, name: str) -> Raw:
    info = archive.getinfo(name)
    if info.file_size > LARGEST:
        return Raw(number, {"id": name, _meant(name): name}, f"it unpacks to more than {LARGEST >> 20} MB")
    head = _unpacked(archive, name, HEAD)
    return _row(number, name, head, Blob(name, partial(_unpacked, archive, name)))


def _unpacked(archive: zipfile.ZipFile, name: str, most: int = LARGEST) -> bytes:
    """Raises BadRow for a damaged entry, or one that holds more than it says."""
    try:
        with archive.open(name) as opened:
            return opened.read(most)
    except _DAMAGED as error:
        raise BadRow(f"it cannot be unpacked: {error or type(error).__name__}") from error


def _row(number: int, place: str, head: bytes, file: Blob) -> Raw:
    kind, meant = sniff(head), _meant(place)
    folder = str(PurePosixPath(place).parent)
    cells: dict[str, object] = {"id": place}
    if folder != ".":
        cells["folder"] = folder
    if kind is not None and kind.media in ("image", "audio", "video"):
        return Raw(number, cells | {kind.media: file})
    if not head:
        return Raw(number, cells | {meant: place}, "it is empty")
    if meant != "text":
        return Raw(number, cells | {meant: place}, f"it is no {NOUNS[meant]} that we know, whatever its name says")
    if PurePosixPath(place).suffix.lower() in _OF_ROWS:
        return Raw(number, cells, "it holds rows; import it by itself")
    if kind is not None and kind.format == "plain":
        return _text(number, cells, file)
    return Raw(number, cells, "it is no picture, sound, film or text that we know")


def _meant(place: str) -> str:
    """The kind of a file by its name alone."""
    return EXTENSIONS.get(place.rpartition(".")[2].casefold(), "text")


def _text(number: int, cells: dict[str, object], file: Blob) -> Raw:
    content = file.load()
    held = content if isinstance(content, bytes) else content.read_bytes()
    cells = cells | {"text": file.name}
    if len(held) > LONGEST_TEXT:
        return Raw(number, cells, f"a text of more than {LONGEST_TEXT >> 20} MB")
    try:
        return Raw(number, cells | {"text": held.decode("utf-8-sig")})
    except UnicodeDecodeError:
        return Raw(number, cells, "a text that is not UTF-8")
