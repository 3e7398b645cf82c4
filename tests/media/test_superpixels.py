"""Pictures cut into numbered regions: whole, connected, in reading order, true to the picture's shape."""

import json
import zlib
from base64 import b64decode

import numpy as np
import pytest
from PIL import Image
from skimage.measure import label as connected

from bot.labels import rle
from bot.labels.regions import unpacked
from bot.media.images import prepare_image
from bot.media.prepared import BadMedia
from bot.media.preparer import Preparer
from bot.media.superpixels import COARSE, SIDE, cut, packed
from tests.media.making import exif, picture, saved

CHANCE = np.random.default_rng(7)


def noise(width, height):
    return Image.fromarray(CHANCE.integers(0, 255, (height, width, 3), dtype=np.uint8))


def scene(width=900, height=600):
    """Sky, a dark hill, a red ball and grain over all."""
    rows, columns = np.indices((height, width))
    board = np.zeros((height, width, 3))
    board[...] = (120, 170, 240)
    board[rows > height * 0.6 + 40 * np.sin(columns / 60)] = (60, 90, 40)
    board[(rows - 200) ** 2 + (columns - 300) ** 2 < 90**2] = (200, 30, 40)
    board += CHANCE.normal(0, 8, board.shape)
    return Image.fromarray(board.clip(0, 255).astype(np.uint8))


def fine(found):
    pairs = np.frombuffer(zlib.decompress(b64decode(found["runs"])), "<u2").reshape(-1, 2)
    line = np.repeat(pairs[:, 0], pairs[:, 1])
    return line.reshape(found["height"], found["width"], order="F").astype(int)


def coarse(found):
    return np.asarray([0, *found["parents"]])[fine(found)]


def one_piece(areas):
    return all(connected(areas == area, connectivity=1).max() == 1 for area in np.unique(areas))


def test_a_picture_becomes_some_300_regions_in_some_60_larger_ones():
    found = cut(scene())
    assert (found["width"], found["height"]) == (SIDE, 427)
    assert 200 <= len(found["parents"]) <= 400
    assert max(found["parents"]) == COARSE
    assert sorted(set(np.unique(fine(found)))) == list(range(1, len(found["parents"]) + 1))
    assert found["parents"] == sorted(found["parents"])
    assert json.loads(json.dumps(found)) == found


def test_regions_are_of_one_piece_and_no_slivers():
    found = cut(scene())
    for areas, least in ((fine(found), 40), (coarse(found), 200)):
        assert one_piece(areas)
        assert np.bincount(areas.ravel())[1:].min() >= least


def test_regions_keep_to_what_is_to_be_seen():
    rows, columns = np.indices((427, 640))
    ball = (rows - 142.2) ** 2 + (columns - 213.3) ** 2 < 64**2
    areas = fine(cut(scene()))
    inside = np.bincount(areas[ball], minlength=areas.max() + 1)
    most = inside > np.bincount(areas.ravel()) / 2
    assert (most[areas] & ball).sum() / (most[areas] | ball).sum() > 0.95


def test_larger_regions_are_numbered_as_one_reads():
    areas = coarse(cut(scene()))
    middles = [np.argwhere(areas == number).mean(axis=0) for number in (1, 2, 3, COARSE)]
    assert all(middle[0] < 120 for middle in middles[:3])
    assert middles[0][1] < middles[1][1] < middles[2][1]
    assert middles[3][0] > 330


def test_the_same_picture_is_cut_the_same_way():
    content = scene()
    assert cut(content) == cut(content)


@pytest.mark.parametrize("image", [noise(640, 480), Image.new("L", (640, 480), 128)], ids=["noise", "one grey"])
def test_where_colours_say_nothing_the_regions_are_even(image):
    found = cut(image)
    sizes = np.bincount(coarse(found).ravel())[1:]
    assert len(found["parents"]) > 200
    assert sizes.max() < 12 * sizes.min()


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (4, 4), (20, 20), (640, 33), (33, 640), (3, 2000), (128, 128)])
def test_small_and_narrow_pictures_have_fewer_regions(size):
    found = cut(noise(*size))
    areas = fine(found)
    assert areas.shape == (found["height"], found["width"])
    assert areas.size / len(found["parents"]) > 20 or len(found["parents"]) == 1
    assert one_piece(areas)


def test_long_runs_fit_into_16_bits():
    runs = packed(np.ones((400, 500), np.int32))
    assert (fine({"width": 500, "height": 400, "runs": runs}) == 1).all()


def test_regions_are_read_back_and_cover_the_original():
    found = cut(scene())
    whole = unpacked(found["width"], found["height"], b64decode(found["runs"]), json.dumps(found["parents"]))
    every = range(1, len(whole.parents) + 1)
    assert rle.area(whole.mask(every, (4000, 2667))) == 4000 * 2667
    areas = fine(found)
    for part in (1, 57, len(every)):
        assert rle.area(whole.mask([part], (found["width"], found["height"]))) == (areas == part).sum()


def test_the_map_is_of_the_upright_picture_without_its_padding():
    turned = prepare_image(saved(picture(800, 400), "JPEG", exif=exif(6)), "a.jpg", regions=True)
    assert (turned.width, turned.height) == (400, 800)
    assert (turned.regions["width"], turned.regions["height"]) == (320, 640)
    narrow = prepare_image(saved(picture(3000, 60), "JPEG"), "a.jpg", regions=True)
    assert (narrow.shown_width, narrow.shown_height) == (1280, 64)
    assert (narrow.regions["width"], narrow.regions["height"]) == (640, 13)


def test_regions_are_made_only_where_they_are_asked_for():
    assert prepare_image(saved(picture(), "JPEG"), "a.jpg").regions is None


def test_the_child_that_prepares_media_makes_them():
    with Preparer(1) as preparer:
        found = preparer.prepare(saved(scene(4000, 3000), "JPEG"), "a.jpg", "image", regions=True)
        assert max(found.regions["parents"]) == COARSE
        assert preparer.prepare(saved(scene(), "JPEG"), "a.jpg", "image").regions is None
        with pytest.raises(BadMedia):
            preparer.prepare(b"\xff\xd8\xff\xe0 no picture", "a.jpg", "image", regions=True)
