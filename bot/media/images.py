"""Makes the picture that is served: upright, small enough for every chat, without metadata."""

import io
import warnings
from pathlib import Path

from PIL import Image, ImageCms, MpoImagePlugin, TiffImagePlugin, UnidentifiedImageError, WebPImagePlugin

from bot.media.prepared import BadMedia, Cut, Prepared, shown_name
from bot.media.sniff import identify

# Named, for importing them registers them; Pillow would otherwise load all its forty decoders at the first WebP.
_REGISTERED = (MpoImagePlugin, TiffImagePlugin, WebPImagePlugin)
_READABLE = {"jpeg": "JPEG", "png": "PNG", "gif": "GIF", "webp": "WEBP", "bmp": "BMP", "tiff": "TIFF"}
_ORIENTATION_TAG = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# Telegram refuses a photo whose sides differ more than twentyfold (Bot API, sendPhoto).
_STEEPEST = 20
# Below this a phone shows a dot: enlarged by a whole factor, its pixels stay countable.
_TINY = 128
_QUALITY = 85


def prepare_image(
    source: Path | bytes, name: str, *, side: int = 1280, pixels: int = 100_000_000, regions: bool = False
) -> Prepared:
    """The picture in `source` (JPEG, PNG, WebP, BMP, TIFF, or a GIF's first frame), neither side over `side` pixels.

    JPEG on white; a tiny picture is enlarged by a whole factor and stays lossless (PNG). Colours are converted to sRGB,
    more than 8 bits a channel are stretched from darkest to brightest. Raises `BadMedia` for what cannot be read in
    full and for more than `pixels` pixels, which are never decoded. `regions` asks for its superpixels too.
    """
    kind = identify(source, name, "image")
    if kind.format not in _READABLE:
        raise BadMedia(f"{shown_name(name)} is a {kind.format.upper()} picture; please save it as JPEG or PNG.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _prepared(source, name, _READABLE[kind.format], side, pixels, regions)
    except (BadMedia, Image.DecompressionBombError) as problem:
        raise BadMedia(str(problem) if isinstance(problem, BadMedia) else _too_large(name)) from problem
    except MemoryError as problem:
        raise BadMedia(_too_large(name)) from problem
    except Exception as problem:  # whatever a decoder raises, hostile bytes caused it
        raise BadMedia(f"{shown_name(name)} is not a picture we can read: {_reason(problem)}.") from problem


def _too_large(name: str) -> str:
    return f"{shown_name(name)} is too large a picture to open; please save it with fewer pixels."


def _reason(problem: Exception) -> str:
    # Pillow's own words name the stream object and its address when it knows no better.
    known = isinstance(problem, OSError) and not isinstance(problem, UnidentifiedImageError)
    return str(problem).split("\n")[0].rstrip(".") if known and str(problem) else "its content is damaged"


def _prepared(source: Path | bytes, name: str, decoder: str, side: int, pixels: int, regions: bool) -> Prepared:
    with Image.open(io.BytesIO(source) if isinstance(source, bytes) else source, formats=(decoder,)) as image:
        width, height = image.size
        if width * height > pixels:
            raise BadMedia(
                f"{shown_name(name)} has {width} × {height} pixels; at most {pixels // 1_000_000} million can be shown."
            )
        found = _orientation(image)
        # Pillow turns TIFF by itself while loading; its size is the turned one already.
        turn = 1 if found is None or decoder == "TIFF" else found
        served = _shrunk(image, side)
    if turn in _TURNS:
        served = served.transpose(_TURNS[turn])
    if turn >= 5:
        width, height = height, width
    scale = max(served.size) / max(width, height)
    content, mime, size = _encoded(served, lossless=max(width, height) < _TINY)
    return Prepared(
        kind="image", mime=mime, content=content, width=width, height=height, orientation=found,
        shown_width=size[0], shown_height=size[1], scale=scale, regions=_regions(served) if regions else None,
    )  # fmt: skip


def _regions(upright: Image.Image) -> Cut:
    # Here, for it takes half a second to load and few projects need it.
    from bot.media.superpixels import cut

    return cut(upright)


def _orientation(image: Image.Image) -> int | None:
    try:
        value = image.getexif().get(_ORIENTATION_TAG)
    except Exception:  # a broken EXIF block is no reason to refuse the picture around it
        return None
    return value if isinstance(value, int) and 1 <= value <= 8 else None


def _shrunk(image: Image.Image, side: int) -> Image.Image:
    """`image` in 8-bit sRGB or grey, scaled to fit `side`."""
    wanted = _fitting(image.size, side)
    image.draft(None, wanted)
    image.load()
    profile = image.info.get("icc_profile")
    plain = _on_white(_eight_bits(image))
    if plain.size != wanted:
        plain = plain.resize(wanted, _filter(image, enlarging=wanted[0] > plain.size[0]))
    return _in_srgb(plain, profile)


def _filter(image: Image.Image, *, enlarging: bool) -> Image.Resampling:
    if enlarging:
        return Image.Resampling.NEAREST
    # Half the time of LANCZOS, and no difference to see in photographs; scans and screenshots keep their letters sharp.
    return Image.Resampling.HAMMING if image.format in ("JPEG", "MPO") else Image.Resampling.LANCZOS


def _fitting(size: tuple[int, int], side: int) -> tuple[int, int]:
    longest = max(size)
    if longest < _TINY:
        factor = max(1, min(2 * _TINY, side) // longest)
        return size[0] * factor, size[1] * factor
    ratio = min(1.0, side / longest)
    return max(1, round(size[0] * ratio)), max(1, round(size[1] * ratio))


def _eight_bits(image: Image.Image) -> Image.Image:
    if not image.mode.startswith(("I", "F")):
        return image
    exact = image.convert("F")
    low, high = exact.getextrema()
    if not isinstance(low, float) or not isinstance(high, float) or not high > low:
        return Image.new("L", image.size, 128)
    factor = 255.0 / (high - low)
    return exact.point(lambda value: value * factor - low * factor).convert("L")


def _on_white(image: Image.Image) -> Image.Image:
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        ground = Image.new("RGB", layer.size, "white")
        ground.paste(layer, mask=layer.getchannel("A"))
        return ground
    return image if image.mode in ("L", "RGB", "CMYK") else image.convert("L" if image.mode == "1" else "RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """`image` in sRGB; a profile that is broken or does not fit is dropped, as browsers do."""
    if profile and image.mode in ("RGB", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if "sRGB" not in ImageCms.getProfileDescription(source):
                target = ImageCms.createProfile("sRGB")
                return ImageCms.profileToProfile(image, source, target, outputMode="RGB") or image
        except (ImageCms.PyCMSError, OSError, ValueError):
            image = image.convert("RGB")
    return image.convert("RGB") if image.mode == "CMYK" else image


def _encoded(image: Image.Image, lossless: bool) -> tuple[bytes, str, tuple[int, int]]:
    image = _padded(image)
    # Pillow would write the source's comment, profile and resolution from here.
    image.info = {}
    out = io.BytesIO()
    if lossless:
        image.save(out, "PNG")
    else:
        image.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue(), "image/png" if lossless else "image/jpeg", image.size


def _padded(image: Image.Image) -> Image.Image:
    width, height = image.size
    size = max(width, -(-height // _STEEPEST)), max(height, -(-width // _STEEPEST))
    if size == image.size:
        return image
    ground = Image.new(image.mode, size, "white")
    ground.paste(image, (0, 0))
    return ground
