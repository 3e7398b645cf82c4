"""Each mistake in a project file is met with its line and a remedy."""

import pytest

from bot.cli.defining import parse_project
from bot.projectfile import BadProjectFile, load, parse
from tests.test_projectfile import OPTIONS, REVIEWS, TYPES, read, refusal

TOP = 'name = "a"\ntype = "choice"\n'


ASK = 'name = "a"\n[[questions]]\nname = "q"\ntype = "choice"\nlabels = ["x", "yes"]\n'


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (TOP + "overlpa = 2\n", 3, "`overlpa` is not a setting here; did you mean `overlap`?"),
        (TOP + "annotators = 2\n", 3, "did you mean `overlap`?"),
        ('name = "a"\ntpye = "choice"\n', 2, "did you mean `type`?"),
        ('name = "a"\n', 1, "`type` is missing"),
        ('type = "choice"\n', 1, "`name` is missing"),
        ('name = "a"\ntype = "chioce"\n', 2, "'chioce' is not a `type`; did you mean `choice`?"),
        ('name = "a"\ntype = "zzz"\n', 2, "it can be `choice`, `tags`"),
        ('name = "My Project"\ntype = "choice"\n', 1, "lower-case"),
        (f'name = "{"a" * 41}"\ntype = "choice"\n', 1, "1 to 40"),
        ('name = 3\ntype = "choice"\n', 1, "`name` must be text in quotes."),
        ('name = "a"\ntitle = ""\ntype = "choice"\n', 2, "`title` is empty"),
        ('name = "a"\ntitle = "b\\nc"\ntype = "choice"\n', 2, "on one line"),
        (TOP + f'question = "{"a" * 301}"\n', 3, "has 301 characters; keep it to 300"),
        (TOP + "overlap = 0\n", 3, "whole number from 1 to 100"),
        (TOP + "overlap = 101\n", 3, "whole number from 1 to 100"),
        (TOP + "overlap = true\n", 3, "whole number from 1 to 100"),
        (TOP + "gold_share = 0.6\n", 3, "from 0 to 0.5"),
        (TOP + "gold_share = nan\n", 3, "from 0 to 0.5"),
        (TOP + "withhold = 0.51\n", 3, "from 0 to 0.5"),
        (TOP + "unsure = 1\n", 3, "true or false"),
        (TOP + "gold_start = 0.95\n", 3, "from 0 to 0.9"),
        (TOP + "gold_feedback = 1\n", 3, "true or false"),
        (TOP + "[qualification]\nitems = 51\n", 4, "from 1 to 50"),
        (TOP + "[qualification]\nitems = 4\nright = 5\n", 5, "from 1 to 4"),
        (TOP + "[qualification]\nitem = 4\n", 4, "did you mean `items`?"),
        (TOP + 'blind = "yes"\n', 3, "true or false"),
        (TOP + 'lease = "soon"\n', 3, "'soon'"),
        (TOP + 'lease = "1 s"\n', 3, '"10 s" to "7 days"'),
        (TOP + 'order = "randon"\n', 3, "did you mean `random`?"),
        (TOP + 'language = "English"\n', 3, "language code"),
        (TOP + 'chats = ["slack",\n  "telegrm"]\n', 4, "did you mean `telegram`?"),
        (TOP + 'chats = "slack"\n', 3, "must be a list"),
        (TOP + 'show = ["a", "a"]\n', 3, "stands twice"),
        (TOP + 'skip_reasons = ["ok",\n""]\n', 4, "1 to 60 characters"),
        (TOP + '[fields]\nbody = "txt"\n', 4, "did you mean `text`?"),
        (TOP + "[fields]\noverlap = 2\n", 4, "`overlap` belongs to the project; move it above"),
        (TOP + "fields = 3\n", 3, "[fields]"),
        (TOP + 'labels = "a"\n', 3, "[[labels]]"),
        (TOP + 'labels = ["a", 3]\n', 3, "each of `labels`"),
        (TOP + 'labels = ["a",\n"b\\nc"]\n', 4, "on one line"),
        (TOP + 'labels = [{name = "a"}, 3]\n', 3, "must be a table"),
        (TOP + '[[labels]]\ntitle = "A"\n', 3, "`name` is missing"),
        (TOP + '[[labels]]\nname = "x"\ndescription = "?"\n', 5, "did you mean `help`?"),
        (TOP + '[[labels]]\nname = "x"\noverlap = 2\n', 5, "`overlap` belongs to the project; move it above"),
        (TOP + '[[labels]]\nname = "x"\nmax = 2\n', 5, "`max` belongs above this table"),
        (TOP + '[[labels]]\nname = "x"\n\n[[labels]]\nname = "x"\n', 7, "already called 'x'"),
        (TOP + '[[labels]]\nname = "x"\nwas = ["y"]\n[[labels]]\nname = "y"\n', 5, "still a label's name"),
        (
            TOP + '[[labels]]\nname = "x"\nwas = ["old"]\n[[labels]]\nname = "y"\nwas = ["z", "old"]\n',
            8,
            "'x' was 'old' already; a former name goes on in one label only.",
        ),
        (TOP + '[[labels]]\nname = "animal"\n[[labels]]\nname = "x"\nparent = "animals"\n', 7, "mean `animal`?"),
        (TOP + '[[labels]]\nname = "x"\nparent = "x"\n', 5, "under itself"),
        (TOP + '[[labels]]\nname="x"\n[[labels.labels]]\nname="y"\nparent="x"\n', 7, "take `parent` out"),
        (TOP + f'[[labels]]\nname = "x"\ntitle = "{"y" * 76}"\n', 5, "1 to 75 characters"),
        (TOP + "[[question]]\n", 3, "[[questions]], with an s"),
        (TOP + "scale = 3\n", 3, "`scale` is a setting of the type 'rating', and this one is 'choice'."),
        (TOP + "style = 1979-05-27\n", 3, "`style` must be text"),
        (TOP + "style = [1, inf]\n", 3, "`style` is inf, which cannot be counted with; write a number"),
        (TOP + "style = nan\n", 3, "`style` is nan, which cannot be counted with; write a number"),
        (ASK + "overlap = 2\n", 6, "`overlap` belongs to the project; move it above"),
        ('type = "choice"\n' + ASK, 1, "`type` belongs to one question"),
        ("scale = 3\n" + ASK, 1, "`scale` belongs to one question"),
        (ASK + 'question = "How?"\n', 6, "did you mean `title`?"),
        (ASK + '[[questions]]\nname = "q"\ntype = "choice"\n', 7, "another question is already called 'q'"),
        (ASK + '[[questions]]\nname = "r"\ntype = "rating"\nshow_if = "p=x"\n', 9, "it can be `q`"),
        (ASK + '[[questions]]\nname = "r"\ntype = "rating"\nshow_if = "q=yess"\n', 9, "did you mean `yes`?"),
        (ASK + '[[questions]]\nname = "r"\ntype = "rating"\nshow_if = "q"\n', 9, '"question=label"'),
        (ASK + '[[questions]]\nname = "r"\ntype = "rating"\nshow_if = {question = "q", label = []}\n', 9, "empty"),
        (
            ASK + '[[questions]]\nname="r"\ntype="rating"\n[questions.show_if]\nquestion="q"\nlabels="x"\n',
            11,
            "`label`?",
        ),
        (ASK + 'show_if = "q=x"\n', 6, "the first question is always asked"),
        ('name = "a"\n' + '[[questions]]\nname = "q"\ntype = "choice"\n' * 6, 17, "1 to 5 questions"),
        ('name = "a"\nquestions = []\n', 2, "1 to 5 questions"),
        (TOP + '[summary]\nchannel = "#qa"\n', 4, "a chat and its id"),
        (TOP + '[summary]\nevery = "0 18 * * *"\n', 3, "`channel` is missing"),
        (TOP + 'chats = ["browser"]\n[summary]\nchannel = "slack:C1"\n', 5, "keeps this project out of 'slack'"),
        (TOP + '[summary]\nchannel = "slack:C1"\nevery = "0 25 * * *"\n', 5, "five cron fields"),
        (TOP + '[summary]\nchannel = "slack:C1"\nevery = "0 0 31 2 *"\n', 5, "do come round"),
        (TOP + '[summary]\nchannel = "slack:C1"\nevery = "0 0 0 * * *"\n', 5, "five cron fields"),
        (TOP + '[summary]\nchannel = "slack:C1"\ntimezone = "Europe/Berln"\n', 5, "did you mean `Europe/Berlin`?"),
        (TOP + '[summary]\nchannel = "slack:C1"\ntimezone = "../etc"\n', 5, "is not a time zone"),
        (TOP + '[summary]\nchannel = "slack:C1"\noverlap = 2\n', 5, "`overlap` belongs to the project"),
        ("name = reviews\n", 1, "text needs quotes"),
        ('name = "a"\nname = "b"\n', 2, "already set further up"),
        ('name = "a\n', 1, "not valid TOML"),
        ('name = "a"\n[[labels]\n', 2, "not valid TOML"),
    ],
)
def test_a_mistake_is_met_with_its_line_and_a_remedy(text, line, says):
    said = refusal(text)
    assert said.startswith(f"it.toml, line {line}: ")
    assert says in said
    assert "\n" not in said


SEVERAL = """\
name = "X Y"
type = "choice"
overlap = 0
lease = "soon"
overlpa = 2

[[labels]]
name = "a"

[[labels]]
name = "a"
titel = "A"

[[labels]]
title = "no name"

[[labels]]
name = "b"
parent = "c"

[summary]
channel = "#qa"
timezone = "Mars"
"""


def test_all_mistakes_are_named_at_once_each_with_its_line():
    lines = [int(line.split("line ")[1].split(":")[0]) for line in refusal(SEVERAL).splitlines()]
    assert lines == [1, 3, 4, 5, 11, 12, 14, 22, 23]


def test_of_several_questions_each_mistake_is_named_and_none_that_only_follows_from_another():
    said = refusal(
        'overlap = 0\n[[questions]]\nname = "q"\ntype = "choise"\nlabels = ["x", "yes"]\n'
        '[[questions]]\nname = "r"\ntype = "rating"\nscael = 3\nshow_if = "q=x"\n'
    ).splitlines()
    assert [line.partition(": ")[0] for line in said] == [
        "it.toml, line 1", "it.toml, line 1", "it.toml, line 4", "it.toml, line 9",
    ]  # fmt: skip


def test_a_label_type_may_refuse_a_question_and_its_line_is_named():
    def check(question):
        if not question.labels:
            raise ValueError("a choice needs two labels.")

    with pytest.raises(BadProjectFile, match=r"^it\.toml, line 3: a choice needs two labels\.$"):
        parse('name = "a"\n\ntype = "choice"\n', "it.toml", types=TYPES, check=check)
    assert parse(TOP + 'labels = ["x", "y"]\n', types=TYPES, check=check).name == "a"


LABELS = 'labels = ["a", "b"]\n'


@pytest.mark.parametrize(
    ("kind", "rest", "line", "says"),
    [
        ("tags", LABELS + "min = 3\n", 4, "`min` must be a whole number"),
        ("tags", LABELS + "max = 0\n", 4, "`max` must be a whole number"),
        ("tags", LABELS + "max = 1\nmin = 2\n", 5, "`min` is 2 and `max` only 1."),
        ("tags", LABELS + "max = nan\n", 4, "`max` is nan"),
        ("tags", LABELS + 'other = "yes"\n', 4, "`other` must be true or false"),
        ("tags", 'labels = ["a", "other: b"]\nother = true\n', 4, "with `other` no label's name"),
        ("choice", LABELS + "parents = 1\n", 4, "`parents` must be true or false"),
        ("choice", "overlap = 2\n" + 'labels = ["a"]\n', 4, "needs at least two labels"),
        ("choice", '\n[[labels]]\nname = "a"\n', 4, "needs at least two labels"),
        ("choice", "overlap = 2\n", 2, "needs at least two labels"),
        ("rating", LABELS, 3, "has no labels; take them out"),
        ("rating", "\nscale = 11\n", 4, "`scale` must be a whole number"),
        ("rating", '\nhigh = "good"\n', 4, "`low` and `high` come together"),
        ("rating", '\nlow = "bad"\n', 4, "`low` and `high` come together"),
        ("rating", 'low = "a"\nhigh = 3\n', 4, "`high` must be text"),
        ("pairwise", '\ntie = "yes"\n', 4, "`tie` must be true or false"),
        ("pairwise", "\nboth_bad = 0\n", 4, "`both_bad` must be true or false"),
        ("transcript", '\nunintelligible = ""\n', 4, "`unintelligible` must be"),
        ("transcript", "\nmax = 3001\n", 4, "`max` must be a whole number"),
    ],
)
def test_a_setting_that_its_label_type_refuses_is_named_by_its_own_line(kind, rest, line, says):
    with pytest.raises(BadProjectFile) as refused:
        parse_project(f'name = "a"\ntype = "{kind}"\n{rest}')
    assert (refused.value.line, says in refused.value.reason) == (line, True), str(refused.value)


def test_a_file_is_read_from_disk_with_windows_line_ends_and_a_byte_order_mark(tmp_path):
    path = tmp_path / "reviews.toml"
    path.write_bytes(b"\xef\xbb\xbf" + REVIEWS.replace("\n", "\r\n").encode())
    assert load(path, TYPES, OPTIONS) == read(REVIEWS)


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(BadProjectFile, match=r"none\.toml: cannot be read: No such file"):
        load(tmp_path / "none.toml", TYPES)
    with pytest.raises(BadProjectFile, match="cannot be read: Is a directory"):
        load(tmp_path, TYPES)


def test_a_file_in_another_encoding_is_refused_with_its_line(tmp_path):
    path = tmp_path / "latin.toml"
    path.write_bytes('name = "a"\ntitle = "Gefühl"\n'.encode("latin-1"))
    with pytest.raises(BadProjectFile, match="line 2: this is not UTF-8 text"):
        load(path, TYPES)
