"""A number on a scale: buttons, typed numbers, distance along the scale."""

from dataclasses import replace

import pytest

from bot.labels import rating
from bot.labels.base import ABOUT_NOTHING, BadAnswer, BadQuestion, Done, Subject, Tap, Typed
from bot.wording import phrase, say

FIVE = replace(rating.EXAMPLE.question, options={})


def asking(**options):
    return replace(FIVE, options=options)


def row_lengths(scale):
    return [len(row) for row in rating.ask(asking(scale=scale), None, ABOUT_NOTHING).rows]


def test_up_to_five_numbers_share_a_row_and_more_take_two():
    assert [row_lengths(scale) for scale in (2, 5, 6, 7, 10)] == [[2], [5], [3, 3], [4, 3], [5, 5]]


def test_one_tap_saves_the_number():
    for row in rating.ask(asking(scale=10), None, ABOUT_NOTHING).rows:
        for option in row:
            assert rating.advance(asking(scale=10), None, Tap(option.choice), ABOUT_NOTHING) == Done(int(option.title))


@pytest.mark.parametrize("text", ["4", " 4 ", "4️⃣", "４"])
def test_typing_the_number_works(text):
    assert rating.advance(FIVE, None, Typed(text), ABOUT_NOTHING) == Done(4)


@pytest.mark.parametrize("text", ["0", "6", "-1", "4.5", "four", "4 of 5", "9" * 10_000, "½"])
def test_what_is_not_on_the_scale_is_refused(text):
    with pytest.raises(BadAnswer) as error:
        rating.advance(FIVE, None, Typed(text), ABOUT_NOTHING)
    assert say("en", error.value.said) == "That is not a rating from 1 to 5. Tap a number or type it."


@pytest.mark.parametrize("value", [4, 4.0, "4", "4.0", " 4 "])
def test_numbers_come_in_as_tables_write_them(value):
    assert rating.read(FIVE, value) == 4


@pytest.mark.parametrize("value", [True, 4.5, 0, 6, float("nan"), float("inf"), [4]])
def test_other_values_do_not_come_in(value):
    with pytest.raises(BadAnswer):
        rating.read(FIVE, value)


def test_a_suggestion_is_marked():
    assert [option.shown("en") for option in rating.ask(FIVE, None, Subject(2)).rows[0]] == ["1", "✨ 2", "3", "4", "5"]


def test_the_ends_of_the_scale_are_explained():
    asked = rating.ask(asking(scale=3, low="useless", high="excellent"), None, ABOUT_NOTHING)
    assert say("en", asked.hint) == "1 = useless, 3 = excellent"
    assert rating.ask(FIVE, None, ABOUT_NOTHING).hint is None


def test_distance_goes_along_the_scale():
    distance = rating.distance(asking(scale=5))
    assert (distance(1, 5), distance(2, 3), distance(3, 1)) == (1, 0.25, 0.5)


def test_the_most_given_number_wins_and_equals_tie():
    assert rating.merge(FIVE, [5, 5, 1], None).value == 5
    assert rating.merge(FIVE, [5, 1], None).tie == (1, 5)


def test_a_rating_is_described_with_its_scale():
    assert rating.describe(asking(scale=7), 4) == "4 / 7"


def test_a_cell_is_a_number():
    assert rating.to_cell(4) == 4
    with pytest.raises(AssertionError, match="no rating"):
        rating.to_cell("4")


@pytest.mark.parametrize("scale", [1, 11, "5", True])
def test_a_scale_is_two_to_ten(scale):
    with pytest.raises(BadQuestion, match="`scale` must be a whole number from 2 to 10"):
        rating.check(asking(scale=scale))


def test_the_ends_are_explained_together():
    rating.check(asking(low="bad", high="good"))
    with pytest.raises(BadQuestion, match="come together"):
        rating.check(asking(low="bad"))
    with pytest.raises(BadQuestion, match="at most 40"):
        rating.check(asking(low="x" * 41, high="good"))


def test_the_hint_is_a_sentence_of_ours():
    asked = rating.ask(rating.EXAMPLE.question, None, ABOUT_NOTHING)
    assert asked.hint == phrase("rating.hint", low=1, low_title="useless", high=5, high_title="excellent")
