"""Labels from outside made to fit the very item they came with, once it is known what that item shows."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, TypeAlias

from bot.exchange.labels import refusal
from bot.exchange.pictures.counted import recounted
from bot.exchange.problems import BadRow
from bot.exchange.records import Record
from bot.labels import LABEL_TYPES
from bot.labels.base import BadAnswer, Label, Subject
from bot.project import ONLY_QUESTION, Project, Question
from bot.subject import missing, picture_of, subject
from storage.columns import dump
from storage.items import IncomingAnswer

Change: TypeAlias = Callable[[Mapping[str, Label]], dict[str, Label]]
LACKS: Final = {"image": "it has no picture to mark on", "text": "it has no text to mark"}


@dataclass(frozen=True, slots=True)
class Fitting:
    """`questions` are those that need something of an item; of other projects nothing is looked at."""

    project: Project
    questions: tuple[Question, ...]

    @staticmethod
    def of(project: Project) -> "Fitting":
        return Fitting(project, tuple(one for one in project.questions if LABEL_TYPES[one.type].ABOUT))

    def fit(self, record: Record, media: Sequence[Mapping[str, Any]]) -> Record:
        """Raises BadRow where the item cannot be asked about, or a label cannot be of it."""
        if not self.questions:
            return record
        about = {one.name: self._about(one, record, media) for one in self.questions}
        if record.counted is not None:
            record = self._all(record, partial(self._recounted, record.counted, media))
        return self._all(record, partial(self._fitted, about))

    def _all(self, record: Record, change: Change) -> Record:
        """The record with all its labels changed so."""
        suggestion, aside = (_inside(change, one) for one in (record.suggestion, record.aside))
        return replace(
            record,
            gold=None if record.gold is None else change(record.gold),
            suggestion=suggestion,
            aside=aside,
            answers=tuple(_answer(change, one) for one in record.answers),
        )

    def _recounted(
        self, counted: tuple[int, int], media: Sequence[Mapping[str, Any]], labels: Mapping[str, Label]
    ) -> dict[str, Label]:
        """Labels of pictures in the pixels of the upright original."""
        pictures = {
            one.name: picture_of(one, media) for one in self.questions if LABEL_TYPES[one.type].ABOUT == "image"
        }
        return {
            name: recounted(label, counted, picture) if (picture := pictures.get(name)) else label
            for name, label in labels.items()
        }

    def _about(self, question: Question, record: Record, media: Sequence[Mapping[str, Any]]) -> Subject:
        found = subject(self.project, question, record.data, media)
        lacks = missing(question, found)
        if lacks:
            raise BadRow(LACKS[lacks] if question.name == ONLY_QUESTION else f"{question.name}: {LACKS[lacks]}")
        return found

    def _fitted(self, about: Mapping[str, Subject], labels: Mapping[str, Label]) -> dict[str, Label]:
        return {name: self._one(name, label, about) for name, label in labels.items()}

    def _one(self, name: str, label: Label, about: Mapping[str, Subject]) -> Label:
        if name not in about or label is None:
            return label
        question = self.project.question(name)
        try:
            return LABEL_TYPES[question.type].fit(question, label, about[name])
        except BadAnswer as error:
            raise refusal(question, error) from error


def _answer(change: Change, one: IncomingAnswer) -> IncomingAnswer:
    return one if one.label is None else replace(one, label=dump(change(json.loads(one.label))))


def _inside(change: Change, suggestion: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if suggestion is None else {**suggestion, "label": change(suggestion["label"])}
