"""Prepares one file of any kind; an ordinary function, for a child process or any executor to run."""

from pathlib import Path

from bot.media.prepared import DEFAULT_LIMITS, Limits, MediaKind, Prepared
from bot.media.sniff import identify


def prepare(
    source: Path | bytes, name: str, kind_hint: MediaKind | None = None, limits: Limits = DEFAULT_LIMITS
) -> Prepared:
    """`source` as it is served; `kind_hint` is what it shall serve as. Raises `BadMedia`.

    With `limits.piece_ms` it is a prepared clip, to be cut.
    A video container without a picture becomes a sound, unless a video was asked for.
    """
    if limits.piece_ms:
        from bot.media.cutting import cut_up

        return cut_up(source, name, limits.piece_ms)
    media = kind_hint or identify(source, name).media
    if media == "image":
        from bot.media.images import prepare_image

        return prepare_image(source, name, side=limits.side, pixels=limits.pixels, regions=limits.regions)
    from bot.media.audio import NoPicture, prepare_audio, prepare_video

    if media == "audio":
        return prepare_audio(source, name, longest_ms=limits.longest_ms)
    try:
        return prepare_video(
            source, name, side=limits.side, longest_ms=limits.longest_ms, most_bytes=limits.video_bytes
        )
    except NoPicture:
        if kind_hint == "video":
            raise
        return prepare_audio(source, name, longest_ms=limits.longest_ms)
