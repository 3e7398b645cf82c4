"""Fetches media from hosts that were named, and from nowhere else: not from inside the network, not by a redirect."""

import http.client
import ipaddress
import os
import socket
import ssl
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final
from urllib.parse import urljoin, urlsplit

from bot.exchange.problems import BadRow

LARGEST: Final = 512 << 20
REDIRECTS: Final = 4
SECONDS: Final = 30.0
_BLOCK: Final = 1 << 18
_MOVED: Final = frozenset({301, 302, 303, 307, 308})


class Fetcher:
    """`hosts` are exact names. A name must lead to a public address; a host named as an address may be any."""

    def __init__(self, hosts: Iterable[str], folder: Path, largest: int = LARGEST) -> None:
        self._hosts = frozenset(hosts)
        self._folder = folder
        self._largest = largest

    def fetch(self, url: str) -> Path:
        """The file at `url`, below the folder. Raises BadRow."""
        for _ in range(REDIRECTS + 1):
            try:
                found = self._step(url)
            except (OSError, http.client.HTTPException, ValueError) as error:
                raise BadRow(f"{url[:80]} cannot be fetched: {error}") from error
            if isinstance(found, Path):
                return found
            url = urljoin(url, found)
        raise BadRow(f"{url[:80]} leads on and on")

    def _step(self, url: str) -> Path | str:
        """The file, or where it has moved to."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme not in ("http", "https") or host not in self._hosts:
            raise BadRow(f"{url[:80]} is not on a host named with --fetch")
        connection = _connection(parts.scheme, host, parts.port)
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("GET", target, headers={"Accept": "*/*"})
            response = connection.getresponse()
            if response.status in _MOVED and (moved := response.getheader("Location")):
                return moved
            if response.status != 200:
                raise BadRow(f"{url[:80]} cannot be fetched: the answer is {response.status}")
            return self._save(response)
        finally:
            connection.close()

    def _save(self, response: http.client.HTTPResponse) -> Path:
        handle, name = tempfile.mkstemp(dir=self._folder)
        size = 0
        with os.fdopen(handle, "wb") as file:
            while block := response.read(_BLOCK):
                size += len(block)
                if size > self._largest:
                    raise BadRow(f"the file is larger than {self._largest >> 20} MB")
                file.write(block)
        return Path(name)


def address(host: str, port: int) -> str:
    """The address to connect to; raises BadRow where the name leads into a network that is not public.

    The connection goes to this very address: a name that leads elsewhere when asked again gains nothing.
    """
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    found = [info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not found or not all(_public(str(one)) for one in found):
        raise BadRow(f"{host} leads into a private network; nothing was fetched")
    return str(found[0])


def _public(text: str) -> bool:
    one = ipaddress.ip_address(text.partition("%")[0])
    mapped = getattr(one, "ipv4_mapped", None)
    return (mapped or one).is_global and not one.is_multicast


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    number = port or (443 if scheme == "https" else 80)
    plain = socket.create_connection((address(host, number), number), timeout=SECONDS)
    connection = http.client.HTTPConnection(host, number, timeout=SECONDS)
    try:
        connection.sock = (
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) if scheme == "https" else plain
        )
    except OSError:
        plain.close()
        raise
    return connection
