"""What people and items say is no command to the terminal that shows it."""

import json
from pathlib import Path

from storage.database import opened, run
from tests.cli.commands import come

NASTY = "hello \x1b[2J\x1b]52;c;ZXZpbA==\x07 \x9b31m\x00"
KEY = "k\x1b]0;mine\x07"


def harmless(said):
    assert not [sign for sign in said.out + said.err if (sign < " " and sign != "\n") or "\x7f" <= sign < "\xa0"]
    return said


def test_an_items_words_and_a_persons_name_are_no_commands(reviews, tmp_path):
    with opened(f"sqlite:///{tmp_path}/labelbot-data/labelbot.db") as database:
        run(database, lambda tx: come(tx, "reviews", "Bo\x1b[31m"))
    given = {"item": KEY, "data": {"text": NASTY}, "status": "live", "seconds": 1, "schema_version": 1}
    rows = [
        given | {"person": who, "label": label, "answered_at": "2026-05-04T10:00:00Z"}
        for who, label in (("p1", "A"), ("p2", "B"))
    ]
    Path("answers.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert harmless(reviews("import", "reviews", "answers.jsonl")).code == 0
    assert "hello" in harmless(reviews("item", "reviews", KEY)).out
    assert "no item" in harmless(reviews("item", "reviews", f"x{KEY}")).err
    assert "Bo\ufffd" in harmless(reviews("people", "reviews")).out
    assert "hello" in harmless(reviews("report", "reviews")).out
