"""Builds the database, the core and the chats from the settings, and runs them in one process: the only wiring."""

import asyncio
import contextlib
import errno
import json
import logging
import signal
import socket
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import uvicorn

from bot import drawn
from bot.ahead import Prepares, keep_ahead
from bot.app import App
from bot.chat import Chat, ChatError, Tick
from bot.chats.browser import BrowserChat
from bot.drawn import Drawings, LoadRegions
from bot.edge import Edge
from bot.lookingback import LookingBack
from bot.platforms import slack_chat, slack_team, telegram_chat
from bot.project import Project
from bot.reception import FrontDoor, MayRead, PageBoard
from bot.reporting import ReportDesk
from bot.sweeping import sweep
from bot.visiting import SEAL, PageDesk
from bot.web.ports import MediaFile
from bot.web.server import build
from config.settings import Settings
from storage import accounts, media, people, projects, regions, seals
from storage.database import Database, Transaction, open_database
from storage.files import Files
from storage.migrations import migrate

log = logging.getLogger("labelbot")
T = TypeVar("T")
TICK_SECONDS = 2.0
TAKE_OVER_SECONDS = 5.0
SWEEP_SECONDS = 3600.0
LOOK_SECONDS = 300.0
STOP_SECONDS = 8.0
WAITING = 1024
"""Connections that may wait to be taken."""


class PortTaken(OSError):
    """Another program listens there."""


@dataclass(slots=True)
class House:
    """Everything that runs. `address` is where the pages are."""

    settings: Settings
    database: Database
    files: Files
    drawings: Drawings
    edge: Edge
    browser: BrowserChat
    door: FrontDoor
    pages: PageDesk
    reports: ReportDesk
    platforms: Mapping[int, str]
    chats: list[Chat] = field(default_factory=list)
    address: str = ""


def listen(settings: Settings, move_on: bool) -> socket.socket:
    """The socket of the pages; with `move_on` the next free port when this one is taken. Raises PortTaken."""
    for port in range(settings.port, settings.port + (50 if move_on and settings.port else 1)):
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        bound = socket.socket(family, socket.SOCK_STREAM)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((settings.host, port))
        except OSError as error:
            bound.close()
            if error.errno != errno.EADDRINUSE:
                raise
            continue
        bound.set_inheritable(True)
        bound.listen(WAITING)  # from now on, so that what arrives while the program starts waits and is not refused
        return bound
    raise PortTaken(f"another program listens on {settings.listen}. Name another port in LABELBOT_LISTEN")


async def serve(
    settings: Settings, bound: socket.socket, ready: Callable[[House], None], *, local_only: bool = False
) -> None:
    """Runs until SIGTERM or SIGINT, or until a chat says that going on is pointless (ChatError)."""
    migrate(settings.database_url)
    database = open_database(settings.database_url)
    try:
        async with _house(settings, database, bound) as house:
            await _run(house, bound, ready, local_only)
    finally:
        await asyncio.to_thread(database.close)


@contextlib.asynccontextmanager
async def _house(settings: Settings, database: Database, bound: socket.socket) -> AsyncIterator[House]:
    app = App({})
    files = Files(settings.files)
    drawings = Drawings(files, settings.drawings, regions_of(database))
    edge = Edge(database, app, drawings.paint)
    account = await _account(database, app, "browser", "local")
    address = settings.public_url or _address(bound)
    browser = BrowserChat(account, PageBoard(database), address)
    house = House(
        settings,
        database,
        files,
        drawings,
        edge,
        browser,
        FrontDoor(database, account, may_read(account)),
        PageDesk(database, app),
        ReportDesk(database, drawings.painted),
        app.platforms,
        [browser],
        address,
    )
    try:
        await _connect(house, app)
        for chat in house.chats:
            edge.delivery.add(chat)
            if command := getattr(chat, "command", ""):
                app.commands[chat.account] = command
        yield house
    finally:
        drawings.close()
        for chat in house.chats:
            with contextlib.suppress(ChatError):
                await chat.close()


def _address(bound: socket.socket) -> str:
    host, port = bound.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


async def _submit(database: Database, work: Callable[[Transaction], T]) -> T:
    return await asyncio.wrap_future(database.submit(work))


async def _account(database: Database, app: App, platform: str, external: str) -> int:
    account = await asyncio.wrap_future(database.submit(lambda tx: accounts.account(tx, platform, external)))
    app.platforms[account] = platform
    return account


async def _connect(house: House, app: App) -> None:
    """A chat for each platform there are credentials for; its library is loaded only then."""
    settings = house.settings
    if settings.telegram_token:
        account = await _account(house.database, app, "telegram", settings.telegram_token.partition(":")[0])
        telegram = telegram_chat(settings, account, house.edge.receive, _open(house))
        house.pages.recognise[account] = telegram.recognise
        house.chats.append(telegram)
    if settings.slack_bot_token:
        team = await slack_team(settings, house.database)
        account = await _account(house.database, app, "slack", team)
        secret = await _submit(house.database, partial(seals.seal, name=SEAL))
        house.chats.append(slack_chat(settings, account, house.edge.receive, _open(house), secret))


def _open(house: House) -> Callable[[str], bytes]:
    """Reads a prepared or a painted file."""

    def read(sha256: str) -> bytes:
        painted = house.drawings.path(sha256)
        if painted is not None:
            return painted.read_bytes()
        with house.files.open(sha256) as file:
            return file.read()

    return read


def regions_of(database: Database) -> LoadRegions:
    """Loads a picture's regions as a drawing takes them: JSON, as preparing the picture made it."""

    async def load(medium: int) -> bytes | None:
        row = await _submit(database, lambda tx: regions.load(tx, medium))
        if row is None:
            return None
        runs, parents = b64encode(row.runs).decode(), json.loads(row.parents)
        return json.dumps({"width": row.width, "height": row.height, "runs": runs, "parents": parents}).encode()

    return load


def _finder(house: House) -> Callable[[str], Coroutine[Any, Any, MediaFile | None]]:
    """Finds a prepared or a painted file for the media route."""

    async def find(sha256: str) -> MediaFile | None:
        painted = house.drawings.path(sha256)
        if painted is not None:
            return MediaFile(painted, drawn.MIME)
        found = await _submit(house.database, lambda tx: media.of_hashes(tx, [sha256]))
        return MediaFile(house.files.path(sha256), found[sha256].mime) if sha256 in found else None

    return find


def may_read(account: int) -> MayRead:
    """Members of a project that posts its summary in a browser channel may read it, and the owner."""

    def allowed(tx: Transaction, user: str, channel: str) -> bool:
        person = people.met(tx, account, user)
        if person is None:
            return False
        theirs = {member.project for member in people.memberships(tx, person.id)}
        for row in projects.every(tx):
            summary = Project.from_config(projects.config_of(tx, row.id, row.version)).summary
            posts_here = summary is not None and summary.channel == f"browser:{channel}"
            if posts_here and (person.owner or row.id in theirs):
                return True
        return False

    return allowed


async def _run(house: House, bound: socket.socket, ready: Callable[[House], None], local_only: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    server = _server(house, local_only)
    await _resume(house, everything=house.settings.database_url.startswith("sqlite"))
    tasks = [
        asyncio.create_task(work, name=name)
        for name, work in (
            ("pages", server.serve(sockets=[bound])),
            ("clock", _clock(house)),
            ("outbox", _take_over(house)),
            *((f"{chat.platform} chat", _kept(chat)) for chat in house.chats),
            *(
                (f"{chat.platform} files", keep_ahead(house.database, chat))
                for chat in house.chats
                if isinstance(chat, Prepares)
            ),
            *_workers(house),
        )
    ]
    stopping = asyncio.create_task(stop.wait())
    ready(house)
    try:
        done, _ = await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
        for task in done - {stopping}:
            task.result()
    finally:
        await _stop(house, server, [stopping, *tasks])


async def _stop(house: House, server: uvicorn.Server, tasks: list["asyncio.Task[Any]"]) -> None:
    """Receive nothing more, finish what is in hand, within ten seconds."""
    server.should_exit = True
    await house.browser.close()
    for task in tasks:
        if task.get_name() != "pages":
            task.cancel()
    await house.edge.delivery.stop(STOP_SECONDS / 2)
    _, late = await asyncio.wait(tasks, timeout=STOP_SECONDS / 2)
    for task in late:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _kept(chat: Chat) -> None:
    """A chat that ends ends the program, saying why: half a bot is a puzzle."""
    await chat.run()
    raise ChatError(f"the {chat.platform} chat ended", permanent=True)


def _server(house: House, local_only: bool) -> uvicorn.Server:
    by_platform = {chat.platform: chat for chat in house.chats}
    telegram, slack = by_platform.get("telegram"), by_platform.get("slack")
    hooked = house.settings.telegram_mode == "webhook" and telegram is not None
    web = build(
        browser=house.browser,
        board=PageBoard(house.database),
        receive=house.edge.receive,
        reception=house.door,
        open_media=_finder(house),
        marking=house.pages,
        reporting=house.reports,
        public_url=house.settings.public_url,
        local_only=local_only,
        on_telegram=_hook(telegram) if hooked else None,
        on_slack=_events(slack) if slack is not None and house.settings.slack_signing_secret else None,
        counters=lambda: {"events": house.edge.handled, "failed": house.edge.failed, "sent": house.edge.delivery.sent},
        ailment=house.edge.ailment,
    )
    config = uvicorn.Config(
        web,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=int(STOP_SECONDS / 2),
    )
    return Server(config)


class Server(uvicorn.Server):
    """Signals are ours: uvicorn would raise them again after its end, and the exit code with them."""

    def capture_signals(self) -> contextlib.AbstractContextManager[None]:  # type: ignore[override]
        return contextlib.nullcontext()


def _hook(chat: Chat | None) -> Callable[[Mapping[str, str], bytes], Coroutine[Any, Any, int]] | None:
    return getattr(chat, "on_webhook", None)


def _events(chat: Chat | None) -> Any:
    return getattr(chat, "on_http", None)


async def _resume(house: House, everything: bool) -> None:
    for chat in house.chats:
        await house.edge.take_over(chat.account, everything)


async def _learn_names(house: House) -> None:
    """What our bots are called, for the links that `labelbot invite` prints."""
    for chat in house.chats:
        if name := getattr(chat, "username", ""):
            account = chat.account
            await _submit(house.database, partial(accounts.rename, account=account, name=name))


async def _take_over(house: House) -> None:
    """Claims on what is in hand are renewed, and what nobody has in hand is sent."""
    while True:
        await asyncio.sleep(TAKE_OVER_SECONDS)
        try:
            await _learn_names(house)
            await house.edge.renew()
            await _resume(house, everything=False)
        except Exception as error:
            log.warning("the outbox could not be looked at (%s)", type(error).__name__)


async def _clock(house: House) -> None:
    """Time passes for the core; a failure is the storage's, and the next tick tries again."""
    ticks, looking_back = 0, LookingBack()
    while True:
        try:
            await house.edge.receive(Tick())
            if ticks % int(SWEEP_SECONDS / TICK_SECONDS) == 0:
                await sweep(house.database)
                await asyncio.to_thread(house.files.sweep)
                await asyncio.to_thread(house.drawings.sweep)
            if ticks % int(LOOK_SECONDS / TICK_SECONDS) == 0:
                await looking_back.look(house.database)
        except Exception as error:
            log.warning("a tick failed (%s)", type(error).__name__)
        ticks += 1
        await asyncio.sleep(TICK_SECONDS)


def _workers(house: House) -> list[tuple[str, Coroutine[Any, Any, None]]]:
    from bot.workers import Workers

    working = Workers(
        house.database,
        house.files,
        platforms=house.platforms,
        deliver=house.edge.delivery.take,
        address=house.settings.public_url,
    )
    return [("workers", working.run())]


def owner_link(database: Database, address: str, hours: int = 1) -> str | None:
    """A one-time link that makes its opener the owner; None when there is one already."""
    from storage.database import run

    def make(tx: Transaction) -> str | None:
        if people.has_owner(tx):
            return None
        return people.invite(tx, None, "owner", 1, tx.now + timedelta(hours=hours))

    code = run(database, make)
    return None if code is None else f"{address}/join/{code}"
