"""The buttons under an admin's private summary: who may press them, and what comes of it."""

import pytest

from bot import managing, stored
from bot.buttons import Pressed, pack
from bot.spreading import spread
from bot.workers import Workers
from storage import projects
from storage.database import run
from storage.schema import items, runs
from tests.dialogue import project
from tests.reviewing import DISPUTED, choices, say_all, waiting


def data(dialogue, argument):
    return pack(Pressed("", dialogue.ids["reviews"], managing.ACTION, argument))


def last(person):
    return person.room.bubbles[-1].text


def state(dialogue):
    return run(dialogue.database, lambda tx: projects.named(tx, "reviews").state)


def test_an_admin_holds_the_project_and_lets_it_go_on(talk):
    dialogue = talk(project())
    ada = dialogue.member("Ada", role="admin")
    ada.presses(data(dialogue, "pause"))
    assert state(dialogue) == "paused"
    assert "is paused" in last(ada)
    ada.taps("Go on", on=ada.room.bubbles[-1])
    assert state(dialogue) == "open"
    assert "goes on" in last(ada)


@pytest.mark.parametrize("argument", ["pause", "go", "more1", "export"])
@pytest.mark.parametrize("role", ["annotator", "reviewer"])
def test_nobody_else_may_press_them(talk, role, argument):
    dialogue = talk(project())
    anna = dialogue.member("Anna", role=role)
    before = dialogue.everything()
    anna.presses(data(dialogue, argument))
    assert "admin" in anna.toast.lower()
    assert state(dialogue) == "open"
    assert dialogue.rows(runs) == []
    assert len(dialogue.everything()) == len(before)


def test_an_admin_of_another_project_may_not_press_them(talk):
    dialogue = talk(project(), project(name="other", title="Other"))
    bea = dialogue.member("Bea", project="other", role="admin")
    bea.presses(data(dialogue, "pause"))
    assert state(dialogue) == "open"


def test_one_more_answer_an_item_reaches_the_items_beside_the_chats(talk, tmp_path):
    from concurrent.futures import ThreadPoolExecutor

    from storage.files import Files

    dialogue = talk(project(overlap=1))
    ada = dialogue.member("Ada", role="admin")
    ada.presses(data(dialogue, "more1"))
    assert "now wants 2 answers an item instead of 1" in last(ada)
    assert {row.overlap for row in dialogue.rows(items)} == {1}
    workers = Workers(dialogue.database, Files(tmp_path), start=lambda: ThreadPoolExecutor(1))
    assert workers.work_once()
    assert {row.overlap for row in dialogue.rows(items)} == {2}
    assert run(dialogue.database, lambda tx: stored.named(tx, "reviews")[1].overlap) == 2
    assert [row.state for row in dialogue.rows(runs)] == ["done"]
    assert not workers.work_once()


def test_one_more_answer_tells_which_disputes_wait_for_it_and_they_come_back(talk):
    dialogue = talk(DISPUTED, items=3)
    say_all(dialogue, ("Red", "Green", "Red"), ("Blue", "Green", "Green"))
    ada = dialogue.member("Ada", role="admin")
    ada.presses(data(dialogue, "more2"))
    assert "2 disputes leave the review for now" in last(ada)
    spread(dialogue.database, dialogue.ids["reviews"])
    ada.says("review")
    assert "Nothing is waiting for review" in ada.sees
    cleo = dialogue.member("Cleo")
    for label in ("Green", "Green", "Red"):
        cleo.taps(label)
    ada.says("review")
    assert "reviews-0" in ada.sees
    assert "1 waiting" in ada.sees


def test_a_dispute_with_answers_enough_stays_in_review(talk):
    dialogue = talk(DISPUTED, items=1)
    say_all(dialogue, ("Red",), ("Blue",))
    ada = dialogue.member("Ada", role="admin")
    ada.says("review")
    ada.taps("One more answer")
    dialogue.member("Cleo").taps("Green")
    assert waiting(dialogue) == ["disputed"]
    ada.presses(data(dialogue, "more2"))
    assert "leaves the review" not in last(ada)


def test_a_stale_panel_tells_what_holds_and_other_admins_hear_of_a_change(talk):
    dialogue = talk(project(overlap=1, names=True))
    ada, bert = dialogue.member("Ada", role="admin"), dialogue.member("Bert", role="admin", language="de")
    anna, before = dialogue.member("Anna"), data(dialogue, "more1")
    seen = anna.screen
    ada.presses(data(dialogue, "pause"))
    assert last(bert) == "⏸ Ada hat „Review sentiment“ angehalten: Niemand bekommt neue Einträge."
    bert.presses(data(dialogue, "pause"))
    assert last(bert) == "⏸ „Review sentiment“ ist schon angehalten."
    assert choices(bert) == ["▶ Weiter", "➕ Eine Antwort mehr", "⬇ Export"]
    assert "Bert" not in ada.screen
    bert.taps("Weiter")
    assert last(ada) == "▶ Bert lets “Review sentiment” go on."
    ada.presses(before)
    assert last(bert) == "➕ Ada will in „Review sentiment“ 2 Antworten pro Eintrag statt 1."
    bert.presses(before)
    assert "will inzwischen 2 Antworten" in last(bert)
    bert.taps("Eine Antwort mehr", on=bert.room.bubbles[-1])
    assert run(dialogue.database, lambda tx: stored.named(tx, "reviews")[1].overlap) == 3
    assert "asks for 3 answers an item" in last(ada)
    assert anna.screen == seen


def test_no_admin_hears_of_it_where_the_project_may_not_be_shown(talk):
    dialogue = talk(project(chats=("telegram",)))
    ada = dialogue.member("Ada", role="admin")
    elsewhere = dialogue.member("Olga", role="owner", platform="slack")
    before = elsewhere.screen
    ada.presses(data(dialogue, "pause"))
    assert elsewhere.screen == before


def test_more_answers_than_a_project_can_want_are_refused(talk):
    dialogue = talk(project(overlap=100))
    ada = dialogue.member("Ada", role="admin")
    ada.presses(data(dialogue, "more100"))
    assert "which is the most" in last(ada)
    assert dialogue.rows(runs) == []


def test_export_tells_the_command(talk):
    dialogue = talk(project())
    ada = dialogue.member("Ada", role="admin")
    ada.presses(data(dialogue, "export"))
    assert "labelbot export reviews" in last(ada)


def test_a_button_of_a_project_that_is_gone_says_so(talk):
    dialogue = talk(project())
    owner = dialogue.member("Olga", role="owner")
    owner.presses(pack(Pressed("", 99, managing.ACTION, "pause")))
    assert owner.toast


def test_the_page_is_linked_where_others_reach_it(talk):
    dialogue = talk(project())
    row = run(dialogue.database, lambda tx: projects.named(tx, "reviews"))
    titles = [button.title for line in managing.rows(row, 1, "en", "https://bot.example/report/x") for button in line]
    assert titles == ["⏸ Pause", "➕ One more answer an item", "⬇ Export", "📊 Web page"]
    assert len(managing.rows(row, 1, "en")) == 2
