"""Text that a chart's fonts can draw: no empty boxes for emoji, no letters dropped silently."""

import unicodedata
from functools import cache
from typing import Final, Literal

from matplotlib import font_manager
from matplotlib.font_manager import FontProperties

Weight = Literal["normal", "bold"]

_OWN_FONT: Final = "DejaVu Sans"
"""Ships inside matplotlib; knows Latin, Greek, Cyrillic, Armenian, Hebrew, Arabic."""

_FALLBACKS: Final = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Noto Sans SC",
    "Source Han Sans SC",
    "WenQuanYi Zen Hei",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "Yu Gothic",
    "Malgun Gothic",
    "Noto Sans Devanagari",
    "Noto Sans Bengali",
    "Noto Sans Thai",
    "Nirmala UI",
    "Leelawadee UI",
    "Arial Unicode MS",
)
"""Asked for other scripts, as far as the machine has them."""

_EMOJI: Final = 0x1F000
"""From here on a plain font has at best an odd outline for what everybody knows in colour."""
_ZERO_WIDTH_NON_JOINER: Final = "\u200c"
"""The one invisible mark that spelling needs (Persian, for one)."""


def drawable(text: str, weight: Weight = "normal") -> str | None:
    """`text` on one line without what the fonts lack: emoji, invisible and direction marks. None where nothing would be
    left, or where a letter or digit would go missing and the rest be read wrongly."""
    glyphs = _glyphs(weight)
    kept = []
    for character in " ".join(unicodedata.normalize("NFC", text).split()):
        known = ord(character) in glyphs
        if known and ord(character) < _EMOJI and not _invisible(character):
            kept.append(character)
        elif not known and unicodedata.category(character)[0] in "LN":
            return None
    return " ".join("".join(kept).split()) or None


def readable(place: int, *texts: str) -> str:
    """The first of the texts that can be drawn; the number where none can."""
    return next((found for found in map(drawable, texts) if found), f"#{place}")


def shortened(text: str, length: int) -> str:
    """The first `length` characters with an ellipsis, without a torn accent before it."""
    end = length
    while end and end < len(text) and unicodedata.combining(text[end]):
        end -= 1
    return text[:end].rstrip() + "…"


@cache
def font(weight: Weight, size: float) -> FontProperties:
    return FontProperties(family=list(_families()), weight=weight, size=size)


@cache
def _families() -> tuple[str, ...]:
    installed = {entry.name for entry in font_manager.fontManager.ttflist}
    return (_OWN_FONT, *(name for name in _FALLBACKS if name in installed))


@cache
def _glyphs(weight: Weight) -> frozenset[int]:
    paths = [font_manager.findfont(FontProperties(family=name, weight=weight)) for name in _families()]
    return frozenset(code for path in paths for code in font_manager.get_font(path).get_charmap())


def _invisible(character: str) -> bool:
    if character == _ZERO_WIDTH_NON_JOINER:
        return False
    return unicodedata.category(character)[0] == "C" or 0xFE00 <= ord(character) <= 0xFE0F or character == "\u20e3"
