"""A project's answers as the crowd's methods want them, straight from its database."""

from collections.abc import Callable, Iterator
from heapq import merge
from typing import TypeAlias

from sqlalchemy import Connection

from bot.project import Project
from bot.quality.coding import Coded, Coding
from bot.quality.crowd.labels import Crowd, Row, crowd
from storage import figures

Answered: TypeAlias = tuple[int, list[int], list[Coded], Coded | None]
"""An item, who answered it, with what, and its gold."""


def crowds(
    connection: Connection, key: int, project: Project, told: Callable[[str], None] = lambda step: None
) -> dict[str, Crowd]:
    """The consensus of each question by its name, by the method that the project names. Raises ValueError where that
    needs room there is not."""
    found = {}
    for place, question in enumerate(project.questions):
        coding = Coding(project, figures.SEPARATOR)
        known: dict[int, int] = {}
        rows = _rows(connection, key, coding, place, known)
        found[question.name] = crowd(coding.coders[place], rows, known, project.consensus, told)
    return found


def _rows(connection: Connection, key: int, coding: Coding, place: int, known: dict[int, int]) -> Iterator[Row]:
    """Those to whom the question was not put are left out. `known` is filled on the way."""
    for item, people, given, gold in merge(
        _unknown(connection, key, coding), _gold(connection, key, coding), key=lambda one: one[0]
    ):
        code = None if gold is None else gold[place]
        if code is not None:
            known[item] = code
        asked = [(one, row[place]) for one, row in zip(people, given, strict=True)]
        codes = [label for _, label in asked if label is not None]
        if codes:
            yield item, [one for one, label in asked if label is not None], codes


def _unknown(connection: Connection, key: int, coding: Coding) -> Iterator[Answered]:
    for item, _, joined, people, _ in figures.together(connection, key):
        given = [coding.answer(text) for text in joined.split(figures.SEPARATOR)]
        yield item, [int(one) for one in people.split(",")], given, None


def _gold(connection: Connection, key: int, coding: Coding) -> list[Answered]:
    found: dict[int, Answered] = {}
    for item, person, label, gold, _ in figures.on_gold(connection, key):
        _, people, given, _ = found.setdefault(item, (item, [], [], coding.answer(gold)))
        people.append(person)
        given.append(coding.answer(label))
    return sorted(found.values(), key=lambda one: one[0])
