"""Spans as tags of tokens (IOB2), and tags of every such scheme as spans."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from bot.exchange.spans.tokens import Token

OUTSIDE: Final = "O"
_BEGINS, _ENDS = frozenset("BSU"), frozenset("SUEL")
_SCHEMES: Final = frozenset("BIESLUM")


class Span(NamedTuple):
    """Code points of the text, `end` exclusive."""

    start: int
    end: int
    label: str


def spans_of(label: Any) -> list[Span]:
    """The spans in a label as it is kept."""
    return [Span(int(one["start"]), int(one["end"]), str(one["label"])) for one in label or ()]


def label_of(text: str, spans: Iterable[Span]) -> list[dict[str, Any]]:
    """Spans as a label is kept: in order, each with its words."""
    return [
        {"start": one.start, "end": one.end, "label": one.label, "text": text[one.start : one.end]}
        for one in sorted(set(spans))
    ]


def trimmed(text: str, span: Span) -> Span | None:
    """The span without white space at its ends; None where there is nothing else."""
    inside = text[span.start : span.end]
    start = span.start + len(inside) - len(inside.lstrip())
    end = span.end - (len(inside) - len(inside.rstrip()))
    return Span(start, end, span.label) if start < end else None


def apart(spans: Iterable[Span]) -> tuple[list[Span], list[Span]]:
    """(spans of which none overlaps another, those left out): of two that overlap the longer stays, else the first."""
    kept: list[Span] = []
    left: list[Span] = []
    for one in sorted(spans, key=lambda span: (span.start - span.end, span)):
        (left if any(one.start < other.end and other.start < one.end for other in kept) else kept).append(one)
    return sorted(kept), sorted(left)


def tags(tokens: Sequence[Token], spans: Iterable[Span], names: Mapping[str, str] | None = None) -> list[str]:
    """An IOB2 tag a token. The spans lie apart and begin and end with tokens; `names` says what a label is called."""
    found = [OUTSIDE] * len(tokens)
    by_start = {token.start: place for place, token in enumerate(tokens)}
    for span in spans:
        place = by_start[span.start]
        name = span.label if names is None else names[span.label]
        found[place] = f"B-{name}"
        while (place := place + 1) < len(tokens) and tokens[place].end <= span.end:
            found[place] = f"I-{name}"
    return found


def is_tag(text: str) -> bool:
    return text == OUTSIDE or (len(text) > 2 and text[0] in _SCHEMES and text[1] == "-")


def tagged(tokens: Sequence[Token], found: Sequence[str]) -> list[Span]:
    """The spans that tags mark, in IOB1, IOB2, BIOES or BILUO: an I begins one where none of its label is open."""
    spans: list[Span] = []
    opened: tuple[int, str] | None = None
    last = 0
    for token, tag in zip(tokens, found, strict=True):
        sign, _, name = tag.partition("-")
        goes_on = opened is not None and name == opened[1] and tag != OUTSIDE and sign not in _BEGINS
        if opened is not None and not goes_on:
            spans.append(Span(opened[0], last, opened[1]))
            opened = None
        if tag != OUTSIDE and opened is None:
            opened = (token.start, name)
        last = token.end
        if opened is not None and sign in _ENDS:
            spans.append(Span(opened[0], last, opened[1]))
            opened = None
    if opened is not None:
        spans.append(Span(opened[0], last, opened[1]))
    return spans


def joined(words: Sequence[str], gap: str = " ") -> tuple[str, list[Token]]:
    """Words as a text with `gap` between them, and where each stands in it."""
    places, at = [], 0
    for word in words:
        places.append(Token(at, at + len(word)))
        at += len(word) + len(gap)
    return gap.join(words), places
