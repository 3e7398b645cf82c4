"""The label types, by the name a project file gives."""

from bot.labels import boxes, choice, masks, pairwise, rating, spans, tags, transcript
from bot.labels.base import LabelType

LABEL_TYPES: dict[str, LabelType] = {
    choice.NAME: choice,
    tags.NAME: tags,
    transcript.NAME: transcript,
    rating.NAME: rating,
    pairwise.NAME: pairwise,
    boxes.NAME: boxes,
    masks.NAME: masks,
    spans.NAME: spans,
}
