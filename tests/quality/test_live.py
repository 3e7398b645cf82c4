"""The live consensus: what stands, how sure it is, and that an item does not confirm itself."""

import pytest

from bot.quality.live import Counts, judged, standing

NOBODY = Counts({})
SKILLED = {("a", "a"): 90, ("b", "b"): 90, ("a", "b"): 5, ("b", "a"): 5}


@pytest.mark.parametrize(
    ("given", "known", "stands"),
    [("", None, None), ("a", None, None), ("aa", None, "a"), ("ab", None, None), ("aab", None, "a"), ("b", "a", "a")],
)
def test_what_stands_is_known_or_the_only_most(given, known, stands):
    assert standing(list(enumerate(given)), known) == stands


def test_nobody_and_one_class_are_no_figures_to_stumble_over():
    assert judged([], NOBODY, ["a", "b"]) == (None, 0.0)
    assert judged([(1, "a")], NOBODY, ["a"]) == ("a", 1.0)
    assert judged([(1, "a"), (2, "b")], NOBODY, ["a", "b"]) == ("a", pytest.approx(0.5))


def test_who_often_meets_another_answer_in_pairs_is_believed_less():
    differed = Counts(SKILLED, {1: SKILLED, 2: SKILLED}, parted={2: 100}, all_parted=100)
    assert judged([(1, "a"), (2, "b")], differed, "ab")[0] == "a"
    assert judged([(1, "b"), (2, "a")], differed, "ab")[0] == "b"
    assert judged([(1, "a"), (2, "b")], differed.without([(1, "a"), (2, "b")], None), "ab")[0] == "a"


def test_two_strangers_are_not_believed_and_two_skilled_are():
    votes = [(1, "a"), (2, "a")]
    assert judged(votes, NOBODY, "ab")[1] < 0.95
    assert judged(votes, Counts(SKILLED, {1: SKILLED, 2: SKILLED}), "ab")[1] > 0.95


def test_what_skilled_people_split_over_may_be_a_guess_and_what_many_say_is_none():
    counts = Counts(SKILLED, dict.fromkeys(range(9), SKILLED))
    split = [(1, "a"), (2, "a"), (3, "a"), (4, "b"), (5, "b")]
    assert judged(split, counts, "ab")[1] < 0.85  # By their skill alone it would be .95.
    assert judged([(person, "a") for person in range(9)], counts, "ab")[1] > 0.999
    assert judged([(person, "a") for person in range(400)], Counts(SKILLED), "ab")[1] == pytest.approx(1)


def test_the_skilled_outweigh_the_careless():
    careless = {(truth, given): 50 for truth in "ab" for given in "ab"}
    counts = Counts(SKILLED, {1: SKILLED, 2: careless, 3: careless})
    assert judged([(1, "b"), (2, "a"), (3, "a")], counts, "ab")[0] == "b"


def test_an_item_is_taken_out_of_the_counts():
    votes = [(1, "a"), (2, "a")]
    less = Counts({("a", "a"): 2}, {1: {("a", "a"): 1}, 2: {("a", "a"): 1}}).without(votes, "a")
    assert less.everybody["a", "a"] == 0
    assert judged(votes, less, "ab") == judged(votes, NOBODY, "ab")
