"""What an import would do is told before it does it, and nothing is done for that."""

from bot.exchange.imports import undo_import
from bot.exchange.trial import tried
from tests.exchange.test_media_in import png

GOOD = {"label": "positive"}


def figures(desk, *sources):
    found = tried(desk.database, desk.plan(*sources))
    return (found.new, found.known, found.changed, found.rejected), list(found.lines())


def test_a_trial_tells_what_the_import_then_does(desk):
    desk.bring(desk.file("r.csv", "id,text\na,Fine\nb,Broken\nc,Grey\n"))
    path = desk.file(
        "s.csv", "id,text,gold\na,Fine,\nb,Mended,\nd,New,purple\ne,New,\ne,New,\ne,Other,\nf,,\n,No id,\n"
    )
    counts, lines = figures(desk, path)
    done = desk.bring(path)
    assert counts == (done.new, done.known, done.changed, done.rejected) == (2, 2, 1, 3)
    assert lines[0] == "3 rows would be rejected; the first:"
    assert lines[1].startswith("  line 4: gold: “purple” is not one of the labels")
    assert lines[-2:] == ["It would be 2 new, 2 known, 1 changed, 3 rejected.", "Nothing was written."]


def test_a_trial_writes_nothing_and_an_undone_import_would_be_new_again(desk):
    path = desk.file("r.csv", "id,text\na,Fine\n")
    assert figures(desk, path)[0] == (1, 0, 0, 0)
    assert desk.items() == {}
    assert not (desk.folder / "rejects.jsonl").exists()
    desk.bring(path)
    assert figures(desk, path)[0] == (0, 1, 0, 0)
    undo_import(desk.database, "reviews", 1)
    assert figures(desk, path)[0] == (1, 0, 0, 0)


def test_broken_and_missing_files_are_found_by_a_trial(desk):
    desk.file("f/cat.png", png())
    desk.file("f/none.png", b"")
    counts, lines = figures(desk, desk.folder / "f")
    assert counts == (1, 0, 0, 1)
    assert "  none.png: it is empty" in lines
    desk.bring(desk.folder / "f")
    assert figures(desk, desk.folder / "f")[0] == (0, 1, 0, 1)
    desk.file("list.png", "#EXTM3U\nx\n")
    rows = [{"photo": name} for name in ("f/cat.png", "gone.png", "list.png")]
    counts, lines = figures(desk, desk.jsonl("a.jsonl", *rows))
    assert counts == (1, 0, 0, 2)
    assert "  line 2: photo: there is no file gone.png" in lines
    assert any("list.png is a playlist" in line for line in lines)
    assert "Of 1 item with files, more may be known or changed: the import reads them." in lines


def test_a_trial_fetches_nothing(desk):
    path = desk.jsonl("a.jsonl", {"id": "a", "photo": "http://127.0.0.1:1/cat.png"})
    found = tried(desk.database, desk.plan(path, fetch_hosts=["127.0.0.1"]))
    assert (found.new, found.rejected) == (1, 0)
    assert "1 row names files that would be fetched." in list(found.lines())
    assert figures(desk, path)[0] == (0, 0, 0, 1)


def test_an_export_of_ours_is_tried_item_by_item(desk):
    desk.bring(desk.file("r.csv", "id,text\na,Fine\nb,Broken\n"))
    for name in ("ann", "bob"):
        desk.answer(desk.person(name), GOOD, GOOD)
    _, out = desk.export("out/all.jsonl", format="jsonl")
    assert figures(desk, out)[0] == (0, 4, 0, 0)
