"""A long clip's waveform as a picture of rows, and that picture with one piece of the clip marked, for a phone."""

import io
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, PngImagePlugin

from bot.media.lettering import font
from bot.media.loudness import STEP_MS, Levels

ROW_MS: Final = 30_000
WIDTH: Final = 1200
ROW: Final = 112
SHOWN: Final = 3
"""Rows that are shown with a piece marked, where there are as many: the longest piece is a minute long."""
_HEAD: Final = 98
_SIDE: Final = 28
_BELOW: Final = 20
_LABEL: Final = 34
_BAR: Final = 4
"""A bar and the gap beside it: a tenth of a second."""
_BAR_MS: Final = ROW_MS * _BAR // WIDTH
_GROUND, _SOUND, _CUT, _WORDS = range(4)
_PAPER: Final = (255, 255, 255)
_QUIET: Final = (164, 172, 184)
_INK: Final = (60, 66, 76)
_LIGHT: Final = (255, 233, 168)
_STRONG: Final = (180, 83, 9)
_PALETTE: Final = (*_PAPER, *_QUIET, 208, 213, 221, 112, 119, 130)
_LENGTH: Final = "milliseconds"
"""The note in the PNG that tells how long the clip is."""


def tape(peaks: Levels, cuts: Sequence[int], duration_ms: int) -> bytes:
    """The whole clip as a PNG: 30 seconds a row, each with the time at which it begins; a line at each cut (in
    milliseconds)."""
    rows = max(1, -(-duration_ms // ROW_MS))
    image = Image.new("P", (WIDTH, rows * ROW), _GROUND)
    image.putpalette(_PALETTE)
    draw = ImageDraw.Draw(image)
    for at in cuts:
        x, y = _place(at)
        draw.line((x, y + _LABEL - 6, x, y + ROW - 1), fill=_CUT, width=3)
    for number, height in enumerate(_heights(peaks)):
        x, y = _place(number * _BAR_MS)
        middle = y + (ROW + _LABEL) // 2
        draw.rectangle((x, middle - height, x + _BAR - 2, middle + height), fill=_SOUND)
    for row in range(rows):
        draw.text((4, row * ROW + 2), clock(row * ROW_MS), fill=_WORDS, font=font(26))
    notes = PngImagePlugin.PngInfo()
    notes.add_text(_LENGTH, str(duration_ms))
    out = io.BytesIO()
    image.save(out, "PNG", pnginfo=notes, bits=2, optimize=False)
    return out.getvalue()


def size(duration_ms: int) -> tuple[int, int]:
    """(width, height) of the picture with a piece of such a clip marked."""
    rows = min(SHOWN, max(1, -(-duration_ms // ROW_MS)))
    return WIDTH + 2 * _SIDE, _HEAD + rows * ROW + _BELOW


def marked(picture: bytes, start_ms: int, end_ms: int) -> Image.Image:
    """Of such a picture the rows around a piece, with that one in another colour, below its times and its place in the
    whole."""
    with Image.open(io.BytesIO(picture), formats=("PNG",)) as whole:
        duration = int(whole.info.get(_LENGTH, whole.height // ROW * ROW_MS))
        first, last = _window(start_ms, end_ms, whole.height // ROW)
        rows = whole.crop((0, first * ROW, WIDTH, last * ROW))
    image = Image.new("RGB", (WIDTH + 2 * _SIDE, _HEAD + rows.height + _BELOW), _PAPER)
    image.paste(rows.convert("RGB"), (_SIDE, _HEAD))
    for left, top, right, bottom in _stretches(start_ms, end_ms, first, last):
        part = rows.crop((left, top, right, bottom))
        image.paste(_LIGHT, (left + _SIDE, top + _HEAD, right + _SIDE, bottom + _HEAD))
        sound = part.point(lambda sign: 255 if sign == _SOUND else 0, "L")
        image.paste(_STRONG, (left + _SIDE, top + _HEAD), sound)
    _head(ImageDraw.Draw(image), start_ms, end_ms, duration)
    return image


def _window(start_ms: int, end_ms: int, rows: int) -> tuple[int, int]:
    """The first row that is shown and the one after the last: the piece in their middle, as far as the clip goes."""
    begins, ends = start_ms // ROW_MS, max(end_ms - 1, start_ms) // ROW_MS
    spare = max(0, SHOWN - (ends - begins + 1))
    first = max(0, min(begins - (spare + 1) // 2, rows - SHOWN))
    return first, min(rows, first + SHOWN)


def clock(milliseconds: int) -> str:
    """0:24, 61:05."""
    minutes, seconds = divmod(milliseconds // 1000, 60)
    return f"{minutes}:{seconds:02}"


def _head(draw: ImageDraw.ImageDraw, start_ms: int, end_ms: int, duration_ms: int) -> None:
    """The piece's times, the length of the whole, and below them a bar that shows where in it the piece is."""
    draw.text((_SIDE, 10), f"{clock(start_ms)}–{clock(end_ms)}", fill=_STRONG, font=font(44))
    draw.text((WIDTH + _SIDE, 18), clock(duration_ms), fill=_INK, font=font(34), anchor="ra")
    top, bottom = 72, 84
    draw.rounded_rectangle((_SIDE, top, WIDTH + _SIDE - 1, bottom), 6, fill=(226, 230, 236))
    left, right = (_SIDE + min(at, duration_ms) * WIDTH // max(duration_ms, 1) for at in (start_ms, end_ms))
    # Of two hours a piece is two dots wide.
    left = min(left, WIDTH + _SIDE - 12)
    draw.rounded_rectangle((left, top, max(right - 1, left + 11), bottom), 6, fill=_STRONG)


def _stretches(start_ms: int, end_ms: int, first: int, last: int) -> Iterator[tuple[int, int, int, int]]:
    """The piece's part of each row that is shown, as (left, top, right, bottom) below the first of them."""
    for row in range(max(first, start_ms // ROW_MS), min(last, -(-end_ms // ROW_MS))):
        left = max(0, (start_ms - row * ROW_MS) * WIDTH // ROW_MS)
        right = min(WIDTH, (end_ms - row * ROW_MS) * WIDTH // ROW_MS)
        if right > left:
            yield left, (row - first) * ROW + _LABEL, right, (row - first + 1) * ROW


def _place(at_ms: int) -> tuple[int, int]:
    row, rest = divmod(at_ms, ROW_MS)
    return rest * WIDTH // ROW_MS, row * ROW


def _heights(peaks: Levels) -> list[int]:
    """Half the height of each bar: loud speech fills the row, whatever the recording's level."""
    of_bar = _BAR_MS // STEP_MS
    bars = np.pad(peaks, (0, -len(peaks) % of_bar)).reshape(-1, of_bar).max(1)
    loudest = max(float(np.percentile(bars, 98)), 0.01) if len(bars) else 1.0
    most = (ROW - _LABEL) // 2 - 5
    return [int(height) for height in 1 + np.round(np.minimum(bars / loudest, 1.0) ** 0.7 * (most - 1))]
