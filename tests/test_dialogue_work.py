"""`/work`: people see what they did, and only their own."""

from datetime import timedelta

from tests.dialogue import project


def test_a_person_is_told_their_own_work_of_today_and_of_the_week(talk):
    dialogue = talk(project(overlap=2), items=4)
    anna, ben = dialogue.member("Anna"), dialogue.member("Ben")
    dialogue.wait(minutes=2)
    anna.taps("Positive")
    dialogue.wait(days=1, hours=1)
    anna.says("label")
    dialogue.wait(minutes=8)
    anna.taps("Negative")
    anna.taps("↩")
    anna.says("skip", "unclear")
    ben.taps("Positive") if ben.cards else None
    anna.says("work")
    said = anna.sees
    assert "Your work in “Review sentiment”" in said
    assert "Today: 0 answered, 5 min active" in said
    assert "Last seven days: 1 answered, 7 min active" in said
    assert said.count("1 taken back · 1 skipped") == 2
    assert "Ben" not in said


def test_less_than_a_minute_is_not_none(talk):
    dialogue = talk(project(), items=2)
    anna, ben = dialogue.member("Anna"), dialogue.member("Ben", language="de")
    dialogue.wait(seconds=45)
    anna.taps("Positive")
    anna.says("work")
    assert "Today: 1 answered, under a minute active" in anna.sees
    ben.says("work")
    assert "Heute: 0 beantwortet, 0 min aktiv" in ben.sees
    ben.taps("Positive")
    ben.says("work")
    assert "Heute: 1 beantwortet, unter einer Minute aktiv" in ben.sees


def test_a_person_without_an_answer_is_told_so_and_one_without_a_project_too(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    anna.says("work")
    assert anna.sees.splitlines()[1] == "Today: 0 answered, 0 min active"
    olga = dialogue.person("Olga")
    olga.joins(dialogue.invite(None, "owner", uses=1))
    dialogue.clock.advance(timedelta(seconds=1))
    stranger = dialogue.person("Eve")
    stranger.says("work")
    assert "invite" in stranger.sees
