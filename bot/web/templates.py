"""Fills in the pages and holds what they load, all read once; whatever is filled in is text, never markup."""

import hashlib
import html
import json
from functools import cache
from importlib.resources import files
from string import Template

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.wording import LANGUAGES, phrase, say
from bot.wording.page_en import SENTENCES

TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "webmanifest": "application/manifest+json",
}
FOREVER = "public, max-age=31536000, immutable"


@cache
def assets() -> dict[str, bytes]:
    """What the pages load, by file name."""
    return {
        entry.name: entry.read_bytes()
        for entry in files("bot.web").joinpath("static").iterdir()
        if entry.name.rpartition(".")[2] in TYPES
    }


@cache
def version() -> str:
    """Changes with any of the assets and stands in their addresses, so that browsers may keep them for ever."""
    joined = b"".join(name.encode() + content for name, content in sorted(assets().items()))
    return hashlib.sha256(joined).hexdigest()[:12]


def page(name: str, language: str, /, **fields: object) -> str:
    """A page by its template's name, in a language that its reader asks for. `script` among the fields is the address
    of one from elsewhere, which is not waited for."""
    words = _words(language)
    shown = {key.replace(".", "_"): value for key, value in words.items()}
    filled = {key: html.escape(str(value)) for key, value in {**shown, **fields}.items()}
    filled |= {key: _flag(value) for key, value in fields.items() if isinstance(value, bool)}
    filled |= {"lang": html.escape(_spoken(language)), "static": f"/static/{version()}", "words": _data(words)}
    filled["script"] = f'<script async src="{filled["script"]}"></script>' if "script" in filled else ""
    defaults = {"wrong": "hidden", "known": ""}
    return Template(_frame()).substitute(
        defaults | filled | {"main": Template(_source(name)).substitute(defaults | filled)}
    )


def sheet(title: str, body: str, language: str) -> str:
    """A page without scripts, whose `body` is HTML already."""
    filled = {"lang": html.escape(_spoken(language)), "static": f"/static/{version()}", "title": html.escape(title)}
    return Template(_source("sheet")).substitute(filled, body=body)


def _flag(shown: bool) -> str:
    return "" if shown else "hidden"


def _words(language: str) -> dict[str, str]:
    """The pages' sentences; those with a gap in them are filled in where they are said."""
    return {
        key.removeprefix("page."): say(language, phrase(key))
        for key in SENTENCES
        if "{" not in SENTENCES[key] and not key.startswith("page.role.")
    }


def _spoken(language: str) -> str:
    return language[:2].lower() if language[:2].lower() in LANGUAGES else "en"


def _data(words: dict[str, str]) -> str:
    """JSON for a data block: with < and & escaped, nothing in it can end the block."""
    return json.dumps(words).replace("<", "\\u003c").replace("&", "\\u0026")


@cache
def _source(name: str) -> str:
    return files("bot.web").joinpath("templates", f"{name}.html").read_text("utf-8")


def _frame() -> str:
    return _source("frame")


async def static(request: Request) -> Response:
    name = request.path_params["name"]
    content = assets().get(name)
    if content is None:
        raise HTTPException(404)
    headers = {"cache-control": FOREVER if request.path_params["version"] == version() else "no-cache"}
    return Response(content, media_type=TYPES[name.rpartition(".")[2]], headers=headers)


def routes() -> list[Route]:
    return [Route("/static/{version}/{name}", static, methods=["GET"])]
