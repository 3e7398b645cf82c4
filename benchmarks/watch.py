"""Who is noted by the watch, by how they answer: crews of twenty, made up anew for every seed.

Fifteen people err in 5 to 20 of 100 answers, three are right in 55 to 65 of 100, one gives the same whatever is shown,
one what would be right of some other item. Everybody answers about as many items, at random.

In the worlds with hard items these are three in ten: nobody is right on them more often than one time in two, and three
of the honest answer hardly anything else.

Run: python -m benchmarks.watch [seeds, 20 unless told]
"""

import json
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from benchmarks.measuring import Figure
from bot.project import Project
from bot.quality.coding import Coding
from bot.quality.watching import Given, watched
from storage.figures import SEPARATOR
from tests.crew import CRAFTS, Craft, Skill

SEEDS: Final = 20
PEOPLE: Final = 20
HARD: Final = 0.5
"""How often anybody is right on a hard item."""
DRAWN: Final = 8.0
"""How much likelier than others who takes mostly hard items is to get one; as much less likely an easy one."""
KINDS: Final = ("honest", "hardy", "careless", "same", "guesser")
"""The hardy are honest as well, with mostly hard items."""


@dataclass(frozen=True, slots=True)
class World:
    items: int
    each: int
    """Answers an item."""
    hard: bool = False

    def is_hard(self, item: int) -> bool:
        return self.hard and item % 10 < 3


WORLDS: Final = (World(500, 5), World(500, 3), World(250, 3), World(500, 2), World(500, 5, True), World(500, 3, True))


@dataclass(frozen=True, slots=True)
class Noted:
    """How many people of each kind there were, and how many were noted for whatever."""

    there: Counter[str]
    noted: Counter[str]

    def add(self, other: "Noted") -> None:
        self.there.update(other.there)
        self.noted.update(other.noted)


def crew(draw: random.Random, world: World) -> list[tuple[str, Skill]]:
    honest = [("honest", Skill(f"Good {at}", draw.uniform(0.8, 0.95))) for at in range(PEOPLE - 5)]
    careless = [("careless", Skill(f"Careless {at}", draw.uniform(0.55, 0.65))) for at in range(3)]
    others = [("same", Skill("Spammer", 0.0, spammer=True)), ("guesser", Skill("Guesser", 0.0))]
    hardy = [("hardy", skill) for _, skill in honest[:3]] if world.hard else []
    return [*hardy, *honest[len(hardy) :], *careless, *others]


def label_of(craft: Craft, kind: str, skill: Skill, item: int, world: World, draw: random.Random) -> Any:
    if kind == "guesser":
        return craft.truth(draw.randrange(world.items))
    there = replace(skill, right=min(skill.right, HARD)) if world.is_hard(item) else skill
    return craft.answer(there, item, draw)


def drawn(people: list[tuple[str, Skill]], hard: bool, each: int, draw: random.Random) -> list[int]:
    """Who answers an item: at random, the hardy mostly where it is hard."""
    often = [(DRAWN if hard else 1 / DRAWN) if kind == "hardy" else 1.0 for kind, _ in people]
    # Whoever comes first, where each comes after an exponential time: a draw by weights without putting back.
    arrives = [draw.expovariate(one) for one in often]
    return sorted(range(len(people)), key=arrives.__getitem__)[:each]


def answers(craft: Craft, people: list[tuple[str, Skill]], world: World, draw: random.Random) -> Iterator[Given]:
    for item in range(world.items):
        for person in drawn(people, world.is_hard(item), world.each, draw):
            label = label_of(craft, *people[person], item, world, draw)
            yield person, item, json.dumps({craft.question.name: label}), None


def noted(craft: Craft, world: World, seed: int) -> Noted:
    draw = random.Random(f"{craft.question.type} {world} {seed}")
    people = crew(draw, world)
    coding = Coding(Project("p", "P", (craft.question,)), SEPARATOR)
    signs = watched(coding, answers(craft, people, world, draw), dict).findings or ()
    return Noted(
        Counter(kind for kind, _ in people), Counter(people[person][0] for person in {who for who, _ in signs})
    )


def found(seeds: int) -> Iterator[tuple[str, World, Noted]]:
    """(type, world, who was noted) of so many crews each."""
    for world in WORLDS:
        for name, craft in CRAFTS.items():
            all_ = Noted(Counter(), Counter())
            for seed in range(seeds):
                all_.add(noted(craft, world, seed))
            yield name, world, all_


def together(seeds: int) -> Iterator[tuple[World, Noted]]:
    """All types of each world."""
    every: dict[World, Noted] = {}
    for _, world, one in found(seeds):
        every.setdefault(world, Noted(Counter(), Counter())).add(one)
    yield from every.items()


def figures(seeds: int = 3) -> list[Figure]:
    return [
        Figure(
            f"careless of {world.items} items, {world.each} answers each{', some hard' * world.hard}: noted",
            share(one, "careless"),
            ", ".join(share(one, kind) for kind in KINDS[: 1 + world.hard]),
        )
        for world, one in together(seeds)
    ]


def share(all_: Noted, kind: str) -> str:
    return f"{all_.noted[kind]} of {all_.there[kind]} {kind}"


def rows(seeds: int) -> Iterator[str]:
    yield f"{'type':<11} {'items':>5} {'each':>4} {'hard':>4} " + " ".join(f"{kind:>20}" for kind in KINDS)
    every: dict[bool, Noted] = {False: Noted(Counter(), Counter()), True: Noted(Counter(), Counter())}
    for name, world, all_ in found(seeds):
        every[world.hard].add(all_)
        shares = " ".join(f"{share(all_, kind):>20}" for kind in KINDS)
        yield f"{name:<11} {world.items:>5} {world.each:>4} {'yes' if world.hard else '':>4} {shares}"
    for hard, all_ in every.items():
        yield f"{'with hard items' if hard else 'all alike'}: {', '.join(share(all_, kind) for kind in KINDS)}"


if __name__ == "__main__":
    for row in rows(int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS):
        print(row, flush=True)  # noqa: T201
