"""A long clip in pieces short enough to be typed from memory, each a file of its own, and a picture of the whole."""

from pathlib import Path
from typing import Final

from bot.media import ffmpeg, loudness, opus, waveform
from bot.media.prepared import BadMedia, Piece, Prepared, shown_name

CONTEXT_MS: Final = 300
"""Heard before and after each piece, so that no word is lost at a cut."""


def cut_up(source: Path | bytes, name: str, longest_ms: int) -> Prepared:
    """Cuts a clip that `prepare_audio` made. `content` holds the pieces' files one after another and then the waveform
    picture, a PNG that is shown as `width` by `height` pixels with a piece marked; the `pieces` say where in the clip
    each is from, and how many bytes it has. Raises `BadMedia`."""
    content = source if isinstance(source, bytes) else source.read_bytes()
    try:
        clip = opus.opened(content)
    except ValueError as problem:
        raise BadMedia(f"{shown_name(name)} cannot be cut into pieces: its content is damaged.") from problem
    duration = opus.milliseconds(content)
    with ffmpeg.opened(source) as file:
        levels, peaks = loudness.heard(file, name)
    cuts = loudness.cuts(levels, duration, longest_ms)
    files, pieces = [], []
    for start, end in zip([0, *cuts], [*cuts, duration], strict=True):
        begin, until = max(0, start - CONTEXT_MS), min(duration, end + CONTEXT_MS)
        files.append(opus.stretch(clip, begin, until))
        pieces.append(Piece(start=start, end=end, duration_ms=until - begin, size=len(files[-1])))
    picture = waveform.tape(peaks, cuts, duration)
    width, height = waveform.size(duration)
    return Prepared(
        kind="audio", mime="audio/ogg", content=b"".join([*files, picture]), duration_ms=duration,
        width=width, height=height, pieces=pieces,
    )  # fmt: skip
