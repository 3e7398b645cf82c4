"""Gold in the chat: whether an answer was right, in a friendly sentence, and an item made gold with one tap."""

import json
from collections.abc import Mapping
from typing import Any, Final

from bot import qualifying
from bot.apart import side_by_side
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
    judged = _judged(project, label, known)
    return all(judged.values()) if judged else None


def _judged(project: Project, label: Label, known: Label) -> dict[str, bool]:
    """By question that both know."""
    coding = Coding(project, SEPARATOR)
    both = zip(coding.coders, coding.answer(json.dumps(label)), coding.answer(json.dumps(known)), strict=True)
    return {
        coder.question.name: coder.distance(code, right) <= coder.type.RIGHT
        for coder, code, right in both
        if code is not None and right is not None
    }


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
    """`always` explains what was right, too. Of several questions those are told that were not."""
    assert card.gold is not None
    judged = _judged(project, dict(label), card.gold)
    if not judged and label:
        return ""
    right = bool(judged) and all(judged.values())
    why = gold.explanation(turn.tx, card.item) if always or not right else ""
    said = _right(turn, project, label) if right else _wrong(turn, project, label, card.gold, judged)
    return f"{said} {cut(why.strip(), EXPLAINED)}".rstrip()


def _right(turn: Turn, project: Project, label: Mapping[str, Label]) -> str:
    return turn.say(phrase("gold.right", label=described(turn, project, label)))


def _wrong(
    turn: Turn, project: Project, label: Mapping[str, Label], known: Mapping[str, Label], judged: Mapping[str, bool]
) -> str:
    if not label:
        return turn.say(phrase("gold.unsure", gold=described(turn, project, known)))
    missed = [one for one in project.questions if not judged.get(one.name, True)]
    mine, right = side_by_side(turn.language, missed, label, known)
    return turn.say(phrase("gold.wrong" if mine != right else "gold.apart", label=mine, gold=right))


def described(turn: Turn, project: Project, label: Mapping[str, Any]) -> str:
    """The labels of all questions that are answered, in a few words."""
    known = (question for question in project.questions if question.name in label)
    return cut(", ".join(turn.say(LABEL_TYPES[one.type].describe(one, label[one.name])) for one in known), DESCRIBED)
