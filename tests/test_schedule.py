"""What a tick does, whatever one part of it meets."""

from collections import Counter

from sqlalchemy import update

from bot.project import Summary
from storage.database import run
from storage.schema import cards, items, runs
from tests.dialogue import Dialogue, project


def skip_all(dialogue: Dialogue, skips: int, but: int = 0) -> None:
    """As if so many people had passed on all items that nobody holds."""
    free = (items.c.taken == 0, items.c.id > but)
    run(dialogue.database, lambda tx: tx.run(update(items).where(*free).values(state="skipped", skips=skips)))


def states(dialogue: Dialogue) -> Counter[str]:
    return Counter(dialogue.states())


def test_all_that_others_skipped_comes_to_somebody_new_a_few_items_a_tick(talk):
    dialogue = talk(project(), items=600)
    dialogue.member("Anna")
    skip_all(dialogue, skips=1)
    dialogue.wait(seconds=2)
    assert states(dialogue) == {"open": 1, "skipped": 599}
    ben = dialogue.member("Ben")
    assert ben.item == "Text 1"
    for _ in range(2):
        assert states(dialogue)["skipped"] > 0
        dialogue.wait(seconds=2)
    assert states(dialogue) == {"open": 600}
    run(dialogue.database, lambda tx: tx.run(update(items).values(skips=0)))


def test_an_owner_who_begins_to_label_gets_what_all_others_skipped(talk):
    dialogue = talk(project(), items=3)
    boss = dialogue.person("Boss")
    boss.joins(dialogue.invite(None, "owner"))
    dialogue.add_items("reviews", [{"data": {"text": "More"}, "state": "skipped", "skips": 1}], prefix="skipped-")
    boss.says("label")
    dialogue.wait(seconds=2)
    assert states(dialogue) == {"open": 3, "skipped": 1}
    dialogue.member("Anna")
    dialogue.wait(seconds=2)
    assert states(dialogue) == {"open": 4}


def test_a_raised_limit_of_skips_brings_back_what_had_reached_it(talk):
    dialogue = talk(project(skip_limit=1), items=2)
    for name in ("Anna", "Ben"):
        dialogue.member(name)
    dialogue.add_items("reviews", [{"data": {"text": "More"}, "state": "skipped", "skips": 1}], prefix="skipped-")
    dialogue.wait(seconds=2)
    assert states(dialogue) == {"open": 2, "skipped": 1}
    dialogue.add_project(project(skip_limit=3))
    dialogue.wait(seconds=2)
    assert states(dialogue) == {"open": 3}


def test_a_project_that_nobody_can_read_keeps_no_other_from_its_summary_nor_leases_from_ending(talk, caplog):
    nowhere = Summary("telegram:-1", every="0 18 * * *", timezone="Mars/Phobos")
    here = Summary("telegram:-2", every="0 18 * * *")
    dialogue = talk(project(name="a", summary=nowhere), project(name="b", summary=here), items=1)
    dialogue.member("Anna", project="a")
    dialogue.wait(hours=1)
    assert [card.state for card in dialogue.rows(cards)] == ["expired"]
    assert [row.project for row in dialogue.rows(runs) if row.kind == "summary"] == [dialogue.ids["b"]]
    assert "ZoneInfoNotFoundError" in caplog.text
