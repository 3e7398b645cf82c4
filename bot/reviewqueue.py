"""What puts an item before a reviewer: people who differ on it, a flag; and what a decision keeps from being undone."""

from bot import reviewing, weighing
from bot.project import Project
from bot.turn import Turn
from storage import reviews
from storage.answers import Answer
from storage.cards import Card


def completed(turn: Turn, card: Card, asked: Project) -> None:
    """An answer was saved: where it was an item's last one and people differ, a reviewer is to look at it. Nothing is
    asked of the database in a project without review."""
    if asked.review is None or not reviewing.quick(asked):
        return
    if reviews.item_state(turn.tx, card.item) != "done":
        return
    given = reviewing.voices(asked, reviews.given(turn.tx, card.item), card.rules)
    if not reviewing.quick(asked, [one.label for one in given]):
        return  # see `bot.lookingback`
    judge = weighing.judge(turn.tx, card.project, asked, card.item)
    if reviewing.disputed(asked, given, asked.review.confidence, judge):
        reviews.enqueue(turn.tx, card.item, "disputed")
    else:
        reviews.agreed(turn.tx, card.item)


def flagged(turn: Turn, card: Card, asked: Project) -> None:
    """An item was flagged: once it is held back, a reviewer is to look at it."""
    if asked.review is not None and reviews.item_state(turn.tx, card.item) == "flagged":
        reviews.enqueue(turn.tx, card.item, "flagged")


def settled(turn: Turn, answer: Answer, asked: Project) -> bool:
    """Whether a reviewer has decided the item of an answer, which therefore stays."""
    return asked.review is not None and answer.kind == "label" and reviews.standing(turn.tx, answer.item) is not None
