"""Label Studio JSON: a task an item, its answers as annotations, its suggestion as a prediction."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, BinaryIO, Final
from xml.sax.saxutils import quoteattr

from bot.exchange.exported import Exported, Given, as_json, listed, moment
from bot.exchange.pictures.pictured import scaled_label, served
from bot.exchange.shapes.ours import CONSENSUS
from bot.exchange.survey import type_of
from bot.exchange.writers.base import Context, Format, Writer
from bot.labels import LABEL_TYPES, transcript
from bot.labels.base import Label
from bot.labels.colours import COLOURS, colour
from bot.project import Project, Question
from bot.subject import picture_of, subject

OBJECTS: Final = {"image": "Image", "audio": "Audio", "video": "Video", "text": "Text"}
CARRIED: Final = ("live", "skipped")
ADDRESS: Final = "/data/local-files/?d="


class Studio:
    def __init__(self, file: BinaryIO, context: Context) -> None:
        self._file = file
        self._context = context
        self._to = {question.name: _field(context, question) for question in context.project.questions}
        self._number = 0
        file.write(b"[")

    def write(self, one: Exported) -> int:
        self._number += 1
        self._file.write((b",\n" if self._number > 1 else b"\n") + as_json(self._task(one)))
        return 1

    def finish(self) -> None:
        self._file.write(b"\n]\n")
        self._file.flush()

    def _task(self, one: Exported) -> dict[str, Any]:
        files = {media["field"]: ADDRESS + media["file"] for media in one.media if "file" in media}
        kept = [answer for answer in one.answers if answer.status in CARRIED]
        annotations = [self._annotation(one, place, answer) for place, answer in enumerate(kept, 1)]
        if one.gold:
            annotations.append(self._gold(one, len(annotations) + 1, one.gold))
        return {
            "id": self._number,
            "data": {**one.data, **files},
            "meta": {"item": one.key} | ({"notes": listed(one.notes)} if one.notes else {}),
            "annotations": annotations,
            "predictions": list(self._predictions(one)),
        }

    def _annotation(self, one: Exported, place: int, answer: Given) -> dict[str, Any]:
        skipped = not answer.labels
        found: dict[str, Any] = {
            "id": self._number * 1000 + place,
            "completed_by": self._context.people.get(answer.person, 0),
            "person": answer.person,
            "was_cancelled": skipped,
            "ground_truth": False,
            "lead_time": answer.seconds,
            "created_at": moment(answer.answered_at),
            "updated_at": moment(answer.answered_at),
            "result": [] if answer.labels is None else self._results(one, answer.labels),
        }
        return found | ({"note": answer.note} if answer.note else {})

    def _gold(self, one: Exported, place: int, gold: Mapping[str, Label]) -> dict[str, Any]:
        return {
            "id": self._number * 1000 + place,
            "was_cancelled": False,
            "ground_truth": True,
            "result": self._results(one, gold),
        } | ({"note": one.explanation} if one.explanation else {})

    def _predictions(self, one: Exported) -> Iterator[dict[str, Any]]:
        if one.suggestion and one.suggestion.get("label"):
            found = self._prediction(one, one.suggestion["label"], one.suggestion.get("score"))
            yield found | {"model_version": one.suggestion.get("model", "")}
        merged = one.merged
        labels = {name: label for name, label in merged.labels.items() if label is not None} if merged else {}
        if merged and labels:
            sure = min(merged.confidence[name] for name in labels)
            yield self._prediction(one, labels, sure) | {"model_version": CONSENSUS}

    def _prediction(self, one: Exported, labels: Mapping[str, Label], score: Any) -> dict[str, Any]:
        within = isinstance(score, (int, float)) and math.isfinite(score) and 0 <= score <= 1
        return {"result": self._results(one, labels)} | ({"score": score} if within else {})

    def _results(self, one: Exported, labels: Mapping[str, Label]) -> list[dict[str, Any]]:
        return [
            result
            for question in self._context.project.questions
            if labels.get(question.name) is not None
            for result in self._of_question(one, question, labels[question.name])
        ]

    def _of_question(self, one: Exported, question: Question, label: Label) -> Iterator[dict[str, Any]]:
        project, module = self._context.project, LABEL_TYPES[question.type]
        about = subject(project, question, one.data, one.media)
        if module.ABOUT == "image" and self._context.load is not None and (media := picture_of(question, one.media)):
            size, scale = served(self._context.load(media["sha256"]), media)
            label, about = scaled_label(label, size, scale), replace(about, size=size)
        results = module.to_studio(question, label, about)
        for place, found in enumerate(results, 1):
            control = _control(question, str(found["type"]))
            number = f"{self._number}-{control}" + (f"-{place}" if len(results) > 1 else "")
            yield {"id": number, "from_name": control, "to_name": self._to[question.name], **found}


def _control(question: Question, kind: str) -> str:
    """A label that its type writes in another way than most gets a control of its own."""
    return question.name if kind == _usual(question) else f"{question.name}_{kind}"


def _usual(question: Question) -> str:
    module = LABEL_TYPES[question.type]
    return str(module.to_studio(question, module.EXAMPLE.label, module.EXAMPLE.subject)[0]["type"])


def _field(context: Context, question: Question) -> str:
    """What of the items a question is about: the field that it names, else the first of its kind."""
    about, named = LABEL_TYPES[question.type].ABOUT, question.options.get("field")
    if about and isinstance(named, str):
        return named
    fields, media = context.survey.fields, context.survey.media
    if about == "image":
        return next((name for name in fields if media.get(name) == "image"), _main_field(context))
    if about == "text":
        texts = [name for name, seen in fields.items() if name not in media and type_of(seen) == "text"]
        return "text" if "text" in texts else next(iter(texts), _main_field(context))
    return _main_field(context)


def _main_field(context: Context) -> str:
    """What people look at: the first picture, sound or film, else the first text."""
    fields = context.survey.fields
    media = next((name for name in fields if name in context.survey.media), None)
    texts = (name for name, seen in fields.items() if type_of(seen) == "text")
    return media or next(texts, next(iter(fields), "text"))


def label_config(context: Context) -> str:
    """The labeling configuration that goes with the tasks."""
    fields = {question.name: _field(context, question) for question in context.project.questions}
    lines = []
    for field in dict.fromkeys(fields.values()):
        tag = OBJECTS[context.survey.media.get(field, "text")]
        lines.append(f"  <{tag} name={quoteattr(field)} value={quoteattr('$' + field)}/>")
    for question in context.project.questions:
        lines += [f"  {line}" for line in _controls(context.project, question, fields[question.name])]
    return "\n".join(["<View>", *lines, "</View>", ""])


MARKING: Final = {"rectanglelabels": "RectangleLabels", "brushlabels": "BrushLabels", "labels": "Labels"}


def _controls(project: Project, question: Question, field: str) -> Iterator[str]:
    module, to = LABEL_TYPES[question.type], f"toName={quoteattr(field)}"
    kind, name = _usual(question), f"name={quoteattr(question.name)}"
    labels = [f"  <Choice value={quoteattr(label.name)}/>" for label in question.labels]
    if kind in MARKING:
        yield from (f"<{MARKING[kind]} {name} {to}>", *_coloured(question), f"</{MARKING[kind]}>")
    elif kind == "choices":
        several = "multiple" if isinstance(module.EXAMPLE.label, list) else "single"
        yield from (f'<Choices {name} {to} choice="{several}">', *labels, "</Choices>")
    elif kind == "rating":
        yield f'<Rating {name} {to} maxRating="{question.options.get("scale", 5)}"/>'
    elif kind == "textarea":
        yield f"<TextArea {name} {to}/>"
    else:
        yield f"<{kind.capitalize()} {name} {to}/>"
        others = sorted({one for one in ("tie", "both_bad") if question.options.get(one, True)})
        choices = [f"  <Choice value={quoteattr(one)}/>" for one in others]
        yield from (f"<Choices name={quoteattr(question.name + '_choices')} {to}>", *choices, "</Choices>")


def _coloured(question: Question) -> Iterator[str]:
    for label in question.labels:
        shade = COLOURS[colour(question, label.name)]
        yield f"  <Label value={quoteattr(label.name)} background={quoteattr(shade)}/>"


def _open(file: BinaryIO, context: Context) -> Writer:
    return Studio(file, context)


def _losses(context: Context) -> Sequence[str]:
    losses = []
    if context.survey.also & {"priority", "overlap"}:
        losses.append("Label Studio tasks hold no priority and no overlap of their own.")
    if context.survey.statuses - set(CARRIED):
        left = ", ".join(sorted(context.survey.statuses - set(CARRIED)))
        losses.append(f"Label Studio knows labels and skips only; left out are those that are {left}.")
    if context.survey.also & {"tie"}:
        losses.append("A tie is no label, so tied items have no consensus there.")
    spoken = [one.name for one in context.project.questions if one.type == transcript.NAME]
    if any("json" in context.survey.labels.get(name, ()) for name in spoken):
        losses.append("Of clips that were heard in pieces Label Studio has the whole text, without the times.")
    return losses


FORMAT: Final = Format(".json", _open, _losses)
