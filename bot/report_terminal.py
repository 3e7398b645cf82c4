"""The QA summary in a terminal, per-person figures included: who sits there runs the bot."""

from collections.abc import Callable, Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.quality.report import PersonFigures, QuestionFigures, Report
from bot.quality.telling import disputes, heading, parts, speed
from bot.quality.words import PARTS, Words
from bot.wording import say

PEOPLE_SHOWN = 30
BAR = 30
LABEL_WIDE = 28
NAME_WIDE = 24


def terminal(report: Report, console: Console, language: str = "en") -> None:
    """Says each thing once: a question's labels are a table, so they are in no sentence."""
    words = Words(language)
    console.print(Text("".join(part.text for part in heading(report, words)).rstrip(), "bold"))
    _say(console, words.progress(report))
    if report.parts.imported:
        _say(console, parts(report, words), speed(report, words))
        for question in report.questions:
            _question(console, question, words, alone=len(report.questions) == 1)
    if report.gold.labels:
        _say(console, "", words.accuracy(report.gold, any(one.labels is None for one in report.questions)))
    if report.reviewed:
        _say(console, "", words.say("report.reviewed", count=words.count(report.reviewed)))
    if report.disputed:
        said = ("".join(part.text for part in dispute).rstrip() for dispute in disputes(report, words))
        _say(console, "", words.say("report.disputed"), *said)
    if report.people:
        console.print()
        console.print(_people(report, words))
    if report.questions_asked or report.parts.flagged:
        asked, flagged = words.count(report.questions_asked), words.count(report.parts.flagged)
        said_notes = words.say("report.notes", asked=asked, flagged=flagged, project=report.project)
        console.print()
        console.print(Text(said_notes), soft_wrap=True)


def rows(report: Report) -> Iterator[tuple[str, int]]:
    """(part, items): where the imported items stand, the sum last."""
    for part in PARTS:
        yield part, getattr(report.parts, part)
    yield "imported", report.parts.imported


def _say(console: Console, *lines: str) -> None:
    """Square brackets are no markup."""
    for line in lines:
        console.print(Text(line))


def _question(console: Console, question: QuestionFigures, words: Words, *, alone: bool) -> None:
    console.print()
    if not alone:
        console.print(Text(question.title, "bold"))
    if question.labels and question.answers:
        console.print(_labels(question, words))
    _say(console, words.agreement(question.agreement, question.labels is None))


def _labels(question: QuestionFigures, words: Words) -> Table:
    """A full bar would be all answers."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(overflow="ellipsis", no_wrap=True, max_width=LABEL_WIDE)
    table.add_column(justify="right")
    table.add_column(justify="right")
    table.add_column(no_wrap=True)
    for one in question.labels or ():
        share = one.count / question.answers
        title = Text(say(words.language, one.title))
        table.add_row(title, words.count(one.count), words.percent(share), "█" * round(BAR * share))
    return table


Column = tuple[str, Callable[[PersonFigures], str]]


def _people(report: Report, words: Words) -> Table:
    """Without the columns in which nobody has anything."""
    table = Table(box=None, pad_edge=False)
    table.add_column("person", overflow="ellipsis", no_wrap=True, max_width=NAME_WIDE)
    table.add_column("role")
    columns = [column for column in _columns(words) if any(column[1](one) not in ("0", "–") for one in report.people)]
    for title, _ in columns:
        table.add_column(title, justify="right")
    for person in report.people[:PEOPLE_SHOWN]:
        table.add_row(Text(person.name), person.role or "–", *(written(person) for _, written in columns))
    if len(report.people) > PEOPLE_SHOWN:
        table.add_row(words.say("report.others", count=words.count(len(report.people) - PEOPLE_SHOWN)))
    return table


def _columns(words: Words) -> tuple[Column, ...]:
    return (
        ("labels", lambda one: words.count(one.labels)),
        ("s/label", lambda one: "–" if one.median_seconds is None else words.figure(one.median_seconds, 1)),
        ("gold", lambda one: f"{one.gold.right}/{one.gold.labels}" if one.gold.labels else "–"),
        ("skipped", lambda one: words.count(one.skips)),
        ("flagged", lambda one: words.count(one.flags)),
        ("late", lambda one: words.count(one.late)),
        ("undone", lambda one: words.count(one.superseded)),
    )
