"""The colours of labels, the same in pictures that are painted and on the page."""

from typing import Final

from bot.project import Question

COLOURS: Final = (
    "#e6194b", "#3cb44b", "#4363d8", "#f58231", "#911eb4", "#00a6b8", "#f032e6", "#7a9a01",
    "#c98a00", "#469990", "#9a6324", "#6a5acd", "#d2527f", "#2e8b57", "#b03a2e", "#1f78b4",
)  # fmt: skip
"""Far enough apart to be told from one another over a photograph, and dark enough to bear white letters."""


def colour(question: Question, label: str) -> int:
    """The place in COLOURS of a label, by its place in the question; labels beyond their number share them."""
    known = question.label(label)
    return (question.labels.index(known) if known else 0) % len(COLOURS)
