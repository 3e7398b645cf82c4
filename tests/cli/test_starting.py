"""`start`, `check`, `apply` and `demo`: a project made out of a file, and what it lacks told."""

import json
import re
import shutil
import socket
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.cli.defining import read_project
from storage.database import opened, run
from storage.schema import items
from tests.cli.commands import REVIEWS
from tests.running import ROOT, free_port
from tests.test_docs import environment, serving


def test_templates_are_listed_written_and_not_written_over(labelbot):
    assert "sentiment" in labelbot("new").out
    assert "There is: " in labelbot("new", "sentimant").err
    assert labelbot("new", "tickets").code == 0
    assert labelbot("check", "tickets.toml").code == 0
    assert "is there already" in labelbot("new", "tickets").err


@pytest.mark.parametrize(
    ("overlap", "said"),
    [("1", "1 answer an item."), ("3", "3 answers an item."), ("{min = 2, max = 4}", "2 to 4 answers an item.")],
)
def test_a_checked_file_is_told_by_what_it_asks(labelbot, overlap, said):
    file = Path("p.toml")
    file.write_text(f'name = "p"\ntype = "choice"\nlabels = ["a", "b"]\noverlap = {overlap}\n', encoding="utf-8")
    assert labelbot("check", str(file)).out == f"p.toml is fine: “p” asks choice (2 labels); {said}\n"


def test_start_writes_a_project_and_imports(reviews):
    project = Path("reviews.toml").read_text(encoding="utf-8")
    assert 'type = "choice"' in project
    assert project.endswith('"\n')
    assert reviews("check", "reviews.toml").code == 0


@pytest.mark.parametrize(
    ("source", "heard"),
    [
        ("texts.csv", False),
        ("lines.jsonl", False),
        ("photos", False),
        ("clips.csv", True),
        ("voices", True),
        ("tasks.json", True),
    ],
)
def test_start_without_labels_offers_unintelligible_only_where_something_is_heard(labelbot, source, heard):
    Path("texts.csv").write_text("text\nIt works perfectly and looks good too.\n", encoding="utf-8")
    Path("lines.jsonl").write_text('{"question": "How far is the moon from here, roughly?"}\n', encoding="utf-8")
    for folder, sample in (("photos", "images/cat.jpg"), ("voices", "transcripts/kettle.mp3")):
        Path(folder).mkdir()
        shutil.copy(ROOT / "config/samples" / sample, folder)
    clip = next(Path("voices").iterdir())
    Path("clips.csv").write_text(f"clip\n{clip}\n", encoding="utf-8")
    Path("tasks.json").write_text(json.dumps([{"id": 1, "data": {"audio": str(clip)}}]), encoding="utf-8")
    assert labelbot("start", source, "--name", "it", "--no-run").code == 0
    asked = read_project(Path("it.toml")).questions[0]
    assert (asked.type, asked.options) == ("transcript", {} if heard else {"unintelligible": False})


@pytest.mark.parametrize("mark", ["boxes", "masks", "spans"])
def test_start_has_people_mark_what_an_item_shows(labelbot, mark):
    Path("texts.csv").write_text("text\nAda lived in London.\n", encoding="utf-8")
    Path("photos").mkdir()
    shutil.copy(ROOT / "config/samples/images/cat.jpg", "photos")
    source = "texts.csv" if mark == "spans" else "photos"
    assert labelbot("start", source, "--mark", mark, "--no-run").code == 2
    assert labelbot("start", source, "--mark", mark, "--labels", "A,B", "--several", "--no-run").code == 2
    started = labelbot("start", source, "--mark", mark, "--labels", "A", "--no-run")
    assert (started.code, "1 new" in started.out) == (0, True)
    assert read_project(Path(f"{Path(source).stem}.toml")).questions[0].type == mark


def test_a_file_without_pictures_is_refused_where_people_mark_in_them(labelbot):
    Path("texts.csv").write_text("text\nAda lived in London.\n", encoding="utf-8")
    refused = labelbot("start", "texts.csv", "--mark", "boxes", "--labels", "A", "--no-run")
    assert (refused.code, Path("texts.toml").exists()) == (1, False)
    assert "texts needs pictures to mark on, and texts.csv has none: text." in refused.err


@pytest.mark.parametrize("options", [("--labels", "A,B"), ()])
def test_start_given_again_goes_on(reviews, options):
    with Path("reviews.toml").open("a", encoding="utf-8") as file:
        file.write('help = "Whatever is good."\n')
    again = reviews("start", "reviews.csv", *options, "--no-run")
    assert again.code == 0
    assert "0 new, 3 known" in again.out
    assert "version 2" in again.out
    assert reviews("projects", "--json").json[0]["items"] == 3


def test_start_does_not_make_another_project_of_one_that_is_there(reviews):
    other = reviews("start", "reviews.csv", "--labels", "A,B,C", "--no-run")
    assert (other.code, "asks something else" in other.err) == (1, True)
    Path("reviews.toml").unlink()
    unseen = reviews("start", "reviews.csv", "--labels", "A,B,C", "--no-run")
    assert (unseen.code, "give another --name" in unseen.err) == (1, True)
    assert not Path("reviews.toml").exists()
    about = {"name": "reviews", "title": "reviews", "state": "open", "version": 1, "items": 3, "done": 0}
    assert reviews("projects", "--json").json == [about]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("empty.csv", "--labels", "A,B"), 1, "empty.csv is empty"),
        (("header.csv", "--labels", "A,B"), 1, "has a header and no rows"),
        (("nothing.csv", "--labels", "A,B"), 1, "There is no nothing.csv"),
        (("reviews.csv", "--labels", "A"), 2, "label"),
        (("reviews.csv", "--labels", "A,A"), 2, "already called 'A'"),
        (("reviews.csv", "--labels", f"A,{'b' * 65}"), 2, "1 to 64 characters"),
        (("reviews.csv", "--several"), 2, "label"),
    ],
)
def test_a_start_that_is_refused_leaves_nothing_behind(labelbot, tmp_path, arguments, code, says):
    Path("empty.csv").touch()
    Path("header.csv").write_text("id,text\n", encoding="utf-8")
    Path("reviews.csv").write_text(REVIEWS, encoding="utf-8")
    before = sorted(tmp_path.iterdir())
    said = labelbot("start", *arguments, "--no-run")
    assert (said.code, says in said.err) == (code, True), said.err
    assert sorted(tmp_path.iterdir()) == before
    Path(arguments[0]).write_text(REVIEWS, encoding="utf-8")
    assert labelbot("start", arguments[0], "--labels", "A,B", "--no-run").code == 0


def test_start_beside_another_labelbot_moves_on_to_a_free_port_and_so_does_the_next(tmp_path):
    (tmp_path / "reviews.csv").write_text(REVIEWS, encoding="utf-8")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = f"127.0.0.1:{other.getsockname()[1]}"
        for new in (3, 0):
            env = environment(LABELBOT_LISTEN=taken)
            with serving("labelbot start reviews.csv --labels A,B", tmp_path, env, "/join/") as said:
                assert f"{new} new" in said()
                (listens,) = re.findall(r"export LABELBOT_LISTEN=(\S+)", said())
                assert listens != taken
                assert f"http://{listens}/join/" in said()


def test_a_port_that_is_taken_is_named(labelbot):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        address = f"127.0.0.1:{other.getsockname()[1]}"
        said = labelbot("run", LABELBOT_LISTEN=address)
    assert said.code == 1
    assert address in said.err
    assert re.search(r"such as LABELBOT_LISTEN=127\.0\.0\.1:\d+$", said.err)


def test_a_demo_does_not_move_into_a_folder_of_other_things(labelbot, tmp_path):
    (tmp_path / "thesis.txt").touch()
    said = labelbot("demo", "--home", str(tmp_path))
    assert said.code == 1
    assert "--home" in said.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["thesis.txt"]


def test_a_demo_is_done_by_one_person(tmp_path):
    line = f"labelbot demo --home {tmp_path / 'demo'} --listen 127.0.0.1:{free_port()}"
    with serving(line, tmp_path, environment(), "Stop with"):
        pass
    for name in ("sentiment", "images", "tickets", "transcripts", "fraud"):
        assert read_project(tmp_path / "demo" / f"{name}.toml").overlap == 1
    with opened(f"sqlite:///{tmp_path}/demo/labelbot.db") as database:
        assert run(database, lambda tx: tx.value(select(func.max(items.c.overlap)))) == 1


def test_a_test_that_lacks_gold_is_told(labelbot):
    Path("r.csv").write_text(REVIEWS, encoding="utf-8")
    assert labelbot("start", "r.csv", "--labels", "A,B", "--no-run").code == 0
    text = Path("r.toml").read_text(encoding="utf-8")
    Path("r.toml").write_text(text + "\n[qualification]\nitems = 2\n", encoding="utf-8")
    lacking = "the test of r takes 2 gold items, and there are 1"
    assert lacking in labelbot("apply", "r.toml").out
    assert lacking in labelbot("doctor", "--offline").out
    Path("r.toml").write_text(text + "\n[qualification]\nitems = 1\n", encoding="utf-8")
    assert "the test of r" not in labelbot("apply", "r.toml").out
    assert "the test of r" not in labelbot("doctor", "--offline").out


def test_feedback_and_a_share_of_gold_without_gold_are_told(labelbot):
    Path("r.csv").write_text("text\nLovely\nBroken\n", encoding="utf-8")
    assert labelbot("start", "r.csv", "--labels", "A,B", "--no-run").code == 0
    share = "✓ r has no gold items: how well people label is told by their agreement only"
    assert share in labelbot("doctor", "--offline").out
    assert "Note" not in labelbot("check", "r.toml").out
    text = Path("r.toml").read_text(encoding="utf-8")
    Path("r.toml").write_text("gold_feedback = true\n" + text + "\n[qualification]\n", encoding="utf-8")
    assert "Note: [qualification] takes 5 gold items" in labelbot("check", "r.toml").out
    Path("r.toml").write_text("gold_feedback = true\n" + text, encoding="utf-8")
    assert "Note: gold_feedback needs some gold items" in labelbot("check", "r.toml").out
    lacking = "r tells people what is right on gold (gold_feedback), and it has no gold items"
    assert f"Note: {lacking}. Import some" in labelbot("apply", "r.toml").out
    assert f"✗ {lacking}" in labelbot("doctor", "--offline").out
    Path("g.csv").write_text("text,gold,explanation\nFine,A,Praise.\n", encoding="utf-8")
    assert labelbot("import", "r", "g.csv").code == 0
    assert "✓ r has 1 gold item, and a person meets each once" in labelbot("doctor", "--offline").out
    assert "Note" not in labelbot("apply", "r.toml").out
