"""Pictures with something painted over them: made in a child process before they are sent, and kept for a while."""

import asyncio
import hashlib
import json
import os
import struct
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from bot.chat import ChatError, Media, Outgoing
from bot.processes import child
from storage.files import Files, NoSuchFile

PAINTED: Final = "1"
"""Raised when pictures are painted otherwise than before."""
KEPT_SECONDS: Final = 7 * 24 * 3600.0
IDLE_SECONDS: Final = 300.0
MIME: Final = "image/jpeg"

LoadRegions = Callable[[int], Awaitable[bytes | None]]
"""The superpixels of a medium by its number, as they are stored."""


def paint_file(path: str, size: tuple[int, int], drawing: str, regions: bytes | None) -> bytes:
    """In the child process."""
    from bot.media.painting import paint

    asked = json.loads(drawing)
    if "compare" in asked:
        from bot.comparing import panel

        asked = {"panel": panel(asked["compare"])}
    return paint(Path(path).read_bytes(), size, asked, regions)


class Drawings:
    """Paints what messages want painted, once for the same drawing of the same picture; `folder` keeps the results."""

    def __init__(
        self, files: Files, folder: Path, load_regions: LoadRegions, start: Callable[[], Executor] = child
    ) -> None:
        self._files = files
        self._folder = folder.absolute()
        self._load_regions = load_regions
        self._start = start
        self._pool: Executor | None = None
        self._retiring: asyncio.TimerHandle | None = None
        self._painting: dict[str, asyncio.Task[None]] = {}

    async def paint(self, outgoing: Outgoing) -> Outgoing:
        """The message with its pictures painted. Raises ChatError where that cannot be done."""
        if not any(media.drawing for media in outgoing.message.media):
            return outgoing
        media = tuple([await self.painted(one) if one.drawing else one for one in outgoing.message.media])
        return replace(outgoing, message=replace(outgoing.message, media=media))

    def path(self, key: str) -> Path | None:
        """The painted picture of that name, if it is (still) kept."""
        place = self._place(key)
        return place if place.is_file() else None

    def sweep(self, older_than_seconds: float = KEPT_SECONDS) -> int:
        """Removes pictures painted long ago, and returns how many: they can be painted again."""
        before, swept = time.time() - older_than_seconds, 0
        for kept in self._folder.glob("*/*"):
            # Another process may sweep it meanwhile.
            with suppress(FileNotFoundError):
                if kept.stat().st_mtime <= before:
                    kept.unlink()
                    swept += 1
        return swept

    def close(self) -> None:
        if self._retiring is not None:
            self._retiring.cancel()
        self._retire()

    async def painted(self, media: Media) -> Media:
        """The painted picture in place of the one to paint on. Raises ChatError where that cannot be done."""
        key = hashlib.sha256(
            f"{PAINTED}:{media.sha256}:{media.width}x{media.height}:{media.drawing}".encode()
        ).hexdigest()
        if self.path(key) is None:
            task = self._painting.get(key)
            if task is None:
                task = self._painting[key] = asyncio.create_task(self._make(key, media))
                task.add_done_callback(lambda _: self._painting.pop(key, None))
            await asyncio.shield(task)
        width, height = await asyncio.to_thread(self._size, key)
        # Below 0 and each its own: adapters tell files by their number, and none of it is kept.
        return replace(media, id=-media.id, sha256=key, mime=MIME, drawing="", reference="", width=width, height=height)

    def _size(self, key: str) -> tuple[int, int]:
        """Width and height in pixels, as the JPEG's frame header has them (ITU-T T.81, B.2.2)."""
        with self._place(key).open("rb") as file:
            file.seek(2)
            while head := file.read(4):
                marker, length = head[1], int.from_bytes(head[2:])
                if 0xC0 <= marker <= 0xC3:
                    _, high, wide = struct.unpack("!BHH", file.read(5))
                    return wide, high
                file.seek(length - 2, os.SEEK_CUR)
        raise ValueError("what was painted is no JPEG")

    async def _make(self, key: str, media: Media) -> None:
        drawing = json.loads(media.drawing)
        regions = await self._load_regions(drawing["regions"]["media"]) if "regions" in drawing else None
        try:
            path = self._files.path(media.sha256)
        except NoSuchFile:
            raise ChatError("a file of this item is gone from the media folder", permanent=True, media=True) from None
        size = (media.width or 0, media.height or 0)
        content = await self._in_child(paint_file, str(path), size, media.drawing, regions)
        await asyncio.to_thread(self._keep, key, content)

    async def _in_child(self, work: Callable[..., bytes], *arguments: Any) -> bytes:
        """A child that died is replaced; a picture over which it dies again is given up."""
        for _ in range(2):
            if self._pool is None:
                self._pool = self._start()
            pool = self._pool
            self._put_off_retiring()
            try:
                return await asyncio.get_running_loop().run_in_executor(pool, work, *arguments)
            except BrokenProcessPool:
                if self._pool is pool:
                    self._retire()
        raise ChatError("this picture cannot be drawn on", permanent=True, media=True)

    def _put_off_retiring(self) -> None:
        if self._retiring is not None:
            self._retiring.cancel()
        self._retiring = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._retire)

    def _retire(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    def _keep(self, key: str, content: bytes) -> None:
        place = self._place(key)
        place.parent.mkdir(parents=True, exist_ok=True)
        part = place.with_name(f"{place.name}.{os.getpid()}.part")
        part.write_bytes(content)
        os.replace(part, place)

    def _place(self, key: str) -> Path:
        return self._folder / key[:2] / key
