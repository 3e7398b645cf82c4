"""Calls reviewers when items have waited for them a while: once for a queue that fills, then daily while it stands."""

from datetime import timedelta
from typing import Final

from bot.buttons import Pressed, pack
from bot.chat import Button, Message, Part, Row
from bot.wording import phrase, say
from storage import reviews, runs
from storage.database import Transaction

REVIEWERS: Final = ("reviewer", "admin", "owner")
CALL: Final = "review"
"""The run that tells reviewers."""
WAITED: Final = timedelta(minutes=15)
"""So long the oldest item has waited, so that one message speaks of all that come together."""
REST: Final = timedelta(hours=6)
"""Between two calls, though the queue was empty between them."""
AGAIN: Final = timedelta(hours=24)
"""Between two calls to the same queue."""


def note_due(tx: Transaction, project: int) -> None:
    """Notes that reviewers are to be called, where it is time to and none of them is at it."""
    oldest = reviews.oldest(tx, project)
    if oldest is None or tx.now - oldest < WAITED:
        return
    before = runs.latest(tx, project, CALL)
    if before is not None and tx.now - before < (REST if oldest > before else AGAIN):
        return
    if not reviews.in_hands(tx, project):
        # By the minute: of processes that look at once one is first.
        runs.at(tx, project, CALL, tx.now.replace(second=0, microsecond=0))


def message(language: str, project: int, title: str, count: int) -> Message:
    said = say(language, phrase("review.waits_one" if count == 1 else "review.waits", count=count, title=title))
    return Message(text=(Part(said),), buttons=(way(language, project, count),))


def way(language: str, project: int, count: int) -> Row:
    """The button that begins a review."""
    said = phrase("manage.review_one" if count == 1 else "manage.review", count=count)
    return (Button(say(language, said), pack(Pressed("", project, "r"))),)
