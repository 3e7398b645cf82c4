"""Reviewers are called when items have waited for them a while, not at every item; the summary's button begins too."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from bot import payload
from bot.chat import Outgoing
from bot.project import Summary
from bot.reviewcall import AGAIN, CALL, REST, WAITED
from bot.workers import NOW, Workers
from storage import outbox, runs
from storage.database import run
from storage.files import Files
from tests.dialogue import project
from tests.reviewing import COLOUR, DISPUTED, report, say_all


@pytest.fixture
def scene(talk):
    """Two people have differed on one item; Ada leads the project, Rita reviews it, and nothing has been said yet."""
    dialogue = talk(DISPUTED, items=4)
    ada, rita = dialogue.member("Ada", role="admin"), dialogue.member("Rita", role="reviewer")
    anna, ben = say_all(dialogue, ["Red"], ["Blue"])
    return dialogue, ada, rita, anna, ben


@pytest.fixture
def passes(tmp_path):
    """Time passes, a tick comes, and a worker does what is due: what it posts is delivered."""
    made = []

    def passed(dialogue, time):
        if not made:
            made.append(Workers(dialogue.database, Files(tmp_path), start=lambda: ThreadPoolExecutor(1)))
        dialogue.wait(seconds=time.total_seconds())
        work(dialogue, made[0])

    yield passed
    for one in made:
        one.close()


def work(dialogue, workers):
    while workers.work_once():
        pass
    for row in run(dialogue.database, lambda tx: outbox.take_over(tx, dialogue.account("telegram"), everything=True)):
        message = payload.unpack(row.payload)
        dialogue._deliver(Outgoing(id=row.id, account=dialogue.account("telegram"), chat=row.chat, message=message))


def calls(person):
    return [str(bubble) for bubble in person.room.bubbles if "for a reviewer" in bubble.text]


def test_a_reviewer_is_called_once_when_items_have_waited_and_begins_with_a_tap(scene, passes):
    dialogue, ada, rita, anna, ben = scene
    passes(dialogue, WAITED - timedelta(minutes=1))
    assert calls(rita) == []
    anna.taps("Red")
    ben.taps("Green")
    passes(dialogue, timedelta(minutes=2))
    assert calls(rita) == ["👀 2 items of “Review sentiment” wait for a reviewer.\n[👀 Review 2 disputes]"]
    anna.taps("Red")
    ben.taps("Green")
    passes(dialogue, REST)
    assert len(calls(rita)) == 1
    assert calls(ada) == calls(anna) == []
    rita.taps("Review 2 disputes")
    assert "people differ" in rita.sees


def test_a_queue_that_stands_is_told_of_again_a_day_later(scene, passes):
    dialogue, _, rita, *_ = scene
    passes(dialogue, WAITED)
    assert calls(rita) == ["👀 An item of “Review sentiment” waits for a reviewer.\n[👀 Review a dispute]"]
    passes(dialogue, AGAIN - timedelta(minutes=2))
    assert len(calls(rita)) == 1
    passes(dialogue, timedelta(minutes=3))
    assert len(calls(rita)) == 2


def test_a_queue_that_was_empty_in_between_is_told_of_after_a_rest(scene, passes):
    dialogue, _, rita, anna, ben = scene
    passes(dialogue, WAITED)
    rita.says("review")
    rita.taps("Red")
    dialogue.wait(seconds=5)
    anna.taps("Red")
    ben.taps("Green")
    passes(dialogue, WAITED)
    assert len(calls(rita)) == 1
    passes(dialogue, REST)
    assert len(calls(rita)) == 2


def test_nobody_is_called_while_a_reviewer_is_at_it_nor_without_items(scene, passes):
    dialogue, _, rita, *_ = scene
    dialogue.wait(minutes=14)
    rita.says("review")
    passes(dialogue, timedelta(minutes=2))
    assert calls(rita) == []
    rita.taps("Red")
    passes(dialogue, timedelta(days=3))
    assert calls(rita) == []


def test_where_there_is_no_reviewer_the_admins_are_called(talk, passes):
    dialogue = talk(DISPUTED, items=4)
    say_all(dialogue, ["Red"], ["Blue"])
    ada = dialogue.member("Ada", role="admin")
    passes(dialogue, WAITED)
    assert len(calls(ada)) == 1


def test_what_was_decided_before_the_worker_came_is_told_to_nobody(scene, passes):
    dialogue, _, rita, *_ = scene
    dialogue.wait(seconds=WAITED.total_seconds())
    assert [row for row in runs_of(dialogue) if row.state == "due"]
    rita.says("review")
    rita.taps("Red")
    passes(dialogue, timedelta(seconds=2))
    assert calls(rita) == []


def runs_of(dialogue):
    from storage.schema import runs as table

    return [row for row in dialogue.rows(table) if row.kind == CALL]


def test_the_same_minute_asks_for_one_call_however_many_look(scene):
    dialogue, *_ = scene
    key, slot = dialogue.ids["reviews"], dialogue.clock()
    for _ in range(2):
        run(dialogue.database, lambda tx: runs.at(tx, key, CALL, slot))
    assert len(runs_of(dialogue)) == 1
    assert run(dialogue.database, lambda tx: runs.latest(tx, key, CALL)) == slot


def test_a_posted_summary_has_the_way_to_the_queue_for_admins_and_reviewers(talk, passes):
    dialogue = talk(replace(DISPUTED, summary=Summary("telegram:-1001")), items=4)
    ada, rita = dialogue.member("Ada", role="admin"), dialogue.member("Rita", role="reviewer")
    anna, _ = say_all(dialogue, ["Red"], ["Blue"])
    run(dialogue.database, lambda tx: runs.now(tx, dialogue.ids["reviews"], NOW))
    passes(dialogue, timedelta(seconds=2))
    assert "[👀 Review a dispute]\n[⏸ Pause] [➕ One more answer an item]" in ada.sees
    assert "1 of 4 items done" in rita.sees
    assert rita.sees.endswith("[👀 Review a dispute]")
    assert "1 of 4 items done" not in anna.sees
    rita.taps("Review a dispute")
    rita.taps("Red")
    run(dialogue.database, lambda tx: runs.now(tx, dialogue.ids["reviews"], NOW))
    before = len(rita.room.bubbles)
    passes(dialogue, timedelta(seconds=2))
    assert "Review" not in ada.sees.splitlines()[-3]
    assert len(rita.room.bubbles) == before


def test_what_was_decided_is_among_the_most_ambiguous_no_more(scene):
    dialogue, _, rita, *_ = scene
    assert [one.item for one in report(dialogue).ambiguity.items] == ["reviews-1"]
    rita.says("review")
    rita.taps("Red")
    assert report(dialogue).ambiguity.items == ()


def test_without_review_nobody_is_called(talk, passes):
    dialogue = talk(project(COLOUR, overlap=2), items=4)
    say_all(dialogue, ["Red"], ["Blue"])
    ada = dialogue.member("Ada", role="admin")
    passes(dialogue, AGAIN)
    assert calls(ada) == []
    assert runs_of(dialogue) == []


def test_a_reviewer_who_has_nothing_to_label_is_shown_what_waits_for_review(talk):
    """Nobody else is; the button begins at once."""
    dialogue = talk(DISPUTED, items=1)
    anna, _ = say_all(dialogue, ["Red"], ["Blue"])
    assert "Review a dispute" not in anna.screen
    rita = dialogue.member("Rita", role="reviewer")
    assert "nothing to label" in rita.sees
    rita.taps("Review a dispute")
    rita.taps("Red")
    rita.says("label")
    assert "Review a dispute" not in rita.sees
