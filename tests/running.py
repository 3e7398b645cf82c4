"""The whole program as tests run it: a folder with projects and people, and a process that is started, killed, stopped.

home = make_home(tmp_path, url, REVIEWS, items=30)
with Program(home, {"TELEGRAM_BOT_TOKEN": tg.token, "TELEGRAM_API_URL": tg.url}) as program:
    program.start()
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Self, TypeVar

from sqlalchemy import insert, text

from bot.project import LabelDef, Project, Question
from storage import people, projects
from storage.database import Database, Transaction, opened, run
from storage.files import Files
from storage.media import MediaRow, keep
from storage.schema import people as people_table
from tests.worlds import add_items

T = TypeVar("T")
ROOT = Path(__file__).parents[1]
READY = "labelbot serves"
POLL_SECONDS = 0.01
REVIEWS = Project(
    name="reviews",
    title="Reviews",
    questions=(
        Question(
            "label",
            "How does the writer feel?",
            "choice",
            (LabelDef("positive", "Positive"), LabelDef("negative", "Negative")),
        ),
    ),
    gold_share=0.0,
)
CLIPS = Project(name="clips", title="Clips", questions=(Question("label", "What is said?", "transcript"),))


def wait(condition: Callable[[], T], timeout: float = 10.0, what: Callable[[], object] = str) -> T:
    """The first true value of `condition`; `what` explains a failure."""
    until = time.monotonic() + timeout
    while not (value := condition()):
        if time.monotonic() > until:
            raise AssertionError(f"not in {timeout} s\n{what()}")
        time.sleep(POLL_SECONDS)
    return value


def free_port() -> int:
    """A port nobody listens on; the program and the fakes keep theirs over restarts."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Home:
    """A folder with a database, before anybody has come in. `codes` are invites by project."""

    folder: Path
    url: str
    codes: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        return {"LABELBOT_HOME": str(self.folder), "LABELBOT_DATABASE_URL": self.url}

    def add(self, project: Project, rows: Sequence[dict[str, Any]]) -> int:
        """A project with items and an invite; its id."""
        with opened(self.url) as database:
            return run(database, lambda tx: self._add(tx, project, rows))

    def _add(self, tx: Transaction, project: Project, rows: Sequence[dict[str, Any]]) -> int:
        row, _ = projects.save(tx, project.name, project.as_config())
        given = [{"media": None, "suggestion": None} | one for one in rows]
        add_items(tx, row.id, given, project.overlap, prefix=f"{project.name}-")
        self.codes[project.name] = people.invite(tx, row.id, "annotator", 1000, tx.now + timedelta(days=1))
        return row.id

    def invite(self, project: int | None, role: str = "annotator") -> str:
        with opened(self.url) as database:
            return run(database, lambda tx: people.invite(tx, project, role, 100, tx.now + timedelta(days=1)))

    def keep(self, content: bytes, kind: str, mime: str, size: tuple[int, int] = (64, 64)) -> dict[str, Any]:
        """A prepared file as an item's `media` names it; `size` is that of a picture's original."""
        sha = Files(self.folder / "media").put(content)
        seconds = 1000 if kind == "audio" else None
        width, height = (None, None) if kind == "audio" else size
        row = MediaRow(
            kind=kind, mime=mime, sha256=sha, width=width, height=height, orientation=1, duration_ms=seconds, size=1
        )
        with opened(self.url) as database:
            kept = run(database, lambda tx: keep(tx, {sha: row}))[sha]
        named = {name: getattr(kept, name) for name in ("id", "kind", "mime", "sha256", "width", "height")}
        return named | {"field": kind, "duration_ms": kept.duration_ms}

    def rows(self, statement: str, **params: Any) -> list[dict[str, Any]]:
        """What the database says now, read beside the running program."""
        with self.reader() as ask:
            return ask(statement, **params)

    def write(self, statement: str, **params: Any) -> None:
        """A change that no command makes."""
        with opened(self.url) as database:
            run(database, lambda tx: tx.run(text(statement), params))

    @contextmanager
    def reader(self) -> Iterator[Callable[..., list[dict[str, Any]]]]:
        with opened(self.url) as database:
            yield lambda statement, **params: _rows(database, statement, params)

    def answers(self, project: str = "reviews") -> list[dict[str, Any]]:
        """Live labels, oldest first."""
        return self.rows(ANSWERS, project=project)


ANSWERS = (
    "SELECT a.id, i.key AS item, p.name AS person, a.label, a.card, a.kind FROM answers a "
    "JOIN items i ON i.id = a.item JOIN people p ON p.id = a.person JOIN projects j ON j.id = a.project "
    "WHERE a.live = true AND a.kind = 'label' AND j.name = :project ORDER BY a.id"
)


def _rows(database: Database, statement: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    with database.reading() as connection:
        found = [dict(row._mapping) for row in connection.execute(text(statement), params)]
    for row in found:
        for name in ("label", "draft"):
            if isinstance(row.get(name), str):
                row[name] = json.loads(row[name])
    return found


def make_home(folder: Path, url: str, *given: tuple[Project, int]) -> Home:
    """`given` are projects with the number of their (text) items; the schema must be there."""
    folder.mkdir(parents=True, exist_ok=True)
    home = Home(folder, url)
    with opened(url) as database:
        run(database, _own)
    for project, count in given:
        home.add(project, [{} for _ in range(count)])
    return home


def _own(tx: Transaction) -> None:
    """Somebody owns the installation, so that no start draws a QR code to invite one."""
    row = {"public": "owner", "name": "Owner", "owner": True, "created_at": tx.now}
    tx.run(insert(people_table), row)


class Stable:
    """A process with everything imported, from which programs are started quickly; see tests/preloaded.py."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.preloaded"]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, **asked: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


class Program:
    """`labelbot run`, at one address for all of its lives. With a `stable` it starts ten times as fast."""

    def __init__(
        self, home: Home, settings: Mapping[str, str], *, stable: Stable | None = None, arguments: Iterable[str] = ()
    ) -> None:
        self.home = home
        self.address = f"http://127.0.0.1:{free_port()}"
        listen = {"LABELBOT_LISTEN": self.address.removeprefix("http://")}
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH", "LANG") if name in os.environ}
        self.environment = kept | home.environment | listen | dict(settings)
        self.log = home.folder / "log.txt"
        self.command = [sys.executable, "-m", "bot"]
        self.main = "bot.cli:main"
        """What a stable process calls instead of that command."""
        self.arguments = ["run", *arguments]
        self._stable = stable
        self._process: subprocess.Popen[bytes] | None = None
        self._pid = 0
        self._read = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self.pid:
            self.kill()

    @property
    def pid(self) -> int:
        """0 while it does not run."""
        return self._pid

    @property
    def output(self) -> str:
        """All it has said, over all its lives."""
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""

    def start(self, timeout: float = 20.0) -> float:
        """Seconds until it serves."""
        began = time.monotonic()
        self.launch()
        wait(self._is_ready, timeout, lambda: self.output[self._read :])
        return time.monotonic() - began

    def launch(self) -> None:
        """Starts it without waiting."""
        assert not self._pid, "it runs already"
        self._read = len(self.output)
        if self._stable is not None:
            asked = {"argv": self.arguments, "env": self.environment, "folder": str(self.home.folder)}
            self._pid = self._stable.ask(main=self.main, log=str(self.log), **asked)
            return
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self.command, *self.arguments],
                cwd=self.home.folder,
                env=self.environment | {"PYTHONPATH": os.pathsep.join((str(ROOT), os.environ.get("PYTHONPATH", "")))},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._pid = self._process.pid

    def _is_ready(self) -> bool:
        code = self.ended()
        assert code is None, f"it ended with {code}:\n{self.output[self._read :]}"
        return READY in self.output[self._read :]

    def ended(self) -> int | None:
        """The exit code (negative: the signal), None while it runs."""
        if self._process is not None:
            code = self._process.poll()
        else:
            assert self._stable is not None
            code = self._stable.ask(pid=self._pid)
        if code is not None:
            self._pid, self._process = 0, None
        return code

    def wait_end(self, timeout: float = 15.0) -> int:
        """The exit code of a program that ends by itself."""
        found: list[int] = []

        def has_ended() -> bool:
            code = self.ended()
            found.extend([] if code is None else [code])
            return code is not None

        wait(has_ended, timeout, lambda: self.output[self._read :])
        return found[0]

    def kill(self) -> None:
        """As the kernel does when memory runs out."""
        os.kill(self._pid, signal.SIGKILL)
        self.wait_end()

    def stop(self, timeout: float = 12.0) -> tuple[int, float]:
        """Asks it to end: (exit code, seconds that took)."""
        began = time.monotonic()
        os.kill(self._pid, signal.SIGTERM)
        code = self.wait_end(timeout)
        return code, time.monotonic() - began

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another command in the same folder."""
        return subprocess.run(
            [*self.command, *arguments],
            cwd=self.home.folder,
            env=self.environment | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


def nonces(buttons: Iterable[str]) -> set[str]:
    """The cards that the data of buttons belongs to."""
    return {data.partition(":")[0] for data in buttons if re.match(r"[\w-]{16}:", data)}
