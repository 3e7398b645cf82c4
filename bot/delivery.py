"""Sends what the outbox holds: in order in each chat, at the platform's pace, again where that is safe."""

import asyncio
import logging
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, replace

from bot.chat import Chat, ChatError, Event, Moved, Outcome, Outgoing, SendFailed, Sending, Sent

log = logging.getLogger("labelbot.delivery")
LONGEST_PAUSE = 30.0
Lane = tuple[int, str]


class Bucket:
    """So many at once, then one in so many seconds."""

    def __init__(self, seconds: float, burst: int) -> None:
        self._seconds = seconds
        self._full = burst * seconds
        self._free_at = 0.0

    def wait(self, now: float) -> float:
        """Takes a place; seconds until it may be used."""
        self._free_at = max(self._free_at, now - self._full) + self._seconds
        return max(0.0, self._free_at - now)


@dataclass(slots=True)
class Queue:
    """What waits for one chat; the first may be on its way."""

    waiting: deque[Outgoing]
    bucket: Bucket
    busy: bool = False


class Delivery:
    """`report` takes an event to the core for good; `note` does so with the next commit."""

    def __init__(
        self,
        report: Callable[[Event], Awaitable[Outcome]],
        note: Callable[[Event], "Future[Outcome]"],
    ) -> None:
        self._report = report
        self._note = note
        self._chats: dict[int, Chat] = {}
        self._overall: dict[int, Bucket] = {}
        self._queues: dict[Lane, Queue] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False
        self.sent = 0

    def add(self, chat: Chat) -> None:
        self._chats[chat.account] = chat
        self._overall[chat.account] = Bucket(1 / chat.pace.overall_per_second, int(chat.pace.overall_per_second))

    def waiting(self) -> list[int]:
        """Outbox rows in hand."""
        return [outgoing.id for queue in self._queues.values() for outgoing in queue.waiting]

    def take(self, messages: Iterable[Outgoing]) -> None:
        """Puts messages on their way; they are durable already."""
        for outgoing in messages:
            if outgoing.account in self._chats and not self._stopping:
                self._enqueue(outgoing)

    def _enqueue(self, outgoing: Outgoing) -> None:
        lane = (outgoing.account, outgoing.chat)
        queue = self._queues.get(lane)
        if queue is None:
            pace = self._chats[outgoing.account].pace
            queue = self._queues[lane] = Queue(deque(), Bucket(pace.chat_seconds, pace.chat_burst))
        self._overtake(queue, outgoing)
        queue.waiting.append(outgoing)
        if not queue.busy:
            queue.busy = True
            task = asyncio.get_running_loop().create_task(self._drain(lane, queue))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _overtake(self, queue: Queue, outgoing: Outgoing) -> None:
        """An edit that waits behind the chat's pace is not worth making once a later one replaces it."""
        if outgoing.message.replaces is None or outgoing.message.fresh:
            return
        for older in [one for one in list(queue.waiting)[1:] if _same_place(one, outgoing)]:
            queue.waiting.remove(older)
            assert older.message.replaces is not None
            self._note(Sent(account=older.account, chat=older.chat, id=older.id, shown=older.message.replaces))

    async def _drain(self, lane: Lane, queue: Queue) -> None:
        try:
            while queue.waiting and not self._stopping:
                await self._deliver(queue, queue.waiting[0])
                queue.waiting.popleft()
        finally:
            queue.busy = False
            if not queue.waiting and self._queues.get(lane) is queue and len(self._queues) > 5000:
                del self._queues[lane]

    async def _deliver(self, queue: Queue, outgoing: Outgoing) -> None:
        """Until it has arrived, failed for good, or turned out unknown."""
        chat = self._chats[outgoing.account]
        for attempt in range(1_000_000):
            now = time.monotonic()
            pause = max(queue.bucket.wait(now), self._overall[outgoing.account].wait(now))
            if pause > 0:
                await asyncio.sleep(pause)
            try:
                sending = await chat.send(outgoing)
            except ChatError as error:
                if error.moved_to:
                    await self._report(Moved(account=outgoing.account, chat=outgoing.chat, to=error.moved_to))
                    outgoing = replace(outgoing, chat=error.moved_to)
                elif error.permanent or (error.unknown and outgoing.message.kind == "card"):
                    await self._failed(outgoing, error)
                    return
                else:
                    await asyncio.sleep(_pause(error, attempt))
            except Exception as error:
                log.error("message %s could not be built: %s", outgoing.id, type(error).__name__, exc_info=bare(error))
                await self._failed(outgoing, ChatError(type(error).__name__, permanent=True))
                return
            else:
                self._arrived(outgoing, sending)
                return

    def _arrived(self, outgoing: Outgoing, sending: Sending) -> None:
        self.sent += 1
        self._note(
            Sent(
                account=outgoing.account,
                chat=outgoing.chat,
                id=outgoing.id,
                shown=sending.shown,
                references=sending.references,
            )
        )

    async def _failed(self, outgoing: Outgoing, error: ChatError) -> None:
        log.info("message %s was not delivered: %s", outgoing.id, error.reason)
        await self._report(
            SendFailed(
                account=outgoing.account,
                chat=outgoing.chat,
                id=outgoing.id,
                permanent=error.permanent,
                reason=error.reason,
                unknown=error.unknown,
                blocked=error.blocked,
                media=error.media,
            )
        )

    async def stop(self, seconds: float) -> None:
        """Ends after what is being sent now; the rest stays in the outbox."""
        self._stopping = True
        if self._tasks:
            _, late = await asyncio.wait(set(self._tasks), timeout=seconds)
            for task in late:
                task.cancel()


def _same_place(older: Outgoing, newer: Outgoing) -> bool:
    return (
        older.message.kind == "card"
        and not older.message.fresh
        and older.message.replaces is not None
        and older.message.replaces == newer.message.replaces
    )


def _pause(error: ChatError, attempt: int) -> float:
    if error.retry_after:
        return error.retry_after
    longest: float = min(LONGEST_PAUSE, 0.25 * 2.0 ** min(attempt, 10))
    return random.uniform(longest / 2, longest)


def bare(error: BaseException) -> BaseException:
    """The error without its words, which may be a person's: type and place say enough in a log."""
    return RuntimeError(type(error).__name__).with_traceback(error.__traceback__)
