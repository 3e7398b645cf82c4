"""What of an item a question is about: its text, its picture, its sound."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.labels import LABEL_TYPES
from bot.labels.base import Label, Subject
from bot.labels.regions import Regions
from bot.project import Project, Question

Medium = Mapping[str, Any]
"""An entry of an item's media, as the import wrote it."""


def subject(
    project: Project,
    question: Question,
    data: Mapping[str, Any],
    media: Sequence[Medium] | None,
    suggestion: Label = None,
    regions: Callable[[int], Regions | None] = lambda medium: None,
) -> Subject:
    """`regions` loads the superpixels of a medium by its number."""
    picture = picture_of(question, media or ())
    number = picture["id"] if picture else 0
    clip = clip_of(media or ())
    return Subject(
        suggestion=suggestion,
        text=text_of(project, question, data, media or ()),
        size=(picture["width"], picture["height"]) if picture else None,
        picture=number,
        pieces=tuple((piece["start"], piece["end"]) for piece in clip["pieces"]) if clip else (),
        regions=lambda: regions(number) if number else None,
    )


def picture_of(question: Question, media: Sequence[Medium]) -> Medium | None:
    """The picture a question is about: of the field that it names, else the first."""
    field = question.options.get("field")
    pictures = (one for one in media if one["kind"] == "image" and one.get("width") and one.get("height"))
    return next((one for one in pictures if field is None or one["field"] == field), None)


def clip_of(media: Sequence[Medium]) -> Medium | None:
    """The clip that the import cut into pieces."""
    return next((one for one in media if one.get("pieces")), None)


def text_of(project: Project, question: Question, data: Mapping[str, Any], media: Sequence[Medium]) -> str:
    """The text a question is about; empty where there is none."""
    field = text_field(project, question, data, media)
    return str(data[field]) if field is not None else ""


def text_field(project: Project, question: Question, data: Mapping[str, Any], media: Sequence[Medium]) -> str | None:
    """The field that it names, else the first text of those that people are shown."""
    named = question.options.get("field")
    if isinstance(named, str):
        return named if isinstance(data.get(named), str) else None
    pictured = {one["field"] for one in media}
    shown = [name for name in project.show or data if isinstance(data.get(name), str) and name not in pictured]
    return "text" if "text" in shown else shown[0] if shown else None


def missing(question: Question, about: Subject) -> str:
    """What the item lacks to be asked about: "image", "text" or nothing."""
    wanted = LABEL_TYPES[question.type].ABOUT
    if wanted == "image":
        return "" if about.size else wanted
    return wanted if wanted == "text" and not about.text.strip() else ""
