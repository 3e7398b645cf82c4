"""What a crowd's labels of any type come to, with each person weighed. For batch commands and child processes.

Labels that are made of votes (see `LabelType.parts`) go through the methods of this package, one kind of vote at a
time; of others, as drawings, a person weighs by how near they come to what comes out, in rounds.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from bot.labels import LABEL_TYPES
from bot.labels.base import Label
from bot.project import Question
from bot.quality.coding import Coder
from bot.quality.consensus import Merged
from bot.quality.crowd.choosing import TRIED
from bot.quality.crowd.votes import Ballots, Counted

ROUNDS: Final = 2
"""Rounds of weighing people by what comes out: after these hardly anything moves."""
LOOKED_AT: Final = 30_000
"""Answers that people are weighed by where labels are not votes: merging takes a millisecond and more."""
KNOWN: Final = 4.0
"""Answers' worth of everybody's mean distance that each person's starts from."""
FLOOR: Final = 0.05
"""Distance that remains in anybody's answers; without it who never differed would outweigh all others."""
COMPARED: Final = 3
"""Labels of an item from which on they tell who is careful: of two none is nearer to the truth."""

SURE: Final = 0.95
"""A confidence from which on a label is called sure."""

Row: TypeAlias = tuple[int, Sequence[int], Sequence[int]]
"""An item, the people who answered the question there, and the numbers of their labels (see `Coder`)."""


@dataclass(frozen=True, slots=True)
class Skill:
    """How right somebody's labels are by the consensus: `share` (0…1) of `votes`, or 1 less their mean distance to it.
    `confusion` counts (kind, what it came to, what they said) where labels are votes."""

    share: float
    votes: int
    confusion: Mapping[tuple[str, str, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Crowd:
    """The consensus of one question, by `method`; of several kinds of votes, that of the most frequent kind."""

    question: Question
    method: str
    skills: Mapping[int, Skill]
    known: Mapping[int, Label]
    counted: Counted | None = None

    def merged(self, item: int, people: Sequence[int], labels: Sequence[Label]) -> Merged[Label]:
        """What an item's labels come to; the known label where there is one. Of labels that were not counted so, and
        where votes tie, by the type's own merging."""
        if item in self.known:
            return Merged(self.known[item], 1.0)
        kind = LABEL_TYPES[self.question.type]
        parts = kind.parts(self.question, labels)
        if parts is None:
            return kind.merge(self.question, labels, self.weights(people))
        won = None if self.counted is None else self.counted.elected(item, parts)
        found = None if won is None else kind.rebuilt(self.question, labels, won)
        return kind.merge(self.question, labels, None) if found is None else found

    def weights(self, people: Sequence[int]) -> list[float] | None:
        """One a person, as `merge` takes them; None where nothing is known of anybody."""
        if not self.skills:
            return None
        usual = sum(one.share for one in self.skills.values()) / len(self.skills)
        shares = [self.skills[person].share if person in self.skills else usual for person in people]
        return [1 / (1 - share + FLOOR) for share in shares]


def crowd(
    coder: Coder,
    rows: Iterable[Row],
    known: Mapping[int, int],
    method: str = "auto",
    told: Callable[[str], None] = lambda step: None,
    tried: int = TRIED,
) -> Crowd:
    """The consensus of `rows`, in the order of their items; `known` are the numbers of gold items' labels. Raises
    ValueError as `consensus` does."""
    question, gold = coder.question, {item: coder.labels[code] for item, code in known.items()}
    if coder.type.parts(question, ()) is None:
        skills = {} if method == "majority" else _by_nearness(coder, list(rows), known)
        return Crowd(question, "weighted" if skills else "majority", skills, gold)
    ballots = Ballots(coder)
    for item, people, codes in rows:
        ballots.add(item, people, codes, known.get(item))
    counted = ballots.counted(method, told, tried)
    return Crowd(question, counted.method, {person: Skill(*votes) for person, votes in counted.people()}, gold, counted)


def _by_nearness(coder: Coder, rows: Sequence[Row], known: Mapping[int, int]) -> dict[int, Skill]:
    every = -(-sum(len(codes) for _, _, codes in rows) // LOOKED_AT) or 1
    looked = [row for row in rows[::every] if len(row[2]) >= COMPARED or row[0] in known]
    skills: dict[int, Skill] = {}
    for _ in range(ROUNDS):
        skills = _weighed(coder, looked, known, Crowd(coder.question, "", skills, {}))
    return skills


def _weighed(coder: Coder, rows: Sequence[Row], known: Mapping[int, int], before: Crowd) -> dict[int, Skill]:
    """Skills by what comes out with the skills there were."""
    distance = coder.type.distance(coder.question)
    apart: dict[int, list[float]] = {}
    for item, people, codes in rows:
        labels = [coder.labels[code] for code in codes]
        said = coder.labels[known[item]] if item in known else before.merged(item, people, labels).value
        if said is not None:
            for person, label in zip(people, labels, strict=True):
                apart.setdefault(person, []).append(distance(label, said))
    every = [one for mine in apart.values() for one in mine]
    usual = sum(every) / len(every) if every else 0.0
    return {
        person: Skill(1 - (sum(mine) + KNOWN * usual) / (len(mine) + KNOWN), len(mine))
        for person, mine in apart.items()
    }
