"""Photos boxed wholly in a chat, as a person does it: every step is seen, taken back and done again."""

import json

import pytest
from sqlalchemy import insert

from bot.exchange.exports import export_project
from bot.exchange.wanted import Wanted
from bot.project import LabelDef
from storage.database import run
from storage.files import Files
from storage.schema import media
from tests.dialogue import project, question

STREET = project(
    question("boxes", LabelDef("car", "🚗 Car"), LabelDef("dog", "🐕 Dog"), title="What is where?"), title="Streets"
)
SIZE = (640, 480)
PLATFORMS = pytest.mark.parametrize("platform", ["telegram", "slack", "browser"])


def record(label, x, y, width, height):
    return {"label": label, "x": x, "y": y, "width": width, "height": height}


CAR, DOG = record("car", 10, 20, 100, 80), record("dog", 300, 200, 90.5, 60)


def photos(talk, *suggestions, asked=STREET, size=SIZE):
    """A project with a photo for each suggestion, None where nothing is suggested."""
    dialogue = talk(asked, items=0)
    row = {"sha256": "x" * 64, "kind": "image", "mime": "image/jpeg", "size": 3, "width": size[0], "height": size[1]}
    key = run(dialogue.database, lambda tx: tx.insert(insert(media), row))
    photo = {name: row[name] for name in ("kind", "mime", "sha256", "width", "height")} | {"id": key, "field": "photo"}
    rows = [
        {
            "data": {"photo": f"{number}.jpg"},
            "media": [photo],
            "suggestion": None if said is None else {"label": {"label": said}},
        }
        for number, said in enumerate(suggestions)
    ]
    dialogue.add_items("reviews", rows)
    return dialogue


def sight(person):
    """All that the person sees of the card."""
    return person.card.text, person.titles, person.card.drawing


def acts(person, step):
    """A tap on a button that reads just so ("=B3"), or a reply."""
    if not step.startswith("="):
        person.types(step)
        return
    button = next(one for one in person.card.every_button() if step[1:] in (one.title, one.data.rpartition(":")[2]))
    person.presses(button.data, person.card)


def does(person, *steps):
    """Takes each step, takes it back, and takes it again: the card looks as before, and as after."""
    for step in steps:
        before = sight(person)
        acts(person, step)
        after = sight(person)
        assert after != before, step
        person.taps("↩", person.card)
        assert sight(person)[1:] == before[1:], step
        acts(person, step)
        assert sight(person)[1:] == after[1:], step


def drawn(person):
    return json.loads(person.card.drawing)


def exported(dialogue, folder):
    out = folder / "out.jsonl"
    export_project(dialogue.database, Files(folder / "files"), "reviews", Wanted(format="jsonl"), out)
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    return [row["answers"][0]["label"] if "answers" in row else row for row in rows]


@PLATFORMS
def test_a_photo_with_a_suggestion_is_boxed_by_taps(talk, platform, tmp_path):
    dialogue = photos(talk, [CAR, DOG], [CAR])
    anna = dialogue.member("Anna", platform=platform)
    assert [one["mark"] for one in drawn(anna)["boxes"]] == ["1", "2"]
    assert "✨ ✓ All good (2)" in anna.titles

    does(anna, "=✓ 1 🚗 Car", "=✎ Change a label", "=✓ 2 🐕 Dog", "=🚗 Car", "=➕ Something is missing")
    does(anna, "=A1", "=B2", "=✓ Good enough", "=🐕 Dog")
    anna.taps("Done (2)")

    assert "2 / 2" in anna.card.text
    wanted = [record("car", 300, 200, 90.5, 60), record("dog", 0, 0, 160, 120)]
    assert dialogue.labels() == [wanted]
    anna.taps("All good (1)")
    assert dialogue.labels() == [wanted, [CAR]]


@PLATFORMS
def test_a_photo_without_a_suggestion_is_boxed_by_replies_and_taps(talk, platform):
    dialogue = photos(talk, None, None)
    anna = dialogue.member("Anna", platform=platform)
    assert drawn(anna)["grid"] == {"columns": 8, "rows": 8, "cells": []}

    does(anna, "b3-f7 car", "C2 F5")
    assert drawn(anna)["boxes"][0]["box"] == [105, 131, 350, 263]
    does(anna, "=A1", "=✓ A1", "=B2", "=G7", "=🐕 Dog")
    assert "1 🚗 Car, 1 🐕 Dog" in anna.card.text
    anna.taps("Done (2)")
    anna.taps("Nothing here")

    assert dialogue.labels() == [[record("car", 105, 131, 350, 263), record("dog", 15, 11, 50, 38)], []]


def test_the_card_says_what_to_do(talk):
    anna = photos(talk, [CAR, DOG]).member("Anna")

    assert anna.sees == (
        "(image)\n1 / 1 · Streets\nWhat is where?\n\n1 🚗 Car, 1 🐕 Dog\n"
        "Tap a box to drop it or to keep it again. To change a label, reply with number and label: 2 car\n"
        "[✓ 1 🚗 Car] [✓ 2 🐕 Dog]\n[✎ Change a label] [➕ Something is missing]\n[✨ ✓ All good (2)]\n"
        "[✏️ Mark on a page]\n[↩] [⋯] [⏭]"
    )


def test_bad_replies_get_a_hint_and_change_nothing(talk):
    dialogue = photos(talk, None)
    anna = dialogue.member("Anna")

    for reply, told in (
        ("K9 F7 car", "There is no cell K9"),
        ("B3 car", "B3 is one corner"),
        ("B3 F7 truk", "“truk” is not one of the labels"),
        ("what?", "“what?” is no box"),
    ):
        anna.types(reply)
        assert anna.sees.startswith(told)
    anna.taps("Nothing here")

    assert dialogue.labels() == [[]]


def test_a_double_tap_boxes_one_thing(talk):
    dialogue = photos(talk, None)
    anna = dialogue.member("Anna")

    for title in ("=B3", "=F7", "=✓ Good enough", "=🚗 Car"):
        acts(anna, title)
        dialogue.redeliver()
    anna.taps("Done (1)")

    assert dialogue.labels() == [[record("car", 80, 120, 400, 300)]]


def test_a_late_tap_on_a_cell_begins_no_box(talk):
    dialogue = photos(talk, None)
    anna = dialogue.member("Anna")
    first, _ = anna.button("B3")
    acts(anna, "=B3")
    acts(anna, "=F7")
    acts(anna, "=✓ Good enough")
    acts(anna, "=🚗 Car")

    anna.presses(first.data, anna.card)
    anna.taps("Done (1)")

    assert len(dialogue.labels()[0]) == 1


def test_an_answer_taken_back_shows_its_boxes_again(talk):
    dialogue = photos(talk, None, None)
    anna = dialogue.member("Anna")
    anna.types("B3 F7 car")
    anna.taps("Good enough")
    anna.taps("Done (1)")

    anna.taps("↩", anna.card)

    assert drawn(anna)["boxes"][0]["title"] == "🚗 Car"
    assert dialogue.labels() == []


@PLATFORMS
def test_ten_photos_are_boxed_and_exported_exactly(talk, platform, tmp_path):
    suggestions = [[CAR, DOG] if number % 2 else None for number in range(10)]
    dialogue = photos(talk, *suggestions)
    anna = dialogue.member("Anna", platform=platform)
    for number in range(10):
        if number % 2:
            anna.types("1 dog")
            anna.taps("Done (2)")
        else:
            anna.types(f"A{number % 8 + 1} H8 dog")
            anna.types("A1 H8")
            anna.taps("Done (1)")

    wanted = [[CAR | {"label": "dog"}, DOG] if number % 2 else [boxed_from_row(number % 8)] for number in range(10)]
    assert dialogue.labels() == wanted
    assert [row["label"] for row in exported(dialogue, tmp_path)] == wanted


def boxed_from_row(row):
    """From the first small cell of A1 … A8 to the last one of H8: half a small cell from the cells' edges."""
    top = round(row * 60 + 3.75)
    return record("dog", 5, top, 630, 476 - top)


def test_the_keyboard_of_the_grid_stays_within_what_telegram_bears(talk):
    anna = photos(talk, [CAR] * 60).member("Anna")

    anna.taps("Something is missing")

    assert len(anna.titles) <= 100
    assert max(len(row) for row in anna.card.buttons) == 8
