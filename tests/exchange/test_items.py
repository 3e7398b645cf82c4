"""What an import does to the items that are there: on both engines."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.exchange.imports import import_source, undo_import
from bot.exchange.problems import BadImport
from storage import cards, projects, queue
from storage.database import run
from storage.overlap import set_overlap
from tests.exchange.desk import REVIEWS

CSV = "id,text\na,Fine\nb,Broken\nc,So so\n"
GOOD, BAD = {"label": "positive"}, {"label": "negative"}


def test_items_come_in_the_order_of_the_file_and_count(each_desk):
    done = each_desk.bring(each_desk.file("r.csv", CSV))
    items = each_desk.items()
    assert (done.number, done.new, done.known, done.changed, done.rejected) == (1, 3, 0, 0, 0)
    assert [(row.key, row.data, row.overlap, row.state) for row in items.values()] == [
        ("a", {"text": "Fine"}, 2, "open"),
        ("b", {"text": "Broken"}, 2, "open"),
        ("c", {"text": "So so"}, 2, "open"),
    ]
    assert [row.serve_seq for row in items.values()] == [1, 2, 3]
    assert run(each_desk.database, lambda tx: projects.named(tx, "reviews").total) == 3


def test_an_overlap_of_its_own_outlives_a_change_of_the_projects_and_is_exported(each_desk):
    each_desk.bring(each_desk.file("r.csv", "id,text,overlap\na,Fine,3\nb,Broken,\nc,So so,2\n"))
    project = run(each_desk.database, lambda tx: projects.named(tx, "reviews").id)
    run(each_desk.database, lambda tx: set_overlap(tx, project, 1))
    assert [row.overlap for row in each_desk.items().values()] == [3, 1, 2]
    out = each_desk.exported(level="items", only=("all",))
    assert {row["item"]: row.get("overlap") for row in out} == {"a": 3, "b": None, "c": 2}


def test_an_overlap_given_later_is_the_items_own(each_desk):
    each_desk.bring(each_desk.file("r.csv", CSV))
    done = each_desk.bring(each_desk.file("more.csv", "id,text,overlap\na,Fine,2\nb,Broken,5\nc,So so,\n"))
    assert (done.changed, done.known) == (2, 1)
    assert [(row.overlap, row.own_overlap) for row in each_desk.items().values()] == [(2, 2), (5, 5), (2, None)]


def test_gold_comes_with_its_explanation_and_takes_a_better_one(each_desk):
    first = "id,text,gold,explanation\na,Fine,positive,Praise.\nb,Broken,,\n"
    each_desk.bring(each_desk.file("r.csv", first))
    assert [(row.state, row.explanation) for row in each_desk.items().values()] == [("gold", "Praise."), ("open", None)]
    assert "explanation" not in each_desk.items()["a"].data
    assert each_desk.bring(each_desk.file("again.csv", first)).known == 2
    done = each_desk.bring(each_desk.file("more.csv", first.replace("Praise.", "“Fine” is praise.")))
    assert (done.changed, each_desk.items()["a"].explanation) == (1, "“Fine” is praise.")


def test_a_column_of_that_name_without_gold_is_data(each_desk):
    each_desk.bring(each_desk.file("r.csv", "id,text,explanation\na,Fine,Why not\n"))
    assert each_desk.items()["a"].data == {"text": "Fine", "explanation": "Why not"}


def test_the_same_file_again_adds_nothing(each_desk):
    path = each_desk.file("r.csv", CSV)
    each_desk.bring(path)
    done = each_desk.bring(path)
    assert (done.number, done.new, done.known, done.changed) == (2, 0, 3, 0)


def test_other_data_under_a_known_id_is_written_only_where_nobody_has_answered_or_holds_it(each_desk):
    each_desk.bring(each_desk.file("r.csv", CSV))
    person = each_desk.person("ann")
    assert each_desk.answer(person, GOOD) == ["a"]
    assert each_desk.claim(person).key == "b"
    done = each_desk.bring(each_desk.file("r.csv", "id,text\na,Fine!\nb,Broken!\nc,So so!\n"))
    texts = {key: row.data["text"] for key, row in each_desk.items().items()}
    assert (done.changed, done.left, done.new) == (3, 2, 0)
    assert texts == {"a": "Fine", "b": "Broken", "c": "So so!"}


def test_a_gold_column_added_later_makes_gold_of_what_is_unanswered(each_desk):
    each_desk.bring(each_desk.file("r.csv", CSV))
    done = each_desk.bring(each_desk.file("g.csv", "id,text,gold\na,Fine,Good\nb,Broken,\nc,So so,\n"))
    items = each_desk.items()
    assert (done.changed, done.known) == (1, 2)
    assert (items["a"].state, items["a"].gold) == ("gold", GOOD)
    assert items["b"].state == "open"


def test_progress_is_shown_against_items_that_are_not_gold(each_desk):
    def total():
        return run(each_desk.database, lambda tx: projects.named(tx, "reviews").total)

    each_desk.bring(each_desk.file("g.csv", "id,text,gold\na,Fine,Good\nb,Broken,\nc,So so,\n"))
    assert total() == 2
    each_desk.bring(each_desk.file("h.csv", "id,text,gold\nb,Broken,Bad\n"))
    assert total() == 1
    undo_import(each_desk.database, "reviews", 1)
    assert total() == 0


def test_an_id_that_stands_twice_with_other_data_is_rejected_the_second_time(each_desk):
    rows = "".join(f"k{number},text {number}\n" for number in range(1500))
    done = each_desk.bring(each_desk.file("r.csv", f"id,text\n{rows}k3,something else\nk4,text 4\n"))
    assert (done.new, done.known, done.rejected) == (1500, 1, 1)
    assert each_desk.rejects()[0]["line"] == 1502
    assert "'k3' stands twice" in each_desk.rejects()[0]["reason"]
    assert each_desk.items()["k3"].data == {"text": "text 3"}


def test_a_killed_import_goes_on_under_its_number_and_counts_as_one(each_desk):
    path = each_desk.file("r.csv", "id,text\n" + "".join(f"k{n},text {n}\n" for n in range(700)))
    plan = each_desk.plan(path)

    def killed(progress):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_source(
            each_desk.database, each_desk.files, plan,
            preparer=each_desk.preparer, rejects=each_desk.folder / "r", progress=killed,
        )  # fmt: skip
    before = len(each_desk.items())
    done = each_desk.bring(path)
    assert 0 < before < 700
    assert (done.resumed, done.number, done.new, done.known, done.rejected) == (True, 1, 700, 0, 0)
    assert each_desk.bring(path).number == 2


def test_random_order_serves_everything_in_an_order_of_its_own(each_desk):
    desk = each_desk.have(replace(REVIEWS, name="mixed", order="random"))
    desk.bring(desk.file("r.csv", "id,text\n" + "".join(f"k{n},text {n}\n" for n in range(60))))
    seqs = [row.serve_seq for row in desk.items().values()]
    assert sorted(seqs) == list(range(1, 61))
    assert seqs != sorted(seqs)


def test_undo_withdraws_what_nobody_answered_and_ends_the_cards_in_hand(each_desk):
    path = each_desk.file("r.csv", CSV)
    each_desk.bring(path)
    person = each_desk.person("ann")
    each_desk.answer(person, GOOD)
    card = each_desk.claim(person)
    done = undo_import(each_desk.database, "reviews", 1)
    assert (done.withdrawn, done.stayed) == (2, 1)
    assert {key: row.state for key, row in each_desk.items().items()} == {
        "a": "open", "b": "withdrawn", "c": "withdrawn",
    }  # fmt: skip
    assert run(each_desk.database, lambda tx: cards.held(tx, card.nonce)).state == "void"
    assert each_desk.claim(each_desk.person("bob")).key == "a"
    assert run(each_desk.database, lambda tx: projects.named(tx, "reviews").total) == 1


def test_what_was_undone_may_come_again_with_other_data(each_desk):
    each_desk.bring(each_desk.file("r.csv", CSV))
    undo_import(each_desk.database, "reviews", 1)
    done = each_desk.bring(each_desk.file("again.csv", CSV.replace("Fine", "Finer")))
    items = each_desk.items()
    assert (done.number, done.new, done.changed) == (2, 3, 0)
    assert (items["a"].data["text"], items["a"].state, items["a"].taken) == ("Finer", "open", 0)
    assert each_desk.claim(each_desk.person("ann")).key == "a"


def test_what_an_admin_withdrew_stays_withdrawn(each_desk):
    path = each_desk.file("r.csv", CSV)
    each_desk.bring(path)
    item = each_desk.items()["a"]
    run(each_desk.database, lambda tx: queue.set_item_state(tx, item.id, item.project, "withdrawn"))
    assert each_desk.bring(path).known == 3
    assert each_desk.items()["a"].state == "withdrawn"


def test_what_somebody_still_holds_does_not_come_again_until_they_let_go(each_desk, clock):
    path = each_desk.file("r.csv", CSV)
    each_desk.bring(path)
    card = each_desk.claim(each_desk.person("ann"))
    run(each_desk.database, lambda tx: queue.set_item_state(tx, card.item, card.project, "withdrawn"))
    undo_import(each_desk.database, "reviews", 1)
    done = each_desk.bring(path)
    assert (done.new, done.left, each_desk.items()["a"].state) == (2, 1, "withdrawn")
    clock.advance(timedelta(hours=1))
    assert run(each_desk.database, queue.expire) == 1
    assert each_desk.bring(path).new == 1
    assert (each_desk.items()["a"].state, each_desk.items()["a"].taken) == ("open", 0)


def test_undo_of_an_import_that_never_was_names_those_there_are(each_desk):
    with pytest.raises(BadImport, match="there is none yet"):
        undo_import(each_desk.database, "reviews", 1)
    each_desk.bring(each_desk.file("r.csv", CSV))
    with pytest.raises(BadImport, match="numbered 1 to 1"):
        undo_import(each_desk.database, "reviews", 7)


def test_more_imported_answers_than_wanted_are_all_kept_and_the_item_is_done(each_desk, clock):
    given = [
        {"item": "a", "data": {"text": "Fine"}, "label": "positive", "person": f"p{n}", "status": "live",
         "seconds": 2.5, "answered_at": "2026-01-01T00:00:00Z", "schema_version": 1} for n in range(3)
    ]  # fmt: skip
    path = each_desk.jsonl("answers.jsonl", *given)
    done = each_desk.bring(path)
    item = each_desk.items()["a"]
    assert (done.new, done.answers) == (1, 3)
    assert (item.answers, item.taken, item.overlap, item.state) == (3, 3, 3, "done")
    clock.advance(timedelta(hours=1))
    assert each_desk.bring(path).answers == 0
    assert each_desk.items()["a"].answers == 3


TWINS = "id,text\na,first\nb,same\n" + "".join(f"k{n},text {n}\n" for n in range(1200)) + "a,second\nb,same\na,third\n"


def texts(desk):
    return {key: row.data["text"] for key, row in desk.items().items() if key in "ab"}


def test_the_first_row_of_an_id_wins_in_every_run(each_desk, clock):
    path = each_desk.file("r.csv", TWINS)
    for number in range(3):
        clock.advance(timedelta(hours=1))
        done = each_desk.bring(path)
        assert (done.new, done.changed, done.rejected) == (0 if number else 1202, 0, 2)
        assert texts(each_desk) == {"a": "first", "b": "same"}
        assert [row["line"] for row in each_desk.rejects()] == [1204, 1206]


def test_the_first_row_of_an_id_wins_over_what_was_there(each_desk, clock):
    each_desk.bring(each_desk.file("old.csv", "id,text\na,old\nb,old\n"))
    clock.advance(timedelta(hours=1))
    done = each_desk.bring(each_desk.file("r.csv", TWINS))
    assert (done.new, done.changed, done.known, done.rejected) == (1200, 2, 1, 2)
    assert texts(each_desk) == {"a": "first", "b": "same"}


@pytest.mark.parametrize("when", [1, 2])
def test_a_kill_changes_nothing_of_which_row_wins(each_desk, clock, when):
    each_desk.bring(each_desk.file("old.csv", "id,text\na,old\n"))
    clock.advance(timedelta(hours=1))
    path = each_desk.file("r.csv", TWINS)
    left = [when]

    def killed(progress):
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_source(
            each_desk.database, each_desk.files, each_desk.plan(path),
            preparer=each_desk.preparer, rejects=each_desk.folder / "r", progress=killed,
        )  # fmt: skip
    clock.advance(timedelta(hours=1))
    done = each_desk.bring(path)
    assert (done.resumed, done.new, done.changed, done.rejected) == (True, 1201, 1, 2)
    assert texts(each_desk) == {"a": "first", "b": "same"}


def test_a_second_row_that_says_another_priority_is_a_twin_too(each_desk, clock):
    rows = [{"id": "a", "text": "x", "priority": 5}, *({"id": f"k{n}", "text": "x"} for n in range(1200))]
    near = each_desk.jsonl("near.jsonl", rows[0], {**rows[0], "priority": 7})
    far = each_desk.jsonl("far.jsonl", *rows, {**rows[0], "priority": 7})
    for path in (near, far, near, far):
        clock.advance(timedelta(hours=1))
        assert each_desk.bring(path).rejected == 1
        assert each_desk.items()["a"].priority == 5


def test_answers_of_an_item_that_changes_come_with_it(each_desk):
    each_desk.bring(each_desk.file("r.csv", "id,text\na,old\n"))
    row = {"item": "a", "data": {"text": "new"}, "label": "positive", "person": "p", "status": "live", "seconds": 1,
           "answered_at": "2026-01-01T00:00:00Z", "schema_version": 1}  # fmt: skip
    done = each_desk.bring(each_desk.jsonl("o.jsonl", row))
    assert (done.changed, done.answers, each_desk.items()["a"].answers) == (1, 1, 1)
