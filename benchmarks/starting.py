"""Start-up and idle memory of `labelbot run`, beside the bare import of the libraries it has loaded. Linux only.

Both platforms are the fakes of the tests, in this process. Run: python -m benchmarks.starting
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from benchmarks.measuring import ROOT, Figure, Rounds, gathered, table
from benchmarks.worlds import make
from tests.fakes.slack import FakeSlack
from tests.fakes.telegram import FakeTelegram

ROUNDS = 4
SETTLE_SECONDS = 2.5
"""After this the program has set up its chats and had its first ticks."""
NAMES = """
import sys
import bot.bootstrap, bot.cli.running, bot.workers, storage.sqlite
import uvicorn.protocols.http.auto, uvicorn.protocols.websockets.auto
if "chats" in sys.argv: import bot.chats.slack, bot.chats.telegram
for name in sys.modules:
    parts = name.split(".")
    known = parts[0] in sys.stdlib_module_names or parts[0] in ("bot", "storage", "config")
    if not known and not any(part.startswith("_") for part in parts): print(name)
"""
"""Private modules are left to the public ones that need them."""
BARE = """
import contextlib, importlib, sys
for name in sys.argv[1:]:
    with contextlib.suppress(ImportError): importlib.import_module(name)
print("labelbot serves", flush=True)
sys.stdin.read()
"""


def libraries(chats: bool) -> list[str]:
    """Modules that are neither ours nor Python's, in the order in which the program loads them."""
    command = [sys.executable, "-c", NAMES, *(["chats"] if chats else [])]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()


def started(command: list[str], environment: Mapping[str, str]) -> dict[str, float]:
    """Seconds of wall time and of CPU until it serves, and MB resident (all, and its own) once it is idle."""
    began = time.perf_counter()
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, env=dict(environment), stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        while not (line := process.stdout.readline()).startswith("labelbot serves"):
            if not line:
                raise RuntimeError("it ended instead of serving")
        found = {"wall": time.perf_counter() - began, "cpu": _cpu(process.pid)}
        time.sleep(SETTLE_SECONDS)
        found |= {"memory": _memory(process.pid)}
        process.terminate()
        process.stdin.close()
        process.wait()
        return found


def _cpu(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def rounds(environment: Mapping[str, str], chats: bool) -> dict[str, Rounds]:
    bare = [sys.executable, "-c", BARE, *libraries(chats)]
    whole = [sys.executable, "-m", "bot", "run", "--log-level", "warning"]
    return gathered(_round(whole, bare, environment) for _ in range(ROUNDS))


def _round(whole: list[str], bare: list[str], environment: Mapping[str, str]) -> dict[str, float]:
    ours, theirs = started(whole, environment), started(bare, environment)
    return ours | {f"bare {name}": value for name, value in theirs.items()}


def home(folder: Path) -> dict[str, str]:
    make(folder / "labelbot.db", 1000)
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {"LABELBOT_HOME": str(folder), "LABELBOT_LISTEN": "127.0.0.1:0", "PYTHONPATH": str(ROOT)}


def both(folder: Path) -> dict[str, Rounds]:
    with FakeTelegram() as telegram, FakeSlack() as slack:
        slack.use_socket_mode()
        settings = {
            "TELEGRAM_BOT_TOKEN": telegram.token,
            "TELEGRAM_API_URL": telegram.url,
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_API_URL": f"{slack.url}/api/",
        }
        return rounds(home(folder) | settings, chats=True)


def figures() -> list[Figure]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return [
            *_told("Telegram and Slack", both(folder / "both"), "≤ 1.3", "≤ 1.3"),
            *_told("browser only", rounds(home(folder / "browser"), chats=False), "≤ 0.9 s", "≤ 65 MB"),
        ]


def _told(who: str, found: Mapping[str, Rounds], start_goal: str, memory_goal: str) -> list[Figure]:
    cpu, bare = found["cpu"], found["bare cpu"]
    start = f"{cpu.told('s')}; wall {found['wall'].least:.2f} s"
    start_floor = f"bare import {bare.told('s')}; wall {found['bare wall'].least:.2f} s"
    memory, bare_memory = found["memory"], found["bare memory"]
    return [
        Figure(f"start-up, {who}: CPU until it serves", start, start_floor, f"{cpu.over(bare):.2f}", start_goal),
        Figure(
            f"idle memory, {who}",
            memory.told("MB", 0),
            f"bare import {bare_memory.told('MB', 0)}",
            f"{memory.over(bare_memory):.2f}",
            memory_goal,
        ),
    ]


if __name__ == "__main__":
    print(table(figures()))  # noqa: T201
