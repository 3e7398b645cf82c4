"""Files of the next items are uploaded ahead, and whatever goes wrong there costs time and nothing else."""

import asyncio
from concurrent.futures import Future

from sqlalchemy import insert
from sqlalchemy.exc import OperationalError

from bot.ahead import keep_ahead
from bot.chat import ChatError
from storage.database import run
from storage.schema import media
from storage.schema_chats import uploads
from tests.storage.dealing import claim
from tests.worlds import add_items, build


class Uploader:
    """Takes every file but those in `refused`."""

    def __init__(self, account, refused=()):
        self.account, self.refused = account, set(refused)
        self.asked = []

    async def prepare(self, wanted):
        self.asked.append(wanted.id)
        if wanted.id in self.refused:
            raise ChatError("gone", permanent=True, media=True)
        return f"F{wanted.id}"


class Outage:
    """The database, whose server is away for the first `failures` looks."""

    def __init__(self, database, failures):
        self.database, self.failures = database, failures

    def submit(self, work, **how):
        if self.failures:
            self.failures -= 1
            failed = Future()
            failed.set_exception(OperationalError("x", {}, Exception("the server was restarted")))
            return failed
        return self.database.submit(work, **how)


def pictured(database, count=4):
    """A world where somebody labels, with so many pictures next."""
    world = build(database, items=1)

    def write(tx):
        rows = []
        for number in range(1, count + 1):
            row = {"id": number, "sha256": f"{number:064}", "kind": "image", "mime": "image/png", "size": 1}
            tx.run(insert(media), row)
            shown = {"id": number, "kind": "image", "mime": "image/png", "sha256": row["sha256"], "field": "image"}
            rows.append({"media": [shown | {"width": 1, "height": 1, "duration_ms": None}]})
        claim(tx, world)
        add_items(tx, world.project, rows, 1, "pictures-")

    run(database, write)
    return world


def known(database):
    return run(database, lambda tx: {row.media for row in tx.all(uploads.select())})


def ahead(database, chat, until):
    async def scene():
        running = asyncio.create_task(keep_ahead(database, chat, 0.01, 0.01))
        async with asyncio.timeout(10):
            while not until() and not running.done():  # noqa: ASYNC110  what is waited for is in the database
                await asyncio.sleep(0.01)
        assert not running.done(), running.exception()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(scene())


def test_a_file_that_is_refused_holds_up_no_other_and_is_not_asked_for_again_and_again(database):
    world = pictured(database)
    chat = Uploader(world.account, refused={1})
    ahead(database, chat, lambda: known(database) == {2, 3, 4})
    assert chat.asked.count(1) == 1


def test_an_outage_of_the_storage_ends_nothing(database):
    world = pictured(database)
    chat = Uploader(world.account)
    ahead(Outage(database, 3), chat, lambda: known(database) == {1, 2, 3, 4})
