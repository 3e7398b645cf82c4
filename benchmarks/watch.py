"""Who is noted by the watch, by how they answer: crews of twenty, made up anew for every seed.

Fifteen people err in 5 to 20 of 100 answers, three are right in 55 to 65 of 100, one gives the same whatever is shown,
one what would be right of some other item. Everybody answers about as many items, at random.

Run: python -m benchmarks.watch [seeds, 20 unless told]
"""

import json
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.measuring import Figure
from bot.project import Project
from bot.quality.coding import Coding
from bot.quality.watching import Given, watched
from storage.figures import SEPARATOR
from tests.crew import CRAFTS, Craft, Skill

SEEDS: Final = 20
PEOPLE: Final = 20
WORLDS: Final = ((500, 5), (500, 3), (250, 3), (500, 2))
"""(items, answers an item)"""
KINDS: Final = ("honest", "careless", "same", "guesser")


@dataclass(frozen=True, slots=True)
class Noted:
    """How many people of each kind there were, and how many were noted for whatever."""

    there: Counter[str]
    noted: Counter[str]

    def add(self, other: "Noted") -> None:
        self.there.update(other.there)
        self.noted.update(other.noted)


def crew(draw: random.Random) -> list[tuple[str, Skill]]:
    honest = [("honest", Skill(f"Good {at}", draw.uniform(0.8, 0.95))) for at in range(PEOPLE - 5)]
    careless = [("careless", Skill(f"Careless {at}", draw.uniform(0.55, 0.65))) for at in range(3)]
    others = [("same", Skill("Spammer", 0.0, spammer=True)), ("guesser", Skill("Guesser", 0.0))]
    return [*honest, *careless, *others]


def label_of(craft: Craft, kind: str, skill: Skill, item: int, items: int, draw: random.Random) -> Any:
    return craft.truth(draw.randrange(items)) if kind == "guesser" else craft.answer(skill, item, draw)


def answers(
    craft: Craft, people: list[tuple[str, Skill]], items: int, each: int, draw: random.Random
) -> Iterator[Given]:
    for item in range(items):
        for person in draw.sample(range(len(people)), each):
            label = label_of(craft, *people[person], item, items, draw)
            yield person, item, json.dumps({craft.question.name: label}), None


def noted(craft: Craft, items: int, each: int, seed: int) -> Noted:
    draw = random.Random(f"{craft.question.type} {items} {each} {seed}")
    people = crew(draw)
    coding = Coding(Project("p", "P", (craft.question,)), SEPARATOR)
    signs = watched(coding, answers(craft, people, items, each, draw), dict).findings or ()
    return Noted(
        Counter(kind for kind, _ in people), Counter(people[person][0] for person in {who for who, _ in signs})
    )


def found(seeds: int) -> Iterator[tuple[str, int, int, Noted]]:
    """(type, items, answers an item, who was noted) of so many crews each."""
    for items, each in WORLDS:
        for name, craft in CRAFTS.items():
            all_ = Noted(Counter(), Counter())
            for seed in range(seeds):
                all_.add(noted(craft, items, each, seed))
            yield name, items, each, all_


def figures(seeds: int = 3) -> list[Figure]:
    """All types together."""
    together: dict[tuple[int, int], Noted] = {}
    for _, items, each, one in found(seeds):
        together.setdefault((items, each), Noted(Counter(), Counter())).add(one)
    return [
        Figure(f"careless of {items} items, {each} answers each: noted", share(one, "careless"), share(one, "honest"))
        for (items, each), one in together.items()
    ]


def share(all_: Noted, kind: str) -> str:
    return f"{all_.noted[kind]} of {all_.there[kind]} {kind}"


def rows(seeds: int) -> Iterator[str]:
    yield f"{'type':<11} {'items':>5} {'each':>4} " + " ".join(f"{kind:>22}" for kind in KINDS)
    every = Noted(Counter(), Counter())
    for name, items, each, all_ in found(seeds):
        every.add(all_)
        yield f"{name:<11} {items:>5} {each:>4} " + " ".join(f"{share(all_, kind):>22}" for kind in KINDS)
    yield f"all: {', '.join(share(every, kind) for kind in KINDS)}"


if __name__ == "__main__":
    for row in rows(int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS):
        print(row, flush=True)  # noqa: T201
