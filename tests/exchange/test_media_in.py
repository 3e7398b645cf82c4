"""Pictures and sounds that items name: found, prepared once, refused where they lie or come from elsewhere."""

import base64
import io
import threading
import zipfile
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import datasets
import pytest
from PIL import Image
from sqlalchemy import func, select

from bot.exchange.fetch import Fetcher, address
from bot.exchange.problems import BadImport, BadRow
from bot.exchange.references import Roots, located
from storage.database import run
from storage.schema import media, sources
from tests.exchange.desk import REVIEWS

datasets.disable_progress_bars()
GOOD = {"label": "positive"}


def png(color="red", size=(40, 20)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, "PNG")
    return out.getvalue()


def count(desk, table) -> int:
    return run(desk.database, lambda tx: tx.value(select(func.count()).select_from(table)))


def test_a_column_of_file_names_brings_the_pictures_prepared_and_described(desk):
    desk.file("d/pics/cat.png", png())
    path = desk.jsonl("d/items.jsonl", {"id": "a", "photo": "pics/cat.png", "note": "x"})
    assert "  photo: a picture, shown" in list(desk.plan(path).lines())
    desk.bring(path)
    item = desk.items()["a"]
    (found,) = item.media
    assert item.data == {"photo": "pics/cat.png", "note": "x"}
    assert {name: found[name] for name in ("field", "kind", "width", "height", "name", "duration_ms")} == {
        "field": "photo", "kind": "image", "width": 40, "height": 20, "name": "cat.png", "duration_ms": None,
    }  # fmt: skip
    assert desk.files.size(found["sha256"]) > 0


def test_a_source_is_prepared_once_however_often_it_comes(desk):
    desk.file("cat.png", png())
    desk.file("same.png", png())
    desk.bring(desk.jsonl("a.jsonl", {"id": "a", "photo": "cat.png"}, {"id": "b", "photo": "same.png"}))
    first = run(desk.database, lambda tx: tx.value(select(media.c.id)))
    done = desk.bring(desk.jsonl("b.jsonl", {"id": "a", "photo": "cat.png"}, {"id": "c", "photo": "cat.png"}))
    assert (done.new, done.known) == (1, 1)
    assert (count(desk, media), count(desk, sources)) == (1, 1)
    assert desk.items()["c"].media[0]["id"] == first


def test_another_picture_under_the_same_name_is_a_change(desk):
    desk.file("cat.png", png("red"))
    path = desk.jsonl("a.jsonl", {"id": "a", "photo": "cat.png"})
    desk.bring(path)
    desk.file("cat.png", png("blue"))
    assert desk.bring(path).changed == 1


def test_missing_and_broken_files_are_counted_before_and_rejected_with_their_line(desk):
    desk.file("cat.png", png())
    desk.file("list.png", "#EXTM3U\nsecret.png\n")
    rows = [{"id": name, "photo": f"{name}.png"} for name in ("cat", "gone", "list")]
    path = desk.jsonl("a.jsonl", *rows, {"id": "up", "photo": "../../cat.png"})
    plan = desk.plan(path)
    assert plan.unresolved == 2
    assert desk.items() == {}
    done = desk.bring(path)
    assert (done.new, done.rejected) == (1, 3)
    reasons = {row["line"]: row["reason"] for row in desk.rejects()}
    assert "there is no file gone.png" in reasons[2]
    assert "is a playlist, not a picture" in reasons[3]
    assert "outside" in reasons[4]


def test_label_studio_uploads_are_found_below_the_media_root(desk):
    desk.file("store/upload/3/ab-cat.png", png())
    path = desk.jsonl("t.jsonl", {"id": 1, "data": {"image": "/data/upload/3/ab-cat.png"}, "annotations": []})
    assert "--media-root" in "\n".join(desk.plan(path).lines())
    assert desk.plan(path, media_root=desk.folder / "store").unresolved == 0
    assert desk.bring(path, media_root=desk.folder / "store").new == 1
    with pytest.raises(BadImport, match="no such folder"):
        desk.plan(path, media_root=desk.folder / "nowhere")


def test_a_folder_and_a_zip_of_pictures_are_items_by_their_place(desk):
    desk.file("f/cats/1.png", png("red"))
    desk.file("f/dogs/1.dat", png("blue"))
    done = desk.bring(desk.folder / "f")
    assert done.new == 2
    item = desk.items()["cats/1.png"]
    assert item.data == {"folder": "cats", "image": "cats/1.png"}
    with zipfile.ZipFile(desk.folder / "f.zip", "w") as archive:
        archive.writestr("cats/1.png", png("red"))
        archive.writestr("dogs/1.dat", png("blue"))
    assert desk.bring(desk.folder / "f.zip").known == 2


def test_a_stray_file_among_pictures_is_left_out_and_named(desk):
    for name, content in (("1.png", png()), ("2.png", png("blue")), ("notes.md", "Notes"), ("list.pdf", b"%PDF-1.4")):
        desk.file(f"f/{name}", content)
    plan = desk.plan(desk.folder / "f")
    assert "Left out: 2 files that are no picture: list.pdf, notes.md." in plan.lines()
    done = desk.bring(desk.folder / "f")
    assert (done.new, done.rejected) == (2, 0)
    assert set(desk.items()) == {"1.png", "2.png"}


def test_a_project_of_pictures_takes_pictures_from_a_folder_of_texts(desk):
    desk.file("f/1.png", png())
    desk.bring(desk.folder / "f")
    for name in ("1.txt", "2.txt", "3.txt"):
        desk.file(f"g/{name}", name)
    desk.file("g/4.png", png("blue"))
    assert desk.bring(desk.folder / "g").new == 1
    assert set(desk.items()) == {"1.png", "4.png"}


def test_kinds_that_the_project_file_names_come_together(desk):
    desk = desk.have(replace(REVIEWS, name="both", fields={"image": "image", "text": "text"}))
    desk.file("f/1.png", png())
    desk.file("f/2.txt", "Fine")
    desk.file("f/3.txt", "Well")
    assert desk.bring(desk.folder / "f").new == 3


def test_broken_and_empty_pictures_of_a_folder_are_rejected_by_their_names_in_plain_words(desk):
    desk.file("f/cat.png", png())
    desk.file("f/half.png", png()[:60])
    desk.file("f/none.jpg", b"")
    desk.file("f/words.jpg", "no picture")
    done = desk.bring(desk.folder / "f")
    assert (done.new, done.rejected) == (1, 3)
    found = {row["file"]: row for row in desk.rejects()}
    assert set(found) == {"half.png", "none.jpg", "words.jpg"}
    assert found["half.png"]["row"] == {"id": "half.png", "image": "half.png"}
    assert "half.png is not a picture we can read" in found["half.png"]["reason"]
    assert found["none.jpg"]["reason"] == "it is empty"
    assert found["words.jpg"]["reason"] == "it is no picture that we know, whatever its name says"
    assert not any("line" in row for row in found.values())
    desk.file("f/more/empty.png", b"")
    desk.bring(desk.jsonl("a.jsonl", {"id": "a", "photo": "f/none.jpg"}))
    assert "none.jpg is empty" in desk.rejects()[0]["reason"]


def test_a_link_out_of_the_folder_is_not_followed(desk):
    outside = desk.file("secret.png", png())
    (desk.folder / "f").mkdir()
    (desk.folder / "f" / "in.png").write_bytes(png("blue"))
    (desk.folder / "f" / "out.png").symlink_to(outside)
    done = desk.bring(desk.folder / "f")
    assert (done.new, done.rejected) == (1, 1)
    path = desk.jsonl("f/items.jsonl", {"id": "a", "photo": "out.png"})
    assert desk.plan(path).unresolved == 1


def test_data_addresses_become_files_and_leave_the_data_small(desk):
    inline = "data:image/png;base64," + base64.b64encode(png()).decode()
    desk.bring(desk.jsonl("a.jsonl", {"id": "a", "image": inline}, {"id": "b", "image": "data:image/png;base64,@@"}))
    item = desk.items()["a"]
    assert len(item.media) == 1
    assert len(item.data["image"]) < 40
    assert "no base64" in desk.rejects()[0]["reason"]


def test_pictures_within_a_hugging_face_data_set_come_along(desk):
    features = datasets.Features({"id": datasets.Value("string"), "photo": datasets.Image()})
    rows = {"id": ["a"], "photo": [{"bytes": png(), "path": "cat.png"}]}
    datasets.Dataset.from_dict(rows, features=features).save_to_disk(desk.folder / "hub")
    desk.bring(desk.folder / "hub")
    assert desk.items()["a"].media[0]["width"] == 40
    assert desk.items()["a"].data == {"photo": "cat.png"}


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_an_export_with_its_media_comes_back_here_and_elsewhere(desk, form, sqlite, preparer, clock, tmp_path):
    desk.file("cat.png", png())
    desk.bring(desk.jsonl("a.jsonl", {"id": "a", "photo": "cat.png"}))
    desk.answer(desk.person("ann"), GOOD)
    _, out = desk.export("out", format=form, media=True)
    assert desk.bring(out / f"answers.{form}").known == 1
    from storage.database import opened
    from storage.files import Files

    url = sqlite.migrated()
    with opened(url, clock) as database:
        other = replace(desk, database=database, files=Files(tmp_path / "other")).have(REVIEWS)
        assert other.bring(out / f"answers.{form}").answers == 1
        assert other.items()["a"].media[0]["width"] == 40
    sqlite.drop(url)


@pytest.mark.parametrize("form", ["jsonl", "csv", "label-studio"])
def test_a_folder_that_we_exported_is_read_as_the_export_it_is(desk, form):
    desk.file("cat.png", png())
    desk.bring(desk.jsonl("a.jsonl", {"id": "a", "photo": "cat.png"}, {"id": "b", "photo": "cat.png"}))
    desk.answer(desk.person("ann"), GOOD, GOOD)
    _, out = desk.export("out", format=form, media=True, split={"train": 0.5, "test": 0.5})
    other = desk.have(replace(REVIEWS, name="copy"))
    done = other.bring(out)
    assert (done.new, done.answers, done.rejected) == (2, 2, 0)
    assert set(other.items()) == {"a", "b"}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", ["metadata.csv", "metadata.jsonl"])
def test_a_table_of_its_pictures_within_a_folder_or_zip_is_read(desk, name, packed):
    told = {
        "metadata.csv": "file_name,text\ncat.png,Cat\ngone.png,Gone\n",
        "metadata.jsonl": '{"file_name": "cat.png", "text": "Cat"}\n{"file_name": "gone.png", "text": "Gone"}\n',
    }
    desk.file(f"f/train/{name}", told[name])
    desk.file("f/train/cat.png", png())
    path = desk.folder / "f"
    if packed:
        path = desk.folder / "f.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for file in (desk.folder / "f" / "train").iterdir():
                archive.write(file, f"train/{file.name}")
    done = desk.bring(path)
    assert (done.new, done.rejected) == (1, 1)
    (item,) = desk.items().values()
    assert item.data == {"file_name": "cat.png", "text": "Cat"}
    assert item.media[0]["width"] == 40
    assert "there is no file gone.png" in desk.rejects()[0]["reason"]


def test_every_split_of_a_hugging_face_folder_of_pictures_is_read(desk):
    for split, color in (("train", "red"), ("test", "blue")):
        desk.file(f"f/{split}/metadata.csv", f"file_name,text\n0.png,{split}\n")
        desk.file(f"f/{split}/0.png", png(color))
    assert desk.bring(desk.folder / "f").new == 2


def test_a_zip_with_several_tables_is_refused_in_a_sentence(desk):
    with zipfile.ZipFile(desk.folder / "f.zip", "w") as archive:
        for split in ("train", "test"):
            archive.writestr(f"{split}/metadata.csv", "file_name\n0.png\n")
    with pytest.raises(BadImport, match="several tables"):
        desk.plan(desk.folder / "f.zip")


def test_hugging_face_opens_exported_pictures(desk):
    desk.file("cat.png", png())
    desk.bring(desk.jsonl("a.jsonl", {"id": "a", "photo": "cat.png"}))
    desk.answer(desk.person("ann"), GOOD)
    result, out = desk.export("hub", format="huggingface", media=True)
    assert [loss for loss in result.losses if "as people are shown them" in loss]
    row = datasets.load_dataset(str(out), cache_dir=str(desk.folder / "cache"))["train"][0]
    assert row["photo"].size[0] == 2 * row["photo"].size[1]
    assert "--media" in desk.export("x.parquet", format="parquet")[0].losses[0]


@pytest.mark.parametrize(
    "text",
    ["file:///etc/passwd", "s3://b/x.png", "/etc/passwd", "../x.png", "a\0b.png", "ftp://h/x.png", "http://[bad/x.png"],
)
def test_an_address_of_another_kind_is_refused(tmp_path, text):
    with pytest.raises(BadRow):
        located(text, Roots(tmp_path), tmp_path.joinpath)


class Web(BaseHTTPRequestHandler):
    """/cat.png is a picture, /away leads to a host that was not named, /round to itself, /big is endless."""

    def do_GET(self):
        moved = {"/away": "http://localhost:1/cat.png", "/round": "/round", "/on": "/cat.png"}.get(self.path)
        self.send_response(302 if moved else 200 if self.path in ("/cat.png", "/big") else 404)
        if moved:
            self.send_header("Location", moved)
        self.end_headers()
        if not moved:
            self.wfile.write(png() if self.path == "/cat.png" else b"x" * 5000)

    def log_message(self, *words):
        pass


@pytest.fixture
def web():
    with ThreadingHTTPServer(("127.0.0.1", 0), Web) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_only_named_hosts_are_fetched_from(desk, web):
    path = desk.jsonl("a.jsonl", {"id": "a", "photo": f"{web}/cat.png"})
    assert "--fetch 127.0.0.1" in "\n".join(desk.plan(path).lines())
    assert desk.bring(path).rejected == 1
    assert desk.plan(path, fetch_hosts=["127.0.0.1"]).unresolved == 0
    done = desk.bring(path, fetch_hosts=["127.0.0.1"])
    assert (done.new, done.rejected) == (1, 0)


@pytest.mark.parametrize(
    ("place", "said"), [("away", "not on a host named"), ("round", "leads on and on"), ("big", "larger"), ("no", "404")]
)
def test_a_fetch_stays_on_its_hosts_and_within_its_size(tmp_path, web, place, said):
    fetcher = Fetcher(["127.0.0.1"], tmp_path, largest=4000)
    assert fetcher.fetch(f"{web}/on").read_bytes() == png()
    with pytest.raises(BadRow, match=said):
        fetcher.fetch(f"{web}/{place}")


def test_a_name_that_leads_into_a_private_network_is_refused(tmp_path):
    with pytest.raises(BadRow, match="private network"):
        address("localhost", 80)
    for url in ("http://localhost/x", "http://2130706433/x", "http://0x7f.1/x"):
        with pytest.raises(BadRow):
            Fetcher(["localhost", "2130706433", "0x7f.1"], tmp_path).fetch(url)
    for number in ("127.0.0.1", "169.254.169.254", "::1"):
        assert address(number, 80) == number
