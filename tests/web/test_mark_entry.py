"""The ways in to the page to mark on, over real HTTP: who is let in, once, and how long a visit lasts."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import httpx

from bot.chat import Command
from bot.links import LIFETIME
from tests.web.marked import ADA, ANNA, BOB, NAMES, House, Page, refused

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
