"""A reviewer looks at an item: its answers side by side, and what they come to."""

import io
import json

import pytest
from PIL import Image
from sqlalchemy import insert, update

from bot.comparing import panel
from bot.drawn import paint_file
from bot.project import LabelDef, Review
from storage.database import run
from storage.schema import items, media
from tests.dialogue import project, question
from tests.media.making import picture, saved

CARS = project(question("boxes", LabelDef("car", "🚗 Car"), LabelDef("dog", "🐕 Dog"), title="Where?"), overlap=3)


@pytest.fixture
def boxed(talk):
    """A photograph that three people have boxed."""
    dialogue = talk(CARS, items=0)
    row = {"sha256": "a" * 64, "kind": "image", "mime": "image/jpeg", "width": 800, "height": 800, "size": 3}
    key = run(dialogue.database, lambda tx: tx.insert(insert(media), row))
    photo = {name: value for name, value in row.items() if name != "size"} | {"id": key, "field": "photo"}
    dialogue.add_items("reviews", [{"data": {"photo": "a.jpg"}, "media": [photo]}])
    for name, typed in (("Anna", "B2 D4 car"), ("Ben", "B2 D4 car"), ("Cleo", "B2 D5 car, G7 H8 dog")):
        person = dialogue.member(name)
        person.types(typed)
        while any("Good enough" in title for title in person.titles):
            person.taps("Good enough")
        person.taps("Done")
    return dialogue


def test_a_reviewer_sees_the_answers_and_the_consensus(boxed):
    rita = boxed.member("Rita", role="reviewer")
    rita.says("item", "reviews-0")
    lines = rita.sees.splitlines()
    assert lines[1] == "Review sentiment · reviews-0"
    assert [line.partition(": ")[2] for line in lines if line.endswith(("Car", "Dog"))] == [
        "1 🚗 Car",
        "1 🚗 Car",
        "1 🚗 Car, 1 🐕 Dog",
    ]
    assert not any(name in rita.sees for name in ("Anna", "Ben", "Cleo"))
    versions = panel(json.loads(rita.room.bubbles[-1].drawing)["compare"])
    assert versions[0]["title"].startswith("Consensus 0.")
    assert [one["box"] for one in versions[0]["boxes"]] == [[100, 100, 300, 300]]
    assert [len(one["boxes"]) for one in versions] == [1, 1, 1, 2]


def test_the_comparison_is_painted_as_one_picture(boxed, tmp_path):
    rita = boxed.member("Rita", role="admin")
    rita.says("item", "reviews-0")
    drawing = rita.room.bubbles[-1].drawing
    file = tmp_path / "a.jpg"
    file.write_bytes(saved(picture(800, 800), "JPEG"))
    painted = Image.open(io.BytesIO(paint_file(str(file), (800, 800), drawing, None)))
    painted.load()
    assert min(painted.size) > 400


def test_who_labels_does_not_see_what_others_said(boxed):
    dora = boxed.member("Dora")
    dora.says("item", "reviews-0")
    assert dora.sees == "Only reviewers and admins of a project see other people's answers."


@pytest.mark.parametrize(
    ("key", "said"),
    [("", "Which item? Type its id"), ("nonsense", "This project has no item “nonsense”."), ("x" * 500, "no item")],
)
def test_an_item_that_is_not_there_is_said_so(boxed, key, said):
    rita = boxed.member("Rita", role="reviewer")
    rita.says("item", key)
    assert said in rita.sees


def test_answers_in_words_stand_below_their_consensus(talk):
    dialogue = talk(project(overlap=2), items=1)
    for name in ("Anna", "Ben"):
        dialogue.member(name).taps("Positive")
    rita = dialogue.member("Rita", role="reviewer", language="de")
    rita.says("item", "reviews-0")
    assert "Konsens (1,00): 😊 Positive" in rita.sees
    assert rita.sees.count("😊 Positive") == 4  # the last on the button that makes it gold


def test_an_item_that_nobody_answered_says_so(talk):
    dialogue = talk(project(), items=1)
    rita = dialogue.member("Rita", role="reviewer")
    rita.says("item", "reviews-0")
    assert "Nobody has answered it yet." in rita.sees


def test_an_item_is_shown_only_where_its_project_may_be(talk):
    """A project limited to other chats since: not its texts, its answers or its gold."""
    dialogue = talk(project(overlap=1), items=2)
    dialogue.member("Anna").taps("Positive")
    rita = dialogue.member("Rita", role="reviewer")
    rita.says("item", "reviews-0")
    make, bubble = rita.button("Make gold")
    dialogue.add_project(project(overlap=1, chats=("browser",)))
    before = dialogue.states()
    for act in (lambda: rita.says("item", "reviews-0"), lambda: rita.presses(make.data, bubble)):
        act()
        assert rita.sees == "“Review sentiment” may only be shown in: browser. Open it there."
    assert dialogue.states() == before


def test_an_item_without_a_name_goes_by_the_beginning_of_its_hash(talk):
    dialogue = talk(project(overlap=1, review=Review()), items=0)
    for sign in "ab":
        key = ("0123456789" + sign * 54)[:64]
        row = {"data": {"text": f"Text {sign}"}}
        dialogue.add_items("reviews", [row], "x")
        run(dialogue.database, lambda tx, key=key: tx.run(update(items).where(items.c.key == "x0").values(key=key)))
    anna = dialogue.member("Anna")
    anna.taps("Positive")
    rita = dialogue.member("Rita", role="reviewer")
    for key, said in (
        ("0123456789aa", "Text a"),
        ("0123456789aaaaaaa…", "Text a"),
        ("0123456789bbb...", "Text b"),
        ("0123456789", "no item"),
        ("0123456789ac", "no item"),
        ("01234", "no item"),
        ("0123456789%", "no item"),
        ("0123456789" + "a" * 54, "Text a"),
    ):
        rita.says("item", key)
        assert said in rita.sees or "Nobody has answered" in rita.sees, key
        assert ("no item" in rita.sees) == (said == "no item"), key
    rita.says("item", "0123456789a")
    assert "Review sentiment · 0123456789aa…\nText a" in rita.sees
