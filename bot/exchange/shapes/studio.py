"""Label Studio's tasks: data, annotations (answers, skips, gold) and predictions (suggestions)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.exchange import records
from bot.exchange.labels import refusal
from bot.exchange.problems import BadRow
from bot.exchange.raw import Raw
from bot.exchange.records import Record
from bot.exchange.shapes import given
from bot.labels import LABEL_TYPES
from bot.labels.base import BadAnswer
from bot.project import Project, Question
from storage.items import IncomingAnswer

EPOCH_TEXT: Final = "1970-01-01T00:00:00Z"
_COUNTS: Final = frozenset({"total_annotations", "cancelled_annotations", "total_predictions", "comment_count"})
_OF_A_TASK: Final = _COUNTS | {
    *("id", "data", "meta", "inner_id", "created_at", "updated_at", "project", "overlap", "allow_skip", "is_labeled"),
    *("file_upload", "updated_by", "comment_authors", "unresolved_comment_count", "last_comment_updated_at"),
    *("drafts", "annotations", "predictions"),
}


def is_task(cells: Mapping[str, Any]) -> bool:
    if not isinstance(cells.get("data"), Mapping):
        return False
    return any(isinstance(cells.get(name), list) for name in ("annotations", "predictions")) or set(cells) <= _OF_A_TASK


@dataclass(frozen=True, slots=True)
class Studio:
    """`version` is the project's present schema version; `mapping` may name the control (`from_name`) of a question.
    With `right` a task's first annotation, else its prediction, is gold and none is an answer."""

    project: Project
    version: int
    mapping: Mapping[str, str]
    right: bool = False

    def record(self, raw: Raw) -> Record:
        """Raises BadRow."""
        task = raw.cells
        if not isinstance(task.get("data"), Mapping):
            raise BadRow("it has no data")
        annotations = _listed(task, "annotations")
        if self.right:
            annotations = _as_gold(annotations, _listed(task, "predictions"))
        gold = next((one for one in annotations if one.get("ground_truth")), None)
        dropped: list[str] = []
        answers = list(self._answers(annotations, dropped))
        suggestion = self._suggestion(_listed(task, "predictions"), dropped)
        meta = task.get("meta")
        item = meta.get("item") if isinstance(meta, Mapping) else None
        return Record(
            line=raw.line,
            key=records.key_of(item if item is not None else task.get("id")),
            data=dict(task["data"]),
            gold=None if gold is None else self.labels(gold.get("result")) or None,
            suggestion=suggestion,
            answers=tuple(answers),
            dropped=tuple(dropped),
        )

    def _answers(self, annotations: Sequence[Mapping[str, Any]], dropped: list[str]) -> Iterator[IncomingAnswer]:
        """Those that can be taken. Raises BadRow where none can: nothing is known then of what people said."""
        asked = [one for one in annotations if not _only_gold(one)]
        for one in asked:
            try:
                yield self._answer(one)
            except BadRow as problem:
                dropped.append(f"annotation {one.get('id')}: {problem}")
                if len(dropped) == len(asked):
                    raise

    def labels(self, results: Any) -> dict[str, Any]:
        """Raises BadRow for a label that the project does not have."""
        found: dict[str, Any] = {}
        every = results if isinstance(results, list) else []
        listed = [one for one in every if isinstance(one, Mapping) and isinstance(one.get("value"), Mapping)]
        for question in self.project.questions:
            own = self._own(question, listed)
            if own:
                found[question.name] = _read(question, own)
        return found

    def _own(self, question: Question, results: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Results of the control called as the question is; with one question, of whatever control there is."""
        name = self.mapping.get(question.name, question.name)
        named = [one for one in results if str(one.get("from_name")).removesuffix(f"_{one.get('type')}") == name]
        return named or (list(results) if self.project.single else [])

    def _suggestion(self, predictions: Sequence[Mapping[str, Any]], dropped: list[str]) -> dict[str, Any] | None:
        """The prediction its model was surest of, among those that can be taken."""
        found: list[dict[str, Any]] = []
        for one in predictions:
            try:
                read = records.suggestion(self.labels(one.get("result")), one.get("score"), one.get("model_version"))
            except BadRow as problem:
                dropped.append(f"prediction {one.get('id') or one.get('model_version') or ''}: {problem}")
            else:
                found += [read] if read else []
        return max(found, key=lambda one: float(one.get("score") or 0.0), default=None)

    def _answer(self, annotation: Mapping[str, Any]) -> IncomingAnswer:
        skipped = bool(annotation.get("was_cancelled"))
        labels = None if skipped else self.labels(annotation.get("result"))
        if labels is not None and not labels:
            raise BadRow(f"annotation {annotation.get('id')} answers none of the project's questions")
        person = str(annotation.get("person") or _completed_by(annotation.get("completed_by")))
        when = annotation.get("created_at") or annotation.get("updated_at") or EPOCH_TEXT
        return given.answer(
            person=person,
            name=f"Label Studio {person}".strip(),
            kind="skip" if skipped else "label",
            labels=labels,
            note=annotation.get("note"),
            version=self.version,
            seconds=annotation.get("lead_time"),
            answered_at=given.moment(when, "created_at"),
        )


def _listed(task: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = task.get(name)
    if value is not None and not isinstance(value, list):
        raise BadRow(f"{name} must be a list, and is {str(value)[:40]!r}")
    return [one for one in value or () if isinstance(one, Mapping)]


def _as_gold(
    annotations: Sequence[Mapping[str, Any]], predictions: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """The one that is known to be right, said by nobody: what is marked as true, else the first given, else the first
    prediction."""
    given = [one for one in annotations if not one.get("was_cancelled")]
    known = [one for one in given if one.get("ground_truth")]
    first = next(iter([*known, *given, *predictions]), None)
    return [] if first is None else [{"ground_truth": True, "result": first.get("result")}]


def _only_gold(annotation: Mapping[str, Any]) -> bool:
    """A true label that nobody is named for is no answer."""
    return bool(annotation.get("ground_truth")) and annotation.get("completed_by") is None


def _completed_by(value: Any) -> str:
    if isinstance(value, Mapping):
        value = value.get("id") or value.get("email")
    return "studio" if value is None else f"studio-{value}" if isinstance(value, int) else str(value)


def _read(question: Question, results: Sequence[Mapping[str, Any]]) -> Any:
    problem: BadAnswer | None = None
    for result in results:
        try:
            return LABEL_TYPES[question.type].from_studio(question, result)
        except BadAnswer as error:
            problem = problem or error
    assert problem is not None
    raise refusal(question, problem)
