"""Each label type through a whole item, as a person lives it."""

import pytest
from sqlalchemy import insert

from bot.project import LabelDef, ShowIf
from storage.database import run
from storage.schema import media
from tests.dialogue import project, question

CITIES = ("Berlin", "Bern", "Bonn", "Cologne", "Dresden", "Essen", "Frankfurt", "Hamburg", "Leipzig", "Munich", "Ulm")
NATURE = (
    LabelDef("animal", "Animal"),
    LabelDef("cat", "Cat", parent="animal"),
    LabelDef("dog", "Dog", parent="animal"),
    LabelDef("plant", "Plant"),
)
TICKET = project(
    question("tags", "💳 Billing", "🐞 Bug", "🔑 Account", name="topics", title="What is it about?"),
    question("choice", "🔥 Now", "🌱 Later", name="urgency", title="How urgent is it?"),
    title="Support tickets",
)


def clips(talk, draft=None, kind="audio", **rest):
    """A project of voice clips."""
    dialogue = talk(project(question("transcript", title="What is said?", **rest), title="Voice clips"), items=0)
    row = {"sha256": "x" * 64, "kind": kind, "mime": "audio/ogg", "size": 3}
    key = run(dialogue.database, lambda tx: tx.insert(insert(media), row))
    clip = {"id": key, "kind": kind, "mime": "audio/ogg", "sha256": "x" * 64, "field": "clip", "duration_ms": 2000}
    suggestion = None if draft is None else {"label": {"label": draft}}
    rows = [{"data": {"clip": f"{n}.ogg"}, "media": [clip], "suggestion": suggestion} for n in range(4)]
    dialogue.add_items("reviews", rows)
    return dialogue


def test_one_tap_saves_a_choice_and_brings_the_next_item(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    assert anna.sees == (
        "1 / 5 · Review sentiment\nHow does the writer feel?\n\nText 0\n[😊 Positive] [😠 Negative]\n[↩] [⋯] [⏭]"
    )
    anna.taps("Positive")
    assert anna.sees == (
        "✓ 😊 Positive\n\n2 / 5 · Review sentiment\nHow does the writer feel?\n\nText 1\n"
        "[😊 Positive] [😠 Negative]\n[↩] [⋯] [⏭]"
    )
    assert dialogue.answers() == [("Anna", "reviews-0", {"label": "positive"})]


def test_a_choice_may_be_typed(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    anna.types("positive")
    assert dialogue.labels() == ["positive"]
    assert anna.item == "Text 1"


def test_a_text_that_is_no_label_is_answered_with_the_labels(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    anna.types("purple")
    assert anna.sees == "“purple” is not one of the labels. Try one of: 😊 Positive, 😠 Negative."
    assert dialogue.answers() == []


def test_many_labels_come_in_pages(talk):
    dialogue = talk(project(question("choice", *CITIES, title="Which city?")))
    anna = dialogue.member("Anna")
    assert "Berlin" in anna.titles
    assert "Ulm" not in anna.titles
    anna.taps("2/2")
    assert "Ulm" in anna.titles
    anna.taps("1/2")
    anna.taps("2/2")
    anna.taps("Ulm")
    assert dialogue.labels() == ["ulm"]
    assert "Berlin" in anna.titles


def test_typing_part_of_a_label_shows_those_that_fit(talk):
    dialogue = talk(project(question("choice", *CITIES, title="Which city?")))
    anna = dialogue.member("Anna")
    anna.types("ber")
    assert anna.titles[:2] == ["Berlin", "Bern"]
    assert "Labels that fit “ber”: 2. Tap one." in anna.sees
    assert len(anna.cards) == 1
    anna.taps("Bern")
    assert dialogue.labels() == ["bern"]


def test_nested_labels_open_in_menus(talk):
    dialogue = talk(project(question("choice", *NATURE, title="What is it?")))
    anna = dialogue.member("Anna")
    anna.taps("Animal")
    assert anna.titles[:3] == ["Cat", "Dog", "‹ Back"]
    anna.taps("Back")
    assert anna.titles[:2] == ["Animal ›", "Plant"]
    anna.taps("Animal")
    anna.taps("Dog")
    assert dialogue.labels() == ["dog"]


def test_undo_in_a_menu_goes_one_menu_up(talk):
    dialogue = talk(project(question("choice", *NATURE, title="What is it?")))
    anna = dialogue.member("Anna")
    anna.taps("Plant")
    anna.taps("Animal")
    anna.taps("↩")
    assert anna.titles[0] == "Animal ›"
    assert dialogue.labels() == ["plant"]


def test_tags_are_set_cleared_and_done(talk):
    dialogue = talk(project(question("tags", "Billing", "Bug", "Account")))
    anna = dialogue.member("Anna")
    anna.taps("Bug")
    anna.taps("Billing")
    anna.taps("✓ Bug")
    assert anna.titles[:3] == ["✓ Billing", "Bug", "Account"]
    anna.taps("Done (1)")
    assert dialogue.labels() == [["billing"]]


def test_a_second_tap_on_a_tag_changes_nothing(talk):
    dialogue = talk(project(question("tags", "Billing", "Bug", "Account")))
    anna = dialogue.member("Anna")
    bug, bubble = anna.button("Bug")
    anna.presses(bug.data, bubble)
    before = dialogue.everything()
    assert anna.presses(bug.data, bubble).messages == ()
    assert dialogue.everything() == before


def test_tags_typed_join_those_tapped_and_the_card_moves_below_once(talk):
    dialogue = talk(project(question("tags", "Billing", "Bug", "Account")))
    anna = dialogue.member("Anna")
    anna.taps("Bug")
    anna.types("account")
    assert anna.titles[:3] == ["Billing", "✓ Bug", "✓ Account"]
    below = anna.card.id
    anna.taps("Billing")
    anna.taps("✓ Bug")
    assert anna.card.id == below
    anna.taps("Done (2)")
    assert dialogue.labels() == [["billing", "account"]]


def test_a_clip_is_transcribed_by_typing(talk):
    dialogue = clips(talk)
    anna = dialogue.member("Anna")
    first = anna.card
    assert first.kind == "audio"
    assert "Type what you hear" in first.text
    anna.types("  hello world ")
    assert dialogue.labels() == ["hello world"]
    assert str(first) == "(audio)\n✓ hello world\n[↩]"
    assert anna.card is not first
    assert "✓ hello world" not in anna.card.text


def test_every_typed_card_is_a_message_of_its_own(talk):
    dialogue = talk(project(question("transcript", title="What does it say?")))
    anna = dialogue.member("Anna")
    seen = [anna.card.id]
    for _ in range(3):
        anna.taps("Unintelligible")
        seen.append(anna.card.id)
    assert len(set(seen)) == 4
    assert dialogue.labels() == ["[unintelligible]"] * 3


def test_a_draft_is_confirmed_by_a_tap(talk):
    dialogue = clips(talk, draft="hello there")
    anna = dialogue.member("Anna")
    assert "Draft: hello there\nIs the draft right? If not, type the right text." in anna.sees
    anna.taps("Correct")
    assert dialogue.labels() == ["hello there"]


def test_a_rating_is_one_tap(talk):
    dialogue = talk(project(question("rating", title="How good?", options={"low": "useless", "high": "perfect"})))
    anna = dialogue.member("Anna")
    assert "1 = useless, 5 = perfect" in anna.sees
    assert anna.titles[:5] == ["1", "2", "3", "4", "5"]
    anna.taps("4")
    anna.types("2")
    anna.types("9")
    assert anna.sees == "That is not a rating from 1 to 5. Tap a number or type it."
    assert dialogue.labels() == [4, 2]


def test_of_two_the_better_one_is_tapped(talk):
    dialogue = talk(project(question("pairwise", title="Which is better?"), show=("a", "b")), items=0)
    dialogue.add_items(
        "reviews",
        [{"data": {"a": "Hello!", "b": "Go away.", "id": 7}}] * 0
        + [{"data": {"a": "Hello!", "b": "Go away.", "id": 7}}],
    )
    anna = dialogue.member("Anna")
    assert "a: Hello!\nb: Go away.\n[A] [B]\n[Equally good] [Both bad]" in anna.sees
    anna.taps("A")
    assert dialogue.labels() == ["left"]


def test_a_record_is_a_list_of_names_and_values(talk):
    dialogue = talk(project(show=("amount", "where", "tags", "note")), items=0)
    data = {"amount": 12.5, "where": {"city": "Bonn", "code": 53}, "tags": ["a", "b"], "note": "", "hidden": "x"}
    dialogue.add_items("reviews", [{"data": data}])
    anna = dialogue.member("Anna")
    assert "\n\namount: 12.5\nwhere: city: Bonn, code: 53\ntags: a, b\n[" in anna.sees


def test_several_questions_follow_on_one_card(talk):
    dialogue = talk(TICKET)
    anna = dialogue.member("Anna")
    card = anna.card.id
    anna.taps("Bug")
    anna.taps("Done (1)")
    assert "How urgent is it?" in anna.sees
    assert "✓ What is it about? 🐞 Bug" in anna.sees
    anna.taps("Now")
    assert anna.sees.startswith("✓ 🐞 Bug, 🔥 Now")
    assert dialogue.answers() == [("Anna", "reviews-0", {"topics": ["bug"], "urgency": "now"})]
    assert anna.card.id == card


def test_a_question_whose_condition_fails_is_not_asked(talk):
    verdict = question("choice", "Genuine", "Fraud", name="verdict", title="Is it genuine?")
    kind = question(
        "choice", "Stolen card", "Takeover", name="kind", title="Which kind?", show_if=ShowIf("verdict", ("fraud",))
    )
    dialogue = talk(project(verdict, kind))
    anna = dialogue.member("Anna")
    anna.taps("Genuine")
    anna.taps("Fraud")
    anna.taps("Takeover")
    assert [label for _, _, label in dialogue.answers()] == [
        {"verdict": "genuine"},
        {"verdict": "fraud", "kind": "takeover"},
    ]


def test_a_condition_on_tags_holds_where_one_of_them_is_set(talk):
    topics = question("tags", "Billing", "Bug", name="topics", title="What about?")
    sum_ = question("rating", name="size", title="How bad?", show_if=ShowIf("topics", ("bug",)))
    dialogue = talk(project(topics, sum_))
    anna = dialogue.member("Anna")
    anna.taps("None of them")
    anna.taps("Billing")
    anna.taps("Bug")
    anna.taps("Done")
    anna.taps("5")
    assert [label for _, _, label in dialogue.answers()] == [{"topics": []}, {"topics": ["billing", "bug"], "size": 5}]


def test_a_suggestion_is_marked_and_moves_nothing(talk):
    dialogue = talk(project(), suggestion={"label": {"label": "negative"}})
    anna = dialogue.member("Anna")
    assert anna.titles[:2] == ["😊 Positive", "✨ 😠 Negative"]
    assert next(button for button in anna.card.every_button() if "Neg" in button.title).spoken
    anna.taps("Negative")
    assert dialogue.labels() == ["negative"]


def test_an_item_of_any_length_fits_its_card(talk):
    dialogue = talk(project(), items=0)
    dialogue.add_items(
        "reviews", [{"data": {"text": "🦊" * 5000}}, {"data": {f"f{n}": "long " * 300 for n in range(40)}}]
    )
    anna = dialogue.member("Anna")
    assert "…" in anna.sees
    anna.taps("Positive")
    assert "f0: long" in anna.sees


@pytest.mark.parametrize("words", ["<!channel> *x* <https://evil|bank>", "{0} {name} %s", "‮rtl​", "a\x00b \ud800"])
def test_words_of_an_item_arrive_as_they_are(talk, words):
    dialogue = talk(project(), items=0)
    dialogue.add_items("reviews", [{"data": {"text": f"({words})"}}])
    anna = dialogue.member("Anna")
    assert f"({words})" in anna.card.text
    anna.taps("Positive")
    assert dialogue.labels() == ["positive"]


def test_what_is_typed_under_a_menu_is_no_label(talk):
    dialogue = clips(talk)
    anna = dialogue.member("Anna")
    anna.taps("⋯")
    anna.types("what does this mean?")
    assert anna.sees == "Was that the answer? Tap ‹ Back, then type it again."
    anna.taps("Back")
    anna.taps("⏭")
    anna.types("too noisy to hear")
    assert dialogue.answers() == [("Anna", "reviews-0", ("skip", "too noisy to hear"))]
    anna.taps("⏭")
    anna.taps("Back")
    anna.types("hello")
    assert dialogue.labels() == ["hello"]
