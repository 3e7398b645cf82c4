"""The page of a project's report over HTTP: who may read it, what stands there, and that it holds no script."""

import re
from datetime import timedelta
from urllib.parse import quote, urlencode

import pytest
from sqlalchemy import insert, select

from bot import links
from bot.project import LabelDef, Project, Question
from bot.reporting import ReportDesk
from bot.web.ports import Refused
from bot.workers import report_link
from storage import accounts, people, projects, seals
from storage.database import Transaction, run
from storage.schema import answers, items
from storage.schema import people as people_table
from tests.quality.reported import answer
from tests.web.reports import app_of, asker, in_a_thread, kept_in, painted
from tests.worlds import add_items, make

LABELS = (LabelDef("refund", "<b>Refund</b>"), LabelDef("billing", "Billing"), LabelDef("other", "Other"))
TICKETS = Project("tickets", "Tickets <script>", (Question("label", "What about?", "choice", LABELS),))
GIVEN = [("refund", "refund"), ("refund", "billing"), ("billing", "billing"), ("other", "other")] * 5


def fill(tx: Transaction) -> int:
    world = make(tx, 0, 3, 2, TICKETS)
    rows = [{"state": "done", "answers": 2, "taken": 2, "data": {"text": f"<i>Ticket</i> {n}"}} for n in range(20)]
    for number, (item, labels) in enumerate(zip(add_items(tx, world.project, rows, 2), GIVEN, strict=True)):
        for person, label in zip(world.people, labels, strict=False):
            answer(tx, world, item, person, {"label": label}, at=tx.now - timedelta(days=number % 4))
    return world.project


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    with kept_in(tmp_path_factory.mktemp("report")) as database:
        yield database


@pytest.fixture(scope="module")
def project(database):
    return run(database, fill)


@pytest.fixture(scope="module")
def desk(database):
    return ReportDesk(database, painted)


@pytest.fixture
def get(desk):
    return asker(app_of(desk))


@pytest.fixture
def address(database, project):
    return run(database, lambda tx: report_link(tx, project, ""))


def test_whoever_has_the_link_reads_the_figures(get, address):
    answer = get(address)
    assert answer.status_code == 200
    assert "20 of 20 items done" in answer.text
    assert re.search(r"α 0\.\d\d \(0\.\d\d to 0\.\d\d\)", answer.text)
    assert re.search(r"Consensus of 20 items \([a-z-]+\): confidence 0\.\d\d", answer.text)
    assert "Agreement (α) by day" in answer.text
    assert "Where one person says the row" in answer.text


def test_the_page_speaks_the_readers_language(get, address):
    assert "20 von 20 Einträgen" in get(address, **{"accept-language": "de"}).text


def test_what_people_wrote_is_no_markup_and_nothing_there_is_a_script(get, address):
    answer = get(address)
    assert "<script" not in answer.text
    assert "<b>Refund" not in answer.text
    assert "&lt;b&gt;Refund&lt;/b&gt;" in answer.text
    assert "style=" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"


def test_names_of_people_do_not_stand_there(get, address):
    text = get(address).text
    assert "Person 10" not in text
    assert "like the others" in text


def test_a_disputed_item_leads_to_its_answers(get, address):
    link = re.search(r'<a href="(/report/[^"]+item\?key=[^"]+)">', get(address).text).group(1)
    answer = get(link)
    assert answer.status_code == 200
    assert "&lt;i&gt;Ticket&lt;/i&gt;" in answer.text
    assert "Billing" in answer.text
    assert f'href="{address}"' in answer.text


def test_half_a_character_in_an_item_fails_no_page(get, database, project):
    def add(tx: Transaction) -> tuple[str, str]:
        half, _ = projects.save(tx, "half", TICKETS.as_config() | {"name": "half"})
        who = tx.value(select(people_table.c.id).limit(1))
        rows = [{"state": "done", "answers": 1, "taken": 1, "data": {"text": "half \ud83d of it"}}]
        (item,) = add_items(tx, half.id, rows, 1, "half-")
        row = {"project": half.id, "item": item, "person": who, "kind": "label", "version": 1, "live": True}
        tx.insert(insert(answers), row | {"label": {"label": "other"}, "answered_at": tx.now})
        return report_link(tx, half.id, ""), tx.value(select(items.c.key).where(items.c.id == item))

    link, key = run(database, add)
    assert get(link).status_code == 200
    answer = get(f"{link}/item?key={key}")
    assert answer.status_code == 200
    assert "half ? of it" in answer.text


def test_an_item_that_is_not_there_is_not_found(get, address):
    assert get(f"{address}/item?key=nothing").status_code == 404


@pytest.mark.parametrize("spoilt", ["x", "x.", ".x", "AAAA.BBBB"])
def test_a_link_that_is_not_ours_shows_nothing(get, spoilt):
    answer = get(f"/report/{spoilt}")
    assert answer.status_code == 403
    assert "not one of ours" in answer.text


def test_a_link_of_another_project_cannot_be_made_of_it(get, address):
    content, _, mac = address.removeprefix("/report/").partition(".")
    forged = links._packed(links._unpacked(content).replace(b'["report",1', b'["report",2'))
    assert get(f"/report/{forged}.{mac}").status_code == 403


@pytest.mark.parametrize("carried", ['="><h1>Pay here', "==x", '"<i>', "%3D%22%3E%3Ci%3E", " "])
def test_a_link_carries_no_markup_along(get, address, carried):
    for spoilt in (address + carried, address.replace(".", carried + "."), f"{address[:20]}{carried}{address[20:]}"):
        for page in (spoilt, f"{spoilt}/item?key=tickets-1"):
            answer = get(page)
            assert answer.status_code in (403, 404), page
            assert "<h1>Pay" not in answer.text
            assert "<i>" not in answer.text


EVIL = ("\"'><evil>x</evil>", "\0", "label/<evil>\u202e%", "x" * 5000)


@pytest.mark.parametrize("evil", EVIL, ids=range(len(EVIL)))
def test_what_is_asked_for_is_no_markup(get, address, evil):
    asked = urlencode(dict.fromkeys(("label", "person", "from", "to", "key", "<evil>"), evil))
    answer = get(f"{address}?{asked}")
    assert answer.status_code == 200
    assert "<evil>" not in answer.text
    assert get(f"{address}/item?{asked}").status_code == 404
    assert get(f"{address}/media/{'a' * 64}?item={quote(evil)}").status_code == 404


def test_an_admins_link_ends_when_they_are_admin_no_more(get, database, project):
    def become(role: str) -> str:
        def made(tx: Transaction) -> str:
            ada = people.met(tx, account_of(tx), "ada") or people.welcome(tx, account_of(tx), "ada", "ada", "Ada", "en")
            people.set_role(tx, project, ada.id, role)
            return report_link(tx, project, "", ada.id)

        return run(database, made)

    link = become("admin")
    assert get(link).status_code == 200
    become("reviewer")
    for page in (link, f"{link}/item?key=tickets-1"):
        answer = get(page)
        assert answer.status_code == 403
        assert "no admin of the project any more" in answer.text
    become("admin")
    assert get(link).status_code == 200


def account_of(tx: Transaction) -> int:
    return accounts.account(tx, "telegram", "bot")


class Counting:
    """The database, and how often work was handed to it."""

    def __init__(self, database):
        self.database, self.count = database, 0

    def submit(self, work, **how):
        self.count += 1
        return self.database.submit(work, **how)


def test_forged_links_cost_no_transaction(database, address):
    counting = Counting(database)
    desk, token = ReportDesk(counting, None), address.removeprefix("/report/")
    with pytest.raises(Refused):
        in_a_thread(desk.report("x", {}, "en"))
    counting.count = 0
    for forged in ("x", f"{token[:-4]}AAAA"):
        with pytest.raises(Refused):
            in_a_thread(desk.report(forged, {}, "en"))
    assert counting.count == 0


def test_a_link_ends_after_a_week(get, database, project):
    secret = run(database, lambda tx: seals.seal(tx, links.REPORT_SEAL))
    now = run(database, lambda tx: tx.now)
    old = links.report_link("", project, secret, now - timedelta(days=7, seconds=1))
    answer = get(old)
    assert answer.status_code == 403
    assert "too old" in answer.text
    assert get(links.report_link("", project, secret, now - timedelta(days=6, hours=23))).status_code == 200


def test_a_project_without_items_has_a_page_too(get, database):
    def empty(tx: Transaction) -> str:
        row, _ = projects.save(tx, "empty", TICKETS.as_config() | {"name": "empty"})
        return report_link(tx, row.id, "")

    assert "No items yet" in get(run(database, empty)).text
