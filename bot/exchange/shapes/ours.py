"""Our own exports, coming back: rows of answers or of items, nested (JSONL) or flat (CSV, Parquet)."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.exchange import records
from bot.exchange.labels import read_labels
from bot.exchange.problems import BadRow
from bot.exchange.raw import Raw, plain
from bot.exchange.records import Kept, Record
from bot.exchange.shapes import given
from bot.project import Project
from storage.items import IncomingAnswer

ANSWERS: Final = frozenset({"item", "label", "person", "status", "answered_at", "schema_version"})
ITEMS: Final = frozenset({"item", "label", "confidence", "answers", "agreement"})
STATUSES: Final = {"live": "label", "skipped": "skip", "flagged": "flag", "late": "late", "superseded": "label"}
AIDS: Final = ("shown", "withheld", "wrong")
OPTIONAL: Final = frozenset(
    {
        *("seconds", "note", "notes", "kind", "superseded_at", "media", "gold", "suggestion", "priority", "overlap"),
        *("tie", "state", "reviewed", "unsure", "suggestion_shown", "explanation"),
    }
)
_NEUTRAL: Final = re.compile(r"'+[=+\-@\t\r\n]")
CONSENSUS: Final = "consensus"
_OF_WORDS: Final = ("tokens", "ner_tags")


def level_of(columns: Iterable[str]) -> str | None:
    """`answers` or `items`, if these are the columns of an export of ours."""
    names = {name.partition(".")[0] for name in columns}
    if names >= ANSWERS:
        return "answers"
    return "items" if names >= ITEMS else None


def unneutral(cell: str) -> str:
    """A cell as it was before it was made harmless for spreadsheets."""
    return cell[1:] if _NEUTRAL.match(cell) else cell


@dataclass(frozen=True, slots=True)
class Ours:
    """`versions` is how many schema versions the project has; with `right` the label that all agreed on is gold."""

    project: Project
    versions: int
    level: str
    texts: bool
    right: bool = False

    def record(self, raw: Raw) -> Record:
        """Raises BadRow."""
        row = self._nested(raw.cells)
        if not isinstance(row.get("data"), Mapping):
            raise BadRow("it has no data")
        gold, suggested = row.get("gold"), row.get("suggestion")
        if self.right and gold in (None, ""):
            gold = row.get("label")
        return Record(
            line=raw.line,
            key=records.key_of(row.get("item")),
            data=row["data"],
            gold=None if gold in (None, "", {}) else read_labels(self.project, plain(gold), self.texts, "gold"),
            explanation=records.explanation(row.get("explanation")),
            suggestion=self._suggestion(suggested) if isinstance(suggested, Mapping) else None,
            aside=None if self.right else self._consensus(row),
            priority=records.priority(row.get("priority")),
            overlap=records.overlap(row.get("overlap")),
            kept=_kept(row.get("media")),
            answers=(self._answer(row),) if self.level == "answers" else (),
        )

    def _nested(self, cells: Mapping[str, Any]) -> Mapping[str, Any]:
        """Flat columns put back where they belong: `label.x` is of question x, what we do not know is data."""
        if isinstance(cells.get("data"), Mapping):
            return cells
        row: dict[str, Any] = {"data": {}}
        made = self._made(cells)
        for name, value in ((name, value) for name, value in cells.items() if name not in made):
            value = unneutral(value) if self.texts and isinstance(value, str) else value
            self._place(row, name, value)
        return row

    def _place(self, row: dict[str, Any], name: str, value: Any) -> None:
        first, _, rest = name.partition(".")
        known = (ANSWERS if self.level == "answers" else ITEMS) | OPTIONAL
        if name in ("media", "suggestion") and isinstance(value, str):
            row[name] = _json(name, value) if value else None
        elif name in known:
            _single(row, name, isinstance(row.get(name), dict))
            row[name] = value
        elif first in ("label", "gold") and rest:
            _single(row, first, not isinstance(row.get(first, {}), dict))
            if value not in (None, ""):
                row.setdefault(first, {})[rest] = plain(value)
        elif first not in ("confidence", "agreement", "tie"):
            row["data"][rest if first == "data" else name] = value

    def _made(self, cells: Mapping[str, Any]) -> frozenset[str]:
        """Columns that an export for Hugging Face made from text and label: words and their tags."""
        marks = not self.texts and any(question.type == "spans" for question in self.project.questions)
        if not marks or not cells.keys() >= {*_OF_WORDS}:
            return frozenset()
        return frozenset(name for name in cells if name.partition(".")[0] in _OF_WORDS)

    def _suggestion(self, value: Mapping[str, Any]) -> dict[str, Any] | None:
        labels = value.get("label")
        read = {} if labels is None else read_labels(self.project, plain(labels), False, "suggestion")
        return records.suggestion(read, value.get("score"), value.get("model"))

    def _consensus(self, row: Mapping[str, Any]) -> dict[str, Any] | None:
        """Of exported items the label all agreed on comes back as a suggestion, where it has none of its own."""
        if self.level == "answers" or row.get("label") in (None, "", {}) or row.get("gold") not in (None, ""):
            return None
        labels = read_labels(self.project, plain(row["label"]), self.texts)
        sure = row.get("confidence")
        return records.suggestion(labels, None if isinstance(sure, Mapping) else sure, CONSENSUS)

    def _answer(self, row: Mapping[str, Any]) -> IncomingAnswer:
        kind = str(row.get("kind") or STATUSES.get(str(row.get("status"))))
        if kind not in STATUSES.values():
            raise BadRow(f"status must be one of {', '.join(STATUSES)}, and is {str(row.get('status'))[:40]!r}")
        when = given.moment(row.get("answered_at"), "answered_at")
        over = row.get("superseded_at") or (row["answered_at"] if row.get("status") == "superseded" else None)
        version = records.whole("schema_version", row.get("schema_version"), 1, 2**31 - 1) or self.versions
        person = str(row.get("person") or "somebody")
        unsure = str(row.get("unsure")).lower() in ("true", "1")
        return given.answer(
            person=person,
            name=f"imported {person}",
            kind=kind,
            labels=self._labels(row.get("label"), unsure) if kind in ("label", "late") else None,
            unsure=unsure,
            aid=_aid(row.get("suggestion_shown")),
            note=row.get("note"),
            version=min(version, self.versions),
            seconds=row.get("seconds"),
            answered_at=when,
            superseded_at=None if over is None else given.moment(over, "superseded_at"),
        )

    def _labels(self, value: Any, unsure: bool) -> dict[str, Any]:
        labels = {} if value in (None, "") else read_labels(self.project, plain(value), self.texts)
        if not labels and not unsure:
            raise BadRow("it has no label")
        return labels


def _aid(value: Any) -> str | None:
    if value not in (None, "", *AIDS):
        raise BadRow(f"suggestion_shown must be one of {', '.join(AIDS)}, and is {str(value)[:40]!r}")
    return value or None


def _single(row: Mapping[str, Any], name: str, twice: bool) -> None:
    if twice:
        raise BadRow(f"{name} is there as one column and as several ({name}.…); only one of both can be meant")


def _json(name: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise BadRow(f"{name} is no JSON: {str(error).partition(': line')[0]}") from None


def _kept(value: Any) -> dict[str, Kept]:
    listed = value if isinstance(value, list) else []
    return {
        str(one["field"]): Kept(
            kind=str(one.get("kind")),
            sha256=str(one["sha256"]),
            width=_size(one.get("width")),
            height=_size(one.get("height")),
            file=one.get("file"),
        )
        for one in listed
        if isinstance(one, Mapping) and "field" in one and "sha256" in one
    }


def _size(value: Any) -> int | None:
    return value if isinstance(value, int) and value > 0 else None
