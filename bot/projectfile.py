"""A project file (TOML) becomes a Project, or a sentence that names the line to fix."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from bot import projectlabels, projectsettings
from bot.project import (
    CONSENSUS,
    ONLY_QUESTION,
    SKIP_REASONS,
    Json,
    LabelDef,
    Project,
    Qualification,
    Question,
    Review,
    ShowIf,
    Summary,
)
from bot.tomltable import BadProjectFile, Table, did_you_mean, read, together
from bot.tomltable import parse as parse_toml

__all__ = ["BadProjectFile", "load", "parse"]

Read = TypeVar("Read")
Check: TypeAlias = Callable[[Question], None]  # raises ValueError with a sentence for the file's author

ORDERS = ("imported", "random")
QUESTIONS_MAX = 5
REASON_MAX = 60
ASKED_MAX = 300
TEST_MAX = 50
TEST_TEXT_MAX = 1500

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_NAME_WANTED = "1 to 40 lower-case letters, digits, - or _, starting with a letter or digit"
_TITLE = re.compile(r"[^\x00-\x1f]{1,120}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_QUOTED = re.compile(r"`(\w+)`")

_RULES = (
    "overlap",
    "lease",
    "order",
    "blind",
    "max_per_person",
    "flags_needed",
    "skip_limit",
    "gold_share",
    "withhold",
    "unsure",
    "gold_start",
    "gold_feedback",
    "watch",
    "call_back",
    "names",
    "consensus",
)
_PROJECT = (
    "name",
    "title",
    "instructions",
    "language",
    "questions",
    "chats",
    "show",
    "fields",
    "summary",
    "qualification",
    "review",
)
_PROJECT_KEYS = (*_PROJECT, *_RULES, "skip_reasons")
_SINGLE_KEYS = ("question", "type", "labels")
_QUESTION_KEYS = ("name", "title", "type", "labels", "show_if")
_LABEL_KEYS = ("name", "title", "help", "examples", "was", "parent", "labels")
_QUALIFICATION_KEYS = ("items", "right", "text")
_SUMMARY_KEYS = ("channel", "every", "timezone")
_REVIEW_KEYS = ("confidence", "feedback")

# In TOML a line belongs to the last [header] above it: by far the commonest slip in these files.
_TO_THE_TOP = "belongs to the project; move it above the first line that starts with [."
_UP = "belongs above this table; move it up, before the line that starts with [."


def load(
    path: Path,
    types: Collection[str],
    options: Mapping[str, Collection[str]] | None = None,
    check: Check | None = None,
) -> Project:
    """The project in the file at `path`; see `parse`. BadProjectFile also when the file cannot be read."""
    return parse(read(path), str(path), types=types, options=options, check=check)


def parse(
    text: str,
    name: str = "project.toml",
    *,
    types: Collection[str],
    options: Mapping[str, Collection[str]] | None = None,
    check: Check | None = None,
) -> Project:
    """The project `text` describes, or BadProjectFile, whose message names the file `name`, and of each mistake the
    line and the remedy.

    `types` are the known label types and `options` the settings each takes; `check` lets a type refuse a question
    by a ValueError, whose sentence is then placed at the question's line.
    """
    return _Reader(types, options or {}, check).project(parse_toml(text, name))


class _Reader:
    """Reads one file with the label types it may name."""

    def __init__(self, types: Collection[str], options: Mapping[str, Collection[str]], check: Check | None) -> None:
        self.types, self.options, self.check = types, options, check
        self.problems: list[BadProjectFile] = []
        self.settings = sorted({key for keys in options.values() for key in keys})
        self.astray = {
            **dict.fromkeys(("type", "show_if", "question", *self.settings), _UP),
            **dict.fromkeys(_PROJECT_KEYS, _TO_THE_TOP),
        }

    def tried(self, read: Callable[[], Read]) -> Read | None:
        """What `read` gives; None where there is a mistake, which is noted, so that the next ones are found too."""
        try:
            return read()
        except BadProjectFile as problem:
            self.problems.append(problem)
            return None

    def project(self, root: Table) -> Project:
        found: dict[str, Any] = {key: self.tried(read) for key, read in self.reading(root).items()}
        if self.problems:
            raise together(self.problems)
        return Project(**found)

    def reading(self, root: Table) -> Mapping[str, Callable[[], object]]:
        """How each of a Project's fields is read."""
        return {
            "name": lambda: root.named("name", _NAME, _NAME_WANTED),
            "title": lambda: root.named("title", _TITLE, "1 to 120 characters on one line", root.text("name")),
            "questions": lambda: self.many(root) if "questions" in root else (self.only(root),),
            "instructions": lambda: root.text("instructions", ""),
            "overlap": lambda: projectsettings.least(root),
            "adaptive": lambda: projectsettings.adaptive(root),
            "lease": lambda: projectsettings.lease(root),
            "order": lambda: root.one_of("order", ORDERS, "imported"),
            "blind": lambda: root.flag("blind", True),
            "max_per_person": lambda: root.count("max_per_person", 1, 10**9, 1) if "max_per_person" in root else None,
            "flags_needed": lambda: root.count("flags_needed", 1, 100, 1),
            "skip_limit": lambda: root.count("skip_limit", 1, 100, 3),
            "gold_share": lambda: root.share("gold_share", 0.5, 0.1),
            "withhold": lambda: root.share("withhold", 0.5, 0.15),
            "unsure": lambda: root.flag("unsure", False),
            "gold_start": lambda: root.share("gold_start", 0.9, 0.3) if "gold_start" in root else None,
            "gold_feedback": lambda: root.flag("gold_feedback", False),
            "qualification": lambda: self.qualification(root) if "qualification" in root else None,
            "watch": lambda: root.flag("watch", True),
            "call_back": lambda: root.flag("call_back", True),
            "names": lambda: root.flag("names", False),
            "consensus": lambda: root.one_of("consensus", CONSENSUS, "auto"),
            "skip_reasons": lambda: root.texts("skip_reasons", SKIP_REASONS, REASON_MAX),
            "chats": lambda: root.some_of("chats", projectsettings.CHATS),
            "show": lambda: root.texts("show"),
            "fields": lambda: projectsettings.fields(root.table("fields"), dict.fromkeys(_PROJECT_KEYS, _TO_THE_TOP)),
            "language": lambda: root.named("language", _LANGUAGE, 'a language code such as "en" or "pt-BR"', "en"),
            "summary": lambda: self.summary(root) if "summary" in root else None,
            "review": lambda: self.review(root) if "review" in root else None,
        }

    def only(self, root: Table) -> Question | None:
        """The question of a file that asks just one, and so says everything at the top."""
        self.tried(lambda: root.only((*_PROJECT_KEYS, *_SINGLE_KEYS, *self.settings)))
        stray = bool(self.problems)  # perhaps the very key that would be missed
        if isinstance(root.data.get("question"), list):
            root.fail("several questions are written as [[questions]], with an s.", "question")
        labels = self.labels(root)
        if "type" not in root:
            if stray and any(did_you_mean(key, ("type",)).startswith("did") for key in root.data):
                return None
            types = " or ".join(self.types)
            root.fail(f'`type` is missing; add type = "…" ({types}), or [[questions]] to ask several.')
        kind = root.one_of("type", self.types)
        options = self.tried(lambda: self.chosen(root, kind, (*_PROJECT_KEYS, *_SINGLE_KEYS)))
        asked = self.tried(lambda: _asked(root))
        if stray or labels is None or options is None or asked is None:
            return None
        return self.checked(root, Question(ONLY_QUESTION, asked, kind, labels, options))

    def many(self, root: Table) -> tuple[Question | None, ...]:
        belongs = "belongs to one question; move it under its [[questions]]."
        self.tried(lambda: root.only(_PROJECT_KEYS, dict.fromkeys((*_SINGLE_KEYS, "show_if", *self.settings), belongs)))
        tables = root.tables("questions")
        if not 1 <= len(tables) <= QUESTIONS_MAX:
            root.fail(f"a project asks 1 to {QUESTIONS_MAX} questions.", "questions", QUESTIONS_MAX)
        questions: list[Question | None] = []
        for table in tables:
            questions.append(self.tried(partial(self.question, table, questions)))
        return tuple(questions)

    def question(self, table: Table, earlier: Sequence[Question | None]) -> Question | None:
        """None, too, where it could not be read and that is noted already. After one that could not, conditions cannot
        be judged."""
        before, noted = [one for one in earlier if one is not None], len(self.problems)
        self.tried(lambda: table.only((*_QUESTION_KEYS, *self.settings), dict.fromkeys(_PROJECT_KEYS, _TO_THE_TOP)))
        stray = len(self.problems) > noted
        labels = self.labels(table)
        kind = self.tried(lambda: table.one_of("type", self.types))
        options = self.tried(partial(self.chosen, table, kind, _QUESTION_KEYS)) if kind is not None else None
        whole = len(before) == len(earlier)
        shown = self.tried(lambda: _show_if(table, before)) if "show_if" in table and whole else None
        name = table.named("name", _NAME, _NAME_WANTED)
        if any(one.name == name for one in before):
            table.fail(f"another question is already called {name!r}; give this one a name of its own.", "name")
        title = table.text("title", name, limit=ASKED_MAX)
        if stray or kind is None or labels is None or options is None:
            return None
        return self.checked(table, Question(name, title, kind, labels, options, shown))

    def chosen(self, table: Table, kind: str, common: Collection[str]) -> dict[str, Json]:
        """The settings of its label type that `table` makes; those of another type are refused."""
        own = sorted(key for key in self.options.get(kind, ()) if key not in common)
        owner = {key: other for other, keys in self.options.items() for key in keys}
        other = {key: f"is a setting of the type {owner[key]!r}, and this one is {kind!r}." for key in owner}
        table.only({*common, *own, *(table.data.keys() - other.keys())}, other)
        return {key: _json(table, table.data[key], key) for key in own if key in table}

    def labels(self, table: Table) -> tuple[LabelDef, ...] | None:
        """None where any of them has a mistake, which is noted."""
        before = len(self.problems)
        found = self.tried(lambda: self.all_labels(table))
        return found if len(self.problems) == before else None

    def all_labels(self, table: Table) -> tuple[LabelDef, ...]:
        if projectlabels.names_only(table.data.get("labels")):
            return tuple(LabelDef(name, name) for name in projectlabels.label_names(table))
        before = len(self.problems)
        found = list(self.label_tables(table, None))
        whole = len(self.problems) == before
        for index in range(len(found)):
            self.tried(partial(projectlabels.check_label, found, index, whole))
        return tuple(label for _, label in found)

    def label_tables(self, table: Table, parent: str | None) -> Iterator[tuple[Table, LabelDef]]:
        """Every label of `table` and below, parents before their children."""
        for place in table.tables("labels"):
            self.tried(partial(place.only, _LABEL_KEYS, self.astray))
            label = self.tried(partial(projectlabels.label, place, parent))
            if label is not None:
                yield place, label
                yield from self.label_tables(place, label.name)

    def qualification(self, root: Table) -> Qualification:
        table = root.table("qualification")
        table.only(_QUALIFICATION_KEYS, self.astray)
        items = table.count("items", 1, TEST_MAX, 5)
        return Qualification(items, table.count("right", 1, items, items), table.text("text", "", TEST_TEXT_MAX))

    def review(self, root: Table) -> Review:
        table = root.table("review")
        table.only(_REVIEW_KEYS, self.astray)
        return Review(table.share("confidence", 1, 0.6), table.flag("feedback", True))

    def summary(self, root: Table) -> Summary | None:
        table = root.table("summary")
        self.tried(lambda: table.only(_SUMMARY_KEYS, self.astray))
        channel = self.tried(lambda: projectsettings.channel(root, table))
        timezone = self.tried(lambda: projectsettings.timezone(table))
        every = self.tried(lambda: projectsettings.every(table))
        if channel is None or timezone is None or every is None:
            return None
        return Summary(channel, every, timezone)

    def checked(self, table: Table, question: Question) -> Question:
        if self.check is not None:
            try:
                self.check(question)
            except ValueError as error:
                table.fail(str(error), _meant(table, str(error)))
        return question


def _meant(table: Table, sentence: str) -> str:
    """The key that a label type's sentence is about, so that its line is named: of those in backticks the first that
    is set here, else the labels where it speaks of them."""
    named = [key for key in _QUOTED.findall(sentence) if key in table]
    return named[0] if named else "labels" if "labels" in sentence and "labels" in table else "type"


def _json(table: Table, value: object, *keys: str | int) -> Json:
    if isinstance(value, list):
        return [_json(table, one, *keys, index) for index, one in enumerate(value)]
    if isinstance(value, dict):
        return {key: _json(table, one, *keys, key) for key, one in value.items()}
    if isinstance(value, (bool, int, str)) or (isinstance(value, float) and math.isfinite(value)):
        return value
    if isinstance(value, float):
        table.fail(f"`{keys[0]}` is {value}, which cannot be counted with; write a number such as 3.", *keys)
    table.fail(f"`{keys[0]}` must be text, a number, true, false or a list of these.", *keys)


def _asked(root: Table) -> str:
    """What the only question says: `question`, else the first line of the instructions, else the title."""
    first = root.text("instructions", "").partition("\n")[0].strip()
    fitting = first if 0 < len(first) <= ASKED_MAX else root.text("title", root.text("name"))
    return root.text("question", fitting, limit=ASKED_MAX)


def _show_if(table: Table, earlier: list[Question]) -> ShowIf:
    name, labels = _condition(table)
    names = [one.name for one in earlier]
    if name not in names:
        near = did_you_mean(name, names) if names else "the first question is always asked."
        table.fail(f"no question above this one is called {name!r}; {near}", "show_if", "question")
    known = [label.name for label in earlier[names.index(name)].labels]
    for index, label in enumerate(labels):
        if known and label not in known:
            reason = f"{label!r} is no label of {name!r}; {did_you_mean(label, known)}"
            table.fail(reason, "show_if", "label", index)
    return ShowIf(name, labels)


def _condition(table: Table) -> tuple[str, tuple[str, ...]]:
    if isinstance(table.data["show_if"], str):
        name, equals, label = (part.strip() for part in table.text("show_if").partition("="))
        if not (name and equals and label):
            table.fail('`show_if` must read "question=label".', "show_if")
        return name, (label,)
    inner = table.table("show_if")
    inner.only(("question", "label"))
    if isinstance(inner.data.get("label"), list):
        labels = inner.texts("label")
        if not labels:
            inner.fail("`label` is empty; name at least one label.", "label")
        return inner.text("question"), labels
    return inner.text("question"), (inner.text("label"),)
