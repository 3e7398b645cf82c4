"""Looks over everything to be exported once, so that a table's columns and their types are known before its rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.exchange.exported import Exported, Given, notes_beside

CellType = Literal["text", "whole", "number", "truth", "texts", "json"]


@dataclass(slots=True)
class Survey:
    """Types seen by data field and by question; `also` are the optional columns that something stands in.

    `names` collects the labels given to each question, as text; `uneven` tells that some item lacks some field.
    """

    fields: dict[str, set[CellType]] = field(default_factory=dict)
    labels: dict[str, set[CellType]] = field(default_factory=dict)
    names: dict[str, set[str]] = field(default_factory=dict)
    media: dict[str, str] = field(default_factory=dict)
    also: set[str] = field(default_factory=set)
    golden: set[str] = field(default_factory=set)
    statuses: set[str] = field(default_factory=set)
    uneven: bool = False
    items: int = 0
    several: bool = False
    """Some item has labels of more than one answer."""
    people: set[str] = field(default_factory=set)
    """Who has given a label."""
    broken: bool = False
    """Some text holds half of a character, which only JSON can carry."""

    def see(self, one: Exported) -> None:
        self.items += 1
        if self.items > 1 and one.data.keys() != self.fields.keys():
            self.uneven = True
        for name, value in one.data.items():
            types = self.fields.setdefault(name, set())
            if value is not None:
                types.add(_type(value))
                self._whole_characters(value)
        for media in one.media:
            self.media[media["field"]] = media["kind"]
        labelled = [answer.person for answer in one.answers if answer.status == "live" and answer.labels]
        self.several = self.several or len(labelled) > 1
        self.people.update(labelled)
        self.statuses.update(answer.status for answer in one.answers)
        self._see_labels(one)
        self._see_more(one)

    def _see_labels(self, one: Exported) -> None:
        given: list[Mapping[str, Any]] = [answer.labels for answer in one.answers if answer.labels]
        if one.merged is not None:
            given += [one.merged.labels, *_tied(one.merged.ties)]
        if one.gold:
            given.append(one.gold)
            self.golden |= set(one.gold)
        for labels in given:
            for name, label in labels.items():
                if label is not None:
                    self.labels.setdefault(name, set()).add(_type(label))
                    self.names.setdefault(name, set()).update(_texts(label))

    def _see_more(self, one: Exported) -> None:
        """Looked at one by one, without a collection of them all: this is done for every item there is."""
        also = self.also.add
        for answer in one.answers:
            self._see_beside(answer)
            if one.notes and notes_beside(one, answer):
                also("notes")
        if one.merged is not None:
            if one.merged.ties:
                also("tie")
            if one.merged.reviewed:
                also("reviewed")
            if one.notes:
                also("notes")
        if one.gold and one.explanation:
            also("explanation")
        if one.suggestion:
            also("suggestion")
        if one.priority:
            also("priority")
        if one.overlap is not None:
            also("overlap")
        if one.media:
            also("media")

    def _see_beside(self, answer: Given) -> None:
        if answer.unsure:
            self.also.add("unsure")
        if answer.aid is not None:
            self.also.add("suggestion_shown")
        if answer.note:
            self.also.add("note")
        if answer.superseded_at is not None:
            self.also.update(("kind", "superseded_at"))

    def _whole_characters(self, value: Any) -> None:
        if isinstance(value, str) and not value.isascii():
            self.broken = self.broken or any("\ud800" <= letter <= "\udfff" for letter in value)


def type_of(seen: set[CellType]) -> CellType:
    """The one type that holds all that was seen."""
    if len(seen) == 1:
        return next(iter(seen))
    return "text" if not seen else "number" if seen <= {"whole", "number"} else "json"


def _type(value: Any) -> CellType:
    if isinstance(value, str):
        return "text"
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, int):
        return "whole" if -(2**63) <= value < 2**63 else "json"
    if isinstance(value, float):
        return "number"
    return "texts" if isinstance(value, list) and all(isinstance(one, str) for one in value) else "json"


def _texts(label: Any) -> Iterable[str]:
    if isinstance(label, str):
        return (label,)
    held = (one.get("label") if isinstance(one, Mapping) else one for one in label) if isinstance(label, list) else ()
    return (one for one in held if isinstance(one, str))


def _tied(ties: Mapping[str, tuple[Any, ...]]) -> Iterable[Mapping[str, Any]]:
    return ({name: label} for name, tied in ties.items() for label in tied)
