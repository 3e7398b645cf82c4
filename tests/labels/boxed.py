"""Boxes over a picture, and what comes of the steps of a person who draws them in the chat."""

import json
from functools import reduce

import pytest

from bot.labels import boxes
from bot.labels.base import BadAnswer, Kept, Subject, Tap, Typed
from bot.project import LabelDef, Question
from bot.wording import say

CAR, DOG, CUP = LabelDef("car", "🚗 Car"), LabelDef("dog", "🐕 Dog"), LabelDef("cup, mug", "☕ Cup")


QUESTION = Question("label", "What is where?", "boxes", (CAR, DOG, CUP))


SIZE = (640, 480)


def record(label, x, y, width, height):
    return {"label": label, "x": x, "y": y, "width": width, "height": height}


SUGGESTED = [record("car", 10, 20, 100.5, 80), record("dog", 300, 200, 90, 60), record("car", 500, 400, 120, 70)]


def about(suggestion=None, size=SIZE):
    return Subject(suggestion=suggestion, size=size)


def after(*given, suggestion=None, question=QUESTION, size=SIZE):
    """What comes of these steps: taps begin with an equal sign ("=done"), all else is typed."""

    def step(before, one):
        assert isinstance(before, Kept), "answered before the last step"
        what = Tap(one[1:]) if one.startswith("=") else Typed(one)
        came = boxes.advance(question, before.work, what, about(suggestion, size))
        # As storage would keep it and give it back.
        return Kept(json.loads(json.dumps(came.work))) if isinstance(came, Kept) else came

    return reduce(step, given, Kept(None))


def card(*given, suggestion=None, question=QUESTION, size=SIZE):
    work = after(*given, suggestion=suggestion, question=question, size=size).work
    return boxes.ask(question, work, about(suggestion, size))


def refused(*given, **options):
    with pytest.raises(BadAnswer) as bad:
        after(*given, **options)
    return say("en", bad.value.said)


def choices(ask):
    return [option.choice for row in ask.rows for option in row]


def titles(ask):
    return [option.shown("en") for row in ask.rows for option in row]
