"""Two answers side by side: what differs is seen, however long they are."""

from bot.apart import LENGTH, side_by_side
from tests.dialogue import question

SAID = question("transcript", name="said", title="What is said?")
FEELING = question("choice", "Positive", "Negative", name="feeling")


def told(mine, other, *questions):
    return side_by_side("en", questions or (SAID,), mine, other)


def test_short_ones_stand_whole():
    assert told({"said": "good morning"}, {"said": "good evening"}) == ("good morning", "good evening")


def test_long_ones_begin_where_they_differ():
    same = "and then they went on " * 20
    mine, other = told({"said": f"{same}home at last"}, {"said": f"{same}away at last"})
    assert mine.startswith("…")
    assert mine.endswith("home at last")
    assert other.endswith("away at last")
    assert max(len(mine), len(other)) <= LENGTH


def test_what_is_told_alike_comes_out_equal():
    assert len(set(told({"said": "word " * 99}, {"said": "word " * 99}))) == 1


def test_only_the_questions_asked_for_are_told():
    labels = {"said": "yes", "feeling": "positive"}, {"said": "no", "feeling": "positive"}
    assert told(*labels, SAID) == ("yes", "no")
    assert told(*labels, FEELING) == ("Positive", "Positive")
