"""The web server over real HTTP: who gets in, what is refused, and what a page hears."""

import asyncio
import http.client
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select
from starlette.exceptions import HTTPException
from starlette.requests import Request

from bot.chat import Command, Edited, Message, Opened, Outgoing, Part, Press, Reply, Submit
from bot.chats.browser import POLL_SECONDS
from bot.web.guard import body_of
from bot.web.house import Allowance
from storage import people
from storage.database import Transaction, run
from storage.schema_chats import pages
from tests.web.running import Place, place
from tests.web.script import card

CARDS = [card(text, at) for at, text in enumerate(("first", "second", "third", "fourth"))]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place(tmp_path_factory.mktemp("web"), list(CARDS)) as running:
        yield running


@pytest.fixture
def here(house: Place) -> Place:
    house.script.at, house.script.shown = 0, None
    house.script.events.clear()
    house.script.answers.clear()
    return house


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


def test_without_a_session_the_page_says_how_to_get_in(here: Place) -> None:
    with stranger(here) as client:
        answer = client.get("/")
    assert answer.status_code == 200
    assert "You need an invite" in answer.text


def test_the_page_speaks_the_readers_language(here: Place) -> None:
    with stranger(here) as client:
        answer = client.get("/", headers={"accept-language": "de-AT,de;q=0.9"})
    assert "Du brauchst eine Einladung" in answer.text
    assert '<html lang="de">' in answer.text


def test_an_invite_page_names_what_it_leads_to_and_uses_nothing_up(here: Place) -> None:
    code = here.invite(uses=1)
    with stranger(here) as client:
        assert "Join “Review sentiment”" in client.get(f"/join/{code}").text
        assert "Join “Review sentiment”" in client.get(f"/join/{code}").text


def test_joining_signs_in_and_tells_the_bot(here: Place) -> None:
    code = here.invite()
    with stranger(here) as client:
        answer = client.post(
            f"/join/{code}", data={"name": "  Ada\x00\n Lovelace\u202e "}, headers={"accept-language": "de"}
        )
        cookie = answer.headers["set-cookie"]
        assert client.get("/").text.count("Ada Lovelace") == 1
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Max-Age=2592000" in cookie
    (event,) = here.script.events
    assert isinstance(event, Command)
    assert (event.word, event.argument, event.name, event.language) == ("join", code, "Ada Lovelace", "de")
    assert event.user == event.chat != ""


def test_a_second_invite_keeps_the_person(here: Place) -> None:
    with joined(here) as client:
        code = here.invite(project=here.other)
        page = client.get(f"/join/{code}").text
        assert 'data-known="Ada"' in page
        client.post(f"/join/{code}")
    first, second = here.script.events
    assert isinstance(first, Command)
    assert isinstance(second, Command)
    assert (first.user, first.name) == (second.user, second.name)


def test_a_project_that_somebody_is_in_opens_without_a_question(here: Place) -> None:
    with joined(here) as client:
        code = here.invite()
        answer = client.get(f"/join/{code}")
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        higher = client.get(f"/join/{here.invite(role='admin')}")
        assert "Join “Review sentiment”" in higher.text
    opened = here.script.events[-1]
    assert isinstance(opened, Command)
    assert (opened.word, opened.argument) == ("join", code)


@pytest.mark.parametrize("code", ["used", "expired", "wrong"])
def test_an_invite_that_is_no_good_leads_somebody_signed_in_to_the_chat_which_says_so(here: Place, code: str) -> None:
    told = {"used": here.invite(0), "expired": here.invite(days=-1), "wrong": "wrong"}[code]
    with joined(here) as client:
        answer = client.get(f"/join/{told}")
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        ((_, _, messages),) = hear(client)
    assert said(messages)[-1] == "join.wrong"


def test_of_two_who_spend_one_invite_at_once_one_gets_in(here: Place) -> None:
    code = here.invite(uses=1)
    here.script.together = asyncio.Barrier(2)
    with stranger(here) as ada, stranger(here) as eve, ThreadPoolExecutor() as both:
        posts = [both.submit(one.post, f"/join/{code}", data={"name": "X"}) for one in (ada, eve)]
        answers = sorted(post.result().status_code for post in posts)
        assert answers == [303, 404]
        assert sorted(len(one.cookies) for one in (ada, eve)) == [0, 1]
    here.script.together = None


def test_a_demos_link_makes_the_first_the_owner_and_brings_them_back(tmp_path: Path) -> None:
    with place(tmp_path, list(CARDS)) as where:
        code = where.door.owner_code = where.invite(1, project=None, role="owner")
        with stranger(where) as client:
            first = client.get(f"/join/{code}").text
            assert "Try labelbot" in first
            assert "own this installation" not in first
            assert client.post(f"/join/{code}", data={"name": "Ada"}).status_code == 303
            assert client.get(f"/join/{code}").headers["location"] == "/"
        with stranger(where) as again:
            assert again.get(f"/join/{code}").headers["location"] == "/"
            assert again.get("/chat/me").json() == {"name": "Ada"}
        with joined(where, "Bob") as other:
            assert other.get(f"/join/{code}").headers["location"] == "/"
            assert other.get("/chat/me").json() == {"name": "Ada"}
        where.door.owner_code = "the-next-start"
        with stranger(where) as late:
            assert late.get(f"/join/{code}").status_code == 404
            assert late.get("/join/the-next-start").headers["location"] == "/"


def test_who_has_left_every_project_sees_no_files(here: Place) -> None:
    sha = here.put(b"a picture", "image/png")
    with joined(here) as client:
        assert client.get(f"/media/{sha}").status_code == 200
        event = here.script.events[0]
        assert isinstance(event, Command)

        def leave(tx: Transaction) -> None:
            person = people.met(tx, event.account, event.user)
            assert person is not None
            people.remove(tx, here.project, person.id)

        run(here.database, leave)
        assert client.get(f"/media/{sha}").status_code == 404


def test_a_wrong_invite_leaves_no_session(here: Place) -> None:
    with stranger(here) as client:
        answer = client.post("/join/wrong", data={"name": "Eve"})
        assert answer.status_code == 404
        assert "wrong, used up or expired" in answer.text
        assert not client.cookies
    assert not here.script.events


def test_a_name_is_needed(here: Place) -> None:
    with stranger(here) as client:
        answer = client.post(f"/join/{here.invite()}", data={"name": " \x00 "})
    assert answer.status_code == 400
    assert "Type a name" in answer.text


def test_guessing_invites_is_throttled(tmp_path: Path) -> None:
    with place(tmp_path, list(CARDS)) as where, stranger(where) as client:
        statuses = [client.get(f"/join/guess{number}").status_code for number in range(40)]
        assert statuses[0] == 404
        assert statuses[-1] == 429
        assert client.get(f"/join/{where.invite()}").status_code == 429


def test_another_site_cannot_join_or_press_for_a_person(here: Place) -> None:
    with joined(here) as client:
        evil = {"origin": "https://evil.example"}
        assert client.post(f"/join/{here.invite()}", data={"name": "X"}, headers=evil).status_code == 403
        assert client.post("/chat/press", json={"key": str(uuid4())}, headers=evil).status_code == 403
        form = client.post("/chat/press", content=b"{}", headers={"content-type": "text/plain"})
        assert form.status_code == 415
        del client.headers["origin"]
        assert client.post(f"/join/{here.invite()}", data={"name": "X"}).status_code == 403
        cross = {"sec-fetch-site": "cross-site"}
        assert client.post("/chat/press", json={"key": str(uuid4())}, headers=cross).status_code == 403
    assert len(here.script.events) == 1


@pytest.mark.parametrize("origin", ["http://[", "null", "", "//", "https://[::1", "javascript:1"])
def test_an_origin_that_is_no_address_is_another_site(here: Place, origin: str) -> None:
    with joined(here) as client:
        answer = client.post("/chat/press", json={"key": str(uuid4())}, headers={"origin": origin})
        assert answer.status_code == 403
        assert client.post(f"/join/{here.invite()}", data={"name": "X"}, headers={"origin": origin}).status_code == 403


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


def test_strangers_get_nothing(here: Place) -> None:
    with stranger(here) as client:
        for cookie in ("", "x", "A" * 43, "é"):
            headers = [(b"cookie", f"labelbot{urlsplit(here.url).port}={cookie}".encode())]
            assert client.get("/chat/events", headers=headers).status_code == 401
            assert client.get("/chat/me", headers=headers).status_code == 401
            assert client.post("/chat/press", json={"key": str(uuid4())}, headers=headers).status_code == 401
            assert client.get(f"/media/{'0' * 64}", headers=headers).status_code == 401
        assert client.get("/channel/qa").headers["location"] == "/"
    assert not here.script.events


def test_a_stream_goes_on_where_it_broke(here: Place) -> None:
    with joined(here) as client:
        ((last, _, _),) = hear(client)
        post(client, "say", text="/stats")
        ((then, kind, messages),) = hear(client, headers={"last-event-id": str(last)})
    assert kind == "some"
    assert then == last + len(messages)
    assert said(messages) == ["/stats", "You said stats."]


def test_a_listening_page_hears_at_once(here: Place) -> None:
    with joined(here) as client:
        user = here.script.events[0]
        assert isinstance(user, Command)
        news = Outgoing(id=10_001, account=1, chat=user.chat, message=Message(text=(Part("news"),)))
        started: list[float] = []

        def tell() -> None:
            started.append(time.monotonic())
            here.do(here.browser.send(news))

        heard = hear(client, 2, tell)
        waited = time.monotonic() - started[0]
    assert said(heard[1][2]) == ["news"]
    assert waited < POLL_SECONDS - 1, "it was only found at the next look"


def listening(client: httpx.Client, address: str, count: int) -> list[int]:
    """The statuses of so many streams open at once."""
    with ExitStack() as kept:
        statuses, open_ones = [], []
        for _ in range(count):
            stream = kept.enter_context(client.stream("GET", address))
            statuses.append(stream.status_code)
            if stream.status_code == 200:
                open_ones.append(stream.iter_raw())
                next(open_ones[-1])
        return statuses


def test_streams_of_one_person_are_counted(here: Place) -> None:
    with joined(here) as client:
        assert listening(client, "/chat/events", 13) == [200] * 12 + [429]


def test_a_channel_is_read_by_more_than_one_person_opens(here: Place) -> None:
    with joined(here) as client:
        assert listening(client, "/channel/team/events", 13) == [200] * 13


def test_nobody_hears_anothers_chat(here: Place) -> None:
    with joined(here) as ada, joined(here, "Bob") as bob:
        post(ada, "say", text="my secret")
        ((_, _, messages),) = hear(bob)
    assert "my secret" not in said(messages)


def test_a_channel_is_read_by_those_who_may(here: Place) -> None:
    message = Message(text=(Part("12 of 200 done"),), kind="summary")
    here.do(here.browser.send(Outgoing(id=20_001, account=1, chat="qa", message=message)))
    with joined(here) as client:
        assert 'data-channel="qa"' in client.get("/channel/qa").text
        assert said(hear(client, address="/channel/qa/events")[0][2]) == ["12 of 200 done"]
        assert client.get("/channel/secret").status_code == 404
        assert client.get("/channel/secret/events").status_code == 404


def test_a_persons_chat_is_no_channel(here: Place) -> None:
    with joined(here):
        person = here.script.events[0]
    assert isinstance(person, Command)
    with joined(here, "Eve") as eve:
        assert eve.get(f"/channel/{person.chat}").status_code == 404
        assert eve.get(f"/channel/{person.chat}/events").status_code == 404


def test_media_is_served_in_ranges_with_its_type(here: Place) -> None:
    sha = here.put(bytes(range(256)) * 40, "audio/ogg")
    with joined(here) as client:
        whole = client.get(f"/media/{sha}")
        part = client.get(f"/media/{sha}", headers={"range": "bytes=100-199"})
        assert client.get(f"/media/{'0' * 64}").status_code == 404
        assert client.get("/media/..%2f..%2fetc%2fpasswd").status_code == 404
    assert (whole.status_code, len(whole.content), whole.headers["content-type"]) == (200, 10240, "audio/ogg")
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in whole.headers["cache-control"]
    assert "sandbox" in whole.headers["content-security-policy"]
    assert (part.status_code, part.content) == (206, whole.content[100:200])
    assert part.headers["content-range"] == "bytes 100-199/10240"


def test_a_file_that_could_run_in_the_page_is_only_downloaded(here: Place) -> None:
    sha = here.put(b"<svg onload=alert(1)>", "image/svg+xml")
    with joined(here) as client:
        assert client.get(f"/media/{sha}").headers["content-disposition"] == "attachment"


def test_every_answer_carries_the_security_headers(here: Place) -> None:
    with joined(here) as client:
        for path in ("/", "/join/x", "/chat/me", "/nowhere", "/healthz"):
            headers = client.get(path).headers
            assert "default-src 'none'" in headers["content-security-policy"]
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["cache-control"] == "no-store"


def test_pages_keep_what_they_load_until_it_changes(here: Place) -> None:
    with stranger(here) as client:
        page = client.get("/").text
        address = page.split('stylesheet" href="')[1].split('"')[0]
        answer = client.get(address)
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-type"] == "text/css; charset=utf-8"
        assert client.get("/static/old/base.css").headers["cache-control"] == "no-cache"
        assert client.get("/static/old/server.py").status_code == 404
        assert client.get("/static/old/%2e%2e%2fserver.py").status_code == 404


def test_a_code_or_a_whole_link_may_be_typed(here: Place) -> None:
    with stranger(here) as client:
        answer = client.get("/join", params={"code": f" {here.url}/join/a-b_c/ "})
        assert answer.headers["location"] == "/join/a-b_c"
        assert client.get("/join", params={"code": "//evil.example"}).headers["location"] == "/join/evil.example"


def test_metrics_are_for_this_machine_alone(here: Place) -> None:
    with stranger(here) as client:
        assert 'labelbot_http_answers_total{status="2xx"}' in client.get("/metrics").text
        assert client.get("/metrics", headers={"host": "labels.example"}).status_code == 404
        assert client.get("/metrics", headers={"x-forwarded-for": "127.0.0.1"}).status_code == 404


def test_a_demo_answers_on_this_machine_alone(tmp_path: Path) -> None:
    with place(tmp_path, list(CARDS), local_only=True) as where, stranger(where) as client:
        assert client.get("/").status_code == 200
        assert client.get("/", headers={"host": "rebound.example"}).status_code == 404
        assert client.get("/", headers={"forwarded": "for=10.0.0.1"}).status_code == 404


def test_webhooks_are_handed_over_and_bounded(tmp_path: Path) -> None:
    got: list[tuple[str, bytes]] = []

    async def telegram(headers: Any, body: bytes) -> int:
        got.append((headers["x-telegram-bot-api-secret-token"], body))
        return 200

    async def slack(headers: Any, body: bytes) -> tuple[int, dict[str, str], bytes]:
        return 401, {"x-why": "signature"}, b"no"

    with place(tmp_path, list(CARDS), on_telegram=telegram, on_slack=slack) as where, stranger(where) as client:
        secret = {"x-telegram-bot-api-secret-token": "s"}
        assert client.post("/telegram/1", content=b"{}", headers=secret).status_code == 200
        assert client.post("/telegram/1", content=b"x" * 2_000_000, headers=secret).status_code == 413
        answer = client.post("/slack/events", content=b"{}")
        assert (answer.status_code, answer.headers["x-why"], answer.content) == (401, "signature", b"no")
    assert got == [("s", b"{}")]


def test_a_webhook_that_is_not_configured_is_no_address(here: Place) -> None:
    with stranger(here) as client:
        assert client.post("/slack/events", content=b"{}").status_code == 404
        assert client.post("/telegram/1", content=b"{}").status_code == 404


def test_https_makes_the_cookie_secure(tmp_path: Path) -> None:
    with place(tmp_path, list(CARDS), public_url="https://labels.example") as where, stranger(where) as client:
        answer = client.post(f"/join/{where.invite()}", data={"name": "Ada"})
        assert answer.headers["set-cookie"].startswith("__Host-labelbot=")
        assert "Secure" in answer.headers["set-cookie"]
        assert "strict-transport-security" in answer.headers
        through = {"host": "10.0.0.5:8080", "origin": "https://labels.example"}
        assert client.get(f"/join/{where.invite()}", headers=through).status_code == 200


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


def test_an_outbox_number_given_out_again_hides_no_message(here: Place) -> None:
    """SQLite numbers rows anew once the highest is gone, so two messages may come under one number."""
    with joined(here) as client:
        person = here.script.events[0]
        assert isinstance(person, Command)
        for text in ("one", "two", "two"):
            message = Message(text=(Part(text),))
            here.do(here.browser.send(Outgoing(id=77, account=1, chat=person.chat, message=message)))
        ((_, _, messages),) = hear(client)
    assert said(messages)[2:] == ["one", "two"]
