"""Pictures masked wholly in a chat, as a person does it: suggestions first, regions by reply."""

import json
import zlib
from array import array

import pytest
from sqlalchemy import insert

from bot.labels import masks, rle
from storage import regions
from storage.database import run
from storage.schema import media
from tests.dialogue import project, question

STREET = project(question("masks", "🛣️ Road", "☁️ Sky", title="Which parts are what?"), title="Streets")
SIZE = (80, 60)


@pytest.fixture
def streets(talk):
    def made(suggestion=None, cut=True, asked=STREET):
        dialogue = talk(asked, items=0)
        row = {"sha256": "x" * 64, "kind": "image", "mime": "image/jpeg", "size": 3, "width": 80, "height": 60}
        key = run(dialogue.database, lambda tx: tx.insert(insert(media), row))
        if cut:
            run(dialogue.database, lambda tx: regions.keep(tx, {key: quarters()}))
        photo = {"id": key, "kind": "image", "mime": "image/jpeg", "sha256": "x" * 64, "field": "photo"}
        photo |= {"width": 80, "height": 60}
        given = None if suggestion is None else {"label": {"label": suggestion}}
        rows = [{"data": {"photo": f"{n}.jpg"}, "media": [photo], "suggestion": given} for n in range(3)]
        dialogue.add_items("reviews", rows)
        return dialogue

    return made


def quarters():
    """A map of 8 × 6 pixels: the left half is 1, the right one 2; the upper and lower quarters are their parts."""
    left, right = [1, 3, 2, 3] * 4, [3, 3, 4, 3] * 4
    return 8, 6, zlib.compress(array("H", left + right).tobytes()), [1, 1, 2, 2]


def quarter(left, top):
    """The counts of a quarter of the picture."""
    return rle.encode(rle.scaled(rle.of_edges([12 * left + 3 * top + 6 * x + y for x in (0, 1) for y in (0, 3)], 24),
                                 (4, 6), SIZE))  # fmt: skip


def record(name, left, top):
    return {"label": name, "size": [60, 80], "counts": quarter(left, top)}


def drawing(person):
    return json.loads(person.card.drawing)


def reads(person):
    """What we said last."""
    return person.room.bubbles[-1].text


def area(label):
    return {one["label"]: rle.area(rle.decode(one["counts"], 60, 80)) for one in label}


def test_regions_are_marked_by_replies_and_the_person_sees_them_grow(streets):
    dialogue = streets()
    anna = dialogue.member("Anna")
    assert anna.card.text == (
        "1 / 3 · Streets\nWhich parts are what?\n\n"
        "Reply with numbers and a label: “3 7 12-15 road”. “-7” clears, “+12” splits a region."
    )
    assert anna.titles[:4] == ["🛣️ Road", "☁️ Sky", "➕ Split a region", "∅ Nothing here"]
    anna.types("1 road")
    anna.types("+2")
    anna.types("2a sky")
    assert "🛣️ Road: 1 · ☁️ Sky: 2a" in anna.card.text
    shown = drawing(anna)["regions"]
    assert (shown["coloured"], shown["split"]) == ({"1": 0, "2a": 1}, [2])
    anna.taps("Done (2)")
    assert "2 / 3" in anna.card.text
    (label,) = dialogue.labels()
    assert area(label) == {"road": 2400, "sky": 1200}
    anna.taps("Nothing here")
    assert dialogue.labels()[1] == []
    dialogue.recount()


def test_every_step_can_be_undone(streets):
    anna = streets().member("Anna")
    anna.types("1 road")
    anna.taps("Sky")
    anna.types("2")
    assert "🛣️ Road: 1 · ☁️ Sky: 2" in anna.card.text
    anna.taps("↩")
    assert "🛣️ Road: 1\n" in anna.card.text
    anna.taps("↩")
    anna.taps("↩")
    assert drawing(anna)["regions"]["coloured"] == {}


def test_a_bad_reply_gets_a_hint_and_changes_nothing(streets):
    anna = streets().member("Anna")
    anna.types("1 road")
    anna.types("9 road")
    assert reads(anna) == "There is no region 9. They are numbered 1 to 2."
    anna.types("2 raod")
    assert reads(anna) == "“raod” is not one of the labels. Try one of: 🛣️ Road, ☁️ Sky."
    anna.taps("Done (1)")


def test_an_answer_taken_back_has_its_marks_still(streets):
    dialogue = streets()
    anna = dialogue.member("Anna")
    anna.types("1 road")
    anna.taps("Done")
    anna.taps("↩")
    assert "🛣️ Road: 1" in anna.card.text
    anna.types("2 sky")
    anna.taps("Done (2)")
    assert [area(label) for label in dialogue.labels()] == [{"road": 2400, "sky": 2400}]


def test_suggestions_are_kept_dropped_and_called_otherwise(streets):
    dialogue = streets([record("road", 0, 0), record("sky", 0, 1)])
    anna = dialogue.member("Anna")
    assert anna.titles[:6] == ["✓ 1 🛣️ Road", "✎ 1", "✓ 2 ☁️ Sky", "✎ 2", "✓ All good", "➕ Something is missing"]
    assert [one["mark"] for one in drawing(anna)["masks"]] == ["1", "2"]
    anna.taps("✓ 1 🛣️ Road")
    assert drawing(anna)["masks"][0]["faint"]
    anna.types("2 road")
    anna.taps("Done (1)")
    anna.taps("All good")
    anna.taps("Something is missing")
    anna.types("2 sky")
    anna.taps("Done (2)")
    road, sky = record("road", 0, 0), record("sky", 0, 1)
    first, second, third = dialogue.labels()
    assert first == [{**sky, "label": "road"}]
    assert second == [road, sky]
    assert [one["label"] for one in third] == ["road", "sky"]
    assert area(third)["sky"] == rle.area(masks.areas([sky])[0].counts) + 2400


def test_without_regions_the_card_says_what_to_do(streets):
    dialogue = streets(cut=False)
    anna = dialogue.member("Anna")
    assert "This picture is marked on the page." in anna.card.text
    anna.types("1 road")
    assert reads(anna) == "This picture has no numbered regions. Use the buttons of the card."
