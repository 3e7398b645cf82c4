"""Items that nobody is left for: all who label in their project have answered them."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, exists, func, select, text

from storage.schema import answers, items, members

LABELLERS: Final = "members.project = :p AND (members.role = 'annotator' OR members.answered > 0)"
"""Who was invited to label, and of those who lead or review who does it."""
ABLE: Final = f"{LABELLERS} AND members.state = 'active' AND members.answered < :most"
COUNTED: Final = text(
    f"SELECT (SELECT count(*) FROM members WHERE {LABELLERS}) AS people, "
    f"(SELECT count(*) FROM members WHERE {ABLE}) AS able, "
    "(SELECT count(DISTINCT person) FROM notes WHERE project = :p) AS set_aside"
)
ANSWERED: Final = exists(
    select(answers.c.id)
    .where(answers.c.item == items.c.id, answers.c.person == members.c.person, answers.c.live)
    .correlate(items, members)
)
LEFT: Final = (
    select(func.count())
    .select_from(items)
    .where(
        items.c.project == bindparam("p"),
        text("items.state = 'open' AND items.taken < items.overlap AND items.serve_seq IS NOT NULL"),
        items.c.answers + items.c.skips + items.c.flags >= bindparam("least"),
        ~exists(select(members.c.person).where(text(ABLE), ~ANSWERED).correlate(items)),
    )
)
NO_LIMIT: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Shortage:
    """`people` label in a project, whether or not they may go on; `items` wait for somebody else."""

    people: int = 0
    items: int = 0


def shortage(connection: Connection, project: int, most: int | None = None) -> Shortage:
    """`most` is how many items one person may answer. Where nobody labels yet no item waits for somebody else."""
    params = {"p": project, "most": NO_LIMIT if most is None else most}
    found = connection.execute(COUNTED, params).one()
    if not found.people:
        return Shortage()
    # An item that few have met is not looked at further. Whose answers were set aside has one there that no count has.
    least = max(found.able - found.set_aside, 0)
    return Shortage(found.people, int(connection.execute(LEFT, params | {"least": least}).scalar_one()))
