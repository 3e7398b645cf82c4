"""Drawings and transcripts as votes: who is near whom has said the same, whatever it costs to tell."""

import pytest

from bot.labels import LABEL_TYPES
from bot.quality.nearby import LARGEST, groups, near, right
from tests.dialogue import question

BOXES, MASKS, TEXT = question("boxes", "Car"), question("masks", "Road"), question("transcript")
SAID = "the kettle is on and nobody hears it whistle"


def box(x, width=30):
    return {"label": "car", "x": x, "y": 0, "width": width, "height": 30}


def test_people_who_drew_the_same_thing_are_one_group_by_the_first_of_them():
    drawn = [[box(0)], [box(100)], [box(3)], [box(0), box(100)], [box(98)], []]
    assert groups(BOXES, drawn) == [0, 1, 0, 3, 1, 5]
    assert groups(BOXES, []) == []


def test_two_are_to_be_nearer_each_other_than_to_the_truth():
    one, other = [box(0, 30)], [box(0, 18)]  # an IoU of .6
    assert right(BOXES)(one, other)
    assert not near(BOXES)(one, other)


def test_a_slip_in_a_transcript_is_the_same_text_and_another_word_is_not():
    assert groups(TEXT, [SAID, SAID + "s", SAID.replace("kettle", "tap"), SAID]) == [0, 0, 2, 0]
    assert right(TEXT)(SAID + "s", SAID)


@pytest.mark.parametrize("kind", ["choice", "tags", "rating", "spans"])
def test_what_is_made_of_votes_is_right_where_the_type_says_so(kind):
    example = LABEL_TYPES[kind].EXAMPLE
    assert right(example.question)(example.label, example.label)
    assert not right(example.question)(example.other, example.label)


def test_what_takes_too_long_to_compare_is_only_told_equal_from_not():
    long = "x" * (LARGEST["transcript"] // 2)
    assert groups(TEXT, [long, long + "s", long]) == [0, 1, 0]
    assert groups(TEXT, [long[1:], long]) == [0, 0]
    many = [box(100 * number) for number in range(LARGEST["boxes"] // 2 + 1)]
    moved = [*many[:-1], box(100 * len(many) - 99)]
    assert groups(BOXES, [many, moved, many]) == [0, 1, 0]
    assert groups(BOXES, [many[1:], moved[1:]]) == [0, 0]


def test_masks_are_compared_by_their_runs():
    example = LABEL_TYPES["masks"].EXAMPLE
    assert groups(MASKS, [example.label, example.other, example.label]) == [0, 1, 0]
    long = [one | {"counts": one["counts"] * LARGEST["masks"]} for one in example.label]
    assert not near(MASKS)(long, example.label)
