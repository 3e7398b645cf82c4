"""What several people's spans come to: stretches between any two edges, each marked by some of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

Span = tuple[int, int, str]
"""Start, end (exclusive), label."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Characters from `start` to `end` that all or none of an answer's spans of the label hold; `marked` by answer. One
    of length 0 stands for all the text that nobody marked so."""

    label: str
    start: int
    end: int
    marked: tuple[bool, ...]


def stretches(answers: Sequence[Sequence[Span]], labels: Iterable[str]) -> list[Stretch]:
    """By label and place: of the labels that are used, and of `labels` besides. Each begins with what nobody marked:
    from that one learns that people leave out more than they invent."""
    found: list[Stretch] = []
    for name in sorted({*labels, *(label for spans in answers for _, _, label in spans)}):
        mine = [[span for span in spans if span[2] == name] for spans in answers]
        edges = sorted({edge for spans in mine for span in spans for edge in span[:2]})
        found.append(Stretch(name, 0, 0, (False,) * len(answers)))
        for start, end in pairwise(edges):
            marked = tuple(any(a <= start < b for a, b, _ in spans) for spans in mine)
            found.append(Stretch(name, start, end, marked))
    return found


def joined(
    found: Sequence[Stretch], won: Sequence[float], answers: Sequence[Sequence[Span]], weights: Sequence[float]
) -> dict[Span, float]:
    """Runs of stretches that have won (by more than 0: how surely), and the least that one of them won by. A run is
    parted where most of those who marked it began anew."""
    runs: dict[Span, float] = {}
    last: Span | None = None
    for one, sure in zip(found, won, strict=True):
        if sure <= 0 or one.start == one.end:
            continue
        run = (one.start, one.end, one.label)
        if last is not None and last[1:] == (one.start, one.label) and not _anew(one, answers, weights):
            run, sure = (last[0], one.end, one.label), min(sure, runs.pop(last))
        runs[run] = sure
        last = run
    return runs


def _anew(one: Stretch, answers: Sequence[Sequence[Span]], weights: Sequence[float]) -> bool:
    """Whether a span begins where the stretch does, for more than half of the weight that marks it."""
    holding = sum(weight for marked, weight in zip(one.marked, weights, strict=True) if marked)
    begun = [any(start == one.start and label == one.label for start, _, label in spans) for spans in answers]
    return sum(weight for anew, weight in zip(begun, weights, strict=True) if anew) > holding / 2


def marked_by_most(answers: Sequence[Sequence[Span]], weights: Sequence[float]) -> list[Span] | None:
    """What more than half of the weight marked; None where some stretch stands at exactly half."""
    found, whole = stretches(answers, ()), sum(weights)
    behind = [sum(w for held, w in zip(one.marked, weights, strict=True) if held) - whole / 2 for one in found]
    if any(abs(ahead) <= 1e-9 * whole for ahead in behind):
        return None
    return sorted(joined(found, behind, answers, weights))


def without_overlaps(spans: Mapping[Span, float]) -> list[Span]:
    """Of any two that overlap the surer one, else the earlier."""
    kept: list[Span] = []
    for start, end, name in sorted(spans, key=lambda span: (-spans[span], span)):
        if all(end <= other[0] or other[1] <= start for other in kept):
            kept.append((start, end, name))
    return kept
