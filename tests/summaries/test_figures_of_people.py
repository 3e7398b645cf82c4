"""Figures of single people: to which admins they go, and where."""

from dataclasses import replace

import pytest
from sqlalchemy import insert, update

from bot.project import Review
from bot.workers import NOW, Workers
from storage import accounts, people, reviews, runs
from storage.database import run
from storage.schema import answers, items
from tests.summaries.posting import (
    POSTED,
    admin,
    begin,
    meet,
    privately,
    text_of,
    threads,
    waiting,
)


def test_figures_of_single_people_go_to_admins_and_never_to_the_channel(database, workers):
    world = begin(database)
    admin(database, world, 1, "Ada", "de-AT")
    assert workers.work_once()
    (posted, summary), (row, message) = waiting(database)
    assert (posted.kind, row.kind, row.account, row.chat) == ("summary", "notice", world.account, world.chats[1])
    assert "Person 1000" not in text_of(summary)
    heading, *_, person = text_of(message).splitlines()
    assert (heading, person) == ("Review sentiment: Personen", "Person 1000: 1 Labels, 0,9 s je Label")
    assert message.media == ()
    assert [button.title for row in message.buttons for button in row] == [
        "⏸ Anhalten",
        "➕ Eine Antwort mehr",
        "⬇ Export",
    ]


def test_people_go_by_their_pseudonyms_where_the_project_does_not_say_otherwise(database, workers):
    world = begin(database, replace(POSTED, names=False))
    admin(database, world, 1, "Ada")
    assert workers.work_once()
    _, (_, message) = waiting(database)
    public = run(database, lambda tx: people.roster(tx, world.project))[0].public
    assert text_of(message).splitlines()[-1] == f"{public}: 1 labels, 0.9 s a label"
    assert "Person 1000" not in text_of(message)


def test_the_next_summary_tells_what_changed_and_admins_get_a_picture_of_people(database, workers):
    world = begin(database)
    admin(database, world, 1, "Ada")
    assert workers.work_once()

    def more(tx):
        for item in world.items[:2]:
            row = {"project": world.project, "item": item, "person": world.people[1], "kind": "label", "version": 1}
            row |= {"label": {"label": "positive"}, "live": True, "answered_at": tx.now, "milliseconds": 900}
            tx.run(insert(answers), row)
        runs.now(tx, world.project, NOW)

    before = len(waiting(database))
    run(database, more)
    assert workers.work_once()
    summary, closer, skill, people = [message for _, message in waiting(database)[before:]]
    assert "Since 2 Mar: +2 labels" in text_of(summary)
    assert (closer.kind, len(closer.media), len(skill.media), people.media) == ("notice", 1, 1, ())
    assert closer.media[0].sha256 != summary.media[0].sha256
    assert "Person 1000" in text_of(people)


def test_admins_reach_the_page_where_others_can(database, files):
    world = begin(database)
    admin(database, world, 1, "Ada")
    workers = Workers(database, files, start=threads, address="https://bot.example")
    assert workers.work_once()
    message = waiting(database)[-1][1]
    assert message.buttons[-1][0].url.startswith("https://bot.example/report/")
    workers.close()


def test_a_summary_asked_for_brings_admins_their_figures_too(database, workers):
    world = begin(database)
    admin(database, world, 1, "Ada")
    run(database, lambda tx: runs.now(tx, world.project, NOW))
    assert workers.work_once()
    assert workers.work_once()
    assert [chat for _, chat, _ in privately(database)] == [world.chats[1]] * 2


def test_the_owner_of_the_installation_and_of_the_project_get_figures_and_others_do_not(database, workers):
    world = begin(database, heads=4)
    run(database, lambda tx: people.make_owner(tx, world.people[0]))
    admin(database, world, 1, "Olga", role="owner")
    admin(database, world, 2, "Rita", role="reviewer")
    assert workers.work_once()
    assert [chat for _, chat, _ in privately(database)] == [world.chats[0], world.chats[1]]


def test_a_reviewer_reads_the_summary_in_their_own_language(database, workers):
    world = begin(database, replace(POSTED, review=Review()))
    admin(database, world, 1, "Rita", language="de", role="reviewer")

    def dispute(tx):
        tx.run(update(items).where(items.c.id == world.items[0]).values(state="done"))
        assert reviews.enqueue(tx, world.items[0], "disputed")

    run(database, dispute)
    assert workers.work_once()
    (summary, told) = [message for _, message in waiting(database) if message.kind == "summary" or message.buttons]
    assert "items done" in text_of(summary)
    assert "Einträgen fertig" in text_of(told)
    assert told.buttons[0][0].title == "👀 Einen Streitfall prüfen"


@pytest.mark.parametrize("ours", ["telegram", "slack", ""])
def test_an_admin_met_on_several_platforms_gets_one_message_where_this_process_speaks(database, files, ours):
    """And, where it speaks nothing, in the newest of their chats."""
    world = begin(database)
    admin(database, world, 1, "Ada")
    run(database, lambda tx: people.make_owner(tx, world.people[1]))
    slack = meet(database, world, 1, "slack")
    places = {"telegram": (world.account, world.chats[1]), "slack": slack, "": slack}
    workers = Workers(database, files, platforms={places[ours][0]: ours} if ours else {}, start=threads)
    assert workers.work_once()
    assert [(account, chat) for account, chat, _ in privately(database)] == [places[ours]]
    workers.close()


def test_figures_go_only_where_the_project_may_be_shown(database, workers):
    world = begin(database, replace(POSTED, chats=("telegram",)))
    admin(database, world, 1, "Ada")
    meet(database, world, 1, "slack")
    assert workers.work_once()
    assert [chat for _, chat, _ in privately(database)] == [world.chats[1]]


def test_an_admin_who_may_see_the_project_nowhere_is_told_nothing(database, workers):
    world = begin(database, replace(POSTED, chats=("browser",)))
    admin(database, world, 1, "Ada")
    assert workers.work_once()
    assert [message.kind for _, message in waiting(database)] == ["summary"]


def test_who_blocked_us_is_sent_no_figures(database, workers):
    world = begin(database)
    admin(database, world, 0, "Ada")
    admin(database, world, 1, "Bea")
    run(database, lambda tx: accounts.block(tx, world.chats[0]))
    assert workers.work_once()
    assert [chat for _, chat, _ in privately(database)] == [world.chats[1]]
