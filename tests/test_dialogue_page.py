"""The page to mark on, as the core sees it: what is sent there is an answer like every other, and the chat follows."""

import json
from dataclasses import replace

import pytest

from bot import marking
from bot.buttons import Pressed, pack
from bot.chat import FieldErrors, Toast
from storage import people
from storage.database import run
from tests.dialogue import project, question

NAMES = question("spans", "PER", "LOC", name="label", title="Which names?", options={"overlapping": True})
ADA = [{"start": 0, "end": 3, "label": "per", "text": "Ada"}]


class Page:
    """What somebody sees and does on the page, without the server between."""

    def __init__(self, person, project: str) -> None:
        self.person, self.talk, self.project = person, person.talk, person.talk.ids[project]

    def ask(self):
        def look(tx):
            met = people.met(tx, self.person.account, self.person.user)
            return marking.shown(self.talk.app.turn(tx, self.person.account, met), self.project)

        return run(self.talk.database, look)

    @property
    def item(self):
        found = self.ask()
        if found is None:
            self.person.opens_page(self.project)
            found = self.ask()
        return found

    def does(self, action: str, item=None, **values: str):
        item = item or self.item
        data = pack(Pressed(item["card"], item["step"], action))
        return self.person.submits(data, **values)

    def sends(self, marks, item=None):
        return self.does("d", item, marks=json.dumps(marks))

    def undoes(self):
        return self.person.submits(pack(Pressed("", self.project, "u")))


@pytest.fixture
def names(talk):
    dialogue = talk(project(NAMES, name="names", title="Names"), items=0)
    dialogue.add_items("names", [{"data": {"text": f"Ada met Bob in London, {at} times."}} for at in range(4)])
    return dialogue


@pytest.fixture
def anna(names):
    return names.member("Anna", "names")


@pytest.fixture
def page(anna):
    return Page(anna, "names")


def errors(person) -> dict[str, str]:
    assert isinstance(person.ack, FieldErrors), person.ack
    return dict(person.ack.errors)


def test_the_card_has_a_button_that_opens_the_page(anna):
    button, _ = anna.button("Mark on a page")
    assert button.opens_page
    assert button.data.split(":")[2] == "d"


def test_the_page_shows_the_open_card_and_changes_nothing(names, anna, page):
    before = names.everything()
    item = page.ask()
    assert names.everything() == before
    assert item["card"] in anna.button("Mark on a page")[0].data
    assert (item["type"], item["question"], item["title"]) == ("spans", "Which names?", "Names")
    assert (item["text"], item["picture"], item["regions"]) == ("Ada met Bob in London, 0 times.", None, None)
    assert [(one["name"], one["title"]) for one in item["labels"]] == [("per", "PER"), ("loc", "LOC")]
    assert (item["done"], item["total"], item["marks"], item["suggested"]) == (0, 4, [], False)
    assert item["options"] == {"overlap": True, "instances": False}
    assert item["reasons"][0] == {"value": "Not sure", "title": "Not sure"}
    assert not item["can_undo"]


def test_what_is_marked_there_is_saved_and_the_chat_follows(names, anna, page):
    first = anna.card
    page.sends(ADA)
    assert anna.toast == "✓ Ada (PER)"
    assert names.labels() == [ADA]
    assert anna.sees.startswith("✓ Ada (PER)\n\n2 / 4 · Names")
    assert page.item["text"] == "Ada met Bob in London, 1 times."
    assert page.item["can_undo"]
    assert len(anna.cards) == 1
    assert first.id == anna.card.id or not first.buttons


def test_nothing_marked_is_an_answer_too(names, anna, page):
    page.sends([])
    assert names.labels() == [[]]


def test_a_hundred_items_need_no_look_at_the_chat(names, anna, page):
    for at in range(4):
        assert page.item["text"] == f"Ada met Bob in London, {at} times."
        page.sends(ADA)
    assert page.item["card"] is None
    assert "4" in page.item["said"]
    assert page.item["can_undo"]
    assert len(names.labels()) == 4


def test_the_same_key_twice_changes_nothing(names, anna, page):
    item = page.item
    page.sends(ADA)
    before = names.everything()
    assert names.redeliver().ack is None
    assert names.everything() == before
    told = run(names.database, lambda tx: marking.told(turn(names, anna, tx), held(tx, item["card"])))
    assert told == "✓ Ada (PER)"


def turn(names, person, tx):
    return names.app.turn(tx, person.account, people.met(tx, person.account, person.user))


def held(tx, nonce):
    from storage import cards

    return cards.held(tx, nonce)


def test_what_cannot_be_a_label_is_refused_and_may_be_sent_again_under_its_key(names, anna, page):
    before = names.everything()
    page.sends([{"start": 0, "end": 999, "label": "per"}])
    said = errors(anna)
    assert list(said) == ["marks"]
    assert names.redeliver().ack == FieldErrors(said)
    assert names.everything() == before


@pytest.mark.parametrize("marks", ["", "{", "[1]", "null", '"x"', '{"a": 1}', '[{"label": "per"}]', "[" * 5000])
def test_rubbish_is_refused(names, anna, page, marks):
    before = names.everything()
    page.does("d", marks=marks)
    assert list(errors(anna)) == ["marks"]
    assert names.everything() == before


def test_without_marks_nothing_is_sent(names, anna, page):
    page.does("d", text="Ada=PER")
    assert list(errors(anna)) == ["marks"]
    assert names.labels() == []


def test_a_card_that_was_answered_in_the_chat_is_not_answered_again(names, anna, page):
    item = page.item
    page.sends(ADA)
    page.sends([], item)
    assert errors(anna) == {"card": "That one is saved already."}
    assert names.labels() == [ADA]


def test_a_card_that_was_shown_again_has_another_name_and_the_same_content(names, anna, page):
    item = page.item
    anna.says("label")
    page.sends(ADA, item)
    assert list(errors(anna)) == ["card"]
    assert page.item["card"] != item["card"]
    assert page.item["id"] == item["id"]
    assert names.labels() == []


def test_another_step_is_not_answered(names, anna, page):
    page.sends(ADA, page.item | {"step": 1})
    assert list(errors(anna)) == ["card"]


def test_nobody_answers_for_another(names, anna, page):
    bob = names.member("Bob", "names")
    Page(bob, "names").sends(ADA, page.item)
    assert list(errors(bob)) == ["card"]
    assert names.labels() == []


def test_who_was_removed_marks_nothing_more(names, anna, page):
    item = page.item
    run(names.database, lambda tx: people.remove(tx, names.ids["names"], turn(names, anna, tx).person.id))
    page.sends(ADA, item)
    assert list(errors(anna)) == ["card"]
    page.does("k", item, reason="Not sure")
    assert list(errors(anna)) == ["card"]
    page.undoes()
    assert list(errors(anna)) == ["card"]
    assert names.answers() == []


def test_where_the_project_may_not_be_shown_any_more_nothing_is_marked(names, anna, page):
    item = page.item
    names.add_project(project(NAMES, name="names", title="Names", chats=("slack",)))
    page.sends(ADA, item)
    assert list(errors(anna)) == ["card"]
    assert names.labels() == []


def test_a_skip_on_the_page(names, anna, page):
    page.does("k", reason="Not sure")
    assert anna.toast == "⏭ Skipped"
    assert [label for _, _, label in names.answers()] == [("skip", "Not sure")]
    assert page.item["text"] == "Ada met Bob in London, 1 times."


def test_an_undo_brings_the_item_back_with_what_was_marked(names, anna, page):
    page.sends(ADA)
    page.undoes()
    assert anna.toast == "↩ Taken back. Answer it again."
    assert names.labels() == []
    assert page.item["text"] == "Ada met Bob in London, 0 times."
    assert page.item["marks"] == ADA
    assert not page.item["suggested"]
    page.undoes()
    assert anna.toast == "There is nothing to undo."


def test_the_page_begins_with_the_suggestion(names, anna, page):
    suggestion = {"label": {"label": ADA}, "score": 0.9}
    names.add_items("names", [{"data": {"text": "Ada again"}, "suggestion": suggestion, "priority": 9}], "more-")
    page.sends([])
    assert page.item["text"] == "Ada again"
    assert page.item["marks"] == ADA
    assert page.item["suggested"]


def test_the_page_begins_with_what_is_marked_in_the_chat(names, anna, page):
    anna.types("London=LOC")
    assert [(one["text"], one["label"]) for one in page.item["marks"]] == [("London", "loc")]
    page.sends([*page.item["marks"], *ADA])
    assert [one["text"] for one in names.labels()[0]] == ["Ada", "London"]


def test_a_card_whose_time_ran_out_takes_what_was_marked(names, anna, page):
    item = page.item
    names.wait(minutes=20)
    page.sends(ADA, item)
    assert anna.toast == "✓ Ada (PER)"
    assert names.labels() == [ADA]


def test_a_skip_of_a_card_whose_time_ran_out(names, anna, page):
    item = page.item
    names.wait(minutes=20)
    page.does("k", item, reason="Not sure")
    assert [label for _, _, label in names.answers()] == [("skip", "Not sure")]


def test_what_comes_too_late_is_kept_as_late_and_said_so(names, anna, page):
    item = page.item
    names.wait(minutes=20)
    bob = names.member("Bob", "names")
    for _ in range(4):
        Page(bob, "names").sends([])
    page.sends(ADA, item)
    assert isinstance(anna.ack, Toast)
    assert not anna.ack.alert
    assert anna.toast == "Too late: that item needs no more answers. Your answer is kept and marked as late."
    assert [label for who, _, label in names.answers() if who == "Anna"] == [("late", {"label": ADA})]


def test_the_next_item_is_brought_once_for_the_chat_and_the_page(names, anna, page):
    names.wait(minutes=20)
    cards = len(anna.cards)
    assert page.ask() is None
    assert page.item["text"].startswith("Ada met Bob")
    assert len(anna.cards) <= max(1, cards)
    bubbles = len(anna.room.bubbles)
    anna.opens_page(names.ids["names"])
    assert len(anna.room.bubbles) == bubbles


def test_nothing_is_brought_to_who_has_no_role(names):
    eve = names.member("Eve", "names")
    run(names.database, lambda tx: people.remove(tx, names.ids["names"], turn(names, eve, tx).person.id))
    before = names.everything()
    eve.opens_page(names.ids["names"])
    eve.opens_page(99)
    assert names.everything() == before


def test_of_the_next_question_without_an_editor_the_page_says_where_it_is_asked(talk):
    kind = question("choice", "News", "Advert", name="kind", title="What is it?")
    both = project(NAMES, kind, name="names", title="Names")
    dialogue = talk(both, items=2)
    anna = dialogue.member("Anna", "names")
    page = Page(anna, "names")
    page.sends([])
    assert page.item["card"] is None
    assert page.item["said"] == "The next question is asked in the chat: go on there."
    assert page.item["can_undo"]
    anna.taps("News")
    assert page.item["type"] == "spans"
    page.undoes()
    assert page.item["card"] is None


def test_somebody_who_turned_to_another_project_is_not_called_back_without_need(talk):
    dialogue = talk(project(NAMES, name="names", title="Names"), project(), items=1)
    anna = dialogue.member("Anna", "names")
    page = Page(anna, "names")
    page.sends([])
    anna.joins(dialogue.invite("reviews"))
    before = dialogue.everything()
    assert page.ask()["card"] is None
    anna.opens_page(dialogue.ids["names"])
    assert dialogue.everything() == before


def test_the_page_of_a_project_calls_somebody_back_who_turned_to_another(talk):
    dialogue = talk(project(NAMES, name="names", title="Names"), project(), items=3)
    anna = dialogue.member("Anna", "names")
    anna.joins(dialogue.invite("reviews"))
    page = Page(anna, "names")
    assert page.item["text"].startswith("Text")
    assert len(anna.cards) == 1
    assert "Names" in anna.card.text


def test_a_label_that_the_project_no_longer_has_is_not_begun_with(names, anna, page):
    page.sends(ADA)
    other = replace(NAMES, labels=NAMES.labels[1:])
    names.add_project(project(other, name="names", title="Names"))
    page.undoes()
    assert page.item["marks"] == []


def test_on_the_page_an_answer_to_gold_is_told_and_then_final(talk):
    dialogue = talk(project(NAMES, name="names", title="Names", gold_share=1.0, gold_feedback=True), items=0)
    known = {"label": ADA}
    rows = [{"data": {"text": "Ada met Bob."}, "gold": known, "state": "gold"}, {"data": {"text": "Bob met Ada."}}]
    for row in rows:
        dialogue.add_items("names", [row], f"{len(row)}-")
    page = Page(dialogue.member("Anna", "names"), "names")
    page.sends([{"start": 8, "end": 11, "label": "per"}])
    assert "You said Bob (PER). Here Ada (PER) is right." in page.person.screen
    assert not page.item["can_undo"]
    page.undoes()
    assert [label["label"][0]["start"] for _, _, label in dialogue.answers()] == [8]
