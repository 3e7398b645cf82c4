"""The QA summary as a picture that can be read on a phone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from bot.quality.drawable import drawable, readable
from bot.quality.measures import Agreement
from bot.quality.report import LabelCount, QuestionFigures, Report
from bot.quality.sheet import BLUE, LINE, MUTED, SKY, TRACK, VERMILLION, Sheet
from bot.quality.words import PARTS, Words
from bot.wording import say

WIDTH: Final = 1200
HEIGHT: Final = 1000
LABELS_SHOWN: Final = 10
QUESTIONS_SHOWN: Final = 5
DAYS_SHOWN: Final = 30


# Of the same palette, and two greys for what waits or is gone.
_PART_COLOURS: Final = ("#009E73", "#56B4E9", "#D8DEE6", "#E69F00", "#D55E00", "#CC79A7", "#7B8794", "#F0E442")
_GREY: Final = "#9AA5B1"
COLOURS: Final = (*_PART_COLOURS, _GREY, BLUE, VERMILLION, MUTED, TRACK, LINE)

_MARGIN: Final = 48
_COLUMN: Final = 560
_RIGHT: Final = 664
_TOP: Final = 345
_BOTTOM: Final = 970
_ROW: Final = 104
"""Pixels a label has at most, however few there are."""
_LOW_ROW: Final = 40
"""Pixels it has at least."""
_SLIVER: Final = 5
"""Pixels a part of the progress bar has at least, so that three flagged items of a million are seen."""


def summary_chart(report: Report, words: Words) -> bytes:
    """A PNG of WIDTH × HEIGHT pixels. Each of several questions has its panel, QUESTIONS_SHOWN at most. The same report
    gives the same bytes with the same fonts and matplotlib."""
    sheet = Sheet(WIDTH, HEIGHT)
    _header(sheet, report, words)
    end = _progress(sheet, report, words)
    if not report.days and not any(question.answers for question in report.questions):
        sheet.text(_MARGIN, _TOP + 31, words.say("report.no_labels"), 28, colour=MUTED)
    elif len(report.questions) == 1:
        _alone(sheet, report, report.questions[0], words)
    else:
        _several(sheet, report, words, top=end + 50)
    return sheet.png()


@dataclass(frozen=True, slots=True)
class _Panel:
    """A part of the page, from its heading down."""

    x: float
    y: float
    width: float
    height: float


def _alone(sheet: Sheet, report: Report, question: QuestionFigures, words: Words) -> None:
    """Labels on the left; where there is none to count, the days take their place."""
    left = _Panel(_MARGIN, _TOP, _COLUMN, _BOTTOM - _TOP)
    right = _Panel(_RIGHT, _TOP, WIDTH - _MARGIN - _RIGHT, 345)
    if question.labels is None:
        _days(sheet, report, words, left)
        _agreement(sheet, question.agreement, "alike", words, top=_TOP + 31, columns=1)
        return
    sheet.text(left.x, left.y + 31, words.say("report.chart.labels"), 32, weight="bold")
    _labels(
        sheet, _rows(question, question.labels, LABELS_SHOWN, words), words, replace(left, y=left.y + 49, height=570)
    )
    _days(sheet, report, words, right)
    _agreement(sheet, question.agreement, "percent", words, top=742, columns=2)


def _several(sheet: Sheet, report: Report, words: Words, *, top: float) -> None:
    """Two columns of panels: the questions in their order, then the days, over both where a row is left."""
    shown = report.questions[:QUESTIONS_SHOWN]
    height = (_BOTTOM - top) / (len(shown) // 2 + 1)
    left, whole = float(_MARGIN), WIDTH - 2 * _MARGIN
    half = (whole - _MARGIN) / 2
    panels = [
        _Panel(left + place % 2 * (half + _MARGIN), top + place // 2 * height, half, height)
        for place in range(len(shown) + 1)
    ]
    for place, (question, panel) in enumerate(zip(shown, panels, strict=False), 1):
        _question(sheet, question, place, words, panel)
    _days(sheet, report, words, panels[-1] if len(shown) % 2 else replace(panels[-1], width=whole))


def _question(sheet: Sheet, question: QuestionFigures, place: int, words: Words, panel: _Panel) -> None:
    title = readable(place, question.title, question.name)
    sheet.text(panel.x, panel.y + 31, sheet.fitted(title, 28, panel.width, "bold"), 28, weight="bold")
    said = sheet.fitted(_in_a_line(question, words), 22, panel.width)
    sheet.text(panel.x, panel.y + 64, said, 22, colour=MUTED)
    rest = _Panel(panel.x, panel.y + 76, panel.width, panel.height - 90)
    if question.labels is None:
        texts = words.say("report.chart.texts", count=words.count(question.answers))
        sheet.text(panel.x, rest.y + 30, texts, 26)
    else:
        most = int(rest.height // _LOW_ROW)
        _labels(sheet, _rows(question, question.labels, most - 1, words), words, rest)


def _in_a_line(question: QuestionFigures, words: Words) -> str:
    found = question.agreement
    if found.percent is None:
        return words.say("report.chart.not_compared")
    key = "report.alike" if question.labels is None else "report.equal"
    coefficients = (("α", found.alpha), ("AC1", found.ac1))
    figures = [f"{name} {words.figure(value, 2)}" for name, value in coefficients if value is not None]
    items = words.say("report.chart.compared", items=_short(found.items, words))
    return " · ".join((*figures, words.say(key, percent=words.percent(found.percent)), items))


def _header(sheet: Sheet, report: Report, words: Words) -> None:
    title = drawable(report.title, "bold") or drawable(report.project, "bold") or ""
    today = words.date(report.today)
    room = WIDTH - 2 * _MARGIN - sheet.width(today, 26) - 40
    sheet.text(_MARGIN, 84, sheet.fitted(title, 46, room, "bold"), 46, weight="bold")
    sheet.text(WIDTH - _MARGIN, 84, today, 26, colour=MUTED, ha="right")
    state = [words.progress(report)]
    if report.pace.expected_end:
        state.append(words.say("report.end", date=words.date(report.pace.expected_end, "report.short_date")))
    sheet.text(_MARGIN, 134, sheet.fitted(" · ".join(state), 28, WIDTH - 2 * _MARGIN), 28, colour=MUTED)


def _progress(sheet: Sheet, report: Report, words: Words) -> float:
    """Returns where it ends."""
    counts = ((part, getattr(report.parts, part), colour) for part, colour in zip(PARTS, _PART_COLOURS, strict=True))
    parts = [part for part in counts if part[1]]
    left, room = float(_MARGIN), WIDTH - 2 * _MARGIN
    sheet.box(left, 162, room, 44, TRACK)
    widths = _widths([count for _, count, _ in parts], room)
    for (_, _, colour), width in zip(parts, widths, strict=True):
        sheet.box(left, 162, width - 2, 44, colour)
        left += width
    entries = [_Entry(words.say(f"report.part.{part}"), words.count(count), colour) for part, count, colour in parts]
    if report.gold.labels:
        free = any(question.labels is None for question in report.questions)
        entries.append(_Entry(words.accuracy(report.gold, free)))
    return _legend(sheet, entries)


def _widths(counts: Sequence[int], room: float) -> list[float]:
    """Room in proportion, but a sliver at least: the small parts get theirs first."""
    slivers = [count for count in counts if count * room < _SLIVER * sum(counts)]
    rest = sum(counts) - sum(slivers)
    free = room - _SLIVER * len(slivers)
    return [_SLIVER if count in slivers else free * count / rest for count in counts]


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    count: str = ""
    colour: str | None = None


def _legend(sheet: Sheet, entries: Sequence[_Entry]) -> float:
    x, y = float(_MARGIN), 250
    for entry in entries:
        mark = 32 if entry.colour else 0
        counted = sheet.width(entry.count, 26, "bold") + 8 if entry.count else 0
        width = mark + counted + sheet.width(entry.name, 26)
        if x > _MARGIN and x + width > WIDTH - _MARGIN:
            x, y = _MARGIN, y + 40
        if entry.colour:
            sheet.box(x, y - 20, 22, 22, entry.colour)
        sheet.text(x + mark, y, entry.count, 26, weight="bold")
        sheet.text(x + width, y, entry.name, 26, colour=MUTED, ha="right")
        x += width + 34
    return y


@dataclass(frozen=True, slots=True)
class _Row:
    """`share` of the answers; None where that cannot be said of several labels together."""

    title: str
    count: int
    share: float | None
    colour: str = BLUE


def _rows(question: QuestionFigures, labels: Sequence[LabelCount], most: int, words: Words) -> list[_Row]:
    """The most frequent labels first, then the others in one. A single one left over is shown as itself."""
    answers = question.answers or 1
    rows = [
        _Row(_title(label, place, words), label.count, label.count / answers) for place, label in enumerate(labels, 1)
    ]
    rows.sort(key=lambda row: -row.count)
    if len(rows) <= most + 1:
        return rows
    rest = rows[most:]
    count = sum(row.count for row in rest)
    # Of tags an answer may hold several: how many answers hold one of the others is not known here.
    share = count / answers if sum(row.count for row in rows) == question.answers else None
    return [*rows[:most], _Row(words.say("report.chart.other", count=words.count(len(rest))), count, share, _GREY)]


def _title(label: LabelCount, place: int, words: Words) -> str:
    """Its name where the fonts lack letters of the title."""
    return readable(place, say(words.language, label.title), label.name)


def number(label: LabelCount, place: int, words: Words) -> str | None:
    """What a label is called that the fonts cannot write: for a key beside the picture."""
    title = _title(label, place, words)
    return title if title == f"#{place}" and title not in (label.title, label.name) else None


def _labels(sheet: Sheet, rows: Sequence[_Row], words: Words, panel: _Panel) -> None:
    if not any(row.count for row in rows):
        sheet.text(panel.x, panel.y + 32, words.say("report.no_labels"), 26, colour=MUTED)
        return
    step = min(_ROW, panel.height / len(rows))
    for place, row in enumerate(rows):
        _label_row(sheet, row, words, replace(panel, y=panel.y + place * step, height=step))


def _label_row(sheet: Sheet, row: _Row, words: Words, panel: _Panel) -> None:
    """The whole track is all answers."""
    baseline, thick = panel.y + 28, panel.height * 0.22
    amount = words.count(row.count) + ("" if row.share is None else f" · {words.percent(row.share)}")
    room = panel.width - sheet.width(amount, 24) - 24
    sheet.text(panel.x, baseline, sheet.fitted(row.title, 26, room), 26)
    sheet.text(panel.x + panel.width, baseline, amount, 24, colour=MUTED, ha="right")
    if row.share is not None:
        sheet.pill(panel.x, baseline + 7, panel.width, thick, TRACK)
    if row.share:
        sheet.pill(panel.x, baseline + 7, panel.width * row.share, thick, row.colour)


def _days(sheet: Sheet, report: Report, words: Words, panel: _Panel) -> None:
    sheet.text(panel.x, panel.y + 31, words.say("report.chart.days"), 32, weight="bold")
    bars = _calendar(report)
    most = max(bars.values(), default=0)
    if not most:
        ever = any(count for _, count in report.days)
        none = words.say("report.chart.none_lately", days=DAYS_SHOWN) if ever else words.say("report.no_labels")
        sheet.text(panel.x, panel.y + 81, none, 26, colour=MUTED)
        return
    pace = report.pace.per_day
    floor, top = panel.y + panel.height - 60, panel.y + 90
    unit = (floor - top) / max(most, pace or 0)
    # Few days make bars, not walls.
    step = min(panel.width / len(bars), 80)
    for place, count in enumerate(bars.values()):
        sheet.box(panel.x + place * step, floor - unit * count, step * 0.8, unit * count, SKY)
    sheet.line(panel.x, floor, panel.width, LINE)
    sheet.line(panel.x, floor - unit * most, panel.width, LINE)
    sheet.text(panel.x + panel.width, floor - unit * most - 9, words.count(most), 24, colour=MUTED, ha="right")
    _day_marks(sheet, list(bars), step, words, replace(panel, y=floor))
    if pace:
        sheet.line(panel.x, floor - unit * pace, panel.width, VERMILLION, dashed=True)
        sheet.text(panel.x, top - 9, words.say("report.chart.pace", pace=words.amount(pace)), 24, colour=VERMILLION)


def _calendar(report: Report) -> dict[date, int]:
    """Every day from the first answer until today, the newest DAYS_SHOWN of them; a day that is missing had none."""
    if not report.days:
        return {}
    # The clock of the machine that answered may be ahead of ours.
    today = max(report.today, *(day for day, _ in report.days))
    length = min(DAYS_SHOWN, (today - min(day for day, _ in report.days)).days + 1)
    calendar = {today - timedelta(days=back): 0 for back in reversed(range(length))}
    for day, count in report.days:
        if day in calendar:
            calendar[day] += count
    return calendar


def _day_marks(sheet: Sheet, days: Sequence[date], step: float, words: Words, panel: _Panel) -> None:
    first, last = (words.date(day, "report.short_date") for day in (days[0], days[-1]))
    baseline, end = panel.y + 34, panel.x + len(days) * step
    sheet.text(panel.x, baseline, first, 24, colour=MUTED)
    if end - sheet.width(last, 24) > panel.x + sheet.width(first, 24) + 20:
        sheet.text(end, baseline, last, 24, colour=MUTED, ha="right")


def _agreement(sheet: Sheet, found: Agreement, percent: str, words: Words, *, top: float, columns: int) -> None:
    """`percent` is what the share of equal answers is called."""
    sheet.text(_RIGHT, top, words.say("report.chart.agreement"), 32, weight="bold")
    if found.percent is None:
        sheet.text(_RIGHT, top + 50, words.say("report.chart.not_compared"), 26, colour=MUTED)
        return
    every = (
        (None if found.alpha is None else words.figure(found.alpha, 2), "alpha"),
        (None if found.ac1 is None else words.figure(found.ac1, 2), "ac1"),
        (words.percent(found.percent), percent),
        (_short(found.items, words), "items"),
    )
    # Of free texts there is no AC1.
    tiles = [(figure, caption) for figure, caption in every if figure is not None]
    for place, (figure, caption) in enumerate(tiles):
        x, y = _RIGHT + 250 * (place % columns), top + 68 + 106 * (place // columns)
        sheet.text(x, y, figure, 44, weight="bold")
        sheet.text(x, y + 36, words.say(f"report.chart.{caption}"), 24, colour=MUTED)


def _short(count: int, words: Words) -> str:
    return words.count(count) if count < 1_000_000 else f"{words.figure(count / 1_000_000, 2)} M"
