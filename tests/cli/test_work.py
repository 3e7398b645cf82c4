"""`labelbot work` as an owner meets it: CSV, names only when asked for, and periods that stay closed."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from storage import projects
from storage.database import opened, run
from storage.schema import answers, items
from storage.schema import people as people_table
from storage.work import close
from tests.cli.commands import somebody

MARCH = ("--from", "2026-03-01", "--to", "2026-03-31")


@pytest.fixture
def worked(reviews, tmp_path):
    """Bo answered two items in March: their public id, and a way to run statements."""
    who = somebody(tmp_path)
    url = f"sqlite:///{tmp_path}/labelbot-data/labelbot.db"

    def write(tx):
        person = tx.value(select(people_table.c.id).where(people_table.c.public == who))
        for number, item in enumerate(tx.all(select(items).order_by(items.c.id).limit(2))):
            at = datetime(2026, 3, 31, 23, 50, tzinfo=UTC) + timedelta(minutes=number)
            row = {"project": item.project, "item": item.id, "person": person, "kind": "label", "version": 1}
            tx.insert(
                insert(answers),
                row | {"label": {"label": "A"}, "live": True, "milliseconds": 30_000} | {"answered_at": at},
            )

    def do(work):
        with opened(url) as database:
            return run(database, work)

    do(write)
    return who, do


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_the_csv_has_pseudonyms_and_names_only_when_asked_for(reviews, worked, tmp_path):
    who, _ = worked
    (row,) = rows(reviews("work", "reviews", *MARCH).out)
    assert (row["person"], row["row"], row["answers"], row["active_minutes"]) == (who, "counted", "2", "1.0")
    assert "name" not in row
    assert reviews("work", "reviews", *MARCH, "--names", "-o", "out/march.csv").out == ""
    (named,) = rows((tmp_path / "out/march.csv").read_text())
    assert named["name"] == "Bo"


def test_a_name_is_no_formula_in_a_spreadsheet(reviews, worked):
    who, do = worked
    do(lambda tx: tx.run(update(people_table).where(people_table.c.public == who).values(name="=HYPERLINK(1)")))
    (named,) = rows(reviews("work", "reviews", *MARCH, "--names").out)
    assert named["name"] == "'=HYPERLINK(1)"


def test_a_day_without_work_is_a_header(reviews, worked):
    said = reviews("work", "reviews", "--from", "2026-04-01", "--to", "2026-04-01")
    assert (said.code, len(said.out.splitlines()), rows(said.out)) == (0, 1, [])


def test_a_closed_period_is_printed_as_it_was_and_what_changed_is_said(reviews, worked):
    who, do = worked
    closed = reviews("work", "reviews", *MARCH, "--close")
    assert rows(closed.out)[0]["row"] == "closed"
    assert reviews("work", "reviews", *MARCH).out == closed.out
    first = select(answers.c.id).order_by(answers.c.id).limit(1).scalar_subquery()
    do(lambda tx: tx.run(update(answers).where(answers.c.id == first).values(live=False, superseded_at=tx.now)))
    later = reviews("work", "reviews", *MARCH)
    assert later.err == f"changed since closing: {who} answers -1, superseded +1\n"
    frozen, adjustment = rows(later.out)
    assert [frozen] == rows(closed.out)
    assert (adjustment["row"], adjustment["answers"], adjustment["superseded"]) == ("adjustment", "-1", "1")
    people = reviews("work", "reviews", *MARCH, "--json").json["people"]
    assert [one["row"] for one in people] == ["closed", "adjustment"]


def test_a_longer_time_keeps_the_closed_days_in_it_as_they_were(reviews, worked):
    who, do = worked
    spring = ("--from", "2026-02-01", "--to", "2026-05-31")
    before = reviews("work", "reviews", *spring)
    assert reviews("work", "reviews", *MARCH, "--close").code == 0
    again = reviews("work", "reviews", *spring)
    assert (again.out, again.err) == (before.out, "")
    first = select(answers.c.id).order_by(answers.c.id).limit(1).scalar_subquery()
    do(lambda tx: tx.run(update(answers).where(answers.c.id == first).values(live=False, superseded_at=tx.now)))
    later = reviews("work", "reviews", *spring)
    counted, adjustment = rows(later.out)
    assert [counted] == rows(before.out)
    assert (adjustment["row"], adjustment["answers"], adjustment["superseded"]) == ("adjustment", "-1", "1")
    assert later.err == f"changed since closing: {who} answers -1, superseded +1\n"


def test_days_closed_by_another_zones_clocks_are_told_with_their_hours(reviews, worked):
    _, do = worked
    since, until = datetime(2026, 2, 28, 23, tzinfo=UTC), datetime(2026, 3, 31, 22, tzinfo=UTC)
    do(lambda tx: close(tx, projects.named(tx, "reviews").id, since, until, {}))
    said = "2026-02-28 23:00 to 2026-03-31 22:00 (UTC) is closed; its days here are counted anew.\n"
    assert reviews("work", "reviews", *MARCH).err == said


def test_a_day_is_closed_once_only_and_not_before_it_is_over(reviews, worked):
    assert reviews("work", "reviews", *MARCH, "--close").code == 0
    again = reviews("work", "reviews", "--from", "2026-03-31", "--to", "2026-04-02", "--close")
    assert (again.code, "2026-03-01 to 2026-03-31 is closed already" in again.err) == (1, True)
    ahead = reviews("work", "reviews", "--from", "2026-03-01", "--to", "2999-01-01", "--close")
    assert (ahead.code, "not over yet" in ahead.err) == (1, True)
    part = reviews("work", "reviews", "--from", "2026-03-15", "--to", "2026-04-02")
    assert part.err == "2026-03-01 to 2026-03-31 is closed; its days here are counted anew.\n"
    assert reviews("work", "reviews", "--from", "2026-03-02", "--to", "2026-03-01").code == 2
