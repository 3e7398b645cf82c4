"""Long clips of a transcript project: cut once at import, described in the item, exported with their times."""

import csv
import json

import pytest
from sqlalchemy import func, select

from bot.project import Project, Question
from storage.database import run
from storage.schema import answers, media, sources
from tests.media.speaking import samples, speech

TALK = ((0.2, 6.0), (6.6, 11.5), (12.1, 19.0), (19.7, 26.0), (26.5, 33.0), (33.6, 39.8))


def clips(**options):
    return Project("reviews", "Clips", (Question("label", "What is said?", "transcript", options=options),))


@pytest.fixture
def spoken(desk):
    """A desk with a short and a long clip, and their file."""

    def made(**options):
        desk.have(clips(**options))
        desk.file("long.wav", speech(*TALK, seconds=40))
        desk.file("short.wav", speech((0.2, 3.0), seconds=4))
        return desk.jsonl("a.jsonl", {"id": "long", "clip": "long.wav"}, {"id": "short", "clip": "short.wav"})

    return made


def count(desk, table):
    return run(desk.database, lambda tx: tx.value(select(func.count()).select_from(table)))


def segments(item, texts):
    pieces = item.media[0]["pieces"]
    return [
        {"start": piece["start"] / 1000, "end": piece["end"] / 1000, "text": text}
        for piece, text in zip(pieces, texts, strict=True)
    ]


def test_a_long_clip_is_described_with_its_pieces_and_its_waveform(desk, spoken):
    assert desk.bring(spoken()).new == 2

    (clip,) = desk.items()["long"].media
    pieces, wave = clip["pieces"], clip["wave"]
    assert [piece["start"] for piece in pieces] == [0, *(piece["end"] for piece in pieces[:-1])]
    assert pieces[-1]["end"] == clip["duration_ms"]
    assert max(piece["end"] - piece["start"] for piece in pieces) <= 15_000
    for piece in pieces:
        assert set(piece) == {"id", "sha256", "mime", "start", "end", "duration_ms"}
        content = desk.files.open(piece["sha256"]).read()
        assert abs(len(samples(content)) / 16 - piece["duration_ms"]) < 2
    assert desk.files.open(wave["sha256"]).read().startswith(b"\x89PNG")
    assert (wave["mime"], wave["width"], wave["height"]) == ("image/png", 1256, 342)
    assert "pieces" not in desk.items()["short"].media[0]


def test_the_same_source_adds_nothing_twice(desk, spoken):
    path = spoken()
    desk.bring(path)
    before = count(desk, media), count(desk, sources), desk.items()["long"].media

    again = desk.bring(path)
    assert (again.new, again.known, again.changed) == (0, 2, 0)
    desk.bring(desk.jsonl("b.jsonl", {"id": "other", "clip": "long.wav"}))

    assert (count(desk, media), count(desk, sources), desk.items()["long"].media) == before
    assert desk.items()["other"].media[0]["pieces"] == before[2][0]["pieces"]


def test_pieces_that_are_gone_from_the_folder_are_cut_anew(desk, spoken):
    path = spoken()
    desk.bring(path)
    before = desk.items()["long"].media
    listed = run(desk.database, lambda tx: tx.value(select(media.c.sha256).where(media.c.kind == "list")))
    desk.files.delete(listed)

    desk.bring(desk.jsonl("b.jsonl", {"id": "other", "clip": "long.wav"}))

    assert desk.items()["other"].media[0]["pieces"] == before[0]["pieces"]


@pytest.mark.parametrize("options", [{"pieces": False}, {"piece_seconds": 60}])
def test_clips_stay_whole_where_the_project_says_so(desk, spoken, options):
    desk.bring(spoken(**options))

    assert "pieces" not in desk.items()["long"].media[0]


def test_the_project_says_how_long_a_piece_may_be(desk, spoken):
    desk.bring(spoken(piece_seconds=5))

    pieces = desk.items()["long"].media[0]["pieces"]
    assert 8 <= len(pieces) <= 14
    assert max(piece["end"] - piece["start"] for piece in pieces) <= 5000


def test_another_type_s_clips_stay_whole(desk):
    desk.file("long.wav", speech(*TALK, seconds=40))
    desk.bring(desk.jsonl("a.jsonl", {"id": "long", "clip": "long.wav"}))

    assert "pieces" not in desk.items()["long"].media[0]


def test_a_clip_imported_before_clips_were_cut_can_be_imported_again(desk, spoken):
    path = spoken(pieces=False)
    desk.bring(path)
    desk.have(clips())

    again = desk.bring(path)

    assert again.known == 2
    assert "pieces" not in desk.items()["long"].media[0]


@pytest.mark.parametrize("name", ["out/x.jsonl", "out/x.csv", "out/x.parquet"])
def test_times_come_back_from_every_table(desk, spoken, name):
    desk.bring(spoken())
    texts = [f"text {at}" for at in range(len(desk.items()["long"].media[0]["pieces"]))]
    label = {"text": " ".join(texts), "segments": segments(desk.items()["long"], texts)}
    desk.answer(desk.person("Anna"), {"label": label}, {"label": "short one"})
    desk.export(name, format=name.rpartition(".")[2], level="answers")

    other = desk.have(Project("other", "Clips", clips().questions))
    other.bring(desk.folder / name)

    rows = run(desk.database, lambda tx: tx.all(select(answers.c.label).order_by(answers.c.id)))
    assert [row.label["label"] for row in rows] == [label, "short one"] * 2
    assert other.items()["long"].media[0]["pieces"] == desk.items()["long"].media[0]["pieces"]


def test_a_csv_holds_the_times_as_json(desk, spoken):
    desk.bring(spoken())
    texts = ["one", *[""] * (len(desk.items()["long"].media[0]["pieces"]) - 1)]
    label = {"text": "one", "segments": segments(desk.items()["long"], texts)}
    desk.answer(desk.person("Anna"), {"label": label})
    desk.export("out/x.csv", format="csv", level="items")

    with (desk.folder / "out/x.csv").open(newline="") as file:
        cells = [row["label"] for row in csv.DictReader(file)]

    assert json.loads(next(cell for cell in cells if cell)) == label
