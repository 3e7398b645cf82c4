"""Binds the pages of a project's report to the database: who may read them, and what stands there."""

import asyncio
import time
from datetime import datetime
from functools import partial
from html import escape

from bot import comparing, links, stored
from bot.chat import Text
from bot.links import BadLink
from bot.processes import child
from bot.reception import Desk
from bot.summaries import make_page
from bot.web.ports import Refused, Sheet
from bot.wording import phrase, say, spoken
from storage import seals
from storage.database import Database, Transaction

KEPT_SECONDS = 60.0
"""A report is not computed again for so long, however often somebody reloads it."""
MOST_KEPT = 50
COMPUTE_SECONDS = 120.0

STYLES = {"bold": "b", "italic": "i", "quiet": "small", "quote": "q", "code": "code", "strike": "s"}


class ReportDesk(Desk):
    """See `bot.web.ports.Reporting`."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._kept: dict[tuple[int, str], tuple[float, Sheet]] = {}
        self._one = asyncio.Lock()
        """Reports are computed one at a time: each takes a processor and the answers' memory."""

    async def report(self, token: str, language: str) -> Sheet:
        project, now = await self._read(token, language)
        key = project, spoken(language)
        async with self._one:
            kept = self._kept.get(key)
            if kept is None or kept[0] < time.monotonic():
                kept = time.monotonic() + KEPT_SECONDS, await self._compute(key, now)
                self._keep(key, kept)
        head = f"/report/{token}/"
        return Sheet(kept[1].title, kept[1].body.replace('href="item?', f'href="{head}item?'))

    async def item(self, token: str, key: str, language: str) -> Sheet | None:
        project, _ = await self._read(token, language)
        found = await self._run(partial(_item, project=project, key=key, language=spoken(language)))
        if found is None:
            return None
        back = f'<p><a href="/report/{token}">← {escape(say(language, phrase("report.page.back")))}</a></p>'
        return Sheet(key, f'{back}\n<section class="answers">{_html(found)}</section>')

    async def _read(self, token: str, language: str) -> tuple[int, datetime]:
        try:
            return await self._run(partial(_project, token=token))
        except BadLink as error:
            raise Refused(say(language, phrase(str(error)))) from None

    async def _compute(self, key: tuple[int, str], now: datetime) -> Sheet:
        pool = child()
        try:
            done = pool.submit(make_page, self._database.url, key[0], now, key[1])
            return Sheet(*await asyncio.wait_for(asyncio.wrap_future(done), COMPUTE_SECONDS))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _keep(self, key: tuple[int, str], kept: tuple[float, Sheet]) -> None:
        self._kept.pop(key, None)
        self._kept[key] = kept
        while len(self._kept) > MOST_KEPT:
            self._kept.pop(next(iter(self._kept)))


def _project(tx: Transaction, token: str) -> tuple[int, datetime]:
    """Raises BadLink."""
    return links.read_report(token, seals.seal(tx, links.REPORT_SEAL), tx.now), tx.now


def _item(tx: Transaction, project: int, key: str, language: str) -> Text | None:
    found = comparing.compared(tx, project, stored.by_id(tx, project)[1], key)
    return None if found is None else found.text(language)


def _html(text: Text) -> str:
    """What is said in a chat."""
    tags = ((STYLES.get(part.style, "span"), escape(part.text)) for part in text)
    return "".join(f"<{tag}>{said}</{tag}>" for tag, said in tags)
