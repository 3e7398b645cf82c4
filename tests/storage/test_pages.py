"""The browser chat's messages and sessions, as kept."""

from concurrent.futures import Future
from datetime import timedelta

import pytest

from storage import accounts, invites, pages, people, sessions
from storage.database import Database, run
from storage.pages import LATEST
from tests.engines import Clock


def show(database: Database, chat: str, text: str, **more: object) -> int:
    return run(database, lambda tx: pages.show(tx, chat, {"text": text, "buttons": [1]}, **more))  # type: ignore[arg-type]


def texts(database: Database, chat: str) -> list[str]:
    return [page.payload["text"] for page in run(database, lambda tx: pages.latest(tx, chat))]


def test_a_replaced_message_changes_in_place(database: Database) -> None:
    first = show(database, "ada", "one")
    assert show(database, "ada", "two", replaces=str(first)) == first
    assert texts(database, "ada") == ["two"]


def test_a_message_with_remains_shrinks_and_a_new_one_follows(database: Database) -> None:
    first = show(database, "ada", "one")
    second = show(database, "ada", "two", replaces=str(first), remains={"text": "✓ done", "buttons": []})
    assert second != first
    assert texts(database, "ada") == ["✓ done", "two"]


def test_what_remains_leaves_out_is_kept(database: Database) -> None:
    first = show(database, "ada", "one")
    show(database, "ada", "two", replaces=str(first), remains={"buttons": []})
    old = run(database, lambda tx: pages.latest(tx, "ada"))[0]
    assert old.payload == {"text": "one", "buttons": []}


def test_a_message_sent_again_after_a_crash_is_not_shown_twice(database: Database) -> None:
    assert show(database, "ada", "one", key="m7") == show(database, "ada", "one", key="m7")
    assert texts(database, "ada") == ["one"]


def test_a_number_given_out_again_is_another_message_once_the_person_spoke(database: Database) -> None:
    first = show(database, "ada", "help", key="m1")
    run(database, lambda tx: pages.say(tx, "ada", {"text": "/help"}, "k"))
    assert show(database, "ada", "help", key="m1") != first
    assert texts(database, "ada") == ["help", "/help", "help"]


def test_a_line_sent_again_is_kept_once_even_after_an_answer(database: Database) -> None:
    first = run(database, lambda tx: pages.say(tx, "ada", {"text": "hi"}, "k"))
    show(database, "ada", "hello")
    assert run(database, lambda tx: pages.say(tx, "ada", {"text": "hi"}, "k")) == first


def test_nobody_changes_a_message_in_another_chat(database: Database) -> None:
    first = show(database, "ada", "one")
    show(database, "bob", "mine now", replaces=str(first))
    assert texts(database, "ada") == ["one"]
    assert texts(database, "bob") == ["mine now"]


@pytest.mark.parametrize("message", ["", "x", "-1", "9" * 40, "²", "1 OR 1=1"])
def test_a_message_id_that_is_none_is_simply_not_found(database: Database, message: str) -> None:
    show(database, "ada", "one", replaces=message)
    assert texts(database, "ada") == ["one"]
    assert not run(database, lambda tx: pages.correct(tx, "ada", message, {"text": "no"}))


def test_only_what_a_person_typed_themselves_can_be_corrected(database: Database) -> None:
    said = run(database, lambda tx: pages.say(tx, "ada", {"text": "hous"}, "k1"))
    shown = show(database, "ada", "card")
    assert run(database, lambda tx: pages.correct(tx, "ada", str(said), {"text": "house"}))
    assert not run(database, lambda tx: pages.correct(tx, "ada", str(shown), {"text": "forged"}))
    assert texts(database, "ada") == ["house", "card"]


def test_changes_after_a_number_come_in_the_order_they_were_made(database: Database) -> None:
    first = show(database, "ada", "one")
    show(database, "ada", "two")
    show(database, "ada", "one again", replaces=str(first))
    found = run(database, lambda tx: pages.changes(tx, "ada", 1))
    assert found is not None
    assert [(page.change, page.payload["text"]) for page in found] == [(2, "two"), (3, "one again")]


def test_after_too_many_changes_the_latest_messages_are_the_shorter_way(database: Database) -> None:
    for number in range(LATEST + 3):
        show(database, "ada", str(number))
    assert run(database, lambda tx: pages.changes(tx, "ada", 1)) is None
    assert texts(database, "ada") == [str(number) for number in range(3, LATEST + 3)]


def test_messages_written_at_once_get_different_numbers(database: Database) -> None:
    def write(number: int) -> "Future[int]":
        return database.submit(lambda tx: pages.show(tx, "ada", {"text": str(number)}))

    for future in [write(number) for number in range(30)]:
        future.result(20)
    found = run(database, lambda tx: pages.changes(tx, "ada", 0))
    assert found is not None
    assert [page.change for page in found] == list(range(1, 31))


def test_a_session_is_found_by_its_token_and_only_its_hash_is_kept(database: Database) -> None:
    account = run(database, lambda tx: accounts.account(tx, "browser", "local"))
    token = run(database, lambda tx: sessions.start(tx, account, "u1", "Ada"))
    found = run(database, lambda tx: sessions.find(tx, account, token))
    assert found is not None
    assert (found.user, found.name) == ("u1", "Ada")
    assert run(database, lambda tx: sessions.find(tx, account, token[:-1] + ("A" if token[-1] != "A" else "B"))) is None
    assert run(database, lambda tx: sessions.find(tx, account + 1, token)) is None
    assert run(database, lambda tx: sessions.find(tx, account, sessions.hashed(token))) is None


def test_a_session_lives_thirty_days_from_the_last_visit(database: Database, clock: Clock) -> None:
    account = run(database, lambda tx: accounts.account(tx, "browser", "local"))
    token = run(database, lambda tx: sessions.start(tx, account, "u1", "Ada"))
    clock.advance(timedelta(days=20))
    assert run(database, lambda tx: sessions.find(tx, account, token))
    clock.advance(timedelta(days=29))
    assert run(database, lambda tx: sessions.find(tx, account, token))
    clock.advance(timedelta(days=31))
    assert run(database, lambda tx: sessions.find(tx, account, token)) is None
    assert run(database, sessions.sweep) == 1


def test_an_ended_session_opens_nothing(database: Database) -> None:
    account = run(database, lambda tx: accounts.account(tx, "browser", "local"))
    token = run(database, lambda tx: sessions.start(tx, account, "u1", "Ada"))
    run(database, lambda tx: sessions.end(tx, token))
    assert run(database, lambda tx: sessions.find(tx, account, token)) is None


def test_an_invite_is_read_without_using_it_up(database: Database) -> None:
    code = run(database, lambda tx: people.invite(tx, None, "owner", 1, tx.now + timedelta(hours=1)))
    for _ in range(3):
        found = run(database, lambda tx: invites.read(tx, code))
        assert found is not None
        assert (found.project, found.role) == (None, "owner")
    assert run(database, lambda tx: people.spend(tx, code))
    assert run(database, lambda tx: invites.read(tx, code)) is None
