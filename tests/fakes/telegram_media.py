"""Files of the fake: what may be uploaded as what, the identifiers they get, and how they are fetched again."""

import io
import itertools
import mimetypes
from dataclasses import dataclass, field
from typing import Any

from PIL import Image
from telegram.constants import FileSizeLimit

from tests.fakes.telegram_schema import Refusal, Upload, bad

_PREFIX = {"photo": "AgAC", "voice": "AwAC", "audio": "CQAC", "document": "BQAC", "video": "BAAC", "animation": "CgAC"}
_FOLDER = {"photo": "photos", "voice": "voice", "audio": "music", "video": "videos"}
_EXTENSION = {"photo": ".jpg", "voice": ".oga", "audio": ".mp3", "video": ".mp4", "animation": ".mp4"}
_EDGES = (90, 320, 800, 1280)  # the renditions clients have long been seen to get; not an official figure
PHOTO_EDGE_SUM = 10_000  # sendPhoto: width and height together
PHOTO_RATIO = 20  # sendPhoto
LINK_SECONDS = 3600.0  # getFile: a link is valid for at least an hour; the fake takes "at least" as "at most"


def audio_format(content: bytes) -> str | None:
    """ "ogg", "mp3" or "m4a" by the first bytes of a sound file."""
    if content[:4] == b"OggS":
        return "ogg"
    if content[:3] == b"ID3" or (content[:1] == b"\xff" and content[1:2] >= b"\xe0"):
        return "mp3"
    return "m4a" if content[4:8] == b"ftyp" else None


def photo_size(content: bytes) -> tuple[int, int]:
    """Width and height of an acceptable photo, or 400."""
    if len(content) > FileSizeLimit.PHOTOSIZE_UPLOAD:
        raise bad(f"file of size {len(content)} bytes is too big for a photo; the maximum size is 10485760 bytes")
    try:
        with Image.open(io.BytesIO(content)) as image:
            size = image.size
            _check_dimensions(*size)
            image.load()
    except (OSError, SyntaxError, ValueError) as error:
        raise bad("IMAGE_PROCESS_FAILED") from error
    return size


def _check_dimensions(width: int, height: int) -> None:
    if width + height > PHOTO_EDGE_SUM or max(width, height) > PHOTO_RATIO * min(width, height):
        raise bad("PHOTO_INVALID_DIMENSIONS")


def _check_content(kind: str, content: bytes) -> None:
    if not content:
        raise bad("file must be non-empty")
    if len(content) > FileSizeLimit.FILESIZE_UPLOAD:
        raise Refusal(413, "Request Entity Too Large")
    if kind == "voice" and audio_format(content) is None:
        raise bad("fake: a voice message must be OGG, MP3 or M4A")
    if kind == "audio" and audio_format(content) not in {"mp3", "m4a"}:
        raise bad("fake: an audio must be MP3 or M4A")
    if kind == "video" and content[4:8] != b"ftyp":
        raise bad("fake: a video must be MPEG4")
    if kind == "animation" and content[4:8] != b"ftyp" and content[:3] != b"GIF":
        raise bad("fake: an animation must be GIF or MPEG4")


@dataclass(frozen=True)
class StoredFile:
    """A file the platform keeps. `content` is what was uploaded; pixels count for photos only."""

    id: str
    unique_id: str
    kind: str
    content: bytes = field(repr=False)
    name: str = ""
    mime: str = ""
    width: int = 0
    height: int = 0
    renditions: tuple["StoredFile", ...] = ()

    def to_json(self, extra: dict[str, Any]) -> Any:
        """The value of the message's field named like the kind: a list of sizes for a photo, else an object."""
        if self.kind == "photo":
            return [size._size_json() for size in (*self.renditions, self)]
        base = {"file_id": self.id, "file_unique_id": self.unique_id, "file_size": len(self.content)}
        if self.mime:
            base["mime_type"] = self.mime
        if self.kind in {"video", "animation"}:
            base |= {"width": extra.get("width", 320), "height": extra.get("height", 240)}
        if self.kind != "document":
            base["duration"] = extra.get("duration", 1)
        if self.kind != "voice" and self.name:
            base["file_name"] = self.name
        return base | {key: extra[key] for key in ("title", "performer") if key in extra and self.kind == "audio"}

    def _size_json(self) -> dict[str, Any]:
        return {
            "file_id": self.id,
            "file_unique_id": self.unique_id,
            "width": self.width,
            "height": self.height,
            "file_size": len(self.content),
        }

    def downloaded(self) -> bytes:
        """What getFile leads to: photos come back re-encoded, other files as they were."""
        if self.kind != "photo":
            return self.content
        with Image.open(io.BytesIO(self.content)) as image:
            encoded = io.BytesIO()
            image.convert("RGB").resize((self.width, self.height)).save(encoded, "JPEG", quality=87)
        return encoded.getvalue()


class Files:
    """All files one bot knows, by its identifiers for them."""

    def __init__(self) -> None:
        self._known: dict[str, StoredFile] = {}
        self._links: dict[str, tuple[StoredFile, float]] = {}
        self._numbers = itertools.count(1)

    def add(self, kind: str, upload: Upload) -> StoredFile:
        """Keep a new file, or 400 when the platform takes no such content as `kind`."""
        _check_content(kind, upload.content)
        if kind == "photo":
            return self._add_photo(upload.content)
        mime = mimetypes.guess_type(upload.name)[0] or upload.mime
        return self._keep(kind, upload.content, name=upload.name, mime="audio/ogg" if kind == "voice" else mime)

    def _add_photo(self, content: bytes) -> StoredFile:
        width, height = photo_size(content)
        longest = max(width, height)
        edges = [edge for edge in _EDGES if edge < longest]
        edges = edges if longest > _EDGES[-1] else [*edges, longest]
        sizes = [(max(1, width * edge // longest), max(1, height * edge // longest)) for edge in edges]
        smaller = tuple(self._keep("photo", content, width=w, height=h) for w, h in sizes[:-1])
        return self._keep("photo", content, width=sizes[-1][0], height=sizes[-1][1], renditions=smaller)

    def _keep(self, kind: str, content: bytes, **details: Any) -> StoredFile:
        number = next(self._numbers)
        file_id = f"{_PREFIX[kind]}AgQAAxkBAAI{number:06d}".ljust(80, "x") + "Q"
        file = StoredFile(file_id, f"AQAD{number:06d}Qx", kind, content, **details)
        self._known[file_id] = file
        return file

    def resolve(self, kind: str, value: Any, name: str, uploads: dict[str, Upload]) -> StoredFile:
        """The file a parameter means: an own upload, `attach://part`, or the identifier of a kept file."""
        part = value.removeprefix("attach://") if isinstance(value, str) and value.startswith("attach://") else name
        if part in uploads and (value is None or part != name):
            return self.add(kind, uploads[part])
        known = self._known.get(value) if isinstance(value, str) else None
        if known is None:
            raise bad("wrong file identifier/HTTP URL specified")
        if known.kind != kind:
            raise bad(f"can't use file of type {known.kind} as {kind}")
        return known

    def link(self, file_id: str, now: float) -> dict[str, Any]:
        """The answer of getFile."""
        file = self._known.get(file_id)
        if file is None:
            raise bad("invalid file_id")
        if len(file.content) > FileSizeLimit.FILESIZE_DOWNLOAD:
            raise bad("file is too big")
        extension = _EXTENSION.get(file.kind) or mimetypes.guess_extension(file.mime) or ""
        path = f"{_FOLDER.get(file.kind, 'documents')}/file_{len(self._links)}{extension}"
        self._links[path] = (file, now + LINK_SECONDS)
        size = len(file.content)
        return {"file_id": file.id, "file_unique_id": file.unique_id, "file_size": size, "file_path": path}

    def fetch(self, path: str, now: float) -> bytes | None:
        """The bytes behind a link of getFile; None when it was never given or is over."""
        file, until = self._links.get(path, (None, 0.0))
        return file.downloaded() if file is not None and now < until else None
