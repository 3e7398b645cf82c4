"""Boxes of several people: how far two answers are apart, and what they come to together."""

import random
from itertools import permutations

import pytest

from bot.labels import boxes
from bot.labels.matching import Named, apart, clusters, iou, middle, paired
from tests.labels import box_people
from tests.labels.boxed import QUESTION, SUGGESTED, record


@pytest.mark.parametrize(("low", "high", "goal"), [(0.05, 0.15, 0.835), (0.15, 0.4, 0.935), (0.4, 0.9, 0.97)])
def test_two_grids_are_about_as_precise_as_they_can_be(low, high, goal):
    """On fewer boxes than `benchmarks.boxing` draws: .85, .94 and .975 there."""
    once, twice = box_people.by_grids(random.Random(7), low, high, 600)

    assert twice >= goal
    assert twice > once + 0.2


def named(*records):
    return [Named(one["label"], (one["x"], one["y"], one["width"], one["height"])) for one in records]


def test_distance_is_one_less_the_matched_iou():
    unlike = boxes.distance(QUESTION)

    assert unlike([], []) == 0
    assert unlike([], SUGGESTED) == 1
    assert unlike([record("car", 0, 0, 10, 10)], [record("car", 5, 0, 10, 10)]) == pytest.approx(1 - 50 / 150)
    assert unlike([record("car", 0, 0, 10, 10)], [record("dog", 0, 0, 10, 10)]) == 1
    assert unlike(SUGGESTED, SUGGESTED[:2]) == pytest.approx(1 / 3)
    assert unlike(SUGGESTED, SUGGESTED[::-1]) == 0


@pytest.mark.parametrize("seed", range(30))
def test_pairs_have_the_greatest_sum_that_any_pairing_has(seed):
    draw = random.Random(seed)

    def some():
        return named(*(record(draw.choice("ab"), draw.randrange(8), draw.randrange(8), 6, 6) for _ in range(5)))

    one, other = some(), some()

    found = sum(iou(one[a].box, other[b].box) for a, b in paired(one, other))

    best = max(
        sum(iou(a.box, b.box) for a, b in zip(one, order, strict=True) if a.label == b.label)
        for order in permutations(other)
    )
    assert found == pytest.approx(best)


def test_sixty_boxes_in_a_heap_are_paired_soon():
    draw = random.Random(1)
    heaps = [named(*(record("a", draw.random() * 9, draw.random() * 9, 50, 50) for _ in range(60))) for _ in range(2)]

    assert len(paired(*heaps)) == 60
    assert 0 < apart(*heaps) < 0.3


def test_boxes_that_most_people_drew_stay_at_their_median():
    answers = [
        [record("car", 0, 0, 100, 100), record("dog", 300, 300, 50, 50)],
        [record("car", 2, 4, 100, 100)],
        [record("car", 4, 2, 100, 101), record("dog", 302, 300, 50, 50)],
    ]

    merged = boxes.merge(QUESTION, answers, None)

    assert merged.value == [record("car", 2, 2, 100, 101), record("dog", 301, 300, 50, 50)]
    assert 0.7 < merged.confidence < 0.9


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_answers_does_not_matter(seed):
    draw = random.Random(seed)
    _, answers = box_people.picture(draw, box_people.crowd(draw, 5))

    wanted = boxes.merge(box_people.QUESTION, answers, None)

    assert boxes.merge(box_people.QUESTION, answers[::-1], None).value == wanted.value


def test_the_label_is_put_to_the_vote():
    answers = [[record(label, 0, 0, 10, 10)] for label in ("car", "dog", "dog")]

    assert boxes.merge(QUESTION, answers, None).value == [record("dog", 0, 0, 10, 10)]
    assert boxes.merge(QUESTION, answers, [3, 1, 1]).value == [record("car", 0, 0, 10, 10)]
    assert boxes.merge(QUESTION, [*answers, answers[0]], None).value == [record("car", 0, 0, 10, 10)]


def test_two_people_who_differ_tie_and_who_nearly_agree_meet_halfway():
    one, other = [record("car", 0, 0, 10, 10)], [record("car", 1, 0, 10, 10)]

    assert boxes.merge(QUESTION, [one, other], None).value == [record("car", 0.5, 0, 10, 10)]
    assert boxes.merge(QUESTION, [one, []], None).tie
    assert boxes.merge(QUESTION, [one, [record("dog", 0, 0, 10, 10)]], None).value is None
    assert boxes.merge(QUESTION, [one, []], [2, 1]).value == one


def test_of_four_people_half_are_not_enough():
    one = [record("car", 0, 0, 10, 10)]

    assert boxes.merge(QUESTION, [one, one, [], []], None).value == []


def test_neighbours_that_everybody_told_apart_are_two_things():
    close = [record("car", 0, 0, 10, 10), record("car", 3, 0, 10, 10)]

    assert boxes.merge(QUESTION, [close] * 3, None).value == close


def test_that_nobody_sees_anything_is_a_consensus():
    merged = boxes.merge(QUESTION, [[], [], []], None)

    assert (merged.value, merged.confidence) == ([], 1)


def test_no_two_boxes_of_one_person_are_the_same_thing():
    answers = [named(record("car", 0, 0, 10, 10), record("car", 1, 0, 10, 10)), named(record("car", 0.5, 0, 10, 10))]

    assert sorted(len(one.members) for one in clusters(answers, [1, 1])) == [1, 2]


def test_a_box_that_hangs_between_two_things_joins_neither_chain():
    """Each overlaps its neighbour, but what three of them come to no longer overlaps the fourth."""
    answers = [named(record("car", 4 * place, 0, 10, 10)) for place in range(4)]

    assert max(len(one.members) for one in clusters(answers, [1] * 4)) < 4


def test_the_middle_of_boxes_goes_by_weight():
    assert middle([(0, 0, 10, 10), (4, 0, 10, 10), (8, 0, 10, 10)], [1, 1, 3]) == (8, 0, 10, 10)
    assert middle([(0, 0, 10, 10), (4, 0, 10, 10)], [1, 1]) == (2, 0, 10, 10)
    assert middle([(0, 0, 10, 10), (4, 0, 10, 10), (6, 0, 10, 10)], [1, 0, 1]) == (3, 0, 10, 10)


def test_simulated_people_come_near_the_truth():
    """`benchmarks.boxing` draws more of them."""
    found = box_people.f1_of_merged(random.Random(5), pictures=60)

    assert found[0.5] >= 0.978
    assert found[0.75] >= 0.972
