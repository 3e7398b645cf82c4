"""What goes wrong between the program and Slack."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from storage.files import Files
from tests.e2e.crowd import Crowd, SlackHand, check, everybody_sees_their_card
from tests.e2e.sites import site_of, slack_settings
from tests.fakes.slack import FakeSlack
from tests.running import REVIEWS, Home, Program, Stable, wait


@contextmanager
def socket_mode(home: Home, stable: Stable, *, start: bool = True) -> Iterator[tuple[FakeSlack, Program]]:
    with FakeSlack(speed=60.0) as fake:
        fake.use_socket_mode()
        settings = slack_settings(fake) | {"SLACK_APP_TOKEN": fake.app_token}
        with Program(home, settings, stable=stable) as program:
            if start:
                program.start()
                fake.wait(lambda: fake.sockets, 10)
            yield fake, program


def joined(slack: FakeSlack, home: Home, name: str, project: str = "reviews") -> SlackHand:
    hand = SlackHand(slack, name)
    hand.join(home.codes[project])
    slack.wait(hand.newest)
    return hand


def test_sockets_that_end_in_every_way_lose_nothing_that_was_acknowledged(home: Home, stable: Stable) -> None:
    with socket_mode(home, stable) as (slack, program):
        hands = [joined(slack, home, f"S{number}", "reviews" if number % 2 else "clips") for number in range(8)]
        crowd = Crowd(hands, seed=2)
        with crowd.busy(20.0):
            for how in (
                "warning",
                "abrupt",
                "refresh_requested",
                "abrupt",
                "warning",
                "half_open",
                "refresh_requested",
            ):
                done = len(crowd.claims) + 6
                wait(lambda: len(crowd.claims) >= done, 20)  # noqa: B023
                slack.disconnect(how)
            # What looks alive and is not is found out by its missing pong.
            slack.wait(lambda: slack.sockets >= 2, 30)
        everybody_sees_their_card(home, hands)
        last = [crowd.act_anew(hand) for hand in hands]
        wait(lambda: all(claim.acknowledged() for claim in last), 30, lambda: program.output)
        assert check(home, crowd)["kept"] >= len(hands)


def test_a_wrong_bot_token_is_named_in_one_sentence(home: Home, stable: Stable) -> None:
    with socket_mode(home, stable, start=False) as (_, program):
        program.environment["SLACK_BOT_TOKEN"] = "xoxb-wrong"
        program.launch()
        assert program.wait_end() == 1
        said = [line for line in program.output.splitlines() if line.startswith("labelbot: ")]
        assert len(said) == 1
        assert "SLACK_BOT_TOKEN" in said[0]
        assert "xoxb-wrong" not in program.output
        assert "Traceback" not in program.output


def test_a_wrong_app_token_is_named_in_one_sentence(home: Home, stable: Stable) -> None:
    with socket_mode(home, stable, start=False) as (_, program):
        program.environment["SLACK_APP_TOKEN"] = "xapp-wrong"
        program.launch()
        assert program.wait_end() == 1
        assert "labelbot: SLACK_APP_TOKEN" in program.output
        assert "Traceback" not in program.output


def test_neither_app_token_nor_signing_secret_is_said_in_one_sentence(home: Home, stable: Stable) -> None:
    with socket_mode(home, stable, start=False) as (_, program):
        del program.environment["SLACK_APP_TOKEN"]
        program.launch()
        assert program.wait_end() == 1
        assert "labelbot: Slack needs SLACK_APP_TOKEN" in program.output


@pytest.mark.parametrize("fault", ["drop", "drop_after", "html", "half", "ratelimited"])
def test_a_new_card_that_fails_on_its_way_can_be_answered_once(home: Home, stable: Stable, fault: str) -> None:
    with socket_mode(home, stable) as (slack, program):
        hand = SlackHand(slack, "Anna")
        slack.fail_next("chat.postMessage", fault, times=2)
        hand.join(home.codes["clips"])
        everybody_sees_their_card(home, [hand])
        slack.wait(lambda: hand.newest() is not None, 15)
        wait(lambda: not home.rows("SELECT id FROM outbox WHERE state = 'pending'"), 15, lambda: program.output)
        live = {row["nonce"] for row in home.rows("SELECT nonce FROM cards WHERE state IN ('open', 'parked')")}
        assert len(hand.visible() & live) == 1


def test_slack_uninstalled_while_running_is_said(home: Home, stable: Stable) -> None:
    with socket_mode(home, stable) as (slack, program):
        hand = joined(slack, home, "Anna")
        slack.revoke()
        sight = hand.newest()
        assert sight is not None
        hand.tap(sight, "Positive")
        slack.disconnect("abrupt")
        code = program.wait_end(20)
        assert code == 1
        assert "labelbot: SLACK_" in program.output


def test_a_file_that_is_gone_is_set_aside_and_the_program_goes_on(home: Home, stable: Stable) -> None:
    pictures = [home.keep(b"\x89PNG\r\n\x1a\n" + bytes([number]) * 30, "image", "image/png") for number in range(3)]
    rows = [{"data": {"image": f"{number}"}, "media": [one]} for number, one in enumerate(pictures)]
    home.add(replace(REVIEWS, name="pictures", title="Pictures"), rows)
    Files(home.folder / "media").delete(pictures[1]["sha256"])
    with socket_mode(home, stable) as (slack, program):
        hand = joined(slack, home, "Anna", "pictures")
        known = "SELECT media FROM uploads WHERE media = :media"
        wait(lambda: home.rows(known, media=pictures[2]["id"]), 15, lambda: program.output)
        first = hand.newest()
        assert first is not None
        hand.tap(first, "Positive")
        states = "SELECT state FROM items WHERE key = 'pictures-1'"
        wait(lambda: home.rows(states)[0]["state"] == "quarantined", 15, lambda: program.output)
        slack.wait(lambda: (now := hand.newest()) and now.nonce != first.nonce, 15)
        assert program.ended() is None


def test_a_revoked_token_takes_no_item_out_and_is_said_once(home: Home, stable: Stable) -> None:
    with site_of(home, stable, pushed=True) as site:
        site.start()
        hand = SlackHand(site.slack, "Anna")
        hand.join(home.codes["reviews"])
        site.slack.wait(hand.newest)
        site.slack.fail_next("chat.postMessage", error="token_revoked", times=4)
        hand.person.say("label")
        wait(lambda: "SLACK_BOT_TOKEN is not accepted" in site.program.output, 15)
        with pytest.raises(urllib.error.HTTPError) as ill:
            urllib.request.urlopen(f"{site.program.address}/healthz")
        assert "SLACK_BOT_TOKEN" in ill.value.read().decode()
        ill.value.close()
        pending = "SELECT id FROM outbox WHERE state = 'pending'"
        wait(lambda: not home.rows(pending), 30, lambda: site.program.output)
        assert not home.rows("SELECT id FROM items WHERE state = 'quarantined'")
        assert site.program.output.count("SLACK_BOT_TOKEN") == 1
        with urllib.request.urlopen(f"{site.program.address}/healthz") as well:
            assert well.read() == b"ok\n"


def test_sentences_name_the_command_that_this_slack_has(home: Home, stable: Stable) -> None:
    with socket_mode(home, stable, start=False) as (slack, program):
        program.environment["SLACK_COMMAND"] = "/annotate"
        program.start()
        slack.wait(lambda: slack.sockets, 10)
        hand = joined(slack, home, "Anna")
        hand.person.say("stop")
        slack.wait(lambda: any("Type /annotate to go on." in said for said in hand.words()), 15)
