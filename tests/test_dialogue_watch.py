"""Notes on people: admins look, ask others, pause, dismiss; who is paused is told why and can answer."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import insert, select

from bot.buttons import Pressed, pack
from bot.lookout import looked, told
from bot.schedule import WATCH
from bot.workers import Workers
from storage import notes, people, runs
from storage.database import run
from storage.files import Files
from storage.schema import audit, cards, items
from storage.schema import people as people_table
from storage.schema import runs as run_table
from storage.schema_quality import decisions
from tests.dialogue import project, question
from tests.quality.test_watch import crew

FIGURES = {"run": 25, "seconds": 0.4, "usual": 4.0}


@pytest.fixture
def scene(talk):
    """A project, its admin Ada, an annotator Bo, and a note on Bo in Ada's chat."""
    dialogue = talk(project(overlap=2), items=6)
    ada, bo = dialogue.member("Ada", role="admin"), dialogue.member("Bo")
    return dialogue, ada, bo


def note(dialogue, ada, bo, kind="fast", figures=FIGURES):
    """As the daily look would raise it; what is pressed on it comes through the chat."""
    from bot.watching import message

    who = person(dialogue, bo)
    made = run(dialogue.database, lambda tx: notes.raised(tx, dialogue.ids["reviews"], who.id, kind, figures))
    ada.room.show(message("en", made, "Review sentiment"))
    return made


def person(dialogue, one):
    return next(row for row in dialogue.rows(people_table) if row.name == one.name)


def test_a_note_says_what_was_seen_and_by_pseudonym_of_whom(scene):
    dialogue, ada, bo = scene
    note(dialogue, ada, bo)
    assert ada.sees == (
        f"👁 Please look at the answers of {person(dialogue, bo).public} in “Review sentiment”\n"
        "25 answers in a row took 0.40 s each; usual here: 4.00 s.\n"
        "[Their last answers]\n[Ask others for their items]\n[Pause them]\n[All is well]"
    )
    assert "Bo" not in ada.sees


def test_an_admin_looks_at_the_last_answers(scene):
    dialogue, ada, bo = scene
    bo.taps("Positive")
    bo.taps("Negative")
    note(dialogue, ada, bo)
    ada.taps("Their last answers")
    public = person(dialogue, bo).public
    keys = [key for who, key, _ in dialogue.answers() if who == "Bo"]
    assert ada.sees == f"The last answers of {public}\n{keys[1]}: 😠 Negative\n{keys[0]}: 😊 Positive"


def test_their_items_are_asked_of_others_and_never_of_them_again(scene):
    dialogue, ada, bo = scene
    for _ in range(3):
        bo.taps("Positive")
    seen = {key for who, key, _ in dialogue.answers() if who == "Bo"}
    note(dialogue, ada, bo)
    ada.taps("Ask others")
    assert "✓ 3 answers" in ada.sees
    dialogue.recount()
    bo.says("work")
    assert "Today: 0 answered, 0 min active · 3 taken back\n" in bo.sees
    assert [row for row in dialogue.answers() if row[0] == "Bo" and isinstance(row[2], dict)] == []
    assert len([row for row in dialogue.answers() if row[0] == "Bo" and row[2][0] == "late"]) == 3
    for _ in range(3):
        bo.taps("Positive")
    again = {key for who, key, label in dialogue.answers() if who == "Bo" and isinstance(label, dict)}
    assert not seen & again
    cleo = dialogue.member("Cleo")
    for _ in range(6):
        cleo.taps("Negative")
    assert seen <= {key for who, key, _ in dialogue.answers() if who == "Cleo"}


def test_who_is_paused_is_told_why_holds_nothing_and_what_they_type_reaches_the_admins(scene):
    dialogue, ada, bo = scene
    card = bo.card
    note(dialogue, ada, bo)
    ada.taps("Pause them")
    public = person(dialogue, bo).public
    assert f"⏸ {public} is paused" in ada.sees
    assert bo.sees == (
        "⏸ An admin has paused you in “Review sentiment”: many answers came very fast. "
        "Write here to ask or to explain; the admins read it."
    )
    bo.taps("Positive", on=card)
    assert bo.toast == bo.sees
    assert dialogue.answers() == []
    bo.says("label")
    assert "has paused you" in bo.sees
    bo.types("My little brother had the phone")
    assert bo.sees == "✓ I have passed that on to the admins."
    assert ada.sees.startswith(f"💬 {public}, paused in “Review sentiment”, says: My little brother had the phone")
    ada.taps("Let them go on")
    assert "You can go on" in bo.sees
    bo.says("label")
    bo.taps("Positive")
    assert dialogue.labels() == ["positive"]


def test_admins_are_told_how_to_let_somebody_go_on_who_was_paused_at_the_terminal(scene):
    dialogue, ada, bo = scene
    who = person(dialogue, bo)
    run(dialogue.database, lambda tx: notes.pause(tx, dialogue.ids["reviews"], who.id, "Let us talk."))
    bo.types("What about?")
    assert f"labelbot people reviews --resume {who.public}" in ada.sees
    bo.says("label")
    assert "“Let us talk.”" in bo.sees


def test_a_paused_person_does_not_fill_the_admins_chats(scene):
    dialogue, ada, bo = scene
    note(dialogue, ada, bo)
    ada.taps("Pause them")
    for number in range(15):
        bo.types(f"Why {number}?")
    assert bo.sees == "I have passed on enough for now. The admins will answer you."
    assert sum("says: Why" in bubble.text for bubble in ada.room.bubbles) == 10
    dialogue.wait(hours=1, minutes=1)
    bo.types("Why still?")
    assert "says: Why still?" in ada.sees


def test_a_paused_person_takes_nothing_back_and_no_old_card_up(scene):
    dialogue, ada, bo = scene
    bo.taps("Positive")
    old, _ = bo.button("Positive")
    dialogue.wait(hours=1)
    note(dialogue, ada, bo)
    ada.taps("Pause them")
    bo.says("undo")
    assert "has paused you" in bo.sees
    bo.presses(old.data)
    bo.opens()
    assert dialogue.labels() == ["positive"]
    assert [row.state for row in dialogue.rows(cards)] == ["expired", "done", "expired"]


def test_a_paused_person_mends_no_answer_by_editing_it(talk):
    dialogue = talk(project(question("transcript", title="What does it say?"), overlap=2), items=3)
    ada, bo = dialogue.member("Ada", role="admin"), dialogue.member("Bo")
    bo.types("one")
    note(dialogue, ada, bo)
    ada.taps("Pause them")
    bo.edits("one", "two")
    assert "has paused you" in bo.sees
    assert dialogue.labels() == ["one"]
    ada.taps("Let them go on", on=ada.room.bubbles[-1])
    bo.edits("two", "three")
    assert dialogue.labels() == ["three"]


def test_a_dismissed_note_is_decided_and_a_second_admin_is_told_so(scene):
    dialogue, ada, bo = scene
    eve = dialogue.member("Eve", role="admin")
    made = note(dialogue, ada, bo)
    ada.taps("All is well")
    assert "✓ Noted" in ada.sees
    eve.presses(pack(Pressed("", made.id, "v", "pause")))
    assert eve.toast == "Somebody has decided that already."
    assert bo.item


@pytest.mark.parametrize("action", ["look", "serve", "pause", "dismiss", "resume", "nonsense"])
def test_only_an_admin_may_press_a_note(scene, action):
    dialogue, ada, bo = scene
    bo.taps("Positive")
    made = note(dialogue, ada, bo)
    rita = dialogue.member("Rita", role="reviewer")
    before = dialogue.everything()
    rita.presses(pack(Pressed("", made.id, "v", action)))
    bo.presses(pack(Pressed("", made.id, "v", action)))
    ada.presses(pack(Pressed("", made.id + 99, "v", action)))
    assert dialogue.everything() == before
    assert run(dialogue.database, lambda tx: notes.by_id(tx, made.id)).state == "open"


def test_who_is_not_paused_types_as_ever(scene):
    dialogue, _, bo = scene
    bo.says("stop")
    bo.types("Hello?")
    assert "no open card" in bo.sees
    assert "paused person says" not in {row.action for row in dialogue.rows(audit)}


def test_the_daily_look_tells_each_admin_once(database, clock, tmp_path):
    world = crew(database, 8)

    def lead(tx):
        people.set_role(tx, world.project, world.people[0], "admin")
        runs.now(tx, world.project, WATCH)

    run(database, lead)
    found = looked(database.url, world.project, clock())
    assert {world.people.index(who) for who, _ in found} == {6, 7}
    workers = Workers(database, Files(tmp_path), start=lambda: ThreadPoolExecutor(1))
    assert workers.work_once()
    assert [row.state for row in run(database, lambda tx: tx.all(select(run_table)))] == ["done"]
    raised = run(database, lambda tx: notes.still_open(tx.connection, world.project))
    assert len(raised) == len(found) == len(workers._posted)
    assert {out.chat for out in workers._posted} == {world.users[0]}
    again = run(database, lambda tx: told(tx, world.project, "Reviews", found, ()))
    assert again == []
    workers.close()


def test_an_item_that_a_reviewer_has_decided_is_asked_of_nobody_again(scene):
    dialogue, ada, bo = scene
    bo.taps("Positive")
    bo.taps("Positive")
    (decided, other) = [key for who, key, _ in dialogue.answers() if who == "Bo"]
    item = next(row for row in dialogue.rows(items) if row.key == decided)
    row = {"project": item.project, "item": item.id, "person": person(dialogue, ada).id, "version": 1, "live": True}
    row |= {"label": {"label": "positive"}}
    run(dialogue.database, lambda tx: tx.insert(insert(decisions), row | {"decided_at": tx.now}))
    note(dialogue, ada, bo)
    ada.taps("Ask others")
    assert "✓ 1 answers" in ada.sees
    assert [key for who, key, label in dialogue.answers() if who == "Bo" and isinstance(label, dict)] == [decided]
    assert other != decided
