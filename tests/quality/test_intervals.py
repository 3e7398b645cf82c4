"""Intervals against the figures of the papers they come from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.quality.intervals import newcombe, wilson


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_as_newcombe_1998_a_prints_it(hits, n, low, high):
    assert wilson(hits, n) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_newcombe_as_his_table_of_method_10_prints_it(one, other, low, high):
    assert newcombe(*one, *other) == pytest.approx((low, high), abs=5e-5)


counts = st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts, counts)
def test_intervals_hold_what_they_are_of(one, other):
    low, high = wilson(*one)
    assert 0 <= low <= one[0] / one[1] + 1e-12
    assert one[0] / one[1] - 1e-12 <= high <= 1
    difference = one[0] / one[1] - other[0] / other[1]
    down, up = newcombe(*one, *other)
    assert -1 - 1e-9 <= down <= difference + 1e-12
    assert difference - 1e-12 <= up <= 1 + 1e-9
