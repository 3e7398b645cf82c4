"""A person's first minutes at each chat, with the whole program behind it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.project import LabelDef, Project, Question, Summary
from tests.e2e.sites import Site, site_of
from tests.fakes.telegram_samples import picture
from tests.running import CLIPS, REVIEWS, Home, Stable, wait

TOPICS = Project(
    name="tickets",
    title="Tickets",
    questions=(
        Question("topics", "What about?", "tags", (LabelDef("billing", "Billing"), LabelDef("bug", "Bug"))),
        Question("urgency", "How urgent?", "rating", options={"scale": 3}),
    ),
    gold_share=0.0,
)


@pytest.fixture
def site(home: Home, stable: Stable) -> Iterator[Site]:
    with site_of(home, stable) as found:
        yield found


def test_a_label_in_place_takes_two_calls_on_telegram(site: Site) -> None:
    site.start()
    tg, anna = site.telegram, site.telegram.user("Anna")
    anna.start(site.home.codes["reviews"])
    tg.wait(lambda: anna.chat.last_from_bot.buttons)
    before = len([call for call in tg.calls if call.method != "getUpdates"])
    for count in range(1, 6):
        anna.press("Positive")
        tg.wait(lambda: anna.chat.last_from_bot.edits == count and not anna.spinning, 15)  # noqa: B023
    assert len([call for call in tg.calls if call.method != "getUpdates"]) - before == 10
    assert len(anna.chat.from_bot) == 2
    assert [row["label"] for row in site.home.answers()] == [{"label": "positive"}] * 5
    assert not tg.refusals


def test_undo_skip_and_flag_on_telegram(site: Site) -> None:
    site.start()
    tg, anna = site.telegram, site.telegram.user("Anna")
    anna.start(site.home.codes["reviews"])
    tg.wait(lambda: "Text 0" in anna.chat.last_from_bot.text)
    anna.press("Positive")
    tg.wait(lambda: "Text 1" in anna.chat.last_from_bot.text)
    anna.press("↩")
    tg.wait(lambda: "Text 0" in anna.chat.last_from_bot.text)
    anna.press("Negative")
    tg.wait(lambda: "Text 1" in anna.chat.last_from_bot.text)
    anna.press("⏭")
    tg.wait(lambda: any(button.text == "Not sure" for button in anna.chat.last_from_bot.all_buttons))
    anna.press("Not sure")
    tg.wait(lambda: "Text 2" in anna.chat.last_from_bot.text)
    anna.press("⋯")
    tg.wait(lambda: any("broken" in button.text for button in anna.chat.last_from_bot.all_buttons))
    anna.press("broken")
    tg.wait(lambda: "What is wrong" in anna.chat.last_from_bot.text)
    anna.say("Half of it is missing")
    tg.wait(lambda: "Text 3" in anna.chat.last_from_bot.text)
    assert [row["label"] for row in site.home.answers()] == [{"label": "negative"}]
    kinds = site.home.rows("SELECT kind, note FROM answers WHERE live = true ORDER BY id")
    assert kinds == [
        {"kind": "label", "note": None},
        {"kind": "skip", "note": "Not sure"},
        {"kind": "flag", "note": "Half of it is missing"},
    ]


def test_a_clip_is_sent_as_sound_and_its_transcript_typed(site: Site) -> None:
    clip = site.home.keep(b"OggS" + bytes(200), "audio", "audio/ogg")
    site.home.add(replace(CLIPS, name="voices", title="Voices"), [{"data": {}, "media": [clip]} for _ in range(2)])
    site.start()
    tg, anna = site.telegram, site.telegram.user("Anna")
    anna.start(site.home.codes["voices"])
    tg.wait(lambda: anna.chat.last_from_bot.kind == "voice")
    first = anna.chat.last_from_bot
    anna.say("The kettle is on", reply_to=first.id)
    tg.wait(lambda: anna.chat.last_from_bot.kind == "voice" and anna.chat.last_from_bot.id > first.id)
    assert [row["label"] for row in site.home.answers("voices")] == [{"label": "The kettle is on"}]
    uploads = [len(call.uploads) for call in tg.calls if call.method == "sendVoice"]
    assert uploads == [1, 0]  # the second time Telegram knows the file


def test_questions_follow_on_one_card_in_slack(site: Site) -> None:
    site.home.add(TOPICS, [{}, {}])
    site.start()
    slack, bob = site.slack, site.slack.user("Bob")
    bob.command("/label", f"join {site.home.codes['tickets']}").wait()
    slack.wait(lambda: "What about?" in bob.dm.last.shown)
    bob.press("Bug")
    slack.wait(lambda: any("Bug" in b.text and b.text != "Bug" for b in bob.dm.last.buttons))
    bob.press(lambda button: "Done" in button.text)
    slack.wait(lambda: "How urgent?" in bob.dm.last.shown)
    bob.press("2")
    slack.wait(lambda: len(site.home.answers("tickets")) == 1)
    assert site.home.answers("tickets")[0]["label"] == {"topics": ["bug"], "urgency": 2}


def test_a_transcript_in_slack_is_typed_in_the_thread_or_in_a_form(site: Site) -> None:
    site.start()
    slack, bob = site.slack, site.slack.user("Bob")
    bob.command("/label", f"join {site.home.codes['clips']}").wait()
    card = slack.wait(lambda: "Text 0" in bob.dm.last.shown and bob.dm.last)
    bob.say("In the thread", thread_ts=card.ts)
    slack.wait(lambda: "Text 1" in bob.dm.last.shown)
    bob.press(lambda button: "Type it here" in button.text)
    slack.wait(lambda: bob.modal)
    bob.submit({"What is said?": "In the form"})
    slack.wait(lambda: "Text 2" in bob.dm.last.shown)
    assert [row["label"]["label"] for row in site.home.answers("clips")] == ["In the thread", "In the form"]


def test_app_home_starts_a_project(site: Site) -> None:
    site.start()
    slack, bob = site.slack, site.slack.user("Bob")
    bob.command("/label", f"join {site.home.codes['reviews']}").wait()
    slack.wait(lambda: "Text 0" in bob.dm.last.shown)
    bob.press("Positive")
    slack.wait(lambda: "Text 1" in bob.dm.last.shown)
    bob.open_home()
    slack.wait(lambda: bob.home and "1 / 60" in bob.home.shown)
    before = bob.dm.last
    bob.press(lambda button: "Reviews" in button.text, on="home")
    slack.wait(lambda: bob.dm.last.ts != before.ts and "Text 1" in bob.dm.last.shown)


def test_a_summary_is_posted_to_a_channel(site: Site) -> None:
    group = site.telegram.group("Team", id=-100123)
    summed = replace(REVIEWS, name="summed", title="Summed", summary=Summary(f"telegram:{group.id}"))
    site.home.add(summed, [{"data": {"text": str(number)}} for number in range(3)])
    site.start()
    tg, anna = site.telegram, site.telegram.user("Anna")
    anna.start(site.home.codes["summed"])
    tg.wait(lambda: anna.chat.last_from_bot.buttons)
    anna.press("Positive")
    wait(lambda: len(site.home.answers("summed")) == 1)
    done = site.program.run("report", "summed", "--post")
    assert done.returncode == 0, done.stderr
    tg.wait(lambda: group.chat.last_from_bot.text, 40)
    assert "Summed" in "".join(message.text for message in group.chat.from_bot)


def test_a_picture_on_telegram_is_uploaded_once(site: Site) -> None:
    photo = site.home.keep(picture(64, 64, "JPEG"), "image", "image/jpeg")
    site.home.add(replace(REVIEWS, name="photos", title="Photos"), [{"data": {}, "media": [photo]} for _ in range(3)])
    site.start()
    tg, anna = site.telegram, site.telegram.user("Anna")
    anna.start(site.home.codes["photos"])
    tg.wait(lambda: anna.chat.last_from_bot.kind == "photo")
    anna.press("Positive")
    wait(lambda: len(site.home.answers("photos")) == 1)
    tg.wait(lambda: anna.chat.last_from_bot.all_buttons and not anna.spinning)
    assert sum(len(call.uploads) for call in tg.calls) == 1
