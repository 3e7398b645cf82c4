"""CSV: flat columns of text, in which no spreadsheet finds a formula."""

import csv
import io
import json
import re
from collections.abc import Sequence
from typing import Any, BinaryIO, Final

from bot.exchange.exported import Exported, rows
from bot.exchange.flat import FlatColumn, layout
from bot.exchange.survey import type_of
from bot.exchange.writers.base import Context, Format, Writer
from bot.labels import LABEL_TYPES

_FORMULA: Final = re.compile(r"'*[=+\-@\t\r\n]")
"""Quotes before the sign count: they are taken off again, one at a time."""


def neutral(text: str) -> str:
    """`text` so that a spreadsheet takes it for text; `bot.exchange.shapes.ours.unneutral` undoes it."""
    return f"'{text}" if _FORMULA.match(text) else text


class Csv:
    def __init__(self, file: BinaryIO, context: Context) -> None:
        self._context = context
        self._columns = layout(context.project, context.level, context.survey)
        self._types = {question.name: LABEL_TYPES[question.type] for question in context.project.questions}
        self._text = io.TextIOWrapper(file, "utf-8", errors="replace", newline="", write_through=False)
        # As RFC 4180 wants it; with another ending the writer would leave a lone CR unquoted.
        self._writer = csv.writer(self._text, lineterminator="\r\n")
        self._writer.writerow([neutral(column.name) for column in self._columns])

    def write(self, one: Exported) -> int:
        found = [[self._cell(column, row) for column in self._columns] for row in self._rows(one)]
        self._writer.writerows(found)
        return len(found)

    def finish(self) -> None:
        self._text.detach()

    def _rows(self, one: Exported) -> Any:
        return rows(self._context.project, self._context.level, one)

    def _cell(self, column: FlatColumn, row: dict[str, Any]) -> str | int | float:
        value = column.value(row)
        if value is None:
            return ""
        if column.question:
            value = self._types[column.question].to_cell(value)
        if isinstance(value, str):
            return neutral(value)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return neutral(json.dumps(value, ensure_ascii=False))
        return value


def _open(file: BinaryIO, context: Context) -> Writer:
    return Csv(file, context)


def _losses(context: Context) -> Sequence[str]:
    survey = context.survey
    losses = []
    typed = [name for name, seen in survey.fields.items() if type_of(seen) != "text"]
    if typed:
        losses.append(f"CSV has only text: the types of {', '.join(typed[:8])} are lost.")
    if survey.uneven:
        losses.append("CSV cannot tell a field that an item lacks from one that is empty.")
    if survey.broken:
        losses.append("Half characters (lone surrogates) became ?.")
    return losses


FORMAT: Final = Format(".csv", _open, _losses, streams=True)
