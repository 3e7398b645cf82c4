"""A project from a CSV to an export, and what is seen of it on the way."""

import csv
import json
import re
import shutil
from pathlib import Path

from PIL import Image

from tests.cli.commands import REVIEWS
from tests.running import ROOT


def test_projects_are_listed_with_title_and_progress(reviews):
    Path("photos.csv").write_text("text\nFine\n", encoding="utf-8")
    assert reviews("start", "photos.csv", "--name", "holiday", "--no-run").code == 0
    holiday, listed = reviews("projects").out.splitlines()
    assert re.fullmatch(r"holiday +photos +0 of 1 item done  version 1  open", holiday)
    assert re.fullmatch(r"reviews +reviews +0 of 2 items done  version 1  open", listed)  # the third is gold


def test_a_project_is_paused_and_resumed(reviews):
    assert reviews("projects", "--pause", "reviews", "--json").json[0]["state"] == "paused"
    assert reviews("projects", "--resume", "reviews", "--json").json[0]["state"] == "open"
    assert "no project “revews”" in reviews("projects", "--pause", "revews").err


def test_from_a_csv_to_a_report_and_an_export(labelbot, tmp_path):
    (tmp_path / "it.toml").write_text('name = "it"\ntype = "choice"\nlabels = ["A", "B"]\n', encoding="utf-8")
    (tmp_path / "it.csv").write_text(REVIEWS, encoding="utf-8")
    assert "labelbot import it" in labelbot("apply", "it.toml").out
    assert "already" in labelbot("apply", "it.toml").out
    given = ("import", "it", "it.csv", "--map", "id=review", "--map", "text=body")
    dry = labelbot(*given, "--dry-run").out
    assert "body → text: text, shown" in dry
    assert dry.endswith("It would be 3 new, 0 known, 0 changed, 0 rejected.\nNothing was written.\n")
    assert labelbot("projects", "--json").json[0]["items"] == 0
    assert labelbot(*given).out.endswith("3 new, 0 known, 0 changed, 0 rejected\n")
    assert labelbot(*given).out.endswith("0 new, 3 known, 0 changed, 0 rejected\n")
    report = labelbot("report", "it", "--json", "--picture", "charts/it.png")
    assert report.json["parts"] | {"gold": 1, "open": 2, "imported": 3} == report.json["parts"]
    assert (tmp_path / "charts/it.png").read_bytes().startswith(b"\x89PNG")
    assert "3 imported = 2 open + 1 gold" in labelbot("report", "it").out
    assert labelbot("export", "it", "--level", "items", "--format", "csv", "-o", "out/it.csv").code == 0
    with (tmp_path / "out/it.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["item"] for row in rows] == ["r1", "r2", "r3"]
    assert rows[1]["text"] == "Broke, on the second day, at the hinge"
    assert json.loads((tmp_path / "out/dataset.json").read_text("utf-8"))["files"]["it.csv"]["rows"] == 3
    assert labelbot("import", "it", "--undo", "1").out == "3 items withdrawn; 0 stay, for they are answered.\n"


def test_an_export_streams_to_standard_output(reviews):
    said = reviews("export", "reviews", "--level", "items", "-o", "-")
    assert said.code == 0
    assert [json.loads(line)["data"]["review"] for line in said.out.splitlines()] == ["r1", "r2", "r3"]
    assert said.err.startswith("3 rows of 3 items\n")
    Path("one.csv").write_text("text\nFine\n", encoding="utf-8")
    assert reviews("start", "one.csv", "--no-run").code == 0
    assert reviews("export", "one", "--level", "items", "-o", "-").err == "1 row of 1 item\n"
    assert "1 item withdrawn; 0 stay" in reviews("import", "one", "--undo", "1").out


def test_a_source_that_cannot_be_imported_says_why(reviews, tmp_path):
    (tmp_path / "empty.csv").touch()
    for source, says in (("empty.csv", "is empty"), ("nothing.csv", "There is no"), ("reviews.toml", "of no kind")):
        said = reviews("import", "reviews", source)
        assert said.code == 1
        assert says in said.err
    assert "no column 'txt'" in reviews("import", "reviews", "reviews.csv", "--map", "text=txt").err


def test_a_report_is_posted_only_where_a_channel_is_named(reviews):
    assert "has no [summary] channel" in reviews("report", "reviews", "--post").err
    with Path("reviews.toml").open("a", encoding="utf-8") as file:
        file.write('\n[summary]\nchannel = "browser:qa"\n')
    assert "version 2" in reviews("apply", "reviews.toml").out
    assert "browser:qa" in reviews("report", "reviews", "--post").out


def test_what_an_export_leaves_out_is_a_note_that_contradicts_nothing(reviews, tmp_path):
    Path("photos").mkdir()
    shutil.copy(ROOT / "config/samples/images/cat.jpg", "photos")
    assert reviews("start", "photos", "--labels", "A,B", "--no-run").code == 0
    said = reviews("export", "photos", "--level", "items", "--media", "-o", "out")
    assert "Note: Pictures, sounds and films are in it as people are shown them" in said.err
    assert "Not in it" not in said.err


def test_item_tells_what_people_made_of_it(labelbot):
    Path("photos").mkdir()
    shutil.copy(ROOT / "config/samples/images/cat.jpg", "photos")
    assert labelbot("start", "photos", "--mark", "boxes", "--labels", "cat", "--no-run").code == 0
    key = labelbot("export", "photos", "--format", "jsonl", "--level", "items", "-o", "-").json["item"]
    assert "Nobody has answered it yet." in labelbot("item", "photos", key).out
    exported = {"item": key, "data": {"image": "photos/cat.jpg"}, "person": "p1", "status": "live", "seconds": 1}
    rows = [
        exported | {"person": who, "label": [label], "answered_at": "2026-05-04T10:00:00Z", "schema_version": 1}
        for who, label in (
            ("p1", {"label": "cat", "x": 0, "y": 0, "width": 300, "height": 300}),
            ("p2", {"label": "cat", "x": 0, "y": 0, "width": 300, "height": 240}),
        )
    ]
    Path("answers.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert labelbot("import", "photos", "answers.jsonl").code == 0
    told = labelbot("item", "photos", key, "--picture", "cat.jpg")
    assert (told.code, told.out.count("1 cat")) == (0, 2)
    with Image.open("cat.jpg") as drawn:
        assert drawn.format == "JPEG"
    assert labelbot("item", "photos", "nonsense").code == 1
    assert labelbot("item", "photos", key, "--no-gold").code == 1
    assert labelbot("item", "photos", key, "--make-gold", "--no-gold").code == 2
    assert f"{key} is gold now." in labelbot("item", "photos", key, "--make-gold", "--why", "It is big.").out
    assert labelbot("item", "photos", key, "--make-gold").code == 1
    known = labelbot("export", "photos", "--format", "jsonl", "--level", "items", "--only", "gold", "-o", "-").json
    assert known["gold"] == [{"label": "cat", "x": 0, "y": 0, "width": 300, "height": 270}]
    assert f"{key} is no longer gold." in labelbot("item", "photos", key, "--no-gold").out
    assert labelbot("item", "photos", key, "--picture", "cat.png").code == 2
