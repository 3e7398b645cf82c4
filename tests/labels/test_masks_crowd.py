"""Masks of simulated people, some careless: what comes of their answers is nearer to the truth than a vote's."""

import numpy as np
from pycocotools import mask as coco
from skimage.filters import gaussian

from bot.labels import mask_records, masks, rle
from bot.project import LabelDef, Question

SIDE = 96
PICTURES = 40
PEOPLE = 12
ANSWERS = 5
QUESTION = Question("parts", "What?", "masks", (LabelDef("road", "Road"), LabelDef("tree", "Tree")))


def wobbly(chance, smooth):
    """A smooth random field, mean 0 and standard deviation 1."""
    field = gaussian(chance.normal(size=(SIDE, SIDE)), smooth)
    return (field - field.mean()) / field.std()


def depth_of(chance):
    """A thing's outline: above 0 inside, falling by about 1 a pixel."""
    rows, columns = np.indices((SIDE, SIDE))
    middle, radii = chance.uniform(25, SIDE - 25, 2), chance.uniform(10, 24, 2)
    far = np.hypot((rows - middle[0]) / radii[0], (columns - middle[1]) / radii[1])
    return radii.mean() * (1 - far) + 3 * wobbly(chance, 6)


def seen(depth, chance, sloppy):
    """A person's outline: shifted, too wide or too narrow, uncertain along the edge, each by some `sloppy` pixels."""
    shift = np.rint(chance.normal(0, sloppy, 2)).astype(int)
    return np.roll(depth, shift, (0, 1)) + chance.normal(0, sloppy) + sloppy * wobbly(chance, 5)


def answer(depths, chance, sloppy, careless):
    """Tree over road; a careless person now and then leaves a thing out or marks something else."""
    label, left = [], np.ones((SIDE, SIDE), bool)
    for name, depth in zip(("tree", "road"), depths, strict=True):
        if careless and chance.random() < 0.3:
            depth = depth_of(chance)
        board = (seen(depth, chance, sloppy) > 0) & left
        left &= ~board
        if board.any():
            label.append(record(name, board))
    return label[::-1]


def record(name, board):
    counts = coco.encode(np.asfortranarray(board.astype(np.uint8)))["counts"].decode()
    return {"label": name, "size": [SIDE, SIDE], "counts": counts}


def plain_vote(answers):
    found = []
    for name in ("road", "tree"):
        held = [[one.counts for one in mask_records.areas(label) if one.label == name] for label in answers]
        counts = rle.vote([one[0] if one else [SIDE * SIDE] for one in held])
        if rle.area(counts):
            found.append(mask_records.record(name, (SIDE, SIDE), counts))
    return found


def crowd(seed: int) -> np.ndarray:
    """Mean IoU of single answers, of the plain vote, and of the consensus."""
    chance = np.random.default_rng(seed)
    sloppy = chance.uniform(0.5, 2.5, PEOPLE)
    careless = np.arange(PEOPLE) < PEOPLE // 3
    near = masks.distance(QUESTION)
    figures = []
    for _ in range(PICTURES):
        depths = depth_of(chance), depth_of(chance)
        truth = answer(depths, chance, 1e-9, False)
        who = chance.choice(PEOPLE, ANSWERS, replace=False)
        answers = [answer(depths, chance, sloppy[one], careless[one]) for one in who]
        value = masks.merge(QUESTION, answers, None).value
        single = np.mean([1 - near(one, truth) for one in answers])
        figures.append((single, 1 - near(plain_vote(answers), truth), 1 - near(value or [], truth)))
    return np.mean(figures, axis=0)


def test_the_consensus_of_simulated_people_is_near_the_truth():
    # .688 for one answer, .845 for a plain vote, .852 for the consensus.
    single, vote, consensus = np.mean([crowd(seed) for seed in range(5)], axis=0)
    assert single < 0.75
    assert consensus >= 0.83
    assert consensus >= vote
