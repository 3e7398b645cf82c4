"""What Slack tells an app, as the port's events. Pure: a payload in, an event or nothing out."""

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from bot.chat import Command, Edited, Opened, Press, Reply, Shown, Submit
from bot.chats.slack_blocks import shown_kind
from bot.chats.slack_text import typed, unescape

Json = dict[str, Any]
Heard = Press | Reply | Edited | Command | Submit | Opened

WORDS = frozenset({"label", "projects", "undo", "skip", "stats", "help", "stop"})
WITH_CODE = frozenset({"join", "start"})
WITH_ITEM = frozenset({"item", "review", "work"})
"""Only after the slash command: alone it is a word like others, and may be a transcript."""
_CODE = re.compile(r"[A-Za-z0-9_-]{16,}")
"""An invite's code; "start tomorrow" is a transcript."""
_TYPED_SUBTYPES = (None, "file_share", "thread_broadcast", "me_message")


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where the bot lives and who it is there, as auth.test says."""

    account: int
    team: str
    bot_user: str


def person_team(body: Json) -> str:
    """The workspace of whoever did this; "" where Slack does not say. Another one means Slack Connect."""
    event = body.get("event") or {}
    person = event.get("message") or event
    found = person.get("user_team") or person.get("source_team") or person.get("team")
    user = body.get("user")
    found = user.get("team_id") if isinstance(user, dict) else found
    return str(found or body.get("team_id") or "")


def read(body: Json, workspace: Workspace) -> Heard | None:
    """The event, or nothing for what does not concern us. `chat` is empty where only the person is known."""
    kind = body.get("type")
    if kind == "event_callback":
        return _from_events_api(body, workspace)
    if kind == "block_actions":
        return _press(body, workspace)
    if kind == "view_submission":
        return _submit(body, workspace)
    return _command(body, workspace) if "command" in body else None


def _from_events_api(body: Json, workspace: Workspace) -> Heard | None:
    event = body["event"]
    kind, subtype = event.get("type"), event.get("subtype")
    if kind == "app_home_opened" and event.get("tab") == "home":
        return Opened(**_about(body, workspace), place="home")
    if kind != "message" or event.get("channel_type") != "im":
        return None
    if subtype == "message_changed":
        return _edited(body, workspace)
    if subtype not in _TYPED_SUBTYPES or _is_ours(event, workspace):
        return None
    return _typed(body, workspace)


def _about(body: Json, workspace: Workspace) -> Json:
    event = body["event"]
    person = event.get("message") or event
    about = {"account": workspace.account, "key": f"event:{body['event_id']}", "user": str(person["user"])}
    return about | {"chat": str(event.get("channel") or "")}


def _is_ours(message: Json, workspace: Workspace) -> bool:
    return bool(message.get("bot_id")) or message.get("user") in (workspace.bot_user, None, "USLACKBOT")


def _typed(body: Json, workspace: Workspace) -> Heard:
    event = body["event"]
    text, about = typed(event), _about(body, workspace)
    thread = event.get("thread_ts") or ""
    if not thread and (command := plain_command(text)):
        return Command(**about, word=command[0], argument=command[1])
    to = "" if thread == event["ts"] else str(thread)
    # A sound's own message is no card's, and Slack does not say what it holds.
    part = bool(to) and event.get("parent_user_id") == workspace.bot_user
    return Reply(**about, text=text, message=str(event["ts"]), to=to, part=part)


def plain_command(text: str) -> tuple[str, str] | None:
    """A word of ours typed alone, or `join CODE`: (word, argument)."""
    words = text.split()
    word = words[0].lower() if words else ""
    if len(words) == 1 and word in WORDS:
        return word, ""
    if len(words) == 2 and word in WITH_CODE and _CODE.fullmatch(words[1]):
        return word, words[1]
    return None


def _edited(body: Json, workspace: Workspace) -> Edited | None:
    event = body["event"]
    message, before = event.get("message") or {}, event.get("previous_message") or {}
    if _is_ours(message, workspace) or message.get("subtype") == "tombstone":
        return None
    text = typed(message)
    # Slack also reports a message as changed when it unfurls a link in it.
    if before and typed(before) == text:
        return None
    return Edited(**_about(body, workspace), text=text, message=str(message["ts"]))


def _press(body: Json, workspace: Workspace) -> Press | None:
    action = body["actions"][0]
    option = action.get("selected_option") or {}
    data = action.get("value") or option.get("value") or ""
    if not data:
        return None
    container, message = body.get("container") or {}, body.get("message") or {}
    place = str(container.get("message_ts") or container.get("view_id") or "")
    chat = str((body.get("channel") or {}).get("id") or "")
    user = body["user"]
    key = f"tap:{workspace.team}:{user['id']}:{chat}:{place}:{action['action_id']}:{action['action_ts']}"
    return Press(
        account=workspace.account,
        key=key,
        user=str(user["id"]),
        chat=chat,
        name=str(user.get("name") or user.get("username") or ""),
        private=not chat or chat.startswith("D"),
        data=str(data),
        shown=Shown(str(container.get("message_ts") or ""), shown_kind(message.get("blocks") or ())),
    )


def _submit(body: Json, workspace: Workspace) -> Submit:
    view, user = body["view"], body["user"]
    values = {
        block: str(next(iter(fields.values())).get("value") or "") for block, fields in view["state"]["values"].items()
    }
    # A form that came back with errors keeps its hash: the corrected one must not pass for a repetition.
    digest = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]
    chat = str(view.get("callback_id") or "").removeprefix("form:")
    return Submit(
        account=workspace.account,
        key=f"form:{view['id']}:{view['hash']}:{digest}",
        user=str(user["id"]),
        chat=chat,
        name=str(user.get("name") or user.get("username") or ""),
        private=not chat or chat.startswith("D"),
        data=str(view.get("private_metadata") or ""),
        values=values,
    )


def _command(body: Json, workspace: Workspace) -> Command:
    word, argument = slash_command(unescape(body.get("text") or ""))
    # `/label` works in any channel and between any two people. What it leads to is shown in our direct message.
    return Command(
        account=workspace.account,
        key=f"command:{body['trigger_id']}",
        user=str(body["user_id"]),
        chat="",
        name=str(body.get("user_name") or ""),
        word=word,
        argument=argument,
    )


def slash_command(text: str) -> tuple[str, str]:
    """What follows the slash command, as (word, argument); anything but a word of ours is a project to label."""
    first, _, rest = text.strip().partition(" ")
    word = first.lower()
    if word in WORDS | WITH_CODE | WITH_ITEM:
        return word, rest.strip()
    return "label", text.strip()
