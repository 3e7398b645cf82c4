"""People and groups of the fake: what a person can do in a chat, and what they see there."""

from collections.abc import Callable
from typing import Any

from tests.fakes.telegram_chats import Button, Chat, Message, Toast
from tests.fakes.telegram_content import utf16
from tests.fakes.telegram_schema import Upload
from tests.fakes.telegram_world import World

Choice = str | Callable[[Button], bool]
_FILE_NAMES = {"voice": "voice.oga", "photo": "photo.jpg", "audio": "audio.mp3", "video": "video.mp4"}


class Group:
    """A group with the bot in it. `chat` is the present one: it changes when the group is upgraded."""

    def __init__(self, world: World, title: str, chat_id: int, members: list["Person"], *, admin: bool) -> None:
        self._world = world
        self.members = members
        self.chat = Chat(chat_id, "supergroup" if str(chat_id).startswith("-100") else "group", title)
        self.chat.bot_is_admin = admin
        world.chats[chat_id] = self.chat
        self._founder = members[0].profile if members else {"id": 1, "is_bot": False, "first_name": "Founder"}
        self.added = world.membership(self._founder, self.chat, "left", "member")

    @property
    def id(self) -> int:
        return self.chat.id

    def say(self, person: "Person", text: str, reply_to: int | None = None) -> int:
        """`person` writes here; 0 when privacy mode hides it from the bot."""
        return person.say(text, reply_to, chat=self)

    def migrate(self) -> int:
        """Upgrade to a supergroup with another id; the update id of the service message in the new chat."""
        with self._world.signal.condition:
            old, new_id = self.chat, -1_000_000_000_000 + self.chat.id
            self.chat = Chat(new_id, "supergroup", old.title)
            self.chat.bot_is_admin = old.bot_is_admin
            self._world.chats[new_id] = self.chat
            old.moved_to = new_id
            self._service(old, {"migrate_to_chat_id": new_id})
            return self._service(self.chat, {"migrate_from_chat_id": old.id})

    def _service(self, chat: Chat, fields: dict[str, Any]) -> int:
        return self._world.written(self._founder, chat, Message(kind="service", extra=fields))

    def kick(self) -> int:
        """Remove the bot."""
        with self._world.signal.condition:
            self.chat.refusal = f"bot was kicked from the {self.chat.kind} chat"
            return self._world.membership(self._founder, self.chat, "member", "kicked")

    def invite(self) -> int:
        """Take the bot back."""
        with self._world.signal.condition:
            self.chat.refusal = ""
            return self._world.membership(self._founder, self.chat, "kicked", "member")

    def __str__(self) -> str:
        return str(self.chat)


class Person:
    """Somebody with a Telegram client. What they do returns the id of the update the bot gets (0: it gets none)."""

    def __init__(self, world: World, name: str, user_id: int, language: str | None) -> None:
        self._world = world
        self.profile: dict[str, Any] = {"id": user_id, "is_bot": False, "first_name": name}
        if language is not None:
            self.profile["language_code"] = language
        self.chat = Chat(user_id, "private", name)
        world.chats[user_id] = self.chat
        self.toasts: list[Toast] = world.toasts.setdefault(user_id, [])

    @property
    def id(self) -> int:
        return int(self.profile["id"])

    @property
    def spinning(self) -> int:
        """Taps that the bot has not answered yet."""
        return sum(tap.user_id == self.id and not tap.answered for tap in self._world.taps.values())

    def start(self, code: str = "") -> int:
        """Press Start, or open a deep link carrying `code`."""
        return self.say(f"/start {code}".strip())

    def say(self, text: str, reply_to: int | None = None, chat: Group | None = None) -> int:
        assert 1 <= utf16(text) <= 4096, "a client would cut this into several messages"
        command = utf16(text.split()[0]) if text.startswith("/") else 0
        entities = [{"type": "bot_command", "offset": 0, "length": command}] if command else []
        return self._write(Message(text=text, entities=entities, reply_to=reply_to), chat)

    def _write(self, message: Message, group: Group | None) -> int:
        with self._world.signal.condition:
            chat = group.chat if group else self.chat
            assert not (chat is self.chat and chat.refusal), f"{self.profile['first_name']} has blocked the bot"
            assert not message.reply_to or chat.find(message.reply_to), f"no message {message.reply_to} to reply to"
            chat.open = True
            return self._world.written(self.profile, chat, message)

    def send_file(
        self,
        kind: str,
        content: bytes,
        *,
        name: str | None = None,
        caption: str = "",
        reply_to: int | None = None,
        chat: Group | None = None,
    ) -> int:
        """Send a voice, photo, audio, video or document."""
        with self._world.signal.condition:
            upload = Upload(name or _FILE_NAMES.get(kind, "file.bin"), content, "application/octet-stream")
            file = self._world.files.add(kind, upload)
            return self._write(Message(kind=kind, file=file, text=caption, reply_to=reply_to), chat)

    def send_voice(self, content: bytes, reply_to: int | None = None) -> int:
        return self.send_file("voice", content, reply_to=reply_to)

    def press(self, choice: Choice, message: Message | None = None, chat: Group | None = None) -> int:
        """Tap a button: of `message`, else of the newest message that has such a one.

        A text means the button with exactly it, else the only one containing it.
        """
        with self._world.signal.condition:
            place = chat.chat if chat else self.chat
            messages = [message] if message else list(reversed(place.from_bot))
            for shown in messages:
                if (button := _chosen(choice, shown.all_buttons)) is not None:
                    assert button.sends, f"[{button.text}] opens {button.data} and sends nothing"
                    return self._world.tap(self.profile, place, shown.id, button.data)
        raise AssertionError(f"no button like {choice!r} to press in\n{place}")

    def press_data(self, data: str, message_id: int, chat: Group | None = None) -> int:
        """A tap with whatever data on whatever message, as a forged or stale client sends it."""
        with self._world.signal.condition:
            return self._world.tap(self.profile, chat.chat if chat else self.chat, message_id, data)

    def edit(self, message_id: int, text: str) -> int:
        """Change an own message in the private chat."""
        with self._world.signal.condition:
            message = self._own(message_id)
            message.text, message.entities = text, []
            message.edits, message.edited_at = message.edits + 1, self._world.now()
            return self._world.inbox.post("edited_message", self.chat.message_json(message), f"chat {self.chat.id}")

    def _own(self, message_id: int) -> Message:
        message = self.chat.find(message_id)
        assert message is not None, f"no message {message_id} in\n{self.chat}"
        assert not message.by_bot, f"message {message_id} is the bot's"
        return message

    def delete(self, message_id: int) -> int:
        """Delete a message of the private chat for both; the platform tells the bot nothing."""
        with self._world.signal.condition:
            message = self.chat.find(message_id)
            assert message is not None, f"no message {message_id} in\n{self.chat}"
            message.deleted = True
            self._world.signal.changed()
            return 0

    def react(self, message_id: int, emoji: str, chat: Group | None = None) -> int:
        """React to a message; in a group the bot hears of it as an admin only."""
        with self._world.signal.condition:
            place = chat.chat if chat else self.chat
            if place.kind != "private" and not place.bot_is_admin:
                return 0
            body = {
                "chat": place.to_json(),
                "message_id": message_id,
                "user": self.profile,
                "date": self._world.now(),
                "old_reaction": [],
                "new_reaction": [{"type": "emoji", "emoji": emoji}],
            }
            return self._world.inbox.post("message_reaction", body, f"reaction {place.id}")

    def block(self) -> int:
        with self._world.signal.condition:
            self.chat.refusal = "bot was blocked by the user"
            return self._world.membership(self.profile, self.chat, "member", "kicked")

    def unblock(self) -> int:
        with self._world.signal.condition:
            self.chat.refusal = ""
            return self._world.membership(self.profile, self.chat, "kicked", "member")

    def __str__(self) -> str:
        return str(self.chat)


def _chosen(choice: Choice, buttons: list[Button]) -> Button | None:
    if callable(choice):
        return next(filter(choice, buttons), None)
    exact = [button for button in buttons if button.text == choice]
    like = exact or [button for button in buttons if choice in button.text]
    assert len(like) < 2, f"{choice!r} could be any of {[button.text for button in like]}"
    return like[0] if like else None
