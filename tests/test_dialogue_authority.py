"""Who may press and say what: every button's sign and every typed word, tried by everybody who may not."""

from dataclasses import dataclass
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import goldmaking, presses, reviewers, watching
from bot.app import COMMANDS
from bot.buttons import Pressed, pack
from bot.chat import FieldErrors, Toast
from bot.project import Qualification, Review
from storage import notes, people
from storage.database import run
from storage.schema import items, metadata
from storage.schema import people as people_table
from tests.dialogue import Dialogue, Person, project

COMES_AND_GOES = {"seen", "outbox", "chats", "pages", "guesses"}
"""Tables of what is said and heard; whoever is refused may find their traces there."""
SECRETS = ("Text", "Gold", "reviews-", "Positive", "Negative", "Disputed")
"""What items, their keys and people's answers are called."""
TESTED = Qualification(2, 2, "")


@dataclass
class Scene:
    """Everything there is to press in the project `reviews`, and those who have no business doing so."""

    dialogue: Dialogue
    ada: Person
    rita: Person
    others: dict[str, Person]
    buttons: dict[str, str]

    def state(self) -> list[object]:
        """All there is, but for which cards have something typed below them."""
        kept = [table for table in metadata.sorted_tables if table.name not in COMES_AND_GOES]
        return [[row._asdict() | {"buried": None} for row in self.dialogue.rows(table)] for table in kept]


@pytest.fixture
def scene(talk):
    reviews = project(overlap=2, review=Review(), unsure=True)
    tested = project(name="tested", title="Tested", qualification=TESTED, overlap=9)
    other = project(name="other", title="Other", overlap=2)
    dialogue = talk(reviews, tested, other, items=4)
    dialogue.add_items("reviews", [{"data": {"text": "Gold"}, "state": "gold", "gold": {"label": "positive"}}], "g-")
    dialogue.add_items("tested", [_gold(number) for number in range(6)], "t-")
    ada, rita = dialogue.member("Ada", role="admin"), dialogue.member("Rita", role="reviewer")
    ada.joins(dialogue.invite("tested", "admin"))
    anna, ben = dialogue.member("Anna"), dialogue.member("Ben")
    for person, label in ((anna, "Positive"), (ben, "Negative")):
        person.taps(label)
        person.taps("Positive")
    scene = Scene(dialogue, ada, rita, {}, {})
    scene.others = _others(scene, anna)
    scene.buttons = _buttons(scene, ben)
    return scene


def _gold(number):
    return {"data": {"text": f"Gold {number}"}, "state": "gold", "gold": {"label": "positive"}}


def _others(scene, labeler):
    """By what they are."""
    dialogue = scene.dialogue
    paused, left = dialogue.member("Pia"), dialogue.member("Lea")
    lowered, cut = dialogue.member("Lou", role="admin"), dialogue.member("Cleo", role="reviewer")
    admin = dialogue.member("Bea", "other", role="admin")
    reviewer = dialogue.member("Rob", "other", role="reviewer")
    who = {row.name: row.id for row in dialogue.rows(people_table)}
    here = dialogue.ids["reviews"]

    def change(tx):
        notes.pause(tx, here, who["Pia"], "fast")
        people.remove(tx, here, who["Lea"])
        people.remove(tx, here, who["Cleo"])
        people.set_role(tx, here, who["Lou"], "annotator")

    run(dialogue.database, change)
    return {
        "a labeler": labeler,
        "somebody paused": paused,
        "somebody removed": left,
        "a reviewer removed": cut,
        "an admin who is labeler now": lowered,
        "another project's admin": admin,
        "another project's reviewer": reviewer,
        "a stranger": dialogue.person("Sam"),
    }


def _buttons(scene, labeler):
    """Every sign there is with the data of a real button, by name."""
    dialogue = scene.dialogue
    here, tested = dialogue.ids["reviews"], dialogue.ids["tested"]
    who = {row.name: row.id for row in dialogue.rows(people_table)}
    rows = {row.key: row for row in dialogue.rows(items)}
    note = run(dialogue.database, lambda tx: notes.raised(tx, here, who["Ben"], "fast", FIGURES))
    failed = dialogue.member("Fay", "tested")
    for _ in range(2):
        failed.taps("Negative")
    fay = next(row.id for row in dialogue.rows(people_table) if row.name == "Fay")
    label = goldmaking.fingerprint({"label": "positive"})
    done = next(row.id for row in rows.values() if row.state == "done" and row.key == "reviews-1")
    made = {
        "take a flagged item out": ("", rows["reviews-2"].id, "w", ""),
        "put a flagged item back": ("", rows["reviews-2"].id, "y", ""),
        "review": ("", here, "r", ""),
        "make gold": ("", done, "g", label),
        "unmake gold": ("", rows["g-0"].id, "n", ""),
        "test again": ("", fay, "e", str(tested)),
        "let in": ("", fay, "i", str(tested)),
    }
    made |= {f"manage: {one}": ("", here, "z", one) for one in ("pause", "go", "more", "export")}
    made |= {f"note: {one}": ("", note.id, "v", one) for one in watching.ACTIONS}
    scene.rita.says("review")
    nonce, step = next(scene.rita.room.bubbles[-1].every_button()).data.split(":")[:2]
    first = next(scene.rita.room.bubbles[-1].every_button()).data.split(":")[3]
    made |= {f"review: {one}": (nonce, int(step), one, first) for one in reviewers.ACTIONS}
    nonce = next(labeler.card.every_button()).data.partition(":")[0]
    made |= {f"card: {one}": (nonce, 0, one, "0") for one in presses.ACTIONS}
    return {name: pack(Pressed(*parts)) for name, parts in made.items()}


FIGURES = {"run": 25, "seconds": 0.4, "usual": 4.0}


def refused(scene, who, person, acts):
    """Nothing changes, nothing is disclosed but what they typed themselves, and a sentence says no, to each of `acts`
    by its name: (what is done, what is typed)."""
    before = scene.state()
    for name, (act, typed) in acts.items():
        said = len(person.room.bubbles)
        act()
        heard = [str(one) for one in person.room.bubbles[said:] if not one.mine]
        heard += [person.ack.text] if isinstance(person.ack, Toast) else []
        told = "\n".join(heard).replace(typed, "") if typed else "\n".join(heard)
        assert told.strip(), (who, name)
        assert not [word for word in SECRETS if word in told], (who, name, told)
    assert scene.state() == before, (who, list(acts))


def pressing(scene, person, *signs):
    """Every button, or those whose names begin so."""
    found = {name: data for name, data in scene.buttons.items() if not signs or name.startswith(signs)}
    assert found
    return {name: (partial(person.presses, data), "") for name, data in found.items()}


def test_every_sign_is_refused_to_whoever_may_not_press_it(scene):
    for who, person in scene.others.items():
        refused(scene, who, person, pressing(scene, person))


def test_every_sign_of_ours_is_in_the_table(scene):
    """Whoever adds a button adds it here."""
    signs = {data.split(":")[2] for name, data in scene.buttons.items() if data.startswith(":")}
    known = {sign for sign in "abcdefghijklmnopqrstuvwxyz" if _leads_somewhere(scene, sign)}
    assert known - {"p"} == signs, "`p` enters a project, as /label does"


def _leads_somewhere(scene, sign):
    scene.others["a labeler"].presses(f":1:{sign}:")
    ack = scene.others["a labeler"].ack
    return not (isinstance(ack, Toast) and "no longer leads" in ack.text)


def test_who_may_press_it_is_heard(scene):
    """The same data does something: what refuses the others is who they are."""
    for name in ("let in", "unmake gold", "take a flagged item out", "note: pause", "manage: pause"):
        before = scene.state()
        scene.ada.presses(scene.buttons[name])
        assert scene.state() != before, name


def test_a_reviewer_is_no_admin(scene):
    signs = ("manage", "note", "let in", "test again", "take a flagged", "put a flagged")
    refused(scene, "a reviewer", scene.rita, pressing(scene, scene.rita, *signs))


def test_a_reviewers_card_is_theirs(scene):
    """The admin, who may review too, does not decide in the reviewer's place."""
    refused(scene, "an admin", scene.ada, pressing(scene, scene.ada, "review: "))


def test_words_of_reviewers_are_refused_to_others(scene):
    for who, person in scene.others.items():
        # Where they are at home, they may review.
        words = ["item"] if who.startswith("another project's") else ["item", "review"]
        keys = {"item": ("reviews-0", "g-0", ""), "review": ("",)}
        said = {f"{word} {key}": (partial(person.says, word, key), key) for word in words for key in keys[word]}
        refused(scene, who, person, said)


def test_no_word_does_anything_for_a_stranger_or_somebody_removed(scene):
    for who in ("a stranger", "somebody removed", "a reviewer removed"):
        person = scene.others[who]
        refused(scene, who, person, {word: (partial(person.says, word), "") for word in COMMANDS})


def test_forms_are_refused_like_buttons(scene):
    filled = {"text": "x", "marks": "[]", "reason": "x", "project": str(scene.dialogue.ids["reviews"])}
    for who, person in scene.others.items():
        before = scene.state()
        for data in scene.buttons.values():
            person.submits(data, **filled)
            assert isinstance(person.ack, Toast | FieldErrors)
        assert scene.state() == before, who


@pytest.fixture
def shared(scene):
    return scene


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    who=st.sampled_from(["a labeler", "somebody paused", "a stranger"]),
    step=st.one_of(st.integers(0, 20), st.integers(0, 10**18 - 1)),
    sign=st.sampled_from("eginrvwyz"),
    argument=st.one_of(
        st.from_regex(r"[0-9]{1,40}", fullmatch=True), st.sampled_from(["pause", "go", "look", "resume"])
    ),
)
def test_no_number_opens_anything(shared, who, step, sign, argument):
    before = shared.state()
    person = shared.others[who]
    person.presses(f":{step}:{sign}:{argument}")
    assert shared.state() == before


def test_an_owner_pressing_numbers_too_great_is_told_so(scene):
    owner = scene.dialogue.person("Olga")
    owner.joins(scene.dialogue.invite(None, "owner"))
    for sign in "eginprvwyz":
        for step, argument in ((10**18 - 1, "9" * 40), (0, "0"), (10**10, "pause"), (1, "9" * 19)):
            owner.presses(f":{step}:{sign}:{argument}")
            assert isinstance(owner.ack, Toast | None)
