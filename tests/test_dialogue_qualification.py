"""The test before real items: explained gold first, then in, or an admin's decision."""

import pytest
from sqlalchemy import update

from bot.project import Qualification
from storage.database import run
from storage.schema import answers, audit, items, members, people
from tests.dialogue import Person, project


def with_test(talk, gold: int = 6, *, right: int = 2, count: int = 3, text: str = "", **rules):
    test = Qualification(count, right, text)
    dialogue = talk(project(qualification=test, overlap=9, **rules), items=3)
    rows = [
        {"data": {"text": f"Gold {number}"}, "state": "gold", "gold": {"label": "positive"}} for number in range(gold)
    ]
    dialogue.add_items("reviews", rows, "gold-")
    return dialogue


def answer(person: Person, *titles: str) -> None:
    for title in titles:
        assert "Gold" in person.item
        person.taps(title)


def member(dialogue, name: str):
    ids = {row.name: row.id for row in dialogue.rows(people)}
    return next(row for row in dialogue.rows(members) if row.person == ids[name])


def test_a_new_member_is_tested_told_and_let_in(talk):
    dialogue = with_test(talk)
    anna = dialogue.member("Anna")
    assert "there are 3 to practise on" in anna.screen
    answer(anna, "Positive")
    assert "✓ 😊 Positive – that is right.\nPractice: 1 of 3 done." in anna.sees
    answer(anna, "Negative")
    assert "You said 😠 Negative. Here 😊 Positive is right.\nPractice: 2 of 3 done." in anna.sees
    answer(anna, "Positive")
    assert "2 of 3 right: you are in" in anna.sees
    assert "Text 0" in anna.item
    assert member(dialogue, "Anna").qualified_at is not None
    assert [row.measure for row in dialogue.rows(answers)] == ["test"] * 3
    anna.taps("Negative")
    assert "right" not in anna.sees.partition("Text 1")[0].partition("\n\n")[0]
    assert "qualified" in [row.action for row in dialogue.rows(audit)]


def test_items_with_an_explanation_come_first_and_explain_right_answers_too(talk):
    dialogue = with_test(talk)
    explained = update(items).where(items.c.key == "gold-4").values(explanation="Praise.")
    run(dialogue.database, lambda tx: tx.run(explained))
    anna = dialogue.member("Anna")
    assert "Gold 4" in anna.item
    answer(anna, "Positive")
    assert "that is right. Praise." in anna.sees


def test_the_project_may_lead_into_it_in_its_own_words(talk):
    anna = with_test(talk, text="Three to warm up.").member("Anna")
    assert "Three to warm up." in anna.screen
    assert "practise" not in anna.screen


def test_answers_of_the_test_cannot_be_taken_back(talk):
    dialogue = with_test(talk)
    anna = dialogue.member("Anna")
    answer(anna, "Negative")
    anna.says("undo")
    assert "that answer stays" in anna.toast
    assert dialogue.labels() == ["negative"]


def test_who_skips_through_it_does_not_pass(talk):
    dialogue = with_test(talk)
    anna = dialogue.member("Anna")
    for _ in range(3):
        assert "Gold" in anna.item
        anna.taps("⏭")
        anna.taps("Not sure")
    assert "0 of 3 were right, and it takes 2" in anna.sees
    assert member(dialogue, "Anna").state == "failed"


def failed(dialogue, name: str = "Anna") -> Person:
    anna = dialogue.member(name)
    answer(anna, "Negative", "Positive", "Negative")
    return anna


def test_who_fails_is_told_so_kindly_and_gets_no_items(talk):
    dialogue = with_test(talk)
    anna = failed(dialogue)
    assert "1 of 3 were right, and it takes 2." in anna.screen
    assert "The test of “Review sentiment” is over for now." in anna.sees
    anna.says("label")
    assert "over for now" in anna.sees
    assert not anna.room.bubbles[-1].card
    assert member(dialogue, "Anna").qualified_at is None


def test_who_fails_where_nobody_leads_is_not_told_that_admins_know(talk):
    dialogue = with_test(talk)
    anna = failed(dialogue)
    assert "admins" not in anna.screen
    assert "Ask whoever invited you whether you may try again." in anna.sees
    dialogue.member("Boss", role="admin")
    anna.says("label")
    assert "The admins decide whether you may try again." in anna.sees
    assert "the admins know of it" in failed(dialogue, "Ben").screen


def test_an_admin_lets_them_try_again_with_other_items(talk):
    dialogue = with_test(talk)
    boss = dialogue.member("Boss", role="admin")
    anna = failed(dialogue)
    assert f"{anna.public} had 1 of 3 right in the test" in boss.sees
    boss.taps("Let them try again")
    assert f"{anna.public} may try again" in boss.sees
    assert "You may try the test of “Review sentiment” again" in anna.sees
    anna.taps("Review sentiment")
    seen = [row.item for row in dialogue.rows(answers)]
    answer(anna, "Positive", "Positive", "Positive")
    assert "3 of 3 right" in anna.sees
    assert len({row.item for row in dialogue.rows(answers)}) == len(seen) + 3
    assert [row.measure for row in dialogue.rows(answers)] == ["tried"] * 3 + ["test"] * 3


def test_an_admin_lets_them_in(talk):
    dialogue = with_test(talk)
    boss = dialogue.member("Boss", role="admin", language="de")
    anna = failed(dialogue)
    button, bubble = boss.button("Hereinlassen")
    boss.presses(button.data, bubble)
    boss.presses(button.data, bubble)
    assert boss.toast == "Das ist schon entschieden."
    assert "The admins have let you in" in anna.sees
    anna.taps("Review sentiment")
    assert "Text 0" in anna.item


def test_without_other_gold_there_is_no_other_try(talk):
    dialogue = with_test(talk, gold=4)
    boss = dialogue.member("Boss", role="admin")
    failed(dialogue)
    assert "too few other gold items" in boss.sees
    assert "Let them try again" not in boss.sees


def test_only_an_admin_decides(talk):
    dialogue = with_test(talk)
    boss = dialogue.member("Boss", role="admin")
    anna = failed(dialogue)
    button, _ = boss.button("Let them in")
    anna.presses(button.data)
    assert "admin" in anna.toast
    assert member(dialogue, "Anna").state == "failed"


def test_with_too_little_gold_nobody_is_locked_out(talk):
    dialogue = with_test(talk, gold=2)
    anna = dialogue.member("Anna")
    assert "Text 0" in anna.item
    assert "untested" in [row.action for row in dialogue.rows(audit)]


@pytest.mark.parametrize("role", ["reviewer", "admin"])
def test_who_reviews_is_not_tested(talk, role):
    assert "Text 0" in with_test(talk).member("Rita", role=role).item


def test_who_worked_there_before_is_not_tested(talk):
    dialogue = talk(project(overlap=9), items=3)
    anna = dialogue.member("Anna")
    anna.taps("Positive")
    dialogue.add_project(project(overlap=9, qualification=Qualification(1, 1)))
    dialogue.add_items("reviews", [{"data": {"text": "Gold"}, "state": "gold", "gold": {"label": "positive"}}], "g-")
    anna.taps("Positive")
    assert "Text 2" in anna.item


def test_gold_that_is_taken_away_leaves_no_answers_of_tests_among_the_data(talk):
    dialogue = with_test(talk)
    anna = dialogue.member("Anna")
    answer(anna, "Positive")
    rita = dialogue.member("Rita", role="reviewer")
    rita.says("item", "gold-0")
    rita.taps("No longer gold")
    assert dialogue.labels() == []
    gone = next(row for row in dialogue.rows(items) if row.key == "gold-0")
    assert (gone.state, gone.answers, gone.taken) == ("open", 0, 0)


def test_who_failed_and_was_paused_and_resumed_begins_the_test_anew(talk):
    dialogue = with_test(talk)
    anna = failed(dialogue)
    run(dialogue.database, lambda tx: tx.run(update(members).values(state="active")))
    anna.says("label")
    answer(anna, "Positive")
    assert "Practice: 1 of 3 done." in anna.sees
    assert [row.measure for row in dialogue.rows(answers)] == ["tried"] * 3 + ["test"]
