"""Typed text: what is kept of it, drafts, what cannot be made out."""

from dataclasses import replace

import pytest

from bot.labels import transcript
from bot.labels.base import ABOUT_NOTHING, BadAnswer, BadQuestion, Done, Subject, Tap, Typed
from bot.project import LabelDef
from bot.wording import phrase, say

PLAIN = transcript.EXAMPLE.question


def asking(**options):
    return replace(PLAIN, options=options)


def typed(question, text):
    return transcript.advance(question, None, Typed(text), ABOUT_NOTHING)


def choices(question, suggestion=None):
    return [[option.choice for option in row] for row in transcript.ask(question, None, Subject(suggestion)).rows]


def refused(act, *args):
    with pytest.raises(BadAnswer) as error:
        act(*args)
    return say("en", error.value.said)


def test_only_the_ends_of_a_text_are_tidied():
    assert typed(PLAIN, " \n one  two,\n\nthree\u00a0four… \t") == Done("one  two,\n\nthree\u00a0four…")


def test_a_card_takes_text_and_opens_a_form():
    asked = transcript.ask(asking(max=100), None, ABOUT_NOTHING)
    assert (asked.typed, asked.form, asked.limit) == (True, True, 100)
    assert asked.hint == phrase("transcript.hint")


@pytest.mark.parametrize("text", ["", " ", "\u200b", "\u00a0\ufeff\n"])
def test_text_that_nobody_can_see_is_refused(text):
    assert refused(typed, PLAIN, text) == "There is nothing in it. Type it again."


def test_a_text_that_is_too_long_says_by_how_much():
    assert typed(asking(max=5), "  12345 ") == Done("12345")
    assert refused(typed, asking(max=5), "123456") == "That is 6 characters, and at most 5 fit. Shorten the text."
    assert "at most 3000" in refused(typed, PLAIN, "x" * 3001)


def test_a_draft_is_shown_and_confirmed_by_one_tap():
    asked = transcript.ask(PLAIN, None, Subject(" one two "))
    assert asked.marked == phrase("transcript.draft", text="one two")
    assert asked.hint == phrase("transcript.hint_draft")
    assert choices(PLAIN, "one two") == [["ok"], ["none"]]
    assert transcript.advance(PLAIN, None, Tap("ok"), Subject(" one two ")) == Done("one two")
    assert transcript.advance(PLAIN, None, Typed("one too"), Subject("one two")) == Done("one too")


@pytest.mark.parametrize("suggestion", [None, "", "  ", 7, "x" * 3001])
def test_what_could_be_no_answer_is_no_draft(suggestion):
    assert choices(PLAIN, suggestion) == [["none"]]
    assert "no draft" in refused(transcript.advance, PLAIN, None, Tap("ok"), Subject(suggestion))


def test_what_nobody_can_make_out_is_one_tap():
    assert transcript.advance(PLAIN, None, Tap("none"), ABOUT_NOTHING) == Done("[unintelligible]")
    assert transcript.advance(asking(unintelligible="<unk>"), None, Tap("none"), ABOUT_NOTHING) == Done("<unk>")


def test_unintelligible_can_be_left_out():
    question = asking(unintelligible=False)
    assert choices(question) == []
    refused(transcript.advance, question, None, Tap("none"), None)


def test_text_from_outside_may_be_a_number():
    assert transcript.read(PLAIN, 42) == "42"
    refused(transcript.read, PLAIN, ["a"])


def test_label_studio_may_write_text_or_a_list_of_lines():
    def of(text):
        return transcript.from_studio(PLAIN, [{"type": "textarea", "value": {"text": text}}], ABOUT_NOTHING)

    assert of("one") == of(["one"]) == "one"
    assert of(["one", "two"]) == "one\ntwo"
    for empty in ([], [""], [None]):
        refused(of, empty)


def test_distance_is_edits_by_the_longer_text():
    assert transcript.distance(PLAIN)("abcd", "abxd") == 0.25
    assert transcript.distance(PLAIN)("abc", "xyz") == 1


def test_the_text_nearest_to_all_others_is_the_consensus():
    texts = ["the kettle is on", "the cattle are on", "the kettle is on."]
    assert transcript.merge(PLAIN, texts, None).value == "the kettle is on"


def test_a_long_text_is_described_by_its_beginning_on_one_line():
    assert transcript.describe(PLAIN, "one\ntwo") == "one two"
    assert len(transcript.describe(PLAIN, "word " * 99)) <= 60


@pytest.mark.parametrize("options", [{"max": 0}, {"max": 3001}, {"max": True}, {"max": 2.0}])
def test_a_limit_that_no_form_holds_is_a_bad_question(options):
    with pytest.raises(BadQuestion, match="from 1 to 3000"):
        transcript.check(asking(**options))


@pytest.mark.parametrize("value", ["", "  ", "two\nlines", "x" * 61])
def test_a_word_for_unintelligible_must_be_one_line(value):
    with pytest.raises(BadQuestion, match="`unintelligible` must be"):
        transcript.check(asking(unintelligible=value))


def test_labels_have_no_place_in_a_transcript():
    with pytest.raises(BadQuestion, match="'transcript' has no labels"):
        transcript.check(replace(PLAIN, labels=(LabelDef("a", "A"),)))
