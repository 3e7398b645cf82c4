"""The page to mark on as it runs: the real bot behind the real server, chats that only keep what they are sent."""

import asyncio
import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx
import uvicorn

from bot import links
from bot.app import App
from bot.chat import Command, Event, Outcome, Outgoing, Pace, Sending, Shown
from bot.chats.browser import BrowserChat
from bot.chats.telegram_opening import recognise
from bot.edge import Edge
from bot.project import LabelDef, Project, Question
from bot.reception import FrontDoor, PageBoard
from bot.visiting import SEAL, PageDesk
from bot.web.ports import MediaFile
from bot.web.server import build
from storage import accounts, people, projects, regions, seals
from storage.database import Database, Transaction, opened, run
from storage.files import Files
from storage.media import MediaRow, keep
from tests.engines import Clock
from tests.worlds import add_items

TOKEN = "4242:AAaa-bb_CC"
LABELS = (LabelDef("per", "PER"), LabelDef("loc", "LOC", help="<b>towns</b>"))
NAMES = Project("names", "Names", (Question("label", "Which names?", "spans", LABELS),), gold_share=0.0)
ADA = [{"start": 0, "end": 3, "label": "per", "text": "Ada"}]
ANNA, BOB = "7001", "7002"
Json = dict[str, Any]


PACE = Pace(chat_seconds=0.0, chat_burst=1000, overall_per_second=1000.0)


@dataclass
class Recorder:
    """A chat of a platform that keeps what is sent."""

    account: int
    platform: str
    pace: Pace = PACE
    sent: list[Outgoing] = field(default_factory=list)

    async def run(self) -> None: ...

    async def close(self) -> None: ...

    def link(self, code: str) -> str:
        return ""

    async def send(self, outgoing: Outgoing) -> Sending:
        self.sent.append(outgoing)
        return Sending(Shown(str(len(self.sent))))


@dataclass
class House:
    """What runs, and the people who are in it. `ids` are the projects' numbers."""

    url: str
    database: Database
    clock: Clock
    files: Files
    edge: Edge
    loop: asyncio.AbstractEventLoop
    accounts: dict[str, int]
    chats: dict[str, Recorder] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)

    def add(self, project: Project, rows: list[Json]) -> None:
        def make(tx: Transaction) -> int:
            row, _ = projects.save(tx, project.name, project.as_config())
            given = [{"media": None, "suggestion": None} | one for one in rows]
            add_items(tx, row.id, given, project.overlap, f"{project.name}-")
            return row.id

        self.ids[project.name] = run(self.database, make)

    def picture(self, content: bytes, size: tuple[int, int] = (4000, 3000)) -> Json:
        """A prepared picture as an item's `media` names it."""
        sha = self.files.put(content)
        width, height = size
        row = MediaRow(
            kind="image",
            mime="image/png",
            sha256=sha,
            width=width,
            height=height,
            orientation=1,
            duration_ms=None,
            size=len(content),
        )
        kept = run(self.database, lambda tx: keep(tx, {sha: row}))[sha]
        named = {name: getattr(kept, name) for name in ("id", "kind", "mime", "sha256", "width", "height")}
        return named | {"field": "image", "alt": "a street"}

    def cut(self, medium: int, runs: bytes, parents: list[int]) -> None:
        """The regions of a picture."""
        run(self.database, lambda tx: regions.keep(tx, {medium: (40, 30, runs, parents)}))

    def handle(self, event: Event) -> Outcome:
        return asyncio.run_coroutine_threadsafe(self.edge.receive(event), self.loop).result(10)

    def joins(self, user: str, project: str, platform: str = "telegram") -> str:
        """Somebody who joined in a chat; the nonce of their card."""
        until = self.clock()
        code = run(
            self.database, lambda tx: people.invite(tx, self.ids[project], "annotator", 9, until.replace(year=2099))
        )
        self.handle(self.event(Command, user, platform, word="start", argument=code))
        return self.card(user, platform)

    def event(self, kind: Any, user: str, platform: str, **fields: Any) -> Any:
        usual = {"account": self.accounts[platform], "key": str(uuid4()), "user": user, "chat": user, "name": user}
        return kind(**usual, **fields)

    def person(self, user: str, platform: str = "telegram") -> people.Person:
        found = run(self.database, lambda tx: people.met(tx, self.accounts[platform], user))
        assert found is not None
        return found

    def card(self, user: str, platform: str = "telegram") -> str:
        person = self.person(user, platform)
        rows = self.rows("SELECT nonce FROM cards WHERE person = :who AND state = 'open'", who=person.id)
        return rows[0]["nonce"] if rows else ""

    def rows(self, statement: str, **params: Any) -> list[Json]:
        from sqlalchemy import text

        return run(self.database, lambda tx: [dict(row._mapping) for row in tx.all(text(statement), params)])

    def labels(self) -> list[Any]:
        found = self.rows("SELECT label FROM answers WHERE live = true AND kind = 'label' ORDER BY id")
        return [json.loads(row["label"])["label"] for row in found]

    def remove(self, user: str, project: str, platform: str = "telegram") -> None:
        person = self.person(user, platform)
        run(self.database, lambda tx: people.remove(tx, self.ids[project], person.id))

    def link(self, user: str, nonce: str = "", **changes: Any) -> str:
        """The signed link that a Slack card carries."""
        secret = changes.pop("secret", run(self.database, lambda tx: seals.seal(tx, SEAL)))
        expires = int((self.clock() + links.LIFETIME).timestamp())
        made = {"account": self.accounts["slack"], "chat": user, "nonce": nonce or self.card(user, "slack")}
        return links.sign(links.Link(**made | {"expires": expires} | changes), secret)

    @contextmanager
    def visitor(self, session: str = "", **headers: str) -> Iterator["Page"]:
        with httpx.Client(base_url=self.url, headers={"origin": self.url} | headers) as client:
            yield Page(client, session)

    def init_data(self, who: str, *, token: str = TOKEN, at: datetime | None = None, **fields: str) -> str:
        return init_data(who, token=token, at=at or self.clock(), **fields)


def init_data(who: str, *, token: str, at: datetime, **fields: str) -> str:
    """What Telegram's app hands to a page, signed as it signs it."""
    given = {"user": json.dumps({"id": int(who), "first_name": "Ä & <b>"}), "auth_date": str(int(at.timestamp()))}
    given |= {"query_id": "AAE", "signature": "c2ln"} | fields
    signed = "\n".join(f"{name}={given[name]}" for name in sorted(given))
    key = hmac.new(b"WebAppData", token.encode(), hashlib.sha256).digest()
    return urlencode(given | {"hash": hmac.new(key, signed.encode(), hashlib.sha256).hexdigest()})


@dataclass
class Page:
    """A page somebody has open."""

    client: httpx.Client
    session: str = ""

    def enter(self, **proof: str) -> httpx.Response:
        answer = self.client.post("/mark/enter", json={"key": str(uuid4()), "card": ""} | proof)
        if answer.status_code == 200:
            self.session = answer.json()["session"]
        return answer

    @property
    def bearer(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.session}"} if self.session else {}

    def get(self, address: str) -> httpx.Response:
        return self.client.get(address, headers=self.bearer)

    def post(self, door: str, **content: Any) -> httpx.Response:
        body = {"key": str(uuid4())} | content
        return self.client.post(f"/mark/{door}", json=body, headers=self.bearer)

    @property
    def item(self) -> Json:
        answer = self.get("/mark/item")
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    def send(self, marks: Any, item: Json | None = None, **more: Any) -> httpx.Response:
        item = item or self.item
        return self.post("send", card=item["card"], step=item["step"], marks=marks, **more)


@contextmanager
def marked(folder: Path, url: str, **options: Any) -> Iterator[House]:
    """Over the migrated database `url`, with its files in `folder`; `options` are the server's."""
    clock = Clock()
    with opened(url, clock) as database, socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        loop = asyncio.new_event_loop()
        names = ("browser", "telegram", "slack")
        ids = {name: run(database, lambda tx, name=name: accounts.account(tx, name, "1")) for name in names}
        app = App({number: name for name, number in ids.items()})
        app.commands[ids["slack"]] = "/label"
        edge = Edge(database, app)
        house = House(address, database, clock, Files(folder / "media"), edge, loop, ids)
        browser = BrowserChat(ids["browser"], PageBoard(database), address)
        desk = PageDesk(database, app)
        desk.recognise[ids["telegram"]] = lambda opening, now: recognise(opening, TOKEN, now)

        async def open_media(sha: str) -> MediaFile | None:
            return MediaFile(house.files.path(sha), "image/png")

        web = build(
            browser=browser,
            board=PageBoard(database),
            receive=edge.receive,
            reception=FrontDoor(database, ids["browser"], lambda tx, user, channel: False),
            open_media=open_media,
            marking=desk,
            **options,
        )
        for name in ("telegram", "slack"):
            house.chats[name] = Recorder(ids[name], name)
            edge.delivery.add(house.chats[name])
        edge.delivery.add(browser)
        server = uvicorn.Server(uvicorn.Config(web, log_level="critical", access_log=False, lifespan="off"))
        thread = threading.Thread(target=_serve, args=(loop, server, listening, edge))
        thread.start()
        try:
            yield house
        finally:
            asyncio.run_coroutine_threadsafe(browser.close(), loop)
            server.should_exit = True
            thread.join(20)
            assert not thread.is_alive(), "the server does not stop"


def _serve(loop: asyncio.AbstractEventLoop, server: uvicorn.Server, listening: socket.socket, edge: Edge) -> None:
    asyncio.set_event_loop(loop)
    loop.run_until_complete(server.serve(sockets=[listening]))
    loop.run_until_complete(edge.delivery.stop(2))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()


def refused(answer: httpx.Response, status: int, words: str) -> None:
    assert (answer.status_code, list(answer.json())) == (status, ["error"]), answer.text
    assert words in answer.json()["error"]
