"""What the crowd's answers come to and how right each person is by that, for the report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.project import Project
from bot.quality.agreeing import wilson
from bot.quality.coding import Coder
from bot.quality.crowd.labels import SURE, Crowd, Skill, crowd
from bot.quality.pairs import NOBODY, Alike, Shared
from bot.quality.parts import YES

COUNTED: Final = 30_000
"""Answers that skills are learnt from, whole items from all over the project: of more they hardly change."""
TRIED: Final = 15_000
"""Of these, answers that the choice among methods is learnt from, which takes five times as long."""
MERGED: Final = 2_000
"""The same where labels are not votes, as drawings: merging these takes a millisecond and more."""
JUDGED: Final = 3_000
"""Items whose confidence is looked at."""


@dataclass(frozen=True, slots=True)
class LabelSkill:
    """Of `answers` to items that have the label by the consensus, the share that says so."""

    label: str
    share: float
    answers: int


@dataclass(frozen=True, slots=True)
class QuestionSkill:
    """How right somebody is on one question by the consensus (0…1) in `answers`, with the bounds of a 95 % interval.
    Where labels are not votes, as drawings, it is 1 less the mean distance, and there are no `labels`."""

    question: str
    share: float
    answers: int
    low: float
    high: float
    labels: tuple[LabelSkill, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """What the answers of `items` with two or more come to, by `method`: the mean `confidence`, and the share of items
    that are `sure`, at .95 and above; `done` is the mean confidence of those that are done, None where none is. Of
    large projects a part of the items."""

    method: str
    items: int
    confidence: float
    sure: float
    done: float | None = None


Skills = Mapping[int, tuple[QuestionSkill, ...]]


def skilled(project: Project, coders: Sequence[Coder], shared: Shared) -> tuple[Skills, list[Standing | None]]:
    """Each person's skills by question, and how each question's consensus stands (None: nobody can be compared)."""
    people: dict[int, tuple[QuestionSkill, ...]] = {}
    stand: list[Standing | None] = []
    for place, coder in enumerate(coders):
        votes = coder.type.parts(coder.question, ()) is not None
        rows = shared.rows(place, COUNTED if votes else MERGED)
        if not rows:
            stand.append(None)
            continue
        found = crowd(coder, rows, {}, project.consensus, tried=TRIED)
        stand.append(_standing(coder, found, rows, shared))
        answers: dict[int, int] = {}
        for _, who, _ in rows:
            for person in who:
                answers[person] = answers.get(person, 0) + 1
        for person, skill in found.skills.items():
            mine = _of_person(coder.question.name, skill, answers[person])
            people[person] = (*people.get(person, ()), mine)
    return people, stand


def _standing(
    coder: Coder, found: Crowd, rows: Sequence[tuple[int, Sequence[int], Sequence[int]]], shared: Shared
) -> Standing:
    sure = {
        item: found.merged(item, people, [coder.labels[code] for code in codes]).confidence
        for item, people, codes in rows[:: -(-len(rows) // JUDGED)]
    }
    done = [one for item, one in sure.items() if shared.done(item)]
    return Standing(
        method=found.method,
        items=len(rows),
        confidence=sum(sure.values()) / len(sure),
        sure=sum(one >= SURE for one in sure.values()) / len(sure),
        done=sum(done) / len(done) if done else None,
    )


def _of_person(question: str, skill: Skill, answers: int) -> QuestionSkill:
    """The interval is that of as many answers: the parts of one are not independent."""
    bounds = wilson(skill.share, answers)
    held: dict[str, list[int]] = {}
    for (kind, truth, given), times in sorted(skill.confusion.items()):
        if not kind or truth == YES:
            right, every = held.setdefault(kind or truth, [0, 0])
            held[kind or truth] = [right + times * (given == truth), every + times]
    labels = tuple(LabelSkill(label, right / every, every) for label, (right, every) in held.items())
    return QuestionSkill(question, skill.share, answers, bounds.low, bounds.high, labels)


def together(skills: Sequence[QuestionSkill]) -> Alike:
    """Over all questions."""
    answers = sum(one.answers for one in skills)
    if not answers:
        return NOBODY
    share = sum(one.share * one.answers for one in skills) / answers
    bounds = wilson(share, answers)
    return Alike(share, answers, bounds.low, bounds.high)
