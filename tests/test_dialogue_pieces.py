"""A long clip is transcribed piece by piece on one card: in order, with undo, with earlier replies corrected."""

import json

import pytest
from sqlalchemy import insert

from bot.chat import FieldErrors
from storage.database import run
from storage.schema import media
from tests.dialogue import project, question

BOUNDS = ((0, 14_200), (14_200, 24_000), (24_000, 37_000), (37_000, 40_000))


def medium(dialogue, kind, sha):
    row = {
        "sha256": sha.rjust(64, "0"),
        "kind": kind,
        "mime": "audio/ogg" if kind == "audio" else "image/png",
        "size": 3,
    }
    return run(dialogue.database, lambda tx: tx.insert(insert(media), row))


def long_clips(talk, draft=None, items=3, bounds=BOUNDS, questions=(), **rest):
    """A project of clips of 40 seconds, each cut into four pieces."""
    asked = question("transcript", title="What is said?", **rest)
    dialogue = talk(project(*(questions or (asked,)), title="Voice clips"), items=0)
    whole, wave = medium(dialogue, "audio", "a"), medium(dialogue, "image", "b")
    pieces = [
        {"id": medium(dialogue, "audio", str(at)), "sha256": str(at).rjust(64, "0"), "mime": "audio/ogg",
         "start": start, "end": end, "duration_ms": end - start + 600}
        for at, (start, end) in enumerate(bounds)
    ]  # fmt: skip
    clip = {
        "id": whole, "kind": "audio", "mime": "audio/ogg", "sha256": "a".rjust(64, "0"), "field": "clip",
        "duration_ms": 40_000,
        "pieces": pieces,
        "wave": {"id": wave, "sha256": "b".rjust(64, "0"), "mime": "image/png", "width": 1200, "height": 224},
    }  # fmt: skip
    suggestion = None if draft is None else {"label": {"label": draft}}
    rows = [{"data": {"clip": f"{n}.ogg"}, "media": [clip], "suggestion": suggestion} for n in range(items)]
    dialogue.add_items("reviews", rows)
    return dialogue


def aligned(*texts):
    segments = [
        {"start": start / 1000, "end": end / 1000, "text": text}
        for (start, end), text in zip(BOUNDS, texts, strict=True)
    ]
    return {"text": " ".join(text for text in texts if text), "segments": segments}


def apart(dialogue, name="Anna", **rest):
    """Somebody on a platform that shows files in messages of their own."""
    person = dialogue.person(name, **rest)
    person.room.apart = True
    person.joins(dialogue.invite("reviews", "annotator"))
    return person


def types(person, *texts):
    for text in texts:
        person.types(text)


def test_a_clip_is_typed_piece_by_piece_and_its_label_has_the_times(talk):
    dialogue = long_clips(talk)
    anna = apart(dialogue)
    assert anna.sees == (
        "(mixed)\n1 / 3 · Voice clips\nWhat is said?\nPiece 1 of 4 · 0:00–0:14\n\nType what you hear and send it.\n"
        "[🔇 Unintelligible] [🤫 Nothing said]\n[✍ Type it here]\n[↩] [⋯] [⏭]"
    )
    first = anna.card
    anna.types("one two")
    assert str(first) == "(mixed)\n✓ 1 / 4 · one two"
    assert "Piece 2 of 4 · 0:14–0:24" in anna.card.text
    types(anna, "three", "four five")
    assert dialogue.answers() == []
    anna.types("six")
    assert dialogue.labels() == [aligned("one two", "three", "four five", "six")]
    assert "✓ one two three four five six" in anna.screen
    assert "2 / 3 · Voice clips" in anna.card.text
    assert "Piece 1 of 4" in anna.card.text


def test_each_card_plays_its_piece_and_marks_it_on_the_waveform(talk):
    dialogue = long_clips(talk)
    anna = dialogue.member("Anna")
    with dialogue.hold() as held:
        anna.types("one")
    (outgoing,) = held
    wave, sound = outgoing.message.media
    assert (wave.kind, wave.sha256, wave.width) == ("image", "b".rjust(64, "0"), 1200)
    assert json.loads(wave.drawing) == {"wave": [14_200, 24_000]}
    assert "piece 2" in wave.alt
    assert (sound.kind, sound.sha256, sound.duration_ms, sound.drawing) == ("audio", "1".rjust(64, "0"), 10_400, "")
    assert outgoing.message.fresh


def test_the_file_of_a_piece_is_known_to_the_platform_the_second_time(talk):
    dialogue = long_clips(talk)
    anna = dialogue.member("Anna")
    types(anna, "one", "two", "three")
    with dialogue.hold() as held:
        anna.types("four")
    assert held[0].message.media[1].reference.startswith("file-")


def test_buttons_answer_their_piece_once(talk):
    dialogue = long_clips(talk)
    anna = apart(dialogue)
    anna.taps("Nothing said")
    first = dialogue.last_event
    dialogue.handle(first)
    assert "Piece 2 of 4" in anna.card.text
    assert "✓ 1 / 4 · 🤫 Nothing said" in anna.screen
    anna.taps("Unintelligible")
    types(anna, "three", "four")
    assert dialogue.labels() == [aligned("", "[unintelligible]", "three", "four")]


def test_a_clip_in_which_nothing_is_said_is_an_answer_too(talk):
    dialogue = long_clips(talk)
    anna = apart(dialogue)
    for _ in BOUNDS:
        anna.taps("Nothing said")
    assert dialogue.labels() == [aligned("", "", "", "")]
    assert "✓ 🤫 Nothing said" in anna.screen


def test_undo_goes_one_piece_back(talk):
    dialogue = long_clips(talk)
    anna = apart(dialogue)
    types(anna, "one", "too")
    third = anna.card
    anna.taps("↩")
    assert str(third) == "(mixed)\n↩ 3 / 4"
    assert "Piece 2 of 4" in anna.card.text
    types(anna, "two", "three", "four")
    assert dialogue.labels() == [aligned("one", "two", "three", "four")]


def test_undo_after_the_last_piece_opens_that_one_again(talk):
    dialogue = long_clips(talk)
    anna = apart(dialogue)
    types(anna, "one", "two", "three", "for")
    anna.taps("↩")
    assert dialogue.answers() == []
    assert "1 / 3 · Voice clips" in anna.card.text
    assert "Piece 4 of 4" in anna.card.text
    anna.types("four")
    assert dialogue.labels() == [aligned("one", "two", "three", "four")]
    dialogue.recount()


def test_editing_an_earlier_reply_corrects_that_piece(talk):
    dialogue = long_clips(talk)
    anna = apart(dialogue)
    types(anna, "wun", "two")
    third = anna.card
    anna.edits("wun", "one")
    assert anna.sees == "✓ Corrected: one"
    assert anna.card is third
    types(anna, "three", "for")
    anna.edits("for", "four")
    anna.edits("two", "zwei")
    assert dialogue.labels() == [aligned("one", "zwei", "three", "four")]


def test_an_edit_survives_undo_of_the_whole_clip(talk):
    dialogue = long_clips(talk)
    anna = apart(dialogue)
    types(anna, "wun", "two", "three", "four")
    anna.edits("wun", "one")
    anna.says("undo")
    anna.says("undo")
    types(anna, "drei", "vier")
    assert dialogue.labels() == [aligned("one", "two", "drei", "vier")]
    anna.edits("two", "zwei")
    assert dialogue.labels() == [aligned("one", "zwei", "drei", "vier")]


def test_an_edit_of_a_piece_that_was_taken_back_is_told_so(talk):
    dialogue = long_clips(talk)
    anna = apart(dialogue)
    types(anna, "one", "two")
    anna.taps("↩")
    anna.edits("two", "zwei")
    assert "could not take that change over" in anna.sees
    types(anna, "2", "3", "4")
    assert dialogue.labels() == [aligned("one", "2", "3", "4")]


def test_an_edit_that_is_no_text_changes_nothing(talk):
    dialogue = long_clips(talk)
    anna = apart(dialogue)
    anna.types("one")
    anna.edits("one", " \u200b")
    assert anna.sees == "There is nothing in it. Type it again."
    types(anna, "two", "three", "four")
    assert dialogue.labels() == [aligned("one", "two", "three", "four")]


@pytest.mark.parametrize("back", [1, 2, 3])
def test_a_reply_to_an_earlier_piece_is_not_taken_for_the_present_one(talk, back):
    dialogue = long_clips(talk)
    anna = apart(dialogue)
    first = anna.card
    place = anna.room.bubbles.index(first)
    part = anna.room.bubbles[place + 1 - back]
    types(anna, "one", "two")
    anna.types("one again", to=part, part=True)
    assert "That piece is answered" in anna.sees
    types(anna, "three", "four")
    assert dialogue.labels() == [aligned("one", "two", "three", "four")]


@pytest.mark.parametrize("back", [1, 2, 3])
def test_a_reply_to_any_part_of_the_present_piece_is_for_it(talk, back):
    dialogue = long_clips(talk)
    anna = apart(dialogue)
    anna.types("one")
    part = anna.room.bubbles[-back]
    anna.types("two", to=part, part=True)
    types(anna, "three", "four")
    assert dialogue.labels() == [aligned("one", "two", "three", "four")]


def test_what_was_typed_before_the_next_piece_came_is_not_for_it(talk):
    dialogue = long_clips(talk)
    anna = apart(dialogue)
    with dialogue.hold():
        types(anna, "one", "one more word")
    dialogue.deliver()
    assert "I cannot tell which item that is for" in anna.screen
    types(anna, "two", "three", "four")
    assert dialogue.labels() == [aligned("one", "two", "three", "four")]


def test_a_draft_with_times_fills_in_each_piece(talk):
    draft = {
        "text": "",
        "segments": [
            {"start": 0.5, "end": 6.0, "text": "hello"},
            {"start": 6.0, "end": 15.0, "text": "there"},
            {"start": 25.0, "end": 36.0, "text": "good by"},
        ],
    }
    dialogue = long_clips(talk, draft=draft)
    anna = apart(dialogue)
    assert "Draft: hello there" in anna.sees
    anna.taps("Correct")
    assert "Draft" not in anna.card.text
    anna.taps("✨ 🤫 Nothing said")
    assert "Draft: good by" in anna.sees
    types(anna, "good bye", "four")
    assert dialogue.labels() == [aligned("hello there", "", "good bye", "four")]


def test_a_form_is_for_the_piece_it_was_opened_at(talk):
    dialogue = long_clips(talk)
    anna = apart(dialogue)
    form = anna.taps("Type it here").ack.form
    anna.submits(form.data, text="one")
    assert "Piece 2 of 4" in anna.card.text
    anna.submits(form.data, text="one")
    assert isinstance(anna.ack, FieldErrors)
    assert "Piece 2 of 4" in anna.card.text


def test_a_begun_clip_is_laid_aside_and_taken_up_where_it_stood(talk):
    dialogue = long_clips(talk, items=1)
    anna = apart(dialogue)
    types(anna, "one", "two")
    dialogue.wait(hours=2)
    anna.says("label")
    assert "Piece 3 of 4" in anna.card.text
    types(anna, "three", "four")
    assert dialogue.labels() == [aligned("one", "two", "three", "four")]
    dialogue.recount()


def test_a_killed_program_goes_on_at_the_same_piece(talk):
    dialogue = long_clips(talk)
    anna = apart(dialogue)
    anna.types("one")
    dialogue.restart()
    types(anna, "two", "three", "four")
    assert dialogue.labels() == [aligned("one", "two", "three", "four")]


def test_other_questions_about_the_clip_play_all_of_it(talk):
    mood = question("choice", "Calm", "Angry", name="mood", title="In which mood?")
    said = question("transcript", name="words", title="What is said?")
    dialogue = long_clips(talk, questions=(said, mood))
    anna = apart(dialogue)
    types(anna, "one", "two", "three")
    with dialogue.hold() as held:
        anna.types("four")
    assert [one.sha256 for one in held[0].message.media] == ["a".rjust(64, "0")]
    dialogue.deliver()
    assert "✓ What is said? one two three four" in anna.card.text
    anna.edits("two", "zwei")
    anna.taps("Calm")
    assert dialogue.answers() == [
        ("Anna", "reviews-0", {"words": aligned("one", "zwei", "three", "four"), "mood": "calm"})
    ]


def test_a_project_that_wants_clips_whole_plays_them_whole(talk):
    dialogue = long_clips(talk, options={"pieces": False})
    anna = dialogue.member("Anna")
    assert anna.card.kind == "audio"
    assert "Piece" not in anna.card.text
    anna.types("all of it")
    assert dialogue.labels() == ["all of it"]


def test_a_clip_of_many_pieces_is_typed_to_its_end_and_undone_to_its_beginning(talk):
    bounds = tuple((at * 15_000, (at + 1) * 15_000) for at in range(60))
    dialogue = long_clips(talk, items=2, bounds=bounds)
    anna = dialogue.member("Anna")
    types(anna, *(f"text {at}" for at in range(60)))
    assert len(dialogue.labels()[0]["segments"]) == 60
    for _ in range(60):
        anna.says("undo")
    assert "Piece 1 of 60" in anna.card.text
    assert "1 / 2" in anna.card.text
    dialogue.recount()


def test_in_german_too(talk):
    dialogue = long_clips(talk)
    anna = apart(dialogue, language="de")
    assert "Stück 1 von 4 · 0:00–0:14" in anna.sees
    anna.taps("Nichts gesagt")
    assert "✓ 1 / 4 · 🤫 Nichts gesagt" in anna.screen
