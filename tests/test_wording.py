"""Sentences in every language: none that only one has, and the same fields in each."""

import string

import pytest

from bot.wording import DEFAULT, LANGUAGES

OTHERS = pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {DEFAULT}))


def fields_of(sentence):
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@OTHERS
def test_every_sentence_is_there_and_none_is_left_over(language):
    assert set(LANGUAGES[language]) == set(LANGUAGES[DEFAULT])


@OTHERS
def test_a_translation_says_the_same_fields(language):
    for key, sentence in LANGUAGES[language].items():
        assert fields_of(sentence) == fields_of(LANGUAGES[DEFAULT][key]), key
