"""A person masks photos in Telegram and in Slack, with the whole program behind it: the regions are really painted."""

import io
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image

from bot.labels import rle
from bot.labels.colours import COLOURS
from bot.media.images import prepare_image
from bot.project import LabelDef, Project, Question
from storage import regions
from storage.database import opened, run
from tests.e2e.sites import Site, site_of
from tests.e2e.test_people_box import colours
from tests.running import Home, Stable, wait

SIZE = (2000, 1500)
LABELS = (LabelDef("road", "🛣️ Road"), LabelDef("sky", "☁️ Sky"))
STREETS = Project("streets", "Streets", (Question("label", "Which parts are what?", "masks", LABELS),), gold_share=0.0)


def record(name: str, top: int, height: int) -> dict[str, Any]:
    """A band across the whole picture."""
    counts = rle.of_edges([x * SIZE[1] + y for x in range(SIZE[0]) for y in (top, top + height)], SIZE[0] * SIZE[1])
    return {"label": name, "size": [SIZE[1], SIZE[0]], "counts": rle.encode(counts)}


SKY, ROAD = record("sky", 100, 400), record("road", 1000, 400)


@pytest.fixture
def site(home: Home, stable: Stable) -> Iterator[Site]:
    out = io.BytesIO()
    Image.new("RGB", SIZE, (128, 128, 128)).save(out, "JPEG")
    prepared = prepare_image(out.getvalue(), "street.jpg", regions=True)
    photo = home.keep(prepared.content, "image", prepared.mime, SIZE)
    cut = prepared.regions
    assert cut is not None
    with opened(home.url) as database:
        kept = (cut["width"], cut["height"], b64decode(cut["runs"]), cut["parents"])
        run(database, lambda tx: regions.keep(tx, {photo["id"]: kept}))
    suggestions = ({"label": {"label": [SKY, ROAD]}}, None)
    home.add(STREETS, [{"data": {}, "media": [photo], "suggestion": suggestion} for suggestion in suggestions])
    with site_of(home, stable) as found:
        yield found


def saved(site: Site) -> list[dict[str, np.ndarray]]:
    """The pixels of each label of each answer."""
    wait(lambda: len(site.home.answers("streets")) == 2)
    labels = [row["label"]["label"] for row in site.home.answers("streets")]
    return [{one["label"]: pixels(one) for one in label} for label in labels]


def pixels(one: dict[str, Any]) -> np.ndarray:
    counts = rle.decode(one["counts"], *one["size"])
    return np.repeat(np.arange(len(counts)) % 2 == 1, counts).reshape(one["size"], order="F")


def tint(picture: bytes) -> tuple[np.ndarray, np.ndarray]:
    """The middle colour of the upper and the lower fifth of a picture."""
    shown = np.asarray(Image.open(io.BytesIO(picture)).convert("RGB"))
    fifth = len(shown) // 5
    return np.median(shown[:fifth], axis=(0, 1)), np.median(shown[-fifth:], axis=(0, 1))


def check(site: Site) -> None:
    """Of the first photo the suggested road, called sky, was left; on the second, two thirds and a part were marked."""
    first, second = saved(site)
    assert set(first) == {"sky"}
    assert (first["sky"] == pixels(ROAD)).all()
    assert set(second) == {"road", "sky"}
    assert 0.25 < second["sky"].mean() < 0.45
    assert 0.25 < second["road"].mean() < 0.45
    assert not (second["road"] & second["sky"]).any()
    assert second["sky"][:300].mean() > 0.95
    assert second["road"][-300:].mean() > 0.95


def test_photos_are_masked_in_telegram(site: Site) -> None:
    site.start()
    tg, anna = site.telegram, site.telegram.user("Anna")
    anna.start(site.home.codes["streets"])

    def there(words: str) -> bool:
        last = anna.chat.last_from_bot
        return last.kind == "photo" and words in last.text and site.settled()

    def shows(words: str) -> Any:
        return tg.wait(lambda: there(words), 20)

    def replies(text: str) -> None:
        """To the lowest card, and waits for what comes of it: a person is not so quick either."""
        card = next(one for one in reversed(anna.chat.messages) if one.kind == "photo")
        before = anna.chat.last_from_bot.id
        anna.say(text, reply_to=card.id)
        tg.wait(lambda: anna.chat.last_from_bot.id > before, 20)

    shows("Tap one that is wrong")
    assert colours(anna.chat.last_from_bot.content) == set(COLOURS[:2])
    anna.press("✓ 1 ☁️ Sky")
    tg.wait(lambda: any(one.text == "1 ☁️ Sky" for one in anna.chat.last_from_bot.all_buttons) and site.settled())
    anna.press("✎ 2")
    shows("Which label shall 2 have")
    anna.press("☁️ Sky")
    tg.wait(lambda: any("2 ☁️ Sky" in one.text for one in anna.chat.last_from_bot.all_buttons) and site.settled())
    assert colours(anna.chat.last_from_bot.content) == {COLOURS[1]}
    anna.press("✔ Done (1)")
    shows("Reply with numbers and a label")
    replies("1-20 sky")
    shows("☁️ Sky: 1–20")
    replies("999 road")
    tg.wait(lambda: anna.chat.last_from_bot.text == "There is no region 999. They are numbered 1 to 60.")
    replies("41-60 road")
    shows("🛣️ Road: 41–60")
    sky, ground = tint(anna.chat.last_from_bot.content)
    assert sky[1] > sky[0] + 20  # the second colour is a green, the first a red
    assert ground[0] > ground[1] + 20
    replies("+30")
    shows("☁️ Sky: 1–20 · 🛣️ Road: 41–60")
    replies("30a sky")
    shows("☁️ Sky: 1–20, 30a")
    anna.press("↩")
    shows("☁️ Sky: 1–20 ·")
    anna.press("✔ Done (2)")
    check(site)
    assert not tg.refusals


def test_photos_are_masked_in_slack(site: Site) -> None:
    site.start()
    slack, bob = site.slack, site.slack.user("Bob")
    bob.command("/label", f"join {site.home.codes['streets']}").wait()
    slack.wait(lambda: "Tap one that is wrong" in bob.dm.last.shown and site.settled(), 20)
    bob.press(lambda button: button.text == "✓ 1 ☁️ Sky")
    slack.wait(lambda: any(button.text == "1 ☁️ Sky" for button in bob.dm.last.buttons) and site.settled(), 20)
    bob.say("2 sky")
    slack.wait(lambda: any("2 ☁️ Sky" in button.text for button in bob.dm.last.buttons) and site.settled(), 20)
    bob.press(lambda button: "Done (1)" in button.text)
    slack.wait(lambda: "Reply with numbers and a label" in bob.dm.last.shown and site.settled(), 20)
    bob.say("1-20 sky")
    slack.wait(lambda: "☁️ Sky: 1–20" in bob.dm.last.shown and site.settled(), 20)
    bob.say("41-60 road")
    slack.wait(lambda: "🛣️ Road: 41–60" in bob.dm.last.shown and site.settled(), 20)
    bob.press(lambda button: "Done (2)" in button.text)
    check(site)
