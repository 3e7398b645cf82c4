"""A text as numbered words, for people who point at them: by number, by the words themselves, by tapping."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

_SCRIPTS = r"[\u3040-\u309f]+|[\u30a0-\u30ff]+|[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
_JOINED = r"[^\W_](?:[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0900-\u0903\u093a-\u094f\u200c\u200d]|\w)*"
_WORD = re.compile(rf"{_SCRIPTS}|{_JOINED}(?:[.'’@&/-]{_JOINED})*|[€$£¥%]")
"""A run of one script where a language writes no spaces; else letters, digits and the marks upon them, also joined by a
sign as in “don't”, “well-known” and “3.5”."""
_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_AS_TYPED = str.maketrans(
    dict.fromkeys("’‘‛ʼ′＇", "'")
    | dict.fromkeys("“”„‟", '"')
    | dict.fromkeys("–—−‐‑", "-")
    | dict.fromkeys("\u00a0\u202f\u2009\n\r\t", " ")
)
"""Phones put curly quotes and long dashes where keyboards have straight ones, and nobody types a narrow space."""
NEAR = 60.0
"""How like, of 100, a word must be to be offered for what was typed."""


@dataclass(frozen=True, slots=True)
class Word:
    """Code points of the text; `end` is exclusive."""

    start: int
    end: int


@lru_cache(maxsize=256)
def words(text: str) -> tuple[Word, ...]:
    """The words of a text in order; their place in it, from 1, is their number."""
    return tuple(Word(*found.span()) for found in _WORD.finditer(text))


def number(word: int) -> str:
    """A word's number as a person sees it before the word."""
    return str(word).translate(_SUPERSCRIPT)


def turn(text: str, word: int) -> str:
    """An invisible sign before the number of the word that begins there: where a text runs both ways, a number would
    else stand at whatever word is before it."""
    if not _runs_left(text):
        return ""
    return "\u200f" if _leftward(text[word]) else "\u200e"


@lru_cache(maxsize=256)
def _runs_left(text: str) -> bool:
    return not text.isascii() and any(map(_leftward, text))


def _leftward(sign: str) -> bool:
    return unicodedata.bidirectional(sign) in ("R", "AL")


def occurrences(text: str, wanted: str) -> list[tuple[int, int]]:
    """Where `wanted` stands in the text, not inside of longer words; in another case, or with other quotes and dashes,
    only where it nowhere stands as written, or else inside of words as in languages without spaces."""
    small, sought_small = text.casefold(), wanted.casefold()
    forms = ((text, wanted), (small, sought_small), (small.translate(_AS_TYPED), sought_small.translate(_AS_TYPED)))
    for held, sought in forms:
        if len(held) != len(text):  # a sign that has several small letters would shift what follows
            continue
        found = [(start, start + len(sought)) for start in _all(held, sought)]
        whole = [one for one in found if _is_whole(text, *one)]
        if whole or found:
            return whole or found
    return []


def near(text: str, wanted: str) -> str:
    """The words of the text that are most like `wanted`; empty where none are."""
    count = max(1, len(wanted.split()))
    known = words(text)
    runs = {text[a.start : b.end] for a, b in zip(known, known[count - 1 :], strict=False)}
    found = process.extractOne(wanted, sorted(runs), scorer=fuzz.ratio, score_cutoff=NEAR)
    return str(found[0]) if found else ""


def pages(text: str, room: int) -> Sequence[tuple[int, int]]:
    """The text cut between words so that each part, its numbers included, takes `room` code points at most."""
    parts: list[tuple[int, int]] = []
    start = size = 0
    turns = int(_runs_left(text))
    for place, word in enumerate(words(text), 1):
        after = words(text)[place].start if place < len(words(text)) else len(text)
        size += after - (word.start if place > 1 else 0) + len(str(place)) + turns
        if size > room and word.start > start:
            parts.append((start, word.start))
            start, size = word.start, after - word.start + len(str(place)) + turns
    return (*parts, (start, len(text)))


def _all(text: str, wanted: str) -> Iterator[int]:
    place = text.find(wanted) if wanted else -1
    while place >= 0:
        yield place
        place = text.find(wanted, place + len(wanted))


def _is_whole(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (_letters(before) and _letters(text[start])) and not (_letters(after) and _letters(text[end - 1]))


def _letters(sign: str) -> bool:
    return sign.isalnum() and not ("\u3040" <= sign <= "\u9fff")
