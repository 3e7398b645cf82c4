"""The items of a report that somebody wants to see, and what people make of these."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot.filters import Wanted
from bot.labels.base import Said
from bot.project import Project
from bot.quality.coding import Coding, Together
from bot.quality.disputes import tallied
from bot.quality.report import QuestionFigures, question_figures
from bot.quality.work import zone_of
from bot.turn import snippet
from storage import figures
from storage.columns import micros, moment
from storage.projects import ProjectRow

LISTED: Final = 100
"""Items that are named."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An item, with its labels to the question people differ most on and how often each was given."""

    item: str
    snippet: str
    labels: tuple[tuple[Said, int], ...]
    disagreement: float


@dataclass(frozen=True, slots=True)
class Selection:
    """`count` items have such an answer; `items` are those people differ most on, worst first. The questions' figures
    are of all answers to these items."""

    wanted: Wanted
    count: int
    items: tuple[Listed, ...]
    questions: tuple[QuestionFigures, ...]


def selection(connection: Connection, row: ProjectRow, project: Project, wanted: Wanted) -> Selection:
    """Reads as long as a report does, from a connection that cannot write. Gold items are left out."""
    figures.snapshot(connection)
    coding, zone = Coding(project, figures.SEPARATOR), ZoneInfo(zone_of(project))
    worst: list[tuple[float, int, Together]] = []
    count = 0
    for item, found, at in _matching(connection, row.id, coding, wanted, zone):
        coding.count(found, 1, moment(at).astimezone(zone).date().toordinal())
        entry = (found.disagreement, -item, found)
        if len(worst) < LISTED:
            heapq.heappush(worst, entry)
        elif entry[:2] > worst[0][:2]:
            heapq.heapreplace(worst, entry)
        count += 1
    worst.sort(key=lambda one: one[:2], reverse=True)
    shown = figures.shown(connection, [-item for _, item, _ in worst])
    listed = (
        Listed(
            shown[-item].key,
            snippet(shown[-item].data),
            tuple(tallied(coding.coders[found.question], found.units[found.question])),
            apart,
        )
        for apart, item, found in worst
    )
    questions = tuple(question_figures(coder) for coder in coding.coders)
    return Selection(wanted, count, tuple(listed), questions)


def _matching(
    connection: Connection, project: int, coding: Coding, wanted: Wanted, zone: ZoneInfo
) -> Iterator[tuple[int, Together, int]]:
    """(item, its labels, when the last was given) of each item that has such an answer."""
    person = None
    if wanted.person:
        known = {one.public: one.id for one in figures.participants(connection, project)}
        person = known.get(wanted.person, 0)
    since = micros(datetime.combine(wanted.first, time.min, zone)) if wanted.first else None
    until = micros(datetime.combine(wanted.last + timedelta(days=1), time.min, zone)) if wanted.last else None
    mine = None if person is None else str(person)
    for item, joined, who, at in figures.answered(connection, project, person, since, until):
        found = coding.together(joined)
        if not wanted.label or _has(coding, wanted, found, who.split(","), mine):
            yield item, found, at


def _has(coding: Coding, wanted: Wanted, found: Together, who: list[str], mine: str | None) -> bool:
    """Whether somebody, or that person, gave the label."""
    for place, coder in enumerate(coding.coders):
        if coder.question.name == wanted.question:
            return any(
                codes[place] is not None and wanted.label in coder.names(codes[place] or 0)
                for one, codes in zip(who, found.given, strict=True)
                if mine is None or one == mine
            )
    return False
