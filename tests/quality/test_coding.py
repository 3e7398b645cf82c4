"""Labels of one question as numbers: what counts as a label of it."""

from bot.project import Question
from bot.quality.coding import Coder

SPOKEN = Question("label", "What is said?", "transcript")
PIECES = {
    "text": "one two",
    "segments": [{"start": 0.0, "end": 9.0, "text": "one"}, {"start": 9.0, "end": 16.0, "text": "two"}],
}


def test_a_clip_in_pieces_and_one_as_a_whole_are_compared_by_their_words():
    coder = Coder(SPOKEN)
    pieces, whole, other = coder.code(PIECES), coder.code("one two"), coder.code("three")

    assert coder.distance(pieces, whole) == 0
    assert coder.distance(pieces, other) == coder.distance(whole, other) > 0.5
    assert coder.said(pieces) == "one two"


def test_what_another_type_left_behind_is_no_transcript():
    coder = Coder(SPOKEN)

    assert [coder.code(value) for value in (None, 4, ["a"], {"left": 1})] == [None] * 4
    assert Coder(Question("label", "How good?", "rating")).code(PIECES) is None
