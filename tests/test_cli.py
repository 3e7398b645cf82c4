"""The command line as somebody meets it: help, mistakes, and a whole round from a CSV to an export."""

import csv
import errno
import json
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import func, select

from bot.cli import COMMANDS, main
from bot.cli.defining import read_project
from bot.cli.trouble import sentence, writing
from config.settings import variables
from storage import accounts, invites, outbox, people, projects
from storage.database import Transaction, opened, run
from storage.migrations import migrate
from storage.schema import items
from storage.schema import people as people_table
from tests.fakes.slack import FakeSlack
from tests.fakes.telegram import FakeTelegram
from tests.running import ROOT, free_port
from tests.test_docs import environment, manifest_scopes, serving

REVIEWS = """review,body,stars,gold
r1,Works perfectly and looks good too,5,A
r2,"Broke, on the second day, at the hinge",1,
r3,It is grey and has two pockets in all,3,
"""


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> object:
        return json.loads(self.out)


Labelbot = Callable[..., Said]


@pytest.fixture
def labelbot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Labelbot:
    """Runs a command in a folder of the test's own, without settings from outside."""
    monkeypatch.chdir(tmp_path)
    for _, variable, _, _ in variables():
        monkeypatch.delenv(variable, raising=False)

    def command(*arguments: str, **settings: str) -> Said:
        with monkeypatch.context() as here:
            here.setattr(sys, "argv", ["labelbot", *arguments])
            for name, value in settings.items():
                here.setenv(name, value)
            capsys.readouterr()
            with pytest.raises(SystemExit) as ended:
                main()
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return Said(int(ended.value.code or 0), out, err)

    return command


@pytest.fixture
def reviews(labelbot: Labelbot) -> Labelbot:
    """With a project of three items."""
    Path("reviews.csv").write_text(REVIEWS, encoding="utf-8")
    assert labelbot("start", "reviews.csv", "--labels", "A,B", "--no-run").code == 0
    return labelbot


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(labelbot, command):
    said = labelbot(command, "--help")
    assert said.code == 0
    assert f"Example: labelbot {command}" in said.out


def test_the_list_of_commands_cuts_no_sentence(labelbot):
    said = labelbot("--help")
    assert said.code == 0
    assert "..." not in said.out.partition("Commands:")[2]


@pytest.mark.parametrize(("typed", "meant"), [("reprot", "report"), ("improt", "import"), ("doktor", "doctor")])
def test_a_typo_is_met_with_the_command_that_was_meant(labelbot, typed, meant):
    said = labelbot(typed, "reviews")
    assert said.code == 2
    assert f"Did you mean “{meant}”?" in said.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("frobnicate",), "No such command"),
        (("import", "reviews"), "name a file"),
        (("import", "reviews", "--map", "text"), "NAME=VALUE"),
        (("import", "reviews", "a.csv", "--undo", "1"), "takes no files"),
        (("invite",), "name a project"),
        (("invite", "reviews", "--expires", "soon"), "30m, 12h or 7d"),
        (("export", "reviews"), "--output"),
        (("export", "reviews", "-o", "x", "--since", "today"), "2026-01-31"),
        (("export", "reviews", "-o", "x", "--split", "train"), "train=.8"),
        (("export", "reviews", "-o", "x", "--split", "train=.5"), "make 1 together"),
        (("export", "reviews", "-o", "x", "--only", "lable"), "for answers there is label, skip"),
        (("people", "reviews", "--role", "ab=king"), "no role “king”"),
        (("people", "reviews", "--rename", "ab"), "ID=NAME"),
        (("report", "reviews", "--picture", "out/x.jpg"), "call it x.png"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_is_wanted(labelbot, arguments, says):
    said = labelbot(*arguments)
    assert said.code == 2
    assert says in said.err


@pytest.mark.parametrize(
    "arguments", [("projects",), ("report", "reviews"), ("import", "reviews", "x.csv"), ("people", "x")]
)
def test_without_a_database_it_says_where_it_looked_and_what_to_type(labelbot, tmp_path, arguments):
    said = labelbot(*arguments)
    assert said.code == 1
    assert str(tmp_path / "labelbot-data" / "labelbot.db") in said.err
    assert "labelbot new sentiment" in said.err
    assert not (tmp_path / "labelbot-data").exists()


def test_a_project_that_is_not_there_is_met_with_those_that_are(reviews):
    said = reviews("report", "reviws")
    assert said.code == 1
    assert "labelbot.db" in said.err
    assert "Did you mean “reviews”? There is: reviews" in said.err


def test_a_database_without_a_project_says_what_to_type(labelbot, tmp_path):
    (tmp_path / "labelbot-data").mkdir()
    migrate(f"sqlite:///{tmp_path}/labelbot-data/labelbot.db")
    assert labelbot("doctor", "--offline").code == 0
    assert "Make one: labelbot new sentiment" in labelbot("report", "reviews").err
    assert "No projects yet. Make one: labelbot new sentiment" in labelbot("projects").out


@pytest.mark.parametrize("arguments", [("check",), ("apply",), ("start",), ("import", "reviews")])
def test_a_file_that_is_not_there_is_something_to_mend(reviews, arguments):
    said = reviews(*arguments, "nothing.toml")
    assert (said.code, said.err.count("\n"), "nothing.toml" in said.err) == (1, 1, True)


@pytest.mark.parametrize("command", ["check", "apply"])
def test_a_bad_project_file_is_one_line_with_its_place(labelbot, tmp_path, command):
    (tmp_path / "bad.toml").write_text('name = "x"\ntype = "choice"\noverlpa = 2\n', encoding="utf-8")
    said = labelbot(command, "bad.toml")
    assert said.code == 1
    assert said.err.count("\n") == 1
    assert "bad.toml, line 3" in said.err
    assert "`overlap`" in said.err
    assert not (tmp_path / "labelbot-data").exists()


def test_templates_are_listed_written_and_not_written_over(labelbot):
    assert "sentiment" in labelbot("new").out
    assert "There is: " in labelbot("new", "sentimant").err
    assert labelbot("new", "tickets").code == 0
    assert labelbot("check", "tickets.toml").code == 0
    assert "is there already" in labelbot("new", "tickets").err


@pytest.mark.parametrize(
    ("overlap", "said"),
    [("1", "1 answer an item."), ("3", "3 answers an item."), ("{min = 2, max = 4}", "2 to 4 answers an item.")],
)
def test_a_checked_file_is_told_by_what_it_asks(labelbot, overlap, said):
    file = Path("p.toml")
    file.write_text(f'name = "p"\ntype = "choice"\nlabels = ["a", "b"]\noverlap = {overlap}\n', encoding="utf-8")
    assert labelbot("check", str(file)).out == f"p.toml is fine: “p” asks choice (2 labels); {said}\n"


def test_start_writes_a_project_and_imports(reviews):
    project = Path("reviews.toml").read_text(encoding="utf-8")
    assert 'type = "choice"' in project
    assert project.endswith('"\n')
    assert reviews("check", "reviews.toml").code == 0


@pytest.mark.parametrize(
    ("source", "heard"),
    [
        ("texts.csv", False),
        ("lines.jsonl", False),
        ("photos", False),
        ("clips.csv", True),
        ("voices", True),
        ("tasks.json", True),
    ],
)
def test_start_without_labels_offers_unintelligible_only_where_something_is_heard(labelbot, source, heard):
    Path("texts.csv").write_text("text\nIt works perfectly and looks good too.\n", encoding="utf-8")
    Path("lines.jsonl").write_text('{"question": "How far is the moon from here, roughly?"}\n', encoding="utf-8")
    for folder, sample in (("photos", "images/cat.jpg"), ("voices", "transcripts/kettle.mp3")):
        Path(folder).mkdir()
        shutil.copy(ROOT / "config/samples" / sample, folder)
    clip = next(Path("voices").iterdir())
    Path("clips.csv").write_text(f"clip\n{clip}\n", encoding="utf-8")
    Path("tasks.json").write_text(json.dumps([{"id": 1, "data": {"audio": str(clip)}}]), encoding="utf-8")
    assert labelbot("start", source, "--name", "it", "--no-run").code == 0
    asked = read_project(Path("it.toml")).questions[0]
    assert (asked.type, asked.options) == ("transcript", {} if heard else {"unintelligible": False})


@pytest.mark.parametrize("mark", ["boxes", "masks", "spans"])
def test_start_has_people_mark_what_an_item_shows(labelbot, mark):
    Path("texts.csv").write_text("text\nAda lived in London.\n", encoding="utf-8")
    Path("photos").mkdir()
    shutil.copy(ROOT / "config/samples/images/cat.jpg", "photos")
    source = "texts.csv" if mark == "spans" else "photos"
    assert labelbot("start", source, "--mark", mark, "--no-run").code == 2
    assert labelbot("start", source, "--mark", mark, "--labels", "A,B", "--several", "--no-run").code == 2
    started = labelbot("start", source, "--mark", mark, "--labels", "A", "--no-run")
    assert (started.code, "1 new" in started.out) == (0, True)
    assert read_project(Path(f"{Path(source).stem}.toml")).questions[0].type == mark


def test_a_file_without_pictures_is_refused_where_people_mark_in_them(labelbot):
    Path("texts.csv").write_text("text\nAda lived in London.\n", encoding="utf-8")
    refused = labelbot("start", "texts.csv", "--mark", "boxes", "--labels", "A", "--no-run")
    assert (refused.code, Path("texts.toml").exists()) == (1, False)
    assert "texts needs pictures to mark on, and texts.csv has none: text." in refused.err


@pytest.mark.parametrize("options", [("--labels", "A,B"), ()])
def test_start_given_again_goes_on(reviews, options):
    with Path("reviews.toml").open("a", encoding="utf-8") as file:
        file.write('help = "Whatever is good."\n')
    again = reviews("start", "reviews.csv", *options, "--no-run")
    assert again.code == 0
    assert "0 new, 3 known" in again.out
    assert "version 2" in again.out
    assert reviews("projects", "--json").json[0]["items"] == 3


def test_start_does_not_make_another_project_of_one_that_is_there(reviews):
    other = reviews("start", "reviews.csv", "--labels", "A,B,C", "--no-run")
    assert (other.code, "asks something else" in other.err) == (1, True)
    Path("reviews.toml").unlink()
    unseen = reviews("start", "reviews.csv", "--labels", "A,B,C", "--no-run")
    assert (unseen.code, "give another --name" in unseen.err) == (1, True)
    assert not Path("reviews.toml").exists()
    about = {"name": "reviews", "title": "reviews", "state": "open", "version": 1, "items": 3, "done": 0}
    assert reviews("projects", "--json").json == [about]


def test_projects_are_listed_with_title_and_progress(reviews):
    Path("photos.csv").write_text("text\nFine\n", encoding="utf-8")
    assert reviews("start", "photos.csv", "--name", "holiday", "--no-run").code == 0
    holiday, listed = reviews("projects").out.splitlines()
    assert re.fullmatch(r"holiday +photos +0 of 1 item done  version 1  open", holiday)
    assert re.fullmatch(r"reviews +reviews +0 of 2 items done  version 1  open", listed)  # the third is gold


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("empty.csv", "--labels", "A,B"), 1, "empty.csv is empty"),
        (("header.csv", "--labels", "A,B"), 1, "has a header and no rows"),
        (("nothing.csv", "--labels", "A,B"), 1, "There is no nothing.csv"),
        (("reviews.csv", "--labels", "A"), 2, "label"),
        (("reviews.csv", "--labels", "A,A"), 2, "already called 'A'"),
        (("reviews.csv", "--labels", f"A,{'b' * 65}"), 2, "1 to 64 characters"),
        (("reviews.csv", "--several"), 2, "label"),
    ],
)
def test_a_start_that_is_refused_leaves_nothing_behind(labelbot, tmp_path, arguments, code, says):
    Path("empty.csv").touch()
    Path("header.csv").write_text("id,text\n", encoding="utf-8")
    Path("reviews.csv").write_text(REVIEWS, encoding="utf-8")
    before = sorted(tmp_path.iterdir())
    said = labelbot("start", *arguments, "--no-run")
    assert (said.code, says in said.err) == (code, True), said.err
    assert sorted(tmp_path.iterdir()) == before
    Path(arguments[0]).write_text(REVIEWS, encoding="utf-8")
    assert labelbot("start", arguments[0], "--labels", "A,B", "--no-run").code == 0


def test_a_project_is_paused_and_resumed(reviews):
    assert reviews("projects", "--pause", "reviews", "--json").json[0]["state"] == "paused"
    assert reviews("projects", "--resume", "reviews", "--json").json[0]["state"] == "open"
    assert "no project “revews”" in reviews("projects", "--pause", "revews").err


def test_from_a_csv_to_a_report_and_an_export(labelbot, tmp_path):
    (tmp_path / "it.toml").write_text('name = "it"\ntype = "choice"\nlabels = ["A", "B"]\n', encoding="utf-8")
    (tmp_path / "it.csv").write_text(REVIEWS, encoding="utf-8")
    assert "labelbot import it" in labelbot("apply", "it.toml").out
    assert "already" in labelbot("apply", "it.toml").out
    given = ("import", "it", "it.csv", "--map", "id=review", "--map", "text=body")
    dry = labelbot(*given, "--dry-run").out
    assert "body → text: text, shown" in dry
    assert dry.endswith("It would be 3 new, 0 known, 0 changed, 0 rejected.\nNothing was written.\n")
    assert labelbot("projects", "--json").json[0]["items"] == 0
    assert labelbot(*given).out.endswith("3 new, 0 known, 0 changed, 0 rejected\n")
    assert labelbot(*given).out.endswith("0 new, 3 known, 0 changed, 0 rejected\n")
    report = labelbot("report", "it", "--json", "--picture", "charts/it.png")
    assert report.json["parts"] | {"gold": 1, "open": 2, "imported": 3} == report.json["parts"]
    assert (tmp_path / "charts/it.png").read_bytes().startswith(b"\x89PNG")
    assert "3 imported = 2 open + 1 gold" in labelbot("report", "it").out
    assert labelbot("export", "it", "--level", "items", "--format", "csv", "-o", "out/it.csv").code == 0
    with (tmp_path / "out/it.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["item"] for row in rows] == ["r1", "r2", "r3"]
    assert rows[1]["text"] == "Broke, on the second day, at the hinge"
    assert json.loads((tmp_path / "out/dataset.json").read_text("utf-8"))["files"]["it.csv"]["rows"] == 3
    assert labelbot("import", "it", "--undo", "1").out == "3 items withdrawn; 0 stay, for they are answered.\n"


def test_an_export_streams_to_standard_output(reviews):
    said = reviews("export", "reviews", "--level", "items", "-o", "-")
    assert said.code == 0
    assert [json.loads(line)["data"]["review"] for line in said.out.splitlines()] == ["r1", "r2", "r3"]
    assert said.err.startswith("3 rows of 3 items\n")
    Path("one.csv").write_text("text\nFine\n", encoding="utf-8")
    assert reviews("start", "one.csv", "--no-run").code == 0
    assert reviews("export", "one", "--level", "items", "-o", "-").err == "1 row of 1 item\n"
    assert "1 item withdrawn; 0 stay" in reviews("import", "one", "--undo", "1").out


def test_a_source_that_cannot_be_imported_says_why(reviews, tmp_path):
    (tmp_path / "empty.csv").touch()
    for source, says in (("empty.csv", "is empty"), ("nothing.csv", "There is no"), ("reviews.toml", "of no kind")):
        said = reviews("import", "reviews", source)
        assert said.code == 1
        assert says in said.err
    assert "no column 'txt'" in reviews("import", "reviews", "reviews.csv", "--map", "text=txt").err


def test_a_report_is_posted_only_where_a_channel_is_named(reviews):
    assert "has no [summary] channel" in reviews("report", "reviews", "--post").err
    with Path("reviews.toml").open("a", encoding="utf-8") as file:
        file.write('\n[summary]\nchannel = "browser:qa"\n')
    assert "version 2" in reviews("apply", "reviews.toml").out
    assert "browser:qa" in reviews("report", "reviews", "--post").out


def test_an_invite_is_a_code_and_the_links_that_carry_it(reviews):
    found = reviews("invite", "reviews", "--json", LABELBOT_PUBLIC_URL="https://label.example.org").json
    assert re.fullmatch(r"[\w-]{22}", found["code"])
    assert found["links"] == {"browser": f"https://label.example.org/join/{found['code']}"}
    platforms = {"TELEGRAM_BOT_TOKEN": "1:x", "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_COMMAND": "/annotate"}
    links = reviews("invite", "reviews", "--json", **platforms).json["links"]
    assert set(links) == {"telegram", "slack", "browser"}
    assert links["slack"].startswith("type: /annotate join ")
    said = reviews("invite", "--owner", "--qr")
    assert said.code == 0
    assert re.search(r"Code: [\w-]{22} \(the owner, once\)", said.out)
    assert "(5 reviewers of reviews)" in reviews("invite", "reviews", "--role", "reviewer", "--uses", "5").out
    assert said.out.count("█") > 20


def test_people_are_listed_renamed_given_a_role_and_removed(reviews, tmp_path):
    who = _somebody(tmp_path)
    assert reviews("people", "reviews", "--json").json[0]["name"] == "Bo"
    assert "Ada" in reviews("people", "reviews", "--rename", f"{who[:6]}=Ada").out
    assert reviews("people", "reviews", "--role", f"{who}=reviewer", "--json").json[0]["role"] == "reviewer"
    assert "nobody here" in reviews("people", "reviews", "--remove", "zzzz").err
    left = reviews("people", "reviews", "--remove", who, "--json").json
    assert [one["role"] for one in left] in ([], [None])


def test_who_is_removed_does_not_come_back_by_a_code_that_was_revoked(reviews, tmp_path):
    who = _somebody(tmp_path)
    assert "still" not in reviews("people", "reviews", "--remove", who).err
    other = reviews("invite", "--owner", "--json").json["code"]
    codes = [reviews("invite", "reviews", "--json").json["code"] for _ in range(2)]
    with opened(f"sqlite:///{tmp_path}/labelbot-data/labelbot.db") as database:
        ada = run(database, lambda tx: _come(tx, "reviews", "Ada").public)
        said = reviews("people", "reviews", "--remove", ada, "--json")
        assert "2 codes handed out still let people in" in said.err
        assert (said.json, said.err.count("\n"), "labelbot invite reviews --revoke" in said.err) == ([], 1, True)
        assert reviews("invite", "reviews", "--revoke").out.startswith("2 invites revoked")
        assert [run(database, lambda tx, code=code: people.spend(tx, code)) for code in codes] == [None, None]
        assert run(database, lambda tx: invites.read(tx, other))
    assert reviews("invite", "reviews", "--revoke", "--json").json == {"revoked": 0}
    assert reviews("invite", "--owner", "--revoke").out.startswith("1 invite revoked")


def test_the_last_who_may_run_a_project_is_not_removed_from_it(reviews, tmp_path):
    with opened(f"sqlite:///{tmp_path}/labelbot-data/labelbot.db") as database:
        ada = run(database, lambda tx: _come(tx, "reviews", "Ada", "owner").public)
        bo = run(database, lambda tx: _come(tx, "reviews").public)
    for change in (("--remove", ada), ("--role", f"{ada}=annotator")):
        said = reviews("people", "reviews", *change)
        assert (said.code, "nobody would own or administer" in said.err) == (1, True)
    roles = {one["id"]: one["role"] for one in reviews("people", "reviews", "--json").json}
    assert roles == {ada: "owner", bo: "annotator"}
    assert reviews("people", "reviews", "--role", f"{bo}=admin").code == 0
    assert reviews("people", "reviews", "--remove", ada).code == 0


def test_the_owner_of_all_is_said_to_stay_so_when_removed_from_a_project(reviews, tmp_path):
    who = _somebody(tmp_path)
    with opened(f"sqlite:///{tmp_path}/labelbot-data/labelbot.db") as database:
        run(
            database,
            lambda tx: people.make_owner(tx, tx.value(select(people_table.c.id).where(people_table.c.public == who))),
        )
    said = reviews("people", "reviews", "--remove", who)
    assert (said.code, "Bo owns this whole labelbot" in said.err) == (0, True)


def _somebody(folder: Path) -> str:
    """An annotator who has come in; their public id."""
    with opened(f"sqlite:///{folder}/labelbot-data/labelbot.db") as database:
        return run(database, lambda tx: _come(tx, "reviews").public)


def _come(tx: Transaction, project: str, name: str = "Bo", role: str = "annotator") -> people.Person:
    account = accounts.account(tx, "browser", "local")
    person = people.welcome(tx, account, name, name, name, "en")
    people.set_role(tx, projects.named(tx, project).id, person.id, role)
    return person


def test_a_wrong_line_in_the_env_file_is_named(labelbot, tmp_path):
    (tmp_path / ".env").write_text("# settings\nTELEGRAM_BOT_TOKEN\n", encoding="utf-8")
    assert labelbot("projects").err == "labelbot: .env, line 2: expected NAME=value\n"
    said = labelbot("doctor")
    assert (said.code, ".env, line 2" in said.out) == (1, True)


def test_an_env_file_in_another_encoding_is_named_with_its_line(labelbot, tmp_path):
    (tmp_path / ".env").write_bytes("# settings\nLABELBOT_HOME=möbel\n".encode("latin-1"))
    said = labelbot("projects")
    assert (said.code, said.err.count("\n"), ".env, line 2: this is not UTF-8" in said.err) == (1, 1, True)


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", "203.0.113.1"])
def test_an_address_of_another_machine_is_nothing_to_listen_on(labelbot, host):
    said = labelbot("run", LABELBOT_LISTEN=f"{host}:8080")
    assert (said.code, said.err.count("\n")) == (1, 1)
    assert f"cannot listen on {host}:8080" in said.err
    assert "LABELBOT_LISTEN" in said.err
    assert "Errno" not in said.err


@pytest.mark.parametrize("command", [("projects",), ("run",)])
def test_a_file_that_is_no_database_is_one_sentence(labelbot, tmp_path, command):
    (tmp_path / "notes.db").write_text("Buy milk.\n" * 200, encoding="utf-8")
    url = {"LABELBOT_DATABASE_URL": f"sqlite:///{tmp_path}/notes.db"}
    said = labelbot(*command, **url, LABELBOT_LISTEN="127.0.0.1:0")
    assert (said.code, said.err.count("\n"), "not an SQLite database" in said.err) == (1, 1, True)
    examined = labelbot("doctor", "--offline", **url)
    assert (examined.code, "notes.db: its file is not an SQLite database" in examined.out) == (1, True)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_what_a_terminal_cannot_write_is_replaced(reviews, tmp_path, encoding):
    env = environment(PYTHONIOENCODING=encoding, PYTHONPATH=str(ROOT))
    for line in ("import reviews reviews.csv --map text=body", "report reviews"):
        program = [sys.executable, "-m", "bot", *line.split()]
        ended = subprocess.run(program, cwd=tmp_path, env=env, capture_output=True)
        assert (ended.returncode, ended.stderr) == (0, b"")


def test_a_system_error_is_told_in_words_with_its_path(reviews, tmp_path):
    said = reviews("new", "tickets", "-o", "nowhere/tickets.toml")
    assert said.err == "labelbot: nowhere/tickets.toml: there is no such file or folder\n"
    (tmp_path / "file").touch()
    said = reviews("apply", "reviews.toml", LABELBOT_HOME=str(tmp_path / "file"))
    assert said.err == f"labelbot: {tmp_path}/file: there is a file of that name, so it can be no folder\n"
    with pytest.raises(OSError, match="No space") as full, writing(tmp_path / "chart.png"):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert sentence(full.value) == f"{tmp_path}/chart.png: the disk is full"
    said = reviews("projects", LABELBOT_DATABASE_URL=f"sqlite:///{tmp_path}")
    assert said.err == "labelbot: database: its file cannot be opened. `labelbot doctor` looks at it.\n"


def test_a_password_is_shown_nowhere(labelbot):
    url = "postgresql://bot:HUSH@127.0.0.1:1/db?user=u&password=HUSH&sslpassword=HUSH&connect_timeout=2"
    for command in (("projects",), ("doctor", "--offline"), ("doctor", "--offline", "--json")):
        said = labelbot(*command, LABELBOT_DATABASE_URL=url)
        assert said.code == 1
        assert "HUSH" not in said.out + said.err
    assert "connect_timeout=2" in said.out


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("LABELBOT_LISTEN", "8080"),
        ("LABELBOT_LISTEN", "127.0.0.1:²"),
        ("LABELBOT_PUBLIC_URL", "label.example.org"),
        ("LABELBOT_PUBLIC_URL", "http://[::1"),
        ("LABELBOT_PUBLIC_URL", "https://label example.org"),
        ("LABELBOT_PUBLIC_URL", "https://label.example.org:https"),
        ("LABELBOT_DATABASE_URL", "mysql://x"),
        ("LABELBOT_DATABASE_URL", "postgresql://bot:secret@host:notaport/db"),
        ("TELEGRAM_BOT_TOKEN", "secret-without-colon"),
        ("TELEGRAM_MODE", "pushing"),
        ("SLACK_BOT_TOKEN", "xapp-mistaken"),
        ("SLACK_APP_TOKEN", "xoxb-mistaken"),
    ],
)
def test_a_setting_that_cannot_be_is_named_and_a_secret_is_not_shown(labelbot, variable, value):
    said = labelbot("run", **{variable: value})
    assert said.code == 1
    assert said.err.startswith(f"labelbot: {variable} ")
    assert said.err.count("\n") == 1
    if "TOKEN" in variable:
        assert value not in said.err


def test_a_database_that_does_not_answer_is_one_line_without_its_password(labelbot):
    url = "postgresql://bot:swordfish@127.0.0.1:1/labelbot"
    said = labelbot("projects", LABELBOT_DATABASE_URL=url)
    assert said.code == 1
    assert said.err.count("\n") == 1
    assert "refused" in said.err
    assert "swordfish" not in said.err
    examined = labelbot("doctor", "--offline", LABELBOT_DATABASE_URL=url)
    assert examined.code == 1
    assert "LABELBOT_DATABASE_URL is right" in examined.out
    assert "swordfish" not in examined.out


def test_start_beside_another_labelbot_moves_on_to_a_free_port_and_so_does_the_next(tmp_path):
    (tmp_path / "reviews.csv").write_text(REVIEWS, encoding="utf-8")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = f"127.0.0.1:{other.getsockname()[1]}"
        for new in (3, 0):
            env = environment(LABELBOT_LISTEN=taken)
            with serving("labelbot start reviews.csv --labels A,B", tmp_path, env, "/join/") as said:
                assert f"{new} new" in said()
                (listens,) = re.findall(r"export LABELBOT_LISTEN=(\S+)", said())
                assert listens != taken
                assert f"http://{listens}/join/" in said()


def test_a_port_that_is_taken_is_named(labelbot):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        address = f"127.0.0.1:{other.getsockname()[1]}"
        said = labelbot("run", LABELBOT_LISTEN=address)
    assert said.code == 1
    assert address in said.err
    assert re.search(r"such as LABELBOT_LISTEN=127\.0\.0\.1:\d+$", said.err)


def test_a_demo_does_not_move_into_a_folder_of_other_things(labelbot, tmp_path):
    (tmp_path / "thesis.txt").touch()
    said = labelbot("demo", "--home", str(tmp_path))
    assert said.code == 1
    assert "--home" in said.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["thesis.txt"]


def test_a_demo_is_done_by_one_person(tmp_path):
    line = f"labelbot demo --home {tmp_path / 'demo'} --listen 127.0.0.1:{free_port()}"
    with serving(line, tmp_path, environment(), "Stop with"):
        pass
    for name in ("sentiment", "images", "tickets", "transcripts", "fraud"):
        assert read_project(tmp_path / "demo" / f"{name}.toml").overlap == 1
    with opened(f"sqlite:///{tmp_path}/demo/labelbot.db") as database:
        assert run(database, lambda tx: tx.value(select(func.max(items.c.overlap)))) == 1


def findings(said: Said) -> dict[str, str]:
    """What is wrong, and what mends it."""
    return {one["what"]: one["mend"] for one in json.loads(said.out) if not one["ok"]}


def test_doctor_finds_nothing_wrong_where_nothing_is(reviews):
    said = reviews("doctor", "--json")
    assert (said.code, findings(said)) == (0, {})
    assert all(variable in said.out for _, variable, _, _ in variables())


def test_doctor_shows_what_failed_until_it_is_told_to_forget(reviews, tmp_path):
    with opened(f"sqlite:///{tmp_path / 'labelbot-data' / 'labelbot.db'}") as database:

        def fail(tx):
            account = accounts.account(tx, "telegram", "1")
            for _ in range(3):
                accounts.failed(tx, account, "u77", "ValueError")
            chat = accounts.chat(tx, account, "7")
            row = outbox.add(tx, account=account, chat=chat, kind="notice", payload={})
            outbox.give_up(tx, row, "the message is too long")

        run(database, fail)
    for _ in range(2):
        said = findings(reviews("doctor", "--json", "--offline"))
        assert ["u77: ValueError" in what or "the message is too long" in what for what in said] == [True, True]
        assert all("--forget" in mend for mend in said.values())
    assert findings(reviews("doctor", "--json", "--offline", "--forget")) == {}
    assert reviews("doctor", "--offline").code == 0


def test_doctor_finds_a_token_that_telegram_refuses(reviews):
    with FakeTelegram("1:right") as telegram:
        right = reviews("doctor", "--json", TELEGRAM_BOT_TOKEN="1:right", TELEGRAM_API_URL=telegram.url)
        wrong = reviews("doctor", "--json", TELEGRAM_BOT_TOKEN="1:wrong", TELEGRAM_API_URL=telegram.url)
    assert (right.code, wrong.code) == (0, 1)
    ((what, mend),) = findings(wrong).items()
    assert "Telegram refuses the token" in what
    assert "BotFather" in mend
    assert "1:wrong" not in wrong.out


def test_doctor_finds_a_scope_that_is_missing_in_slack(reviews):
    scopes = [scope for scope in manifest_scopes() if scope != "files:read"]
    with FakeSlack(scopes=scopes) as slack:
        slack.use_socket_mode()
        tokens = {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token}
        said = reviews("doctor", "--json", SLACK_API_URL=f"{slack.url}/api/", **tokens)
    assert said.code == 1
    ((what, mend),) = findings(said).items()
    assert "files:read" in what
    assert "OAuth & Permissions" in mend


def test_doctor_finds_a_slack_token_that_is_wrong_and_one_that_is_missing(reviews):
    with FakeSlack() as slack:
        slack.use_socket_mode()
        there = {"SLACK_API_URL": f"{slack.url}/api/", "SLACK_BOT_TOKEN": slack.bot_token}
        wrong = reviews("doctor", "--json", **there, SLACK_APP_TOKEN="xapp-wrong")
        alone = reviews("doctor", "--json", **there)
    assert wrong.code == alone.code == 1
    assert any("SLACK_APP_TOKEN" in f"{what} {mend}" for what, mend in findings(wrong).items())
    assert any("SLACK_SIGNING_SECRET" in mend for mend in findings(alone).values())


def test_doctor_finds_a_folder_that_cannot_be_written(labelbot, tmp_path):
    (tmp_path / "file").touch()
    said = labelbot("doctor", "--offline", "--json", LABELBOT_HOME=str(tmp_path / "file" / "home"))
    assert said.code == 1
    (mend,) = (mend for what, mend in findings(said).items() if "cannot write" in what)
    assert "LABELBOT_HOME" in mend


def test_doctor_finds_a_database_of_a_newer_program(reviews, tmp_path):
    with sqlite3.connect(tmp_path / "labelbot-data/labelbot.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    said = reviews("doctor", "--offline", "--json")
    assert said.code == 1
    ((what, mend),) = findings(said).items()
    assert "9999" in what
    assert "newer labelbot" in mend
    refused = reviews("projects")
    assert (refused.code, refused.err.count("\n")) == (1, 1)


def test_doctor_finds_a_public_address_nobody_answers(reviews):
    said = reviews("doctor", "--json", LABELBOT_PUBLIC_URL="http://127.0.0.1:1")
    assert said.code == 1
    assert any("cannot be reached" in what for what in findings(said))


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("", "cannot be opened from Telegram and Slack"),
        ("http://labels.example", "LABELBOT_PUBLIC_URL to an https address"),
        ("https://labels.example", "opens from Telegram and Slack at https://labels.example"),
    ],
)
def test_doctor_explains_where_the_page_to_mark_on_opens(reviews, address, says):
    settings = {"TELEGRAM_BOT_TOKEN": "1:right", "LABELBOT_PUBLIC_URL": address}
    said = reviews("doctor", "--offline", **settings)
    assert said.code == 0
    assert says in said.out
    assert "page to mark on" not in reviews("doctor", "--offline", LABELBOT_PUBLIC_URL=address).out


@contextmanager
def site(status: int, body: bytes) -> Iterator[str]:
    """A web site that answers everything alike; its address."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (200, b"ok\n", "is answered by labelbot"),
        (200, b"<h1>Welcome to nginx!</h1>", "is answered by another site"),
        (404, b"Not found", "answers 404"),
        (503, b"the database does not answer\n", "answers 503: the database does not answer"),
    ],
)
def test_doctor_knows_labelbot_from_any_other_site(reviews, status, body, says):
    with site(status, body) as address:
        said = reviews("doctor", LABELBOT_PUBLIC_URL=address)
    (line,) = [line for line in said.out.splitlines() if "/healthz" in line]
    assert says in line
    assert line.startswith("✓" if body == b"ok\n" else "✗")


def test_doctor_makes_nothing_where_nothing_is(labelbot, tmp_path):
    home = tmp_path / "mistaken" / "home"
    said = labelbot("doctor", "--offline", "--json", LABELBOT_HOME=str(home))
    assert said.code == 1
    ((what, mend),) = findings(said).items()
    assert what == f"there is no database at {home}/labelbot.db yet"
    assert "LABELBOT_HOME" in mend
    assert "labelbot new sentiment" in mend
    assert list(tmp_path.iterdir()) == []
    home.mkdir(parents=True)
    (home / "labelbot.db").touch()
    said = labelbot("doctor", "--offline", "--json", LABELBOT_HOME=str(home))
    assert [what.endswith("labelbot.db is empty") for what in findings(said)] == [True]
    assert [path.name for path in home.iterdir()] == ["labelbot.db"]


def test_doctor_makes_no_tables_in_an_empty_postgresql(labelbot, postgres):
    url = postgres.empty()
    for _ in range(2):
        said = labelbot("doctor", "--offline", "--json", LABELBOT_DATABASE_URL=url)
        assert [what.endswith("is empty") for what in findings(said)] == [True]
    migrate(url)
    assert labelbot("doctor", "--offline", LABELBOT_DATABASE_URL=url).code == 0
    postgres.drop(url)


def test_doctor_finds_media_that_are_gone(reviews, tmp_path):
    Path("photos").mkdir()
    shutil.copy(ROOT / "config/samples/images/cat.jpg", "photos")
    assert reviews("start", "photos", "--labels", "A,B", "--no-run").code == 0
    assert "1 media file was looked for, all there" in reviews("doctor", "--offline").out
    shutil.rmtree(tmp_path / "labelbot-data" / "media")
    said = reviews("doctor", "--offline", "--json")
    ((what, mend),) = findings(said).items()
    assert what.startswith(f"1 media file was looked for, and 1 not found in {tmp_path}/labelbot-data/media (photos: ")
    assert "backup" in mend


@pytest.mark.parametrize(("variable", "value"), [("SLACK_APP_TOKEN", "xapp-1"), ("SLACK_SIGNING_SECRET", "hush")])
def test_doctor_misses_the_bot_token_that_slack_needs(reviews, variable, value):
    said = reviews("doctor", "--offline", "--json", **{variable: value})
    assert said.code == 1
    ((what, mend),) = findings(said).items()
    assert what.startswith(f"{variable} is set, but SLACK_BOT_TOKEN is not")
    assert "xoxb-" in mend


def test_doctor_says_plainly_what_is_set_and_what_is_not(reviews):
    said = reviews("doctor", "--offline", TELEGRAM_MODE="polling").out
    assert "✓ SLACK_BOT_TOKEN is not set (the Bot User OAuth Token, xoxb-…; switches Slack on)" in said
    assert "✓ TELEGRAM_MODE = polling (from environment): how Telegram delivers" in said
    assert "✓ LABELBOT_HOME = labelbot-data (default): folder of" in said


def test_what_an_export_leaves_out_is_a_note_that_contradicts_nothing(reviews, tmp_path):
    Path("photos").mkdir()
    shutil.copy(ROOT / "config/samples/images/cat.jpg", "photos")
    assert reviews("start", "photos", "--labels", "A,B", "--no-run").code == 0
    said = reviews("export", "photos", "--level", "items", "--media", "-o", "out")
    assert "Note: Pictures, sounds and films are in it as people are shown them" in said.err
    assert "Not in it" not in said.err


def test_a_test_that_lacks_gold_is_told(labelbot):
    Path("r.csv").write_text(REVIEWS, encoding="utf-8")
    assert labelbot("start", "r.csv", "--labels", "A,B", "--no-run").code == 0
    text = Path("r.toml").read_text(encoding="utf-8")
    Path("r.toml").write_text(text + "\n[qualification]\nitems = 2\n", encoding="utf-8")
    lacking = "the test of r takes 2 gold items, and there are 1"
    assert lacking in labelbot("apply", "r.toml").out
    assert lacking in labelbot("doctor", "--offline").out
    Path("r.toml").write_text(text + "\n[qualification]\nitems = 1\n", encoding="utf-8")
    assert "the test of r" not in labelbot("apply", "r.toml").out
    assert "the test of r" not in labelbot("doctor", "--offline").out


def test_feedback_and_a_share_of_gold_without_gold_are_told(labelbot):
    Path("r.csv").write_text("text\nLovely\nBroken\n", encoding="utf-8")
    assert labelbot("start", "r.csv", "--labels", "A,B", "--no-run").code == 0
    share = "✓ r has no gold items: how well people label is told by their agreement only"
    assert share in labelbot("doctor", "--offline").out
    assert "Note" not in labelbot("check", "r.toml").out
    text = Path("r.toml").read_text(encoding="utf-8")
    Path("r.toml").write_text("gold_feedback = true\n" + text + "\n[qualification]\n", encoding="utf-8")
    assert "Note: [qualification] takes 5 gold items" in labelbot("check", "r.toml").out
    Path("r.toml").write_text("gold_feedback = true\n" + text, encoding="utf-8")
    assert "Note: gold_feedback needs some gold items" in labelbot("check", "r.toml").out
    lacking = "r tells people what is right on gold (gold_feedback), and it has no gold items"
    assert f"Note: {lacking}. Import some" in labelbot("apply", "r.toml").out
    assert f"✗ {lacking}" in labelbot("doctor", "--offline").out
    Path("g.csv").write_text("text,gold,explanation\nFine,A,Praise.\n", encoding="utf-8")
    assert labelbot("import", "r", "g.csv").code == 0
    assert "✓ r has 1 gold item, and a person meets each once" in labelbot("doctor", "--offline").out
    assert "Note" not in labelbot("apply", "r.toml").out


def test_item_tells_what_people_made_of_it(labelbot):
    Path("photos").mkdir()
    shutil.copy(ROOT / "config/samples/images/cat.jpg", "photos")
    assert labelbot("start", "photos", "--mark", "boxes", "--labels", "cat", "--no-run").code == 0
    key = labelbot("export", "photos", "--format", "jsonl", "--level", "items", "-o", "-").json["item"]
    assert "Nobody has answered it yet." in labelbot("item", "photos", key).out
    exported = {"item": key, "data": {"image": "photos/cat.jpg"}, "person": "p1", "status": "live", "seconds": 1}
    rows = [
        exported | {"person": who, "label": [label], "answered_at": "2026-05-04T10:00:00Z", "schema_version": 1}
        for who, label in (
            ("p1", {"label": "cat", "x": 0, "y": 0, "width": 300, "height": 300}),
            ("p2", {"label": "cat", "x": 0, "y": 0, "width": 300, "height": 240}),
        )
    ]
    Path("answers.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert labelbot("import", "photos", "answers.jsonl").code == 0
    told = labelbot("item", "photos", key, "--picture", "cat.jpg")
    assert (told.code, told.out.count("1 cat")) == (0, 2)
    with Image.open("cat.jpg") as drawn:
        assert drawn.format == "JPEG"
    assert labelbot("item", "photos", "nonsense").code == 1
    assert labelbot("item", "photos", key, "--no-gold").code == 1
    assert labelbot("item", "photos", key, "--make-gold", "--no-gold").code == 2
    assert f"{key} is gold now." in labelbot("item", "photos", key, "--make-gold", "--why", "It is big.").out
    assert labelbot("item", "photos", key, "--make-gold").code == 1
    known = labelbot("export", "photos", "--format", "jsonl", "--level", "items", "--only", "gold", "-o", "-").json
    assert known["gold"] == [{"label": "cat", "x": 0, "y": 0, "width": 300, "height": 270}]
    assert f"{key} is no longer gold." in labelbot("item", "photos", key, "--no-gold").out
    assert labelbot("item", "photos", key, "--picture", "cat.png").code == 2
