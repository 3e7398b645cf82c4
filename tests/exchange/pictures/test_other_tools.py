"""Pictures as other programs really write them: their folders, their slips, and files that mean harm."""

import json

import pytest

from bot.exchange.pictures.marks import Mark
from bot.exchange.problems import BadImport
from bot.exchange.raw import plain
from bot.labels import brush
from tests.exchange.pictures.desks import BOXES, CAR, MASKS, THINGS, answered, jpeg, mask, pictures
from tests.exchange.pictures.test_studio_marks import rectangle, task, took

LINE = "0 0.5 0.5 0.25 0.5\n"
BOX = {"label": "car", "x": 150, "y": 75, "width": 100, "height": 150}


def files(desk, **contents):
    """A folder of these files: `labels__a_txt` is labels/a.txt."""
    for name, content in contents.items():
        stem, _, ending = name.replace("__", "/").rpartition("_")
        desk.file(f"in/{stem}.{ending}", content)
    return desk.folder / "in"


def gold(desk):
    return [row.gold and row.gold["label"] for row in desk.items().values()]


APART = {"images__a_jpg": jpeg(), "labels__a_txt": LINE}
TOOLS = {
    "Label Studio": {"classes_txt": "car\ndog\n", **APART},
    "LabelImg": {"classes_txt": "car\ndog\n", "a_jpg": jpeg(), "a_txt": LINE},
    "LabelImg, classes among its labels": {"labels__classes_txt": "car\n", **APART},
    "CVAT": {"obj_names": "car\n", "obj_train_data__a_jpg": jpeg(), "obj_train_data__a_txt": LINE},
    "a date that is none": {"data_yaml": "date: 2023-13-45\nnames: [car]\n", **APART},
    "key points": {
        "data_yaml": "kpt_shape: [1, 3]\nnames: [car]\n",
        **APART,
        "labels__a_txt": f"{LINE[:-1]} 0.1 0.1 2",
    },
}


@pytest.mark.parametrize("tool", TOOLS)
def test_yolo_is_read_as_each_tool_lays_it_out(desk, tool):
    desk = desk.have(BOXES)
    done = desk.bring(files(desk, **TOOLS[tool]), role="gold")
    assert (done.new, done.rejected, done.dropped) == (1, 0, 0)
    assert gold(desk) == [[BOX]]


def test_key_points_are_told_to_be_left_out(desk):
    desk = desk.have(BOXES)
    assert "Its key points are left out." in list(desk.plan(files(desk, **TOOLS["key points"])).lines())


def test_a_class_may_be_called_no(desk):
    desk = desk.have(BOXES)
    names = {"data_yaml": "names: [no, car]\n", **APART}
    lines = list(desk.plan(files(desk, **names)).lines())
    assert "Left out is what the project has no label for: no." in lines


def test_names_that_refer_to_one_another_a_billion_times_are_no_names(desk):
    desk = desk.have(BOXES)
    lists = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{chr(place + 1)}: &{chr(place + 1)} [{', '.join([f'*{chr(place)}'] * 10)}]\n" for place in range(97, 107)
    )
    folder = {"data_yaml": f"{lists}names: [car, *k]\n", **APART}
    desk.bring(files(desk, **folder), role="gold")
    assert gold(desk) == [[BOX]]


def test_texts_beside_pictures_are_no_yolo_though_there_is_a_list_of_classes(desk):
    desk = desk.have(BOXES)
    folder = files(desk, classes_txt="car\n", a_txt="A red car\n", a_jpg=jpeg(), b_jpg=jpeg(), c_jpg=jpeg())
    assert not any("YOLO" in line for line in desk.plan(folder).lines())


def voc(name="a.jpg", encoding="utf-8", size=(400, 300), declared="") -> bytes:
    corners = "<xmin>150</xmin><ymin>75</ymin><xmax>250</xmax><ymax>225</ymax>"
    tags = "<pose>Left</pose><truncated>1</truncated><difficult>1</difficult>"
    thing = f"<object><name>car</name>{tags}<bndbox>{corners}</bndbox></object>"
    sides = f"<size><width>{size[0]}</width><height>{size[1]}</height><depth>3</depth></size>"
    whole = f"{declared}<annotation><folder>街</folder><filename>{name}</filename>{sides}{thing}</annotation>"
    return whole.encode(encoding)


def declared(encoding):
    return f'<?xml version="1.0" encoding="{encoding}"?>'


@pytest.mark.parametrize("xml", [
    voc("IMG_1.JPG"), voc(""), voc("a"), voc("C:\\photos\\b.png"), voc(size=(0, 0)), voc(encoding="utf-8-sig"),
    voc(encoding="gbk", declared=declared("GBK")), voc(encoding="shift-jis", declared=declared("Shift_JIS")),
])  # fmt: skip
def test_voc_is_read_though_its_file_name_size_or_encoding_is_not_ours(desk, xml):
    desk = desk.have(BOXES)
    done = desk.bring(files(desk, JPEGImages__a_jpg=jpeg(), Annotations__a_xml=xml), role="gold")
    assert (done.new, done.rejected) == (1, 0)
    assert gold(desk) == [[BOX]]


def test_two_xml_files_that_name_one_missing_picture_are_two_items(desk):
    desk = desk.have(BOXES)
    pictures = {"JPEGImages__a_jpg": jpeg(), "JPEGImages__b_jpg": jpeg(color="red")}
    xml = {"Annotations__a_xml": voc("x.jpg"), "Annotations__b_xml": voc("x.jpg")}
    desk.bring(files(desk, **pictures, **xml), role="gold")
    assert list(desk.items()) == ["a.jpg", "b.jpg"]


def test_an_encoding_that_nobody_knows_costs_its_row(desk):
    desk = desk.have(BOXES)
    broken = {"Annotations__a_xml": voc(declared=declared("klingon")), "JPEGImages__a_jpg": jpeg()}
    with pytest.raises(BadImport, match="nobody knows its encoding 'klingon'; save it as UTF-8"):
        desk.plan(files(desk, **broken))


def test_a_document_type_is_found_in_utf_16_too(desk):
    desk = desk.have(BOXES)
    bomb = voc(encoding="utf-16", declared='<!DOCTYPE a [<!ENTITY b "b">]>')
    sound = {"Annotations__a_xml": voc(), "JPEGImages__a_jpg": jpeg()}
    # The first five files say what the folder is; this one comes later.
    more = {f"Annotations__b{n}_xml": voc("a.jpg") for n in range(5)}
    desk.bring(files(desk, **sound, **more, Annotations__c_xml=bomb))
    assert "Annotations/c.xml: it is empty or too large, or declares a document type" in [
        row["reason"] for row in desk.rejects()
    ]


def coco(desk, *annotations, name="a.jpg"):
    desk.file("in/a.jpg", jpeg())
    found = [{"id": n, "image_id": 1, "category_id": 1, "iscrowd": 0, **one} for n, one in enumerate(annotations)]
    image = {"id": 1, "file_name": name, "width": 400, "height": 300}
    whole = {"images": [image], "annotations": found, "categories": [{"id": 1, "name": "car"}]}
    return desk.file("in/coco.json", json.dumps(whole))


CROWD = {"iscrowd": 1, "bbox": [0, 0, 200, 200], "segmentation": {"size": [300, 400], "counts": [0, 60000, 60000]}}
ONE = {"bbox": [150, 75, 100, 150], "segmentation": [[150, 75, 250, 75, 250, 225, 150, 225]]}


def test_a_crowd_is_no_box_and_is_told(desk):
    desk = desk.have(BOXES)
    done = desk.bring(coco(desk, CROWD, ONE), role="gold")
    assert (gold(desk), done.dropped) == ([[BOX]], 1)
    assert "crowds, which are no single things: 1" in desk.rejects()[0]["reason"]


@pytest.mark.parametrize("project", [BOXES, THINGS])
def test_a_picture_of_a_crowd_alone_is_not_one_of_nothing(desk, project):
    desk = desk.have(project)
    desk.bring(coco(desk, CROWD), role="gold")
    assert gold(desk) == [None]


def test_a_crowd_is_part_of_what_its_label_covers(desk):
    desk = desk.have(MASKS)
    assert desk.bring(coco(desk, CROWD, ONE), role="gold").dropped == 0
    assert [one["label"] for one in gold(desk)[0]] == ["car"]


@pytest.mark.parametrize("name", ["/home/ann/photos/a.jpg", "C:\\photos\\a.jpg", "../../media/a.jpg"])
def test_a_picture_named_by_its_place_on_another_machine_lies_beside(desk, name):
    desk = desk.have(BOXES)
    assert desk.bring(coco(desk, ONE, name=name), role="gold").new == 1


def test_an_outline_with_half_a_corner_is_told_in_words(desk):
    desk = desk.have(MASKS)
    with pytest.raises(BadImport, match="an outline must be pairs of numbers"):
        desk.plan(coco(desk, {"segmentation": [[1, 2, 3, 4, 5, 6, 7]]}))


def test_a_mark_in_a_list_of_rejects_is_its_class():
    assert plain([Mark("car", (1, 2, 3, 4))]) == ["car"]


BRUSHED = {"id": "b", "from_name": "m", "type": "brushlabels", "original_width": 400, "original_height": 300}


def studio(desk, *results, project=BOXES, **annotation):
    return took(desk, task(*results, **annotation), project=project)


def test_a_form_and_its_label_drawn_with_two_controls_are_one_box(desk):
    label = rectangle(25, 25, 25, 50)
    label = {**label, "type": "labels", "value": {**label["value"], "labels": ["car"]}}
    form = {**label, "type": "rectangle", "value": {"x": 25, "y": 25, "width": 25, "height": 50, "rotation": 0}}
    del label["value"]["rectanglelabels"]
    desk = studio(desk, form, label)
    assert desk.exported()[0]["label"] == [{"label": "car", "x": 100, "y": 75, "width": 100, "height": 150}]


def test_a_brushed_mask_alone_is_the_box_around_it(desk):
    ring = mask("car", (100, 50, 100, 75), holes=[(120, 70, 10, 10)])
    packed = list(brush.encode(ring["counts"], 300, 400))
    desk = studio(desk, {**BRUSHED, "value": {"format": "rle", "rle": packed, "brushlabels": ["car"]}})
    assert desk.exported()[0]["label"] == [{"label": "car", "x": 100, "y": 50, "width": 100, "height": 75}]


def test_what_answers_no_question_is_told(desk):
    choice = {"id": "c", "from_name": "quality", "type": "choices", "value": {"choices": ["Good"]}}
    ellipse = {**rectangle(1, 1, 1, 1), "type": "ellipselabels"}
    desk = studio(desk, rectangle(25, 25, 25, 50), choice, ellipse)
    assert len(desk.exported()[0]["label"]) == 1
    reason = desk.rejects()[0]["reason"]
    assert "results that answer none of its questions: 1 choices and 1 ellipselabels" in reason


@pytest.mark.parametrize("value", [None, [], "x"])
def test_a_broken_result_is_not_a_picture_in_which_nothing_was_found(desk, value):
    desk = studio(desk, {**rectangle(1, 1, 1, 1), "value": value})
    assert desk.items() == {}
    assert "answers none of the project's questions" in desk.rejects()[0]["reason"]


def test_run_lengths_that_are_none_are_told_with_their_kind(desk):
    desk = studio(desk, {**BRUSHED, "value": {"rle": [1, 2, 999], "brushlabels": ["car"]}}, project=MASKS)
    assert "a result of the type brushlabels cannot be read as masks" in desk.rejects()[0]["reason"]


def test_a_part_that_no_picture_fell_into_is_told(desk):
    desk = answered(pictures(desk, BOXES, "a.jpg"), ann=[[CAR]])
    result, _ = desk.export("o", format="yolo", split={"train": 0.999, "val": 0.001})
    assert "No picture fell into val; Ultralytics wants one in each part that data.yaml names." in result.losses
    whole, _ = desk.export("whole", format="yolo")
    assert not any("No picture" in said for said in whole.losses)
