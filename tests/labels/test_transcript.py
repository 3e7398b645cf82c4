"""Typed text: what is kept of it, drafts, what cannot be made out."""

import json
from dataclasses import replace

import pytest

from bot.labels import pieces, transcript
from bot.labels.base import ABOUT_NOTHING, BadAnswer, BadQuestion, Done, Kept, Subject, Tap, Typed
from bot.project import LabelDef
from bot.quality.consensus import Merged
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


def test_nobody_is_told_to_hear_a_picture():
    asked = transcript.ask(PLAIN, None, Subject(picture=1, size=(8, 6)))
    assert asked.hint == phrase("transcript.hint_words")


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
    refused(transcript.advance, question, None, Tap("none"), Subject())


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


CLIP = Subject(pieces=((0, 14_200), (14_200, 24_000), (24_000, 37_005)))


def aligned(*texts):
    times = ((0.0, 14.2), (14.2, 24.0), (24.0, 37.005))
    segments = [{"start": start, "end": end, "text": text} for (start, end), text in zip(times, texts, strict=True)]
    return {"text": pieces.joined(texts), "segments": segments}


def followed(*given, question=PLAIN, about=CLIP):
    """The step after all that was given."""
    step = Kept(None)
    for one in given:
        step = transcript.advance(question, step.work, one, about)
    return step


def test_a_clip_in_pieces_is_asked_piece_by_piece():
    work = None
    for piece, bounds in enumerate(CLIP.pieces):
        asked = transcript.ask(PLAIN, work, CLIP)
        assert (asked.piece, asked.drawing) == (piece, {"wave": bounds})
        assert choices_of(asked) == [[f"none{piece}", f"still{piece}"]]
        step = transcript.advance(PLAIN, work, Typed(f" text {piece} "), CLIP)
        work = step.work if isinstance(step, Kept) else None
    assert step == Done(aligned("text 0", "text 1", "text 2"))


def choices_of(asked):
    return [[option.choice for option in row] for row in asked.rows]


def test_a_clip_that_is_whole_has_a_plain_label():
    assert transcript.ask(PLAIN, None, Subject()).piece is None
    assert followed(Typed("all of it"), about=Subject()) == Done("all of it")


def test_a_project_may_want_clips_whole():
    assert transcript.ask(asking(pieces=False), None, CLIP).piece is None
    assert followed(Typed("all of it"), question=asking(pieces=False)) == Done("all of it")


@pytest.mark.parametrize(
    "options",
    [{"piece_seconds": 4}, {"piece_seconds": 61}, {"piece_seconds": 15.5}, {"piece_seconds": "15"}, {"pieces": 3}],
)
def test_how_clips_are_cut_is_checked(options):
    with pytest.raises(BadQuestion):
        transcript.check(asking(**options))


def test_what_nobody_says_and_what_nobody_understands_differ():
    step = followed(Tap("still0"), Tap("none1"), Typed("three"))
    assert step == Done(aligned("", "[unintelligible]", "three"))
    assert step.label["text"] == "[unintelligible] three"


def test_a_second_tap_on_a_piece_that_is_answered_changes_nothing():
    before = followed(Tap("still0"))
    assert transcript.advance(PLAIN, before.work, Tap("still0"), CLIP) == before


@pytest.mark.parametrize("choice", ["still", "ok1", "none2", "none", "still9", "x0", "²", "none²"])
def test_a_tap_for_a_piece_that_is_not_asked_is_refused(choice):
    refused(transcript.advance, PLAIN, None, Tap(choice), CLIP)


def test_a_suggestion_with_times_is_a_draft_of_each_piece():
    said = {
        "text": "",
        "segments": [
            {"start": 0, "end": 3, "text": "one"},
            {"start": 3.0, "end": 16.0, "text": "two"},
            {"start": 25, "end": 50, "text": "three"},
        ],
    }
    about = replace(CLIP, suggestion=said)
    assert transcript.ask(PLAIN, None, about).marked == phrase("transcript.draft", text="one two")
    second = transcript.ask(PLAIN, followed(Tap("ok0"), about=about).work, about)
    assert second.marked is None
    assert second.rows[0][1].suggested
    assert followed(Tap("ok0"), Tap("still1"), Tap("ok2"), about=about) == Done(aligned("one two", "", "three"))


def test_a_suggestion_without_times_is_no_draft_of_a_piece():
    assert transcript.ask(PLAIN, None, replace(CLIP, suggestion="one two three")).marked is None


def test_a_suggestion_with_times_is_a_draft_of_a_whole_clip_too():
    about = Subject(suggestion=aligned("one", "", "three"))
    assert transcript.ask(PLAIN, None, about).marked == phrase("transcript.draft", text="one three")


@pytest.mark.parametrize("label", [aligned("one", "", "three"), aligned("", "", "")])
def test_a_label_with_times_reads_as_itself_and_comes_back_from_a_cell(label):
    assert transcript.read(PLAIN, json.loads(json.dumps(label))) == label
    assert transcript.from_cell(PLAIN, transcript.to_cell(label)) == label


def test_times_from_outside_are_put_in_order_and_to_the_millisecond():
    came = {"segments": [{"start": 2, "end": 3.00049, "text": " b "}, {"start": 0, "end": 2, "text": "a"}]}
    assert transcript.read(PLAIN, came) == {
        "text": "a b",
        "segments": [{"start": 0.0, "end": 2.0, "text": "a"}, {"start": 2.0, "end": 3.0, "text": "b"}],
    }


@pytest.mark.parametrize(
    "segments",
    [
        None, "x", [], [1], [{}], [{"start": 1, "end": 1, "text": "x"}], [{"start": 2, "end": 1, "text": "x"}],
        [{"start": -1, "end": 1, "text": "x"}], [{"start": "0", "end": 1, "text": "x"}],
        [{"start": 0, "end": float("inf"), "text": "x"}], [{"start": 0, "end": float("nan"), "text": "x"}],
        [{"start": True, "end": 2, "text": "x"}], [{"start": 0, "end": 1, "text": 5}],
    ],
)  # fmt: skip
def test_times_that_cannot_be_are_refused(segments):
    with pytest.raises(BadAnswer):
        transcript.read(PLAIN, {"text": "x", "segments": segments})


def test_a_text_that_looks_like_json_stays_a_text():
    for text in ('{"segments"', '{"a": 1}', '{"segments": 5}', '{"segments": []'):
        assert transcript.from_cell(PLAIN, text) == text


@pytest.mark.parametrize(
    ("texts", "joined"),
    [
        (("one", "", "two"), "one two"),
        (("今日は", "いい天気"), "今日はいい天気"),
        (("안녕", "하세요"), "안녕 하세요"),
        (("OK", "はい"), "OK はい"),
        (("", ""), ""),
    ],
)
def test_pieces_are_joined_as_they_are_written(texts, joined):
    assert pieces.joined(texts) == joined


def test_distance_is_that_of_what_is_said():
    apart = transcript.distance(PLAIN)
    assert apart(aligned("one", "two", "three"), "one two three") == 0
    assert apart(aligned("one", "two", "three"), aligned("one", "two", "four")) == apart(
        "one two three", "one two four"
    )


def test_clips_that_were_cut_alike_are_merged_piece_by_piece():
    answers = [
        aligned("the cat", "sat on", "the mat"),
        aligned("the cat", "sad on", "the mat"),
        aligned("the bat", "sat on", "the mad"),
    ]
    merged = transcript.merge(PLAIN, answers, None)
    assert merged.value == aligned("the cat", "sat on", "the mat")
    answers = [aligned("a cat", "sat", "mat"), aligned("a cad", "sat", "mat"), aligned("a cat", "sat", "mad")]
    assert transcript.merge(PLAIN, answers, None).value == aligned("a cat", "sat", "mat")


def test_nobody_need_have_given_the_merged_label():
    answers = [aligned("xx", "two", "three"), aligned("one", "yy", "three"), aligned("one", "two", "zz")]
    assert transcript.merge(PLAIN, answers, None).value == aligned("one", "two", "three")


def test_three_people_are_merged_word_by_word():
    merged = transcript.merge(PLAIN, ["the bat sat", "the cat sad", "a cat sat"], None)
    assert merged == Merged("the cat sat", pytest.approx(2 / 3))


def test_people_who_say_nothing_alike_make_no_new_text():
    texts = ["one two three", "alpha beta gamma", "left right left"]
    assert transcript.merge(PLAIN, texts, None).value in {None, *texts}


def test_two_different_answers_tie():
    merged = transcript.merge(PLAIN, ["the cat sat", "the cat sad"], None)
    assert merged.value is None
    assert merged.tie == ("the cat sad", "the cat sat")


def test_a_merged_text_is_no_longer_than_an_answer_may_be():
    texts = ["bb cc dd ee", "aa bb dd ee", "aa bb cc dd"]
    assert transcript.merge(PLAIN, texts, None).value == "aa bb cc dd ee"
    assert transcript.merge(asking(max=11), texts, None).value in texts


def test_a_piece_where_most_heard_nothing_stays_empty():
    answers = [aligned("one", "", "two"), aligned("one", "", "two"), aligned("one", "um", "two")]
    assert transcript.merge(PLAIN, answers, None).value == aligned("one", "", "two")


def test_a_merged_text_that_nobody_gave_has_no_times():
    answers = [aligned("the bat", "sat", "on"), "the cat sad on", "a cat sat on"]
    assert transcript.merge(PLAIN, answers, None).value == "the cat sat on"


def test_whole_answers_are_compared_where_a_piece_ties_or_was_cut_otherwise():
    tied = [aligned("one", "two", "three"), aligned("one", "zwei", "three")]
    assert transcript.merge(PLAIN, tied, None).value is None
    assert len(transcript.merge(PLAIN, tied, None).tie) == 2
    assert transcript.merge(PLAIN, [*tied, "one two three"], None).value == tied[0]


def test_a_clip_in_which_nothing_is_said_can_be_described():
    assert transcript.describe(PLAIN, aligned("", "", "")) == phrase("transcript.nothing")
    assert transcript.describe(PLAIN, aligned("one", "", "two")) == "one two"


def test_label_studio_gets_what_is_said():
    (written,) = transcript.to_studio(PLAIN, aligned("one", "", "two"), ABOUT_NOTHING)
    assert written["value"] == {"text": ["one two"]}
