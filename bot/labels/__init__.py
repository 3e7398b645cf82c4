"""The label types, by the name a project file gives."""

from bot.labels import choice, pairwise, rating, tags, transcript
from bot.labels.base import LabelType

LABEL_TYPES: dict[str, LabelType] = {
    choice.NAME: choice,
    tags.NAME: tags,
    transcript.NAME: transcript,
    rating.NAME: rating,
    pairwise.NAME: pairwise,
}
