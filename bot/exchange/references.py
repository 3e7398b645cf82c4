"""What a cell says of a picture, sound or film becomes a file we may read; nothing outside the agreed folders is."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, unquote, unquote_to_bytes, urlsplit

from bot.exchange.problems import BadRow
from bot.exchange.raw import Blob

UPLOADS: Final = "/data/upload/"
LOCAL_FILES: Final = "/data/local-files/"
LONGEST_DATA: Final = 64 << 20
Fetch = Callable[[str], Path]


@dataclass(frozen=True, slots=True)
class Roots:
    """Relative paths start from `media_root`, or from `base`, the data file's folder; absolute ones must lie below one
    of them. `hosts` may be fetched from."""

    base: Path
    media_root: Path | None = None
    hosts: frozenset[str] = frozenset()


def located(value: Any, roots: Roots, fetch: Fetch) -> Blob:
    """The file that a cell means. Raises BadRow; a URL is only fetched when the blob is loaded."""
    if isinstance(value, Blob):
        return value
    if not isinstance(value, str) or not value.strip():
        raise BadRow("it names no file")
    text = value.strip()
    scheme = text[:10].partition(":")[0].casefold() if ":" in text[:10] else ""
    if scheme == "data":
        return Blob("", partial(_inline, text))
    if scheme in ("http", "https"):
        return _remote(text, roots, fetch)
    if "://" in text or scheme == "file":
        raise BadRow(f"{_short(text)} is an address that is not read; only http and https are, with --fetch")
    path = _local(text, roots)
    return Blob(path.name, partial(Path, path))


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"


def _inline(text: str) -> bytes:
    head, comma, body = text.partition(",")
    if not comma or len(body) > LONGEST_DATA:
        raise BadRow("its data: address is broken or too long")
    try:
        return base64.b64decode(body, validate=True) if head.endswith(";base64") else unquote_to_bytes(body)
    except (binascii.Error, ValueError):
        raise BadRow("its data: address is no base64") from None


def _remote(text: str, roots: Roots, fetch: Fetch) -> Blob:
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        host = None
    if not host:
        raise BadRow(f"{_short(text)} is no address")
    if host not in roots.hosts:
        raise BadRow(f"{_short(text)} is on another machine; --fetch {host} would fetch it")
    return Blob(Path(unquote(parts.path)).name, partial(fetch, text))


def _local(text: str, roots: Roots) -> Path:
    inside = _of_studio(text)
    start = (roots.media_root or roots.base).resolve()
    if inside is not None:
        places = [start / inside, start / "upload" / inside]
    else:
        places = [start / text, *([roots.base.resolve() / text] if roots.media_root else [])]
    if "\0" in text:
        raise BadRow("the path holds a NUL character")
    allowed = (start, roots.base.resolve())
    for place in places:
        try:
            found = place.resolve()
            there = found.is_file()
        except (OSError, RuntimeError):
            continue
        if not any(found.is_relative_to(root) for root in allowed):
            raise BadRow(f"{_short(text)} lies outside {start.name or start}; --media-root may name another folder")
        if there:
            return found
    if inside is not None and roots.media_root is None:
        raise BadRow(f"{_short(text)} lies in Label Studio; --media-root says where its files are")
    raise BadRow(f"there is no file {_short(text)}")


def _of_studio(text: str) -> str | None:
    """The path within Label Studio's store, for its own kinds of address."""
    if text.startswith(UPLOADS):
        return unquote(text.removeprefix(UPLOADS))
    if text.startswith(LOCAL_FILES):
        return next(iter(parse_qs(urlsplit(text).query).get("d", ())), "")
    return None
