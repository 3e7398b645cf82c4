import base64
import io
import json
import zlib

import numpy as np
import pytest
from PIL import Image
from pycocotools import mask as coco

from bot.labels.colours import COLOURS
from bot.media.images import prepare_image
from bot.media.layers.boxes import rgb
from bot.media.layers.masks import counts, on_canvas
from bot.media.layers.regions import shown_regions
from bot.media.painting import paint
from bot.media.view import View
from tests.media.making import exif, saved

GREY = (128, 128, 128)


def photo(width=2000, height=1000, colour=GREY):
    return Image.new("RGB", (width, height), colour)


def painted(image, drawing, regions=None, **options):
    """(the painted picture, its pixels to a pixel of the original)."""
    prepared = prepare_image(saved(image, "JPEG", quality=95, **options), "a.jpg")
    size = prepared.width, prepared.height
    shown = Image.open(io.BytesIO(paint(prepared.content, size, drawing, regions)))
    shown.load()
    return shown.convert("RGB"), max(shown.size) / max(size)


def near(pixel, colour, tolerance=45):
    return all(abs(a - b) <= tolerance for a, b in zip(pixel, colour, strict=True))


def cells(image, colour, tolerance=45):
    """The smallest box (left, top, right, bottom) around all pixels of that colour."""
    found = (np.abs(np.asarray(image).astype(int) - colour) <= tolerance).all(axis=2)
    ys, xs = np.nonzero(found)
    return int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_boxs_outline_stands_on_its_pixels_whatever_the_orientation(orientation):
    """Of an upright original of 1000 × 2000 or 2000 × 1000 whose box is filled with black."""
    wide, high = (1000, 2000) if orientation >= 5 else (2000, 1000)
    box = (300, 250, 420, 310)
    upright = photo(wide, high)
    upright.paste((0, 0, 0), (box[0], box[1], box[0] + box[2], box[1] + box[3]))
    turned = upright.transpose(UNTURN[orientation]) if orientation in UNTURN else upright

    shown, scale = painted(turned, {"boxes": [{"box": box, "colour": 1}]}, exif=exif(orientation))

    assert max(shown.size) == 1280
    outline = cells(shown, rgb(1))
    wanted = box[0], box[1], box[0] + box[2], box[1] + box[3]
    assert outline == pytest.approx([edge * scale for edge in wanted], abs=2)
    # Right inside the outline lies the black that was boxed, right outside the grey.
    middle = (wanted[1] + wanted[3]) / 2 * scale
    assert near(shown.getpixel((round(wanted[0] * scale) + 14, round(middle))), (0, 0, 0))
    assert near(shown.getpixel((round(wanted[0] * scale) - 8, round(middle))), GREY)


UNTURN = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def test_the_picture_as_it_is_keeps_its_size():
    shown, scale = painted(photo(), {})

    assert (shown.size, scale) == ((1280, 640), 0.64)


def test_a_crop_is_enlarged_to_a_good_size_with_its_boxes_in_place():
    drawing = {"crop": [500, 250, 200, 100], "boxes": [{"box": [550, 275, 100, 50], "colour": 1}]}

    shown, _ = painted(photo(), drawing)

    scale = shown.width / 200
    assert shown.width == 1080
    assert cells(shown, rgb(1)) == pytest.approx([50 * scale, 25 * scale, 150 * scale, 75 * scale], abs=2)


def test_a_crop_that_hangs_over_the_edge_is_dark_outside_the_picture():
    shown, _ = painted(photo(), {"crop": [-100, -50, 300, 150]})

    assert shown.size == (1080, 540)
    assert near(shown.getpixel((100, 300)), (17, 24, 32))
    assert near(shown.getpixel((700, 100)), (17, 24, 32))
    assert near(shown.getpixel((400, 200)), GREY)


def test_a_small_picture_is_enlarged_so_that_its_numbers_can_be_read():
    shown, _ = painted(photo(64, 48), {"boxes": [{"box": [16, 12, 32, 24], "colour": 1, "mark": "1"}]})

    assert shown.size == (1080, 810)


def test_a_very_long_picture_gets_room_for_its_numbers():
    shown, _ = painted(photo(4000, 100), {"boxes": [{"box": [1000, 20, 500, 60], "colour": 1}]})

    assert shown.size == (1280, 428)
    left, top, right, bottom = cells(shown, rgb(1))
    assert (left, right) == pytest.approx((320, 480), abs=2)
    assert (top + bottom) / 2 == pytest.approx(214, abs=3)


def test_a_number_stands_on_a_plate_in_the_boxs_colour():
    box = [800, 400, 400, 300]
    plain, _ = painted(photo(), {"boxes": [{"box": box, "colour": 1}]})
    marked, scale = painted(photo(), {"boxes": [{"box": box, "colour": 1, "mark": "7"}]})

    assert cells(plain, rgb(1))[1] == pytest.approx(400 * scale, abs=2)
    assert cells(marked, rgb(1))[1] < 400 * scale - 30


def test_a_dropped_box_is_grey_and_dashed():
    shown, scale = painted(photo(colour=(0, 0, 0)), {"boxes": [{"box": [500, 250, 1000, 500], "faint": True}]})

    row = [shown.getpixel((x, round(250 * scale) + 2)) for x in range(round(500 * scale), round(1500 * scale))]
    grey = sum(near(pixel, (176, 184, 194)) for pixel in row)
    assert 0.3 < grey / len(row) < 0.7
    assert not any(near(pixel, rgb(0)) for pixel in row)


def test_a_box_outside_the_crop_is_left_out():
    shown, _ = painted(photo(), {"crop": [0, 0, 200, 100], "boxes": [{"box": [500, 500, 100, 100], "mark": "1"}]})

    assert near(shown.getpixel((540, 270)), GREY)
    assert all(near(pixel, GREY) for pixel in (shown.getpixel((5, 5)), shown.getpixel((1074, 534))))


def test_a_box_that_stands_out_is_filled_a_little():
    shown, scale = painted(photo(), {"boxes": [{"box": [500, 250, 1000, 500], "colour": 1, "lit": True}]})

    inside = shown.getpixel((round(1000 * scale), round(500 * scale)))
    assert inside[1] > inside[0] + 15


def test_a_label_stands_beside_its_number_where_there_is_room():
    box = {"box": [600, 400, 900, 300], "colour": 1, "mark": "1"}
    short, _ = painted(photo(), {"boxes": [box]})
    long, _ = painted(photo(), {"boxes": [box | {"title": "🚗 Car"}]})

    plate = [cells(shown.crop((0, 0, 1280, 250)), rgb(1)) for shown in (short, long)]
    assert plate[1][2] - plate[1][0] > 2 * (plate[0][2] - plate[0][0])


def test_sixty_boxes_leave_every_number_a_place_of_its_own():
    boxes = [{"box": [100 + 180 * (i % 10), 80 + 150 * (i // 10), 90, 70], "mark": str(i + 1)} for i in range(60)]

    shown, _ = painted(photo(), {"boxes": boxes})

    assert shown.size == (1280, 640)


def test_grid_cells_are_lit_where_they_lie():
    shown, _ = painted(photo(1600, 800), {"grid": {"columns": 8, "rows": 8, "cells": ["B3", "Z9", "?"]}})

    # The band for letters and numbers is around the picture; a cell is 1/8 of the rest.
    assert shown.size == (984 + 96, 492 + 96)
    lit = shown.getpixel((48 + 184, 48 + 154))
    assert lit[0] > lit[2] + 60
    beside = shown.getpixel((48 + 61, 48 + 154))
    assert near(beside, GREY)


def test_a_grid_over_a_part_darkens_what_is_around_it():
    area = [400, 200, 200, 100]
    drawing = {"crop": [360, 180, 280, 140], "grid": {"area": area, "columns": 8, "rows": 8}}

    shown, _ = painted(photo(1600, 800), drawing)

    scale = shown.width / 280
    assert near(shown.getpixel((round(152.5 * scale), round(76 * scale))), GREY)
    assert sum(shown.getpixel((100, 10))) < sum(GREY) - 100


def run_lengths(bits):
    return coco.encode(np.asfortranarray(bits.astype(np.uint8)))["counts"].decode()


@pytest.mark.parametrize("seed", range(5))
def test_run_lengths_are_read_as_coco_writes_them(seed):
    bits = np.random.default_rng(seed).random((37, 53)) < (0.02, 0.3, 0.5, 0.9, 0.999)[seed]

    runs = counts(run_lengths(bits))

    assert (bits == np.repeat(np.arange(len(runs)) % 2, runs).reshape(53, 37).T).all()


@pytest.mark.parametrize("seed", range(20))
def test_a_mask_is_unpacked_exactly(seed):
    draw = np.random.default_rng(seed)
    bits = np.zeros(draw.integers(1, 40, 2), bool)
    for y, x in (draw.random((3, 2)) * bits.shape).astype(int):
        bits[y : y + draw.integers(1, 9), x : x + draw.integers(1, 9)] = True
    high, wide = bits.shape
    view = View(Image.new("RGB", (wide, high)), (0, 0, wide, high), 1.0, 1.0, max(wide, high))

    seen, (x, y) = on_canvas(view, counts(run_lengths(bits)), (high, wide))

    whole = np.zeros_like(bits)
    whole[y : y + seen.shape[0], x : x + seen.shape[1]] = seen
    assert (whole == bits).all()


def test_long_runs_are_read_too():
    bits = np.zeros((3000, 4000), bool)
    bits[:, 1000:3999] = True

    assert counts(run_lengths(bits)).tolist() == [3_000_000, 8_997_000, 3000]


def test_a_mask_covers_its_pixels_and_no_others():
    bits = np.zeros((1000, 2000), bool)
    bits[200:600, 400:1000] = True

    shown, scale = painted(photo(), {"masks": [{"size": [1000, 2000], "counts": run_lengths(bits), "colour": 1}]})

    assert cells(shown, rgb(1)) == pytest.approx([400 * scale, 200 * scale, 1000 * scale, 600 * scale], abs=2)
    inside, outside = shown.getpixel((round(700 * scale), round(400 * scale))), shown.getpixel((20, 20))
    assert inside[1] > inside[0] + 40
    assert near(outside, GREY)


def test_a_mask_in_a_crop_and_one_that_is_not_in_it():
    bits = np.zeros((1000, 2000), bool)
    bits[0:1000, 500:600] = True
    drawing = {"crop": [400, 200, 400, 200], "masks": [{"size": [1000, 2000], "counts": run_lengths(bits)}]}

    shown, _ = painted(photo(), drawing)
    other, _ = painted(photo(), drawing | {"crop": [1000, 200, 400, 200]})

    left, top, right, bottom = cells(shown, rgb(0))
    assert (left, right) == pytest.approx((270, 540), abs=3)
    assert (top, bottom) == pytest.approx((0, 540), abs=3)
    assert near(other.getpixel((500, 250)), GREY)


def test_a_thin_mask_has_its_number_too():
    bits = np.zeros((1000, 2000), bool)
    bits[500:503, 100:1900] = True

    shown, scale = painted(photo(), {"masks": [{"size": [1000, 2000], "counts": run_lengths(bits), "mark": "1"}]})

    _, top, _, bottom = cells(shown, rgb(0))
    assert bottom - top > 25
    assert (top + bottom) / 2 == pytest.approx(501 * scale, abs=4)


def test_a_mask_too_small_to_be_seen_is_left_out():
    bits = np.zeros((1000, 20000), bool)
    bits[500, 7] = True

    shown, _ = painted(photo(20000, 1000), {"masks": [{"size": [1000, 20000], "counts": run_lengths(bits)}]})

    assert near(shown.getpixel((640, 214)), GREY)


def test_an_empty_mask_and_one_of_another_size_are_left_out():
    nothing = run_lengths(np.zeros((10, 20), bool))

    shown, _ = painted(
        photo(),
        {
            "masks": [
                {"size": [10, 20], "counts": nothing},
                {"size": [9, 9], "counts": "0X3"},
                {"size": [9, 9], "counts": ""},
            ]
        },
    )

    assert near(shown.getpixel((640, 320)), GREY)


def regions_row():
    """Four fine regions in two coarse ones: the left half cut in two, the right half too."""
    pixels = np.ones((50, 100), int)
    pixels[25:, :50], pixels[:25, 50:], pixels[25:, 50:] = 2, 3, 4
    line = pixels.ravel(order="F")
    starts = np.flatnonzero(np.diff(line, prepend=0))
    pairs = np.stack([line[starts], np.diff(starts, append=line.size)], axis=1).astype("<u2")
    runs = base64.b64encode(zlib.compress(pairs.tobytes())).decode()
    return json.dumps({"width": 100, "height": 50, "runs": runs, "parents": [1, 1, 2, 2]}).encode()


def test_chosen_regions_are_coloured():
    shown, _ = painted(photo(), {"regions": {"media": 1, "coloured": {"1": 1}}}, regions_row())

    for y in (100, 500):
        left, right = shown.getpixel((100, y)), shown.getpixel((1200, y))
        assert left[1] > left[0] + 40
        assert near(right, GREY)


def test_a_split_regions_parts_are_chosen_one_by_one():
    shown, _ = painted(photo(), {"regions": {"media": 1, "coloured": {"2b": 1}, "split": [2]}}, regions_row())

    above, below = shown.getpixel((1200, 100)), shown.getpixel((1200, 500))
    assert near(above, GREY)
    assert below[1] > below[0] + 40


def test_regions_are_outlined_where_none_is_chosen():
    shown, _ = painted(photo(), {"regions": {"media": 1}}, regions_row())

    border = [shown.getpixel((x, 100)) for x in range(630, 650)]
    assert max(sum(pixel) for pixel in border) > sum(GREY) + 100


def test_regions_are_named_by_their_coarse_number_and_letters_where_split():
    assert shown_regions([1, 1, 2, 2], [2])[1] == ["1", "2a", "2b"]
    assert shown_regions([7] * 28, [7])[1][24:] == ["7y", "7z", "7aa", "7ab"]


def test_a_drawing_with_regions_that_are_not_there_shows_the_picture():
    shown, _ = painted(photo(), {"regions": {"media": 1}})

    assert near(shown.getpixel((640, 320)), GREY)


def test_versions_stand_beside_one_another_under_their_titles():
    version = {"title": "One", "boxes": [{"box": [500, 250, 500, 500], "colour": 1}]}

    shown, _ = painted(photo(2000, 2000), {"panel": [version] * 4})

    ink = np.asarray(shown).astype(int)
    blue = (np.abs(ink - rgb(1)) <= 45).all(axis=2)
    halves = shown.height // 2, shown.width // 2
    for part in (blue[: halves[0], : halves[1]], blue[: halves[0], halves[1] :], blue[halves[0] :, : halves[1]]):
        assert part.any()
    assert max(shown.size) <= 1280


def test_a_title_too_long_for_its_version_is_cut():
    shown, _ = painted(photo(2000, 2000), {"panel": [{"title": "Somebody " * 9}] * 4})

    # Nothing of the first title reaches into the gap between the versions.
    gap = shown.crop((shown.width // 2 - 8, 0, shown.width // 2 + 8, 60))
    assert near(gap.getpixel((8, 30)), (17, 24, 32))
    assert max(max(pixel) for pixel in gap.get_flattened_data()) < 120


def test_wide_versions_stand_below_one_another():
    shown, _ = painted(photo(3000, 1000), {"panel": [{"title": "写真", "crop": [0, 0, 3000, 1000]}, {}]})

    assert shown.height > shown.width * 0.6


def test_the_colours_are_many_and_differ():
    assert len(COLOURS) == len(set(COLOURS)) >= 12
    assert rgb(len(COLOURS)) == rgb(0)
    assert rgb(-1) not in [rgb(place) for place in range(len(COLOURS))]
