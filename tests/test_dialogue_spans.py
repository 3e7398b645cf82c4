"""Texts marked wholly in a chat, as a person does it."""

from bot.project import LabelDef
from tests.dialogue import project, question

ENTITIES = (LabelDef("PER", "👤 Person"), LabelDef("LOC", "📍 Place"), LabelDef("ORG", "🏢 Organisation"))
NAMES = project(question("spans", *ENTITIES, title="Who and where?"), title="News")
TEXT = "Ada Lovelace lived in London."


def names(talk, *rows, asked=NAMES):
    dialogue = talk(asked, items=0)
    dialogue.add_items("reviews", [{"data": row} if isinstance(row, dict) else {"data": {"text": row}} for row in rows])
    return dialogue


def test_a_text_is_marked_by_replies_and_the_person_sees_it_grow(talk):
    dialogue = names(talk, TEXT, "Nothing here.")
    anna = dialogue.member("Anna")
    assert anna.sees == (
        "1 / 2 · News\nWho and where?\n\n¹Ada ²Lovelace ³lived ⁴in ⁵London.\n\n"
        "Type words=PER, or their numbers: 3-4 PER. Words*=PER marks every one. Or tap a label.\n"
        "[+ 👤 Person] [+ 📍 Place]\n[+ 🏢 Organisation]\n[∅ Nothing to mark]\n[✏️ Mark on a page]\n[↩] [⋯] [⏭]"
    )
    anna.types("1-2 PER")
    anna.types("London=LOC")
    assert anna.card.text == (
        "1 / 2 · News\nWho and where?\n\n[¹Ada ²Lovelace] 👤 Person ³lived ⁴in [⁵London] 📍 Place.\n\n"
        "Type words=PER, or their numbers: 3-4 PER. Words*=PER marks every one. Or tap a label."
    )
    assert anna.titles[:2] == ["Ada Lovelace · 👤 Person", "London · 📍 Place"]
    anna.taps("Done (2)")
    assert anna.card.text.startswith("✓ Ada Lovelace (👤 Person), London (📍 Place)\n\n2 / 2")
    anna.taps("Nothing to mark")
    assert dialogue.labels() == [
        [
            {"start": 0, "end": 12, "label": "PER", "text": "Ada Lovelace"},
            {"start": 22, "end": 28, "label": "LOC", "text": "London"},
        ],
        [],
    ]
    dialogue.recount()


def test_every_step_can_be_undone(talk):
    anna = names(talk, TEXT).member("Anna")
    anna.types("1-2 PER")
    anna.types("London=LOC")
    anna.taps("↩")
    assert "[¹Ada ²Lovelace] 👤 Person ³lived ⁴in ⁵London." in anna.card.text
    anna.taps("↩")
    assert "¹Ada ²Lovelace ³lived ⁴in ⁵London." in anna.card.text


def test_an_answer_taken_back_has_its_marks_still(talk):
    dialogue = names(talk, TEXT, "More.")
    anna = dialogue.member("Anna")
    anna.types("London=LOC")
    anna.taps("Done")
    anna.taps("↩")
    assert "[⁵London] 📍 Place" in anna.card.text
    assert dialogue.labels() == []


def test_a_bad_reply_is_answered_and_changes_nothing(talk):
    dialogue = names(talk, TEXT)
    anna = dialogue.member("Anna")
    anna.types("Lodnon=LOC")
    assert anna.sees == "“Lodnon” is not in the text. Did you mean “London”?"
    anna.types("London=LOC")
    anna.taps("Done (1)")
    assert len(dialogue.labels()) == 1


def test_a_label_and_two_words_are_tapped(talk):
    dialogue = names(talk, TEXT)
    anna = dialogue.member("Anna")
    anna.taps("+ 👤 Person")
    anna.taps("Ada")
    anna.taps("Lovelace")
    anna.taps("Ada Lovelace · 👤 Person")
    anna.taps("Organisation")
    anna.taps("Done (1)")
    assert dialogue.labels() == [[{"start": 0, "end": 12, "label": "ORG", "text": "Ada Lovelace"}]]


def test_other_fields_stand_beside_the_text(talk):
    anna = names(talk, {"title": "A life", "text": TEXT}).member("Anna")
    assert "title: A life\n\n¹Ada" in anna.card.text


def test_a_long_text_is_turned_over_page_by_page(talk):
    dialogue = names(talk, " ".join(f"word{number}" for number in range(2000)))
    anna = dialogue.member("Anna")
    pages = 0
    while any("›" in title for title in anna.titles):
        anna.taps("›")
        pages += 1
    assert pages > 5
    anna.types("1999-2000 ORG")
    anna.taps("‹")
    assert "Marked besides: 1" in anna.card.text
    anna.taps("Done (1)")
    assert dialogue.labels()[0][0]["text"] == "word1998 word1999"
