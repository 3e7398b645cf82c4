"""Folders named after classes, with pictures in them: each picture's folder is its label."""

import json
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, Final

from bot.exchange.raw import Opened, Raw
from bot.exchange.shapes.labelled import Brought
from bot.exchange.shapes.marked import own_name
from bot.exchange.shapes.recognised import Recognised
from bot.project import Project

PARTS: Final = frozenset({"train", "val", "valid", "validation", "test", "dev"})
CLASSES: Final = "classes.json"


def imagefolder(project: Project, opened: Opened, sample: Sequence[Raw]) -> Recognised | None:
    """None unless every one of the first pictures lies in a folder called as a label of a choice."""
    question = next((one for one in project.questions if one.type == "choice"), None)
    if not opened.mixed or question is None:
        return None
    known = _known(opened.path)
    folders = {folder_of(str(raw.cells.get("id")), known) for raw in sample if "image" in raw.cells}
    if not folders or any(own_name(question, known.get(name, name)) is None for name in folders):
        return None
    return Recognised(opened, (question.type,), partial(_taken, known), "pictures in a folder a label")


def folder_of(place: str, known: Collection[str] = ()) -> str:
    """The folder that stands for the class: the first that is no part of a split, or is `known` for a class."""
    inside = PurePosixPath(place).parts[:-1]
    folders = [name for name in inside if name in known or name.casefold() not in PARTS]
    return folders[0] if folders else ""


def _taken(known: Mapping[str, str], row: Mapping[str, Any]) -> Brought:
    folder = folder_of(str(row.get("id")), known)
    data = {name: value for name, value in row.items() if name != "id"}
    return Brought(row.get("id"), data, known.get(folder, folder) or None)


def _known(path: Path) -> dict[str, str]:
    """Labels by folder, as an export of ours tells them."""
    try:
        held = json.loads((path / CLASSES).read_text(encoding="utf-8")) if path.is_dir() else {}
    except (OSError, ValueError):
        return {}
    return {str(folder): str(label) for folder, label in held.items()} if isinstance(held, dict) else {}
