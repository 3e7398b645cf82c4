"""Masks of several people: how far two answers are apart, and what they come to together."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pycocotools import mask as coco

from bot.labels import masks, rle
from tests.labels.masked import PICTURE, STREET, SUGGESTED, THINGS, block, marked


def test_distance_is_one_less_the_mean_iou_of_the_labels():
    distance = masks.distance(STREET)
    left, half = marked("road", block(0, 0, 4, 6)), marked("road", block(0, 0, 2, 6))
    assert distance([left], [half]) == 0.5
    assert distance([left], [half, marked("sky", block(6, 0, 2, 6))]) == 0.75
    assert distance([left], []) == 1
    assert distance([], []) == 0
    assert distance([left], [marked("road", [12], (4, 3))]) == 1


def test_things_are_compared_in_their_best_pairs():
    distance = masks.distance(THINGS)
    one, two = marked("road", block(0, 0, 4, 6)), marked("road", block(4, 0, 4, 6))
    assert distance([one, two], [two, one]) == 0
    assert distance([one, two], [one]) == 0.5
    assert distance([one], [marked("road", block(0, 0, 2, 6)), two]) == 0.75
    assert distance([], []) == 0


def test_the_consensus_is_what_most_people_marked():
    answers = [[marked("road", block(0, 0, width, 6))] for width in (3, 4, 5)]
    merged = masks.merge(STREET, answers, None)
    assert merged.value == [marked("road", block(0, 0, 4, 6))]
    assert merged.confidence == pytest.approx((3 / 4 + 1 + 4 / 5) / 3)


def test_a_careless_answer_weighs_less():
    good = [marked("road", block(0, 0, 4, 6))]
    near = [marked("road", block(0, 0, 4, 5))]
    careless = [marked("road", block(5, 0, 3, 6))]
    merged = masks.merge(STREET, [good, near, good, careless, careless], None)
    assert merged.value == good


def test_people_who_halve_tie():
    one, other = [marked("road", block(0, 0, 4, 6))], [marked("road", block(2, 0, 6, 6))]
    third, fourth = [marked("road", block(0, 0, 4, 6))], [marked("road", block(2, 0, 6, 6))]
    merged = masks.merge(STREET, [one, other, third, fourth], None)
    assert merged.value is None
    assert len(merged.tie) == 2


def test_where_nobody_agrees_the_nearest_answer_is_taken_and_nothing_is_never_made_up():
    answers = [[marked("road", block(2 * place, 0, 2, 6))] for place in range(3)]
    merged = masks.merge(STREET, answers, None)
    assert merged.value is None
    assert len(merged.tie) == 3
    assert masks.merge(STREET, [*answers, []], None).value == []


def test_a_pixel_of_the_consensus_has_one_label():
    chance = np.random.default_rng(3)
    for _ in range(30):
        answers = []
        for _ in range(5):
            board = chance.integers(0, 3, (6, 8))
            held = [
                (name, np.asfortranarray((board == code).astype(np.uint8))) for code, name in ((1, "road"), (2, "sky"))
            ]
            answers.append([
                marked(name, rle.decode(coco.encode(one)["counts"].decode(), 6, 8)) for name, one in held if one.any()
            ])  # fmt: skip
        value = masks.merge(STREET, answers, None).value
        assert value == masks.fit(STREET, value, PICTURE)


def test_things_that_most_people_saw_are_kept():
    left, right = marked("road", block(0, 0, 3, 6)), marked("road", block(5, 0, 3, 6))
    answers = [[left, right], [marked("road", block(0, 0, 4, 6))], [left, marked("sky", block(5, 0, 3, 6))]]
    merged = masks.merge(THINGS, answers, None)
    assert merged.value == [left]
    assert 0 < merged.confidence < 1
    assert masks.merge(THINGS, [[left, right], [right, left], [right]], None).value == [left, right]


def test_classes_are_the_labels_that_are_there():
    assert masks.classes([*SUGGESTED, SUGGESTED[0]]) == ("road", "sky")


@settings(max_examples=50)
@given(st.lists(arrays(np.uint8, (3, 4), elements=st.integers(0, 2)), min_size=1, max_size=5))
def test_any_answers_merge_into_a_label_or_a_tie(boards):
    def label(board):
        held = ((name, np.asfortranarray((board == code).astype(np.uint8))) for code, name in ((1, "road"), (2, "sky")))
        counts = ((name, rle.decode(coco.encode(one)["counts"].decode(), 3, 4)) for name, one in held if one.any())
        return [marked(name, one, (4, 3)) for name, one in counts]

    answers = [label(board) for board in boards]
    merged = masks.merge(STREET, answers, None)
    assert 0 <= merged.confidence <= 1 + 1e-9
    assert merged.value is not None or len(merged.tie) > 1
    assert merged == masks.merge(STREET, answers[::-1], None)
