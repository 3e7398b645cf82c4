"""One child process that prepares media, as its parent sees it: asked, waited for, killed when it hangs."""

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot.media.frames import read_frame, write_frame
from bot.media.prepared import BadMedia, Limits, MediaKind, Prepared, shown_name

_START_SECONDS = 60.0
_BOOT = "import json, sys; sys.path[:] = json.loads(sys.argv.pop(1)); from bot.media.worker import main; main()"


class Child:
    """Starts at once; used by one thread at a time. `work` is what it runs, as `module:function`."""

    def __init__(self, work: str) -> None:
        # A session of its own, so that one signal ends ffmpeg with it.
        self._process = subprocess.Popen(
            [sys.executable, "-c", _BOOT, json.dumps(sys.path), work],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        if self._exchange(None, b"", _START_SECONDS) is None:
            raise RuntimeError(
                "the process that prepares media does not start: try python -c 'import bot.media.images'"
            )

    def alive(self) -> bool:
        return self._process.poll() is None

    def prepare(
        self, source: Path | bytes, name: str, media: MediaKind, hint: MediaKind | None, limits: Limits
    ) -> Prepared:
        """Raises `BadMedia`, also when the child died or hung over this file; it is gone then."""
        path, content = (None, source) if isinstance(source, bytes) else (str(source.absolute()), b"")
        request = {"path": path, "name": name, "kind": hint or media, "hint": hint, "limits": asdict(limits)}
        reply = self._exchange(request, content, limits.seconds(hint or media))
        if reply is None:
            raise BadMedia(f"{shown_name(name)} cannot be opened: reading it takes too long or breaks the reader.")
        return _unpacked(name, *reply)

    def interrupt(self) -> None:
        """Kills it under the thread that uses it, which is told so as for any child that died."""
        if self._process.returncode is None:
            self._signal()

    def kill(self) -> None:
        # The group before the wait: until then its number cannot belong to somebody else.
        self.interrupt()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            # What was still to be written to a dead child is of no interest.
            with suppress(OSError):
                stream and stream.close()

    def _signal(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def _expire(self, expired: threading.Event) -> None:
        expired.set()
        self._signal()

    def _exchange(
        self, request: dict[str, Any] | None, content: bytes, seconds: float
    ) -> tuple[dict[str, Any], bytes] | None:
        """The reply; None if the child died, or was killed after `seconds`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        expired = threading.Event()
        watch = threading.Timer(seconds, self._expire, (expired,))
        watch.daemon = True
        watch.start()
        try:
            if request is not None:
                write_frame(self._process.stdin, request, content)
            reply = read_frame(self._process.stdout)
        except (EOFError, OSError, ValueError):
            reply = None
        watch.cancel()
        watch.join()
        # Also when the clock ran out just after the reply: nobody may be handed this child again.
        if reply is None or expired.is_set():
            self.kill()
        return reply


def _unpacked(name: str, head: dict[str, Any], content: bytes) -> Prepared:
    if "bad" in head:
        raise BadMedia(head["bad"])
    if "memory" in head:
        raise BadMedia(f"{shown_name(name)} needs more memory to open than a file may take.")
    if "bug" in head:
        raise RuntimeError(f"preparing media failed\n{head['bug']}")
    return Prepared(**head["prepared"], content=content)
