"""A crew of twenty people with known skills: most are good, three careless, one a spammer. They label in the chat."""

import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import insert

from bot.labels import rle
from bot.project import Project, Question
from storage.database import run
from storage.schema import media
from tests.dialogue import Dialogue, Person, project, question

SIZE = (120, 90)
COLOURS = ("Red", "Green", "Blue", "Gold")
SAID = "the kettle is on and nobody hears it whistle over the rain that falls on every roof of town tonight"
NAMES = ("Ada", "Bob", "Cleo", "Dan", "Eve", "Finn")
TOWNS = ("Rome", "Ulm", "Bern", "Oslo")


@dataclass(frozen=True)
class Skill:
    """`right` is how often an answer is right; a spammer gives one label whatever is shown, and fast."""

    name: str
    right: float
    spammer: bool = False

    @property
    def seconds(self) -> float:
        return 0.7 if self.spammer else 3.0


CREW = (
    *(Skill(f"Good {number:02}", 0.82 + 0.01 * (number % 10)) for number in range(16)),
    *(Skill(f"Careless {number}", 0.45) for number in range(3)),
    Skill("Spammer", 0.0, spammer=True),
)


@dataclass(frozen=True)
class Craft:
    """How a type is simulated. `wrong(n, rng)` is an answer that is not the truth of item n, `lazy(n)` what a spammer
    gives; `give` acts out an answer in the chat."""

    question: Question
    truth: Callable[[int], Any]
    wrong: Callable[[int, random.Random], Any]
    lazy: Callable[[int], Any]
    give: Callable[[Person, Any], object]
    data: Callable[[int], dict[str, Any]]

    def answer(self, skill: Skill, number: int, rng: random.Random) -> Any:
        if skill.spammer:
            return self.lazy(number)
        return self.truth(number) if rng.random() < skill.right else self.wrong(number, rng)


def stable(*of: object) -> random.Random:
    return random.Random(repr(of))


def _text(number: int) -> dict[str, Any]:
    return {"text": f"Item {number}"}


def _other(values: tuple[Any, ...], truth: Any, rng: random.Random) -> Any:
    return rng.choice([value for value in values if value != truth])


def _one_of(question: Question, values: tuple[Any, ...], titles: dict[Any, str]) -> Craft:
    def truth(number: int) -> Any:
        return stable("truth", question.type, number).choice(values)

    return Craft(
        question,
        truth,
        lambda number, rng: _other(values, truth(number), rng),
        lambda number: values[0],
        lambda person, label: _press(person, titles[label]),
        _text,
    )


def _press(person: Person, title: str) -> None:
    button = next(one for one in person.card.every_button() if one.title == title)
    person.presses(button.data, person.card)


def _tags() -> Craft:
    names = tuple(colour.lower() for colour in COLOURS)
    titles = dict(zip(names, COLOURS, strict=True))

    def truth(number: int) -> list[str]:
        rng = stable("tags", number)
        return sorted(name for name in names if rng.random() < 0.4) or [names[number % 4]]

    def wrong(number: int, rng: random.Random) -> list[str]:
        flipped = set(truth(number)) ^ set(rng.sample(names, 1))
        return sorted(flipped) or [_other(names, truth(number)[0], rng)]

    def give(person: Person, label: list[str]) -> None:
        for name in label:
            _press(person, titles[name])
        person.taps("Done")

    return Craft(question("tags", *COLOURS), truth, wrong, lambda number: [names[0]], give, _text)


def _transcript() -> Craft:
    def truth(number: int) -> str:
        rng = stable("speech", number)
        return " ".join(rng.choice(SAID.split()) for _ in range(8))

    def wrong(number: int, rng: random.Random) -> str:
        words = truth(number).split()
        for place in rng.sample(range(len(words)), 2):
            words[place] = rng.choice(SAID.split()) + "s"
        return " ".join(words)

    def give(person: Person, label: str) -> None:
        person.types(label, to=person.card)

    return Craft(question("transcript"), truth, wrong, lambda number: "no", give, _text)


def _on_the_page(person: Person, label: Any) -> None:
    button = next(one for one in person.card.every_button() if one.opens_page)
    person.submits(button.data, marks=json.dumps(label))


def _spans() -> Craft:
    def data(number: int) -> dict[str, Any]:
        rng = stable("spans", number)
        return {"text": f"Item{number} {rng.choice(NAMES)} met {rng.choice(NAMES)} in {rng.choice(TOWNS)} again."}

    def truth(number: int) -> list[dict[str, Any]]:
        text = data(number)["text"]
        found = [(one.start(), one.end(), "per") for one in re.finditer("|".join(NAMES), text)]
        found += [(one.start(), one.end(), "loc") for one in re.finditer("|".join(TOWNS), text)]
        return [_span(text, *one) for one in sorted(found)]

    def wrong(number: int, rng: random.Random) -> list[dict[str, Any]]:
        marks = truth(number)
        gone = rng.randrange(len(marks))
        return [one for place, one in enumerate(marks) if place != gone]

    def lazy(number: int) -> list[dict[str, Any]]:
        return [_span(data(number)["text"], 0, 4, "per")]

    return Craft(question("spans", "PER", "LOC"), truth, wrong, lazy, _on_the_page, data)


def _span(text: str, start: int, end: int, label: str) -> dict[str, Any]:
    return {"start": start, "end": end, "label": label, "text": text[start:end]}


def _picture(number: int) -> dict[str, Any]:
    return {"photo": f"{number}.jpg", "text": f"Item {number}"}


def _box(number: int, place: int) -> tuple[int, int, int, int]:
    rng = stable("box", number, place)
    return (rng.randrange(8) + 60 * place, rng.randrange(30), rng.randrange(30, 45), rng.randrange(30, 50))


def _boxes() -> Craft:
    def truth(number: int) -> list[dict[str, Any]]:
        return [_boxed(*_box(number, place)) for place in range(2)]

    def wrong(number: int, rng: random.Random) -> list[dict[str, Any]]:
        x, y, width, height = _box(number, 0)
        return [_boxed(x + rng.randrange(8, 15), y, max(8, width - 20), height)]

    return Craft(question("boxes", "Car"), truth, wrong, lambda number: [_boxed(0, 0, 9, 9)], _on_the_page, _picture)


def _boxed(x: int, y: int, width: int, height: int) -> dict[str, Any]:
    return {"label": "car", "x": x, "y": y, "width": width, "height": height}


def _masks() -> Craft:
    def painted(first: int, last: int) -> list[dict[str, Any]]:
        """Whole columns of the picture."""
        high = SIZE[1]
        counts = rle.encode(rle.of_edges([first * high, last * high], SIZE[0] * high))
        return [{"label": "road", "size": [high, SIZE[0]], "counts": counts}]

    def truth(number: int) -> list[dict[str, Any]]:
        rng = stable("mask", number)
        first = rng.randrange(10, 40)
        return painted(first, first + rng.randrange(30, 60))

    def wrong(number: int, rng: random.Random) -> list[dict[str, Any]]:
        return painted(rng.randrange(40), rng.randrange(50, 100))

    return Craft(question("masks", "Road"), truth, wrong, lambda number: painted(0, 5), _on_the_page, _picture)


CRAFTS: dict[str, Craft] = {
    "choice": _one_of(
        question("choice", *COLOURS),
        tuple(colour.lower() for colour in COLOURS),
        {colour.lower(): colour for colour in COLOURS},
    ),
    "tags": _tags(),
    "rating": _one_of(question("rating"), (1, 2, 3, 4, 5), {number: str(number) for number in range(1, 6)}),
    "pairwise": _one_of(question("pairwise"), ("left", "right"), {"left": "A", "right": "B"}),
    "transcript": _transcript(),
    "spans": _spans(),
    "boxes": _boxes(),
    "masks": _masks(),
}


def labeled(talk: Dialogue, kind: str, items: int, **rules: Any) -> Project:
    """The crew has labeled all the items of a project called `reviews`."""
    craft = CRAFTS[kind]
    made = project(craft.question, **rules)
    talk.add_project(made)
    picture = _photo(talk) if "photo" in craft.data(0) else None
    rows = [{"data": craft.data(number)} | ({"media": [picture]} if picture else {}) for number in range(items)]
    talk.add_items("reviews", rows)
    _work(talk, craft, [(skill, talk.member(skill.name)) for skill in CREW])
    return made


def _photo(talk: Dialogue) -> dict[str, Any]:
    row = {"sha256": "x" * 64, "kind": "image", "mime": "image/jpeg", "size": 3, "width": SIZE[0], "height": SIZE[1]}
    key = run(talk.database, lambda tx: tx.insert(insert(media), row))
    return {**{name: row[name] for name in ("kind", "mime", "sha256", "width", "height")}, "id": key, "field": "photo"}


def _work(talk: Dialogue, craft: Craft, crew: list[tuple[Skill, Person]]) -> None:
    """All answer, one after the other in a shuffled order, until nobody is offered anything."""
    rng = random.Random(4)
    busy = True
    while busy:
        rng.shuffle(crew)
        busy = sum(_answers(talk, craft, skill, person, rng) for skill, person in crew) > 0


def _answers(talk: Dialogue, craft: Craft, skill: Skill, person: Person, rng: random.Random) -> bool:
    """False where they have no card, and get none when they ask: an item may want one answer more later on."""
    if not person.cards:
        person.says("label")
    if not person.cards:
        return False
    number = int(re.findall(r"Item ?(\d+)", person.card.text)[-1])
    talk.clock.advance(timedelta(seconds=skill.seconds * rng.uniform(0.6, 1.6) / len(CREW)))
    craft.give(person, craft.answer(skill, number, rng))
    del person.room.bubbles[:-3]  # a test that reads every message of a long day anew takes all day
    return True
