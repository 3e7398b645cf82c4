"""From the button in each chat to the page and back, the whole program between, its address public by a proxy."""

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest

from bot.project import LabelDef, Project, Question
from tests.e2e.sites import Site, site_of
from tests.running import Home, Stable, wait
from tests.web.marked import Page, init_data

NAMES = Project(
    name="names",
    title="Names",
    questions=(Question("label", "Which names?", "spans", (LabelDef("per", "Person"), LabelDef("loc", "Place"))),),
    gold_share=0.0,
)
ADA = [{"start": 0, "end": 3, "label": "per", "text": "Ada"}]
PUBLIC = "https://labels.example"


@pytest.fixture
def site(home: Home, stable: Stable) -> Iterator[Site]:
    home.add(NAMES, [{"data": {"text": f"Ada met Bob, {at}."}} for at in range(4)])
    with site_of(home, stable) as found:
        found.program.environment |= {"LABELBOT_PUBLIC_URL": PUBLIC}
        found.start()
        yield found


@pytest.fixture
def page(site: Site) -> Iterator[Page]:
    """A browser that comes through the proxy."""
    with httpx.Client(base_url=site.program.address, headers={"origin": PUBLIC, "host": "labels.example"}) as client:
        yield Page(client)


def test_a_text_is_marked_on_the_page_inside_telegram_and_the_chat_goes_on(site: Site, page: Page) -> None:
    tg, anna = site.telegram, site.telegram.user("Anna")
    anna.start(site.home.codes["names"])
    tg.wait(lambda: "Names" in anna.chat.last_from_bot.text and anna.chat.last_from_bot.buttons)
    button = next(one for one in anna.chat.last_from_bot.all_buttons if "page" in one.text)
    assert button.data.startswith(f"{PUBLIC}/mark/telegram/")
    path = urlsplit(button.data).path
    assert page.get(path).status_code == 200
    opening = init_data(str(anna.id), token=tg.token, at=datetime.now(UTC))
    assert page.enter(card=path.rpartition("/")[2], init_data=opening).status_code == 200
    for at in range(2):
        answer = page.send(ADA)
        assert answer.json()["item"]["text"] == f"Ada met Bob, {at + 1}."
    tg.wait(lambda: "3 / 4" in anna.chat.last_from_bot.text, 10)
    assert [row["label"] for row in site.home.answers("names")] == [{"label": ADA}] * 2
    assert not tg.refusals
    assert page.post("undo").json()["item"]["marks"] == ADA
    tg.wait(lambda: "2 / 4" in anna.chat.last_from_bot.text, 10)


def test_a_text_is_marked_by_the_link_of_slack_and_the_chat_goes_on(site: Site, page: Page) -> None:
    slack, ben = site.slack, site.slack.user("Ben")
    ben.say(f"join {site.home.codes['names']}")
    slack.wait(lambda: any(button.url for message in ben.dm.messages for button in message.buttons), 10)
    button = next(one for message in ben.dm.messages for one in message.buttons if one.url)
    path = urlsplit(str(button.url)).path
    assert page.get(path).status_code == 200
    assert page.enter(link=path.rpartition("/")[2]).status_code == 200
    assert page.send(ADA).status_code == 200
    slack.wait(lambda: any("2 / 4" in message.shown for message in ben.dm.messages), 10)
    assert [row["label"] for row in site.home.answers("names")] == [{"label": ADA}]
    again = page.client.post("/mark/enter", json={"key": str(uuid4()), "card": "", "link": path.rpartition("/")[2]})
    assert again.status_code == 403


def test_a_visit_goes_on_after_the_program_was_killed(site: Site, page: Page) -> None:
    tg, anna = site.telegram, site.telegram.user("Anna")
    anna.start(site.home.codes["names"])
    tg.wait(lambda: "Names" in anna.chat.last_from_bot.text and anna.chat.last_from_bot.buttons)
    opening = init_data(str(anna.id), token=tg.token, at=datetime.now(UTC))
    assert page.enter(init_data=opening).status_code == 200
    item, key = page.item, str(uuid4())
    assert page.send(ADA, item, key=key).status_code == 200
    site.program.kill()
    site.start()
    wait(lambda: page.get("/mark/item").status_code == 200)
    assert page.send(ADA, item, key=key).status_code == 200
    assert [row["label"] for row in site.home.answers("names")] == [{"label": ADA}]
