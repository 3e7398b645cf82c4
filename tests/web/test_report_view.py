"""The report's page as people see it: on a phone nothing is wider than the screen, with and without much to show."""

import socket
import threading
from dataclasses import replace

import pytest
import uvicorn
from playwright.sync_api import expect

from bot.quality import page
from bot.quality.distribution import LabelCount
from bot.reporting import ReportDesk
from bot.web.ports import MediaFile, Sheet
from storage.database import run
from tests.quality.reported import report_of
from tests.web.reports import app_of, kept_in, painted
from tests.web.test_report_items import fill
from tests.worlds import again

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "locale": "en-US"}
WIDE = "[document.documentElement.scrollWidth <= innerWidth, getComputedStyle(document.body).backgroundColor]"


class Crowded(ReportDesk):
    """One of its pages is of a thousand people with long names, where there are ten thousand long labels."""

    async def report(self, token, fields, language):
        if token == "crowded":
            return Sheet("Crowded", self.crowded)
        return await super().report(token, fields, language)


def crowded(database):
    report = report_of(database, run(database, again))
    labels = tuple(LabelCount(f"l{n}", f"label{n}" + "long" * 30, n) for n in range(10_000))
    question = replace(report.questions[0], labels=labels, answers=1 + sum(range(10_000)))
    people = tuple(replace(report.people[0], id=str(n), name="W" * 200, labels=n + 1) for n in range(1000))
    return page.body(replace(report, title="W" * 300, questions=(question,), people=people), "en")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """(address, a link, the link of a project with boxes)"""
    folder = tmp_path_factory.mktemp("view")

    async def open_media(sha):
        return MediaFile(folder / "none", "image/png")

    (folder / "none").write_bytes(b"")
    with kept_in(folder) as database, socket.create_server(("127.0.0.1", 0)) as listening:
        links = run(database, fill)
        desk = Crowded(database, painted)
        desk.crowded = crowded(database)
        app = app_of(desk, open_media)
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", *links
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive(), "the server does not stop"


@pytest.fixture
def phone(chromium):
    context = chromium.new_context(**PHONE)
    shown = context.new_page()
    shown.said = []
    shown.on("console", lambda message: shown.said.append(message.text))
    yield shown
    context.close()


def fits(shown):
    return shown.evaluate(WIDE)[0]


def test_on_a_phone_one_narrows_the_report_and_reads_an_item(site, phone):
    address, link, _ = site
    phone.goto(address + link)
    assert fits(phone)
    phone.get_by_text("Filter by label").tap()
    phone.get_by_label("label", exact=True).select_option("label/refund")
    assert fits(phone)
    phone.get_by_role("button", name="Show these items").tap()
    expect(phone.get_by_text("Items with such an answer: 2")).to_be_visible()
    assert fits(phone)
    phone.get_by_role("link", name="item0").tap()
    expect(phone.get_by_role("heading", name="Answers, side by side")).to_be_visible()
    expect(phone.locator("audio")).to_be_visible()
    assert fits(phone)
    phone.get_by_text("Back to the report").tap()
    expect(phone.get_by_role("heading", name="Tickets", exact=True)).to_be_visible()
    assert phone.said == []


def test_a_thousand_people_and_ten_thousand_labels_are_no_wider_than_a_phone(site, phone):
    phone.goto(f"{site[0]}/report/crowded")
    assert fits(phone)
    tables = phone.locator(".wide").evaluate_all("all => all.map(one => one.scrollWidth > one.clientWidth)")
    assert any(tables), "nothing here is wide enough to try it"
    phone.locator(".wide").last.focus()
    assert phone.said == []


def test_the_page_is_dark_where_people_want_it_so(site, chromium, phone):
    phone.goto(site[0] + site[1])
    context = chromium.new_context(**PHONE, color_scheme="dark")
    dark = context.new_page()
    dark.goto(site[0] + site[1])
    assert dark.evaluate(WIDE)[1] != phone.evaluate(WIDE)[1]
    context.close()
