"""Adaptive overlap: after each change of an item's answers, how sure its label is, and how many more it wants.

Only projects that ask for it pay for it. The project's row is locked first (`begin`), as everywhere before an item's,
so that two people's answers are counted one after the other.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from bot.labels import LABEL_TYPES
from bot.project import Adaptive, Project, Question
from bot.quality import live
from storage import projects, skills
from storage.database import Row, Transaction
from storage.skills import Cell

LONGEST = 140
"""Characters that a label has in the counts; a longer one, as of many tags, stands there by its digest."""
RULED = ("open", "done", "skipped")
Labels = Sequence[tuple[int, Mapping[str, Any]]]


def begin(tx: Transaction, row: int, project: Project) -> int:
    """To be called before an answer of the project changes; what it returns is handed to `settle`."""
    return projects.next_seq(tx, row) if project.adaptive else 0


def settle(tx: Transaction, row: int, project: Project, item: int, seq: int) -> None:
    """Counts the item's answers anew, and closes it or asks for one person more."""
    adaptive = project.adaptive
    if adaptive is None:
        return
    placed, labels = skills.placed(tx, item), skills.labels(tx, item)
    stands = standing(project, labels, placed.gold)
    # Its own answers are out of the counts while it is judged, so that it does not confirm itself.
    skills.add(tx, row, dict.fromkeys(contributed(placed.standing or {}), -1))
    sure = _confidence(tx, row, project, labels)
    skills.add(tx, row, contributed(stands))
    values = placing(placed, adaptive, sure, seq, tx.now)
    skills.settle(tx, item, stands=stands, sure=sure, **values)


def standing(project: Project, labels: Labels, gold: Mapping[str, Any] | None) -> dict[str, Any]:
    """What an item brings into the counts, by question: the label that holds and who gave what."""
    found: dict[str, Any] = {}
    for question in project.questions:
        votes = _votes(question, labels)
        known = _text(gold[question.name]) if gold and question.name in gold else None
        truth = live.standing(votes, known) if LABEL_TYPES[question.type].CATEGORICAL else None
        if truth is not None and votes:
            found[question.name] = {"truth": truth, "given": [list(vote) for vote in votes]}
    return found


def contributed(stands: Mapping[str, Any]) -> dict[Cell, int]:
    """The cells that a standing adds one to."""
    return {
        (person, question, one["truth"], given): 1 for question, one in stands.items() for person, given in one["given"]
    }


def recount(tx: Transaction, project: Project, items: Sequence[int]) -> dict[Cell, int]:
    """The counts from the answers alone: what the kept ones must be, exactly."""
    total: Counter[Cell] = Counter()
    for item in items:
        total.update(contributed(standing(project, skills.labels(tx, item), skills.placed(tx, item).gold)))
    return dict(total)


def placing(placed: Row, adaptive: Adaptive, sure: float, seq: int, now: object) -> dict[str, Any]:
    """How many answers it wants now. Who holds it keeps their place; one with a number of its own keeps that."""
    kept = {"wanted": placed.overlap, "became": placed.state, "since": placed.done_at, "seq": placed.serve_seq}
    if placed.gold is not None or placed.own_overlap is not None or placed.state not in RULED:
        return kept
    enough = sure >= adaptive.confidence and placed.answers >= adaptive.min
    more = placed.answers if enough else min(adaptive.max, max(adaptive.min, placed.answers + 1))
    wanted = max(1, placed.taken, more)
    done = placed.answers >= wanted
    state = "done" if done else "open" if placed.state == "done" else placed.state
    again = state == "open" and placed.taken < wanted and placed.serve_seq is not None
    since = (placed.done_at or now) if done else None
    return {"wanted": wanted, "became": state, "since": since, "seq": seq if again else placed.serve_seq}


def _confidence(tx: Transaction, row: int, project: Project, labels: Labels) -> float:
    """That of the question it is least sure about, 0 where nobody answered. The item itself is not in the counts."""
    pooled, own = skills.everybody(tx, row), skills.of_people(tx, row, {person for person, _ in labels})
    found = []
    for question in project.questions:
        votes = _votes(question, labels)
        if not votes:
            continue
        if not LABEL_TYPES[question.type].CATEGORICAL:
            found.append(_alike(question, labels))
            continue
        people: dict[int, dict[live.Pair, int]] = {}
        for one in own:
            if one.question == question.name:
                people.setdefault(one.person, {})[one.truth, one.given] = one.times
        everybody = {(one.truth, one.given): int(one.times) for one in pooled if one.question == question.name}
        classes = [label.name for label in question.labels]
        found.append(live.judged(votes, live.Counts(everybody, people), classes)[1])
    return min(found, default=0.0)


def _alike(question: Question, labels: Labels) -> float:
    """How near people's drawings or texts are to what they come to; one alone says nothing."""
    given = [label[question.name] for _, label in labels if label.get(question.name) is not None]
    return LABEL_TYPES[question.type].merge(question, given, None).confidence if len(given) > 1 else 0.0


def _votes(question: Question, labels: Labels) -> list[tuple[int, str]]:
    return [(person, _text(label[question.name])) for person, label in labels if label.get(question.name) is not None]


def _text(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return text if len(text) <= LONGEST else hashlib.sha256(text.encode()).hexdigest()
