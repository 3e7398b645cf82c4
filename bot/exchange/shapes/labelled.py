"""Sources that bring one question's labels with them: as suggestions or, when they are known to be right, as gold."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from bot.exchange import records
from bot.exchange.labels import read_label
from bot.exchange.problems import BadImport, BadRow
from bot.exchange.raw import Raw, plain
from bot.exchange.records import Record
from bot.exchange.sentences import counted, listed
from bot.exchange.spans import iob
from bot.exchange.spans.names import Names
from bot.labels import spans
from bot.labels.names import called
from bot.project import Json, Project, Question

Role = Literal["suggestion", "gold"]
LABEL: Final = "label"
"""The cell in which a reader puts the label."""


class Brought(NamedTuple):
    """What a row brings: what it is called, its data, and its label, None where it has none."""

    key: Any
    data: Mapping[str, Any]
    label: Json


Take: TypeAlias = Callable[[Mapping[str, Any]], Brought]
"""Raises BadRow."""


def cells(row: Mapping[str, Any]) -> Brought:
    """Of a reader that knows its format: the label in its cell, an id, and all others are data."""
    data = {name: value for name, value in row.items() if name not in ("id", LABEL)}
    return Brought(row.get("id"), data, row.get(LABEL))


@dataclass(frozen=True, slots=True)
class Labelled:
    """`fields` gives the item's name for each column that is called otherwise there."""

    project: Project
    question: Question
    role: Role
    take: Take
    fields: Mapping[str, str]
    key: str | None

    def record(self, raw: Raw) -> Record:
        """Raises BadRow."""
        brought = self.take(raw.cells)
        key = brought.key if self.key is None else raw.cells.get(self.key)
        data = {self.fields.get(name, name): value for name, value in brought.data.items() if name != self.key}
        why = [data.pop(name) for name in list(data) if self.role == "gold" and records.explains(name)]
        dropped: list[str] = []
        labels = {} if brought.label is None else self._labels(plain(brought.label), dropped)
        return Record(
            line=raw.line,
            key=records.key_of(key),
            data=data,
            gold=labels or None if self.role == "gold" else None,
            explanation=records.explanation(why[0]) if why and labels else None,
            suggestion=records.suggestion(labels, None, None) if self.role == "suggestion" else None,
            dropped=tuple(dropped),
        )

    def roles(self, sample: Sequence[Raw]) -> dict[str, str]:
        """The columns that are no data."""
        names = {self.fields.get(name, name): name for name in _columns(self.take, sample)}
        why = next((column for name, column in names.items() if records.explains(name)), None)
        return {self.role: LABEL} | ({"explanation": why} if why is not None and self.role == "gold" else {})

    def _labels(self, value: Json, dropped: list[str]) -> dict[str, Json]:
        """Of a suggestion what the project has no label for stays out; gold without it would be wrong."""
        named, unknown = self._named(value)
        if unknown and self.role == "gold":
            raise BadRow(f"the project has no label {listed(unknown, 'or')}")
        if unknown:
            dropped.append(f"suggestion: the project has no label {listed(unknown, 'or')}")
        if self.role == "suggestion" and self.question.type == spans.NAME and not spans.overlapping(self.question):
            named = _apart(named, dropped)
        return {} if named is None else {self.question.name: read_label(self.question, named, False)}

    def lacking(self, sample: Sequence[Raw]) -> list[str]:
        """Labels of these rows that the project does not have."""
        found: dict[str, None] = {}
        for raw in sample:
            with suppress(BadRow):
                label = self.take(raw.cells).label
                found |= dict.fromkeys([] if label is None else self._named(plain(label))[1])
        return list(found)

    def _named(self, value: Json) -> tuple[Json, list[str]]:
        """The label with the project's own names, and the names that it does not have."""
        if not self.question.labels:
            return value, []
        if not isinstance(value, list):
            name = self._own(value)
            return name, [] if name is not None else [str(value)]
        kept: list[Json] = []
        unknown: dict[str, None] = {}
        for one in value:
            said = one.get("label") if isinstance(one, Mapping) else one
            name = self._own(said)
            if name is None:
                unknown[str(said)] = None
            else:
                kept.append({**one, "label": name} if isinstance(one, Mapping) else name)
        single = self.question.type == "choice"
        if single and len(kept) > 1:
            raise BadRow(f"it has the labels {listed(str(one) for one in kept)}, and there can be one")
        return (next(iter(kept), None) if single else kept), list(unknown)

    def _own(self, said: Json) -> str | None:
        """The project's name for a label, also as formats without spaces write it."""
        name = str(said)
        if called(self.question, name):
            return name
        return Names([one.name for one in self.question.labels]).back(name)


def _apart(label: Json, dropped: list[str]) -> Json:
    """Without the spans that overlap longer ones, where a project wants none such."""
    records = [one for one in label if isinstance(one, Mapping)] if isinstance(label, list) else []
    kept, left = iob.apart(set(iob.spans_of(records)))
    if left:
        dropped.append(f"suggestion: {counted(len(left), 'span overlaps a longer one', 'spans overlap longer ones')}")
    return [one for one in records if (one["start"], one["end"], one["label"]) in set(kept)]


def _columns(take: Take, sample: Sequence[Raw]) -> list[str]:
    """Of the first row that can be read. Raises BadImport where none can."""
    reason = ""
    for raw in sample:
        try:
            return [*take(raw.cells).data, *(["id"] if "id" in raw.cells else [])]
        except BadRow as problem:
            reason = reason or f"line {raw.line}: {problem}"
    raise BadImport(f"It has no row that can be read; {reason}.")


def labelled(
    project: Project, role: Role, types: Sequence[str], take: Take, sample: Sequence[Raw], mapping: Mapping[str, str]
) -> Labelled | None:
    """The shape for labels of these types; None where the project asks no question of them. Raises BadImport."""
    question = next((one for one in project.questions if one.type in types), None)
    if question is None:
        return None
    columns = _columns(take, sample)
    for name, column in mapping.items():
        if column not in columns:
            raise BadImport(f"--map {name}={column}: there is no column {column!r}; there are {', '.join(columns)}.")
    fields = {column: name for name, column in mapping.items() if name != "id"}
    return Labelled(project, question, role, take, fields, mapping.get("id"))
