"""The demo as it is started: its link brings its owner back, and it ends when nobody reads what it says."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

COMMAND = [sys.executable, "-m", "bot", "demo", "--listen", "127.0.0.1:0", "--home"]


@contextmanager
def demo(home: Path) -> Iterator[str]:
    """A demo that runs; its link."""
    with subprocess.Popen([*COMMAND, str(home)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if "Stop with" in line:
                break
        yield re.findall(r"Open +(http://\S+/join/\S+)", said)[0]
        process.send_signal(signal.SIGTERM)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Filled, and with an owner."""
    home = tmp_path_factory.mktemp("demo") / "home"
    with demo(home) as link, httpx.Client() as browser:
        origin = {"origin": link.partition("/join")[0]}
        assert "Try labelbot" in browser.get(link).text
        assert browser.post(link, data={"name": "Ada"}, headers=origin).status_code == 303
        assert browser.get(link).headers["location"] == "/"
    return home


def test_every_start_prints_a_link_that_brings_the_owner_back(home: Path) -> None:
    with demo(home) as link:
        for _ in range(2):
            with httpx.Client() as browser:
                assert browser.get(link, follow_redirects=True).status_code == 200
                assert browser.get(f"{link.partition('/join')[0]}/chat/me").json() == {"name": "Ada"}


def test_a_demo_that_nobody_reads_ends_without_a_word(home: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([*COMMAND, str(home)], stdout=writing, stderr=subprocess.PIPE, timeout=30, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_good_start_is_not_said_to_be_an_error(home: Path) -> None:
    env = {**os.environ, "LABELBOT_HOME": str(home), "LABELBOT_LISTEN": "127.0.0.1:0"}
    with subprocess.Popen([*COMMAND[:3], "run"], stdout=-1, stderr=subprocess.STDOUT, text=True, env=env) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        while "labelbot serves" not in said:
            said += process.stdout.readline()
        address = re.findall(r"pages at (\S+);", said)[0]
        assert httpx.get(f"{address}/healthz").status_code == 200
        process.send_signal(signal.SIGTERM)
        assert "rror" not in said + process.stdout.read()
