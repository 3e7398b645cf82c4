"""Signed links: to the page to mark on, one person's card for twelve hours, and where each chat finds that page; and
to the page of a project's report, for a week."""

import base64
import binascii
import hashlib
import hmac
import json
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
    content, mac = (_unpacked(part) for part in (token.partition(".")[0], token.partition(".")[2]))
    if not hmac.compare_digest(mac, _mac(content, secret)):
        raise BadLink("mark.forged")
    link = Link(*json.loads(content))
    if link.expires < now.timestamp():
        raise BadLink("mark.expired")
    return link


def report_link(address: str, project: int, secret: bytes, now: datetime) -> str:
    """Shows the report of that project to whoever has it."""
    content = json.dumps(["report", project, int((now + REPORT_LIFETIME).timestamp())], separators=(",", ":")).encode()
    return f"{address}/report/{_packed(content)}.{_packed(_mac(content, secret))}"


def read_report(token: str, secret: bytes, now: datetime) -> int:
    """The project whose report it shows. Raises BadLink."""
    content, mac = (_unpacked(part) for part in (token.partition(".")[0], token.partition(".")[2]))
    if not hmac.compare_digest(mac, _mac(content, secret)):
        raise BadLink("report.page.forged")
    kind, project, expires = json.loads(content)
    if kind != "report" or expires < now.timestamp():
        raise BadLink("report.page.expired")
    return int(project)


def _mac(content: bytes, secret: bytes) -> bytes:
    return hmac.new(secret, b"labelbot page\0" + content, hashlib.sha256).digest()


def _packed(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _unpacked(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (binascii.Error, UnicodeEncodeError):
        raise BadLink("mark.forged") from None


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
