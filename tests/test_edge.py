"""The edge of the core: what concerns one chat is handled in the order in which it came."""

from bot.chat import Command, Message, Reply, SendFailed, Sent, Shown, Tick, Unsent
from bot.edge import lane

HERE = {"account": 1, "chat": "D7"}
SAID = {"key": "k", "user": "U7", "name": "Anna"}


def test_a_reply_waits_for_the_report_that_its_card_stands_there():
    """Else it would be for a message that we know nothing of, and be refused."""
    reply = Reply(**HERE, **SAID, text="hello", message="2", to="1")
    reports = (
        Sent(**HERE, id=1, shown=Shown("1")),
        SendFailed(**HERE, id=1, permanent=False, reason="no answer", unknown=True),
        Unsent(**HERE, id=1, message=Message(text=())),
    )
    assert {lane(event) for event in reports} == {lane(reply)}


def test_nobody_waits_for_another_chat():
    there = Sent(account=1, chat="D8", id=1, shown=Shown("1"))
    elsewhere = Sent(account=2, chat="D7", id=1, shown=Shown("1"))
    here = Sent(**HERE, id=1, shown=Shown("1"))
    assert len({lane(event) for event in (here, there, elsewhere)}) == 3
    assert lane(Tick()) is None


def test_a_person_whose_chat_is_not_known_has_an_order_of_their_own():
    came = Command(**SAID, account=1, chat="", word="label")
    other = Command(**SAID | {"user": "U8"}, account=1, chat="", word="label")
    assert lane(came) == lane(came) != lane(other)
