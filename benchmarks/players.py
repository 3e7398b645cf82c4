"""The measured side of a tap, as a process: the whole program, its adapter alone, or bare aiohttp calls.

Run by benchmarks.tap as python -m benchmarks.players whole|adapter|bare ADDRESS
"""

import asyncio
import json
import sys
from typing import Any

import aiohttp

from benchmarks.measuring import answer_for_cpu
from benchmarks.worlds import WORDS

ROWS = [["Positive:0:a:0", "Negative:0:a:1", "Neutral:0:a:2"], ["Undo:0:u:", "Skip:0:s:", "More:0:m:"]]
"""What the floors show: as many buttons as the program's card has, with data as long."""
LINES = ("✓ 😊 Positive\n\n", "How does the writer feel?\n", WORDS)
Json = dict[str, Any]


async def whole(address: str) -> None:
    """`labelbot run` with LABELBOT_HOME from the environment. The pace at which chats may be written to, one message a
    second, is lifted: it would only make the measurement longer."""
    from bot.bootstrap import listen, serve
    from bot.chat import Pace
    from bot.chats.telegram import TelegramChat
    from config.settings import read

    TelegramChat.pace = Pace(chat_seconds=0.0, chat_burst=1000, overall_per_second=1e6)
    settings = read()
    assert settings.telegram_api_url == address
    await serve(settings, listen(settings, move_on=True), lambda house: None)


async def adapter(address: str) -> None:
    """The Telegram adapter under a core that records nothing."""
    from bot.chat import Button, Event, Message, Outcome, Outgoing, Part, Press, Toast
    from bot.chats.telegram import TelegramChat

    rows = tuple(tuple(Button(data.partition(":")[0], "A" * 16 + data[-5:]) for data in row) for row in ROWS)
    text = (Part(LINES[0], "quiet"), Part(LINES[1], "bold"), Part(LINES[2]))
    sending: set[asyncio.Task[Any]] = set()

    async def receive(event: Event) -> Outcome:
        shown = event.shown if isinstance(event, Press) else None
        message = Message(text=text, kind="card", buttons=rows, replaces=shown)
        task = asyncio.create_task(chat.send(Outgoing(id=1, account=1, chat=event.chat, message=message)))  # type: ignore[union-attr]
        sending.add(task)
        task.add_done_callback(sending.discard)
        return Outcome(Toast("✓ 😊 Positive"))

    chat = TelegramChat(1, "1:T", receive, lambda sha256: b"", api_url=address)
    await chat.run()


async def bare(address: str) -> None:
    """What nobody can do without: fetch, and two calls a tap, as plain dictionaries."""
    markup = [[{"text": one.partition(":")[0], "callback_data": "A" * 16 + one[-5:]} for one in row] for row in ROWS]
    said = {"text": "".join(LINES), "reply_markup": {"inline_keyboard": markup}}
    entities = [{"type": "bold", "offset": 15, "length": 25}]

    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:

        async def call(method: str, payload: Json) -> Any:
            headers = {"Content-Type": "application/json"}
            body = json.dumps(payload).encode()
            async with session.post(f"{address}/bot1:T/{method}", data=body, headers=headers) as response:
                return json.loads(await response.read())["result"]

        async def react(update: Json) -> None:
            tap = update.get("callback_query")
            message = tap["message"] if tap else update["message"]
            payload = {"chat_id": message["chat"]["id"], "entities": entities, **said}
            if tap:
                answer = call("answerCallbackQuery", {"callback_query_id": tap["id"], "text": "✓ 😊 Positive"})
                edit = call("editMessageText", {**payload, "message_id": message["message_id"]})
                await asyncio.gather(answer, edit)
            else:
                await call("sendMessage", payload)

        while True:
            updates = await call("getUpdates", {"timeout": 50, "limit": 100})
            await asyncio.gather(*map(react, updates))


if __name__ == "__main__":
    answer_for_cpu()
    asyncio.run({"whole": whole, "adapter": adapter, "bare": bare}[sys.argv[1]](sys.argv[2]))
