import codecs
import io
import wave

import pytest

from bot.media.prepared import BadMedia
from bot.media.sniff import identify, sniff
from tests.media.making import film, made, picture, saved, tone


@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF"])
def test_pictures_are_known_by_their_content(format):
    kind = sniff(saved(picture(), format)[:4096])

    assert (kind.media, kind.format) == ("image", format.lower())


@pytest.mark.parametrize("format", ["mp3", "ogg", "flac", "adts", "aiff", "wav"])
def test_sounds_are_known_by_their_content(format):
    kind = sniff(made("-i", "pipe:0", "-f", format, content=tone())[:4096])

    assert kind.media == "audio"
    assert kind.format == {"adts": "aac"}.get(format, format)


def test_a_mp3_without_a_tag_is_a_sound():
    kind = sniff(made("-i", "pipe:0", "-f", "mp3", "-id3v2_version", "0", content=tone())[:4096])

    assert kind.format == "mp3"


def test_a_wave_file_of_the_standard_library_is_a_sound():
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(1600))

    assert sniff(out.getvalue()).mime == "audio/wav"


def test_films_are_videos_and_a_webm_without_pictures_is_a_sound():
    sound_only = made("-i", "pipe:0", "-c:a", "libopus", "-f", "webm", content=tone())

    assert sniff(film()[:4096]).media == "video"
    assert sniff(film("libvpx-vp9", "libopus", container="webm")[:4096]).media == "video"
    assert sniff(sound_only[:4096]).media == "audio"


@pytest.mark.parametrize(
    ("head", "format"),
    [
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "playlist"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "playlist"),
        (b"[playlist]\nFile1=/etc/passwd\n", "playlist"),
        (b'<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011">', "playlist"),
        (b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\n", "sdp"),
        (b'<?xml version="1.0"?>\n<!-- a -->\n<svg xmlns="x">', "svg"),
        (codecs.BOM_UTF8 + b"<svg>", "svg"),
        ("größer".encode()[:3], "plain"),
        ("<svg>".encode("utf-16"), "svg"),
        (b"a,b\n1,2\n", "plain"),
    ],
)
def test_text_is_known_as_text_and_what_it_is_for(head, format):
    kind = sniff(head)

    assert (kind.media, kind.format) == ("text", format)


@pytest.mark.parametrize(
    "head", [b"", b"\0\0\0\0", b"\xff\xfe\xfd", b"MZ\x90\0\x03", b"BM not a bitmap \x01", b"\xff\xff\xff\xff"]
)
def test_the_rest_is_nothing_we_know(head):
    assert sniff(head) is None


@pytest.mark.parametrize(
    ("content", "hint", "sentence"),
    [
        (b"", None, "a.jpg is empty."),
        (b"%PDF-1.7", "image", "a.jpg is a PDF document, not a picture."),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "image", "a.jpg is a PostScript file, not a picture."),
        (b"<svg></svg>", "audio", "a.jpg is an SVG drawing, not a sound."),
        (b"hello", None, "a.jpg is a text file, not a picture, sound or video."),
        (b"fLaC\0\0", "image", "a.jpg is a sound, not a picture."),
        (b"\x89PNG\r\n\x1a\n", "video", "a.jpg is a picture, not a video."),
        (b"\0\1\2", "video", "a.jpg is not a video we know."),
    ],
)
def test_what_cannot_serve_is_refused_in_one_sentence(content, hint, sentence):
    with pytest.raises(BadMedia) as refusal:
        identify(content, "/home/somebody/a.jpg", hint)

    assert str(refusal.value) == sentence


def test_a_missing_file_a_folder_and_a_pipe_are_refused_without_waiting(tmp_path):
    import os

    os.mkfifo(tmp_path / "pipe.jpg")
    for path in (tmp_path / "gone.jpg", tmp_path, tmp_path / "pipe.jpg"):
        with pytest.raises(BadMedia, match="is not there, or not a file"):
            identify(path, path.name)


def test_a_name_is_shown_without_folder_line_breaks_or_end():
    with pytest.raises(BadMedia) as refusal:
        identify(b"", "C:\\Users\\me\\evil\n\x1b[31m" + "a" * 500)

    assert "Users" not in str(refusal.value)
    assert str(refusal.value).isprintable()
    assert len(str(refusal.value)) < 100
