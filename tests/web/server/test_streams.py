"""What a page hears, and nobody else."""

import time
from contextlib import ExitStack

import httpx

from bot.chat import Command, Message, Outgoing, Part
from bot.chats.browser import POLL_SECONDS
from tests.web.running import Place
from tests.web.server.clients import hear, joined, post, said


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
