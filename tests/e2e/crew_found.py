"""What the program's own commands make of a crew's answers: who is noted, how skilled each is, each item's label."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.labels import LABEL_TYPES
from bot.project import Question
from tests.crew import CREW
from tests.running import Home, Program, Stable

CAREFUL = {one.name for one in CREW if one.right > 0.8}
CARELESS = {one.name for one in CREW} - CAREFUL
"""The spammer among them."""
CEILING = 0.97
"""A vote that is right so often leaves little to gain: four items in a thousand either way are chance."""
SECONDS = 300.0
"""That a command may take: a report of masks takes half a minute where the machine does much else besides."""
Truth = Callable[[int], Any]


def commanded(home: Home, stable: Stable, *arguments: str) -> str:
    """What a command says; it must be content."""
    command = Program(home, {}, stable=stable)
    command.log, command.arguments = home.folder / "said.txt", list(arguments)
    command.log.unlink(missing_ok=True)
    command.launch()
    assert command.wait_end(SECONDS) == 0, command.output
    return command.output


def exported(home: Home, stable: Stable, project: str, level: str) -> list[dict[str, Any]]:
    out = home.folder / f"{project}-{level}.jsonl"
    commanded(home, stable, "export", project, "--level", level, "-o", str(out))
    return [json.loads(line) for line in out.read_text("utf-8").splitlines()]


def names(home: Home) -> dict[str, str]:
    """By pseudonym. Slack's are in small letters."""
    return {row["public"]: row["name"].title() for row in home.rows("SELECT public, name FROM people")}


def item_number(key: str) -> int:
    """Of an item."""
    return int("".join(filter(str.isdigit, key)))


@dataclass(frozen=True)
class Found:
    """`signs` are kinds by person, `skill` their share right and `savings` those of adaptive overlap, of `labelbot
    report --json`; `merged` and `given` are the labels of each item, of `labelbot export`."""

    question: Question
    truth: Truth
    signs: Mapping[str, Collection[str]]
    skill: Mapping[str, float]
    savings: Mapping[str, Any] | None
    merged: Mapping[int, Any]
    given: Mapping[int, Sequence[Any]]

    def suspected(self) -> set[str]:
        """Whose answers are said not to go with the items, or to be right too seldom."""
        return {name for name, kinds in self.signs.items() if {"spammer", "careless"} & set(kinds)}

    def right(self) -> float:
        """The share of items whose consensus is right."""
        return self._right(self.merged.items())

    def right_by_vote(self) -> float:
        """The same of the type's plain merging, in which everybody counts alike."""
        merge = LABEL_TYPES[self.question.type].merge
        voted = {item: merge(self.question, labels, None).value for item, labels in self.given.items()}
        return self._right(voted.items())

    def right_singly(self) -> float:
        """The same of single answers."""
        return self._right([(item, label) for item, labels in self.given.items() for label in labels])

    def _right(self, labels: Collection[tuple[int, Any]]) -> float:
        of_type = LABEL_TYPES[self.question.type]
        distance = of_type.distance(self.question)
        known = [(label, self.truth(item)) for item, label in labels if label is not None]
        return sum(distance(label, truth) <= of_type.RIGHT for label, truth in known) / len(labels)


def found(home: Home, stable: Stable, project: str, question: Question, truth: Truth) -> Found:
    who = names(home)
    report = json.loads(commanded(home, stable, "report", project, "--json"))
    signs: dict[str, set[str]] = {}
    for sign in report["watch"]["signs"]:
        signs.setdefault(who[sign["person"]], set()).add(sign["kind"])
    given: dict[int, list[Any]] = {}
    for row in exported(home, stable, project, "answers"):
        given.setdefault(item_number(row["item"]), []).append(row["label"])
    merged = {item_number(row["item"]): row["label"] for row in exported(home, stable, project, "items")}
    skill = {who[one["id"]]: one["skill"]["share"] for one in report["people"]}
    return Found(question, truth, signs, skill, report.get("savings"), merged, given)


def check(found: Found) -> None:
    """The careless and the spammer are told, and what the others know is worth more than their votes."""
    assert found.suspected() >= CARELESS, found.signs
    assert max(found.skill[one] for one in CARELESS) < min(found.skill[one] for one in CAREFUL), found.skill
    right, vote = found.right(), found.right_by_vote()
    assert right > found.right_singly()
    assert right > vote or (vote >= CEILING and right >= vote - 0.005), (right, vote)
