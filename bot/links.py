"""Signed links: to the page to mark on, one person's card for twelve hours, and where each chat finds that page; and
to the page of a project's report, for a week and as long as the admin it was sent to is one."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.buttons import BadButton, unpack
from bot.chat import OpenPage

LIFETIME: Final = timedelta(hours=12)
REPORT_LIFETIME: Final = timedelta(days=7)
REPORT_SEAL: Final = "report"
"""The name of the secret that links to reports are signed with."""
TOKEN: Final = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
"""Nothing else stands in one of ours. Python's decoder skips what it does not know: a link could carry markup along."""


class BadLink(ValueError):
    """A link that we did not sign, or that is too old; the message is a wording key."""


@dataclass(frozen=True, slots=True)
class Link:
    """`chat` is the private chat that the card stands in, by the platform's name of it."""

    account: int
    chat: str
    nonce: str
    expires: int
    """Seconds since 1970."""

    @property
    def content(self) -> str:
        return json.dumps([self.account, self.chat, self.nonce, self.expires], separators=(",", ":"))


def sign(link: Link, secret: bytes) -> str:
    """The link as an address carries it."""
    content = link.content.encode()
    return f"{_packed(content)}.{_packed(_mac(content, secret))}"


def read(token: str, secret: bytes, now: datetime) -> Link:
    """Raises BadLink."""
    content = _content(token, secret)
    if content is None:
        raise BadLink("mark.forged")
    link = Link(*json.loads(content))
    if link.expires < now.timestamp():
        raise BadLink("mark.expired")
    return link


@dataclass(frozen=True, slots=True)
class ReportLink:
    """Shows a project's report until `expires` (seconds since 1970), or until `person`, whom it was sent to, is no
    admin any more. 0 is nobody: it was made at the terminal, for whoever has it."""

    project: int
    expires: int
    person: int


def report_link(address: str, project: int, secret: bytes, now: datetime, person: int = 0) -> str:
    """The address of the report's page."""
    told = ["report", project, int((now + REPORT_LIFETIME).timestamp()), person]
    content = json.dumps(told, separators=(",", ":")).encode()
    return f"{address}/report/{_packed(content)}.{_packed(_mac(content, secret))}"


def read_report(token: str, secret: bytes) -> ReportLink:
    """What the link says; whether that still holds is for the reader to see. Raises BadLink."""
    content = _content(token, secret)
    if content is None:
        raise BadLink("report.page.forged")
    _, project, expires, person = json.loads(content)
    return ReportLink(project, expires, person)


def _content(token: str, secret: bytes) -> bytes | None:
    """What a token says; None where we did not sign it."""
    made = TOKEN.fullmatch(token)
    parts = None if made is None else [_unpacked(part) for part in made.groups()]
    if parts is None or not hmac.compare_digest(parts[1], _mac(parts[0], secret)):
        return None
    return parts[0]


def _mac(content: bytes, secret: bytes) -> bytes:
    return hmac.new(secret, b"labelbot page\0" + content, hashlib.sha256).digest()


def _packed(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _unpacked(text: str) -> bytes:
    """Of the alphabet of TOKEN; what no bytes are packed as becomes none."""
    try:
        return base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
    except ValueError:
        return b""


def nonce_of(data: str) -> str:
    """The card that a button belongs to; empty for none."""
    try:
        return unpack(data).nonce
    except BadButton:
        return ""


def plain_pages(address: str, path: str) -> OpenPage:
    """Pages whose visitors the platform vouches for."""

    def opens(chat: str, data: str) -> str:
        nonce = nonce_of(data)
        return f"{address}{path}/{nonce}" if address and nonce else ""

    return opens


def signed_pages(address: str, account: int, secret: bytes, clock: Callable[[], datetime]) -> OpenPage:
    """Pages whose visitors are known by their link."""

    def opens(chat: str, data: str) -> str:
        nonce = nonce_of(data)
        expires = int((clock() + LIFETIME).timestamp())
        token = sign(Link(account, chat, nonce, expires), secret)
        return f"{address}/mark/link/{token}" if address and nonce else ""

    return opens
