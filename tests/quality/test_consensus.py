"""One label out of several: votes, nearest texts, ties."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.quality.consensus import Merged, disagreement, medoid, vote
from bot.quality.measures import edit_distance_ratio, nominal


def test_the_majority_wins_with_its_share_as_confidence():
    assert vote(["cat", "dog", "cat"]) == Merged("cat", pytest.approx(2 / 3), ())


def test_a_tie_is_said_to_be_one_and_no_value_is_made_up():
    assert vote(["dog", "cat", "dog", "cat", "cow"]) == Merged(None, 0.4, ("cat", "dog"))


def test_weight_decides_where_heads_would_not():
    assert vote(["cat", "dog", "dog"], [3, 1, 1]) == Merged("cat", 0.6)


def test_weights_that_sum_up_to_the_same_but_for_rounding_tie():
    assert vote(["cat", "cat", "dog"], [0.1, 0.2, 0.3]).tie == ("cat", "dog")


def test_nobody_answered():
    assert vote([]) == Merged(None, 0.0, ())
    assert medoid([], edit_distance_ratio) == Merged(None, 0.0, ())


def test_no_tags_and_no_fields_are_not_the_same_label():
    assert vote([[], {}]).confidence == 0.5


def test_one_answer_is_the_consensus():
    assert vote(["cat"]) == medoid(["cat"], edit_distance_ratio) == Merged("cat", 1.0)


@pytest.mark.parametrize("merged", [vote(["b", "a"], [0, 0]), medoid(["b", "a"], edit_distance_ratio, [0, 0])])
def test_answers_without_any_weight_decide_nothing(merged):
    assert merged == Merged(None, 0.0, ("a", "b"))


def test_an_answer_without_weight_is_never_the_nearest():
    assert medoid(["aaaa", "aabb", "bbbb"], edit_distance_ratio, [1, 0, 1]).tie == ("aaaa", "bbbb")


@pytest.mark.parametrize("weights", [[1], [1, -1], [1, float("nan")], [1, float("inf")]])
def test_weights_that_make_no_sense_are_refused(weights):
    with pytest.raises(ValueError, match=r"weight|zip"):
        vote(["cat", "dog"], weights)


@given(
    values=st.lists(
        st.one_of(
            st.none(),
            st.integers(0, 3),
            st.sampled_from("ab"),
            st.lists(st.sampled_from("ab"), max_size=2),
            st.dictionaries(st.sampled_from("ab"), st.integers(0, 1)),
        ),
        max_size=8,
    ),
    seed=st.integers(0, 9),
)
def test_who_answered_first_does_not_matter(values, seed):
    shuffled = random.Random(seed).sample(values, len(values))
    assert vote(shuffled) == vote(values)


@given(values=st.lists(st.sampled_from("abc"), max_size=8))
def test_under_a_distance_of_nought_or_one_the_medoid_is_the_vote(values):
    nearest, voted = medoid(values, nominal), vote(values)
    assert (nearest.value, nearest.tie) == (voted.value, voted.tie)
    assert nearest.confidence == pytest.approx(voted.confidence)


def test_tied_numbers_are_listed_as_numbers():
    assert vote([10, 2, 9]).tie == (2, 9, 10)


def test_tied_sets_are_listed_alike_whoever_filled_them():
    values = [frozenset({"x", "y"}), frozenset({"y", "z"}), frozenset({"a"})]
    assert vote(values).tie == vote(values[::-1]).tie


def test_the_text_nearest_to_all_others_is_the_medoid():
    texts = ["the cat sat", "the cat sat down", "the bat sat"]
    merged = medoid(texts, edit_distance_ratio)
    assert merged.value == "the cat sat"
    assert merged.confidence == pytest.approx(1 - (5 / 16 + 1 / 11) / 3)


def test_two_different_texts_tie():
    assert medoid(["yes", "yep"], edit_distance_ratio).tie == ("yep", "yes")


def test_a_heavier_answer_pulls_the_medoid():
    assert medoid(["aaaa", "aabb", "bbbb"], edit_distance_ratio).value == "aabb"
    assert medoid(["aaaa", "aabb", "bbbb"], edit_distance_ratio, [5, 1, 1]).value == "aaaa"


def test_disagreement_is_the_mean_over_pairs():
    assert disagreement(["a", "a", "b"], nominal) == pytest.approx(2 / 3)
    assert disagreement(["a"], nominal) == disagreement([], nominal) == 0.0
