"""What a child process makes of a project's answers: a summary to post, and the page with the same figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from bot import stored
from bot.chat import Text
from bot.filters import Wanted
from bot.wording import LANGUAGES, phrase, say, spoken
from storage import readings
from storage.database import opened, run

WEEK: Final = timedelta(days=7)
ALTS: Final = ("report.alt", "report.alt.closer", "report.alt.skill")


@dataclass(frozen=True, slots=True)
class Made:
    """A summary ready to post: its text in the project's language for its channel, and by language in `texts`, for
    reviewers; the chart as PNG. `people` are the figures of single people by language, for
    admins only."""

    text: Text
    texts: Mapping[str, Text]
    picture: bytes
    alts: Sequence[str]
    """What the pictures show, for who cannot see them: that one, `closer` and `skill`."""
    people: Mapping[str, Text]
    figures: Mapping[str, Any]
    """What the next summary compares itself with."""
    closer: bytes | None = None
    """A second picture: agreement over time and confusions."""
    skill: bytes | None = None
    """For admins only: how far each person agrees with the others."""


def make_summary(url: str, project: int, now: datetime) -> Made:
    """Runs for seconds where there are millions of answers, on a connection of its own that cannot write."""
    from bot.quality import changes, closer, telling
    from bot.quality.report import summary
    from bot.quality.words import Words

    with opened(url) as database:
        row, asked = run(database, lambda tx: stored.by_id(tx, project))
        before = run(database, lambda tx: readings.latest(tx, project))
        with database.reading() as connection:
            report = summary(connection, row, asked, now)
    alts = [say(asked.language, phrase(key, title=asked.title)) for key in ALTS]
    png = telling.picture(report, asked.language)
    singly = {language: telling.people_text(report, language) for language in LANGUAGES}
    texts = {language: telling.text(report, language, before) for language in LANGUAGES}
    words = Words(asked.language)
    return Made(
        texts[spoken(asked.language)],
        texts,
        png,
        alts,
        singly,
        changes.figures(report),
        closer.agreement_chart(report, words),
        closer.people_chart(report, words),
    )


def make_page(url: str, project: int, now: datetime, language: str, wanted: Wanted, named: bool) -> tuple[str, str]:
    """(title, body) of the page of the same figures, or of the items that are wanted; runs as long. People go by their
    names only where the project shows them and the reader may be told (`named`)."""
    from bot.quality import changes, page, pagefilter, selection, work
    from bot.quality.report import summary
    from bot.quality.words import Words
    from storage import figures

    with opened(url) as database:
        row, asked = run(database, lambda tx: stored.by_id(tx, project))
        before = run(database, lambda tx: readings.latest(tx, project))
        asked = replace(asked, names=asked.names and named)
        words = Words(language)
        # Each of them is of one moment, which is the first thing that a transaction can be asked for.
        with database.reading() as connection:
            everybody = figures.participants(connection, project)
        people = [(one.public, one.name if asked.names else one.public) for one in everybody]
        form = pagefilter.form(asked, people, wanted, words)
        if wanted:
            with database.reading() as connection:
                found = selection.selection(connection, row, asked, wanted)
            return asked.title, pagefilter.selected(found, asked.title, form, words)
        with database.reading() as connection:
            report = summary(connection, row, asked, now)
        with database.reading() as connection:
            done = work.recount(connection, project, asked, now - WEEK, now)
    changed = "" if before is None else changes.changed(report, before.at, before.figures, words)
    return asked.title, page.body(report, language, changed, form, done)
