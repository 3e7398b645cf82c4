"""COCO's compressed run lengths: runs of 0 and 1 in turn, column by column, as text."""

from collections.abc import Sequence


def compress(lengths: Sequence[int]) -> str:
    letters = []
    for place, length in enumerate(lengths):
        rest = length - lengths[place - 2] if place > 2 else length
        while True:
            five, rest = rest & 31, rest >> 5
            last = rest == (-1 if five & 16 else 0)
            letters.append(chr((five if last else five | 32) + 48))
            if last:
                break
    return "".join(letters)


def decompress(text: str) -> list[int]:
    """Raises ValueError for what is no such text."""
    lengths: list[int] = []
    number = shift = 0
    for letter in text:
        bits = ord(letter) - 48
        if not 0 <= bits < 64:
            raise ValueError("these are no run lengths")
        number |= (bits & 31) << shift
        shift += 5
        if not bits & 32:
            if bits & 16:
                number -= 1 << shift
            lengths.append(number + lengths[-2] if len(lengths) > 2 else number)
            number = shift = 0
    if shift or any(length < 0 for length in lengths):
        raise ValueError("these are no run lengths")
    return lengths
