"""Labels from outside, read by the project's label types: always kept as {question's name: label}."""

import json
from collections.abc import Mapping
from typing import Any

from bot.exchange.problems import BadRow
from bot.exchange.sentences import listed
from bot.labels import LABEL_TYPES, pieces
from bot.labels.base import BadAnswer, Label
from bot.labels.names import fitting
from bot.project import ONLY_QUESTION, Json, Project, Question
from bot.wording import DEFAULT, phrase, say

Labels = dict[str, Label]


def read_labels(project: Project, value: Json, texts: bool, column: str = "label") -> Labels:
    """The labels in a cell: of one question the label itself, of several {question: label}, in a table as JSON.

    Raises BadRow, which begins with the `column`. Questions that are not answered are left out.
    """
    try:
        return _labels(project, value, texts)
    except BadRow as problem:
        raise BadRow(f"{column}: {problem}") from problem


def _labels(project: Project, value: Json, texts: bool) -> Labels:
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
    """In the words of files: labels by the names that stand in them, not by the titles that people tap."""
    said = error.said
    if said.key == "label.unknown":
        text = str(said.fields["text"])
        near = fitting(question, text) or question.labels
        said = phrase(said.key, text=text, labels=listed(label.name for label in near))
    sentence = say(DEFAULT, said).rstrip(".")
    return BadRow(sentence if question.name == ONLY_QUESTION else f"{question.name}: {sentence}")


def _by_question(project: Project, value: Json, texts: bool) -> Mapping[str, Any] | None:
    if texts and isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            value = json.loads(value)
        except ValueError:
            return None
    if not isinstance(value, Mapping) or (project.single and pieces.segments(value) is not None):
        return None
    names = {question.name for question in project.questions}
    unknown = next((str(name) for name in value if name not in names), None)
    if unknown is not None:
        raise BadRow(f"no question is called {unknown!r}; there is {', '.join(sorted(names))}")
    return value
