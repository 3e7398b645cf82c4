"""Items of which answers are not sure enough come to skilled people before their turn, to others in their turn."""

from dataclasses import replace

import pytest
from sqlalchemy import insert, text

from bot import settling
from bot.project import Adaptive, Question
from storage import answers, queue, skills
from storage.database import run
from storage.schema import answers as all_answers
from storage.schema import items
from tests.storage.dealing import nonce
from tests.worlds import SENTIMENT, add_items, build, deal

ASKED = replace(SENTIMENT, overlap=2, adaptive=Adaptive(2, 6, 0.95))
SKILLED, MIDDLING, POOR, NEW, FIRST, SECOND = range(6)


@pytest.fixture
def world(database):
    """One is right more often than all together, the others are not; items 0 and 1 are in dispute after two answers."""
    world = build(database, items=6, people=6, overlap=2, project=ASKED)

    def prepare(tx):
        for who, right, wrong in ((SKILLED, 19, 1), (MIDDLING, 14, 6), (POOR, 12, 8)):
            cells = {"positive": right, "negative": wrong}
            skills.add(
                tx, world.project, {(world.people[who], "label", "positive", said): n for said, n in cells.items()}
            )
        for who, label in ((FIRST, "positive"), (SECOND, "negative")):
            for _ in range(2):
                gives(tx, world, who, label)

    run(database, prepare)
    return world


def serve(tx, world, who):
    return queue.claim(tx, replace(deal(tx, world, who, nonce()), hard_first=True), False)


def gives(tx, world, who, label):
    card = serve(tx, world, who)
    with settling.changed(tx, world.project, ASKED, 1, (card.item,)):
        answers.record(tx, card, {"label": label})
    return world.items.index(card.item)


def takes(database, world, who, label="positive"):
    return run(database, lambda tx: gives(tx, world, who, label))


def test_one_who_is_skilled_gets_them_at_once_and_then_goes_on(database, world):
    assert [takes(database, world, SKILLED) for _ in range(4)] == [0, 1, 2, 3]


@pytest.mark.parametrize("who", [MIDDLING, POOR, NEW])
def test_all_others_get_them_in_their_turn_and_nobody_is_left_without(database, world, who):
    assert [takes(database, world, who) for _ in range(6)] == [2, 3, 4, 5, 0, 1]


def test_one_who_has_skipped_or_passed_a_hard_item_is_not_given_it_again(database, world):
    run(database, lambda tx: answers.skip(tx, serve(tx, world, SKILLED), "", 3))
    assert [takes(database, world, SKILLED) for _ in range(3)] == [1, 2, 3]


def test_an_item_that_is_still_not_sure_comes_back_to_others_who_are_skilled(database, world):
    assert takes(database, world, SKILLED, "negative") == 0
    run(
        database,
        lambda tx: skills.add(tx, world.project, {(world.people[NEW], "label", "positive", "positive"): 20}),
    )
    assert [takes(database, world, NEW) for _ in range(3)] == [1, 0, 2]


def test_what_is_more_important_comes_first(database, world):
    run(database, lambda tx: add_items(tx, world.project, [{"priority": 5}], 2, "urgent"))
    card = run(database, lambda tx: serve(tx, world, SKILLED))
    assert card.key == "urgent0"


def test_hard_items_are_open_and_want_more_than_they_have(database, world):
    rows = run(database, lambda tx: tx.all(items.select().order_by(items.c.id)))
    assert [row.hard for row in rows] == [True, True, False, False, False, False]


def test_who_transcribes_as_others_do_is_skilled_and_who_slips_often_is_not(database):
    said = replace(
        SENTIMENT, questions=(Question("label", "What is said?", "transcript"),), adaptive=Adaptive(3, 6, 0.95)
    )
    world = build(database, items=12, people=3, overlap=3, project=replace(said, overlap=3))

    def transcribe(tx):
        row = {"project": world.project, "kind": "label", "version": 1, "live": True, "answered_at": tx.now}
        for number, item in enumerate(world.items):
            texts = (f"what {number} people said", f"what {number} people said", f"somebody said {number} words")
            given = [{"person": who, "label": {"label": one}} for who, one in zip(world.people, texts, strict=True)]
            tx.run(insert(all_answers), [row | one | {"item": item} for one in given])
            with settling.changed(tx, world.project, said, 1, (item,)):
                pass
        asked = text(f"SELECT {skills.SKILLED}")
        return [bool(tx.value(asked, {"p": world.project, "who": who})) for who in world.people]

    assert run(database, transcribe) == [True, True, False]
