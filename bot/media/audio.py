"""Makes the sound and video that are served: Opus voice and H.264, without metadata, within a length."""

import tempfile
from pathlib import Path

from bot.media import ffmpeg, opus
from bot.media.prepared import BadMedia, Prepared, shown_name
from bot.media.sniff import identify

_TWO_HOURS = 2 * 60 * 60 * 1000
# Packets of video and compressed sound overlap a clip's ends by up to this much.
_ROUNDING_MS = 500


class NoPicture(BadMedia):
    """A video container that holds sound only."""


def prepare_audio(source: Path | bytes, name: str, *, longest_ms: int = _TWO_HOURS) -> Prepared:
    """The sound in `source` as OGG/Opus, mono, 32 kbit/s: a voice message in Telegram, playable in browsers.

    WAV, MP3, OGG, FLAC, M4A, WebM, AAC, AMR and AIFF are read, as is a video's first sound track; what is damaged in
    the middle plays as far as it can. Raises `BadMedia` for anything else, and for more than `longest_ms` milliseconds.
    """
    kind = identify(source, name, "audio")
    with ffmpeg.opened(source) as file:
        found = ffmpeg.facts(file, kind.format, name, longest_ms)
        if not found.sound:
            raise BadMedia(f"{shown_name(name)} has no sound in it.")
        _refuse_longer(found.counted_ms - _ROUNDING_MS, longest_ms, name)
        # Packets can lie as well, so the decoder is stopped just past the limit, to notice.
        content = ffmpeg.convert(file, kind.format, name, (
            "-map", "0:a:0", "-vn", "-ac", "1", "-ar", str(opus.RATE), "-c:a", "libopus", "-b:a", "32k",
            "-t", str(longest_ms / 1000 + 1), "-f", "ogg", "pipe:1",
        ))  # fmt: skip
    duration = opus.milliseconds(content)
    _refuse_longer(duration, longest_ms, name)
    if not duration:
        raise BadMedia(f"{shown_name(name)} has no sound in it.")
    return Prepared(kind="audio", mime="audio/ogg", content=content, duration_ms=duration)


def prepare_video(
    source: Path | bytes, name: str, *, side: int = 1280, longest_ms: int = _TWO_HOURS, most_bytes: int = 50_000_000
) -> Prepared:
    """The video in `source` (MP4, MOV, WebM) as MP4 that starts while loading; `most_bytes` is what bots may upload.

    H.264 with AAC is copied as it is, anything else is encoded to it, neither side over `side` pixels.
    Raises `NoPicture` if there is only sound in it, `BadMedia` for what cannot be read, is too long or too large.
    """
    kind = identify(source, name, "video")
    with ffmpeg.opened(source) as file, tempfile.TemporaryDirectory() as folder:
        found = ffmpeg.facts(file, kind.format, name, longest_ms)
        if not found.picture:
            raise NoPicture(f"{shown_name(name)} has no picture in it, only sound.")
        _refuse_longer(found.counted_ms - _ROUNDING_MS, longest_ms, name)
        # MP4 is written back to front: its index needs a file to go back in, a pipe will not do.
        out = Path(folder, "served.mp4")
        coding = ("-c", "copy", "-bsf:v", "filter_units=remove_types=6") if found.playable else _encoding(side)
        ffmpeg.convert(file, kind.format, name, (
            "-map", "0:V:0", "-map", "0:a:0?", *coding, "-t", str(longest_ms / 1000 + 1),
            "-fs", str(most_bytes + 1), "-movflags", "+faststart", "-f", "mp4", str(out),
        ))  # fmt: skip
        return _video(out, name, found, longest_ms, most_bytes)


def _encoding(side: int) -> tuple[str, ...]:
    fit = f"scale='min({side},iw)':'min({side},ih)':force_original_aspect_ratio=decrease:force_divisible_by=2"
    pictures = ("-vf", fit, "-c:v", "libx264", "-preset", "veryfast", "-crf", "26", "-pix_fmt", "yuv420p")
    return (*pictures, "-c:a", "aac", "-b:a", "96k", "-ac", "2")


def _video(out: Path, name: str, found: ffmpeg.Facts, longest_ms: int, most_bytes: int) -> Prepared:
    if out.stat().st_size > most_bytes:
        raise BadMedia(f"{shown_name(name)} is over {most_bytes // 1_000_000} MB as a video; please cut it.")
    with out.open("rb") as file:
        served = ffmpeg.facts(file, "mov", name, longest_ms)
        _refuse_longer(served.counted_ms - _ROUNDING_MS, longest_ms, name)
        file.seek(0)
        content = file.read()
    scale = served.width / found.width if served.width and found.width else None
    return Prepared(
        kind="video", mime="video/mp4", content=content, width=found.width, height=found.height,
        duration_ms=served.claimed_ms, shown_width=served.width, shown_height=served.height, scale=scale,
    )  # fmt: skip


def _refuse_longer(duration_ms: int, longest_ms: int, name: str) -> None:
    if duration_ms > longest_ms:
        raise BadMedia(f"{shown_name(name)} is longer than {_spoken(longest_ms)}; please cut it into pieces.")


def _spoken(milliseconds: int) -> str:
    minutes, seconds = divmod(milliseconds // 1000, 60)
    return f"{minutes} minutes" if minutes and not seconds else f"{milliseconds // 1000} seconds"
