"""Transcripts merged word by word, and people weighed by how often they are right."""

import os
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.quality.rover import aggregate_texts, merge_texts

TEXTS = st.one_of(
    st.lists(
        st.sampled_from(["the", "The", "cat", "cat,", "sat", "mat", "–", "it's", "its", "قطة", "猫が", "แมว"])
    ).map(" ".join),
    st.text(max_size=30),
)
WEIGHTED = st.lists(st.tuples(TEXTS, st.sampled_from([0.0, 0.1, 0.2, 0.3, 1.0, 7.0])), max_size=6)


def test_nobody_need_have_given_the_merged_text():
    assert merge_texts(["a cat sat here", "the cat sad here", "the cat sat hear"])[0] == "the cat sat here"


def test_a_word_that_most_have_left_out_is_left_out():
    assert merge_texts(["the big cat sat", "the cat sat", "the cat sat there"])[0] == "the cat sat"


def test_a_word_that_one_has_missed_stays():
    assert merge_texts(["the big cat sat", "the cat sat", "the big cat"])[0] == "the big cat sat"


def test_words_are_compared_without_case_and_signs_and_written_as_most_write_them():
    text, confidence = merge_texts(
        ["Well, I went home.", "well I went home", "Well, I want home.", "Well, I went home."]
    )
    assert text == "Well, I went home."
    assert confidence == pytest.approx((1 + 1 + 3 / 4 + 1) / 4)


def test_punctuation_that_stands_alone_goes_with_its_word():
    assert merge_texts(["« oui – non »", "« oui – non »", "« oui nom »"])[0] == "« oui – non »"


def test_lines_stay_lines():
    assert merge_texts(["one\ntwo three", "one\ntwo tree", "won\ntwo three"])[0] == "one\ntwo three"


def test_weight_decides_where_heads_would_not():
    texts = ["the cat sat", "the bat sat", "the bat sat"]
    assert merge_texts(texts)[0] == "the bat sat"
    assert merge_texts(texts, [3, 1, 1]) == ("the cat sat", pytest.approx((1 + 3 / 5 + 1) / 3))


@pytest.mark.parametrize(
    ("texts", "merged"),
    [
        (["今日は寒い。", "今日は熱い。", "昨日は寒い。"], "今日は寒い。"),
        (["我用python写", "我用python学", "你用python写"], "我用python写"),
        (["แมวนั่ง", "แมวนิ่ง", "แมวนั่ง"], "แมวนั่ง"),
        (["고양이가 앉았다", "고양이 앉았다", "고양이가 안았다"], "고양이가 앉았다"),
        (["القطة جلست هنا", "القطة جلست هناك", "القطه جلست هنا"], "القطة جلست هنا"),
        (["החתול ישב כאן", "החתול ישן כאן", "חתול ישב כאן"], "החתול ישב כאן"),
    ],
)
def test_other_scripts_are_merged_as_they_are_written(texts, merged):
    assert merge_texts(texts)[0] == merged


def test_a_sign_inserted_between_words_without_blanks_leaves_none():
    assert merge_texts(["a中b", "ab", "a b"])[0] in {"ab", "a b"}
    assert merge_texts(["中文字", "中字", "中文"])[0] == "中文字"


def test_one_answer_and_equal_answers_are_certain():
    assert merge_texts(["  The cat sat. "]) == ("The cat sat.", 1.0)
    assert merge_texts(["The cat sat.", "The cat sat.", "The cat sat."], [0.1, 0.2, 0.3]) == ("The cat sat.", 1.0)
    assert merge_texts(["The cat", "the cat", "the cat!"])[1] == 1.0


def test_without_answers_or_weight_nothing_is_certain():
    assert merge_texts([]) == ("", 0.0)
    assert merge_texts(["a cat", "a cat", "a bat"], [0, 0, 0])[1] == 0.0
    assert merge_texts(["one two"], [0]) == ("one two", 0.0)


def test_an_answer_without_weight_is_not_heard():
    assert merge_texts(["the cat sat", "one two three four", "one two three four"], [1, 0, 0]) == ("the cat sat", 1.0)


@pytest.mark.parametrize("weights", [[1], [1, -1], [1, float("nan")], [1, float("inf")]])
def test_weights_that_make_no_sense_are_refused(weights):
    with pytest.raises(ValueError, match=r"weight|zip"):
        merge_texts(["cat", "dog"], weights)


def test_nothing_said_may_win():
    assert merge_texts(["", "", "um", ""]) == ("", pytest.approx(3 / 4))
    assert merge_texts(["", "", ""]) == ("", 1.0)
    assert merge_texts(["...", "...", "um"])[0] == "..."


def test_long_texts_are_aligned_by_equal_words():
    words = [f"word{number}" for number in range(500)]
    answers = []
    for gone in range(3):
        heard = list(words)
        heard[gone * 7] = "what"
        del heard[50 + 7 * gone]
        answers.append(" ".join([*heard[: 100 + 7 * gone], "um", *heard[100 + 7 * gone :]]))
    text, confidence = merge_texts(answers)
    assert text.split() == words
    assert confidence > 0.98


@given(answers=WEIGHTED, seed=st.randoms())
def test_who_answered_first_is_of_no_account(answers, seed):
    shuffled = list(answers)
    seed.shuffle(shuffled)
    merged = merge_texts([text for text, _ in answers], [weight for _, weight in answers])
    assert merge_texts([text for text, _ in shuffled], [weight for _, weight in shuffled]) == merged
    assert 0 <= merged[1] <= 1


@given(text=TEXTS, count=st.integers(1, 4))
def test_equal_answers_come_out_as_they_are(text, count):
    assert merge_texts([text] * count) == (text.strip(), 1.0)


@given(st.dictionaries(st.integers(), st.lists(st.tuples(st.sampled_from("abc"), TEXTS), max_size=4), max_size=4))
def test_any_answers_can_be_aggregated_in_any_order(answers):
    merged = aggregate_texts(answers)
    assert merged.keys() == answers.keys()
    assert all(0 <= confidence <= 1 for _, confidence in merged.values())
    assert aggregate_texts({item: answers[item][::-1] for item in reversed(answers)}) == merged


def test_who_is_often_wrong_is_outvoted_by_one_who_is_right():
    """Two careless people are more than one careful one, who is known from the items of five."""
    draw = random.Random(3)
    truth = {item: [f"word{draw.randrange(500)}" for _ in range(12)] for item in range(60)}

    def heard(item, errors):
        return " ".join("what" if draw.random() < errors else word for word in truth[item])

    careless = dict.fromkeys("abc", 0.4)
    known = {
        item: [(who, heard(item, wrong)) for who, wrong in (careless | {"d": 0, "e": 0}).items()] for item in range(50)
    }
    asked = {item: [(who, heard(item, careless.get(who, 0))) for who in "abd"] for item in range(50, 60)}
    merged = aggregate_texts(known | asked)
    assert all(merged[item][0].split() == words for item, words in truth.items())
    alone = [merge_texts([text for _, text in asked[item]])[0].split() for item in asked]
    assert alone != [truth[item] for item in asked]


def test_two_answers_tell_nothing_of_who_is_careful():
    """Else whoever happens to win the first tie would win all others."""
    answers = {item: [("a", f"{item} cat"), ("b", f"{item} bat")] for item in range(9)}
    assert {confidence for _, confidence in aggregate_texts(answers).values()} == {0.75}


def test_progress_is_told_item_by_item_even_of_one_without_answers():
    told = []
    merged = aggregate_texts({1: [("a", "x")], 2: [], 3: [("a", "y"), ("b", "y")]}, told.append)
    assert merged == {1: ("x", 1.0), 2: ("", 0.0), 3: ("y", 1.0)}
    assert told == [1, 2, 3]


def test_public_transcripts_are_merged_as_well_as_is_published():
    """Of CrowdSpeech's test-clean; .0729 is the published ROVER's word error rate, .0665 our goal."""
    folder = Path(os.environ.get("LABELBOT_CROWD_DATA", "none")) / "crowdspeech-test-clean"
    if not folder.is_dir():
        pytest.skip("LABELBOT_CROWD_DATA does not name a folder with crowdspeech-test-clean")
    from benchmarks.texts import read, word_error_rate

    answers, truth = read(folder)
    some = dict(sorted(answers.items())[:600])
    merged = {item: text for item, (text, _) in aggregate_texts(some).items()}
    assert word_error_rate(merged, {item: truth[item] for item in some}) <= 0.0665
