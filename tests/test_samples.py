"""The templates and samples that ship with labelbot: each opens, each fits, each may be passed on."""

import json
import re
import subprocess
from importlib.resources import files
from pathlib import Path

import imageio_ffmpeg
import pytest
from PIL import Image

from bot.labels import LABEL_TYPES
from bot.labels.base import Subject
from bot.projectfile import load

TYPES = tuple(LABEL_TYPES)
OPTIONS = {"rating": {"scale", "low", "high"}}
TEMPLATES = {path.stem: path for path in sorted(Path(str(files("config") / "projects")).glob("*.toml"))}
SAMPLES = Path(str(files("config") / "samples"))
SAMPLE_NAMES = ("boxes", "entities", "fraud", "images", "masks", "sentiment", "tickets", "transcripts")
LICENSES = (SAMPLES / "LICENSES.md").read_text(encoding="utf-8")
PHOTOS = sorted((SAMPLES / "images").glob("*.jpg"))
CLIPS = sorted((SAMPLES / "transcripts").glob("*.mp3"))


def template(name):
    return load(TEMPLATES[name], TYPES, OPTIONS)


def rows(name):
    return [json.loads(line) for line in (SAMPLES / name / "items.jsonl").read_text(encoding="utf-8").splitlines()]


def test_there_is_a_template_for_every_usual_start():
    wanted = {*SAMPLE_NAMES, "moderation", "pairwise", "rating"}
    assert wanted == set(TEMPLATES)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_a_project_of_its_own_name_with_a_text_for_every_button(name):
    project = template(name)
    assert project.name == name
    assert project.instructions
    for question in project.questions:
        assert question.title.endswith("?")
        assert all(label.title != label.name for label in question.labels)
        assert bool(question.labels) == (question.type not in ("transcript", "rating", "pairwise"))


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_opens_with_a_comment_that_says_what_the_data_needs(name):
    comment = re.match(r"(#.*\n)+", TEMPLATES[name].read_text(encoding="utf-8"))
    assert comment
    assert "data" in comment[0]


def test_the_samples_fit_into_the_wheel():
    sizes = [path.stat().st_size for path in SAMPLES.rglob("*") if path.is_file()]
    assert sum(sizes) <= 2_500_000


def test_every_folder_of_samples_belongs_to_a_template():
    folders = {path.name for path in SAMPLES.iterdir() if path.is_dir()}
    assert folders == set(SAMPLE_NAMES)
    assert folders <= set(TEMPLATES)


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("sentiment", 40),
        ("images", 17),
        ("tickets", 30),
        ("transcripts", 12),
        ("fraud", 25),
        ("boxes", 12),
        ("masks", 8),
        ("entities", 18),
    ],
)
def test_a_sample_has_its_items_each_with_an_id_of_its_own_and_different_data(name, count):
    items = rows(name)
    assert len({item["id"] for item in items}) == len(items) == count
    data = [json.dumps({key: value for key, value in item.items() if key != "id"}) for item in items]
    assert len(set(data)) == count


@pytest.mark.parametrize("name", SAMPLE_NAMES)
def test_what_a_template_shows_is_in_its_sample(name):
    columns = {key for item in rows(name) for key in item}
    assert set(template(name).show) <= columns


@pytest.mark.parametrize("name", SAMPLE_NAMES)
def test_a_few_items_are_gold_and_their_answers_exist(name):
    project = template(name)
    gold = [item["gold"] for item in rows(name) if "gold" in item]
    assert 2 <= len(gold) <= 5
    for answer in gold:
        answers = {project.questions[0].name: answer} if project.single else answer
        for question, value in answers.items():
            labels = {label.name for label in project.question(question).labels}
            kind = LABEL_TYPES[project.question(question).type]
            assert not labels or set(kind.classes(value)) <= labels


def test_gold_follows_the_conditions_between_questions():
    for name in SAMPLE_NAMES:
        project = template(name)
        for item in rows(name):
            for question in project.questions if "gold" in item and not project.single else ():
                condition = question.show_if
                asked = condition is None or item["gold"].get(condition.question) in condition.labels
                assert asked == (question.name in item["gold"])


@pytest.mark.parametrize("path", PHOTOS, ids=lambda path: path.stem)
def test_a_photograph_opens_is_small_and_tells_nothing_about_who_took_it(path):
    with Image.open(path) as image:
        image.load()
        assert image.format == "JPEG"
        assert 300 <= max(image.size) <= 1000
        assert not image.getexif()
        assert not {"comment", "xmp", "photoshop", "icc_profile"} & set(image.info)
    assert path.stat().st_size <= 120_000


def test_every_photograph_has_its_author_and_licence_in_the_list_and_is_an_item():
    listed = re.findall(
        r"^\| `(\S+\.jpg)` \| [^|]+ \| [^|]+ \| (?:\[CC[^\]|]+\]|public domain[^|]*) \| [^|]+ \|$", LICENSES, re.M
    )
    assert len(PHOTOS) >= 12
    assert sorted(listed) == [path.name for path in PHOTOS]
    assert sorted(item["photo"] for item in rows("images")) == [path.name for path in PHOTOS]


@pytest.mark.parametrize("name", ["boxes", "masks"])
def test_what_is_marked_in_a_sample_lies_within_its_photograph(name):
    (question,) = template(name).questions
    kind = LABEL_TYPES[question.type]
    for item in rows(name):
        with Image.open(SAMPLES / item["photo"]) as photo:
            about = Subject(size=photo.size)
        for label in (item[column] for column in ("gold", "suggestion") if column in item):
            assert kind.fit(question, kind.read(question, label), about) == label


def test_what_is_marked_in_a_text_says_what_stands_there():
    (question,) = template("entities").questions
    for item in rows("entities"):
        for label in (item[column] for column in ("gold", "suggestion") if column in item):
            assert LABEL_TYPES["spans"].fit(question, label, Subject(text=item["text"])) == label


def test_every_clip_is_an_item():
    assert len(CLIPS) >= 10
    assert sorted(item["clip"] for item in rows("transcripts")) == [path.name for path in CLIPS]


@pytest.mark.parametrize("path", CLIPS, ids=lambda path: path.stem)
def test_a_clip_plays_for_two_to_five_seconds_and_can_be_heard(path):
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-v",
        "error",
        "-i",
        str(path),
        "-f",
        "s16le",
        "-ar",
        "8000",
        "-ac",
        "1",
        "-",
    ]
    sound = subprocess.run(command, check=True, capture_output=True)
    assert sound.stderr == b""
    samples = memoryview(sound.stdout).cast("h")
    assert 2 <= len(samples) / 8000 <= 5
    assert max(samples) > 3000


@pytest.mark.parametrize("path", CLIPS, ids=lambda path: path.stem)
def test_a_clip_carries_no_metadata(path):
    data = path.read_bytes()
    assert data[:1] == b"\xff"  # sound from the first byte on: no ID3v2 in front
    assert data[-128:-125] != b"TAG"
    assert b"Lavf" not in data
