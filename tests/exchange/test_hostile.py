"""What no file should hold, and some do: it costs its own row, with a sentence, and never the import."""

import json
import zipfile
from dataclasses import replace
from hashlib import sha256

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bot.exchange.problems import BadImport
from bot.exchange.readers import tables
from bot.exchange.shapes import table as table_shape
from bot.project import Project, Question
from tests.exchange.desk import REVIEWS, TICKETS
from tests.exchange.test_media_in import png

GOOD = {"label": "positive"}
OURS = {
    "item": "a", "data": {"text": "x"}, "label": "positive", "person": "p", "status": "live", "seconds": 1.0,
    "answered_at": "2026-01-01T00:00:00Z", "schema_version": 1,
}  # fmt: skip


def result(choice, **more):
    return {"from_name": "label", "to_name": "text", "type": "choices", "value": {"choices": [choice]}, **more}


def annotation(choice="positive", **more):
    return {"id": 1, "completed_by": 7, "created_at": "2026-01-01T00:00:00Z", "result": [result(choice)], **more}


def task(number, *annotations, **more):
    return {"id": number, "data": {"text": f"t{number}"}, "annotations": list(annotations), "predictions": [], **more}


def bring(desk, *tasks):
    return desk.bring(desk.file("ls.json", json.dumps(tasks)))


def reasons(desk):
    return {row["line"]: row["reason"] for row in desk.rejects()}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"text": "b", "suggestion": "positive", "score": 10**400}, "score must be a number"),
        ({"text": "b", "deep": json.loads("[" * 900 + "]" * 900)}, "nested too deeply"),
        ({"text": "b", "\ud800": "x"}, "holds half of a character"),
    ],
)
def test_a_row_of_a_table(desk, row, said):
    done = desk.bring(desk.jsonl("r.jsonl", {"id": "a", "text": "Fine"}, {"id": "b", **row}))
    assert (done.new, done.rejected) == (1, 1)
    assert said in reasons(desk)[2]
    list(desk.plan(desk.folder / "r.jsonl").lines())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"note": {"a": 1}}, "note must be text"),
        ({"answered_at": "0001-01-01T00:00:00+14:00"}, "between 1970 and 2200"),
        ({"answered_at": "9999-12-31T23:59:59-14:00"}, "between 1970 and 2200"),
        ({"superseded_at": "0001-01-01T00:00:00Z"}, "between 1970 and 2200"),
        ({"status": None, "answered_at": "x"}, "status must be one of"),
    ],
)
def test_a_row_of_an_export_of_ours(desk, change, said):
    done = desk.bring(desk.jsonl("o.jsonl", OURS, {**OURS, "item": "b", **change}))
    assert (done.answers, done.rejected) == (1, 1)
    assert said in reasons(desk)[2]
    desk.exported(only=("all",))


def test_an_answer_with_a_kind_needs_no_status(desk):
    row = {name: value for name, value in OURS.items() if name != "status"}
    done = desk.bring(desk.jsonl("o.jsonl", OURS, {**row, "item": "b", "kind": "label"}))
    assert (done.answers, done.rejected) == (2, 0)


HEAD = "item,text,label,person,status,seconds,answered_at,schema_version"


@pytest.mark.parametrize(
    ("name", "cell", "said"),
    [
        ("suggestion", "{broken", "suggestion is no JSON"),
        ("media", "[oops", "media is no JSON"),
        ("label.x", "positive", "one column and as several"),
    ],
)
def test_a_cell_of_an_export_of_ours_as_a_table(desk, name, cell, said):
    line = "a,x,positive,p,live,1,2026-01-01T00:00:00Z,1"
    desk.bring(desk.file("o.csv", f"{HEAD},{name}\n{line},{cell}\n"))
    assert said in reasons(desk)[2]


def test_label_studios_own_mistakes(desk):
    done = bring(desk, task(1, annotation()), task(2) | {"annotations": 5}, task(3, annotation(note={"a": 1})))
    assert (done.new, done.rejected) == (1, 2)
    assert "annotations must be a list" in reasons(desk)[2]
    assert "note must be text" in reasons(desk)[3]
    assert bring(desk, task(4, annotation(person=5))).answers == 1


def test_one_bad_annotation_costs_itself_and_is_told(desk):
    predictions = [{"model_version": "m", "score": 0.9, "result": [result("purple")]},
                   {"model_version": "n", "score": 0.1, "result": [result("positive")]}]  # fmt: skip
    both = task(1, annotation(), annotation("purple", id=2, completed_by=8), predictions=predictions)
    done = bring(desk, both)
    assert (done.new, done.answers, done.rejected, done.dropped) == (1, 1, 0, 2)
    told = [row["reason"] for row in desk.rejects()]
    assert told[0].startswith("left out of the item: annotation 2: ")
    assert told[1].startswith("left out of the item: prediction m: ")
    assert desk.items()["1"].suggestion["model"] == "n"


def test_what_postgres_cannot_hold_is_cut_to_what_it_can(each_desk):
    done = bring(
        each_desk,
        task(1, annotation(lead_time=1e300)),
        task(2, annotation(note="a\0b\ud800", completed_by="x\0\ud800")),
    )
    assert (done.answers, done.rejected) == (2, 0)
    first, second = each_desk.exported()
    assert first["seconds"] == 24 * 24 * 3600
    assert second["note"] == "a\ufffdb\ufffd"


def test_a_row_the_database_refuses_costs_nothing_but_itself(each_desk, monkeypatch):
    # A check of ours that somebody forgot.
    monkeypatch.setattr(table_shape.records, "priority", lambda value: None if value is None else int(value))
    rows = [{"id": f"k{n}", "text": "x", "priority": 10**30 if n in (7, 120) else 1} for n in range(150)]
    done = each_desk.bring(each_desk.jsonl("r.jsonl", *rows))
    assert (done.new, done.rejected) == (148, 2)
    assert list(reasons(each_desk)) == [8, 121]
    assert "labelbot could not take it" in reasons(each_desk)[8]


def late(**cells):
    """Rows of which only the last holds more than a text, long after what a plan looks at."""
    return [{"id": f"k{n}", "text": "x", **dict.fromkeys(cells)} for n in range(205)] + [
        {"id": "late", "text": "x", **cells}
    ]


def test_a_picture_that_first_comes_late_is_one_all_the_same(desk):
    desk.file("cat.png", png())
    rows = late(image="cat.png")
    path = desk.jsonl("r.jsonl", *rows, {"id": "gone", "text": "x", "image": "gone.png"})
    plan = desk.plan(path)
    assert plan.unresolved == 1
    assert "  image: a picture, shown" in list(plan.lines())
    done = desk.bring(path)
    assert (done.new, done.rejected) == (206, 1)
    assert desk.items()["late"].media[0]["width"] == 40
    new = [{name: cell for name, cell in row.items() if cell is not None} for row in late(photo="cat.png")]
    desk.bring(desk.jsonl("n.jsonl", *new[:-1], {**new[-1], "id": "new"}))
    assert desk.items()["new"].media[0]["field"] == "photo"


def test_pictures_in_a_table_that_first_come_late(desk):
    rows = late(image=png())
    pq.write_table(pa.Table.from_pylist(rows), desk.folder / "r.parquet")
    assert desk.bring(desk.folder / "r.parquet").new == 206
    assert desk.items()["late"].media[0]["width"] == 40
    assert desk.items()["k1"].media is None


def test_another_kind_of_file_at_the_end_of_a_folder(desk):
    desk = desk.have(replace(REVIEWS, fields={"image": "image", "text": "text"}))
    for number in range(201):
        desk.file(f"f/a{number:03}.txt", "x")
    desk.file("f/z.png", png())
    desk.bring(desk.folder / "f")
    item = desk.items()["z.png"]
    assert (item.media[0]["width"], item.data) == (40, {"image": "z.png"})


def test_bytes_that_are_no_medium_are_left_out_and_said_to_be(desk):
    pq.write_table(pa.table({"text": ["a", "b"], "emb": [b"\x00\xff", b"xx"]}), desk.folder / "r.parquet")
    assert "are left out: emb" in "\n".join(desk.plan(desk.folder / "r.parquet").lines())
    desk.bring(desk.folder / "r.parquet")
    assert [row.data for row in desk.items().values()] == [{"text": "a"}, {"text": "b"}]
    assert desk.bring(desk.folder / "r.parquet").known == 2
    pq.write_table(pa.Table.from_pylist(late(emb=b"\x00\xff")), desk.folder / "late.parquet")
    assert desk.bring(desk.folder / "late.parquet").rejected == 1
    assert reasons(desk)[206] == "emb: these bytes are no picture, sound or film"
    pq.write_table(pa.table({"id": ["x"], "emb": [b"\x00"]}), desk.folder / "only.parquet")
    assert desk.bring(desk.folder / "only.parquet").rejected == 1


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("place", [45, 100_000])
def test_a_damaged_entry_of_a_zip_costs_its_own_row(desk, method, place):
    path = desk.folder / "z.zip"
    noise = b"".join(sha256(str(number).encode()).digest() for number in range(8000))
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("a.png", png() + noise)
        archive.writestr(".", "no name")
        archive.writestr("b.png", png())
    content = bytearray(path.read_bytes())
    content[place : place + 100] = b"\xff" * 100
    path.write_bytes(content)
    done = desk.bring(path)
    assert (done.new, done.rejected) == (1, 1)
    assert desk.rejects()[0]["file"] == "a.png"


@pytest.mark.parametrize(
    "description", ["{bad", "[]", '{"splits": 5}', '{"splits": ["../saved"]}', '{"splits": [".."]}', "[" * 5000]
)
def test_a_description_of_splits_that_is_none(desk, description):
    desk.file("hub/dataset_dict.json", description)
    with pytest.raises(BadImport, match=r"dataset_dict\.json cannot be read"):
        desk.plan(desk.folder / "hub")


def test_columns_of_parquet_that_cannot_be_told_apart_or_understood(desk):
    table = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["text", "text"])
    pq.write_table(table, desk.folder / "r.parquet")
    with pytest.raises(BadImport, match="two columns are called 'text'"):
        desk.plan(desk.folder / "r.parquet")
    pq.write_table(pa.table({"text": ["a"]}).replace_schema_metadata({"huggingface": "[1]"}), desk.folder / "h.parquet")
    with pytest.raises(BadImport, match="description of the columns"):
        desk.plan(desk.folder / "h.parquet")


def test_a_quote_that_nobody_closes_costs_its_row_and_not_the_rest(desk, monkeypatch):
    rest = "".join(f"k{n},row {n}\n" for n in range(50))
    done = desk.bring(desk.file("r.csv", f'id,text\na,"well\nclosed"\nb,"open\n{rest}'))
    assert (done.new, done.rejected) == (51, 1)
    assert reasons(desk) == {4: "a quotation mark opens here and is not closed"}
    monkeypatch.setattr(tables, "MOST_LINES", 20)
    closed_by_chance = f'id,text\nb,"open\n{rest}z,"last\n"\n'
    done = desk.bring(desk.file("r.csv", closed_by_chance))
    assert "is not closed within 20 lines" in reasons(desk)[2]
    assert (done.known, done.new) == (50, 1)
    with pytest.raises(BadImport, match="line 1: a quotation mark opens in the header"):
        desk.plan(desk.file("h.csv", 'id,"text\na,b\n'))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
def test_wide_encodings_that_do_not_say_so(desk, encoding):
    desk.bring(desk.file("r.csv", "id,text\na,Héllo\n".encode(encoding)))
    assert desk.items()["a"].data == {"text": "Héllo"}


def test_what_windows_writes_is_read_as_such_and_what_is_no_text_refused(desk):
    desk.bring(desk.file("r.csv", "id,text\na,5 € “so”\n".encode("cp1252")))
    assert desk.items()["a"].data == {"text": "5 € “so”"}
    with pytest.raises(BadImport, match="is no text"):
        desk.plan(desk.file("b.csv", bytes(range(256))))


def test_a_number_out_of_range_rejects_its_row_and_makes_no_data_of_the_column(desk):
    path = desk.file("r.csv", "id,text,priority,overlap\na,x,high,1\nb,x,5,0\nc,x,1000,2\nd,x,-100,\n")
    done = desk.bring(path)
    assert (done.new, done.rejected) == (1, 3)
    assert "priority must be a whole number from -100 to 100" in reasons(desk)[2]
    assert "overlap must be a whole number from 1 to 100" in reasons(desk)[3]
    assert desk.items()["d"].data == {"text": "x"}


@pytest.mark.parametrize("text", ['{"a": 1}', '{"label": "x"}', '["a"]', "42", "null", '"q"', "'{}"])
def test_a_transcript_that_looks_like_json_stays_a_text(desk, text):
    desk = desk.have(Project("spoken", "Spoken", (Question("label", "?", "transcript"),)))
    desk.bring(desk.file("t.csv", "id,text\na,x\n"))
    desk.answer(desk.person("ann"), {"label": text})
    _, path = desk.export("out/x.csv", format="csv")
    other = desk.have(Project("copy", "Copy", (Question("label", "?", "transcript"),)))
    assert other.bring(path).answers == 1
    assert other.exported()[0]["label"] == text


def test_several_questions_are_still_an_object_in_a_table(desk):
    desk = desk.have(TICKETS)
    done = desk.bring(desk.file("t.csv", 'id,body,gold\na,x,"{""topics"": [""bug""], ""urgency"": ""now""}"\n'))
    assert done.new == 1
