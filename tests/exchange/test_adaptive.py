"""Imported answers settle at once where overlap is adaptive: what they are enough for closes, the rest wants more."""

from dataclasses import replace

from bot.project import Adaptive
from storage import projects, skills
from storage.database import run
from tests.exchange.desk import REVIEWS

ASKED = replace(REVIEWS, adaptive=Adaptive(2, 5, 0.75))


def given(item: str, **labels: str):
    return [
        {"item": item, "data": {"text": item}, "label": label, "person": person, "status": "live", "seconds": 2.5,
         "answered_at": "2026-01-01T00:00:00Z", "schema_version": 1} for person, label in labels.items()
    ]  # fmt: skip


def test_imported_answers_close_what_they_are_enough_for_and_measure_their_people(each_desk):
    desk = each_desk.have(ASKED)
    rows = [*given("sure", p1="positive", p2="positive"), *given("torn", p1="positive", p2="negative")]
    desk.bring(desk.jsonl("answers.jsonl", *rows))
    sure, torn = desk.items()["sure"], desk.items()["torn"]
    assert (sure.state, sure.overlap, sure.answers) == ("done", 2, 2)
    assert sure.confidence >= 0.75
    assert (torn.state, torn.overlap, torn.answers, torn.hard) == ("open", 3, 2, True)
    desk.bring(desk.jsonl("more.jsonl", *given("torn", p3="positive", p4="positive")))
    torn = desk.items()["torn"]
    assert (torn.state, torn.overlap, torn.answers) == ("done", 4, 4)
    project = run(desk.database, lambda tx: projects.named(tx, "reviews").id)
    assert sum(run(desk.database, lambda tx: skills.every(tx, project)).values()) == 6
