"""Every sentence the bot says, by key and language; this registry finds it."""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from bot.wording import de, en, page_de, page_en, quality_de, quality_en, report_de, report_en

LANGUAGES: Mapping[str, Mapping[str, str]] = {
    "en": {**en.SENTENCES, **page_en.SENTENCES, **quality_en.SENTENCES, **report_en.SENTENCES},
    "de": {**de.SENTENCES, **page_de.SENTENCES, **quality_de.SENTENCES, **report_de.SENTENCES},
}
DEFAULT = "en"
SIGNS: Mapping[str, tuple[str, str]] = {"en": (",", "."), "de": (".", ",")}
"""What stands between thousands, and before decimals."""
WORDS = ("label", "projects", "undo", "skip", "stats", "work", "review", "help", "stop")
"""What a person may type after a slash."""


class Phrase(NamedTuple):
    """A sentence to say, in whatever language its hearer reads."""

    key: str
    fields: Mapping[str, object] = {}


class Figure(NamedTuple):
    """A number in a sentence, with so many decimal places as its language writes them."""

    number: float
    places: int


def phrase(key: str, **fields: object) -> Phrase:
    return Phrase(key, fields)


def say(language: str, said: Phrase | str, command: str = "") -> str:
    """The sentence in `language` ("de-AT" falls back to "de", then to English); text is said as it is. `command` is
    the one that all words of ours stand behind, where a chat has but one."""
    if isinstance(said, str):
        return said
    sentence = LANGUAGES[spoken(language)].get(said.key, LANGUAGES[DEFAULT][said.key])
    fields = {name: written(language, one) if isinstance(one, Figure) else one for name, one in said.fields.items()}
    if "{/" in sentence:
        return sentence.format(**fields, **typed(command))
    return sentence.format(**fields)


def written(language: str, figure: Figure) -> str:
    """By the language's own signs, with a typographic minus, and no -0.00."""
    thousands, decimal = SIGNS.get(spoken(language), SIGNS[DEFAULT])
    plain = f"{round(figure.number, figure.places) + 0.0:,.{figure.places}f}".replace("-", "−")
    return plain.translate({ord(","): thousands, ord("."): decimal})


@cache
def typed(command: str) -> Mapping[str, str]:
    """How each of our words is typed, by the name it has in sentences: {/label}, {/undo}."""
    return {
        f"/{word}": f"{command} {word}".removesuffix(" label") if command else f"/{word}" for word in (*WORDS, "item")
    }


def spoken(language: str) -> str:
    """The language that somebody who reads `language` is spoken to in."""
    if language in LANGUAGES:
        return language
    short = language[:2].lower()
    return short if short in LANGUAGES else DEFAULT
