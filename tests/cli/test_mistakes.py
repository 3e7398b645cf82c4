"""Help, and what cannot be: usage, settings, databases; each met with one sentence that says what to do."""

import errno
import subprocess
import sys

import pytest

from bot.cli import COMMANDS
from bot.cli.trouble import sentence, writing
from storage.migrations import migrate
from tests.running import ROOT
from tests.test_docs import environment


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
