"""Items that nobody is left for are told of: in the summary, the terminal, and where a project file is looked at."""

import pytest

from bot.cli.wanting import to_tell, too_few
from bot.project import Adaptive
from bot.quality import page, plain, telling
from bot.quality.report import summary
from bot.quality.words import Words
from storage import notes, people, projects
from storage.database import run
from storage.shortage import Shortage, shortage
from tests.dialogue import project


@pytest.fixture
def three(talk):
    """Three people, the most that ever answer an item four, and two items on which all three differ."""
    dialogue = talk(ASKED, items=2)
    crew = [dialogue.member(name) for name in ("Anna", "Ben", "Cleo")]
    for _ in range(2):
        for person, label in zip(crew, ("Positive", "Negative", "Positive"), strict=True):
            person.says("label")
            person.taps(label)
    return dialogue


ASKED = project(overlap=2, adaptive=Adaptive(2, 4, 0.99))


def found(dialogue, most=None):
    with dialogue.database.reading() as connection:
        return shortage(connection, dialogue.ids["reviews"], most)


def reported(dialogue):
    row = run(dialogue.database, lambda tx: projects.named(tx, "reviews"))
    with dialogue.database.reading() as connection:
        return summary(connection, row, ASKED, dialogue.clock())


def test_items_that_all_have_answered_wait_for_somebody_new(three):
    assert found(three) == Shortage(3, 2)
    report = reported(three)
    said = "Waiting for somebody new: 2 items. All who label here (3) have answered them or may answer no more."
    assert said in "".join(part.text for part in telling.text(report, "en"))
    assert "Auf jemand Neues warten 2 Einträge." in "".join(part.text for part in telling.text(report, "de"))
    assert said in page.body(report, "en")
    assert plain.as_json(report)["short"] == {"people": 3, "items": 2}


def test_one_who_comes_ends_it(three):
    dan = three.member("Dan")
    assert found(three) == Shortage(4, 0)
    assert "Waiting for" not in "".join(part.text for part in telling.text(reported(three), "en"))
    dan.taps("Negative")
    assert found(three) == Shortage(4, 0)


def test_an_admin_counts_who_labels_and_not_one_who_only_leads(three):
    ada = three.member("Ada", role="admin")
    ada.says("stop")
    assert found(three) == Shortage(3, 2)
    ada.says("label")
    ada.taps("Negative")
    assert found(three) == Shortage(4, 0)


def test_who_is_paused_or_has_had_enough_does_not_count_as_left(talk):
    dialogue = talk(project(overlap=2, max_per_person=9), items=2)
    anna, ben = dialogue.member("Anna"), dialogue.member("Ben")
    anna.taps("Positive")
    assert found(dialogue) == Shortage(2, 0)
    key, who = dialogue.ids["reviews"], {row.name: row.id for row in run(dialogue.database, roster(dialogue))}
    run(dialogue.database, lambda tx: notes.pause(tx, key, who["Ben"], "fast"))
    assert found(dialogue) == Shortage(2, 1)
    assert found(dialogue, 1) == Shortage(2, 2)
    run(dialogue.database, lambda tx: notes.resume(tx, key, who["Ben"]))
    ben.says("label")
    assert found(dialogue) == Shortage(2, 0)


def roster(dialogue):
    return lambda tx: people.roster(tx, dialogue.ids["reviews"])


def test_whose_answers_were_set_aside_is_not_asked_again(three):
    key, who = three.ids["reviews"], {row.name: row.id for row in run(three.database, roster(three))}
    run(three.database, lambda tx: notes.raised(tx, key, who["Cleo"], "spammer", {"score": 0.1}))
    run(three.database, lambda tx: notes.serve_again(tx, key, who["Cleo"], 9))
    assert found(three) == Shortage(3, 2)


def test_without_people_nothing_waits_for_somebody_else(talk):
    assert found(talk(project(), items=2)) == Shortage(0, 0)


def told(dialogue, asked, tell=too_few):
    row = run(dialogue.database, lambda tx: projects.named(tx, "reviews"))
    return run(dialogue.database, lambda tx: tell(tx, row, asked))


def test_a_file_that_asks_for_more_people_than_there_are_is_told_of(three):
    assert str(told(three, ASKED)) == (
        "2 items wait for somebody new: 3 people label in reviews, and nobody of them may still answer them. "
        "Invite more (labelbot invite reviews), or ask for fewer answers (overlap)"
    )
    three.member("Dan").taps("Positive")
    assert told(three, ASKED) is None
    more = project(overlap=2, adaptive=Adaptive(2, 10, 0.99))
    said = "4 people label in reviews, and an item may take 10. Those that need more stay open."
    assert str(told(three, more)).startswith(said)
    assert [str(one).startswith(said) for one in told(three, more, to_tell)] == [True]
    assert "each item takes 5" in str(told(three, project(overlap=5)))


def test_the_number_of_people_is_written_as_in_each_language():
    found = Shortage(1200, 1)
    assert "(1.200)" in Words("de").short(found)
    assert "one item" in Words("en").short(found)
