import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
from PIL import Image

from bot.media.images import prepare_image
from bot.media.prepared import BadMedia, Limits, Prepared
from bot.media.preparer import Preparer, PreparerClosed, Source
from tests.media.making import exif, film, made, opened, picture, png_claiming, saved, tone, zeros

MISBEHAVING = "tests.media.misbehaving:misbehave"
SHORT = Limits(image_seconds=0.8)


def _children():
    return [child for child in psutil.Process().children(recursive=True) if child.status() != psutil.STATUS_ZOMBIE]


@pytest.fixture(scope="module")
def preparer():
    with Preparer(2) as made:
        yield made


def test_a_picture_is_the_same_as_when_prepared_here(preparer, tmp_path):
    path = tmp_path / "photo.jpg"
    path.write_bytes(saved(picture(2000, 1500), "JPEG", exif=exif(6, gps=True)))

    assert preparer.prepare(path, "photo.jpg") == prepare_image(path, "photo.jpg")
    assert preparer.prepare(path.read_bytes(), "photo.jpg", "image") == prepare_image(path, "photo.jpg")


def test_the_kind_follows_from_the_content_or_the_hint(preparer):
    sound_only = made("-i", "pipe:0", "-c:a", "aac", "-f", "mp4", content=tone())

    assert preparer.prepare(tone(), "a").kind == "audio"
    assert preparer.prepare(film(), "a").kind == "video"
    assert preparer.prepare(film(), "a", "audio").kind == "audio"
    assert preparer.prepare(sound_only, "a.mp4").kind == "audio"
    with pytest.raises(BadMedia, match="no picture in it"):
        preparer.prepare(sound_only, "a.mp4", "video")
    with pytest.raises(BadMedia, match=r"a is a sound, not a picture\."):
        preparer.prepare(tone(), "a", "image")


def test_a_refusal_in_the_child_is_the_same_sentence_here(preparer):
    with pytest.raises(BadMedia, match=r"^scan\.png has 12000 × 10000 pixels; at most 100 million can be shown\.$"):
        preparer.prepare(png_claiming(12000, 10000), "dir/scan.png")


def test_names_of_any_letters_reach_the_child(preparer, tmp_path):
    path = tmp_path / "фото \udcff 'x'.jpg"
    path.write_bytes(saved(picture(), "JPEG"))

    assert preparer.prepare(path, path.name).kind == "image"


def test_documents_are_refused_before_anything_is_started():
    with Preparer(1) as idle:
        before = len(_children())
        for content in (b"%!PS-Adobe-3.0 EPSF-3.0", b"%PDF-1.7", b"<svg/>", b"#EXTM3U\n", b""):
            with pytest.raises(BadMedia):
                idle.prepare(content, "a.jpg")

        assert len(_children()) == before


def test_many_come_back_in_order_with_the_refused_in_their_place(preparer):
    sizes = [200 + 10 * n for n in range(12)]
    sources = [Source(saved(picture(size, 200), "JPEG"), f"{size}.jpg") for size in sizes]
    sources[5] = Source(b"no picture", "5.jpg")

    results = list(preparer.prepare_many(sources))

    assert [result.width for result in results if isinstance(result, Prepared)] == sizes[:5] + sizes[6:]
    assert str(results[5]) == "5.jpg is a text file, not a picture, sound or video."


def test_sources_are_read_only_a_few_ahead(preparer):
    read = []

    def endless():
        while True:
            read.append(1)
            yield Source(saved(picture(200, 200), "PNG"), "a.png")

    results = preparer.prepare_many(endless())
    next(results)
    results.close()

    assert len(read) < 10


def test_several_threads_may_ask_at_once(preparer):
    content = saved(picture(), "JPEG")
    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(lambda n: preparer.prepare(content, f"{n}.jpg"), range(12)))

    assert len({result.content for result in results}) == 1


@pytest.mark.parametrize("trouble", ["hang", "exit", "crash", "brood"])
def test_a_decoder_that_hangs_or_dies_costs_one_file_and_nothing_else(trouble):
    content = saved(picture(), "JPEG")
    with Preparer(1, SHORT, work=MISBEHAVING) as preparer:
        preparer.prepare(content, "fine.jpg")
        names = ["fine-1.jpg", f"{trouble}-2.jpg", "fine-3.jpg"]
        results = list(preparer.prepare_many(Source(content, name) for name in names))

    assert [type(result) for result in results] == [Prepared, BadMedia, Prepared]
    assert str(results[1]).startswith(f"{trouble}-2.jpg cannot be opened: ")
    assert not [child for child in psutil.process_iter(["cmdline"]) if "600.25" in (child.info["cmdline"] or [])]


def test_a_hanging_decoder_is_killed_when_its_time_is_over():
    with Preparer(1, SHORT, work=MISBEHAVING) as preparer:
        preparer.prepare(saved(picture(), "JPEG"), "fine.jpg")
        started = time.perf_counter()
        with pytest.raises(BadMedia):
            preparer.prepare(saved(picture(), "JPEG"), "hang.jpg")

    assert 0.8 <= time.perf_counter() - started < 5


def test_a_child_whose_parent_forgot_it_ends_by_its_processor_time():
    """What the clock here would do later, the system does as well: the limit is on the child itself."""
    with Preparer(1, Limits(image_seconds=5), work=MISBEHAVING) as preparer:
        preparer.prepare(saved(picture(), "JPEG"), "fine.jpg")
        (child,) = _own_children("misbehave")
        soft, _ = child.rlimit(psutil.RLIMIT_CPU)

    assert 0 < soft < 30


def _own_children(work):
    return [child for child in _children() if any(work in part for part in child.cmdline())]


def test_what_a_decoder_prints_does_not_reach_us():
    with Preparer(1, work=MISBEHAVING) as preparer:
        assert preparer.prepare(saved(picture(), "JPEG"), "babble.jpg").kind == "image"


def test_a_file_that_needs_too_much_memory_is_refused_and_the_child_lives_on():
    with Preparer(1, work=MISBEHAVING) as preparer:
        preparer.prepare(saved(picture(), "JPEG"), "fine.jpg")
        before = _own_children("misbehave")
        with pytest.raises(BadMedia, match=r"hungry\.jpg needs more memory"):
            preparer.prepare(saved(picture(), "JPEG"), "hungry.jpg")
        assert preparer.prepare(saved(picture(), "JPEG"), "fine.jpg").kind == "image"

        assert _own_children("misbehave") == before


def test_a_mistake_of_ours_is_not_blamed_on_the_file():
    with Preparer(1, work=MISBEHAVING) as preparer, pytest.raises(RuntimeError, match="KeyError: 'ours'"):
        preparer.prepare(saved(picture(), "JPEG"), "bug.jpg")


def test_a_child_that_does_not_start_is_no_fault_of_the_file():
    with Preparer(1, work="bot.media.nowhere:nothing") as preparer, pytest.raises(RuntimeError, match="does not start"):
        preparer.prepare(saved(picture(), "JPEG"), "a.jpg")


@pytest.mark.parametrize(
    "bomb",
    [
        lambda: png_claiming(60000, 60000, 2, zeros(50_000_000)),
        lambda: png_claiming(9900, 9900, 2, zeros(9900 * (9900 * 3 + 1))),
        lambda: png_claiming(9900, 9900, 6, zeros(9900 * (9900 * 4 + 1))),
        lambda: saved(Image.new("1", (9900, 9900)), "TIFF", compression="group4"),
        lambda: saved(Image.new("P", (9900, 9900)), "GIF"),
    ],
)
def test_a_bomb_stays_within_the_childs_memory(bomb):
    content = bomb()
    assert len(content) < 2_000_000
    with Preparer(1, work=MISBEHAVING) as preparer:
        preparer.prepare(saved(picture(), "JPEG"), "fine.jpg")
        (child,) = _own_children("misbehave")
        before, peak, done = child.memory_info().rss, [0], threading.Event()
        watcher = threading.Thread(target=_watch, args=(child, peak, done))
        watcher.start()
        (result,) = preparer.prepare_many([Source(content, "bomb.png")])
        done.set()
        watcher.join()

    assert isinstance(result, Prepared) or "too large" in str(result)
    assert peak[0] - before < 256 * 2**20


def _watch(child, peak, done):
    while not done.wait(0.002):
        peak[0] = max(peak[0], child.memory_info().rss)


def test_closing_ends_every_child():
    preparer = Preparer(2, work=MISBEHAVING)
    list(preparer.prepare_many(Source(saved(picture(), "JPEG"), "a.jpg") for _ in range(4)))
    assert _own_children("misbehave")

    preparer.close()

    assert not _own_children("misbehave")


def test_a_closed_preparer_prepares_nothing_more_and_blames_no_file():
    preparer = Preparer(1)
    preparer.close()

    with pytest.raises(PreparerClosed):
        preparer.prepare(saved(picture(), "JPEG"), "a.jpg")
    preparer.close()


def test_closing_does_not_wait_for_a_file_in_work_nor_blame_it():
    preparer = Preparer(1, work=MISBEHAVING)
    content = saved(picture(), "JPEG")
    preparer.prepare(content, "fine.jpg")
    (child,) = _own_children("misbehave")
    with ThreadPoolExecutor(2) as pool:
        working, waiting = (pool.submit(preparer.prepare, content, "brood.jpg") for _ in range(2))
        _wait_until(child.children)
        preparer.close()

        assert isinstance(working.exception(), PreparerClosed)
        assert isinstance(waiting.exception(), PreparerClosed)


def _wait_until(condition):
    until = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < until


def test_asking_for_media_does_not_load_what_only_children_need():
    program = (
        "import sys; from bot.media.preparer import Preparer\n"
        "print(*{'PIL', 'numpy', 'imageio_ffmpeg'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == ""


def test_what_a_photo_of_twelve_megapixels_costs_is_printed(preparer, capsys):
    photo = saved(Image.effect_noise((800, 600), 60).convert("RGB").resize((4000, 3000)), "JPEG", quality=88)
    sources = [Source(photo, f"{n}.jpg") for n in range(8)]
    list(preparer.prepare_many(sources[:2]))
    started = time.perf_counter()
    results = list(preparer.prepare_many(sources))
    seconds = time.perf_counter() - started

    with capsys.disabled():
        each = seconds / len(sources) * 1000
        print(f"\nphoto of 12 megapixels, {len(photo) / 1e6:.1f} MB: {each:.0f} ms with 2 children")  # noqa: T201
    assert {opened(result).size for result in results} == {(1280, 960)}
