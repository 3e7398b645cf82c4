"""A clip of 40 seconds is imported, transcribed piece by piece in each chat, corrected, undone, and exported."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from bot.project import Project, Question
from tests.e2e.sites import Site, site_of
from tests.media.speaking import speech
from tests.running import Home, Stable, wait

VOICES = Project(
    name="voices", title="Voices", questions=(Question("label", "What is said?", "transcript"),), overlap=3
)
TALK = ((0.2, 6.0), (6.6, 11.5), (12.1, 19.0), (19.7, 26.0), (26.5, 33.0), (33.6, 39.8))


@pytest.fixture
def site(home: Home, stable: Stable) -> Iterator[Site]:
    with site_of(home, stable) as found:
        home.add(VOICES, [])
        (home.folder / "talk.wav").write_bytes(speech(*TALK, seconds=40))
        (home.folder / "clips.jsonl").write_text(json.dumps({"id": "talk", "clip": "talk.wav"}) + "\n")
        done = found.program.run("import", "voices", str(home.folder / "clips.jsonl"))
        assert done.returncode == 0, done.stdout + done.stderr
        found.start()
        yield found


def pieces(site: Site) -> list[dict[str, Any]]:
    (row,) = site.home.rows("SELECT media FROM items WHERE key = 'talk'")
    found = json.loads(row["media"]) if isinstance(row["media"], str) else row["media"]
    return list(found[0]["pieces"])


def exported(site: Site) -> list[Any]:
    """The labels, as the export has them."""
    out = site.home.folder / "out.jsonl"
    done = site.program.run("export", "voices", "--format", "jsonl", "--level", "answers", "-o", str(out))
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(line)["label"] for line in out.read_text("utf-8").splitlines()]


def expected(site: Site, texts: list[str]) -> dict[str, Any]:
    segments = [
        {"start": piece["start"] / 1000, "end": piece["end"] / 1000, "text": text}
        for piece, text in zip(pieces(site), texts, strict=True)
    ]
    return {"text": " ".join(texts), "segments": segments}


def heading(number: int, count: int) -> str:
    return f"Piece {number} of {count}"


def test_on_telegram(site: Site) -> None:
    tg, anna = site.telegram, site.telegram.user("Anna")
    count = len(pieces(site))
    assert count >= 3

    def sees(number: int) -> None:
        tg.wait(lambda: heading(number, count) in anna.chat.last_from_bot.text and site.settled(), 20)

    def says(text: str) -> int:
        anna.say(text)
        return int(anna.chat.last.id)

    anna.start(site.home.codes["voices"])
    sees(1)
    assert [one.kind for one in anna.chat.from_bot[-3:]] == ["photo", "voice", "text"]
    first = says("text wun")
    sees(2)
    says("text too")
    sees(3)
    anna.press("↩")
    sees(2)
    for number in range(2, count + 1):
        sees(number)
        says(f"text {number}")
    wait(lambda: len(site.home.answers("voices")) == 1)
    anna.edit(first, "text 1")
    tg.wait(lambda: "Corrected: text 1" in anna.chat.last_from_bot.text)
    texts = [f"text {number}" for number in range(1, count + 1)]
    assert exported(site) == [expected(site, texts)]
    shown = [message.text for message in anna.chat.from_bot]
    assert f"✓ 1 / {count} · text wun" in shown
    assert f"↩ 3 / {count}" in shown
    assert not tg.refusals


def test_in_slack(site: Site) -> None:
    slack, bob = site.slack, site.slack.user("Bob")
    count = len(pieces(site))

    def sees(number: int) -> None:
        slack.wait(lambda: heading(number, count) in bob.dm.last.shown and site.settled(), 20)

    bob.command("/label", f"join {site.home.codes['voices']}").wait()
    sees(1)
    first = bob.say("text wun")
    sees(2)
    bob.say("text too")
    sees(3)
    bob.press("↩")
    sees(2)
    for number in range(2, count):
        sees(number)
        bob.say(f"text {number}")
    sees(count)
    assert first.ts is not None
    bob.edit(first.ts, "text 1")
    slack.wait(lambda: any("Corrected: text 1" in message.shown for message in bob.dm.from_bot))
    bob.say(
        f"text {count}", thread_ts=next(m.ts for m in reversed(bob.dm.from_bot) if heading(count, count) in m.shown)
    )
    wait(lambda: len(site.home.answers("voices")) == 1)
    texts = [f"text {number}" for number in range(1, count + 1)]
    assert exported(site) == [expected(site, texts)]
    assert not slack.refused()


class Page:
    """Somebody at the browser chat, without the browser: what its page posts."""

    def __init__(self, site: Site, code: str) -> None:
        self.site = site
        self.http = httpx.Client(base_url=site.program.address, headers={"origin": site.program.address}, timeout=20)
        assert self.http.post(f"/join/{code}", data={"name": "Cleo"}).status_code == 303
        self.post("open")

    def post(self, door: str, **asked: Any) -> Any:
        answer = self.http.post(f"/chat/{door}", json={"key": str(uuid.uuid4()), **asked})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def bubbles(self) -> list[dict[str, Any]]:
        found = self.site.home.rows("SELECT id, author, payload FROM pages ORDER BY id")
        read = (json.loads(row["payload"]) if isinstance(row["payload"], str) else row["payload"] for row in found)
        return [{"id": row["id"], "by": row["author"], **payload} for row, payload in zip(found, read, strict=True)]

    def sees(self, words: str) -> dict[str, Any]:
        """The lowest bubble, once it says so."""

        def found() -> Any:
            spoken = [one for one in self.bubbles() if one["by"] != "me"]
            return spoken and words in json.dumps(spoken[-1], ensure_ascii=False) and spoken[-1]

        return wait(found, 20, lambda: self.bubbles()[-3:])


def test_in_the_browser_chat(site: Site) -> None:
    count = len(pieces(site))
    page = Page(site, site.home.codes["voices"])
    card = page.sees(heading(1, count))
    assert [one["kind"] for one in card["media"]] == ["image", "audio"]
    for medium in card["media"]:
        answer = page.http.get(medium["url"])
        assert answer.status_code == 200
        assert answer.content[:3] in (b"\xff\xd8\xff", b"Ogg")
    page.post("say", text="text wun")
    page.sees(heading(2, count))
    page.post("say", text="text too")
    card = page.sees(heading(3, count))
    undo = next(button for row in card["buttons"] for button in row if "↩" in button["title"])
    page.post("press", message=str(card["id"]), kind="mixed", data=undo["data"])
    for number in range(2, count + 1):
        page.sees(heading(number, count))
        page.post("say", text=f"text {number}")
    wait(lambda: len(site.home.answers("voices")) == 1)
    first = next(one for one in page.bubbles() if "text wun" in json.dumps(one) and one["by"] == "me")
    page.post("edit", message=str(first["id"]), text="text 1")
    page.sees("Corrected: text 1")
    texts = [f"text {number}" for number in range(1, count + 1)]
    assert exported(site) == [expected(site, texts)]
