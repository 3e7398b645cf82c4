"""Masks in the chat: suggestions, and regions marked by reply."""

import time
from dataclasses import replace

import numpy as np
import pytest

from bot import draft as drafts
from bot.labels import masks, rle
from bot.labels.base import BadQuestion, Subject, Tap, Typed
from bot.labels.colours import colour
from bot.labels.regions import Regions
from bot.project import LabelDef, Question
from bot.wording import say
from tests.labels.masked import (
    BARE,
    OFFERED,
    PICTURE,
    ROAD,
    SIZE,
    STREET,
    SUGGESTED,
    THINGS,
    after,
    asked,
    asking,
    block,
    line,
    marked,
    refused,
    regions,
    saved,
    titles,
)
from tests.labels.test_regions import SIX

# Regions by reply.


def test_a_picture_is_shown_with_its_regions():
    ask = asked(STREET, PICTURE)
    assert ask.drawing == {"regions": {"media": 17, "coloured": {}, "split": []}}
    assert titles(ask) == [["🛣️ Road", "☁️ Sky", "Tree"], ["➕ Split a region"], ["∅ Nothing here"]]
    assert say("en", ask.hint) == (
        "Reply with numbers and a label: “3 7 12-15 road”. “-7” clears, “+12” splits a region."
    )
    assert ask.page
    assert ask.typed


def test_a_reply_marks_regions_and_the_card_says_so():
    ask = asked(STREET, PICTURE, "1 3 road", "2 Sky")
    assert ask.marked == "🛣️ Road: 1, 3 · ☁️ Sky: 2"
    assert ask.drawing["regions"]["coloured"] == {"1": 0, "3": 0, "2": 1}
    assert titles(ask)[-1] == ["✔ Done (2)"]


def test_what_was_marked_is_saved_at_the_size_of_the_picture():
    assert saved(STREET, PICTURE, "1 3 road", "2 sky") == [regions("road", 1, 2, 4, 5, 6), regions("sky", 3)]


def test_labels_stand_in_the_order_of_the_file():
    assert [one["label"] for one in saved(STREET, PICTURE, "1 tree", "2 road")] == ["road", "tree"]


def test_a_region_has_one_label_the_last():
    assert line(STREET, PICTURE, "1-3 road", "2 sky") == "🛣️ Road: 1, 3 · ☁️ Sky: 2"
    assert line(STREET, PICTURE, "1 road", "1 sky") == "☁️ Sky: 1"


@pytest.mark.parametrize("reply", ["-2", "2 none", "2 keine", "2 ∅"])
def test_regions_are_cleared(reply):
    assert line(STREET, PICTURE, "1-3 road", reply) == "🛣️ Road: 1, 3"


def test_a_label_called_none_is_a_label():
    question = asking(ROAD, LabelDef("none", "Unclear"))
    assert line(question, PICTURE, "2 none") == "Unclear: 2"


def test_numbers_alone_are_of_the_chosen_label():
    assert titles(asked(STREET, PICTURE, "!l1"))[0] == ["🛣️ Road", "✓ ☁️ Sky", "Tree"]
    assert line(STREET, PICTURE, "!l1", "1 2") == "☁️ Sky: 1, 2"
    assert line(STREET, PICTURE, "sky", "1") == "☁️ Sky: 1"
    assert say("en", asked(STREET, PICTURE, "!l1").hint).startswith("Reply with the numbers that are ☁️ Sky:")


def test_another_label_in_a_reply_does_not_change_the_chosen_one():
    assert line(STREET, PICTURE, "!l1", "1 road", "2") == "🛣️ Road: 1 · ☁️ Sky: 2"


def test_the_only_label_needs_no_choosing():
    assert line(asking(ROAD), PICTURE, "1 2") == "🛣️ Road: 1, 2"


def test_several_lines_are_read_one_by_one():
    assert line(STREET, PICTURE, "1 road\n2 sky\n-1") == "☁️ Sky: 2"


def test_a_region_is_split_and_its_parts_are_marked():
    ask = asked(STREET, PICTURE, "+3", "3a 3c road")
    assert ask.drawing["regions"] == {"media": 17, "coloured": {"3a": 0, "3c": 0}, "split": [3]}
    assert ask.marked == "🛣️ Road: 3a, 3c"
    assert saved(STREET, PICTURE, "+3", "3a 3c road") == [regions("road", 4, 6)]


def test_the_parts_of_a_marked_region_keep_its_label():
    ask = asked(STREET, PICTURE, "3 road", "+3", "-3b")
    assert ask.drawing["regions"]["coloured"] == {"3a": 0, "3c": 0}
    assert line(STREET, PICTURE, "3 road", "+3") == "🛣️ Road: 3"


def test_a_button_splits_what_is_replied_next():
    assert titles(asked(STREET, PICTURE, "!split"))[1] == ["✓ ➕ Split a region", "‹ Back"]
    work = after(STREET, PICTURE, "!split", "3")
    assert work == {"split": [3]}
    assert after(STREET, PICTURE, "!split", "!whole") is None
    assert after(STREET, PICTURE, "!split", "1 road") == {"set": [["road", ["1"]]]}


def test_splitting_twice_changes_nothing():
    assert after(STREET, PICTURE, "+3", "+3") == after(STREET, PICTURE, "+3")


def test_a_reply_given_twice_changes_nothing():
    assert after(STREET, PICTURE, "1 3 road", "3 1 road") == after(STREET, PICTURE, "1 3 road")


@pytest.mark.parametrize(
    ("given", "reply", "hint"),
    [
        ((), "999 road", "There is no region 999. They are numbered 1 to 3."),
        ((), "1 3-999 road", "There is no region 999. They are numbered 1 to 3."),
        ((), "3 raod", "“raod” is not one of the labels. Try one of: 🛣️ Road, ☁️ Sky, Tree."),
        ((), "3", "Which label? Tap one, or write it behind the numbers: “3 road”."),
        ((), "raod", "“raod” is not one of the labels. Try one of: 🛣️ Road, ☁️ Sky, Tree."),
        ((), "3a road", "Region 3 is still whole. Reply “+3” to see its parts."),
        ((), "+2", "Region 2 is too small to be split."),
        ((), "+9", "There is no region 9. They are numbered 1 to 3."),
        ((), "-9", "There is no region 9. They are numbered 1 to 3."),
        ((), "3 -2 road", "“3 -2 road” cannot be read. Write numbers and a label, like “3 7 12-15 road”."),
        ((), "-2 road", "“-2 road” cannot be read. Write numbers and a label, like “3 7 12-15 road”."),
        (("+3",), "3d road", "There is no 3d. The parts are called 3a to 3c."),
        (("+3",), "+3a", "“+3a” cannot be read. Write numbers and a label, like “3 7 12-15 …”."),
    ],
)
def test_a_bad_reply_gets_a_hint_and_marks_nothing(given, reply, hint):
    work = after(STREET, PICTURE, *given)
    assert refused(masks.advance, STREET, work, Typed(reply), PICTURE) == hint


def test_one_bad_line_takes_nothing_from_the_others():
    refused(masks.advance, STREET, None, Typed("1 road\n999 sky"), PICTURE)


def test_nothing_here_is_an_answer():
    assert saved(STREET, PICTURE) == []
    assert say("en", masks.describe(STREET, [])) == "∅ Nothing here"
    assert masks.read(STREET, []) == masks.from_cell(STREET, masks.to_cell([])) == []


def test_undo_goes_back_step_by_step():
    draft = drafts.FRESH
    for reply in ("1 road", "+3", "3b sky"):
        draft = drafts.advance(STREET, draft, Typed(reply), PICTURE)
    seen = []
    while draft.touched:
        draft = drafts.undo(draft)
        seen.append(masks.ask(STREET, draft.work, PICTURE).marked)
    assert seen == ["🛣️ Road: 1", "🛣️ Road: 1", None]


def test_many_labels_stand_on_pages():
    many = asking(*(LabelDef(f"l{place}", f"Label {place}") for place in range(30)))
    assert titles(asked(many, PICTURE))[-3] == ["2/3 ›"]
    ask = asked(many, PICTURE, "!p2", "!l29")
    assert say("en", ask.hint).startswith("Reply with the numbers that are Label 29")


def test_regions_of_another_shape_are_not_used():
    wide = replace(PICTURE, size=(80, 6))
    assert masks.ask(STREET, None, wide).drawing is None
    refused(masks.advance, STREET, None, Typed("1 road"), wide)


def test_without_regions_the_card_says_what_to_do():
    ask = asked(STREET, BARE)
    assert titles(ask) == [["∅ Nothing here"]]
    assert say("en", ask.hint) == (
        "This picture is marked on the page. If there is no button that opens it, skip the picture."
    )
    assert refused(masks.advance, STREET, None, Typed("1 road"), BARE) == (
        "This picture has no numbered regions. Use the buttons of the card."
    )


# Things of their own.


def test_each_reply_with_a_label_is_a_thing_of_its_own():
    label = saved(THINGS, PICTURE, "1 road", "2 road")
    assert label == [regions("road", 1, 2), regions("road", 3)]
    assert line(THINGS, PICTURE, "1 road", "2 road") == "🛣️ Road: 1 · 🛣️ Road: 2"


def test_numbers_alone_go_on_with_the_thing_begun():
    assert line(THINGS, PICTURE, "!l0", "1", "2") == "🛣️ Road: 1, 2"
    assert line(THINGS, PICTURE, "!l0", "1", "!l0", "2") == "🛣️ Road: 1 · 🛣️ Road: 2"


# Suggestions.


def test_suggestions_are_drawn_with_numbers_and_asked_about_one_by_one():
    ask = asked(STREET, OFFERED)
    assert titles(ask) == [
        ["✓ 1 🛣️ Road", "✎ 1"],
        ["✓ 2 ☁️ Sky", "✎ 2"],
        ["✓ All good"],
        ["➕ Something is missing"],
    ]
    assert [(one["mark"], one["colour"], one["faint"]) for one in ask.drawing["masks"]] == [
        ("1", colour(STREET, "road"), False),
        ("2", colour(STREET, "sky"), False),
    ]


def test_all_good_saves_what_was_suggested():
    assert saved(STREET, OFFERED) == SUGGESTED


def test_a_suggestion_is_dropped_and_kept_again_by_its_button():
    ask = asked(STREET, OFFERED, "!-1")
    assert titles(ask)[0] == ["1 🛣️ Road", "✎ 1"]
    assert ask.drawing["masks"][0]["faint"]
    assert after(STREET, OFFERED, "!-1", "!-1") == after(STREET, OFFERED, "!-1")
    assert after(STREET, OFFERED, "!-1", "!+1") is None
    assert saved(STREET, OFFERED, "!-1") == SUGGESTED[1:]
    assert titles(asked(STREET, OFFERED, "-1 -2"))[-2] == ["∅ Nothing here"]


def test_a_suggestion_gets_another_label_by_buttons():
    ask = asked(STREET, OFFERED, "!e1")
    assert titles(ask) == [["✓ 🛣️ Road", "☁️ Sky", "Tree"], ["‹ Back"]]
    assert say("en", ask.hint) == "Which label shall 1 have instead of 🛣️ Road?"
    work = after(STREET, OFFERED, "!e1", "!r1.2")
    assert work == {"as": {"0": "tree"}}
    assert saved(STREET, OFFERED, "!e1", "!r1.2") == [SUGGESTED[1], {**SUGGESTED[0], "label": "tree"}]
    assert after(STREET, OFFERED, "!e1", "!r1.2", "!r1.2") == work
    assert after(STREET, OFFERED, "!r1.2", "!r1.0") is None
    assert after(STREET, OFFERED, "!e1", "!back") is None


def test_suggestions_are_mended_by_reply():
    assert saved(STREET, OFFERED, "2 tree") == [SUGGESTED[0], {**SUGGESTED[1], "label": "tree"}]
    assert saved(STREET, OFFERED, "-2") == saved(STREET, OFFERED, "2 none") == SUGGESTED[:1]
    assert saved(STREET, OFFERED, "-1-2", "+2") == SUGGESTED[1:]


def test_suggestions_that_get_one_label_become_one():
    (one,) = saved(STREET, OFFERED, "2 road")
    assert rle.area(rle.decode(one["counts"], 6, 8)) == 32


@pytest.mark.parametrize(
    ("reply", "hint"),
    [
        ("3 sky", "There is no 3 in the picture. The numbers are 1 to 2."),
        ("-0", "There is no 0 in the picture. The numbers are 1 to 2."),
        ("1 raod", "“raod” is not one of the labels. Try one of: 🛣️ Road, ☁️ Sky, Tree."),
        ("1", "Tap one that is wrong to drop it. ✎ or a reply like “2 road” changes its label."),
        ("sky", "Tap one that is wrong to drop it. ✎ or a reply like “2 road” changes its label."),
        ("1 -2 sky", "Tap one that is wrong to drop it. ✎ or a reply like “2 road” changes its label."),
        ("1a sky", "“1a” cannot be read. Write numbers and a label, like “3 7 12-15 …”."),
    ],
)
def test_a_bad_reply_to_suggestions_gets_a_hint(reply, hint):
    assert refused(masks.advance, STREET, None, Typed(reply), OFFERED) == hint


def test_what_is_missing_is_marked_by_regions_over_what_was_kept():
    ask = asked(STREET, OFFERED, "!-2", "!more", "2 tree")
    assert ask.marked == "✨ 🛣️ Road · Tree: 2"
    assert [one["mark"] for one in ask.drawing["masks"]] == [""]
    assert titles(ask)[1] == ["➕ Split a region", "‹ Back"]
    assert saved(STREET, OFFERED, "!-2", "!more", "2 tree") == [SUGGESTED[0], regions("tree", 3)]


def test_a_region_takes_its_pixels_from_a_suggestion_and_clears_it():
    road, sky = SUGGESTED
    third = SIX.mask([4, 5, 6], SIZE)
    assert saved(STREET, OFFERED, "!more", "3 tree") == [sky, marked("tree", third)]
    assert saved(STREET, OFFERED, "!more", "-3") == [sky]
    assert asked(STREET, OFFERED, "!more", "-3").drawing["regions"]["coloured"] == {"3": -1}
    assert line(STREET, OFFERED, "!more", "-3") == "✨ 🛣️ Road, ☁️ Sky · ∅ 3"
    assert saved(STREET, OFFERED, "!more", "3 tree", "-3", "3 road") == [
        marked("road", third), sky,
    ]  # fmt: skip
    assert road["counts"] == rle.encode(third)


def test_the_way_back_from_regions_leads_to_the_suggestions():
    ask = asked(STREET, OFFERED, "!more", "3 tree", "!back")
    assert titles(ask)[-2:] == [["✔ Done (3)"], ["➕ Something is missing"]]


def test_an_empty_suggestion_may_be_right_or_not():
    subject = replace(PICTURE, suggestion=[])
    ask = asked(STREET, subject)
    assert titles(ask) == [["✨ ∅ Nothing here"], ["➕ Something is missing"]]
    assert saved(STREET, subject) == []
    assert line(STREET, subject, "1 road") == "🛣️ Road: 1"


def test_without_regions_what_is_missing_is_marked_on_the_page():
    subject = replace(BARE, suggestion=SUGGESTED)
    ask = asked(STREET, subject, "!-1", "!more")
    assert titles(ask) == [["✔ Done (1)"], ["‹ Back"]]
    assert [one["label"] for one in saved(STREET, subject, "!-1", "!more")] == ["sky"]


def test_many_suggestions_stand_in_a_grid():
    subject = replace(PICTURE, suggestion=[marked("road", block(place, 0, 1, 1)) for place in range(8)])
    rows = titles(asked(THINGS, subject))
    assert [len(row) for row in rows] == [2, 2, 2, 2, 1, 1]


def test_suggestions_of_another_size_or_an_unknown_label_are_left_out():
    strange = [marked("road", [12], (4, 3)), {**SUGGESTED[0], "label": "sea"}, "x", SUGGESTED[1]]
    assert saved(STREET, replace(PICTURE, suggestion=strange)) == SUGGESTED[1:]


def test_a_damaged_suggestion_is_said_to_be_so():
    subject = replace(PICTURE, suggestion=[{**SUGGESTED[0], "counts": "0"}])
    hint = "What is suggested here is damaged. Drop it, or skip this item."
    assert refused(masks.advance, STREET, None, Tap("done"), subject) == hint
    assert saved(STREET, subject, "!-1") == []
    assert masks.begun(STREET, None, subject) == []


@pytest.mark.parametrize("choice", ["+0", "+3", "-3", "e0", "e3", "r3.1", "r1.9", "r1", "l9", "l", "r.", "e²"])
def test_forged_taps_on_suggestions_are_refused(choice):
    assert "does not belong" in refused(masks.advance, STREET, None, Tap(choice), OFFERED)


def test_a_label_is_described_by_its_shares():
    assert masks.describe(STREET, SUGGESTED) == "🛣️ Road 33 %, ☁️ Sky 33 %"
    tiny = [marked("tree", block(0, 0, 1, 1, (100, 100)), (100, 100))]
    assert masks.describe(STREET, tiny) == "Tree <1 %"


@pytest.mark.parametrize(
    ("question", "message"),
    [
        (Question("parts", "?", "masks", ()), "needs at least one label"),
        (asking(ROAD, LabelDef("way", "🛣️ Road")), "both read"),
        (asking(instances="yes"), "`instances` must be"),
        (asking(field=3), "`field` must be"),
    ],
)
def test_a_question_that_cannot_be_asked_says_why(question, message):
    with pytest.raises(BadQuestion, match=message):
        masks.check(question)


# Speed.


def photograph(chance):
    """300 regions of 640 × 480 in 60 larger ones: squares with ragged edges, on a picture of 12 megapixels."""
    rows, columns = np.indices((480, 640))
    ragged = chance.integers(-2, 3, (480, 640)).cumsum(0) % 7
    fine = np.minimum((rows + ragged) // 32, 14) * 20 + np.minimum((columns + ragged) // 32, 19)
    line = fine.ravel(order="F") + 1
    starts = np.flatnonzero(np.diff(line, prepend=-1))
    lengths = np.diff(starts, append=line.size)
    parents = tuple(place // 5 + 1 for place in range(300))
    found = Regions(640, 480, line[starts].tolist(), lengths.tolist(), parents)
    return Subject(size=(4000, 3000), regions=lambda: found)


def test_a_step_over_300_regions_of_12_megapixels_is_quick():
    subject = photograph(np.random.default_rng(1))
    work = after(STREET, subject, "1-20 road", "21-40 sky", "41-60 tree", "+7", "7b sky")
    started = time.process_time()
    masks.advance(STREET, work, Typed("1-60 road"), subject)
    masks.ask(STREET, work, subject)
    stepped = time.process_time()
    label = masks.advance(STREET, work, Tap("done"), subject).label
    ended = time.process_time()
    assert sum(rle.area(rle.decode(one["counts"], 3000, 4000)) for one in label) == 12_000_000
    # Some 1 and 15 ms by themselves; the bounds are wide for a machine at work.
    assert stepped - started < 0.2
    assert ended - stepped < 0.5
