"""What a child process makes of a project's answers: a summary to post, and the page with the same figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot import stored
from bot.chat import Text
from bot.wording import LANGUAGES, phrase, say
from storage import readings
from storage.database import opened, run


@dataclass(frozen=True, slots=True)
class Made:
    """A summary ready to post: its text, and the chart as PNG of `width` × `height` pixels. `people` are the figures of
    single people, by language: for admins only."""

    text: Text
    picture: bytes
    alt: str
    width: int
    height: int
    people: Mapping[str, Text]
    figures: Mapping[str, Any]
    """What the next summary compares itself with."""
    closer: bytes | None = None
    """A second picture: agreement over time and confusions."""
    skill: bytes | None = None
    """For admins only: how far each person agrees with the others."""


def make_summary(url: str, project: int, now: datetime) -> Made:
    """Runs for seconds where there are millions of answers, on a connection of its own that cannot write."""
    from bot.quality import changes, chart, closer, telling
    from bot.quality.report import summary
    from bot.quality.words import Words

    with opened(url) as database:
        row, asked = run(database, lambda tx: stored.by_id(tx, project))
        before = run(database, lambda tx: readings.latest(tx, project))
        with database.reading() as connection:
            report = summary(connection, row, asked, now)
    alt = say(asked.language, phrase("report.alt", title=asked.title))
    png = telling.picture(report, asked.language)
    singly = {language: telling.people_text(report, language) for language in LANGUAGES}
    words = Words(asked.language)
    return Made(
        telling.text(report, asked.language, before),
        png,
        alt,
        chart.WIDTH,
        chart.HEIGHT,
        singly,
        changes.figures(report),
        closer.agreement_chart(report, words),
        closer.people_chart(report, words),
    )


def make_page(url: str, project: int, now: datetime, language: str) -> tuple[str, str]:
    """(title, body) of the page of the same figures; runs as long."""
    from bot.quality.page import body, item_address
    from bot.quality.report import summary

    with opened(url) as database:
        row, asked = run(database, lambda tx: stored.by_id(tx, project))
        with database.reading() as connection:
            report = summary(connection, row, asked, now)
    return asked.title, body(report, language, item_address)
