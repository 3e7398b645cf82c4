"""Who was unsure of what: answers that have no label for a question which was asked."""

import json
from collections.abc import Iterable

from bot.draft import answered
from bot.project import Project
from bot.quality.ambiguity import Unsure


def counts(given: Iterable[tuple[int, str]], project: Project) -> Unsure:
    """By item: how many people were unsure of each of the project's questions. `given` are (item, label as JSON text)
    of the answers by somebody who was not sure of one."""
    found: dict[int, list[int]] = {}
    for item, text in given:
        done = answered(project, json.loads(text), True)
        mine = found.setdefault(item, [0] * len(project.questions))
        for place, question in enumerate(project.questions):
            mine[place] += question.name in done and done[question.name] is None
    return {item: tuple(mine) for item, mine in found.items()}
