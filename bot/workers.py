"""Work that must not wait in the writer's transaction: summaries are computed in a child process, then posted."""

import asyncio
import logging
import multiprocessing
import os
import signal
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar

from bot import managing, payload, reviewcall, stored
from bot.calibrating import candour
from bot.chat import Media, Message, Outgoing, Part
from bot.links import REPORT_SEAL
from bot.links import report_link as link_to
from bot.lookout import Finds, looked, told
from bot.processes import child
from bot.project import Project, Summary
from bot.schedule import CANDOUR, WATCH
from bot.spreading import SPREAD, spread
from bot.summaries import Made, make_summary
from bot.wording import phrase, say, spoken
from storage import accounts, media, outbox, people, readings, reviews, runs, seals, skills
from storage.columns import micros
from storage.database import Database, Transaction, run
from storage.files import Files
from storage.media import MediaRow
from storage.people import Person
from storage.projects import ProjectRow
from storage.runs import Run

log = logging.getLogger("labelbot.workers")
T = TypeVar("T")
SUMMARY: Final = "summary"
NOW: Final = "post"
"""A summary asked for, beside the slots: of another kind, so that no slot is taken for the project's second."""
LOOK_SECONDS: Final = 3.0
IDLE_SECONDS: Final = 60.0
"""A child that has had nothing to do for so long ends: it holds a hundred megabytes."""
COMPUTE_SECONDS: Final = 240.0
"""Less than a run's lease, so that no other process begins the same work meanwhile."""
REMIND: Final = timedelta(days=7)
UNPOSTED: Final = "summary unposted"


class NoChannel(ValueError):
    """The project names no channel to post its summary to."""


def post_now(database: Database, project: int) -> None:
    """Asks whichever process serves the chats for a summary in the project's channel. Raises NoChannel."""

    def ask(tx: Transaction) -> None:
        if stored.by_id(tx, project)[1].summary is None:
            raise NoChannel("the project names no channel: set channel under [summary] in its file, and apply it")
        runs.now(tx, project, NOW)

    run(database, ask)


class Workers:
    """Does the runs that are due. `platforms` names the accounts this process speaks as; `deliver` is handed what was
    posted, which else waits until some process looks through the outbox; `address` is where others reach our pages."""

    def __init__(
        self,
        database: Database,
        files: Files,
        *,
        platforms: Mapping[int, str] | None = None,
        deliver: Callable[[Iterable[Outgoing]], None] | None = None,
        start: Callable[[], Executor] = child,
        address: str = "",
    ) -> None:
        self._database = database
        self._files = files
        self._platforms = platforms if platforms is not None else {}
        self._deliver = deliver
        self._start = start
        self._address = address
        self._pool: Executor | None = None
        self._pid = os.getpid()
        self._used = 0.0
        self._lock = threading.Lock()
        self._stopping = False
        self._posted: deque[Outgoing] = deque()

    async def run(self) -> None:
        """Until cancelled. What fails is tried again and said in the log: the chats go on."""
        try:
            while True:
                worked = await asyncio.to_thread(self._try_once)
                self._hand_over()
                if not worked:
                    await self._rest()
        finally:
            self.close()

    async def _rest(self) -> None:
        if self._pool is not None and time.monotonic() - self._used > IDLE_SECONDS:
            self._end_pool()
        await asyncio.sleep(LOOK_SECONDS)

    def _try_once(self) -> bool:
        try:
            return self.work_once()
        except Exception as error:
            log.warning("due work could not be looked at (%s)", type(error).__name__)
            return False

    def _hand_over(self) -> None:
        posted = list(self._posted)
        self._posted.clear()
        if self._deliver is not None and posted:
            self._deliver(posted)

    def work_once(self) -> bool:
        """Does one run that is due; False when there is none. Blocks until it is posted or has failed."""
        found = run(self._database, _take)
        if found is None:
            return False
        due, now = found
        try:
            self._do(due, now)
        except Exception as error:
            if self._stopping:
                return False
            self._failed(due, error)
        return True

    def _do(self, due: Run, now: datetime) -> None:
        if due.kind == SPREAD:
            self._spread(due)
            return
        if due.kind == WATCH:
            found = self._child(looked, due, now)
            self._posted.extend(run(self._database, lambda tx: self._tell(tx, due, found)))
            return
        if due.kind == reviewcall.CALL:
            self._posted.extend(run(self._database, lambda tx: self._call(tx, due)))
            return
        if due.kind == CANDOUR:
            self._calibrate(due, now)
            return
        if due.kind not in (SUMMARY, NOW):
            raise ValueError(f"nobody knows how to do a {due.kind}")
        if not self._postable(due):
            return
        made = self._child(make_summary, due, now)
        pictures = [None if one is None else self._files.put(one) for one in (made.picture, made.closer, made.skill)]
        self._posted.extend(run(self._database, lambda tx: self._post(tx, due, made, pictures)))

    def _calibrate(self, due: Run, now: datetime) -> None:
        """Where the candour is another one now, items that were closed by the old one are looked at anew."""
        found = self._child(candour, due, now)

        def note(tx: Transaction) -> None:
            if runs.done(tx, due.id) and skills.candour(tx, due.project) != found:
                skills.note_candour(tx, due.project, found)
                runs.now(tx, due.project, SPREAD)

        run(self._database, note)

    def _spread(self, due: Run) -> None:
        """Brings the project's overlap to its items; begun again where it was cut short."""
        spread(self._database, due.project)
        run(self._database, lambda tx: runs.done(tx, due.id))

    def _tell(self, tx: Transaction, due: Run, found: Finds) -> list[Outgoing]:
        """The notes, their messages and the end of the run in one transaction."""
        project = stored.by_id(tx, due.project)[1]
        if not runs.done(tx, due.id) or not project.watch:
            return []
        news = told(tx, due.project, project.title, found, self._reached(tx, people.admins(tx, due.project), project))
        return [_send(tx, account, admin.chat_external, message) for account, admin, message in news]

    def _call(self, tx: Transaction, due: Run) -> list[Outgoing]:
        """Reviewers are told that items wait, unless somebody has looked through them meanwhile."""
        project = stored.by_id(tx, due.project)[1]
        if not runs.done(tx, due.id) or project.review is None:
            return []
        count = reviews.waiting(tx, due.project)
        hearers = self._reached(tx, people.reviewers(tx, due.project), project) if count else ()
        return [
            _send(tx, account, one.chat_external, reviewcall.message(one.language, due.project, project.title, count))
            for account, one in hearers
        ]

    def _child(self, work: Callable[[str, int, datetime], T], due: Run, now: datetime) -> T:
        pool = self._ready_pool()
        try:
            return pool.submit(work, self._database.url, due.project, now).result(COMPUTE_SECONDS)
        except (BrokenProcessPool, TimeoutError):
            self._end_pool()
            raise
        finally:
            self._used = time.monotonic()

    def _ready_pool(self) -> Executor:
        with self._lock:
            if self._stopping:
                raise RuntimeError("the program is ending")
            if self._pool is None:
                # Its first work makes the child. Nobody waits for it here: whoever ends the program wants the lock.
                before = multiprocessing.active_children()
                self._pool = self._start()
                self._pool.submit(os.getpid)
                born = [one.pid for one in multiprocessing.active_children() if one not in before]
                self._pid = next((pid for pid in born if pid is not None), os.getpid())
            return self._pool

    def _postable(self, due: Run) -> bool:
        """Whether there is a channel we speak in; otherwise the run has failed for good, and the admins are told."""
        told = run(self._database, lambda tx: self._obstacle(tx, due))
        self._posted.extend(told or ())
        return told is None

    def _obstacle(self, tx: Transaction, due: Run) -> list[Outgoing] | None:
        """None where nothing stands in the way, else what the admins are told."""
        project = stored.by_id(tx, due.project)[1]
        if project.summary is None:
            runs.failed(tx, due, "the project names no channel any more", final=True)
            return []
        if self._account(tx, project.summary.platform) is not None:
            return None
        reason = say("en", phrase("report.no_account", platform=project.summary.platform))
        runs.failed(tx, due, f"{project.summary.channel}: {reason}", final=True)
        return _tell_admins(tx, due.project, project, project.summary)

    def _account(self, tx: Transaction, platform: str) -> int | None:
        """The account of that platform that this process speaks as, else the newest that any has spoken as."""
        mine = [account for account, name in self._platforms.items() if name == platform]
        if mine:
            return max(mine)
        return accounts.newest(tx, platform)

    def _post(self, tx: Transaction, due: Run, made: Made, pictures: Sequence[str | None]) -> list[Outgoing]:
        """The messages and the end of the run in one transaction: whoever is second finds the run done. `pictures` are
        the files of the chart, of the closer look and, for admins, of people's skill."""
        row, project = stored.by_id(tx, due.project)
        if project.summary is None or not runs.done(tx, due.id):
            return []
        readings.keep(tx, due.project, made.figures)
        account = self._account(tx, project.summary.platform)
        assert account is not None
        kept = [None if sha is None else self._kept(tx, sha, alt) for sha, alt in zip(pictures, made.alts, strict=True)]
        chart, closer, skill = kept
        assert chart is not None
        message = Message(text=made.text, kind="summary", media=(chart,))
        posted = [_send(tx, account, project.summary.chat, message, due.project)]
        if closer is not None:
            posted.append(_send(tx, account, project.summary.chat, Message(text=(Part(closer.alt),), media=(closer,))))
        return posted + self._post_privately(tx, row, project, made, skill)

    def _post_privately(
        self, tx: Transaction, row: ProjectRow, project: Project, made: Made, skill: Media | None
    ) -> list[Outgoing]:
        """Admins get the figures of single people; reviewers the summary itself, where items wait for them."""
        waiting = reviews.waiting(tx, row.id) if project.review is not None else 0
        posted, led = list[Outgoing](), set[int]()
        for where, admin in self._reached(tx, people.admins(tx, row.id), project):
            led.add(admin.id)
            if skill is not None:
                shown = Message(text=(Part(skill.alt),), media=(skill,))
                posted.append(_send(tx, where, admin.chat_external, shown))
            language = spoken(admin.language)
            buttons = managing.rows(row, project.overlap, admin.language, self._page(tx, row.id, admin.id), waiting)
            told = Message(text=made.people[language], buttons=buttons)
            posted.append(_send(tx, where, admin.chat_external, told))
        for where, reviewer in self._reached(tx, people.reviewers(tx, row.id), project) if waiting else ():
            if reviewer.id not in led:
                way = reviewcall.way(reviewer.language, row.id, waiting)
                told = Message(text=made.texts[spoken(reviewer.language)], buttons=(way,))
                posted.append(_send(tx, where, reviewer.chat_external, told))
        return posted

    def _page(self, tx: Transaction, project: int, admin: int) -> str:
        """The address of the report's page, for that admin; none where others cannot reach us."""
        return report_link(tx, project, self._address, admin) if self._address.startswith("https://") else ""

    def _reached(
        self, tx: Transaction, hearers: Sequence[tuple[int, Person]], project: Project
    ) -> Iterable[tuple[int, Person]]:
        """Of (account, person) each in one private chat that the project may be shown in: of several one that this
        process speaks in, and of those the newest."""
        platforms = accounts.platforms(tx)
        reached: dict[int, tuple[int, Person]] = {}
        for account, person in sorted(hearers, key=lambda one: (one[0] in self._platforms, one[0])):
            may_see = not project.chats or platforms[account] in project.chats
            if may_see and person.chat_external and not person.blocked:
                reached[person.id] = (account, person)
        return reached.values()

    def _kept(self, tx: Transaction, chart: str, alt: str) -> Media:
        file = self._files.path(chart)
        width, height = _png_size(file)
        row = MediaRow(
            kind="image",
            mime="image/png",
            sha256=chart,
            width=width,
            height=height,
            orientation=None,
            duration_ms=None,
            size=file.stat().st_size,
        )
        kept = media.keep(tx, {chart: row})[chart]
        return Media(kept.id, "image", kept.mime, chart, alt, name="summary.png", width=width, height=height)

    def _failed(self, due: Run, error: Exception) -> None:
        log.error("the %s of %s failed (%s)", WATCH if due.kind == WATCH else SUMMARY, due.name, type(error).__name__)
        # Not its words: they may be an item's.
        run(self._database, lambda tx: runs.failed(tx, due, type(error).__name__))

    def close(self) -> None:
        """Ends the child, and what it is at: the run is taken again when its lease is over."""
        with self._lock:
            self._stopping = True
        self._end_pool()

    def _end_pool(self) -> None:
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)
            if self._pid != os.getpid():
                with suppress(ProcessLookupError):
                    os.kill(self._pid, signal.SIGTERM)


def report_link(tx: Transaction, project: int, address: str, person: int = 0) -> str:
    """The page with the same figures, for whoever has the link; where it names a person, while they are an admin."""
    return link_to(address, project, seals.seal(tx, REPORT_SEAL), tx.now, person)


def _take(tx: Transaction) -> tuple[Run, datetime] | None:
    taken = runs.take(tx)
    return None if taken is None else (taken, tx.now)


def _tell_admins(tx: Transaction, key: int, project: Project, to: Summary) -> list[Outgoing]:
    """Once, and again after a week: a summary may come every hour."""
    if people.recent(tx, key, UNPOSTED, micros(tx.now - REMIND)):
        return []
    people.record(tx, None, key, UNPOSTED, to.channel)
    told = []
    for account, admin in people.admins(tx, key):
        if admin.chat_external and not admin.blocked:
            reason = say(admin.language, phrase("report.no_account", platform=to.platform))
            said = phrase("report.unposted", title=project.title, channel=to.channel, reason=reason)
            told.append(_send(tx, account, admin.chat_external, Message(text=(Part(say(admin.language, said)),))))
    return told


def _png_size(file: Path) -> tuple[int, int]:
    """Width and height in pixels, which stand at the beginning (PNG specification, 11.2.2 IHDR)."""
    with file.open("rb") as opened:
        width, height = struct.unpack("!II", opened.read(24)[16:])
    return width, height


def _send(tx: Transaction, account: int, external: str, message: Message, summary_of: int | None = None) -> Outgoing:
    """A summary's row names its project, whose admins are told if the channel refuses it."""
    chat = accounts.chat(tx, account, external)
    packed = payload.pack(message) | ({} if summary_of is None else {"project": summary_of})
    row = outbox.add(tx, account=account, chat=chat, kind=message.kind, payload=packed)
    return Outgoing(id=row, account=account, chat=external, message=message)
