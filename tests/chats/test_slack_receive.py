"""What people do in Slack reaches the program as events, and its answers reach them."""

from collections.abc import Iterator

import pytest

from bot.chat import (
    Button,
    Command,
    Edited,
    FieldErrors,
    Form,
    FormField,
    Message,
    Opened,
    OpenForm,
    Outcome,
    Outgoing,
    Part,
    Press,
    Reply,
    Shown,
    Submit,
    Toast,
)
from tests.chats.slack_running import ELSEWHERE, Running
from tests.fakes.slack import FakeSlack

FORM = Form("Note", "n1:0:note:", (FormField("why", "What is wrong?", long=True, limit=20),), "Save")
CODE = "q8Xv_3kTzP0aLmN4yR7dWw"


@pytest.fixture(params=["socket", "http"])
def bot(request: pytest.FixtureRequest) -> Iterator[Running]:
    with FakeSlack(deadline=1.4) as slack, Running(slack, request.param) as running:
        yield running


@pytest.fixture
def socket_bot() -> Iterator[Running]:
    with FakeSlack() as slack, Running(slack) as running:
        yield running


def card(title: str = "Cat") -> Message:
    return Message(text=(Part("Which?"),), buttons=((Button(title, "n1:0:set:cat"), Button("Note", "n1:0:note:")),))


def test_a_tap_is_a_press_with_the_buttons_data(bot: Running) -> None:
    anna = bot.slack.user("Anna", id="U7")
    sent = bot.send(card(), "DU7")
    delivery = anna.press("Cat").wait()
    press = bot.heard()
    assert delivery.acknowledged
    assert not anna.errors
    assert press == Press(
        account=1,
        key=press.key,
        user="U7",
        chat="DU7",
        name="anna",
        data="n1:0:set:cat",
        shown=Shown(sent.shown.message),
    )


def test_the_same_tap_delivered_again_has_the_same_key_and_another_tap_has_not(bot: Running) -> None:
    anna = bot.slack.user("Anna")
    bot.send(card(), anna.dm.id)
    anna.press("Cat").wait()
    bot.slack.redeliver().wait()
    anna.press("Cat").wait()
    first, again, other = (event.key for event in bot.events)  # type: ignore[union-attr]
    assert first == again != other


def test_typed_text_arrives_as_it_was_typed(bot: Running) -> None:
    anna = bot.slack.user("Anna")
    text = "a < b & c 😊 https://example.org/?a=1&b=2 *not bold*"
    delivery = anna.say(text).wait()
    reply = bot.heard()
    assert (reply.text, reply.message, reply.to) == (text, delivery.ts, "")
    assert isinstance(reply, Reply)
    assert reply.key == f"event:{delivery.event_id}"
    assert reply.chat == anna.dm.id


def test_a_thread_under_a_persons_own_message_is_no_part_of_a_card(bot: Running) -> None:
    anna = bot.slack.user("Anna")
    said = anna.say("one").wait()
    anna.say("two", thread_ts=said.ts).wait()
    assert (bot.heard(2).to, bot.heard(2).part) == (said.ts, False)


def test_an_answer_in_a_thread_names_the_message_it_is_under(bot: Running) -> None:
    anna = bot.slack.user("Anna")
    sent = bot.send(card(), anna.dm.id)
    anna.say("help", thread_ts=sent.shown.message).wait()
    reply = bot.heard()
    assert isinstance(reply, Reply)
    assert (reply.text, reply.to) == ("help", sent.shown.message)


@pytest.mark.parametrize(
    ("text", "word", "argument"),
    [("undo", "undo", ""), ("Help", "help", ""), (f"join {CODE}", "join", CODE), (f"start {CODE}", "start", CODE)],
)
def test_a_word_of_ours_alone_is_a_command(socket_bot: Running, text: str, word: str, argument: str) -> None:
    socket_bot.slack.user("Anna").say(text).wait()
    command = socket_bot.heard()
    assert isinstance(command, Command)
    assert (command.word, command.argument) == (word, argument)


@pytest.mark.parametrize("text", ["help me", "start tomorrow", "join us", "skip it", "stop stop"])
def test_a_sentence_that_begins_with_a_word_of_ours_is_an_answer(socket_bot: Running, text: str) -> None:
    socket_bot.slack.user("Anna").say(text).wait()
    assert isinstance(socket_bot.heard(), Reply)


@pytest.mark.parametrize(
    ("typed", "word", "argument"),
    [
        ("", "label", ""),
        ("reviews", "label", "reviews"),
        ("label reviews", "label", "reviews"),
        ("Undo", "undo", ""),
        (f"join {CODE}", "join", CODE),
        ("R&D payload", "label", "R&D payload"),
    ],
)
def test_the_slash_command(bot: Running, typed: str, word: str, argument: str) -> None:
    anna = bot.slack.user("Anna")
    delivery = anna.command("/label", typed).wait()
    command = bot.heard()
    assert isinstance(command, Command)
    assert delivery.acknowledged
    assert (command.word, command.argument, command.chat, command.private) == (word, argument, anna.dm.id, True)
    assert delivery.payload["trigger_id"] in command.key


def test_the_slash_command_in_a_channel_is_served_in_the_direct_message(bot: Running) -> None:
    anna = bot.slack.user("Anna")
    team = bot.slack.channel("team", members=[anna])
    bot.answer = lambda event: Outcome(messages=(Outgoing(id=9, account=1, chat="", message=card()),))
    anna.command("/label", f"join {CODE}", on=team).wait()
    command = bot.heard()
    assert (command.chat, command.private, command.argument) == (anna.dm.id, True, CODE)
    assert [(line.channel, line.shown) for line in anna.ephemerals] == [(team.id, ELSEWHERE)]


def test_the_slash_command_in_the_direct_message_needs_no_word_of_where_the_answer_is(bot: Running) -> None:
    anna = bot.slack.user("Anna")
    bot.answer = lambda event: Outcome(messages=(Outgoing(id=9, account=1, chat="", message=card()),))
    anna.command("/label").wait()
    assert bot.heard().chat == anna.dm.id
    assert not anna.ephemerals


def test_an_edited_answer_is_told_with_the_message_it_corrects(bot: Running) -> None:
    anna = bot.slack.user("Anna")
    said = anna.say("first").wait()
    anna.edit(said.ts, "second").wait()
    edited = bot.heard(2)
    assert isinstance(edited, Edited)
    assert (edited.text, edited.message, edited.user) == ("second", said.ts, anna.id)


def test_the_bots_own_messages_and_edits_are_no_events(bot: Running) -> None:
    anna = bot.slack.user("Anna")
    sent = bot.send(card(), anna.dm.id)
    bot.send(Message(text=(Part("Next"),), replaces=sent.shown), anna.dm.id)
    anna.say("done").wait()
    assert [type(event) for event in bot.events] == [Reply]


def test_messages_in_channels_are_no_events(bot: Running) -> None:
    anna = bot.slack.user("Anna")
    team = bot.slack.channel("team", members=[anna])
    assert anna.say("hello all", on=team).wait().acknowledged
    anna.say("hello bot").wait()
    assert [event.text for event in bot.events] == ["hello bot"]  # type: ignore[union-attr]


def test_a_shared_file_is_an_answer_without_words(bot: Running) -> None:
    anna = bot.slack.user("Anna")
    anna.upload("voice.m4a", b"...").wait()
    assert bot.heard().text == ""


def test_the_home_is_opened(bot: Running) -> None:
    anna = bot.slack.user("Anna")
    anna.open_home().wait()
    opened = bot.heard()
    assert isinstance(opened, Opened)
    assert (opened.place, opened.user, opened.chat) == ("home", anna.id, anna.dm.id)


def test_a_button_in_the_home_names_the_direct_message(bot: Running) -> None:
    anna = bot.slack.user("Anna")
    bot.send(Message(kind="home", text=(Part("Projects"),), buttons=((Button("Start", ":0:start:7"),),)), anna.id)
    anna.press("Start", on="home").wait()
    press = bot.heard()
    assert (press.data, press.chat, press.shown.message) == (":0:start:7", anna.dm.id, "")
    bot.send(Message(text=(Part("First card"),), replaces=press.shown), press.chat)
    assert [message.shown for message in anna.dm.messages] == ["First card"]
    assert not bot.slack.refused()


def test_a_form_opens_is_filled_in_and_comes_back(bot: Running) -> None:
    anna = bot.slack.user("Anna")
    bot.answer = lambda event: Outcome(ack=OpenForm(FORM)) if isinstance(event, Press) else Outcome()
    bot.send(card(), anna.dm.id)
    anna.press("Note").wait()
    assert anna.modal
    anna.submit({"What is wrong?": "blurred"}).wait()
    submit = bot.heard(2)
    assert submit == Submit(
        account=1,
        key=submit.key,
        user=anna.id,
        chat=anna.dm.id,
        name="anna",
        data="n1:0:note:",
        values={"why": "blurred"},
    )
    assert anna.modal is None


def test_a_wrong_field_keeps_the_form_open_and_the_corrected_one_is_new(bot: Running) -> None:
    anna = bot.slack.user("Anna")
    outcomes = {Command: OpenForm(FORM), Submit: FieldErrors({"why": "Say more.", "lost": "And this."})}
    bot.answer = lambda event: Outcome(ack=outcomes[type(event)])
    anna.command("/label", "note").wait()
    anna.submit({"why": "x"}).wait()
    assert anna.modal
    assert anna.modal.errors == {"why": "Say more. And this."}
    anna.submit({"why": "longer"}).wait()
    keys = {event.key for event in bot.events}  # type: ignore[union-attr]
    assert len(keys) == 3


def test_a_toast_after_a_tap_is_a_line_only_that_person_sees(bot: Running) -> None:
    anna, ben = bot.slack.user("Anna"), bot.slack.user("Ben")
    bot.answer = lambda event: Outcome(ack=Toast("Someone was faster <!here>."))
    bot.send(card(), anna.dm.id)
    anna.press("Cat").wait()
    bot.slack.wait(lambda: anna.ephemerals)
    assert anna.ephemerals[0].shown == "Someone was faster <!here>."
    assert not anna.ephemerals[0].mentions
    assert not ben.ephemerals
    assert bot.slack.count("response_url") == 1


def test_a_tap_repeated_at_once_adds_no_line_and_a_later_or_another_one_does(socket_bot: Running) -> None:
    anna = socket_bot.slack.user("Anna")
    socket_bot.send(card(), anna.dm.id)
    anna.press("Cat").wait()
    socket_bot.answer = lambda event: Outcome(ack=Toast("That one is saved already."))
    anna.press("Cat").wait()
    anna.press("Cat").wait()
    anna.press("Note").wait()
    socket_bot.slack.wait(lambda: len(anna.ephemerals) == 1)
    socket_bot.slack.advance(60)
    anna.press("Note").wait()
    socket_bot.slack.wait(lambda: len(anna.ephemerals) == 2)


def test_a_tap_repeated_because_the_first_one_failed_has_its_line(socket_bot: Running) -> None:
    anna = socket_bot.slack.user("Anna")
    socket_bot.send(card(), anna.dm.id)
    socket_bot.answer = lambda event: 1 / 0  # type: ignore[return-value]
    anna.press("Cat").wait()
    socket_bot.answer = lambda event: Outcome(ack=Toast("That button no longer leads anywhere."))
    anna.press("Cat").wait()
    socket_bot.slack.wait(lambda: len(anna.ephemerals) == 1)


def test_a_tap_repeated_at_once_is_told_what_must_be_read(socket_bot: Running) -> None:
    anna = socket_bot.slack.user("Anna")
    socket_bot.send(card(), anna.dm.id)
    socket_bot.answer = lambda event: Outcome(ack=Toast("That card belongs to somebody else.", alert=True))
    anna.press("Cat").wait()
    anna.press("Cat").wait()
    socket_bot.slack.wait(lambda: len(anna.ephemerals) == 2)


def test_a_toast_beside_a_new_message_is_left_out_unless_it_alerts(socket_bot: Running) -> None:
    anna = socket_bot.slack.user("Anna")
    message = Outgoing(id=9, account=1, chat=anna.dm.id, message=Message(text=(Part("Next"),)))
    socket_bot.answer = lambda event: Outcome(ack=Toast("saved"), messages=(message,))
    socket_bot.send(card(), anna.dm.id)
    anna.press("Cat").wait()
    socket_bot.answer = lambda event: Outcome(ack=Toast("careful", alert=True), messages=(message,))
    anna.press("Cat").wait()
    socket_bot.slack.wait(lambda: anna.ephemerals)
    assert [line.shown for line in anna.ephemerals] == ["careful"]


def test_a_toast_to_a_command_costs_no_call(bot: Running) -> None:
    anna = bot.slack.user("Anna")
    bot.answer = lambda event: Outcome(ack=Toast("You have no *project* <yet>."))
    anna.command("/label").wait()
    assert [line.shown for line in anna.ephemerals] == ["You have no *project* <yet>."]
    assert bot.slack.count("chat.postEphemeral") + bot.slack.count("response_url") == 0


def test_a_toast_to_typed_words_is_shown_to_that_person(bot: Running) -> None:
    anna = bot.slack.user("Anna")
    bot.answer = lambda event: Outcome(ack=Toast("That card is closed."))
    anna.say("hello").wait()
    bot.slack.wait(lambda: anna.ephemerals)


def test_what_the_program_could_not_record_is_not_acknowledged(bot: Running, caplog: pytest.LogCaptureFixture) -> None:
    anna = bot.slack.user("Anna")
    bot.send(card(), anna.dm.id)
    troubles = [RuntimeError("canary-7f3")]

    def answer(event: object) -> Outcome:
        if troubles:
            raise troubles.pop()
        return Outcome()

    bot.answer = answer
    said = anna.say("canary-7f3").wait()
    assert [attempt.reply.ok for attempt in said.attempts] == [False, True]
    troubles.append(RuntimeError("canary-7f3"))
    anna.press("Cat").wait()
    assert anna.errors
    assert "RuntimeError" in caplog.text
    assert "canary-7f3" not in caplog.text


def test_a_form_that_cannot_open_is_an_error_the_person_sees(bot: Running) -> None:
    anna = bot.slack.user("Anna")
    bot.answer = lambda event: Outcome(ack=OpenForm(FORM))
    bot.send(card(), anna.dm.id)
    bot.slack.fail_next("views.open", delay=1.5)
    anna.press("Note").wait()
    assert anna.errors


def test_a_person_from_another_workspace_is_left_out(bot: Running, caplog: pytest.LogCaptureFixture) -> None:
    eve = bot.slack.user("Eve", team="T9")
    bot.send(card(), eve.dm.id)
    assert eve.press("Cat").wait().acknowledged
    assert eve.say("let me in").wait().acknowledged
    bot.slack.user("Anna").say("mine").wait()
    assert [event.text for event in bot.events] == ["mine"]  # type: ignore[union-attr]
    assert caplog.text.count("T9") == 1


def test_a_forged_press_arrives_as_data_to_be_judged(bot: Running) -> None:
    anna = bot.slack.user("Anna")
    sent = bot.send(card(), anna.dm.id)
    anna.press_forged("b9.9", "n2:0:set:dog", sent.shown.message).wait()
    assert bot.heard().data == "n2:0:set:dog"


def test_the_log_at_its_most_talkative_holds_no_words_and_no_token(
    bot: Running, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    anna = bot.slack.user("Zoe-canary")
    bot.send(Message(text=(Part("canary-out"),)), anna.dm.id)
    anna.say("canary-in").wait()
    anna.shortcut("canary-unknown").wait()
    bot.heard()
    assert "canary" not in caplog.text.replace("Zoe-canary", "canary")
    assert bot.slack.bot_token not in caplog.text
    assert bot.slack.app_token not in caplog.text
