"""The QA summary as the body of a web page: HTML without scripts and without styles of its own.

Whatever people wrote passes `html.escape`. Single people stand there by their pseudonyms.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape
from urllib.parse import quote

from bot.characters import item_name
from bot.labels.base import Said
from bot.quality.agreeing import Confusion, PeriodAgreement
from bot.quality.report import Disputed, QuestionFigures, Report
from bot.quality.telling import parts, speed
from bot.quality.words import Words
from bot.wording import say

PEOPLE_SHOWN = 200
LABELS_SHOWN = 200
OFTEN = 0.2
"""From this share of a row on, one label is marked as taken for another."""
WIDTH, HEIGHT, EDGE = 340, 150, 26
"""Of the chart of days, in its own units."""


def body(report: Report, language: str, item: Callable[[str], str]) -> str:
    """`item` gives the address of an item's page by its key."""
    words = Words(language)
    return "\n".join(_sections(report, words, item))


def item_address(key: str) -> str:
    """Beside the report's own address."""
    return f"item?key={quote(key, safe='')}"


def _sections(report: Report, words: Words, item: Callable[[str], str]) -> Iterator[str]:
    yield _section(_progress(report, words))
    if report.parts.imported:
        for question in report.questions:
            yield _section(_question(question, words))
    if report.disputed:
        yield _section(_disputed(report.disputed, words, item))
    if any(one.labels or one.gold.labels for one in report.people):
        yield _section(_people(report, words))
    time = f"{report.as_of:%H:%M} UTC"
    yield _p(words.say("report.page.until", date=words.date(report.as_of.date()), time=time), "quiet")


def _section(lines: Iterable[str]) -> str:
    return "<section>\n" + "\n".join(lines) + "\n</section>"


def _p(said: str, kind: str = "") -> str:
    return f'<p class="{kind}">{escape(said)}</p>' if kind else f"<p>{escape(said)}</p>"


def _progress(report: Report, words: Words) -> Iterator[str]:
    yield f"<h1>{escape(report.title)}</h1>"
    yield _p(words.date(report.today), "quiet")
    yield _p(words.progress(report))
    if report.asked:
        yield f'<progress max="{report.asked}" value="{report.parts.done}"></progress>'
    if report.parts.imported:
        yield _p(parts(report, words), "quiet")
        yield _p(speed(report, words))
    if report.gold.labels:
        yield _p(words.accuracy(report.gold, any(one.labels is None for one in report.questions)))


def _question(question: QuestionFigures, words: Words) -> Iterator[str]:
    yield f"<h2>{escape(question.title)}</h2>"
    yield _p(words.agreement(question.agreement, question.labels is None, question.interval))
    if question.labels and question.answers:
        yield _table(("", words.say("report.page.share"), "α"), _labels(question, words))
    if len(question.over_time) > 1:
        key = "report.page.by_week" if question.over_time[0].days == 7 else "report.page.by_day"
        yield f"<h3>{escape(words.say(key))}</h3>"
        yield _chart(question.over_time, words)
    if question.confusion is not None:
        yield f"<h3>{escape(words.say('report.page.confusion'))}</h3>"
        yield _confusion(question.confusion, words)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "") -> str:
    """Cells are HTML, heads are text."""
    head = "".join(f"<th>{escape(one)}</th>" for one in heads)
    lines = ("".join(cell if cell.startswith("<td") else f"<td>{cell}</td>" for cell in row) for row in rows)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f'<div class="wide"><table class="{kind}"><tr>{head}</tr>{body}</table></div>'


def _labels(question: QuestionFigures, words: Words) -> Iterator[Sequence[str]]:
    alphas = {one.name: one.alpha for one in question.per_label if one.alpha is not None}
    for one in sorted(question.labels or (), key=lambda label: -label.count)[:LABELS_SHOWN]:
        share = one.count / question.answers
        alpha = words.figure(alphas[one.name], 2) if one.name in alphas else "–"
        yield _said(one.title, words) + _bar(share), f"{words.percent(share)} · {words.count(one.count)}", alpha


def _said(said: Said, words: Words) -> str:
    return escape(say(words.language, said))


def _bar(share: float) -> str:
    width = f"{100 * min(share, 1):.1f}"
    return (
        '<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="{width}" height="4"/></svg>'
    )


def _chart(periods: Sequence[PeriodAgreement], words: Words) -> str:
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
    frame = f'<svg class="line" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
    return f'{frame}{grid}<polyline points="{line}"/>{dots}{marks}</svg>'


def _height(alpha: float, floor: float) -> float:
    return 12 + (HEIGHT - EDGE - 12) * (1 - (alpha - floor) / (1 - floor))


def _confusion(found: Confusion, words: Words) -> str:
    """Columns go by the number of their row: eight names do not fit beside one another on a phone."""
    rows = (
        (f"{a + 1} {_said(title, words)}", *(_share(share, a == b, words) for b, share in enumerate(shares)))
        for a, ((_, title), shares) in enumerate(zip(found.labels, found.shares, strict=True))
    )
    return _table(("", *(str(place + 1) for place in range(len(found.labels)))), rows, "crossed")


def _share(share: float, same: bool, words: Words) -> str:
    kind = ' class="same"' if same else ' class="often"' if share >= OFTEN else ""
    return f"<td{kind}>{words.percent(share).replace(' ', '') if share else '–'}</td>"


def _disputed(disputed: Sequence[Disputed], words: Words, item: Callable[[str], str]) -> Iterator[str]:
    yield f"<h2>{escape(words.say('report.disputed').rstrip(':'))}</h2>"
    for one in disputed:
        labels = ", ".join(f"{_said(label, words)} ×{count}" for label, count in one.labels)
        link = f'<a href="{escape(item(one.item))}">{escape(item_name(one.item))}</a>'
        yield f"<p>{link} <i>{escape(one.snippet)}</i><br>{labels}</p>"


def _people(report: Report, words: Words) -> Iterator[str]:
    title = words.say("report.people", title=report.title)
    yield f"<h2>{escape(title)}</h2>"
    heads = [words.say(f"report.page.{name}") for name in ("person", "items", "alike", "seconds")]
    yield _table(heads, _rows(report, words))
    if len(report.people) > PEOPLE_SHOWN:
        yield _p(words.say("report.others", count=words.count(len(report.people) - PEOPLE_SHOWN)), "quiet")


def _rows(report: Report, words: Words) -> Iterator[Sequence[str]]:
    for one in report.people[:PEOPLE_SHOWN]:
        alike = "–" if one.alike.share is None else escape(words.share(one.alike))
        seconds = "–" if one.median_seconds is None else words.figure(one.median_seconds, 1)
        yield escape(one.id), words.count(one.labels), alike, seconds
