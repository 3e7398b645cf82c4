"""Labels from outside, read by the project's label types: always kept as {question's name: label}."""

import json
from collections.abc import Mapping
from typing import Any

from bot.exchange.problems import BadRow
from bot.labels import LABEL_TYPES
from bot.labels.base import BadAnswer, Label
from bot.project import Json, Project, Question
from bot.wording import DEFAULT, say

Labels = dict[str, Label]


def read_labels(project: Project, value: Json, texts: bool) -> Labels:
    """The labels in a cell: of one question the label itself, of several {question: label}, in a table as JSON.

    Raises BadRow. Questions that are not answered are left out.
    """
    if texts and isinstance(value, str) and project.single and not LABEL_TYPES[project.questions[0].type].CATEGORICAL:
        # Any text is a label, also one that looks like an object.
        return {project.questions[0].name: read_label(project.questions[0], value, texts)}
    by_name = _by_question(project, value, texts)
    if by_name is None:
        if not project.single:
            names = ", ".join(question.name for question in project.questions)
            raise BadRow(f'labels of several questions are an object such as {{"question": "label"}}, with {names}')
        return {project.questions[0].name: read_label(project.questions[0], value, texts)}
    return {
        question.name: read_label(question, by_name[question.name], texts and isinstance(by_name[question.name], str))
        for question in project.questions
        if by_name.get(question.name) is not None
    }


def read_label(question: Question, value: Json, texts: bool) -> Label:
    """One question's label; raises BadRow."""
    kind = LABEL_TYPES[question.type]
    try:
        return kind.from_cell(question, value) if texts and isinstance(value, str) else kind.read(question, value)
    except BadAnswer as error:
        raise refusal(question, error) from error


def refusal(question: Question, error: BadAnswer) -> BadRow:
    return BadRow(f"{question.name}: {say(DEFAULT, error.said)}")


def _by_question(project: Project, value: Json, texts: bool) -> Mapping[str, Any] | None:
    if texts and isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            value = json.loads(value)
        except ValueError:
            return None
    if not isinstance(value, Mapping):
        return None
    names = {question.name for question in project.questions}
    unknown = next((str(name) for name in value if name not in names), None)
    if unknown is not None:
        raise BadRow(f"no question is called {unknown!r}; there is {', '.join(sorted(names))}")
    return value
