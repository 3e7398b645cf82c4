"""What a report's page shows of an item, its files to nobody without the link; and what the page is narrowed to."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert

from bot.chat import ChatError
from bot.project import LabelDef, Project, Question, Review
from bot.reporting import ReportDesk
from bot.web.ports import MediaFile
from bot.workers import report_link
from storage import people, projects, reviews
from storage.database import run
from storage.schema import comments
from tests.quality.reported import answer
from tests.web.reports import app_of, asker, kept_in, painted
from tests.worlds import add_items, make

LABELS = (LabelDef("refund", "Refund"), LabelDef("billing", "<b>Billing</b>"))
TICKETS = Project(
    "tickets", "Tickets", (Question("label", "What about?", "choice", LABELS),), review=Review(), names=True
)
CARS = Project("cars", "Cars", (Question("label", "Where?", "boxes", (LabelDef("car", "Car"),)),))
BOX = {"label": "car", "x": 1, "y": 1, "width": 5, "height": 5}


def medium(sha, kind, mime):
    return {
        "id": 1,
        "field": kind,
        "kind": kind,
        "mime": mime,
        "sha256": sha * 64,
        "width": 9,
        "height": 9,
        "alt": "<it>",
    }


FILES = [medium("a", "image", "image/png"), medium("b", "audio", "audio/mpeg")]


def fill(tx):
    """Two items on which people differ, one of them decided; and a picture with boxes in a project of its own."""
    world = make(tx, 0, 2, 2, TICKETS)
    state = {"state": "done", "answers": 2, "taken": 2}
    asks = {"data": {"text": "Where is <b>it</b>?", "image": "x.png"}, "media": FILES}
    rows = [state | asks, state | {"data": {}, "media": None}]
    for item in add_items(tx, world.project, rows, 2):
        for person, label in zip(world.people, ("refund", "billing"), strict=True):
            answer(tx, world, item, person, {"label": label}, at=tx.now - timedelta(days=item % 2))
        reviews.enqueue(tx, item, "disputed")
    held = reviews.claim(tx, world.project, world.people[0], "n", tx.now + timedelta(minutes=5))
    held = reviews.keep(tx, held, None, "They <want> it back", tx.now + timedelta(minutes=5))
    assert reviews.decide(tx, held, world.people[0], {"label": "refund"}, 1)
    row = {"project": world.project, "item": held.item, "person": world.people[1], "created_at": tx.now}
    tx.run(insert(comments), row | {"kind": "ask", "text": "Is <this> ours?"})
    cars, _ = projects.save(tx, "cars", CARS.as_config())
    drawn = {"state": "done", "answers": 1, "taken": 1, "data": {"image": "car.png"}, "media": FILES[:1]}
    (item,) = add_items(tx, cars.id, [drawn], 1, "car")
    answer(tx, replace(world, project=cars.id), item, world.people[0], {"label": [BOX]})
    return report_link(tx, world.project, ""), report_link(tx, cars.id, "")


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    with kept_in(tmp_path_factory.mktemp("report")) as database:
        yield database


@pytest.fixture(scope="module")
def links(database):
    return run(database, fill)


@pytest.fixture(scope="module")
def get(database, tmp_path_factory):
    kept = tmp_path_factory.mktemp("files") / "kept"
    kept.write_bytes(b"0123456789")

    async def open_media(sha):
        return MediaFile(kept, {"a": "image/png", "b": "audio/mpeg", "d": "image/jpeg"}[sha[0]])

    return asker(app_of(ReportDesk(database, painted), open_media))


def test_an_item_is_shown_with_its_files_answers_decision_and_comments(get, links):
    text = get(f"{links[0]}/item?key=item0").text
    assert "Where is &lt;b&gt;it&lt;/b&gt;?" in text
    assert re.search(r'<img class="shot" src="[^"]+" alt="&lt;it&gt;"', text)
    assert "<audio controls" in text
    assert text.count("<td>Refund</td>") == text.count("<td>&lt;b&gt;Billing&lt;/b&gt;</td>") == 1
    assert "No consensus: a tie" in text
    assert "Decided in review" in text
    assert "Why: They &lt;want&gt; it back" in text
    assert "Is &lt;this&gt; ours?" in text
    assert "<script" not in text
    assert "Decided in review" not in get(f"{links[0]}/item?key=item1").text


def test_a_file_comes_by_the_link_of_an_item_that_has_it(get, links):
    (shown, sound) = re.findall(
        r'(?:img class="shot"|audio)[^>]* src="([^"]+)"', get(f"{links[0]}/item?key=item0").text
    )
    answered = get(shown)
    assert (answered.status_code, answered.content, answered.headers["content-type"]) == (
        200,
        b"0123456789",
        "image/png",
    )
    assert "sandbox" in answered.headers["content-security-policy"]
    assert get(sound, range="bytes=2-3").content == b"23"


def test_a_file_comes_to_nobody_else(get, links):
    tickets, cars = links
    sha = "b" * 64
    assert get(f"{tickets}/media/{sha}?item=item0").status_code == 200
    for address in (
        f"{tickets}/media/{sha}?item=item1",
        f"{tickets}/media/{sha}",
        f"{cars}/media/{sha}?item=item0",
        f"{tickets}/media/{'c' * 64}?item=item0",
        f"{tickets}/media/short?item=item0",
    ):
        assert get(address).status_code == 404, address
    assert get(f"/report/x/media/{sha}?item=item0").status_code == 403


def test_what_people_drew_is_painted_and_comes_by_the_link_too(get, links):
    tickets, cars = links
    painted = f"{cars}/media/{'d' * 64}?item=car0"
    text = get(f"{cars}/item?key=car0").text
    assert f'<img class="drawn" src="{painted}"' in text.replace("&amp;", "&")
    assert get(painted).status_code == 200
    assert get(f"{tickets}/media/{'d' * 64}?item=item0").status_code == 404


def test_what_cannot_be_painted_is_said_in_words(database, links):
    async def fails(medium):
        raise ChatError("gone", permanent=True)

    get = asker(app_of(ReportDesk(database, fails)))
    answered = get(f"{links[1]}/item?key=car0")
    assert answered.status_code == 200
    assert 'class="drawn"' not in answered.text


def test_the_page_is_narrowed_by_a_form_and_its_items_lead_on(get, links):
    whole = get(links[0]).text
    (option,) = re.findall(r'<option value="(label/refund)">', whole)
    narrowed = get(f"{links[0]}?label={option}&person=&from=&to=")
    assert narrowed.status_code == 200
    assert "Items with such an answer: 2" in narrowed.text
    assert f'href="{links[0]}?"' in narrowed.text
    addresses = re.findall(r'href="([^"]+item\?key=[^"]+)"', narrowed.text)
    assert get(addresses[0]).status_code == 200
    assert "style=" not in narrowed.text


def test_figures_of_review_stand_on_the_page(get, links):
    text = get(links[0]).text
    assert "Review: 1 waiting, 1 decided" in text
    assert "Work of the last seven days" in text


def test_names_stand_on_an_admins_own_page_only(get, links, database):
    def admin(tx):
        (leader, *_) = people.roster(tx, project := projects.named(tx, "tickets").id)
        people.set_role(tx, project, leader.id, "admin")
        return report_link(tx, project, "", leader.id)

    own = run(database, admin)
    for address in (f"{own}/item?key=item0", f"{links[0]}/item?key=item0", links[0], f"{links[0]}?person=x"):
        assert "Person 100" not in get(address).text
    assert "Person 1000" in get(own).text
    assert ">Person 1000</option>" in get(f"{own}?from=2026-01-01").text
