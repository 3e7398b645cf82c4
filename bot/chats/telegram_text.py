"""Text as Telegram wants it: one string, its styles as entities counted in UTF-16 code units, cut to the limits."""

import re
from typing import Any

from bot.characters import MARK, cut, storable, units
from bot.chat import Part, Style, Text

TEXT_UNITS = 4096
CAPTION_UNITS = 1024
TOAST_UNITS = 200
PLACEHOLDER_UNITS = 64
ENTITIES = 100

_ENTITY: dict[Style, str] = {
    "bold": "bold",
    "italic": "italic",
    "quiet": "italic",
    "quote": "blockquote",
    "code": "code",
    "strike": "strikethrough",
}
_MENTION = re.compile(r"@(?=\w)")
_WORD_JOINER = "\u2060"


def length(text: Text) -> int:
    return sum(units(storable(part.text)) for part in text)


def render(text: Text, limit: int, *, mentions: bool = True) -> tuple[str, list[dict[str, Any]]]:
    """The string and its entities. Over the limit the longest part gives way: it is the item, not the question.

    Without `mentions` an @name in the text calls nobody: Telegram looks for them in any text.
    """
    words = [storable(part.text) for part in text]
    if not mentions:
        words = [_MENTION.sub("@" + _WORD_JOINER, word) for word in words]
    sizes = [units(word) for word in words]
    if sum(sizes) > limit:
        words, sizes = _fitted(words, sizes, limit)
    whole = "".join(words)
    return (whole if whole.strip() else MARK), _entities(text, sizes)


def _entities(text: tuple[Part, ...], sizes: list[int]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    at = 0
    for part, size in zip(text, sizes, strict=True):
        if size and part.style != "plain":
            found.append({"type": _ENTITY[part.style], "offset": at, "length": size})
        at += size
    return found[:ENTITIES]


def _fitted(words: list[str], sizes: list[int], limit: int) -> tuple[list[str], list[int]]:
    words, sizes = list(words), list(sizes)
    while (over := sum(sizes) - limit) > 0:
        longest = max(range(len(words)), key=sizes.__getitem__)
        if sizes[longest] <= 1:
            return _first(words, limit)
        words[longest] = cut(words[longest], max(1, sizes[longest] - over))
        sizes[longest] = units(words[longest])
    return words, sizes


def _first(words: list[str], limit: int) -> tuple[list[str], list[int]]:
    """Thousands of tiny parts: the first of them, then the mark."""
    kept = words[: limit - 1] + [MARK] + [""] * (len(words) - limit)
    return kept, [units(word) for word in kept]
