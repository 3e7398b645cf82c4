"""A tap recorded and answered by the next card: CPU of the program's process, through the real adapter over loopback.

The platform is played by this process. Run: python -m benchmarks.tap
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from benchmarks.measuring import Figure, Program, Rounds, gathered, table
from benchmarks.platform import Platform
from benchmarks.worlds import make

TAPS = 400
ROUNDS = 7
WARM_UP = 260
"""The program counts the first 200 events after a start before it handles them; these are not measured."""


@asynccontextmanager
async def playing(kind: str, people: int, folder: Path) -> AsyncIterator[tuple[Platform, Program]]:
    platform = Platform(people)
    address = await platform.open()
    code, environment = "x", {}
    if kind == "whole":
        code = make(folder / f"{people}" / "labelbot.db", 20_000).code
        environment = {
            "LABELBOT_HOME": str(folder / f"{people}"),
            "LABELBOT_LISTEN": "127.0.0.1:0",
            "TELEGRAM_BOT_TOKEN": "1:T",
            "TELEGRAM_API_URL": address,
        }
    try:
        async with Program("benchmarks.players", kind, address, environment=environment) as program:
            await platform.join(code)
            await platform.tap(WARM_UP)
            yield platform, program
    finally:
        await platform.close()


async def spent(platform: Platform, program: Program) -> float:
    """Milliseconds of CPU a tap."""
    before = await program.cpu()
    await platform.tap(TAPS)
    return 1000 * (await program.cpu() - before) / TAPS


async def rounds(people: int) -> tuple[dict[str, Rounds], float]:
    """Milliseconds a tap by program, and platform calls a label."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        sides = {
            kind: await stack.enter_async_context(playing(kind, people, folder))
            for kind in ("whole", "adapter", "bare")
        }
        calls = sides["whole"][0].calls
        calls.clear()
        found = gathered([{kind: await spent(*side) for kind, side in sides.items()} for _ in range(ROUNDS)])
        used = sum(count for method, count in calls.items() if method != "getUpdates")
        return found, used / (TAPS * ROUNDS)


def figures() -> list[Figure]:
    made = []
    for people, goal in ((1, "≤ 2.3 ms, stretch 1.3"), (8, "")):
        found, calls = asyncio.run(rounds(people))
        whole, adapter, bare = found["whole"], found["adapter"], found["bare"]
        floor = f"bare calls {bare.told('ms')}; adapter alone {adapter.told('ms')}"
        who = "one person after each card" if people == 1 else f"{people} people at once"
        name = f"tap → recorded → next card, CPU ({who})"
        made.append(Figure(name, whole.told("ms"), floor, f"{whole.over(bare):.2f}", goal))
        if people == 1:
            made.append(Figure("platform calls a label, Telegram, in place", f"{calls:.2f}", "", "", "2"))
    return made


if __name__ == "__main__":
    print(table(figures()))  # noqa: T201
