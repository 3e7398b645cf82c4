"""Boxes, masks and polygons of Label Studio: exact pixels out and in, whatever its tasks say of the picture."""

import json
from dataclasses import replace

import pytest
from label_studio_sdk.converter.brush import decode_rle
from label_studio_sdk.label_interface import LabelInterface

from bot.labels.rasters import raster
from bot.project import Question
from tests.exchange.pictures.desks import BOXES, CAR, DOG, LABELS, MASKS, RING, SPOT, answered, jpeg, mask, pictures

SIZE = {"original_width": 400, "original_height": 300, "image_rotation": 0}


def exported(desk, name="o/ls.json", **wanted):
    """(tasks, interface) of an export."""
    _, out = desk.export(name, format="label-studio", **wanted)
    config = next(iter(json.loads((out.parent / "dataset.json").read_text())["files"].values()))["label_config"]
    return json.loads(out.read_text()), LabelInterface(config)


def task(*results, name="a.jpg", **annotation):
    given = {"id": 1, "completed_by": 3, "result": list(results), "created_at": "2026-01-01T00:00:00Z", **annotation}
    return {"id": 7, "data": {"image": name}, "annotations": [given], "predictions": []}


def rectangle(x, y, width, height, label="car", rotation=0, size=SIZE):
    value = {"x": x, "y": y, "width": width, "height": height, "rotation": rotation, "rectanglelabels": [label]}
    return {"id": "r", "from_name": "bbox", "to_name": "image", "type": "rectanglelabels", **size, "value": value}


def took(desk, *tasks, project=BOXES, orientation=None, size=(400, 300), **asked):
    """What a desk with nothing in it has of these tasks."""
    desk = desk.have(replace(project, name=f"{project.name}-in"))
    desk.file("in/a.jpg", jpeg(size=size, orientation=orientation))
    desk.bring(desk.file("in/tasks.json", json.dumps(tasks)), **asked)
    return desk


@pytest.mark.parametrize(("project", "label"), [(BOXES, [CAR, DOG]), (MASKS, [RING, SPOT]), (BOXES, []), (MASKS, [])])
def test_label_studio_accepts_the_marks_and_brings_the_same_back(desk, project, label):
    desk = answered(pictures(desk, project, "a.jpg"), ann=[label])
    (found,), interface = exported(desk)
    (annotation,) = found["annotations"]
    assert len(annotation["result"]) == len(label)
    assert len({result["id"] for result in annotation["result"]}) == len(label)
    assert interface.validate_task({"data": found["data"]})
    assert interface.validate_annotation(annotation)
    assert interface.validate_prediction({"result": annotation["result"]}, return_errors=True) == []
    other = desk.have(replace(project, name="copy"))
    done = other.bring(desk.folder / "o" / "ls.json", media_root=desk.folder / "pics")
    assert (done.new, done.answers, done.rejected, done.dropped) == (1, 1, 0, 0)
    assert other.exported("two/x.jsonl")[0]["label"] == desk.exported("one/x.jsonl")[0]["label"] == label


def test_a_brushed_mask_is_decoded_by_label_studio_to_the_same_pixels(desk):
    big = mask("car", (100, 50, 150, 100))
    desk = answered(pictures(desk, MASKS, "a.jpg"), ann=[[big]])
    ((found,), _) = exported(desk)
    (result,) = found["annotations"][0]["result"]
    alpha = decode_rle(result["value"]["rle"]).reshape(300, 400, 4)[:, :, 3]
    assert ((alpha == 255) == raster(big).astype(bool)).all()
    assert int((alpha > 0).sum()) == 15_000


def test_the_picture_beside_is_what_the_marks_are_of(desk):
    desk = pictures(desk, MASKS, "a.jpg", size=(2560, 1920))
    answered(desk, ann=[[mask("car", (100, 200, 300, 400), size=(2560, 1920))]])
    _, out = desk.export("o", format="label-studio", media=True)
    (found,) = json.loads((out / "answers.json").read_text())
    (result,) = found["annotations"][0]["result"]
    assert (result["original_width"], result["original_height"]) == (1280, 960)
    alpha = decode_rle(result["value"]["rle"]).reshape(960, 1280, 4)[:, :, 3]
    assert int((alpha > 0).sum()) == 150 * 200


def test_several_questions_are_of_the_fields_that_they_name(desk):
    questions = (
        Question("where", "Where?", "boxes", LABELS, {"field": "photo"}),
        Question("what", "What?", "choice", LABELS),
    )
    desk = desk.have(replace(BOXES, questions=questions))
    desk.file("p/a.jpg", jpeg())
    desk.bring(desk.jsonl("p/i.jsonl", {"id": "a", "image": "a.jpg", "photo": "a.jpg"}))
    desk.answer(desk.person("ann"), {"where": [CAR], "what": "dog"})
    (found,), interface = exported(desk)
    where, what = found["annotations"][0]["result"]
    assert (where["to_name"], what["to_name"]) == ("photo", "image")
    assert interface.validate_prediction({"result": [where, what]}, return_errors=True) == []


def test_annotations_are_answers_or_gold_when_they_are_said_to_be_right(desk):
    given = task(rectangle(25, 50, 10, 25))
    box = {"label": "car", "x": 100, "y": 150, "width": 40, "height": 75}
    assert [row["label"] for row in took(desk, given).exported()] == [[box]]
    other = given | {"id": 8, "annotations": given["annotations"] + [task()["annotations"][0] | {"id": 2}]}
    guess = {"result": [rectangle(0, 0, 50, 50)], "score": 0.5}
    third = given | {"id": 9, "annotations": [], "predictions": [guess]}
    desk = took(desk, given, other, third, project=replace(BOXES, name="right"), role="gold")
    assert [(item.gold, item.answers) for item in desk.items().values()] == [
        ({"label": [box]}, 0),
        (None, 0),
        ({"label": [{"label": "car", "x": 0, "y": 0, "width": 200, "height": 150}]}, 0),
    ]
    assert "its annotations differ" in desk.rejects()[0]["reason"]


def test_a_turned_rectangle_becomes_the_upright_one_around_it_and_it_is_said(desk):
    desk = took(desk, task(rectangle(25, 50, 20, 20, rotation=90)))
    (row,) = desk.exported()
    assert row["label"] == [{"label": "car", "x": 40, "y": 150, "width": 60, "height": 80}]
    assert "the turn of 1 box" in desk.rejects()[0]["reason"]


def test_a_polygon_is_a_mask_and_for_boxes_the_box_around_it(desk):
    points = [[25, 50], [50, 50], [50, 75], [25, 75]]
    value = {"points": points, "closed": True, "polygonlabels": ["dog"]}
    polygon = {"id": "p", "from_name": "x", "to_name": "image", "type": "polygonlabels", **SIZE, "value": value}
    (row,) = took(desk, task(polygon)).exported()
    assert row["label"] == [{"label": "dog", "x": 100, "y": 150, "width": 100, "height": 75}]
    (row,) = took(desk, task(polygon), project=MASKS).exported("m/x.jsonl")
    assert row["label"] == [mask("dog", (100, 150, 100, 75))]


def test_marks_counted_on_the_stored_photo_are_turned_with_it(desk):
    """EXIF 6: stored 400 × 300, seen 300 × 400; what is top left in the file is top right for people."""
    desk = took(desk, task(rectangle(0, 0, 10, 10)), orientation=6)
    (row,) = desk.exported()
    assert row["label"] == [{"label": "car", "x": 270, "y": 0, "width": 30, "height": 40}]


def test_marks_counted_on_a_smaller_picture_grow_with_it_and_on_another_are_refused(desk):
    desk = took(desk, task(rectangle(25, 50, 10, 25)), size=(800, 600))
    (row,) = desk.exported()
    assert row["label"] == [{"label": "car", "x": 200, "y": 300, "width": 80, "height": 150}]
    desk = took(desk, task(rectangle(25, 50, 10, 25), id=2) | {"id": 8}, size=(500, 100))
    assert "marked on a picture of 400 × 300 pixels, and this one has 500 × 100" in desk.rejects()[0]["reason"]


HOSTILE = [
    {"points": [[0, 0], [1e15, 0], [0, 1e15]], "polygonlabels": ["car"]},
    {"points": [[0, 0], [1, 1]], "polygonlabels": ["car"]},
    {"format": "rle", "rle": [255] * 40, "brushlabels": ["car"]},
    {"format": "rle", "rle": ["x"], "brushlabels": ["car"]},
    {"format": "rle", "rle": [999], "brushlabels": ["car"]},
    {"brushlabels": ["car"]},
    {"points": [[0, 0], [9, 0], [0, 9]], "polygonlabels": [7]},
]


@pytest.mark.parametrize("value", HOSTILE)
def test_a_mark_that_is_none_costs_its_annotation(desk, value):
    kind = next(name for name in value if name.endswith("labels"))
    desk = took(desk, task({"from_name": "x", "to_name": "image", "type": kind, **SIZE, "value": value}), project=MASKS)
    assert desk.items() == {}
    assert "could not take it" not in desk.rejects()[0]["reason"]
