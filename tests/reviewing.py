"""Items that people differ on, and who reviews them, for dialogues and exports."""

import json

from bot.exchange.exports import export_project
from bot.exchange.wanted import Wanted
from bot.project import Review
from bot.quality.report import summary
from storage import projects
from storage.database import run
from storage.files import Files
from storage.schema import items
from storage.schema_quality import decisions, reviews
from tests.dialogue import project, question

COLOUR = question("choice", "Red", "Green", "Blue", title="Which colour?")
DISPUTED = project(COLOUR, overlap=2, review=Review())


def say_all(talk, *labels_of):
    """People who each answer the items in order; the labels of one person in each of `labels_of`."""
    people = [talk.member(name) for name in ("Anna", "Ben", "Cleo")[: len(labels_of)]]
    for person, labels in zip(people, labels_of, strict=True):
        for label in labels:
            person.taps(label)
    return people


def reviewer(talk, name="Rita", role="reviewer", **rest):
    person = talk.member(name, role=role, **rest)
    person.says("review")
    return person


def waiting(talk):
    return [row.reason for row in talk.rows(reviews) if row.state == "open"]


def standing(talk):
    keys = {row.id: row.key for row in talk.rows(items)}
    return [(keys[row.item], row.label["label"]) for row in talk.rows(decisions) if row.live]


def exported(talk, folder):
    out = folder / "items.jsonl"
    wanted = Wanted(format="jsonl", level="items")
    export_project(talk.database, Files(folder / "media"), "reviews", wanted, out)
    return {row["item"]: row for row in map(json.loads, out.read_text().splitlines())}


def report(talk):
    row = run(talk.database, lambda tx: projects.named(tx, "reviews"))
    with talk.database.reading() as connection:
        return summary(connection, row, DISPUTED, talk.clock())


def last(person):
    return next(one for one in reversed(person.room.bubbles) if not one.mine)


def choices(person):
    return [button.title for button in last(person).every_button()]


def differing_on_two(talk):
    """Three items: on the first and the last two people differ."""
    dialogue = talk(DISPUTED, items=3)
    dialogue.crew = say_all(dialogue, ("Red", "Green", "Red"), ("Blue", "Green", "Green"))
    return dialogue
