"""Masks, outlines and polygons, held against pycocotools and Pillow."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image, ImageDraw, ImageOps
from pycocotools import mask as coco

from bot.exchange.pictures.outlines import MANY, joined, parts
from bot.labels.polygons import filled
from bot.labels.rasters import bounds, mask_of, raster, scaled, upright, upright_box

SMALL = st.tuples(st.integers(1, 12), st.integers(1, 12)).flatmap(
    lambda shape: arrays(np.uint8, shape, elements=st.integers(0, 1))
)


def cocos(pixels):
    return coco.encode(np.asfortranarray(pixels))


def flat(ring):
    return [value for point in ring for value in point]


@settings(deadline=None)
@given(SMALL)
def test_a_mask_is_the_text_that_coco_writes_and_comes_back(pixels):
    mask = mask_of(pixels)
    assert mask == {"size": list(pixels.shape), "counts": cocos(pixels)["counts"].decode()}
    assert (raster(mask) == pixels).all()
    assert (coco.decode(mask) == pixels).all()


@pytest.mark.parametrize("text", ["\x00", "~~~~x", "P", "é"])
def test_what_is_no_run_length_is_refused(text):
    with pytest.raises(ValueError, match=r"run-length|pixels"):
        raster({"size": [2, 2], "counts": text})


@settings(deadline=None)
@given(SMALL)
def test_outlines_hold_the_very_pixels_holes_and_corners_too(pixels):
    found = [flat(ring) for ring in parts(pixels)]
    height, width = pixels.shape
    assert (filled(found, (width, height)) == pixels).all()
    assert all(len(ring) >= 8 and len(ring) % 2 == 0 for ring in found)
    if found:
        assert (coco.decode(coco.merge(coco.frPyObjects(found, height, width))) == pixels).all()


@settings(deadline=None)
@given(SMALL.filter(lambda pixels: pixels.any()))
def test_all_parts_in_one_polygon_hold_the_very_pixels(pixels):
    first, *others = parts(pixels)
    height, width = pixels.shape
    (found,) = coco.frPyObjects([flat(joined(first, others))], height, width)
    assert (coco.decode(found) == pixels).all()


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.floats(-3, 33), st.floats(-3, 33)), min_size=3, max_size=9),
    st.integers(5, 30),
    st.integers(5, 30),
)
def test_a_polygon_holds_the_pixels_that_pycocotools_finds(points, width, height):
    polygon = [value for point in points for value in point]
    (found,) = coco.frPyObjects([polygon], height, width)
    assert (filled([polygon], (width, height)) == coco.decode(found)).all()


def test_a_mask_of_grains_is_outlined_to_the_pixel_too():
    pixels = (np.random.default_rng(7).random((120, 150)) < 0.7).astype(np.uint8)
    first, *others = parts(pixels)
    assert len(others) > MANY
    found = [flat(ring) for ring in (first, *others)]
    assert (filled(found, (150, 120)) == pixels).all()
    (one,) = coco.frPyObjects([flat(joined(first, others))], 120, 150)
    assert (coco.decode(one) == pixels).all()


def test_a_part_with_a_hole_is_one_ring_and_two_parts_are_two():
    pixels = np.ones((5, 9), np.uint8)
    pixels[2, 2] = pixels[:, 5] = 0
    left, right = parts(pixels)
    assert right == [(6, 0), (9, 0), (9, 5), (6, 5)] or set(right) == {(6, 0), (9, 0), (9, 5), (6, 5)}
    assert {(2, 2), (3, 2), (3, 3), (2, 3)} <= set(left)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_what_was_marked_on_a_turned_photo_stands_where_pillow_turns_it(orientation):
    image = Image.new("L", (20, 12))
    ImageDraw.Draw(image).rectangle((3, 1, 9, 4), fill=1)
    image.getexif()[0x0112] = orientation
    turned = np.asarray(ImageOps.exif_transpose(image))
    assert (upright(np.asarray(image), orientation) == turned).all()
    assert upright_box((3, 1, 7, 4), image.size, orientation) == bounds(turned)


def test_a_mask_goes_with_the_picture_that_was_made_smaller_or_padded():
    pixels = np.zeros((40, 80), np.uint8)
    pixels[10:20, 40:60] = 1
    small = scaled(pixels, (40, 25), 0.5)
    assert small.shape == (25, 40)
    assert bounds(small) == (20, 5, 10, 5)
    assert bounds(scaled(pixels, (160, 80), 2)) == (80, 20, 40, 20)
