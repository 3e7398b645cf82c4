"""Labels that came with an item are of that item, or the row is refused with the reason."""

import pytest

from bot.project import LabelDef, Project, Question
from tests.media.making import picture, saved

NAMES = Question("label", "Who?", "spans", (LabelDef("PER", "Person"), LabelDef("LOC", "Place")))
CARS = Question("label", "Where?", "boxes", (LabelDef("car", "Car"),))


@pytest.fixture
def texts(desk):
    return desk.have(Project("names", "Names", (NAMES,)))


@pytest.fixture
def photos(desk):
    return desk.have(Project("cars", "Cars", (CARS,)))


def test_the_words_of_a_span_are_filled_in_from_the_text(texts):
    texts.bring(texts.jsonl("a.jsonl", {"id": "1", "text": "Ada in Oslo", "suggestion": [[7, 11, "loc"]]}))
    assert texts.items()["1"].suggestion == {
        "label": {"label": [{"start": 7, "end": 11, "label": "LOC", "text": "Oslo"}]}
    }


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"text": "Ada", "gold": [[0, 9, "PER"]]}, "A span from 0 to 9 has no words: the text has 3 characters"),
        (
            {"text": "Ada", "gold": [{"start": 0, "end": 3, "label": "PER", "text": "Bob"}]},
            "The span says “Bob”, but the text says “Ada” there",
        ),
        ({"text": " ", "other": "x"}, "it has no text to mark"),
    ],
)
def test_a_label_of_another_text_is_refused(texts, row, reason):
    texts.bring(texts.jsonl("a.jsonl", {"id": "0", "text": "fine"}, {"id": "1", **row}))
    (rejected,) = texts.rejects()
    assert reason in rejected["reason"]
    assert list(texts.items()) == ["0"]


def test_an_item_without_a_picture_cannot_be_boxed(photos):
    photos.file("a.jpg", saved(picture(), "JPEG"))
    photos.bring(photos.jsonl("a.jsonl", {"id": "1", "image": "a.jpg"}, {"id": "2", "text": "no picture"}))
    (rejected,) = photos.rejects()
    assert rejected["reason"] == "it has no picture to mark on"
    assert list(photos.items()) == ["1"]
