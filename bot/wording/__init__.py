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
WORDS = ("label", "projects", "undo", "skip", "stats", "work", "review", "help", "stop")
"""What a person may type after a slash."""


class Phrase(NamedTuple):
    """A sentence to say, in whatever language its hearer reads."""

    key: str
    fields: Mapping[str, object] = {}


def phrase(key: str, **fields: object) -> Phrase:
    return Phrase(key, fields)


def say(language: str, said: Phrase | str, command: str = "") -> str:
    """The sentence in `language` ("de-AT" falls back to "de", then to English); text is said as it is. `command` is
    the one that all words of ours stand behind, where a chat has but one."""
    if isinstance(said, str):
        return said
    sentence = LANGUAGES[spoken(language)].get(said.key, LANGUAGES[DEFAULT][said.key])
    if "{/" in sentence:
        return sentence.format(**said.fields, **typed(command))
    return sentence.format(**said.fields)


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
