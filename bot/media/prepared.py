"""What preparing a picture, sound or video yields, within which limits, and the error for what cannot be prepared."""

from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal, TypedDict

MediaKind = Literal["image", "audio", "video"]

_LONGEST_NAME = 80


class BadMedia(ValueError):
    """A file nobody can be shown. The message is one sentence for the person, without the file's folder."""


class Piece(TypedDict):
    """A stretch of a long clip, in milliseconds of it; `duration_ms` and `size` (bytes) are those of its file, in which
    a little is heard of what is before and after."""

    start: int
    end: int
    duration_ms: int
    size: int


class Cut(TypedDict):
    """A picture's regions, as JSON can hold them. `runs` is base64 of zlib of little-endian uint16 pairs (region, run
    length) down the columns of a map of `width` × `height`, regions counted from 1; `parents` is the number of the
    larger region that each one belongs to, ascending."""

    width: int
    height: int
    runs: str
    parents: list[int]


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """Media ready to be served.

    `content` holds the bytes to serve, of type `mime`, without any metadata of the source. `width` and `height` are the
    source's size in pixels as a viewer shows it (EXIF orientation or a video's rotation applied); `orientation` is
    the EXIF value (1 to 8) the source carried, None where it carried none. `shown_width` and `shown_height` are the
    size of what is served; its picture starts in the top left corner, so that
    `x_in_source = min(x_served / scale, width)`. Durations are milliseconds. `regions` is there where it was asked for,
    `pieces` where a clip was to be cut (`bot.media.cutting`).
    """

    kind: MediaKind
    mime: str
    content: bytes
    width: int | None = None
    height: int | None = None
    orientation: int | None = None
    duration_ms: int | None = None
    shown_width: int | None = None
    shown_height: int | None = None
    scale: float | None = None
    pieces: list[Piece] | None = None
    regions: Cut | None = None


def taken_apart(cut: Prepared) -> tuple[list[bytes], bytes]:
    """(the pieces' files, the waveform picture)."""
    files, at = [], 0
    for piece in cut.pieces or ():
        files.append(cut.content[at : at + piece["size"]])
        at += piece["size"]
    return files, cut.content[at:]


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much one file may ask for: pixels, bytes of memory and of output, seconds of work, milliseconds of sound.
    `regions` asks for a picture's regions besides; with `piece_ms` a prepared clip is cut into pieces no longer."""

    side: int = 1280
    regions: bool = False
    pixels: int = 100_000_000
    image_memory: int = 256 * 2**20
    ffmpeg_memory: int = 2 * 2**30
    image_seconds: float = 20.0
    ffmpeg_seconds: float = 180.0
    longest_ms: int = 2 * 60 * 60 * 1000
    piece_ms: int = 0
    video_bytes: int = 50_000_000

    def memory(self, kind: MediaKind) -> int:
        return self.image_memory if kind == "image" else self.ffmpeg_memory

    def seconds(self, kind: MediaKind) -> float:
        return self.image_seconds if kind == "image" else self.ffmpeg_seconds


DEFAULT_LIMITS = Limits()


def shown_name(name: str) -> str:
    """The last part of `name`, printable and at most 80 characters: fit for a sentence in a chat or a terminal."""
    base = PurePath(name.replace("\\", "/")).name or "the file"
    printable = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in base)
    return printable if len(printable) <= _LONGEST_NAME else printable[: _LONGEST_NAME - 1] + "…"
