"""What came to be done before anybody looked comes into the queue of reviewers, once."""

import asyncio
import json

from bot.buttons import Pressed, pack
from bot.labels import LABEL_TYPES
from bot.lookingback import LookingBack
from bot.project import Review
from storage.answers import record
from storage.cards import open_card
from storage.database import run
from storage.schema import items, media, people
from storage.schema_quality import reviews
from tests.dialogue import project, question

COLOUR = question("choice", "Red", "Green", title="Which colour?")


def look(talk, looking=None):
    return asyncio.run((looking or LookingBack()).look(talk.database))


def queue(talk):
    keys = {row.id: row.key for row in talk.rows(items)}
    return [(keys[row.item], row.reason) for row in talk.rows(reviews) if row.state == "open"]


def test_a_project_that_turns_review_on_later_has_its_old_disputes(talk):
    dialogue = talk(project(COLOUR, overlap=2), items=4)
    anna, ben = dialogue.member("Anna"), dialogue.member("Ben")
    for label in ("Red", "Red"):
        anna.taps(label)
    for label in ("Green", "Red"):
        ben.taps(label)
    anna.taps("⋯")
    anna.taps("broken")
    anna.types("Too dark")
    assert look(dialogue) == 0
    dialogue.add_project(project(COLOUR, overlap=2, review=Review()))
    looking = LookingBack()
    assert look(dialogue, looking) == 2
    assert sorted(queue(dialogue)) == [("reviews-0", "disputed"), ("reviews-2", "flagged")]
    assert look(dialogue, looking) == look(dialogue) == 0
    rita = dialogue.member("Rita", role="reviewer")
    rita.says("review")
    rita.taps("Red")
    rita.taps("Green")
    assert look(dialogue) == 0
    assert queue(dialogue) == []


def test_masks_are_compared_beside_the_taps(talk):
    example = LABEL_TYPES["masks"].EXAMPLE
    dialogue = talk(project(example.question, overlap=2, review=Review()), items=0)
    row = {"sha256": "a" * 64, "kind": "image", "mime": "image/jpeg", "width": 80, "height": 80, "size": 3}
    key = run(dialogue.database, lambda tx: tx.insert(media.insert(), row))
    photo = {name: value for name, value in row.items() if name != "size"} | {"id": key, "field": "photo"}
    dialogue.add_items("reviews", [{"data": {"photo": "a.jpg"}, "media": [photo]}])
    for name, label in (("Anna", example.label), ("Ben", example.other)):
        dialogue.member(name)
        who = dialogue.rows(people)[-1].id
        given = {example.question.name: label}
        run(dialogue.database, lambda tx, who=who, given=given: record(tx, open_card(tx, who), given))
    assert queue(dialogue) == []
    assert look(dialogue) == 1
    assert queue(dialogue) == [("reviews-0", "disputed")]


def test_so_many_boxes_that_they_take_long_are_compared_beside_the_taps_too(talk):
    """500 boxes of each of two people would keep everybody waiting for five seconds."""
    asked = question("boxes", "Car", title="Where?")
    dialogue = talk(project(asked, overlap=2, review=Review()), items=0)
    row = {"sha256": "a" * 64, "kind": "image", "mime": "image/jpeg", "width": 900, "height": 900, "size": 3}
    key = run(dialogue.database, lambda tx: tx.insert(media.insert(), row))
    photo = {name: value for name, value in row.items() if name != "size"} | {"id": key, "field": "photo"}
    dialogue.add_items("reviews", [{"data": {"photo": "a.jpg"}, "media": [photo]}])
    for name, far in (("Anna", 0), ("Ben", 450)):
        person = dialogue.member(name)
        nonce = next(person.card.every_button()).data.partition(":")[0]
        box = {"label": "car", "width": 10, "height": 10}
        marks = [box | {"x": far + 20 * (at % 20), "y": 20 * (at // 20)} for at in range(200)]
        person.submits(pack(Pressed(nonce, 0, "d")), marks=json.dumps(marks))
    assert dialogue.states() == ["done"]
    assert queue(dialogue) == []
    assert look(dialogue) == 1
    assert [reason for _, reason in queue(dialogue)] == ["disputed"]
    rita = dialogue.member("Rita", role="reviewer")
    rita.says("review")
    rita.taps("Take 2")
    assert queue(dialogue) == []
