"""Rows of a table out of nested ones: which columns there are, of which type, and what stands in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.exchange.exported import Level
from bot.exchange.shapes.ours import ANSWERS, ITEMS, OPTIONAL
from bot.exchange.survey import CellType, Survey, type_of
from bot.project import Project

RESERVED: Final = ANSWERS | ITEMS | OPTIONAL | {"data"}
_ANSWER_COLUMNS: Final[tuple[tuple[str, CellType], ...]] = (
    ("person", "text"),
    ("status", "text"),
    ("seconds", "number"),
    ("answered_at", "text"),
    ("schema_version", "whole"),
)


@dataclass(frozen=True, slots=True)
class FlatColumn:
    """`path` leads to its value in the nested row; `question` is set for labels."""

    name: str
    type: CellType
    path: tuple[str, ...]
    question: str = ""

    def value(self, row: Mapping[str, Any]) -> Any:
        found = row.get(self.path[0])
        for step in self.path[1:]:
            found = found.get(step) if isinstance(found, dict) else None
        return found


def layout(project: Project, level: Level, survey: Survey) -> list[FlatColumn]:
    """Columns in a fixed order: the item, its data, the label, then how it came about."""
    columns = [FlatColumn("item", "text", ("item",))]
    columns += [FlatColumn(_data_name(name), type_of(seen), ("data", name)) for name, seen in survey.fields.items()]
    columns += _by_question(project, survey, "label")
    if level == "answers":
        columns += [FlatColumn(name, kind, (name,)) for name, kind in _ANSWER_COLUMNS]
    else:
        columns += [*_figures(project, "confidence"), FlatColumn("answers", "whole", ("answers",))]
        columns += _figures(project, "agreement")
    if survey.golden:
        columns += _by_question(project, survey, "gold")
    optional: Sequence[tuple[str, CellType]] = (
        *(("unsure", "truth"), ("suggestion_shown", "text")),
        *(("note", "text"), ("kind", "text"), ("superseded_at", "text"), ("tie", "json")),
        ("reviewed", "truth"),
        ("explanation", "text"),
        *(("suggestion", "json"), ("priority", "whole"), ("overlap", "whole"), ("media", "json")),
        ("notes", "json"),
    )
    return columns + [FlatColumn(name, kind, (name,)) for name, kind in optional if name in survey.also]


def _data_name(name: str) -> str:
    """Data that is called as a column of ours is told apart."""
    return f"data.{name}" if name.partition(".")[0] in RESERVED else name


def _by_question(project: Project, survey: Survey, what: str) -> list[FlatColumn]:
    found = []
    for question in project.questions:
        kind = type_of(survey.labels.get(question.name, set()))
        path = (what,) if project.single else (what, question.name)
        found.append(FlatColumn(".".join(path), kind, path, question.name))
    return found


def _figures(project: Project, what: str) -> list[FlatColumn]:
    paths = [(what,)] if project.single else [(what, question.name) for question in project.questions]
    return [FlatColumn(".".join(path), "number", path) for path in paths]
