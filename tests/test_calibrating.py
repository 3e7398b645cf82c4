"""How far to believe adaptive overlap's confidence: a worker measures it on gold once a day, answers go by it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

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
    run(database, lambda tx: runs.now(tx, gold.project, CANDOUR))
    workers = Workers(database, Files(tmp_path), start=lambda: ThreadPoolExecutor(1))
    assert workers.work_once()
    workers.close()
    assert kept(database) < 1
    assert kept(database) == candour(database.url, gold.project, clock())
    assert 0.5 < run(database, settled) < before
    assert {row.state for row in run(database, lambda tx: tx.all(select(run_table)))} == {"done"}


def test_it_falls_due_once_a_day_where_overlap_is_adaptive(database, gold):
    run(database, lambda tx: tick(tx, Schemas()))
    assert CANDOUR in {row.kind for row in run(database, lambda tx: tx.all(select(run_table)))}


def test_without_enough_gold_nothing_is_said(database, clock):
    world = build(database, items=3, people=2, overlap=2, project=ASKED)
    assert candour(database.url, world.project, clock()) is None
    fixed = run(database, lambda tx: make(tx, 0, 0, 1, replace(SENTIMENT, name="fixed")))
    assert candour(database.url, fixed.project, clock()) is None
