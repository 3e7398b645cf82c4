"""What is counted in columns equals what is counted item by item."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.project import LabelDef, Project, Question
from bot.quality.coding import Coding
from bot.quality.columns import Units, columns, count, tallies
from bot.quality.disputes import disputes
from storage.columns import micros

START = datetime(2026, 3, 28, 22, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
ABC = tuple(LabelDef(name, name.upper()) for name in "abc")
ASKED = Project(
    "p",
    "P",
    (
        Question("tags", "Which?", "tags", ABC),
        Question("said", "What?", "transcript"),
        Question("stars", "How good?", "rating"),
    ),
)
CATEGORIES = Project("p", "P", (Question("one", "Which?", "choice", ABC), Question("two", "Which?", "tags", ABC)))
tags = st.lists(st.sampled_from("abc"), unique=True, max_size=3)
answers = st.fixed_dictionaries(
    {}, optional={"tags": tags, "said": st.sampled_from(["", "so", "so it is"]), "stars": st.integers(1, 5)}
)
categories = st.fixed_dictionaries({}, optional={"one": st.sampled_from("abc"), "two": tags})


def items_of(labels):
    answer = st.tuples(labels, st.integers(0, 96))
    return st.lists(st.tuples(st.booleans(), st.lists(answer, min_size=1, max_size=4)), max_size=12)


def one_by_one(project, items):
    coding, found = Coding(project, "\x1f"), []
    for _, given_ in items:
        together = coding.together("\x1f".join(json.dumps(label) for label, _ in given_))
        last = START + timedelta(minutes=15 * max(at for _, at in given_))
        coding.count(together, 1, last.astimezone(ZONE).date().toordinal())
        found.append(together)
    return coding, found


def at_once(project, items):
    coding = Coding(project, "\x1f")
    rows = [
        (number, done, person, json.dumps(label), -1, micros(START + timedelta(minutes=15 * at)), False)
        for number, (done, given_) in enumerate(items)
        for person, (label, at) in enumerate(given_)
    ]
    found = columns([rows[at : at + 3] for at in range(0, len(rows), 3)], coding)
    return coding, found, [count(one, Units(found, at), found.days(ZONE)) for at, one in enumerate(coding.coders)]


@pytest.mark.parametrize(("project", "labels"), [(ASKED, answers), (CATEGORIES, categories)], ids=["free", "few"])
@settings(max_examples=60)
@given(st.data())
def test_units_days_and_disputes_are_those_of_each_item(project, labels, data):
    items = data.draw(items_of(labels))
    singly, found = one_by_one(project, items)
    coding, at, counted = at_once(project, items)
    for mine, theirs in zip(coding.coders, singly.coders, strict=True):
        assert mine.labels == theirs.labels
        assert list(mine.units.items()) == list(theirs.units.items())
        assert list(mine.compared.items()) == list(theirs.compared.items())
        assert (mine.answers, mine.apart, mine.dated) == (theirs.answers, theirs.apart, theirs.dated)
        assert mine.daily.keys() == theirs.daily.keys()
        for day, one in mine.daily.items():
            other = theirs.daily[day]
            assert (one.items, one.answers) == (other.items, other.answers)
            assert (one.apart, one.means) == pytest.approx((other.apart, other.means))
    several = [(-one.disagreement, -one.answers, item) for item, one in enumerate(found) if items[item][0]]
    worst = [(item, -apart, found[item].question) for apart, _, item in sorted(several) if apart]
    listed = disputes(at.items, at.done, counted, 2)
    assert listed.count == len(worst)
    assert [(one.item, one.disagreement, one.question) for one in listed.listed] == worst[:2]
    assert [one.codes for one in listed.listed] == [found[item].units[place] for item, _, place in worst[:2]]


@given(items_of(categories))
def test_each_kind_has_its_items_and_the_first_that_are_chosen(items):
    _, at, (counted, _) = at_once(CATEGORIES, items)
    _, found = one_by_one(CATEGORIES, items)
    counts, first = tallies(counted.of_item, at.done, len(counted.kinds), 2)
    assert dict(zip(counted.kinds, counts, strict=True)) == Counter(one.units[0] for one in found if one.units[0])
    for kind, places in zip(counted.kinds, first, strict=True):
        assert places == [item for item, one in enumerate(found) if one.units[0] == kind and items[item][0]][:2]
