"""Tells what a file is from its first bytes; names and extensions are never asked."""

import codecs
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bot.media.prepared import BadMedia, MediaKind, shown_name

HEAD = 4096

NOUNS: dict[MediaKind, str] = {"image": "a picture", "audio": "a sound", "video": "a video"}


@dataclass(frozen=True)
class Kind:
    """`media` says what it is for; `format` is a short lower-case name such as jpeg or svg; `mime` its media type."""

    media: Literal["image", "audio", "video", "text", "document"]
    format: str
    mime: str


@dataclass(frozen=True)
class MediaFormat:
    """A `Kind` that can be prepared."""

    media: MediaKind
    format: str


_STARTS = (
    (b"\xff\xd8\xff", Kind("image", "jpeg", "image/jpeg")),
    (b"\x89PNG\r\n\x1a\n", Kind("image", "png", "image/png")),
    (b"GIF87a", Kind("image", "gif", "image/gif")),
    (b"GIF89a", Kind("image", "gif", "image/gif")),
    (b"II*\x00", Kind("image", "tiff", "image/tiff")),
    (b"MM\x00*", Kind("image", "tiff", "image/tiff")),
    (b"II+\x00", Kind("image", "tiff", "image/tiff")),
    (b"MM\x00+", Kind("image", "tiff", "image/tiff")),
    (b"fLaC", Kind("audio", "flac", "audio/flac")),
    (b"ID3", Kind("audio", "mp3", "audio/mpeg")),
    (b"#!AMR", Kind("audio", "amr", "audio/amr")),
    (b"%PDF-", Kind("document", "pdf", "application/pdf")),
    (b"%!PS", Kind("document", "postscript", "application/postscript")),
    (b"\xc5\xd0\xd3\xc6", Kind("document", "postscript", "application/postscript")),
)
# The four bytes at 0 name the container and those at 8 what is in it.
_CHUNKED = {
    (b"RIFF", b"WEBP"): Kind("image", "webp", "image/webp"),
    (b"RIFF", b"WAVE"): Kind("audio", "wav", "audio/wav"),
    (b"RF64", b"WAVE"): Kind("audio", "wav", "audio/wav"),
    (b"FORM", b"AIFF"): Kind("audio", "aiff", "audio/aiff"),
    (b"FORM", b"AIFC"): Kind("audio", "aiff", "audio/aiff"),
}
_BRANDS = {
    b"heic": Kind("image", "heic", "image/heic"),
    b"heix": Kind("image", "heic", "image/heic"),
    b"mif1": Kind("image", "heic", "image/heif"),
    b"avif": Kind("image", "avif", "image/avif"),
    b"avis": Kind("image", "avif", "image/avif"),
    b"M4A ": Kind("audio", "mov", "audio/mp4"),
    b"M4B ": Kind("audio", "mov", "audio/mp4"),
    b"qt  ": Kind("video", "mov", "video/quicktime"),
}
_MP4 = Kind("video", "mov", "video/mp4")
_BMP_HEADER_SIZES = frozenset({12, 40, 52, 56, 64, 108, 124})
_MARKUP = (
    (re.compile(r"#EXTM3U"), Kind("text", "playlist", "application/vnd.apple.mpegurl")),
    (re.compile(r"ffconcat\b|\[playlist\]", re.IGNORECASE), Kind("text", "playlist", "text/plain")),
    (re.compile(r"v=0\r?\n"), Kind("text", "sdp", "application/sdp")),
    (re.compile(r"<[^\0]*<svg\b|<svg\b", re.IGNORECASE), Kind("text", "svg", "image/svg+xml")),
    (re.compile(r"<[^\0]*<(MPD|SmoothStreamingMedia)\b|<MPD\b"), Kind("text", "playlist", "application/dash+xml")),
)
_PLAIN = Kind("text", "plain", "text/plain")
_NAMED = {
    "playlist": "a playlist",
    "sdp": "a stream description",
    "svg": "an SVG drawing",
    "plain": "a text file",
    "pdf": "a PDF document",
    "postscript": "a PostScript file",
}


def sniff(head: bytes) -> Kind | None:
    """What a file beginning with `head` (4 KiB are enough) is; None for nothing we know, as for an empty file."""
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    return _container(head) or _frames(head) or _bitmap(head) or _text(head)


def identify(source: Path | bytes, name: str, hint: MediaKind | None = None) -> MediaFormat:
    """The kind and format of a picture, sound or video in `source`; raises `BadMedia` for anything else.

    `hint` is what the file shall serve as: sound may be taken from a video, else the two must agree.
    """
    head = _head(source, name)
    kind = sniff(head)
    if kind is None or kind.media == "text" or kind.media == "document":
        raise BadMedia(_refusal(shown_name(name), head, kind, hint))
    if hint and hint != kind.media and (hint, kind.media) != ("audio", "video"):
        raise BadMedia(f"{shown_name(name)} is {NOUNS[kind.media]}, not {NOUNS[hint]}.")
    return MediaFormat(kind.media, kind.format)


def _head(source: Path | bytes, name: str) -> bytes:
    if isinstance(source, bytes):
        return source[:HEAD]
    # A named pipe or a device would keep us waiting for ever.
    if not source.is_file():
        raise BadMedia(f"{shown_name(name)} is not there, or not a file.")
    try:
        with source.open("rb") as file:
            return file.read(HEAD)
    except OSError as problem:
        raise BadMedia(f"{shown_name(name)} cannot be opened: {problem.strerror}.") from problem


def _refusal(name: str, head: bytes, kind: Kind | None, hint: MediaKind | None) -> str:
    wanted = NOUNS[hint] if hint else "a picture, sound or video"
    if not head:
        return f"{name} is empty."
    if kind is None:
        return f"{name} is not {wanted} we know."
    return f"{name} is {_NAMED[kind.format]}, not {wanted}."


def _container(head: bytes) -> Kind | None:
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], _MP4)
    if head[4:8] in (b"moov", b"mdat", b"wide"):
        return _BRANDS[b"qt  "]
    if head.startswith(b"OggS"):
        moving = b"theora" in head
        return Kind("video", "ogg", "video/ogg") if moving else Kind("audio", "ogg", "audio/ogg")
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        only_sound = b"A_" in head and b"V_" not in head
        return Kind("audio", "matroska", "audio/webm") if only_sound else Kind("video", "matroska", "video/webm")
    return _CHUNKED.get((head[:4], head[8:12]))


def _frames(head: bytes) -> Kind | None:
    """Streams without a magic number: an MPEG audio or ADTS header starts with eleven or twelve set bits."""
    if len(head) < 4 or head[0] != 0xFF:
        return None
    if head[1] & 0xF6 == 0xF0:
        return Kind("audio", "aac", "audio/aac")
    sync, layer, rate = head[1] & 0xE0 == 0xE0, head[1] & 0x06, head[2]
    valid = sync and layer and head[1] & 0x18 != 0x08 and rate & 0xF0 not in (0, 0xF0) and rate & 0x0C != 0x0C
    return Kind("audio", "mp3", "audio/mpeg") if valid else None


def _bitmap(head: bytes) -> Kind | None:
    size = int.from_bytes(head[14:18], "little")
    return Kind("image", "bmp", "image/bmp") if head.startswith(b"BM") and size in _BMP_HEADER_SIZES else None


def _text(head: bytes) -> Kind | None:
    try:
        text = _decoded(head)
    except UnicodeDecodeError:
        return None
    if not text or re.search(r"[\0-\x08\x0e-\x1a\x1c-\x1f]", text):
        return None
    start = text.lstrip("\ufeff \t\r\n")
    return next((kind for pattern, kind in _MARKUP if pattern.match(start)), _PLAIN)


def _decoded(head: bytes) -> str:
    # Incremental, for the head may end within a character.
    encoding = "utf-16" if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8"
    return codecs.getincrementaldecoder(encoding)().decode(head)
