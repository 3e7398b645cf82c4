"""A small server in place of the real one for the page to mark on: it speaks its contract and keeps what it is sent."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from bot.web.guard import Shield
from bot.web.mark import INSIDE_TELEGRAM, TELEGRAM_SCRIPT
from bot.web.templates import page, routes

Json = dict[str, Any]
POSTS = ("send", "skip", "unsure", "flag", "ask", "undo")
LABELS = [
    {"name": "PER", "title": "Person", "help": "People, real or not, without their titles.", "colour": "#1f77d0"},
    {"name": "LOC", "title": "Place", "help": "Towns, countries, rivers.", "colour": "#d9480f"},
    {"name": "ORG", "title": "Organisation", "help": "", "colour": "#2b8a3e"},
    {"name": "DATE", "title": "Date", "help": "", "colour": "#f2c037"},
]


def item(text: str, at: int = 0, marks: list[Json] | None = None, **more: Any) -> Json:
    """An item of the spans kind, as the server gives it to the page."""
    shown = {"card": f"card{at}", "step": 0, "type": "spans", "title": "Names in the news"}
    shown |= {"question": "Mark every name.", "help": "Mark the whole name.", "done": at, "total": 200}
    shown |= {"labels": LABELS, "options": {"overlap": False}, "picture": None, "regions": None, "text": text}
    shown |= {"language": "en", "marks": marks or [], "suggested": bool(marks), "can_undo": at > 0}
    return shown | more


@dataclass
class Fake:
    """Gives out its items in order. Where nobody is `entering`, `why` is what it says."""

    items: list[Json] = field(default_factory=list)
    url: str = ""
    at: int = 0
    sent: list[Json] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    noted: list[Json] = field(default_factory=list)
    """What else was done than sent, skipped or undone."""
    said: Json = field(default_factory=dict)
    """What the next answer says instead."""
    answers: dict[str, tuple[int, Json]] = field(default_factory=dict)
    proofs: list[Json] = field(default_factory=list)
    sessions: set[str] = field(default_factory=set)
    entering: bool = True
    why: str = ""
    requests: int = 0

    def start(self, *items: Json) -> None:
        """Anew, as if nothing had happened."""
        self.__init__(list(items), self.url)  # type: ignore[misc]

    @property
    def present(self) -> Json:
        if self.at < len(self.items):
            return self.items[self.at]
        return {"card": None, "said": "That was the last one. Thank you!", "title": "Names in the news"}

    async def page(self, request: Request) -> Response:
        language = request.headers.get("accept-language", "en")
        if request.path_params.get("way") != "telegram":
            return HTMLResponse(page("mark", language))
        html = page("mark", language, script=TELEGRAM_SCRIPT)
        return HTMLResponse(html, headers={"content-security-policy": INSIDE_TELEGRAM})

    async def enter(self, request: Request) -> Response:
        self.proofs.append(await request.json())
        if not self.entering:
            return JSONResponse({"error": self.why}, 403)
        self.sessions.add(f"session{len(self.proofs)}")
        return JSONResponse({"session": f"session{len(self.proofs)}"})

    async def item(self, request: Request) -> Response:
        return self._refused(request) or JSONResponse(self.present)

    async def post(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        body = await request.json()
        self.requests += 1
        if body["key"] not in self.answers:
            self.answers[body["key"]] = self._handle(request.url.path, body)
        status, answer = self.answers[body["key"]]
        return JSONResponse(answer | ({"item": self.present} if status != 422 else {}), status)

    def _refused(self, request: Request) -> Response | None:
        if request.headers.get("authorization", "").removeprefix("Bearer ") in self.sessions:
            return None
        return JSONResponse({"error": self.why}, 401)

    def _handle(self, path: str, body: Json) -> tuple[int, Json]:
        if path == "/mark/undo":
            self.at -= 1
            return 200, {"said": "Taken back."}
        if (body["card"], body["step"]) != (self.present["card"], self.present.get("step")):
            return 409, {"error": "That one was answered already."}
        if path == "/mark/skip":
            self.skipped.append(body["reason"])
        elif path != "/mark/send":
            self.noted.append({"what": path.rpartition("/")[2], "note": body.get("note")})
            if path == "/mark/ask":
                return 200, {"said": "Your question is with the project's admins. Go on meanwhile."}
        else:
            self.sent.append(body)
        self.at += 1
        said, self.said = self.said, {}
        return 200, {"said": f"Saved: {len(body.get('marks', []))}"} | said


@contextmanager
def fake() -> Iterator[Fake]:
    made = Fake()
    paths = [Route(f"/mark/{name}", made.post, methods=["POST"]) for name in POSTS]
    paths += [Route("/mark/enter", made.enter, methods=["POST"]), Route("/mark/item", made.item)]
    paths += [Route("/mark/{nonce}", made.page), Route("/mark/{way}/{token}", made.page), *routes()]
    shield = Middleware(Shield, counts={}, secure=False, local_only=False)
    app = Starlette(routes=paths, middleware=[shield])
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        made.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False, lifespan="off"))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            yield made
        finally:
            server.should_exit = True
            thread.join(20)


def counted(text: str, marks: list[Json]) -> list[tuple[str, str]]:
    """What the marks say they cover, after a check that Python counts it so."""
    for mark in marks:
        assert text[mark["start"] : mark["end"]] == mark["text"], json.dumps(mark)
    return [(mark["text"], mark["label"]) for mark in marks]
