"""Which suggestions a person is shown: now and then none, so that one sees what they do; on gold never the item's own.

People lean on what is suggested; how much can only be told from cards on which it was kept back at random, and from
wrong ones on items whose label is known ("Bias in the Loop", 2025, arXiv 2509.08514). Project files say how often
(`withhold`).
"""

from collections.abc import Mapping
from random import Random
from typing import Any, Final

from bot.draft import suggested
from bot.labels import LABEL_TYPES
from bot.labels.base import ABOUT_NOTHING, Done, Label, Tap
from bot.project import Project, Question
from bot.quality.values import frozen

PLANTED: Final = 0.25
"""Share of gold cards with a suggestion on which a wrong one is shown: often enough to count, and too seldom for people
to stop believing what is suggested."""


def aid(project: Project, person: int, item: int, gold: Any, suggestion: Any) -> tuple[bool, Any]:
    """Whether this person is shown a suggestion on that item, and the wrong one that stands in for it, if one does.

    The same each time they meet the item, as after an undo or when their time ran out: a second look must not give
    away what was kept back. So chance is drawn from who meets what, not from when.
    """
    if suggestion is None:
        return False, None
    draw = Random(f"{item} {person}")
    chance = draw.random()
    if gold is None:
        return chance >= project.withhold, None
    wrong = planted(project, gold, suggestion, draw) if project.withhold and chance < PLANTED else None
    return wrong is not None, wrong


def nothing(item: int, gold: Any, suggestion: Any) -> tuple[bool, Any]:
    """No suggestion, as in a test: there nobody is to be led astray."""
    return False, None


def planted(project: Project, gold: Any, suggestion: Any, draw: Random) -> Mapping[str, Any] | None:
    """A suggestion like the item's own, for the same questions, and wrong in each; None where a wrong label cannot be
    told from the gold for certain, or where it would stand out."""
    wrong: dict[str, Label] = {}
    for question in project.questions:
        if suggested(question, suggestion) is None:
            continue
        right = gold.get(question.name) if isinstance(gold, Mapping) else None
        others = [] if right is None else [one for one in one_tap(question) if frozen(one) != frozen(right)]
        if not others:
            return None
        wrong[question.name] = draw.choice(others)
    return {"label": wrong} if wrong else None


def one_tap(question: Question) -> list[Label]:
    """The labels that a single tap on a fresh card gives: of these one is right and the others are not. Empty for types
    whose labels are made of parts."""
    kind = LABEL_TYPES[question.type]
    if not kind.CATEGORICAL:
        return []
    options = (option for row in kind.ask(question, None, ABOUT_NOTHING).rows for option in row)
    steps = (kind.advance(question, None, Tap(option.choice), ABOUT_NOTHING) for option in options)
    labels = [step.label for step in steps if isinstance(step, Done)]
    return labels if len(labels) > 1 else []
