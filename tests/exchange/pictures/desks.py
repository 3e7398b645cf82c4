"""Projects of pictures, and pictures to label, for tests of what goes out and comes back."""

import io

import numpy as np
from PIL import Image

from bot.labels.rasters import mask_of
from bot.project import LabelDef, Project, Question

LABELS = (LabelDef("car", "Car"), LabelDef("dog", "Dog"))
BOXES = Project("boxed", "Boxed", (Question("label", "What is where?", "boxes", LABELS),), overlap=2)
MASKS = Project("masked", "Masked", (Question("label", "Which parts?", "masks", LABELS),), overlap=2)
THINGS = Project("things", "Things", (Question("label", "Which?", "masks", LABELS, {"instances": True}),), overlap=2)
KINDS = Project("kinds", "Kinds", (Question("label", "What is it?", "choice", LABELS),), overlap=2)
CAR = {"label": "car", "x": 100, "y": 50, "width": 100, "height": 75}
DOG = {"label": "dog", "x": 0, "y": 0, "width": 30.5, "height": 20}


def jpeg(size=(400, 300), orientation=None, color="green") -> bytes:
    out = io.BytesIO()
    image = Image.new("RGB", size, color)
    if orientation:
        image.getexif()[0x0112] = orientation
    image.save(out, "JPEG", exif=image.getexif())
    return out.getvalue()


def mask(label, *boxes, size=(400, 300), holes=()):
    """A mask of rectangles (x, y, width, height) without those of `holes`."""
    pixels = np.zeros((size[1], size[0]), np.uint8)
    for value, found in ((1, boxes), (0, holes)):
        for x, y, width, height in found:
            pixels[y : y + height, x : x + width] = value
    return {"label": label, **mask_of(pixels)}


RING = mask("car", (100, 50, 100, 75), (300, 200, 50, 60), holes=[(120, 70, 10, 10)])
SPOT = mask("dog", (10, 10, 3, 3), (13, 13, 1, 1))


def pictures(desk, project, *names, **asked):
    """The desk at the project with these pictures in it."""
    desk = desk.have(project)
    for name in names:
        desk.file(f"pics/{name}", jpeg(**asked))
    desk.bring(desk.jsonl("pics/items.jsonl", *({"id": name, "image": name} for name in names)))
    return desk


def answered(desk, **by_name):
    """Each person gives their labels to the items in order."""
    for name, labels in by_name.items():
        person = desk.person(f"{desk.project}-{name}")
        desk.answer(person, *(None if label is None else {"label": label} for label in labels))
    return desk
