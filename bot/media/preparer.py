"""Prepares media in child processes: quick for thousands of files, and safe from any one of them."""

import queue
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.media.child import Child
from bot.media.prepared import DEFAULT_LIMITS, BadMedia, Limits, MediaKind, Prepared
from bot.media.sniff import identify


@dataclass(frozen=True)
class Source:
    """One file to prepare: where it is or its bytes, the name a person knows it by, what it shall serve as; and whether
    a picture's regions are wanted. With `piece_ms` it is a prepared clip, to be cut into pieces that are no longer."""

    content: Path | bytes
    name: str
    kind_hint: MediaKind | None = None
    regions: bool = False
    piece_ms: int = 0


class PreparerClosed(RuntimeError):
    """The program is ending; the file was not judged and may be prepared another time."""


class Preparer:
    """`workers` child processes, started when first needed; use it as a context manager, from any thread.

    `work` names the function the children run, as `module:function` with the signature of `bot.media.prepare.prepare`.
    """

    def __init__(
        self, workers: int = 2, limits: Limits = DEFAULT_LIMITS, *, work: str = "bot.media.prepare:prepare"
    ) -> None:
        self._workers = workers
        self._limits = limits
        self._work = work
        self._closed = False
        self._working: set[Child] = set()
        # None stands for a child not started yet, or lost.
        self._idle: queue.LifoQueue[Child | None] = queue.LifoQueue()
        for _ in range(workers):
            self._idle.put(None)

    def prepare(
        self,
        source: Path | bytes,
        name: str,
        kind_hint: MediaKind | None = None,
        regions: bool = False,
        piece_ms: int = 0,
    ) -> Prepared:
        """`source` as it is served; waits for a free child. Raises `BadMedia`; the next file is not affected."""
        kind = identify(source, name, kind_hint)
        limits = replace(self._limits, regions=regions, piece_ms=piece_ms)
        with self._child() as child:
            try:
                return child.prepare(source, name, kind.media, kind_hint, limits)
            except BadMedia as problem:
                # A child that was killed by `close` says nothing of its file.
                self._refuse_closed(problem)
                raise

    def prepare_many(self, sources: Iterable[Source]) -> Iterator[Prepared | BadMedia]:
        """One result for each source, in order; sources are read only a few ahead, so there may be any number."""
        waiting: deque[Future[Prepared | BadMedia]] = deque()
        executor = ThreadPoolExecutor(self._workers, thread_name_prefix="media")
        try:
            for source in sources:
                waiting.append(executor.submit(self._outcome, source))
                if len(waiting) > 2 * self._workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            # Somebody who stops listening shall not wait for a film; `close` ends what is at work.
            executor.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        """Ends the children at once; who waits for one gets `PreparerClosed`, as who asks later."""
        self._closed = True
        for working in tuple(self._working):
            working.interrupt()
        for child in [self._idle.get() for _ in range(self._workers)]:
            if child:
                child.kill()
            self._idle.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _child(self) -> Iterator[Child]:
        idle = self._idle.get()
        child = idle
        try:
            self._refuse_closed()
            working = idle if idle and idle.alive() else Child(self._work)
            child = working
            self._working.add(working)
            # Looked at again: what `close` did not find at work it would wait for.
            self._refuse_closed()
            yield working
        finally:
            if child:
                self._working.discard(child)
            self._idle.put(child if child and child.alive() else None)

    def _refuse_closed(self, cause: BadMedia | None = None) -> None:
        if self._closed:
            raise PreparerClosed("media are not prepared any more: the program is ending") from cause

    def _outcome(self, source: Source) -> Prepared | BadMedia:
        try:
            return self.prepare(source.content, source.name, source.kind_hint, source.regions, source.piece_ms)
        except BadMedia as problem:
            return problem
