"""Tables, bars and charts as HTML and SVG, without scripts and without styles of their own.

Whatever people wrote passes `html.escape`: what is called text here does so in these functions.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from html import escape
from typing import Final

from bot.quality.agreeing import PeriodAgreement
from bot.quality.pairs import Alike
from bot.quality.words import Words

WIDTH: Final = 340
HEIGHT: Final = 150
EDGE: Final = 26
"""Of charts, in their own units."""


def section(lines: Iterable[str]) -> str:
    return "<section>\n" + "\n".join(lines) + "\n</section>"


def paragraph(text: str, kind: str = "") -> str:
    return f'<p class="{kind}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"


def heading(level: int, text: str) -> str:
    return f"<h{level}>{escape(text.rstrip(':'))}</h{level}>"


def link(address: str, text: str) -> str:
    return f'<a href="{escape(address)}">{escape(text)}</a>'


def folded(text: str, body: str) -> str:
    """What opens with a tap on its heading."""
    return f"<details><summary>{escape(text)}</summary>{body}</details>"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "", caption: str = "") -> str:
    """Cells are HTML, heads text; a row's first cell heads it. Where it is too wide it scrolls within itself, by keys
    too."""
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in heads)
    body = "".join(f'<tr><th scope="row">{first}</th>{"".join(map(_cell, rest))}</tr>' for first, *rest in rows)
    named = f"<caption>{escape(caption)}</caption>" if caption else ""
    return (
        f'<div class="wide" tabindex="0"><table class="{kind}">{named}'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cell(cell: str) -> str:
    return cell if cell.startswith("<td") else f"<td>{cell}</td>"


def bar(share: float) -> str:
    """The figure stands beside it."""
    width = f"{100 * min(share, 1):.1f}"
    return (
        '<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="{width}" height="4"/></svg>'
    )


def span(low: float, share: float, high: float, mean: float) -> str:
    """An interval, where in it the figure is, and a line at the mean of all; said beside it in words."""
    low, share, high, mean = (100 * bound for bound in (low, share, high, mean))
    return (
        '<svg class="span" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect x="{low:.1f}" y="3" width="{high - low:.1f}" height="4"/>'
        f'<rect class="at" x="{share - 1:.1f}" y="1" width="2" height="8"/>'
        f'<rect class="mean" x="{mean - 0.3:.1f}" width="0.6" height="10"/></svg>'
    )


def spread(shares: Sequence[float], mean: float, text: str) -> str:
    """Of many people: how many have each share (0…1), by twentieths."""
    counts = [0] * 20
    for share in shares:
        counts[min(19, int(share * 20))] += 1
    most, unit = max(counts), (WIDTH - 2 * EDGE) / 20
    bars = "".join(
        f'<rect x="{EDGE + place * unit:.1f}" y="{_down(count / most):.1f}" width="{unit - 1.5:.1f}" '
        f'height="{HEIGHT - EDGE - _down(count / most):.1f}">'
        f"<title>{5 * place}–{5 * place + 5} %: {count}</title></rect>"
        for place, count in enumerate(counts)
        if count
    )
    middle = EDGE + mean * (WIDTH - 2 * EDGE)
    line = f'<line class="mean" x1="{middle:.1f}" x2="{middle:.1f}" y1="8" y2="{HEIGHT - EDGE}"/>'
    marks = "".join(
        f'<text x="{EDGE + share * unit / 5:.0f}" y="{HEIGHT - 8}" text-anchor="middle">{share} %</text>'
        for share in (0, 50, 100)
    )
    return _svg("days", text, bars + line + marks)


def days(counts: Sequence[tuple[date, int]], words: Words, address: Callable[[date], str], text: str) -> str:
    """A bar a day, each a link."""
    most = max(count for _, count in counts) or 1
    unit = min((WIDTH - 2 * EDGE) / len(counts), 40)
    bars = "".join(
        f'<a href="{escape(address(day))}"><rect x="{EDGE + place * unit:.1f}" y="{_down(count / most):.1f}" '
        f'width="{0.85 * unit:.1f}" height="{HEIGHT - EDGE - _down(count / most):.1f}">'
        f"<title>{escape(words.date(day, 'report.short_date'))}: {words.count(count)}</title></rect></a>"
        for place, (day, count) in enumerate(counts)
    )
    first, last = (escape(words.date(day, "report.short_date")) for day, _ in (counts[0], counts[-1]))
    marks = f'<text x="{EDGE}" y="{HEIGHT - 8}">{first}</text><text x="{EDGE}" y="10">{words.count(most)}</text>'
    if len(counts) > 1:
        marks += f'<text x="{EDGE + len(counts) * unit:.0f}" y="{HEIGHT - 8}" text-anchor="end">{last}</text>'
    return _svg("days", text, bars + marks)


def _down(share: float) -> float:
    return 16 + (HEIGHT - EDGE - 16) * (1 - share)


def over_time(periods: Sequence[PeriodAgreement], words: Words, text: str) -> str:
    """α of each period, from 0, or the lowest below it, to 1."""
    floor = min(0.0, *(one.alpha for one in periods))
    first, last = periods[0].since.toordinal(), periods[-1].since.toordinal()

    def place(one: PeriodAgreement) -> tuple[float, float]:
        x = EDGE + (WIDTH - 2 * EDGE) * (one.since.toordinal() - first) / (last - first)
        return x, _height(one.alpha, floor)

    points = [place(one) for one in periods]
    grid = "".join(
        f'<line x1="{EDGE}" x2="{WIDTH - EDGE}" y1="{_height(at, floor):.1f}" y2="{_height(at, floor):.1f}"/>'
        f'<text x="0" y="{_height(at, floor) + 4:.1f}">{words.figure(at, 1)}</text>'
        for at in (0.0, 0.5, 1.0)
    )
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in points)
    ends = ((EDGE, "start", periods[0]), (WIDTH - EDGE, "end", periods[-1]))
    marks = "".join(
        f'<text x="{x}" y="{HEIGHT}" text-anchor="{side}">{escape(words.date(one.since, "report.short_date"))} · '
        f"{words.figure(one.alpha, 2)}</text>"
        for x, side, one in ends
    )
    return _svg("line", text, f'{grid}<polyline points="{line}"/>{dots}{marks}')


def _height(alpha: float, floor: float) -> float:
    return 12 + (HEIGHT - EDGE - 12) * (1 - (alpha - floor) / (1 - floor))


def _svg(kind: str, text: str, inner: str) -> str:
    # A group, not a picture: where there are links in it, they are to be reached.
    return f'<svg class="{kind}" viewBox="0 0 {WIDTH} {HEIGHT}" role="group" aria-label="{escape(text)}">{inner}</svg>'


def alike(found: Alike, mean: float, words: Words) -> str:
    if found.share is None:
        return "–"
    return escape(words.share(found)) + span(found.low, found.share, found.high, mean)
