"""The number of answers wanted, changed while people are at it."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from storage import answers, cards, queue
from storage.database import Database, run
from storage.overlap import is_spread, set_overlap
from storage.schema import answers as answer_table
from storage.schema import items
from tests.storage.dealing import answer, claim, undo, walk
from tests.storage.recount import mistakes
from tests.worlds import World, add_items, build


def change(database: Database, world: World, overlap: int, limit: int = 3) -> int:
    """How many chunks it took."""
    chunks, after = 1, 0
    while after := run(database, lambda tx, after=after: set_overlap(tx, world.project, overlap, after, limit)):
        chunks += 1
    return chunks


def states(database: Database) -> list[tuple[str, int, int, int]]:
    rows = run(database, lambda tx: tx.all(select(items).order_by(items.c.id)))
    return [(row.state, row.overlap, row.taken, row.answers) for row in rows]


@pytest.fixture(autouse=True)
def _figures_bear_a_recount(database: Database):
    yield
    assert run(database, mistakes) == []


def test_more_answers_wanted_opens_done_items_to_people_who_were_past_them(database):
    world = build(database, items=4, people=3)
    walk(database, world, 0)
    assert run(database, lambda tx: claim(tx, world, 1)) is None
    change(database, world, 2)
    assert walk(database, world, 0) == []
    assert sorted(walk(database, world, 1)) == list(world.items)
    assert walk(database, world, 2) == []
    assert states(database) == [("done", 2, 2, 2)] * 4


def test_an_item_that_all_places_were_taken_of_comes_to_those_who_passed_it(database):
    world = build(database, items=2, people=2)
    run(database, lambda tx: claim(tx, world, 0))
    assert walk(database, world, 1) == [world.items[1]]
    change(database, world, 2)
    assert walk(database, world, 1) == [world.items[0]]


def test_fewer_answers_wanted_keeps_all_that_were_given(database):
    world = build(database, items=2, people=3, overlap=3)
    for index in range(3):
        run(database, lambda tx, index=index: answer(tx, claim(tx, world, index)))
    run(database, lambda tx: answer(tx, claim(tx, world, 0)))
    change(database, world, 1)
    assert states(database) == [("done", 3, 3, 3), ("done", 1, 1, 1)]
    assert run(database, lambda tx: tx.value(select(func.count()).select_from(answer_table))) == 4


def test_fewer_answers_wanted_releases_who_was_served_last(database, clock):
    world = build(database, items=1, people=3, overlap=3)
    held = []
    for index in range(3):
        held.append(run(database, lambda tx, index=index: claim(tx, world, index)))
        clock.advance(timedelta(seconds=1))
    change(database, world, 2)
    assert [run(database, lambda tx, card=card: cards.by_id(tx, card.id)).state for card in held] == [
        "open",
        "open",
        "expired",
    ]
    assert states(database) == [("open", 2, 2, 0)]
    assert not run(database, lambda tx: queue.take_back(tx, cards.by_id(tx, held[2].id)))


def test_an_item_with_enough_answers_is_done_and_its_holders_are_released(database):
    world = build(database, items=1, people=3, overlap=3)
    run(database, lambda tx: answer(tx, claim(tx, world, 0)))
    held = run(database, lambda tx: claim(tx, world, 1))
    change(database, world, 1)
    assert states(database) == [("done", 1, 1, 1)]
    assert run(database, lambda tx: cards.by_id(tx, held.id)).state == "expired"


def test_an_answer_undone_after_the_change_is_wanted_again(database):
    world = build(database, items=1, people=3, overlap=3)
    for index in range(2):
        run(database, lambda tx, index=index: answer(tx, claim(tx, world, index)))
    change(database, world, 1)
    card = run(database, lambda tx: undo(tx, world, 1))
    run(database, lambda tx: queue.release(tx, card))
    assert walk(database, world, 2) == [world.items[0]]
    assert states(database) == [("done", 2, 2, 2)]


def test_skipped_flagged_and_gold_items_keep_their_states(database):
    world = build(database, items=2, people=2, overlap=2)
    rows = [{"state": "gold", "gold": {"label": "positive"}}]
    run(database, lambda tx: add_items(tx, world.project, rows, prefix="gold"))
    run(database, lambda tx: answer(tx, claim(tx, world, 1, gold=True)))
    run(database, lambda tx: answers.skip(tx, claim(tx, world, 0), "", 1))
    run(database, lambda tx: answers.flag(tx, claim(tx, world, 0), "", 1))
    change(database, world, 1)
    assert states(database) == [("skipped", 1, 0, 0), ("flagged", 1, 0, 0), ("gold", 1, 1, 1)]


def test_it_goes_in_chunks_and_a_second_time_changes_nothing(database):
    world = build(database, items=7, people=1, overlap=1)
    assert change(database, world, 4, limit=2) == 4
    before = run(database, lambda tx: tx.all(select(items.c.id, items.c.serve_seq)))
    change(database, world, 4)
    assert run(database, lambda tx: tx.all(select(items.c.id, items.c.serve_seq))) == before


def test_a_project_without_items_is_changed_at_once(database):
    assert change(database, build(database), 3) == 1


def test_an_item_with_an_overlap_of_its_own_keeps_it(database):
    world = build(database, items=2)
    run(database, lambda tx: add_items(tx, world.project, [{"own_overlap": 3}] * 3, overlap=3, prefix="own"))
    change(database, world, 2)
    assert [overlap for _, overlap, _, _ in states(database)] == [2, 2, 3, 3, 3]


def test_a_change_is_over_when_it_has_come_to_the_last_item(database):
    world = build(database, items=3)
    assert not run(database, lambda tx: is_spread(tx, world.project, 1))
    change(database, world, 1)
    assert run(database, lambda tx: is_spread(tx, world.project, 1))
    run(database, lambda tx: set_overlap(tx, world.project, 2, limit=2))
    assert not run(database, lambda tx: is_spread(tx, world.project, 1) or is_spread(tx, world.project, 2))
