"""The summary picture, looked at pixel by pixel."""

import io
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from pathlib import Path

import pytest
from PIL import Image

from bot.quality.ambiguity import Ambiguity
from bot.quality.chart import HEIGHT, WIDTH, summary_chart
from bot.quality.drawable import drawable, shortened
from bot.quality.measures import Agreement
from bot.quality.report import Accuracy, LabelCount, Pace, QuestionFigures, Report
from bot.quality.suggestions import Aids, Arm
from bot.quality.words import PARTS, Words
from storage.figures import Parts

GREEN, SKY, ORANGE, VERMILLION, BLUE, GREY = (
    (0x00, 0x9E, 0x73),
    (0x56, 0xB4, 0xE9),
    (0xE6, 0x9F, 0x00),
    (0xD5, 0x5E, 0x00),
    (0x00, 0x72, 0xB2),
    (0x9A, 0xA5, 0xB1),
)
YELLOW = (0xF0, 0xE4, 0x42)
ROOT = Path(__file__).parents[2]
BAR_ROW = 184  # a line of pixels through the progress bar
TODAY = date(2026, 11, 24)

NO_GOLD = Accuracy(0, 0, None)
NONE = Arm(0, 0, 0, 0, 0, None, None, None)
USUAL = Report(
    ambiguity=Ambiguity((), ()),
    suggestions=Aids(NONE, NONE, None, None, NONE, NONE, None),
    project="reviews",
    title="Review sentiment",
    as_of=datetime.combine(TODAY, time(12), UTC),
    timezone="UTC",
    parts=Parts(done=600, leased=20, open=340, skipped=20, flagged=10, quarantined=5, withdrawn=5),
    pace=Pace(40, 300, 45.5, 400, date(2026, 12, 3)),
    labels=1200,
    skips=0,
    flags=0,
    late=0,
    superseded=0,
    questions_asked=0,
    active_people=3,
    median_seconds=2.0,
    days=tuple((TODAY - timedelta(days=back), 40 + back) for back in range(12)),
    questions=(
        QuestionFigures(
            name="label",
            title="How?",
            type="choice",
            answers=1200,
            labels=(LabelCount("positive", "😊 Positive", 900), LabelCount("negative", "😞 Negative", 300)),
            agreement=Agreement(0.74, 0.78, 0.82, 600, 1200),
            gold=NO_GOLD,
        ),
    ),
    gold=NO_GOLD,
    disputed=(),
    people=(),
)


def but(report, *, pace=..., expected_end=..., **changes):
    """The report with other figures; `labels` and `agreement` are its question's."""
    of_question = {name: changes.pop(name) for name in ("labels", "agreement") if name in changes}
    if of_question.get("labels"):
        of_question["answers"] = sum(label.count for label in of_question["labels"])
    changed = replace(report, **changes, questions=(replace(report.questions[0], **of_question),))
    per_day = changed.pace.per_day if pace is ... else pace
    end = changed.pace.expected_end if expected_end is ... else expected_end
    return replace(changed, pace=replace(changed.pace, per_day=per_day, expected_end=end))


EMPTY = but(
    USUAL,
    parts=Parts(),
    labels=(LabelCount("a", "A", 0),),
    days=(),
    pace=None,
    expected_end=None,
    agreement=Agreement(None, None, None, 0, 0),
)
ENDLESS = "An exceedingly long and winding name that goes on " * 40
HARD = {
    "usual": USUAL,
    "empty": EMPTY,
    "no labels at all": but(EMPTY, labels=()),
    "transcripts": but(USUAL, labels=None, agreement=Agreement(0.8, None, 0.9, 40, 80)),
    "one label": but(USUAL, labels=(LabelCount("spam", "Spam", 1),), days=((TODAY, 1),), pace=0.1),
    "200 labels": but(USUAL, labels=tuple(LabelCount(f"l{i}", f"Label {i}", 900 - i) for i in range(200))),
    "long names": but(USUAL, title=ENDLESS, labels=(LabelCount("x", ENDLESS, 7), LabelCount("y", "W" * 3000, 5))),
    "millions": but(
        USUAL,
        parts=Parts(**dict.fromkeys(PARTS, 98_765_432)),
        labels=tuple(LabelCount(f"l{i}", ENDLESS, 123_456_789) for i in range(11)),
        pace=1_234_567.8,
        days=((TODAY, 8_765_432), (TODAY - timedelta(days=1), 1)),
        agreement=Agreement(-0.004, 0.999, 0.999, 98_765_432, 400_000_000),
    ),
    "right to left": but(
        USUAL,
        title="סיווג ביקורות 🙂",
        labels=(
            LabelCount("pos", "חיובי (טוב)", 7),
            LabelCount("neg", "سلبي جدا 👎", 4),
            LabelCount("he", "עברית " * 60, 3),
        ),
    ),
    "formulas": but(USUAL, title=r"$\frac{", labels=(LabelCount("m", r"$5 to $10 _^\{ %", 3),)),
    "only emoji": but(USUAL, project="🐈", title="🐈", labels=(LabelCount("👍", "👍🏽", 3), LabelCount("👎", "👎", 1))),
    "scripts without a font": but(
        USUAL, title="评论", labels=(LabelCount("pos", "好评", 3), LabelCount("坏", "坏", 1))
    ),
    "control characters": but(USUAL, title="a\x00b\u202ec\ud800", labels=(LabelCount("n", "two\nlines\t\x07", 3),)),
}


def drawn(report, language="en"):
    return summary_chart(report, Words(language))


def picture(report, language="en"):
    return Image.open(io.BytesIO(drawn(report, language))).convert("RGB")


def runs(image, colour, *, x=None, y=None):
    """Lengths of the unbroken stretches of a colour along one line of pixels."""
    span = range(image.height) if x is not None else range(image.width)
    line = [image.getpixel((x, place) if x is not None else (place, y)) == colour for place in span]
    return [len(list(stretch)) for found, stretch in groupby(line) if found]


def blank(image, left, top, right, bottom):
    return image.crop((left, top, right, bottom)).getcolors() == [((right - left) * (bottom - top), (255, 255, 255))]


@pytest.mark.parametrize("figures", HARD.values(), ids=HARD)
def test_nothing_runs_over_an_edge_or_into_the_other_column(figures, caplog):
    image = picture(figures)
    assert image.size == (WIDTH, HEIGHT)
    assert blank(image, 0, 0, 40, HEIGHT)
    assert blank(image, WIDTH - 40, 0, WIDTH, HEIGHT)
    assert blank(image, 0, HEIGHT - 20, WIDTH, HEIGHT)
    assert blank(image, 616, 345, 656, HEIGHT)
    assert caplog.records == []


@pytest.mark.parametrize("name", ["usual", "right to left", "200 labels"])
def test_the_same_figures_give_the_same_bytes(name):
    assert drawn(HARD[name]) == drawn(HARD[name])


def test_the_file_tells_no_program_and_no_date():
    assert Image.open(io.BytesIO(drawn(USUAL))).info.keys() <= {"dpi"}


def test_a_part_is_as_wide_as_its_share():
    image = picture(USUAL)
    assert runs(image, GREEN, y=BAR_ROW) == [pytest.approx(0.6 * (WIDTH - 96), abs=8)]
    assert runs(image, SKY, y=BAR_ROW) == [pytest.approx(0.02 * (WIDTH - 96), abs=4)]


def test_three_flagged_of_a_million_are_seen():
    image = picture(but(USUAL, parts=Parts(done=999_997, flagged=3)))
    (width,) = runs(image, VERMILLION, y=BAR_ROW)
    assert width >= 2


def test_a_part_without_items_is_left_out():
    assert runs(picture(but(USUAL, parts=Parts(done=5, open=5))), ORANGE, y=BAR_ROW) == []


def test_the_parts_add_up_to_what_was_imported():
    assert USUAL.parts.imported == 1000


def test_a_bar_is_as_long_as_the_labels_share_of_the_answers():
    image = picture(USUAL)
    heights = [y for y in range(394, HEIGHT) if image.getpixel((70, y)) == BLUE]
    assert [max(runs(image, BLUE, y=y)) for y in (heights[len(heights) // 4], heights[-len(heights) // 4])] == [
        pytest.approx(560 * 3 / 4, abs=3),
        pytest.approx(560 / 4, abs=3),
    ]


def test_of_tags_too_a_bar_is_the_share_of_the_answers():
    both = tuple(replace(label, count=600) for label in USUAL.questions[0].labels)
    image = picture(replace(USUAL, questions=(replace(USUAL.questions[0], labels=both),)))
    assert max(max(runs(image, BLUE, y=y), default=0) for y in range(394, HEIGHT)) == pytest.approx(280, abs=3)


def test_the_other_tags_together_are_counted_without_a_share():
    """An answer may hold several of them."""
    tags = replace(USUAL.questions[0], labels=tuple(LabelCount(f"l{i}", f"L{i}", 300) for i in range(40)))
    image = picture(replace(USUAL, questions=(tags,)))
    assert (len(runs(image, BLUE, x=56)), len(runs(image, GREY, x=56))) == (10, 0)


def bars_by_colour(labels):
    image = picture(but(USUAL, labels=labels))
    return len(runs(image, BLUE, x=56)), len(runs(image, GREY, x=56))


def test_beyond_ten_labels_the_rest_is_one_grey_bar():
    assert bars_by_colour(HARD["200 labels"].questions[0].labels) == (10, 1)


def test_an_eleventh_label_is_shown_as_itself():
    assert bars_by_colour(tuple(LabelCount(f"l{i}", f"L{i}", 5) for i in range(11))) == (11, 0)


def day_bars(days, **changes):
    image = picture(but(USUAL, days=days, pace=None, **changes))
    return [width for width in runs(image, SKY, y=627) if width > 2]


def test_a_day_without_answers_is_a_gap():
    days = tuple((TODAY - timedelta(days=back), 9) for back in (0, 1, 3))
    assert len(day_bars(days)) == 3
    assert len(day_bars((*days, (TODAY - timedelta(days=2), 0)))) == 3


def test_only_the_newest_thirty_days_are_drawn():
    assert len(day_bars(tuple((TODAY - timedelta(days=back), 9) for back in range(200)))) == 30


def test_a_day_ahead_of_ours_is_drawn_too():
    assert len(day_bars(((TODAY + timedelta(days=1), 9),))) == 1


def test_a_project_at_rest_is_told_from_one_that_never_began():
    never = picture(but(USUAL, days=()))
    resting = picture(but(USUAL, days=((date(2026, 1, 1), 9),)))
    assert never.tobytes() != resting.tobytes()
    assert day_bars(((date(2026, 1, 1), 9),)) == []


def test_the_pace_is_a_line_across_the_days():
    def vermillion(figures):
        image = picture(figures)
        return [y for y in range(440, 640) if len(runs(image, VERMILLION, y=y)) > 10]

    assert vermillion(USUAL)
    assert not vermillion(but(USUAL, pace=None))


def test_the_words_are_those_of_the_language():
    assert picture(USUAL, "de").tobytes() != picture(USUAL).tobytes()


FREE = replace(USUAL.questions[0], labels=None, agreement=Agreement(0.8, None, 0.9, 40, 80))
WIDE = replace(
    USUAL.questions[0],
    title=ENDLESS,
    labels=tuple(LabelCount(f"l{i}", ENDLESS, 123_456_789) for i in range(11)),
    answers=11 * 123_456_789,
    agreement=Agreement(-0.004, 0.999, 0.999, 98_765_432, 400_000_000),
)


@pytest.mark.parametrize("count", range(2, 8))
@pytest.mark.parametrize("parts", [USUAL.parts, HARD["millions"].parts], ids=["usual", "millions"])
def test_several_questions_have_a_panel_each(count, parts):
    questions = (*USUAL.questions, FREE, WIDE, WIDE, *USUAL.questions * 3)[:count]
    image = picture(replace(USUAL, questions=questions, parts=parts))
    assert blank(image, 0, 0, 40, HEIGHT)
    assert blank(image, WIDTH - 40, 0, WIDTH, HEIGHT)
    assert blank(image, 0, HEIGHT - 20, WIDTH, HEIGHT)
    end_of_questions = HEIGHT if count % 2 else 620
    assert blank(image, 580, 385, 620, end_of_questions)
    if parts == USUAL.parts:
        assert label_bars(image) == {2: (2, 0), 3: (6, 0), 4: (4, 2), 5: (6, 2)}[min(count, 5)]


def label_bars(image):
    """How many in the left and the right column."""
    return tuple(len([run for run in runs(image, BLUE, x=x) if run > 5]) for x in (56, 632))


def test_a_question_is_named_by_what_the_fonts_can_write():
    first, second = USUAL.questions[0], replace(USUAL.questions[0], name="tone")
    cjk, latin = (replace(USUAL, questions=(first, replace(second, title=title))) for title in ("语气", "tone"))
    assert drawn(cjk) == drawn(latin)


def test_nothing_compared_is_one_quiet_sentence():
    nothing = Agreement(None, None, None, 0, 0)
    image = picture(but(USUAL, agreement=nothing))
    assert blank(image, 664, 800, WIDTH, HEIGHT)
    assert not blank(image, 664, 770, WIDTH, 800)


def test_free_texts_have_no_place_for_ac1():
    with_ac1 = picture(but(USUAL, labels=None))
    without = picture(HARD["transcripts"])
    assert not blank(with_ac1, 664, 740, WIDTH, HEIGHT)
    assert blank(without, 664, 710, WIDTH, HEIGHT)


def test_how_many_gold_labels_were_right_stands_in_the_picture():
    assert drawn(replace(USUAL, gold=Accuracy(14, 12, 0.9))) != drawn(USUAL)


def test_without_any_label_there_is_one_sentence():
    image = picture(EMPTY)
    assert not blank(image, 40, 345, 400, 400)
    assert blank(image, 40, 400, WIDTH, HEIGHT)
    assert blank(image, 616, 345, WIDTH, HEIGHT)


def test_the_readmes_picture_has_the_colours_of_the_chart():
    readme = Image.open(ROOT / "docs/images/summary.png").convert("RGB")
    colours = {colour for _, colour in readme.getcolors(readme.width * readme.height)}
    assert {GREEN, BLUE, SKY, VERMILLION, YELLOW} <= colours


def test_pictures_stay_out_of_the_start_up_path():
    code = (
        "import sys, bot.quality.measures, bot.quality.consensus;"
        "assert not {'numpy', 'matplotlib'} & set(sys.modules);"
        "import bot.quality.chart; assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("😊 Positive", "Positive"),
        ("Not 👍🏽 sure 👩‍👩‍👧", "Not sure"),
        ("❤️ Love ★★★", "❤ Love ★★★"),
        ("🇩🇪 German", "German"),
        ("1️⃣ first", "1 first"),
        ("two\nlines\t here ", "two lines here"),
        ("e\u0301te\u0301", "été"),
        ("a\u202ebc", "abc"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👍", None),
        ("", None),
        ("\U00013000 bird", None),
    ],
)
def test_a_text_keeps_what_the_font_can_draw(text, drawn):
    assert drawable(text) == drawn


def test_a_cut_never_leaves_an_accent_without_its_letter():
    assert shortened("abq\u0301z", 3) == "ab…"
    assert shortened("ab cd", 3) == "ab…"
