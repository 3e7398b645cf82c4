"""What a page sends: each becomes an event once, or is refused and changes nothing."""

import asyncio
import http.client
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from sqlalchemy import select
from starlette.exceptions import HTTPException
from starlette.requests import Request

from bot.chat import Command, Edited, Opened, Press, Reply, Submit
from bot.web.guard import body_of
from bot.web.house import Allowance
from storage.database import run
from storage.schema_chats import pages
from tests.web.running import Place, place
from tests.web.server.clients import CARDS, hear, joined, post, said


def test_one_person_cannot_take_the_room_of_all(tmp_path: Path) -> None:
    """A program of theirs is slowed down; others are heard."""
    few = {"allowance": Allowance(3, 0.0)}
    with place(tmp_path, list(CARDS), **few) as where, joined(where) as client, joined(where, "Bob") as other:
        assert [post(client, "open").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
        assert post(other, "open").status_code == 200


def test_what_a_person_may_send_comes_back_with_time() -> None:
    allowance = Allowance(3, 2.0)
    assert [allowance.take("u", 0.0) for _ in range(5)] == [True] * 3 + [False] * 2
    assert allowance.take("v", 0.0)
    assert [allowance.take("u", 1.0) for _ in range(3)] == [True, True, False]
    assert [allowance.take("u", 1e6) for _ in range(4)] == [True] * 3 + [False]


@pytest.mark.parametrize(("then", "status"), [(None, 408), ({"type": "http.disconnect"}, 400)])
def test_a_body_that_never_ends_is_not_waited_for(then: dict[str, Any] | None, status: int) -> None:
    """Nor is it an error of ours, with a stack in the log, when its sender is gone."""
    sent = iter([{"type": "http.request", "body": b"{", "more_body": True}, then])

    async def receive() -> Any:
        return next(sent) or await asyncio.Event().wait()

    request = Request({"type": "http", "method": "POST", "headers": []}, receive)
    with ThreadPoolExecutor(1) as thread, pytest.raises(HTTPException) as refused:
        thread.submit(asyncio.run, body_of(request, 100, seconds=0.01)).result(10)
    assert refused.value.status_code == status


def test_a_tap_becomes_a_press_and_the_card_changes_in_place(here: Place) -> None:
    with joined(here) as client:
        ((last, kind, messages),) = hear(client)
        assert (kind, said(messages)[0]) == ("all", "Welcome, Ada!")
        shown = messages[1]
        button = shown["buttons"][0][0]
        assert post(client, "press", message=str(shown["id"]), kind="text", data=button["data"]).json() == {}
        ((_, kind, changed),) = hear(client, params={"after": last})
    assert kind == "some"
    assert [message["id"] for message in changed] == [shown["id"]]
    assert "second" in said(changed)[0]
    press = here.script.events[1]
    assert isinstance(press, Press)
    assert (press.data, press.shown.message, press.shown.kind) == ("0:😊 Positive", str(shown["id"]), "text")


def test_the_same_post_again_is_the_same_event(here: Place) -> None:
    with joined(here) as client:
        key = str(uuid4())
        for _ in range(3):
            client.post("/chat/say", json={"key": key, "text": "hello"})
        ((_, _, messages),) = hear(client)
    (reply,) = [event for event in here.script.events if isinstance(event, Reply)]
    assert reply.key == f"b{key}"
    assert [message["author"] for message in messages].count("me") == 1


def test_typed_words_are_a_reply_and_words_with_a_slash_a_command(here: Place) -> None:
    with joined(here) as client:
        post(client, "say", text="  a kettle \n", to="17")
        post(client, "say", text="/label  reviews")
        post(client, "say", text="/undo", silent=True)
        ((_, _, messages),) = hear(client)
    reply, label, undo = here.script.events[1:]
    assert isinstance(reply, Reply)
    assert isinstance(label, Command)
    assert isinstance(undo, Command)
    mine = [message for message in messages if message["author"] == "me"]
    assert said(mine) == ["a kettle", "/label  reviews"]
    assert (reply.text, reply.to, reply.message) == ("a kettle", "17", str(mine[0]["id"]))
    assert (label.word, label.argument, undo.word) == ("label", "reviews", "undo")


def test_the_code_of_an_invite_is_used_and_not_kept(here: Place) -> None:
    with joined(here) as client:
        code = here.invite()
        post(client, "say", text=f"/join {code}")
        post(client, "say", text="/join")
        ((_, _, messages),) = hear(client)
        mine = [message for message in messages if message["author"] == "me"]
        assert said(mine) == ["/join ••••", "/join"]
        post(client, "edit", message=str(mine[0]["id"]), text=f"/start {code}")
        rows = run(here.database, lambda tx: tx.all(select(pages)))
    assert here.script.events[1].argument == code
    assert not [row for row in rows if code in str(row.payload)]


def test_a_correction_changes_the_bubble_and_tells_the_bot(here: Place) -> None:
    with joined(here) as client, joined(here, "Eve") as eve:
        post(client, "say", text="a ketle")
        reply = here.script.events[-1]
        assert isinstance(reply, Reply)
        assert post(client, "edit", message=reply.message, text="a kettle").json() == {}
        assert post(eve, "edit", message=reply.message, text="forged").status_code == 400
        ((_, _, messages),) = hear(client)
    edited = here.script.events[-1]
    assert isinstance(edited, Edited)
    assert (edited.message, edited.text) == (reply.message, "a kettle")
    assert said([message for message in messages if message["author"] == "me"]) == ["a kettle"]


def test_a_form_is_opened_corrected_and_taken(here: Place) -> None:
    with joined(here) as client:
        form = post(client, "press", message="1", kind="text", data="more").json()["form"]
        assert (form["title"], form["fields"][0]["name"]) == ("Flag this item", "note")
        wrong = post(client, "submit", data=form["data"], values={"note": "x"}).json()
        assert wrong == {"errors": {"note": "Say a little more."}}
        right = post(client, "submit", data=form["data"], values={"note": "blurred"}).json()
    assert right == {"toast": "Thank you, it is flagged.", "alert": False}
    assert isinstance(here.script.events[-1], Submit)


def test_opening_the_page_is_told(here: Place) -> None:
    with joined(here) as client:
        post(client, "open")
    opened = here.script.events[-1]
    assert isinstance(opened, Opened)
    assert opened.place == "chat"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"1",
        b"\xff\xfe",
        b"[" * 60_000,
        b'{"key": 5}',
        b'{"key": "short"}',
        b'{"key": "0123456789abcdef0123456789abcdef", "data": {"a": 1}}',
        b'{"key": "0123456789abcdef0123456789abcdef", "data": "' + b"x" * 300 + b'"}',
        b'{"key": "0123456789abcdef0123456789abcdef", "message": 17}',
        b'{"key": "0123456789abcdef0123456789abcdef", "message": "1\\u0000"}',
        b'{"key": "0123456789abcdef0123456789abcdef", "message": "\\ud800"}',
    ],
)
def test_a_malformed_post_is_refused_and_changes_nothing(here: Place, content: bytes) -> None:
    with joined(here) as client:
        answer = client.post("/chat/press", content=content, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert "error" in answer.json()
    assert len(here.script.events) == 1


def test_a_failure_of_ours_is_said_and_the_retry_succeeds(here: Place, caplog: pytest.LogCaptureFixture) -> None:
    """The log says where, without words that may be a person's, and nobody else's log says more."""
    with joined(here) as client:
        here.script.failing = 1
        press = {"key": str(uuid4()), "message": "1", "kind": "text", "data": "skip"}
        failed = client.post("/chat/press", json=press)
        assert failed.status_code == 500
        assert "Nothing was lost" in failed.json()["error"]
        assert "disk" not in failed.text
        assert failed.headers["x-content-type-options"] == "nosniff"
        assert "a request failed" in caplog.text
        assert "RuntimeError: the disk" not in caplog.text
        assert client.post("/chat/press", json=press).json()["toast"].startswith("Skipped")


def test_a_body_without_an_announced_size_is_cut_off(here: Place) -> None:
    """50 MB in pieces: the answer is 413 long before the end, and nothing of it is kept."""
    with joined(here) as client:
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    parts = urlsplit(here.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    headers = {"Content-Type": "application/json", "Origin": here.url, "Cookie": cookie}
    connection.request(
        "POST", "/chat/say", body=(b" " * 65536 for _ in range(800)), headers=headers, encode_chunked=True
    )
    assert connection.getresponse().status == 413
    connection.close()
