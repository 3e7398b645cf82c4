"""Starts the program from a process that has imported its libraries already: a restart costs a tenth of a second.

Commands come as JSON lines on stdin, each is answered by one line on stdout. What is started is a process of its own,
made by fork, that runs the same `main` as `python -m bot` or another one that is named; it is killed like any other.
"""

import importlib
import json
import os
import signal
import sys
from typing import Any

Json = dict[str, Any]
PRELOADED = (
    "bot.bootstrap",
    "bot.chats.slack",
    "bot.chats.telegram",
    "bot.cli.running",
    "bot.workers",
    "storage.postgres",
    "storage.sqlite",
    "uvicorn.lifespan.off",
    "uvicorn.protocols.http.auto",
    "uvicorn.protocols.websockets.auto",
)


def main() -> None:
    """Serve until stdin ends; whatever still runs is killed then."""
    for name in PRELOADED:
        importlib.import_module(name)
    running: set[int] = set()
    for line in sys.stdin:
        asked = json.loads(line)
        if "argv" in asked:
            answer = _start(asked)
            running.add(answer)
        else:
            answer = _ended(asked["pid"])
            if answer is not None:
                running.discard(asked["pid"])
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    for pid in running:
        os.kill(pid, signal.SIGKILL)


def _start(asked: Json) -> int:
    pid = os.fork()
    if pid:
        return pid
    log = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.clear()
    os.environ.update(asked["env"])
    os.chdir(asked["folder"])
    sys.argv = ["labelbot", *asked["argv"]]
    module, _, function = asked["main"].partition(":")
    program = getattr(importlib.import_module(module), function)
    code = 1
    try:
        program()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _ended(pid: int) -> int | None:
    """The exit code (negative: the signal), None while it runs."""
    ended, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


if __name__ == "__main__":
    main()
