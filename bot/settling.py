"""Adaptive overlap: after each change of an item's answers, how sure its label is, and how many more it wants.

Only projects that ask for it pay for it. The project's row is locked first (`changed`), as everywhere before an item's,
so that two people's answers are counted one after the other. Answers count by the names that labels have now.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from bot import reviewing
from bot.labels import LABEL_TYPES, pieces
from bot.labels.base import BadAnswer, Label
from bot.project import Adaptive, Project, Question
from bot.quality import live
from bot.quality.candour import told
from storage import projects, skills
from storage.database import Row, Transaction
from storage.skills import Begun, Cell

LONGEST: Final = 140
"""Characters that a label has in the counts; a longer one, as of many tags, stands there by its digest."""
RULED: Final = ("open", "done", "skipped")
"""States in which the number of answers decides; the others are an admin's to end."""


@contextmanager
def changed(tx: Transaction, row: int, project: Project, version: int, items: Sequence[int]) -> Iterator[None]:
    """For whatever changes what those items hold: answers, gold, a decision. `project` is what it asks in `version`;
    raises Busy where it has another one by now. The list may grow within."""
    begun = skills.begin(tx, row, version) if project.adaptive else None
    yield
    if project.adaptive is not None and begun is not None and items:
        _settle(tx, row, project, version, items, begun)


def _settle(tx: Transaction, row: int, project: Project, version: int, items: Sequence[int], begun: Begun) -> None:
    """Counts the items' answers anew, and closes each or asks for one person more."""
    assert project.adaptive is not None
    first = begun.seq if len(items) == 1 else projects.next_seq(tx, row, len(items))
    placed, given = skills.placed(tx, items), skills.labels(tx, items)
    who = {answer.person for some in given.values() for answer in some}
    counts = _Counts(skills.everybody(tx, row), skills.of_people(tx, row, who))
    changes, found = Counter[Cell](), []
    for seq, one in enumerate(placed, first):
        item = _Item(project, version, one, given[one.id])
        before, stands = contributed(one.standing or {}), item.standing()
        after = contributed(stands)
        # Its own answers are out of the counts while it is judged, so that it does not confirm itself.
        counts.add(before, -1)
        sure = told(item.sure(counts), begun.candour)
        counts.add(after, 1)
        changes.update(after)
        changes.subtract(before)
        found.append({"on": one.id, "stands": stands, "sure": sure} | placing(one, project.adaptive, sure, seq, tx.now))
    skills.add(tx, row, changes)
    skills.settle(tx, [one for one, was in zip(found, placed, strict=True) if _differs(one, was)])


def contributed(stands: Mapping[str, Any]) -> Counter[Cell]:
    """What a standing adds to the counts."""
    cells = Counter[Cell]()
    for question, units in stands.items():
        for unit in units:
            cells.update((person, question, unit["truth"], given) for person, given in unit["given"])
    return cells


def recount(
    tx: Transaction, project: Project, version: int, items: Sequence[int]
) -> dict[int, tuple[dict[str, Any], float]]:
    """(what it stands for, how sure its label is before candour) of each of the project's `items`, from all their
    answers alone: what is kept must be that, exactly, as far as nothing has changed since it was judged."""
    given = skills.labels(tx, items)
    known = {one.id: _Item(project, version, one, given[one.id]) for one in skills.placed(tx, items)}
    stands = {item: one.standing() for item, one in known.items()}
    counts, found = _Counts((), ()), {}
    for standing in stands.values():
        counts.add(contributed(standing), 1)
    for item, one in known.items():
        counts.add(contributed(stands[item]), -1)
        found[item] = stands[item], one.sure(counts)
        counts.add(contributed(stands[item]), 1)
    return found


def placing(placed: Row, adaptive: Adaptive, sure: float, seq: int, now: object) -> dict[str, Any]:
    """How many answers it wants now. Who holds it keeps their place; what has a number of its own, or is gold, keeps
    that, and what a reviewer has decided is done."""
    kept = {"wanted": placed.overlap, "enough": None, "unsure": False}
    if placed.gold is not None or placed.own_overlap is not None:
        return kept | {"became": placed.state, "since": placed.done_at, "seq": placed.serve_seq}
    decided = placed.decided is not None
    enough = decided or (sure >= adaptive.confidence and placed.answers >= adaptive.min)
    more = placed.answers if enough else min(adaptive.max, max(adaptive.min, placed.answers + 1))
    needed = max(1, more, 0 if decided else placed.least or 0)
    wanted = max(needed, placed.taken)
    done = placed.answers >= wanted or (decided and placed.state == "done")
    state = placed.state
    if state in RULED:
        state = "done" if done else "open" if state == "done" else state
    unsure = state != "done" and needed > placed.answers >= adaptive.min
    before = placed.state == "open" and placed.taken < placed.overlap and unsure == placed.hard
    again = state == "open" and placed.taken < wanted and not before and placed.serve_seq is not None
    since = (placed.done_at or now) if state == "done" else None
    met = {"became": state, "since": since, "seq": seq if again else placed.serve_seq}
    return {"wanted": wanted, "enough": needed, "unsure": unsure} | met


def _differs(found: Mapping[str, Any], was: Row) -> bool:
    kept = (was.overlap, was.needed, was.hard, was.state, was.done_at, was.serve_seq, was.standing, was.confidence)
    names = ("wanted", "enough", "unsure", "became", "since", "seq", "stands", "sure")
    return tuple(found[name] for name in names) != kept


class _Counts:
    """The counts of everybody and of some people, by question."""

    def __init__(self, everybody: Iterable[Row], own: Iterable[Row]) -> None:
        self._everybody: dict[str, Counter[live.Pair]] = {}
        self._people: dict[str, dict[int, Counter[live.Pair]]] = {}
        for one in everybody:
            self._everybody.setdefault(one.question, Counter())[one.truth, one.given] = one.times
        for one in own:
            self._of(one.question, one.person)[one.truth, one.given] = one.times

    def _of(self, question: str, person: int) -> Counter[live.Pair]:
        return self._people.setdefault(question, {}).setdefault(person, Counter())

    def add(self, cells: Mapping[Cell, int], sign: int) -> None:
        for (person, question, truth, given), times in cells.items():
            self._everybody.setdefault(question, Counter())[truth, given] += sign * times
            self._of(question, person)[truth, given] += sign * times

    def of(self, question: str) -> live.Counts:
        return live.Counts(self._everybody.get(question, {}), self._people.get(question, {}))


class _Item:
    """One item's answers, gold and decision, by the names that questions and labels have now."""

    def __init__(self, project: Project, version: int, placed: Row, given: Sequence[Row]) -> None:
        self._project, self._version, self._placed, self._given = project, version, placed, given

    def standing(self) -> dict[str, Any]:
        """What it brings into the counts, by question: for each unit the label that holds and who gave what."""
        found: dict[str, Any] = {}
        for question in self._project.questions:
            if not LABEL_TYPES[question.type].CATEGORICAL:
                continue
            votes = self._votes(question)
            truth = live.standing(votes, self._known(question))
            if truth is not None and votes:
                found[question.name] = [{"truth": truth, "given": [list(vote) for vote in votes]}]
        return found

    def sure(self, counts: _Counts) -> float:
        """That of the question it is least sure about, 0 where nobody answered. `counts` are without this item."""
        decided = self._placed.decided or {}
        found = []
        for question in self._project.questions:
            if self._placed.gold is None and _now(question, decided.get(question.name), self._old_decision) is not None:
                found.append(1.0)
            elif LABEL_TYPES[question.type].CATEGORICAL:
                votes, classes = self._votes(question), [label.name for label in question.labels]
                found += [live.judged(votes, counts.of(question.name), classes)[1]] if votes else []
            else:
                labels = [label for _, label in self._labels(question)]
                found += [_alike(question, labels)] if labels else []
        return min(found, default=0.0)

    @property
    def _old_decision(self) -> bool:
        return bool(self._placed.decided_in != self._version)

    def _known(self, question: Question) -> str | None:
        """What gold says, else what a reviewer decided."""
        gold, decided = self._placed.gold or {}, self._placed.decided or {}
        label = _now(question, gold.get(question.name), True)
        if label is None and self._placed.gold is None:
            label = _now(question, decided.get(question.name), self._old_decision)
        return None if label is None else _text(label)

    def _votes(self, question: Question) -> list[tuple[int, str]]:
        return [(person, _text(label)) for person, label in self._labels(question)]

    def _labels(self, question: Question) -> list[tuple[int, Label]]:
        found = list[tuple[int, Label]]()
        for one in self._given:
            label = _now(question, one.label.get(question.name), one.version != self._version)
            if label is not None:
                found.append((one.person, label))
        return found


def _now(question: Question, label: Label, old: bool) -> Label:
    """The label by its present name, `old` where it was given to another version; None for what it no longer is."""
    if label is None or not old:
        return label
    kind = LABEL_TYPES[question.type]
    if not kind.CATEGORICAL:
        whole = type(label) is type(kind.EXAMPLE.label)
        return label if whole or (not kind.EDITOR and pieces.segments(label) is not None) else None
    try:
        return kind.read(question, label)
    except BadAnswer:
        return None


def _alike(question: Question, labels: Sequence[Label]) -> float:
    """How near people's drawings or texts are to what they come to; one alone says nothing."""
    return reviewing.consensus(question, labels).confidence if len(labels) > 1 else 0.0


def _text(value: Label) -> str:
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return text if len(text) <= LONGEST else hashlib.sha256(text.encode()).hexdigest()
