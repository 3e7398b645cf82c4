"""What can be imported, and what is said of what cannot."""

import json
import stat
import zipfile
from dataclasses import replace

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bot.exchange.problems import BadImport
from bot.exchange.readers import folders
from bot.project import Project, Question
from tests.exchange.desk import REVIEWS, TICKETS

RATING = Project(
    "rating", "Quality", (Question("label", "How good?", "rating", (), {"scale": 5}),), show=("prompt", "reply")
)
PAIRS = Project("pairs", "Better", (Question("label", "Which?", "pairwise"),))

TWO = {"a": {"text": "Fine"}, "b": {"text": "Broken"}}


def data(desk):
    return {key: row.data for key, row in desk.items().items()}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("r.csv", "id,text\na,Fine\nb,Broken\n"),
        ("r.csv", "\ufeffid,text\r\na,Fine\r\nb,Broken\r\n"),
        ("r.csv", "id;text\na;Fine\nb;Broken\n"),
        ("r.csv", "id,text,\na,Fine,\n\nb,Broken,,\n".replace("text,\n", "text\n", 1)),
        ("r.csv", "id,text\na,Fine\nb,Broken\n".encode("utf-16")),
        ("r.csv", "id|text\na|Fine\nb|Broken\n"),
        ("r.csv", '"id";"text"\na;Fine\nb;Broken\n'),
        ("r.csv", "\n \nid,text\na,Fine\nb,Broken\n"),
        ("r.csv", "\ufeffsep=;\nid;text\na;Fine\nb;Broken\n"),
        ("r.csv", "id,text\ra,Fine\rb,Broken"),
        ("r.csv", "id,text\na,Fine\nb,Broken\n".encode("utf-16-le")),
        ("r.tsv", "id\ttext\na\tFine\nb\tBroken\n"),
        ("r.jsonl", '{"id":"a","text":"Fine"}\n\n{"id":"b","text":"Broken"}\n'),
        ("r.json", '[{"id":"a","text":"Fine"},\n {"id":"b","text":"Broken"}]'),
        ("r.json", '{"data": [{"id":"a","text":"Fine"},{"id":"b","text":"Broken"}]}'),
        ("r.json", '{"about": 1, "rows": [{"id":"a","text":"Fine"},{"id":"b","text":"Broken"}]}'),
        ("r.json", '{"id":"a","text":"Fine"}\n{"id":"b","text":"Broken"}\n'),
    ],
)
def test_a_table_is_read_however_it_is_written(desk, name, content):
    assert desk.bring(desk.file(name, content)).new == 2
    assert data(desk) == TWO


def test_text_in_latin_1_is_read_and_said_to_be_so(desk):
    path = desk.file("r.csv", "id,text\na,Müde\n".encode("latin-1"))
    assert "r.csv is not UTF-8" in "\n".join(desk.plan(path).lines())
    desk.bring(path)
    assert data(desk) == {"a": {"text": "Müde"}}


def test_quotes_and_lines_within_a_cell_stay_and_lines_are_counted_on(desk):
    done = desk.bring(desk.file("r.csv", 'id,text\na,"two\nlines, ""so"""\nb,too,many\nc,Fine\n'))
    assert data(desk) == {"a": {"text": 'two\nlines, "so"'}, "c": {"text": "Fine"}}
    assert done.rejected == 1
    assert desk.rejects() == [
        {"line": 4, "reason": "it has 3 cells, but the header has 2", "row": {"1": "b", "2": "too", "3": "many"}}
    ]


def test_a_comma_within_a_quoted_name_parts_nothing(desk):
    desk.bring(desk.file("r.csv", '"id";"text, in full, please"\na;Fine\n'))
    assert data(desk) == {"a": {"text, in full, please": "Fine"}}


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_quotation_mark_that_is_never_closed_does_not_swallow_the_rest_unseen(desk, end):
    done = desk.bring(desk.file("r.csv", 'id,text\na,Fine\nb,"open\nc,Fine\nd,Well' + end))
    assert (done.new, done.rejected) == (3, 1)
    assert desk.rejects()[0]["line"] == 3
    assert desk.rejects()[0]["reason"] == "a quotation mark opens here and is not closed"
    done = desk.bring(desk.file("s.csv", 'id,text\na,Fine\nb,"two\nlines"\nc,5" nails' + end))
    assert (done.new, done.changed, done.rejected) == (1, 1, 0)


def test_lines_of_text_are_items_known_by_their_words(desk):
    done = desk.bring(desk.file("r.txt", "One\n\n  Two \nOne\n"))
    assert (done.new, done.known) == (2, 1)
    assert [row["text"] for row in data(desk).values()] == ["One", "Two"]


def test_a_large_array_is_read_in_pieces(desk):
    rows = [{"id": str(n), "text": f"{n} " + "x" * 3000, "deep": {"a": [n, None, True]}} for n in range(900)]
    desk.bring(desk.file("r.json", json.dumps(rows)))
    assert data(desk) == {row["id"]: {"text": row["text"], "deep": row["deep"]} for row in rows}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("r.csv", "", "r.csv is empty"),
        ("r.csv", "id,text\n", "has a header and no rows"),
        ("r.csv", "id,text,text\na,b,c\n", "two columns are called 'text'"),
        ("r.csv", 'id,"text\na,b\n', "line 1: a quotation mark opens in the header and is not closed"),
        ("r.json", "  ", "is empty"),
        ("r.json", "[]", "holds no rows"),
        ("r.json", '"hello"', "must hold an array of objects"),
        ("r.jsonl", "{nope\n", "line 1: it is no JSON"),
        ("r.xlsx", "PK", "choose File › Save as › CSV UTF-8"),
        ("r.exe", "MZ", "of no kind that can be imported"),
        ("r.parquet", "PAR1 not really", "cannot be read"),
        ("r.zip", "PK not really", "no zip file"),
    ],
)
def test_what_cannot_be_read_gets_one_sentence(desk, name, content, said):
    with pytest.raises(BadImport, match=said) as problem:
        desk.plan(desk.file(name, content))
    assert "\n" not in str(problem.value)


def test_a_file_that_is_not_there_and_a_wrong_column_are_named(desk):
    with pytest.raises(BadImport, match=r"There is no .*nothing\.csv"):
        desk.plan(desk.folder / "nothing.csv")
    with pytest.raises(BadImport, match="there is no column 'boddy'; there are id, text"):
        desk.plan(desk.file("r.csv", "id,text\na,b\n"), mapping={"text": "boddy"})


def test_a_mapped_column_takes_the_fields_name(desk):
    desk.bring(desk.file("r.csv", "ticket,body,note\n7,Fine,x\n"), mapping={"text": "body", "id": "ticket"})
    assert data(desk) == {"7": {"text": "Fine", "note": "x"}}


def test_columns_with_a_meaning_are_recognised_and_told(desk):
    path = desk.file(
        "r.csv", "id,text,priority,overlap,gold,suggestion,score,model\na,Fine,5,3,,Bad,0.75,m1\nb,Well,,,positive,,,\n"
    )
    lines = list(desk.plan(path).lines())
    assert "  gold: the known right label, not shown" in lines
    assert "  text: shown" in lines
    desk.bring(path)
    a, b = desk.items().values()
    assert (a.priority, a.overlap, a.state, a.gold) == (5, 3, "open", None)
    assert a.suggestion == {"label": {"label": "negative"}, "score": 0.75, "model": "m1"}
    assert (b.priority, b.overlap, b.state, b.gold) == (0, 2, "gold", {"label": "positive"})


def test_a_column_that_would_give_the_labels_away_is_told(desk):
    path = desk.file("r.csv", "id,text,sentiment,stars\na,Fine,Good,5\nb,Broken,Bad,1\nc,Grey,,3\n")
    told = "The column 'sentiment' holds labels of this project, and people see it. Known ones: --map gold=sentiment."
    assert told in desk.plan(path).lines()
    assert told not in desk.plan(path, mapping={"gold": "sentiment"}).lines()
    hidden = desk.have(replace(REVIEWS, name="hidden", show=("text",)))
    assert told not in hidden.plan(path).lines()


def test_a_priority_in_words_and_a_score_without_suggestion_are_data(desk):
    path = desk.file("r.csv", "id,text,priority,score\na,Fine,high,12\n")
    assert "kept as data" in "\n".join(desk.plan(path).lines())
    desk.bring(path)
    assert data(desk) == {"a": {"text": "Fine", "priority": "high", "score": "12"}}


def test_bad_rows_are_rejected_with_line_and_reason_and_the_rest_comes(desk):
    done = desk.bring(
        desk.jsonl(
            "r.jsonl",
            {"id": "a", "text": "Fine", "gold": "positive"},
            {"id": "b", "text": "?", "gold": "purple"},
            {"id": "x\0y", "text": "?"},
            {"id": "x\ud800", "text": "?"},
            {"id": "k" * 401, "text": "?"},
            {"id": "c"},
            ["no", "object"],
            {"id": "d", "text": "NUL \0 and half \udc00 stay in the data"},
        )
    )
    assert (done.new, done.rejected) == (2, 6)
    reasons = {row["line"]: row["reason"] for row in desk.rejects()}
    assert reasons[2] == "gold: “purple” is not one of the labels. Try one of: positive and negative"
    assert reasons[3] == "the id holds a NUL character"
    assert "surrogate" in reasons[4]
    assert "400" in reasons[5]
    assert reasons[6] == "it has no data beside its id"
    assert reasons[7] == "it is no object"
    assert data(desk)["d"]["text"] == "NUL \0 and half \udc00 stay in the data"


def test_gold_of_several_questions_is_an_object(desk):
    desk = desk.have(TICKETS)
    gold = {"topics": ["Billing"], "urgency": "Now"}
    desk.bring(
        desk.jsonl("t.jsonl", {"id": "a", "body": "x", "gold": gold}, {"id": "b", "body": "y", "gold": "now"}),
        desk.file("t.csv", 'id,body,gold\nc,z,"{""topics"": ""bug"", ""urgency"": ""later""}"\n'),
    )
    assert desk.items()["a"].gold == {"topics": ["billing"], "urgency": "now"}
    assert desk.items()["c"].gold == {"topics": ["bug"], "urgency": "later"}
    assert desk.rejects()[0]["source"] == "t.jsonl"
    assert desk.rejects()[0]["reason"].startswith("gold: labels of several questions")
    desk.bring(desk.jsonl("u.jsonl", {"id": "d", "body": "x", "gold": {"urgency": "soon"}}))
    assert desk.rejects()[0]["reason"].startswith("gold: urgency: “soon” is not one of the labels.")


def test_parquet_keeps_types(desk):
    table = pa.table({"id": [1, 2], "text": ["Fine", None], "n": [1.5, float("nan")], "tags": [["x"], []]})
    pq.write_table(table, desk.folder / "r.parquet")
    desk.bring(desk.folder / "r.parquet")
    assert data(desk) == {
        "1": {"text": "Fine", "n": 1.5, "tags": ["x"]},
        "2": {"text": None, "n": None, "tags": []},
    }


def test_a_hugging_face_folder_brings_its_class_names(desk):
    features = datasets.Features(
        {"id": datasets.Value("string"), "text": datasets.Value("string"),
         "gold": datasets.ClassLabel(names=["negative", "positive"]),
         "topics": datasets.List(datasets.ClassLabel(names=["x", "y"]))}
    )  # fmt: skip
    rows = {"id": ["a", "b"], "text": ["Fine", "Broken"], "gold": [1, 0], "topics": [[0, 1], []]}
    made = datasets.Dataset.from_dict(rows, features=features)
    datasets.DatasetDict({"train": made}).save_to_disk(desk.folder / "saved")
    desk.bring(desk.folder / "saved")
    assert {key: row.gold["label"] for key, row in desk.items().items()} == {"a": "positive", "b": "negative"}
    assert data(desk)["a"] == {"text": "Fine", "topics": ["x", "y"]}
    (desk.folder / "hub" / "data").mkdir(parents=True)
    made.to_parquet(desk.folder / "hub" / "data" / "train-00000-of-00001.parquet")
    assert desk.bring(desk.folder / "hub").known == 2


def test_label_studio_brings_annotations_skips_gold_and_predictions(desk):
    def result(choice, name="label"):
        return [{"id": "r", "from_name": name, "to_name": "text", "type": "choices", "value": {"choices": [choice]}}]

    task = {
        "id": 1,
        "data": {"text": "Fine"},
        "annotations": [
            {"id": 1, "completed_by": 7, "was_cancelled": False, "lead_time": 3.2, "result": result("positive"),
             "created_at": "2026-01-01T10:00:00.000001Z"},
            {"id": 2, "completed_by": {"id": 8}, "was_cancelled": True, "result": []},
        ],
        "predictions": [
            {"model_version": "old", "score": 0.2, "result": result("positive")},
            {"model_version": "m1", "score": 0.9, "result": result("Bad")},
        ],
    }  # fmt: skip
    gold = {"id": 2, "data": {"text": "Bad"}, "annotations": [{"ground_truth": True, "result": result("negative")}]}
    wrong = {"id": 3, "data": {"text": "?"}, "annotations": [{"completed_by": 7, "result": result("purple")}]}
    done = desk.bring(desk.file("ls.json", json.dumps([task, gold, wrong])))
    assert (done.new, done.answers, done.rejected) == (2, 2, 1)
    first, second = desk.items()["1"], desk.items()["2"]
    assert first.suggestion == {"label": {"label": "negative"}, "score": 0.9, "model": "m1"}
    assert (first.answers, first.skips, first.taken) == (1, 1, 1)
    assert (second.state, second.gold) == ("gold", {"label": "negative"})
    rows = desk.exported(only=("label", "skip"))
    assert [(row["person"], row["status"], row["seconds"]) for row in rows] == [
        ("studio-7", "live", 3.2), ("studio-8", "skipped", None),
    ]  # fmt: skip
    assert rows[0]["answered_at"] == "2026-01-01T10:00:00.000001Z"


def test_an_annotation_of_somebody_known_by_pseudonym_is_theirs(desk):
    rows = [{"item": "a", "data": {"text": "x"}, "label": "positive", "person": "abc123", "status": "live",
             "seconds": 1, "answered_at": "2026-01-01T00:00:00Z", "schema_version": 1}]  # fmt: skip
    desk.bring(desk.jsonl("ours.jsonl", *rows))
    result = [{"from_name": "label", "to_name": "text", "type": "choices", "value": {"choices": ["negative"]}}]
    task = {"id": "b", "data": {"text": "y"}, "annotations": [{"completed_by": "abc123", "result": result}]}
    desk.bring(desk.file("ls.json", json.dumps([task])))
    assert [row["person"] for row in desk.exported()] == ["abc123", "abc123"]


def zipped(desk, **entries):
    path = desk.folder / "z.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def test_texts_of_a_folder_and_of_a_zip_are_items_by_their_place(desk):
    desk.file("f/good/1.txt", "Fine")
    desk.file("f/2.txt", "Broken")
    desk.file("f/.hidden.txt", "no")
    desk.file("f/odd.bin", b"\x00\x01\x02")
    assert "Left out: 1 file that is no text: odd.bin." in desk.plan(desk.folder / "f").lines()
    done = desk.bring(desk.folder / "f")
    assert data(desk) == {"2.txt": {"text": "Broken"}, "good/1.txt": {"text": "Fine", "folder": "good"}}
    assert done.rejected == 0
    assert desk.bring(zipped(desk, **{"good/1.txt": "Fine", "2.txt": "Broken"})).known == 2


@pytest.mark.parametrize("name", ["../out.txt", "/etc/x.txt", "a/../../x.txt", "C:/x.txt", "..\\x.txt"])
def test_an_archive_that_would_write_elsewhere_is_refused_whole(desk, name):
    with pytest.raises(BadImport, match="outside its own folder"):
        desk.plan(zipped(desk, **{"fine.txt": "x", name: "y"}))


def test_bombs_links_and_countless_entries_are_refused(desk):
    with pytest.raises(BadImport, match="1000 times its size"):
        desk.plan(zipped(desk, bomb="\0" * 8_000_000))
    link = zipfile.ZipInfo("link.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(desk.folder / "l.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(BadImport, match="holds a link"):
        desk.plan(desk.folder / "l.zip")
    path = zipped(desk, a="x")
    raw = bytearray(path.read_bytes())
    end = raw.rfind(b"PK\x05\x06")
    raw[end + 10 : end + 12] = b"\xff\xff"
    record = b"PK\x06\x06" + bytes(28) + (folders.MOST_ENTRIES + 1).to_bytes(8, "little") + bytes(16)
    path.write_bytes(raw[:end] + record + raw[end:])
    with pytest.raises(BadImport, match="1,000,000 entries"):
        desk.plan(path)


@pytest.mark.parametrize("content", ["question,answer\nWhy?,So\n", "question;answer\nWhy?;So\n"])
def test_columns_that_a_project_does_not_show_are_refused_before_anything_is_written(desk, content):
    desk = desk.have(RATING)
    with pytest.raises(BadImport) as problem:
        desk.plan(desk.file("r.csv", content))
    assert str(problem.value) == (
        "rating shows the fields prompt and reply, and r.csv has question and answer. Say which column is which, as in "
        "--map prompt=question, or change `show` in the project file."
    )
    assert desk.bring(desk.folder / "r.csv", mapping={"prompt": "question"}).new == 1


def test_what_is_shown_and_what_is_not_is_said_in_plain_words(desk):
    lines = list(desk.have(RATING).plan(desk.file("r.csv", "id,prompt,secret\na,Why?,x\n")).lines())
    assert lines[1:] == [
        "  id: what the item is called",
        "  prompt: shown",
        "  secret: kept, not shown",
        "The project also shows reply, which is not in here.",
    ]


def test_a_row_in_which_there_is_nothing_to_see_is_rejected_with_its_line(desk):
    rated = desk.have(RATING)
    done = rated.bring(desk.file("r.csv", "id,prompt,reply,note\na,Why?,,x\nb, ,,seen by nobody\nc,,So,\n"))
    assert (done.new, done.rejected) == (2, 1)
    assert desk.rejects()[0] | {"row": None} == {
        "line": 3, "reason": "there is nothing to show: prompt and reply are empty", "row": None,
    }  # fmt: skip
    assert desk.bring(desk.file("t.csv", "id,text\na,Fine\nb,\n")).rejected == 1
    assert desk.rejects()[0]["reason"] == "there is nothing to show: text is empty"


def test_a_comparison_needs_both_sides(desk):
    desk = desk.have(PAIRS)
    with pytest.raises(BadImport, match=r"needs the fields a and b, and r.csv has left and right.*--map a=left"):
        desk.plan(desk.file("r.csv", "left,right\nx,y\n"))
    with pytest.raises(BadImport, match=r"needs the fields a and b, and r\.csv has a"):
        desk.plan(desk.file("r.csv", "id,a\n1,x\n"))
    done = desk.bring(desk.file("r.csv", "id,a,b\n1,x,y\n2,x,\n"))
    assert (done.new, done.rejected) == (1, 1)
    assert desk.rejects()[0]["reason"] == "b is empty"


def test_tables_in_a_folder_or_zip_are_no_texts(desk):
    desk.file("f/1.txt", "Fine")
    desk.file("f/sub/rows.csv", "id,text\na,x\n")
    assert "Left out: 1 file that is no text: sub/rows.csv." in desk.plan(desk.folder / "f").lines()
    assert desk.bring(desk.folder / "f").new == 1
    (desk.folder / "f/1.txt").unlink()
    with pytest.raises(BadImport, match=r"f has no file that can be read; sub/rows\.csv: it holds rows"):
        desk.plan(desk.folder / "f")
