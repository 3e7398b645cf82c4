"""The test before real items: a new member's first cards are gold, each is explained, and enough must be right."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from bot import suggesting
from bot.buttons import Pressed, pack
from bot.chat import Button, Message, Part, Row
from bot.project import Project
from bot.turn import Turn, called
from bot.wording import phrase, say
from storage import people, projects, qualification, queue
from storage.cards import Card
from storage.database import Transaction
from storage.people import Person
from storage.queue import Deal

TESTED = "annotator"
"""The role that a test is for: whoever reviews or administers a project was chosen for it."""
NUMBER = re.compile(r"[0-9]{1,18}")
"""A project's, as a button carries it: nothing greater fits into a column."""
Judge = Callable[[Project, Any, Any], bool | None]


def claim(turn: Turn, project: Project, deal: Deal, *, gold: bool) -> Card | None:
    """The next card: of the test for one who is not through it, else as ever. With too little gold for a test nobody
    is kept out."""
    if project.qualification is None or deal.role != TESTED:
        return queue.claim(turn.tx, deal, gold)
    stands = qualification.standing(turn.tx, deal.project, deal.person)
    if stands == "failed":
        return None
    if stands == "testing":
        card = _claim_test(turn, project, deal)
        if card is not None:
            return card
        qualification.admit(turn.tx, deal.project, deal.person)
        people.record(turn.tx, deal.person, deal.project, "untested", {"why": "too few gold items"})
    return queue.claim(turn.tx, deal, gold)


def _claim_test(turn: Turn, project: Project, deal: Deal) -> Card | None:
    test = project.qualification
    assert test is not None
    begun = len(qualification.tests(turn.tx, deal.project, deal.person))
    if begun >= test.items:  # an admin paused and resumed somebody who had failed, or the file asks for fewer now
        qualification.begin_anew(turn.tx, deal.project, deal.person)
        begun = 0
    wanted = test.items - begun
    if qualification.left(turn.tx, deal.project, deal.person, wanted) < wanted:
        return None
    card = queue.claim_test(turn.tx, replace(deal, aid=suggesting.nothing))
    if card is not None and not begun:
        key = "test.begins_again" if deal.answered else "test.begins"
        told = phrase(key, title=project.title, count=test.items, right=test.right)
        turn.tell(test.text or told)
        turn.shown = None
    return card


def is_test(turn: Turn, card: Card, project: Project) -> bool:
    """Whether a gold card that was just answered is part of its person's test."""
    if project.qualification is None or card.role != TESTED:
        return False
    return qualification.standing(turn.tx, card.project, card.person, but=card.id) == "testing"


def has_failed(turn: Turn, project: int, rules: Project, role: str | None) -> bool:
    if rules.qualification is None or role != TESTED:
        return False
    return qualification.standing(turn.tx, project, turn.person.id) == "failed"


def went_on(turn: Turn, card: Card, project: Project, judge: Judge) -> str:
    """How far the test is, after one more answer of it; the last one decides."""
    test = project.qualification
    assert test is not None
    given = qualification.tests(turn.tx, card.project, card.person)
    if len(given) < test.items:
        return turn.say(phrase("test.count", done=len(given), count=test.items))
    right = sum(one.kind == "label" and bool(judge(project, one.label, one.gold)) for one in given)
    detail = {"right": right, "of": len(given)}
    if right >= test.right:
        qualification.admit(turn.tx, card.project, card.person)
        people.record(turn.tx, card.person, card.project, "qualified", detail)
        return turn.say(phrase("test.passed", right=right, count=len(given)))
    qualification.fail(turn.tx, card.project, card.person)
    people.record(turn.tx, card.person, card.project, "failed", detail)
    _tell_admins(turn, card, project, right, len(given))
    key = "test.failed" if is_led(turn, card.project, project) else "test.failed_alone"
    return turn.say(phrase(key, right=right, count=len(given), needed=test.right))


def _tell_admins(turn: Turn, card: Card, project: Project, right: int, count: int) -> None:
    """With a button for another try, where there is gold for one, and one to let them in."""
    test = project.qualification
    assert test is not None
    again = qualification.left(turn.tx, card.project, card.person, test.items) >= test.items
    who = called(turn.person, turn.schema(card.project, card.rules))
    fields = {"person": who, "title": project.title, "right": right, "count": count}
    for account, admin in _shown_to(turn, project, people.admins(turn.tx, card.project)):
        text = [Part(say(admin.language, phrase("test.admin", **fields)))]
        if not again:
            text.append(Part(" " + say(admin.language, phrase("test.no_more"))))
        keys = ("again", "in") if again else ("in",)
        buttons = tuple((_button(admin, one, card),) for one in keys)
        turn.send_to(account, admin.chat, admin.chat_external, Message(text=tuple(text), buttons=buttons))


def is_led(turn: Turn, project: int, rules: Project) -> bool:
    """Whether an admin hears of a failed test."""
    return any(_shown_to(turn, rules, people.admins(turn.tx, project)))


def _shown_to(turn: Turn, project: Project, found: list[tuple[int, Person]]) -> Iterator[tuple[int, Person]]:
    for account, one in found:
        if one.chat and not one.blocked and (not project.chats or turn.platforms.get(account, "") in project.chats):
            yield account, one


def _button(admin: Person, what: str, card: Card) -> Button:
    action = "e" if what == "again" else "i"
    return Button(
        say(admin.language, phrase(f"test.{what}")), pack(Pressed("", card.person, action, str(card.project)))
    )


def decide(turn: Turn, pressed: Pressed) -> None:
    """An admin lets somebody who failed the test try again, or in; they are told."""
    project = int(pressed.argument) if NUMBER.fullmatch(pressed.argument) else 0
    role = people.role(turn.tx, project, turn.person.id)
    if role not in ("admin", "owner") and not turn.person.owner:
        turn.toast("refused.admin", alert=True)
        return
    person, failed = pressed.step, _member(turn.tx, project, pressed.step)
    again = pressed.action == "e"
    done = (qualification.retry if again else qualification.admit)(turn.tx, project, person)
    if failed is None or not done:
        turn.toast("test.decided", alert=True)
        return
    people.record(turn.tx, turn.person.id, project, "retest" if again else "let_in", {"person": person})
    who = called(failed, turn.schema(project, projects.by_id(turn.tx, project).version))
    turn.tell(phrase("test.told_again" if again else "test.told_in", person=who), replaces=turn.shown)
    _tell(turn, project, person, "test.try_again" if again else "test.let_in")


def _member(tx: Transaction, project: int, person: int) -> Person | None:
    return next((one for _, one in qualification.reached(tx, person) if people.role(tx, project, person)), None)


def _tell(turn: Turn, project: int, person: int, key: str) -> None:
    row = projects.by_id(turn.tx, project)
    schema = turn.schema(row.id, row.version)
    for account, one in _shown_to(turn, schema, qualification.reached(turn.tx, person)):
        said = say(one.language, phrase(key, title=schema.title))
        start = Button(say(one.language, phrase("projects.one", title=schema.title)), pack(Pressed("", project, "p")))
        rows: tuple[Row, ...] = ((start,),)
        turn.send_to(account, one.chat, one.chat_external, Message(text=(Part(said),), buttons=rows))
