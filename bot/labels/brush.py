"""Label Studio's run lengths of a brushed mask: packed bits over the four channels of each pixel, row by row."""

from collections.abc import Iterator, Sequence
from typing import Final

from bot.labels import rle

WORD: Final = 8
SIZES: Final = (3, 4, 8, 16)
"""Bits that the length of a run may take."""
_HEAD: Final = 32 + 5 + 4 * len(SIZES)
_HALF: Final = 128
"""From here on a pixel that the brush has only grazed counts as brushed."""


def encode(counts: str, height: int, width: int) -> list[int]:
    """The bytes of Label Studio's `rle` for a mask as COCO writes it."""
    columns = b"".join(bytes((place & 1,)) * length for place, length in enumerate(rle.decode(counts, height, width)))
    rows = b"".join(columns[row::height] for row in range(height))
    bits = [f"{4 * len(rows):032b}{WORD - 1:05b}", *(f"{size - 1:04b}" for size in SIZES)]
    for value, length in _runs(rows):
        bits += _packets(255 * value, 4 * length)
    joined = "".join(bits)
    joined += "0" * (-len(joined) % 8)
    return list(int(joined, 2).to_bytes(len(joined) // 8))


def _packets(value: int, length: int) -> Iterator[str]:
    while length:
        taken = min(length, 1 << SIZES[-1])
        index = next(place for place, size in enumerate(SIZES) if taken <= 1 << size)
        yield f"1{index:02b}{taken - 1:0{SIZES[index]}b}{value:08b}"
        length -= taken


def decode(packed: Sequence[int], height: int, width: int) -> str:
    """The mask as COCO writes it; raises ValueError for what is no mask of that size."""
    channels = _unpacked(packed, 4 * height * width)
    alpha = channels[3::4].translate(bytes(value >= _HALF for value in range(256)))
    columns = b"".join(alpha[column::width] for column in range(width))
    lengths = [length for _, length in _runs(columns)]
    return rle.encode(lengths if not columns.startswith(b"\1") else [0, *lengths])


def _unpacked(packed: Sequence[int], wanted: int) -> bytes:
    content = bytes(packed)
    bits = f"{int.from_bytes(content):0{8 * len(content)}b}"
    if len(bits) < _HEAD or int(bits[:32], 2) != wanted or int(bits[32:37], 2) != WORD - 1:
        raise ValueError("these are no run lengths of a picture of that size")
    sizes = [int(bits[start : start + 4], 2) + 1 for start in range(37, _HEAD, 4)]
    found, reached, place = [], 0, _HEAD
    while reached < wanted:
        size = sizes[int(bits[place + 1 : place + 3] or "0", 2)]
        start = place + 3 + size
        length = int(bits[place + 3 : start] or "0", 2) + 1
        again = bits[place : place + 1] == "1"
        place = start + WORD * (1 if again else length)
        if place > len(bits) or reached + length > wanted:
            raise ValueError("the run lengths end too soon or too late")
        values = int(bits[start:place], 2).to_bytes((place - start) // 8)
        found.append(values * length if again else values)
        reached += length
    return b"".join(found)


def _runs(pixels: bytes) -> Iterator[tuple[int, int]]:
    """(value, length) of each run of zeros or ones."""
    place = 0
    while place < len(pixels):
        value = pixels[place]
        end = pixels.find(b"\0" if value else b"\1", place)
        end = len(pixels) if end < 0 else end
        yield value, end - place
        place = end
