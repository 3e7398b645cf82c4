"""The items people differ most on, of however many."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bot.labels.base import Said
from bot.quality.coding import Coder, Codes
from bot.quality.columns import Bools, Counted, Ints


@dataclass(frozen=True, slots=True)
class Dispute:
    """`question` is the place of the one people differ most on, `disagreement` the mean distance of two of their labels
    to it, `codes`."""

    item: int
    disagreement: float
    question: int
    codes: Codes


@dataclass(frozen=True, slots=True)
class Disputes:
    """`count` is how many items people differ on; the worst are `listed`, the worst first."""

    count: int
    listed: tuple[Dispute, ...]


def disputes(items: Ints, asked: Bools, questions: Sequence[Counted], most: int) -> Disputes:
    """Of the items that are `asked`, and the counted labels to each question."""
    apart = np.stack([one.apart for one in questions])
    worst, question = apart.max(axis=0), apart.argmax(axis=0)
    answers = np.stack([one.units.sizes for one in questions])[question, np.arange(len(items))]
    places = np.flatnonzero(asked & (worst > 0))
    enough = np.partition(worst[places], -most)[-most] if len(places) > most else 0.0
    near = places[worst[places] >= enough]
    first = near[np.lexsort((-answers[near], -worst[near]))][:most].tolist()  # of equals the earlier ones
    listed = tuple(
        Dispute(int(items[at]), float(worst[at]), int(question[at]), questions[int(question[at])].units.of(at))
        for at in first
    )
    return Disputes(len(places), listed)


def tallied(coder: Coder, codes: Codes) -> Iterator[tuple[Said, int]]:
    """Each label with how often it was given, the most frequent first."""
    for code in sorted(set(codes), key=lambda code: (-codes.count(code), code)):
        yield coder.said(code), codes.count(code)
