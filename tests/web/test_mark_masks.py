"""The editor of masks in a real Chromium. What comes out is held against shapes that NumPy rasterises by itself, every
pixel whose middle lies in the shape, and its run-length strings against those of pycocotools."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser
from pycocotools import mask as coco

from bot.labels.regions import Regions
from tests.web.editing import Desk, House, Open, opening, tiles

PHOTO = (4000, 3000)
REGIONS = {"url": "/regions"}
SIZE = 28
"""The brush's width on the screen unless the slider moves, in CSS pixels."""

Mask = NDArray[np.bool_]
Points = Sequence[tuple[float, float]]


@pytest.fixture
def opened(chromium: Browser, editors: tuple[str, House]) -> Iterator[Open]:
    with opening(chromium, editors[0], "masks", PHOTO) as make:
        yield make


def decoded(mark: dict[str, Any]) -> Mask:
    """Read by hand: pycocotools' decode warns on NumPy 2, and warnings are errors here."""
    counts: list[int] = []
    value = shift = 0
    for sign in mark["counts"].encode():
        value |= (sign - 48 & 31) << shift
        shift += 5
        if sign - 48 & 32:
            continue
        value -= (1 << shift) if sign - 48 & 16 else 0
        counts.append(value + (counts[-2] if len(counts) > 2 else 0))
        value = shift = 0
    line = np.repeat(np.arange(len(counts)) % 2 == 1, counts)
    return line.reshape(mark["size"], order="F")


def encoded(label: str, mask: Mask) -> dict[str, Any]:
    found = coco.encode(np.asfortranarray(mask, np.uint8))
    return {"label": label, "size": list(found["size"]), "counts": found["counts"].decode()}


def stroke(path: Points, radius: float, size: tuple[int, int]) -> Mask:
    """Every pixel whose middle is within the radius of a piece of the path."""
    x, y = np.meshgrid(np.arange(size[0]) + 0.5, np.arange(size[1]) + 0.5)
    found = np.zeros(x.shape, bool)
    for (ax, ay), (bx, by) in zip(path, path[1:] or path, strict=False):
        along = (bx - ax) ** 2 + (by - ay) ** 2
        share = np.clip(((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / along, 0, 1) if along else 0
        found |= (x - ax - share * (bx - ax)) ** 2 + (y - ay - share * (by - ay)) ** 2 <= radius**2
    return found


def same(found: Mask, wanted: Mask) -> bool:
    """But for pixels whose middle lies on the rim to within what floating point tells."""
    return found.shape == wanted.shape and int((found != wanted).sum()) <= 2


def painted(shown: Desk, *path: tuple[float, float], density: float = 1, size: float = SIZE) -> Mask:
    """Draws with the finger, and answers what that ought to be."""
    points = [shown.under(*place) for place in path]
    radius = size * density / 2 / shown.camera["scale"]
    shown.touch.draw(*path)
    return stroke(points, radius, shown.size)


@pytest.mark.parametrize("density", [1, 3])
def test_the_brush_paints_the_pixels_within_its_radius_of_the_finger(opened: Open, density: int) -> None:
    shown = opened(density=density)
    wanted = painted(shown, (60, 200), (120, 240.5), (200, 220), (280.25, 330), density=density)
    [mark] = shown.marks
    assert mark["label"] == "car"
    assert mark["size"] == [3000, 4000]
    assert same(decoded(mark), wanted)
    assert shown.count() == "1 label painted"


def test_pinched_nearer_the_brush_is_finer_and_as_exact(opened: Open) -> None:
    shown = opened(density=3)
    shown.touch.pinch([(150, 200), (100, 150), (20, 60)], [(200, 260), (230, 290), (330, 390)])
    assert shown.camera["scale"] > 3 * shown.fitted(3)["scale"]
    wanted = painted(shown, (50, 100), (51, 160), (200, 300), density=3)
    assert same(decoded(shown.marks[0]), wanted)
    shown.press("Whole picture")
    wanted |= painted(shown, (200, 220), (160, 260), density=3)
    assert same(decoded(shown.marks[0]), wanted)


def test_a_tap_dabs_and_what_leaves_the_picture_is_cut(opened: Open) -> None:
    shown = opened((50, 40))
    dab = painted(shown, (60, 200))
    assert same(decoded(shown.marks[0]), dab)
    wide = painted(shown, (100, 220), (-10, 221), (100, 221))
    assert same(decoded(shown.marks[0]), dab | wide)


def test_the_eraser_takes_away_and_another_label_takes_the_place(opened: Open) -> None:
    shown = opened()
    car = painted(shown, (60, 200), (250, 230))
    shown.chip("Person")
    person = painted(shown, (150, 180), (160, 260))
    shown.press("Eraser")
    gone = painted(shown, (80, 180), (90, 240), (155, 250))
    marks = {mark["label"]: decoded(mark) for mark in shown.marks}
    assert sorted(marks) == ["car", "person"]
    assert same(marks["car"], car & ~person & ~gone)
    assert same(marks["person"], person & ~gone)


def test_the_width_of_the_brush_is_chosen(opened: Open) -> None:
    shown = opened()
    shown.page.get_by_label("Size").fill("60")
    wanted = painted(shown, (100, 250), (200, 260), size=60)
    assert same(decoded(shown.marks[0]), wanted)
    shown.page.get_by_label("Strength").fill("30")
    assert same(decoded(shown.marks[0]), wanted)


def test_every_stroke_is_undone_and_done_again(opened: Open) -> None:
    shown = opened(marks=[encoded("tree", stroke([(500, 500)], 300, PHOTO))])
    states = [shown.marks]
    painted(shown, (60, 180), (250, 230))
    states.append(shown.marks)
    shown.chip("Person")
    painted(shown, (60, 180), (100, 260))
    states.append(shown.marks)
    shown.press("Eraser")
    painted(shown, (40, 170), (300, 280))
    states.append(shown.marks)
    for state in reversed(states[:-1]):
        shown.press("Undo")
        assert shown.marks == state
    for state in states[1:]:
        shown.press("Redo")
        assert shown.marks == state


def test_two_quick_taps_zoom_and_leave_no_dab(opened: Open) -> None:
    shown = opened()
    shown.touch.double_tap((100, 200))
    assert shown.camera["scale"] == pytest.approx(2.5 * shown.fitted(1)["scale"])
    assert shown.marks == []
    assert not shown.page.evaluate("window.editor.canUndo || window.editor.canRedo")


def test_a_pinch_paints_nothing(opened: Open) -> None:
    shown = opened()
    touch = shown.touch
    touch.send("touchStart", [(100, 200)])
    touch.send("touchMove", [(110, 210)])
    touch.send("touchStart", [(110, 210), (220, 320)])
    touch.send("touchMove", [(100, 200), (250, 350)])
    touch.lift()
    assert shown.marks == []


def region(regions: NDArray[np.uint16], wanted: Sequence[int], size: tuple[int, int]) -> Mask:
    """The pixels that the same regions have when they are picked in the chat."""
    line = regions.ravel(order="F")
    starts = np.flatnonzero(np.diff(line.astype(int), prepend=-1))
    lengths = np.diff(starts, append=line.size)
    parents = tuple(range(1, int(regions.max()) + 1))
    cut = Regions(regions.shape[1], regions.shape[0], line[starts].tolist(), lengths.tolist(), parents)
    counts = cut.mask(wanted, size)
    return (np.repeat(np.arange(len(counts)) % 2 == 1, counts)).reshape(size[::-1], order="F")


def at(regions: NDArray[np.uint16], shown: Desk, place: tuple[float, float]) -> int:
    x, y = shown.under(*place)
    height, width = regions.shape
    return int(regions[int(y * height / shown.size[1]), int(x * width / shown.size[0])])


@pytest.mark.parametrize("size", [(4000, 3000), (1999, 1501), (333, 1001)])
def test_every_region_has_the_pixels_that_it_has_in_the_chat(
    opened: Open, editors: tuple[str, House], size: tuple[int, int]
) -> None:
    share = 640 / max(size)
    regions = tiles(round(size[0] * share), round(size[1] * share), 7, 5)
    editors[1].regions = regions, list(range(1, 36))
    shown = opened(size, more={"regions": REGIONS})
    shown.press("Paint regions")
    width, height = shown.size
    middles = [(width * (column + 0.5) / 7, height * (row + 0.5) / 5) for row in range(5) for column in range(7)]
    for place in middles[::6]:
        shown.touch.tap(shown.over(*place))
    assert np.array_equal(decoded(shown.marks[0]), region(regions, range(1, 36, 6), size))


def test_regions_are_painted_whole_by_a_tap_and_along_a_path(opened: Open, editors: tuple[str, House]) -> None:
    regions = tiles(640, 480, 20, 15)
    parents = [(row // 3) * 5 + column // 4 + 1 for row in range(15) for column in range(20)]
    coarse = np.array([0, *parents], np.uint16)[regions]
    editors[1].regions = regions, parents
    shown = opened(more={"regions": REGIONS})
    shown.press("Paint regions")
    shown.touch.tap((60, 190))
    wanted = region(coarse, [at(coarse, shown, (60, 190))], PHOTO)
    assert same(decoded(shown.marks[0]), wanted)
    shown.press("Smaller regions")
    shown.chip("Tree")
    shown.touch.draw((150, 250), (200, 250), (200, 290))
    path = [(150 + step, 250) for step in range(51)] + [(200, 250 + step) for step in range(41)]
    trees = region(regions, sorted({at(regions, shown, place) for place in path}), PHOTO)
    marks = {mark["label"]: decoded(mark) for mark in shown.marks}
    assert same(marks["tree"], trees)
    assert same(marks["car"], wanted & ~trees)
    # A second tap takes a region's label away.
    shown.touch.tap((150, 250))
    assert same(decoded(shown.marks[-1]), trees & ~region(regions, [at(regions, shown, (150, 250))], PHOTO))


def test_without_its_regions_the_editor_paints(opened: Open, editors: tuple[str, House]) -> None:
    editors[1].regions = None
    shown = opened(more={"regions": REGIONS})
    shown.troubles.clear()  # the browser notes the answer 404
    assert shown.page.get_by_role("button", name="Paint regions").is_disabled()
    painted(shown, (60, 200), (100, 210))
    assert len(shown.marks) == 1


def test_a_polygon_holds_what_is_inside_of_it(opened: Open) -> None:
    shown = opened(phone=False)
    shown.press("Polygon")
    corners = [(200, 120), (500, 150), (420, 400), (300, 250)]
    for corner in corners:
        shown.mouse(corner, corner)
    shown.page.keyboard.press("Enter")
    assert not shown.page.evaluate("Boolean(window.sent)")
    x, y = np.meshgrid(np.arange(4000) + 0.5, np.arange(3000) + 0.5)
    wanted = np.zeros(x.shape, bool)
    points = [shown.under(*corner) for corner in corners]
    for (ax, ay), (bx, by) in zip(points, points[1:] + points[:1], strict=True):
        wanted ^= ((ay > y) != (by > y)) & (x < (bx - ax) * (y - ay) / (by - ay) + ax)
    assert same(decoded(shown.marks[0]), wanted)
    shown.page.keyboard.press("Control+z")
    assert shown.marks == []


def test_with_instances_every_object_has_a_mask_of_its_own(opened: Open) -> None:
    shown = opened(more={"options": {"instances": True}})
    first = painted(shown, (60, 200), (100, 210))
    shown.press("+ New")
    second = painted(shown, (200, 200), (240, 210))
    assert [mark["label"] for mark in shown.marks] == ["car", "car"]
    shown.chip("Person")
    shown.page.locator(".objects .chip").nth(1).click()
    first |= painted(shown, (60, 300), (100, 310))
    marks = shown.marks
    assert [mark["label"] for mark in marks] == ["car", "person"]
    assert same(decoded(marks[0]), first)
    assert same(decoded(marks[1]), second)
    assert shown.count() == "2 objects"


def test_objects_may_lie_over_one_another_and_none_loses_a_pixel(opened: Open) -> None:
    one, other = stroke([(1200, 1200)], 700, PHOTO), stroke([(1600, 1200)], 500, PHOTO)
    marks = [encoded("tree", one), encoded("car", other)]
    shown = opened(marks=marks, more={"options": {"instances": True}})
    assert shown.count() == "2 objects"
    over = shown.over(1400, 1200)
    third = painted(shown, over, (over[0] + 20, over[1]))
    assert [decoded(mark).sum() for mark in shown.marks[:2]] == [one.sum(), other.sum()]
    assert same(decoded(shown.marks[2]), third)
    chips = shown.page.locator(".objects .chip")
    chips.nth(1).click()
    shown.press("Eraser")
    gone = painted(shown, over, (over[0] - 20, over[1] + 20))
    states = [shown.marks]
    assert same(decoded(states[0][0]), one & ~gone)
    assert np.array_equal(decoded(states[0][1]), other)
    assert same(decoded(states[0][2]), third)
    chips.nth(2).click()
    shown.press("Brush")
    more = painted(shown, over, (over[0], over[1] + 60))
    assert same(decoded(shown.marks[1]), other | more)
    assert shown.marks[0] == states[0][0]
    for _ in range(2):
        shown.page.get_by_role("button", name="Undo").click()
    assert same(decoded(shown.marks[2]), third)
    assert np.array_equal(decoded(shown.marks[0]), one)
    assert np.array_equal(decoded(shown.marks[1]), other)
    shown.press("Undo")
    assert shown.marks == marks
    for _ in range(2):
        shown.page.get_by_role("button", name="Redo").click()
    assert shown.marks == states[0]


def test_masks_that_overlap_stay_as_they_came_until_something_is_painted(opened: Open) -> None:
    one, other = stroke([(1000, 1000)], 500, PHOTO), stroke([(1300, 1000)], 500, PHOTO)
    marks = [encoded("tree", one), encoded("bus", other)]
    shown = opened(marks=marks)
    assert shown.marks == marks
    painted(shown, (300, 300), (310, 310))
    shown.press("Undo")
    assert shown.marks == marks
    painted(shown, (300, 300), (300, 310))
    found = {mark["label"]: decoded(mark) for mark in shown.marks}
    assert same(found["tree"], one & ~other)
    assert same(found["bus"], other)


def test_a_picture_beyond_sixteen_megapixels_is_painted_in_steps_of_two(opened: Open) -> None:
    size = (6001, 4001)
    shown = opened(size)
    places = [(60, 200), (120, 240), (200, 220)]
    halves = [tuple(value / 2 for value in shown.under(*place)) for place in places]
    radius = SIZE / 4 / shown.camera["scale"]
    shown.touch.draw(*places)
    coarse = stroke(halves, radius, (3001, 2001))  # type: ignore[arg-type]
    [mark] = shown.marks
    assert mark["size"] == [4001, 6001]
    assert same(decoded(mark)[::2, ::2], coarse)
    assert same(decoded(mark), coarse.repeat(2, axis=0).repeat(2, axis=1)[:4001, :6001])
    shown.page.evaluate("marks => window.editor.load(marks)", [mark])
    assert shown.page.evaluate("window.editor.map.encoded().get(1)") == {key: mark[key] for key in ("size", "counts")}


def masks() -> list[Mask]:
    draw = np.random.default_rng(7)
    noisy = [draw.random((draw.integers(1, 60), draw.integers(1, 60))) < share for share in np.linspace(0, 1, 40)]
    blobs = [np.kron(draw.random((9, 12)) < 0.4, np.ones((400, 300), bool)) for _ in range(3)]
    return [mask.astype(bool) for mask in (*noisy, *blobs)]


def test_run_lengths_are_those_of_pycocotools_both_ways(opened: Open) -> None:
    given = [encoded("", mask) for mask in masks()]
    shown = opened((50, 40))
    runs = []
    for mask in masks():
        line = np.diff(mask.ravel(order="F").astype(int), prepend=0, append=0)
        starts, ends = np.flatnonzero(line == 1), np.flatnonzero(line == -1)
        runs.append([np.stack([starts, ends - starts], axis=1).ravel().tolist(), mask.size])
    found = shown.page.evaluate(
        "runs => JSON.stringify(runs.map(([one, total]) => rle.compress(rle.countsOf(one, total))))", runs
    )
    assert json.loads(found) == [one["counts"] for one in given]
    read = shown.page.evaluate(
        """texts => JSON.stringify(texts.map((text) => {
          const found = [];
          rle.eachRun(rle.expand(text), (...run) => found.push(...run));
          return found;
        }))""",
        [one["counts"] for one in given],
    )
    assert json.loads(read) == [one for one, _ in runs]


def test_a_mask_is_loaded_and_told_again_exactly(opened: Open) -> None:
    big = masks()[-1]
    shown = opened((big.shape[1], big.shape[0]), [encoded("car", big)])
    kept = shown.page.evaluate("Array.from(window.editor.masks.values())")
    assert kept == [{key: encoded("car", big)[key] for key in ("size", "counts")}]
