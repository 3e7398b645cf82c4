"""What a person has marked so far on a card of one or several questions; pure, and undone step by step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from bot.labels import LABEL_TYPES, pieces
from bot.labels.base import Done, Given, Label, Marked, Step, Subject, Work
from bot.project import Project, Question

State: TypeAlias = tuple[Mapping[str, Label], Work]
KEPT_STEPS = 30
"""Undo reaches back this many taps on one card; a draft stays small. Through the pieces of a clip it reaches back all
the way: they are kept once."""


@dataclass(frozen=True, slots=True)
class Draft:
    """`done` holds the labels of the questions answered, None where the person was not sure; `work` what is marked of
    the present one, `trail` what both were before each step. `since` is the message of the card's former piece: what
    replies to that or to one above it is not for the present one."""

    done: Mapping[str, Label]
    work: Work = None
    trail: tuple[State, ...] = ()
    since: str = ""

    @property
    def touched(self) -> bool:
        return bool(self.trail)

    def as_json(self) -> dict[str, Any] | None:
        """None for an untouched draft."""
        if self == FRESH:
            return None
        since = {"since": self.since} if self.since else {}
        return {"done": self.done, "work": self.work, "trail": _packed(self.trail, self.work), **since}


FRESH = Draft({})


def load(stored: Any) -> Draft:
    if stored is None:
        return FRESH
    trail = _unpacked(stored["trail"], stored["work"])
    return Draft(stored["done"], stored["work"], trail, stored.get("since", ""))


def _packed(trail: Sequence[State], work: Work) -> list[list[Any]]:
    """Of pieces that were typed one after another each stands once, however many steps there were: a step says only how
    many there were then."""
    packed: list[list[Any]] = []
    for done, before in reversed(trail):
        count = pieces.added(before, work)
        packed.append([done, before] if count is None else [done, None, count])
        work = before
    return packed[::-1]


def _unpacked(packed: Sequence[Sequence[Any]], work: Work) -> tuple[State, ...]:
    trail: list[State] = []
    for done, before, *count in reversed(packed):
        work = pieces.first(work, count[0]) if count else before
        trail.append((done, work))
    return tuple(reversed(trail))


def current(project: Project, draft: Draft) -> Question | None:
    """The question to ask now; None when all that apply are answered."""
    return next((q for q in project.questions if q.name not in draft.done and applies(q, draft.done)), None)


def applies(question: Question, done: Mapping[str, Label]) -> bool:
    """Whether its `show_if` holds for the labels given before it."""
    if question.show_if is None:
        return True
    given = done.get(question.show_if.question)
    labels = given if isinstance(given, list) else [given]
    return any(str(label) in question.show_if.labels for label in labels if label is not None)


def step(project: Project, question: Question) -> int:
    """The question's place in the project: what a button's step says, so that a stale tap is told from a new one."""
    return project.questions.index(question)


def advance(question: Question, draft: Draft, given: Given | Marked, subject: Subject) -> Draft:
    """One tap, typed text or drawing further. The same draft comes back where nothing changes. Raises BadAnswer."""
    came = _step(question, draft.work, given, subject)
    trail = _trail(draft)
    if isinstance(came, Done):
        return replace(draft, done={**draft.done, question.name: came.label}, work=None, trail=trail)
    return draft if came.work == draft.work else replace(draft, work=came.work, trail=trail)


def unsure(question: Question, draft: Draft) -> Draft:
    """The draft with the question answered by "not sure"."""
    return replace(draft, done={**draft.done, question.name: None}, work=None, trail=_trail(draft))


def labels(draft: Draft) -> dict[str, Label]:
    """The labels given: nothing stands for what the person was not sure of."""
    return {name: label for name, label in draft.done.items() if label is not None}


def answered(project: Project, labels: Mapping[str, Label], unsure: bool) -> dict[str, Label]:
    """What an answer says to each question, in their order: None where the person was not sure."""
    done: dict[str, Label] = {}
    for question in project.questions:
        if question.name in labels:
            done[question.name] = labels[question.name]
        elif unsure and applies(question, done):
            done[question.name] = None
    return done


def doubted(project: Project, question: Question, labels: Mapping[str, Label], unsure: bool) -> bool:
    """Whether an answer says "not sure" to this question."""
    done = answered(project, labels, unsure)
    return question.name in done and done[question.name] is None


def _trail(draft: Draft) -> tuple[State, ...]:
    """What an undo from the next step leads back through."""
    trail = (*draft.trail, (draft.done, draft.work))
    return trail if pieces.are_in(draft.work) else trail[-KEPT_STEPS:]


def _step(question: Question, work: Work, given: Given | Marked, subject: Subject) -> Step:
    kind = LABEL_TYPES[question.type]
    if isinstance(given, Marked):
        return Done(given.value if given.fits else kind.fit(question, kind.read(question, given.value), subject))
    return kind.advance(question, work, given, subject)


def undo(draft: Draft) -> Draft:
    """One step back; the draft must be touched."""
    done, work = draft.trail[-1]
    return replace(draft, done=done, work=work, trail=draft.trail[:-1])


def corrected(draft: Draft, name: str, label: Label) -> Draft:
    """The draft with another label for a question answered already; what was answered after it stays."""
    trail = tuple(({**done, name: label} if name in done else done, work) for done, work in draft.trail)
    return replace(draft, done={**draft.done, name: label}, trail=trail)


def piece_corrected(draft: Draft, name: str, piece: int, text: str) -> Draft:
    """The draft with another text for one piece of the question `name`, typed already or yet to be undone to."""

    def mended(done: Mapping[str, Label], work: Work) -> State:
        label = pieces.with_text(done.get(name), piece, text)
        return {**done, name: label} if label else done, pieces.corrected(name, work, piece, text)

    done, work = mended(draft.done, draft.work)
    return replace(draft, done=done, work=work, trail=tuple(mended(*state) for state in draft.trail))


def reopened(draft: Draft, labels: Mapping[str, Label]) -> Draft:
    """A finished answer one step before its end, as `draft` was when it was finished, with labels corrected since."""
    for name in draft.done:
        draft = corrected(draft, name, labels.get(name, draft.done[name]))
    for name, label in labels.items():
        if name not in draft.done and pieces.segments(label) is not None:
            trail = tuple((done, pieces.again(name, work, label)) for done, work in draft.trail)
            draft = replace(draft, work=pieces.again(name, draft.work, label), trail=trail)
    return draft


def suggested(question: Question, suggestion: Any) -> Label:
    """The suggestion for this question, from what an item carries; None where there is none."""
    labels = suggestion.get("label") if isinstance(suggestion, Mapping) else None
    found: Label = labels.get(question.name) if isinstance(labels, Mapping) else None
    return found
