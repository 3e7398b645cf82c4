"""A clip's pieces in a draft: each step can be taken back, and none is kept twice."""

import json
from functools import reduce

import pytest

from bot import draft as drafts
from bot.draft import FRESH
from bot.labels.base import Subject, Tap, Typed
from bot.project import Question

ASKED = Question("label", "What is said?", "transcript")


def clip(count):
    return Subject(pieces=tuple((at * 10_000, (at + 1) * 10_000) for at in range(count)))


def answered(texts, subject):
    return reduce(lambda draft, text: drafts.advance(ASKED, draft, Typed(text), subject), texts, FRESH)


def test_a_draft_of_pieces_is_kept_and_loaded():
    draft = answered(["one", "two", "three"], clip(9))

    assert drafts.load(json.loads(json.dumps(draft.as_json()))) == draft


def test_every_piece_can_be_taken_back():
    draft = answered([f"text {at}" for at in range(100)], clip(480))

    loaded = drafts.load(json.loads(json.dumps(draft.as_json())))
    for left in range(99, -1, -1):
        assert loaded.touched
        loaded = drafts.undo(loaded)
        assert len((loaded.work or {"pieces": []})["pieces"]) == left
    assert loaded == FRESH


def test_a_text_is_kept_once_however_many_steps_came_after_it():
    draft = answered(["word " * 40] * 479, clip(480))

    assert len(json.dumps(draft.as_json())) < 479 * 240


def test_a_corrected_piece_is_corrected_wherever_undo_leads():
    draft = drafts.piece_corrected(answered(["one", "two", "three"], clip(9)), "label", 1, "zwei")

    assert draft.work["pieces"] == ["one", "zwei", "three"]
    assert drafts.undo(draft).work["pieces"] == ["one", "zwei"]
    assert drafts.undo(drafts.undo(draft)).work["pieces"] == ["one"]


@pytest.mark.parametrize("choice", ["none0", "still0", "still1"])
def test_a_button_of_a_piece_that_is_answered_changes_nothing(choice):
    draft = answered(["one", "two"], clip(3))

    assert drafts.advance(ASKED, draft, Tap(choice), clip(3)) is draft


def test_a_finished_clip_opens_again_at_its_last_piece_as_it_was_corrected():
    before = answered(["one", "two"], clip(3))
    done = drafts.advance(ASKED, before, Typed("three"), clip(3))
    label = drafts.piece_corrected(done, "label", 0, "eins").done

    back = drafts.reopened(before, label)

    assert back.work["pieces"] == ["eins", "two"]
    assert drafts.undo(back).work["pieces"] == ["eins"]
