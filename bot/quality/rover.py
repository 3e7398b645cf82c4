"""One text out of several people's: ROVER, word by word, with people weighed by how far they agree with what comes out.

Fiscus, "A post-processing system to yield reduced word error rates: Recognizer Output Voting Error Reduction (ROVER)",
ASRU 1997: texts are aligned into a row of slots, and each slot is voted on. Plain Python, for the bot itself asks too.
"""

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final, TypeVar

from rapidfuzz.distance import Levenshtein

from bot.quality.tokens import Word, joined, words_of

ItemKey = TypeVar("ItemKey", bound=Hashable)
WorkerKey = TypeVar("WorkerKey", bound=Hashable)

ROUNDS: Final = 5
"""Weights and texts hardly change after three."""
KNOWN: Final = 20
"""A person starts with so many words at the error rate of all, so that one short answer makes nobody infallible."""
FLOOR: Final = 0.02
"""Errors that remain in anybody's text; without it who never differed would outweigh all others."""
LEFT_OUT: Final = 0.8
"""What a vote for no word counts: people who cannot make out a word leave it out, hardly anybody invents one."""
UNLIKE: Final = (0.4, 1.1)
"""What it costs to set two different words into one slot, by their letters; at most a little more than a new slot, so
that where it comes to the same, equal words meet."""
MOST_CELLS: Final = 10_000
"""Words × slots up to which letters are looked at (5 ms); longer texts are aligned by equal words."""

Slot = dict[str, float]
"""Weight behind each word's key; under "" that of the texts without a word here."""


@dataclass(slots=True)
class _Column:
    """A slot, and which text (by its place) has which word in it."""

    weights: Slot
    words: dict[int, Word]


@dataclass(frozen=True, slots=True)
class Network:
    """Texts, each once and with its words' keys, aligned: the nearest to all others first."""

    texts: Mapping[str, tuple[str, ...]]
    columns: tuple[Mapping[int, Word], ...]


def merge_texts(texts: Sequence[str], weights: Sequence[float] | None = None) -> tuple[str, float]:
    """The text that gets the most votes word by word, whoever answered first; nobody need have given it.

    Words are compared without case and punctuation, and written as most of those who have the word write it; texts
    without blanks (Chinese, Japanese, Thai) go sign by sign. The second figure (0…1) is the mean share of all weight
    behind what each slot came to: 1 where all say the same words, 0 without answers or without any weight. Raises
    ValueError for a negative, infinite or missing weight.
    """
    behind = _behind(texts, [1.0] * len(texts) if weights is None else weights)
    weighty = {text: weight for text, weight in behind.items() if weight}
    if behind and not weighty:
        alike = dict.fromkeys(behind, 1.0)
        return decided(network(alike), alike)[0], 0.0
    return decided(network(weighty), weighty)


def aggregate_texts(
    answers: Mapping[ItemKey, Sequence[tuple[WorkerKey, str]]], progress: Callable[[int], None] | None = None
) -> dict[ItemKey, tuple[str, float]]:
    """Each item's merged text and its confidence, as of `merge_texts`, from (worker, text) pairs.

    A worker weighs 1 / (the share of words in which they differ from the merged texts + FLOOR), learnt in up to ROUNDS
    rounds from items with three answers or more. `progress` is told how many items have been aligned, which is nearly
    all of the work, after each.
    """
    networks: dict[ItemKey, Network] = {}
    for done, (item, given) in enumerate(answers.items(), 1):
        networks[item] = network(_behind([text for _, text in given], [1.0] * len(given)))
        if progress is not None:
            progress(done)
    weights = {worker: 1.0 for given in answers.values() for worker, _ in given}
    merged = _merged(answers, networks, weights)
    for _ in range(ROUNDS):
        weights = _weights(answers, networks, merged)
        before, merged = merged, _merged(answers, networks, weights)
        if before == merged:
            break
    return merged


def _merged(
    answers: Mapping[ItemKey, Sequence[tuple[WorkerKey, str]]],
    networks: Mapping[ItemKey, Network],
    weights: Mapping[WorkerKey, float],
) -> dict[ItemKey, tuple[str, float]]:
    merged = {}
    for item, given in answers.items():
        behind = _behind([text for _, text in given], [weights[worker] for worker, _ in given])
        merged[item] = decided(networks[item], behind)
    return merged


def _weights(
    answers: Mapping[ItemKey, Sequence[tuple[WorkerKey, str]]],
    networks: Mapping[ItemKey, Network],
    merged: Mapping[ItemKey, tuple[str, float]],
) -> dict[WorkerKey, float]:
    """Of two answers none is nearer to the truth than the other, so they tell nothing of who is careful."""
    wrong = {worker: 0 for given in answers.values() for worker, _ in given}
    seen = dict.fromkeys(wrong, 0)
    for item, given in answers.items():
        if len(given) < 3:
            continue
        said = _keys(merged[item][0])
        for worker, text in given:
            wrong[worker] += min(Levenshtein.distance(networks[item].texts[text], said), max(len(said), 1))
            seen[worker] += max(len(said), 1)
    common = sum(wrong.values()) / max(sum(seen.values()), 1)
    return {worker: 1 / ((wrong[worker] + KNOWN * common) / (seen[worker] + KNOWN) + FLOOR) for worker in wrong}


def network(behind: Mapping[str, float]) -> Network:
    """The texts aligned one after another, beginning with the one nearest to all others (by words), with their weights.
    What depends on an order goes by the texts themselves."""
    words = {text: words_of(text) for text in sorted(behind)}
    said = {text: tuple(word.key for word in of) for text, of in words.items()}
    apart = {text: _spread(keys, said, behind) for text, keys in said.items()}
    first = min(said, key=lambda text: apart[text], default="")
    nearness = Levenshtein.normalized_distance
    texts = sorted(said, key=lambda text: (text != first, nearness(said[text], said.get(first, ()))))
    columns: list[_Column] = []
    total = 0.0
    for place, text in enumerate(texts):
        columns = _joined_by(columns, total, place, words[text], behind[text])
        total += behind[text]
    return Network({text: said[text] for text in texts}, tuple(column.words for column in columns))


def decided(aligned: Network, behind: Mapping[str, float]) -> tuple[str, float]:
    """What the slots come to, and the mean share behind it. An equal vote is for the text nearest to all others."""
    if not aligned.texts:
        return "", 0.0
    if len(aligned.texts) == 1:
        return next(iter(aligned.texts)).strip(), 1.0
    weights = [behind[text] for text in aligned.texts]
    total = math.fsum(weights)
    said, shares = [], []
    for column in aligned.columns:
        votes = _votes(column, weights)
        key = max(
            votes, key=lambda key: (round(votes[key] * (1 if key else LEFT_OUT) / total, 9), _earliest(column, key))
        )
        shares.append(votes[key] / total)
        if key:
            said.append(_written(column, key, weights))
    # Sums of the same weights may differ in their last bit.
    return joined(said), round(math.fsum(shares) / len(shares), 12) if shares else 1.0


def _votes(column: Mapping[int, Word], weights: Sequence[float]) -> Slot:
    votes: Slot = {}
    for place, weight in enumerate(weights):
        key = column[place].key if place in column else ""
        votes[key] = votes.get(key, 0.0) + weight
    return votes


def _earliest(column: Mapping[int, Word], key: str) -> int:
    """Higher for a word (or none) that an earlier text has."""
    place = 0
    while (column[place].key if place in column else "") != key:
        place += 1
    return -place


def _written(column: Mapping[int, Word], key: str, weights: Sequence[float]) -> Word:
    """The word as most of its voters write it, after what most of them have before it."""
    written: dict[str, float] = {}
    before: dict[str, float] = {}
    for place, word in sorted(column.items()):
        if word.key == key:
            written[word.written] = written.get(word.written, 0.0) + weights[place]
            if word.before is not None:
                before[word.before] = before.get(word.before, 0.0) + weights[place]
    return Word(key, _heaviest(written), _heaviest(before) if before else None)


def _heaviest(votes: Slot) -> str:
    """The first of those that are equal but for rounding."""
    most = max(votes.values())
    return next(one for one, weight in votes.items() if math.isclose(weight, most, rel_tol=1e-9))


def _joined_by(columns: list[_Column], total: float, place: int, words: Sequence[Word], weight: float) -> list[_Column]:
    """The columns with one more text in them; `total` is the weight of those that are in already."""
    grown = []
    for word, column in _alignment(words, columns, total):
        taken = _Column({"": total}, {}) if column is None else column
        key = "" if word is None else word.key
        taken.weights[key] = taken.weights.get(key, 0.0) + weight
        if word is not None:
            taken.words[place] = word
        grown.append(taken)
    return grown


_Pairs = list[tuple[Word | None, _Column | None]]


def _alignment(words: Sequence[Word], columns: Sequence[_Column], total: float) -> _Pairs:
    """Words and columns in order, each once: together, a word in a new slot, or a column without a word."""
    if not words or not columns or not total:
        return [*((None, column) for column in columns), *((word, None) for word in words)]
    if len(words) * len(columns) > MOST_CELLS:
        return _by_equal_words(words, columns)
    slots = [{key: weight / total for key, weight in column.weights.items() if weight} for column in columns]
    return _traced(words, columns, _steps(words, slots))


_TOGETHER, _NEW, _WITHOUT = range(3)


def _steps(words: Sequence[Word], slots: Sequence[Slot]) -> list[bytearray]:
    """The last step of the cheapest alignment of the first i words with the first j slots, at [i][j]. A new slot costs
    1, a word in a slot its mean distance to what is there, a slot without a word the share that has one there."""
    skips = [math.fsum(share for key, share in slot.items() if key) for slot in slots]
    above = [0.0]
    for skip in skips:
        above.append(above[-1] + skip)
    rows = [bytearray([_WITHOUT] * (len(slots) + 1))]
    for word in words:
        left = above[0] + 1
        key, costs, steps = word.key, [left], bytearray([_NEW])
        for (corner, over), slot, skip in zip(pairwise(above), slots, skips, strict=True):
            best, step = corner, _TOGETHER
            for other, share in slot.items():
                if other != key:
                    best += share * _apart(key, other)
            # Sums differ in their last bit; a step with a word is taken where another costs the same.
            if left + skip < best - 1e-9:
                best, step = left + skip, _WITHOUT
            if over + 1 < best - 1e-9:
                best, step = over + 1, _NEW
            costs.append(best)
            steps.append(step)
            left = best
        above = costs
        rows.append(steps)
    return rows


def _traced(words: Sequence[Word], columns: Sequence[_Column], steps: Sequence[bytearray]) -> _Pairs:
    pairs: _Pairs = []
    i, j = len(words), len(columns)
    while i or j:
        step = steps[i][j]
        i -= step != _WITHOUT
        j -= step != _NEW
        pairs.append((None if step == _WITHOUT else words[i], None if step == _NEW else columns[j]))
    return pairs[::-1]


def _by_equal_words(words: Sequence[Word], columns: Sequence[_Column]) -> _Pairs:
    """The quick way, against the word that weighs most in each column."""
    leading = [max(sorted(column.weights), key=lambda key: (key != "", column.weights[key])) for column in columns]
    pairs: _Pairs = []
    for edit in Levenshtein.opcodes([word.key for word in words], leading):
        here, there = words[edit.src_start : edit.src_end], columns[edit.dest_start : edit.dest_end]
        if here and there:
            pairs += zip(here, there, strict=True)
        else:
            pairs += [*((word, None) for word in here), *((None, column) for column in there)]
    return pairs


@lru_cache(maxsize=20_000)
def _apart(one: str, other: str) -> float:
    least, most = UNLIKE
    return least + (most - least) * Levenshtein.normalized_distance(one, other) if other else 1.0


def _behind(texts: Sequence[str], weights: Sequence[float]) -> dict[str, float]:
    """Each different text once, with all of its weight."""
    if any(not 0 <= weight < math.inf for weight in weights):
        raise ValueError("a weight must be a finite number of 0 or more")
    behind: dict[str, list[float]] = {}
    for text, weight in zip(texts, weights, strict=True):
        behind.setdefault(text, []).append(weight)
    return {text: math.fsum(each) for text, each in behind.items()}


def _spread(keys: Sequence[str], said: Mapping[str, Sequence[str]], behind: Mapping[str, float]) -> float:
    """How far a text is from all, rounded so that the order of a sum decides nothing."""
    apart = math.fsum(behind[text] * Levenshtein.normalized_distance(keys, other) for text, other in said.items())
    return round(apart / (math.fsum(behind.values()) or 1.0), 9)


def _keys(text: str) -> tuple[str, ...]:
    return tuple(word.key for word in words_of(text))
