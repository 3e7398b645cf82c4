"""Data sets of pictures, opened by those who read them: pycocotools, Pillow, an XML parser, a strict reader of YOLO."""

import json
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from pycocotools.coco import COCO

from bot.exchange.problems import BadExport
from bot.labels.rasters import raster
from bot.project import LabelDef, Project, Question
from tests.exchange.pictures.desks import (
    BOXES,
    CAR,
    DOG,
    KINDS,
    LABELS,
    MASKS,
    RING,
    SPOT,
    THINGS,
    answered,
    jpeg,
    mask,
    pictures,
)  # fmt: skip


def opened(path):
    return COCO(str(path))


def by_name(coco):
    return {image["file_name"]: coco.imgToAnns[image["id"]] for image in coco.dataset["images"]}


def yolo(path):
    """Objects of a label file: strictly a class and an even number of shares."""
    found = []
    for line in path.read_text().splitlines():
        number, *shares = line.split(" ")
        values = [float(share) for share in shares]
        assert number.isdigit()
        assert len(values) >= 4
        assert len(values) % 2 == 0
        assert all(0 <= value <= 1 for value in values)
        found.append((int(number), values))
    return found


def pixels(found, size):
    """x, y, width and height in pixels of a line of YOLO."""
    x, y, width, height = found
    across, down = size
    return ((x - width / 2) * across, (y - height / 2) * down, width * across, height * down)


def test_boxes_are_annotations_that_pycocotools_reads(desk):
    desk = answered(pictures(desk, BOXES, "a.jpg", "b.jpg", "c.jpg"), ann=[[CAR, DOG], []])
    result, out = desk.export("o/coco.json", format="coco")
    coco = opened(out)
    assert [(one["id"], one["name"]) for one in coco.dataset["categories"]] == [(1, "car"), (2, "dog")]
    assert [(one["file_name"], one["width"], one["height"]) for one in coco.dataset["images"]] == [
        ("a.jpg", 400, 300), ("b.jpg", 400, 300),
    ]  # fmt: skip
    found = by_name(coco)
    assert [(one["bbox"], one["category_id"], one["area"]) for one in found["a.jpg"]] == [
        ([100, 50, 100, 75], 1, 7500), ([0, 0, 30.5, 20], 2, 610),
    ]  # fmt: skip
    assert found["b.jpg"] == []
    assert (result.rows, result.items) == (2, 2)
    assert "Items without an answer left out: 1; --level items has them." in result.losses


def test_two_people_on_one_picture_list_it_once_for_each_of_them(desk):
    desk = answered(pictures(desk, BOXES, "a.jpg", "b.jpg"), ann=[[CAR], []], bob=[[DOG]])
    with pytest.raises(BadExport, match="--level items"):
        desk.export("o/coco.json", format="coco")
    result, out = desk.export("o/coco", format="coco")
    people = sorted(out.glob("person-*/answers.json"))
    assert len(people) == 2
    listed = sorted([one["file_name"] for one in opened(path).dataset["images"]] for path in people)
    assert listed == [["a.jpg"], ["a.jpg", "b.jpg"]]
    assert "a folder a person" in "".join(result.losses)
    result, out = desk.export("o/merged.json", format="coco", level="items")
    names = [one["file_name"] for one in opened(out).dataset["images"]]
    assert len(names) == len(set(names))
    for form in ("yolo", "voc"):
        _, out = desk.export(f"o/{form}", format=form)
        assert len(list(out.rglob("a.txt" if form == "yolo" else "a.xml"))) == 2


def test_what_two_people_boxed_is_one_box_of_one_picture_at_the_level_of_items(desk):
    other = CAR | {"x": 104, "width": 96}
    desk = answered(pictures(desk, BOXES, "a.jpg", "b.jpg"), ann=[[CAR], []], bob=[[other], []])
    coco = opened(desk.export("o/coco.json", format="coco", level="items")[1])
    found = by_name(coco)
    assert sorted(found) == ["a.jpg", "b.jpg"]
    assert [len(marks) for marks in (found["a.jpg"], found["b.jpg"])] == [1, 0]
    assert found["a.jpg"][0]["bbox"][1:] == pytest.approx([50, 98, 75], abs=2)
    for form, place in {"yolo": "labels/train/a.txt", "voc": "Annotations/a.xml"}.items():
        _, out = desk.export(f"o/{form}", format=form, level="items")
        assert len(list(out.rglob(place.rpartition("/")[2]))) == 1


def test_a_tiny_picture_and_a_long_one_are_marked_as_they_stand_beside(desk):
    desk = desk.have(BOXES)
    desk.file("p/a.png", jpeg(size=(40, 20)))
    desk.file("p/b.jpg", jpeg(size=(4000, 100)))
    desk.bring(desk.folder / "p")
    answered(desk, ann=[[CAR | {"x": 10, "y": 5, "width": 20, "height": 10}], [CAR | {"x": 2000, "width": 500}]])
    _, out = desk.export("o", format="coco", media=True)
    coco = opened(out / "answers.json")
    for image in coco.dataset["images"]:
        with Image.open(out / image["file_name"]) as picture:
            assert picture.size == (image["width"], image["height"])
    tiny, long = coco.dataset["annotations"]
    assert tiny["bbox"] == [60, 30, 120, 60]
    assert long["bbox"] == [640, 16, 160, 24]


def test_masks_are_the_very_pixels_in_both_ways_of_coco(desk):
    desk = answered(pictures(desk, MASKS, "a.jpg"), ann=[[RING, SPOT]])
    for form in ("coco", "coco-polygons"):
        coco = opened(desk.export(f"o/{form}.json", format=form)[1])
        ring, spot = coco.dataset["annotations"]
        assert (coco.annToMask(ring) == raster(RING)).all()
        assert (coco.annToMask(spot) == raster(SPOT)).all()
        assert ring["area"] == int(raster(RING).sum())
        assert ring["bbox"] == [100, 50, 250, 210]
        assert isinstance(ring["segmentation"], dict if form == "coco" else list)


def test_a_box_in_yolo_gives_its_pixels_back(desk):
    odd = {"label": "car", "x": 1, "y": 2, "width": 3, "height": 7}
    desk = answered(pictures(desk, BOXES, "a.jpg", "b.jpg", size=(1277, 911)), ann=[[CAR, DOG, odd], []])
    _, out = desk.export("o/yolo", format="yolo", media=True)
    found = yolo(out / "labels" / "train" / "a.txt")
    assert [number for number, _ in found] == [0, 1, 0]
    for (_, values), mark in zip(found, (CAR, DOG, odd), strict=True):
        wanted = [mark[name] for name in ("x", "y", "width", "height")]
        assert pixels(values, (1277, 911)) == pytest.approx(wanted, abs=1e-5)
    assert (out / "labels" / "train" / "b.txt").read_bytes() == b""
    assert sorted(path.name for path in (out / "images" / "train").iterdir()) == ["a.jpg", "b.jpg"]
    about = (out / "data.yaml").read_text()
    assert "train: images/train\n" in about
    assert '  0: "car"\n  1: "dog"\n' in about


def test_a_split_puts_each_picture_into_one_part_of_each_format(desk):
    names = [f"{number}.jpg" for number in range(12)]
    desk = answered(pictures(desk, BOXES, *names), ann=[[CAR]] * 12)
    shares = {"train": 0.5, "val": 0.25, "test": 0.25}
    _, out = desk.export("o/yolo", format="yolo", split=shares, media=True)
    parts = {part: {path.stem for path in (out / "labels" / part).glob("*.txt")} for part in shares}
    assert sorted(stem for stems in parts.values() for stem in stems) == sorted(str(number) for number in range(12))
    assert all({path.stem for path in (out / "images" / part).iterdir()} == stems for part, stems in parts.items())
    about = (out / "data.yaml").read_text()
    assert all(f"{part}: images/{part}\n" in about for part in shares)
    _, out = desk.export("o/voc", format="voc", split=shares)
    for part, stems in parts.items():
        assert set((out / "ImageSets" / "Main" / f"{part}.txt").read_text().split()) == stems
    _, out = desk.export("o/coco", format="coco", split=shares, media=True)
    for part, stems in parts.items():
        listed = opened(out / f"{part}.json").dataset["images"]
        assert {one["file_name"] for one in listed} == {f"images/{part}/{stem}.jpg" for stem in stems}
        assert all((out / one["file_name"]).is_file() for one in listed)


def test_outlines_in_yolo_hold_the_very_pixels(desk):
    from bot.labels.polygons import filled

    for project, lines in ((MASKS, 2), (THINGS, 1)):
        here = answered(pictures(desk, project, "a.jpg", "b.jpg"), ann=[[RING], []])
        _, out = here.export(f"o/{project.name}", format="yolo-seg")
        found = yolo(out / "labels" / "train" / "a.txt")
        assert [number for number, _ in found] == [0] * lines
        rings = [[value * side for value, side in zip(shares, (400, 300) * len(shares), strict=False)]
                 for _, shares in found]  # fmt: skip
        assert (filled(rings, (400, 300)) == raster(RING)).all()
        assert (out / "labels" / "train" / "b.txt").read_text() == ""


def test_a_box_of_100_to_200_stands_so_in_voc_and_an_empty_picture_stays(desk):
    desk = answered(pictures(desk, BOXES, "a.jpg", "b.jpg"), ann=[[CAR, DOG], []])
    result, out = desk.export("o/voc", format="voc", media=True)
    tree = ElementTree.parse(out / "Annotations" / "a.xml").getroot()
    car, dog = tree.findall("object")
    corners = [[int(one.findtext(f"bndbox/{name}")) for name in ("xmin", "ymin", "xmax", "ymax")] for one in (car, dog)]
    assert corners[0] == [100, 50, 200, 125]
    assert [tree.findtext(f"size/{name}") for name in ("width", "height", "depth")] == ["400", "300", "3"]
    assert (out / "JPEGImages" / tree.findtext("filename")).is_file()
    empty = ElementTree.parse(out / "Annotations" / "b.xml").getroot()
    assert empty.findall("object") == []
    assert (out / "ImageSets" / "Main" / "trainval.txt").read_text() == "a\nb\n"
    assert "VOC knows whole pixels only; boxes that were rounded: 1." in result.losses


def test_masks_become_pictures_of_class_numbers(desk):
    over = mask("dog", (150, 60, 100, 20))
    desk = answered(pictures(desk, MASKS, "a.jpg", "b.jpg"), ann=[[RING, over], []])
    result, out = desk.export("o/png", format="masks-png")
    with Image.open(out / "masks" / "a.png") as image:
        assert (image.mode, image.size, image.getpalette()[:9]) == ("P", (400, 300), [0, 0, 0, 128, 0, 0, 0, 128, 0])
        found = np.asarray(image)
    assert ((found == 2) == raster(over)).all()
    assert ((found == 1) == (raster(RING) & ~raster(over))).all()
    with Image.open(out / "masks" / "b.png") as image:
        assert image.getextrema() == (0, 0)
    assert (out / "classes.txt").read_text() == "background\ncar\ndog\n"
    assert "Where masks overlap the later one is kept; pixels covered so: 1,000." in result.losses


def test_choices_are_folders_named_as_folders_may_be(desk):
    labels = (LabelDef("cat/dog", "Either"), LabelDef("CON", "Reserved"), LabelDef("car", "Car"))
    project = replace(KINDS, questions=(Question("label", "What?", "choice", labels),))
    desk = answered(pictures(desk, project, "a.jpg", "b.jpg", "x/a.jpg"), ann=["cat/dog", "CON", "cat/dog"])
    result, out = desk.export("o/folders", format="imagefolder")
    assert sorted(str(path.relative_to(out)) for path in out.rglob("*.jpg")) == [
        "_CON/b.jpg", "cat_dog/a.jpg", "cat_dog/x_a.jpg",
    ]  # fmt: skip
    assert json.loads((out / "classes.json").read_text()) == {"cat_dog": "cat/dog", "_CON": "CON", "car": "car"}
    assert "Labels that no folder can be called by have another there: 2; classes.json says which." in result.losses


def test_coordinates_fit_the_picture_beside_or_else_the_original(desk):
    desk = pictures(desk, BOXES, "a.jpg", size=(2560, 1920))
    box = {"label": "car", "x": 1001, "y": 400, "width": 1000, "height": 600}
    answered(desk, ann=[[box]])
    alone = opened(desk.export("o/alone.json", format="coco")[1])
    assert (alone.dataset["images"][0]["width"], alone.dataset["annotations"][0]["bbox"]) == (
        2560,
        [1001, 400, 1000, 600],
    )
    result, out = desk.export("o/beside", format="coco", media=True)
    coco = opened(out / "answers.json")
    (image,) = coco.dataset["images"]
    with Image.open(out / image["file_name"]) as picture:
        assert picture.size == (image["width"], image["height"]) == (1280, 960)
    assert coco.dataset["annotations"][0]["bbox"] == [500.5, 200, 500, 300]
    assert "Coordinates are those of the pictures beside" in "".join(result.losses)
    _, out = desk.export("o/voc", format="voc")
    assert ElementTree.parse(out / "Annotations" / "a.xml").findtext("size/width") == "2560"


def test_a_photo_that_is_stored_turned_is_told_of_and_counted_upright(desk):
    desk = pictures(desk, BOXES, "a.jpg", orientation=6)
    answered(desk, ann=[[{"label": "car", "x": 250, "y": 350, "width": 50, "height": 50}]])
    result, out = desk.export("o/coco.json", format="coco")
    (image,) = opened(out).dataset["images"]
    assert (image["width"], image["height"]) == (300, 400)
    assert "Photos that are stored turned (EXIF): 1." in "".join(result.losses)


def test_names_that_meet_in_a_format_are_told_apart(desk):
    desk = answered(pictures(desk, BOXES, "a/1.jpg", "a_1.jpg", "A_1.png"), ann=[[CAR], [DOG], []])
    result, out = desk.export("o/voc", format="voc")
    assert sorted(path.stem for path in (out / "Annotations").iterdir()) == ["A_1-3", "a_1", "a_1-2"]
    assert "Pictures that were called as another one, and have a number now: 2." in result.losses


def test_gold_is_what_a_data_set_of_items_holds_and_ties_stay_out(desk):
    desk = desk.have(KINDS)
    for name in "abc":
        desk.file(f"p/{name}.jpg", jpeg())
    rows = [{"id": name, "image": f"{name}.jpg"} | ({"gold": "dog"} if name == "c" else {}) for name in "abc"]
    desk.bring(desk.jsonl("p/i.jsonl", *rows))
    answered(desk, ann=["car", "car"], bob=["car", "dog"])
    result, out = desk.export("o/folders", format="imagefolder", level="items")
    assert sorted(str(path.relative_to(out)) for path in out.rglob("*.jpg")) == ["car/a.jpg", "dog/c.jpg"]
    assert "Pictures whose answers tie left out: 1." in result.losses


def test_one_question_goes_out_and_the_others_are_named(desk):
    two = (Question("where", "Where?", "boxes", LABELS), Question("what", "What?", "choice", LABELS))
    desk = pictures(desk, Project("two", "Two", two), "a.jpg")
    desk.answer(desk.person("ann"), {"where": [CAR], "what": "car"})
    result, out = desk.export("o/coco.json", format="coco")
    assert len(opened(out).dataset["annotations"]) == 1
    assert "It holds the question where; left out are what." in result.losses
    assert desk.export("o/folders", format="imagefolder", question="what")[0].rows == 1
    with pytest.raises(BadExport, match="two has no such question"):
        desk.export("o/png", format="masks-png")


def test_what_a_data_set_of_pictures_cannot_hold_is_told(desk):
    desk = desk.have(BOXES)
    desk.file("p/a.jpg", jpeg())
    desk.bring(desk.jsonl("p/i.jsonl", {"id": "a", "image": "a.jpg", "city": "Bern"}, {"id": "b", "image": "a.jpg"}))
    answered(desk, ann=[[CAR], None])
    result, out = desk.export("o/coco.json", format="coco", only=("all",))
    assert [one["item"] for one in opened(out).dataset["images"]] == ["a"]
    assert {
        "It holds pictures and labels; other fields of items are left out: city.",
        "What people asked and noted is not in it; jsonl has it.",
        "It holds labels only; skipped, flagged, late and superseded answers left out: 1.",
    } <= set(result.losses)


def test_a_data_set_replaces_the_one_before_and_nothing_of_others(desk):
    desk = answered(pictures(desk, BOXES, "a.jpg", "b.jpg"), ann=[[CAR], []])
    _, out = desk.export("o/yolo", format="yolo", media=True)
    first = {path.relative_to(out): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    desk.export("o/yolo", format="yolo", media=True)
    assert {path.relative_to(out): path.read_bytes() for path in out.rglob("*") if path.is_file()} == first
    (out / "labels" / "train" / "mine.txt").write_text("x")
    desk.export("o/yolo", format="yolo", split={"val": 1.0})
    assert (out / "labels" / "train" / "mine.txt").read_text() == "x"
    assert not (out / "labels" / "train" / "a.txt").exists()
    assert not (out / "images").exists() or not list((out / "images").rglob("*.jpg"))
