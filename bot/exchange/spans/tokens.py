"""Texts cut into tokens, so that where a span begins or ends a token does too."""

import bisect
import itertools
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

_JOINING: Final = "'’.,-:@&/·‐"
"""Signs that stay within a word that goes on after them: don't, 3.5, e-mail."""
_UNSPACED: Final = (
    *((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF)),
    *((0x3005, 0x3007), (0x3040, 0x30FF), (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF)),
    *((0xFF66, 0xFF9D), (0x20000, 0x3FFFF)),
)
"""Thai, Lao, Burmese, Khmer, Japanese and Chinese, where no space stands between words: each letter is a token."""
_STARTS: Final = [first for first, _ in _UNSPACED]
_ENDS: Final = ".!?…。！？؟।"
_ABBREVIATIONS: Final = frozenset(
    {
        *("mr", "mrs", "ms", "dr", "prof", "rev", "gen", "sen", "st", "mt", "no", "nr", "vol", "pp", "fig", "inc"),
        *("ltd", "co", "corp", "jr", "sr", "vs", "etc", "bzw", "ca", "fr", "hr", "str", "tel"),
    }
)
"""After these, and after initials, a full stop ends no sentence."""


class Token(NamedTuple):
    """Code points of the text, `end` exclusive."""

    start: int
    end: int


def tokens(text: str, cuts: Iterable[int] = ()) -> list[Token]:
    """Words and signs, none with white space in it; each place in `cuts` is a border of tokens.

    Combining marks, joiners and modifiers stay with the letter or emoji before them, unless they are cut off it.
    """
    borders = sorted({0, len(text), *(cut for cut in cuts if 0 < cut < len(text))})
    return [
        Token(start + one.start, start + one.end)
        for start, end in itertools.pairwise(borders)
        for one in _pieces(text[start:end])
    ]


def sentences(text: str, found: Sequence[Token], spans: Iterable[tuple[int, int]]) -> list[list[Token]]:
    """The tokens by sentence: a sentence ends with its line, or with a sign that ends one, and never within a span."""
    inside = _covered(spans)
    made: list[list[Token]] = [[]]
    for place, token in enumerate(found):
        made[-1].append(token)
        after = found[place + 1] if place + 1 < len(found) else None
        if after is not None and not inside(token.end, after.start) and _ends(text, found, place):
            made.append([])
    return [sentence for sentence in made if sentence]


def _covered(spans: Iterable[tuple[int, int]]) -> "_Within":
    return _Within(sorted(spans))


class _Within:
    """Whether some span goes on from one place to another."""

    def __init__(self, spans: Sequence[tuple[int, int]]) -> None:
        self._starts = [start for start, _ in spans]
        self._furthest: list[int] = []
        for _, end in spans:
            self._furthest.append(max(end, self._furthest[-1] if self._furthest else 0))

    def __call__(self, before: int, after: int) -> bool:
        place = bisect.bisect_left(self._starts, before)
        return place > 0 and self._furthest[place - 1] >= after


def _ends(text: str, found: Sequence[Token], place: int) -> bool:
    token, after = found[place], found[place + 1]
    between = text[token.end : after.start]
    if len((between + ".").splitlines()) > 1:
        return True
    sign = text[token.start : token.end]
    if sign not in _ENDS:
        return False
    if sign == "." and (not between or _abbreviated(text, found, place)):
        return False
    return (bool(between) or sign in "。！？") and not text[after.start].islower()


def _abbreviated(text: str, found: Sequence[Token], place: int) -> bool:
    if place == 0 or found[place - 1].end != found[place].start:
        return False
    word = text[found[place - 1].start : found[place - 1].end]
    return len(word) == 1 or word.casefold() in _ABBREVIATIONS


def _pieces(text: str) -> Iterator[Token]:
    place = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        end = _cluster(text, place)
        if _wordly(text[place]):
            while end < len(text) and (more := _goes_on(text, end)):
                end = more
        yield Token(place, end)
        place = end


def _goes_on(text: str, place: int) -> int:
    """Where a word that has come to `place` goes on to; 0 where it ends there."""
    if _wordly(text[place]):
        return _cluster(text, place)
    after = place + 1
    joins = text[place] in _JOINING and after < len(text) and _wordly(text[after])
    return _cluster(text, after) if joins else 0


def _cluster(text: str, place: int) -> int:
    """The end of what is seen as one sign: with its marks, and what a zero-width joiner joins to it."""
    end = place + 1
    flags = _flag(text[place])
    while end < len(text):
        if _clings(text[end]) or (flags and _flag(text[end])):
            flags = False if _flag(text[end]) else flags
            end += 1
        elif text[end - 1] == "\u200d" and not text[end].isspace():
            end += 1
        else:
            break
    return end


def _clings(letter: str) -> bool:
    if letter < "\u0300":
        return letter == "\u00ad"
    return unicodedata.category(letter) in ("Mn", "Mc", "Me", "Cf") or "\U0001f3fb" <= letter <= "\U0001f3ff"


def _flag(letter: str) -> bool:
    return "\U0001f1e6" <= letter <= "\U0001f1ff"


def _wordly(letter: str) -> bool:
    return (letter.isalnum() or letter == "_") and not _unspaced(letter)


def _unspaced(letter: str) -> bool:
    if letter < "\u0e00":
        return False
    place = bisect.bisect_right(_STARTS, ord(letter)) - 1
    return place >= 0 and ord(letter) <= _UNSPACED[place][1]
