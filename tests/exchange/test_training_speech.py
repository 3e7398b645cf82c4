"""Transcripts as speech to train with: the sounds lie beside the words, none is left out unsaid."""

import csv
import io
import json
import wave
import zipfile

import datasets
import pandas as pd
import pytest

from bot.exchange.exports import export_project
from bot.exchange.problems import BadExport
from bot.exchange.wanted import Wanted
from bot.project import Project, Question
from tests.exchange.desk import Desk
from tests.media.making import film, made, tone

SAID = Question("label", "What is said?", "transcript")
CLIPS = Project("clips", "Clips", (SAID,), overlap=2)
WORDS = {"one.wav": "Hello there.", "sub/two.mp3": 'A "quoted" | bar,\n\ta tab', "thrée.ogg": "👋 שלום 東京 e\u0301"}
datasets.disable_progress_bars()


def sounds(desk: Desk) -> None:
    desk.file("in/one.wav", tone(1.0))
    desk.file("in/sub/two.mp3", made("-f", "lavfi", "-i", "sine=300:d=1.5", "-f", "mp3"))
    desk.file("in/thrée.ogg", made("-f", "lavfi", "-i", "sine=200:d=0.5", "-c:a", "libopus", "-f", "ogg"))


@pytest.fixture
def said(desk):
    desk = desk.have(CLIPS)
    sounds(desk)
    desk.bring(desk.folder / "in")
    keys = sorted(desk.items(), key=lambda key: desk.items()[key].id)
    desk.answer(desk.person("ann"), *({"label": WORDS[key]} for key in keys))
    return desk


def test_ljspeech_has_wavs_and_a_line_each(said):
    result, out = said.export("lj", format="ljspeech")
    rows = list(csv.reader((out / "metadata.csv").open(encoding="utf-8"), delimiter="|", quoting=csv.QUOTE_NONE))
    assert {tuple(row) for row in rows} == {
        ("one", "Hello there.", "Hello there."),
        ("sub_two", 'A "quoted" bar, a tab', 'A "quoted" bar, a tab'),
        ("thr_e", WORDS["thrée.ogg"], WORDS["thrée.ogg"]),
    }
    for name, *_ in rows:
        with wave.open(str(out / "wavs" / f"{name}.wav")) as sound:
            assert (sound.getnchannels(), sound.getframerate(), sound.getsampwidth()) == (1, 22050, 2)
            assert sound.getnframes() > 10_000
    assert "Texts in which bars, line ends or tabs became spaces: 1." in result.losses
    assert (
        "Pictures, sounds and films are in it as people are shown them, resized and without metadata." in result.losses
    )


def test_a_nemo_manifest_lists_every_sound_whatever_it_was(said):
    result, out = said.export("nemo", format="nemo")
    rows = [json.loads(line) for line in (out / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]
    assert sorted(row["text"] for row in rows) == sorted(WORDS.values())
    assert all((out / row["audio_filepath"]).stat().st_size > 0 for row in rows)
    assert {row["audio_filepath"]: round(row["duration"], 1) for row in rows} == {
        "audio/one.ogg": 1.0, "audio/sub_two.ogg": 1.5, "audio/thr_e.ogg": 0.5,
    }  # fmt: skip
    assert result.losses[-1].startswith("Pictures, sounds")


def test_common_voice_reads_the_same_with_and_without_quoting(said):
    _, out = said.export("cv", format="commonvoice")
    table = pd.read_csv(out / "validated.tsv", sep="\t", dtype=str, keep_default_na=False)
    raw = pd.read_csv(out / "validated.tsv", sep="\t", dtype=str, keep_default_na=False, quoting=csv.QUOTE_NONE)
    assert table.equals(raw)
    assert set(table["sentence"]) == {"Hello there.", "A ”quoted” | bar, a tab", WORDS["thrée.ogg"]}
    assert all((out / "clips" / name).is_file() for name in table["path"])


def hub(folder):
    """The rows of each part as the builder of `datasets` reads them: before it encodes the sounds, for which it wants
    torch."""
    builder = datasets.load_dataset_builder("audiofolder", data_dir=str(folder), cache_dir=str(folder / "cache"))
    parts = builder._split_generators(datasets.DownloadManager())
    return {part.name: [row for _, row in builder._generate_examples(**part.gen_kwargs)] for part in parts}


def test_hugging_face_loads_the_audiofolder(said):
    _, out = said.export("af", format="audiofolder")
    rows = hub(out)["train"]
    assert sorted(row["transcription"] for row in rows) == sorted(WORDS.values())
    assert all(row["audio"].endswith(".ogg") for row in rows)


def test_parts_share_the_sounds_or_have_their_own(said):
    shares = {"train": 0.5, "test": 0.5}
    _, out = said.export("lj", format="ljspeech", split=shares, level="items")
    lines = [(out / f"metadata_{part}.csv").read_text(encoding="utf-8").splitlines() for part in shares]
    assert sum(map(len, lines)) == len(list((out / "wavs").iterdir())) == 3
    _, out = said.export("af", format="audiofolder", split=shares, level="items")
    loaded = hub(out)
    assert {part: len(loaded[part]) for part in loaded} == {
        part: len((out / part / "metadata.jsonl").read_text().splitlines()) for part in shares
    }


def test_what_nobody_made_out_and_what_has_no_sound_is_told(desk):
    desk = desk.have(CLIPS)
    sounds(desk)
    desk.file("in/film.mp4", film())
    rows = ({"id": "a", "audio": "one.wav"}, {"id": "b", "audio": "sub/two.mp3"}, {"id": "c", "text": "no sound"})
    desk.bring(desk.jsonl("in/items.jsonl", *rows), mapping={})
    desk.answer(desk.person("ann"), {"label": "hello"}, {"label": "[unintelligible]"}, {"label": "hm"})
    for form in ("nemo", "ljspeech", "commonvoice", "audiofolder"):
        result, _ = desk.export(f"o/{form}", format=form)
        assert result.rows == 1
        assert "Left out for want of a sound: 1." in result.losses
        assert "Left out because nobody could make out the words: 1." in result.losses


def test_a_clip_heard_in_pieces_has_its_times_in_nemo_and_its_whole_text_elsewhere(said):
    segments = [{"start": 0.0, "end": 0.5, "text": "Hello"}, {"start": 0.5, "end": 1.0, "text": "[unintelligible]"}]
    said.answer(said.person("bob"), {"label": {"text": "Hello [unintelligible]", "segments": segments}}, None, None)
    _, out = said.export("nemo", format="nemo")
    rows = [json.loads(line) for line in (out / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row for row in rows if "offset" in row] == [
        {"audio_filepath": "audio/one.ogg", "offset": 0.0, "duration": 0.5, "text": "Hello"}
    ]
    result, out = said.export("lj", format="ljspeech")
    assert "one|Hello [unintelligible]|Hello [unintelligible]" in (out / "metadata.csv").read_text().splitlines()
    assert "Clips heard in pieces have their whole text here: 1; nemo and jsonl have the times." in result.losses


def test_a_second_export_replaces_the_sounds_of_the_first_and_nothing_else(said):
    said.export("lj", format="ljspeech")
    (said.folder / "lj" / "notes.txt").write_text("mine")
    before = (said.folder / "lj" / "dataset.json").read_bytes()
    said.export("lj", format="ljspeech")
    assert (said.folder / "lj" / "dataset.json").read_bytes() == before
    said.export("lj", format="nemo")
    names = sorted(path.relative_to(said.folder / "lj").as_posix() for path in (said.folder / "lj").rglob("*.*"))
    assert names == [
        "audio/one.ogg", "audio/sub_two.ogg", "audio/thr_e.ogg", "dataset.json", "manifest.jsonl", "notes.txt",
    ]  # fmt: skip


def test_ids_that_become_one_file_name_have_a_sound_each_also_in_parts(desk):
    desk = desk.have(CLIPS)
    sounds(desk)
    keys = [f"a{sign}b" for sign in " /:?*|<>"] + ["A b", "..", "", "a b.wav"]
    desk.bring(desk.jsonl("in/items.jsonl", *({"id": f"{key}", "audio": "one.wav", "n": key} for key in keys)))
    desk.answer(desk.person("ann"), *({"label": f"{number}"} for number, _ in enumerate(keys)))
    for split in (None, {"train": 0.5, "test": 0.5}):
        _, out = desk.export("lj", format="ljspeech", split=split)
        names = [line.split("|")[0] for file in out.glob("metadata*.csv") for line in file.read_text().splitlines()]
        assert len(set(names)) == len(keys)
        assert {f"{name}.wav" for name in names} == {file.name for file in (out / "wavs").iterdir()}


def test_a_zip_of_sounds_with_their_words_is_read(desk):
    desk = desk.have(CLIPS)
    with zipfile.ZipFile(desk.folder / "z.zip", "w") as archive:
        archive.writestr("metadata.jsonl", json.dumps({"file_name": "one.wav", "transcription": "Hello"}))
        archive.writestr("one.wav", tone(1.0))
    assert desk.bring(desk.folder / "z.zip", role="gold").new == 1
    assert [(key, row.gold) for key, row in desk.items().items()] == [("one.wav", {"label": "Hello"})]


def test_nothing_of_speech_goes_to_a_pipe(said):
    with pytest.raises(BadExport, match="standard output"):
        export_project(said.database, said.files, "clips", Wanted(format="nemo"), io.BytesIO())
