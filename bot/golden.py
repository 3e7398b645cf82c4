"""Gold in the chat: whether an answer was right, in a friendly sentence, and an item made gold with one tap."""

import json
from collections.abc import Mapping
from typing import Any, Final

from bot import qualifying
from bot.labels import LABEL_TYPES
from bot.labels.base import Label, cut
from bot.project import Project
from bot.quality.coding import Coding
from bot.turn import Turn
from bot.wording import phrase
from storage import gold
from storage.cards import Card
from storage.figures import SEPARATOR

DESCRIBED: Final = 120
EXPLAINED: Final = 1500
"""Characters of an explanation, so that every platform bears the message it stands in."""


def is_right(project: Project, label: Label, known: Label) -> bool | None:
    """Whether the label of each question that gold knows is as near to it as the report counts as right; None where
    they have no question in common."""
    coding = Coding(project, SEPARATOR)
    both = zip(coding.coders, coding.answer(json.dumps(label)), coding.answer(json.dumps(known)), strict=True)
    judged = [
        coder.distance(code, right) <= coder.type.RIGHT
        for coder, code, right in both
        if code is not None and right is not None
    ]
    return all(judged) if judged else None


def after(turn: Turn, card: Card, label: Mapping[str, Label] | None) -> str:
    """What is said of a card that was just dealt with, and makes its answer final: whether it was right, where the
    project tells, and how the test goes, where it was one. `label` is None for a skip or a flag. Empty for all other
    cards."""
    project = turn.schema(card.project, card.version)
    if card.gold is None or card.item_state != "gold":
        return ""
    test = qualifying.is_test(turn, card, project)
    if not test and not project.gold_feedback:
        return ""
    told = "" if label is None else _verdict(turn, card, project, label, always=test)
    if test or told:
        gold.measured(turn.tx, card.id, "test" if test else "told")
    went = qualifying.went_on(turn, card, project, is_right) if test else ""
    return "\n".join(line for line in (told, went) if line)


def _verdict(turn: Turn, card: Card, project: Project, label: Mapping[str, Label], *, always: bool) -> str:
    """`always` explains what was right, too."""
    right = is_right(project, dict(label), card.gold)
    if right is None:
        return ""
    why = gold.explanation(turn.tx, card.item) if always or not right else ""
    mine, known = (described(turn, project, one) for one in (label, card.gold))
    key = "gold.right" if right else "gold.wrong" if mine != known else "gold.apart"
    said = turn.say(phrase(key, label=mine, gold=known))
    return f"{said} {cut(why.strip(), EXPLAINED)}".rstrip()


def described(turn: Turn, project: Project, label: Mapping[str, Any]) -> str:
    """The labels of all questions that are answered, in a few words."""
    known = (question for question in project.questions if question.name in label)
    return cut(", ".join(turn.say(LABEL_TYPES[one.type].describe(one, label[one.name])) for one in known), DESCRIBED)
