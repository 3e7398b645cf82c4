"""Takes the README's pictures from the running program: `labelbot demo` in a new folder, driven by Chromium.

Three people label, one after the other, on a page of a phone's size. Needs Chromium and a font with emoji (on Debian:
chromium, fonts-noto-color-emoji). Run it from the checkout: .venv/bin/python docs/pictures.py
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from bot.quality.chart import COLOURS

TARGET = Path(__file__).parent / "images"
PHONE = ViewportSize(width=360, height=740)
DESK = ViewportSize(width=760, height=1000)
COLORS = 64
BETWEEN_TAPS_MS = 350  # a faster second tap counts as a double tap
TOAST_MS = 3000
LABELED = 18
GLAD = (
    *("happier", "any other", "scratch on", "finally I sleep", "Thank you!", "Well done", "worth every", "Five stars"),
    *("comfortable", "Best", "is perfect", "grandmother", "clever", "pleasure", "Not bad", "in love"),
)
SAD = (
    *("Stopped", "an ant", "burnt", "nothing to do", "broke", "every morning", "No thanks", "blunt", "Leaks"),
    *("charcoal", "took the taste", "loses ten", "hurts", "dent"),
)


@contextmanager
def demo(home: Path) -> Iterator[str]:
    """A running demo; the link that makes its opener the owner."""
    command = [sys.executable, "-m", "bot", "demo", "--home", str(home), "--listen", "127.0.0.1:8700"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            found = (re.search(r"http://\S+/join/\S+", line) for line in running.stdout)
            yield next(link[0] for link in found if link)
        finally:
            running.terminate()


def labelbot(home: Path, address: str, *arguments: str) -> str:
    """What a command prints."""
    environment = os.environ | {"LABELBOT_HOME": str(home), "LABELBOT_LISTEN": address}
    command = [sys.executable, "-m", "bot", *arguments]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout


def arrive(browser: Browser, link: str, name: str) -> Page:
    page = browser.new_context(
        viewport=PHONE, device_scale_factor=2, has_touch=True, is_mobile=True, locale="en-US"
    ).new_page()
    page.goto(link)
    page.get_by_label("Your name").fill(name)
    page.get_by_role("button", name=re.compile("Join|Start")).click()
    expect(page.get_by_text("Welcome, ")).to_be_visible()
    return page


def tap(page: Page, *names: str) -> None:
    """Taps buttons of the open card, one after the other."""
    for name in names:
        page.wait_for_timeout(BETWEEN_TAPS_MS)
        page.locator(".message.open").get_by_role("button", name=name).click()
    page.wait_for_timeout(BETWEEN_TAPS_MS)


def write(page: Page, text: str) -> None:
    page.get_by_role("textbox").fill(text)
    page.keyboard.press("Enter")
    page.wait_for_timeout(BETWEEN_TAPS_MS)


def opinion(text: str, number: int, person: int) -> str:
    """What somebody thinks of a review; now and then one of them sees it otherwise."""
    if (number + 3 * person) % 7 == 5:
        return "Neutral"
    if any(words in text for words in SAD):
        return "Negative"
    return "Positive" if any(words in text for words in GLAD) else "Neutral"


def ask_two_people(home: Path, address: str) -> None:
    """Two labels an item, so that there is agreement to tell."""
    file = home / "sentiment.toml"
    text, changed = re.subn(r"(?m)^overlap = \d+", "overlap = 2", file.read_text("utf-8"))
    assert changed == 1, "sentiment.toml says nothing of overlap"
    file.write_text(text, encoding="utf-8")
    labelbot(home, address, "apply", str(file))


def label_reviews(page: Page, person: int) -> None:
    for number in range(LABELED):
        text = page.locator(".message.open").inner_text()
        tap(page, opinion(text, number, person))


def keep(page: Page, name: str, colors: int = COLORS, *, chart: bool = False) -> None:
    """Saves what the screen shows, in few colours, for the repository's sake."""
    page.wait_for_timeout(TOAST_MS)
    page.wait_for_load_state("networkidle")
    path = TARGET / f"{name}.png"
    page.screenshot(path=path)
    with Image.open(path) as full:
        plain = full.convert("RGB")
    few = true(plain, colors) if chart else plain.quantize(colors, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
    sys.stdout.write(f"{path.name}: {path.stat().st_size / 1000:.0f} kB\n")


def true(picture: Image.Image, colors: int) -> Image.Image:
    """In few colours, but with those of the chart as they are, for they mean something."""
    found, places = np.unique(np.asarray(picture).reshape(-1, 3), axis=0, return_inverse=True)
    mixed = bytes(picture.quantize(colors, dither=Image.Dither.NONE).getpalette() or ())
    palette = np.frombuffer(mixed + bytes.fromhex("".join(COLOURS).replace("#", "")), np.uint8).reshape(-1, 3)
    nearest = np.array([np.abs(palette.astype(int) - color).sum(axis=1).argmin() for color in found], np.uint8)
    few = Image.fromarray(nearest[places.reshape(picture.height, picture.width)])
    few.putpalette(palette.tobytes())
    return few


def cards(page: Page) -> None:
    """One card of each kind, as the owner of the demo meets them."""
    tap_project(page, "Review sentiment")
    tap(page, "Positive")
    keep(page, "sentiment")
    write(page, "/label images")
    expect(page.locator(".message.open")).to_contain_text("Photographs")
    keep(page, "photo", colors=160)
    write(page, "/label transcripts")
    expect(page.locator(".message.open")).to_contain_text("Voice clips")
    keep(page, "voice")
    write(page, "/label tickets")
    tap(page, "Billing")
    keep(page, "ticket")
    write(page, "/label entities")
    expect(page.locator(".message.open")).to_contain_text("Names in the news")
    keep(page, "entities")
    write(page, "/label masks")
    expect(page.locator(".message.open")).to_contain_text("Parts of photographs")
    tap(page, "Something is missing")
    expect(page.locator(".message.open img")).to_be_visible()
    keep(page, "masks", colors=80)
    write(page, "/label boxes")
    expect(page.locator(".message.open")).to_contain_text("Things in photographs")
    page.get_by_role("link", name="Mark on a page").click()
    expect(page.get_by_role("button", name=re.compile("Send"))).to_be_enabled()
    keep(page, "boxes", colors=80)
    page.go_back()


def tap_project(page: Page, title: str) -> None:
    page.get_by_role("button", name=title).click()
    expect(page.locator(".message.open")).to_contain_text(title)


def summary(browser: Browser, owner: Page, home: Path, address: str) -> None:
    """Posts the summary into a channel of the browser and opens it as the owner."""
    file = home / "sentiment.toml"
    file.write_text(file.read_text("utf-8") + '\n[summary]\nchannel = "browser:qa"\n', encoding="utf-8")
    labelbot(home, address, "apply", str(file))
    labelbot(home, address, "report", "sentiment", "--post")
    owner.set_viewport_size(DESK)
    owner.goto(f"http://{address}/channel/qa")
    expect(owner.locator("img").first).to_be_visible(timeout=30_000)
    keep(owner, "summary", chart=True)


def main() -> None:
    TARGET.mkdir(exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder) / "labelbot-demo"
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        with demo(home) as link:
            address = link.split("/")[2]
            owner = arrive(browser, link, "Ada")
            cards(owner)
            ask_two_people(home, address)
            invite = json.loads(labelbot(home, address, "invite", "sentiment", "--json"))["links"]["browser"]
            for person, name in enumerate(("Bo", "Cleo", "Dana")):
                label_reviews(arrive(browser, invite, name), person)
            summary(browser, owner, home, address)


if __name__ == "__main__":
    main()
