"""Clients of the web server: strangers, and people who have joined and hear what the page hears."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import httpx

from tests.web.running import Place
from tests.web.script import card

CARDS = [card(text, at) for at, text in enumerate(("first", "second", "third", "fourth"))]


@contextmanager
def stranger(where: Place) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=where.url, headers={"origin": where.url}) as client:
        yield client


@contextmanager
def joined(where: Place, name: str = "Ada") -> Iterator[httpx.Client]:
    with stranger(where) as client:
        answer = client.post(f"/join/{where.invite()}", data={"name": name})
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        yield client


def post(client: httpx.Client, door: str, **content: Any) -> httpx.Response:
    return client.post(f"/chat/{door}", json={"key": str(uuid4()), **content})


def hear(
    client: httpx.Client, count: int = 1, then: Callable[[], object] | None = None, **asked: Any
) -> list[tuple[int, str, list[dict[str, Any]]]]:
    """The first events of the stream: (id, kind, messages). `then` is done once the first has come."""
    heard: list[tuple[int, str, list[dict[str, Any]]]] = []
    with client.stream("GET", asked.pop("address", "/chat/events"), timeout=10, **asked) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        fields: dict[str, str] = {}
        for line in stream.iter_lines():
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif "data" in fields:
                heard.append((int(fields["id"]), fields["event"], json.loads(fields["data"])))
                fields = {}
                if then and len(heard) == 1:
                    then()
            if len(heard) == count:
                break
    return heard


def said(messages: list[dict[str, Any]]) -> list[str]:
    return ["".join(part["text"] for part in message["text"]) for message in messages]
