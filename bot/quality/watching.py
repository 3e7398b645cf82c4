"""Looks through a project's answers for what admins should see: labels become numbers, people become figures."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Final, TypeAlias

import numpy as np
from sqlalchemy import Connection

from bot.project import Project
from bot.quality import watch
from bot.quality.beside import Beside, Floats, Ints, beside
from bot.quality.coding import Coder, Coding
from bot.quality.rightness import rightness
from bot.quality.watch import Finding, Kind, Score
from storage import figures, notes

Given: TypeAlias = tuple[int, int, str, int | None]
"""A label: (person, item, JSON text, milliseconds it took)."""
APART: Final = 1.5
"""Of the median distance from what the others came to: an answer is near up to there."""
AT_A_TIME: Final = 5_000
"""Labels that are read together."""
CLOSE: Final = 0.05
"""A distance that is near in any case: of what is drawn or typed two answers are hardly ever equal."""


@dataclass(frozen=True, slots=True)
class Watched:
    """`people` have answered. `findings` by person, at most one a kind; None where there is too little to say
    anything."""

    people: int
    findings: tuple[tuple[int, Finding], ...] | None


@dataclass(slots=True)
class _Answers:
    """Every label in the order of giving; `codes` by question, -1 where it was not asked."""

    codes: list["array[int]"]
    people: "array[int]" = field(default_factory=lambda: array("q"))
    items: "array[int]" = field(default_factory=lambda: array("q"))
    times: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))


def look(connection: Connection, key: int, project: Project) -> Watched:
    """For a connection that cannot write: it reads for seconds where there are millions."""
    figures.snapshot(connection)
    coding = Coding(project, figures.SEPARATOR)
    return watched(coding, notes.labels(connection, key), lambda: _gold(connection, key, coding))


def watched(coding: Coding, given: Iterable[Given], gold: Callable[[], Mapping[int, tuple[int, int]]]) -> Watched:
    """`given` in the order of giving; `gold` counts (right, all) gold labels by person."""
    answers = _read(coding, given)
    counts = Counter(answers.people)
    if len(counts) < watch.PEOPLE or max(counts.values()) < watch.ANSWERS:
        return Watched(len(counts), None)
    found: dict[tuple[int, Kind], Finding] = {}
    for coder, codes in zip(coding.coders, answers.codes, strict=True):
        for person, finding in _of_question(coder, answers, codes):
            found.setdefault((person, finding.kind), finding)
    for person, finding in (*_fast(answers.times), *watch.gold_failures(gold()).items()):
        found[person, finding.kind] = finding
    # Who guesses is careless too: one note says it.
    told = {one: finding for one, finding in found.items() if one[1] != "careless" or (one[0], "spammer") not in found}
    return Watched(len(counts), tuple((person, finding) for (person, _), finding in sorted(told.items())))


def _read(coding: Coding, given: Iterable[Given]) -> _Answers:
    answers = _Answers([array("q") for _ in coding.coders])
    rest = iter(given)
    while rows := list(islice(rest, AT_A_TIME)):
        people, items, labels, times = zip(*rows, strict=True)
        answers.people.extend(people)
        answers.items.extend(items)
        for person, milliseconds in zip(people, times, strict=True):
            if milliseconds is not None:
                answers.times[person].append(milliseconds)
        for codes, fresh in zip(answers.codes, coding.columns(labels), strict=True):
            codes.extend(fresh)
    return answers


def _fast(times: Mapping[int, Sequence[int]]) -> Iterator[tuple[int, Finding]]:
    every = list(chain.from_iterable(times.values()))
    usual = float(np.median(every)) if every else 0.0
    for person, mine in times.items():
        finding = watch.too_fast(mine, usual)
        if finding is not None:
            yield person, finding


def _of_question(coder: Coder, answers: _Answers, codes: "array[int]") -> Iterator[tuple[int, Finding]]:
    people, items, labels = (np.frombuffer(one, np.int64) for one in (answers.people, answers.items, codes))
    asked = labels >= 0
    all_ = beside(coder, people[asked], items[asked], labels[asked])
    scores: dict[int, Score] = {}
    for person, places in all_.each():
        if len(places) < watch.ANSWERS:
            continue
        score = _score(coder, all_, places)
        if score is not None:
            scores[person] = score
        yield from ((person, finding) for finding in _runs(coder, all_, places) if finding is not None)
    yield from watch.spammers(scores, lambda person: _score_of_others(coder, all_, person)).items()
    yield from watch.careless(*rightness(coder, all_, _bound(all_.apart))).items()


def _runs(coder: Coder, all_: Beside, places: Ints) -> Iterator[Finding | None]:
    """What shows in the order of a person's answers."""
    mine = places.tolist()
    if coder.type.CATEGORICAL:
        yield watch.always_same(all_.labels[places].tolist(), lambda at: all_.others(mine[at]))
    yield watch.drift(all_.agreement[places].tolist())


def _score(coder: Coder, all_: Beside, places: Ints) -> Score | None:
    if not coder.type.CATEGORICAL:
        return watch.mean_score(all_.agreement[places].tolist())
    truths, given = all_.others_say[places].tolist(), all_.labels[places].tolist()
    return watch.spammer_score(Counter(both for both in zip(truths, given, strict=True) if both[0] >= 0))


def _score_of_others(coder: Coder, all_: Beside, person: int) -> Score | None:
    """Of all others together, on that person's items."""
    others = all_.without(coder, person)
    places = np.arange(len(others.people))
    return _score(coder, others, places) if len(places) else None


def _bound(apart: Floats) -> float:
    """The distance up to which an answer is near to what the others came to: what is usual here, but never all there
    is."""
    if not len(apart):
        return 0.0
    bound = max(CLOSE, APART * float(np.median(apart)))
    under = apart[apart < apart.max()]
    return bound if bound < apart.max() or not len(under) else float(under.max())


def _gold(connection: Connection, key: int, coding: Coding) -> dict[int, tuple[int, int]]:
    """(right, all) of each person's labels to gold items, one a question."""
    right: Counter[int] = Counter()
    every: Counter[int] = Counter()
    for _, person, label, gold, _ in figures.on_gold(connection, key):
        for coder, mine, true in zip(coding.coders, coding.answer(label), coding.answer(gold), strict=True):
            if mine is not None and true is not None:
                every[person] += 1
                right[person] += coder.distance(mine, true) <= coder.type.RIGHT
    return {person: (right[person], every[person]) for person in every}
