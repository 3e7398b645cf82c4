"""How loud a sound is, moment by moment, and where it is best cut into pieces: where nobody speaks."""

from typing import IO, Final

import numpy as np
from numpy.typing import NDArray

from bot.media import ffmpeg

Levels = NDArray[np.float32]

STEP_MS: Final = 10
_RATE: Final = 16_000
_FRAME: Final = _RATE * STEP_MS // 1000
_AT_ONCE: Final = 30_000
_FLOOR_DB: Final = -60.0
_LEAST_RANGE_DB: Final = 12.0
_GRID: Final = 3
"""Cuts are looked for at every third moment."""
_SHORTEST_MS: Final = 1000
_COST_OF_ONE: Final = 0.02
_COST_OF_SHORT: Final = 0.25


def heard(file: IO[bytes], name: str) -> tuple[Levels, Levels]:
    """(level, peak) for each 10 ms of an OGG: decibels below full scale, and the highest swing in 0…1."""
    wave = ffmpeg.convert(file, "ogg", name, (
        "-map", "0:a:0", "-ac", "1", "-ar", str(_RATE), "-f", "s16le", "pipe:1",
    ))  # fmt: skip
    samples = np.frombuffer(wave, np.int16)
    frames = samples[: len(samples) // _FRAME * _FRAME].reshape(-1, _FRAME)
    levels, peaks = np.zeros(len(frames), np.float32), np.zeros(len(frames), np.float32)
    for at in range(0, len(frames), _AT_ONCE):
        some = frames[at : at + _AT_ONCE].astype(np.float32) / 32768
        levels[at : at + _AT_ONCE] = np.square(some).mean(1)
        peaks[at : at + _AT_ONCE] = np.abs(some).max(1)
    return np.maximum(10 * np.log10(levels + 1e-10), _FLOOR_DB - 20).astype(np.float32), peaks


def cuts(levels: Levels, duration_ms: int, longest_ms: int) -> list[int]:
    """The moments, in milliseconds, at which a sound of these levels is cut, so that no piece is over `longest_ms`.

    Of all ways to cut it the one is taken that costs least: a cut in loud speech costs most, one in a pause of a third
    of a second nothing; few and long pieces are preferred.
    """
    step = STEP_MS * _GRID
    count = -(-duration_ms // step)
    longest, shortest = longest_ms // step, min(_SHORTEST_MS, longest_ms // 3) // step
    cost = np.zeros(count + 1)
    loud = _loud(levels)[::_GRID][:count]
    cost[: len(loud)] = loud
    shortness = _shortness(shortest, longest)
    best = np.full(count + 1, np.inf)
    best[0] = 0.0
    came = np.zeros(count + 1, np.int64)
    for end in range(shortest, count + 1):
        first = max(0, end - longest)
        ways = best[first : end - shortest + 1] + shortness[shortest : end - first + 1][::-1]
        chosen = int(ways.argmin())
        best[end], came[end] = ways[chosen] + cost[end], first + chosen
    found = []
    at = int(came[count])
    while at:
        found.append(at * step)
        at = int(came[at])
    return found[::-1]


def _shortness(shortest: int, longest: int) -> NDArray[np.float64]:
    """What a piece costs by its length in steps."""
    lengths = np.arange(longest + 1) / longest
    return _COST_OF_ONE + _COST_OF_SHORT * np.square(1 - lengths)


def _loud(levels: Levels) -> Levels:
    """0 in the middle of a pause, 1 in loud speech: most weight has the loudest within a sixth of a second."""
    low, high = np.percentile(levels, (5, 95))
    low = max(float(low), _FLOOR_DB)
    span = max(float(high) - low, _LEAST_RANGE_DB)
    plain = np.clip((levels - low) / span, 0, 1)
    return np.asarray(0.6 * _widest(plain, 15) + 0.3 * _widest(plain, 4) + 0.1 * _mean(plain, 40), np.float32)


def _widest(levels: Levels, reach: int) -> Levels:
    """The loudest within `reach` moments before and after each."""
    padded = np.pad(levels, reach, mode="edge")
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).max(1), np.float32)


def _mean(levels: Levels, reach: int) -> Levels:
    summed = np.cumsum(np.pad(levels.astype(np.float64), (reach + 1, reach), mode="edge"))
    return np.asarray((summed[2 * reach + 1 :] - summed[: -2 * reach - 1]) / (2 * reach + 1), np.float32)
