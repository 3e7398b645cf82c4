"""Two more pictures of a summary, each only where there is something to show: agreement over time and which labels are
taken for one another; and, for admins, how far each person agrees with the others."""

from collections.abc import Sequence
from typing import Final

from bot.quality.agreeing import Confusion, PeriodAgreement
from bot.quality.drawable import drawable, readable
from bot.quality.report import PersonFigures, QuestionFigures, Report
from bot.quality.sheet import BLUE, LINE, MUTED, SKY, TRACK, VERMILLION, Sheet
from bot.quality.telling import mean_of
from bot.quality.words import Words
from bot.wording import say

WIDTH: Final = 1200
HEIGHT: Final = 1000
"""Pixels at most: the page ends below what stands there."""
PEOPLE_SHOWN: Final = 20
"""Of so many people each has a row."""
LOWEST: Final = 8
HIGHEST: Final = 4
"""Of more those have one who agree least with the others, and most."""
BINS: Final = 20
PERIODS_SHOWN: Final = 31

_MARGIN: Final = 48
_FOOT: Final = 30
_ROWS_LEFT: Final = 400.0
_ROWS_RIGHT: Final = WIDTH - _MARGIN - 190.0
# From white to blue and to vermillion in steps that differ in lightness too, so that any eye tells them apart.
_SAME: Final = ("#EDF3F8", "#CFE2EF", "#A8CCE3", "#7FB4D6")
_OTHER: Final = ("#FFFFFF", "#FBE9DF", "#F3C4A8", "#E8966A")
_STEPS: Final = (0.1, 0.2, 0.4)


def agreement_chart(report: Report, words: Words) -> bytes | None:
    """Of the first question with something to show: a PNG of WIDTH × at most HEIGHT pixels."""
    for question in report.questions:
        if len(question.over_time) > 1 or question.confusion is not None:
            return _agreement(report, question, words)
    return None


def _agreement(report: Report, question: QuestionFigures, words: Words) -> bytes:
    sheet = Sheet(WIDTH, HEIGHT)
    title = question.title if len(report.questions) > 1 else report.title
    _heading(sheet, drawable(title, "bold") or question.name, report, words)
    top, found = 110.0, question.confusion
    if len(question.over_time) > 1:
        key = "report.chart.by_week" if question.over_time[0].days == 7 else "report.chart.by_day"
        sheet.text(_MARGIN, top + 48, words.say(key), 32, weight="bold")
        end = _over_time(sheet, question.over_time[-PERIODS_SHOWN:], words, top + 80, 240 if found else 480)
        sheet.end(end + _FOOT)
        top += 400
    if found is not None:
        sheet.text(_MARGIN, top + 48, words.say("report.chart.confusion"), 32, weight="bold")
        sheet.end(_confusion(sheet, found, words, top + 66) + _FOOT)
    return sheet.png()


def _heading(sheet: Sheet, title: str, report: Report, words: Words) -> None:
    today = words.date(report.today)
    room = WIDTH - 2 * _MARGIN - sheet.width(today, 26) - 40
    sheet.text(_MARGIN, 84, sheet.fitted(title, 42, room, "bold"), 42, weight="bold")
    sheet.text(WIDTH - _MARGIN, 84, today, 26, colour=MUTED, ha="right")


def _over_time(sheet: Sheet, periods: Sequence[PeriodAgreement], words: Words, top: float, height: float) -> float:
    """From 0, or the lowest α below it, to 1. Returns where it ends."""
    floor = min(0.0, *(one.alpha for one in periods))
    left, right = _MARGIN + 70, WIDTH - _MARGIN - 20
    days = [one.since.toordinal() for one in periods]
    step = (right - left) / (days[-1] - days[0])

    def down(alpha: float) -> float:
        return top + height * (1 - (alpha - floor) / (1 - floor))

    for at in (0.0, 0.5, 1.0):
        sheet.line(left, down(at), right - left, LINE)
        sheet.text(left - 16, down(at) + 9, words.figure(at, 1), 24, colour=MUTED, ha="right")
    places = [(left + step * (day - days[0]), down(one.alpha)) for day, one in zip(days, periods, strict=True)]
    sheet.path(places, BLUE)
    for one, x, side in ((periods[0], left, "left"), (periods[-1], right + 20, "right")):
        said = f"{words.date(one.since, 'report.short_date')} · α {words.figure(one.alpha, 2)}"
        sheet.text(x, top + height + 46, said, 24, colour=MUTED, ha=side)
    return top + height + 46


def _confusion(sheet: Sheet, found: Confusion, words: Words, top: float) -> float:
    """Columns go by the number of their row. Returns where it ends."""
    names, count = 340, len(found.labels)
    wide = (WIDTH - 2 * _MARGIN - names) / count
    high = min(88.0, (HEIGHT - _FOOT - top - 48) / count)
    for b in range(count):
        sheet.text(_MARGIN + names + (b + 0.5) * wide, top + 34, str(b + 1), 26, colour=MUTED, ha="center")
    for a, ((name, title), shares) in enumerate(zip(found.labels, found.shares, strict=True)):
        y = top + 48 + a * high
        label = f"{a + 1}  {readable(a + 1, say(words.language, title), name)}"
        sheet.text(_MARGIN, y + high / 2 + 9, sheet.fitted(label, 26, names - 16), 26)
        for b, share in enumerate(shares):
            x = _MARGIN + names + b * wide
            sheet.box(x, y, wide - 4, high - 4, _shade(share, a == b))
            said = words.percent(share) if share else "–"
            sheet.text(x + wide / 2, y + high / 2 + 9, said, 24, ha="center")
    return top + 48 + count * high


def _shade(share: float, same: bool) -> str:
    return (_SAME if same else _OTHER)[sum(share >= step for step in _STEPS)]


def people_chart(report: Report, words: Words) -> bytes | None:
    """For admins: each person; of many how they spread, and the ends of the row. The least right come first."""
    compared = [one for one in report.people if one.skill.share is not None]
    if len(compared) < 2:
        return None
    compared.sort(key=lambda one: (one.skill.share or 0.0, one.id))
    mean = mean_of([one.skill for one in compared])
    sheet = Sheet(WIDTH, HEIGHT)
    _heading(sheet, drawable(report.title, "bold") or report.project, report, words)
    sheet.text(_MARGIN, 148, words.say("report.chart.people"), 32, weight="bold")
    free = any(question.labels is None or question.agreement.ac1 is None for question in report.questions)
    how = words.say("report.chart.alike_how" if free else "report.chart.people_how")
    sheet.text(_MARGIN, 186, sheet.fitted(how, 24, WIDTH - 2 * _MARGIN), 24, colour=MUTED)
    if len(compared) <= PEOPLE_SHOWN:
        sheet.end(_people(sheet, compared, mean, words, 216, HEIGHT - _FOOT) + _FOOT)
    else:
        _spread(sheet, compared, mean, words)
        _people(sheet, compared[:LOWEST], mean, words, 470, 770)
        others = words.say("report.chart.between", count=words.count(len(compared) - LOWEST - HIGHEST))
        sheet.text(_MARGIN, 806, others, 24, colour=MUTED)
        _people(sheet, compared[-HIGHEST:], mean, words, 826, HEIGHT - 20)
    return sheet.png()


def _spread(sheet: Sheet, people: Sequence[PersonFigures], mean: float, words: Words) -> None:
    """How many people are how right, by twentieths, over the same scale as their rows."""
    counts = [0] * BINS
    for one in people:
        counts[min(BINS - 1, int((one.skill.share or 0.0) * BINS))] += 1
    top, floor, wide = 230.0, 400.0, (_ROWS_RIGHT - _ROWS_LEFT) / BINS
    sheet.text(_MARGIN, floor, words.say("report.crowd", people=words.count(len(people))), 26)
    for place, count in enumerate(counts):
        high = (floor - top) * count / max(counts)
        sheet.box(_ROWS_LEFT + place * wide, floor - high, wide - 3, high, SKY)
    sheet.line(_ROWS_LEFT, floor, _ROWS_RIGHT - _ROWS_LEFT, LINE)
    for share, side in ((0.0, "left"), (0.5, "center"), (1.0, "right")):
        x = _ROWS_LEFT + share * (_ROWS_RIGHT - _ROWS_LEFT)
        sheet.text(x, floor + 34, words.percent(share), 24, colour=MUTED, ha=side)
    sheet.text(WIDTH - _MARGIN, top + 22, words.count(max(counts)), 24, colour=MUTED, ha="right")
    sheet.path_down(_ROWS_LEFT + mean * (_ROWS_RIGHT - _ROWS_LEFT), top, floor - top, MUTED)


def _people(
    sheet: Sheet, people: Sequence[PersonFigures], mean: float, words: Words, top: float, bottom: float
) -> float:
    """Returns where they end, at the bottom or above it."""
    left, right = _ROWS_LEFT, _ROWS_RIGHT
    step = min(72.0, (bottom - top) / len(people))
    middle = left + (right - left) * mean
    for place, person in enumerate(people):
        y, found = top + step * place, person.skill
        share = found.share or 0.0
        name = sheet.fitted(readable(place + 1, person.name, person.id), 26, left - _MARGIN - 20)
        sheet.text(_MARGIN, y + step / 2 + 9, name, 26)
        width = right - left
        sheet.box(left, y + step / 2 - 7, width, 14, TRACK)
        sheet.box(left + width * found.low, y + step / 2 - 7, width * (found.high - found.low), 14, SKY)
        sheet.path([(left + width * share, y + step / 2)], VERMILLION if found.high < mean else BLUE)
        said = f"{words.percent(share)} · n {words.count(found.items)}"
        sheet.text(WIDTH - _MARGIN, y + step / 2 + 9, said, 24, colour=MUTED, ha="right")
    sheet.path_down(middle, top, step * len(people), MUTED)
    return top + step * len(people)
