"""Long clips: cut where nobody speaks, each piece a voice message of its own, and a picture of the whole."""

import io
import itertools

import numpy as np
import pytest
from PIL import Image

from bot.media import loudness, opus, waveform
from bot.media.audio import prepare_audio
from bot.media.cutting import cut_up
from bot.media.painting import paint
from bot.media.prepared import BadMedia, taken_apart
from bot.media.preparer import Preparer
from tests.media.making import tone
from tests.media.speaking import RATE, SOUNDS, samples, speech

TALK = ((0.2, 6.0), (6.6, 11.5), (12.1, 19.0), (19.7, 26.0), (26.5, 33.0), (33.6, 39.8))
SILENCES = [(6.0, 6.6), (11.5, 12.1), (19.0, 19.7), (26.0, 26.5), (33.0, 33.6)]


def cut(source, name="clip.wav", longest_ms=15_000):
    return cut_up(prepare_audio(source, name).content, name, longest_ms)


def covers(pieces, duration_ms):
    return (
        pieces[0]["start"] == 0
        and pieces[-1]["end"] == duration_ms
        and all(one["end"] == after["start"] for one, after in itertools.pairwise(pieces))
    )


@pytest.mark.parametrize("format", SOUNDS)
def test_a_clip_is_cut_in_its_silences(format):
    made = cut(speech(*TALK, seconds=40, format=format), f"clip.{format}")

    assert covers(made.pieces, made.duration_ms)
    assert abs(made.duration_ms - 40_000) < 100
    assert len(made.pieces) == 3 or len(made.pieces) == 4
    for piece in made.pieces[1:]:
        assert any(start < piece["start"] / 1000 < end for start, end in SILENCES), piece
    assert all(1000 <= piece["end"] - piece["start"] <= 15_000 for piece in made.pieces)


def test_a_piece_sounds_as_the_clip_does_there_with_a_little_around_it():
    clip = prepare_audio(speech(*TALK, seconds=40), "clip.wav")
    made = cut_up(clip.content, "clip.wav", 15_000)
    files, _ = taken_apart(made)

    whole = samples(clip.content)
    for number, (piece, file) in enumerate(zip(made.pieces, files, strict=True)):
        before = 0 if number == 0 else 300
        after = 0 if number == len(files) - 1 else 300
        heard = samples(file)
        assert piece["duration_ms"] == piece["end"] - piece["start"] + before + after
        assert opus.milliseconds(file) == piece["duration_ms"] == round(len(heard) / RATE * 1000)
        begin = (piece["start"] - before) * RATE // 1000
        expected = whole[begin : begin + len(heard)]
        assert np.abs(heard - expected).max() < 0.1
        assert np.abs(heard - expected)[RATE // 5 :].max() < 0.005


def test_speech_without_a_pause_is_cut_where_it_is_quietest():
    loud = speech((0.0, 9.0), (9.1, 20.0), seconds=20)

    (first, second) = cut(loud).pieces

    assert abs(first["end"] - 9050) <= 60
    assert second["end"] == 20_000


def test_a_tone_without_end_is_cut_all_the_same():
    made = cut(tone(70.0))

    assert covers(made.pieces, 70_000)
    assert max(piece["end"] - piece["start"] for piece in made.pieces) <= 15_000
    assert len(made.pieces) <= 6


def test_silence_is_cut_all_the_same():
    made = cut(speech(seconds=31, noise=0))

    assert covers(made.pieces, 31_000)
    assert max(piece["end"] - piece["start"] for piece in made.pieces) <= 15_000


@pytest.mark.parametrize("longest_ms", [5000, 15_000, 60_000])
@pytest.mark.parametrize("duration_ms", [15_001, 15_010, 16_000, 60_001, 61_007, 119_999, 300_000])
def test_no_piece_is_longer_than_asked(duration_ms, longest_ms):
    noise = np.random.default_rng(duration_ms).normal(-30, 10, duration_ms // 10).astype(np.float32)

    edges = [0, *loudness.cuts(noise, duration_ms, longest_ms), duration_ms]

    lengths = [end - start for start, end in itertools.pairwise(edges)]
    assert max(lengths) <= longest_ms
    assert len(lengths) == 1 or min(lengths) >= 900


def test_two_hours_are_480_pieces_and_more_only_where_pauses_ask_for_it():
    """Levels only: what they cost to find is in the benchmark."""
    spoken = np.full(720_000, -20, np.float32)
    for at in range(0, 720_000, 450):
        spoken[at : at + 40] = -60

    cuts = loudness.cuts(spoken, 7_200_000, 15_000)

    assert 480 <= len(cuts) + 1 <= 660
    assert all(spoken[at // 10] == -60 for at in cuts)


def test_the_same_clip_is_cut_into_the_same_bytes():
    clip = prepare_audio(speech(*TALK, seconds=40), "clip.wav").content

    assert cut_up(clip, "a.wav", 15_000) == cut_up(clip, "b.wav", 15_000)


def test_the_waveform_has_a_row_for_each_half_minute():
    made = cut(speech(*TALK, seconds=40))
    picture = Image.open(io.BytesIO(taken_apart(made)[1]))

    assert picture.size == (waveform.WIDTH, 2 * waveform.ROW)
    assert len(taken_apart(made)[1]) < 10_000


def test_a_piece_is_marked_on_the_waveform():
    made = cut(speech(*TALK, seconds=40))
    picture = taken_apart(made)[1]

    shown = waveform.marked(picture, 20_000, 35_000)

    assert shown.size == (made.width, made.height) == (1256, 342)
    row, head, side = waveform.ROW, 98, 28
    light = (255, 233, 168)
    for x, number, inside in ((790, 0, False), (810, 0, True), (1190, 0, True), (10, 1, True), (210, 1, False)):
        column = {
            shown.getpixel((side + x + shift, head + number * row + y)) for shift in (0, 3) for y in range(40, row)
        }
        assert (light in column) is inside, (x, number)


def test_of_a_long_clip_only_the_rows_around_the_piece_are_shown():
    picture = waveform.tape(np.full(360_000, 0.5, np.float32), range(15_000, 3_600_000, 15_000), 3_600_000)

    assert Image.open(io.BytesIO(picture)).size == (1200, 120 * waveform.ROW)
    for start, end in ((0, 5000), (1_800_000, 1_815_000), (1_825_000, 1_840_000), (1_815_000, 1_875_000)):
        shown = waveform.marked(picture, start, end)
        assert shown.size == waveform.size(3_600_000)
        assert shown.width >= 2 * shown.height
        assert bright(shown) == pytest.approx((end - start) * waveform.WIDTH / waveform.ROW_MS, abs=9)


def bright(shown):
    """How many columns of all rows are marked."""
    row = np.asarray(shown)[98 + 36 :: waveform.ROW]
    return int(((row == (255, 233, 168)).all(2) | (row == (180, 83, 9)).all(2)).sum())


def test_times_are_written_as_people_write_them():
    assert [waveform.clock(at) for at in (0, 24_900, 65_000, 7_199_000)] == ["0:00", "0:24", "1:05", "119:59"]


def test_a_child_process_cuts_a_clip(tmp_path):
    clip = tmp_path / "clip.ogg"
    clip.write_bytes(prepare_audio(speech(*TALK, seconds=40), "clip.wav").content)
    with Preparer(1) as preparer:
        made = preparer.prepare(clip, "clip.ogg", "audio", piece_ms=15_000)

        assert made == cut_up(clip, "clip.ogg", 15_000)
        assert preparer.prepare(clip, "clip.ogg", "audio").pieces is None


def test_what_is_not_ours_is_not_cut():
    with pytest.raises(BadMedia, match=r"^clip\.ogg cannot be cut"):
        cut_up(speech(*TALK, seconds=40, format="ogg"), "/place/clip.ogg", 15_000)
    with pytest.raises(BadMedia):
        cut_up(b"OggS" + b"\0" * 40, "clip.ogg", 15_000)


def test_the_painter_marks_the_piece_on_a_waveform():
    made = cut(speech(*TALK, seconds=40))
    picture = taken_apart(made)[1]

    assert waveform.size(40_000) == (made.width, made.height)
    painted = Image.open(io.BytesIO(paint(picture, (made.width, made.height), {"wave": [20_000, 35_000]})))

    assert painted.format == "JPEG"
    assert painted.size == waveform.marked(picture, 20_000, 35_000).size
