"""What a report says in a channel, a picture and a terminal: within their limits, in every language."""

import random

import pytest
from sqlalchemy import insert, update

from bot.project import LabelDef, Project, Question
from bot.quality.chart import HEIGHT, WIDTH
from bot.quality.plain import as_json
from bot.quality.telling import CAPTION, MESSAGE, people_text, picture, text
from bot.wording import LANGUAGES
from storage import people
from storage.database import run
from storage.schema import comments, items
from tests.engines import START
from tests.quality.reported import COLOURS, answer, history, report_of, said, shown, units
from tests.worlds import add_items, make


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_a_thousand_people_and_200_labels_fit(sqlite_url, language):
    from storage.database import opened

    labels = tuple(LabelDef(f"l{number}", f"😊 Label {number} " + "long " * 20) for number in range(200))
    question = Question("label", "Which? " * 50, "choice", labels)
    project = Project("wide", "😊 A very long title " * 20, (question,), names=True)

    def write(tx):
        world = make(tx, 0, 1000, 2, project)
        long = {"state": "done", "data": {"text": "🙂 words " * 500}}
        keys = add_items(tx, world.project, [long for _ in range(400)], prefix="k" * 100)
        draw = random.Random(0)
        for number, item in enumerate(keys):
            for person in world.people[2 * number : 2 * number + 2]:
                answer(tx, world, item, person, {"label": f"l{draw.randrange(200)}"})
            people.rename(tx, world.people[number], "😊 Somebody with a name " * 10)
        return world

    with opened(sqlite_url, lambda: START) as database:
        report = report_of(database, run(database, write))
    assert units(text(report, language)) <= CAPTION
    assert units(people_text(report, language)) <= MESSAGE
    assert len(report.people) == 1000
    assert "Somebody" not in said(text(report, language))
    assert "Somebody" in said(people_text(report, language))


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_five_long_questions_fit(sqlite_url, language):
    from storage.database import opened

    labels = tuple(LabelDef(f"l{number}", f"Label {number} " + "long " * 20) for number in range(9))
    questions = tuple(Question(f"q{number}", "Which of them? " * 9, "choice", labels) for number in range(5))

    def write(tx):
        world = make(tx, 0, 3, 2, Project("five", "Five", questions))
        draw = random.Random(0)
        for item in add_items(tx, world.project, [{"state": "done"} for _ in range(50)]):
            for person in world.people:
                answer(tx, world, item, person, {f"q{n}": f"l{draw.randrange(9)}" for n in range(5)})
        return world

    with opened(sqlite_url, lambda: START) as database:
        report = report_of(database, run(database, write))
    assert units(text(report, language)) <= CAPTION
    assert said(text(report, language)).count("α") == 5


def test_gold_items_are_never_named_as_disputed(database):
    def write(tx):
        world = make(tx, 0, 2, 1)
        (item,) = add_items(tx, world.project, [{"state": "gold", "gold": {"label": "positive"}}])
        for person, label in zip(world.people, ("positive", "negative"), strict=True):
            answer(tx, world, item, person, {"label": label})
        return world

    report = report_of(database, run(database, write))
    assert report.disputed == ()
    assert (report.gold.right, report.gold.labels) == (1, 2)
    assert "1 of 2 right (50 %)" in said(text(report, "en"))


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_the_picture_is_drawn_in_every_language(sqlite_url, language):
    from storage.database import opened

    with opened(sqlite_url, lambda: START) as database:
        world = run(database, lambda tx: history(tx, random.Random(1)))
        png = picture(report_of(database, world), language)
    assert (int.from_bytes(png[16:20]), int.from_bytes(png[20:24])) == (WIDTH, HEIGHT)


def test_a_terminal_counts_what_people_asked_and_says_where_it_stands(database):
    def write(tx):
        world = make(tx, 0, 1, 1)
        for item, state in zip(add_items(tx, world.project, [{}, {}]), ("flagged", "withdrawn"), strict=True):
            row = {"project": world.project, "item": item, "person": world.people[0], "created_at": START}
            tx.run(insert(comments), [row | {"kind": kind, "text": "?"} for kind in ("ask", "flag")])
            tx.run(update(items).where(items.c.id == item).values(state=state))
        return world

    report = report_of(database, run(database, write))
    assert as_json(report)["questions_asked"] == 1
    assert "Questions asked about items: 1 · items flagged: 1" in shown(report)
    assert "labelbot export reviews --level items" in shown(report)
    assert "Questions" not in said(text(report, "en"))


def test_a_terminal_shows_people_and_takes_brackets_for_what_they_are(sqlite_url):
    from storage.database import opened

    with opened(sqlite_url, lambda: START) as database:
        world = run(database, lambda tx: history(tx, random.Random(1)))
        run(database, lambda tx: people.rename(tx, world.people[0], "[red]Ada[/nothing]"))
        report = report_of(database, world, names=True)
        assert "[red]Ada[/nothing]" not in shown(report_of(database, world))
    assert "[red]Ada[/nothing]" in shown(report)
    assert "imported" in shown(report)


def test_a_terminal_of_80_columns_says_everything_once(database):
    title = "Which of these best describes what the customer of the shop would like us to do for them right now?"
    project = Project(
        "asked",
        "Asked",
        (Question("first", title, "choice", COLOURS), Question("second", "How good?", "choice", COLOURS)),
    )

    def write(tx):
        world = make(tx, 0, 2, 2, project)
        (item,) = add_items(tx, world.project, [{"state": "done", "answers": 2}], overlap=2)
        for person, label in zip(world.people, ("red", "green"), strict=True):
            answer(tx, world, item, person, {"first": label, "second": "blue"})
        return world

    said_there = shown(report_of(database, run(database, write)), width=80)
    lines = said_there.splitlines()
    assert all(len(line.rstrip()) <= 80 for line in lines)
    assert [line for line in lines if line.startswith("Labels:")] == []
    assert said_there.count("How good?") == 1
    assert " ".join(said_there.split()).count(title) == 1
    # A title takes the whole width, and each question begins after a blank line.
    first = next(place for place, line in enumerate(lines) if line.startswith("Which of these"))
    assert len(lines[first].rstrip()) > 60
    assert lines[first - 1].strip() == ""
    assert lines[lines.index(next(line for line in lines if line.startswith("How good?"))) - 1].strip() == ""
    assert any(line.startswith("Red") and "1" in line and "50 %  " + "█" * 15 in line for line in lines)
    assert "flagged" not in said_there
