"""Sends what the outbox holds: in order in each chat, at the platform's pace, again where that is safe."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field, replace

from bot.backoff import Backoff
from bot.chat import Chat, ChatError, Event, Moved, Outcome, Outgoing, SendFailed, Sending, Sent
from storage.database import STORAGE_FAILED

log = logging.getLogger("labelbot.delivery")
LONGEST_PAUSE = 30.0
LONGEST_DOUBT = 60.0
Lane = tuple[int, str]
Paint = Callable[[Outgoing], Awaitable[Outgoing]]


async def as_it_is(outgoing: Outgoing) -> Outgoing:
    return outgoing


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
    """What waits for one chat; the first may be on its way. `doubt` grows with every message of which nobody knows
    whether it arrived: what is sent in its place may be the second of its kind there."""

    waiting: deque[Outgoing]
    bucket: Bucket
    busy: bool = False
    doubt: Backoff = field(default_factory=lambda: Backoff(1.0, LONGEST_DOUBT))


class Delivery:
    """`report` takes an event to the core for good; `note` does so with the next commit. `paint`
    does to a message's pictures what it wants done; it raises ChatError."""

    def __init__(
        self,
        report: Callable[[Event], Awaitable[Outcome]],
        note: Callable[[Event], "Future[Outcome]"],
        paint: Paint = as_it_is,
    ) -> None:
        self._report = report
        self._note = note
        self._paint = paint
        self._chats: dict[int, Chat] = {}
        self._overall: dict[int, Bucket] = {}
        self._queues: dict[Lane, Queue] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._ailments: dict[tuple[int, str], None] = {}
        self._stop = asyncio.Event()
        self.sent = 0

    @property
    def ailment(self) -> str:
        """Why nothing can be sent on some platform until somebody mends it; empty when all is well."""
        return next((reason for _, reason in self._ailments), "")

    def add(self, chat: Chat) -> None:
        self._chats[chat.account] = chat
        self._overall[chat.account] = Bucket(1 / chat.pace.overall_per_second, int(chat.pace.overall_per_second))

    def waiting(self) -> list[int]:
        """Outbox rows in hand."""
        return [outgoing.id for queue in self._queues.values() for outgoing in queue.waiting]

    def take(self, messages: Iterable[Outgoing]) -> None:
        """Puts messages on their way; they are durable already."""
        for outgoing in messages:
            if outgoing.account in self._chats and not self._stop.is_set():
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
            while queue.waiting and not self._stop.is_set():
                await self._try(queue, queue.waiting[0])
                queue.waiting.popleft()
        finally:
            queue.busy = False
            if not queue.waiting and self._queues.get(lane) is queue and len(self._queues) > 5000:
                del self._queues[lane]

    async def _try(self, queue: Queue, outgoing: Outgoing) -> None:
        """A fault of ours must not hold up what waits behind it: the row is looked at again when its claim runs out."""
        try:
            await self._deliver(queue, outgoing)
        except Exception as error:
            log.error("message %s was left: %s", outgoing.id, type(error).__name__, exc_info=bare(error))

    async def _deliver(self, queue: Queue, outgoing: Outgoing) -> None:
        """Until it has arrived, failed for good, or turned out unknown."""
        backoff = Backoff(0.25, LONGEST_PAUSE)
        said: set[str] = set()
        while await self._rest(self._pace(queue, outgoing)):
            error = await self._attempt(outgoing)
            if error is None:
                queue.doubt.reset()
                break
            if error.moved_to:
                await self._tell(Moved(account=outgoing.account, chat=outgoing.chat, to=error.moved_to))
                outgoing = replace(outgoing, chat=error.moved_to)
            elif error.permanent or error.unknown:
                await self._failed(outgoing, error)
                await self._rest(queue.doubt.next() if error.unknown else 0.0)
                break
            else:
                if error.credentials:
                    self._alert(outgoing.account, error.reason)
                    said.add(error.reason)
                await self._rest(error.retry_after or backoff.next())
        for reason in said:
            self._ailments.pop((outgoing.account, reason), None)

    async def _attempt(self, outgoing: Outgoing) -> ChatError | None:
        """None where it arrived."""
        try:
            sending = await self._chats[outgoing.account].send(await self._paint(outgoing))
        except ChatError as error:
            return error
        except STORAGE_FAILED as error:
            # A chat of our own keeps its messages where everything is kept.
            return ChatError(f"the storage failed ({type(error).__name__})")
        except Exception as error:
            log.error("message %s could not be built: %s", outgoing.id, type(error).__name__, exc_info=bare(error))
            return ChatError(type(error).__name__, permanent=True, content=True)
        self._arrived(outgoing, sending)
        return None

    def _pace(self, queue: Queue, outgoing: Outgoing) -> float:
        now = time.monotonic()
        return max(queue.bucket.wait(now), self._overall[outgoing.account].wait(now))

    async def _rest(self, seconds: float) -> bool:
        """Whether to go on after it: it ends early when everything does."""
        if seconds > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._stop.wait()
        return not self._stop.is_set()

    def _alert(self, account: int, reason: str) -> None:
        """Said once until a message that waited for it is sent, however many wait."""
        if (account, reason) not in self._ailments:
            self._ailments[account, reason] = None
            log.error("nothing can be sent on %s: %s", self._chats[account].platform, reason)

    async def _tell(self, event: Event) -> None:
        """Reports until it is kept: a failure that nobody learns of would leave its card nowhere."""
        backoff = Backoff(0.5, LONGEST_PAUSE)
        while not self._stop.is_set():
            try:
                await self._report(event)
                return
            except Exception as error:
                pause = backoff.next()
                log.warning("a failure could not be reported (%s), again in %.1f s", type(error).__name__, pause)
                await self._rest(pause)

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
        await self._tell(
            SendFailed(
                account=outgoing.account,
                chat=outgoing.chat,
                id=outgoing.id,
                permanent=error.permanent,
                reason=error.reason,
                unknown=error.unknown,
                blocked=error.blocked,
                media=error.media,
                content=error.content,
            )
        )

    async def stop(self, seconds: float) -> None:
        """Ends after what is being sent now; the rest stays in the outbox."""
        self._stop.set()
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


def bare(error: BaseException) -> BaseException:
    """The error without its words, which may be a person's: type and place say enough in a log."""
    return RuntimeError(type(error).__name__).with_traceback(error.__traceback__)
