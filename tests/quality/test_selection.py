"""What a report's page is narrowed to, against a plain loop over raw answers; and what a form may say."""

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import stored
from bot.filters import EVERYTHING, Wanted, wanted
from bot.quality.pagefilter import form
from bot.quality.selection import LISTED, selection
from bot.quality.words import Words
from storage.database import run
from storage.schema import people as people_table
from tests.engines import START
from tests.quality.reported import TICKETS, answer, history, raw
from tests.worlds import SENTIMENT, add_items, make

DAYS = [None, *(START.date() - timedelta(days=back) for back in (0, 1, 9, 20, 40))]
LABELS = [("", ""), ("topic", "red"), ("topic", "blue"), ("stars", "3"), ("tags", "green"), ("nothing", "red")]


def select_from(database, world, asked):
    row, project = run(database, lambda tx: stored.by_id(tx, world.project))
    with database.reading() as connection:
        return selection(connection, row, project, asked)


def matches(answer, asked, public):
    """Whether one answer is as it is wanted."""
    label = answer.label.get(asked.question)
    labels = [str(one) for one in (label if isinstance(label, list) else [label])]
    day = answer.answered_at.astimezone(ZoneInfo(TICKETS.summary.timezone)).date()
    return (
        (not asked.label or (label is not None and asked.label in labels))
        and (not asked.person or public[answer.person] == asked.person)
        and (asked.first is None or day >= asked.first)
        and (asked.last is None or day <= asked.last)
    )


def recounted(every, items, asked, public):
    """The days of one's answers and one's label need not be of the same answer."""
    apart = (
        Wanted(asked.question, asked.label, asked.person),
        Wanted(person=asked.person, first=asked.first, last=asked.last),
    )
    found = []
    for key, item in items.items():
        theirs = [one for one in every if one.item == key and one.live and one.kind == "label"]
        if item.gold is None and item.state != "withdrawn" and theirs:
            found += [item.key] * all(any(matches(one, some, public) for one in theirs) for some in apart)
    return found


def test_the_items_are_those_that_have_such_an_answer(database):
    draw = random.Random(7)
    world = run(database, lambda tx: history(tx, draw))
    every, items, _ = raw(database, world)
    public = {row.id: row.public for row in run(database, lambda tx: tx.all(people_table.select()))}
    sizes = set()
    for _ in range(25):
        question, label = draw.choice(LABELS)
        someone = draw.choice(["", "", *public.values()])
        asked = Wanted(question, label, someone, draw.choice(DAYS), draw.choice(DAYS))
        found, expected = select_from(database, world, asked), recounted(every, items, asked, public)
        assert found.count == len(expected), asked
        assert {one.item for one in found.items} <= set(expected)
        assert len(found.items) == min(LISTED, len(expected))
        answers = [one for one in every if one.live and one.kind == "label" and items[one.item].key in expected]
        assert found.questions[0].answers == sum("topic" in one.label for one in answers)
        sizes.add(len(expected))
    assert len(sizes) > 3


def test_days_are_those_of_the_projects_zone_and_both_are_included(database):
    def write(tx):
        world = make(tx, 0, 1, 1, SENTIMENT)
        hours = (0, 23, 24, 47, 48)
        for item, hour in zip(add_items(tx, world.project, [{} for _ in hours]), hours, strict=True):
            at = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=hour)
            answer(tx, world, item, world.people[0], {"label": "positive"}, at=at)
        return world

    world = run(database, write)
    day = date(2026, 3, 2)
    assert select_from(database, world, Wanted(first=day, last=day)).count == 2
    assert select_from(database, world, Wanted(first=day)).count == 3
    assert select_from(database, world, Wanted(last=day)).count == 4


@given(st.dictionaries(st.sampled_from(("label", "person", "from", "to", "x")), st.text(max_size=300)))
def test_whatever_a_form_says_is_read_and_reads_the_same_again(fields):
    found = wanted(fields)
    assert len(found.label) + len(found.person) <= 400
    assert wanted({"label": f"{found.question}/{found.label}", "person": found.person}).label == found.label


def test_a_form_keeps_what_was_chosen():
    asked = wanted({"label": "topic/red", "person": "ab", "from": "2026-03-01", "to": "soon"})
    assert asked == Wanted("topic", "red", "ab", date(2026, 3, 1), None)
    assert asked.address == "?label=topic%2Fred&person=ab&from=2026-03-01"
    shown = form(TICKETS, [("ab", "<Ada>"), ("cd", "cd")], asked, Words("en"))
    assert '<option value="ab" selected>&lt;Ada&gt;</option>' in shown
    assert 'value="topic/red" selected' in shown
    assert 'name="from" value="2026-03-01"' in shown
    assert "<details open>" in shown
    assert "<details>" in form(TICKETS, [], EVERYTHING, Words("de"))


@pytest.mark.parametrize("count", [500, 501])
def test_of_very_many_people_one_is_typed(count):
    shown = form(SENTIMENT, [(f"p{n}", f"p{n}") for n in range(count)], EVERYTHING, Words("en"))
    assert ("p499" in shown) == (count == 500)
    assert 'name="person"' in shown
