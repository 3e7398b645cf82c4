"""Real media files, made on the fly: pictures, sounds, videos, and the hostile ones."""

import io
import struct
import subprocess
import tempfile
import zlib
from functools import cache

from imageio_ffmpeg import get_ffmpeg_exe
from PIL import Image

SECRET = b"the-secret-nobody-may-hear"


def picture(width=640, height=480, mode="RGB"):
    """A blue picture whose top left quarter is red."""
    image = Image.new("RGB", (width, height), (0, 0, 255))
    image.paste((255, 0, 0), (0, 0, width // 2, height // 2))
    return image.convert(mode)


def saved(image, format, **options):
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def opened(prepared):
    image = Image.open(io.BytesIO(prepared.content))
    image.load()
    return image


def exif(orientation=None, *, gps=False):
    block = Image.Exif()
    if orientation:
        block[0x0112] = orientation
    if gps:
        block.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)})
        block[0x010E] = SECRET.decode()
    return block


def png_claiming(width, height, colour_type=2, data=b""):
    """A well-formed PNG header of that size with `data` as its only, possibly insufficient, pixels."""

    def chunk(kind, body):
        return struct.pack("!I", len(body)) + kind + body + struct.pack("!I", zlib.crc32(kind + body))

    header = struct.pack("!IIBBBBB", width, height, 8, colour_type, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@cache
def zeros(length):
    return zlib.compress(bytes(length), 9)


def made(*arguments, content=None):
    """What ffmpeg writes to a file for these arguments."""
    with tempfile.NamedTemporaryFile() as file:
        command = [get_ffmpeg_exe(), "-v", "error", *arguments, "-y", file.name]
        subprocess.run(command, input=content, check=True)
        return file.read()


@cache
def tone(seconds=1.0):
    """A 440 Hz tone as WAV."""
    return made("-f", "lavfi", "-i", f"sine=440:r=22050:d={seconds}", "-f", "wav")


@cache
def film(codec="libx264", sound="aac", *, container="mp4", size="320x240"):
    """Two seconds of test picture with a tone."""
    return made(
        "-f", "lavfi", "-i", f"testsrc=s={size}:d=2:r=10", "-f", "lavfi", "-i", "sine=d=2", "-c:v", codec,
        "-pix_fmt", "yuv420p", "-c:a", sound, "-metadata", f"comment={SECRET.decode()}", "-f", container,
    )  # fmt: skip
