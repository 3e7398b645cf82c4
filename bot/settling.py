"""After each change of an item's answers: what they bring into the counts by which people are weighed (`weighs`), and
where overlap is adaptive how sure its label is and how many more it wants.

Other projects pay nothing for it. The project's row is locked first (`changed`), as everywhere before an item's, so
that two people's answers are counted one after the other. Answers count by the names that labels have now.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from bot import reviewing
from bot.labels import LABEL_TYPES, pieces
from bot.labels.base import BadAnswer, Label
from bot.project import Adaptive, Project, Question
from bot.quality import live, nearby
from bot.quality.candour import told
from bot.quality.consensus import Merged
from bot.quality.parts import NO, YES, Elected, Part
from bot.quality.values import frozen
from storage import projects, skills
from storage.database import Row, Transaction
from storage.skills import Begun, Cell

LONGEST: Final = 140
"""Characters that a vote has in the counts; a longer one stands there by its digest."""
MANY: Final = 64
"""Labels up to which each is weighed; of more, those that nobody gave an item are one, so that no answer reads them."""
SCATTERED: Final = 5
"""Ways in which a drawing or a transcript may come out, at least: of four who are wrong one says what another does."""
APART: Final = "\x1f\x1f"
"""Beside its question: what votes stand under that came to nothing, as who is often among them is hardly skilled. Else
all who were counted would be right, as long as no item has more than two answers."""
RULED: Final = ("open", "done", "skipped")
"""States in which the number of answers decides; the others are an admin's to end."""
FEWEST: Final = 30
"""Votes on a question that must have been counted before people are weighed in what a reviewer sees, as in exports
(`bot.quality.crowd.choosing`): with fewer, what is commonest so far would decide who is right of two strangers."""


def weighs(project: Project) -> bool:
    """Whether counts are kept by which people are weighed as their answers arrive."""
    if project.adaptive is not None:
        return True
    if project.overlap < 2 or project.consensus == "majority":
        return False
    return any(LABEL_TYPES[one.type].parts(one, ()) is not None for one in project.questions)


def in_pairs(project: Project) -> bool:
    """Whether its items have two answers each, for ever."""
    return project.adaptive is None and project.overlap == 2


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
    everybody = skills.everybody(tx, row, [_text(question.name) for question in large], truths)
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


def contributed(stands: Sequence[Sequence[Any]]) -> Counter[Cell]:
    """What a standing adds to the counts."""
    return Counter({(person, question, truth, given): times for person, question, truth, given, times in stands})


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


class Counts:
    """The counts of everybody and of some people, by question. Of both any may be left out. In `pairs` all items have
    two answers: who has differed how often counts, too."""

    def __init__(self, everybody: Iterable[Row], own: Iterable[Row], pairs: bool = False) -> None:
        self._pairs = pairs
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
            self._everybody.setdefault(question, Counter())[truth, skills.pooled_as(truth, given)] += sign * times
            self._of(question, person)[truth, given] += sign * times

    def compared(self, question: str) -> int:
        """How many votes are counted."""
        return sum(self._everybody.get(question, {}).values())

    def of(self, question: str, only: Collection[str] = ()) -> live.Counts:
        """Where `only` some labels are told apart, all others are one, ""."""
        everybody = self._everybody.get(question, Counter())
        if only:
            apart = Counter[live.Pair]()
            for (truth, given), times in everybody.items():
                other = "", "" if given == truth else skills.OTHER
                apart[(truth, given) if truth in only else other] += times
            everybody = apart
        if not self._pairs:
            return live.Counts(everybody, self._people.get(question, {}))
        differed = _text(f"{question}{APART}")
        parted = {person: cells.total() for person, cells in self._people.get(differed, {}).items()}
        every = self._everybody.get(differed, Counter()).total()
        return live.Counts(everybody, self._people.get(question, {}), parted, every)


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
                    cells.update((person, _text(f"{question.name}{APART}"), APART, "") for person, _ in votes)
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
        return {_text(label) for _, label in self._labels(question) if isinstance(label, str)}

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


def counted(
    question: Question, labels: Sequence[tuple[int, Label]], known: Label, groups: Sequence[int] | None
) -> Iterator[tuple[str, str | None, live.Votes]]:
    """What such labels are counted as: under which name, what holds there (None: nothing does), and who said what. Of
    what is not made of votes, as drawings, in `groups` (see `nearby`): who is near what holds."""
    people, given = [person for person, _ in labels], [label for _, label in labels]
    if groups is not None:
        yield _text(question.name), *_near(question, labels, known, groups)
        return
    for part in LABEL_TYPES[question.type].parts(question, given if known is None else [*given, known]) or ():
        votes = [(person, _text(said)) for person, said in zip(people, part.given, strict=False)]
        yield _kind(question, part), live.standing(votes, None if known is None else _text(part.given[-1])), votes


def _near(
    question: Question, labels: Sequence[tuple[int, Label]], known: Label, groups: Sequence[int]
) -> tuple[str | None, live.Votes]:
    if known is not None:
        alike = nearby.near(question)
        return YES, [(person, YES if alike(label, known) else NO) for person, label in labels]
    votes = [(person, str(group)) for (person, _), group in zip(labels, groups, strict=True)]
    most = live.standing(votes)
    return None if most is None else YES, [(person, YES if group == most else NO) for person, group in votes]


def now(question: Question, label: Label, old: bool) -> Label:
    """The label by its present name, `old` where it was given to another version; None for what it no longer is."""
    if label is None or not old:
        return label
    kind = LABEL_TYPES[question.type]
    if kind.parts(question, ()) is None:
        whole = type(label) is type(kind.EXAMPLE.label)
        return label if whole or (not kind.EDITOR and pieces.segments(label) is not None) else None
    try:
        return kind.read(question, label)
    except BadAnswer:
        return None


def judge(tx: Transaction, row: int, project: Project, item: int) -> reviewing.Judge:
    """What answers to that item come to: people weighed by the counts that are kept, else the plain vote. All of it is
    read here: a page and the terminal ask after their transaction."""
    if not weighs(project):
        return reviewing.plainly
    before = contributed(skills.standing(tx, item))
    given = skills.labels(tx, (item,))[item]
    own = skills.of_people(tx, row, {answer.person for answer in given})
    large = [question for question in project.questions if len(question.labels) > MANY]
    truths = {_text(said) for question in large for answer in given for said in _names(question, answer.label)}
    everybody = skills.everybody(tx, row, [_text(question.name) for question in large], truths)
    found: dict[Hashable, Merged[Label]] = {}

    def judged(question: Question, labels: Sequence[tuple[int, Label]]) -> Merged[Label]:
        key = question.name, frozen(labels)  # a card asks the same some six times
        if key not in found:
            counts = Counts(everybody, own, in_pairs(project))
            counts.add(before, -1)
            found[key] = judging(question, labels, counts)
        return found[key]

    return judged


def _names(question: Question, label: Mapping[str, Label]) -> set[str]:
    """A choice as it was given and by its present name."""
    said = label.get(question.name)
    return {one for one in (said, now(question, said, True)) if isinstance(one, str)}


def judging(
    question: Question,
    labels: Sequence[tuple[int, Label]],
    counts: Counts,
    otherwise: reviewing.Judge = reviewing.plainly,
) -> Merged[Label]:
    """What a reviewer is shown of an item that `counts` are without: the labels weighed, or `otherwise` where they are
    not made of votes, are too many marks for an event, or hardly anything has been counted."""
    given = [label for _, label in labels]
    parts = LABEL_TYPES[question.type].parts(question, given) if not reviewing.slow(question, given) else None
    compared = max((counts.compared(_kind(question, part)) for part in parts or ()), default=0)
    if compared < FEWEST:
        return otherwise(question, labels)
    return Merged(*weighed(question, labels, counts), likely=True)


def weighed(
    question: Question, labels: Sequence[tuple[int, Label]], counts: Counts, groups: Sequence[int] | None = None
) -> tuple[Label, float]:
    """What people's labels come to, and how likely that is right; (None, 0) where nobody may give such a label. Of what
    is not made of votes, as drawings, in `groups` (see `nearby`), it is one of the labels, and right is what is near
    enough to the truth."""
    kind, given = LABEL_TYPES[question.type], [label for _, label in labels]
    parts = kind.parts(question, given)
    if parts is None:
        return _likeliest(question, labels, counts, nearby.groups(question, given) if groups is None else groups)
    elected = []
    for part in parts:
        votes = [(person, _text(said)) for (person, _), said in zip(labels, part.given, strict=True)]
        best, sure = _judged(question, part, votes, counts, live.GUESSED / len(parts))
        elected.append(Elected(part.kind, best, sure))
    found = kind.rebuilt(question, given, elected)
    return (None, 0.0) if found is None else (found.value, found.confidence)


def _likeliest(
    question: Question, labels: Sequence[tuple[int, Label]], counts: Counts, groups: Sequence[int]
) -> tuple[Label, float]:
    """The first label of the likeliest group. What a group is called tells nothing, as none was met before: people
    weigh by how often they are right."""
    named = {f"group {place}": labels[place][1] for place in groups}
    votes = [(person, f"group {place}") for (person, _), place in zip(labels, groups, strict=True)]
    others = [f"other {number}" for number in range(max(1, SCATTERED - len(named)))]
    best, sure = live.judged(votes, counts.of(_text(question.name)), [*named, *others])
    return (named[best], sure) if best in named else (None, 0.0)


def _judged(question: Question, part: Part, votes: live.Votes, counts: Counts, guessed: float) -> tuple[str, float]:
    """Among what might be said of it; where the question has no list, what was right before and anything else."""
    name = _kind(question, part)
    if part.kind:
        best, sure = live.judged(votes, counts.of(name), (YES, NO), guessed)
    elif len(question.labels) > MANY:
        given = {said for _, said in votes}
        best, sure = live.judged(votes, counts.of(name, given), [*given, ""], guessed)
    else:
        known = counts.of(name)
        seen = {truth for (truth, _), times in known.everybody.items() if times} | {""}
        best, sure = live.judged(votes, known, [_text(label.name) for label in question.labels] or [*seen], guessed)
    return best or "", sure


def _kind(question: Question, part: Part) -> str:
    """What the counts of such votes stand under."""
    return _text(f"{question.name}\x1f{part.kind}" if part.kind else question.name)


def _text(text: str) -> str:
    return text if len(text) <= LONGEST else hashlib.sha256(text.encode()).hexdigest()
