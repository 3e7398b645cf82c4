"""The QA summary against a naive recount of raw answers, and its words within what platforms bear."""

import json
import random
from collections import Counter, defaultdict
from datetime import UTC, datetime
from itertools import combinations
from statistics import median

import krippendorff
import pytest
from sqlalchemy import update

from bot.project import LabelDef, Project, Question, Summary
from bot.quality.plain import as_json
from bot.quality.telling import people_text, picture, text
from bot.report_terminal import rows
from storage.database import run
from storage.schema import items
from tests.engines import START
from tests.quality.reported import (
    BERLIN,
    COLOURS,
    DAY,
    answer,
    history,
    raw,
    report_of,
    said,
    simple,
)
from tests.quality.test_measures import FOUR_CODERS
from tests.worlds import SENTIMENT, add_items, make


@pytest.fixture(params=range(3))
def past(request, database):
    draw = random.Random(request.param)
    world = run(database, lambda tx: history(tx, draw))
    return report_of(database, world), *raw(database, world)


def test_the_parts_add_up_and_equal_a_recount(past):
    report, _, found, held = past
    counts = Counter("leased" if row.state == "open" and row.id in held else row.state for row in found.values())
    assert {part: count for part, count in rows(report) if count and part != "imported"} == dict(counts)
    assert report.parts.imported == len(found) == dict(rows(report))["imported"]


def test_labels_days_and_pace_equal_a_recount(past):
    report, every, found, _ = past
    standing = [one for one in every if one.live and one.kind == "label" and found[one.item].state != "withdrawn"]
    labels = [one for one in standing if found[one.item].gold is None]
    assert report.labels == len(labels)
    assert dict(report.days) == Counter(one.answered_at.astimezone(BERLIN).date() for one in labels)
    assert report.pace.last_day == sum(one.answered_at > START - DAY for one in labels)
    assert report.pace.last_week == sum(one.answered_at > START - 7 * DAY for one in labels)
    assert report.pace.per_day == pytest.approx(report.pace.last_week / 7)
    times = [one.milliseconds for one in standing if one.milliseconds is not None]
    assert report.median_seconds == pytest.approx(median(times) / 1000)


def test_the_distribution_equals_a_recount(past):
    report, every, found, _ = past
    counted = [
        one.label
        for one in every
        if one.live and one.kind == "label" and found[one.item].gold is None and found[one.item].state != "withdrawn"
    ]
    topic, tags, stars, free = report.questions
    assert {one.name: one.count for one in topic.labels} == Counter(label["topic"] for label in counted)
    assert {one.name: one.count for one in tags.labels} == Counter(
        tag for one in counted if "tags" in one for tag in one["tags"] or ["[]"]
    )
    assert {one.name: one.count for one in stars.labels} == Counter(str(label["stars"]) for label in counted)
    assert free.labels is None
    assert [one.answers for one in report.questions] == [
        sum(question in label for label in counted) for question in ("topic", "tags", "stars", "said")
    ]


def test_agreement_equals_an_independent_one(past):
    report, every, found, _ = past
    together = defaultdict(dict)
    for one in every:
        row = found[one.item]
        if one.live and one.kind == "label" and row.gold is None and row.state != "withdrawn":
            together[one.item][one.person] = one.label["topic"]
    people_ids = sorted({person for unit in together.values() for person in unit})
    table = [[unit.get(person, "") for unit in together.values()] for person in people_ids]
    codes = {"red": 1.0, "green": 2.0, "blue": 3.0, "": float("nan")}
    expected = krippendorff.alpha([[codes[one] for one in row] for row in table], level_of_measurement="nominal")
    several = [list(unit.values()) for unit in together.values() if len(unit) > 1]
    equal = [sum(a == b for a, b in combinations(unit, 2)) / (len(unit) * (len(unit) - 1) / 2) for unit in several]
    found_agreement = report.questions[0].agreement
    assert found_agreement.alpha == pytest.approx(expected)
    assert found_agreement.percent == pytest.approx(sum(equal) / len(equal))
    assert (found_agreement.items, found_agreement.answers) == (len(several), sum(map(len, several)))


def test_gold_accuracy_equals_a_recount(past):
    report, every, found, _ = past
    right, total = Counter(), Counter()
    for one in every:
        gold = found[one.item].gold
        if gold is not None and one.live and one.kind == "label":
            for question in gold.keys() & one.label.keys():
                total[question] += 1
                right[question] += gold[question] == one.label[question]
    assert {one.name: (one.gold.right, one.gold.labels) for one in report.questions} == {
        name: (right[name], total[name]) for name in ("topic", "tags", "stars", "said")
    }
    assert (report.gold.right, report.gold.labels) == (right.total(), total.total())
    assert sum(one.gold.right for one in report.people) == right.total()


def test_per_person_figures_equal_a_recount(past):
    report, every, found, _ = past
    mine = defaultdict(Counter)
    for one in every:
        kind = one.kind if one.live else "superseded"
        if kind == "label" and found[one.item].state == "withdrawn":
            kind = "withdrawn"
        if one.kind == "late" and one.milliseconds is None:
            kind = "set aside"  # a copy, of what an admin had served again
        mine[one.person]["gold" if kind == "label" and found[one.item].gold is not None else kind] += 1
    expected = sorted((c["label"], c["skip"], c["flag"], c["late"], c["superseded"]) for c in mine.values())
    assert sorted((p.labels, p.skips, p.flags, p.late, p.superseded) for p in report.people) == expected


def test_disputed_items_are_done_ones_and_the_worst(past):
    report, _, found, _ = past
    assert 0 < len(report.disputed) <= 5
    by_key = {row.key: row for row in found.values()}
    assert all(by_key[one.item].state == "done" for one in report.disputed)
    figures = [one.disagreement for one in report.disputed]
    assert figures == sorted(figures, reverse=True)
    # With four questions there are always items on which, in one of them, everybody differs.
    assert figures[0] == 1.0


def test_json_is_plain_and_the_sum_in_it_adds_up(past):
    report = past[0]
    plain = json.loads(json.dumps(as_json(report)))
    parts = dict(plain["parts"])
    assert parts.pop("imported") == sum(parts.values())
    assert plain["days"][0][0] == report.days[0][0].isoformat()
    assert {"questions", "gold", "disputed", "people", "pace"} <= plain.keys()


def test_nobody_answered(database):
    report = simple(database, [[], []], state="open")
    assert report.parts.open == 2
    assert report.pace.per_day is None
    assert report.pace.expected_end is None
    assert report.questions[0].agreement.alpha is None
    assert "No labels yet" in said(text(report, "en"))
    assert "Nobody has answered yet." in said(people_text(report, "en"))


def test_a_project_without_items(database):
    report = simple(database, [])
    assert report.parts.imported == 0
    assert "No items yet" in said(text(report, "en"))
    assert picture(report, "en").startswith(b"\x89PNG")


def test_one_answer_gives_no_agreement(database):
    report = simple(database, [["positive"], []], state="open")
    assert report.questions[0].agreement.items == 0
    assert "no item has two labels yet" in said(text(report, "en"))
    assert report.disputed == ()


def test_one_class_is_full_agreement(database):
    report = simple(database, [["positive"] * 3] * 4)
    found = report.questions[0].agreement
    assert (found.alpha, found.ac1, found.percent, found.items, found.answers) == (1.0, 1.0, 1.0, 4, 12)
    assert {one.name: one.count for one in report.questions[0].labels} == {"positive": 12, "negative": 0}


def test_ten_thousand_labels(database):
    given = [["positive", "positive" if number % 4 else "negative"] for number in range(5000)]
    report = simple(database, given)
    assert report.labels == 10_000
    assert {one.name: one.count for one in report.questions[0].labels} == {"positive": 8750, "negative": 1250}
    assert report.questions[0].agreement.percent == pytest.approx(0.75)
    assert len(report.disputed) == 5


def test_transcripts_agree_as_far_as_they_are_alike(database):
    project = Project("voices", "Voices", (Question("label", "What is said?", "transcript"),))
    report = simple(database, [["abcd", "abcx"], ["same", "same"]], project=project)
    found = report.questions[0].agreement
    assert found.percent == pytest.approx(1 - 0.25 / 2)
    assert found.ac1 is None
    assert [one.item for one in report.disputed] == ["item0"]
    assert "alike" in said(text(report, "en"))


def test_the_alpha_of_ratings_is_ordinal(database):
    stars = Project("stars", "Stars", (Question("label", "How good?", "rating"),))
    found = simple(database, FOUR_CODERS, project=stars, heads=4).questions[0].agreement
    assert found.alpha == pytest.approx(0.81539, abs=1e-5)
    assert (found.ac1, found.percent) == (pytest.approx(0.77544, abs=1e-5), pytest.approx(0.81818, abs=1e-5))


def test_that_no_tag_applies_is_counted_in_its_own_words(database):
    project = Project("tags", "Tags", (Question("label", "Which apply?", "tags", COLOURS),))
    report = simple(database, [[[], []], [["red", "blue"], ["red"]]], project=project)
    plain = as_json(report)["questions"][0]
    assert {one["title"]: one["count"] for one in plain["labels"]} == {
        "Red": 2,
        "Green": 0,
        "Blue": 1,
        "∅ None of them": 2,
    }
    assert "Labels: Red 50 % · ∅ None of them 50 % · Blue 25 %" in said(text(report, "en"))
    assert "∅ Keins davon 50 %" in said(text(report, "de"))


def test_progress_is_told_in_labels_too_where_an_item_needs_several(database):
    one_of_two = simple(database, [["positive"], ["negative"], []], state="open", overlap=2)
    assert "0 of 3 items done · 0 % · 2 of 6 labels" in said(text(one_of_two, "en"))


def test_progress_is_told_once_where_a_label_is_an_item(database):
    def write(tx):
        world = make(tx, 0, 1, 1)
        first, _ = add_items(tx, world.project, [{}, {}])
        answer(tx, world, first, world.people[0], {"label": "positive"})
        tx.run(update(items).where(items.c.id == first).values(state="done", answers=1, taken=1))
        return world

    report = report_of(database, run(database, write))
    assert said(text(report, "en")).splitlines()[1] == "1 of 2 items done · 50 %"


def test_labels_that_the_picture_can_only_number_are_named_in_the_text(database):
    tongues = (
        LabelDef("\U00013000", "\U00013000"),
        LabelDef("latin", "\U00013001"),
        LabelDef("\U00013002", "\U00013002"),
    )
    project = Project("signs", "Signs", (Question("label", "Which?", "choice", tongues),))
    report = simple(database, [["\U00013000"] * 2, ["latin", "\U00013002"]], project=project)
    assert "#1 \U00013000 50 % · \U00013001 25 % · #3 \U00013002 25 %" in said(text(report, "en"))


def test_a_renamed_label_is_the_same_label(database):
    renamed = Project(
        "colours",
        "Colours",
        (Question("label", "Which?", "choice", (LabelDef("red", "Red", was=("rot",)), COLOURS[1])),),
    )
    report = simple(database, [["rot", "red"], ["red", "green"]], project=renamed)
    assert {one.name: one.count for one in report.questions[0].labels} == {"red": 3, "green": 1}
    assert report.questions[0].agreement.percent == pytest.approx(0.5)


def test_a_removed_label_stays_counted(database):
    report = simple(database, [["mixed", "mixed"], ["positive", "positive"]])
    assert {one.name: one.count for one in report.questions[0].labels} == {"positive": 2, "negative": 0, "mixed": 2}


def test_labels_of_another_type_of_question_are_left_out(database):
    report = simple(database, [[["a", "b"], 3], ["positive", "positive"]])
    assert report.questions[0].answers == 2


def test_the_pace_of_a_young_project_is_that_of_its_days(database):
    def write(tx):
        world = make(tx, 0, 1, 1)
        keys = add_items(tx, world.project, [{} for _ in range(40)])
        for number, item in enumerate(keys[:20]):
            answer(tx, world, item, world.people[0], {"label": "positive"}, at=START - 2 * DAY + number * DAY / 20)
            tx.run(update(items).where(items.c.id == item).values(state="done", answers=1, taken=1))
        return world

    report = report_of(database, run(database, write))
    assert report.pace.per_day == pytest.approx(10)
    assert report.pace.wanted == 20
    assert report.pace.expected_end == (START + 2 * DAY).date()


def test_an_end_beyond_all_reckoning_is_not_expected(database):
    def write(tx):
        world = make(tx, 0, 1, 1)
        keys = add_items(tx, world.project, [{} for _ in range(3)], overlap=30_000)
        answer(tx, world, keys[0], world.people[0], {"label": "positive"}, at=START - 6 * DAY)
        return world

    assert report_of(database, run(database, write)).pace.expected_end is None


def test_days_are_those_of_the_projects_zone_across_a_change_of_the_clocks(database):
    project = Project("zoned", "Zoned", SENTIMENT.questions, summary=Summary("browser:qa", timezone="Europe/Berlin"))
    instants = [datetime(2026, 3, 28, 22, 59, tzinfo=UTC), datetime(2026, 3, 28, 23, 0, tzinfo=UTC)]
    instants += [datetime(2026, 3, 29, 21, 59, tzinfo=UTC), datetime(2026, 3, 29, 22, 0, tzinfo=UTC)]

    def write(tx):
        world = make(tx, 0, 1, 1, project)
        for item, at in zip(add_items(tx, world.project, [{} for _ in instants]), instants, strict=True):
            answer(tx, world, item, world.people[0], {"label": "positive"}, at=at)
        return world

    report = report_of(database, run(database, write), datetime(2026, 3, 30, tzinfo=UTC))
    assert [(day.day, count) for day, count in report.days] == [(28, 1), (29, 2), (30, 1)]


def test_no_name_of_a_person_stands_in_the_channels_text(past):
    report = past[0]
    assert report.people
    assert not any(one.name in said(text(report, "en")) for one in report.people)
