"""What people asked and why they flagged stands beside their item in every format."""

from dataclasses import replace

import pytest

from bot.exchange.formats import FORMATS
from storage import answers
from storage.database import run
from tests.exchange.desk import REVIEWS
from tests.exchange.test_exports import GENERAL, GOOD


def asks(desk, person, words, do):
    """Somebody asks about the item on their card, then does something with it; the item's key."""
    card = desk.claim(person)

    def write(tx):
        answers.comment(tx, card, "ask", words)
        do(tx, card)

    run(desk.database, write)
    return card.key


@pytest.fixture
def asked(each_desk):
    """Ann asks about a and answers it, asks about b and flags it; Bob asks about a and skips it."""
    desk = each_desk
    desk.bring(desk.file("r.csv", "id,text,notes\na,Fine,mine\nb,Broken,\nc,So so,\n"))
    ann, bob = desk.person("ann"), desk.person("bob")
    asks(desk, ann, "=irony?", lambda tx, card: answers.record(tx, card, GOOD))
    asks(desk, bob, "what is it?", lambda tx, card: answers.skip(tx, card, "Not sure", 3))
    asks(desk, ann, "is it cut?", lambda tx, card: answers.flag(tx, card, "it is cut", 1))
    return desk


def test_questions_and_notes_stay_with_their_item(asked):
    a, b, c = asked.exported(level="items")
    (ann, bob), at = (note["person"] for note in a["notes"]), "2026-03-02T09:00:00Z"
    assert a["notes"] == [
        {"kind": "question", "text": "=irony?", "person": ann, "at": at},
        {"kind": "question", "text": "what is it?", "person": bob, "at": at},
    ]
    assert b["notes"] == [
        {"kind": "question", "text": "is it cut?", "person": ann, "at": at},
        {"kind": "flag", "text": "it is cut", "person": ann, "at": at},
    ]
    assert "notes" not in c
    assert {ann, bob}.isdisjoint({"ann", "bob"})
    assert asked.export("n/x.jsonl", format="jsonl", level="items")[0].losses == ()


def test_an_answer_has_the_notes_of_its_person_and_what_is_left_out_is_said(asked):
    (row,) = asked.exported()
    assert [(note["text"], note["person"]) for note in row["notes"]] == [("=irony?", row["person"])]
    losses = asked.export("n/x.jsonl", format="jsonl")[0].losses
    assert "Notes of people without an answer in it are not in it; --level items has them." in losses
    every = asked.exported(only=("all",))
    said = [(row["status"], row.get("note"), [note["text"] for note in row["notes"]]) for row in every]
    assert said == [
        ("live", None, ["=irony?"]),
        ("skipped", "Not sure", ["what is it?"]),
        ("flagged", "it is cut", ["is it cut?"]),
    ]
    losses = asked.export("n/y.jsonl", format="jsonl", only=("all",))[0].losses
    assert losses == ("Items without an answer left out: 1; --level items has them.",)


@pytest.mark.parametrize("level", ["items", "answers"])
@pytest.mark.parametrize("form", GENERAL)
def test_notes_go_into_every_format_and_never_into_the_data(asked, form, level):
    name = "n" if form == "huggingface" else f"n/x{FORMATS[form].suffix}"
    only = ("all",) if level == "answers" else ()
    first, path = asked.export(name, format=form, level=level, only=only)
    contents = [file.read_bytes() for file in first.files]
    assert [file.read_bytes() for file in asked.export(name, format=form, level=level, only=only)[0].files] == contents
    assert sum(b"what is it?" in content for content in contents) == 1
    assert not [loss for loss in first.losses if "otes" in loss]
    other = asked.have(replace(REVIEWS, name="copy"))
    done = other.bring(path)
    assert (done.new, done.rejected) == (2 + (level == "items"), 0)
    assert other.items()["a"].data == {"text": "Fine", "notes": "mine"}
