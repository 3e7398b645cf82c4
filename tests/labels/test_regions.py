"""Numbered regions: their names, their pixels, and how people type them."""

import json
import random
import zlib
from array import array

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.labels import region_names, rle
from bot.labels.base import BadAnswer
from bot.labels.regions import Regions, letters, place_of, unpacked
from bot.wording import say


def cut(rows, parents):
    """Regions from a map written as rows of part numbers."""
    grid = np.asarray(rows, np.uint16)
    line = grid.ravel(order="F")
    starts = np.flatnonzero(np.diff(line, prepend=-1))
    pairs = np.stack([line[starts], np.diff(starts, append=line.size)], axis=1)
    runs = zlib.compress(array("H", pairs.ravel().tolist()).tobytes())
    return unpacked(grid.shape[1], grid.shape[0], runs, json.dumps(parents))


# Region 1 has the parts 1 and 2, region 2 is one part, region 3 has the parts 4, 5 and 6.
MAP = [[1, 2, 3, 3], [1, 2, 3, 3], [4, 5, 5, 6]]
SIX = cut(MAP, [1, 1, 2, 3, 3, 3])


def meant(text, split=(), regions=SIX):
    (line,) = region_names.lines(text)
    return [name for number in line.numbers for name in region_names.shown(regions, split, number)]


def refused(act, *args):
    with pytest.raises(BadAnswer) as error:
        act(*args)
    return say("en", error.value.said)


def test_large_regions_are_numbered_and_their_parts_lettered():
    assert SIX.last == 3
    assert [list(SIX.parts(number)) for number in (0, 1, 2, 3, 4)] == [[], [1, 2], [3], [4, 5, 6], []]
    assert SIX.names(3) == ["3a", "3b", "3c"]


@pytest.mark.parametrize(
    ("name", "parts"),
    [("3", [4, 5, 6]), ("3b", [5]), ("3d", []), ("4", []), ("0", []), ("", []), ("b", []), ("²", []), ("9" * 20, [])],
)
def test_a_name_stands_for_its_parts(name, parts):
    assert list(SIX.named(name)) == parts


@given(st.integers(0, 2000))
def test_letters_go_on_after_z(place):
    assert place_of(letters(place)) == place


def test_letters_are_those_of_a_spreadsheet():
    assert [letters(place) for place in (0, 25, 26, 27, 701, 702)] == ["a", "z", "aa", "ab", "zz", "aaa"]


def test_a_mask_has_the_pixels_of_its_parts():
    for parts in ([], [1], [2, 5], [1, 2, 3, 4, 5, 6]):
        expected = np.isin(np.asarray(MAP), parts).ravel(order="F")
        counts = SIX.mask(parts, (4, 3))
        assert (np.repeat(np.arange(len(counts)) % 2, counts) == expected).all()


def test_a_mask_is_as_large_as_the_original():
    counts = SIX.mask([5], (8, 6))
    assert rle.box(counts, 6) == (2, 4, 4, 2)
    assert rle.area(counts) == 8


def test_masks_of_all_parts_cover_the_picture_without_overlap():
    masks = [SIX.mask([part], (11, 7)) for part in range(1, 7)]
    assert sum(map(rle.area, masks)) == 77
    assert rle.area(rle.union(masks)) == 77


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("1 3", ["1", "3"]),
        ("1,3;2", ["1", "3", "2"]),
        ("1-3", ["1", "2", "3"]),
        ("1–3", ["1", "2", "3"]),
        ("1 - 3", ["1", "2", "3"]),
        ("003", ["3"]),
        ("+3 -1", ["3", "1"]),
    ],
)
def test_numbers_and_ranges_are_read(text, names):
    assert meant(text) == names


def test_of_a_split_region_the_number_means_all_parts():
    assert meant("3", [3]) == ["3a", "3b", "3c"]
    assert meant("1-3", [3]) == ["1", "2", "3a", "3b", "3c"]
    assert meant("3B", [3]) == ["3b"]
    assert meant("3a-c", [3]) == meant("3a-3c", [3]) == ["3a", "3b", "3c"]


@pytest.mark.parametrize(
    ("text", "split", "hint"),
    [
        ("999", [], "There is no region 999. They are numbered 1 to 3."),
        ("0", [], "There is no region 0. They are numbered 1 to 3."),
        ("2-99999", [], "There is no region 99999. They are numbered 1 to 3."),
        ("3a", [], "Region 3 is still whole. Reply “+3” to see its parts."),
        ("3d", [3], "There is no 3d. The parts are called 3a to 3c."),
        ("3-1", [], "“3-1” cannot be read. Write numbers and a label, like “3 7 12-15 …”."),
        ("3c-a", [3], "“3c-a” cannot be read. Write numbers and a label, like “3 7 12-15 …”."),
        ("1-3b", [3], "“1-3b” cannot be read. Write numbers and a label, like “3 7 12-15 …”."),
    ],
)
def test_a_number_that_is_not_there_gets_a_hint(text, split, hint):
    assert refused(meant, text, split) == hint


@pytest.mark.parametrize(
    ("text", "numbers", "words"),
    [
        ("3 7 12-15 road", ["3", "7", "12-15"], "road"),
        ("road 3 7", ["3", "7"], "road"),
        ("3 class 1", ["3"], "class 1"),
        ("3, 7: road", ["3"], "7: road"),
        ("3 left, right", ["3"], "left, right"),
        ("-7", ["-7"], ""),
        ("road", [], "road"),
        ("3road", [], "3road"),
    ],
)
def test_a_line_is_numbers_and_a_label(text, numbers, words):
    (line,) = region_names.lines(text)
    assert ([number.text for number in line.numbers], line.words) == (numbers, words)


def test_lines_stand_for_themselves():
    assert [line.words for line in region_names.lines("1 road\n\n 2 sky ")] == ["road", "sky"]
    assert region_names.lines(" \n") == []


def test_names_are_said_in_order_with_ranges():
    names = ["12", "3", "13", "7", "14", "15", "16b", "16a", "16c", "17a"]
    assert region_names.said(names, lambda number: 4) == "3, 7, 12–15, 16a–c, 17a"


def test_a_region_whose_parts_are_all_there_is_said_as_one():
    assert region_names.said(["3b", "1", "3a", "3c"], lambda number: len(SIX.parts(number))) == "1, 3"
    assert region_names.said(["2a", "3"], lambda number: 1) == "2, 3"


def test_what_is_said_can_be_typed_again():
    chance = random.Random(5)
    for _ in range(100):
        names = region_names.in_order(chance.sample([*map(str, range(1, 30)), *(f"40{one}" for one in "abcdefg")], 9))
        said = region_names.said(names, lambda number: 7)
        (line,) = region_names.lines(said)
        wide = Regions(1, 1, (), (), tuple(sorted([*range(1, 60), *[40] * 6])))
        assert [name for one in line.numbers for name in region_names.shown(wide, [40], one)] == names
