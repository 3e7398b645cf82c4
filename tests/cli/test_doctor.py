"""`doctor`: what is wrong with an installation, each with what to do."""

import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from config.settings import variables
from storage import accounts, outbox
from storage.database import opened, run
from storage.migrations import migrate
from tests.cli.commands import findings
from tests.fakes.slack import FakeSlack
from tests.fakes.telegram import FakeTelegram
from tests.running import ROOT
from tests.test_docs import manifest_scopes


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
