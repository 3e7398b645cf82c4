"""The page to mark on over real HTTP: what is sent from it, what is refused, and what is shown."""

import json
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from bot.project import Project, Question
from bot.web.mark import MARKS_BYTES
from storage import notes
from storage.database import run
from tests.web.marked import ADA, ANNA, BOB, LABELS, NAMES, House, Page, marked, refused

FACES = Project("faces", "Faces", (Question("label", "Which faces?", "boxes", LABELS),), gold_share=0.0)
ROADS = Project("roads", "Roads", (Question("label", "Which roads?", "masks", LABELS),), gold_share=0.0)
TELEGRAM = "https://telegram.org/js/telegram-web-app.js"


# What is sent


def test_a_key_sent_twice_has_the_same_answer_and_the_item_as_it_is_by_then(house: House, anna: Page) -> None:
    item, key = anna.item, str(uuid4())
    first = anna.send(ADA, item, key=key).json()
    anna.send([])
    again = anna.send(ADA, item, key=key)
    assert again.status_code == 200
    assert again.json()["said"] == first["said"] == "✓ Ada (PER)"
    assert again.json()["item"]["text"].startswith("Ada <script>alert(2)")
    assert house.labels() == [ADA, []]


def test_a_key_sent_twice_at_once_saves_once(house: House, anna: Page) -> None:
    item, key = anna.item, str(uuid4())

    def send(_: int) -> int:
        with house.visitor(anna.session) as page:
            return page.send(ADA, item, key=key).status_code

    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(send, range(4))) == {200}
    assert house.labels() == [ADA]


def test_in_two_tabs_the_first_answer_counts(house: House, anna: Page) -> None:
    with house.visitor(anna.session) as other:
        mine, theirs = anna.item, other.item
        assert mine == theirs
        assert anna.send(ADA, mine).status_code == 200
        answer = other.send([], theirs)
        assert answer.status_code == 409
        assert answer.json()["error"] == "That one is saved already."
        assert answer.json()["item"] == anna.item
    assert house.labels() == [ADA]


def test_what_is_no_answer_is_told_and_may_be_mended_under_the_same_key(house: House, anna: Page) -> None:
    item, key = anna.item, str(uuid4())
    for _ in range(2):
        refused(anna.send([{"start": 0, "end": 9999, "label": "per"}], item, key=key), 422, "")
    assert anna.send(ADA, item, key=key).status_code == 200
    assert house.labels() == [ADA]


def test_half_a_character_in_what_is_sent_is_told_like_other_mistakes(house: House, anna: Page) -> None:
    item = anna.item
    asked = {"key": str(uuid4()), "card": item["card"], "step": item["step"]}
    body = json.dumps(asked | {"marks": [{"start": 0, "end": 3, "label": "\ud800"}]})
    headers = anna.bearer | {"content-type": "application/json"}
    answer = anna.client.post("/mark/send", content=body, headers=headers)
    assert answer.status_code == 422
    assert "\\ud800" in answer.text
    assert house.labels() == []


def test_the_card_of_another_project_is_not_answered_for_this_one(house: House, anna: Page) -> None:
    """A visit is to one project: on another one's card nothing can be done from there."""
    house.add(Project("more", "More", NAMES.questions, gold_share=0.0), [{"data": {"text": "Ada"}}] * 1)
    theirs = house.joins(ANNA, "more")
    answer = anna.post("send", card=theirs, step=0, marks=[])
    assert answer.status_code == 409
    assert house.labels() == []


def test_a_skip_and_an_undo(house: House, anna: Page) -> None:
    item = anna.item
    answer = anna.post("skip", card=item["card"], step=item["step"], reason="Not sure").json()
    assert answer["said"] == "⏭ Skipped"
    assert answer["item"]["text"].startswith("Ada <script>alert(1)")
    key = str(uuid4())
    for _ in range(2):
        answer = anna.post("undo", key=key).json()
        assert answer["item"]["text"] == item["text"]
    assert answer["item"]["can_undo"] is False


def test_not_sure_is_an_answer_where_the_project_takes_it(house: House) -> None:
    house.add(replace(NAMES, name="hard", unsure=True), [{"data": {"text": f"Text {at}"}} for at in range(2)])
    nonce = house.joins(BOB, "hard")
    with house.visitor() as page:
        page.enter(card=nonce, init_data=house.init_data(BOB))
        item, key = page.item, str(uuid4())
        assert item["unsure"] is True
        for _ in range(2):
            answer = page.post("unsure", card=item["card"], step=item["step"], key=key).json()
            assert answer["item"]["text"] == "Text 1"
        assert page.post("unsure", card=item["card"], step=item["step"]).status_code == 409
    rows = house.rows("SELECT kind, label, unsure FROM answers WHERE live")
    assert [(row["kind"], json.loads(row["label"]), bool(row["unsure"])) for row in rows] == [("label", {}, True)]


def test_not_sure_is_no_answer_elsewhere(house: House, anna: Page) -> None:
    item = anna.item
    assert item["unsure"] is False
    assert anna.post("unsure", card=item["card"], step=item["step"]).json()["item"] == item
    assert house.rows("SELECT id FROM answers") == []


def test_a_flag_goes_to_the_admins_and_the_next_item_comes(house: House, anna: Page) -> None:
    item = anna.item
    answer = anna.post("flag", card=item["card"], step=item["step"], note=" it is cut\x00 off ").json()
    assert answer["said"] == "⚑ Flagged. The project's admins will look at it."
    assert answer["item"]["text"].startswith("Ada <script>alert(1)")
    rows = house.rows("SELECT kind, text FROM comments")
    assert rows == [{"kind": "flag", "text": "it is cut off"}]
    assert house.rows("SELECT state FROM items ORDER BY id")[0]["state"] == "flagged"


def test_a_question_goes_to_the_admins_and_the_item_stays(house: House, anna: Page) -> None:
    item = anna.item
    sent = len(house.chats["telegram"].sent)
    answer = anna.post("ask", card=item["card"], step=item["step"], note="Is Bob a name?").json()
    assert answer["said"].startswith("Your question is with the project's admins.")
    assert answer["item"] == item
    assert len(house.chats["telegram"].sent) == sent, "the card in the chat stays as it is"
    assert house.rows("SELECT kind, text FROM comments") == [{"kind": "ask", "text": "Is Bob a name?"}]
    for wrong in ("", "  ", 5, "x" * 1001):
        assert anna.post("ask", card=item["card"], step=item["step"], note=wrong).status_code == 400


def test_who_is_paused_meanwhile_reads_why_and_not_that_all_is_done(house: House, anna: Page) -> None:
    anna.send(ADA)
    item, who = anna.item, house.person(ANNA).id
    run(house.database, lambda tx: notes.pause(tx, house.ids["names"], who, "fast"))
    answer = anna.send(ADA, item)
    assert answer.status_code == 409
    assert "An admin has paused you in “Names”: many answers came very fast." in answer.json()["error"]
    held = answer.json()["item"]
    assert (held["card"], held["held"], held["can_undo"]) == (None, True, False)
    assert held["said"] == answer.json()["error"]
    assert house.labels() == [ADA]
    run(house.database, lambda tx: notes.resume(tx, house.ids["names"], who))
    assert anna.send(ADA).status_code == 200


def test_when_all_is_done_the_page_says_so_and_the_chat_only_once(house: House, anna: Page) -> None:
    for _ in range(6):
        answer = anna.send(ADA)
    assert answer.json()["item"]["card"] is None
    before = len(house.chats["telegram"].sent)
    for _ in range(3):
        assert "6" in anna.item["said"]
    assert len(house.chats["telegram"].sent) == before


BODIES = (
    b"",
    b"[]",
    b"{",
    b'{"key": "x"}',
    b'{"key": 5}',
    b"[" * 100_000,
    b'{"key": "KEY", "card": "a", "step": -1, "marks": []}',
    b'{"key": "KEY", "card": "a", "step": true, "marks": []}',
    b'{"key": "KEY", "card": "a", "step": "0", "marks": []}',
    b'{"key": "KEY", "card": "a", "step": 1e999, "marks": []}',
    b'{"key": "KEY", "card": "a", "step": 0}',
    b'{"key": "KEY", "card": 5, "step": 0, "marks": []}',
    b'{"key": "KEY", "card": "CARD", "step": 0, "marks": [NaN]}',
    b'{"key": "KEY", "card": "CARD", "step": 0, "marks": [-1e999]}',
)


def test_bodies_that_no_page_of_ours_sends(house: House, anna: Page) -> None:
    headers = anna.bearer | {"content-type": "application/json"}
    for body in BODIES:
        content = body.replace(b"KEY", str(uuid4()).encode()).replace(b"CARD", house.card(ANNA).encode())
        assert anna.client.post("/mark/send", content=content, headers=headers).status_code == 400, body
    assert house.labels() == []


def test_a_card_of_signs_that_no_card_has(house: House, anna: Page) -> None:
    for card in ("", "a:b", "ä", "a b", "%00", "\n", "a" * 25):
        assert anna.post("send", card=card, step=0, marks=[]).status_code == 400
    assert anna.post("send", card="a" * 16, step=0, marks=[]).status_code == 409


def test_marks_may_be_large_and_not_without_end(house: House, anna: Page) -> None:
    item = anna.item
    many = [{"start": 0, "end": 3, "label": "per", "text": "x" * 1000}] * (MARKS_BYTES // 1100)
    assert anna.send(many, item).status_code == 422
    assert anna.post("send", card=item["card"], step=0, marks="x" * MARKS_BYTES).status_code == 413
    assert anna.post("skip", card=item["card"], step=0, reason="x" * 5000).status_code in (400, 413)
    assert anna.enter(init_data="x" * 20_000).status_code == 413


def test_other_content_and_other_pages_are_refused(house: House, anna: Page) -> None:
    body = json.dumps({"key": str(uuid4()), "card": house.card(ANNA), "step": 0, "marks": ADA})
    for headers in ({"content-type": "text/plain"}, {}):
        assert anna.client.post("/mark/send", content=body, headers=anna.bearer | headers).status_code == 415
    elsewhere = anna.bearer | {"content-type": "application/json", "origin": "https://evil.example"}
    assert anna.client.post("/mark/send", content=body, headers=elsewhere).status_code == 403
    assert house.labels() == []


# What is shown


def test_an_items_text_is_data(house: House, anna: Page) -> None:
    answer = anna.get("/mark/item")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["text"] == "Ada <script>alert(0)</script> &amp; Bob"
    assert answer.json()["labels"][1]["help"] == "<b>towns</b>"
    assert "<script>alert" not in anna.get(f"/mark/telegram/{house.card(ANNA)}").text


@pytest.fixture
def pictured(house: House, anna: Page) -> Page:
    """Anna among pictures."""
    shown, hidden = house.picture(b"PNG shown"), house.picture(b"PNG of another project")
    house.add(ROADS, [{"data": {}, "media": [shown]}])
    house.add(FACES, [{"data": {}, "media": [hidden]}])
    nonce = house.joins(ANNA, "roads")
    assert anna.enter(card=nonce, init_data=house.init_data(ANNA, query_id="2")).status_code == 200
    return anna


def test_a_picture_is_told_in_its_original_size_and_loaded_by_the_visit(house: House, pictured: Page) -> None:
    item = pictured.item
    assert (item["type"], item["text"]) == ("masks", None)
    assert {name: item["picture"][name] for name in ("width", "height", "alt")} == {
        "width": 4000,
        "height": 3000,
        "alt": "a street",
    }
    answer = pictured.get(item["picture"]["url"])
    assert (answer.status_code, answer.content) == (200, b"PNG shown")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert pictured.client.get(item["picture"]["url"]).status_code == 401


def test_a_large_mask_is_read_before_its_turn_and_saved_the_same(house: House, pictured: Page) -> None:
    item = pictured.item
    counts = [1 + at % 50 for at in range(6000)]
    mask = {"label": "per", "size": [3000, 4000], "counts": [*counts, 12_000_000 - sum(counts)]}
    wrong = pictured.send([mask | {"size": [3, 4]}] * 2, item)
    refused(wrong, 422, "")
    assert pictured.send([mask], item).status_code == 200
    (saved,) = house.labels()[0]
    assert (saved["label"], saved["size"]) == ("per", [3000, 4000])
    assert len(saved["counts"]) > 4096
    assert pictured.post("undo").json()["item"]["marks"] == [saved]
    assert pictured.send([saved]).status_code == 200
    assert house.labels() == [[saved]]


def test_only_the_files_of_the_item_in_hand_are_given_out(house: House, pictured: Page) -> None:
    hidden = house.files.put(b"PNG of another project")
    for sha in (hidden, "0" * 64, "x", "..%2f..%2fetc"):
        assert pictured.get(f"/mark/media/{sha}").status_code == 404


def test_the_regions_of_the_picture_are_given_out_as_they_are_kept(house: House, pictured: Page) -> None:
    assert pictured.item["regions"] is None
    medium = house.rows("SELECT id FROM media ORDER BY id")[0]["id"]
    url = f"/mark/regions/{medium}"
    assert pictured.get(url).status_code == 404
    runs = zlib.compress(b"\x01\x00\xb0\x04")
    house.cut(medium, runs, [1, 1, 2])
    assert pictured.item["regions"] == {"url": url}
    answer = pictured.get(url)
    assert (answer.status_code, answer.content) == (200, runs)
    assert answer.headers["x-regions-size"] == "40x30"
    assert [int(one) for one in answer.headers["x-regions-parents"].split(",")] == [1, 1, 2]
    house.cut(medium + 1, runs, [1])
    assert pictured.get(f"/mark/regions/{medium + 1}").status_code == 404
    assert pictured.client.get(url).status_code == 401


def test_the_pages_are_strict_and_only_the_one_inside_telegram_loads_a_script_of_telegrams(house: House) -> None:
    nonce = house.joins(ANNA, "names")
    with house.visitor() as page:
        inside, linked = page.get(f"/mark/telegram/{nonce}"), page.get("/mark/link/x")
    for answer in (inside, linked):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "require-trusted-types-for 'script'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "same-origin"
    assert TELEGRAM in inside.text
    assert f'<script async src="{TELEGRAM}"></script>' in inside.text
    assert "script-src 'self' https://telegram.org;" in inside.headers["content-security-policy"]
    assert "frame-ancestors https://web.telegram.org;" in inside.headers["content-security-policy"]
    assert "x-frame-options" not in inside.headers
    assert TELEGRAM not in linked.text
    assert "telegram" not in linked.headers["content-security-policy"]
    assert linked.headers["x-frame-options"] == "DENY"


def test_a_demo_answers_on_its_own_machine_alone(tmp_path: Path, sqlite_url: str) -> None:
    with marked(tmp_path, sqlite_url, local_only=True) as running, running.visitor() as page:
        assert page.get("/mark/link/x").status_code == 200
        assert page.client.get("/mark/link/x", headers={"x-forwarded-for": "1.2.3.4"}).status_code == 404
