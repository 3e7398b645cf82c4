"""Masks as run lengths, against pycocotools and against pixels."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pycocotools import mask as coco

from bot.labels import rle

SIDES = st.integers(1, 12)


@st.composite
def pixels(draw, several=1):
    """`several` masks of one size, as arrays of 0 and 1, high × wide."""
    shape = draw(SIDES), draw(SIDES)
    found = [draw(arrays(np.uint8, shape, elements=st.integers(0, 1))) for _ in range(several)]
    return found[0] if several == 1 else found


def counted(mask):
    """A mask's counts, found pixel by pixel."""
    return rle.decode(theirs(mask)["counts"].decode(), *mask.shape)


def painted(counts, shape):
    values = np.repeat(np.arange(len(counts)) % 2, counts).astype(np.uint8)
    return values.reshape(shape, order="F")


def theirs(mask):
    return coco.encode(np.asfortranarray(mask))


@given(pixels())
def test_strings_are_those_of_pycocotools(mask):
    text = theirs(mask)["counts"].decode()
    counts = rle.decode(text, *mask.shape)
    assert (painted(counts, mask.shape) == mask).all()
    assert rle.encode(counts) == text


@given(st.lists(st.integers(1, 2**23), min_size=1, max_size=30))
def test_long_runs_are_those_of_pycocotools_too(counts):
    # One row of pixels, so that any sum is a size. pycocotools writes past its end where every run has six letters.
    object_ = coco.frPyObjects({"size": [1, sum(counts)], "counts": counts}, 1, sum(counts))
    text = object_["counts"].decode()
    if sum(counts) < 2**32:
        assert rle.encode(counts) == text
    assert rle.decode(rle.encode(counts), 1, sum(counts)) == counts


@pytest.mark.parametrize("text", ["", " ", "P", "0P", "é", "x", "0\n", "00", "1", "\0", "oooooooo0", "[1, 2]"])
def test_a_string_that_is_no_mask_of_this_size_is_refused(text):
    with pytest.raises(ValueError, match="not a"):
        rle.decode(text, 2, 2)


@given(st.text(st.characters(min_codepoint=48, max_codepoint=111), max_size=12))
def test_any_string_is_a_whole_mask_or_refused(text):
    try:
        counts = rle.decode(text, 3, 4)
    except ValueError:
        return
    assert sum(counts) == 12
    assert 0 not in counts[1:]
    assert rle.decode(rle.encode(counts), 3, 4) == counts


def test_empty_runs_from_elsewhere_are_taken_out():
    assert rle.checked([2, 0, 1, 3, 0, 0, 0], 2, 3) == [3, 3]
    assert rle.checked([0, 2, 0, 4], 2, 3) == [0, 6]
    assert rle.checked([6, 0], 2, 3) == [6]


@pytest.mark.parametrize("counts", [[], [5], [7], [-1, 7], [3, -3, 6]])
def test_counts_of_another_size_are_refused(counts):
    with pytest.raises(ValueError, match="not a mask of 3 × 2 pixels"):
        rle.checked(counts, 2, 3)


@given(pixels(several=2))
def test_area_overlap_and_iou_are_those_of_pycocotools(masks):
    one, other = map(counted, masks)
    assert rle.area(one) == coco.area(theirs(masks[0]))
    assert rle.shared(one, other) == int((masks[0] & masks[1]).sum())
    either = int((masks[0] | masks[1]).sum())
    expected = coco.iou([theirs(masks[0])], [theirs(masks[1])], [0])[0, 0] if either else 1.0
    assert rle.iou(one, other) == pytest.approx(float(expected))


@given(pixels(several=3))
def test_union_and_difference_are_those_of_pixels(masks):
    first, second, third = map(counted, masks)
    shape = masks[0].shape
    assert rle.union([first, second, third]) == counted(masks[0] | masks[1] | masks[2])
    assert rle.less(first, second) == counted(masks[0] & ~masks[1] & 1)
    assert rle.area(rle.nothing(*shape)) == 0


@given(pixels(several=3), st.lists(st.integers(0, 4), min_size=3, max_size=3))
def test_a_vote_takes_what_more_than_half_the_weight_has(masks, weights):
    behind = sum(weight * mask.astype(int) for weight, mask in zip(weights, masks, strict=True))
    expected = (2 * behind > sum(weights)).astype(np.uint8)
    assert rle.vote([counted(mask) for mask in masks], weights) == counted(expected)


def test_a_vote_without_weights_counts_heads():
    assert rle.vote([[0, 4], [2, 2], [4]]) == [2, 2]
    assert rle.vote([[0, 4], [4]]) == [4]


@given(pixels())
def test_the_box_is_that_of_pycocotools(mask):
    found = rle.box(counted(mask), mask.shape[0])
    expected = tuple(int(number) for number in coco.toBbox(theirs(mask)))
    assert (found or (0, 0, 0, 0)) == expected
    assert (found is None) == (not mask.any())


@given(pixels(), SIDES, SIDES)
def test_each_pixel_of_a_scaled_mask_is_the_one_that_its_middle_lies_in(mask, width, height):
    high, wide = mask.shape
    cells, ratio = max(wide, high), 2 * max(width, height)
    columns = np.minimum((2 * np.arange(width) + 1) * cells // ratio, wide - 1)
    rows = np.minimum((2 * np.arange(height) + 1) * cells // ratio, high - 1)
    found = rle.scaled(counted(mask), (wide, high), (width, height))
    assert found == counted(mask[np.ix_(rows, columns)])


def test_twelve_megapixels_are_scaled_and_written_quickly():
    """Blocks of 16 pixels in a checkerboard: as many edges as half of 1,200 superpixels have."""
    board = np.kron(np.indices((30, 40)).sum(0) % 2, np.ones((16, 16))).astype(np.uint8)
    counts = counted(board)
    started = time.process_time()
    text = rle.encode(rle.scaled(counts, (640, 480), (4000, 3000)))
    took = time.process_time() - started
    assert coco.area({"size": [3000, 4000], "counts": text.encode()}) == 6_000_000
    assert took < 0.5  # some 0.02 s; the bound only catches work by pixels
