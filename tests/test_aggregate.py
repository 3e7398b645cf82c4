"""`labelbot aggregate`: tables of answers from elsewhere."""

import csv
import subprocess
import sys

import pytest


@pytest.fixture
def aggregate(tmp_path):
    def made(text, *options, name="answers.csv", answers="", output="out/merged.csv"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "bot", "aggregate", answers or name, "-o", output, *options]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        out = tmp_path / "out" / "merged.csv"
        rows = list(csv.DictReader(out.open(encoding="utf-8", newline=""))) if out.exists() else []
        return done, rows

    return made


def test_labels_come_out_with_a_confidence(aggregate):
    rows = "".join(f"{item},{who},{'cat' if item % 2 else 'dog'}\n" for item in range(20) for who in "abc")
    done, merged = aggregate("item,worker,label\n" + rows)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("20 items from 60 answers (")
    assert {row["item"]: row["label"] for row in merged} == {str(n): "cat" if n % 2 else "dog" for n in range(20)}
    assert all(0 < float(row["confidence"]) <= 1 for row in merged)


def test_other_names_of_the_columns_are_understood(aggregate):
    done, merged = aggregate("Task,Annotator,Answer\n1,a,yes\n1,b,yes\n")
    assert done.returncode == 0
    assert [(row["item"], row["label"]) for row in merged] == [("1", "yes")]


def test_texts_are_merged_word_by_word(aggregate):
    done, merged = aggregate("item,worker,text\n1,a,the cat sat\n1,b,the hat sat\n1,c,the cat sit\n")
    assert done.returncode == 0
    assert [(row["item"], row["text"]) for row in merged] == [("1", "the cat sat")]


def test_gold_stays_and_a_method_is_named(aggregate, tmp_path):
    (tmp_path / "gold.csv").write_text("item,label\n1,no\n", encoding="utf-8")
    done, merged = aggregate("item,worker,label\n1,a,yes\n1,b,yes\n", "--gold", "gold.csv", "--method", "majority")
    assert done.returncode == 0, done.stderr
    assert [(row["label"], row["confidence"]) for row in merged] == [("no", "1.0000")]


def test_rows_that_lack_something_are_left_out_and_told(aggregate):
    done, merged = aggregate("item,worker,label\n1,a,yes\n2,,no\n")
    assert "1 row of answers.csv left out: in line 3 worker is empty" in " ".join(done.stderr.split())
    assert len(merged) == 1


def test_no_spreadsheet_finds_a_formula_in_it(aggregate):
    labels = ("=1+1", "@SUM(A1)", "-2+3", "+4-1", "-1", "'=already", "plain")
    rows = "".join(f'"={at}",{who},"{label}"\n' for at, label in enumerate(labels) for who in "ab")
    done, merged = aggregate("item,worker,label\n" + rows, "--method", "majority")
    assert done.returncode == 0, done.stderr
    found = {row["item"]: row["label"] for row in merged}
    assert list(found) == [f"'={at}" for at in range(len(labels))]
    assert list(found.values()) == ["'=1+1", "'@SUM(A1)", "'-2+3", "'+4-1", "-1", "'=already", "plain"]
    _, texts = aggregate("item,worker,text\n1,a,=cmd go\n1,b,=cmd go\n")
    assert texts[0]["text"] == "'=cmd go"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "answers.csv is empty: it needs a first line with the names of its columns"),
        ("a,b\n1,2\n", "it has a, b"),
        ("item,worker,label\n", "has no answers"),
        ("item,worker,label\n,,\n", "has no answers"),
    ],
)
def test_what_is_wrong_with_a_table_is_one_sentence(aggregate, text, said):
    done, merged = aggregate(text)
    assert done.returncode == 1
    assert said in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert not merged


def test_a_method_for_texts_is_refused(aggregate):
    done, _ = aggregate("item,worker,text\n1,a,yes\n", "--method", "ibcc")
    assert done.returncode == 2


@pytest.mark.parametrize(
    ("table", "encoding"),
    [
        ("item;worker;label\n1;a;größe\n1;b;größe\n", "utf-8"),
        ("sep=;\nitem;worker;label\n1;a;größe\n1;b;größe\n", "utf-8-sig"),
        ("item\tworker\tlabel\n1\ta\tgröße\n1\tb\tgröße\n", "utf-16"),
        ("item,worker,label\n1,a,größe\n1,b,größe\n", "cp1252"),
    ],
)
def test_tables_as_spreadsheets_write_them(aggregate, tmp_path, table, encoding):
    (tmp_path / "given.csv").write_bytes(table.encode(encoding))
    done, merged = aggregate("", name="other.csv", answers="given.csv")
    assert done.returncode == 0, done.stderr
    assert [(row["item"], row["label"]) for row in merged] == [("1", "größe")]


def test_a_quote_that_nobody_closes_takes_one_row(aggregate):
    done, merged = aggregate('item,worker,label\n1,a,"x\n2,b,y\n')
    assert "a quotation mark opens here and is not closed" in " ".join(done.stderr.split())
    assert [(row["item"], row["label"]) for row in merged] == [("2", "y")]


def test_repeated_answers_and_strange_gold_are_told(aggregate, tmp_path):
    (tmp_path / "gold.csv").write_text("item,label\n1,yes\n7,no\n", encoding="utf-8")
    done, _ = aggregate("item,worker,label\n1,a,yes\n1,a,no\n1,b,yes\n", "--gold", "gold.csv")
    said = " ".join(done.stderr.split())
    assert "1 row of a person who has answered the item before: the last answer counts" in said
    assert "1 of 2 known items of gold.csv without an answer" in said
    assert done.stdout.startswith("1 item from 2 answers (")


def test_the_answers_are_not_written_over(aggregate, tmp_path):
    text = "item,worker,label\n1,a,yes\n1,b,yes\n"
    done, _ = aggregate(text, output="answers.csv")
    assert done.returncode == 2
    assert "would write over what is read" in " ".join(done.stderr.split())
    assert (tmp_path / "answers.csv").read_text(encoding="utf-8") == text


def test_the_table_goes_to_standard_output(aggregate):
    done, _ = aggregate("item,worker,label\n1,a,yes\n1,b,yes\n", output="-")
    assert next(csv.DictReader(done.stdout.splitlines()))["label"] == "yes"
    assert done.stderr.startswith("1 item from 2 answers (")
