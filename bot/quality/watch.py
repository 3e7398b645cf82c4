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
PART: Final = 2 / 3
"""Somebody's score is surely under this part of the usual one."""
FAST: Final = 0.2
"""Of the project's median time."""
UNLIKELY: Final = 0.001
DROP: Final = 0.15
BELOW: Final = 0.06
"""A careless person is right by more than so much less often than is usual."""
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


@dataclass(frozen=True, slots=True)
class Right:
    """How often somebody is right (0…1) by their `answers`; `low` and `high` are the bounds of an interval of 90 %, so
    that one in twenty lies above."""

    share: float
    low: float
    high: float
    answers: int


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
    total = variances = squares = 0.0
    for one, other in combinations(truths, 2):
        for a, b, of_a, of_b in zip(rows[one], rows[other], noise[one], noise[other], strict=True):
            total += (a - b) ** 2 - of_a - of_b
            variances += of_a + of_b
            squares += (of_a + of_b) ** 2
    pairs = len(truths) * (len(truths) - 1)
    return Score(total / pairs, _most(total, variances, squares) / pairs)


def _most(total: float, variances: float, squares: float) -> float:
    """What a sum of squares of normal numbers is at most: H = total + z · √(4 H v + 2 s), with s the `squares` of
    their variances and v what these are to the `variances`: by the variance it would have at H, as in Wilson's
    interval, for that of what was seen is far too low for who is near 0 by chance. It takes each number as if it were
    by itself, so of two labels it holds in nine of ten cases, and of more in more."""
    allowed = 2 * Z_ONE_SIDED**2 * squares / variances if variances else 0.0
    return total + allowed + math.sqrt(max(0.0, allowed * (2 * total + allowed) + 2 * Z_ONE_SIDED**2 * squares))


def mean_score(agreement: Sequence[float]) -> Score:
    """Of labels that cannot be counted: how near they come to others'."""
    spread = math.sqrt(variance(agreement) / len(agreement)) if len(agreement) > 1 else 1.0
    value = fmean(agreement)
    return Score(value, value + Z_ONE_SIDED * spread)


def spammers(scores: Mapping[int, Score], there: Callable[[int], Score | None]) -> dict[int, Finding]:
    """Those who score under SCORE, and with all allowance for chance under PART of what people usually do here, and
    under PART of what others do on the same items, which is what `there` gives for a person (None: not known): where
    others score little too, the items are hard."""
    usual = median(one.value for one in scores.values()) if scores else 0.0
    return {
        person: Finding("spammer", {"score": score.value, "usual": usual})
        for person, score in scores.items()
        if score.value < SCORE and score.high < usual * PART and not _excused(score, there(person))
    }


def _excused(score: Score, others: Score | None) -> bool:
    return others is not None and score.high >= others.value * PART


def careless(right: Mapping[int, Right], easier: Mapping[int, float]) -> dict[int, Finding]:
    """`easier` is how much more often than usual others were right on the person's items, below 0 where these are hard.
    Found are those whose interval lies under the usual share by BELOW, by more where people differ more, and by as much
    more as their items are harder. Usual is the median: a third of the people may be careless and still be found.
    Nothing where fewer than PEOPLE have ANSWERS."""
    enough = {person: one for person, one in right.items() if one.answers >= ANSWERS}
    if len(enough) < PEOPLE:
        return {}
    usual = median(one.share for one in enough.values())
    limit = usual - max(BELOW, _spread(usual, enough.values()))
    return {
        person: Finding("careless", {**_figures(one), "usual": usual})
        for person, one in enough.items()
        if one.high < limit + min(0.0, easier.get(person, 0.0))
    }


def _figures(right: Right) -> dict[str, float]:
    return {"share": right.share, "all": right.answers, "low": right.low, "high": right.high}


def _spread(usual: float, right: Collection[Right]) -> float:
    """How far people's shares differ beyond what chance does: their median distance from the usual share, as a
    standard deviation of the normal distribution, less the mean variance of a share, by its interval."""
    apart = 1.4826 * median(abs(one.share - usual) for one in right)
    return math.sqrt(max(0.0, apart**2 - fmean(((one.high - one.low) / 2 / Z_ONE_SIDED) ** 2 for one in right)))


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
