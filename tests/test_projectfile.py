"""A project file becomes a project, or one sentence with the line to fix."""

import json
from datetime import timedelta

import pytest

from bot.project import ONLY_QUESTION, SKIP_REASONS, LabelDef, Project, Question, ShowIf, Summary
from bot.projectfile import BadProjectFile, parse

TYPES = ("choice", "tags", "transcript", "rating", "pairwise")
OPTIONS = {"rating": {"scale", "low", "high"}, "tags": {"min", "max"}, "transcript": set(), "choice": {"style"}}

REVIEWS = """\
name = "reviews"
title = "Review sentiment"
type = "choice"
instructions = "How does the writer feel about the product?"
overlap = 2                    # answers wanted an item
lease = "15 min"

[[labels]]
name = "positive"
title = "😊 Positive"
help = "Praise, thanks, would buy again."
examples = ["Works perfectly, five stars."]

[[labels]]
name = "negative"
title = "😠 Negative"
was = ["bad"]

[summary]
channel = "slack:C0123456"     # or "telegram:-100123", "browser:qa"
every = "0 18 * * 1-5"         # cron
timezone = "Europe/Berlin"
"""

TICKETS = """\
name = "tickets"
overlap = 3
order = "random"
blind = false
max_per_person = 50
chats = ["browser", "slack"]
show = ["subject", "body"]
skip_reasons = ["Spam"]
language = "pt-BR"
gold_share = 0
withhold = 0.5
unsure = true

[fields]
body = "text"
shot = "image"

[[questions]]
name = "topic"
title = "What is it about?"
type = "tags"
max = 2

[[questions.labels]]
name = "billing"

  [[questions.labels.labels]]
  name = "refund"

[[questions.labels]]
name = "bug"

[[questions]]
name = "urgency"
type = "rating"
scale = 4
show_if = "topic=bug"

[[questions]]
name = "amount"
type = "choice"
labels = ["small", "large"]
show_if = { question = "topic", label = ["refund", "billing"] }
"""


def read(text: str) -> Project:
    return parse(text, "it.toml", types=TYPES, options=OPTIONS)


def refusal(text: str) -> str:
    with pytest.raises(BadProjectFile) as caught:
        read(text)
    return str(caught.value)


def test_the_file_of_the_manual_becomes_a_project():
    project = read(REVIEWS)
    assert (project.name, project.title, project.overlap) == ("reviews", "Review sentiment", 2)
    assert project.lease == timedelta(minutes=15)
    assert project.summary == Summary("slack:C0123456", "0 18 * * 1-5", "Europe/Berlin")
    assert (project.summary.platform, project.summary.chat) == ("slack", "C0123456")


def test_a_short_file_has_one_question_whose_text_is_the_first_line_of_the_instructions():
    project = read(REVIEWS)
    (question,) = project.questions
    assert project.single
    assert (question.name, question.type) == (ONLY_QUESTION, "choice")
    assert question.title == "How does the writer feel about the product?"
    assert question.labels[0] == LabelDef(
        "positive", "😊 Positive", "Praise, thanks, would buy again.", ("Works perfectly, five stars.",)
    )
    assert question.label("bad") == question.labels[1]
    assert question.label("worse") is None


def test_what_a_file_leaves_out_has_the_documented_defaults():
    project = read('name = "a"\ntype = "transcript"\n')
    assert project == Project("a", "a", project.questions)
    assert (project.blind, project.flags_needed, project.skip_limit, project.gold_share) == (True, 1, 3, 0.1)
    assert (project.overlap, project.max_per_person, project.skip_reasons) == (1, None, SKIP_REASONS)
    assert (project.withhold, project.unsure) == (0.15, False)
    assert project.questions[0].title == "a"


def test_several_questions_nested_labels_options_and_conditions_are_read():
    project = read(TICKETS)
    topic, urgency, amount = project.questions
    assert not project.single
    assert topic.options == {"max": 2}
    assert [(one.name, one.parent) for one in topic.labels] == [("billing", None), ("refund", "billing"), ("bug", None)]
    assert [one.name for one in topic.under("billing")] == ["refund"]
    assert [one.name for one in topic.under(None)] == ["billing", "bug"]
    assert (urgency.show_if, urgency.options) == (ShowIf("topic", ("bug",)), {"scale": 4})
    assert amount.show_if == ShowIf("topic", ("refund", "billing"))
    assert [(one.name, one.title) for one in amount.labels] == [("small", "small"), ("large", "large")]
    assert project.question("urgency") is urgency
    with pytest.raises(KeyError):
        project.question("nothing")


def test_the_rules_of_a_project_are_read():
    project = read(TICKETS)
    assert (project.order, project.blind, project.max_per_person, project.gold_share) == ("random", False, 50, 0.0)
    assert (project.chats, project.show) == (("browser", "slack"), ("subject", "body"))
    assert (project.withhold, project.unsure) == (0.5, True)
    assert (project.fields, project.language) == ({"body": "text", "shot": "image"}, "pt-BR")
    assert project.skip_reasons == ("Spam",)


def test_a_parent_may_be_named_instead_of_nesting():
    nested = read(TICKETS).question("topic").labels
    flat = read(
        'name = "a"\ntype = "tags"\n[[labels]]\nname = "billing"\n[[labels]]\nname = "refund"\nparent = "billing"\n'
        '[[labels]]\nname = "bug"\n'
    )
    assert flat.questions[0].labels == nested


@pytest.mark.parametrize("text", [REVIEWS, TICKETS])
def test_a_project_survives_storage(text):
    project = read(text)
    stored = json.loads(json.dumps(project.as_config()))
    assert Project.from_config(stored) == project
    assert Project.from_config(stored).as_config() == project.as_config() == stored


def test_the_order_of_keys_in_a_file_does_not_change_its_configuration():
    one = 'name = "a"\ntype = "rating"\nscale = 5\nlow = "no"\n[fields]\nx = "text"\ny = "image"\n'
    other = 'low = "no"\nscale = 5\ntype = "rating"\nname = "a"\n[fields]\ny = "image"\nx = "text"\n'
    assert json.dumps(read(one).as_config()) == json.dumps(read(other).as_config())


def test_a_configuration_kept_before_a_setting_existed_takes_its_default():
    stored = read(REVIEWS).as_config()
    del stored["skip_limit"], stored["lease"]
    stored["of_the_future"] = 1
    assert Project.from_config(stored) == read(REVIEWS)


@pytest.mark.parametrize(
    ("lease", "seconds"), [("30 s", 30), ("2 h", 7200), ("90min", 5400), ("1 hour", 3600), ("7 days", 604800)]
)
def test_a_lease_is_written_as_people_write_times(lease, seconds):
    assert read(f'name = "a"\ntype = "choice"\nlease = "{lease}"\n').lease.total_seconds() == seconds


def test_a_label_goes_by_its_name_before_a_former_one_and_of_several_by_the_first():
    """Looked up at once, however many labels there are: answers are read by the thousand."""
    labels = (
        LabelDef("new", "New", was=("old", "both")),
        LabelDef("other", "Other", was=("both", "new")),
        LabelDef("under", "Under", parent="new"),
    )
    asked = Question("label", "Which?", "choice", labels)
    assert [found and found.name for found in map(asked.label, ("new", "old", "both", "other", "none"))] == [
        "new",
        "new",
        "new",
        "other",
        None,
    ]
    assert [[one.name for one in asked.under(parent)] for parent in (None, "new", "under")] == [
        ["new", "other"],
        ["under"],
        [],
    ]
