"""Looks through a project's answers for what admins should see: labels become numbers, people become figures."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import fmean, median

from sqlalchemy import Connection

from bot.project import Project
from bot.quality import watch
from bot.quality.coding import Coder, Coding
from bot.quality.watch import Finding, Kind
from storage import figures, notes


@dataclass(frozen=True, slots=True)
class Watched:
    """`people` have answered. `findings` by person, at most one a kind; None where there is too little to say
    anything."""

    people: int
    findings: tuple[tuple[int, Finding], ...] | None


@dataclass(slots=True)
class _Person:
    """What somebody answered to one question, in order. `labels` and `others` go together, on items others answered."""

    labels: list[int] = field(default_factory=list)
    others: list[Sequence[int]] = field(default_factory=list)
    agreement: list[float] = field(default_factory=list)
    confusion: Counter[tuple[int, int]] = field(default_factory=Counter)


@dataclass(slots=True)
class _Given:
    """One label as it was read; `code` is None where the question was not asked."""

    person: int
    item: int
    code: int | None


def look(connection: Connection, key: int, project: Project) -> Watched:
    """For a connection that cannot write: it reads for seconds where there are millions."""
    figures.snapshot(connection)
    coding = Coding(project, figures.SEPARATOR)
    times: dict[int, list[int]] = defaultdict(list)
    by_question: list[list[_Given]] = [[] for _ in coding.coders]
    for person, item, label, milliseconds in notes.labels(connection, key):
        if milliseconds is not None:
            times[person].append(milliseconds)
        for given, code in zip(by_question, coding.answer(label), strict=True):
            given.append(_Given(person, item, code))
    people = {one.person for one in by_question[0]}
    if len(people) < watch.PEOPLE or max(Counter(one.person for one in by_question[0]).values()) < watch.ANSWERS:
        return Watched(len(people), None)
    found: dict[tuple[int, Kind], Finding] = {}
    for coder, given in zip(coding.coders, by_question, strict=True):
        for person, finding in _of_question(coder, given):
            found.setdefault((person, finding.kind), finding)
    for person, finding in (*_fast(times), *watch.gold_failures(_gold(connection, key, coding)).items()):
        found[person, finding.kind] = finding
    return Watched(len(people), tuple((person, finding) for (person, _), finding in sorted(found.items())))


def _fast(times: dict[int, list[int]]) -> Iterator[tuple[int, Finding]]:
    every = [took for one in times.values() for took in one]
    usual = median(every) if every else 0.0
    for person, mine in times.items():
        finding = watch.too_fast(mine, usual)
        if finding is not None:
            yield person, finding


def _of_question(coder: Coder, given: Iterable[_Given]) -> Iterator[tuple[int, Finding]]:
    people = _compared(coder, given)
    scores: dict[int, float] = {}
    for person, one in people.items():
        if len(one.agreement) < watch.ANSWERS:
            continue
        score = watch.spammer_score(one.confusion)
        if score is not None:
            scores[person] = score
        same = watch.always_same(one.labels, one.others) if coder.type.CATEGORICAL else None
        yield from ((person, finding) for finding in (same, watch.drift(one.agreement)) if finding is not None)
    yield from watch.spammers(scores).items()


def _compared(coder: Coder, given: Iterable[_Given]) -> dict[int, _Person]:
    """Each person beside the others who answered the same items, in the order of their answers."""
    there: dict[int, list[_Given]] = defaultdict(list)
    for one in given:
        if one.code is not None:
            there[one.item].append(one)
    people: dict[int, _Person] = defaultdict(_Person)
    for one in given:
        others = [other.code for other in there.get(one.item, ()) if other.person != one.person]
        codes = [code for code in others if code is not None]
        if one.code is None or not codes:
            continue
        mine = people[one.person]
        mine.labels.append(one.code)
        mine.others.append(codes)
        mine.agreement.append(fmean(1 - coder.distance(one.code, code) for code in codes))
        truth = _most(codes) if coder.type.CATEGORICAL else None
        if truth is not None:
            mine.confusion[truth, one.code] += 1
    return people


def _most(codes: Sequence[int]) -> int | None:
    """What most of the others said; None for a tie."""
    first, *second = Counter(codes).most_common(2)
    return None if second and second[0][1] == first[1] else first[0]


def _gold(connection: Connection, key: int, coding: Coding) -> dict[int, tuple[int, int]]:
    """(right, all) of each person's labels to gold items, one a question."""
    right: Counter[int] = Counter()
    every: Counter[int] = Counter()
    for _, person, label, gold in figures.on_gold(connection, key):
        for coder, mine, true in zip(coding.coders, coding.answer(label), coding.answer(gold), strict=True):
            if mine is not None and true is not None:
                every[person] += 1
                right[person] += coder.distance(mine, true) <= coder.type.RIGHT
    return {person: (right[person], every[person]) for person in every}
