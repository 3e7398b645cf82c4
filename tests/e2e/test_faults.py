"""What goes wrong between the program and Telegram: nothing is lost, nobody sees two cards, others go on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from bot.project import Project
from tests.e2e.crowd import TelegramHand
from tests.e2e.sites import telegram_settings
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_samples import picture as drawn
from tests.running import REVIEWS, Home, Program, Stable, wait


@contextmanager
def telegram(home: Home, stable: Stable | None, *, start: bool = True) -> Iterator[tuple[FakeTelegram, Program]]:
    with FakeTelegram() as fake, Program(home, telegram_settings(fake), stable=stable) as program:
        if start:
            program.start()
        yield fake, program


def joined(tg: FakeTelegram, home: Home, name: str = "Anna", project: str = "reviews") -> TelegramHand:
    """Somebody with their first card before them."""
    hand = TelegramHand(tg, name)
    hand.join(home.codes[project])
    tg.wait(hand.newest)
    return hand


def label(tg: FakeTelegram, hand: TelegramHand, name: str = "Positive") -> None:
    """Taps, and waits for the next card."""
    sight = hand.newest()
    assert sight is not None
    hand.tap(sight, name)
    tg.wait(lambda: (now := hand.newest()) and now.nonce != sight.nonce)


def answerable(home: Home, hand: TelegramHand) -> set[str]:
    """Cards in the chat whose buttons still lead somewhere."""
    live = home.rows("SELECT nonce FROM cards WHERE state IN ('open', 'parked')")
    return hand.visible() & {row["nonce"] for row in live}


def settled(home: Home) -> bool:
    return not home.rows("SELECT id FROM outbox WHERE state = 'pending'")


@pytest.mark.parametrize("fault", ["drop", "drop_after", "empty", 502, 429])
def test_a_new_card_that_fails_on_its_way_arrives_once(home: Home, stable: Stable, fault: str | int) -> None:
    with telegram(home, stable) as (tg, program):
        anna = TelegramHand(tg, "Anna")
        tg.fail_next("sendMessage", fault, times=2)
        anna.join(home.codes["reviews"])
        tg.wait(lambda: answerable(home, anna), 15)
        wait(lambda: settled(home), 10, lambda: program.output)
        assert len(answerable(home, anna)) == 1
        label(tg, anna)
        wait(lambda: len(home.answers()) == 1)


@pytest.mark.parametrize("fault", ["drop_after", "half", 500])
def test_a_card_whose_edit_fails_on_its_way_is_shown(home: Home, stable: Stable, fault: str | int) -> None:
    with telegram(home, stable) as (tg, program):
        anna = joined(tg, home)
        tg.fail_next("editMessageText", fault, times=2)
        label(tg, anna)
        wait(lambda: settled(home), 10, lambda: program.output)
        assert len(answerable(home, anna)) == 1
        assert len(anna.person.chat.from_bot) == 2
        assert len(home.answers()) == 1


def test_a_chat_told_to_pause_hears_nothing_before_and_others_go_on(home: Home, stable: Stable) -> None:
    with telegram(home, stable) as (tg, _):
        anna, bob = joined(tg, home), joined(tg, home, "Bob")
        tg.fail_next("editMessageText", 429, retry_after=35, chat=anna.person.chat)
        sight = anna.newest()
        assert sight is not None
        anna.tap(sight, "Positive")
        tg.wait(lambda: len(home.answers()) == 1)
        before = tg.count("editMessageText", chat=anna.person.chat)
        for _ in range(3):
            label(tg, bob)
        assert tg.count("editMessageText", chat=anna.person.chat) == before
        assert tg.count("sendMessage", chat=anna.person.chat) == 2


def test_an_outage_loses_nothing_and_brings_nothing_twice(home: Home, stable: Stable) -> None:
    with telegram(home, stable) as (tg, program):
        hands = [joined(tg, home, f"P{number}") for number in range(4)]
        tg.outage(500)
        for hand in hands:
            sight = hand.newest()
            assert sight is not None
            hand.tap(sight, "Negative")
        tg.wait(lambda: tg.count("getUpdates") > 3)
        tg.clear_faults()
        tg.wait(lambda: len(home.answers()) == 4, 20)
        wait(lambda: settled(home), 20, lambda: program.output)
        for hand in hands:
            assert len(answerable(home, hand)) == 1
            assert len(hand.person.chat.from_bot) == 2
        assert all(row["label"] == {"label": "negative"} for row in home.answers())


def test_a_tap_whose_answer_comes_too_late_is_recorded(home: Home, stable: Stable) -> None:
    with telegram(home, stable) as (tg, _):
        anna = joined(tg, home)
        tg.fail_next(
            "answerCallbackQuery", 400, description="Bad Request: query is too old and response timeout expired"
        )
        label(tg, anna)
        assert len(home.answers()) == 1


def test_a_card_whose_message_is_gone_comes_as_one_new_message(home: Home, stable: Stable) -> None:
    with telegram(home, stable) as (tg, program):
        anna = joined(tg, home)
        sight = anna.newest()
        assert sight is not None
        with tg.held():
            anna.tap(sight, "Positive")
            anna.person.delete(int(sight.message))
        tg.wait(anna.newest)
        wait(lambda: settled(home), 10, lambda: program.output)
        assert len(home.answers()) == 1
        assert len(answerable(home, anna)) == 1
        assert len(anna.person.chat.from_bot) == 2  # the welcome and the card


def test_of_two_programs_with_one_token_one_ends_and_says_why(home: Home, stable: Stable) -> None:
    with telegram(home, stable) as (tg, first), Program(home, telegram_settings(tg), stable=stable) as second:
        second.log = home.folder / "second.txt"
        second.start()

        def ended() -> Program | None:
            return next((program for program in (first, second) if program.pid and program.ended() is not None), None)

        loser = wait(ended, 20, lambda: first.output + second.output)
        assert "Another program receives with the same bot token" in loser.output
        assert "Traceback" not in loser.output
        winner = first if loser is second else second
        anna = joined(tg, home)
        label(tg, anna)
        assert winner.ended() is None


def test_a_second_program_ends_with_exit_code_1_and_one_sentence(home: Home, stable: Stable) -> None:
    with telegram(home, stable) as (tg, _), Program(home, telegram_settings(tg), stable=stable) as second:
        tg.fail_next("getUpdates", 409, times=50)
        second.log = home.folder / "second.txt"
        second.launch()
        assert second.wait_end(20) == 1
        assert second.output.count("\nlabelbot: ") == 1


def test_a_wrong_token_is_named_in_one_sentence(home: Home, stable: Stable) -> None:
    with telegram(home, stable, start=False) as (_, program):
        program.environment["TELEGRAM_BOT_TOKEN"] = "77:WRONG"
        program.launch()
        assert program.wait_end() == 1
        said = [line for line in program.output.splitlines() if line.startswith("labelbot: ")]
        assert len(said) == 1
        assert "TELEGRAM_BOT_TOKEN" in said[0]
        assert "WRONG" not in program.output
        assert "Traceback" not in program.output


def test_a_token_revoked_while_running_ends_the_program_with_a_clear_sentence(home: Home, stable: Stable) -> None:
    with telegram(home, stable) as (tg, program):
        joined(tg, home)
        tg.outage(401)
        tg.redeliver(joined_update(tg))
        assert program.wait_end() == 1
        assert "labelbot: Telegram refuses the bot token" in program.output
        assert tg.token not in program.output


def joined_update(tg: FakeTelegram) -> int:
    """Wakes the poll that is under way."""
    return tg.people[0].say("hello")


def test_who_blocks_the_bot_gives_the_item_back_and_goes_on_later(home: Home, stable: Stable) -> None:
    home.add(project_named("single"), [{}])
    with telegram(home, stable) as (tg, program):
        anna = joined(tg, home, project="single")
        anna.person.block()
        wait(lambda: not home.rows("SELECT id FROM cards WHERE state = 'open'"), 10, lambda: program.output)
        bob = joined(tg, home, "Bob", project="single")
        assert len(answerable(home, bob)) == 1
        bob.person.block()
        wait(lambda: not home.rows("SELECT id FROM cards WHERE state = 'open'"), 10, lambda: program.output)
        assert tg.count("sendMessage", chat=anna.person.chat) == 2
        anna.person.unblock()
        anna.person.start()
        tg.wait(lambda: answerable(home, anna))
        sight = anna.newest()
        assert sight is not None
        anna.tap(sight, "Positive")
        wait(lambda: len(home.answers("single")) == 1, 10, lambda: program.output)


def test_an_update_that_always_fails_is_set_aside_and_later_ones_flow(home: Home, stable: Stable) -> None:
    broken = home.add(project_named("broken"), [{}, {}])
    with telegram(home, stable) as (tg, program):
        anna, bob = joined(tg, home, project="broken"), joined(tg, home, "Bob")
        config = home.rows("SELECT config FROM schemas WHERE project = :project", project=broken)[0]["config"]
        home.write("UPDATE schemas SET config = '{}' WHERE project = :project", project=broken)
        program.kill()
        program.start()
        sight = anna.newest()
        assert sight is not None
        failed = anna.tap(sight, "Positive")
        label(tg, bob)
        tg.wait(failed.acknowledged)
        assert "Something went wrong on our side" in (failed.answer() or "")
        assert home.rows("SELECT attempts FROM aside WHERE attempts >= 3")
        home.write("UPDATE schemas SET config = :config WHERE project = :project", config=config, project=broken)
        again = anna.tap(sight, "Positive")
        tg.wait(again.acknowledged)
        wait(lambda: len(home.answers("broken")) == 1, 10, lambda: program.output)
        assert "set aside" in program.run("doctor").stdout


def test_a_chat_that_refuses_us_is_not_written_to_again(home: Home, stable: Stable) -> None:
    with telegram(home, stable) as (tg, program):
        anna = joined(tg, home)
        sight = anna.newest()
        assert sight is not None
        with tg.held():
            anna.tap(sight, "Positive")
            anna.person.chat.refusal = "bot was blocked by the user"
        wait(lambda: not home.rows("SELECT id FROM cards WHERE state = 'open'"), 10, lambda: program.output)
        assert len(home.answers()) == 1
        assert settled(home)


def test_a_picture_that_telegram_refuses_is_set_aside_and_the_next_comes_soon(home: Home, stable: Stable) -> None:
    picture = home.keep(drawn(64, 64, "JPEG"), "image", "image/jpeg")
    photos = home.add(project_named("photos"), [{"data": {}, "media": [picture]}, {"data": {"text": "The next one"}}])
    assert photos
    with telegram(home, stable) as (tg, program):
        anna = TelegramHand(tg, "Anna")
        tg.fail_next("sendPhoto", 400, description="Bad Request: PHOTO_INVALID_DIMENSIONS", times=20)
        anna.join(home.codes["photos"])
        tg.wait(lambda: (now := anna.newest()) and "The next one" in now.text, 2)
        states = home.rows("SELECT state FROM items WHERE key = 'photos-0'")
        assert states == [{"state": "quarantined"}], program.output


def project_named(name: str) -> Project:
    return replace(REVIEWS, name=name, title=name.title())


def test_sigterm_during_an_upload_ends_in_time_and_with_code_0(home: Home, stable: Stable) -> None:
    picture = home.keep(drawn(64, 64, "JPEG"), "image", "image/jpeg")
    home.add(project_named("photos"), [{"data": {}, "media": [picture]}])
    with telegram(home, stable) as (tg, program):
        anna = TelegramHand(tg, "Anna")
        tg.fail_next("sendPhoto", None, delay=30.0)
        anna.join(home.codes["photos"])
        tg.wait(lambda: tg.count("sendPhoto"))
        code, seconds = program.stop()
        assert (code, seconds < 10) == (0, True), program.output
        program.start()
        tg.wait(lambda: answerable(home, anna), 15)
        assert len(answerable(home, anna)) == 1


def test_a_group_that_became_a_supergroup_is_written_to_under_its_new_id(home: Home, stable: Stable) -> None:
    with telegram(home, stable) as (tg, program):
        joined(tg, home)
        group = tg.group("Team", members=tg.people)
        home.write(
            "INSERT INTO chats (account, external) SELECT id, :group FROM accounts WHERE platform = 'telegram'",
            group=str(group.id),
        )
        group.migrate()
        new = str(group.id)
        wait(lambda: home.rows("SELECT id FROM chats WHERE external = :new", new=new), 10, lambda: program.output)


def test_nothing_secret_and_no_words_of_people_reach_the_log(home: Home, stable: Stable) -> None:
    canary = "canary-7f3a"
    home.add(project_named("secrets"), [{"data": {"text": f"{canary}-item {number}"}} for number in range(5)])
    with FakeTelegram(token=f"1:{canary}-token") as tg:
        settings = telegram_settings(tg)
        with Program(home, settings, stable=stable, arguments=["--log-level", "debug"]) as program:
            program.start()
            anna = TelegramHand(tg, f"{canary}-name")
            anna.join(home.codes["secrets"])
            tg.wait(anna.newest)
            label(tg, anna)
            anna.person.say(f"{canary}-reply")
            anna.person.press_data(f"{canary}-forged", 2)
            tg.fail_next("sendMessage", 400, description=f"Bad Request: {canary}")
            anna.person.say("/stats")
            tg.fail_next("*", "drop", times=2)
            anna.person.say("/help")
            tg.fail_next("getUpdates", "half")
            anna.person.say(f"{canary}-again")
            wait(lambda: len(tg.pending) == 0 and settled(home), 15, lambda: program.output)
            assert program.stop()[0] == 0
            assert "DEBUG" in program.output
            assert canary not in program.output, [line for line in program.output.splitlines() if canary in line]
