import http.server
import io
import math
import re
import resource
import struct
import subprocess
import threading
import time
import wave
from functools import cache

import pytest
from imageio_ffmpeg import get_ffmpeg_exe

from bot.media import ffmpeg
from bot.media.audio import NoPicture, prepare_audio, prepare_video
from bot.media.prepared import BadMedia
from tests.media.making import SECRET, film, made, picture, saved, tone


def _said(content):
    """What ffmpeg says of the bytes that are served."""
    return subprocess.run([get_ffmpeg_exe(), "-i", "pipe:0"], input=content, capture_output=True).stderr.decode()


def _loudness(content):
    """The mean level of a sound in dB, as ffmpeg measures it."""
    command = [get_ffmpeg_exe(), "-i", "pipe:0", "-af", "volumedetect", "-f", "null", "-"]
    said = subprocess.run(command, input=content, capture_output=True).stderr.decode()
    return float(re.search(r"mean_volume: (-?[\d.]+) dB", said)[1])


FORMATS = {
    "wav": ("-f", "wav"),
    "mp3": ("-f", "mp3"),
    "ogg": ("-c:a", "libvorbis", "-f", "ogg"),
    "opus": ("-c:a", "libopus", "-f", "ogg"),
    "flac": ("-f", "flac"),
    "webm": ("-c:a", "libopus", "-f", "webm"),
    "aac": ("-f", "adts"),
    "aiff": ("-f", "aiff"),
    "amr": ("-ar", "8000", "-c:a", "libopencore_amrnb", "-f", "amr"),
}


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_becomes_a_voice_message(format):
    prepared = prepare_audio(made("-i", "pipe:0", *FORMATS[format], content=tone()), "clip." + format)

    assert (prepared.kind, prepared.mime, prepared.width) == ("audio", "audio/ogg", None)
    assert abs(prepared.duration_ms - 1000) < 80
    assert "Audio: opus, 48000 Hz, mono" in _said(prepared.content)
    assert -30 < _loudness(prepared.content) < -10


def test_a_m4a_with_its_index_at_the_end_is_read(tmp_path):
    path = tmp_path / "clip.m4a"
    path.write_bytes(made("-i", "pipe:0", "-f", "ipod", content=tone()))
    assert path.read_bytes().index(b"moov") > path.read_bytes().index(b"mdat")

    assert abs(prepare_audio(path, "clip.m4a").duration_ms - 1000) < 80
    assert prepare_audio(path.read_bytes(), "clip.m4a") == prepare_audio(path, "clip.m4a")


def test_the_duration_is_exact_to_the_millisecond():
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"".join(struct.pack("<h", int(9000 * math.sin(n / 5))) for n in range(9872)))

    assert prepare_audio(out.getvalue(), "clip.wav").duration_ms == 1234


def test_tags_and_covers_are_not_served(tmp_path):
    cover = tmp_path / "cover.png"
    cover.write_bytes(saved(picture(64, 64), "PNG"))
    source = made(
        "-i", "pipe:0", "-i", str(cover), "-map", "0", "-map", "1", "-metadata", f"title={SECRET.decode()}",
        "-metadata", f"comment={SECRET.decode()}", "-f", "mp3", content=tone(),
    )  # fmt: skip
    assert SECRET in source

    prepared = prepare_audio(source, "clip.mp3")

    assert SECRET not in prepared.content
    assert "Video" not in _said(prepared.content)


def test_the_sound_of_a_film_can_be_labeled_alone():
    assert abs(prepare_audio(film(), "film.mp4").duration_ms - 2000) < 80


def test_the_same_sound_gives_the_same_bytes():
    assert prepare_audio(tone(), "a.wav").content == prepare_audio(tone(), "b.wav").content


def test_content_wins_over_the_extension_of_a_sound():
    flac = made("-i", "pipe:0", "-f", "flac", content=tone())

    assert abs(prepare_audio(flac, "clip.mp3").duration_ms - 1000) < 80


@pytest.fixture
def listener():
    """A web server that counts who comes."""
    visits = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            visits.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", visits
    server.shutdown()
    thread.join()
    server.server_close()


PLAYLISTS = {
    "HLS": "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{address}\n#EXT-X-ENDLIST\n",
    "ffconcat": "ffconcat version 1.0\nfile '{address}'\n",
    "DASH": '<?xml version="1.0"?><MPD><Period><BaseURL>{address}</BaseURL></Period></MPD>',
    "SDP": "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n",
    "SVG": '<svg xmlns:x="http://www.w3.org/1999/xlink"><image x:href="{address}"/></svg>',
    "PLS": "[playlist]\nFile1={address}\n",
}


@pytest.mark.parametrize(
    "disguise", [b"", b"ID3\x04\0\0\0\0\0\0", b"RIFF\x24\0\0\0WAVE", b"OggS", b"fLaC", b"\xff\xfb\x90\0"]
)
@pytest.mark.parametrize("playlist", PLAYLISTS)
def test_a_playlist_named_mp3_reads_no_file_and_opens_no_connection(playlist, disguise, tmp_path, listener):
    address, visits = listener
    secret = tmp_path / "secret.wav"
    secret.write_bytes(tone())
    for target in (address, f"file://{secret}", str(secret)):
        path = tmp_path / "clip.mp3"
        path.write_bytes(disguise + PLAYLISTS[playlist].format(address=target).encode())
        with pytest.raises(BadMedia, match=r"^clip\.mp3 "):
            prepare_audio(path, "clip.mp3")

    assert visits == []


def _referring(path, target):
    """The QuickTime file at `path`, its sound said to be in the file `target` by an alias with an absolute path."""
    content, name = path.read_bytes(), str(target).encode()
    name += b"\0" * (len(name) % 2)
    record = bytes(150) + struct.pack("!HH", 2, len(name)) + name + b"\xff\xff\0\0"
    entry = struct.pack("!I4sI", 12 + len(record), b"alis", 0) + record
    at = content.index(struct.pack("!I4sI", 12, b"url ", 1))
    grown = bytearray(content[:at] + entry + content[at + 12 :])
    for box in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):
        size = grown.rindex(box, 0, at) - 4
        grown[size : size + 4] = struct.pack("!I", int.from_bytes(grown[size : size + 4], "big") + len(entry) - 12)
    return bytes(grown)


def test_a_quicktime_file_that_points_to_another_file_does_not_get_it(tmp_path):
    secret, path = tmp_path / "secret.raw", tmp_path / "clip.mov"
    secret.write_bytes(bytes(200_000))
    options = ["-c:a", "pcm_s16le", "-f", "mov", path]
    subprocess.run([get_ffmpeg_exe(), "-v", "error", "-i", "pipe:0", *options], input=tone(), check=True)
    path.write_bytes(_referring(path, secret))
    # Silence from the other file is what an ffmpeg without our fence gives.
    open_doors = ["-enable_drefs", "1", "-use_absolute_path", "1", "-i", path, "-f", "wav"]
    assert _loudness(made(*open_doors)) < -80

    with pytest.raises(BadMedia, match=r"clip\.mov has no sound in it"):
        prepare_audio(path, "clip.mov")


@cache
def _ten_hours():
    return made("-f", "lavfi", "-i", "anullsrc=r=1000:cl=mono", "-t", "36000", "-f", "flac")


def test_ten_hours_of_silence_in_a_small_file_are_refused_by_their_duration():
    assert len(_ten_hours()) < 4_000_000

    with pytest.raises(BadMedia) as refusal:
        prepare_audio(_ten_hours(), "/data/night.flac")

    assert str(refusal.value) == "night.flac is longer than 120 minutes; please cut it into pieces."


@pytest.mark.parametrize("samples", [0, 1000])
def test_a_length_the_header_hides_is_counted_and_refused_as_cheaply(samples):
    # The number of samples in a FLAC's header (36 bits from byte 21): unknown is zero, and a lie is one second.
    source = bytearray(_ten_hours())
    source[21] &= 0xF0
    source[22:26] = samples.to_bytes(4, "big")
    started = time.process_time() + resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime

    with pytest.raises(BadMedia, match="longer than 120 minutes"):
        prepare_audio(bytes(source), "night.flac")

    assert time.process_time() + resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - started < 5


def test_exactly_the_longest_sound_is_taken():
    assert prepare_audio(tone(), "a.wav", longest_ms=1000).duration_ms == 1000


@pytest.mark.parametrize(
    "content", [b"ID3", b"fLaC" + bytes(900), b"OggS" + b"x" * 500, b"\0\0\0\x18ftypM4A \0\0\0\0", tone()[:44]]
)
def test_a_sound_without_sound_is_refused(content):
    with pytest.raises(BadMedia, match=r"^clip\.ogg ") as refusal:
        prepare_audio(content, "/secret/place/clip.ogg")

    assert "/" not in str(refusal.value)
    assert "fd:" not in str(refusal.value)


def test_a_silent_film_has_no_sound():
    silent = made("-f", "lavfi", "-i", "testsrc=s=64x64:d=1", "-f", "webm")

    with pytest.raises(BadMedia, match=r"film\.webm has no sound in it"):
        prepare_audio(silent, "film.webm")


def test_a_film_that_plays_everywhere_is_copied_without_its_tags():
    source = film()
    assert SECRET in source

    prepared = prepare_video(source, "film.mp4")

    assert (prepared.kind, prepared.mime, prepared.orientation) == ("video", "video/mp4", None)
    assert (prepared.width, prepared.height, prepared.shown_width, prepared.scale) == (320, 240, 320, 1)
    assert abs(prepared.duration_ms - 2000) < 120
    assert SECRET not in prepared.content
    assert b"x264 - core" not in prepared.content
    assert prepared.content.index(b"moov") < prepared.content.index(b"mdat")


def test_other_codecs_become_h264_and_fit_the_side():
    source = film("libvpx-vp9", "libopus", container="webm", size="1600x400")

    prepared = prepare_video(source, "film.webm", side=640)

    assert (prepared.width, prepared.height, prepared.shown_width, prepared.shown_height) == (1600, 400, 640, 160)
    assert prepared.scale == 0.4
    assert "Video: h264" in _said(prepared.content)
    assert "Audio: aac" in _said(prepared.content)
    assert SECRET not in prepared.content


def test_a_film_held_upright_has_the_size_a_viewer_shows(tmp_path):
    level, upright = tmp_path / "level.mp4", tmp_path / "upright.mp4"
    level.write_bytes(film())
    turned = ["-display_rotation", "90", "-i", level, "-c", "copy", upright]
    subprocess.run([get_ffmpeg_exe(), "-v", "error", *turned], check=True)

    prepared = prepare_video(upright, "film.mp4")

    assert (prepared.width, prepared.height) == (240, 320)
    assert (prepared.shown_width, prepared.shown_height) == (240, 320)


def test_a_film_too_large_to_upload_is_refused():
    with pytest.raises(BadMedia, match=r"film\.mp4 is over 0 MB as a video"):
        prepare_video(film(), "film.mp4", most_bytes=10_000)


def test_a_film_that_is_too_long_is_refused():
    with pytest.raises(BadMedia, match="longer than 1 seconds"):
        prepare_video(film(), "film.mp4", longest_ms=1000)


def test_a_video_container_with_sound_only_has_no_picture(tmp_path):
    sound = made("-i", "pipe:0", "-c:a", "aac", "-movflags", "empty_moov", "-f", "mp4", content=tone())

    with pytest.raises(NoPicture, match=r"film\.mp4 has no picture in it, only sound"):
        prepare_video(sound, "film.mp4")


def test_a_broken_film_is_refused():
    with pytest.raises(BadMedia, match=r"^film\.mp4 is not a sound or video we can read"):
        prepare_video(b"\0\0\0\x18ftypisom\0\0\0\0" + bytes(500), "/srv/film.mp4")


def test_the_ffmpeg_we_ship_lacks_nothing():
    assert ffmpeg.missing() is None
