"""The words of a text, to compare and to write: without blanks between them where the script has none."""

import re
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

_BETWEEN_BLANKS: Final = re.compile(r"(\s*)(\S+)")
_UNBROKEN: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fff\u3005-\u3007\u3021-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Signs of scripts without blanks between words: Thai, Lao, Burmese, Khmer, Chinese and Japanese."""
_APOSTROPHES: Final = str.maketrans(dict.fromkeys("’ʼ`´", "'"))
_SAID: Final = frozenset("%&@#")
"""Punctuation by Unicode, but read out as words."""


@dataclass(frozen=True, slots=True)
class Word:
    """`key` is compared, `written` is written; `before` stood between it and the word before, None at the beginning."""

    key: str
    written: str
    before: str | None


def words_of(text: str) -> list[Word]:
    """The words in order. Punctuation that stands alone belongs to the word before it (at the beginning, to the word
    after); a text of punctuation only is one word."""
    words: list[Word] = []
    opening = ""
    for before, written in _chunks(text):
        if key := _key(written):
            # Many people's many texts are held at once, and their words are mostly the same.
            whole = opening + before + written if opening else written
            words.append(Word(sys.intern(key), sys.intern(whole), before if words else None))
            opening = ""
        elif words:
            words[-1] = replace(words[-1], written=words[-1].written + before + written)
        else:
            opening += before + written
            opening = opening.lstrip()
    return words or ([Word(opening, opening, None)] if opening else [])


def joined(words: Sequence[Word]) -> str:
    """The words as a text, each after what stood before it; a blank where that is not known or would be missed."""
    text = ""
    for word in words:
        text += _between(text, word) + word.written
    return text


def _between(text: str, word: Word) -> str:
    if not text:
        return ""
    unbroken = [bool(_UNBROKEN.match(sign)) for sign in (_last_letter(text), word.written[0])]
    if word.before is None:
        return "" if all(unbroken) else " "
    return word.before if word.before or any(unbroken) else " "


def _last_letter(text: str) -> str:
    """Past punctuation and marks, for "、" stands as close as what it follows."""
    return next((sign for sign in reversed(text) if unicodedata.category(sign)[0] not in "PM"), text[-1])


def _chunks(text: str) -> Iterator[tuple[str, str]]:
    """Signs up to the next blank, or one sign (with its marks) of a script without blanks; and the blanks before."""
    for found in _BETWEEN_BLANKS.finditer(text):
        before, written = found.groups()
        for part in _parts(written) if _UNBROKEN.search(written) else (written,):
            yield before, part
            before = ""


def _parts(written: str) -> Iterator[str]:
    part = ""
    for sign in written:
        starts = _UNBROKEN.match(sign) or (part and _UNBROKEN.match(part))
        if part and starts and unicodedata.category(sign)[0] != "M":
            yield part
            part = ""
        part += sign
    yield part


@lru_cache(maxsize=20_000)
def _key(written: str) -> str:
    """Letters, marks, numbers and symbols, and apostrophes within; without case. Empty for punctuation."""
    plain = unicodedata.normalize("NFKC", written.translate(_APOSTROPHES)).casefold()
    return "".join(sign for sign in plain if sign == "'" or sign in _SAID or _is_said(sign)).strip("'")


def _is_said(sign: str) -> bool:
    category = unicodedata.category(sign)
    return category[0] in "LMNS" and category != "Sk"
