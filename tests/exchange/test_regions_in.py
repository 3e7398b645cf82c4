"""Regions of pictures: made at import for projects that mark masks, once, also of pictures known before."""

import asyncio
import io
import json
from dataclasses import replace

import numpy as np
from PIL import Image
from sqlalchemy import func, select

from bot import stored
from bot.bootstrap import regions_of
from bot.chat import Message, Outgoing, Part
from bot.drawn import Drawings
from bot.face import as_media
from bot.project import LabelDef, Project, Question
from storage import regions
from storage.database import run
from storage.schema import media
from storage.schema import regions as table
from tests.exchange.desk import REVIEWS

STREETS = Project("streets", "Streets", (Question("parts", "What?", "masks", (LabelDef("road", "Road"),)),))


def photo(width=400, height=300) -> bytes:
    board = np.zeros((height, width, 3), np.uint8)
    board[: height // 2] = (90, 140, 220)
    board[:, width // 2 :, 0] = 200
    out = io.BytesIO()
    Image.fromarray(board).save(out, "JPEG")
    return out.getvalue()


def count(desk, counted) -> int:
    return run(desk.database, lambda tx: tx.value(select(func.count()).select_from(counted)))


def found(desk, key):
    (picture,) = desk.items()[key].media
    return run(desk.database, lambda tx: stored.regions(tx, picture["id"]))


def test_a_picture_to_be_masked_is_cut_into_regions(desk):
    desk = desk.have(STREETS)
    desk.file("a.jpg", photo())
    desk.bring(desk.jsonl("items.jsonl", {"id": "a", "photo": "a.jpg"}))
    held = found(desk, "a")
    assert (held.width, held.height, held.last) == (400, 300, 60)
    assert sum(held.lengths) == 400 * 300
    assert max(held.runs) == len(held.parents)


def test_other_projects_do_without(desk):
    desk = desk.have(REVIEWS)
    desk.file("a.jpg", photo())
    desk.bring(desk.jsonl("items.jsonl", {"id": "a", "photo": "a.jpg"}))
    assert found(desk, "a") is None
    assert count(desk, table) == 0


def test_a_picture_known_from_another_project_is_cut_when_it_is_needed(desk):
    desk.file("a.jpg", photo())
    other, streets = desk.have(REVIEWS), desk.have(STREETS)
    other.bring(desk.jsonl("items.jsonl", {"id": "a", "photo": "a.jpg"}))
    (before,) = other.items()["a"].media
    streets.bring(desk.jsonl("more.jsonl", {"id": "a", "photo": "a.jpg"}))
    (after,) = streets.items()["a"].media
    assert after["id"] == before["id"]
    assert (count(desk, media), count(desk, table)) == (1, 1)
    assert found(streets, "a") is not None


def test_an_import_that_comes_again_cuts_nothing_anew(desk):
    desk = desk.have(STREETS)
    desk.file("a.jpg", photo())
    rows = desk.jsonl("items.jsonl", {"id": "a", "photo": "a.jpg"}, {"id": "b", "photo": "a.jpg"})
    desk.bring(rows)
    first = found(desk, "a")
    desk.bring(rows)
    assert found(desk, "b") is first  # the very same: decoded once, from the same row
    assert (count(desk, media), count(desk, table)) == (1, 1)


def test_items_that_were_there_before_the_question_get_regions_by_importing_them_again(desk):
    desk = desk.have(replace(STREETS, questions=REVIEWS.questions))
    desk.file("a.jpg", photo())
    rows = desk.jsonl("items.jsonl", {"id": "a", "photo": "a.jpg"})
    desk.bring(rows)
    desk = desk.have(STREETS)
    assert desk.bring(rows).known == 1
    assert found(desk, "a") is not None


def test_a_file_of_ours_that_comes_back_is_cut_too(desk):
    desk.file("a.jpg", photo(3000, 2000))
    other, streets = desk.have(REVIEWS), desk.have(STREETS)
    other.bring(desk.jsonl("items.jsonl", {"id": "a", "photo": "a.jpg"}))
    (served,) = other.items()["a"].media
    desk.file("served.jpg", desk.files.path(served["sha256"]).read_bytes())
    streets.bring(desk.jsonl("more.jsonl", {"id": "a", "photo": "served.jpg"}))
    (back,) = streets.items()["a"].media
    assert back["id"] == served["id"]
    assert count(desk, media) == 1
    assert found(streets, "a") is not None


def test_what_is_kept_first_stays(desk):
    desk = desk.have(STREETS)
    desk.file("a.jpg", photo())
    desk.bring(desk.jsonl("items.jsonl", {"id": "a", "photo": "a.jpg"}))
    (picture,) = desk.items()["a"].media
    before = run(desk.database, lambda tx: regions.load(tx, picture["id"]))
    run(desk.database, lambda tx: regions.keep(tx, {picture["id"]: (1, 1, b"", [1])}))
    assert run(desk.database, lambda tx: regions.load(tx, picture["id"])) == before
    assert json.loads(before.parents) == sorted(json.loads(before.parents))
    assert run(desk.database, lambda tx: regions.load(tx, picture["id"] + 1)) is None
    assert run(desk.database, lambda tx: regions.known(tx, [picture["id"], 99])) == {picture["id"]}


def test_what_is_kept_is_painted_by_number(desk, tmp_path):
    desk = desk.have(STREETS)
    desk.file("a.jpg", photo())
    desk.bring(desk.jsonl("items.jsonl", {"id": "a", "photo": "a.jpg"}))
    picture = as_media(desk.items()["a"].media[0])
    plain = desk.files.path(picture.sha256).read_bytes()
    drawn = replace(picture, drawing=json.dumps({"regions": {"media": picture.id, "coloured": {"1": 0}, "split": [2]}}))
    outgoing = Outgoing(id=1, account=1, chat="7", message=Message(text=(Part("x"),), kind="card", media=(drawn,)))

    async def paint():
        drawings = Drawings(desk.files, tmp_path / "drawings", regions_of(desk.database))
        try:
            (sent,) = (await drawings.paint(outgoing)).message.media
            return drawings.path(sent.sha256).read_bytes()
        finally:
            drawings.close()

    before, after = (
        np.asarray(Image.open(io.BytesIO(one)).convert("RGB")).astype(int) for one in (plain, asyncio.run(paint()))
    )
    held = found(desk, "a")
    first = held.mask(list(held.parts(1)), (400, 300))
    lit = np.repeat(np.arange(len(first)) % 2 == 1, first).reshape(400, 300).T
    rows, columns = np.nonzero(lit)
    if after.shape != before.shape:
        ratio = after.shape[0] / before.shape[0]
        rows, columns = (rows * ratio).astype(int), (columns * ratio).astype(int)
    # Red comes in where region 1 lies: the sky was blue.
    assert np.median(after[rows, columns, 0]) > np.median(before[lit][:, 0]) + 40
