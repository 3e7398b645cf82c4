"""What the page to mark on sends: how masks over each other become one label each, and what is refused."""

import pytest

from bot import draft as drafts
from bot.labels import masks, rle
from bot.labels.base import Marked
from tests.labels.masked import OFFERED, PICTURE, STREET, SUGGESTED, THINGS, after, block, marked, refused, regions


def drawn(question, value, subject=PICTURE):
    return drafts.advance(question, drafts.FRESH, Marked(value), subject).done["parts"]


def test_the_page_begins_with_what_the_chat_holds():
    work = after(STREET, OFFERED, "!-2", "!more", "2 tree")
    assert masks.begun(STREET, work, OFFERED) == [SUGGESTED[0], regions("tree", 3)]


def test_marks_of_one_label_become_one_and_empty_ones_go():
    left, right = block(0, 0, 2, 6), block(4, 0, 2, 6)
    empty = marked("sky", rle.nothing(6, 8))
    assert drawn(STREET, [marked("road", left), empty, marked("road", right)]) == [
        marked("road", rle.union([left, right]))
    ]


def test_the_later_mark_covers_the_earlier():
    left, wide = block(0, 0, 4, 6), block(2, 0, 4, 6)
    assert drawn(STREET, [marked("road", left), marked("sky", wide)]) == [
        marked("road", block(0, 0, 2, 6)),
        marked("sky", wide),
    ]
    assert drawn(STREET, [marked("road", left), marked("sky", block(0, 0, 8, 6))]) == [marked("sky", block(0, 0, 8, 6))]


def test_things_of_their_own_stay_as_they_are():
    both = [marked("road", block(0, 0, 4, 6)), marked("road", block(2, 0, 4, 6))]
    assert drawn(THINGS, both) == both


def test_masks_of_another_picture_are_refused():
    assert refused(drawn, STREET, [marked("road", [12], (4, 3))]) == (
        "These masks are of another picture: this one has 8 × 6 pixels."
    )


@pytest.mark.parametrize(
    ("size", "counts"),
    [
        ([6, 8], "0"), ([6, 8], "é"), ([6, 8], None), ([6, 8], [47]), ([6, 8], [48.0]), ([6, 8], [-1, 49]), ([6], "`1"),
        ([0, 8], ""), ([6, -8], "`1"), (None, "`1"), ("68", "`1"), ([10**9, 10**9], "`1"),
    ],
)  # fmt: skip
def test_a_damaged_mask_is_refused(size, counts):
    value = [{"label": "road", "size": size, "counts": counts}]
    assert refused(masks.read, STREET, value) == "A mask of “road” is damaged."


def test_plain_counts_are_read_too():
    assert masks.read(STREET, [{"label": "Road", "size": [6, 8], "counts": [0, 0, 6, 2, 40]}]) == [
        marked("road", [6, 2, 40])
    ]
