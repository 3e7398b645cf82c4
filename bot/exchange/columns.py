"""What a source's columns hold: pictures, sounds, films, texts or plain values."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal, cast
from urllib.parse import urlsplit

from bot.exchange.problems import BadRow
from bot.exchange.raw import Blob, holds_files
from bot.exchange.records import Record
from bot.media.prepared import MediaKind
from bot.media.sniff import HEAD, sniff

ColumnKind = Literal["text", "image", "audio", "video", "plain"]
KINDS: Final[tuple[MediaKind, ...]] = ("image", "audio", "video")
EXTENSIONS: Final[dict[str, MediaKind]] = {
    **dict.fromkeys(("jpg", "jpeg", "png", "gif", "webp", "bmp", "tif", "tiff", "heic", "heif", "avif"), "image"),
    **dict.fromkeys(("mp3", "wav", "ogg", "oga", "opus", "flac", "m4a", "aac", "amr", "aif", "aiff"), "audio"),
    **dict.fromkeys(("mp4", "m4v", "mov", "webm", "mkv", "avi"), "video"),
}
NAMES: Final[dict[str, MediaKind]] = {
    **dict.fromkeys(("image", "img", "photo", "picture", "thumbnail"), "image"),
    **dict.fromkeys(("audio", "clip", "sound", "voice", "recording"), "audio"),
    **dict.fromkeys(("video", "film", "movie"), "video"),
}
LONG: Final = 30
"""From how many characters on a text is something to read, not a value."""
LOOKED_INTO: Final = 8
"""How many of a column's files are asked what they are."""
_REFERENCE: Final = re.compile(r"\S{1,2000}")


@dataclass(frozen=True, slots=True)
class Column:
    """A column as it is understood: `role` is data, or one of the meanings a column may have."""

    column: str
    name: str
    role: str
    kind: ColumnKind


def kinds(fixed: Mapping[str, str], records: Sequence[Record]) -> dict[str, ColumnKind]:
    """The kind of each field of these items. `fixed` is what the project file says of some."""
    names = dict.fromkeys(name for record in records for name in record.data)
    kept = {field: file.kind for record in records for field, file in record.kept.items() if file.kind in KINDS}
    known = kept | dict(fixed)
    return {name: _kind(name, known, [record.data.get(name) for record in records]) for name in names}


@dataclass(slots=True)
class Kinds:
    """What the columns hold, while a source is read: known of the first rows, and of what these lacked by its first
    value. `nothing` are columns of bytes that are no medium; they are left out."""

    known: dict[str, ColumnKind]
    media: dict[str, MediaKind]
    nothing: frozenset[str]

    @staticmethod
    def of(found: Mapping[str, ColumnKind], fixed: Mapping[str, str], sample: Sequence[Record]) -> "Kinds":
        told = {name for one in sample for name, value in one.data.items() if value not in (None, "")}
        nothing = {name for one in sample for name, value in one.data.items() if holds_files(value)}
        known = {name: kind for name, kind in found.items() if kind in KINDS or name in told or name in fixed}
        return Kinds(known, media_only(found), frozenset(nothing - media_only(found).keys()))

    def anew(self) -> "Kinds":
        """As they were, to read the source from its start."""
        return Kinds(dict(self.known), dict(self.media), self.nothing)

    def take(self, record: Record) -> tuple[Record, dict[str, MediaKind]]:
        """The record as it can be kept, and which of its fields name or hold files. Raises BadRow."""
        for name, value in record.data.items():
            # Nearly every cell of a million rows.
            if isinstance(value, str) and name in self.known:
                continue
            if (name not in self.known or holds_files(value)) and name not in self.nothing and value not in (None, ""):
                self._see(name, value)
        for name, file in record.kept.items():
            if file.kind in KINDS and name not in self.known:
                self.known[name] = self.media[name] = file.kind
        if self.nothing:
            record = replace(record, data={name: one for name, one in record.data.items() if name not in self.nothing})
            if not record.data:
                raise BadRow("it has no data that can be kept")
        if not self.media:
            return record, {}
        return record, {
            name: kind
            for name, kind in self.media.items()
            if name in record.kept or record.data.get(name) not in (None, "")
        }

    def _see(self, name: str, value: Any) -> None:
        if name in self.media:
            return
        kind = _kind(name, {}, [value])
        if kind in KINDS:
            self.media |= media_only({name: kind})
        elif holds_files(value):
            raise BadRow(f"{name}: these bytes are no picture, sound or film")
        self.known[name] = kind


def media_only(found: Mapping[str, ColumnKind]) -> dict[str, MediaKind]:
    return {name: kind for name, kind in found.items() if kind == "image" or kind == "audio" or kind == "video"}


def _kind(name: str, fixed: Mapping[str, str], values: Sequence[Any]) -> ColumnKind:
    if name in fixed:
        return cast(ColumnKind, fixed[name])
    given = [value for value in values if value not in (None, "")]
    blobs = [value for value in given if isinstance(value, Blob)]
    if blobs:
        return _of_blobs(name, blobs)
    if given and all(isinstance(value, str) for value in given):
        return _of_references(name, given) or _of_texts(given)
    return "plain"


def _of_texts(texts: Sequence[str]) -> ColumnKind:
    return "text" if max(map(len, texts)) > LONG else "plain"


def _of_blobs(name: str, blobs: Sequence[Blob]) -> ColumnKind:
    if name in NAMES:
        return NAMES[name]
    for blob in blobs[:LOOKED_INTO]:
        try:
            content = blob.load()
        except BadRow:
            continue
        kind = sniff(content[:HEAD] if isinstance(content, bytes) else _head(content))
        if kind is not None and kind.media in ("image", "audio", "video"):
            return kind.media
    return "plain"


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD)


def _of_references(name: str, texts: Sequence[str]) -> MediaKind | None:
    if not all(_REFERENCE.fullmatch(text) or text.startswith("data:") or _extension(text) for text in texts):
        return None
    votes = [_extension(text) for text in texts]
    for kind in KINDS:
        if votes.count(kind) * 10 >= 8 * len(texts):
            return kind
    looks = all("/" in text or "." in text for text in texts)
    return NAMES.get(name.casefold()) if looks else None


def _extension(text: str) -> MediaKind | None:
    """What the end of a path, or the head of a data: address, says."""
    if len(text) > 2000 or text.startswith("data:"):
        named = text[5:25].partition("/")[0] if text.startswith("data:") else ""
        return cast(MediaKind, named) if named in ("image", "audio", "video") else None
    if "\n" in text:
        return None
    path = text
    if "://" in text or text.startswith("/data/"):
        try:
            parts = urlsplit(text)
        except ValueError:
            return None
        path = parts.path if "." in parts.path.rpartition("/")[2] else parts.query
    return EXTENSIONS.get(path.rpartition(".")[2].casefold())


def describe(
    found: Mapping[str, ColumnKind], roles: Mapping[str, str], fields: Mapping[str, str]
) -> tuple[Column, ...]:
    """Columns with a meaning first, then the data as it stands in the source."""
    columns = {name: column for column, name in fields.items()}
    meant = [Column(column, role, role, "plain") for role, column in roles.items()]
    return (*meant, *(Column(columns.get(name, name), name, "data", kind) for name, kind in found.items()))


def all_names(cells: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for one in cells for name in one))
