"""A person's own work, told to nobody but them: today and the last seven days of the project they are in."""

from dataclasses import replace
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot import doors
from bot.chat import Message, Part
from bot.quality import work as counting
from bot.quality.work import Work
from bot.turn import Turn
from bot.wording import Phrase, phrase
from storage import projects
from storage import work as stored
from storage.columns import micros

MOST: Final = 2_000
"""Answers that are looked at, so that everybody else's taps need not wait: the newest."""
WEEK: Final = timedelta(days=6)


def work(turn: Turn, argument: str) -> None:
    """`/work`: days are those of the project's summaries."""
    here = turn.person.project
    if here is None or doors.role_in(turn, here) is None:
        turn.tell(phrase("projects.none"))
        return
    row = projects.by_id(turn.tx, here)
    project = turn.schema(row.id, row.version)
    today = turn.tx.now.astimezone(ZoneInfo(counting.zone_of(project))).date()
    done = stored.own(turn.tx, here, turn.person.id, MOST)
    parts = [Part(turn.say(phrase("work.title", title=project.title)), "bold")]
    for key, first in (("work.today", today), ("work.week", today - WEEK)):
        since, until = counting.days(first, today, counting.zone_of(project))
        mine = counting.counted(done, micros(since)).get(turn.person.id, Work())
        agreed = stored.decided(turn.tx.connection, here, since, until, turn.person.id)
        mine = replace(mine, accepted=counting.accepted(agreed, project).get(turn.person.id, 0))
        time = turn.say(_time(mine.active_seconds))
        parts.append(Part("\n" + turn.say(phrase(key, time=time, answers=mine.answers))))
        parts.append(Part(_more(turn, mine), "quiet"))
    if len(done) >= MOST:
        parts.append(Part("\n" + turn.say(phrase("work.newest", count=MOST)), "quiet"))
    turn.post(Message(text=tuple(parts)))


def _time(seconds: int) -> Phrase:
    return phrase("work.under") if 0 < seconds < 60 else phrase("work.minutes", count=seconds // 60)


def _more(turn: Turn, mine: Work) -> str:
    """What of it is not nothing."""
    told = (
        phrase("work.accepted", count=mine.accepted),
        phrase("work.late", count=mine.late),
        phrase("work.superseded", count=mine.superseded),
        phrase("work.skips", count=mine.skips),
        phrase("work.flags", count=mine.flags),
    )
    return "".join(f" · {turn.say(one)}" for one in told if one.fields["count"])
