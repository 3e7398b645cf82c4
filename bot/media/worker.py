"""The child process that opens foreign files: it may crash, hang or run out of memory, and nothing else does."""

import importlib
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

from bot.media.frames import read_frame, write_frame
from bot.media.prepared import BadMedia, Limits, MediaKind, Prepared

Work = Callable[[Path | bytes, str, MediaKind | None, Limits], Prepared]


def main() -> None:
    """Serves requests until standard input ends. The only argument names the work, as `module:function`."""
    # Ctrl-C in the terminal is the parent's to answer; it closes our input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    _silence_standard_streams()
    module, function = sys.argv[1].split(":")
    work: Work = getattr(importlib.import_module(module), function)
    # Imported before memory is limited, so that a picture's share is a picture's alone.
    importlib.import_module("bot.media.images")
    write_frame(replies, {"ready": True})
    while True:
        try:
            request, content = read_frame(requests)
        except EOFError:
            return
        write_frame(replies, *_answer(work, request, content))


def _silence_standard_streams() -> None:
    """Decoders print; nothing of theirs may get between our frames."""
    with open(os.devnull, "r+b") as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(nothing.fileno(), 1)


def _answer(work: Work, request: dict[str, Any], content: bytes) -> tuple[dict[str, Any], bytes]:
    limits = Limits(**request["limits"])
    source = content if request["path"] is None else Path(request["path"])
    try:
        # As above: before memory is limited.
        if limits.regions:
            importlib.import_module("bot.media.superpixels")
        if limits.piece_ms:
            importlib.import_module("bot.media.cutting")
        _limit(request["kind"], limits)
        prepared = work(source, request["name"], request["hint"], limits)
        return {"prepared": _without_content(prepared)}, prepared.content
    except BadMedia as problem:
        return {"bad": str(problem)}, b""
    except MemoryError:
        return {"memory": True}, b""
    except Exception:
        return {"bug": traceback.format_exc()}, b""
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (_hard(resource.RLIMIT_AS), _hard(resource.RLIMIT_AS)))


def _without_content(prepared: Prepared) -> dict[str, Any]:
    return {field.name: getattr(prepared, field.name) for field in fields(prepared) if field.name != "content"}


def _limit(kind: MediaKind, limits: Limits) -> None:
    """Soft limits for one file. ffmpeg inherits them; processor time also ends a child whose parent is gone."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime + limits.seconds(kind)) + 1
    _set_soft(resource.RLIMIT_CPU, seconds)
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        memory = pages * resource.getpagesize() + limits.memory(kind)
        _set_soft(resource.RLIMIT_AS, memory)


def _set_soft(limit: int, wanted: int) -> None:
    hard = _hard(limit)
    resource.setrlimit(limit, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


def _hard(limit: int) -> int:
    return resource.getrlimit(limit)[1]
