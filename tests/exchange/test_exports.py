"""Exports: what stands in them, what others read of them, and that they come back as they were."""

import csv
import hashlib
import io
import json
import resource
from dataclasses import replace
from datetime import timedelta

import datasets
import pandas as pd
import pytest
from label_studio_sdk.label_interface import LabelInterface

from bot.exchange.exports import export_project
from bot.exchange.formats import FORMATS
from bot.exchange.parts import split_of
from bot.exchange.problems import BadExport
from bot.exchange.shapes.ours import unneutral
from bot.exchange.wanted import Wanted
from bot.exchange.writers.csvs import neutral
from bot.project import Project, Question
from storage import answers, projects
from storage.database import run
from tests.exchange.desk import REVIEWS, SENTIMENT, TICKETS

GOOD, BAD = {"label": "positive"}, {"label": "negative"}
CSV = "id,text\na,Fine\nb,Broken\nc,So so\n"
GENERAL = [name for name, form in FORMATS.items() if not form.types]
"""Those that hold the answers to every question."""
datasets.disable_progress_bars()


@pytest.fixture
def answered(each_desk):
    """Ann and Bob agree on a, differ on b; Ann skips c; d is gold."""
    desk = each_desk
    desk.bring(desk.file("r.csv", "id,text,gold\na,Fine,\nb,Broken,\nc,So so,\nd,Bad,negative\n"))
    ann, bob = desk.person("ann"), desk.person("bob")
    desk.answer(ann, GOOD, GOOD, None)
    desk.answer(bob, GOOD, BAD)
    return desk


def test_answers_are_rows_of_the_documented_shape(answered):
    rows = answered.exported()
    assert [list(row) for row in rows] == [
        ["item", "data", "label", "person", "status", "seconds", "answered_at", "schema_version"]
    ] * 4
    assert [(row["item"], row["label"], row["status"]) for row in rows] == [
        ("a", "positive", "live"), ("a", "positive", "live"), ("b", "positive", "live"), ("b", "negative", "live"),
    ]  # fmt: skip
    assert rows[0]["data"] == {"text": "Fine"}
    assert rows[0]["answered_at"] == "2026-03-02T09:00:00Z"
    assert rows[0]["person"] not in ("ann", "bob")


def test_items_are_merged_and_a_tie_is_said_to_be_one(answered):
    a, b, c, d = answered.exported(level="items")
    assert a == {"item": "a", "data": {"text": "Fine"}, "label": "positive", "confidence": 0.8222, "answers": 2,
                 "agreement": 1.0}  # fmt: skip
    assert (b["label"], b["tie"], b["confidence"], b["agreement"]) == (None, ["negative", "positive"], 0.5, 0.0)
    assert (c["label"], c["answers"], c["confidence"]) == (None, 0, None)
    assert d["gold"] == "negative"


def test_only_and_since_choose_and_what_stays_out_is_said(answered, clock):
    result, _ = answered.export("x.jsonl", format="jsonl")
    assert result.losses == (
        "Answers left out: 1 skipped; --only all keeps them.",
        "Items without an answer left out: 1; --level items has them.",
    )
    assert [row["status"] for row in answered.exported(only=("skip",))] == ["skipped"]
    clock.advance(timedelta(hours=1))
    moment = clock.now
    answered.answer(answered.person("cid"), BAD)
    assert [row["label"] for row in answered.exported(since=moment)] == ["negative"]
    assert [row["item"] for row in answered.exported(level="items", since=moment)] == ["c"]
    assert [row["item"] for row in answered.exported(level="items", only=("done",))] == ["a", "b"]


def test_a_correction_keeps_the_superseded_answer_for_those_who_ask(answered):
    def correct(tx):
        row = answers.latest(tx, 2, projects.named(tx, "reviews").id)
        answers.correct(tx, row, GOOD)

    run(answered.database, correct)
    assert [row["label"] for row in answered.exported()] == ["positive"] * 4
    old = answered.exported(only=("superseded",))
    assert [(row["item"], row["label"], row["status"]) for row in old] == [("b", "negative", "superseded")]
    assert len(answered.exported(only=("all",))) == 6


def test_every_answer_comes_back_as_it_was(answered, tmp_path):
    run(answered.database, lambda tx: answers.correct(tx, answers.latest(tx, 2, 1), GOOD))
    before = answered.exported("one/answers.jsonl", only=("all",))
    done = answered.bring(answered.folder / "one" / "answers.jsonl")
    assert (done.new, done.changed, done.answers, done.rejected) == (0, 0, 0, 0)
    other = answered.have(replace(REVIEWS, name="copy"))
    done = other.bring(answered.folder / "one" / "answers.jsonl")
    assert (done.new, done.answers) == (3, 6)
    assert other.exported("two/answers.jsonl", only=("all",)) == before
    merged = [row for row in answered.exported(level="items") if row["item"] != "d"]
    assert other.exported(level="items") == merged


def test_the_two_levels_together_bring_everything_back(answered):
    answered.export("o/answers.jsonl", format="jsonl", only=("all",))
    answered.export("o/items.jsonl", format="jsonl", level="items", only=("all",))
    other = answered.have(replace(REVIEWS, name="copy"))
    other.bring(answered.folder / "o" / "answers.jsonl", answered.folder / "o" / "items.jsonl")

    def kept(desk):
        return {key: (row.data, row.gold, row.suggestion, row.state, row.answers) for key, row in desk.items().items()}

    assert kept(other) == kept(answered)
    assert other.exported(only=("all",)) == answered.exported(only=("all",))


def test_a_renamed_label_is_one_class_in_every_export(desk):
    now = SENTIMENT.labels[1]
    before = replace(SENTIMENT, labels=(SENTIMENT.labels[0], replace(now, name="bad", was=())))
    desk = desk.have(replace(REVIEWS, questions=(before,)))
    desk.bring(desk.file("r.csv", "id,text,gold,suggestion\na,x,,bad\nb,y,,\nc,z,bad,\n"))
    ann = desk.person("ann")
    desk.answer(ann, {"label": "bad"})
    desk = desk.have(REVIEWS)
    desk.answer(ann, BAD)
    assert [row["label"] for row in desk.exported()] == ["negative", "negative"]
    assert [row["schema_version"] for row in desk.exported()] == [2, 3]
    items = desk.exported(level="items")
    assert (items[0]["suggestion"]["label"], items[2]["gold"]) == ("negative", "negative")
    _, out = desk.export("hub", format="huggingface")
    loaded = datasets.load_dataset(str(out), cache_dir=str(desk.folder / "cache"))["train"]
    assert loaded.features["label"].names == ["positive", "negative"]


def test_items_come_back_into_their_own_project_as_known_and_into_another_as_new(answered):
    answered.export("one/items.jsonl", format="jsonl", level="items")
    done = answered.bring(answered.folder / "one" / "items.jsonl")
    assert (done.new, done.known, done.changed) == (0, 4, 0)
    other = answered.have(replace(REVIEWS, name="copy"))
    assert other.bring(answered.folder / "one" / "items.jsonl").new == 4
    items = other.items()
    assert items["a"].suggestion == {"label": GOOD, "score": 0.8222, "model": "consensus"}
    assert items["b"].suggestion is None
    assert (items["d"].state, items["d"].gold) == ("gold", BAD)


@pytest.mark.parametrize("form", ["csv", "parquet", "huggingface", "label-studio"])
def test_other_formats_bring_the_same_answers_back(answered, form):
    name = "out" if form == "huggingface" else f"out/x{FORMATS[form].suffix}"
    answered.export(name, format=form)
    other = answered.have(replace(REVIEWS, name="copy"))
    done = other.bring(answered.folder / name)
    assert (done.new, done.answers, done.rejected) == (2, 4, 0)
    wanted = [{name: row[name] for name in ("item", "data", "label", "person", "answered_at")}
              for row in answered.exported()]  # fmt: skip
    assert [{name: row[name] for name in wanted[0]} for row in other.exported()] == wanted


def test_several_questions_are_an_object_nested_and_columns_flat(desk):
    desk = desk.have(TICKETS)
    desk.bring(desk.file("t.csv", "id,body\na,x\n"))
    label = {"topics": ["billing", "bug"], "urgency": "now"}
    desk.answer(desk.person("ann"), label)
    assert desk.exported()[0]["label"] == label
    item = desk.exported(level="items")[0]
    assert (item["label"], item["confidence"]) == (label, {"topics": 0.49, "urgency": 0.7})
    _, path = desk.export("t/x.csv", format="csv")
    table = pd.read_csv(path)
    assert list(table["label.urgency"]) == ["now"]
    assert json.loads(table["label.topics"][0]) == label["topics"]
    _, path = desk.export("t/x.parquet", format="parquet")
    assert list(pd.read_parquet(path)["label.topics"][0]) == label["topics"]
    other = desk.have(replace(TICKETS, name="copy"))
    other.bring(desk.folder / "t" / "x.csv")
    assert other.exported()[0]["label"] == label


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "'=1", "''-", "'quoted'", "plain", "a=1"]


def test_no_cell_is_a_formula_and_each_comes_back_unharmed(desk):
    desk.bring(desk.jsonl("f.jsonl", *({"id": text, "text": text, "=head": text} for text in FORMULAS)))
    desk.answer(desk.person("ann"), *[GOOD] * len(FORMULAS))
    _, path = desk.export("f/x.csv", format="csv")
    with path.open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell[:1] in tuple("=+-@\t\r\n")]
    assert [row["item"] for row in desk.exported()] == FORMULAS
    other = desk.have(replace(REVIEWS, name="copy"))
    other.bring(path)
    assert {key: row.data["text"] for key, row in other.items().items()} == {text: text for text in FORMULAS}
    assert all(unneutral(neutral(text)) == text for text in FORMULAS)


def test_what_a_table_cannot_carry_is_listed(desk):
    desk.bring(desk.jsonl("f.jsonl", {"id": "a", "n": 1, "deep": {"x": [1]}}, {"id": "b", "n": "one"}))
    desk.answer(desk.person("ann"), GOOD, GOOD)
    assert any("types of n, deep" in loss for loss in desk.export("f/x.csv", format="csv")[0].losses)
    losses = desk.export("f/x.parquet", format="parquet")[0].losses
    assert "Mixed or nested values of n, deep became JSON text." in losses
    assert desk.export("f/x.jsonl", format="jsonl")[0].losses == ()


def test_names_that_are_ours_and_odd_texts_go_through_every_format(desk):
    odd = {"label": "mine", "status": "x", "data.x": "y", "text": "\u202eabc\u200b 😀 {{7*7}} %s '; DROP"}
    desk.bring(desk.jsonl("f.jsonl", {"id": "../../x", **odd}))
    desk.answer(desk.person("ann"), GOOD)
    for number, form in enumerate(("jsonl", "csv", "parquet", "label-studio")):
        _, path = desk.export(f"o/x{FORMATS[form].suffix}", format=form)
        other = desk.have(replace(REVIEWS, name=f"copy{number}"))
        assert other.bring(path).answers == 1
        assert {key: row.data for key, row in other.items().items()} == {"../../x": odd}


def test_half_characters_survive_in_json_and_do_not_stop_a_table(desk):
    desk.bring(desk.jsonl("f.jsonl", {"id": "a", "text": "half \ud83d NUL \0"}))
    desk.answer(desk.person("ann"), GOOD)
    assert desk.exported()[0]["data"]["text"] == "half \ud83d NUL \0"
    for form in ("csv", "parquet"):
        result, _ = desk.export(f"h/x.{form}", format=form)
        assert any("Half characters" in loss for loss in result.losses)


def test_the_same_state_gives_the_same_bytes_and_a_description_of_them(answered):
    for form in GENERAL:
        out = f"{form}/x{FORMATS[form].suffix}"
        first, path = answered.export(out, format=form, level="items")
        contents = [file.read_bytes() for file in first.files]
        again, _ = answered.export(out, format=form, level="items")
        assert [file.read_bytes() for file in again.files] == contents
        manifest = json.loads(first.files[-1].read_text())
        ((name, about),) = manifest["files"].items()
        content = (first.files[-1].parent / name).read_bytes()
        assert about["sha256"] == hashlib.sha256(content).hexdigest()
        assert (about["rows"], about["bytes"], about["schema_version"]) == (4, len(content), 1)
        assert about["schema"]["name"] == "reviews"
        assert path.exists()


def test_two_exports_into_one_folder_are_both_described(answered):
    answered.export("o/answers.jsonl", format="jsonl")
    answered.export("o/items.csv", format="csv", level="items")
    manifest = json.loads((answered.folder / "o" / "dataset.json").read_text())
    assert list(manifest["files"]) == ["answers.jsonl", "items.csv"]


def test_somebody_elses_files_are_not_written_over(desk):
    desk.file("o/dataset.json", '{"theirs": 1}')
    with pytest.raises(BadExport, match="is not labelbot's"):
        desk.export("o/x.jsonl", format="jsonl")
    with pytest.raises(BadExport, match="holds other things"):
        desk.export("o", format="huggingface")
    assert [path.name for path in (desk.folder / "o").iterdir()] == ["dataset.json"]


def test_a_split_goes_by_the_id_alone(desk):
    shares = {"train": 0.8, "val": 0.1, "test": 0.1}
    desk.bring(desk.jsonl("m.jsonl", *({"id": f"k{n}", "text": "x"} for n in range(600))))
    result, out = desk.export("s", format="jsonl", level="items", split=shares)
    parts = {
        name: [json.loads(line)["item"] for line in (out / f"{name}.jsonl").read_text().splitlines()] for name in shares
    }
    assert result.rows == sum(map(len, parts.values())) == 600
    assert 440 < len(parts["train"]) < 520
    assert all(split_of(key, shares) == name for name, keys in parts.items() for key in keys)
    desk.export("hub", format="huggingface", level="items", split=shares)
    loaded = datasets.load_dataset(str(desk.folder / "hub"), cache_dir=str(desk.folder / "cache"))
    assert {name: len(loaded[name]) for name in loaded} == {name: len(keys) for name, keys in parts.items()}


def test_hugging_face_opens_it_with_class_names(answered):
    _, out = answered.export("hub", format="huggingface")
    loaded = datasets.load_dataset(str(out), cache_dir=str(answered.folder / "cache"))["train"]
    assert loaded.features["label"] == datasets.ClassLabel(names=["positive", "negative"])
    assert loaded["label"][:] == [0, 0, 0, 1]


def test_label_studios_own_validator_accepts_tasks_and_configuration(answered):
    result, path = answered.export("ls/x.json", format="label-studio")
    config = json.loads(result.files[-1].read_text())["files"]["x.json"]["label_config"]
    studio = LabelInterface(config)
    studio.validate()
    tasks = json.loads(path.read_text())
    assert [len(task["annotations"]) for task in tasks] == [2, 2]
    for task in tasks:
        assert studio.validate_task({"data": task["data"]})
        assert all(studio.validate_annotation(one) for one in task["annotations"])
    _, path = answered.export("ls/i.json", format="label-studio", level="items")
    predictions = [one for task in json.loads(path.read_text()) for one in task["predictions"]]
    assert [studio.validate_prediction(one, return_errors=True) for one in predictions] == [[]]


@pytest.mark.parametrize(
    ("question", "label"),
    [
        (Question("label", "?", "rating", options={"scale": 7}), 6),
        (Question("label", "?", "transcript"), "what was said"),
        (Question("label", "?", "pairwise"), "left"),
        (Question("label", "?", "pairwise"), "tie"),
    ],
)
def test_every_label_type_passes_through_label_studio(desk, question, label):
    desk = desk.have(Project("typed", "Typed", (question,)))
    desk.bring(desk.file("t.csv", "id,a,b\nx,one text,another\n"))
    desk.answer(desk.person("ann"), {"label": label})
    result, path = desk.export("ls/x.json", format="label-studio")
    studio = LabelInterface(json.loads(result.files[-1].read_text())["files"]["x.json"]["label_config"])
    studio.validate()
    assert studio._validate_object(json.loads(path.read_text())[0]["annotations"][0], return_errors=True) == []
    other = desk.have(Project("copy", "Copy", (question,)))
    assert other.bring(path).answers == 1
    assert other.exported()[0]["label"] == label


def test_a_stream_takes_lines_and_nothing_that_needs_a_file(answered):
    out = io.BytesIO()
    result = export_project(answered.database, answered.files, "reviews", Wanted(format="csv"), out)
    assert (result.rows, len(out.getvalue().splitlines())) == (4, 5)
    with pytest.raises(BadExport, match="standard output"):
        export_project(answered.database, answered.files, "reviews", Wanted(format="parquet"), io.BytesIO())


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"format": "xml"}, "There is no format 'xml'; there is jsonl"),
        ({"format": "csv", "only": ("purple",)}, "--only purple"),
        ({"format": "csv", "split": {"a": 0.5, "b": 0.6}}, "make 1 together"),
        ({"format": "csv", "split": {"train": float("nan")}}, "make 1 together"),
        ({"format": "csv", "split": {"a": float("inf"), "b": float("-inf")}}, "make 1 together"),
        ({"format": "csv", "split": {"../x": 1.0}}, "cannot be the name"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_in_a_sentence(desk, asked, said):
    with pytest.raises(BadExport, match=said):
        desk.export("x", **asked)


@pytest.mark.parametrize("form", GENERAL)
def test_a_disk_that_is_full_leaves_nothing_visible(desk, form):
    rows = ({"id": f"k{n}", "text": hashlib.sha512(str(n).encode()).hexdigest() * 4} for n in range(400))
    desk.bring(desk.jsonl("m.jsonl", *rows))
    (desk.folder / "full").mkdir()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        with pytest.raises(BadExport, match="Nothing was left behind"):
            desk.export("full/x", format=form, level="items")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list((desk.folder / "full").iterdir()) == []
