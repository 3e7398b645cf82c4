"""Binds the pages of a project's report to the database: who may read them, and what stands there."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from html import escape
from urllib.parse import quote

from bot import comparing, filters, itempage, links, stored
from bot.characters import storable
from bot.chat import ChatError, Media
from bot.filters import Wanted
from bot.itempage import Seen
from bot.links import BadLink, ReportLink
from bot.processes import child
from bot.reception import Desk
from bot.summaries import make_page
from bot.web.ports import Refused, Sheet
from bot.wording import phrase, say, spoken
from storage import naming, people, reviews, seals
from storage.database import Database, Transaction

KEPT_SECONDS = 60.0
"""A report is not computed again for so long, however often somebody reloads it."""
MOST_KEPT = 50
COMPUTE_SECONDS = 120.0

MOST_DRAWN = 1000

Painted = Callable[[Media], Awaitable[Media]]


@dataclass(frozen=True, slots=True)
class Page:
    """What is computed once for all who ask for it; `named` ones may show people's names."""

    project: int
    language: str
    wanted: Wanted
    named: bool


class ReportDesk(Desk):
    """See `bot.web.ports.Reporting`. `painted` paints what people drew."""

    def __init__(self, database: Database, painted: Painted) -> None:
        super().__init__(database)
        self._painted = painted
        self._secret = b""
        self._kept: dict[Page, tuple[float, Sheet]] = {}
        self._drawn: dict[tuple[int, str, str], None] = {}
        """(project, item's key, hash) of the painted pictures that pages show."""
        self._one = asyncio.Lock()
        """Reports are computed one at a time: each takes a processor and the answers' memory."""

    async def report(self, token: str, fields: Mapping[str, str], language: str) -> Sheet:
        link, now = await self._read(token, language)
        page = Page(link.project, spoken(language), filters.wanted(fields), bool(link.person))
        async with self._one:
            kept = self._kept.get(page)
            if kept is None or kept[0] < time.monotonic():
                kept = time.monotonic() + KEPT_SECONDS, await self._compute(page, now)
                self._keep(page, kept)
        head = f"/report/{escape(token)}"
        told = kept[1].body.replace('href="item?', f'href="{head}/item?').replace('href="?', f'href="{head}?')
        return Sheet(kept[1].title, told)

    async def item(self, token: str, key: str, language: str) -> Sheet | None:
        link, now = await self._read(token, language)
        seen = await asyncio.to_thread(self._seen, link.project, key, spoken(language), now)
        if seen is None:
            return None
        seen = await self._drawn_on(link.project, seen, spoken(language))
        head = f"/report/{escape(token)}"
        back = f'<p><a href="{head}">← {escape(say(language, phrase("report.page.back")))}</a></p>'
        beside = f"?item={quote(key, safe='')}"
        shown = itempage.body(seen, spoken(language), lambda sha: f"{head}/media/{sha}{beside}")
        return Sheet(key, f"{back}\n{shown}")

    async def holds(self, token: str, key: str, sha256: str, language: str) -> bool:
        link, _ = await self._read(token, language)
        if (link.project, key, sha256) in self._drawn:
            return True
        row = await self._run(partial(naming.called, project=link.project, key=storable(key)))
        return row is not None and sha256 in {one["sha256"] for one in row.media or ()}

    async def _drawn_on(self, project: int, seen: Seen, language: str) -> Seen:
        """Where what people drew cannot be painted, the page says it in words only."""
        drawing = comparing.drawing_of(seen.found, language)
        if drawing is None:
            return seen
        try:
            painted = await self._painted(drawing)
        except ChatError:
            return seen
        self._drawn[project, seen.found.key, painted.sha256] = None
        while len(self._drawn) > MOST_DRAWN:
            self._drawn.pop(next(iter(self._drawn)))
        return replace(seen, drawing=painted)

    async def _read(self, token: str, language: str) -> tuple[ReportLink, datetime]:
        """A link that is not ours costs no transaction, but for the first."""
        try:
            if not self._secret:
                self._secret = await self._run(partial(seals.seal, name=links.REPORT_SEAL))
            link = links.read_report(token, self._secret)
            return link, await self._run(partial(_holds, link=link))
        except BadLink as error:
            raise Refused(say(language, phrase(str(error)))) from None

    def _seen(self, project: int, key: str, language: str, now: datetime) -> Seen | None:
        """Beside the chats' transactions: what long answers come to takes longer than a tap may wait."""
        with self._database.reading() as connection:
            tx = Transaction(connection, now, locks=False)
            found = comparing.compared(tx, project, stored.by_id(tx, project)[1], key)
            if found is None:
                return None
            return Seen(found, reviews.standing(tx, found.item), reviews.remarks(tx, found.item))

    async def _compute(self, page: Page, now: datetime) -> Sheet:
        pool = child()
        try:
            done = pool.submit(make_page, self._database.url, page.project, now, page.language, page.wanted, page.named)
            return Sheet(*await asyncio.wait_for(asyncio.wrap_future(done), COMPUTE_SECONDS))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _keep(self, page: Page, kept: tuple[float, Sheet]) -> None:
        self._kept.pop(page, None)
        self._kept[page] = kept
        while len(self._kept) > MOST_KEPT:
            self._kept.pop(next(iter(self._kept)))


def _holds(tx: Transaction, link: ReportLink) -> datetime:
    """The moment, at which the link still shows the report. Raises BadLink."""
    if link.expires < tx.now.timestamp():
        raise BadLink("report.page.expired")
    if link.person and link.person not in {admin.id for _, admin in people.admins(tx, link.project)}:
        raise BadLink("report.page.over")
    return tx.now
