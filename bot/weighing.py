"""People weighed by what was counted of their answers: what labels are counted as, and what they come to with the
counts. `settling` keeps the counts as answers come."""

import hashlib
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from bot import reviewing
from bot.labels import LABEL_TYPES, pieces
from bot.labels.base import BadAnswer, Label
from bot.project import Project, Question
from bot.quality import live, nearby
from bot.quality.consensus import Merged
from bot.quality.parts import NO, YES, Elected, Part
from bot.quality.values import frozen
from storage import skills
from storage.database import Row, Transaction
from storage.skills import Cell

LONGEST: Final = 140
"""Characters that a vote has in the counts; a longer one stands there by its digest."""
MANY: Final = 64
"""Labels up to which each is weighed; of more, those that nobody gave an item are one, so that no answer reads them."""
SCATTERED: Final = 5
"""Ways in which a drawing or a transcript may come out, at least: of four who are wrong one says what another does."""
APART: Final = "\x1f\x1f"
"""Beside its question: what votes stand under that came to nothing, as who is often among them is hardly skilled. Else
all who were counted would be right, as long as no item has more than two answers."""
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


def contributed(stands: Sequence[Sequence[Any]]) -> Counter[Cell]:
    """What a standing adds to the counts."""
    return Counter({(person, question, truth, given): times for person, question, truth, given, times in stands})


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
        differed = voted(f"{question}{APART}")
        parted = {person: cells.total() for person, cells in self._people.get(differed, {}).items()}
        every = self._everybody.get(differed, Counter()).total()
        return live.Counts(everybody, self._people.get(question, {}), parted, every)


def counted(
    question: Question, labels: Sequence[tuple[int, Label]], known: Label, groups: Sequence[int] | None
) -> Iterator[tuple[str, str | None, live.Votes]]:
    """What such labels are counted as: under which name, what holds there (None: nothing does), and who said what. Of
    what is not made of votes, as drawings, in `groups` (see `nearby`): who is near what holds."""
    people, given = [person for person, _ in labels], [label for _, label in labels]
    if groups is not None:
        yield voted(question.name), *_near(question, labels, known, groups)
        return
    for part in LABEL_TYPES[question.type].parts(question, given if known is None else [*given, known]) or ():
        votes = [(person, voted(said)) for person, said in zip(people, part.given, strict=False)]
        yield kind_of(question, part), live.standing(votes, None if known is None else voted(part.given[-1])), votes


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
    truths = {voted(said) for question in large for answer in given for said in _names(question, answer.label)}
    everybody = skills.everybody(tx, row, [voted(question.name) for question in large], truths)
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
    compared = max((counts.compared(kind_of(question, part)) for part in parts or ()), default=0)
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
        votes = [(person, voted(said)) for (person, _), said in zip(labels, part.given, strict=True)]
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
    best, sure = live.judged(votes, counts.of(voted(question.name)), [*named, *others])
    return (named[best], sure) if best in named else (None, 0.0)


def _judged(question: Question, part: Part, votes: live.Votes, counts: Counts, guessed: float) -> tuple[str, float]:
    """Among what might be said of it; where the question has no list, what was right before and anything else."""
    name = kind_of(question, part)
    if part.kind:
        best, sure = live.judged(votes, counts.of(name), (YES, NO), guessed)
    elif len(question.labels) > MANY:
        given = {said for _, said in votes}
        best, sure = live.judged(votes, counts.of(name, given), [*given, ""], guessed)
    else:
        known = counts.of(name)
        seen = {truth for (truth, _), times in known.everybody.items() if times} | {""}
        best, sure = live.judged(votes, known, [voted(label.name) for label in question.labels] or [*seen], guessed)
    return best or "", sure


def kind_of(question: Question, part: Part) -> str:
    """What the counts of such votes stand under."""
    return voted(f"{question.name}\x1f{part.kind}" if part.kind else question.name)


def voted(text: str) -> str:
    return text if len(text) <= LONGEST else hashlib.sha256(text.encode()).hexdigest()
