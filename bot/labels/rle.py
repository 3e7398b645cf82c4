"""Masks as run lengths, in COCO's way: column by column, beginning with the background; pure Python, no pixel touched.

A mask is its *counts*: how many pixels of background, then of mask, and so on; only the first may be 0, and they add up
to height × width. Everything here costs by the number of runs, never by the number of pixels.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, chain
from operator import sub
from typing import Final

Counts = list[int]

_NUMBERS: Final = re.compile("[P-o]{0,6}[0-O]")
"""One number of a compressed string: five bits a sign, least first; those from P say that more follow."""
_WELL_FORMED: Final = re.compile(f"(?:{_NUMBERS.pattern})+")


class _Written(dict[int, str]):
    """Numbers as compressed strings hold them; most differences are small and come again and again."""

    def __missing__(self, number: int) -> str:
        text = _number_written(number)
        if -4096 <= number <= 4096:
            self[number] = text
        return text


class _Read(dict[str, int]):
    def __missing__(self, text: str) -> int:
        number = _number_read(text)
        if len(text) <= 2:
            self[text] = number
        return number


_WRITTEN: Final = _Written()
_READ: Final = _Read()


def encode(counts: Sequence[int]) -> str:
    """COCO's compressed string; from the fourth on, a count is written as its difference to the one two before."""
    differences = map(sub, counts[3:], counts[1:])
    return "".join(map(_WRITTEN.__getitem__, chain(counts[:3], differences)))


def decode(text: str, height: int, width: int) -> Counts:
    """The counts in a compressed string from anywhere. Raises ValueError unless it is a mask of just this size."""
    if not _WELL_FORMED.fullmatch(text):
        raise ValueError("not a compressed run-length string")
    numbers = list(map(_READ.__getitem__, _NUMBERS.findall(text)))
    counts = [0] * len(numbers)
    counts[0] = numbers[0]
    counts[1::2] = accumulate(numbers[1::2])
    counts[2::2] = accumulate(numbers[2::2])
    return checked(counts, height, width)


def checked(counts: Sequence[int], height: int, width: int) -> Counts:
    """Counts from anywhere, without empty runs. Raises ValueError unless they are a mask of just this size."""
    if not counts or min(counts) < 0 or sum(counts) != height * width or height < 1:
        raise ValueError(f"not a mask of {width} × {height} pixels")
    return list(counts) if 0 not in counts[1:] else of_edges(_joined(edges(counts)), sum(counts))


def edges(counts: Sequence[int]) -> list[int]:
    """Where runs of the mask start and end (exclusive), in turn: an even number of ascending places."""
    found = list(accumulate(counts))
    return found[:-1] if len(found) % 2 else found


def of_edges(places: Sequence[int], pixels: int) -> Counts:
    """The counts with these edges, none of them equal, in a picture of so many pixels."""
    last = places[-1] if places else 0
    rest = [pixels - last] if last < pixels else []
    return [*map(sub, places, chain((0,), places)), *rest]


def nothing(height: int, width: int) -> Counts:
    """The mask without a pixel."""
    return [height * width]


def area(counts: Sequence[int]) -> int:
    """How many pixels it has."""
    return sum(counts[1::2])


def shared(one: Sequence[int], other: Sequence[int]) -> int:
    """How many pixels both have."""
    # Sorted together, the edges of two masks are those of what only one has; sorting two sorted lists is a merge.
    both = sorted(edges(one) + edges(other))
    apart = sum(both[1::2]) - sum(both[::2])
    return (area(one) + area(other) - apart) // 2


def iou(one: Sequence[int], other: Sequence[int]) -> float:
    """Intersection over union; 1 for two empty masks."""
    common = shared(one, other)
    every = area(one) + area(other) - common
    return common / every if every else 1.0


def union(masks: Sequence[Sequence[int]]) -> Counts:
    """What any of them has; at least one mask, all of one size."""
    return where(masks, bool)


def less(one: Sequence[int], other: Sequence[int]) -> Counts:
    """What `one` has and `other` has not."""
    return where((one, other), lambda held: held == 1)


def vote(masks: Sequence[Sequence[int]], weights: Sequence[float] | None = None) -> Counts:
    """What more than half of all weight has; at least one mask, all of one size."""
    shares = [1.0] * len(masks) if weights is None else weights
    half = sum(shares) / 2
    return where(masks, lambda held: behind(held, shares) > half + 1e-9 * half)


def behind(held: int, weights: Sequence[float]) -> float:
    """The weight of the masks whose bits are set in `held`."""
    return sum(weight for place, weight in enumerate(weights) if held >> place & 1)


def where(masks: Sequence[Sequence[int]], chosen: Callable[[int], bool]) -> Counts:
    """The pixels whose masks are `chosen`, asked with bit 0 set for the first mask, bit 1 for the second, and so on.

    No masks (0) is never asked about: a pixel nobody has is not in what comes out."""
    several, bits = len(masks), [1 << which for which in range(len(masks))]
    answers: dict[int, bool] = {0: False}
    places: list[int] = []
    held, inside = 0, False
    for event in _events(masks):
        held ^= bits[event % several]
        if held not in answers:
            answers[held] = chosen(held)
        if answers[held] != inside:
            inside = not inside
            place = event // several
            # Where several masks have an edge, there may be one in between that is none.
            if places and places[-1] == place:
                places.pop()
            else:
                places.append(place)
    return of_edges(places, sum(masks[0]))


def layers(masks: Sequence[Sequence[int]]) -> Iterator[tuple[int, int, int]]:
    """(start, end, which masks hold it as bits) of the stretches the picture falls into, in order and without gaps."""
    several = len(masks)
    start = held = 0
    for event in _events(masks):
        place, which = divmod(event, several)
        if place != start:
            yield start, place, held
            start = place
        held ^= 1 << which
    pixels = sum(masks[0])
    if start < pixels:
        yield start, pixels, held


def _events(masks: Sequence[Sequence[int]]) -> list[int]:
    """All edges in order, each as place × number of masks + whose it is."""
    several = len(masks)
    # Sorting lists that are sorted in stretches is merging them.
    return sorted(
        chain.from_iterable([place * several + which for place in edges(mask)] for which, mask in enumerate(masks))
    )


def box(counts: Sequence[int], height: int) -> tuple[int, int, int, int] | None:
    """(x, y, width, height) of the smallest box around the mask; None where it is empty."""
    places = edges(counts)
    if not places:
        return None
    starts, lasts = places[::2], [end - 1 for end in places[1::2]]
    left, right = starts[0] // height, lasts[-1] // height
    if any(start // height != last // height for start, last in zip(starts, lasts, strict=True)):
        return left, 0, right - left + 1, height
    top, bottom = min(start % height for start in starts), max(last % height for last in lasts)
    return left, top, right - left + 1, bottom - top + 1


def scaled(counts: Sequence[int], small: tuple[int, int], size: tuple[int, int]) -> Counts:
    """A mask of a small map, (width, height), on a picture of another size and the same shape: each pixel of it belongs
    to the one of the map that its middle lies in, as on the page and where regions are painted."""
    (wide, high), (width, height) = small, size
    ratio = max(small), max(size)
    lefts, tops = cuts(wide, width, ratio), cuts(high, height, ratio)
    found: Counts = []
    ground = 0
    for column, marks in enumerate(_columns(edges(counts), wide, high)):
        rows, times = _joined([tops[mark] for mark in marks]), lefts[column + 1] - lefts[column]
        if not rows or not times:
            ground += height * times
            continue
        runs = _repeated(rows, height, times)
        if ground + rows[0] or not found:
            found += [ground + rows[0], *runs]
        else:
            # The column before ends with the mask, and this one begins with it.
            found[-1] += runs[0]
            found += runs[1:]
        ground = height - rows[-1]
    return [*found, ground] if ground else found


def _repeated(rows: Sequence[int], height: int, times: int) -> list[int]:
    """The runs of a column so many times over, from the first of the mask to the last."""
    runs = list(map(sub, rows[1:], rows))
    between = rows[0] + height - rows[-1]
    if between:
        return runs + [between, *runs] * (times - 1)
    if len(runs) == 1:
        return [height * times]
    return runs[:-1] + [runs[-1] + runs[0], *runs[1:-1]] * (times - 1) + runs[-1:]


def cuts(few: int, many: int, ratio: tuple[int, int]) -> list[int]:
    """Where `few` cells begin and end on `many` pixels: few + 1 places. `ratio` is how many cells are as long as how
    many pixels; the last cell has what rounding left."""
    cells, pixels = ratio
    return [*(min(many, (2 * cell * pixels + cells - 1) // (2 * cells)) for cell in range(few)), many]


def _columns(places: Sequence[int], wide: int, high: int) -> list[list[int]]:
    """The edges of each column by itself, counted from its top."""
    found: list[list[int]] = [[] for _ in range(wide)]
    for start, end in zip(places[::2], places[1::2], strict=True):
        first, last = start // high, (end - 1) // high
        for column in range(first, last + 1):
            top, bottom = column * high, (column + 1) * high
            found[column] += [max(start, top) - top, min(end, bottom) - top]
    return found


def _joined(places: Iterable[int]) -> list[int]:
    """Without the edges that two runs share, and without runs of no length: equal places go in pairs."""
    found: list[int] = []
    for place in places:
        if found and found[-1] == place:
            found.pop()
        else:
            found.append(place)
    return found


def _number_written(number: int) -> str:
    signs = []
    more = True
    while more:
        bits, number = number & 31, number >> 5
        # The highest bit of the last sign is the sign of the number.
        more = number != (-1 if bits & 16 else 0)
        signs.append(chr(48 + bits + 32 * more))
    return "".join(signs)


def _number_read(text: str) -> int:
    number = sum((ord(sign) - 48 & 31) << 5 * place for place, sign in enumerate(text))
    negative = ord(text[-1]) - 48 & 16
    return number - (1 << 5 * len(text)) if negative else number
