"""Who was told that nothing is left is called back when something has come: once, and only where it is for them."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.chat import Tick
from bot.project import Adaptive
from bot.recalling import REST, WAITS, WAVE
from bot.spreading import spread
from storage import notes, projects
from storage.database import run
from storage.schema import items, people
from storage.schema_quality import idle
from tests.dialogue import project
from tests.reviewing import COLOUR, DISPUTED, say_all

CALL = "🔔 There is more to label in “Review sentiment”.\n[▶ Show me the next one]"
LATER = WAITS + timedelta(seconds=1)


def calls(person):
    """Those that stand in their chat: a tap puts the card in the place of one."""
    return [str(bubble) for bubble in person.room.bubbles if bubble.text.startswith("🔔")]


def passes(dialogue, time=LATER):
    dialogue.wait(seconds=time.total_seconds())


@pytest.fixture
def done(talk):
    """One item that both have answered, and both were told so."""
    dialogue = talk(project(overlap=2), items=1)
    anna, ben = (dialogue.member(name) for name in ("Anna", "Ben"))
    anna.taps("Positive")
    ben.taps("Positive")
    return dialogue, anna, ben


def test_all_are_called_when_new_items_are_collected_and_a_tap_brings_the_next_one(done):
    dialogue, anna, ben = done
    passes(dialogue)
    assert calls(anna) == []
    dialogue.add_items("reviews", [{"data": {"text": "News"}}], "more-")
    dialogue.handle(Tick())
    assert calls(anna) == calls(ben) == [CALL]
    anna.taps("Show me the next one")
    assert anna.item == "News"
    passes(dialogue, REST)
    assert [len(calls(anna)), len(calls(ben))] == [0, 1]


def test_in_german(talk):
    dialogue = talk(project(), items=0)
    anna = dialogue.member("Anna", language="de")
    dialogue.add_items("reviews", [{"data": {"text": "News"}}])
    passes(dialogue)
    assert calls(anna) == ["🔔 In „Review sentiment“ gibt es wieder etwas zu tun.\n[▶ Den nächsten zeigen]"]


def test_nobody_is_called_in_the_first_quarter_of_an_hour(done):
    dialogue, anna, _ = done
    dialogue.add_items("reviews", [{"data": {"text": "News"}}], "more-")
    passes(dialogue, WAITS - timedelta(seconds=1))
    assert calls(anna) == []
    passes(dialogue, timedelta(seconds=2))
    assert calls(anna) == [CALL]


def test_an_item_in_dispute_calls_one_who_has_not_answered_it(talk):
    dialogue = talk(project(overlap=2, adaptive=Adaptive(2, 4, 0.75)), items=1)
    anna, ben, cleo = (dialogue.member(name) for name in ("Anna", "Ben", "Cleo"))
    anna.taps("Positive")
    ben.taps("Negative")
    passes(dialogue)
    assert calls(anna) == calls(ben) == []
    assert calls(cleo) == [CALL]


def test_of_many_no_more_are_called_than_there_are_places_and_then_the_next(talk):
    dialogue = talk(project(), items=0)
    crew = [dialogue.member(name) for name in ("Anna", "Ben", "Cleo", "Dan")]
    dialogue.add_items("reviews", [{"data": {"text": str(number)}} for number in range(2)])
    passes(dialogue)
    assert [len(calls(one)) for one in crew] == [1, 1, 0, 0]
    crew[1].taps("Show me the next one")
    passes(dialogue, WAVE - timedelta(minutes=16))
    assert [len(calls(one)) for one in crew] == [1, 0, 0, 0]
    crew[1].says("label")
    passes(dialogue, timedelta(minutes=14))
    assert [len(calls(one)) for one in crew] == [1, 0, 0, 0]
    crew[1].says("label")
    passes(dialogue, timedelta(minutes=2))
    assert [len(calls(one)) for one in crew] == [1, 0, 1, 0]


def test_who_was_called_is_called_again_only_after_they_have_looked(done):
    dialogue, anna, ben = done
    ben.blocks()
    passes(dialogue)
    dialogue.add_items("reviews", [{"data": {"text": "News"}}], "more-")
    dialogue.handle(Tick())
    dialogue.add_items("reviews", [{"data": {"text": "More news"}}], "still-more-")
    passes(dialogue, 3 * REST)
    assert len(calls(anna)) == 1
    anna.taps("Show me the next one")
    for _ in range(2):
        anna.taps("Positive")
    assert "All done" in anna.sees
    dialogue.add_items("reviews", [{"data": {"text": "Newest"}}], "most-")
    passes(dialogue)
    assert len(calls(anna)) == 1


def test_not_twice_within_hours(done):
    dialogue, anna, _ = done
    passes(dialogue)
    dialogue.add_items("reviews", [{"data": {"text": "News"}}], "more-")
    dialogue.handle(Tick())
    anna.taps("Show me the next one")
    anna.taps("Positive")
    dialogue.add_items("reviews", [{"data": {"text": "Newest"}}], "most-")
    passes(dialogue, REST - timedelta(minutes=1))
    assert calls(anna) == []
    passes(dialogue, timedelta(minutes=2))
    assert len(calls(anna)) == 1


def test_a_lapsed_lease_calls_another_one(talk):
    dialogue = talk(project(), items=1)
    anna, ben = (dialogue.member(name) for name in ("Anna", "Ben"))
    assert "nothing to label" in ben.sees
    passes(dialogue, timedelta(minutes=16))
    assert calls(ben) == [CALL]
    assert calls(anna) == []


def test_what_a_reviewer_sends_back_calls_one_who_has_not_answered_it(talk):
    dialogue = talk(DISPUTED, items=1)
    anna, ben = say_all(dialogue, ["Red"], ["Blue"])
    cleo = dialogue.member("Cleo")
    rita = dialogue.member("Rita", role="reviewer")
    rita.says("review")
    rita.taps("One more answer")
    passes(dialogue)
    assert calls(anna) == calls(ben) == []
    assert [len(calls(cleo)), len(calls(rita))] == [1, 0]


def test_who_leads_is_called_only_where_they_label(talk):
    dialogue = talk(project(), items=1)
    ada, rita = dialogue.member("Ada", role="admin"), dialogue.member("Rita", role="reviewer")
    ada.taps("Positive")
    dialogue.add_items("reviews", [{"data": {"text": str(number)}} for number in range(9)], "more-")
    passes(dialogue)
    assert [len(calls(ada)), len(calls(rita))] == [1, 0]


def test_a_raised_overlap_calls_those_who_have_not_answered(talk):
    dialogue = talk(project(), items=1)
    anna, ben = (dialogue.member(name) for name in ("Anna", "Ben"))
    anna.taps("Positive")
    ben.says("label")
    dialogue.add_project(project(overlap=2))
    spread(dialogue.database, dialogue.ids["reviews"])
    passes(dialogue)
    assert calls(anna) == []
    assert calls(ben) == [CALL]


def test_asking_others_for_somebodys_items_calls_them(talk):
    dialogue = talk(project(), items=1)
    anna, ben = (dialogue.member(name) for name in ("Anna", "Ben"))
    anna.taps("Positive")
    who = numbers(dialogue)
    run(dialogue.database, lambda tx: notes.serve_again(tx, dialogue.ids["reviews"], who["Anna"], 9))
    passes(dialogue)
    assert calls(anna) == []
    assert calls(ben) == [CALL]


def numbers(dialogue):
    return {row.name: row.id for row in dialogue.rows(people)}


def test_those_who_may_not_or_want_not_are_not_called(talk):
    dialogue = talk(project(max_per_person=1), project(COLOUR, name="colours", title="Colours"), items=1)
    anna, ben, cleo, dan, eve = (dialogue.member(name) for name in ("Anna", "Ben", "Cleo", "Dan", "Eve"))
    anna.taps("Positive")
    assert "all we ask" in anna.sees
    key, who = dialogue.ids["reviews"], numbers(dialogue)
    run(dialogue.database, lambda tx: notes.pause(tx, key, who["Ben"], "fast"))
    cleo.blocks()
    dan.joins(dialogue.invite("colours"))
    assert dan.item == "Text 0"
    dialogue.add_items("reviews", [{"data": {"text": str(number)}} for number in range(9)], "more-")
    dialogue.clock.advance(timedelta(minutes=14))
    dan.says("label")
    passes(dialogue, timedelta(minutes=2))
    assert [len(calls(one)) for one in (anna, ben, cleo, dan, eve)] == [0, 0, 0, 0, 1]


def test_who_blocked_the_bot_meanwhile_is_not_called_again(done):
    dialogue, anna, _ = done
    passes(dialogue)
    dialogue.add_items("reviews", [{"data": {"text": "News"}}], "more-")
    with dialogue.hold() as held:
        dialogue.handle(Tick())
        dialogue.fail(next(one for one in held if one.chat == anna.user), blocked=True)
    dialogue.deliver()
    anna.room.refused = True
    passes(dialogue, 2 * REST)
    assert calls(anna) == []


def test_a_paused_project_calls_nobody_until_it_goes_on(done):
    dialogue, anna, _ = done
    run(dialogue.database, lambda tx: projects.set_state(tx, dialogue.ids["reviews"], "paused"))
    dialogue.add_items("reviews", [{"data": {"text": "News"}}], "more-")
    passes(dialogue)
    assert calls(anna) == []
    run(dialogue.database, lambda tx: projects.set_state(tx, dialogue.ids["reviews"], "open"))
    dialogue.handle(Tick())
    assert calls(anna) == [CALL]


def test_a_project_that_does_not_want_it_calls_nobody(talk):
    dialogue = talk(project(call_back=False), items=0)
    anna = dialogue.member("Anna")
    dialogue.add_items("reviews", [{"data": {"text": "News"}}])
    passes(dialogue)
    assert calls(anna) == []
    assert dialogue.rows(idle) == []


def test_only_where_the_project_may_be_shown(talk):
    dialogue = talk(project(), items=0)
    anna = dialogue.member("Anna")
    dialogue.add_project(project(chats=("slack",)))
    dialogue.add_items("reviews", [{"data": {"text": "News"}}])
    passes(dialogue)
    assert calls(anna) == []


def test_a_look_goes_past_what_somebody_has_answered_a_stretch_at_a_time(talk, monkeypatch):
    monkeypatch.setattr("storage.idle.WINDOW", 2)
    dialogue = talk(project(overlap=2), items=0)
    anna = dialogue.member("Anna")
    told = dialogue.rows(idle)
    dialogue.add_items("reviews", [{"data": {"text": str(number)}} for number in range(5)])
    anna.says("label")
    for _ in range(5):
        anna.taps("Positive")
    dialogue.add_items("reviews", [{"data": {"text": "News"}}], "more-")
    run(dialogue.database, lambda tx: tx.run(update(idle).values(seq=told[0].seq)))
    dialogue.clock.advance(LATER)
    ticks = 0
    while not calls(anna):
        dialogue.handle(Tick())
        ticks += 1
    news = dialogue.rows(items)[-1].serve_seq
    assert ticks == (news - told[0].seq) // 2 + 1 > 1


def test_a_look_that_finds_nothing_is_not_repeated(talk):
    """What was looked at for somebody is not looked at with each tick."""
    dialogue = talk(project(overlap=2, adaptive=Adaptive(2, 4, 0.75)), items=1)
    for name, label in (("Anna", "Positive"), ("Ben", "Negative")):
        dialogue.member(name).taps(label)
    before = [row.seq for row in dialogue.rows(idle)]
    passes(dialogue)
    key = dialogue.ids["reviews"]
    coming = run(dialogue.database, lambda tx: projects.next_seq(tx, key, 0))
    assert min(before) < coming
    assert [row.seq for row in dialogue.rows(idle)] == [coming, coming]
