"""Boxes and masks for Hugging Face: structures that `datasets` opens, and that come back as they were."""

from dataclasses import replace

import datasets
import pytest

from tests.exchange.pictures.desks import BOXES, CAR, DOG, MASKS, RING, SPOT, answered, pictures

datasets.disable_progress_bars()


@pytest.mark.parametrize(("project", "label"), [(BOXES, [CAR, DOG]), (MASKS, [RING, SPOT])])
def test_hugging_face_holds_marks_as_structures(desk, project, label):
    desk = answered(pictures(desk, project, "a.jpg", "b.jpg"), ann=[label, []])
    _, out = desk.export("hub", format="huggingface", media=True)
    loaded = datasets.load_dataset(str(out), cache_dir=str(desk.folder / "cache"))["train"]
    assert loaded["label"][:] == [label, []]
    assert loaded["image"][0].size == (400, 300)
    other = desk.have(replace(project, name="copy"))
    assert other.bring(out).answers == 2
    assert [row["label"] for row in other.exported()] == [row["label"] for row in desk.exported()]
