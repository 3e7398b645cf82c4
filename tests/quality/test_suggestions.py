"""What suggestions do, recounted naively from raw answers; and that a model never votes."""

import io
import random
from collections import Counter
from dataclasses import replace
from statistics import median

import pytest
from rich.console import Console
from sqlalchemy import insert, select, update

from bot.project import Project, Question
from bot.quality.intervals import newcombe, wilson
from bot.quality.suggestions import ENOUGH
from bot.quality.telling import text
from bot.report_terminal import terminal
from storage.database import run
from storage.schema import answers, cards, items
from tests.engines import START
from tests.quality.reported import COLOURS, raw, report_of, said, simple
from tests.worlds import SENTIMENT, add_items, make

COLOUR = Project(name="c", title="Colours", questions=(Question("label", "Which?", "choice", COLOURS),))
NAMES = [one.name for one in COLOURS]


def give(tx, world, item, person, label, aid, milliseconds=2000, card=None, live=True):
    row = {"project": world.project, "item": item, "person": person, "kind": "label", "version": 1, "card": card}
    row |= {"live": live, "answered_at": START, "superseded_at": None if live else START, "aid": aid}
    tx.run(insert(answers), row | {"label": label, "milliseconds": milliseconds})


def planted(tx, world, item, person, wrong):
    row = {"nonce": f"{item}-{person}", "project": world.project, "item": item, "person": person, "version": 1}
    row |= {"chat": world.chats[0], "leased_until": START, "served_at": START, "state": "done", "suggested": True}
    return tx.insert(insert(cards), row | {"planted": {"label": {"label": wrong}}})


def history(tx, draw, count=400):
    world = make(tx, 0, 5, 3, COLOUR)
    made = []
    for _ in range(count):
        gold = {"label": draw.choice(NAMES)} if draw.random() < 0.3 else None
        suggestion = {"label": {"label": draw.choice(NAMES)}} if draw.random() < 0.8 else None
        state = draw.choice(("open", "done", "withdrawn")) if gold is None else "gold"
        made.append({"state": state, "gold": gold, "suggestion": suggestion})
    for item, row in zip(add_items(tx, world.project, made, overlap=3), made, strict=True):
        for person in draw.sample(world.people, draw.randint(0, 5)):
            label = {} if draw.random() < 0.1 else {"label": draw.choice(NAMES)}
            aid, card = None, None
            if row["suggestion"]:
                kinds = (
                    ("withheld", "withheld", "wrong", "wrong", "shown")
                    if row["gold"]
                    else ("shown", "shown", "withheld", None)
                )
                aid = draw.choice(kinds)
            if aid == "wrong" and draw.random() < 0.9:
                card = planted(tx, world, item, person, draw.choice(NAMES))
            times = draw.choice((None, draw.randint(1, 9999)))
            give(tx, world, item, person, label, aid, times, card)
    return world


def arm(rows):
    """(answers, labels, same, judged, right, median seconds) of (label, suggested, right, milliseconds)."""
    labels = [row for row in rows if row[0] is not None]
    judged = [row for row in labels if row[2] is not None]
    times = [row[3] for row in rows if row[3] is not None]
    same, right = sum(row[0] == row[1] for row in labels), sum(row[0] == row[2] for row in judged)
    return len(rows), len(labels), same, len(judged), right, median(times) / 1000 if times else None


def others(mine, every):
    """What most others said, None where that is nobody or two."""
    often = Counter(
        one.label["label"] for one in every if one.item == mine.item and one.id != mine.id and "label" in one.label
    )
    best = [label for label, count in often.items() if count == max(often.values())]
    return best[0] if len(best) == 1 else None


@pytest.mark.parametrize("seed", range(3))
def test_figures_equal_a_recount(database, seed):
    world = run(database, lambda tx: history(tx, random.Random(seed)))
    found = report_of(database, world).suggestions
    every, found_items, _ = raw(database, world)
    with database.reading() as connection:
        dealt = {row.id: row for row in connection.execute(select(cards))}
    every = [one for one in every if found_items[one.item].state != "withdrawn"]
    rows = {"shown": [], "withheld": [], "wrong": [], "bare": []}
    for one in every:
        item, label = found_items[one.item], one.label.get("label")
        if one.aid is None or (one.aid == "wrong" and one.card is None):
            continue
        shown = dealt[one.card].planted if one.card else item.suggestion
        kind = one.aid if item.gold is None else {"wrong": "wrong", "withheld": "bare"}.get(one.aid)
        if kind is None:
            continue
        right = item.gold["label"] if item.gold else others(one, every)
        rows[kind].append((label, shown["label"]["label"], right, one.milliseconds))
    for kind, some in rows.items():
        mine = getattr(found, kind)
        assert (mine.answers, mine.labels, mine.same, mine.judged, mine.right, mine.median_seconds) == arm(some)
        assert some
    shown, withheld, wrong = (arm(rows[kind]) for kind in ("shown", "withheld", "wrong"))
    assert found.difference == pytest.approx(shown[4] / shown[3] - withheld[4] / withheld[3])
    assert found.interval == newcombe(shown[4], shown[3], withheld[4], withheld[3])
    assert found.taken_over == wilson(wrong[2], wrong[1])


def anchored(tx, count):
    """Three of four people see a wrong suggestion and follow it; the fourth, to whom it is not shown, is right."""
    world = make(tx, 0, 4, 4, SENTIMENT)
    made = [{"state": "done", "suggestion": {"label": {"label": "negative"}}}] * count
    for item in add_items(tx, world.project, made, overlap=4):
        for place, person in enumerate(world.people):
            label = "positive" if place else "negative"
            give(tx, world, item, person, {"label": label}, "withheld" if place else "shown", 5000 if place else 1000)
    return world


def test_a_suggestion_that_misleads_is_seen(database):
    report = report_of(database, run(database, lambda tx: anchored(tx, ENOUGH)))
    found = report.suggestions
    assert (found.shown.accuracy, found.withheld.accuracy, found.difference) == (0.0, 1.0, -1.0)
    assert found.interval[1] < -0.8
    assert (found.shown.median_seconds, found.withheld.median_seconds) == (1.0, 5.0)
    out = io.StringIO()
    terminal(report, Console(file=out, width=200))
    for words in (out.getvalue(), said(text(report, "en"))):
        assert "✨ Suggestions: 0 % of 30 labels right where shown, 100 % of 90 where withheld" in words
        assert "1.0 s with them, 5.0 s without" in words


def test_under_thirty_of_each_it_says_not_enough(database):
    report = report_of(database, run(database, lambda tx: anchored(tx, ENOUGH - 1)))
    assert report.suggestions.interval is None
    assert "not enough answers" in said(text(report, "en"))


def test_without_suggestions_there_is_not_a_word(database):
    report = simple(database, [["positive", "negative"]] * 9)
    assert not report.suggestions.any
    assert "✨" not in said(text(report, "en"))


def test_a_model_never_votes(database):
    """The same answers come to the same figures whether or not items have suggestions."""
    given = [["positive", "negative"], ["positive"], ["negative", "negative", "positive"], []]

    def write(tx):
        world = make(tx, 0, 3, 3, SENTIMENT)
        for item, labels in zip(add_items(tx, world.project, [{"state": "done"}] * 4, 3), given, strict=True):
            for person, label in zip(world.people, labels, strict=False):
                give(tx, world, item, person, {"label": label}, None)
        return world

    world = run(database, write)
    bare = report_of(database, world)
    run(database, lambda tx: tx.run(update(items).values(suggestion={"label": {"label": "negative"}}), {}))
    run(database, lambda tx: tx.run(update(answers).values(aid="shown"), {}))
    aided = report_of(database, world)
    assert aided.suggestions.any
    assert replace(aided, suggestions=bare.suggestions) == bare
