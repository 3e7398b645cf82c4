"""How far apart masks are, and one out of several people's: pixels are counted in runs, never one by one."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from bot.labels import rle
from bot.labels.base import Label
from bot.labels.mask_records import Area, areas, record
from bot.labels.rle import Counts
from bot.quality.consensus import Merged, medoid
from bot.quality.values import frozen

ROUNDS = 3
ALIKE = 0.5
"""Two masks of one label that overlap by so much (IoU) are taken for the same thing."""
_HAIR = 1e-9


def apart(one: Label, other: Label) -> float:
    """1 less the mean IoU over the labels that either has; 0 where both are empty, 1 for pictures of different size."""
    first, second = areas(one), areas(other)
    if len({area.size for area in (*first, *second)}) > 1:
        return 1.0
    mine, theirs = _by_label(first), _by_label(second)
    return _distance(mine, theirs)


def things_apart(one: Label, other: Label) -> float:
    """The same where each record is a thing of its own: the best pairs of one label count, what has no pair is 0."""
    first, second = areas(one), areas(other)
    if len({area.size for area in (*first, *second)}) > 1:
        return 1.0
    pairs = sorted(_pairs(first, second), reverse=True)
    mine, theirs = set[int](), set[int]()
    overlaps = []
    for overlap, place, its in pairs:
        if place not in mine and its not in theirs and overlap > 0:
            mine.add(place)
            theirs.add(its)
            overlaps.append(overlap)
    several = len(first) + len(second) - len(overlaps)
    return 1 - math.fsum(overlaps) / several if several else 0.0


def _pairs(first: Sequence[Area], second: Sequence[Area]) -> Iterator[tuple[float, int, int]]:
    for place, one in enumerate(first):
        for its, other in enumerate(second):
            if one.label == other.label:
                yield rle.iou(one.counts, other.counts), place, its


def merged(values: Sequence[Label], weights: Sequence[float] | None, order: Sequence[str]) -> Merged[Label]:
    """Pixel by pixel what more than half of all weight says, three times over: after each time an answer weighs by its
    IoU with what came out. `confidence` is the (weighted) mean of these IoUs in the end.

    Two different answers do not outvote each other, nor do people who halve: there, and where nothing would be left
    though nobody said so, the answer nearest to all others is taken, and answers equally near tie. `order` is that of
    the labels in what comes out.
    """
    shares = [1.0] * len(values) if weights is None else list(weights)
    answers = [(value, share) for value, share in zip(values, shares, strict=True) if share > 0]
    sizes = {area.size for value, _ in answers for area in areas(value)}
    if len({frozen(value) for value, _ in answers}) < 3 or len(sizes) != 1:
        return medoid(values, apart, weights)
    size = next(iter(sizes))
    ballots = _ballots([areas(value) for value, _ in answers], order)
    found = _agreed(ballots, [share for _, share in answers])
    if found is None:
        return medoid(values, apart, weights)
    trust, confidence = found
    label = [record(one.label, size, mask) for one in ballots if rle.area(mask := one.winner(trust))]
    if not label and not any(not areas(value) for value, _ in answers):
        return medoid(values, apart, weights)
    return Merged(label, confidence)


def merged_things(values: Sequence[Label], weights: Sequence[float] | None, order: Sequence[str]) -> Merged[Label]:
    """The same where each record is a thing of its own: records of one label that overlap by half are one thing; it
    stays if more than half of all weight has it, with the pixels that more than half of these have."""
    shares = [1.0] * len(values) if weights is None else list(weights)
    answers = [(areas(value), share) for value, share in zip(values, shares, strict=True) if share > 0]
    sizes = {area.size for held, _ in answers for area in held}
    if len({frozen(value) for value, share in zip(values, shares, strict=True) if share > 0}) < 3 or len(sizes) != 1:
        return medoid(values, things_apart, weights)
    half = math.fsum(share for _, share in answers) / 2
    label: list[Label] = []
    for thing in _things(answers, order):
        held = [answers[who][1] for who, _ in thing]
        if math.fsum(held) > half * (1 + _HAIR):
            mask = rle.vote([area.counts for _, area in thing], held)
            if rle.area(mask):
                label.append(record(thing[0][1].label, thing[0][1].size, mask))
    if not label and not any(not held for held, _ in answers):
        return medoid(values, things_apart, weights)
    near = [share * (1 - things_apart(value, label)) for value, share in zip(values, shares, strict=True) if share > 0]
    return Merged(label, math.fsum(near) / (2 * half))


def _things(answers: Sequence[tuple[Sequence[Area], float]], order: Sequence[str]) -> list[list[tuple[int, Area]]]:
    """Groups of records, one of each answer at most; the biggest record of a group came first."""
    every = [(who, area) for who, (held, _) in enumerate(answers) for area in held]
    places = {name: place for place, name in enumerate(order)}
    every.sort(key=lambda one: (places.get(one[1].label, len(places)), -rle.area(one[1].counts), one[0]))
    things: list[list[tuple[int, Area]]] = []
    for who, area in every:
        near = [
            (rle.iou(thing[0][1].counts, area.counts), -place)
            for place, thing in enumerate(things)
            if thing[0][1].label == area.label and all(one != who for one, _ in thing)
        ]
        best = max(near, default=(0.0, 0))
        if best[0] >= ALIKE:
            things[-best[1]].append((who, area))
        else:
            things.append([(who, area)])
    return things


@dataclass(frozen=True, slots=True)
class _Ballot:
    """What all answers say of one label: their masks, and how many pixels each set of answers shares alone."""

    label: str
    masks: Sequence[Sequence[int]]
    pixels: Mapping[int, int]

    def winner(self, shares: Sequence[float]) -> Counts:
        return rle.where(self.masks, lambda held: _won(held, shares))

    def overlaps(self, shares: Sequence[float]) -> list[float | None]:
        """The IoU of each answer with what wins; None where neither has the label."""
        won = {held for held in self.pixels if _won(held, shares)}
        overlaps: list[float | None] = []
        for who in range(len(self.masks)):
            common = sum(count for held, count in self.pixels.items() if held >> who & 1 and held in won)
            either = sum(count for held, count in self.pixels.items() if held >> who & 1 or held in won)
            overlaps.append(common / either if either else None)
        return overlaps

    def halved(self, shares: Sequence[float]) -> bool:
        half = math.fsum(shares) / 2
        return any(abs(rle.behind(held, shares) - half) <= half * _HAIR for held in self.pixels)


def _ballots(answers: Sequence[Sequence[Area]], order: Sequence[str]) -> list[_Ballot]:
    held = [_by_label(one) for one in answers]
    names = {name for one in held for name in one}
    pixels = sum(next(iter(next(one for one in held if one).values())))
    ballots = []
    for name in sorted(names, key=lambda name: (order.index(name) if name in order else len(order), name)):
        masks = [one.get(name) or [pixels] for one in held]
        counted: dict[int, int] = {}
        for start, end, which in rle.layers(masks):
            if which:
                counted[which] = counted.get(which, 0) + end - start
        ballots.append(_Ballot(name, masks, counted))
    return ballots


def _agreed(ballots: Sequence[_Ballot], shares: Sequence[float]) -> tuple[list[float], float] | None:
    """How much each answer weighs in the end, and the confidence; None where people halve."""
    trust = list(shares)
    if any(ballot.halved(trust) for ballot in ballots):
        trust = [share * near for share, near in zip(shares, _peers(ballots, shares), strict=True)]
        if any(ballot.halved(trust) for ballot in ballots):
            return None
    for _ in range(ROUNDS - 1):
        skills = _skills(ballots, trust)
        if not any(skills):
            break
        trust = [share * skill for share, skill in zip(shares, skills, strict=True)]
    near = [share * skill for share, skill in zip(shares, _skills(ballots, trust), strict=True)]
    return trust, math.fsum(near) / math.fsum(shares)


def _skills(ballots: Sequence[_Ballot], trust: Sequence[float]) -> list[float]:
    """Each answer's mean IoU with what wins, over the labels that either has."""
    columns = zip(*(ballot.overlaps(trust) for ballot in ballots), strict=True)
    return [_mean([one for one in column if one is not None]) for column in columns]


def _peers(ballots: Sequence[_Ballot], shares: Sequence[float]) -> list[float]:
    """Each answer's mean IoU with the others'."""
    several = len(shares)
    found = [0.0] * several
    for one, other in combinations(range(several), 2):
        near = 1 - _distance(_given(ballots, one), _given(ballots, other))
        found[one] += near * shares[other]
        found[other] += near * shares[one]
    return found


def _given(ballots: Sequence[_Ballot], who: int) -> dict[str, Sequence[int]]:
    return {ballot.label: ballot.masks[who] for ballot in ballots if rle.area(ballot.masks[who])}


def _won(held: int, shares: Sequence[float]) -> bool:
    half = math.fsum(shares) / 2
    return rle.behind(held, shares) > half * (1 + _HAIR)


def _by_label(held: Iterable[Area]) -> dict[str, Sequence[int]]:
    found: dict[str, list[Sequence[int]]] = {}
    for area in held:
        found.setdefault(area.label, []).append(area.counts)
    return {name: masks[0] if len(masks) == 1 else rle.union(masks) for name, masks in found.items()}


def _distance(mine: Mapping[str, Sequence[int]], theirs: Mapping[str, Sequence[int]]) -> float:
    names = {*mine, *theirs}
    overlaps = [rle.iou(mine[name], theirs[name]) for name in names if name in mine and name in theirs]
    return 1 - math.fsum(overlaps) / len(names) if names else 0.0


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values) if values else 1.0
