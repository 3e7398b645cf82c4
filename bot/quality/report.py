"""The QA summary: every figure of a project at one moment, recounted from its answers.

Gold items are apart throughout: their labels measure people, not the data, so they stand in no distribution, pace or
agreement. Labels of what was withdrawn count nowhere.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import Connection

from bot.labels.base import Said
from bot.project import Project
from bot.quality import suggestions, unsure
from bot.quality.agreeing import (
    Confusion,
    Interval,
    LabelAgreement,
    PeriodAgreement,
    confusion,
    interval,
    over_time,
    per_label,
)
from bot.quality.ambiguity import Ambiguity, Scatter
from bot.quality.coding import Coder, Coding
from bot.quality.columns import Columns, Units, columns, count
from bot.quality.disputes import Dispute, Disputes, disputes, tallied
from bot.quality.distribution import LabelCount as LabelCount
from bot.quality.distribution import distribution
from bot.quality.doing import NO_TIMES, Did, Done, days, doing, pace, seconds
from bot.quality.doing import Pace as Pace
from bot.quality.measures import Agreement
from bot.quality.pairs import NOBODY, Alike, PairAgreement, Shared
from bot.quality.reviewed import Reviewed, reviewed
from bot.quality.savings import Savings, savings
from bot.quality.signs import Signs, signs
from bot.quality.skilled import QuestionSkill, Skills, Standing, skilled, together
from bot.quality.suggestions import Aids
from bot.quality.uncollected import uncollected
from bot.turn import snippet
from storage import figures, notes
from storage.figures import Participant, Parts
from storage.projects import ProjectRow
from storage.shortage import Shortage, shortage

DISPUTED: Final = 5
"""How many disputed items are named."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Labels given to gold items, one a question: how many there are, how many equal the gold, and 1 less their mean
    distance to it (which is the share of equal ones for labels that are alike or not)."""

    labels: int
    right: int
    closeness: float | None

    @property
    def share(self) -> float | None:
        return self.right / self.labels if self.labels else None


NO_GOLD: Final = Accuracy(0, 0, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionFigures:
    """`answers` are the labels given to it; `labels` is None where labels are free text, and there is nothing
    `per_label`. `interval` is that of α. `pairs` are for admins only."""

    name: str
    title: str
    type: str
    answers: int
    labels: tuple[LabelCount, ...] | None
    agreement: Agreement
    gold: Accuracy
    interval: Interval | None = None
    per_label: tuple[LabelAgreement, ...] = ()
    over_time: tuple[PeriodAgreement, ...] = ()
    confusion: Confusion | None = None
    pairs: tuple[PairAgreement, ...] = ()
    consensus: Standing | None = None


@dataclass(frozen=True, slots=True)
class Disputed:
    """An item that is done and on which people differ: by the `question` they differ most on, the labels given and the
    mean distance (0…1) between two of them. Items still being answered are left out, lest it sway who is to answer."""

    item: str
    snippet: str
    question: str
    labels: tuple[tuple[Said, int], ...]
    disagreement: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFigures:
    """For admins. `name` is the pseudonym, unless the project shows names. `labels` are live ones on items, `gold` on
    gold items; `superseded` were taken back or corrected; `alike` is how far the labels are those of others, `skill`
    how right they are by the consensus, `skills` the same by question and label; `state` is active or paused, None
    where `role` is."""

    id: str
    name: str
    role: str | None
    labels: int
    skips: int
    flags: int
    late: int
    superseded: int
    median_seconds: float | None
    gold: Accuracy
    alike: Alike = NOBODY
    skill: Alike = NOBODY
    skills: tuple[QuestionSkill, ...] = ()
    state: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`people`, `watch` and the questions' `pairs` are for admins only; all else may stand in a channel. Days are those
    of `timezone`. `watch` is None where the project has it off. `questions_asked` are people's, about items;
    `questions` the project's. `disputes` is how many done items people differ on."""

    project: str
    title: str
    as_of: datetime
    timezone: str
    parts: Parts
    pace: Pace
    labels: int
    skips: int
    flags: int
    late: int
    superseded: int
    questions_asked: int
    active_people: int
    median_seconds: float | None
    days: tuple[tuple[date, int], ...]
    questions: tuple[QuestionFigures, ...]
    gold: Accuracy
    disputed: tuple[Disputed, ...]
    reviewed: Reviewed = field(default_factory=Reviewed)
    people: tuple[PersonFigures, ...]
    disputes: int = 0
    ambiguity: Ambiguity
    suggestions: Aids
    watch: Signs | None = None
    savings: Savings | None = None
    """Of adaptive overlap."""
    short: Shortage = field(default_factory=Shortage)
    """Of items that nobody is left for."""

    @property
    def today(self) -> date:
        return self.as_of.astimezone(ZoneInfo(self.timezone)).date()

    @property
    def asked(self) -> int:
        """Items that people are to label."""
        return self.parts.imported - self.parts.gold - self.parts.withdrawn


@uncollected()
def summary(connection: Connection, row: ProjectRow, project: Project, now: datetime) -> Report:
    """Reads for seconds where there are millions of answers: from a connection that cannot write, never the writer's.
    `now` is aware."""
    figures.snapshot(connection)
    coding = Coding(project, figures.SEPARATOR)
    on_gold = list(figures.on_gold(connection, row.id))
    gold = _gold(on_gold, coding)
    found = columns(figures.labelled(connection, row.id), coding)
    work = doing(found, figures.besides(connection, row.id), ((one[1], one[4]) for one in on_gold), now)
    scatter = Scatter(coding, unsure.counts(found.unsure, project))
    zone = project.summary.timezone if project.summary else "UTC"
    decided = figures.decided(connection, row.id)
    disputed = _items(found, coding, decided, scatter, ZoneInfo(zone))
    everybody = figures.participants(connection, row.id)
    names = {one.id: one.public for one in everybody}
    shared = Shared(found)
    alike = shared.people(coding.coders)
    skills, stand = skilled(project, coding.coders, shared)
    return Report(
        project=row.name,
        title=project.title,
        as_of=now,
        timezone=zone,
        parts=figures.parts(connection, row.id, now),
        pace=pace(work, figures.wanted(connection, row.id), now, ZoneInfo(zone)),
        labels=sum(work.quarters.values()),
        skips=sum(one.skips for one in work.people.values()),
        flags=sum(one.flags for one in work.people.values()),
        late=sum(one.late for one in work.people.values()),
        superseded=sum(one.superseded for one in work.people.values()),
        questions_asked=figures.questions_asked(connection, row.id),
        active_people=sum(bool(one.labels or one.gold) for one in work.people.values()),
        median_seconds=seconds(np.concatenate([NO_TIMES, *(one.times for one in work.people.values())])),
        days=days(work, ZoneInfo(zone)),
        questions=tuple(
            question_figures(coder, gold.questions[place].figures(), shared.pairs(coder, place, names), stand[place])
            for place, coder in enumerate(coding.coders)
        ),
        gold=gold.all.figures(),
        disputed=_described(connection, disputed.listed, coding),
        disputes=disputed.count,
        reviewed=reviewed(connection, row.id, coding, len(decided)),
        people=tuple(_people(everybody, work, gold, alike, skills, project.names)),
        ambiguity=scatter.figures(connection),
        suggestions=suggestions.aids(connection, row.id, coding),
        watch=_watch(connection, row.id, work) if project.watch else None,
        savings=savings(connection, row.id, project, coding.coders, skills, stand),
        short=shortage(connection, row.id, project.max_per_person),
    )


@dataclass(slots=True)
class _Score:
    labels: int = 0
    right: int = 0
    closeness: float = 0.0

    def add(self, distance: float, bound: float) -> None:
        """`bound` is the largest distance that counts as right."""
        self.labels += 1
        self.right += distance <= bound
        self.closeness += 1 - distance

    def figures(self) -> Accuracy:
        return Accuracy(self.labels, self.right, self.closeness / self.labels if self.labels else None)


@dataclass(slots=True)
class _Gold:
    questions: list[_Score]
    all: _Score = field(default_factory=_Score)
    people: dict[int, _Score] = field(default_factory=dict)


def _gold(given: Iterable[tuple[int, int, str, str, int | None]], coding: Coding) -> _Gold:
    scores = _Gold([_Score() for _ in coding.coders])
    for _, person, text, gold, _ in given:
        mine = scores.people.setdefault(person, _Score())
        both = zip(coding.coders, scores.questions, coding.answer(text), coding.answer(gold), strict=True)
        for coder, score, code, right in both:
            if code is not None and right is not None:
                distance = coder.distance(code, right)
                for one in (scores.all, score, mine):
                    one.add(distance, coder.type.RIGHT)
    return scores


def _items(found: Columns, coding: Coding, decided: AbstractSet[int], scatter: Scatter, zone: ZoneInfo) -> Disputes:
    """Counts every item's labels; returns the most disputed items that nobody has decided."""
    asked, days = found.done & ~np.isin(found.items, list(decided)), found.days(zone)
    questions = [count(coder, Units(found, place), days) for place, coder in enumerate(coding.coders)]
    for place, counted in enumerate(questions):
        scatter.see(place, counted, found.items, asked)
    return disputes(found.items, asked, questions, DISPUTED)


def _described(connection: Connection, found: Sequence[Dispute], coding: Coding) -> tuple[Disputed, ...]:
    shown = figures.shown(connection, [one.item for one in found])
    return tuple(
        Disputed(
            item=shown[one.item].key,
            snippet=snippet(shown[one.item].data),
            question=coding.coders[one.question].question.name,
            labels=tuple(tallied(coding.coders[one.question], one.codes)),
            disagreement=one.disagreement,
        )
        for one in found
    )


def _watch(connection: Connection, project: int, work: Done) -> Signs:
    return signs((one.labels for one in work.people.values()), notes.still_open(connection, project))


def question_figures(
    coder: Coder,
    gold: Accuracy = NO_GOLD,
    pairs: tuple[PairAgreement, ...] = (),
    consensus: Standing | None = None,
) -> QuestionFigures:
    """Of what was counted."""
    question, agreement = coder.question, coder.agreement()
    labels = distribution(coder) if coder.type.CATEGORICAL or coder.type.EDITOR else None
    names = tuple((one.name, one.title) for one in labels or ())
    return QuestionFigures(
        name=question.name,
        title=question.title,
        type=question.type,
        answers=coder.answers,
        labels=labels,
        agreement=agreement,
        interval=interval(coder, agreement),
        per_label=per_label(coder, names),
        over_time=over_time(coder, agreement),
        confusion=confusion(coder, names),
        pairs=pairs,
        consensus=consensus,
        gold=gold,
    )


def _people(
    found: Sequence[Participant],
    work: Done,
    gold: _Gold,
    alike: Mapping[int, Alike],
    skills: Skills,
    names: bool,
) -> Iterator[PersonFigures]:
    """The busiest first."""
    busy = {person.id: work.people.get(person.id, Did()) for person in found}
    for person in sorted(found, key=lambda one: (-busy[one.id].labels - busy[one.id].gold, one.id)):
        did = busy[person.id]
        yield PersonFigures(
            id=person.public,
            name=person.name if names else person.public,
            role=person.role,
            labels=did.labels,
            skips=did.skips,
            flags=did.flags,
            late=did.late,
            superseded=did.superseded,
            median_seconds=seconds(did.times),
            gold=gold.people.get(person.id, _Score()).figures(),
            alike=alike.get(person.id, NOBODY),
            skill=together(skills.get(person.id, ())),
            skills=skills.get(person.id, ()),
            state=person.state,
        )
