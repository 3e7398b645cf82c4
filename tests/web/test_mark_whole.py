"""The page to mark on with the whole program behind it: from an invite to the label that is kept."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bot.project import LabelDef, Project, Question
from storage.migrations import migrate
from tests.running import Home, Program, make_home, wait
from tests.web.fingers import PHONE, label, mark, offline, pause, send, tap
from tests.web.marking import Json, counted

LABELS = (LabelDef("PER", "👤 Person"), LabelDef("LOC", "📍 Place"), LabelDef("ORG", "🏢 Organisation"))
TEXTS = [
    "Ada Lovelace lived in London.",
    "🎉🎉 Zoë met Bob 🇩🇪 in Rome.",
    "One\r\n\r\nTwo\rThree in Oslo\nFour",
    "Cafe\u0301 Zu\u0308rich is in Bern",
    "قال أحمد في القاهرة اليوم 🎉",
    "Ada said שלום to משה in Haifa 🎉",
    "東京都知事の小池百合子は東京で話した。",
    "𝒜da 𐍈𐍈 met 𠮷野 in Lima",
    "Paris, Parisians; Paris!",
    " ".join(f"word{at} lorem ipsum Paris" for at in range(500)),
]
WANTED = ["London", "Rome", "Oslo", "Bern", "القاهرة", "Haifa", "百合子", "Lima", "Paris", "Paris"]
NAMES = Project(name="names", title="Names", questions=(Question("label", "Who and where?", "spans", LABELS),))


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    folder = tmp_path_factory.mktemp("whole") / "home"
    folder.mkdir()
    url = f"sqlite:///{folder / 'labelbot.db'}"
    migrate(url)
    with Program(make_home(folder, url), {}) as running:
        running.start()
        yield running


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    made = chromium.new_context(locale="en-US", **PHONE)  # type: ignore[arg-type]
    yield made
    made.close()


def names(program: Program, name: str, count: int = 2, **more: object) -> str:
    """A project of its own for a test; the invite."""
    project = Project(**{**vars_of(NAMES), "name": name, **more})
    texts = TEXTS if count == len(TEXTS) else [f"Ada met Bob in Rome, {at} times." for at in range(count)]
    program.home.add(project, [{"data": {"text": text}} for text in texts])
    return program.home.codes[name]


def vars_of(project: Project) -> Json:
    return {name: getattr(project, name) for name in ("title", "questions")} | {"gold_share": 0.0}


def joined(program: Program, context: BrowserContext, code: str) -> Page:
    """The chat of somebody who came in, with their first card."""
    page = context.new_page()
    page.set_default_timeout(8000)
    page.goto(f"{program.address}/join/{code}")
    page.get_by_label("Your name").fill("Ada")
    page.get_by_role("button", name="Join").click()
    page.locator(".message.open").wait_for()
    return page


def onto_the_page(chat: Page) -> Page:
    chat.get_by_role("link", name="Mark on a page").click()
    chat.locator(".lines p").first.wait_for()
    return chat


def labels(home: Home, project: str, count: int) -> list[list[Json]]:
    """The live answers in order, once there are so many."""
    wait(lambda: len(home.answers(project)) == count, what=lambda: home.answers(project))
    return [answer["label"]["label"] for answer in home.answers(project)]


def test_ten_texts_are_marked_without_leaving_the_page(program: Program, context: BrowserContext) -> None:
    page = onto_the_page(joined(program, context, names(program, "ten", len(TEXTS))))
    for at, (text, wanted) in enumerate(zip(TEXTS, WANTED, strict=True)):
        expect(page.locator("#share")).to_have_attribute("value", str(at))
        expect(page.locator("#undo")).to_have_text("Last item" if at else "Undo")
        mark(page, wanted, "Place")
        if text.count(wanted) > 1 and at > 7:
            page.get_by_role("button", name="more").click()
        pause(page)
        send(page)
    expect(page.get_by_text("All done in “Names”.")).to_be_visible()
    kept = labels(program.home, "ten", len(TEXTS))
    for text, wanted, marks in zip(TEXTS, WANTED, kept, strict=True):
        assert set(counted(text, marks)) == {(wanted, "LOC")}
    assert [len(marks) for marks in kept] == [1] * 8 + [2, 500]
    page.get_by_role("main").get_by_role("link", name="Back to the chat").click()
    expect(page.get_by_text("All done in “Names”.")).to_be_visible()


def test_undo_skip_and_the_chat_follows(program: Program, context: BrowserContext) -> None:
    chat = joined(program, context, names(program, "undo", 3))
    page = context.new_page()
    page.goto(str(chat.get_by_role("link", name="Mark on a page").evaluate("link => link.href")))
    mark(page, "Ada", "Person")
    send(page)
    expect(page.get_by_text("1 times.")).to_be_visible()
    expect(chat.locator(".message.open")).to_contain_text("1 ⁷times.")
    pause(page)
    page.get_by_role("button", name="Last item").click()
    expect(page.locator(".piece")).to_have_text("Ada")
    mark(page, "Rome", "Place")
    pause(page)
    send(page)
    expect(page.get_by_text("1 times.")).to_be_visible()
    page.get_by_role("button", name="Skip").click()
    page.get_by_role("dialog").get_by_role("button", name="Not sure").click()
    expect(page.get_by_text("2 times.")).to_be_visible()
    assert [[mark["text"] for mark in marks] for marks in labels(program.home, "undo", 1)] == [["Ada", "Rome"]]


def test_offline_then_online_keeps_one_answer(program: Program, context: BrowserContext) -> None:
    page = onto_the_page(joined(program, context, names(program, "offline")))
    mark(page, "Ada", "Person")
    page.reload()
    expect(page.locator(".piece")).to_have_text("Ada")
    with offline(page):
        send(page)
        expect(page.get_by_text("No connection.")).to_be_visible()
    expect(page.get_by_text("1 times.")).to_be_visible()
    assert len(labels(program.home, "offline", 1)) == 1


def test_an_answer_lost_on_its_way_back_is_sent_again_and_kept_once(program: Program, context: BrowserContext) -> None:
    page = onto_the_page(joined(program, context, names(program, "killed")))
    address = page.url
    mark(page, "Ada", "Person")
    arrived: list[int] = []
    page.route("**/mark/send", lambda route: (arrived.append(route.fetch().status), route.abort()))
    send(page)
    while not arrived:
        # Only while the page is asked something does the browser hand its requests over.
        page.wait_for_timeout(20)
    labels(program.home, "killed", 1)
    again = context.new_page()
    page.close()
    again.goto(address)
    expect(again.get_by_text("1 times.")).to_be_visible()
    assert len(labels(program.home, "killed", 1)) == 1


def test_of_two_tabs_the_second_is_told_and_loses_nothing(program: Program, context: BrowserContext) -> None:
    one = onto_the_page(joined(program, context, names(program, "tabs")))
    two = context.new_page()
    two.goto(one.url)
    tap(two, "Ada")
    label(two, "Person")
    send(one)
    expect(one.get_by_text("1 times.")).to_be_visible()
    send(two)
    expect(two.get_by_text("What you marked is kept")).to_be_visible()
    expect(two.get_by_text("1 times.")).to_be_visible()
    assert labels(program.home, "tabs", 1) == [[]]
    pause(two)
    two.get_by_role("button", name="Last item").click()
    two.get_by_role("button", name="Use my marks").click()
    pause(two)
    send(two)
    expect(two.get_by_text("1 times.")).to_be_visible()
    assert [mark["text"] for mark in labels(program.home, "tabs", 1)[0]] == ["Ada"]


def test_another_persons_page_is_refused(program: Program, context: BrowserContext, chromium: Browser) -> None:
    code = names(program, "another")
    address = onto_the_page(joined(program, context, code)).url
    other = chromium.new_context(locale="en-US", **PHONE)  # type: ignore[arg-type]
    page = joined(program, other, code)
    page.goto(address)
    expect(page.get_by_role("heading", name="This page is closed")).to_be_visible()
    expect(page.locator(".lines")).to_have_count(0)
    other.close()


def test_who_is_removed_is_told_and_keeps_the_work_here(program: Program, context: BrowserContext) -> None:
    page = onto_the_page(joined(program, context, names(program, "removed")))
    mark(page, "Ada", "Person")
    program.home.write("DELETE FROM members WHERE project = (SELECT id FROM projects WHERE name = 'removed')")
    send(page)
    expect(page.get_by_text("What you marked and did not send is kept on this device.")).to_be_visible()
    assert program.home.answers("removed") == []


def test_where_marks_may_overlap_the_server_takes_them(program: Program, context: BrowserContext) -> None:
    question = Question("label", "Who and where?", "spans", LABELS, {"overlapping": True})
    page = onto_the_page(joined(program, context, names(program, "overlap", 1, questions=(question,))))
    tap(page, "Ada")
    tap(page, "Bob")
    label(page, "Organisation")
    tap(page, "Ada")
    label(page, "Person")
    send(page)
    assert [mark["text"] for mark in labels(program.home, "overlap", 1)[0]] == ["Ada", "Ada met Bob"]
