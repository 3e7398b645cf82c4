"""Who was unsure of what: answers that have no label for a question which was asked."""

import json

from sqlalchemy import Connection

from bot.draft import answered
from bot.project import Project
from bot.quality.ambiguity import Unsure
from storage import figures


def counts(connection: Connection, project_id: int, project: Project) -> Unsure:
    """By item, gold and withdrawn ones apart: how many people were unsure of each of the project's questions."""
    found: dict[int, list[int]] = {}
    for item, text in figures.unsure(connection, project_id):
        done = answered(project, json.loads(text), True)
        mine = found.setdefault(item, [0] * len(project.questions))
        for place, question in enumerate(project.questions):
            mine[place] += question.name in done and done[question.name] is None
    return {item: tuple(mine) for item, mine in found.items()}
