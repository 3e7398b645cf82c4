"""What an export is made of: an item with the answers that were asked for, and what they come to together."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from bot.labels import LABEL_TYPES
from bot.labels.base import BadAnswer, Label
from bot.project import Project, Question
from bot.quality.consensus import disagreement
from storage.database import Row
from storage.exporting import AnswerRow

if TYPE_CHECKING:
    from bot.quality.crowd.labels import Crowd

Level = Literal["answers", "items"]
LIVE_STATUS: Final = {"label": "live", "skip": "skipped", "flag": "flagged", "late": "late"}
NOTES: Final = {"ask": "question"}
"""What notes are called in exports, where that is not as they are stored."""
DIGITS: Final = 4


class Given(NamedTuple):
    """One answer. `labels` is {question: label}, None for skips and flags; `kind` is told where the status hides it.
    `unsure`: the person was not sure of what has no label. `aid` is what became of the item's suggestion."""

    person: str
    kind: str
    status: str
    labels: Mapping[str, Label] | None
    note: str | None
    seconds: float | None
    answered_at: datetime
    superseded_at: datetime | None
    version: int
    unsure: bool = False
    aid: str | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A question that somebody asked about the item, or why they flagged it."""

    kind: str
    text: str
    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Merged:
    """What the live labels come to, by question; a tie has the label None. `reviewed`: a reviewer decided so."""

    labels: Mapping[str, Label]
    confidence: Mapping[str, float]
    agreement: Mapping[str, float]
    ties: Mapping[str, tuple[Label, ...]]
    answers: int
    reviewed: bool = False


class Exported(NamedTuple):
    """`answers` are those that were asked for; `merged` is only there for the level of items. None is not set. `notes`
    are those that go into the export: at the level of answers, of people who have one in it."""

    key: str
    data: Mapping[str, Any]
    media: Sequence[Mapping[str, Any]]
    gold: Mapping[str, Label] | None
    suggestion: Mapping[str, Any] | None
    priority: int
    overlap: int | None
    answers: tuple[Given, ...]
    merged: Merged | None = None
    notes: tuple[Note, ...] = ()
    explanation: str | None = None
    """Why its gold is right."""


def noted(row: Row) -> Note:
    return Note(kind=NOTES.get(row.kind, row.kind), text=row.text, person=row.public, at=row.created_at)


def given(row: AnswerRow, project: Project, version: int) -> Given:
    """Labels of older versions of the project by their present names."""
    return Given(
        person=row.person,
        kind=row.kind,
        status=LIVE_STATUS[row.kind] if row.live else "superseded",
        labels=row.label if row.label is None or row.version == version else present(project, row.label),
        note=row.note,
        seconds=None if row.milliseconds is None else row.milliseconds / 1000,
        answered_at=row.answered_at,
        superseded_at=row.superseded_at,
        version=row.version,
        unsure=row.unsure,
        aid=row.aid,
    )


class Merger:
    """Merges an item's answers to what the crowd's come to. `ids` are people's by their pseudonyms."""

    def __init__(self, project: Project, crowds: "Mapping[str, Crowd]", ids: Mapping[str, int]) -> None:
        self._questions, self._crowds, self._ids = project.questions, crowds, ids
        self._distances: dict[str, Callable[[Label, Label], float]] = {
            question.name: LABEL_TYPES[question.type].distance(question) for question in project.questions
        }

    def merge(self, item: int, answers: Sequence[Given]) -> Merged:
        labels: dict[str, Label] = {}
        confidence: dict[str, float] = {}
        agreement: dict[str, float] = {}
        ties: dict[str, tuple[Label, ...]] = {}
        for question in self._questions:
            people, values = self._given(question, answers)
            if not values:
                continue
            found = self._crowds[question.name].merged(item, people, values)
            labels[question.name] = found.value
            confidence[question.name] = round(found.confidence, DIGITS)
            if found.tie:
                ties[question.name] = found.tie
            if len(values) > 1:
                agreement[question.name] = round(1 - disagreement(values, self._distances[question.name]), DIGITS)
        return Merged(labels, confidence, agreement, ties, len(answers))

    def _given(self, question: Question, answers: Sequence[Given]) -> tuple[list[int], list[Label]]:
        asked = [one for one in answers if one.labels is not None and question.name in one.labels]
        return [self._ids[one.person] for one in asked], [(one.labels or {})[question.name] for one in asked]


def decided(merged: Merged, labels: Mapping[str, Label]) -> Merged:
    """What a reviewer decided, in the place of what the answers come to."""
    return Merged(labels, dict.fromkeys(labels, 1.0), merged.agreement, {}, merged.answers, reviewed=True)


def present(project: Project, labels: Mapping[str, Label]) -> dict[str, Label]:
    """The labels by the names they have now; what the project no longer has stays as it is."""
    questions = {question.name: question for question in project.questions}
    return {
        name: _renamed(questions[name], value) if name in questions and value is not None else value
        for name, value in labels.items()
    }


def _renamed(question: Question, value: Label) -> Label:
    try:
        return LABEL_TYPES[question.type].read(question, value)
    except BadAnswer:
        return value


def short(project: Project, by_question: Mapping[str, Any] | None) -> Any:
    """Of a single question its value, of several all of them; None where there is nothing."""
    if not by_question:
        return None
    return by_question.get(project.questions[0].name) if project.single else dict(by_question)


def moment(value: datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")


def answer_rows(project: Project, one: Exported) -> Iterator[dict[str, Any]]:
    """One row an answer. What is not said stays out, beyond the columns that every row has."""
    for answer in one.answers:
        row: dict[str, Any] = {
            "item": one.key,
            "data": one.data,
            "label": short(project, answer.labels),
            "person": answer.person,
            "status": answer.status,
            "seconds": answer.seconds,
            "answered_at": moment(answer.answered_at),
            "schema_version": answer.version,
        }
        if answer.unsure:
            row["unsure"] = True
        if answer.aid is not None:
            row["suggestion_shown"] = answer.aid
        if answer.note:
            row["note"] = answer.note
        if answer.superseded_at is not None:
            row |= {"kind": answer.kind, "superseded_at": moment(answer.superseded_at)}
        yield row | _also(project, one, notes_beside(one, answer))


def item_row(project: Project, one: Exported) -> dict[str, Any]:
    merged = one.merged
    assert merged is not None
    row: dict[str, Any] = {
        "item": one.key,
        "data": one.data,
        "label": short(project, merged.labels),
        "confidence": short(project, merged.confidence),
        "answers": merged.answers,
        "agreement": short(project, merged.agreement),
    }
    if merged.ties:
        row["tie"] = short(project, {name: list(tie) for name, tie in merged.ties.items()})
    if merged.reviewed:
        row["reviewed"] = True
    return row | _also(project, one, one.notes)


def notes_beside(one: Exported, answer: Given) -> Sequence[Note]:
    """What the person said of the item besides: a flag's own note stands in it already."""
    mine = [note for note in one.notes if note.person == answer.person]
    if answer.kind == "flag":
        mine = [note for note in mine if (note.kind, note.text) != ("flag", answer.note or "")]
    return mine


def rows(project: Project, level: Level, one: Exported) -> Iterator[dict[str, Any]]:
    return answer_rows(project, one) if level == "answers" else iter((item_row(project, one),))


def _also(project: Project, one: Exported, notes: Sequence[Note]) -> dict[str, Any]:
    """What an item has besides, so that it comes back as it was."""
    also: dict[str, Any] = {}
    if one.gold:
        also["gold"] = short(project, one.gold)
        if one.explanation:
            also["explanation"] = one.explanation
    if one.suggestion:
        labels = short(project, one.suggestion.get("label"))
        also["suggestion"] = {**one.suggestion, "label": labels}
    if one.priority:
        also["priority"] = one.priority
    if one.overlap is not None:
        also["overlap"] = one.overlap
    if one.media:
        names = ("field", "kind", "mime", "sha256", "name", "width", "height", "duration_ms", "file")
        also["media"] = [{name: media[name] for name in names if media.get(name) is not None} for media in one.media]
    if notes:
        also["notes"] = listed(notes)
    return also


def listed(notes: Sequence[Note]) -> list[dict[str, str]]:
    return [{"kind": one.kind, "text": one.text, "person": one.person, "at": moment(one.at)} for one in notes]


def as_json(value: Any) -> bytes:
    """Readable where it can be; half characters, which UTF-8 has no bytes for, stay escaped."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()
