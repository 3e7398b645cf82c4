"""Speech made of tones: where somebody speaks and where nobody does is known to the millisecond."""

import subprocess
from functools import cache

import numpy as np
from imageio_ffmpeg import get_ffmpeg_exe

from tests.media.making import made

RATE = 16_000
SOUNDS = {
    "wav": ("-f", "wav"),
    "mp3": ("-f", "mp3"),
    "ogg": ("-c:a", "libvorbis", "-f", "ogg"),
}


@cache
def speech(*phrases, seconds, format="wav", noise=0.001):
    """Somebody speaks in the given (start, end) seconds, in syllables, and is silent in between; as a file."""
    time = np.arange(int(seconds * RATE)) / RATE
    wave = np.random.default_rng(1).normal(0, noise, len(time))
    for start, end in phrases:
        inside = (time >= start) & (time < end)
        wave[inside] += (0.25 + 0.1 * np.sin(2 * np.pi * 4 * time[inside])) * np.sin(2 * np.pi * 440 * time[inside])
    raw = (wave * 32767).clip(-32768, 32767).astype("<i2").tobytes()
    return made("-f", "s16le", "-ar", str(RATE), "-ac", "1", "-i", "pipe:0", *SOUNDS[format], content=raw)


def samples(content):
    """What is heard in a file, in -1…1, and how many of them are a second."""
    command = [get_ffmpeg_exe(), "-v", "error", "-i", "pipe:0", "-ac", "1", "-ar", str(RATE), "-f", "s16le", "pipe:1"]
    done = subprocess.run(command, input=content, capture_output=True, check=True)
    assert not done.stderr, done.stderr
    return np.frombuffer(done.stdout, "<i2") / 32768
