import io
import time

import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from bot.media.images import prepare_image
from bot.media.prepared import BadMedia
from tests.media.making import SECRET, exif, opened, picture, png_claiming, saved, zeros


def _near(pixel, colour, tolerance=12):
    return all(abs(a - b) <= tolerance for a, b in zip(pixel[:3], colour, strict=True))


def _red_corner(image):
    """Which corner is red: (right, bottom)."""
    width, height = image.size
    spots = {(x, y): (5 if not x else width - 6, 5 if not y else height - 6) for x in (0, 1) for y in (0, 1)}
    (found,) = [corner for corner, spot in spots.items() if _near(image.convert("RGB").getpixel(spot), (254, 0, 0))]
    return found


@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF"])
def test_every_format_becomes_a_jpeg_within_the_side(format):
    prepared = prepare_image(saved(picture(2000, 1000), format), "a." + format)

    assert (prepared.kind, prepared.mime, prepared.duration_ms) == ("image", "image/jpeg", None)
    assert (prepared.width, prepared.height) == (2000, 1000)
    assert (prepared.shown_width, prepared.shown_height, prepared.scale) == (1280, 640, 0.64)
    assert opened(prepared).format == "JPEG"
    assert opened(prepared).size == (1280, 640)
    assert _red_corner(opened(prepared)) == (0, 0)


def test_a_small_picture_keeps_its_size():
    prepared = prepare_image(saved(picture(300, 200), "JPEG"), "a.jpg")

    assert opened(prepared).size == (300, 200)
    assert prepared.scale == 1


def test_the_side_is_the_callers_choice():
    assert opened(prepare_image(saved(picture(640, 480), "PNG"), "a.png", side=320)).size == (320, 240)


def test_a_path_serves_as_well_as_bytes(tmp_path):
    path = tmp_path / "photo.dat"
    path.write_bytes(saved(picture(), "PNG"))

    assert prepare_image(path, "photo.dat") == prepare_image(path.read_bytes(), "photo.dat")


def test_place_xmp_and_comment_are_not_served():
    source = saved(
        picture(), "JPEG", exif=exif(1, gps=True), comment=SECRET, xmp=b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>",
        icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
    )  # fmt: skip
    assert source.count(SECRET) == 3

    prepared = prepare_image(source, "a.jpg")

    assert SECRET not in prepared.content
    assert not opened(prepared).getexif()
    assert not {"exif", "comment", "xmp", "icc_profile"} & set(opened(prepared).info)


@pytest.mark.parametrize("size", [(640, 480), (40, 30)])
def test_the_texts_of_a_png_are_not_served(size):
    texts = PngInfo()
    texts.add_text("Comment", SECRET.decode())
    texts.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    source = saved(picture(*size), "PNG", pnginfo=texts, exif=exif(1, gps=True))
    assert SECRET in source

    prepared = prepare_image(source, "a.png")

    assert SECRET not in prepared.content
    assert not {"Comment", "XML:com.adobe.xmp", "exif"} & set(opened(prepared).info)


def test_the_comment_of_a_gif_is_not_served():
    source = saved(picture(), "GIF", comment=SECRET)
    assert SECRET in source

    assert SECRET not in prepare_image(source, "a.gif").content


# Where the picture's red top left corner belongs, by orientation (EXIF 2.32, tag 0x0112): right, bottom.
_CORNERS = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1), 5: (0, 0), 6: (1, 0), 7: (1, 1), 8: (0, 1)}


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", _CORNERS)
def test_a_picture_is_turned_upright_and_its_orientation_recorded(format, orientation):
    prepared = prepare_image(saved(picture(640, 320), format, exif=exif(orientation)), "a.jpg")

    upright = (640, 320) if orientation < 5 else (320, 640)
    assert prepared.orientation == orientation
    assert (prepared.width, prepared.height) == upright == opened(prepared).size
    assert _red_corner(opened(prepared)) == _CORNERS[orientation]


def test_a_turned_large_photo_has_the_size_a_viewer_shows():
    prepared = prepare_image(saved(picture(4000, 3000), "JPEG", exif=exif(6)), "a.jpg")

    assert (prepared.width, prepared.height) == (3000, 4000)
    assert opened(prepared).size == (960, 1280)
    assert prepared.scale == 0.32


def test_a_picture_without_or_with_a_wrong_orientation_is_left_as_it_is():
    assert prepare_image(saved(picture(), "JPEG"), "a.jpg").orientation is None
    assert prepare_image(saved(picture(), "JPEG", exif=exif(99)), "a.jpg").orientation is None
    assert prepare_image(saved(picture(), "JPEG", exif=b"Exif\0\0 broken"), "a.jpg").orientation is None


def test_transparency_becomes_white():
    image = Image.new("RGBA", (200, 200), (0, 0, 0, 0))

    assert _near(opened(prepare_image(saved(image, "PNG"), "a.png")).getpixel((9, 9)), (255, 255, 255))


def test_a_transparent_palette_becomes_white():
    image = Image.new("P", (200, 200), 0)

    prepared = prepare_image(saved(image, "GIF", transparency=0), "a.gif")

    assert _near(opened(prepared).convert("RGB").getpixel((9, 9)), (255, 255, 255))


def test_only_the_first_frame_of_a_gif_is_served():
    red, blue = Image.new("RGB", (200, 200), "red"), Image.new("RGB", (200, 200), "blue")

    prepared = prepare_image(saved(red, "GIF", save_all=True, append_images=[blue]), "a.gif")

    assert _near(opened(prepared).getpixel((9, 9)), (254, 0, 0))


@pytest.mark.parametrize("mode", ["I;16", "F", "I"])
def test_more_than_eight_bits_are_stretched(mode):
    image = Image.new("F", (200, 200), 1000)
    image.paste(3000, (0, 0, 100, 200))

    served = opened(prepare_image(saved(image.convert("I").convert(mode), "TIFF"), "scan.tif"))

    assert served.getpixel((20, 100)) > 250
    assert served.getpixel((180, 100)) < 5


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "YCbCr", "RGBX"])
def test_every_kind_of_pixel_is_served(mode):
    image = picture(200, 200, "RGB").convert(mode)

    assert opened(prepare_image(saved(image, "TIFF"), "a.tif")).mode in ("RGB", "L")


def test_print_colours_become_screen_colours():
    image = Image.new("CMYK", (200, 200), (0, 255, 255, 0))

    assert _near(opened(prepare_image(saved(image, "JPEG"), "a.jpg")).getpixel((99, 99)), (255, 0, 0), 40)


def test_another_colour_space_is_converted():
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    renamed = lab.replace("sRGB".encode("utf-16-be"), "tRGB".encode("utf-16-be"))
    assert renamed != lab
    source = saved(picture(), "JPEG", quality=95, icc_profile=renamed)

    assert _red_corner(opened(prepare_image(source, "a.jpg"))) == (0, 0)


def test_a_broken_colour_profile_is_dropped():
    source = saved(picture(), "JPEG", icc_profile=b"not a profile" * 20)

    assert _red_corner(opened(prepare_image(source, "a.jpg"))) == (0, 0)


@pytest.mark.parametrize("size", [(1, 30000), (30000, 1), (20, 4000), (5000, 10)])
def test_extreme_shapes_are_padded_to_what_telegram_takes(size):
    prepared = prepare_image(saved(picture(*size), "PNG"), "strip.png")

    width, height = opened(prepared).size
    assert max(width, height) / min(width, height) <= 20
    assert width + height <= 10000
    assert (prepared.width, prepared.height) == size
    assert (prepared.shown_width, prepared.shown_height) == (width, height)


def test_a_dot_of_a_picture_is_enlarged_without_losing_a_pixel():
    source = picture(28, 28)

    prepared = prepare_image(saved(source, "PNG"), "digit.png")

    served = opened(prepared)
    assert (prepared.mime, served.size, prepared.scale) == ("image/png", (252, 252), 9)
    assert served.resize((28, 28), Image.Resampling.NEAREST).convert("RGB").tobytes() == source.tobytes()


def test_content_wins_over_the_extension():
    assert prepare_image(saved(picture(), "PNG"), "photo.jpg").mime == "image/jpeg"


@pytest.mark.parametrize("colour_type", [0, 2, 3, 6])
def test_a_picture_that_claims_sixty_thousand_pixels_a_side_is_refused_at_once(colour_type):
    started = time.process_time()
    with pytest.raises(BadMedia, match=r"too large|damaged"):
        prepare_image(png_claiming(60000, 60000, colour_type, zeros(10_000_000)), "bomb.png")

    assert time.process_time() - started < 1


def test_a_picture_over_the_pixel_limit_is_never_decoded():
    source = png_claiming(12000, 10000, 0, b"not even pixels")

    with pytest.raises(BadMedia) as refusal:
        prepare_image(source, "/srv/scan.png")

    assert str(refusal.value) == "scan.png has 12000 × 10000 pixels; at most 100 million can be shown."


def test_a_text_that_unpacks_to_a_hundred_megabytes_is_refused():
    import struct
    import zlib

    source = saved(picture(), "PNG")
    body = b"Comment\0\0" + zeros(100_000_000)
    chunk = struct.pack("!I", len(body)) + b"zTXt" + body + struct.pack("!I", zlib.crc32(b"zTXt" + body))

    with pytest.raises(BadMedia, match=r"a\.png is not a picture we can read"):
        prepare_image(source[:33] + chunk + source[33:], "a.png")


@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF"])
def test_a_picture_cut_short_is_refused(format):
    source = saved(Image.effect_noise((400, 300), 80).convert("RGB"), format)

    with pytest.raises(BadMedia) as refusal:
        prepare_image(source[: len(source) // 2], "/home/me/photo.jpg")

    assert str(refusal.value).startswith("photo.jpg is not a picture we can read: ")
    assert "0x" not in str(refusal.value)


@pytest.mark.parametrize(
    "content",
    [b"%!PS-Adobe-3.0 EPSF-3.0\n", b"%PDF-1.4\n", b"<svg/>", b"\xc5\xd0\xd3\xc6" + bytes(40), b"P6 1 1 255 abc"],
)
def test_documents_and_drawings_are_refused_whatever_their_name(content):
    with pytest.raises(BadMedia, match="not a picture"):
        prepare_image(content, "a.jpg")


def test_a_heic_photo_is_refused_with_what_to_do():
    with pytest.raises(BadMedia, match="HEIC picture; please save it as JPEG or PNG"):
        prepare_image(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "IMG_1.HEIC")


def test_the_same_picture_gives_the_same_bytes():
    source = saved(picture(3000, 2000), "JPEG", exif=exif(3))

    assert prepare_image(source, "a.jpg").content == prepare_image(io.BytesIO(source).getvalue(), "b.jpg").content


def test_a_telephone_picture_in_two_views_is_a_picture():
    source = saved(picture(), "MPO", save_all=True, append_images=[picture(320, 240)])

    assert opened(prepare_image(source, "a.jpg")).size == (640, 480)
