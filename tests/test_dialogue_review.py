"""Reviewers: items that people differ on come to them as cards, one tap decides, a typed reason reaches people."""

import pytest

from bot.project import Review
from storage import projects
from storage.database import run
from storage.schema import items, outbox
from storage.schema_quality import decisions, reviews
from tests.dialogue import project, question

COLOUR = question("choice", "Red", "Green", "Blue", title="Which colour?")
DISPUTED = project(COLOUR, overlap=2, review=Review())


def say_all(talk, *given):
    """People who each answer the items in order; the labels of one person in each of `given`."""
    people = [talk.member(name) for name in ("Anna", "Ben", "Cleo")[: len(given)]]
    for person, labels in zip(people, given, strict=True):
        for label in labels:
            person.taps(label)
    return people


@pytest.fixture
def differing(talk):
    """Three items: on the first and the last two people differ."""
    dialogue = talk(DISPUTED, items=3)
    dialogue.crew = say_all(dialogue, ("Red", "Green", "Red"), ("Blue", "Green", "Green"))
    return dialogue


def reviewer(talk, name="Rita", role="reviewer"):
    person = talk.member(name, role=role)
    person.says("review")
    return person


def waiting(talk):
    return [row.reason for row in talk.rows(reviews) if row.state == "open"]


def standing(talk):
    keys = {row.id: row.key for row in talk.rows(items)}
    return [(keys[row.item], row.label["label"]) for row in talk.rows(decisions) if row.live]


def test_what_people_differ_on_comes_to_a_reviewer_and_one_tap_decides(differing):
    assert waiting(differing) == ["disputed", "disputed"]
    rita = reviewer(differing)
    assert "reviews-0" in rita.sees and "Text 0" in rita.sees and "2 waiting" in rita.sees
    assert not any(name in rita.sees for name in ("Anna", "Ben"))

    rita.taps("Red")
    assert "✓ reviews-0: Red" in rita.sees and "reviews-2" in rita.sees
    rita.taps("Blue")
    assert "Nothing is waiting for review" in rita.sees
    assert standing(differing) == [("reviews-0", "red"), ("reviews-2", "blue")]
    assert not waiting(differing)
