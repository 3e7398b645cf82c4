"""What an export of items says: what the crowd's answers come to, people weighed as the project file asks for it."""

import random
from dataclasses import replace

from tests.crew import CRAFTS, CREW
from tests.dialogue import project

KIND = CRAFTS["choice"]
ITEMS = 120
COLOURS = replace(project(KIND.question), name="colours", overlap=4)


def right(rows):
    return sum(row["label"] == KIND.truth(int(row["item"][1:])) for row in rows)


def test_people_are_weighed_by_the_answers_of_all_unless_the_project_wants_a_plain_vote(desk):
    """Four people an item, of whom two are careless."""
    desk = desk.have(COLOURS)
    desk.bring(desk.file("c.csv", "id,text\n" + "".join(f"i{number},Item {number}\n" for number in range(ITEMS))))
    rng = random.Random(5)
    for skill in (CREW[9], CREW[8], CREW[16], CREW[17]):
        given = ({"label": KIND.answer(skill, number, rng)} for number in range(ITEMS))
        desk.answer(desk.person(skill.name), *given)
    weighed = desk.exported(level="items")
    vote = desk.have(replace(COLOURS, consensus="majority")).exported(level="items")
    assert right(weighed) > right(vote)
    assert all(row["label"] is not None for row in weighed)
    assert any(row["label"] is None for row in vote)
    assert all(0 < row["confidence"] <= 1 for row in weighed)
