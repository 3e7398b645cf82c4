"""Signs that somebody's answers want a look: pure figures. They raise a note to admins and never decide anything.

The limits are our own, chosen so that a note is rare among careful people; docs/quality.md tells them. What is measured
against other people says nothing where there are fewer than PEOPLE.
"""

import math
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from statistics import fmean, median, variance
from typing import Final, Literal, TypeAlias

from bot.quality.intervals import wilson

Kind: TypeAlias = Literal["spammer", "careless", "fast", "same", "drift", "gold"]
PEOPLE: Final = 6
ANSWERS: Final = 30
"""A person's answers that others' can be compared with, before anything is said of them."""
RUN: Final = 20
"""Answers in a row."""
SCORE: Final = 0.1
"""Of two labels somebody scores that who is right in two of three."""
FAST: Final = 0.2
"""Of the project's median time."""
UNLIKELY: Final = 0.001
DROP: Final = 0.15
BELOW: Final = 0.06
"""A careless person's share of answers near to others' lies more than so much under the usual one."""
GOLD: Final = 5
MARGIN: Final = 0.1
Z_ONE_SIDED: Final = 1.644854
"""The normal quantile of 95 %, on one side: what is asked is only whether somebody does worse."""
Z_DRIFT: Final = 3.290527
"""That of 99.95 %, for an interval of 99.9 %: everybody's halves are compared anew each day."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`figures` are plain numbers, by the names that the sentence about them takes."""

    kind: Kind
    figures: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Score:
    """How far answers go with the item; `high` is what it is at most, in 95 of 100 cases."""

    value: float
    high: float


def spammer_score(confusion: Mapping[tuple[int, int], int]) -> Score | None:
    """Raykar and Yu (JMLR 13, 2012), over counts by (truth, given): 1 where each true label has answers of its own, 0
    where the answers do not depend on it. S = Σ over pairs of true labels c < c', over answers k, of (a_ck − a_c'k)²,
    by C(C − 1) for C labels. What chance adds to the squares is taken off, so that it may lie under 0. True labels met
    fewer than five times are left out; None where fewer than two remain."""
    met: Counter[int] = Counter()
    for (truth, _), times in confusion.items():
        met[truth] += times
    truths = sorted(truth for truth, times in met.items() if times >= 5)
    if len(truths) < 2:
        return None
    given = sorted({answer for _, answer in confusion})
    rows = {truth: [confusion.get((truth, answer), 0) / met[truth] for answer in given] for truth in truths}
    noise = {truth: [share * (1 - share) / (met[truth] - 1) for share in rows[truth]] for truth in truths}
    total = spread = 0.0
    for one, other in combinations(truths, 2):
        for a, b, of_a, of_b in zip(rows[one], rows[other], noise[one], noise[other], strict=True):
            total += (a - b) ** 2 - of_a - of_b
            # The variance of the square of what is normal, by the answers as if each were by itself.
            spread += 4 * (a - b) ** 2 * (of_a + of_b) + 2 * (of_a + of_b) ** 2
    pairs = len(truths) * (len(truths) - 1)
    return Score(total / pairs, (total + Z_ONE_SIDED * math.sqrt(spread)) / pairs)


def mean_score(agreement: Sequence[float]) -> Score:
    """Of labels that cannot be counted: how near they come to others'."""
    spread = math.sqrt(variance(agreement) / len(agreement)) if len(agreement) > 1 else 1.0
    value = fmean(agreement)
    return Score(value, value + Z_ONE_SIDED * spread)


def spammers(scores: Mapping[int, Score]) -> dict[int, Finding]:
    """Those who score under SCORE, and with all allowance for chance under half of what people usually do here: where
    all score little, the items are hard."""
    usual = median(one.value for one in scores.values()) if scores else 0.0
    return {
        person: Finding("spammer", {"score": score.value, "usual": usual})
        for person, score in scores.items()
        if score.value < SCORE and score.high < usual / 2
    }


def careless(near: Mapping[int, tuple[int, int]], easier: Mapping[int, float]) -> dict[int, Finding]:
    """`near` is (near, all) by person: how many answers are near to what the others came to; `easier` is how much more
    often than usual others were near on the person's items, below 0 where these are hard. Found are those whose
    interval lies under the usual share by BELOW, by more where people differ more, and by as much more as their items
    are harder. Usual is the median: a third of the people may be careless and still be found. Nothing where fewer than
    PEOPLE have ANSWERS."""
    enough = {person: one for person, one in near.items() if one[1] >= ANSWERS}
    if len(enough) < PEOPLE:
        return {}
    usual = median(good / all_ for good, all_ in enough.values())
    limit = usual - max(BELOW, _spread(usual, enough.values()))
    found = {}
    for person, (good, all_) in enough.items():
        low, high = wilson(good, all_, Z_ONE_SIDED)
        if high < limit + min(0.0, easier.get(person, 0.0)):
            figures = {"share": good / all_, "all": all_, "low": low, "high": high, "usual": usual}
            found[person] = Finding("careless", figures)
    return found


def _spread(usual: float, near: Collection[tuple[int, int]]) -> float:
    """How far people's shares differ beyond what chance does: their median distance from the usual share, as a
    standard deviation of the normal distribution, less the variance of a share."""
    apart = 1.4826 * median(abs(good / all_ - usual) for good, all_ in near)
    return math.sqrt(max(0.0, apart**2 - fmean(usual * (1 - usual) / all_ for _, all_ in near)))


def too_fast(milliseconds: Sequence[int], usual: float) -> Finding | None:
    """The longest run of at least RUN answers in a row that each took less than FAST of the `usual` milliseconds."""
    best: Sequence[int] = ()
    begun, bound = 0, FAST * usual
    for place, took in enumerate(milliseconds):
        if took >= bound:
            begun = place + 1
        elif place + 1 - begun > len(best):
            best = milliseconds[begun : place + 1]
    if len(best) < RUN:
        return None
    return Finding("fast", {"run": len(best), "seconds": median(best) / 1000, "usual": usual / 1000})


def always_same(labels: Sequence[int], others: Callable[[int], Sequence[int]]) -> Finding | None:
    """The longest run of one label, where others gave those items others too: with q the mean share that this label has
    of the others' answers there, a run of `n` among the person's answers is due to chance about answers · qⁿ times.
    `others` gives, for a place among `labels`, their labels of that item."""
    ends = [place for place, (one, other) in enumerate(pairwise(labels), start=1) if one != other]
    runs = [(end - begun, begun) for begun, end in pairwise((0, *ends, len(labels)))]
    run, start = max(runs, key=lambda one: one[0])
    if run < RUN:
        return None
    there = filter(None, map(others, range(start, start + run)))
    shares = [one.count(labels[start]) / len(one) for one in there]
    share = fmean(shares) if shares else 1.0
    if len(shares) < RUN or len(labels) * share**run >= UNLIKELY:
        return None
    return Finding("same", {"run": run, "share": share})


def drift(agreement: Sequence[float]) -> Finding | None:
    """Agreement (0…1) with others item by item, in the order of answering: how the second half differs from the first,
    with an interval of 99.9 % (Welch's, by the normal distribution). Found where it fell by DROP or more and the
    interval has no 0 in it."""
    half = len(agreement) // 2
    if half < ANSWERS // 2:
        return None
    first, last = agreement[:half], agreement[half:]
    fell = fmean(first) - fmean(last)
    if fell < DROP:  # nearly always, and a variance takes long
        return None
    spread = Z_DRIFT * math.sqrt(variance(first) / len(first) + variance(last) / len(last))
    if fell - spread <= 0:
        return None
    return Finding("drift", {"first": fmean(first), "last": fmean(last), "low": fell - spread, "high": fell + spread})


def gold_failures(right: Mapping[int, tuple[int, int]]) -> dict[int, Finding]:
    """`right` is (right, all) gold labels by person. Found are those whose interval lies by MARGIN under the share that
    all others together have, where those have at least ANSWERS."""
    found = {}
    hits, total = (sum(one[part] for one in right.values()) for part in (0, 1))
    for person, (own, mine) in right.items():
        rest = total - mine
        if mine < GOLD or rest < ANSWERS:
            continue
        low, high = wilson(own, mine)
        usual = (hits - own) / rest
        if high < usual - MARGIN:
            found[person] = Finding("gold", {"right": own, "all": mine, "low": low, "high": high, "usual": usual})
    return found
