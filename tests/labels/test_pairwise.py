"""Two to compare: the sides, and what stands beside them."""

from dataclasses import replace

import pytest

from bot.labels import pairwise
from bot.labels.base import ABOUT_NOTHING, BadAnswer, Done, Subject, Tap, Typed
from bot.wording import say

BOTH = pairwise.EXAMPLE.question
SIDES = replace(BOTH, options={"tie": False, "both_bad": False})
TIE = replace(BOTH, options={"both_bad": False})


def titles(question, suggestion=None, language="en"):
    return [
        [option.shown(language) for option in row] for row in pairwise.ask(question, None, Subject(suggestion)).rows
    ]


def test_the_sides_stand_side_by_side_and_the_rest_below():
    assert titles(BOTH) == [["A", "B"], ["Equally good", "Both bad"]]
    assert titles(TIE, "right") == [["A", "✨ B"], ["Equally good"]]
    assert titles(SIDES) == [["A", "B"]]
    assert titles(BOTH, language="de")[1] == ["Gleich gut", "Beide schlecht"]


@pytest.mark.parametrize("label", ["left", "right", "tie", "both_bad"])
def test_one_tap_saves(label):
    assert pairwise.advance(BOTH, None, Tap(label), ABOUT_NOTHING) == Done(label)
    assert pairwise.read(BOTH, label) == label


@pytest.mark.parametrize(
    ("text", "label"),
    [("a", "left"), (" B ", "right"), ("Left", "left"), ("both bad", "both_bad"), ("gleich gut", "tie")],
)
def test_typing_a_title_works_in_any_language(text, label):
    assert pairwise.advance(BOTH, None, Typed(text), ABOUT_NOTHING) == Done(label)


@pytest.mark.parametrize("label", ["tie", "both_bad"])
def test_what_is_not_offered_is_refused(label):
    with pytest.raises(BadAnswer) as error:
        pairwise.advance(SIDES, None, Tap(label), ABOUT_NOTHING)
    assert say("en", error.value.said) == "Tap one of the buttons, or type A or B."
    with pytest.raises(BadAnswer):
        pairwise.read(SIDES, label)


def test_a_label_is_described_in_the_persons_language():
    assert say("de", pairwise.describe(BOTH, "both_bad")) == "Beide schlecht"
    assert say("de", pairwise.describe(BOTH, "ancient")) == "ancient"


def test_label_studio_gets_sides_as_pairwise_and_the_rest_as_choices():
    assert pairwise.to_studio(BOTH, "left", ABOUT_NOTHING) == [{"type": "pairwise", "value": {"selected": "left"}}]
    assert pairwise.to_studio(BOTH, "tie", ABOUT_NOTHING) == [{"type": "choices", "value": {"choices": ["tie"]}}]
    for label in ("left", "right", "tie", "both_bad"):
        assert pairwise.from_studio(BOTH, pairwise.to_studio(BOTH, label, ABOUT_NOTHING), ABOUT_NOTHING) == label
    assert pairwise.from_studio(BOTH, [{"value": {"choices": "tie"}}], ABOUT_NOTHING) == "tie"
    with pytest.raises(BadAnswer):
        pairwise.from_studio(BOTH, [{"value": {"choices": ["left", "right"]}}], ABOUT_NOTHING)


def test_equal_votes_tie():
    assert pairwise.merge(BOTH, ["left", "right"], None).tie == ("left", "right")
