"""Boxes in the chat: suggested ones mended, and new ones drawn by two cells, by reply or by taps."""

import json
from dataclasses import replace

import pytest

from bot.labels.base import Done
from bot.labels.cells import Grid
from bot.project import LabelDef
from bot.wording import say
from tests.labels.boxed import CAR, DOG, QUESTION, SUGGESTED, after, card, choices, record, refused, titles

# With a suggestion


def test_suggested_boxes_are_drawn_numbered_and_saved_as_they_are_with_one_tap():
    shown = card(suggestion=SUGGESTED)

    assert [one["mark"] for one in shown.drawing["boxes"]] == ["1", "2", "3"]
    assert [one["title"] for one in shown.drawing["boxes"]] == ["🚗 Car", "🐕 Dog", "🚗 Car"]
    assert titles(shown)[:3] == ["✓ 1 🚗 Car", "✓ 2 🐕 Dog", "✓ 3 🚗 Car"]
    assert titles(shown)[-1] == "✨ ✓ All good (3)"
    assert shown.marked == "2 🚗 Car, 1 🐕 Dog"
    assert shown.page
    assert after("=done", suggestion=SUGGESTED) == Done(SUGGESTED)


def test_a_tap_drops_a_box_and_another_keeps_it_again():
    shown = card("=-2", suggestion=SUGGESTED)

    assert shown.drawing["boxes"][1]["faint"]
    assert titles(shown)[1] == "2 🐕 Dog"
    assert titles(shown)[-1] == "✔ Done (2)"
    assert shown.marked == "2 🚗 Car"
    assert after("=-2", "=done", suggestion=SUGGESTED) == Done([SUGGESTED[0], SUGGESTED[2]])
    assert after("=-2", "=+2", "=done", suggestion=SUGGESTED) == Done(SUGGESTED)


def test_the_same_tap_twice_drops_one_box():
    assert after("=-2", "=-2", suggestion=SUGGESTED) == after("=-2", suggestion=SUGGESTED)


def test_all_boxes_dropped_says_that_nothing_is_here():
    shown = card("=-1", "=-2", "=-3", suggestion=SUGGESTED)

    assert titles(shown)[-1] == "∅ Nothing here"
    assert after("=-1", "=-2", "=-3", "=done", suggestion=SUGGESTED) == Done([])


def test_a_label_is_changed_by_tapping_the_box_and_then_the_label():
    picking = card("=change", suggestion=SUGGESTED)
    naming = card("=change", "=e2", suggestion=SUGGESTED)

    assert choices(picking) == ["e1", "e2", "e3", "back"]
    assert "✓ 🐕 Dog" in titles(naming)
    assert naming.drawing["boxes"][1]["lit"]
    assert after("=change", "=e2", "=2=0", "=done", suggestion=SUGGESTED) == Done(
        [SUGGESTED[0], SUGGESTED[1] | {"label": "car"}, SUGGESTED[2]]
    )


def test_a_label_is_changed_by_a_reply():
    changed = [SUGGESTED[0], SUGGESTED[1] | {"label": "car"}, SUGGESTED[2]]

    for reply in ("2 car", "2=car", "#2 Car", "2: 🚗 Car"):
        assert after(reply, "=done", suggestion=SUGGESTED) == Done(changed), reply
    assert after("=change", "2 car", "=done", suggestion=SUGGESTED) == Done(changed)


def test_boxes_are_dropped_and_kept_by_a_reply():
    assert after("-1, -3", "+3", "=done", suggestion=SUGGESTED) == Done(SUGGESTED[1:])


def test_going_back_from_a_menu_changes_nothing():
    begun = choices(card(suggestion=SUGGESTED))

    for way in (["=change", "=back"], ["=change", "=e2", "=back"], ["=more", "=back"], ["=more", "=3aB3", "=back"]):
        shown = card(*way, suggestion=SUGGESTED)
        assert (choices(shown), titles(shown)[-1]) == (begun, "✨ ✓ All good (3)")


def test_something_missing_is_added_with_the_grid():
    shown = card("=more", suggestion=SUGGESTED)

    assert shown.drawing["grid"]["columns"] == shown.drawing["grid"]["rows"] == 8
    assert len(shown.drawing["boxes"]) == 3
    done = after("=more", "=3aA1", "=3bB2", "=ok4", "=4=1", "=done", suggestion=SUGGESTED)
    assert done == Done([*SUGGESTED, record("dog", 0, 0, 160, 120)])


def test_many_boxes_come_in_pages_of_eight():
    many = [record("car", 10 * place, 10, 9, 9) for place in range(20)]
    first, last = card(suggestion=many), card("=p2", suggestion=many)

    assert [one for one in choices(first) if one[0] == "-"] == [f"-{number}" for number in range(1, 9)]
    assert [one for one in choices(last) if one[0] == "-"] == ["-17", "-18", "-19", "-20"]
    assert len(first.drawing["boxes"]) == 20
    assert card("=p2", "=-17", suggestion=many).drawing["boxes"][16]["faint"]
    assert "-18" in choices(card("=p2", "=-17", suggestion=many))


def test_the_work_stays_small_over_many_boxes():
    many = [record("car", 10 * place, 10.25, 9, 9) for place in range(60)]

    assert len(json.dumps(after("=-2", suggestion=many).work)) < 300


def test_nothing_suggested_means_nothing_here_is_suggested():
    shown = card(suggestion=[])

    assert titles(shown)[-1] == "✨ ∅ Nothing here"
    assert shown.drawing["grid"]


@pytest.mark.parametrize("other", [record("car", 700, 20, 10, 10), record("ship", 7, 20, 10, 10)])
def test_a_suggestion_that_cannot_be_of_this_picture_is_not_shown(other):
    shown = card(suggestion=[SUGGESTED[0], other])

    assert shown.drawing["boxes"] == []
    assert titles(shown)[-1] == "∅ Nothing here"


# With the grid


def test_a_reply_with_two_cells_and_a_label_boxes_a_thing():
    assert after("B3 F7 car", "=ok1", "=done") == Done([record("car", 80, 120, 400, 300)])


@pytest.mark.parametrize(
    "reply",
    [
        "b3-f7 car",
        "F7 B3 car",
        "B7 F3 CAR",
        "f3b7 🚗 Car",
        "B 3  F 7: car",
        "b3:f7=car",
        "car B3 F7",
        "\uff22\uff13 F7 car",
        "B3, F7, car",
        "B3,F7 car",
        "B3 F7, car",
        "B3\nF7\ncar",
        "B3 and F7 car",
        "B3 bis F7 car",
    ],
)
def test_the_reply_may_be_written_in_any_way(reply):
    assert after(reply, "=ok1", "=done") == Done([record("car", 80, 120, 400, 300)])


@pytest.mark.parametrize(("size", "cells"), [((640, 480), "B3 F7"), ((6000, 120), "B1 F1"), ((9, 900), "A3 A7")])
def test_the_example_of_a_reply_is_one_that_can_be_sent(size, cells):
    assert say("en", card(size=size).hint).endswith(f" {cells} car")
    said = say("en", card(cells, size=size).hint).rpartition(": ")[2]
    assert isinstance(after(f"{cells} car", said, "=done", size=size), Done)


def test_a_label_with_a_comma_in_its_name_is_found_whole():
    assert after("A1 A1 cup, mug", "=ok1", "=done") == Done([record("cup, mug", 0, 0, 80, 60)])


def test_several_boxes_come_in_one_reply():
    done = after("A1 A1 car, C1 D2 dog\nH8 h8 cup", "=okall", "=done")

    things = record("car", 0, 0, 80, 60), record("dog", 160, 0, 160, 120), record("cup, mug", 560, 420, 80, 60)
    assert done == Done([*things])


def test_commas_part_boxes_where_they_do_not_part_the_cells_of_one():
    done = after("A1, A1, car, C1 D2, dog", "=okall", "=done")

    assert done == Done([record("car", 0, 0, 80, 60), record("dog", 160, 0, 160, 120)])
    assert after("B3 F7 car", "c2, f5", "=done") == Done([record("car", 105, 131, 350, 263)])


def test_each_of_several_boxes_is_looked_at_from_near_in_turn():
    assert "okall" in choices(card("A1 A1 car, C1 D2 dog"))
    assert card("A1 A1 car, C1 D2 dog", "B2 G7").drawing["panel"][0]["title"].startswith("2 ")


def test_four_taps_box_a_thing():
    """The cells B3 and F7, then C2 in the first and F5 in the second, 10 × 7.5 pixels each: the middle of each."""
    steps = ["=0aB3", "=0bF7", "=1rC2", "=1sF5"]

    assert after(*steps, "=1=0", "=done") == Done([record("car", 105, 131, 350, 263)])
    assert after("B3 F7 car", "C2 F5", "=done") == Done([record("car", 105, 131, 350, 263)])
    assert after("=0aB3", "F7", "=1rC2", "F5", "=1=0", "=done") == Done([record("car", 105, 131, 350, 263)])


def test_every_step_shows_what_is_known_so_far():
    first = card("=0aB3")
    near = card("=0aB3", "=0bF7")
    second = card("=0aB3", "=0bF7", "=1rC2")
    naming = card("=0aB3", "=0bF7", "=1rC2", "=1sF5")
    again = card("=0aB3", "=0bF7", "=1rC2", "=1sF5", "=1=1")

    assert first.drawing["grid"]["cells"] == ["B3"]
    assert [one["title"] for one in near.drawing["panel"]] == ["1  ◤  B3", "1  ◢  F7"]
    assert near.drawing["panel"][0]["grid"]["area"] == [80, 120, 80, 60]
    assert [one["title"] for one in second.drawing["panel"]] == ["1  ◢  F7"]
    assert naming.drawing["boxes"] == [{"box": [105, 131, 350, 263], "mark": "1", "colour": -1, "lit": True}]
    assert again.drawing["grid"]
    assert again.drawing["boxes"][0]["title"] == "🐕 Dog"
    assert (naming.marked, again.marked) == (None, "1 🐕 Dog")


def test_grid_buttons_lie_as_the_cells_do():
    rows = card().rows

    assert [option.title for option in rows[0]] == [f"{letter}1" for letter in "ABCDEFGH"]
    assert [option.title for option in rows[7]] == [f"{letter}8" for letter in "ABCDEFGH"]
    assert sum(map(len, rows)) < 90


def test_a_thing_within_one_cell_is_seen_from_near_once():
    assert len(card("D4 D4 car").drawing["panel"]) == 1
    assert card("D4 D4 car", "=1rC3").drawing["panel"][0]["grid"]["cells"] == ["C3"]
    assert after("D4 D4 car", "C3 F6", "=done") == Done([record("car", 265, 199, 30, 22)])
    assert after("D4 D4 car", "C3 C3", "=done") == Done([record("car", 260, 195, 10, 7)])


def test_a_label_is_asked_where_it_was_not_said():
    assert titles(card("B3 F7", "=ok1")) == ["🚗 Car", "🐕 Dog", "☕ Cup"]
    assert after("B3 F7", "=ok1", "dog", "=done") == Done([record("dog", 80, 120, 400, 300)])
    assert after("B3 F7", "C2 F5 dog", "=done") == Done([record("dog", 105, 131, 350, 263)])


def test_the_only_label_there_is_is_not_asked_for():
    question = replace(QUESTION, labels=(CAR,))

    assert after("B3 F7", "=ok1", "=done", question=question) == Done([record("car", 80, 120, 400, 300)])
    assert "change" not in choices(card(suggestion=[SUGGESTED[0]], question=question))


def test_nested_labels_are_found_in_their_groups():
    inside = replace(CAR, parent="vehicle"), LabelDef("bus", "Bus", parent="vehicle")
    question = replace(QUESTION, labels=(LabelDef("vehicle", "Vehicle"), *inside, DOG))

    assert titles(card("B3 F7", "=ok1", question=question)) == ["Vehicle ›", "🐕 Dog"]
    assert choices(card("B3 F7", "=ok1", "=0", question=question)) == ["1=1", "1=2", "top"]
    assert choices(card("B3 F7", "=ok1", "vehicle", question=question)) == ["1=1", "1=2", "top"]
    assert titles(card("B3 F7", "=ok1", "us", question=question)) == ["Bus · Vehicle", "‹ Back"]
    assert after("B3 F7", "=ok1", "=0", "=1=2", "=done", question=question).label[0]["label"] == "bus"
    assert "is a group" in refused("B3 F7 vehicle", question=question)
    assert "does not belong" in refused("B3 F7", "=ok1", "=1=0", question=question)


def test_nothing_here_is_an_answer():
    assert after("=done") == Done([])


def test_a_late_second_tap_begins_no_new_box():
    steps = ["=0aB3", "=0bF7", "=1rC2", "=1sF5", "=1=0"]
    done = after(*steps)

    for late in steps:
        assert after(*steps, late) == done


def test_a_box_of_ones_own_can_be_dropped_and_renamed():
    assert after("B3 F7 car", "=ok1", "-1", "=done") == Done([])
    assert after("B3 F7 car", "-1", "=done") == Done([])
    assert after("B3 F7 car", "=ok1", "1 dog", "=done") == Done([record("dog", 80, 120, 400, 300)])


def test_a_long_picture_has_fewer_cells_along_its_short_side():
    shown = card(size=(4000, 200))

    assert (shown.drawing["grid"]["columns"], shown.drawing["grid"]["rows"]) == (8, 2)
    assert Grid.over((0, 0, 100, 4000)).columns == 1


def test_a_tiny_picture_gives_boxes_of_whole_pixels():
    assert after("A1 A1 car", "B2 B2", "=done", size=(8, 8)) == Done([record("car", 0, 0, 1, 1)])
    assert after("H8 H8 car", "H8 H8", "=done", size=(8, 8)) == Done([record("car", 7, 7, 1, 1)])


# What a reply that means nothing is told


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        ("K9 F7 car", "There is no cell K9. The cells go from A1 to H8."),
        ("B3 F9 car", "There is no cell F9. The cells go from A1 to H8."),
        ("B3 car", "B3 is one corner. Reply with two cells: B3 F7 car. A thing in one cell: B3 B3 car."),
        ("B3", "B3 is one corner. Reply with two cells: B3 F7 car. A thing in one cell: B3 B3 car."),
        ("B3 F7 truk", "“truk” is not one of the labels. Try one of: 🚗 Car, 🐕 Dog, ☕ Cup."),
        ("B3 F7 G8 car", "“G8 car” is not one of the labels. Try one of: 🚗 Car, 🐕 Dog, ☕ Cup."),
        ("car", "Where is it? Reply with two corner cells before the label: B3 F7 🚗 Car"),
        ("2 car", "There is no box 2. There are 0."),
        ("-1", "There is no box 1. There are 0."),
        ("hello", "“hello” is no box. Add one with B3 F7 car, change a label with 2 car, drop one with -2."),
        ("B3 F7 car, hello", "“hello” is no box. Add one with B3 F7 car, change a label with 2 car, drop one with -2."),
    ],
)
def test_a_bad_reply_gets_a_hint_and_never_a_guess(reply, told):
    assert refused(reply) == told


def test_a_new_box_while_another_is_looked_at_from_near_is_no_refinement():
    hint = "First box 1: reply with its two small cells, like C2 F5, or tap Good enough."

    assert refused("B3 F7 car", "A1 B2 dog") == hint
    assert refused("B3 F7 car", "A1 B2 car") == hint
    assert refused("B3 F7", "A1 B2, C1 D2") == hint


def test_a_small_cell_outside_gets_a_hint():
    assert refused("B3 F7 car", "K9 F5") == "There is no cell K9. The cells go from A1 to H8."
    assert "one corner" in refused("B3 F7 car", "C2")


@pytest.mark.parametrize("tap", ["=0bF7", "=1rC2", "=5aA1", "=0aZ9", "=e1", "=ok1", "=1=0", "=p1=", "=0aB33", "=p1"])
def test_a_tap_out_of_turn_is_refused(tap):
    assert refused(tap)


def test_a_box_that_is_good_enough_twice_stays_as_it_is():
    once = after("B3 F7 car", "=ok1")

    assert after("B3 F7 car", "=ok1", "=ok1") == after("B3 F7 car", "=ok1", "=okall") == once


def test_the_second_small_cell_needs_the_first():
    assert refused("B3 F7 car", "=1sC2")


def test_done_waits_until_every_box_has_its_label():
    assert refused("B3 F7", "=ok1", "=done")
    assert refused("B3 F7", "=done")
