"""The QA summary as a picture that can be read on a phone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from bot.quality.drawable import drawable
from bot.quality.measures import Agreement
from bot.quality.report import LabelCount, Report
from bot.quality.sheet import Sheet
from bot.quality.words import PARTS, Words
from bot.wording import say
from storage.figures import Parts

WIDTH: Final = 1200
HEIGHT: Final = 1000
LABELS_SHOWN: Final = 10
DAYS_SHOWN: Final = 30


# Okabe and Ito's palette, told apart by people with any colour vision, and two greys for what waits or is gone.
_PART_COLOURS: Final = ("#009E73", "#56B4E9", "#D8DEE6", "#E69F00", "#D55E00", "#CC79A7", "#7B8794", "#F0E442")
_GREY: Final = "#9AA5B1"
_BLUE: Final = "#0072B2"
_SKY: Final = "#56B4E9"
_VERMILLION: Final = "#D55E00"
_MUTED: Final = "#52606D"
_TRACK: Final = "#EDF0F4"
_LINE: Final = "#CBD2D9"

_MARGIN: Final = 48
_COLUMN: Final = 560
_RIGHT: Final = 664
_ROW: Final = 104
"""Pixels a label has at most, however few there are."""
_SLIVER: Final = 5
"""Pixels a part of the progress bar has at least, so that three flagged items of a million are seen."""


def summary_chart(report: Report, words: Words) -> bytes:
    """A PNG of WIDTH × HEIGHT pixels. Of several questions it shows the first that has labels to count; where there is
    none, the days take their place. The same report gives the same bytes with the same fonts and matplotlib."""
    sheet = Sheet(WIDTH, HEIGHT)
    _header(sheet, report, words)
    _progress(sheet, report.parts, words)
    shown = next((one for one in report.questions if one.labels is not None), report.questions[0])
    if shown.labels is None:
        _days(sheet, report, words, _Panel(x=_MARGIN, width=_COLUMN, floor=890, height=440))
        _agreement(sheet, shown.agreement, "alike", words, top=376, columns=1)
    else:
        _labels(sheet, shown.labels, words)
        _days(sheet, report, words, _Panel(x=_RIGHT, width=WIDTH - _MARGIN - _RIGHT, floor=630, height=182))
        _agreement(sheet, shown.agreement, "percent", words, top=742, columns=2)
    return sheet.png()


@dataclass(frozen=True, slots=True)
class _Panel:
    """Where the bars of the days stand: on `floor`, up to `height` pixels tall."""

    x: float
    width: float
    floor: float
    height: float


def _header(sheet: Sheet, report: Report, words: Words) -> None:
    title = drawable(report.title, "bold") or drawable(report.project, "bold") or ""
    today = words.date(report.today)
    room = WIDTH - 2 * _MARGIN - sheet.width(today, 26) - 40
    sheet.text(_MARGIN, 84, sheet.fitted(title, 46, room, "bold"), 46, weight="bold")
    sheet.text(WIDTH - _MARGIN, 84, today, 26, colour=_MUTED, ha="right")
    state = [words.progress(report)]
    if report.pace.expected_end:
        state.append(words.say("report.end", date=words.date(report.pace.expected_end, "report.short_date")))
    sheet.text(_MARGIN, 134, " · ".join(state), 28, colour=_MUTED)


def _progress(sheet: Sheet, progress: Parts, words: Words) -> None:
    counts = ((part, getattr(progress, part), colour) for part, colour in zip(PARTS, _PART_COLOURS, strict=True))
    parts = [part for part in counts if part[1]]
    left, room = float(_MARGIN), WIDTH - 2 * _MARGIN
    sheet.box(left, 162, room, 44, _TRACK)
    widths = _widths([count for _, count, _ in parts], room)
    for (_, _, colour), width in zip(parts, widths, strict=True):
        sheet.box(left, 162, width - 2, 44, colour)
        left += width
    _legend(sheet, [(words.count(count), words.say(f"report.part.{part}"), colour) for part, count, colour in parts])


def _widths(counts: Sequence[int], room: float) -> list[float]:
    """Room in proportion, but a sliver at least: the small parts get theirs first."""
    slivers = [count for count in counts if count * room < _SLIVER * sum(counts)]
    rest = sum(counts) - sum(slivers)
    free = room - _SLIVER * len(slivers)
    return [_SLIVER if count in slivers else free * count / rest for count in counts]


def _legend(sheet: Sheet, entries: Sequence[tuple[str, str, str]]) -> None:
    x, y = float(_MARGIN), 250
    for count, name, colour in entries:
        width = 32 + sheet.width(count, 26, "bold") + 8 + sheet.width(name, 26)
        if x > _MARGIN and x + width > WIDTH - _MARGIN:
            x, y = _MARGIN, y + 40
        sheet.box(x, y - 20, 22, 22, colour)
        sheet.text(x + 32, y, count, 26, weight="bold")
        sheet.text(x + width, y, name, 26, colour=_MUTED, ha="right")
        x += width + 34


@dataclass(frozen=True, slots=True)
class _Row:
    title: str
    count: int
    colour: str = _BLUE


def _labels(sheet: Sheet, labels: Sequence[LabelCount], words: Words) -> None:
    sheet.text(_MARGIN, 376, words.say("report.chart.labels"), 32, weight="bold")
    rows = _rows(labels, words)
    total = sum(row.count for row in rows)
    if not total:
        sheet.text(_MARGIN, 426, words.say("report.no_labels"), 26, colour=_MUTED)
        return
    step = min(_ROW, 570 / len(rows))
    longest = max(row.count for row in rows)
    for place, row in enumerate(rows):
        amount = f"{words.count(row.count)} · {words.percent(row.count / total)}"
        _label_row(sheet, 394 + place * step, step, row, amount, length=row.count / longest)


def _label_row(sheet: Sheet, top: float, step: float, row: _Row, amount: str, *, length: float) -> None:
    baseline, thick = top + 28, step * 0.22
    room = _COLUMN - sheet.width(amount, 24) - 24
    sheet.text(_MARGIN, baseline, sheet.fitted(row.title, 26, room), 26)
    sheet.text(_MARGIN + _COLUMN, baseline, amount, 24, colour=_MUTED, ha="right")
    sheet.pill(_MARGIN, baseline + 9, _COLUMN, thick, _TRACK)
    if row.count:
        sheet.pill(_MARGIN, baseline + 9, _COLUMN * length, thick, row.colour)


def _rows(labels: Sequence[LabelCount], words: Words) -> list[_Row]:
    """The most frequent labels first, then the others in one. A single one left over is shown as itself."""
    rows = [_Row(_title(label, place, words), label.count) for place, label in enumerate(labels, 1)]
    rows.sort(key=lambda row: -row.count)
    if len(rows) <= LABELS_SHOWN + 1:
        return rows
    rest = rows[LABELS_SHOWN:]
    other = words.say("report.chart.other", count=words.count(len(rest)))
    return [*rows[:LABELS_SHOWN], _Row(other, sum(row.count for row in rest), _GREY)]


def _title(label: LabelCount, place: int, words: Words) -> str:
    """Its name where the fonts lack letters of the title."""
    return drawable(say(words.language, label.title)) or drawable(label.name) or f"#{place}"


def _days(sheet: Sheet, report: Report, words: Words, panel: _Panel) -> None:
    sheet.text(panel.x, 376, words.say("report.chart.days"), 32, weight="bold")
    bars = _calendar(report)
    most = max(bars.values(), default=0)
    if not most:
        ever = any(count for _, count in report.days)
        none = words.say("report.chart.none_lately", days=DAYS_SHOWN) if ever else words.say("report.no_labels")
        sheet.text(panel.x, 426, none, 26, colour=_MUTED)
        return
    end = panel.x + panel.width
    pace = report.pace.per_day
    tallest = max(most, pace or 0)
    # Few days make bars, not walls.
    step = min(panel.width / len(bars), 80)
    for place, count in enumerate(bars.values()):
        tall = panel.height * count / tallest
        sheet.box(panel.x + place * step, panel.floor - tall, step * 0.8, tall, _SKY)
    sheet.line(panel.x, panel.floor, panel.width, _LINE)
    most_said = words.say("report.chart.most", count=words.count(most))
    sheet.text(end, 416, most_said, 24, colour=_MUTED, ha="right")
    _day_marks(sheet, list(bars), step, words, panel)
    if pace:
        sheet.line(panel.x, panel.floor - panel.height * pace / tallest, panel.width, _VERMILLION, dashed=True)
        sheet.text(panel.x, 416, words.say("report.chart.pace", pace=words.amount(pace)), 24, colour=_VERMILLION)


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
    baseline, end = panel.floor + 34, panel.x + len(days) * step
    sheet.text(panel.x, baseline, first, 24, colour=_MUTED)
    if end - sheet.width(last, 24) > panel.x + sheet.width(first, 24) + 20:
        sheet.text(end, baseline, last, 24, colour=_MUTED, ha="right")


def _agreement(sheet: Sheet, found: Agreement, percent: str, words: Words, *, top: float, columns: int) -> None:
    """`percent` is what the share of equal answers is called."""
    sheet.text(_RIGHT, top, words.say("report.chart.agreement"), 32, weight="bold")
    tiles = (
        (None if found.alpha is None else words.figure(found.alpha, 2), "alpha"),
        (None if found.ac1 is None else words.figure(found.ac1, 2), "ac1"),
        (None if found.percent is None else words.percent(found.percent), percent),
        (_short(found.items, words), "items"),
    )
    for place, (figure, caption) in enumerate(tiles):
        x, y = _RIGHT + 250 * (place % columns), top + 68 + 106 * (place // columns)
        sheet.text(x, y, figure or "–", 44, weight="bold")
        sheet.text(x, y + 36, words.say(f"report.chart.{caption}"), 24, colour=_MUTED)


def _short(count: int, words: Words) -> str:
    return words.count(count) if count < 1_000_000 else f"{words.figure(count / 1_000_000, 2)} M"
