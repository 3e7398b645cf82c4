"""Adaptive overlap in the chat: easy items close at two, disputed ones get more people, an undo opens them again."""

from collections import Counter

from sqlalchemy import select

from bot import settling, stored, weighing
from bot.buttons import Pressed, pack
from bot.project import Adaptive, LabelDef, Question, Review
from bot.spreading import spread
from storage import notes, reviews, skills
from storage.database import run
from storage.schema import items, people
from storage.schema_quality import decisions
from tests.dialogue import project, question
from tests.reviewing import reviewer

ADAPTIVE = Adaptive(2, 4, 0.75)


def adaptive(talk, count: int = 1, **rules):
    return talk(project(overlap=2, adaptive=ADAPTIVE, gold_share=0.0, **rules), items=count)


def rows(dialogue):
    return run(dialogue.database, lambda tx: tx.all(select(items).order_by(items.c.id)))


def test_two_who_agree_are_enough(talk):
    dialogue = adaptive(talk)
    for name in ("Anna", "Ben"):
        dialogue.member(name, "reviews").taps("Positive")
    (item,) = rows(dialogue)
    assert (item.state, item.overlap, item.answers) == ("done", 2, 2)
    assert item.confidence >= 0.75


def test_a_disputed_item_gets_more_people_and_never_more_than_the_most(talk):
    dialogue = adaptive(talk)
    for name, label in zip(("Anna", "Ben", "Cleo", "Dan"), ("Positive", "Negative") * 2, strict=True):
        assert rows(dialogue)[0].state == "open"
        dialogue.member(name, "reviews").taps(label)
    (item,) = rows(dialogue)
    assert (item.state, item.overlap, item.answers, item.taken) == ("done", 4, 4, 4)
    assert item.confidence < 0.75


def test_who_was_told_that_nothing_is_left_can_look_again(talk):
    dialogue = adaptive(talk)
    anna, ben, cleo = (dialogue.member(name, "reviews") for name in ("Anna", "Ben", "Cleo"))
    assert "nothing to label" in cleo.sees
    anna.taps("Positive")
    assert "All done in “Review sentiment” for now" in anna.sees
    ben.taps("Negative")
    assert anna.ack is None
    anna.taps("Look again")
    assert "for now" in anna.sees
    assert anna.toast == "Nothing new yet."
    cleo.taps("Look again")
    assert cleo.item == "Text 0"
    assert cleo.ack is None


def test_of_very_many_labels_a_disputed_item_comes_to_a_reviewer(talk):
    labels = [LabelDef(f"l{number}", f"Label {number}") for number in range(weighing.MANY + 6)]
    rules = {"overlap": 2, "adaptive": Adaptive(2, 2, 0.75), "review": Review(), "gold_share": 0.0}
    dialogue = talk(project(question("choice", *labels), **rules), items=2)
    for name, said in (("Anna", ("l3", "l5")), ("Ben", ("l3", "l69"))):
        person = dialogue.member(name)
        for label in said:
            person.types(label)
    rita = reviewer(dialogue)
    assert "Text 1" in rita.sees
    rita.taps("Label 69")
    assert [one.label["label"] for one in dialogue.rows(decisions)] == ["l69"]


def test_an_undo_opens_it_again_and_takes_its_counts_back(talk):
    dialogue = adaptive(talk)
    anna, ben = (dialogue.member(name, "reviews") for name in ("Anna", "Ben"))
    anna.taps("Positive")
    ben.taps("Positive")
    assert rows(dialogue)[0].standing
    ben.taps("↩")
    (item,) = rows(dialogue)
    assert (item.state, item.answers, item.standing) == ("open", 1, [])
    ben.taps("Negative")
    assert rows(dialogue)[0].overlap == 3


def kept(dialogue):
    """What adaptive overlap keeps equals a recount."""
    row, asked = run(dialogue.database, lambda tx: stored.by_id(tx, dialogue.ids["reviews"]))
    some = [item.id for item in rows(dialogue)]
    anew = run(dialogue.database, lambda tx: settling.recount(tx, asked, row.version, some))
    total = Counter()
    for standing, _ in anew.values():
        total.update(weighing.contributed(standing))
    assert run(dialogue.database, lambda tx: skills.every(tx, row.id)) == total
    return Counter({cell: times for cell, times in total.items() if cell[1] == "label"})


def two_differ(dialogue):
    for name, label in (("Anna", "Positive"), ("Ben", "Negative")):
        dialogue.member(name, "reviews").taps(label)


def test_a_decision_closes_an_item_tells_who_was_right_and_is_taken_back(talk):
    dialogue = talk(project(overlap=2, adaptive=Adaptive(2, 2, 0.75), review=Review()), items=1)
    two_differ(dialogue)
    assert not kept(dialogue)
    rita = reviewer(dialogue)
    rita.taps("Positive")
    assert (rows(dialogue)[0].state, rows(dialogue)[0].confidence) == ("done", 1.0)
    assert sorted(kept(dialogue)) == [(1, "label", "positive", "positive"), (2, "label", "positive", "negative")]
    rita.taps("Undo")
    assert rows(dialogue)[0].confidence < 0.75
    assert not kept(dialogue)


def test_an_item_that_a_reviewer_sends_back_wants_one_more_though_it_was_sure(talk):
    dialogue = talk(project(overlap=2, adaptive=Adaptive(2, 4, 0.6), review=Review()), items=1)
    for name in ("Anna", "Ben"):
        dialogue.member(name, "reviews").taps("Positive")
    dora = dialogue.member("Dora", "reviews")
    assert rows(dialogue)[0].state == "done"
    (item,) = rows(dialogue)
    run(dialogue.database, lambda tx: reviews.enqueue(tx, item.id, "disputed"))
    reviewer(dialogue).taps("One more answer")
    (item,) = rows(dialogue)
    assert (item.state, item.overlap, item.confidence >= 0.6) == ("open", 3, True)
    dora.says("label")
    dora.taps("Positive")
    assert rows(dialogue)[0].state == "done"


def test_gold_made_and_unmade_counts_at_once(talk):
    dialogue = adaptive(talk)
    dialogue.member("Anna").taps("Positive")
    rita = dialogue.member("Rita", role="reviewer")
    rita.says("item", "reviews-0")
    rita.taps("Make gold")
    assert kept(dialogue) == {(1, "label", "positive", "positive"): 1}
    rita.says("item", "reviews-0")
    rita.taps("No longer gold")
    (item,) = rows(dialogue)
    assert not kept(dialogue)
    assert (item.state, item.overlap) == ("open", 2)


def test_asking_others_leaves_what_is_sure_without_that_person_closed(talk):
    dialogue = talk(project(overlap=1, adaptive=Adaptive(1, 3, 0.6), gold_share=0.0), items=1)
    anna = dialogue.member("Anna")
    anna.taps("Positive")
    assert rows(dialogue)[0].state == "done"
    person = run(dialogue.database, lambda tx: tx.value(select(people.c.id).where(people.c.name == "Anna")))
    run(dialogue.database, lambda tx: notes.raised(tx, dialogue.ids["reviews"], person, "spammer", {"score": 0.1}))
    ada = dialogue.member("Ada", role="admin")
    ada.presses(pack(Pressed("", 1, "v", "serve")))
    (item,) = rows(dialogue)
    assert (item.state, item.answers, item.overlap, item.confidence) == ("open", 0, 1, 0.0)


def test_a_renamed_label_counts_under_its_new_name(talk):
    dialogue = adaptive(talk, 2)
    for name in ("Anna", "Ben"):
        dialogue.member(name).taps("Positive")
    assert set(kept(dialogue)) == {(who, "label", "positive", "positive") for who in (1, 2)}
    renamed = Question(
        "label", "How?", "choice", (LabelDef("good", "Good", was=("positive",)), LabelDef("negative", "Bad"))
    )
    dialogue.add_project(project(renamed, overlap=2, adaptive=ADAPTIVE, gold_share=0.0))
    spread(dialogue.database, dialogue.ids["reviews"])
    assert set(kept(dialogue)) == {(who, "label", "good", "good") for who in (1, 2)}


def test_a_card_that_was_dealt_before_the_renaming_counts_under_the_new_name(talk):
    dialogue = adaptive(talk)
    anna, ben = (dialogue.member(name) for name in ("Anna", "Ben"))
    renamed = Question(
        "label", "How?", "choice", (LabelDef("good", "Good", was=("positive",)), LabelDef("negative", "Bad"))
    )
    dialogue.add_project(project(renamed, overlap=2, adaptive=ADAPTIVE, gold_share=0.0))
    anna.taps("Positive")
    ben.taps("Positive")
    assert set(kept(dialogue)) == {(who, "label", "good", "good") for who in (1, 2)}


def test_a_lapsed_lease_leaves_no_item_that_wants_one_more_than_it_needs(talk):
    dialogue = talk(project(overlap=3, adaptive=Adaptive(3, 5, 0.9), gold_share=0.0), items=1)
    anna, ben, cleo = (dialogue.member(name) for name in ("Anna", "Ben", "Cleo"))
    anna.taps("Positive")
    ben.taps("Positive")
    row = run(dialogue.database, lambda tx: stored.by_id(tx, dialogue.ids["reviews"]))[0]
    easier = project(overlap=1, adaptive=Adaptive(1, 5, 0.6), gold_share=0.0)
    dialogue.add_project(easier)
    spread(dialogue.database, row.id)
    (item,) = rows(dialogue)
    assert (item.state, item.overlap, item.taken) == ("open", 3, 3)
    assert cleo.item
    dialogue.wait(minutes=16)
    (item,) = rows(dialogue)
    assert (item.state, item.overlap, item.taken, item.answers) == ("done", 2, 2, 2)
    assert item.done_at is not None


def test_a_stricter_confidence_opens_what_is_in_dispute_and_a_milder_one_closes_what_is_sure(talk):
    dialogue = adaptive(talk)
    for name in ("Anna", "Ben"):
        dialogue.member(name).taps("Positive")
    where = dialogue.ids["reviews"]

    def apply(rules):
        dialogue.add_project(project(overlap=rules.min, adaptive=rules, gold_share=0.0))
        spread(dialogue.database, where)
        (item,) = rows(dialogue)
        return item.state, item.overlap

    assert apply(Adaptive(2, 4, 0.75)) == ("done", 2)
    assert apply(Adaptive(2, 4, 0.99)) == ("open", 3)
    assert apply(Adaptive(2, 4, 0.7)) == ("done", 2)
    assert apply(Adaptive(3, 4, 0.7)) == ("open", 3)
    assert apply(Adaptive(1, 2, 0.99)) == ("done", 2)
