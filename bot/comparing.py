"""An item's answers side by side with what they come to, for a reviewer: in words, and as a picture of the marks."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot import doors, goldmaking, reviewing, serving, weighing
from bot.characters import cut, item_name, storable
from bot.chat import Media, Message, Part, Text
from bot.draft import doubted
from bot.face import as_media
from bot.golden import DESCRIBED
from bot.labels import LABEL_TYPES
from bot.labels.base import Label
from bot.project import Project, Question, question_of
from bot.quality.consensus import Merged
from bot.quality.values import frozen
from bot.reviewcall import REVIEWERS
from bot.reviewing import Judge, Voice, on, patiently, plainly, slow
from bot.subject import picture_of
from bot.turn import Turn, snippet
from bot.wording import Figure, Phrase, phrase, say
from storage import naming, projects, reviews
from storage.database import Transaction

MOST = 8
"""Answers that fit beside one another."""
SUREST = 99
"""Per cent: nothing that people say is certain."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What an item holds and what people made of it. People go by their pseudonyms."""

    project: Project
    key: str
    data: Mapping[str, Any]
    media: Sequence[Mapping[str, Any]]
    given: Sequence[Voice]
    item: int = 0
    gold: Mapping[str, Any] | None = None
    decided: Mapping[str, Label] | None = None
    """What a reviewer decided; None where nobody has."""
    judge: Judge = plainly
    """How the answers are merged, so quickly that a tap may wait for it."""

    def proposed(self, patient: bool = False) -> dict[str, Label] | None:
        """What a reviewer would make gold: the decision there is, else what the answers come to; None where they come
        to nothing. Only who is `patient` has masks merged that differ: that takes longer than a tap may."""
        if self.decided is not None:
            return dict(self.decided)
        found: dict[str, Label] = {}
        for question in self.project.questions:
            labels = on(question, self.given)
            slowly = patient and slow(question, [label for _, label in labels])
            judge = patiently if slowly else self.judge
            merged = judge(question, labels).value if labels else None
            if merged is not None and not reviewing.gone(question, self.given, merged):
                found[question.name] = merged
            elif labels:
                return None
        return found or None

    def text(self, language: str) -> Text:
        heading = Part(f"{self.project.title} · {item_name(self.key)}\n", "bold")
        if not self.given and self.decided is None:
            return (heading, Part(say(language, phrase("item.nobody"))), *self._gold(language))
        parts = [heading, Part(snippet(dict(self.data)), "quiet")]
        for question in self.project.questions:
            parts.append(Part("\n" + "\n".join(self._lines(question, language))))
        return (*parts, *self._gold(language))

    def _gold(self, language: str) -> Text:
        """What is known to be right."""
        if self.gold is None:
            return ()
        known = {one: self.gold[one.name] for one in self.project.questions if one.name in self.gold}
        told = ", ".join(say(language, LABEL_TYPES[one.type].describe(one, label)) for one, label in known.items())
        return (Part("\n" + say(language, phrase("gold.is", label=cut(told, DESCRIBED))), "bold"),)

    def _lines(self, question: Question, language: str) -> list[str]:
        kind = LABEL_TYPES[question.type]
        lines = [] if self.project.single else [question.title]
        given = [one for one in self.given if question.name in one.label]
        if self.decided is not None and self.decided.get(question.name) is not None:
            told = say(language, kind.describe(question, self.decided[question.name]))
            lines.append(say(language, phrase("item.decided", label=told)))
        elif not drawn_on(question):
            lines.append(self.consensus(question, language))
        lines += [f"{one.public}: {said_by(language, question, one)}" for one in given]
        return lines + [f"{one.public}: {say(language, phrase('card.unsure'))}" for one in self.doubting(question)]

    def doubting(self, question: Question) -> list[Voice]:
        """The answers that are "not sure" to this question."""
        return [one for one in self.given if doubted(self.project, question, one.label, one.unsure)]

    def consensus(self, question: Question, language: str) -> str:
        """A line on what the labels come to and how sure that is."""
        labels = on(question, self.given)
        if not labels:
            return say(language, phrase("item.nobody"))
        merged, kind = self.judge(question, labels), LABEL_TYPES[question.type]
        told = "" if merged.value is None else say(language, kind.describe(question, merged.value))
        if reviewing.gone(question, self.given, merged.value):
            told = say(language, phrase("item.gone", label=told))
        return say(language, consensus_line(merged, labels, told))

    def picture(self, language: str) -> tuple[Mapping[str, Any], dict[str, Any]] | None:
        """The picture that people drew in and the comparison to paint over it; None where there is none."""
        for question in self.project.questions:
            there = picture_of(question, self.media)
            if drawn_on(question) and there is not None and self.given:
                return there, {"compare": self._comparison(question, language)}
        return None

    def _comparison(self, question: Question, language: str) -> dict[str, Any]:
        versions = [
            {"title": one.public, "label": one.label[question.name]} for one in self.given if question.name in one.label
        ]
        return {"question": question.as_config(), "versions": versions[:MOST], "language": language}


def said_by(language: str, question: Question, one: Voice) -> str:
    """What somebody said to a question, and whether the project no longer has it."""
    said = say(language, LABEL_TYPES[question.type].describe(question, one.label[question.name]))
    return say(language, phrase("item.gone", label=said)) if question.name in one.gone else said


def consensus_line(merged: Merged[Label], labels: Sequence[tuple[int, Label]], told: str) -> Phrase:
    """What people's labels come to, in the words `told`, and how sure that is."""
    if merged.value is None:
        return phrase("item.tie")
    if not merged.likely:
        return phrase("item.consensus", label=told, confidence=Figure(merged.confidence, 2))
    best = frozen(merged.value)
    count = sum(frozen(label) == best for _, label in labels)
    percent = min(SUREST, round(100 * merged.confidence))
    return phrase("item.likely", label=told, count=count, people=len(labels), percent=percent)


def drawn_on(question: Question) -> bool:
    """Whether people answer by marks on a picture."""
    return LABEL_TYPES[question.type].ABOUT == "image"


def panel(comparison: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The merged label and then each single one, as `bot.media.painting` wants them. Slow where there are masks: for
    the child process that paints."""
    question = question_of(comparison["question"])
    kind = LABEL_TYPES[question.type]
    labels = [one["label"] for one in comparison["versions"]]
    merged = kind.merge(question, labels, None)
    told = phrase("item.tie") if merged.value is None else phrase("item.sure", confidence=Figure(merged.confidence, 2))
    empty: list[Label] = []
    drawn = kind.drawn(question, empty if merged.value is None else merged.value)
    shown = [{"title": say(comparison["language"], told), **drawn}]
    return shown + [{"title": one["title"], **kind.drawn(question, one["label"])} for one in comparison["versions"]]


def item(turn: Turn, key: str) -> None:
    """Shows a reviewer what was made of an item of the project they are in."""
    here = turn.person.project
    role = None if here is None else doors.role_in(turn, here)
    if here is None or role not in REVIEWERS:
        turn.tell(phrase("refused.reviewer"))
        return
    if not key.strip():
        turn.tell(phrase("item.which"))
        return
    row = projects.by_id(turn.tx, here)
    if not serving.may_show(turn, here, row.version):
        turn.tell(serving.not_here(turn, here, row.version))
        return
    found = compared(turn.tx, here, turn.schema(row.id, row.version), key.strip())
    if found is None:
        turn.tell(phrase("item.unknown", item=key.strip()[:80]))
        return
    buttons = goldmaking.beneath(turn, found)
    turn.post(Message(text=found.text(turn.language), media=_media(found, turn.language), buttons=buttons))


def compared(tx: Transaction, project: int, asked: Project, key: str) -> Compared | None:
    """None where the project has no item of that name."""
    row = naming.called(tx, project, storable(key))
    if row is None:
        return None
    decision = reviews.standing(tx, row.id)
    decided = None if decision is None else decision.label
    version = projects.by_id(tx, project).version
    given = reviewing.voices(asked, reviews.given(tx, row.id), version)
    judge = weighing.judge(tx, project, asked, row.id)
    return Compared(asked, row.key, row.data, row.media or (), given, row.id, row.gold, decided, judge)


def _media(found: Compared, language: str) -> tuple[Media, ...]:
    drawing = drawing_of(found, language)
    return tuple(as_media(one) for one in found.media) if drawing is None else (drawing,)


def drawing_of(found: Compared, language: str) -> Media | None:
    """The picture that people drew in, to be painted with their answers beside it; None where there is none."""
    picture = found.picture(language)
    if picture is None:
        return None
    kept, drawing = picture
    return replace(as_media(kept), drawing=json.dumps(drawing, separators=(",", ":")))
