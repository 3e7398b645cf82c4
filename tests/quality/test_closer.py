"""The pictures beside the chart, and what is told to have changed."""

import io
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

from PIL import Image

from bot.project import LabelDef, Project, Question
from bot.quality import changes, closer
from bot.quality.measures import Agreement
from bot.quality.pairs import Alike
from bot.quality.telling import text
from bot.quality.words import Words
from storage import projects, readings
from storage.database import run
from storage.readings import Reading
from tests.engines import START
from tests.quality.reported import said, simple

EN = Words("en")
MIXED = [["positive", "positive"], ["positive", "negative"], ["negative", "negative"]] * 6


def colours(png):
    image = Image.open(io.BytesIO(png)).convert("RGB")
    assert image.width == closer.WIDTH
    assert image.height <= closer.HEIGHT
    assert {image.getpixel((x, image.height - 10)) for x in range(0, image.width, 7)} == {(255, 255, 255)}
    last = [
        y for y in range(image.height) if any(image.getpixel((x, y)) != (255, 255, 255) for x in range(48, 1200, 7))
    ]
    assert image.height - last[-1] <= 60  # no empty end
    return {colour for _, colour in image.getcolors(1 << 20)}


def test_confusions_are_drawn_and_the_same_each_time(database):
    report = simple(database, MIXED)
    png = closer.agreement_chart(report, EN)
    assert png == closer.agreement_chart(report, EN)
    shares = report.questions[0].confusion.shares
    assert shares[0][1] > 0.2
    assert {(0xF3, 0xC4, 0xA8), (0x7F, 0xB4, 0xD6)} <= colours(png)  # often confused, and mostly the same


def test_agreement_over_time_is_drawn(database):
    report = simple(database, MIXED)
    question = report.questions[0]
    (day,) = question.over_time
    later = replace(day, since=day.since + timedelta(days=3), alpha=-0.2)
    timed = replace(report, questions=(replace(question, over_time=(day, later), confusion=None),))
    assert (0x00, 0x72, 0xB2) in colours(closer.agreement_chart(timed, EN))


def test_without_anything_to_show_there_is_no_picture(database):
    report = simple(database, [["positive"], []], state="open")
    assert closer.agreement_chart(report, EN) is None
    assert closer.people_chart(report, EN) is None


def test_who_differs_from_the_others_is_marked(database):
    report = simple(database, MIXED)
    first, second, *_ = report.people
    low = replace(first, skill=Alike(0.2, 50, 0.1, 0.3))
    high = replace(second, skill=Alike(0.9, 200, 0.85, 0.93))
    assert (0xD5, 0x5E, 0x00) in colours(closer.people_chart(replace(report, people=(low, high)), EN))
    both = replace(report, people=(replace(low, skill=high.skill), high))
    assert (0xD5, 0x5E, 0x00) not in colours(closer.people_chart(both, EN))


def test_a_thousand_people_fit(database):
    report = simple(database, MIXED)
    one = replace(report.people[0], name="N" * 90, skill=Alike(0.5, 9, 0.2, 0.8))
    many = tuple(replace(one, id=f"{number}") for number in range(1000))
    assert colours(closer.people_chart(replace(report, people=many), EN))


def test_eight_long_labels_in_strange_letters_fit(database):
    labels = tuple(LabelDef(f"l{n}", "评价" * 40) for n in range(8))
    project = Project("p", "P" * 300, (Question("label", "?" * 200, "choice", labels),))
    report = simple(database, [["l0", "l7"], ["l3", "l3"]], project=project)
    assert colours(closer.agreement_chart(report, Words("de")))


def test_what_changed_is_told(database):
    report = simple(database, MIXED)
    now = changes.figures(report)
    assert now["disputes"] == 6
    before = now | {"labels": now["labels"] - 12, "done": now["done"] + 1, "disputes": 3, "alpha": {"label": 0.7149}}
    told = changes.changed(report, START - timedelta(days=1), before, EN)
    decided = replace(report, reviewed=replace(report.reviewed, decided=4))
    assert "−1 done · +4 decided in review" in changes.changed(decided, START, before, EN)
    assert told == "Since 1 Mar: +12 labels · −1 done · α 0.71 → 0.35 · 3 new disputes"
    assert "Since 1 Mar: +12 labels" in said(text(report, "en", Reading(START - timedelta(days=1), before)))


def test_nothing_new_is_told_so(database):
    report = simple(database, MIXED)
    assert changes.changed(report, START, changes.figures(report), EN) == "Since 2 Mar: nothing new"


def test_a_question_that_is_new_has_not_changed(database):
    assert "α" not in changes.changed(simple(database, MIXED), START, {}, EN)


def test_a_question_that_cannot_be_compared_has_not_changed(database):
    report = simple(database, [["positive"]])
    assert report.questions[0].agreement == Agreement(None, None, None, 0, 0)
    assert "α" not in changes.changed(report, START, {"alpha": {"label": 0.5}}, EN)


def test_the_latest_reading_is_kept_by_project(database):
    report = simple(database, MIXED)
    project = run(database, lambda tx: projects.every(tx)[0].id)
    assert run(database, lambda tx: readings.latest(tx, project)) is None
    for labels in (1, 2):
        figures = changes.figures(report) | {"labels": labels}
        run(database, partial(readings.keep, project=project, figures=figures))
    found = run(database, lambda tx: readings.latest(tx, project))
    assert found.figures["labels"] == 2
    assert found.at.date() >= date(2026, 3, 2)
