"""Why gold is right goes out with it and comes in again, and nobody sees it before they answer."""

import csv
from dataclasses import replace

import pytest

from tests.exchange.desk import REVIEWS, SENTIMENT, TOPICS

GOOD, BAD = {"label": "positive"}, {"label": "negative"}

CSV = "id,text,gold,explanation\na,Fine,positive,=Praise.\nb,Broken,,\nc,Bad,negative,\n"


def gold(desk):
    return {key: (row.gold, row.explanation) for key, row in desk.items().items()}


@pytest.mark.parametrize(
    ("form", "name"), [("jsonl", "i.jsonl"), ("csv", "i.csv"), ("parquet", "i.parquet"), ("label-studio", "i.json")]
)
def test_items_bring_their_explanation_into_another_project(desk, form, name):
    desk.bring(desk.file("r.csv", CSV))
    _, out = desk.export(name, format=form, level="items")
    other = desk.have(replace(REVIEWS, name="copy"))
    assert other.bring(out).rejected == 0
    assert gold(other) == {"a": (GOOD, "=Praise."), "b": (None, None), "c": (BAD, None)}
    assert all(row.data == {"text": row.data["text"]} for row in other.items().values())
    assert other.bring(out).known == 3


def test_answers_to_gold_have_it_beside_the_gold_label(desk):
    desk.bring(desk.file("r.csv", "id,text\na,Fine\n"))
    desk.answer(desk.person("ann"), GOOD)
    desk.bring(desk.file("g.csv", "id,text,gold,explanation\nb,Bad,negative,It says so.\n"))
    [row] = desk.exported()
    assert not row.keys() & {"gold", "explanation"}
    rows = {row["item"]: row for row in desk.exported(level="items")}
    assert rows["b"]["explanation"] == "It says so."
    assert "explanation" not in rows["a"]
    _, out = desk.export("i.csv", format="csv", level="items")
    with out.open(newline="", encoding="utf-8-sig") as file:
        assert [row["explanation"] for row in csv.DictReader(file)] == ["", "It says so."]


def test_data_of_that_name_stays_data(desk):
    desk.bring(desk.file("r.csv", "id,text,explanation\na,Fine,Why not\n"))
    desk.bring(desk.file("g.csv", "id,text,gold,explanation\nb,Bad,negative,It says so.\n"))
    for form in ("jsonl", "csv"):
        _, out = desk.export(f"i.{form}", format=form, level="items")
        other = desk.have(replace(REVIEWS, name=f"copy-{form}"))
        other.bring(out)
        assert other.items()["a"].data == {"text": "Fine", "explanation": "Why not"}
        assert gold(other)["b"] == (BAD, "It says so.")


def test_a_table_of_suggestions_taken_as_gold_brings_its_explanations(desk):
    path = desk.file("s.csv", "id,text,suggestion,Explanation\na,Fine,positive,Praise.\n")
    lines = list(desk.plan(path, role="gold").lines())
    assert any("why gold is right" in line for line in lines)
    desk.bring(path, role="gold")
    assert gold(desk) == {"a": (GOOD, "Praise.")}
    assert desk.items()["a"].data == {"text": "Fine"}
    other = desk.have(replace(REVIEWS, name="copy"))
    other.bring(path)
    assert other.items()["a"].data == {"text": "Fine", "Explanation": "Praise."}


def test_labels_of_another_tool_taken_as_gold_bring_theirs(desk):
    other = desk.have(replace(REVIEWS, name="topics", questions=(replace(TOPICS, name="label"),)))
    row = {"id": "a", "text": "It crashed", "label": ["bug"], "explanation": "It crashed."}
    path = other.jsonl("d.jsonl", row)
    assert other.bring(path, role="gold").rejected == 0
    assert gold(other) == {"a": ({"label": ["bug"]}, "It crashed.")}
    assert other.items()["a"].data == {"text": "It crashed"}


def test_an_explanation_of_another_question_names_is_kept_apart(desk):
    asked = replace(REVIEWS, name="two", questions=(SENTIMENT, TOPICS))
    other = desk.have(asked)
    other.bring(other.jsonl("g.jsonl", {"id": "a", "text": "x", "gold": {"topics": ["bug"]}, "explanation": "Why."}))
    [row] = other.exported(level="items")
    assert (row["gold"], row["explanation"]) == ({"topics": ["bug"]}, "Why.")
