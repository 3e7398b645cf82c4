"""The web server as it runs: uvicorn on a free port of this machine, a database of its own, a scripted bot."""

import asyncio
import socket
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import uvicorn

from bot.chat import Message
from bot.chats.browser import BrowserChat
from bot.projectfile import parse
from bot.reception import FrontDoor, PageBoard
from bot.web.ports import MediaFile
from bot.web.server import build
from storage import accounts, people, projects
from storage.database import Database, Transaction, opened, run
from storage.files import Files, NoSuchFile
from storage.migrations import migrate
from tests.web.script import Script

T = TypeVar("T")
PROJECT = """
name = "reviews"
title = "Review sentiment"
type = "choice"

[[labels]]
name = "positive"

[[labels]]
name = "negative"
"""


@dataclass
class Place:
    """A running server: its address, what it keeps, and the bot behind it."""

    url: str
    database: Database
    script: Script
    browser: BrowserChat
    files: Files
    mimes: dict[str, str]
    loop: asyncio.AbstractEventLoop
    project: int
    other: int
    """A second project."""
    door: FrontDoor

    def invite(self, uses: int = 100, *, project: int | None = 0, role: str = "annotator", days: int = 1) -> str:
        """Of the first project; None is the whole installation."""
        where = self.project if project == 0 else project

        def make(tx: Transaction) -> str:
            return people.invite(tx, where, role, uses, tx.now + timedelta(days=days))

        return run(self.database, make)

    def put(self, content: bytes, mime: str) -> str:
        """Keeps a file and returns its hash."""
        sha = self.files.put(content)
        self.mimes[sha] = mime
        return sha

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Runs in the server's own loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)


@contextmanager
def place(folder: Path, cards: list[Message], **options: Any) -> Iterator[Place]:
    url = f"sqlite:///{folder / 'labelbot.db'}"
    migrate(url)
    with opened(url) as database, socket.socket() as listening:
        listening.bind(("127.0.0.1", options.pop("port", 0)))
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        project = run(database, _set_up)
        files, mimes = Files(folder / "media"), dict[str, str]()
        loop = asyncio.new_event_loop()
        board = PageBoard(database)
        browser = BrowserChat(project[0], board, address)
        script = Script(cards, browser, database)

        async def open_media(sha: str) -> MediaFile | None:
            try:
                return MediaFile(files.path(sha), mimes[sha])
            except NoSuchFile:
                return None

        door = FrontDoor(database, project[0], lambda tx, user, channel: channel != "secret")
        app = build(
            browser=browser,
            board=board,
            receive=script.receive,
            reception=door,
            open_media=open_media,
            **options,
        )
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False, lifespan="off"))
        thread = threading.Thread(target=_serve, args=(loop, server, listening))
        thread.start()
        try:
            yield Place(address, database, script, browser, files, mimes, loop, *project[1:], door)
        finally:
            asyncio.run_coroutine_threadsafe(browser.close(), loop)
            server.should_exit = True
            thread.join(20)
            assert not thread.is_alive(), "the server does not stop"


def _serve(loop: asyncio.AbstractEventLoop, server: uvicorn.Server, listening: socket.socket) -> None:
    asyncio.set_event_loop(loop)
    loop.run_until_complete(server.serve(sockets=[listening]))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()


def _set_up(tx: Transaction) -> tuple[int, int, int]:
    project = parse(PROJECT, types=("choice",))
    row, _ = projects.save(tx, project.name, project.as_config())
    other, _ = projects.save(tx, "other", project.as_config() | {"name": "other", "title": "Other reviews"})
    return accounts.account(tx, "browser", "local"), row.id, other.id
