"""A crash between any two steps: after a restart the answer is there once and the person has their card again."""

import pytest

from bot.wording import phrase, say
from tests.e2e.crowd import OVER, TWICE, UNSERVED, Sight, TelegramHand
from tests.e2e.sites import telegram_settings
from tests.fakes.telegram import FakeTelegram
from tests.running import Home, Program, Stable, wait

DIED = 77
STEPS_AT_MOST = 120
UNCLEAR = say("en", phrase("reply.unclear"))


@pytest.mark.parametrize(
    ("project", "events"), [("reviews", "begin+before_cursor_execute"), ("clips", "begin")], ids=["tap", "text"]
)
def test_a_crash_at_any_step_neither_loses_nor_doubles_an_answer(
    home: Home, stable: Stable, project: str, events: str
) -> None:
    with FakeTelegram() as tg, Program(home, telegram_settings(tg), stable=stable) as program:
        anna = TelegramHand(tg, "Anna")
        program.start()
        anna.join(home.codes[project])
        tg.wait(anna.newest)
        for step in range(1, STEPS_AT_MOST):
            if answer_and_die(home, program, anna, project, (step, events)):
                break
        else:
            raise AssertionError("there is no end of steps")
        assert step > 10, "too few steps to believe it"


def answer_and_die(home: Home, program: Program, anna: TelegramHand, project: str, at: tuple[int, str]) -> bool:
    """Whether the program got through with it."""
    step, events = at
    before = len(home.answers(project))
    program.kill()
    words = f"words {step}"
    start_dying(program, step, events, "callback_query" if project == "reviews" else words)
    sight = newest_card(home, anna)
    if sight.labels:
        anna.tap(sight, "Positive")
    else:
        anna.reply(sight, words)
    survived = ends_or_settles(home, program, project, before + 1)
    if not survived:
        program.main, program.arguments = "bot.cli:main", ["run"]
        program.start()
    told = len(unclear(anna))
    wait(
        lambda: len(home.answers(project)) > before or len(unclear(anna)) > told,
        10,
        lambda: f"lost at step {step}\n{program.output}",
    )
    if len(home.answers(project)) == before:
        # Two crashes in a row forgot two messages: the person is asked which card they mean.
        anna.reply(newest_card(home, anna), words)
        wait(lambda: len(home.answers(project)) > before, 10, lambda: f"lost at step {step}\n{anna.person.chat}")
    newest_card(home, anna)
    assert_sound(home, project, before + 1, sight)
    return survived


def start_dying(program: Program, step: int, events: str, trigger: str) -> None:
    program.main, program.arguments = "tests.e2e.dying:main", [str(step), events, trigger, "run"]
    program.start()


def ends_or_settles(home: Home, program: Program, project: str, wanted: int) -> bool:
    """True when everything has been done that the answer causes; False when the program died."""
    codes: list[int] = []

    def over() -> bool:
        code = program.ended()
        if code is not None:
            codes.append(code)
            return True
        return len(home.answers(project)) == wanted and not unsent(home)

    wait(over, 10, lambda: program.output)
    if not codes:
        return True
    assert codes == [DIED], program.output
    return False


def unsent(home: Home) -> bool:
    return bool(home.rows("SELECT id FROM outbox WHERE state = 'pending'"))


def unclear(anna: TelegramHand) -> list[str]:
    """Where the bot said that it cannot tell which card a text is for."""
    return [words for words in anna.words() if words == UNCLEAR]


def newest_card(home: Home, anna: TelegramHand) -> Sight:
    wait(lambda: has_one_card(home, anna), 10, lambda: f"no card to answer:\n{anna.person.chat}")
    sight = anna.newest()
    assert sight is not None
    return sight


def has_one_card(home: Home, anna: TelegramHand) -> bool:
    """One card in the chat can be answered, and it is the newest to be seen."""
    live = {row["nonce"] for row in home.rows("SELECT nonce FROM cards WHERE state IN ('open', 'parked')")}
    newest = anna.newest()
    return newest is not None and anna.visible() & live == {newest.nonce}


def assert_sound(home: Home, project: str, answers: int, sight: Sight) -> None:
    kept = home.answers(project)
    assert len(kept) == answers
    assert len({row["item"] for row in kept}) == answers
    for broken in (OVER, TWICE, UNSERVED):
        assert home.rows(broken) == []
    data = home.rows("SELECT data FROM items WHERE key = :key", key=kept[-1]["item"])[0]["data"]
    assert str(data)[10:-2] in sight.text, "the answer is for another item than the one shown"
