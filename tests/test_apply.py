"""What `labelbot apply` does to the items that are there."""

from pathlib import Path

import pytest
from sqlalchemy import select

from bot.cli.defining import apply_file
from storage import projects
from storage.database import Database, run
from storage.overlap import set_overlap
from storage.schema import items
from tests.worlds import add_items

FILE = """name = "reviews"
title = "Reviews"
type = "choice"
overlap = {overlap}
instructions = "{instructions}"

[[labels]]
name = "good"
[[labels]]
name = "bad"
"""


@pytest.fixture
def apply(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Applies the project with such rules, and gives what is said."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LABELBOT_DATABASE_URL", url)

    def applied(overlap: int, instructions: str = "How?", former: str = "", now: str = "") -> str:
        """With `now` in the place of `former` in the file."""
        text = FILE.format(overlap=overlap, instructions=instructions).replace(former, now, 1 if former else 0)
        Path("reviews.toml").write_text(text, encoding="utf-8")
        apply_file(Path("reviews.toml"))
        return capsys.readouterr().out

    return applied


def overlaps(database: Database) -> list[int]:
    return run(database, lambda tx: [row.overlap for row in tx.all(select(items).order_by(items.c.id))])


def project(database: Database) -> int:
    return run(database, lambda tx: projects.named(tx, "reviews").id)


def test_a_changed_overlap_reaches_items_that_have_none_of_their_own(apply, database):
    apply(1)
    rows = [{}, {"overlap": 3, "own_overlap": 3}, {}]
    where = project(database)
    run(database, lambda tx: add_items(tx, where, rows))
    assert "version 2" in apply(2)
    assert overlaps(database) == [2, 3, 2]


@pytest.mark.parametrize("instructions", ["How?", "How does it sound?"])
def test_what_leaves_the_overlap_as_it_was_changes_no_item(apply, database, instructions):
    """An item may want more than its project: as many answers as came with it."""
    apply(1)
    where = project(database)
    run(database, lambda tx: add_items(tx, where, [{"overlap": 4}]))
    apply(1, instructions)
    assert overlaps(database) == [4]


def test_a_change_that_was_killed_is_gone_on_with_though_the_file_is_as_it_was(apply, database):
    apply(1)
    where = project(database)
    run(database, lambda tx: add_items(tx, where, [{}] * 5))
    apply(1)
    run(database, lambda tx: set_overlap(tx, where, 2, limit=2))
    assert overlaps(database) == [2, 2, 1, 1, 1]
    assert "already" in apply(1)
    assert overlaps(database) == [1] * 5


def test_what_the_file_no_longer_has_is_told(apply):
    """A rename without its `was` looks as if the label had been removed: figures and exports would be apart."""
    assert "Note" not in apply(1)
    assert "Note" not in apply(1, former='name = "good"', now='name = "fine"\nwas = ["good"]')
    forgotten = apply(1, former='name = "good"', now='name = "fine"')
    assert "Note: no longer in the file: good." in forgotten
    assert 'was = ["good"]' in forgotten
    assert "no longer in the file: fine." in apply(1)
    assert "label asked for choice before" in apply(1, former='type = "choice"', now='type = "tags"')
