"""The summary of a thousand people and ten thousand labels goes out in every chat, and stays readable."""

import io
import random
from dataclasses import replace

import pytest

from bot import managing
from bot.chat import Media, Message
from bot.chats.slack_blocks import message_blocks
from bot.chats.telegram_keyboard import keyboard
from bot.chats.telegram_text import CAPTION_UNITS, TEXT_UNITS, render
from bot.quality import chart, closer, page
from bot.quality.distribution import LabelCount
from bot.quality.intervals import wilson
from bot.quality.pairs import Alike
from bot.quality.telling import people_text, text
from bot.quality.words import Words
from bot.wording import LANGUAGES
from storage import projects
from storage.database import opened, run
from tests.engines import START
from tests.fakes.slack_blocks import message_complaints
from tests.fakes.telegram_content import checked_markup
from tests.quality.reported import report_of
from tests.worlds import SENTIMENT, make

PEOPLE, LABELS = 1_000, 10_000
PAGE = "https://bot.example/report/" + "x" * 100


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    """A report of so many, with the longest names there are, and its project's row."""
    from storage.migrations import migrate

    url = f"sqlite:///{tmp_path_factory.mktemp('crowd')}/labelbot.db"
    migrate(url)
    with opened(url, lambda: START) as database:
        world = run(database, lambda tx: make(tx, 5, 1, 1, replace(SENTIMENT, names=True)))
        report = report_of(database, world)
        row = run(database, lambda tx: projects.by_id(tx, world.project))
    draw, first = random.Random(1), report.people[0]
    labels = tuple(LabelCount(f"l{n}", f"😊 Label {n} " + "long " * 30, draw.randrange(100)) for n in range(LABELS))
    question = replace(report.questions[0], labels=labels, answers=sum(one.count for one in labels))
    people = tuple(replace(first, **_did(number, draw)) for number in range(PEOPLE))
    return replace(report, title="😊 A very long title " * 20, people=people, questions=(question,)), row


def _did(number, draw):
    share, count = draw.random(), draw.randint(1, 400)
    alike = Alike(share, count, *wilson(round(share * count), count))
    name = f"🙂 Somebody {number} with a name " + "W" * 200
    near = {"alike": alike, "skill": alike}
    return {"id": f"{number:012x}", "name": name, "labels": draw.randrange(9999), "median_seconds": 1.5} | near


def messages(report, row, language):
    """As a worker posts them."""
    picture = Media(1, "image", "image/png", "a" * 64, "alt " * 600, width=1200, height=1000)
    yield Message(text=text(report, language), kind="summary", media=(picture,))
    yield Message(text=people_text(report, language), buttons=managing.rows(row, 100, language, PAGE, 123_456))


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_it_fits_each_platform_and_nothing_is_cut_there(crowd, language):
    for message in messages(*crowd, language):
        words = "".join(part.text for part in message.text)
        limit = CAPTION_UNITS if message.media else TEXT_UNITS
        assert render(message.text, limit)[0] == words
        checked_markup(keyboard(message.buttons) if message.buttons else None, private=True)
        _, blocks = message_blocks(message, {1: "F1"})
        assert message_complaints(blocks, lambda file: "image/png") == []
        assert sum(len(str(block)) for block in blocks) < 20_000


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_what_admins_read_of_a_thousand_people_is_short(crowd, language):
    report, _ = crowd
    lines = "".join(part.text for part in people_text(report, language)).splitlines()
    assert len(lines) < 30
    assert lines.count("") == 2
    apart = [one for one in report.people if one.alike.high < 0.5]
    assert sum("Somebody" in line for line in lines) == 20
    assert len(apart) > 20


def test_the_pictures_show_as_many_as_can_be_read(crowd):
    from PIL import Image

    report, words = crowd[0], Words("en")
    for png in (chart.summary_chart(report, words), closer.people_chart(report, words)):
        assert Image.open(io.BytesIO(png)).size == (1200, 1000)
    few = replace(report, people=report.people[: closer.PEOPLE_SHOWN])
    assert closer.people_chart(few, words) != closer.people_chart(report, words)


def test_the_page_is_of_a_size_that_a_phone_reads(crowd):
    report, _ = crowd
    body = page.body(report, "en")
    assert len(body) < 600_000
    assert body.count('<th scope="row">🙂') <= page.LABELS_SHOWN + 220
    assert "9,800 more" in body
    assert "800 more" in body
    assert 'class="days"' in body
