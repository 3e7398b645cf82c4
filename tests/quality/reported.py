"""Random histories and small worlds, and the reports of them."""

import io
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from rich.console import Console
from sqlalchemy import insert, select

from bot import stored
from bot.project import LabelDef, Project, Question, ShowIf, Summary
from bot.quality.report import summary
from bot.report_terminal import terminal
from storage.database import run
from storage.schema import answers, cards, items
from tests.engines import START
from tests.worlds import SENTIMENT, add_items, make

DAY = timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")
COLOURS = tuple(LabelDef(name, name.title()) for name in ("red", "green", "blue"))
TICKETS = Project(
    name="tickets",
    title="Tickets",
    questions=(
        Question("topic", "What about?", "choice", COLOURS),
        Question("tags", "Which apply?", "tags", COLOURS, show_if=ShowIf("topic", ("red",))),
        Question("stars", "How urgent?", "rating"),
        Question("said", "Sum it up", "transcript"),
    ),
    summary=Summary("browser:qa", timezone="Europe/Berlin"),
)
STATES = ("open", "done", "done", "done", "skipped", "flagged", "quarantined", "withdrawn", "gold")


def labels_of(draw):
    topic = draw.choice(("red", "red", "green", "blue"))
    labels = {"topic": topic, "stars": draw.randint(1, 5), "said": draw.choice(("on", "off", "of", "over there"))}
    if topic == "red":
        labels["tags"] = [colour.name for colour in COLOURS if draw.random() < 0.5]
    return labels


def history(tx, draw, project=TICKETS, count=120, heads=6):
    """Items in every state and answers of every kind, over a month."""
    world = make(tx, 0, heads, 3, project)
    states = [draw.choice(STATES) for _ in range(count)]
    made = [{"state": state, "gold": labels_of(draw) if state == "gold" else None} for state in states]
    keys = add_items(tx, world.project, made, overlap=3)
    for item in keys:
        for person in draw.sample(world.people, draw.randint(0, heads)):
            give(tx, world, item, person, draw)
    for item, person in zip(keys, world.people, strict=False):
        hold(tx, world, item, person, START + draw.choice((-1, 1)) * timedelta(minutes=5))
    return world


def give(tx, world, item, person, draw):
    if draw.random() < 0.2:
        answer(tx, world, item, person, labels_of(draw), live=False)
    kind = draw.choice(("label",) * 6 + ("skip", "flag", "late"))
    label = labels_of(draw) if kind in ("label", "late") else None
    at = START - timedelta(seconds=draw.randint(0, 30 * 86_400))
    answer(tx, world, item, person, label, kind=kind, at=at, milliseconds=draw.choice((None, draw.randint(1, 60_000))))


def answer(tx, world, item, person, label, *, kind="label", live=True, at=START - DAY / 2, milliseconds=2000):
    row = {"project": world.project, "item": item, "person": person, "kind": kind, "label": label, "version": 1}
    row |= {"live": live, "milliseconds": milliseconds, "answered_at": at, "superseded_at": None if live else at}
    tx.run(insert(answers), row)


def hold(tx, world, item, person, until):
    row = {"nonce": f"{item}-{person}", "project": world.project, "item": item, "person": person, "version": 1}
    row |= {"chat": world.chats[world.people.index(person)], "leased_until": until, "served_at": until, "state": "open"}
    tx.run(insert(cards), row)


def report_of(database, world, now=START, **rules):
    row, project = run(database, lambda tx: stored.by_id(tx, world.project))
    with database.reading() as connection:
        return summary(connection, row, replace(project, **rules), now)


def raw(database, world):
    with database.reading() as connection:
        every = connection.execute(select(answers).where(answers.c.project == world.project)).all()
        found = {row.id: row for row in connection.execute(select(items).where(items.c.project == world.project))}
        held = {row.item for row in connection.execute(select(cards)) if row.leased_until > START}
    return every, found, held


def said(words):
    return "".join(part.text for part in words)


def units(words):
    return len(said(words).encode("utf-16-le")) // 2


def simple(database, given, *, project=SENTIMENT, heads=3, state="done", overlap=2):
    """Items whose labels are `given`, one list an item."""

    def write(tx):
        world = make(tx, 0, heads, overlap, project)
        made = [{"state": state, "answers": len(labels)} for labels in given]
        for item, labels in zip(add_items(tx, world.project, made, overlap=overlap), given, strict=True):
            for person, label in zip(world.people, labels, strict=False):
                answer(tx, world, item, person, {"label": label})
        return world

    return report_of(database, run(database, write))


def shown(report, width=120):
    console = Console(width=width, record=True, file=io.StringIO())
    terminal(report, console)
    return console.export_text()
