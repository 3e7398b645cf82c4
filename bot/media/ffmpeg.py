"""Runs ffmpeg so that the file it is given is all it can read: no other file, no address, no guessed format."""

import functools
import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bot.media.prepared import BadMedia, shown_name

# Formats of bot.media.sniff, and the only demuxer each is read with: guessing is how a playlist gets in.
_DEMUXERS = {
    "mp3": ("-f", "mp3"),
    "wav": ("-f", "wav"),
    "ogg": ("-f", "ogg"),
    "flac": ("-f", "flac"),
    "aac": ("-f", "aac"),
    "amr": ("-f", "amr"),
    "aiff": ("-f", "aiff"),
    "mov": ("-use_absolute_path", "0", "-enable_drefs", "0", "-f", "mov"),
    "matroska": ("-f", "matroska"),
}
_MOST_FRAME_PIXELS = 50_000_000
_DURATION = re.compile(r"^  Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)", re.MULTILINE)
_SOUND = re.compile(r"^  Stream #0:\d[^\n]*?: Audio: (\w+)", re.MULTILINE)
_PICTURE = re.compile(
    r"^  Stream #0:\d[^\n]*?: Video: (\w+)[^\n]*?, (yuvj?420p\b)?[^\n]*?(\d{1,5})x(\d{1,5})\b(?![^\n]*attached pic)",
    re.MULTILINE,
)
_SIDEWAYS = re.compile(r"display ?matrix: rotation of -?(?:90|270)\.", re.IGNORECASE)
_PROGRESS = re.compile(rb"^out_time_us=(\d+)", re.MULTILINE)
# How far past the longest allowed length packets are counted, to be sure.
_BEYOND_MS = 10_000


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a file is: codecs, and pixels as shown (rotation applied); None where there is no such track.

    `claimed_ms` is the length its header says, if it does; `counted_ms` that of its packets, in milliseconds.
    """

    claimed_ms: int | None
    counted_ms: int
    sound: str | None
    picture: str | None
    playable: bool
    width: int | None
    height: int | None


@contextmanager
def opened(source: Path | bytes) -> Iterator[IO[bytes]]:
    """`source` as a real, seekable file, for ffmpeg's standard input."""
    with source.open("rb") if isinstance(source, Path) else tempfile.TemporaryFile() as file:
        if isinstance(source, bytes):
            file.write(source)
            file.flush()
        yield file


def facts(file: IO[bytes], format: str, name: str, longest_ms: int) -> Facts:
    """Reads a file without decoding it (two hours in 0.1 to 0.4 s), not much further than `longest_ms` milliseconds.

    Headers lie and guess, so the length is counted. Raises `BadMedia` if there is no sound and no picture in it.
    """
    until = ("-t", str((longest_ms + _BEYOND_MS) / 1000), "-progress", "pipe:1", "-f", "null", "-")
    done = _run(file, format, ("-map", "0:a:0?", "-map", "0:V:0?", "-c", "copy", *until))
    said, counted = done.stderr.decode("utf-8", "replace"), _PROGRESS.findall(done.stdout)
    sound, picture = _SOUND.search(said), _PICTURE.search(said)
    if not sound and not picture:
        raise BadMedia(f"{shown_name(name)} is not a sound or video we can read: {_complaint(said)}.")
    size = (int(picture[3]), int(picture[4])) if picture else (None, None)
    width, height = reversed(size) if _SIDEWAYS.search(said) else size
    return Facts(
        claimed_ms=_milliseconds(said), counted_ms=int(counted[-1]) // 1000 if counted else 0,
        sound=sound[1] if sound else None, picture=picture[1] if picture else None,
        playable=bool(picture and picture[1] == "h264" and picture[2]) and (not sound or sound[1] == "aac"),
        width=width, height=height,
    )  # fmt: skip


def convert(file: IO[bytes], format: str, name: str, arguments: Sequence[str]) -> bytes:
    """What ffmpeg writes to `pipe:1` when run with these output arguments; metadata and chapters are left out."""
    bare = ("-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-flags", "+bitexact", "-sn", "-dn")
    done = _run(file, format, (*bare, "-threads", "2", *arguments))
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace")
        raise BadMedia(f"{shown_name(name)} is not a sound or video we can read: {_complaint(said)}.")
    return done.stdout


def missing() -> str | None:
    """What the installed ffmpeg lacks for us, as a sentence; None if nothing."""
    try:
        has = {part: subprocess.run([_program(), "-hide_banner", f"-{part}"], capture_output=True).stdout.decode()
               for part in ("protocols", "encoders")}  # fmt: skip
    except (RuntimeError, OSError):
        return "ffmpeg is not there: install the package imageio-ffmpeg again."
    if not re.search(r"^ +fd$", has["protocols"], re.MULTILINE):
        return "ffmpeg is older than version 6 and cannot be kept from reading other files: please update it."
    lacking = [encoder for encoder in ("libopus", "libx264", "aac") if f" {encoder} " not in has["encoders"]]
    return f"ffmpeg was built without {' and '.join(lacking)}: please install imageio-ffmpeg's." if lacking else None


@functools.cache
def _program() -> str:
    from imageio_ffmpeg import get_ffmpeg_exe

    return str(get_ffmpeg_exe())


def _run(file: IO[bytes], format: str, arguments: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
    file.seek(0)
    fenced = ("-hide_banner", "-nostdin", "-nostats", "-protocol_whitelist", "fd", "-threads", "2")
    bounded = ("-max_pixels", str(_MOST_FRAME_PIXELS), *_DEMUXERS[format], "-i", "fd:")
    # An empty environment: no proxy, no report file, no other library path.
    return subprocess.run([_program(), *fenced, *bounded, *arguments], stdin=file, capture_output=True, env={})


def _milliseconds(said: str) -> int | None:
    match = _DURATION.search(said)
    return round((int(match[1]) * 3600 + int(match[2]) * 60 + float(match[3])) * 1000) if match else None


def _complaint(said: str) -> str:
    if "Invalid data found" in said or "moov atom not found" in said:
        return "its content is damaged"
    if "matches no streams" in said:
        return "there is no sound in it"
    return "nothing in it can be played"
