"""People are weighed as their answers arrive, with a fixed overlap too: `/item`, review and exports say the same."""

from collections import Counter

from sqlalchemy import delete, update

from bot import settling, stored, weighing
from bot.lookingback import LookingBack
from bot.project import LabelDef, Review
from bot.spreading import SPREAD, spread
from storage import skills
from storage.database import run
from storage.schema import items, runs
from storage.schema import projects as project_table
from storage.schema_quality import pooled
from storage.schema_quality import skills as skill_table
from tests.dialogue import project, question
from tests.reviewing import choices, exported, reviewer
from tests.test_lookingback import look, queue

COLOURS = [LabelDef(name.lower(), name) for name in ("Red", "Green", "Blue")]
ASKED = question("choice", *COLOURS, title="Which colour?")
KNOWN = 11
"""Items on which Anna and Ben say what is right, and Cleo and Dan two other things."""


def known(talk, *then, **rules):
    """`then` is what the four say of the items that follow."""
    dialogue = talk(project(ASKED, overlap=4, **rules), items=KNOWN + len(then))
    names = [label.title for label in COLOURS]
    right = [names[number % 3] for number in range(KNOWN)]
    wrong = [[names[(number + by) % 3] for number in range(KNOWN)] for by in (1, 2)]
    for place, (name, before) in enumerate(zip(("Anna", "Ben", "Cleo", "Dan"), (right, right, *wrong), strict=True)):
        person = dialogue.member(name)
        for label in before + [said[place] for said in then]:
            person.taps(label)
    return dialogue


TIE = ("Red", "Red", "Green", "Green")


def test_the_skilled_count_more_in_a_tie_and_the_export_says_the_same(talk, tmp_path):
    dialogue = known(talk, TIE, review=Review())
    rita = reviewer(dialogue)
    assert "Consensus (2 of 4, 98 % sure): Red" in rita.sees
    assert choices(rita)[0] == "✓ Red × 2"
    rita.says("item", "reviews-11")
    assert "Consensus (2 of 4, 98 % sure): Red" in rita.sees
    row = exported(dialogue, tmp_path)["reviews-11"]
    assert row["label"] == "red"
    assert row["confidence"] > 0.9


def test_by_the_plain_vote_it_is_a_tie(talk):
    dialogue = known(talk, TIE, consensus="majority")
    rita = dialogue.member("Rita", role="reviewer", language="de")
    rita.says("item", "reviews-11")
    assert "Kein Konsens: unentschieden" in rita.sees


def test_strangers_are_not_weighed(talk):
    dialogue = talk(project(ASKED, overlap=2), items=1)
    for name in ("Anna", "Ben"):
        dialogue.member(name).taps("Red")
    rita = dialogue.member("Rita", role="reviewer")
    rita.says("item", "reviews-0")
    assert "Consensus (1.00): Red" in rita.sees


def test_of_what_people_differ_on_a_reviewer_gets_what_is_not_sure_and_ties(talk):
    agreed, sure = ("Red",) * 4, [("Red", "Red", "Red", "Green"), ("Red", "Red", "Blue", "Green")]
    dialogue = known(talk, agreed, *sure, ("Red", "Green", "Red", "Green"), TIE, review=Review(confidence=0.9))
    ties = {("reviews-14", "disputed"), ("reviews-15", "disputed")}
    assert set(queue(dialogue)) == ties
    dialogue.add_project(project(ASKED, overlap=4, review=Review(confidence=0.9)))
    assert look(dialogue, LookingBack()) == 0
    dialogue.add_project(project(ASKED, overlap=4, review=Review(confidence=1.0)))
    assert look(dialogue, LookingBack()) == KNOWN + len(sure)
    assert "reviews-11" not in dict(queue(dialogue))


def kept(dialogue):
    """The counts, which equal a recount."""
    row, asked = run(dialogue.database, lambda tx: stored.by_id(tx, dialogue.ids["reviews"]))
    some = [item.id for item in dialogue.rows(items)]
    anew = run(dialogue.database, lambda tx: settling.recount(tx, asked, row.version, some))
    total = Counter()
    for standing, _ in anew.values():
        total.update(weighing.contributed(standing))
    assert run(dialogue.database, lambda tx: skills.every(tx, row.id)) == total
    return total


def test_what_was_never_counted_is_counted_within_a_day_and_renamed_labels_anew(talk):
    dialogue = known(talk, TIE)
    before = kept(dialogue)
    assert before.total() == 4 * KNOWN + 4

    def forget(tx):
        tx.run(delete(skill_table))
        tx.run(delete(pooled))
        tx.run(update(items).values(standing=None))
        tx.run(update(project_table).values(spread=4))

    run(dialogue.database, forget)
    rita = dialogue.member("Rita", role="reviewer")
    rita.says("item", "reviews-11")
    assert "No consensus: a tie" in rita.sees
    dialogue.wait(seconds=2)
    assert SPREAD in {row.kind for row in dialogue.rows(runs) if row.state == "due"}
    spread(dialogue.database, dialogue.ids["reviews"])
    assert kept(dialogue) == before
    rita.says("item", "reviews-11")
    assert "2 of 4, 98 % sure" in rita.sees
    scarlet = question("choice", LabelDef("scarlet", "Scarlet", was=("red",)), *COLOURS[1:], title="Which colour?")
    dialogue.add_project(project(scarlet, overlap=4))
    spread(dialogue.database, dialogue.ids["reviews"])
    assert {cell[2] for cell in kept(dialogue)} == {"scarlet", "green", "blue", weighing.APART}
    rita.says("item", "reviews-11")
    assert "Consensus (2 of 4, 98 % sure): Scarlet" in rita.sees
