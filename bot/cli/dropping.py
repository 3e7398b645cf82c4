"""What a changed project file no longer has, though answers may have it."""

from collections.abc import Iterator

from bot.exchange.sentences import listed
from bot.project import Project, Question


def dropped(before: Project, after: Project) -> Iterator[str]:
    """Sentences for who changed the file: a label that was renamed looks as if it had been removed."""
    asked = {question.name: question for question in after.questions}
    for question in before.questions:
        now = asked.get(question.name)
        if now is None:
            yield f"the question {question.name} is no longer asked; answers to it stay."
        elif now.type != question.type:
            yield f"the question {question.name} asked for {question.type} before; answers from then stay as they are."
        elif gone := [name for name in _names(question) if name not in set(_names(now))]:
            yield (
                f"no longer in the file: {listed(gone)}. Answers that say so stay. Where a label has another name now, "
                f'say so under it: was = ["{gone[0]}"]'
            )


def _names(question: Question) -> list[str]:
    """Of its labels, with those they had before."""
    return [name for label in question.labels for name in (label.name, *label.was)]
