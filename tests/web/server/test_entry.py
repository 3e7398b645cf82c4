"""Who gets in over HTTP, by which link, and what a stranger is refused."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from bot.chat import Command
from storage import people
from storage.database import Transaction, run
from tests.web.running import Place, place
from tests.web.server.clients import CARDS, hear, joined, said, stranger


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


def test_a_code_or_a_whole_link_may_be_typed(here: Place) -> None:
    with stranger(here) as client:
        answer = client.get("/join", params={"code": f" {here.url}/join/a-b_c/ "})
        assert answer.headers["location"] == "/join/a-b_c"
        assert client.get("/join", params={"code": "//evil.example"}).headers["location"] == "/join/evil.example"


def test_a_demo_answers_on_this_machine_alone(tmp_path: Path) -> None:
    with place(tmp_path, list(CARDS), local_only=True) as where, stranger(where) as client:
        assert client.get("/").status_code == 200
        assert client.get("/", headers={"host": "rebound.example"}).status_code == 404
        assert client.get("/", headers={"forwarded": "for=10.0.0.1"}).status_code == 404
