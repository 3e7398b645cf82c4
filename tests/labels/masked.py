"""A picture cut into regions, masks over it, and what comes of the steps of a person who marks them in the chat."""

from dataclasses import replace

import numpy as np
import pytest
from pycocotools import mask as coco

from bot.labels import masks, rle
from bot.labels.base import BadAnswer, Done, Kept, Subject, Tap, Typed
from bot.project import LabelDef, Question
from bot.wording import say
from tests.labels.test_regions import SIX

ROAD, SKY, TREE = LabelDef("road", "🛣️ Road"), LabelDef("sky", "☁️ Sky"), LabelDef("tree", "Tree")


def asking(*labels, **options):
    return Question("parts", "What is where?", "masks", labels or (ROAD, SKY, TREE), options)


STREET = asking()


THINGS = asking(instances=True)


SIZE = (8, 6)


PICTURE = Subject(size=SIZE, picture=17, regions=lambda: SIX)
"""8 × 6 pixels, cut into 1 (a, b), 2 and 3 (a, b, c)."""


BARE = Subject(size=SIZE, picture=17)


def block(left, top, width, height, size=SIZE):
    """The counts of a rectangle."""
    board = np.zeros((size[1], size[0]), np.uint8)
    board[top : top + height, left : left + width] = 1
    return rle.decode(coco.encode(np.asfortranarray(board))["counts"].decode(), size[1], size[0])


def marked(name, counts, size=SIZE):
    return {"label": name, "size": [size[1], size[0]], "counts": rle.encode(counts)}


def regions(name, *parts):
    return marked(name, SIX.mask(parts, SIZE))


SUGGESTED = [marked("road", block(0, 4, 8, 2)), marked("sky", block(0, 0, 8, 2))]


OFFERED = replace(PICTURE, suggestion=SUGGESTED)


def after(question, subject, *given):
    """The work after taps ("!…") and replies."""
    work = None
    for one in given:
        said = Tap(one[1:]) if one.startswith("!") else Typed(one)
        step = masks.advance(question, work, said, subject)
        assert isinstance(step, Kept)
        work = step.work
    return work


def saved(question, subject, *given):
    step = masks.advance(question, after(question, subject, *given), Tap("done"), subject)
    assert isinstance(step, Done)
    return step.label


def asked(question, subject, *given):
    return masks.ask(question, after(question, subject, *given), subject)


def titles(ask):
    return [[option.shown("en") for option in row] for row in ask.rows]


def line(question, subject, *given):
    said = asked(question, subject, *given).marked
    return said and say("en", said)


def refused(act, *args):
    with pytest.raises(BadAnswer) as error:
        act(*args)
    assert say("de", error.value.said)
    return say("en", error.value.said)
