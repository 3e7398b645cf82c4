"""How a record holds its box, and what is refused as one."""

import json
from dataclasses import replace

import pytest

from bot.labels import boxes
from bot.labels.base import BadAnswer, BadQuestion
from bot.wording import LANGUAGES, say
from tests.labels.boxed import QUESTION, SUGGESTED, about, after, record


def test_a_record_may_hold_its_box_in_other_ways():
    wanted = [record("car", 10, 20, 30, 40)]

    assert boxes.read(QUESTION, [{"label": "car", "bbox": [10, 20, 30, 40]}]) == wanted
    assert boxes.read(QUESTION, [{"label": "Car", "box": [10.0, 20, 30, 40]}]) == wanted
    assert boxes.read(QUESTION, [{"label": "car", "xmin": 10, "ymin": 20, "xmax": 40, "ymax": 60}]) == wanted
    assert boxes.read(QUESTION, json.dumps(wanted)) == wanted
    assert boxes.read(QUESTION, "[]") == []


@pytest.mark.parametrize(
    "bad",
    [
        {"label": "car"},
        {"label": "car", "bbox": [1, 2, 3]},
        record("car", 1, 2, 0, 4),
        record("car", 1, 2, 3, -4),
        record("car", 1, 2, True, 4),
        record("car", "1", 2, 3, 4),
        record("car", float("nan"), 2, 3, 4),
        record("car", float("inf"), 2, 3, 4),
        record("ship", 1, 2, 3, 4),
        record(None, 1, 2, 3, 4),
        {"label": "car", "xmin": 10, "ymin": 20, "xmax": 5, "ymax": 60},
        [1, 2, 3, 4],
    ],
)
def test_what_is_no_box_is_refused(bad):
    with pytest.raises(BadAnswer) as refusal:
        boxes.read(QUESTION, [bad])
    for language in LANGUAGES:
        assert say(language, refusal.value.said)


def test_more_boxes_than_anybody_marks_are_refused():
    with pytest.raises(BadAnswer):
        boxes.read(QUESTION, [record("car", 1, 2, 3, 4)] * 501)
    with pytest.raises(BadAnswer):
        after(", ".join(["A1 B2 car"] * 501))


def test_whole_numbers_are_written_whole_and_others_exactly():
    read = boxes.read(QUESTION, [record("car", 10.0, 0.1, 1e-3, 100.25)])

    assert json.dumps(read) == '[{"label": "car", "x": 10, "y": 0.1, "width": 0.001, "height": 100.25}]'


def test_a_box_is_cut_to_its_picture():
    label = [record("car", -10, 470, 100, 20), record("dog", 0.1, 0.2, 0.3, 0.4)]

    assert boxes.fit(QUESTION, label, about()) == [record("car", 0, 470, 90, 10), record("dog", 0.1, 0.2, 0.3, 0.4)]


def test_of_a_picture_of_unknown_size_no_box_is_cut():
    assert boxes.fit(QUESTION, SUGGESTED, about(size=None)) == SUGGESTED


def test_a_box_wholly_outside_is_never_dropped_silently():
    with pytest.raises(BadAnswer) as refusal:
        boxes.fit(QUESTION, [record("dog", 0, 0, 1, 1), record("car", 640, 0, 10, 10)], about())
    assert say("en", refusal.value.said) == "Box 2 lies outside the picture, which has 640 × 480 pixels."


def test_the_page_begins_with_what_the_chat_holds():
    work = after("=-2", "A1 A1", "=ok4", suggestion=SUGGESTED).work

    assert boxes.begun(QUESTION, None, about(SUGGESTED)) == SUGGESTED
    assert boxes.begun(QUESTION, work, about(SUGGESTED)) == [SUGGESTED[0], SUGGESTED[2]]


def test_a_label_is_described_by_how_many_of_what():
    assert boxes.describe(QUESTION, SUGGESTED) == "2 🚗 Car, 1 🐕 Dog"
    assert say("en", boxes.describe(QUESTION, [])) == "∅ Nothing here"
    assert boxes.classes(SUGGESTED) == ("car", "dog")


def test_a_question_needs_a_label_and_a_field_that_is_a_name():
    with pytest.raises(BadQuestion):
        boxes.check(replace(QUESTION, labels=()))
    with pytest.raises(BadQuestion):
        boxes.check(replace(QUESTION, options={"field": 3}))
