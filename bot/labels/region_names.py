"""The numbers of regions as people type and read them: `3 7 12-15 road`, `-7`, `+12`, "road: 3, 7, 12–15"."""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from bot.labels.base import BadAnswer, cut
from bot.labels.names import QUOTED
from bot.labels.regions import Regions, letters, place_of
from bot.wording import phrase

_NUMBER: Final = re.compile(r"([+-]?)(\d{1,5})([a-z]{0,3})(?:-(\d{1,5})?([a-z]{0,3}))?")
_SPACED: Final = re.compile(r"(?<=\d) +[-–—−] +(?=\d)")
_DASHES: Final = str.maketrans("–—−‑", "----")
_WORD: Final = re.compile(r"[^\s,;]+")


@dataclass(frozen=True, slots=True)
class Number:
    """One number or range as typed: `sign` is "+", "-" or nothing, both ends are (number, letters)."""

    text: str
    sign: str
    first: tuple[int, str]
    last: tuple[int, str] | None


@dataclass(frozen=True, slots=True)
class Line:
    """A typed line: numbers, and the words behind or before them."""

    text: str
    numbers: tuple[Number, ...]
    words: str

    def signed(self, sign: str) -> tuple[Number, ...]:
        return tuple(one for one in self.numbers if one.sign == sign)


def lines(text: str) -> list[Line]:
    """What is typed, line by line; empty ones left out."""
    return [_line(line) for line in text.splitlines() if line.strip()]


def shown(regions: Regions, split: Collection[int], number: Number) -> list[str]:
    """The names that a number or range stands for, among the regions one sees. Raises BadAnswer."""
    (low, letter), last = number.first, number.last
    if last is None:
        return _single(regions, split, low, letter)
    high, end = last
    if letter or end:
        return _stretch(regions, split, number)
    if high < low:
        raise unclear(number.text)
    # The end first, lest an absurd range be counted out.
    _single(regions, split, high, "")
    return [name for one in range(low, high + 1) for name in _single(regions, split, one, "")]


def large(regions: Regions, number: Number) -> list[int]:
    """The large regions that a number or range without letters stands for. Raises BadAnswer."""
    if number.first[1]:
        raise unclear(number.text)
    return [int(name) for name in shown(regions, (), number)]


def among(count: int, number: Number) -> list[int]:
    """The numbers from 1 to `count` that a number or range stands for. Raises BadAnswer."""
    low, high = number.first[0], (number.last or number.first)[0]
    if number.first[1] or (number.last and number.last[1]) or high < low:
        raise unclear(number.text)
    if not 1 <= low <= high <= count:
        raise BadAnswer(phrase("masks.no_number", number=high if low else low, last=count))
    return list(range(low, high + 1))


def unclear(text: str, label: str = "…") -> BadAnswer:
    """What to say of a text that is neither numbers nor numbers with a label."""
    return BadAnswer(phrase("masks.unclear", text=cut(text.strip(), QUOTED), label=label))


def in_order(names: Iterable[str]) -> list[str]:
    """Names by number and letter, each once."""
    return sorted(set(names), key=_key)


def said(names: Sequence[str], whole: Callable[[int], int]) -> str:
    """Names as a person reads them: "3, 7, 12–15, 16a–c"; a region all of whose parts are there (`whole` tells how many
    it has) stands as one."""
    numbers: list[int] = []
    parts: list[str] = []
    for number, group in groupby(in_order(names), key=lambda name: _key(name)[0]):
        held = [_key(name)[1] for name in group]
        if held == [-1] or len(held) == whole(number):
            numbers.append(number)
        else:
            parts += _runs(held, lambda place, n=number: f"{n}{letters(place)}", letters)  # type: ignore[misc]
    return ", ".join(sorted([*_runs(numbers, str, str), *parts], key=_key))


def _line(line: str) -> Line:
    text = _SPACED.sub("-", line)
    words = list(_WORD.finditer(text))
    start, end = 0, len(words)
    while start < end and _number(words[start][0]):
        start += 1
    if start:
        return Line(line, _numbers(words[:start]), text[words[start].start() :].strip() if start < end else "")
    while end and _number(words[end - 1][0]):
        end -= 1
    return Line(line, _numbers(words[end:]), text[: words[end - 1].end()].strip() if end else "")


def _number(word: str) -> re.Match[str] | None:
    return _NUMBER.fullmatch(word.translate(_DASHES).casefold())


def _numbers(words: Iterable[re.Match[str]]) -> tuple[Number, ...]:
    return tuple(_taken(word[0], match) for word in words if (match := _number(word[0])))


def _taken(word: str, match: re.Match[str]) -> Number:
    sign, low, letter, high, end = match.groups()
    ranged = high is not None or bool(end)
    return Number(word, sign, (int(low), letter), (int(high or low), end or "") if ranged else None)


def _single(regions: Regions, split: Collection[int], number: int, letter: str) -> list[str]:
    if not regions.parts(number):
        raise BadAnswer(phrase("masks.no_region", number=number, last=regions.last))
    names = regions.names(number)
    if not letter:
        return names if number in split else [str(number)]
    if number not in split:
        raise BadAnswer(phrase("masks.not_split", number=number))
    if f"{number}{letter}" not in names:
        raise BadAnswer(phrase("masks.no_part", name=f"{number}{letter}", first=names[0], last=names[-1]))
    return [f"{number}{letter}"]


def _stretch(regions: Regions, split: Collection[int], number: Number) -> list[str]:
    """From one part of a region to another of it."""
    (low, letter), (high, end) = number.first, number.last or number.first
    if low != high or not letter or not end or place_of(end) < place_of(letter):
        raise unclear(number.text)
    first, last = (_single(regions, split, low, one)[0] for one in (letter, end))
    names = regions.names(low)
    return names[names.index(first) : names.index(last) + 1]


def _key(name: str) -> tuple[int, int]:
    digits = re.match(r"\d+", name)
    number = digits[0] if digits else "0"
    letter = re.match(r"[a-z]*", name[len(number) :])
    return int(number), place_of(letter[0]) if letter else -1


def _runs(places: Sequence[int], first: Callable[[int], str], last: Callable[[int], str]) -> list[str]:
    """Three or more in a row as a range."""
    found: list[str] = []
    for _, group in groupby(enumerate(places), key=lambda pair: pair[1] - pair[0]):
        row = [place for _, place in group]
        if len(row) > 2:
            found.append(f"{first(row[0])}–{last(row[-1])}")
        else:
            found += map(first, row)
    return found
