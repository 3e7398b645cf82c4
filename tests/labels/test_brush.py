"""Label Studio's brush masks, held against the decoder and the encoder of its own SDK."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from label_studio_sdk.converter.brush import decode_rle, mask2rle

from bot.labels import brush
from bot.labels.rasters import mask_of, raster

MASKS = st.tuples(st.integers(1, 20), st.integers(1, 20)).flatmap(
    lambda shape: arrays(np.uint8, shape, elements=st.integers(0, 1))
)


def packed(pixels):
    return brush.encode(mask_of(pixels)["counts"], *pixels.shape)


@settings(deadline=None)
@given(MASKS)
def test_label_studio_reads_the_very_pixels_and_ours_come_back(pixels):
    found = packed(pixels)
    alpha = decode_rle(found).reshape(*pixels.shape, 4)[:, :, 3]
    assert (alpha == 255 * pixels).all()
    assert brush.decode(found, *pixels.shape) == mask_of(pixels)["counts"]


@settings(deadline=None)
@given(MASKS)
def test_what_label_studio_writes_is_read_to_the_pixel(pixels):
    counts = brush.decode(mask2rle(pixels * 255), *pixels.shape)
    assert (raster({"size": pixels.shape, "counts": counts}) == pixels).all()


def test_a_large_mask_keeps_every_pixel():
    pixels = np.zeros((700, 900), np.uint8)
    pixels[100:250, 50:150] = 1
    alpha = decode_rle(packed(pixels)).reshape(700, 900, 4)[:, :, 3]
    assert int((alpha > 0).sum()) == 15_000


def test_words_of_single_values_are_read_too():
    bits = f"{8:032b}{7:05b}{2:04b}{3:04b}{7:04b}{15:04b}" + "000111" + "".join(f"{v:08b}" for v in [0] * 4 + [200] * 4)
    bits += "0" * (-len(bits) % 8)
    found = brush.decode(list(int(bits, 2).to_bytes(len(bits) // 8)), 1, 2)
    assert raster({"size": [1, 2], "counts": found}).tolist() == [[0, 1]]


@pytest.mark.parametrize("broken", [[], [0, 0, 0, 16], [255] * 12, list(b"\x00\x00\x00\x10\x39\x1b\xf7\x80")])
def test_what_is_no_mask_of_that_size_is_refused(broken):
    with pytest.raises(ValueError, match="run lengths"):
        brush.decode(broken, 2, 2)
