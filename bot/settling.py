"""After each change of an item's answers: what they bring into the counts by which people are weighed (`weighs`), and
where overlap is adaptive how sure its label is and how many more it wants.

Other projects pay nothing for it. The project's row is locked first (`changed`), as everywhere before an item's, so
that two people's answers are counted one after the other. Answers count by the names that labels have now.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from bot import reviewing
from bot.labels import LABEL_TYPES
from bot.labels.base import Label
from bot.project import Adaptive, Project, Question
from bot.quality import nearby
from bot.quality.candour import told
from bot.weighing import APART, MANY, Counts, contributed, counted, now, voted, weighed, weighs
from storage import projects, skills
from storage.database import Row, Transaction
from storage.skills import Begun, Cell

RULED: Final = ("open", "done", "skipped")
"""States in which the number of answers decides; the others are an admin's to end."""


@contextmanager
def changed(tx: Transaction, row: int, project: Project, version: int, items: Sequence[int]) -> Iterator[None]:
    """For whatever changes what those items hold: answers, gold, a decision. `project` is what it asks in `version`;
    raises Busy where it has another one by now. The list may grow within."""
    begun = skills.begin(tx, row, version) if weighs(project) else None
    yield
    if begun is None or not items:
        return
    if project.adaptive is None:
        _count(tx, row, project, version, items)
    else:
        _settle(tx, row, project, version, items, begun)


def _count(tx: Transaction, row: int, project: Project, version: int, items: Sequence[int]) -> None:
    """Counts the items' answers anew and nothing else. Most first answers bring in nothing: they cost one look."""
    placed = [one for one in skills.placed(tx, items) if one.answers > 1 or one.standing or one.gold or one.decided]
    given = skills.labels(tx, [one.id for one in placed]) if placed else {}
    changes, found = Counter[Cell](), []
    for one in placed:
        stands = _Item(project, version, one, given[one.id]).standing()
        if stands != (one.standing or []):
            changes.update(contributed(stands))
            changes.subtract(contributed(one.standing or ()))
            found.append({"on": one.id, "stands": stands})
    skills.add(tx, row, changes)
    skills.stand(tx, found)


def _settle(tx: Transaction, row: int, project: Project, version: int, items: Sequence[int], begun: Begun) -> None:
    """Counts the items' answers anew, and closes each or asks for one person more."""
    assert project.adaptive is not None
    first = begun.seq if len(items) == 1 else projects.next_seq(tx, row, len(items))
    placed, given = skills.placed(tx, items), skills.labels(tx, items)
    who = {answer.person for some in given.values() for answer in some}
    known = [_Item(project, version, one, given[one.id]) for one in placed]
    large = [question for question in project.questions if len(question.labels) > MANY]
    truths = {vote for item in known for question in large for vote in item.votes(question)}
    everybody = skills.everybody(tx, row, [voted(question.name) for question in large], truths)
    counts = Counts(everybody, skills.of_people(tx, row, who))
    changes, found = Counter[Cell](), []
    for seq, (one, item) in enumerate(zip(placed, known, strict=True), first):
        before, stands = contributed(one.standing or ()), item.standing()
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


def recount(
    tx: Transaction, project: Project, version: int, items: Sequence[int]
) -> dict[int, tuple[list[list[Any]], float]]:
    """(what it stands for, how sure its label is before candour) of each of the project's `items`, from all their
    answers alone: what is kept must be that, exactly, as far as nothing has changed since it was judged."""
    given = skills.labels(tx, items)
    known = {one.id: _Item(project, version, one, given[one.id]) for one in skills.placed(tx, items)}
    stands = {item: one.standing() for item, one in known.items()}
    counts, found = Counts((), ()), {}
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


class _Item:
    """One item's answers, gold and decision, by the names that questions and labels have now."""

    def __init__(self, project: Project, version: int, placed: Row, given: Sequence[Row]) -> None:
        self._project, self._version, self._placed, self._given = project, version, placed, given
        self._groups: dict[str, list[int]] = {}

    def standing(self) -> list[list[Any]]:
        """What it brings into the counts, in order: who gave what where which label holds, how many times. Of very many
        marks nothing: taking them apart is longer than a tap may wait."""
        cells = Counter[Cell]()
        for question in self._project.questions:
            labels, known = self._labels(question), self._known(question)
            every = [label for _, label in labels] + ([] if known is None else [known])
            groups = self._near(question)
            if not labels or (groups is None and reviewing.slow(question, every)):
                continue
            for name, truth, votes in counted(question, labels, known, groups):
                if truth is not None:
                    cells.update((person, name, truth, given) for person, given in votes)
                elif len(votes) > 1:
                    cells.update((person, voted(f"{question.name}{APART}"), APART, "") for person, _ in votes)
        return [[*cell, times] for cell, times in sorted(cells.items())]

    def sure(self, counts: Counts) -> float:
        """That of the question it is least sure about, 0 where nobody answered. `counts` are without this item."""
        found = []
        for question in self._project.questions:
            labels = self._labels(question)
            if self._placed.gold is None and self._decision(question) is not None:
                found.append(1.0)
            elif labels:
                found.append(weighed(question, labels, counts, self._near(question))[1])
        return min(found, default=0.0)

    def _near(self, question: Question) -> list[int] | None:
        """Of what is not made of votes, who is near whom, where that counts: it is asked for twice, and takes
        milliseconds."""
        drawn = self._project.adaptive is not None and LABEL_TYPES[question.type].parts(question, ()) is None
        if drawn and question.name not in self._groups:
            self._groups[question.name] = nearby.groups(question, [label for _, label in self._labels(question)])
        return self._groups.get(question.name)

    def votes(self, question: Question) -> set[str]:
        """What was given of the whole label."""
        return {voted(label) for _, label in self._labels(question) if isinstance(label, str)}

    def _decision(self, question: Question) -> Label:
        decided = self._placed.decided or {}
        return now(question, decided.get(question.name), self._placed.decided_in != self._version)

    def _known(self, question: Question) -> Label:
        """What gold says; of an item that is not gold what a reviewer decided."""
        if self._placed.gold is not None:
            return now(question, self._placed.gold.get(question.name), True)
        return self._decision(question)

    def _labels(self, question: Question) -> list[tuple[int, Label]]:
        found = list[tuple[int, Label]]()
        for one in self._given:
            label = now(question, one.label.get(question.name), one.version != self._version)
            if label is not None:
                found.append((one.person, label))
        return found
