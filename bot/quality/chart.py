"""The QA summary as a picture that can be read on a phone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from bot.quality.drawable import drawable
from bot.quality.measures import Agreement
from bot.quality.sheet import Sheet

WIDTH: Final = 1200
HEIGHT: Final = 1000
LABELS_SHOWN: Final = 10
DAYS_SHOWN: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where the imported items stand; the parts add up to all of them. Gold items are served to check people, and never
    done."""

    done: int = 0
    leased: int = 0
    open: int = 0
    skipped: int = 0
    flagged: int = 0
    quarantined: int = 0
    withdrawn: int = 0
    gold: int = 0

    @property
    def imported(self) -> int:
        return sum(getattr(self, part) for part in self.__slots__)

    @property
    def asked(self) -> int:
        """Items that people are to label."""
        return self.imported - self.gold - self.withdrawn


@dataclass(frozen=True, slots=True)
class LabelCount:
    """How often a label was given. `name` is drawn where the fonts lack letters of the title."""

    name: str
    title: str
    count: int


@dataclass(frozen=True, slots=True)
class DayCount:
    day: date
    answers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartFigures:
    """Everything the picture shows. `labels` is None for answers that have no classes (transcripts): the days then take
    their place. `days` need not be sorted or complete: a day that is missing has no answers. `pace` is in answers a
    day."""

    name: str
    title: str
    as_of: date
    progress: Progress
    labels: tuple[LabelCount, ...] | None
    days: tuple[DayCount, ...]
    pace: float | None
    expected_end: date | None
    agreement: Agreement


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartWords:
    """The picture's own words. Braces name what is filled in."""

    parts: tuple[str, ...] = ("done", "in hand", "open", "skipped by all", "flagged", "set aside", "withdrawn", "gold")
    """In the order of Progress."""
    months: tuple[str, ...] = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    date: str = "{day} {month} {year}"
    short_date: str = "{day} {month}"
    done: str = "{done} of {all} items done · {percent} %"
    no_items: str = "No items yet"
    expected_end: str = "expected end {date}"
    labels: str = "Labels"
    other: str = "other ({count} labels)"
    no_labels: str = "No labels yet"
    days: str = "Answers a day"
    no_answers: str = "No answers yet"
    none_lately: str = "None in the last {days} days"
    most: str = "most {count}"
    pace: str = "pace {pace} a day"
    agreement: str = "Agreement"
    alpha: str = "Krippendorff α"
    ac1: str = "Gwet AC1"
    percent: str = "same answer"
    alike: str = "alike"
    items: str = "items compared"
    no_figure: str = "–"


ENGLISH: Final = ChartWords()

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


def summary_chart(figures: ChartFigures, words: ChartWords = ENGLISH) -> bytes:
    """A PNG of WIDTH × HEIGHT pixels. The same figures give the same bytes with the same fonts and matplotlib."""
    sheet = Sheet(WIDTH, HEIGHT)
    _header(sheet, figures, words)
    _progress(sheet, figures.progress, words)
    if figures.labels is None:
        _days(sheet, figures, words, _Panel(x=_MARGIN, width=_COLUMN, floor=890, height=440))
        _agreement(sheet, figures.agreement, words.alike, words, top=376, columns=1)
    else:
        _labels(sheet, figures.labels, words)
        _days(sheet, figures, words, _Panel(x=_RIGHT, width=WIDTH - _MARGIN - _RIGHT, floor=630, height=182))
        _agreement(sheet, figures.agreement, words.percent, words, top=742, columns=2)
    return sheet.png()


@dataclass(frozen=True, slots=True)
class _Panel:
    """Where the bars of the days stand: on `floor`, up to `height` pixels tall."""

    x: float
    width: float
    floor: float
    height: float


def _header(sheet: Sheet, figures: ChartFigures, words: ChartWords) -> None:
    title = drawable(figures.title, "bold") or drawable(figures.name, "bold") or ""
    today = _date(figures.as_of, words.date, words)
    room = WIDTH - 2 * _MARGIN - sheet.width(today, 26) - 40
    sheet.text(_MARGIN, 84, sheet.fitted(title, 46, room, "bold"), 46, weight="bold")
    sheet.text(WIDTH - _MARGIN, 84, today, 26, colour=_MUTED, ha="right")
    sheet.text(_MARGIN, 134, _state(figures, words), 28, colour=_MUTED)


def _state(figures: ChartFigures, words: ChartWords) -> str:
    done, asked = figures.progress.done, figures.progress.asked
    if not asked:
        return words.no_items
    # Rounded down: 100 % is said when nothing is left.
    parts = [words.done.format(done=f"{done:,}", all=f"{asked:,}", percent=100 * done // asked)]
    if figures.expected_end:
        parts.append(words.expected_end.format(date=_date(figures.expected_end, words.short_date, words)))
    return " · ".join(parts)


def _progress(sheet: Sheet, progress: Progress, words: ChartWords) -> None:
    counts = [getattr(progress, part) for part in progress.__slots__]
    parts = [part for part in zip(words.parts, counts, _PART_COLOURS, strict=True) if part[1]]
    left, room = float(_MARGIN), WIDTH - 2 * _MARGIN
    sheet.box(left, 162, room, 44, _TRACK)
    widths = _widths([count for _, count, _ in parts], room)
    for (_, _, colour), width in zip(parts, widths, strict=True):
        sheet.box(left, 162, width - 2, 44, colour)
        left += width
    _legend(sheet, [(f"{count:,}", name, colour) for name, count, colour in parts])


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


def _labels(sheet: Sheet, labels: Sequence[LabelCount], words: ChartWords) -> None:
    sheet.text(_MARGIN, 376, words.labels, 32, weight="bold")
    rows = _rows(labels, words)
    total = sum(row.count for row in rows)
    if not total:
        sheet.text(_MARGIN, 426, words.no_labels, 26, colour=_MUTED)
        return
    step = min(_ROW, 570 / len(rows))
    longest = max(row.count for row in rows)
    for place, row in enumerate(rows):
        _label_row(sheet, 394 + place * step, step, row, share=row.count / total, length=row.count / longest)


def _label_row(sheet: Sheet, top: float, step: float, row: _Row, *, share: float, length: float) -> None:
    amount = f"{row.count:,} · {_percent(share)}"
    baseline, thick = top + 28, step * 0.22
    room = _COLUMN - sheet.width(amount, 24) - 24
    sheet.text(_MARGIN, baseline, sheet.fitted(row.title, 26, room), 26)
    sheet.text(_MARGIN + _COLUMN, baseline, amount, 24, colour=_MUTED, ha="right")
    sheet.pill(_MARGIN, baseline + 9, _COLUMN, thick, _TRACK)
    if row.count:
        sheet.pill(_MARGIN, baseline + 9, _COLUMN * length, thick, row.colour)


def _rows(labels: Sequence[LabelCount], words: ChartWords) -> list[_Row]:
    """The most frequent labels first, then the others in one. A single one left over is shown as itself."""
    rows = [_Row(_title(label, place), label.count) for place, label in enumerate(labels, 1)]
    rows.sort(key=lambda row: -row.count)
    if len(rows) <= LABELS_SHOWN + 1:
        return rows
    rest = rows[LABELS_SHOWN:]
    other = _Row(words.other.format(count=len(rest)), sum(row.count for row in rest), _GREY)
    return [*rows[:LABELS_SHOWN], other]


def _title(label: LabelCount, place: int) -> str:
    return drawable(label.title) or drawable(label.name) or f"#{place}"


def _percent(share: float) -> str:
    """Whole per cent; neither 0 nor 100 is said of what is not quite that."""
    if 0 < share < 0.01:
        return "<1 %"
    if 0.99 < share < 1:
        return ">99 %"
    return f"{100 * share:.0f} %"


def _days(sheet: Sheet, figures: ChartFigures, words: ChartWords, panel: _Panel) -> None:
    sheet.text(panel.x, 376, words.days, 32, weight="bold")
    bars = _calendar(figures)
    most = max(bars.values(), default=0)
    if not most:
        ever = any(entry.answers for entry in figures.days)
        sheet.text(
            panel.x, 426, words.none_lately.format(days=DAYS_SHOWN) if ever else words.no_answers, 26, colour=_MUTED
        )
        return
    end = panel.x + panel.width
    tallest = max(most, figures.pace or 0)
    # Few days make bars, not walls.
    step = min(panel.width / len(bars), 80)
    for place, count in enumerate(bars.values()):
        tall = panel.height * count / tallest
        sheet.box(panel.x + place * step, panel.floor - tall, step * 0.8, tall, _SKY)
    sheet.line(panel.x, panel.floor, panel.width, _LINE)
    sheet.text(end, 416, words.most.format(count=f"{most:,}"), 24, colour=_MUTED, ha="right")
    _day_marks(sheet, list(bars), step, words, panel)
    if figures.pace:
        sheet.line(panel.x, panel.floor - panel.height * figures.pace / tallest, panel.width, _VERMILLION, dashed=True)
        sheet.text(panel.x, 416, words.pace.format(pace=_amount(figures.pace)), 24, colour=_VERMILLION)


def _calendar(figures: ChartFigures) -> dict[date, int]:
    """Every day from the first answer until today, the newest DAYS_SHOWN of them."""
    if not figures.days:
        return {}
    # Another time zone may be a day ahead.
    today = max(figures.as_of, *(entry.day for entry in figures.days))
    length = min(DAYS_SHOWN, (today - min(entry.day for entry in figures.days)).days + 1)
    calendar = {today - timedelta(days=back): 0 for back in reversed(range(length))}
    for entry in figures.days:
        if entry.day in calendar:
            calendar[entry.day] += entry.answers
    return calendar


def _day_marks(sheet: Sheet, days: Sequence[date], step: float, words: ChartWords, panel: _Panel) -> None:
    first, last = (_date(day, words.short_date, words) for day in (days[0], days[-1]))
    baseline, end = panel.floor + 34, panel.x + len(days) * step
    sheet.text(panel.x, baseline, first, 24, colour=_MUTED)
    if end - sheet.width(last, 24) > panel.x + sheet.width(first, 24) + 20:
        sheet.text(end, baseline, last, 24, colour=_MUTED, ha="right")


def _agreement(
    sheet: Sheet, figures: Agreement, percent_means: str, words: ChartWords, *, top: float, columns: int
) -> None:
    sheet.text(_RIGHT, top, words.agreement, 32, weight="bold")
    tiles = (
        (_coefficient(figures.alpha), words.alpha),
        (_coefficient(figures.ac1), words.ac1),
        (None if figures.percent is None else _percent(figures.percent), percent_means),
        (_short(figures.items), words.items),
    )
    for place, (figure, caption) in enumerate(tiles):
        x, y = _RIGHT + 250 * (place % columns), top + 68 + 106 * (place // columns)
        sheet.text(x, y, figure or words.no_figure, 44, weight="bold")
        sheet.text(x, y + 36, caption, 24, colour=_MUTED)


def _amount(figure: float) -> str:
    return f"{figure:,.0f}" if figure >= 10 else f"{figure:.1f}"


def _short(count: int) -> str:
    return f"{count:,}" if count < 1_000_000 else f"{count / 1_000_000:,.2f} M"


def _coefficient(figure: float | None) -> str | None:
    # A typographic minus; and -0.001 is not shown as -0.00.
    return None if figure is None else f"{round(figure, 2) + 0.0:.2f}".replace("-", "−")


def _date(day: date, pattern: str, words: ChartWords) -> str:
    return pattern.format(day=day.day, month=words.months[day.month - 1], year=day.year)
