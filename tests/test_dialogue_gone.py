"""Answers whose label a project no longer has: they count and are shown, and nobody can give them any more."""

from dataclasses import replace

import pytest

from bot.buttons import pack, unpack
from bot.project import LabelDef, Review
from bot.wording import LANGUAGES
from tests.dialogue import project, question
from tests.reviewing import choices, exported, reviewer, say_all, standing, waiting

REFUND, BILLING, OTHER = LabelDef("refund", "Refund"), LabelDef("billing", "Billing"), LabelDef("other", "Other")
GONE = "no longer in the project"


def asking(*labels):
    about = question("choice", *labels, title="What is it about?")
    return project(about, overlap=3, review=Review(confidence=0.9))


@pytest.fixture
def without(talk):
    """Two said Refund and one Billing, before the project lost Refund."""
    dialogue = talk(asking(REFUND, BILLING, OTHER), items=1)
    say_all(dialogue, ("Refund",), ("Refund",), ("Billing",))
    dialogue.add_project(asking(BILLING, OTHER))
    return dialogue


def test_a_reviewer_sees_what_was_said_and_takes_what_there_is(without, tmp_path):
    rita = reviewer(without)
    lines = rita.sees.splitlines()
    assert [line.partition(" (")[0] for line in lines if " · " in line and line[0].isdigit()] == [
        f"1 · refund – {GONE}",
        "2 · Billing",
    ]
    assert f"Consensus (0.67): refund – {GONE}" in lines
    assert choices(rita) == ["Billing", "Other", "↻ One more answer", "Later"]
    assert exported(without, tmp_path)["reviews-0"]["label"] == "refund"
    rita.taps("Billing")
    assert standing(without) == [("reviews-0", "billing")]


def test_a_reviewer_reads_it_in_german(without):
    rita = reviewer(without, language="de")
    assert "refund – nicht mehr im Projekt" in rita.sees
    assert all("item.gone" in sentences for sentences in LANGUAGES.values())


def test_an_old_button_takes_no_label_that_is_gone(talk):
    dialogue = talk(asking(REFUND, BILLING, OTHER), items=1)
    say_all(dialogue, ("Refund",), ("Refund",), ("Billing",))
    rita = reviewer(dialogue)
    refund = rita.button("Refund")[0].data
    dialogue.add_project(asking(BILLING, OTHER))
    rita.presses(refund)
    assert "Something changed meanwhile" in rita.sees
    billing = unpack(rita.button("Billing")[0].data)
    rita.presses(pack(replace(billing, argument=unpack(refund).argument)))
    assert standing(dialogue) == []
    assert f"refund – {GONE}" in rita.sees


def test_the_item_is_told_alike_and_offers_no_such_gold(without):
    rita = without.member("Rita", role="reviewer")
    rita.says("item", "reviews-0")
    assert f"Consensus (0.67): refund – {GONE}" in rita.sees
    assert rita.sees.count(f": refund – {GONE}") == 3
    assert not any("gold" in title for title in choices(rita))


def test_where_all_agree_on_what_is_gone_nothing_is_taken_for_them(talk):
    """Of two questions one is in dispute; the other is asked, too, for what it came to cannot be given."""
    fit = question("choice", "Yes", "No", name="fits", title="Does it fit?")
    both = {"overlap": 2, "review": Review()}
    dialogue = talk(project(question("choice", REFUND, BILLING, title="What?"), fit, **both), items=1)
    for name, second in (("Anna", "Yes"), ("Ben", "No")):
        person = dialogue.member(name)
        person.taps("Refund")
        person.taps(second)
    dialogue.add_project(project(question("choice", BILLING, OTHER, title="What?"), fit, **both))
    rita = reviewer(dialogue)
    assert f"1 · refund – {GONE}" in rita.sees
    rita.taps("Other")
    rita.taps("No")
    assert not waiting(dialogue)


def test_tags_with_one_that_is_gone_are_shown_whole(talk):
    def tagged(*labels):
        return project(question("tags", *labels, title="Which?"), overlap=2, review=Review())

    dialogue = talk(tagged(REFUND, BILLING, OTHER), items=1)
    for name, tags in (("Anna", ("Refund", "Billing")), ("Ben", ("Billing", "Other"))):
        person = dialogue.member(name)
        for one in (*tags, "Done"):
            person.taps(one)
    dialogue.add_project(tagged(BILLING, OTHER))
    rita = reviewer(dialogue)
    assert rita.sees.count(GONE) == 1
    assert choices(rita)[0].removeprefix("✓ ") == "Billing, Other"
    assert not any("efund" in title for title in choices(rita))
