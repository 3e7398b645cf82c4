"""Exports of who was not sure and what was suggested: as they were answered, and back again."""

import csv
import json
from dataclasses import replace

import pytest

from bot.exchange.formats import FORMATS
from storage import answers
from storage.database import run
from tests.exchange.desk import REVIEWS, TICKETS

GOOD = {"label": "positive"}
NEGATIVE = {"label": "negative"}


@pytest.fixture
def mixed(desk):
    """Ann is shown the suggestion to a, b has none; she is sure of a only. Bob is sure of a, too."""
    ann, bob = desk.person("ann"), desk.person("bob")
    desk.bring(desk.jsonl("r.jsonl", {"id": "a", "text": "Fine", "suggestion": "negative"}, {"id": "b", "text": "So"}))
    desk.answer(ann, GOOD)
    run(desk.database, lambda tx: answers.record(tx, desk._claim(tx, ann), {}, unsure=True))
    desk.answer(bob, NEGATIVE)
    return desk


def told(rows):
    return [(row["item"], row["label"], row.get("unsure"), row.get("suggestion_shown")) for row in rows]


MIXED = [
    ("a", "positive", None, "shown"),
    ("a", "negative", None, "shown"),
    ("b", None, True, None),
]


def test_a_row_says_who_was_not_sure_and_what_was_shown(mixed):
    assert told(mixed.exported()) == MIXED


def test_one_who_is_not_sure_has_no_vote(mixed):
    a, b = mixed.exported(level="items", only=("all",))
    assert (a["label"], a["answers"], sorted(a["tie"])) == (None, 2, ["negative", "positive"])
    assert (b["label"], b["confidence"], b["agreement"], b["answers"]) == (None, None, None, 1)


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet", "huggingface"])
def test_it_comes_back_from_every_format_that_can_hold_it(mixed, form):
    name = "out" if form == "huggingface" else f"out/x{FORMATS[form].suffix}"
    mixed.export(name, format=form)
    other = mixed.have(replace(REVIEWS, name="copy"))
    done = other.bring(mixed.folder / name)
    assert (done.answers, done.rejected) == (3, 0)
    assert told(other.exported()) == MIXED


def test_a_table_has_the_columns_only_where_something_stands_in_them(mixed):
    _, path = mixed.export("o/x.csv", format="csv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["unsure"], row["suggestion_shown"]) for row in rows] == [("", "shown"), ("", "shown"), ("true", "")]
    other = mixed.have(replace(REVIEWS, name="copy"))
    other.bring(other.file("p.csv", "id,text\na,Fine\n"))
    other.answer(other.person("eve"), GOOD)
    assert "unsure" not in other.export("o/y.csv", format="csv")[1].read_text(encoding="utf-8")


def test_label_studio_has_it_as_cancelled(mixed):
    _, path = mixed.export("o/x.json", format="label-studio")
    tasks = json.loads(path.read_text(encoding="utf-8"))
    assert [one["was_cancelled"] for task in tasks for one in task["annotations"]] == [False, False, True]


def test_of_several_questions_the_others_keep_their_labels(desk):
    desk = desk.have(TICKETS)
    name = TICKETS.questions[1].name
    desk.bring(desk.jsonl("t.jsonl", {"id": "a", "text": "Help", "subject": "s", "body": "b"}))
    ann = desk.person("ann")
    label = {name: "now"}
    run(desk.database, lambda tx: answers.record(tx, desk._claim(tx, ann), label, unsure=True))
    (row,) = desk.exported()
    assert (row["label"], row["unsure"]) == (label, True)
    _, path = desk.export("o/x.csv", format="csv")
    other = desk.have(replace(TICKETS, name="copy"))
    assert other.bring(path).answers == 1
    (row,) = other.exported()
    assert (row["label"], row["unsure"]) == (label, True)


@pytest.mark.parametrize(("column", "value"), [("suggestion_shown", "perhaps"), ("unsure", None)])
def test_a_row_that_says_neither_is_refused(mixed, column, value):
    row = mixed.exported()[2] | {column: value}
    other = mixed.have(replace(REVIEWS, name="copy"))
    assert other.bring(other.jsonl("x.jsonl", row)).rejected == 1
