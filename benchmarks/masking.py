"""What marking 300 regions of a 12-megapixel picture costs in the bot, cutting a picture at import, and how near to the
truth several simulated people's merged masks are.

Run: python -m benchmarks.masking
"""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.measuring import Figure, table
from bot.labels import masks
from bot.labels.base import Kept, Subject, Tap, Typed, Work
from bot.labels.regions import Regions
from bot.project import LabelDef, Question
from tests.labels.test_masks_crowd import crowd

PICTURE = Path(__file__).parents[1] / "config" / "samples" / "images" / "dahlia.jpg"
QUESTION = Question("parts", "What?", "masks", (LabelDef("road", "Road"), LabelDef("sky", "Sky")))
EVEN, ODD = (" ".join(f"{one}{part}" for one in range(1, 61) for part in parts) for parts in ("ace", "bd"))
SPLIT = " ".join(f"+{one}" for one in range(1, 61))


def figures() -> list[Figure]:
    subject = photograph()
    whole = work(subject, "1-60 road")
    mixed = work(subject, SPLIT, f"{EVEN} road", f"{ODD} sky")
    step = least(lambda: masks.advance(QUESTION, whole, Typed("1-60 sky"), subject))
    one = least(lambda: masks.advance(QUESTION, whole, Tap("done"), subject))
    two = least(lambda: masks.advance(QUESTION, mixed, Tap("done"), subject))
    single, vote, consensus = np.mean([crowd(seed) for seed in range(5)], axis=0)
    return [
        Figure("a reply that marks 300 regions", f"{step:.2f} ms", goal="≤ 20 ms"),
        Figure("Done: the union of 300 regions at 12 MP", f"{one:.1f} ms", goal="≤ 20 ms"),
        Figure("Done: 300 parts, two labels side by side everywhere", f"{two:.1f} ms"),
        Figure("cutting a picture into regions at import", f"{cutting():.0f} ms"),
        Figure(
            "IoU of 5 people's merged masks", f"{consensus:.3f}", f"{single:.3f} one, {vote:.3f} vote", goal="≥ .83"
        ),
    ]


def photograph() -> Subject:
    """A picture of 4000 × 3000 pixels in 300 regions with ragged edges, 60 larger ones."""
    rows, columns = np.indices((480, 640))
    ragged = np.random.default_rng(1).integers(-2, 3, (480, 640)).cumsum(0) % 7
    fine = np.minimum((rows + ragged) // 32, 14) * 20 + np.minimum((columns + ragged) // 32, 19)
    line = fine.ravel(order="F") + 1
    starts = np.flatnonzero(np.diff(line, prepend=-1))
    lengths = np.diff(starts, append=line.size).tolist()
    found = Regions(640, 480, line[starts].tolist(), lengths, tuple(place // 5 + 1 for place in range(300)))
    return Subject(size=(4000, 3000), regions=lambda: found)


def work(subject: Subject, *replies: str) -> Work:
    held: Work = None
    for reply in replies:
        step = masks.advance(QUESTION, held, Typed(reply), subject)
        assert isinstance(step, Kept)
        held = step.work
    return held


def cutting() -> float:
    from PIL import Image

    from bot.media.superpixels import cut

    with Image.open(PICTURE) as picture:
        upright = picture.convert("RGB")
    return least(lambda: cut(upright), 5)


def least(act: Callable[[], object], times: int = 15) -> float:
    """Milliseconds of processor time: noise only ever adds, so the least is nearest to the cost."""
    found = []
    for _ in range(times):
        began = time.process_time()
        act()
        found.append(time.process_time() - began)
    return 1000 * min(found)


if __name__ == "__main__":
    print(table(figures()))  # noqa: T201
