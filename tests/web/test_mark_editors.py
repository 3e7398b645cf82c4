"""The editor of boxes in a real Chromium: fingers draw, pinch, choose and mend; what comes out is exact to a pixel."""

import random
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.web.editing import LABELS, Desk, House, Open, item, opening

PHOTO = (4000, 3000)
CAR = {"label": "car", "x": 1000, "y": 800, "width": 900, "height": 700}
SIGN = {"label": "sign", "x": 2600, "y": 1500, "width": 400, "height": 500}


@pytest.fixture
def opened(chromium: Browser, editors: tuple[str, House]) -> Iterator[Open]:
    with opening(chromium, editors[0], "boxes", PHOTO) as make:
        yield make


def spanned(one: tuple[float, float], two: tuple[float, float]) -> tuple[float, ...]:
    """Left, top, right and bottom."""
    return min(one[0], two[0]), min(one[1], two[1]), max(one[0], two[0]), max(one[1], two[1])


def edges(mark: dict[str, Any]) -> tuple[float, ...]:
    return mark["x"], mark["y"], mark["x"] + mark["width"], mark["y"] + mark["height"]


def close(found: tuple[float, ...], wanted: tuple[float, ...], pixels: float = 1) -> bool:
    return all(abs(one - other) <= pixels for one, other in zip(found, wanted, strict=True))


@pytest.mark.parametrize("density", [1, 3])
def test_a_box_is_where_the_finger_was_to_a_pixel_of_the_original(opened: Open, density: int) -> None:
    shown = opened(density=density)
    camera = shown.fitted(density)
    assert shown.camera == pytest.approx(camera)
    shown.touch.draw((60, 200), (100, 210.5), (190.25, 290))
    [mark] = shown.marks
    assert mark["label"] == "car"
    assert close(edges(mark), spanned(shown.under(60, 200, camera), shown.under(190.25, 290, camera)))
    assert all(isinstance(edge, int) for edge in edges(mark))
    assert shown.count() == "1 box"


@pytest.mark.parametrize("density", [1, 3])
def test_pinched_nearer_a_box_is_as_exact(opened: Open, density: int) -> None:
    shown = opened(density=density)
    between = shown.under(175, 230)
    shown.touch.pinch([(150, 200), (100, 150), (60, 110)], [(200, 260), (230, 290), (290, 350)])
    assert shown.camera["scale"] == pytest.approx(shown.fitted(density)["scale"] * 332.4 / 78.1, rel=0.01)
    assert shown.over(*between) == pytest.approx((175, 230), abs=0.5)
    shown.touch.draw((50, 300), (120, 350), (220, 420))
    wanted = spanned(shown.under(50, 300), shown.under(220, 420))
    [mark] = shown.marks
    assert close(edges(mark), wanted)
    shown.press("Whole picture")
    assert shown.camera == pytest.approx(shown.fitted(density))
    assert edges(shown.marks[0]) == edges(mark)


@pytest.mark.parametrize(
    ("size", "served_as"),
    [((1000, 800), {}), (PHOTO, {"side": 4000}), (PHOTO, {"side": 1280}), ((200, 5000), {"side": 1280, "pad": 0.25})],
    ids=["small", "whole", "smaller", "padded"],
)
def test_the_pixels_of_the_picture_lie_where_the_camera_says(
    opened: Open, size: tuple[int, int], served_as: dict[str, Any]
) -> None:
    """Its colours run evenly from left to right and from the top down: they tell their place."""
    shown = opened(size, density=3, more=served_as)
    for _ in range(2):
        places = [(size[0] * across, size[1] * down) for across in (0.3, 0.6) for down in (0.3, 0.6)]
        dots = [[int(value) for value in dots_of(shown, place)] for place in places]
        found = shown.page.evaluate(
            "dots => dots.map(([x, y]) => Array.from(window.editor.view.context.getImageData(x, y, 1, 1).data))", dots
        )
        for colour, (x, y) in zip(found, dots, strict=True):
            across, down = shown.camera_point(x + 0.5, y + 0.5)
            assert colour[1] == pytest.approx(across * 200 / size[0] + 30, abs=2)
            assert colour[2] == pytest.approx(down * 200 / size[1] + 30, abs=2)
        shown.press("Zoom in")
        shown.drawn()


def dots_of(shown: Desk, place: tuple[float, float]) -> tuple[float, float]:
    camera = shown.camera
    return place[0] * camera["scale"] + camera["left"], place[1] * camera["scale"] + camera["top"]


def test_turned_on_its_side_the_phone_shows_the_same_part(opened: Open) -> None:
    shown = opened(marks=[CAR])
    shown.touch.pinch([(150, 200), (100, 150)], [(200, 260), (230, 290)])
    frame = shown.frame
    middle = shown.under(frame["width"] / 2, frame["height"] / 2)
    shown.page.set_viewport_size({"width": 740, "height": 360})
    shown.drawn()
    frame = shown.frame
    assert shown.under(frame["width"] / 2, frame["height"] / 2) == pytest.approx(middle, abs=1)
    assert shown.marks == [CAR]


def test_what_was_drawn_for_a_while_stays_when_a_second_finger_comes(opened: Open) -> None:
    shown = opened()
    touch = shown.touch
    touch.draw((60, 200), *((60 + step * 5, 200 + step * 4) for step in range(1, 20)), lift=False)
    wanted = spanned(shown.under(60, 200), shown.under(155, 276))
    touch.send("touchStart", [(155, 276), (300, 330)])
    touch.send("touchMove", [(130, 240), (320, 350)])
    touch.lift()
    assert close(edges(shown.marks[0]), wanted)


def test_without_its_picture_the_page_says_what_to_do(opened: Open, editors: tuple[str, House]) -> None:
    shown = opened()
    gone = {**item(PHOTO), "picture": {"url": "/gone", "width": 4000, "height": 3000, "alt": ""}}
    shown.page.evaluate("window.editor.destroy()")
    shown.page.evaluate("item => window.mount('boxes', item).catch(() => {})", gone)
    assert "cannot be shown" in shown.page.get_by_role("alert").inner_text()
    shown.troubles.clear()  # the browser notes the answer 404


def test_a_box_is_cut_at_the_rim_and_a_slip_of_the_finger_is_none(opened: Open) -> None:
    shown = opened()
    shown.touch.draw((300, 250), (340, 300), (358, 480))
    assert edges(shown.marks[0])[2:] == PHOTO
    shown.press("Delete")
    shown.touch.draw((100, 200), (103, 202))
    shown.touch.draw((100, 200), (160, 202))
    assert shown.marks == []
    assert shown.count() == "Drag to draw a box"


def test_a_handle_pulls_its_edges_and_nothing_else(opened: Open) -> None:
    shown = opened(marks=[CAR, SIGN])
    shown.touch.tap(shown.over(1300, 1000))
    x, y = shown.over(1900, 1500)
    # Beside the corner, as far as a thumb may be off: the edges go as far as the finger does.
    shown.touch.draw((x + 15, y - 12), (x + 40, y), (x + 55, y + 28))
    wide, high = 40 / shown.camera["scale"], 40 / shown.camera["scale"]
    assert close(edges(shown.marks[0]), (1000, 800, 1900 + wide, 1500 + high))
    assert shown.marks[1] == SIGN
    x, y = shown.over(1000, (800 + edges(shown.marks[0])[3]) / 2)
    shown.touch.draw((x, y), (x - 20, y + 5), (x - 30, y + 9))
    assert close(edges(shown.marks[0]), (1000 - 30 / shown.camera["scale"], 800, 1900 + wide, 1500 + high))


def test_a_small_box_can_be_moved_and_resized_with_a_thumb(opened: Open) -> None:
    small = {"label": "car", "x": 2000, "y": 1500, "width": 200, "height": 160}
    shown = opened(marks=[small])
    scale = shown.camera["scale"]
    x, y = shown.over(2100, 1580)
    shown.touch.tap((x, y))
    shown.touch.draw((x, y), (x + 10, y), (x + 50, y + 20))
    moved = (2000 + 50 / scale, 1500 + 20 / scale)
    assert close(edges(shown.marks[0]), (*moved, moved[0] + 200, moved[1] + 160))
    right, low = shown.over(moved[0] + 200, moved[1] + 160)
    shown.touch.draw((right + 30, low + 30), (right + 50, low + 40), (right + 80, low + 70))
    assert close(edges(shown.marks[0]), (*moved, moved[0] + 200 + 50 / scale, moved[1] + 160 + 40 / scale))


def test_all_eight_handles_are_as_large_as_a_thumb(opened: Open) -> None:
    """Of a large box and of a tiny one, whose handles stand outside and leave its middle free."""
    shown = opened()
    reached = shown.page.evaluate(
        """async () => {
          const { handles, handleAt } = await import("/static/mark-shapes.js");
          const { camera } = window.editor.view;
          return [[2000, 1400], [60, 60]].map(([width, height]) => {
            const box = { x: 1500, y: 1000, width, height };
            const all = handles(box, camera, true);
            const middle = handleAt(box, camera, camera.x(1500 + width / 2), camera.y(1000 + height / 2), true);
            const least = Math.min(...all.flatMap((one) => [one.wide * 2, one.high * 2])) / camera.density;
            return [all.length, least, middle];
          });
        }"""
    )
    assert reached == [[8, 48, None], [4, 48, None]]


def test_taps_go_from_the_smallest_box_under_the_finger_to_the_largest_and_to_none(opened: Open) -> None:
    around = {"label": "tree", "x": 500, "y": 400, "width": 2900, "height": 2200}
    shown = opened(marks=[around, CAR])
    chosen = []
    for _ in range(3):
        shown.touch.tap(shown.over(1450, 1150))
        chosen.append(shown.page.evaluate("window.editor.chosen"))
    assert chosen == [1, 0, -1]


def test_a_chip_relabels_the_chosen_box_and_is_taken_for_the_next(opened: Open) -> None:
    shown = opened(marks=[CAR])
    shown.touch.tap(shown.over(1300, 1000))
    shown.chip("Traffic sign")
    assert shown.marks == [CAR | {"label": "sign"}]
    shown.touch.draw((220, 320), (260, 340), (300, 350))
    assert [mark["label"] for mark in shown.marks] == ["sign", "sign"]


def test_every_step_is_undone_and_done_again(opened: Open) -> None:
    shown = opened(marks=[CAR])
    states = [shown.marks]
    shown.touch.draw((200, 250), (240, 260), (280, 300))
    states.append(shown.marks)
    shown.press("Duplicate")
    states.append(shown.marks)
    shown.chip("Person")
    states.append(shown.marks)
    shown.press("Delete")
    states.append(shown.marks)
    assert [len(state) for state in states] == [1, 2, 3, 3, 2]
    for state in reversed(states[:-1]):
        shown.press("Undo")
        assert shown.marks == state
    assert shown.page.get_by_role("button", name="Undo").is_disabled()
    for state in states[1:]:
        shown.press("Redo")
        assert shown.marks == state
    assert shown.page.get_by_role("button", name="Redo").is_disabled()


def test_a_second_finger_takes_back_what_the_first_began(opened: Open) -> None:
    shown = opened()
    touch = shown.touch
    touch.send("touchStart", [(100, 200)])
    touch.send("touchMove", [(120, 220)])
    touch.send("touchStart", [(120, 220), (220, 320)])
    touch.send("touchMove", [(100, 200), (250, 350)])
    touch.lift()
    assert shown.marks == []
    assert shown.camera["scale"] > shown.fitted(1)["scale"]


def test_two_quick_taps_zoom_and_two_more_show_the_whole_picture(opened: Open) -> None:
    shown = opened()
    shown.touch.double_tap((100, 200))
    assert shown.camera["scale"] == pytest.approx(2.5 * shown.fitted(1)["scale"])
    shown.touch.double_tap((200, 300))
    assert shown.camera == pytest.approx(shown.fitted(1))
    assert shown.marks == []


def test_sixty_boxes_of_the_suggestion_come_back_as_they_were(opened: Open) -> None:
    draw = random.Random(4)
    marks = [
        {
            "label": draw.choice(LABELS)["name"],
            "x": draw.randrange(3600),
            "y": draw.randrange(2700),
            "width": draw.randrange(1, 400),
            "height": draw.randrange(1, 300),
        }
        for _ in range(60)
    ]
    shown = opened(marks=marks)
    assert shown.marks == marks
    assert shown.count() == "60 boxes"
    shown.touch.draw((150, 200), (180, 220), (220, 260))
    assert shown.marks[:60] == marks


def test_in_a_tiny_picture_single_pixels_are_boxed(opened: Open) -> None:
    shown = opened((50, 40))
    one, two = shown.over(10.1, 10.2), shown.over(12.9, 11.8)
    shown.touch.draw(one, shown.over(11, 11), two)
    assert shown.marks == [{"label": "car", "x": 10, "y": 10, "width": 3, "height": 2}]


def test_a_box_of_a_label_that_is_gone_and_one_of_parts_of_pixels_stay_until_they_are_changed(opened: Open) -> None:
    marks = [{"label": "bus", "x": 10.5, "y": 20.25, "width": 600.5, "height": 500}]
    shown = opened(marks=marks)
    assert shown.marks == marks
    shown.touch.tap(shown.over(300, 250))
    shown.page.keyboard.press("ArrowRight")
    assert shown.marks == [{"label": "bus", "x": 12, "y": 20, "width": 600, "height": 500}]
    shown.page.keyboard.press("2")
    assert shown.marks[0]["label"] == "person"


def test_the_loupe_shows_beside_the_finger_what_is_under_it(opened: Open) -> None:
    shown = opened()
    shown.touch.draw((250, 250), (270, 270), (300, 300), lift=False)
    assert not shown.page.evaluate("window.editor.view.loupe.right")
    point = shown.page.evaluate("window.editor.view.loupe.point")
    assert (point["x"], point["y"]) == pytest.approx(shown.under(300, 300))
    shown.touch.lift()
    assert shown.page.evaluate("window.editor.view.loupe") is None


def test_the_whole_work_is_done_with_the_keyboard(opened: Open) -> None:
    shown = opened(marks=[CAR, SIGN], phone=False)
    keys = shown.page.keyboard
    shown.page.locator(".mark-stage canvas").focus()
    keys.press("Tab")
    for key in ("ArrowRight", "ArrowDown", "Shift+ArrowRight", "Shift+ArrowUp", "Alt+ArrowLeft"):
        keys.press(key)
    assert edges(shown.marks[0]) == (991, 801, 1892, 1500)
    keys.press("Control+z")
    assert shown.marks[0] == CAR
    keys.press("Control+Shift+Z")
    keys.press("Tab")
    keys.press("4")
    assert shown.marks[1]["label"] == "tree"
    keys.press("Delete")
    assert len(shown.marks) == 1
    keys.press("Control+z")
    keys.press("Escape")
    keys.press("Delete")
    assert len(shown.marks) == 2


def test_a_mouse_draws_and_its_wheel_zooms_where_it_points(opened: Open) -> None:
    shown = opened(phone=False)
    before = shown.under(300, 200)
    frame = shown.frame
    shown.page.mouse.move(300 + frame["x"], 200 + frame["y"])
    shown.page.mouse.wheel(0, -400)
    assert shown.camera["scale"] > 1.5 * shown.fitted(1)["scale"]
    assert shown.under(300, 200) == pytest.approx(before, abs=1)
    shown.mouse((300, 200), (400, 300), (500, 350))
    assert close(edges(shown.marks[0]), spanned(shown.under(300, 200), shown.under(500, 350)))
    assert shown.page.locator(".tool, .chip").evaluate_all("all => all.every((one) => one.ariaLabel || one.innerText)")


def test_marks_that_are_loaded_take_the_place_of_all(opened: Open) -> None:
    shown = opened(marks=[CAR])
    shown.page.evaluate("marks => window.editor.load(marks)", [SIGN])
    assert shown.marks == [SIGN]
    assert not shown.page.evaluate("window.editor.canUndo")
    shown.page.evaluate("window.editor.destroy()")
    assert shown.page.locator("#root > *").count() == 0
