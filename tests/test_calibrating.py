"""How far to believe adaptive overlap's confidence: a worker measures it on gold once a day, answers go by it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from bot import settling
from bot.calibrating import candour
from bot.project import Adaptive
from bot.schedule import CANDOUR, tick
from bot.turn import Schemas
from bot.workers import Workers
from storage import runs, skills
from storage.database import run
from storage.files import Files
from storage.schema import answers, items
from storage.schema import projects as project_table
from storage.schema import runs as run_table
from storage.schema_quality import decisions
from tests.worlds import SENTIMENT, add_items, build, make

ASKED = replace(SENTIMENT, overlap=2, adaptive=Adaptive(2, 6, 0.75))
GOLD = 60
OTHER = {"positive": "negative", "negative": "positive"}


@pytest.fixture
def gold(database):
    """On two of five gold items all are wrong together, on the others all are right."""
    world = build(database, items=1, people=6, overlap=2, project=ASKED)

    def write(tx):
        truths = [tuple(OTHER)[number % 2] for number in range(GOLD)]
        known = [{"gold": {"label": truth}, "state": "gold"} for truth in truths]
        made = add_items(tx, world.project, known, 2, "gold")
        given = {"project": world.project, "kind": "label", "version": 1, "live": True, "answered_at": tx.now}
        for number, item in enumerate(made):
            label = {"label": OTHER[truths[number]] if number % 5 < 2 else truths[number]}
            tx.run(insert(answers), [given | {"item": item, "person": who, "label": label} for who in world.people])
        tx.run(update(items).where(items.c.id.in_(made)).values(answers=6, taken=6))
        with settling.changed(tx, world.project, ASKED, 1, made):
            pass
        return world

    return run(database, write)


def kept(database):
    return run(database, lambda tx: tx.value(select(project_table.c.candour)))


def test_a_worker_measures_it_and_answers_are_believed_less_from_then_on(database, gold, tmp_path, clock):
    def two_agree(tx):
        row = {"project": gold.project, "item": gold.items[0], "kind": "label", "version": 1, "live": True}
        row |= {"label": {"label": "positive"}, "answered_at": tx.now}
        tx.run(insert(answers), [row | {"person": who} for who in gold.people[:2]])
        tx.run(update(items).where(items.c.id == gold.items[0]).values(answers=2, taken=2))

    def settled(tx):
        with settling.changed(tx, gold.project, ASKED, 1, gold.items):
            pass
        (found,) = skills.placed(tx, gold.items)
        return found.confidence

    run(database, two_agree)
    before = run(database, settled)
    calibrated(database, gold, tmp_path)
    assert kept(database) < 1
    assert kept(database) == candour(database.url, gold.project, clock())
    assert 0.5 < run(database, settled) < before
    assert {row.state for row in run(database, lambda tx: tx.all(select(run_table)))} == {"done"}


def calibrated(database, world, folder):
    """A worker does the daily run and all that comes of it."""
    run(database, lambda tx: runs.now(tx, world.project, CANDOUR))
    workers = Workers(database, Files(folder), start=lambda: ThreadPoolExecutor(1))
    assert workers.work_once()
    while workers.work_once():
        pass
    workers.close()


@pytest.fixture
def closed(database, gold):
    """Items on which people agree: one that was closed so, one that was closed with as many answers as any may
    get, one that a reviewer has decided, and one that was asked of two people on purpose."""

    def write(tx):
        made = add_items(tx, gold.project, [{}, {}, {}, {"own_overlap": 2}], 2, "closed")
        row = {"project": gold.project, "kind": "label", "version": 1, "live": True, "answered_at": tx.now}
        row |= {"label": {"label": "positive"}}
        for item, answered in zip(made, (4, 6, 2, 2), strict=True):
            tx.run(insert(answers), [row | {"item": item, "person": who} for who in gold.people[:answered]])
            enough = {"answers": answered, "taken": answered, "overlap": answered, "state": "done"}
            tx.run(update(items).where(items.c.id == item).values(**enough, done_at=tx.now, serve_seq=item))
        decision = {"project": gold.project, "item": made[2], "person": gold.people[0], "version": 1, "live": True}
        tx.run(insert(decisions), decision | {"label": {"label": "positive"}, "decided_at": tx.now})
        with settling.changed(tx, gold.project, ASKED, 1, made):
            pass
        return made

    return run(database, write)


def states(database, some):
    return [(one.state, one.overlap) for one in run(database, lambda tx: skills.placed(tx, some))]


def test_what_was_closed_and_is_not_sure_enough_any_more_is_open_again(database, clock, gold, closed, tmp_path):
    assert states(database, closed) == [("done", 4), ("done", 6), ("done", 2), ("done", 2)]
    calibrated(database, gold, tmp_path)
    assert states(database, closed) == [("open", 5), ("done", 6), ("done", 2), ("done", 2)]
    again = run(database, lambda tx: skills.placed(tx, closed[:1]))
    assert again[0].hard
    assert again[0].serve_seq > gold.items[-1], "behind those that wait"
    clock.advance(timedelta(days=1))
    calibrated(database, gold, tmp_path)
    assert states(database, closed) == [("open", 5), ("done", 6), ("done", 2), ("done", 2)]


def test_it_falls_due_once_a_day_where_overlap_is_adaptive(database, gold):
    run(database, lambda tx: tick(tx, Schemas()))
    assert CANDOUR in {row.kind for row in run(database, lambda tx: tx.all(select(run_table)))}


def test_without_enough_gold_nothing_is_said(database, clock):
    world = build(database, items=3, people=2, overlap=2, project=ASKED)
    assert candour(database.url, world.project, clock()) is None
    fixed = run(database, lambda tx: make(tx, 0, 0, 1, replace(SENTIMENT, name="fixed")))
    assert candour(database.url, fixed.project, clock()) is None
