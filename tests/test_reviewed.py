"""What a decision is worth: in exports, in the report, on the item, and on whatever people do."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.exchange.exports import export_project
from bot.exchange.imports import import_source
from bot.exchange.plan import plan_import
from bot.exchange.wanted import Wanted
from bot.media.preparer import Preparer
from storage.database import opened
from storage.files import Files
from storage.schema import items
from storage.schema_quality import reviews
from tests.dialogue import Dialogue, project
from tests.engines import Clock
from tests.reviewing import (
    COLOUR,
    DISPUTED,
    differing_on_two,
    exported,
    last,
    report,
    reviewer,
    standing,
)


@pytest.fixture
def differing(talk):
    """Three items: on the first and the last two people differ."""
    return differing_on_two(talk)


def test_a_decision_is_what_exports_reports_and_the_item_itself_say(differing, tmp_path):
    before = exported(differing, tmp_path)
    assert before["reviews-0"]["label"] is None
    assert [one.item for one in report(differing).disputed] == ["reviews-0", "reviews-2"]
    rita = reviewer(differing)
    rita.taps("Green")
    row = exported(differing, tmp_path)["reviews-0"]
    assert (row["label"], row["confidence"], row["reviewed"], row["answers"]) == ("green", 1.0, True, 2)
    assert "tie" not in row
    assert "reviewed" not in before["reviews-1"]
    told = report(differing)
    assert ([one.item for one in told.disputed], told.reviewed.decided) == (["reviews-2"], 1)
    rita.says("item", "reviews-0")
    assert "Decided in review: Green" in rita.sees


def test_an_export_with_decisions_comes_in_again(differing, tmp_path):
    reviewer(differing).taps("Green")
    out = tmp_path / "items.csv"
    export_project(differing.database, Files(tmp_path / "media"), "reviews", Wanted(format="csv", level="items"), out)
    assert out.read_text().splitlines()[1].endswith(",true")
    other = project(COLOUR, name="again")
    differing.add_project(other)
    plan = plan_import(differing.database, "again", out)
    with Preparer(workers=1) as preparer:
        import_source(differing.database, Files(tmp_path / "media"), plan, preparer=preparer, rejects=tmp_path / "no")
    again = [row.data for row in differing.rows(items) if row.project == differing.ids["again"]]
    assert again == [{"text": f"Text {number}"} for number in range(3)]


TAPS = ("Red", "Blue", "undo", "skip")
DECISIONS = ("Red", "Green", "Later", "One more", "↩ Undo the last one", "review")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(
            st.tuples(st.integers(0, 2), st.sampled_from(TAPS)),
            st.tuples(st.integers(3, 4), st.sampled_from(DECISIONS)),
        )
    )
)
def test_whatever_people_do_one_decision_stands_and_the_export_says_so(sqlite, steps):
    url = sqlite.migrated()
    with opened(url, Clock()) as database:
        dialogue = Dialogue(database, Clock(), DISPUTED, items=3)
        crew = [dialogue.member(name) for name in "ABC"] + [dialogue.member(name, role="reviewer") for name in "RS"]
        for who, what in steps:
            person = crew[who]
            if what in ("undo", "skip", "review"):
                person.says(what)
            elif found := [one for one in last(person).every_button() if what in one.title]:
                person.presses(found[0].data, last(person))
        dialogue.recount()
        _decisions_hold(dialogue)
    sqlite.drop(url)


def _decisions_hold(talk):
    """Nothing decided is in the queue; the export has each decision; nothing that people agree on is in the queue."""
    stands, rows = dict(standing(talk)), talk.rows(items)
    assert len(stands) == len(standing(talk))
    with TemporaryDirectory() as folder:
        said = exported(talk, Path(folder))
    assert {key: row["label"] for key, row in said.items() if row.get("reviewed")} == stands
    for row in (one for one in talk.rows(reviews) if one.state == "open"):
        item = next(one for one in rows if one.id == row.item)
        assert item.key not in stands
        if item.state == "done":
            assert said[item.key]["confidence"] < 0.6
    for item in rows:
        if item.state == "done" and item.key not in stands and said[item.key]["confidence"] < 0.6:
            assert any(row.item == item.id and row.state == "open" for row in talk.rows(reviews))
