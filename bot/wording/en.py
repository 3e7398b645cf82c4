"""The bot's sentences in English."""

from collections.abc import Mapping
from typing import Final

SENTENCES: Final[Mapping[str, str]] = {
    "label.done": "✔ Done",
    "label.none": "∅ None of them",
    "label.more": "More ›",
    "label.back": "‹ Back",
    "label.unknown": "“{text}” is not one of the labels. Try one of: {labels}.",
    "label.several": "“{text}” fits {count} labels: pick one below.",
}
