"""What is ambiguous, recounted naively from raw answers."""

import io
import json
import math
import random
from collections import Counter, defaultdict
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from sqlalchemy import insert

from bot.project import Project, Question, ShowIf
from bot.quality.ambiguity import ENOUGH, EXAMPLES, LISTED, PAIRS, entropy
from bot.quality.plain import as_json
from bot.quality.report import LabelCount
from bot.quality.telling import CAPTION, text
from bot.report_terminal import terminal
from bot.wording import DEFAULT, LANGUAGES, say
from storage.database import run
from storage.schema import answers
from tests.engines import START
from tests.quality.reported import COLOURS, raw, report_of, said, shown, simple, units
from tests.worlds import SENTIMENT, add_items, make

MOODS = Project(
    name="moods",
    title="Moods",
    questions=(
        Question("colour", "Which colour?", "choice", COLOURS),
        Question("stars", "How much?", "rating", show_if=ShowIf("colour", ("red",))),
        Question("said", "Sum it up", "transcript"),
    ),
    unsure=True,
)


def give(tx, world, item, person, label, unsure=False, live=True, kind="label"):
    row = {"project": world.project, "item": item, "person": person, "kind": kind, "label": label, "version": 1}
    row |= {"live": live, "answered_at": START, "superseded_at": None if live else START, "unsure": unsure}
    tx.run(insert(answers), row)


def drawn(draw):
    """(label, unsure)"""
    label = {"colour": draw.choice(("red", "green", "green", "blue")), "said": draw.choice("ab")}
    if label["colour"] == "red":
        label["stars"] = draw.randint(1, 5)
    left = {name for name in label if draw.random() < 0.2}
    if "colour" in left:
        left |= {"stars"}
    kept = {name: value for name, value in label.items() if name not in left}
    return kept, bool(left - ({"stars"} if "colour" in left else set()))


def history(tx, draw, count=150):
    world = make(tx, 0, 6, 3, MOODS)
    states = [draw.choice(("open", "done", "done", "done", "withdrawn", "gold")) for _ in range(count)]
    made = [{"state": state, "gold": {"colour": "red"} if state == "gold" else None} for state in states]
    for item in add_items(tx, world.project, made, overlap=3):
        for person in draw.sample(world.people, draw.randint(0, 6)):
            if draw.random() < 0.2:
                give(tx, world, item, person, {}, unsure=True, live=False)
            give(tx, world, item, person, *drawn(draw))
    return world


@pytest.fixture(params=range(3))
def past(request, database):
    world = run(database, lambda tx: history(tx, random.Random(request.param)))
    every, found, _ = raw(database, world)
    counted = [one for one in every if one.live and found[one.item].state not in ("withdrawn", "gold")]
    return report_of(database, world).ambiguity, counted, found


def asked(question, label):
    return question != "stars" or label.get("colour") == "red"


def by_item(question, counted):
    """{item: its labels to the question, None for unsure}"""
    given_to = defaultdict(list)
    for one in counted:
        if question in one.label:
            given_to[one.item].append(one.label[question])
        elif one.unsure and asked(question, one.label):
            given_to[one.item].append(None)
    return given_to


def naive(labels, classes):
    n, most = len(labels), min(len(labels), classes)
    if most < 2:
        return 0.0
    return sum(-c / n * math.log(c / n) for c in Counter(labels).values()) / math.log(most)


def test_unsure_is_counted_where_a_question_was_asked(past):
    ambiguity, counted, _ = past
    for found in ambiguity.questions:
        every = [label for labels in by_item(found.question, counted).values() for label in labels]
        assert (found.unsure, found.unsure_share) == (every.count(None), every.count(None) / len(every))
    assert all(one.unsure for one in ambiguity.questions)


def test_entropy_equals_a_recount_and_free_labels_have_none(past):
    ambiguity, counted, _ = past
    for found in ambiguity.questions[:2]:
        labels = by_item(found.question, counted)
        classes = len({label for some in labels.values() for label in some})
        several = [naive(some, classes) for some in labels.values() if len(some) > 1]
        assert found.items == len(several)
        assert found.entropy == pytest.approx(sum(several) / len(several))
    assert (ambiguity.questions[2].entropy, ambiguity.questions[2].confused) == (None, ())


def test_the_most_ambiguous_items_are_done_and_the_worst(past):
    ambiguity, counted, found = past
    worst = {}
    for question in ("colour", "stars"):
        labels = by_item(question, counted)
        classes = len({label for some in labels.values() for label in some})
        for item, some in labels.items():
            if found[item].state == "done":
                worst[found[item].key] = max(worst.get(found[item].key, 0.0), naive(some, classes))
    assert len(ambiguity.items) == LISTED
    assert [one.entropy for one in ambiguity.items] == pytest.approx(sorted(worst.values(), reverse=True)[:LISTED])
    for one in ambiguity.items:
        assert one.entropy == pytest.approx(worst[one.item])


def test_confused_pairs_equal_a_recount(past):
    ambiguity, counted, found = past
    colour = ambiguity.questions[0]
    labels = {item: [label for label in some if label is not None] for item, some in by_item("colour", counted).items()}
    several = {item: set(some) for item, some in labels.items() if len(some) > 1}
    shares = {}
    for pair in combinations(("red", "green", "blue"), 2):
        either = [item for item, some in several.items() if some & set(pair)]
        both = [item for item in either if set(pair) <= several[item]]
        if both and len(either) >= ENOUGH:
            examples = [found[item].key for item in sorted(both) if found[item].state == "done"][:EXAMPLES]
            shares[frozenset(pair)] = (len(both), len(either), examples)
    assert len(colour.confused) == min(PAIRS, len(shares))
    for one in colour.confused:
        pair = frozenset(say(DEFAULT, label).lower() for label in one.labels)
        assert (one.split, one.items, [example.item for example in one.examples]) == shares[pair]
        assert one.share == one.split / one.items
    assert [one.share for one in colour.confused] == sorted((one.share for one in colour.confused), reverse=True)


def test_refund_and_billing_are_confused_in_so_many_per_cent(database):
    answers_given = [["positive", "negative"]] * 3 + [["positive", "positive"]] * 5 + [["negative", "negative"]] * 2
    report = simple(database, answers_given)
    told = "Positive and Negative are confused in 30 % of 10 items, as in:"
    assert told + "\n· item0 “Text 0”\n· item1 “Text 1”\n· item2 “Text 2”" in said(text(report, "en"))
    assert report.ambiguity.questions[0].entropy == pytest.approx(0.3)


def test_a_pair_on_few_items_is_no_finding(database):
    report = simple(database, [["positive", "negative"]] * (ENOUGH - 1))
    assert report.ambiguity.questions[0].confused == ()
    assert len(report.ambiguity.items) == ENOUGH - 1


@pytest.mark.parametrize("given_labels", [[], [[]], [["positive"]], [["positive", "positive"]] * 9])
def test_nothing_one_answer_or_one_class_is_no_ambiguity(database, given_labels):
    found = simple(database, given_labels).ambiguity
    assert (found.items, found.questions[0].confused) == ((), ())
    assert found.questions[0].entropy in (None, 0.0)


def test_ten_thousand_labels_have_figures(database):
    report = simple(database, [[f"l{2 * n}", f"l{2 * n + 1}"] for n in range(5000)])
    found = report.ambiguity
    assert found.questions[0].entropy == 1.0
    assert found.questions[0].confused == ()


def test_of_ten_thousand_labels_a_terminal_shows_the_most_frequent(database):
    report = simple(database, [["positive", "positive"]])
    counts = tuple(LabelCount(f"l{n}", f"Label {n}", n) for n in range(10_000))
    told = shown(replace(report, questions=(replace(report.questions[0], labels=counts, answers=1_000_000),)))
    assert "9,960 more" in told
    assert "Label 9999" in told
    assert told.count("\n") < 100


def test_everybody_unsure_is_one_voice(database):
    def write(tx):
        world = make(tx, 0, 3, 3, SENTIMENT)
        for item in add_items(tx, world.project, [{"state": "done"}] * 2, overlap=3):
            for person in world.people:
                give(tx, world, item, person, {}, unsure=True)
        return world

    report = report_of(database, run(database, write))
    found = report.ambiguity.questions[0]
    assert (found.unsure, found.unsure_share, found.entropy, report.ambiguity.items) == (6, 1.0, 0.0, ())
    assert report.questions[0].answers == 0
    assert report.questions[0].agreement.alpha is None


@given(st.lists(st.integers(0, 30), min_size=1, max_size=12), st.integers(0, 20))
def test_entropy_is_between_nought_and_one(counts, more):
    value = entropy(counts, len(counts) + more)
    assert 0 <= value <= 1
    assert (value == 0) == (sum(count > 0 for count in counts) < 2)


@given(st.integers(2, 30), st.integers(1, 9))
def test_entropy_is_one_where_answers_spread_evenly(classes, times):
    assert entropy([times] * classes, classes) == pytest.approx(1)
    assert entropy([1] * classes, 10_000) == pytest.approx(1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_told_in_every_language_within_limits(database, language):
    world = run(database, lambda tx: history(tx, random.Random(7)))
    report = report_of(database, world)
    assert units(text(report, language)) <= CAPTION
    out = io.StringIO()
    terminal(report, Console(file=out, width=100), language)
    written = out.getvalue()
    assert "🤷" in written
    assert "H 1" in written
    json.dumps(as_json(report), allow_nan=False)
