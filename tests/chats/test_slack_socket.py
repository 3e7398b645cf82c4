"""Socket Mode: nothing is lost when connections go, and what cannot work ends with a clear sentence."""

import asyncio
from collections.abc import Iterator

import pytest

from bot.chat import ChatError, Event, Message, Outcome, Part, Reply
from bot.chats.slack import team_of
from tests.chats.slack_running import Running
from tests.fakes.slack import FakeSlack


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack(speed=20) as slack:
        yield slack


def said(bot: Running) -> list[str]:
    return [event.text for event in bot.events if isinstance(event, Reply)]


@pytest.mark.parametrize("how", ["warning", "refresh_requested"])
def test_no_tap_is_lost_when_slack_recycles_both_connections(slack: FakeSlack, how: str) -> None:
    with Running(slack) as bot:
        anna = slack.user("Anna")
        deliveries = []
        for number in range(40):
            if number in (10, 25):
                slack.disconnect(how)
            deliveries.append(anna.command("/label", f"p{number}"))
        for delivery in deliveries:
            delivery.wait()
        assert all(delivery.acknowledged for delivery in deliveries)
        assert not anna.errors
        slack.wait(lambda: slack.sockets == 2 and bot.chat.connected == 2)


def test_one_connection_torn_down_leaves_the_other(slack: FakeSlack) -> None:
    with Running(slack) as bot:
        anna = slack.user("Anna")
        with slack.world.changed:
            torn = slack._sockets.open[0]
        slack._on_loop(asyncio.sleep(0, slack._sockets._abort(torn)))
        slack.wait(lambda: torn not in slack._sockets.open)
        assert anna.command("/label").wait().acknowledged
        slack.wait(lambda: slack.sockets == 2)
        assert len(bot.events) == 1


def test_both_torn_down_are_soon_back_and_events_come_again(slack: FakeSlack) -> None:
    with Running(slack) as bot:
        anna = slack.user("Anna")
        slack.disconnect("abrupt")
        slack.wait(lambda: slack.sockets == 0)
        delivery = anna.say("hello")
        slack.wait(lambda: slack.sockets == 2)
        assert delivery.wait(20).acknowledged
        assert said(bot) == ["hello"]


def test_connections_that_only_look_alive_are_replaced(slack: FakeSlack) -> None:
    with Running(slack, heartbeat=0.2) as bot:
        anna = slack.user("Anna")
        slack.disconnect("half_open")
        slack.wait(lambda: slack.sockets == 2 and not any(socket.frozen for socket in slack._sockets.open))
        anna.say("hello").wait()
        assert said(bot) == ["hello"]


def test_socket_mode_switched_off_ends_it_for_good(slack: FakeSlack) -> None:
    with Running(slack) as bot:
        slack.disconnect("link_disabled")
        with pytest.raises(ChatError, match="Socket Mode is switched off") as caught:
            bot.ending.result(timeout=10)
        assert caught.value.permanent


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"token": "xoxb-wrong"}, "SLACK_BOT_TOKEN"),
        ({"token": "xapp-test"}, "SLACK_BOT_TOKEN"),
        ({"app_token": "xapp-wrong"}, "SLACK_APP_TOKEN"),
        ({"app_token": "xoxb-test"}, "SLACK_APP_TOKEN"),
    ],
)
def test_a_wrong_token_ends_it_and_names_the_variable(slack: FakeSlack, changes: dict[str, str], sentence: str) -> None:
    with Running(slack) as bot:

        async def run() -> None:
            chat = bot.new_chat(**changes)
            try:
                await chat.run()
            finally:
                await chat.close()

        with pytest.raises(ChatError, match=sentence) as caught:
            bot.on_loop(run())
        assert caught.value.permanent
        assert all(token not in caught.value.reason for token in ("xoxb-test", "xapp-test", "xapp-wrong", "xoxb-wrong"))


def test_an_account_is_known_by_its_workspace(slack: FakeSlack) -> None:
    with Running(slack) as bot:
        assert bot.on_loop(team_of(slack.bot_token, f"{slack.url}/api")) == slack.team_id
        with pytest.raises(ChatError, match="SLACK_BOT_TOKEN"):
            bot.on_loop(team_of("xoxb-wrong", f"{slack.url}/api/"))


def test_without_a_way_in_it_does_not_begin() -> None:
    with FakeSlack() as slack, Running(slack) as bot, pytest.raises(ChatError, match="SLACK_APP_TOKEN"):
        bot.new_chat(app_token="")


def test_slack_out_of_reach_at_the_start_is_waited_for(slack: FakeSlack) -> None:
    slack.fail_next("auth.test", 503)
    slack.fail_next("apps.connections.open", 503, times=2)
    with Running(slack) as bot:
        slack.user("Anna").say("hello").wait()
        assert said(bot) == ["hello"]


def test_what_has_arrived_is_acknowledged_before_the_connection_goes(slack: FakeSlack) -> None:
    with Running(slack) as bot:
        begun, go_on = asyncio.Event(), asyncio.Event()

        async def receive(event: Event) -> Outcome:
            begun.set()
            await go_on.wait()
            return Outcome()

        async def stop() -> None:
            await asyncio.wait_for(begun.wait(), 5)
            running.cancel()
            await asyncio.sleep(0)
            go_on.set()
            await asyncio.gather(running, return_exceptions=True)
            await chat.close()

        anna = slack.user("Anna")
        bot.ending.cancel()
        slack.wait(lambda: slack.sockets == 0)

        async def start() -> "tuple[object, asyncio.Task[None]]":
            made = bot.new_chat(receive=receive)
            return made, asyncio.ensure_future(made.run())

        chat, running = bot.on_loop(start())  # type: ignore[assignment]
        slack.wait(lambda: slack.sockets == 2)
        delivery = anna.command("/label")
        bot.on_loop(stop())
        assert delivery.wait().acknowledged


def test_the_doctor_finds_everything_right(slack: FakeSlack) -> None:
    with Running(slack) as bot:
        findings = bot.on_loop(bot.chat.check())
        assert [finding.what for finding in findings if not finding.ok] == []
        assert slack.sockets == 2


def test_the_doctor_finds_a_clock_that_is_wrong(slack: FakeSlack) -> None:
    with Running(slack) as bot:
        assert "the clock agrees with Slack's" in [finding.what for finding in bot.on_loop(bot.chat.check())]
        slack.advance(600)
        (clock,) = [finding for finding in bot.on_loop(bot.chat.check()) if not finding.ok]
        assert clock.what.startswith("the clock is -")
        assert "NTP" in clock.mend


def test_the_doctor_names_what_is_wrong(slack: FakeSlack) -> None:
    with Running(slack) as bot:
        slack.world.scopes.discard("im:history")

        async def check() -> list[str]:
            chat = bot.new_chat(app_token="xapp-wrong")
            try:
                return [finding.what + ": " + finding.mend for finding in await chat.check() if not finding.ok]
            finally:
                await chat.close()

        scope, socket = bot.on_loop(check())
        assert scope.startswith("Slack scope im:history: add im:history")
        assert "SLACK_APP_TOKEN" in socket
        slack.revoke()
        (token,) = bot.on_loop(check())
        assert "SLACK_BOT_TOKEN" in token


def test_answers_go_on_while_a_connection_is_replaced(slack: FakeSlack) -> None:
    with Running(slack) as bot:
        anna = slack.user("Anna")
        slack.disconnect("refresh_requested")
        bot.send(Message(text=(Part("still here"),)), anna.dm.id)
        assert anna.dm.last
        assert anna.dm.last.shown == "still here"
