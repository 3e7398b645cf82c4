"""The colours that a question's labels are drawn in: told apart on photographs, also by people who see few colours."""

from typing import Final

from bot.project import Question

COLOURS: Final[tuple[str, ...]] = (
    "#FFC400",
    "#2FA8FF",
    "#FF5A36",
    "#2FD36B",
    "#FF63C1",
    "#14E0E0",
    "#A97BFF",
    "#FF9838",
    "#B6E61D",
    "#FFB3A7",
    "#0D6EFD",
    "#E0218A",
    "#7CF5B5",
    "#C9A227",
)


def colour(question: Question, name: str) -> int:
    """The place in COLOURS of a label; labels beyond the last colour begin anew."""
    place = next((place for place, label in enumerate(question.labels) if label.name == name), 0)
    return place % len(COLOURS)
