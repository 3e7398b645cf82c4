"""A table of the user's own: some columns have a meaning, all others are the item's data."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from bot.exchange import records
from bot.exchange.labels import read_labels
from bot.exchange.problems import BadImport, BadRow
from bot.exchange.raw import Raw, plain
from bot.exchange.records import Record
from bot.project import Project

ROLES: Final = ("id", "priority", "overlap", "gold", "suggestion", "score", "model", "explanation")
_OF_ANOTHER: Final = {"score": "suggestion", "model": "suggestion", "explanation": "gold"}
"""Roles that a column has only beside one of that other role."""
_NUMBERS: Final = ("priority", "overlap")


@dataclass(frozen=True, slots=True)
class Table:
    """`roles` gives the column of each role that is filled, `fields` the item's name for each column of data."""

    project: Project
    texts: bool
    roles: Mapping[str, str]
    fields: Mapping[str, str]
    open_ended: bool
    """Whether later rows may bring columns the first ones lack; these are data."""

    def known(self) -> "Table":
        """The same, with what would be suggested known to be right."""
        if "suggestion" not in self.roles:
            raise BadImport("--as gold: there is no column of labels; name it, as in --map gold=COLUMN.")
        if "gold" in self.roles:
            raise BadImport("--as gold: there is a column of gold labels, and one of suggestions; leave --as out.")
        roles = {"gold" if role == "suggestion" else role: column for role, column in self.roles.items()}
        why = next((column for column, name in self.fields.items() if records.explains(name)), None)
        if why is None or "explanation" in roles:
            return replace(self, roles=roles)
        fields = {column: name for column, name in self.fields.items() if column != why}
        return replace(self, roles={**roles, "explanation": why}, fields=fields)

    def record(self, raw: Raw) -> Record:
        """Raises BadRow."""
        cells, role = raw.cells, self.roles
        data = {name: cells[column] for column, name in self.fields.items() if column in cells}
        if self.open_ended:
            used = set(role.values())
            data |= {name: value for name, value in cells.items() if name not in self.fields and name not in used}
        if not data:
            raise BadRow("it has no data beside its id")
        if len(role) == (1 if "id" in role else 0):
            return Record(line=raw.line, key=records.key_of(cells.get(role["id"])) if role else None, data=data)
        return self._with_roles(raw, data)

    def _with_roles(self, raw: Raw, data: dict[str, Any]) -> Record:
        given = {role: raw.cells.get(column) for role, column in self.roles.items()}
        suggested = self._labels("suggestion", given.get("suggestion"))
        return Record(
            line=raw.line,
            key=records.key_of(given.get("id")),
            data=data,
            gold=self._labels("gold", given.get("gold")) or None,
            suggestion=records.suggestion(suggested, given.get("score"), given.get("model")),
            priority=records.priority(given.get("priority")),
            overlap=records.overlap(given.get("overlap")),
            explanation=records.explanation(given.get("explanation")),
        )

    def _labels(self, role: str, value: Any) -> dict[str, Any]:
        """A bad one is told by the name of its column."""
        column = self.roles.get(role, role)
        return {} if value in (None, "") else read_labels(self.project, plain(value), self.texts, column)


def table(
    project: Project,
    texts: bool,
    columns: Sequence[str],
    sample: Sequence[Raw],
    mapping: Mapping[str, str],
    fixed: bool,
) -> tuple[Table, list[str]]:
    """The table and what is to be said of it; raises BadImport for a mapping that names no column."""
    _check_mapping(columns, mapping)
    roles, notes = _roles(columns, sample, mapping)
    names = {column: name for name, column in mapping.items() if name not in ROLES}
    fields = {column: names.get(column, column) for column in columns if column not in roles.values()}
    twice = next((name for name in fields.values() if list(fields.values()).count(name) > 1), None)
    if twice is not None:
        raise BadImport(f"The column {mapping[twice]!r} cannot be mapped to {twice!r}: there is a column of that name.")
    notes += _given_away(
        project, [column for column, name in fields.items() if not project.show or name in project.show], sample
    )
    return Table(project, texts, roles, fields, not fixed), notes


def _given_away(project: Project, shown: Sequence[str], sample: Sequence[Raw]) -> list[str]:
    """Who sees a label beside the item is not asked but told."""
    if not project.single or not project.questions[0].labels:
        return []
    names = {text.casefold() for label in project.questions[0].labels for text in (label.name, label.title)}
    notes = []
    for column in shown:
        values = [raw.cells.get(column) for raw in sample if raw.cells.get(column) not in (None, "")]
        if values and all(isinstance(value, str) and value.strip().casefold() in names for value in values):
            told = f"The column {column!r} holds labels of this project, and people see it."
            notes.append(f"{told} Known ones: --map gold={column}.")
    return notes


def _check_mapping(columns: Sequence[str], mapping: Mapping[str, str]) -> None:
    for name, column in mapping.items():
        if column not in columns:
            raise BadImport(f"--map {name}={column}: there is no column {column!r}; there are {', '.join(columns)}.")


def _roles(
    columns: Sequence[str], sample: Sequence[Raw], mapping: Mapping[str, str]
) -> tuple[dict[str, str], list[str]]:
    """A column is what its name says, unless it is mapped to something else or holds something else."""
    roles = {role: mapping[role] for role in ROLES if role in mapping}
    notes: list[str] = []
    taken = set(mapping.values())
    for role in ROLES:
        column = next((one for one in columns if one.strip().casefold() == role and one not in taken), None)
        if role in roles or column is None or _OF_ANOTHER.get(role, role) not in {role, *roles}:
            continue
        if role in _NUMBERS and not _numbers(column, sample):
            notes.append(f"The column {column!r} holds words, not numbers, for {role}; it is kept as data.")
            continue
        roles[role] = column
    return roles, notes


def _numbers(column: str, sample: Sequence[Raw]) -> bool:
    """Whether the column is meant: by half of its values. Where it is, a row with another one is rejected."""
    given = [raw.cells.get(column) for raw in sample]
    told = [value for value in given if value not in (None, "")]
    return 2 * sum(_number(value) for value in told) >= len(told)


def _number(value: Any) -> bool:
    try:
        return math.isfinite(float(value))
    except (TypeError, ValueError, OverflowError):
        return False
