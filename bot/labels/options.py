"""A question's own settings, read as what they must be; a project file that sets them otherwise hears so."""

from bot.labels.base import BadQuestion
from bot.project import Question


def flag(question: Question, key: str, default: bool) -> bool:
    """Raises BadQuestion for anything but true and false."""
    value = question.options.get(key, default)
    if not isinstance(value, bool):
        raise BadQuestion(f"`{key}` must be true or false.")
    return value


def count(question: Question, key: str, default: int, low: int, high: int) -> int:
    """A whole number from `low` to `high`. Raises BadQuestion."""
    value = question.options.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise BadQuestion(f"`{key}` must be a whole number from {low} to {high}.")
    return value


def words(question: Question, key: str, limit: int) -> str:
    """A few words on one line, or an empty string where the key is not set. Raises BadQuestion."""
    value = question.options.get(key, "")
    if not isinstance(value, str) or len(value) > limit or (value and not value.isprintable()):
        raise BadQuestion(f"`{key}` must be text of at most {limit} characters on one line.")
    return value.strip()


def no_labels(question: Question) -> None:
    """Raises BadQuestion where labels are listed for a type whose answers are fixed or free."""
    if question.labels:
        raise BadQuestion(f"a question of the type {question.type!r} has no labels; take them out.")
