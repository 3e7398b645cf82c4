"""Every sentence the bot says, by key and language; this registry finds it."""

from collections.abc import Mapping
from typing import NamedTuple

from bot.wording import de, en, page_de, page_en

LANGUAGES: Mapping[str, Mapping[str, str]] = {
    "en": {**en.SENTENCES, **page_en.SENTENCES},
    "de": {**de.SENTENCES, **page_de.SENTENCES},
}
DEFAULT = "en"


class Phrase(NamedTuple):
    """A sentence to say, in whatever language its hearer reads."""

    key: str
    fields: Mapping[str, object] = {}


def phrase(key: str, **fields: object) -> Phrase:
    return Phrase(key, fields)


def say(language: str, said: Phrase | str) -> str:
    """The sentence in `language` ("de-AT" falls back to "de", then to English); text is said as it is."""
    if isinstance(said, str):
        return said
    return LANGUAGES[spoken(language)].get(said.key, LANGUAGES[DEFAULT][said.key]).format(**said.fields)


def spoken(language: str) -> str:
    """The language that somebody who reads `language` is spoken to in."""
    if language in LANGUAGES:
        return language
    short = language[:2].lower()
    return short if short in LANGUAGES else DEFAULT
