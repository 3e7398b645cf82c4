"""Where an export goes: what stands there already is never lost."""

import json
import os
import threading

import datasets
import pytest

from bot.exchange.problems import BadExport
from bot.exchange.target import ours

GOOD = {"label": "positive"}
HUB = {"format": "huggingface", "level": "items"}


@pytest.fixture
def answered(desk):
    desk.bring(desk.file("r.csv", "id,text\na,Fine\nb,Broken\n"))
    desk.answer(desk.person("ann"), GOOD, GOOD)
    return desk


def names(folder):
    return sorted(one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file())


def test_an_export_into_a_folder_that_holds_more_touches_nothing_else(answered):
    answered.export("home/answers.jsonl", format="jsonl")
    answered.file("home/labelbot.db", "all there is")
    answered.file("home/media/ab/picture", "theirs")
    answered.export("home", **HUB)
    answered.export("home", format="csv", level="items", split={"train": 0.5, "test": 0.5})
    home = answered.folder / "home"
    assert (home / "labelbot.db").read_text() == "all there is"
    assert names(home) == [
        "answers.jsonl", "dataset.json", "labelbot.db", "media/ab/picture", "test.csv", "train.csv",
    ]  # fmt: skip
    assert list(ours(home / "dataset.json")["files"]) == ["answers.jsonl", "test.csv", "train.csv"]


def test_parts_of_an_earlier_export_that_the_new_one_lacks_go(answered):
    answered.export("out", **HUB, split={"train": 0.5, "test": 0.5})
    result, out = answered.export("out", **HUB)
    assert names(out) == ["README.md", "data/train-00000-of-00001.parquet", "dataset.json"]
    assert sorted(one.relative_to(out).as_posix() for one in result.files) == names(out)[1:]


@pytest.mark.parametrize("name", ["data/train-00000-of-00001.parquet", "README.md"])
def test_a_file_that_no_export_wrote_is_not_written_over(answered, name):
    answered.export("out/answers.jsonl", format="jsonl")
    answered.file(f"out/{name}", "theirs")
    with pytest.raises(BadExport, match="is not as labelbot left it"):
        answered.export("out", **HUB)
    assert names(answered.folder / "out") == sorted(["answers.jsonl", "dataset.json", name])
    assert (answered.folder / "out" / name).read_text() == "theirs"


def test_a_card_that_somebody_wrote_is_kept(answered):
    _, out = answered.export("out", **HUB)
    (out / "README.md").write_text("# Reviews\n\nWhat we found out about them.\n")
    with pytest.raises(BadExport, match=r"README\.md is not as labelbot left it"):
        answered.export("out", **HUB)
    assert "found out" in (out / "README.md").read_text()


def test_a_description_that_names_files_elsewhere_does_not_lead_there(answered):
    outside = answered.file("outside.txt", "theirs")
    _, out = answered.export("out", **HUB)
    description = json.loads((out / "dataset.json").read_text())
    about = next(iter(description["files"].values()))
    (out / "link").symlink_to(answered.folder)
    description["files"] |= {"../outside.txt": about, str(outside): about, "link/outside.txt": about, "odd": 5}
    (out / "dataset.json").write_text(json.dumps(description))
    answered.export("out", **HUB)
    assert outside.read_text() == "theirs"


def test_the_folder_itself_stays_so_that_one_may_stand_in_it(answered, monkeypatch):
    _, out = answered.export("out", **HUB)
    number = out.stat().st_ino
    monkeypatch.chdir(out)
    answered.export(out, **HUB)
    assert out.stat().st_ino == number
    (answered.folder / "empty").mkdir()
    number = (answered.folder / "empty").stat().st_ino
    answered.export("empty", **HUB)
    assert (answered.folder / "empty").stat().st_ino == number


def test_an_export_killed_while_its_files_get_their_names_can_be_given_again(answered, monkeypatch):
    answered.export("out", **HUB)
    replace = os.replace

    def dies(source, to):
        if str(to).endswith("train-00000-of-00001.parquet"):
            raise KeyboardInterrupt
        replace(source, to)

    parts = {"train": 0.5, "test": 0.5}
    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", dies)
        with pytest.raises(KeyboardInterrupt):
            answered.export("out", **HUB, split=parts)
    _, out = answered.export("out", **HUB, split=parts)
    assert names(out) == [
        "README.md", "data/test-00000-of-00001.parquet", "data/train-00000-of-00001.parquet", "dataset.json",
    ]  # fmt: skip


def test_a_link_is_followed_and_stays(answered):
    answered.file("store/real.jsonl", "old")
    (answered.folder / "out").mkdir()
    link = answered.folder / "out" / "x.jsonl"
    link.symlink_to("../store/real.jsonl")
    answered.export("out/x.jsonl", format="jsonl")
    assert link.is_symlink()
    assert (answered.folder / "store" / "real.jsonl").read_bytes().count(b"\n") == 2


def test_a_pipe_is_written_into_and_stays_one(answered):
    pipe = answered.folder / "pipe"
    os.mkfifo(pipe)
    heard = []
    reader = threading.Thread(target=lambda: heard.append(pipe.read_bytes()), daemon=True)
    reader.start()
    result, _ = answered.export("pipe", format="jsonl")
    reader.join()
    assert heard[0].count(b"\n") == result.rows == 2
    assert pipe.is_fifo()
    assert not (answered.folder / "dataset.json").exists()
    with pytest.raises(BadExport, match="no folder"):
        answered.export("pipe", **HUB)
    assert pipe.is_fifo()


def test_the_descriptions_own_name_is_refused_before_anything_is_written(answered):
    for asked in ({"name": "out/dataset.json"}, {"name": "out", "split": {"dataset": 1.0}}):
        with pytest.raises(BadExport, match=r"dataset\.json is the name of the description"):
            answered.export(**{"format": "label-studio"} | asked)
    assert not (answered.folder / "out").exists()


def test_hugging_face_sees_that_a_folder_was_exported_anew(answered):
    def loaded():
        return datasets.load_dataset(str(answered.folder / "hub"), cache_dir=str(answered.folder / "cache"))

    shares = {"train": 0.5, "test": 0.5}
    answered.bring(answered.jsonl("many.jsonl", *({"id": f"k{n}", "text": "x"} for n in range(20))))
    answered.export("hub", **HUB, split=shares)
    assert sum(map(len, loaded().values())) == 22
    answered.bring(answered.file("more.csv", "id,text\nc,More\n"))
    answered.export("hub", **HUB, split=shares)
    assert sum(map(len, loaded().values())) == 23
    answered.export("hub", **HUB)
    assert {name: len(part) for name, part in loaded().items()} == {"train": 23}
