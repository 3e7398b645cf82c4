"""A summary that its channel refuses: the admins hear of it once, `labelbot doctor` shows it, and it comes again."""

from bot import payload
from bot.chat import Message, Outgoing, Part, SendFailed, Sent, Shown
from bot.project import Summary
from storage import accounts, outbox
from storage.database import run
from tests.dialogue import project

CHANNEL = "-100777"
KICKED = {"permanent": True, "blocked": True, "reason": "bot was kicked"}


def reviews(talk, *others):
    return talk(project(summary=Summary(f"telegram:{CHANNEL}")), *others)


def due(dialogue, name="reviews"):
    """A summary on its way."""
    account = dialogue.account("telegram")
    message = Message(text=(Part("5 of 9 done"),), kind="summary")
    packed = payload.pack(message) | {"project": dialogue.ids[name]}
    add = {"account": account, "kind": "summary", "payload": packed}
    row = run(dialogue.database, lambda tx: outbox.add(tx, chat=accounts.chat(tx, account, CHANNEL), **add))
    return Outgoing(id=row, account=account, chat=CHANNEL, message=message)


def arrives(dialogue, summary):
    dialogue.handle(Sent(account=summary.account, chat=CHANNEL, id=summary.id, shown=Shown("9")))


def failures(dialogue):
    return [error for _, error in run(dialogue.database, outbox.failures)]


def heard(person):
    return [bubble.text for bubble in person.room.bubbles if "summary" in bubble.text]


def test_the_admins_hear_once_that_a_channel_refuses_the_summary_and_doctor_shows_it(talk):
    dialogue = reviews(talk)
    ada, anna = dialogue.member("Ada", role="admin"), dialogue.member("Anna")
    for _ in range(3):
        dialogue.fail(due(dialogue), **KICKED)
    assert heard(ada) == [f"The summary of “Review sentiment” cannot be posted to telegram:{CHANNEL}: bot was kicked"]
    assert heard(anna) == []
    assert failures(dialogue) == [f"telegram:{CHANNEL}: bot was kicked"]


def test_a_channel_that_takes_us_again_is_all_right_and_a_new_refusal_is_told_again(talk):
    dialogue = reviews(talk)
    ada = dialogue.member("Ada", role="admin")
    dialogue.fail(due(dialogue), **KICKED)
    arrives(dialogue, due(dialogue))
    assert failures(dialogue) == []
    dialogue.fail(due(dialogue), **KICKED)
    assert len(heard(ada)) == 2


def test_of_two_projects_in_one_channel_each_ones_admins_hear(talk):
    other = project(name="other", title="Other", summary=Summary(f"telegram:{CHANNEL}"))
    dialogue = reviews(talk, other)
    ada, bea = dialogue.member("Ada", role="admin"), dialogue.member("Bea", project="other", role="admin")
    dialogue.fail(due(dialogue), **KICKED)
    dialogue.fail(due(dialogue, "other"), **KICKED)
    assert (len(heard(ada)), len(heard(bea))) == (1, 1)
    arrives(dialogue, due(dialogue))
    assert len(failures(dialogue)) == 1


def test_a_summary_that_may_have_arrived_is_not_repeated_and_the_admins_can_post_it(talk):
    dialogue = reviews(talk)
    ada = dialogue.member("Ada", role="admin")
    lost = due(dialogue)
    outcome = dialogue.fail(lost, permanent=False, unknown=True)
    assert CHANNEL not in [message.chat for message in outcome.messages]
    assert "may not have reached" in heard(ada)[0]
    assert "labelbot report reviews --post" in heard(ada)[0]
    assert failures(dialogue) == []


def test_a_summary_of_nobody_knows_whom_is_shown_by_doctor_all_the_same(talk):
    dialogue = reviews(talk)
    account = dialogue.account("telegram")
    message = payload.pack(Message(text=(Part("x"),), kind="summary"))
    add = {"account": account, "kind": "summary", "payload": message}
    row = run(dialogue.database, lambda tx: outbox.add(tx, chat=accounts.chat(tx, account, CHANNEL), **add))
    dialogue.handle(SendFailed(account=account, chat=CHANNEL, id=row, **KICKED))
    assert failures(dialogue) == [f"telegram:{CHANNEL}: bot was kicked"]
