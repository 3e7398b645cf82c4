"""Intervals, labels, days and pairs: against recounts, other programs, and where there is next to nothing to count."""

import json
import math
import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.project import LabelDef, Project, Question
from bot.quality import agreeing, measures
from bot.quality.agreeing import Interval
from bot.quality.coding import Coding
from bot.quality.columns import Units, columns, count
from bot.quality.pairs import Shared
from storage.columns import micros
from tests.quality.test_measures import FOUR_CODERS

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ABC = tuple(LabelDef(name, name.upper()) for name in "abc")
CHOICE = Question("label", "Which?", "choice", ABC)
NAMES = [(label.name, label.title) for label in ABC]
PEOPLE = {number: f"p{number}" for number in range(1, 100)}


def coded(units, question=CHOICE, days=None, people=None):
    """The coder of these units, with who gave them; people 1, 2, 3 … unless told."""
    coding = Coding(Project("p", "P", (question,)), "\x1f")
    rows = [
        (place, True, person, stored(value), -1, micros(NOON + ((days[place] if days else DAY) - DAY)), False)
        for place, unit in enumerate(units)
        for person, value in zip(people[place] if people else range(1, len(unit) + 1), unit, strict=True)
    ]
    found = columns([rows] if rows else [], coding)
    count(coding.coders[0], Units(found, 0), found.days(ZoneInfo("UTC")))
    return coding.coders[0], Shared(found)


def stored(value):
    return json.dumps({"label": value})


def interval_of(units, question=CHOICE):
    coder, _ = coded(units, question)
    return agreeing.interval(coder, coder.agreement())


def drawn(seed, items, sure=0.8, labels="abc", overlap=3):
    draw = random.Random(seed)
    truth = [draw.choice(labels) for _ in range(items)]
    return [[one if draw.random() < sure else draw.choice(labels) for _ in range(overlap)] for one in truth]


units_of_labels = st.lists(st.lists(st.sampled_from("abc"), max_size=5), max_size=40)


def test_the_interval_holds_alpha_and_narrows_with_more_items():
    few, many = drawn(1, 40), drawn(1, 4000)
    alpha = coded(many)[0].agreement().alpha
    wide, narrow = interval_of(few), interval_of(many)
    assert narrow.low < alpha < narrow.high
    assert 5 < (wide.high - wide.low) / (narrow.high - narrow.low) < 20  # ten times, as √(4000 / 40) is


def test_the_interval_is_that_of_a_plain_bootstrap():
    table = drawn(2, 150)
    found, draw = interval_of(table), random.Random(0)
    alphas = [measures.alpha(draw.choices(table, k=len(table)), measures.nominal) for _ in range(1500)]
    low, high = np.quantile(alphas, (0.025, 0.975))
    assert (found.low, found.high) == (pytest.approx(low, abs=0.015), pytest.approx(high, abs=0.015))


def test_the_interval_of_ratings_is_that_of_a_plain_bootstrap():
    draw = random.Random(3)
    table = [
        [min(5, max(1, one + draw.choice((-1, 0, 0, 1)))) for _ in range(3)] for one in draw.choices(range(1, 6), k=120)
    ]
    found = interval_of(table, Question("label", "How good?", "rating"))
    alphas = [measures.alpha_ordinal(draw.choices(table, k=len(table))) for _ in range(1500)]
    low, high = np.quantile(alphas, (0.025, 0.975))
    assert (found.low, found.high) == (pytest.approx(low, abs=0.015), pytest.approx(high, abs=0.015))


def test_the_interval_of_many_labels_is_nearly_that_of_a_plain_bootstrap(monkeypatch):
    table = drawn(4, 300, labels="abcdefgh")
    question = Question("label", "Which?", "choice", tuple(LabelDef(name, name) for name in "abcdefgh"))
    exact = interval_of(table, question)
    monkeypatch.setattr(agreeing, "EXACT_LABELS", 2)
    assert interval_of(table, question) != exact
    assert interval_of(table, question).low == pytest.approx(exact.low, abs=0.01)
    assert interval_of(table, question).high == pytest.approx(exact.high, abs=0.01)


def test_the_interval_of_ratings_on_a_long_scale_is_nearly_that_of_a_short_way(monkeypatch):
    table = [[int(value) for value in unit] for unit in drawn(5, 300, labels="12345")]
    question = Question("label", "How good?", "rating")
    exact = interval_of(table, question)
    monkeypatch.setattr(agreeing, "RANKED_LABELS", 2)
    assert interval_of(table, question).low == pytest.approx(exact.low, abs=0.02)


def test_the_interval_does_not_depend_on_the_order_of_items_and_answers():
    table = drawn(6, 80)
    assert interval_of(table) == interval_of([unit[::-1] for unit in reversed(table)])


def test_texts_have_an_interval_too():
    draw = random.Random(7)
    table = [[f"the kettle {n} is on", f"the kettle {n} is {draw.choice(('on', 'off', 'gone'))}"] for n in range(60)]
    coder, _ = coded(table, Question("label", "What is said?", "transcript"))
    alpha, found = coder.agreement().alpha, agreeing.interval(coder, coder.agreement())
    assert found.low < alpha < found.high


@pytest.mark.parametrize("table", [[], [[]], [["a"]], [["a"], ["b"]], [["a", "b"]] * 9])
def test_too_little_to_compare_has_no_interval(table):
    assert interval_of(table) is None


def test_one_class_only_is_full_agreement_everywhere():
    coder, shared = coded([["a", "a"]] * 12)
    agreement = coder.agreement()
    assert agreeing.interval(coder, agreement) == Interval(1.0, 1.0)
    assert [one.alpha for one in agreeing.per_label(coder, NAMES)] == [1.0, None, None]
    assert [one.alpha for one in agreeing.over_time(coder, agreement)] == [1.0]
    assert shared.pairs(coder, 0, PEOPLE)[0].percent == 1.0


def test_nobody_and_one_person_have_nothing_to_compare():
    for table in ([], [["a"], ["b"], ["a"]]):
        coder, shared = coded(table)
        agreement = coder.agreement()
        assert agreeing.interval(coder, agreement) is None
        assert agreeing.per_label(coder, NAMES) == ()
        assert agreeing.over_time(coder, agreement) == ()
        assert agreeing.confusion(coder, NAMES) is None
        assert shared.pairs(coder, 0, PEOPLE) == ()
        assert shared.people([coder]) == {}


@settings(max_examples=80, deadline=None)
@given(table=units_of_labels)
def test_the_alpha_of_a_label_is_that_of_having_it_or_not(table):
    coder, _ = coded(table)
    for one in agreeing.per_label(coder, NAMES):
        binary = [[value == one.name for value in unit] for unit in table]
        compared = [value for unit in binary if len(unit) > 1 for value in unit]
        expected = measures.alpha(binary, measures.nominal)
        assert one.answers == sum(compared)
        assert one.share == pytest.approx(sum(compared) / len(compared))
        assert one.alpha == (pytest.approx(expected) if any(compared) else None)


def test_the_alpha_of_a_label_is_that_of_the_krippendorff_package():
    table = drawn(8, 60)
    for one in agreeing.per_label(coded(table)[0], NAMES):
        counts = [
            [sum(value != one.name for value in unit), sum(value == one.name for value in unit)] for unit in table
        ]
        assert one.alpha == pytest.approx(krippendorff.alpha(value_counts=counts, level_of_measurement="nominal"))


def test_tags_agree_each_by_itself():
    question = Question("label", "Which apply?", "tags", ABC)
    coder, _ = coded([[["a", "b"], ["a"]], [["b"], ["b"]], [["a"], ["a", "b"]], [["c"], ["a"]]], question)
    found = {one.name: one for one in agreeing.per_label(coder, NAMES)}
    held = [[True, True], [False, False], [True, True], [False, True]]
    assert found["a"].alpha == pytest.approx(measures.alpha(held, measures.nominal))
    assert found["a"].answers == 5
    assert agreeing.confusion(coder, NAMES) is None  # an answer may hold several


@settings(max_examples=60, deadline=None)
@given(table=units_of_labels, seed=st.integers(0, 9), span=st.sampled_from((1, 5, 31, 90)))
def test_the_agreement_of_all_days_is_the_mean_of_theirs(table, seed, span):
    draw = random.Random(seed)
    coder, _ = coded(table, days=[DAY + timedelta(days=draw.randrange(span)) for _ in table])
    agreement = coder.agreement()
    periods = agreeing.over_time(coder, agreement)
    assert sum(one.items for one in periods) == agreement.items
    if agreement.alpha is not None:
        assert math.fsum(one.alpha * one.answers for one in periods) / agreement.answers == pytest.approx(
            agreement.alpha
        )
        assert [one.since for one in periods] == sorted({one.since for one in periods})


def test_ratings_have_days_too():
    coder, _ = coded(
        FOUR_CODERS, Question("label", "How good?", "rating"), days=[DAY + timedelta(days=n) for n in range(12)]
    )
    agreement = coder.agreement()
    periods = agreeing.over_time(coder, agreement)
    mean = math.fsum(one.alpha * one.answers for one in periods) / agreement.answers
    assert mean == pytest.approx(0.81539, abs=1e-5)


def test_a_long_project_is_told_by_week():
    coder, _ = coded(
        [["a", "b"], ["a", "a"], ["b", "b"]], days=[DAY, DAY + timedelta(days=6), DAY + timedelta(days=40)]
    )
    periods = agreeing.over_time(coder, coder.agreement())
    assert [(one.since, one.days, one.items) for one in periods] == [(DAY, 7, 2), (DAY + timedelta(days=35), 7, 1)]


def test_confusion_is_what_the_other_says():
    coder, _ = coded([["a", "b"]] * 3 + [["a", "a"]] * 3 + [["c", "c"]])
    found = agreeing.confusion(coder, NAMES)
    assert found.shares[0] == (pytest.approx(2 / 3), pytest.approx(1 / 3), 0.0)
    assert found.shares[1] == (1.0, 0.0, 0.0)
    assert found.answers == (9.0, 3.0, 2.0)
    assert next(agreeing.confused(found)) == (1.0, 1, 0)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 99))
def test_pairs_of_people_equal_a_recount(seed):
    draw = random.Random(seed)
    units = drawn(seed, 60, overlap=3)
    people = [draw.sample(range(1, 6), 3) for _ in units]
    coder, shared = coded(units, people=people)
    common = Counter()
    equal = Counter()
    for unit, who in zip(units, people, strict=True):
        for (a, x), (b, y) in combinations(sorted(zip(who, unit, strict=True)), 2):
            common[f"p{a}", f"p{b}"] += 1
            equal[f"p{a}", f"p{b}"] += x == y
    found = shared.pairs(coder, 0, PEOPLE)
    assert {(one.one, one.other): one.items for one in found} == {key: n for key, n in common.items() if n >= 5}
    assert all(one.percent == pytest.approx(equal[one.one, one.other] / one.items) for one in found)
    assert all((one.kappa is None) == (one.items < 20) for one in found)


def test_the_kappa_of_a_pair_is_cohens():
    table = [["a", "a"]] * 20 + [["a", "b"]] * 5 + [["b", "a"]] * 10 + [["b", "b"]] * 15
    coder, shared = coded(table)
    assert shared.pairs(coder, 0, PEOPLE)[0].kappa == pytest.approx(0.4)


def test_who_differs_from_everybody_stands_out_with_bounds():
    units = [["a", "a", "c"], ["b", "b", "c"]] * 20
    coder, shared = coded(units)
    found = shared.people([coder])
    assert found[3].share == 0.0
    assert found[1].share == found[2].share == 0.5
    assert found[1].items == 40
    assert 0 < found[1].low < 0.5 < found[1].high < 1
    assert found[3].low == 0.0 < found[3].high < 0.1


def test_people_are_alike_as_far_as_their_texts_are():
    coder, shared = coded([["abcd", "abcx"]] * 8, Question("label", "What is said?", "transcript"))
    assert shared.pairs(coder, 0, PEOPLE)[0].percent == pytest.approx(0.75)
    assert shared.people([coder])[1].share == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("share", "count", "low", "high"),
    [(0.5, 10, 0.2366, 0.7634), (1.0, 10, 0.7225, 1.0), (0.0, 10, 0.0, 0.2775), (0.9, 100, 0.8256, 0.9448)],
)
def test_wilsons_bounds_are_the_published_ones(share, count, low, high):
    found = agreeing.wilson(share, count)
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_wilsons_bounds_are_those_of_statsmodels():
    from statsmodels.stats import proportion

    for right, cases in ((0, 7), (3, 9), (250, 400), (12, 12)):
        low, high = proportion.proportion_confint(right, cases, method="wilson")
        found = agreeing.wilson(right / cases, cases)
        assert (found.low, found.high) == (pytest.approx(low, abs=1e-6), pytest.approx(high, abs=1e-6))
