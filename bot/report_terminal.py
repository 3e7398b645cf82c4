"""The QA summary in a terminal, per-person figures included: who sits there runs the bot."""

from collections.abc import Callable, Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.characters import harmless
from bot.quality.difficulties import aids, ambiguous, confusions, unsure
from bot.quality.pairs import Alike
from bot.quality.report import PersonFigures, QuestionFigures, Report
from bot.quality.signs import lines
from bot.quality.telling import disputes, heading, parts, speed
from bot.quality.words import PARTS, Words
from bot.wording import say

LABELS_SHOWN = 40
PEOPLE_SHOWN = 30
PAIRS_SHOWN = 10
PERIODS_SHOWN = 8
BAR = 30
LABEL_WIDE = 28
NAME_WIDE = 24
NAME_LEAST = 10
"""Characters of a name that stay."""
WIDEST = 1000
"""Characters that no table needs."""
Column = tuple[str, Callable[[PersonFigures], str]]
Shares = tuple[Callable[[Alike], str], Callable[[Alike], str]]
"""How the share alike to others is written, and the skill."""


def terminal(report: Report, console: Console, language: str = "en") -> None:
    """Says each thing once: a question's labels are a table, so they are in no sentence."""
    words = Words(language)
    console.print(_text("".join(part.text for part in heading(report, words)).rstrip(), "bold"))
    _say(console, words.progress(report))
    if report.parts.imported:
        short = (words.short(report.short),) if report.short.items else ()
        _say(console, parts(report, words), speed(report, words), *short)
        for question in report.questions:
            _question(console, question, words, alone=len(report.questions) == 1)
    for paragraph in _quality(report, words):
        _say(console, "", *paragraph)
    if report.people:
        console.print()
        console.print(_people(report, words, console))
    if report.watch:
        console.print()
        for line in lines(report.watch, words, {one.id: one.name for one in report.people}):
            console.print(Text(line), soft_wrap=True)
    for question in report.questions:
        if question.pairs:
            console.print()
            console.print(_pairs(report, question, words))
    if report.questions_asked or report.parts.flagged:
        asked, flagged = words.count(report.questions_asked), words.count(report.parts.flagged)
        said_notes = words.say("report.notes", asked=asked, flagged=flagged, project=report.project)
        console.print()
        console.print(_text(said_notes), soft_wrap=True)


def _quality(report: Report, words: Words) -> Iterator[Sequence[str]]:
    """How good the answers are, and which items are hard, a paragraph each."""
    if report.gold.labels:
        yield (words.accuracy(report.gold, any(one.labels is None for one in report.questions)),)
    if report.reviewed:
        yield (words.reviewed(report.reviewed),)
    if report.savings is not None:
        yield (words.savings(report.savings),)
    if hard := [line for line in (*aids(report, words), unsure(report, words)) if line]:
        yield hard
    for said, examples in confusions(report, words):
        yield said, *(f"  {one}" for one in examples)
    if report.ambiguity.items:
        yield words.say("report.ambiguous"), *ambiguous(report, words)
    if report.disputed:
        differing = ("".join(part.text for part in dispute).rstrip() for dispute in disputes(report, words))
        yield words.say("report.disputed"), *differing


def rows(report: Report) -> Iterator[tuple[str, int]]:
    """(part, items): where the imported items stand, the sum last."""
    for part in PARTS:
        yield part, getattr(report.parts, part)
    yield "imported", report.parts.imported


def _text(said: str, style: str = "") -> Text:
    """Square brackets are no markup, and what people wrote no commands."""
    return Text(harmless(said), style)


def _say(console: Console, *lines: str) -> None:
    for line in lines:
        console.print(_text(line))


def _question(console: Console, question: QuestionFigures, words: Words, *, alone: bool) -> None:
    console.print()
    if not alone:
        console.print(_text(question.title, "bold"))
    if question.labels and question.answers:
        console.print(_labels(question, words))
        if len(question.labels) > LABELS_SHOWN:
            _say(console, words.say("report.others", count=words.count(len(question.labels) - LABELS_SHOWN)))
    _say(console, words.agreement(question.agreement, question.labels is None, question.interval))
    if question.consensus is not None:
        _say(console, words.consensus(question.consensus))
    if len(question.over_time) > 1:
        _say(console, words.over_time(question.over_time, PERIODS_SHOWN))


def _labels(question: QuestionFigures, words: Words) -> Table:
    """A full bar would be all answers. α is that of having the label or not. Of very many labels the most frequent."""
    table = Table(box=None, pad_edge=False, show_header=False)
    alphas = {one.name: one.alpha for one in question.per_label if one.alpha is not None}
    table.add_column(overflow="ellipsis", no_wrap=True, max_width=LABEL_WIDE)
    table.add_column(justify="right")
    table.add_column(justify="right")
    table.add_column(no_wrap=True, min_width=BAR)
    table.add_column(no_wrap=True)
    shown = list(question.labels or ())
    if len(shown) > LABELS_SHOWN:
        shown = sorted(shown, key=lambda label: -label.count)[:LABELS_SHOWN]
    for one in shown:
        share = one.count / question.answers
        title = _text(say(words.language, one.title))
        alpha = f"α {words.figure(alphas[one.name], 2)}" if one.name in alphas else ""
        table.add_row(title, words.count(one.count), words.percent(share), "█" * round(BAR * share), alpha)
    return table


def _pairs(report: Report, question: QuestionFigures, words: Words) -> Table:
    """Those who differ most first."""
    names = {person.id: person.name for person in report.people}
    table = Table(box=None, pad_edge=False, title=words.say("report.pairs"), title_justify="left")
    for title in ("person", "person"):
        table.add_column(title, overflow="ellipsis", no_wrap=True, max_width=NAME_WIDE)
    for title in ("items", "same", "κ"):
        table.add_column(title, justify="right")
    for one in sorted(question.pairs, key=lambda pair: (pair.percent, -pair.items))[:PAIRS_SHOWN]:
        kappa = "–" if one.kappa is None else words.figure(one.kappa, 2)
        who = (_text(names.get(public, public)) for public in (one.one, one.other))
        table.add_row(*who, words.count(one.items), words.percent(one.percent), kappa)
    return table


def _people(report: Report, words: Words, console: Console) -> Table:
    """Without the columns in which nobody has anything. Where it is too wide names are cut, and where that is not
    enough shares stand without their intervals, that of the skill last."""

    def alone(found: Alike) -> str:
        return words.percent(found.share or 0.0)

    names = min(NAME_WIDE, max(cell_len(one.name) for one in report.people[:PEOPLE_SHOWN]))
    for shares in ((words.share, words.share), (alone, words.share), (alone, alone)):
        table = _of_people(report, words, NAME_WIDE, shares)
        over = _wide(console, table) - console.width
        if over <= 0:
            return table
        if names - over >= NAME_LEAST:
            return _of_people(report, words, names - over, shares)
    return _of_people(report, words, NAME_LEAST, (alone, alone))


def _wide(console: Console, table: Table) -> int:
    return table.__rich_measure__(console, console.options.update_width(WIDEST)).maximum


def _of_people(report: Report, words: Words, name_wide: int, shares: Shares) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("person", overflow="ellipsis", no_wrap=True, max_width=name_wide)
    table.add_column("role")
    columns = [one for one in _columns(words, shares) if any(one[1](who) not in ("0", "–") for who in report.people)]
    for title, _ in columns:
        table.add_column(title, justify="right")
    for person in report.people[:PEOPLE_SHOWN]:
        table.add_row(_text(person.name), person.role or "–", *(written(person) for _, written in columns))
    if len(report.people) > PEOPLE_SHOWN:
        table.add_row(words.say("report.others", count=words.count(len(report.people) - PEOPLE_SHOWN)))
    return table


def _columns(words: Words, shares: Shares) -> tuple[Column, ...]:
    return (
        ("labels", lambda one: words.count(one.labels)),
        ("s/label", lambda one: "–" if one.median_seconds is None else words.figure(one.median_seconds, 1)),
        ("like others", lambda one: "–" if one.alike.share is None else shares[0](one.alike)),
        ("skill", lambda one: "–" if one.skill.share is None else shares[1](one.skill)),
        ("gold", lambda one: f"{one.gold.right}/{one.gold.labels}" if one.gold.labels else "–"),
        ("skipped", lambda one: words.count(one.skips)),
        ("flagged", lambda one: words.count(one.flags)),
        ("late", lambda one: words.count(one.late)),
        ("undone", lambda one: words.count(one.superseded)),
    )
