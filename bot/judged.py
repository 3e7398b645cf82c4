"""Labels from the page, judged before the transaction that saves them: a large mask takes longer than people wait."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from threading import Lock
from typing import Final

from bot.labels import LABEL_TYPES
from bot.labels.base import BadAnswer, Label, Subject
from bot.project import Question
from bot.wording import phrase

KEPT: Final = 16
"""Verdicts that wait for their transaction; one that was dropped is found again there."""
Place = tuple[str, int]
"""A card's nonce and the step it is at: what is asked there of which item never changes."""


class Judged:
    def __init__(self) -> None:
        self._found: OrderedDict[tuple[Place, bytes], Label | BadAnswer] = OrderedDict()
        self._lock = Lock()

    def ahead(self, place: Place, question: Question, marks: str, about: Subject) -> None:
        """In whatever thread."""
        verdict = _verdict(question, marks, about)
        with self._lock:
            self._found[place, _digest(marks)] = verdict
            while len(self._found) > KEPT:
                self._found.popitem(last=False)

    def label(self, place: Place, question: Question, marks: str, about: Subject) -> Label:
        """The label that `marks`, JSON, is of this item. Raises BadAnswer."""
        with self._lock:
            known = (place, _digest(marks)) in self._found
            verdict = self._found.get((place, _digest(marks)))
        if not known:
            verdict = _verdict(question, marks, about)
        if isinstance(verdict, BadAnswer):
            raise verdict
        return verdict


def _verdict(question: Question, marks: str, about: Subject) -> Label | BadAnswer:
    kind = LABEL_TYPES[question.type]
    try:
        return kind.fit(question, kind.read(question, json.loads(marks)), about)
    except BadAnswer as error:
        return error
    except (ValueError, RecursionError):
        return BadAnswer(phrase("label.missing"))


def _digest(marks: str) -> bytes:
    return hashlib.sha256(marks.encode("utf-8", "surrogatepass")).digest()
