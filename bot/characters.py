"""Text as platforms count it and databases take it. A character beyond the first 65,536 is two UTF-16 code units."""

import re
from typing import Final

MARK: Final = "…"
HASH: Final = re.compile(r"[0-9a-f]{64}")
SHORT: Final = 12
CONTROLS: Final = dict.fromkeys({*range(0x20), *range(0x7F, 0xA0)} - {ord("\n"), ord("\t")}, "\ufffd")


def units(text: str) -> int:
    """Length in UTF-16 code units, which is how platforms count."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def head(text: str, limit: int) -> str:
    """The longest beginning of at most `limit` units, never half a character."""
    if text.isascii():
        return text[: max(0, limit)]
    return text.encode("utf-16-le", "surrogatepass")[: 2 * max(0, limit)].decode("utf-16-le", "ignore")


def cut(text: str, limit: int) -> str:
    """At most `limit` units; what is cut off leaves a mark."""
    if len(text) <= limit // 2 or units(text) <= limit:
        return text
    return head(text, limit - 1).rstrip() + MARK


def item_name(key: str) -> str:
    """How an item is called in a sentence: one that came without a name goes by the beginning of its hash, by which
    `/item` finds it too."""
    return key[:SHORT] + MARK if HASH.fullmatch(key) else key


def harmless(text: str) -> str:
    """As a terminal may show it: an item's words are no commands to it (ESC begins those)."""
    return text.translate(CONTROLS)


def storable(text: str) -> str:
    """Without NUL and halves of surrogate pairs, which not every platform and database takes."""
    if "\0" in text:
        text = text.replace("\0", "")
    return text if text.isascii() else text.encode("utf-8", "ignore").decode()
