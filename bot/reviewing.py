"""What a reviewer may decide of an item's answers: which questions are in dispute, what can be taken, who said what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeAlias

from bot import draft as drafts
from bot.draft import Draft
from bot.labels import LABEL_TYPES, pieces
from bot.labels.base import BadAnswer, Label, Said
from bot.project import Project, Question
from bot.quality.consensus import Merged
from bot.quality.values import frozen
from bot.wording import phrase

MOST: Final = 8
"""Ways to decide that are offered as buttons."""
SLOW: Final = "masks"
"""Labels that no transaction may merge: it would keep taps waiting (see `bot.labels.mask_votes`)."""
MANY: Final = 300
"""Marks of one item, of all people, beyond which they are as slow: pairing boxes grows with the cube of their number
(100 of each of three people take 20 ms, 500 of two 5 s)."""
MERGED: Final = "m"
OTHER: Final = "l"


class Answer(Protocol):
    """One person's answer to an item; `label` by question."""

    @property
    def id(self) -> int: ...
    @property
    def person(self) -> int: ...
    @property
    def public(self) -> str: ...
    @property
    def label(self) -> Mapping[str, Label]: ...
    @property
    def version(self) -> int: ...
    @property
    def unsure(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Voice:
    """An answer by the names that labels have now. What it says to the questions in `gone` the project no longer has:
    it counts, as in exports, and nobody can give it any more."""

    id: int
    person: int
    public: str
    label: Mapping[str, Label]
    unsure: bool = False
    gone: frozenset[str] = frozenset()

    def doubts(self, asked: Project, question: Question) -> bool:
        """Whether the answer to this question was "not sure"."""
        return drafts.doubted(asked, question, self.label, self.unsure)


@dataclass(frozen=True, slots=True)
class Way:
    """One way to decide a question. `argument` is what its button carries; `voices` gave just that label. One that is
    `gone` can only be shown."""

    argument: str
    label: Label
    title: Said
    voices: tuple[Voice, ...] = field(default=())
    proposed: bool = False
    gone: bool = False


def voices(asked: Project, given: Iterable[Answer], version: int) -> list[Voice]:
    """People's answers, those to older versions of the project by the present names."""
    return [_voice(asked, one, one.version != version) for one in given]


def _voice(asked: Project, one: Answer, old: bool) -> Voice:
    if not old:
        return Voice(one.id, one.person, one.public, one.label, one.unsure)
    label = present(asked, one.label)
    kept = {
        question.name: one.label[question.name]
        for question in asked.questions
        if question.name not in label and _alike(question, one.label.get(question.name))
    }
    return Voice(one.id, one.person, one.public, label | kept, one.unsure, frozenset(kept))


def present(asked: Project, label: Mapping[str, Label]) -> dict[str, Label]:
    """A label by the names that a version of the project has; what it does not know is left out."""
    read = {one.name: _read(one, label[one.name]) for one in asked.questions if one.name in label}
    return {name: said for name, said in read.items() if said is not None}


def _read(question: Question, label: Label) -> Label:
    """None for what the question does not know."""
    try:
        return LABEL_TYPES[question.type].read(question, label)
    except BadAnswer:
        return None


def _alike(question: Question, label: Label) -> bool:
    """Whether it is still such a label, as the report has it: none is after a change of the question's type."""
    kind = LABEL_TYPES[question.type]
    return type(label) is type(kind.EXAMPLE.label) or (not kind.EDITOR and pieces.segments(label) is not None)


def gone(question: Question, given: Iterable[Voice], label: Label) -> bool:
    """Whether that is what the project no longer has, as some of what was given is."""
    return any(question.name in one.gone for one in given) and _read(question, label) is None


Judge: TypeAlias = Callable[[Question, Sequence[tuple[int, Label]]], Merged[Label]]
"""What people's labels, (person, label), come to."""


def patiently(question: Question, labels: Sequence[tuple[int, Label]]) -> Merged[Label]:
    """By the plain vote, however slow that is."""
    return LABEL_TYPES[question.type].merge(question, [label for _, label in labels], None)


def plainly(question: Question, labels: Sequence[tuple[int, Label]]) -> Merged[Label]:
    """By the plain vote; of slow labels only where all are equal."""
    return consensus(question, [label for _, label in labels])


def on(question: Question, given: Iterable[Voice]) -> list[tuple[int, Label]]:
    """Who was asked it, and what they said."""
    return [(one.person, one.label[question.name]) for one in given if question.name in one.label]


def in_dispute(
    asked: Project, question: Question, labels: Sequence[tuple[int, Label]], confidence: float, judge: Judge
) -> bool:
    """Whether people differ, and their answers tie or come to less than `confidence` (0…1). Where overlap is adaptive
    a tie is none once it is known who is right: as many people were asked as that took."""
    said = [label for _, label in labels]
    if len({frozen(label) for label in said}) < 2:
        return False
    merged = judge(question, labels)
    if merged.value is None or merged.confidence < confidence:
        return True
    votes = merged.likely and asked.adaptive is None
    return votes and consensus(question, said).value is None


def slow(question: Question, labels: Sequence[Label]) -> bool:
    """Whether no transaction may merge or compare these labels."""
    return question.type == SLOW or sum(len(one) for one in labels if isinstance(one, list)) > MANY


def quick(asked: Project, given: Sequence[Mapping[str, Label]] = ()) -> bool:
    """Whether its answers, or those `given` to an item, may be merged within an event."""
    return not any(slow(one, [label[one.name] for label in given if one.name in label]) for one in asked.questions)


def disputed(asked: Project, given: Sequence[Voice], confidence: float, judge: Judge = patiently) -> bool:
    """Whether people differ on any question that they were asked."""
    return any(in_dispute(asked, one, on(one, given), confidence, judge) for one in asked.questions)


def forward(
    asked: Project, given: Sequence[Voice], done: Mapping[str, Label], confidence: float, every: bool, judge: Judge
) -> tuple[dict[str, Label], Question | None]:
    """What is decided so far with what needs no decision, and the question to decide next; None when there is no more.
    `every` question is asked, else those in dispute: of the others the consensus stands."""
    found = dict(done)
    while (question := drafts.current(asked, Draft(found))) is not None:
        labels = on(question, given)
        if not ways(question, given, judge):
            found[question.name] = None  # nobody was asked it, and it cannot be answered here
        elif not every and labels and not _open(asked, question, given, confidence, judge):
            found[question.name] = judge(question, labels).value
        else:
            return found, question
    return found, None


def _open(asked: Project, question: Question, given: Sequence[Voice], confidence: float, judge: Judge) -> bool:
    """Whether it has to be decided: what people agree on may be what nobody can give any more."""
    labels = on(question, given)
    said = [label for _, label in labels]
    if slow(question, said):
        disputed = len({frozen(label) for label in said}) > 1
    else:
        disputed = in_dispute(asked, question, labels, confidence, judge)
    return disputed or gone(question, given, judge(question, labels).value)


def consensus(question: Question, labels: Sequence[Label]) -> Merged[Label]:
    """What the labels come to; of slow ones only where all are equal."""
    if slow(question, labels):
        same = len({frozen(label) for label in labels}) == 1
        return Merged(labels[0] if same else None, float(same))
    return LABEL_TYPES[question.type].merge(question, labels, None)


def ways(question: Question, given: Sequence[Voice], judge: Judge) -> list[Way]:
    """The distinct answers, the proposed one first, then the more frequent ones; then what else may be taken. What the
    project no longer has is among them, `gone`."""
    groups: dict[object, list[Voice]] = {}
    for one in given:
        if question.name in one.label:
            groups.setdefault(frozen(one.label[question.name]), []).append(one)
    merged = judge(question, on(question, given))
    possible = merged.value is not None and not gone(question, given, merged.value)
    best = frozen(merged.value) if possible else None
    found = [_answered(question, some, key == best) for key, some in groups.items()]
    found.sort(key=lambda way: (not way.proposed, -len(way.voices)))
    found = found[:MOST]
    if possible and best not in groups:
        newest = max(one.id for some in groups.values() for one in some)
        found.insert(0, Way(f"{MERGED}{newest}", merged.value, phrase("review.take_merged"), proposed=True))
    return found + _others(question, [way.label for way in found], MOST - sum(not way.gone for way in found))


def _answered(question: Question, some: Sequence[Voice], proposed: bool) -> Way:
    label = some[0].label[question.name]
    told = LABEL_TYPES[question.type].describe(question, label)
    lost = any(question.name in one.gone for one in some)
    return Way(str(some[0].id), label, told, tuple(some), proposed, lost)


def _others(question: Question, known: Sequence[Label], room: int) -> list[Way]:
    """The labels of a choice that nobody gave, where they fit."""
    if question.type != "choice":
        return []
    kind, found = LABEL_TYPES[question.type], list[Way]()
    for place, one in enumerate(question.labels):
        try:
            label = kind.read(question, one.name)
        except BadAnswer:
            continue
        if label not in known:
            found.append(Way(f"{OTHER}{place}", label, one.title))
        if len(found) > room:
            return []
    return found


def differs(asked: Project, mine: Mapping[str, Label], decided: Mapping[str, Label]) -> bool:
    """Whether an answer is another one than was decided, as gold would be judged."""
    return bool(differing(asked, mine, decided))


def differing(asked: Project, mine: Mapping[str, Label], decided: Mapping[str, Label]) -> list[Question]:
    """The questions to which an answer says something else than was decided."""
    return [one for one in asked.questions if one.name in mine and _apart(one, mine[one.name], decided.get(one.name))]


def _apart(question: Question, mine: Label, decided: Label) -> bool:
    if decided is None:
        return False
    kind = LABEL_TYPES[question.type]
    if slow(question, (mine, decided)):
        return frozen(mine) != frozen(decided)
    return kind.distance(question)(mine, decided) > kind.RIGHT
