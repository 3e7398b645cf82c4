"""The part of the report's page that is about single people: for admins."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from typing import Final

from bot.filters import Wanted
from bot.quality import markup
from bot.quality.report import PersonFigures, Report
from bot.quality.telling import EVERYBODY, NAMED, apart, mean_of
from bot.quality.words import Words
from bot.quality.work import Work

PEOPLE_SHOWN: Final = 200


def people(report: Report, work: Mapping[str, Work], words: Words) -> Iterator[Iterator[str]]:
    """Sections: everybody, or of many people how they spread and who wants a look; then what they did lately."""
    yield _everybody(report, words)
    if work:
        yield _work(report, work, words)


def _everybody(report: Report, words: Words) -> Iterator[str]:
    compared = [one for one in report.people if one.alike.share is not None]
    mean = mean_of([one.alike for one in compared])
    yield markup.heading(2, words.say("report.people", title=report.title))
    busy = [one for one in report.people if one.labels or one.gold.labels]
    if len(busy) <= EVERYBODY:
        yield _table(busy, mean, words)
        return
    yield markup.paragraph(words.crowd(busy))
    if compared:
        skills = [one.skill for one in compared]
        yield markup.heading(3, words.say("report.chart.people"))
        shares = [one.share or 0.0 for one in skills]
        yield markup.spread(shares, mean_of(skills), words.say("report.chart.people"))
    if low := apart(busy):
        yield markup.heading(3, words.say("report.people_apart", count=words.count(len(low))))
        yield _table(low[:NAMED], mean, words)
    yield markup.heading(3, words.say("report.people_busiest"))
    yield _table(busy[:NAMED], mean, words)
    shown = busy[NAMED:PEOPLE_SHOWN]
    if shown:
        title = words.say("report.others", count=words.count(len(shown)))
        yield markup.folded(title, _table(shown, mean, words))
    if len(busy) > PEOPLE_SHOWN:
        yield markup.paragraph(words.say("report.others", count=words.count(len(busy) - PEOPLE_SHOWN)), "quiet")


Column = tuple[str, Callable[[PersonFigures], str]]


def _table(shown: Sequence[PersonFigures], mean: float, words: Words) -> str:
    """Without the columns in which nobody has anything."""
    columns = [column for column in _columns(mean, words) if any(column[1](one) not in ("0", "–") for one in shown)]
    heads = [words.say("report.page.person"), *(title for title, _ in columns)]
    return markup.table(heads, ((_name(one), *(written(one) for _, written in columns)) for one in shown))


def _name(one: PersonFigures) -> str:
    return markup.link(Wanted(person=one.id).address, one.name)


def _columns(mean: float, words: Words) -> tuple[Column, ...]:
    def counted(name: str) -> Column:
        return words.say(f"report.page.{name}"), lambda one: words.count(getattr(one, name))

    return (
        (words.say("report.page.alike"), lambda one: markup.alike(one.alike, mean, words)),
        (
            words.say("report.page.skill"),
            lambda one: "–" if one.skill.share is None else escape(words.share(one.skill)),
        ),
        counted("labels"),
        (words.say("report.page.gold"), lambda one: f"{one.gold.right}/{one.gold.labels}" if one.gold.labels else "–"),
        (words.say("report.page.seconds"), lambda one: _seconds(one, words)),
        counted("skips"),
        counted("flags"),
        counted("late"),
        counted("superseded"),
    )


def _seconds(one: PersonFigures, words: Words) -> str:
    return "–" if one.median_seconds is None else words.figure(one.median_seconds, 1)


def _work(report: Report, work: Mapping[str, Work], words: Words) -> Iterator[str]:
    """Of the last seven days, the most first."""
    names = {one.id: one.name for one in report.people}
    yield markup.heading(2, words.say("report.page.work"))
    heads = [words.say(f"report.page.{name}") for name in ("person", "labels", "minutes", "accepted", "late")]
    most = sorted(work.items(), key=lambda one: (-one[1].answers, one[0]))
    rows = (
        (
            escape(names.get(public, public)),
            words.count(one.answers),
            words.amount(one.active_minutes),
            words.count(one.accepted),
            words.count(one.late),
        )
        for public, one in most[:PEOPLE_SHOWN]
    )
    yield markup.table(heads, rows)
    if len(most) > PEOPLE_SHOWN:
        yield markup.paragraph(words.say("report.others", count=words.count(len(most) - PEOPLE_SHOWN)), "quiet")
