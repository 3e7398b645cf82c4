"""The page to mark on over real HTTP: who gets in and how long, what is refused, and what comes of what is sent."""

import json
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from bot.chat import Command
from bot.links import LIFETIME
from bot.project import LabelDef, Project, Question
from bot.web.mark import MARKS_BYTES
from tests.web.marked import House, Page, marked

LABELS = (LabelDef("per", "PER"), LabelDef("loc", "LOC", help="<b>towns</b>"))
NAMES = Project("names", "Names", (Question("label", "Which names?", "spans", LABELS),), gold_share=0.0)
FACES = Project("faces", "Faces", (Question("label", "Which faces?", "boxes", LABELS),), gold_share=0.0)
ROADS = Project("roads", "Roads", (Question("label", "Which roads?", "masks", LABELS),), gold_share=0.0)
ADA = [{"start": 0, "end": 3, "label": "per", "text": "Ada"}]
ANNA, BOB = "7001", "7002"
TELEGRAM = "https://telegram.org/js/telegram-web-app.js"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with marked(tmp_path) as running:
        running.add(NAMES, [{"data": {"text": f"Ada <script>alert({at})</script> &amp; Bob"}} for at in range(6)])
        yield running


@pytest.fixture
def anna(house: House) -> Iterator[Page]:
    """In Telegram, with her card."""
    nonce = house.joins(ANNA, "names")
    with house.visitor() as page:
        assert page.enter(card=nonce, init_data=house.init_data(ANNA)).status_code == 200
        yield page


def refused(answer: httpx.Response, status: int, words: str) -> None:
    assert (answer.status_code, list(answer.json())) == (status, ["error"]), answer.text
    assert words in answer.json()["error"]


# The ways in


def test_the_page_opens_inside_telegram_and_marks(house: House, anna: Page) -> None:
    item = anna.item
    assert (item["card"], item["type"], item["question"]) == (house.card(ANNA), "spans", "Which names?")
    answer = anna.send(ADA)
    assert answer.status_code == 200
    assert answer.json()["said"] == "✓ Ada (PER)"
    assert answer.json()["item"]["text"].startswith("Ada <script>alert(1)")
    assert house.labels() == [ADA]
    assert answer.json()["item"] == anna.item
    assert len(house.chats["telegram"].sent) >= 2


def test_the_page_opens_by_the_link_of_slack(house: House) -> None:
    house.joins("U1", "names", "slack")
    with house.visitor() as page:
        assert page.enter(link=house.link("U1")).status_code == 200
        assert page.send(ADA).status_code == 200
    assert house.labels() == [ADA]


def test_the_page_opens_from_the_browser_chat(house: House) -> None:
    with house.visitor() as page:
        signed_in(house, page)
        nonce = house.card(me(house), "browser")
        assert page.get(f"/mark/{nonce}").status_code == 200
        assert page.enter(card=nonce).status_code == 200
        assert page.send(ADA).status_code == 200
        assert page.enter(card=nonce).status_code == 200, "as often as they like"
    assert house.labels() == [ADA]


def signed_in(house: House, page: Page) -> None:
    from storage import people
    from storage.database import run

    until = house.clock() + timedelta(days=1)
    code = run(house.database, lambda tx: people.invite(tx, house.ids["names"], "annotator", 1, until))
    assert page.client.post(f"/join/{code}", data={"name": "Ada"}).status_code == 303


def me(house: House) -> str:
    return str(house.rows("SELECT external FROM identities ORDER BY id DESC")[0]["external"])


def test_who_is_not_signed_in_does_not_get_in_by_the_browser_chat(house: House) -> None:
    nonce = house.joins(ANNA, "names")
    with house.visitor() as page:
        assert page.get(f"/mark/{nonce}").headers["location"] == "/"
        refused(page.enter(card=nonce), 403, "invite")


def test_another_persons_card_does_not_open_from_the_browser_chat(house: House) -> None:
    theirs = house.joins(ANNA, "names")
    with house.visitor() as page:
        signed_in(house, page)
        refused(page.enter(card=theirs), 403, "somebody else")


def test_a_page_elsewhere_cannot_enter_with_our_cookie(house: House) -> None:
    with house.visitor() as page:
        signed_in(house, page)
        for origin in ("https://evil.example", "null"):
            answer = page.client.post("/mark/enter", json={"key": str(uuid4())}, headers={"origin": origin})
            assert answer.status_code == 403
        del page.client.headers["origin"]
        assert page.client.post("/mark/enter", json={"key": str(uuid4())}).status_code == 403


FORGED = (
    "hash=",
    "%%%",
    "user=%7B%22id%22%3A7001%7D&hash=00",
    "auth_date=1&hash=" + "0" * 64,
    "a=1&" * 60 + "hash=1",
    "hash=%F0%9F",
    "hash=\u00e4",
)


def test_forged_openings_are_refused(house: House) -> None:
    nonce = house.joins(ANNA, "names")
    with house.visitor() as page:
        for opening in (*FORGED, house.init_data(ANNA)[:-2] + "zz"):
            refused(page.enter(card=nonce, init_data=opening), 403, "not whole")


def test_an_opening_of_another_bot_or_with_a_field_changed_is_refused(house: House) -> None:
    nonce = house.joins(ANNA, "names")
    house.joins(BOB, "names")
    other = house.init_data(ANNA, token="1:other")
    changed = house.init_data(BOB).replace(BOB, ANNA)
    doubled = house.init_data(ANNA) + "&user=%7B%22id%22%3A7002%7D"
    with house.visitor() as page:
        for opening in (other, changed, doubled):
            refused(page.enter(card=nonce, init_data=opening), 403, "not whole")


def test_an_opening_that_names_nobody_or_no_time_is_refused(house: House) -> None:
    house.joins(ANNA, "names")
    nobody = [{"user": user} for user in ("null", "{}", "[1]", '{"id": "7001"}', '{"id": true}', "{")]
    never = [{"auth_date": at} for at in ("", "x", "-5", "9" * 13, "１７")]
    with house.visitor() as page:
        for fields in (*nobody, *never):
            refused(page.enter(init_data=house.init_data(ANNA, **fields)), 403, "not whole")


def test_an_opening_is_good_for_fifteen_minutes(house: House) -> None:
    nonce = house.joins(ANNA, "names")
    with house.visitor() as page:
        now = house.clock()
        for away in (timedelta(minutes=-16), timedelta(minutes=6)):
            late = house.init_data(ANNA, at=now + away)
            refused(page.enter(card=nonce, init_data=late), 403, "too long ago")
        assert (
            page.enter(card=nonce, init_data=house.init_data(ANNA, at=now - timedelta(minutes=14))).status_code == 200
        )


def test_an_opening_is_taken_once_however_it_is_escaped(house: House) -> None:
    nonce = house.joins(ANNA, "names")
    opening = house.init_data(ANNA)
    with house.visitor() as page:
        assert page.enter(card=nonce, init_data=opening).status_code == 200
        for again in (opening, opening.replace("AAE", "%41AE"), "&".join(reversed(opening.split("&")))):
            refused(page.enter(card=nonce, init_data=again), 403, "opened already")
        assert page.item["card"] == nonce


def test_a_stranger_of_telegram_stays_outside(house: House) -> None:
    nonce = house.joins(ANNA, "names")
    with house.visitor() as page:
        refused(page.enter(card=nonce, init_data=house.init_data("999")), 403, "invite")


def test_another_persons_card_does_not_open_inside_telegram(house: House) -> None:
    nonce = house.joins(ANNA, "names")
    house.joins(BOB, "names")
    with house.visitor() as page:
        refused(page.enter(card=nonce, init_data=house.init_data(BOB)), 403, "somebody else")


def test_an_old_card_opens_the_page_of_the_one_in_hand(house: House) -> None:
    old = house.joins(ANNA, "names")
    house.handle(house.event(Command, ANNA, "telegram", word="label"))
    with house.visitor() as page:
        assert page.enter(card=old, init_data=house.init_data(ANNA)).status_code == 200
        assert page.item["card"] == house.card(ANNA) != old


def test_a_link_is_taken_once_and_one_that_was_missed_comes_again(house: House) -> None:
    house.joins("U1", "names", "slack")
    link, key = house.link("U1"), str(uuid4())
    with house.visitor() as page:
        assert page.enter(link=link, key=key).status_code == 200
        lost = page.session
        assert page.enter(link=link, key=key).status_code == 200, "the answer was lost; the request comes again"
        assert page.session != lost
        refused(house_answer(page, lost), 401, "over")
        refused(page.enter(link=link), 403, "used already. Type /label in the chat")
        assert page.item["type"] == "spans"


def house_answer(page: Page, session: str) -> httpx.Response:
    return Page(page.client, session).get("/mark/item")


def test_of_two_who_use_a_link_at_once_one_gets_in(house: House) -> None:
    house.joins("U1", "names", "slack")
    link = house.link("U1")

    def enter(_: int) -> int:
        with house.visitor() as page:
            return page.enter(link=link).status_code

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(enter, range(4))) == [200, 403, 403, 403]


def test_a_link_is_good_for_twelve_hours(house: House) -> None:
    house.joins("U1", "names", "slack")
    link = house.link("U1")
    with house.visitor() as page:
        house.clock.advance(LIFETIME + timedelta(seconds=1))
        refused(page.enter(link=link), 403, "too old. Type /label")


def test_links_that_we_did_not_sign_lead_nowhere(house: House) -> None:
    house.joins("U1", "names", "slack")
    house.joins("U2", "names", "slack")
    good = house.link("U1")
    content, _, mac = good.partition(".")
    others = house.link("U2").partition(".")
    forged = ["x", ".", f"{content}.", f".{mac}", f"{content}.{others[2]}", f"{others[0]}.{mac}", good[:-3], "ä.ö"]
    forged += [house.link("U1", secret=b"another"), house.link("U1", chat="U2"), good + "." + mac]
    with house.visitor() as page:
        for link in forged:
            refused(page.enter(link=link), 403, "not whole")


def test_a_link_to_a_card_that_was_shown_again_leads_to_no_card(house: House) -> None:
    house.joins("U1", "names", "slack")
    link = house.link("U1")
    house.handle(house.event(Command, "U1", "slack", word="label"))
    with house.visitor() as page:
        refused(page.enter(link=link), 403, "no longer open")


def test_to_look_at_a_link_does_not_use_it_up(house: House) -> None:
    house.joins("U1", "names", "slack")
    link = house.link("U1")
    with house.visitor() as page:
        for _ in range(3):
            assert page.get(f"/mark/link/{link}").status_code == 200
        assert page.enter(link=link).status_code == 200


# The visit


def test_a_visit_lasts_twelve_hours(house: House, anna: Page) -> None:
    house.clock.advance(LIFETIME - timedelta(seconds=1))
    assert anna.get("/mark/item").status_code == 200
    house.clock.advance(timedelta(seconds=2))
    refused(anna.get("/mark/item"), 401, "is over")


def test_a_visit_ends_with_the_role(house: House, anna: Page) -> None:
    item = anna.item
    house.remove(ANNA, "names")
    refused(anna.get("/mark/item"), 401, "")
    refused(anna.send(ADA, item), 401, "")
    refused(anna.post("skip", card=item["card"], step=0, reason="x"), 401, "")
    refused(anna.post("undo"), 401, "")
    assert house.labels() == []


def test_a_visit_ends_where_the_project_may_not_be_shown_any_more(house: House, anna: Page) -> None:
    from dataclasses import replace

    house.add(replace(NAMES, chats=("slack",)), [])
    refused(anna.get("/mark/item"), 401, "slack")


def test_without_a_visit_there_is_nothing(house: House) -> None:
    house.joins(ANNA, "names")
    with house.visitor() as page:
        assert page.get("/mark/item").status_code == 401
        for told in ("Bearer x", "Bearer " + "A" * 43, "Bearer " + "\u00e9" * 43, "Basic x", "Bearer"):
            headers = {b"authorization": told.encode("latin-1")}
            assert page.client.get("/mark/item", headers=headers).status_code == 401
            assert page.client.post("/mark/send", content=b"x", headers=headers).status_code == 401


def test_only_the_hash_of_a_session_is_kept(house: House, anna: Page) -> None:
    assert anna.session not in json.dumps(house.rows("SELECT * FROM visits"))


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


def test_a_demo_answers_on_its_own_machine_alone(tmp_path: Path) -> None:
    with marked(tmp_path, local_only=True) as running, running.visitor() as page:
        assert page.get("/mark/link/x").status_code == 200
        assert page.client.get("/mark/link/x", headers={"x-forwarded-for": "1.2.3.4"}).status_code == 404
