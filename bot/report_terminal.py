"""The QA summary as tables in a terminal, per-person figures included: who sits there runs the bot."""

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from bot.quality.report import PersonFigures, QuestionFigures, Report
from bot.quality.telling import text
from bot.quality.words import PARTS, Words
from bot.wording import say

PEOPLE_SHOWN = 30
BAR = 24


def terminal(report: Report, console: Console, language: str = "en") -> None:
    words = Words(language)
    console.print("".join(part.text for part in text(report, language)), markup=False, highlight=False)
    console.print(_parts(report, words))
    for question in report.questions:
        if question.labels:
            console.print(_labels(question, words))
    if report.people:
        console.print(_people(report, words))
    if report.questions_asked or report.parts.flagged:
        asked, flagged = words.count(report.questions_asked), words.count(report.parts.flagged)
        said = words.say("report.notes", asked=asked, flagged=flagged, project=report.project)
        console.print(said, markup=False, highlight=False, soft_wrap=True)


def rows(report: Report) -> Iterator[tuple[str, int]]:
    """(part, items): where the imported items stand, the sum last."""
    for part in PARTS:
        yield part, getattr(report.parts, part)
    yield "imported", report.parts.imported


def _parts(report: Report, words: Words) -> Table:
    table = Table("items", "", box=None, pad_edge=False, show_header=False)
    for part, count in rows(report):
        if count and part != "imported":
            table.add_row(words.say(f"report.part.{part}"), words.count(count))
    table.add_row("= imported", words.count(report.parts.imported))
    return table


def _labels(question: QuestionFigures, words: Words) -> Table:
    table = Table(title=_plain(question.title), title_justify="left", box=None, pad_edge=False, show_header=False)
    table.add_column(overflow="ellipsis", max_width=40)
    table.add_column(justify="right")
    table.add_column()
    most = max((one.count for one in question.labels or ()), default=0)
    for one in question.labels or ():
        bar = "█" * round(BAR * one.count / most) if most else ""
        table.add_row(_plain(say(words.language, one.title)), words.count(one.count), bar)
    return table


def _people(report: Report, words: Words) -> Table:
    table = Table("person", "role", "labels", "s a label", "gold", "skipped", "flagged", "late", "taken back", box=None)
    for person in report.people[:PEOPLE_SHOWN]:
        table.add_row(*_person(person, words))
    if len(report.people) > PEOPLE_SHOWN:
        table.add_row(words.say("report.others", count=words.count(len(report.people) - PEOPLE_SHOWN)))
    return table


def _person(person: PersonFigures, words: Words) -> Iterator[str]:
    yield _plain(person.name)
    yield person.role or "–"
    yield words.count(person.labels)
    yield "–" if person.median_seconds is None else words.figure(person.median_seconds, 1)
    yield f"{person.gold.right}/{person.gold.labels}" if person.gold.labels else "–"
    for count in (person.skips, person.flags, person.late, person.superseded):
        yield words.count(count)


def _plain(text: str) -> str:
    """Square brackets in a name are no markup."""
    from rich.markup import escape

    return escape(text)
