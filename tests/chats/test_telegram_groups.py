"""The menu of commands, which private chats alone have, and what a group hears that calls us."""

from bot.chat import Outcome, Reply, Toast
from tests.chats.telegram_driver import Core, Running
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_people import Person


def texts(core: Core) -> list[str]:
    return [event.text for event in core.events if isinstance(event, Reply)]


def test_the_menu_is_set_per_language_and_only_when_it_changed(tg: FakeTelegram) -> None:
    commands = {"": [("undo", "Take the last answer back")], "de": [("undo", "Letzte Antwort zurücknehmen")]}
    for _ in range(2):
        before = tg.count("getUpdates")
        with Running(tg, commands=commands):
            tg.wait(lambda before=before: tg.count("getUpdates") > before)
    assert tg.count("setMyCommands") == 2
    menus = {key[1:]: menu[0]["description"] for key, menu in tg.settings.items() if key[0] == "commands"}
    everywhere = "all_private_chats"
    assert menus[everywhere, ""] == "Take the last answer back"
    assert menus[everywhere, "de"] == "Letzte Antwort zurücknehmen"


def test_groups_show_no_menu_not_even_one_set_before(tg: FakeTelegram) -> None:
    ours, theirs = {"command": "undo", "description": "Undo"}, {"command": "vote", "description": "Vote"}
    tg.settings["commands", "default", ""] = [ours]
    tg.settings["commands", "default", "de"] = [theirs]
    with Running(tg, commands={"": [("undo", "Undo")], "de": [("undo", "Zurück")]}):
        tg.wait(lambda: tg.count("getUpdates"))
    assert ("commands", "default", "") not in tg.settings
    assert tg.settings["commands", "default", "de"] == [theirs]


def test_a_command_for_us_in_a_group_is_answered_once_with_a_reply(tg: FakeTelegram, anna: Person) -> None:
    group = tg.group("QA", members=[anna])
    with Running(tg) as bot:
        bot.core.script = lambda event: Outcome(Toast("In private only."))
        anna.say(f"/label@{tg.username}", chat=group)
        tg.wait(lambda: group.chat.last.text == "In private only.")
        assert group.chat.last_from_bot.reply_to == 1
        anna.say(f"/label@{tg.username}", chat=group)
        tg.wait(lambda: len(bot.core.events) == 3 and not tg.pending)
    assert tg.count("sendMessage") == 1
    assert tg.refusals == []


def test_a_group_that_lets_us_say_nothing_stops_nobody(tg: FakeTelegram, anna: Person) -> None:
    group = tg.group("QA", members=[anna])
    with Running(tg) as bot:
        bot.core.script = lambda event: Outcome(Toast("In private only."))
        tg.fail_next("sendMessage", 403)
        anna.say(f"/label@{tg.username}", chat=group)
        anna.say("one")
        tg.wait(lambda: texts(bot.core) == ["one"] and tg.count("sendMessage"))


def test_a_menu_that_cannot_be_set_stops_nobody(tg: FakeTelegram, anna: Person) -> None:
    tg.fail_next("setMyCommands", 500)
    anna.say("one")
    with Running(tg, commands={"": [("undo", "Undo")]}) as bot:
        tg.wait(lambda: texts(bot.core) == ["one"])
