"""Agreement against published figures and independent programs."""

import random
from collections import Counter
from itertools import combinations

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from bot.quality import measures
from bot.quality.measures import Agreement, agreement


def alpha_nominal(table):
    return measures.alpha(table, measures.nominal)


def alpha_interval(table):
    return measures.alpha(table, lambda one, other: (one - other) ** 2)


def alpha_ratio(table):
    return measures.alpha(table, lambda one, other: ((one - other) / (one + other)) ** 2 if one != other else 0.0)


def ac1(table):
    return agreement(table, measures.nominal, categorical=True).ac1


def percent(table):
    return agreement(table, measures.nominal, categorical=True).percent


def units(*coders: str) -> list[list[int]]:
    """Rows of coders, `.` or `*` where one gave no answer, turned into units."""
    columns = zip(*(row.split() for row in coders), strict=True)
    return [[int(value) for value in column if value not in ".*"] for column in columns]


def pairs_of(table: list[list[int]]) -> list[tuple[int, int]]:
    """A confusion table of two people, written out."""
    return [(a, b) for a, row in enumerate(table) for b, count in enumerate(row) for _ in range(count)]


FOUR_CODERS = units(
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)
THREE_CODERS = units(
    "* * * * * 3 4 1 2 1 1 3 3 * 3",
    "1 * 2 1 3 3 4 3 * * * * * * *",
    "* * 2 1 3 4 4 * 2 1 1 3 3 * 4",
)
PSYCHIATRISTS = "0 0 0 0 14;0 2 6 4 2;0 0 3 5 6;0 3 9 2 0;2 2 8 1 1;7 7 0 0 0;3 2 6 3 0;2 5 3 2 2;6 5 2 1 0;0 2 2 3 7"
FOURTEEN_RATERS = [
    [label for label, count in enumerate(row.split()) for _ in range(int(count))] for row in PSYCHIATRISTS.split(";")
]


@pytest.mark.parametrize(
    ("coefficient", "table", "published"),
    [
        (alpha_nominal, FOUR_CODERS, 0.74342),
        (measures.alpha_ordinal, FOUR_CODERS, 0.81539),
        (alpha_interval, FOUR_CODERS, 0.84911),
        (alpha_ratio, FOUR_CODERS, 0.79740),
        (ac1, FOUR_CODERS, 0.77544),
        (percent, FOUR_CODERS, 0.81818),
        (measures.fleiss, FOUR_CODERS, 0.76117),
        (alpha_nominal, list(zip("0100000010", "1110010000", strict=True)), 0.09524),
        (alpha_nominal, list(zip("aabbdcccedda", "babbbccceddd", strict=True)), 0.69196),
        (alpha_nominal, THREE_CODERS, 0.69136),
        (measures.alpha_ordinal, THREE_CODERS, 0.80672),
        (alpha_interval, THREE_CODERS, 0.81084),
        (alpha_ratio, THREE_CODERS, 0.80894),
        (measures.fleiss, FOURTEEN_RATERS, 0.20993),
        (measures.cohen, pairs_of([[20, 5], [10, 15]]), 0.4),
        (measures.cohen, pairs_of([[45, 15], [25, 15]]), 0.13043),
        (measures.cohen, pairs_of([[25, 35], [5, 35]]), 0.25926),
        (measures.bennett_s, pairs_of([[20, 20], [10, 50]]), 0.4),
        (measures.scott_pi, pairs_of([[20, 20], [10, 50]]), 0.34066),
        (measures.cohen, pairs_of([[20, 20], [10, 50]]), 0.34783),
        (measures.cohen, pairs_of([[118, 5], [2, 0]]), -0.02339),
        (ac1, pairs_of([[118, 5], [2, 0]]), 0.94078),
    ],
)
def test_a_published_figure_comes_out(coefficient, table, published):
    assert coefficient(table) == pytest.approx(published, abs=1e-5)


tables = st.lists(st.lists(st.integers(0, 5), max_size=6), max_size=12)


@pytest.mark.parametrize(
    ("level", "coefficient"),
    [
        ("nominal", alpha_nominal),
        ("ordinal", measures.alpha_ordinal),
        ("interval", alpha_interval),
        ("ratio", alpha_ratio),
    ],
)
@settings(max_examples=60, deadline=None)
@given(table=tables)
def test_alpha_is_that_of_the_krippendorff_package(level, coefficient, table):
    labels = sorted({value for unit in table for value in unit if len(unit) > 1})
    if len(labels) < 2:  # the package refuses these; the edges are tested below
        return
    counts = np.array([[unit.count(label) for label in labels] for unit in table])
    oracle = krippendorff.alpha(value_counts=counts, value_domain=labels, level_of_measurement=level)
    assert coefficient(table) == pytest.approx(oracle, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(table=st.lists(st.lists(st.text("abc", max_size=4), max_size=4), max_size=8))
def test_alpha_on_any_distance_is_observed_over_expected_disagreement(table):
    several = [unit for unit in table if len(unit) > 1]
    everything = [value for unit in several for value in unit]
    expected = [measures.edit_distance_ratio(a, b) for a, b in combinations(everything, 2)]
    result = measures.alpha(table, measures.edit_distance_ratio)
    if not several:
        assert result is None
    elif not any(expected):
        assert result == 1.0
    else:
        within = [[measures.edit_distance_ratio(a, b) for a, b in combinations(unit, 2)] for unit in several]
        observed = sum(len(unit) * sum(d) / len(d) for unit, d in zip(several, within, strict=True)) / len(everything)
        assert result == pytest.approx(1 - observed / (sum(expected) / len(expected)), abs=1e-9)


def test_the_order_of_answers_within_an_item_does_not_matter():
    backwards = [list(reversed(unit)) for unit in FOUR_CODERS]
    assert alpha_nominal(backwards) == pytest.approx(alpha_nominal(FOUR_CODERS), abs=1e-12)


def test_many_different_texts_are_estimated_from_the_same_sample_each_time():
    rng = random.Random(5)
    pairs = [("".join(rng.choices("abcdefgh", k=8)), "".join(rng.choices("abcdefgh", k=8))) for _ in range(1_500)]
    everything = sorted({text for pair in pairs for text in pair})
    assert len(everything) > measures.EXACT_VALUES
    estimate = measures.alpha(pairs, measures.edit_distance_ratio)
    assert estimate == measures.alpha(pairs, measures.edit_distance_ratio)
    texts = [text for pair in pairs for text in pair]
    apart = process.cdist(texts, texts, scorer=Levenshtein.normalized_distance).sum() / (len(texts) * (len(texts) - 1))
    observed = sum(measures.edit_distance_ratio(a, b) for a, b in pairs) / len(pairs)
    assert estimate == pytest.approx(1 - observed / apart, abs=0.003)


ALL_COEFFICIENTS = [
    alpha_nominal,
    measures.alpha_ordinal,
    alpha_interval,
    alpha_ratio,
    ac1,
    percent,
    measures.fleiss,
]
TWO_PEOPLE = [measures.cohen, measures.scott_pi, measures.bennett_s]


@pytest.mark.parametrize("coefficient", ALL_COEFFICIENTS)
@pytest.mark.parametrize("table", [[], [[]], [[1]], [[], [1], [2], [1]]])
def test_without_a_pair_of_answers_there_is_no_figure(coefficient, table):
    assert coefficient(table) is None


@pytest.mark.parametrize("coefficient", ALL_COEFFICIENTS + TWO_PEOPLE)
def test_one_class_only_is_full_agreement(coefficient):
    assert coefficient([(3, 3), (3, 3)]) == 1.0


@pytest.mark.parametrize("coefficient", TWO_PEOPLE)
def test_two_people_without_a_common_item_have_no_figure(coefficient):
    assert coefficient([]) is None


def test_agreement_gives_all_figures_together():
    assert agreement(FOUR_CODERS, measures.nominal, categorical=True) == Agreement(
        alpha=pytest.approx(0.74342, abs=1e-5),
        ac1=pytest.approx(0.77544, abs=1e-5),
        percent=pytest.approx(0.81818, abs=1e-5),
        items=11,
        answers=40,
    )


def test_agreement_of_nobody_is_no_figure():
    assert agreement([["a"], []], measures.nominal, categorical=True) == Agreement(None, None, None, 0, 0)


def test_free_texts_have_no_ac1_and_their_percent_is_nearness():
    result = agreement([("abcd", "abcx"), ("ab", "ab")], measures.edit_distance_ratio, categorical=False)
    assert result.ac1 is None
    assert result.percent == pytest.approx(1 - 0.25 / 2)


def test_labels_that_cannot_be_hashed_are_counted_all_the_same():
    def jaccard(one, other):
        return 1 - len(set(one) & set(other)) / len(set(one) | set(other))

    lists = [(["a", "b"], ["a"]), (["c"], ["c"]), (["a"], ["a", "c"])]
    sets = [tuple(frozenset(tags) for tags in unit) for unit in lists]
    assert agreement(lists, jaccard, categorical=True) == agreement(sets, jaccard, categorical=True)


def test_several_questions_answered_in_one_mapping_compare_as_a_whole():
    unit = ({"kind": "bug", "urgent": 1}, {"urgent": 1, "kind": "bug"})
    assert percent([unit, ({"kind": "bug"}, {"kind": "ask"})]) == 0.5


@pytest.mark.parametrize(
    ("reference", "hypothesis", "rate"),
    [
        ("the cat sat", "the cat sat", 0),
        ("the cat sat", "the bat sat", 1 / 3),
        ("the cat sat", "cat sat", 1 / 3),
        ("yes", "yes it is", 2),
        ("", "", 0),
        ("", "something", 1),
        ("two  words", " two\nwords ", 0),
    ],
)
def test_word_error_rate(reference, hypothesis, rate):
    assert measures.word_error_rate(reference, hypothesis) == pytest.approx(rate)


@pytest.mark.parametrize(
    ("one", "other", "ratio"), [("", "", 0), ("", "abc", 1), ("abc", "abd", 1 / 3), ("naïve 👍", "naive 👍", 1 / 7)]
)
def test_edit_distance_ratio_counts_code_points(one, other, ratio):
    assert measures.edit_distance_ratio(one, other) == pytest.approx(ratio)


@pytest.mark.parametrize("table", [[[20, 5], [10, 15]], [[45, 15], [25, 15]], [[25, 35], [5, 35]], [[118, 5], [2, 0]]])
def test_cohens_kappa_is_that_of_statsmodels(table):
    from statsmodels.stats import inter_rater

    expected = inter_rater.cohens_kappa(np.array(table), return_results=False)
    assert measures.cohen(pairs_of(table)) == pytest.approx(expected, abs=1e-9)


def test_fleiss_kappa_is_that_of_statsmodels():
    from statsmodels.stats import inter_rater

    table = np.array([[int(count) for count in row.split()] for row in PSYCHIATRISTS.split(";")])
    assert measures.fleiss(FOURTEEN_RATERS) == pytest.approx(inter_rater.fleiss_kappa(table), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(table=tables)
def test_units_that_are_counted_already_give_the_same_figures(table):
    counted = Counter(tuple(unit) for unit in table)
    assert agreement(counted, measures.nominal, True) == agreement(table, measures.nominal, True)
