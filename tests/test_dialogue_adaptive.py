"""Adaptive overlap in the chat: easy items close at two, disputed ones get more people, an undo opens them again."""

from sqlalchemy import select

from bot.project import Adaptive
from storage.database import run
from storage.schema import items
from tests.dialogue import project

ADAPTIVE = Adaptive(2, 4, 0.75)


def adaptive(talk, count: int = 1, **rules):
    return talk(project(overlap=2, adaptive=ADAPTIVE, gold_share=0.0, **rules), items=count)


def rows(dialogue):
    return run(dialogue.database, lambda tx: tx.all(select(items).order_by(items.c.id)))


def test_two_who_agree_are_enough(talk):
    dialogue = adaptive(talk)
    for name in ("Anna", "Ben"):
        dialogue.member(name, "reviews").taps("Positive")
    (item,) = rows(dialogue)
    assert (item.state, item.overlap, item.answers) == ("done", 2, 2)
    assert item.confidence >= 0.75


def test_a_disputed_item_gets_more_people_and_never_more_than_the_most(talk):
    dialogue = adaptive(talk)
    for name, label in zip(("Anna", "Ben", "Cleo", "Dan"), ("Positive", "Negative") * 2, strict=True):
        assert rows(dialogue)[0].state == "open"
        dialogue.member(name, "reviews").taps(label)
    (item,) = rows(dialogue)
    assert (item.state, item.overlap, item.answers, item.taken) == ("done", 4, 4, 4)
    assert item.confidence < 0.75


def test_an_undo_opens_it_again_and_takes_its_counts_back(talk):
    dialogue = adaptive(talk)
    anna, ben = (dialogue.member(name, "reviews") for name in ("Anna", "Ben"))
    anna.taps("Positive")
    ben.taps("Positive")
    assert rows(dialogue)[0].standing
    ben.taps("↩")
    (item,) = rows(dialogue)
    assert (item.state, item.answers, item.standing) == ("open", 1, [])
    ben.taps("Negative")
    assert rows(dialogue)[0].overlap == 3
