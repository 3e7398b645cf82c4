"""What changed since the summary before: the figures that are kept of each one, and a line that compares them."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.labels.base import cut
from bot.quality.report import QuestionFigures, Report
from bot.quality.words import Words

QUESTIONS: Final = 3
TITLE_LONG: Final = 24
LEAST: Final = 0.005
"""An α that moved by less reads the same as before."""

Figures = Mapping[str, Any]


def figures(report: Report) -> dict[str, Any]:
    """What a later summary compares itself with."""
    return {
        "labels": report.labels,
        "done": report.parts.done,
        "disputes": report.disputes,
        "decided": report.reviewed.decided,
        "alpha": {one.name: one.agreement.alpha for one in report.questions},
    }


def changed(report: Report, since: datetime, before: Figures, words: Words) -> str:
    day = words.date(since.astimezone(ZoneInfo(report.timezone)).date(), "report.short_date")
    said = [*_counts(report, before, words), *_alphas(report, before.get("alpha", {}), words)]
    disputes = report.disputes - before.get("disputes", 0)
    if disputes > 0:
        said.append(words.say("report.changed.disputes", count=words.count(disputes)))
    return words.say("report.changed", date=day, changes=" · ".join(said) or words.say("report.changed.nothing"))


def _counts(report: Report, before: Figures, words: Words) -> Iterator[str]:
    for name, now in (("labels", report.labels), ("done", report.parts.done), ("decided", report.reviewed.decided)):
        difference = now - before.get(name, 0)
        if difference:
            sign = "+" if difference > 0 else "−"
            yield words.say(f"report.changed.{name}", count=sign + words.count(abs(difference)))


def _alphas(report: Report, before: Figures, words: Words) -> Iterator[str]:
    moved = [one for one in report.questions if _moved(one, before.get(one.name))]
    for one in moved[:QUESTIONS]:
        title = "" if len(report.questions) == 1 else f"{cut(one.title, TITLE_LONG)}: "
        assert one.agreement.alpha is not None
        then, now = words.figure(before[one.name], 2), words.figure(one.agreement.alpha, 2)
        yield f"{title}α {then} → {now}"


def _moved(question: QuestionFigures, before: float | None) -> bool:
    now = question.agreement.alpha
    return now is not None and before is not None and abs(now - before) >= LEAST
