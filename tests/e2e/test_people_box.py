"""A person boxes photos in Telegram and in Slack, with the whole program behind it: the pictures are really painted."""

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image

from bot.labels.colours import COLOURS
from bot.media.images import prepare_image
from bot.project import LabelDef, Project, Question
from tests.e2e.sites import Site, site_of
from tests.running import Home, Stable, wait

SIZE = (2000, 1500)
STREETS = Project(
    name="streets",
    title="Streets",
    questions=(Question("label", "What is where?", "boxes", (LabelDef("car", "🚗 Car"), LabelDef("dog", "🐕 Dog"))),),
    gold_share=0.0,
)
CAR = {"label": "car", "x": 500, "y": 300, "width": 800, "height": 600}
DOG = {"label": "dog", "x": 100, "y": 1000, "width": 300, "height": 250}


@pytest.fixture
def site(home: Home, stable: Stable) -> Iterator[Site]:
    out = io.BytesIO()
    Image.new("RGB", SIZE, (128, 128, 128)).save(out, "JPEG")
    prepared = prepare_image(out.getvalue(), "street.jpg")
    photo = home.keep(prepared.content, "image", prepared.mime, SIZE)
    suggestions = ({"label": {"label": [CAR, DOG]}}, None)
    home.add(STREETS, [{"data": {}, "media": [photo], "suggestion": suggestion} for suggestion in suggestions])
    with site_of(home, stable) as found:
        yield found


def colours(picture: bytes) -> set[str]:
    """Which colours of labels are painted on a picture."""
    pixels = np.asarray(Image.open(io.BytesIO(picture)).convert("RGB")).astype(int)
    codes = {code: [int(code[at : at + 2], 16) for at in (1, 3, 5)] for code in COLOURS}
    return {code for code, rgb in codes.items() if (abs(pixels - rgb).max(axis=2) < 25).sum() > 200}


BOXED = [{"label": "car", "x": 328, "y": 410, "width": 1094, "height": 820}]
"""B3 to F7, and C2 to F5 from near: small cells of 31.25 × 23.4375 pixels, of which the middle counts."""


def test_photos_are_boxed_in_telegram(site: Site) -> None:
    site.start()
    tg, anna = site.telegram, site.telegram.user("Anna")
    anna.start(site.home.codes["streets"])

    def shows(words: str) -> Any:
        return tg.wait(lambda: anna.chat.last_from_bot.kind == "photo" and words in anna.chat.last_from_bot.text, 20)

    shows("1 🚗 Car, 1 🐕 Dog")
    assert colours(anna.chat.last_from_bot.content) == set(COLOURS[:2])
    assert [len(row) for row in anna.chat.last_from_bot.buttons] == [2, 2, 1, 3]
    anna.press("✓ 2 🐕 Dog")
    tg.wait(lambda: any(one.text == "2 🐕 Dog" for one in anna.chat.last_from_bot.all_buttons))
    assert colours(anna.chat.last_from_bot.content) == {COLOURS[0]}
    anna.press("✔ Done (1)")
    shows("2 / 2")
    assert [len(row) for row in anna.chat.last_from_bot.buttons] == [8] * 8 + [1, 3]
    anna.press("B3")
    shows("First corner: B3")
    anna.press("F7")
    shows("from near")
    anna.say("C2 F5 car")
    shows("1 🚗 Car")
    assert colours(anna.chat.last_from_bot.content) == {COLOURS[0]}
    anna.press("✔ Done (1)")
    wait(lambda: len(site.home.answers("streets")) == 2)

    assert [row["label"]["label"] for row in site.home.answers("streets")] == [[CAR], BOXED]
    assert not tg.refusals


def test_photos_are_boxed_in_slack(site: Site) -> None:
    site.start()
    slack, bob = site.slack, site.slack.user("Bob")
    bob.command("/label", f"join {site.home.codes['streets']}").wait()
    slack.wait(lambda: "1 🚗 Car, 1 🐕 Dog" in bob.dm.last.shown and site.settled(), 20)
    bob.press(lambda button: button.text == "✓ 2 🐕 Dog")
    slack.wait(lambda: any(button.text == "2 🐕 Dog" for button in bob.dm.last.buttons) and site.settled(), 20)
    bob.press(lambda button: "Done (1)" in button.text)
    slack.wait(lambda: "2 / 2" in bob.dm.last.shown and site.settled(), 20)
    bob.say("B3 F7")
    slack.wait(lambda: "from near" in bob.dm.last.shown and site.settled(), 20)
    bob.say("C2 F5 car")
    slack.wait(lambda: "1 🚗 Car" in bob.dm.last.shown and site.settled(), 20)
    bob.press(lambda button: "Done (1)" in button.text)
    wait(lambda: len(site.home.answers("streets")) == 2)

    assert [row["label"]["label"] for row in site.home.answers("streets")] == [[CAR], BOXED]
