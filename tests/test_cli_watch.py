"""Paused people at the command line, and what a report says of people whose answers want a look."""

from sqlalchemy import select

from storage import notes, projects
from storage.database import opened, run
from storage.schema import people as people_table
from storage.schema import runs
from tests.test_cli import _somebody, labelbot, reviews  # noqa: F401 - fixtures


def test_who_is_paused_is_shown_so_and_let_go_on(reviews, tmp_path):  # noqa: F811
    who = _somebody(tmp_path)

    def pause(tx):
        person = tx.value(select(people_table.c.id).where(people_table.c.public == who))
        notes.pause(tx, projects.named(tx, "reviews").id, person, "fast")

    with opened(f"sqlite:///{tmp_path}/labelbot-data/labelbot.db") as database:
        run(database, pause)
    assert "(paused)" in reviews("people", "reviews").out
    assert "(paused)" not in reviews("people", "reviews", "--resume", who).out
    again = reviews("people", "reviews", "--resume", who)
    assert (again.code, "is not paused" in again.err) == (1, True)


def test_a_report_asks_for_a_look_and_tells_what_is_undecided(reviews, tmp_path):  # noqa: F811
    who = _somebody(tmp_path)
    url = f"sqlite:///{tmp_path}/labelbot-data/labelbot.db"

    def write(tx):
        person = tx.value(select(people_table.c.id).where(people_table.c.public == who))
        figures = {"right": 2, "all": 10, "low": 0.06, "high": 0.51, "usual": 0.9}
        notes.raised(tx, projects.named(tx, "reviews").id, person, "gold", figures)

    with opened(url) as database:
        run(database, write)
    told = f"Look at {who}: 2 of 10 gold answers are right (6 % to 51 %); the others together: 90 %."
    assert told in reviews("report", "reviews").out.splitlines()
    with opened(url) as database:
        assert "watch" in [row.kind for row in run(database, lambda tx: tx.all(select(runs)))]
