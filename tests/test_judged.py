"""Labels of the page that are judged before their turn: the same verdict as in it, and nothing kept for ever."""

import json

import pytest

from bot.judged import KEPT, Judged
from bot.labels import LABEL_TYPES
from bot.labels.base import BadAnswer

SPANS = LABEL_TYPES["spans"].EXAMPLE
PLACE = ("nonce", 0)
GOOD = json.dumps(SPANS.label)
BAD = json.dumps([{"start": 0, "end": 999, "label": "PER"}])


def test_the_verdict_is_the_same_ahead_and_in_its_turn():
    judged = Judged()
    for ahead in (False, True):
        if ahead:
            judged.ahead(PLACE, SPANS.question, GOOD, SPANS.subject)
            judged.ahead(PLACE, SPANS.question, BAD, SPANS.subject)
        assert judged.label(PLACE, SPANS.question, GOOD, SPANS.subject) == SPANS.label
        with pytest.raises(BadAnswer):
            judged.label(PLACE, SPANS.question, BAD, SPANS.subject)


@pytest.mark.parametrize("marks", ["", "{", "5", "null", "[" * 100_000, '[{"label": 5}]', '"\ud800"'])
def test_rubbish_is_no_label(marks):
    with pytest.raises(BadAnswer):
        Judged().label(PLACE, SPANS.question, marks, SPANS.subject)


def test_a_verdict_is_for_its_card_and_step_alone():
    judged = Judged()
    judged.ahead(("other", 0), SPANS.question, BAD, SPANS.subject)
    judged.ahead(("nonce", 1), SPANS.question, BAD, SPANS.subject)
    with pytest.raises(BadAnswer):
        judged.label(PLACE, SPANS.question, BAD, SPANS.subject)
    assert judged.label(PLACE, SPANS.question, GOOD, SPANS.subject) == SPANS.label


def test_what_is_never_asked_for_goes():
    judged = Judged()
    for number in range(3 * KEPT):
        judged.ahead((f"n{number}", 0), SPANS.question, GOOD, SPANS.subject)
    assert len(judged._found) == KEPT
