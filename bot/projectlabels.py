"""The labels of a question in a project file, each checked against the others."""

from __future__ import annotations

import re

from bot.project import LabelDef
from bot.tomltable import Table, did_you_mean

TITLE_MAX = 75  # a Slack button's text; Telegram cuts off sooner by width, but takes it
_LABEL_NAME = re.compile(r"[^\s\x00-\x1f](?:[^\x00-\x1f]{0,62}[^\s\x00-\x1f])?")
_LABEL_WANTED = "1 to 64 characters on one line"
_LABEL_TITLE = re.compile(rf"[^\x00-\x1f]{{1,{TITLE_MAX}}}")


def names_only(labels: object) -> bool:
    """Whether they are written as names alone, `labels = ["a", "b"]`."""
    return isinstance(labels, list) and bool(labels) and not any(isinstance(one, dict) for one in labels)


def label_names(table: Table) -> tuple[str, ...]:
    """Raises BadProjectFile."""
    names = table.texts("labels", limit=64)
    for index, name in enumerate(names):
        if not _LABEL_NAME.fullmatch(name):
            table.fail(f"the label {name!r} must be {_LABEL_WANTED}.", "labels", index)
    return names


def label(place: Table, parent: str | None) -> LabelDef:
    """One that is a table of its own, under `parent`. Raises BadProjectFile."""
    if parent is not None and "parent" in place:
        place.fail(f"this label already stands under {parent!r}; take `parent` out.", "parent")
    name = place.named("name", _LABEL_NAME, _LABEL_WANTED)
    return LabelDef(
        name=name,
        title=place.named("title", _LABEL_TITLE, f"1 to {TITLE_MAX} characters on one line", name),
        help=place.text("help", "", 1000),
        examples=place.texts("examples", limit=1000),
        was=place.texts("was", limit=64),
        parent=place.text("parent") if "parent" in place else parent,
    )


def check_label(found: list[tuple[Table, LabelDef]], index: int, whole: bool) -> None:
    """`whole` says that all labels could be read, so that one which is missing is missing. Raises
    BadProjectFile."""
    place, label = found[index]
    names = [one.name for _, one in found]
    if label.name in names[:index]:
        place.fail(f"another label of this question is already called {label.name!r}.", "name")
    if taken := next((old for old in label.was if old in names), None):
        place.fail(f"{taken!r} is still a label's name, so no other label can have been it.", "was")
    before = {old: one.name for _, one in found[:index] for old in one.was}
    if taken := next((old for old in label.was if old in before), None):
        place.fail(f"{before[taken]!r} was {taken!r} already; a former name goes on in one label only.", "was")
    if whole and label.parent is not None and label.parent not in names:
        place.fail(f"no label is called {label.parent!r}; {did_you_mean(label.parent, names)}", "parent")
    if _in_a_circle(label, [one for _, one in found]):
        place.fail(f"{label.name!r} comes to lie under itself; give it another parent.", "parent")


def _in_a_circle(label: LabelDef, labels: list[LabelDef]) -> bool:
    parents = {one.name: one.parent for one in labels}
    above, steps = label.parent, 0
    while above is not None and above != label.name and steps < len(labels):
        above, steps = parents.get(above), steps + 1
    return above == label.name
