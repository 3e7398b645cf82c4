"""Label Studio's tasks: data, annotations (answers, skips, gold) and predictions (suggestions)."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.exchange import records
from bot.exchange.labels import refusal
from bot.exchange.problems import BadRow
from bot.exchange.raw import Raw
from bot.exchange.records import Record
from bot.exchange.sentences import counted, listed
from bot.exchange.shapes import given
from bot.labels import LABEL_TYPES
from bot.labels.base import ABOUT_NOTHING, BadAnswer
from bot.labels.studio import size_of, turned
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


_MARKS: Final = {
    "boxes": (("rectanglelabels", "polygonlabels"), ("brushlabels",)),
    "masks": (("brushlabels", "polygonlabels"),),
    "spans": (("labels",),),
}
"""What of several kinds of results a single question takes for its own: the first of these groups that is there."""
_FORMS: Final = frozenset({"rectangle", "polygon", "brush"})


@dataclass(frozen=True, slots=True)
class Studio:
    """`version` is the project's present schema version; `mapping` may name the control (`from_name`) of a question.
    Annotations are answers; with `right` what they say together is gold instead, or else the prediction is."""

    project: Project
    version: int
    mapping: Mapping[str, str]
    right: bool = False

    def record(self, raw: Raw) -> Record:
        """Raises BadRow."""
        task = raw.cells
        if not isinstance(task.get("data"), Mapping):
            raise BadRow("it has no data")
        annotations, predictions = _listed(task, "annotations"), _listed(task, "predictions")
        dropped = [*_turned(annotations), *_turned(predictions), *self._foreign([*annotations, *predictions])]
        truth = next((one for one in annotations if one.get("ground_truth")), None)
        gold = None if truth is None else self.labels(truth.get("result")) or None
        answers = () if self.right else tuple(self._answers(annotations, dropped))
        suggestion = self._suggestion(predictions, dropped)
        if self.right:
            gold = gold or self._agreed(annotations, dropped)
            if not annotations and suggestion is not None:
                gold, suggestion = suggestion["label"], None
        meta = task.get("meta")
        item = meta.get("item") if isinstance(meta, Mapping) else None
        return Record(
            line=raw.line,
            key=records.key_of(item if item is not None else task.get("id")),
            data=dict(task["data"]),
            gold=gold,
            explanation=None if truth is None or not gold else records.explanation(truth.get("note")),
            suggestion=suggestion,
            answers=answers,
            dropped=tuple(dropped),
            counted=_counted([*annotations, *predictions]),
        )

    def _foreign(self, annotations: Sequence[Mapping[str, Any]]) -> Iterator[str]:
        """What stands beside the answers to the project's questions, and answers none of them."""
        left: Counter[str] = Counter()
        for one in annotations:
            results = _valued(one.get("result"))
            owned = {id(own) for question in self.project.questions for own in self._own(question, results)}
            left.update(str(result.get("type")) for result in results if id(result) not in owned)
        if left:
            kinds = listed(f"{count:,} {name}" for name, count in left.items())
            yield f"results that answer none of its questions: {kinds}"

    def _agreed(self, annotations: Sequence[Mapping[str, Any]], dropped: list[str]) -> dict[str, Any] | None:
        """What all annotations say; None where they differ, or there is none."""
        found = [self.labels(one.get("result")) for one in annotations if not one.get("was_cancelled")]
        if any(one != found[0] for one in found):
            dropped.append("its annotations differ, and none of them is marked as the truth")
            return None
        return found[0] or None if found else None

    def _answers(self, annotations: Sequence[Mapping[str, Any]], dropped: list[str]) -> Iterator[IncomingAnswer]:
        """Those that can be taken. Raises BadRow where none can: nothing is known then of what people said."""
        asked = [one for one in annotations if not _only_gold(one)]
        bad = 0
        for one in asked:
            try:
                yield self._answer(one)
            except BadRow as problem:
                dropped.append(f"annotation {one.get('id')}: {problem}")
                bad += 1
                if bad == len(asked):
                    raise

    def labels(self, results: Any) -> dict[str, Any]:
        """Raises BadRow for a label that the project does not have."""
        every = results if isinstance(results, list) else []
        valued = _valued(results)
        owned = {question.name: self._own(question, valued) for question in self.project.questions}
        broken = any(not isinstance(one, Mapping) or _valueless(one) for one in every)
        known = sum(map(len, owned.values())) >= len(valued) and not broken
        found: dict[str, Any] = {}
        for question in self.project.questions:
            if owned[question.name]:
                found[question.name] = _read(question, owned[question.name])
            elif known and isinstance(results, list) and LABEL_TYPES[question.type].EDITOR and not question.show_if:
                # Somebody has looked, and marked nothing.
                found[question.name] = []
        return found

    def _own(self, question: Question, results: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Results of the control called as the question is; with one question, of whatever control there is."""
        name = self.mapping.get(question.name, question.name)
        named = [one for one in results if str(one.get("from_name")).removesuffix(f"_{one.get('type')}") == name]
        if named or not self.project.single:
            return named
        groups = [[one for one in results if one.get("type") in kinds] for kinds in _MARKS.get(question.type, ())]
        return next(filter(None, groups), list(results))

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


def _only_gold(annotation: Mapping[str, Any]) -> bool:
    """A true label that nobody is named for is no answer."""
    return bool(annotation.get("ground_truth")) and annotation.get("completed_by") is None


def _completed_by(value: Any) -> str:
    if isinstance(value, Mapping):
        value = value.get("id") or value.get("email")
    return "studio" if value is None else f"studio-{value}" if isinstance(value, int) else str(value)


def _read(question: Question, results: Sequence[Mapping[str, Any]]) -> Any:
    """Raises BadRow, which names the kind of the first result that cannot be read."""
    try:
        return LABEL_TYPES[question.type].from_studio(question, results, ABOUT_NOTHING)
    except BadAnswer as error:
        bad = next((one for one in results if question.type in _MARKS and not _reads(question, one)), None)
        if bad is None or error.said.key == "label.unknown":
            raise refusal(question, error) from error
        raise BadRow(f"a result of the type {bad.get('type')} cannot be read as {question.type}") from error


def _reads(question: Question, result: Mapping[str, Any]) -> bool:
    try:
        LABEL_TYPES[question.type].from_studio(question, [result], ABOUT_NOTHING)
    except BadAnswer:
        return False
    return True


def _valued(results: Any) -> list[Mapping[str, Any]]:
    """Those with a value. Of a form and its label, drawn with two controls, the label has all that the form has."""
    listed = [one for one in results if isinstance(one, Mapping)] if isinstance(results, list) else []
    named = {one.get("id") for one in listed if one.get("type") == "labels"}
    return [
        one
        for one in listed
        if isinstance(one.get("value"), Mapping) and not (one.get("type") in _FORMS and one.get("id") in named)
    ]


def _valueless(result: Mapping[str, Any]) -> bool:
    return result.get("type") != "relation" and not isinstance(result.get("value"), Mapping)


def _results(annotations: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for one in annotations:
        held = one.get("result")
        yield from (result for result in held if isinstance(result, Mapping)) if isinstance(held, list) else ()


def _counted(annotations: Sequence[Mapping[str, Any]]) -> tuple[int, int] | None:
    """The size of the picture that all was marked on."""
    return next((size for one in _results(annotations) if (size := size_of(one))), None)


def _turned(annotations: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    count = sum(turned(one) for one in _results(annotations))
    if count:
        yield f"the turn of {counted(count, 'box', 'boxes')}; the upright ones around them are taken"
