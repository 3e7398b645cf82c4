"""Data sets of pictures that come in: what each says becomes a label of the upright original, suggested or gold."""

import io
import json
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from pycocotools import mask as cocomask

from bot.exchange.problems import BadImport
from bot.exchange.writers.masks_png import palette
from bot.labels.rasters import raster
from bot.project import LabelDef, Question
from tests.exchange.pictures.desks import (
    BOXES,
    CAR,
    DOG,
    KINDS,
    MASKS,
    RING,
    SPOT,
    THINGS,
    answered,
    jpeg,
    mask,
    pictures,
)

SQUARE = {"label": "car", "x": 100, "y": 50, "width": 100, "height": 75}


def coco(*annotations, name="a.jpg", width=400, height=300, categories=("car", "dog")):
    return json.dumps(
        {
            "images": [{"id": 5, "file_name": name, "width": width, "height": height}],
            "annotations": [{"id": place, "image_id": 5, **one} for place, one in enumerate(annotations)],
            "categories": [{"id": 10 + place, "name": one} for place, one in enumerate(categories)],
        }
    )


def golden(desk, source, project, name="in", **asked):
    """What each item of a source is known to be, in a project of its own."""
    desk = desk.have(replace(project, name=name))
    done = desk.bring(source, role="gold", **asked)
    assert done.rejected == 0, desk.rejects()
    return {key: item.gold["label"] if item.gold else None for key, item in desk.items().items()}


FORMS = [
    ("coco", BOXES, [CAR, DOG]),
    ("yolo", BOXES, [CAR, DOG]),
    ("voc", BOXES, [CAR]),
    ("coco", MASKS, [RING, SPOT]),
    ("coco", THINGS, [RING, mask("car", (0, 0, 9, 9))]),
    ("coco-polygons", MASKS, [RING, SPOT]),
    ("yolo-seg", MASKS, [RING, SPOT]),
    ("yolo-seg", THINGS, [RING, mask("car", (0, 0, 9, 9))]),
    ("masks-png", MASKS, [RING, SPOT]),
    ("label-studio", BOXES, [CAR, DOG]),
    ("label-studio", MASKS, [RING, SPOT]),
]


@pytest.mark.parametrize("size", [(400, 300), (641, 479)])
@pytest.mark.parametrize(("form", "project", "label"), FORMS)
def test_what_goes_out_comes_back_as_gold_the_very_same(desk, form, project, label, size):
    if size != (400, 300) and project is not BOXES:
        label = [mask("car", (600, 400, 41, 79), (3, 5, 1, 1), size=size, holes=[(610, 410, 3, 3)])]
    desk = answered(pictures(desk, project, "a.jpg", "b.jpg", size=size), ann=[label, []])
    _, out = desk.export("out", format=form, media=True)
    found = golden(desk, out, project)
    assert [found[key] for key in sorted(found)] == [label, []]


ODD = ("🚗: car", 'a "b" # c', "test", "straße, 東京")


@pytest.mark.parametrize("form", ["coco", "yolo", "voc", "masks-png", "yolo-seg", "imagefolder"])
def test_names_of_labels_come_back_whatever_stands_in_them(desk, form):
    kind = {"masks-png": "masks", "yolo-seg": "masks", "imagefolder": "choice"}.get(form, "boxes")
    labels = tuple(LabelDef(name, name) for name in ODD)
    project = replace(BOXES, name="odd", questions=(Question("label", "?", kind, labels),))
    desk = pictures(desk, project, *(f"{place}.jpg" for place in range(len(ODD))))
    marks = {"boxes": [[CAR | {"label": name}] for name in ODD], "choice": list(ODD),
             "masks": [[mask(name, (5, 5, 20, 10))] for name in ODD]}[kind]  # fmt: skip
    answered(desk, ann=marks)
    _, out = desk.export("out", format=form, media=True)
    found = golden(desk, out, project)
    assert sorted(map(str, found.values())) == sorted(map(str, marks))


def test_labels_are_suggested_unless_they_are_said_to_be_right(desk):
    desk.file("c/a.jpg", jpeg())
    path = desk.file("c/x.json", coco({"category_id": 10, "bbox": [100, 50, 100, 75]}))
    desk = desk.have(BOXES)
    assert any("pictures with boxes" in line for line in desk.plan(path).lines())
    desk.bring(path)
    item = desk.items()["a.jpg"]
    assert (item.suggestion, item.gold) == ({"label": {"label": [SQUARE]}}, None)
    assert golden(desk, path, BOXES) == {"a.jpg": [SQUARE]}


def test_boxes_polygons_and_both_kinds_of_run_lengths_of_coco_are_masks(desk):
    pixels = raster(RING)
    encoded = cocomask.encode(np.asfortranarray(pixels))
    flat = pixels.ravel(order="F")
    edges = np.flatnonzero(np.diff(flat)) + 1
    counts = [int(length) for length in np.diff([0, *edges, flat.size])]
    desk.file("c/a.jpg", jpeg())
    box = [100, 50, 200, 50, 200, 125, 100, 125]
    forms = {
        "text": {"size": [300, 400], "counts": encoded["counts"].decode()},
        "list": {"size": [300, 400], "counts": counts},
        "polygons": [box, [0, 0, 10, 0, 10, 10, 0, 10]],
    }
    for name, segmentation in forms.items():
        path = desk.file(
            f"c/{name}.json", coco({"category_id": 10, "bbox": [0, 0, 1, 1], "segmentation": segmentation})
        )
        found = golden(desk, path, MASKS, name)["a.jpg"]
        wanted = mask("car", (100, 50, 100, 75), (0, 0, 10, 10)) if name == "polygons" else RING
        assert found == [wanted]


def test_a_photo_that_is_stored_turned_is_marked_where_its_annotations_count(desk):
    """EXIF 6, stored 400 × 300 and seen 300 × 400: the file's own width and height tell which of both is meant."""
    desk.file("c/a.jpg", jpeg(orientation=6))
    stored = desk.file("c/s.json", coco({"category_id": 10, "bbox": [0, 0, 40, 30]}))
    assert golden(desk, stored, BOXES, "one") == {
        "a.jpg": [{"label": "car", "x": 270, "y": 0, "width": 30, "height": 40}]
    }
    seen = desk.file("c/u.json", coco({"category_id": 10, "bbox": [0, 0, 40, 30]}, width=300, height=400))
    assert golden(desk, seen, BOXES, "two") == {"a.jpg": [{"label": "car", "x": 0, "y": 0, "width": 40, "height": 30}]}
    ring = {"size": [300, 400], "counts": RING["counts"]}
    path = desk.file("c/m.json", coco({"category_id": 10, "segmentation": ring}))
    (found,) = golden(desk, path, MASKS, "three")["a.jpg"]
    assert (raster(found) == np.rot90(raster(RING), -1)).all()


def test_yolo_counts_on_the_photo_as_ultralytics_opens_it(desk):
    desk.file("y/images/train/a.jpg", jpeg(orientation=6))
    desk.file("y/labels/train/a.txt", "0 0.5 0.5 0.1 0.1\n")
    desk.file("y/data.yaml", "names: [car, dog]\n")
    assert golden(desk, desk.folder / "y", BOXES) == {
        "images/train/a.jpg": [{"label": "car", "x": 135, "y": 180, "width": 30, "height": 40}]
    }


def test_lines_of_yolo_with_six_digits_give_whole_pixels(desk):
    desk.file("y/images/a.jpg", jpeg(size=(1277, 911)))
    x, y, width, height = 101, 53, 333, 217
    shares = ((x + width / 2) / 1277, (y + height / 2) / 911, width / 1277, height / 911)
    desk.file("y/labels/a.txt", "1 " + " ".join(f"{one:.6f}" for one in shares) + " 0.87\n")
    desk.file("y/images/b.jpg", jpeg(color="red"))
    desk.file("y/labels/b.txt", "")
    desk.file("y/images/c.jpg", jpeg(color="blue"))
    desk.file("y/dataset.yml", "path: .\nnames:\n  0: car\n  1: dog\n")
    assert golden(desk, desk.folder / "y", BOXES) == {
        "images/a.jpg": [{"label": "dog", "x": x, "y": y, "width": width, "height": height}],
        "images/b.jpg": [],
        "images/c.jpg": None,
    }


def test_broken_lines_cost_their_picture_and_labels_without_one_are_told(desk):
    for name, lines in {"a": "0 0.5 0.5 0.1", "b": "7 0.5 0.5 0.1 0.1", "c": "0 x 0.5 0.1 0.1"}.items():
        desk.file(f"y/images/{name}.jpg", jpeg(color=(ord(name), 0, 0)))
        desk.file(f"y/labels/{name}.txt", lines)
    desk.file("y/images/d.jpg", jpeg())
    desk.file("y/labels/gone.txt", "0 0.5 0.5 0.1 0.1")
    desk.file("y/data.yaml", "names: [car, dog]\n")
    desk = desk.have(BOXES)
    done = desk.bring(desk.folder / "y")
    assert (done.new, done.rejected) == (1, 4)
    reasons = "\n".join(row["reason"] for row in desk.rejects())
    for said in ("a class and four numbers", "there is no class 7", "'x' is no number", "no picture of that name"):
        assert said in reasons


def voc(*boxes, name="a.jpg", size=(400, 300), head="", database=""):
    objects = "".join(
        f"<object><name>{label}</name><bndbox><xmin>{x1}</xmin><ymin>{y1}</ymin><xmax>{x2}</xmax><ymax>{y2}</ymax>"
        "</bndbox></object>"
        for label, x1, y1, x2, y2 in boxes
    )
    width, height = size
    return (
        f"{head}<annotation><filename>{name}</filename><source><database>{database}</database></source>"
        f"<size><width>{width}</width><height>{height}</height></size>{objects}</annotation>"
    )


def test_corners_of_voc_are_where_boxes_begin_and_end(desk):
    desk.file("v/JPEGImages/a.jpg", jpeg())
    desk.file("v/Annotations/a.xml", voc(("car", 100, 50, 200, 125)))
    assert golden(desk, desk.folder / "v", BOXES, "one") == {"a.jpg": [SQUARE]}
    desk.file("v/Annotations/a.xml", voc(("car", 101, 51, 200, 125), database="The VOC2007 Database"))
    assert golden(desk, desk.folder / "v", BOXES, "two") == {"a.jpg": [SQUARE]}


def test_xml_that_expands_or_is_none_costs_its_own_picture(desk):
    for name in "abc":
        desk.file(f"v/JPEGImages/{name}.jpg", jpeg(color=(ord(name), 0, 0)))
    desk.file("v/Annotations/a.xml", voc(("truck", 1, 1, 9, 9), ("car", 100, 50, 200, 125)))
    desk.file("v/Annotations/b.xml", "<annotation><filename>")
    bomb = '<annotation><!DOCTYPE annotation [<!ENTITY a "car">]>'
    desk.file("v/Annotations/c.xml", voc(("&a;", 1, 1, 9, 9), name="c.jpg").replace("<annotation>", bomb))
    desk.file("v/Annotations/d.xml", voc(("car", 1, 1, 9, "far"), name="d.jpg"))
    desk = desk.have(BOXES)
    done = desk.bring(desk.folder / "v")
    assert (done.new, done.rejected) == (1, 3)
    assert desk.items()["a.jpg"].suggestion["label"]["label"] == [SQUARE]
    assert any("the project has no label truck" in row["reason"] for row in desk.rejects())


def test_indexed_masks_come_with_the_classes_of_their_list(desk):
    pixels = np.zeros((300, 400), np.uint8)
    pixels[50:125, 100:200], pixels[0:10, 0:10], pixels[299, :] = 1, 2, 255
    image = Image.fromarray(pixels, "L")
    image.putpalette(palette())
    out = io.BytesIO()
    image.save(out, "PNG")
    desk.file("m/SegmentationClass/a.png", out.getvalue())
    desk.file("m/JPEGImages/a.jpg", jpeg())
    desk.file("m/labelmap.txt", "# label:color_rgb:parts:actions\nbackground:0,0,0::\ncar:255,0,0::\ndog:0,255,0::\n")
    found = golden(desk, desk.folder / "m", MASKS)
    assert found == {"JPEGImages/a.jpg": [mask("car", (100, 50, 100, 75)), mask("dog", (0, 0, 10, 10))]}
    boxes = golden(desk, desk.folder / "m", BOXES, "boxes")
    assert boxes["JPEGImages/a.jpg"][0] == SQUARE


def test_folders_called_as_labels_are_choices(desk):
    for place in ("train/car/a.jpg", "train/Dog/b.jpg", "val/car/c.jpg"):
        desk.file(f"f/{place}", jpeg(color=(len(place), ord(place[-5]), 0)))
    desk.file("f/README.md", "Pictures")
    assert golden(desk, desk.folder / "f", KINDS) == {
        "train/car/a.jpg": "car", "train/Dog/b.jpg": "dog", "val/car/c.jpg": "car",
    }  # fmt: skip
    desk = desk.have(KINDS)
    desk.bring(desk.folder / "f")
    assert desk.items()["val/car/c.jpg"].suggestion == {"label": {"label": "car"}}


def test_an_imagefolder_of_ours_comes_back_with_its_labels(desk):
    labels = (LabelDef("cat/dog", "Either"), LabelDef("CON", "Reserved"))
    project = replace(KINDS, questions=(Question("label", "What?", "choice", labels),))
    desk = desk.have(project)
    for name, color in {"a": "red", "b": "blue"}.items():
        desk.file(f"p/{name}.jpg", jpeg(color=color))
    desk.bring(desk.folder / "p")
    answered(desk, ann=["cat/dog", "CON"])
    _, out = desk.export("o", format="imagefolder")
    assert golden(desk, out, project) == {"cat_dog/a.jpg": "cat/dog", "_CON/b.jpg": "CON"}


def test_classes_that_the_project_lacks_are_named_once_and_a_source_of_none_is_refused(desk):
    desk.file("c/a.jpg", jpeg())
    marks = ({"category_id": 10, "bbox": [100, 50, 100, 75]}, {"category_id": 11, "bbox": [0, 0, 9, 9]})
    path = desk.file("c/x.json", coco(*marks, categories=("car", "truck")))
    desk = desk.have(BOXES)
    assert "Left out is what the project has no label for: truck." in list(desk.plan(path).lines())
    assert golden(desk, path, BOXES) == {"a.jpg": [SQUARE]}
    with pytest.raises(BadImport, match="marks tree; the project's labels are car and dog"):
        desk.plan(desk.file("c/y.json", coco(categories=("tree",))))


def test_annotations_of_another_picture_are_refused_and_those_of_a_smaller_one_grow(desk):
    desk.file("c/a.jpg", jpeg(size=(800, 600)))
    path = desk.file("c/x.json", coco({"category_id": 10, "bbox": [50, 25, 50, 37.5]}))
    assert golden(desk, path, BOXES) == {"a.jpg": [SQUARE]}
    other = desk.file("c/y.json", coco({"category_id": 10, "bbox": [1, 1, 9, 9]}, height=100))
    desk = desk.have(BOXES)
    assert desk.bring(other).rejected == 1
    assert "marked on a picture of 400 × 100 pixels, and this one has 800 × 600" in desk.rejects()[0]["reason"]


BROKEN = [
    {"category_id": [], "bbox": [0, 0, 1, 1]},
    {"category_id": 10, "bbox": [0, 0, float("nan"), 1]},
    {"category_id": 10, "segmentation": [[0, 0, 1e15, 0, 1e15, 1e15]]},
    {"category_id": 10, "segmentation": {"size": [10**9, 10**9], "counts": [10**18]}},
    {"category_id": 99, "bbox": [0, 0, 1, 1]},
    {"category_id": 10, "bbox": [0, 0, 1]},
    {"category_id": 10, "bbox": [0, 0, 1, "x"]},
    {"category_id": 10, "segmentation": {"size": [300, 400], "counts": "###"}},
    {"category_id": 10, "segmentation": {"size": [3, 4], "counts": [12]}},
    {"category_id": 10, "segmentation": {"size": "x"}},
    {"category_id": 10, "segmentation": {"size": [300, 400], "counts": [-1, 5]}},
]


@pytest.mark.parametrize("annotation", BROKEN)
def test_a_broken_annotation_costs_its_picture(desk, annotation):
    desk.file("c/a.jpg", jpeg())
    desk.file("c/b.jpg", jpeg(color="red"))
    held = json.loads(coco(annotation))
    held["images"].append({"id": 6, "file_name": "b.jpg", "width": 400, "height": 300})
    desk = desk.have(MASKS)
    done = desk.bring(desk.file("c/x.json", json.dumps(held)))
    assert (done.new, done.rejected) == (1, 1)


@pytest.mark.parametrize(
    "image", [{"file_name": "a\0.jpg"}, {"file_name": "a" * 5000}, {"width": 10**9}, {"item": [1]}]
)
def test_a_picture_that_cannot_be_costs_itself(desk, image):
    desk.file("c/a.jpg", jpeg())
    desk.file("c/b.jpg", jpeg(color="red"))
    held = json.loads(coco())
    held["images"].append({"id": 6, "file_name": "b.jpg", "width": 400, "height": 300})
    held["images"][0] |= image
    desk = desk.have(BOXES)
    done = desk.bring(desk.file("c/x.json", json.dumps(held)))
    assert (done.new, done.rejected) == (1, 1)


def test_pictures_lie_beside_the_file_or_below_the_media_root(desk):
    desk.file("d/train2017/a.jpg", jpeg())
    path = desk.file("d/annotations/instances_train2017.json", coco({"category_id": 10, "bbox": [100, 50, 100, 75]}))
    assert golden(desk, path, BOXES, "one") == {"a.jpg": [SQUARE]}
    assert golden(desk, desk.folder / "d", BOXES, "two") == {"a.jpg": [SQUARE]}
    lone = desk.file("e/x.json", path.read_text())
    assert golden(desk, lone, BOXES, "three", media_root=desk.folder / "d" / "train2017") == {"a.jpg": [SQUARE]}
    assert desk.have(BOXES).plan(lone).unresolved == 1


def test_boxes_alone_are_no_masks_and_no_empty_ones_either(desk):
    for name, color in {"a": "red", "b": "blue"}.items():
        desk.file(f"c/{name}.jpg", jpeg(color=color))
    held = json.loads(coco({"category_id": 10, "bbox": [100, 50, 100, 75]}))
    held["images"].append({"id": 6, "file_name": "b.jpg", "width": 400, "height": 300})
    path = desk.file("c/x.json", json.dumps(held))
    desk = desk.have(MASKS)
    assert desk.bring(path).new == 2
    assert {key: item.suggestion for key, item in desk.items().items()} == {
        "a.jpg": None, "b.jpg": {"label": {"label": []}},
    }  # fmt: skip
    desk = desk.have(replace(MASKS, name="right"))
    assert desk.bring(path, role="gold").rejected == 1
    assert "boxes without an outline, where masks are asked for: 1" in desk.rejects()[0]["reason"]


@pytest.mark.parametrize("place", ["train/labels/a.txt", "Annotations/a.xml", "masks/a.png", "_annotations.coco.json"])
def test_labels_in_a_zip_are_said_to_be_left_there(desk, place):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("images/a.jpg", jpeg())
        archive.writestr(place, b"x")
    lines = list(desk.have(BOXES).plan(desk.file("d.zip", out.getvalue())).lines())
    assert "Labels in a zip are not read, only its pictures: unpack it, and import the folder." in lines


def test_a_project_without_boxes_takes_the_pictures_alone(desk):
    desk.file("c/a.jpg", jpeg())
    path = desk.file("c/x.json", coco({"category_id": 10, "bbox": [100, 50, 100, 75]}))
    desk = desk.have(KINDS)
    assert any("Its labels are left out" in line for line in desk.plan(path).lines())
    desk.bring(path)
    assert list(desk.items()) == ["a.jpg"]
