"""How near two grids come to a box, and several people's merged boxes to what is there: simulated people.

Run: python -m benchmarks.boxing
"""

import random

from benchmarks.measuring import Figure, table
from tests.labels.box_people import by_grids, f1_of_merged

BOXES = 20_000
PICTURES = 400
SIDES = {"small": (0.05, 0.15, ".85"), "medium": (0.15, 0.4, ".94"), "large": (0.4, 0.9, ".98")}
"""Sides of random boxes as shares of the picture's, and what interactions of this kind reached in an earlier
simulation."""


def figures() -> list[Figure]:
    found = []
    for name, (low, high, goal) in SIDES.items():
        once, twice = by_grids(random.Random(1), low, high, BOXES)
        found.append(
            Figure(f"mean IoU of a {name} box by two grids", f"{twice:.3f}", floor=f"{once:.3f} by one", goal=goal)
        )
    for people in (3, 5):
        f1 = f1_of_merged(random.Random(1), PICTURES, people)
        told = f"{f1[0.5]:.3f} / {f1[0.75]:.3f}"
        found.append(Figure(f"F1 at .5 / .75 of the merged boxes of {people} people", told, goal="≥ .978 / .972"))
    return found


if __name__ == "__main__":
    print(table(figures()))  # noqa: T201
