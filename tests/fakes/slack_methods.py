"""The Web API methods of the fake: one function each, which answers or raises RefusalError."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.fakes.slack_blocks import completed, message_complaints, view_complaints, view_is_too_large
from tests.fakes.slack_text import Json, escape
from tests.fakes.slack_world import (
    APP,
    BOT,
    BOT_NAME,
    BOT_USER,
    TEAM,
    Conversation,
    File,
    Message,
    Trigger,
    View,
    World,
)

TRIGGER_SECONDS = 3.0
MODALS_IN_A_STACK = 3
TEXT_POSTED = 40_000
TEXT_UPDATED = 4_000  # chat.update counts bytes of the escaped text, chat.postMessage characters


class RefusalError(Exception):
    """An answer with ok: false; `more` joins it."""

    def __init__(self, error: str, messages: Sequence[str] = (), **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.more = more
        if messages:
            self.more |= {"errors": list(messages)}
            self.more["response_metadata"] = {"messages": [f"[ERROR] {message}" for message in messages]}


@dataclass(frozen=True)
class Method:
    """A method's function and the scope it needs ("" for none)."""

    run: Callable[[World, Json], Json]
    scope: str


METHODS: dict[str, Method] = {}

Run = Callable[[World, Json], Json]


def _method(name: str, scope: str = "") -> Callable[[Run], Run]:
    def register(run: Run) -> Run:
        METHODS[name] = Method(run, scope)
        return run

    return register


def _need(args: Json, name: str) -> Any:
    if args.get(name) in (None, ""):
        raise RefusalError("invalid_arguments", [f"missing required field: {name} [json-pointer:/{name}]"])
    return args[name]


@_method("auth.test")
def _auth_test(world: World, args: Json) -> Json:
    who = {"user": BOT_NAME, "user_id": BOT_USER, "bot_id": BOT, "team": "Fake team", "team_id": TEAM}
    return who | {"url": "https://fake.slack.com/", "is_enterprise_install": False}


def _conversation(world: World, channel: Any, opens_dm: bool = False) -> Conversation:
    """By id; posting alone also takes a person's id (their direct message) or a channel's name."""
    found = world.conversations.get(str(channel))
    if found is None and opens_dm:
        found = world.dm_of(str(channel)) or next(
            (c for c in world.conversations.values() if c.name == str(channel).removeprefix("#") and not c.is_im), None
        )
    if found is None:
        raise RefusalError("channel_not_found")
    return found


def _writable(world: World, channel: Any) -> Conversation:
    found = _conversation(world, channel, opens_dm=True)
    if found.is_archived:
        raise RefusalError("is_archived")
    if not found.is_member and "chat:write.public" not in world.scopes:
        raise RefusalError("not_in_channel")
    return found


def checked_content(world: World, args: Json) -> tuple[str, list[Json]]:
    """The text and blocks of a message that is to be shown, or the refusal Slack would give."""
    text, blocks = args.get("text") or "", args.get("blocks") or []
    if not isinstance(text, str):
        raise RefusalError("invalid_arguments", ["must be a string [json-pointer:/text]"])
    if not text and not blocks:
        raise RefusalError("no_text")
    if len(text) > TEXT_POSTED:
        raise RefusalError("msg_too_long")
    complaints = message_complaints(blocks, world.file_kind)
    if complaints:
        raise RefusalError("invalid_blocks", complaints)
    return text, completed(blocks, world.block_id)


def _thread(conversation: Conversation, args: Json) -> str | None:
    thread_ts = args.get("thread_ts")
    if thread_ts and conversation.find(str(thread_ts)) is None:
        raise RefusalError("thread_not_found")
    return str(thread_ts) if thread_ts else None


@_method("chat.postMessage", "chat:write")
def _post(world: World, args: Json) -> Json:
    conversation = _writable(world, _need(args, "channel"))
    text, blocks = checked_content(world, args)
    thread_ts = _thread(conversation, args)
    content = {"text": text, "blocks": blocks, "thread_ts": thread_ts, "metadata": args.get("metadata")}
    message = world.new_message(conversation, BOT_USER, BOT_NAME, **content)
    world.emit_message(message)
    return {"channel": conversation.id, "ts": message.ts, "message": world.message_json(message)}


def _own(world: World, args: Json, refusal: str) -> Message:
    conversation = _conversation(world, _need(args, "channel"))
    message = conversation.find(str(_need(args, "ts")))
    if message is None:
        raise RefusalError("message_not_found")
    if not message.by_bot:
        raise RefusalError(refusal)
    return message


@_method("chat.update", "chat:write")
def _update(world: World, args: Json) -> Json:
    message = _own(world, args, "cant_update_message")
    text, blocks = checked_content(world, args)
    if len(escape(text).encode()) > TEXT_UPDATED:
        raise RefusalError("msg_too_long")
    message.metadata = args.get("metadata", message.metadata)
    world.change(message, text, blocks, marked=not blocks)
    return {"channel": message.channel, "ts": message.ts, "text": text, "message": world.message_json(message)}


@_method("chat.delete", "chat:write")
def _delete(world: World, args: Json) -> Json:
    message = _own(world, args, "cant_delete_message")
    message.deleted = True
    world.emit_change(message, "message_deleted", world.message_json(message))
    return {"channel": message.channel, "ts": message.ts}


@_method("chat.postEphemeral", "chat:write")
def _ephemeral(world: World, args: Json) -> Json:
    conversation = _writable(world, _need(args, "channel"))
    user = str(_need(args, "user"))
    if user not in conversation.members or user not in world.people:
        raise RefusalError("user_not_in_channel")
    text, blocks = checked_content(world, args)
    return {"message_ts": show_ephemeral(world, conversation.id, user, text, blocks, _thread(conversation, args)).ts}


def show_ephemeral(
    world: World, channel: str, user: str, text: str, blocks: list[Json], thread_ts: str | None = None
) -> Message:
    message = Message(world.new_ts(), channel, BOT_USER, BOT_NAME, text, blocks, thread_ts, ephemeral_for=user)
    world.people[user].ephemerals.append(message)
    return message


@_method("conversations.open", "im:write")
def _open(world: World, args: Json) -> Json:
    wanted = args.get("users") or args.get("channel") or ""
    users = wanted.split(",") if isinstance(wanted, str) else list(wanted)
    if len(users) != 1:
        raise RefusalError("not_enough_users" if not users else "too_many_users")
    found = world.conversations.get(users[0]) or world.dm_of(users[0])
    if found is None or not found.is_im:
        raise RefusalError("user_not_found")
    return {"channel": {"id": found.id}, "no_op": True, "already_open": True}


@_method("conversations.info", "channels:read")
def _info(world: World, args: Json) -> Json:
    found = _conversation(world, _need(args, "channel"))
    facts = {"id": found.id, "is_im": found.is_im, "is_channel": not found.is_im, "is_archived": found.is_archived}
    facts |= {"user": found.members[0]} if found.is_im else {"name": found.name, "is_member": found.is_member}
    return {"channel": facts}


@_method("users.info", "users:read")
def _user(world: World, args: Json) -> Json:
    person = world.people.get(str(_need(args, "user")))
    if person is None:
        raise RefusalError("user_not_found")
    return {"user": person.profile(with_locale=args.get("include_locale") in (True, "true", "1", 1))}


@_method("reactions.add", "reactions:write")
def _react(world: World, args: Json) -> Json:
    message = _conversation(world, _need(args, "channel")).find(str(_need(args, "timestamp")))
    if message is None:
        raise RefusalError("message_not_found")
    reaction = (BOT_USER, str(_need(args, "name")).strip(":"))
    if reaction in message.reactions:
        raise RefusalError("already_reacted")
    message.reactions.append(reaction)
    return {}


def _pull_trigger(world: World, args: Json) -> Trigger:
    trigger = world.triggers.get(str(_need(args, "trigger_id")))
    if trigger is None:
        raise RefusalError("invalid_trigger_id")
    if trigger.used:
        raise RefusalError("exchanged_trigger_id")
    if world.now() - trigger.at > TRIGGER_SECONDS:
        raise RefusalError("expired_trigger_id")
    return trigger


def checked_view(world: World, view: Any, kind: str) -> Json:
    if isinstance(view, dict) and view_is_too_large(view):
        raise RefusalError("view_too_large")
    complaints = view_complaints(view, world.file_kind, kind)
    if complaints:
        raise RefusalError("invalid_arguments", complaints)
    taken = [other for other in world.views.values() if view.get("external_id") == other.content.get("external_id")]
    if view.get("external_id") and taken:
        raise RefusalError("duplicate_external_id")
    return {**view, "blocks": completed(view["blocks"], world.block_id)}


def push_view(world: World, user: str, content: Json) -> View:
    """Put a modal on top of the person's stack, at most three deep (docs.slack.dev/surfaces/modals)."""
    stack = world.people[user].modals
    if len(stack) >= MODALS_IN_A_STACK:
        raise RefusalError("push_limit_reached")
    view_id = world.new_id("V")
    root, below = (stack[0].id, stack[-1].id) if stack else (view_id, None)
    view = View(view_id, user, content, _hash(world), root, below)
    world.views[view_id] = view
    stack.append(view)
    return view


def _hash(world: World) -> str:
    return f"{int(world.now())}.{secrets.token_hex(4)}"


@_method("views.open")
def _views_open(world: World, args: Json) -> Json:
    trigger = _pull_trigger(world, args)
    view = push_view(world, trigger.user, checked_view(world, _need(args, "view"), "modal"))
    trigger.used = True
    return {"view": world.view_json(view)}


@_method("views.push")
def _views_push(world: World, args: Json) -> Json:
    trigger = _pull_trigger(world, args)
    if not world.people[trigger.user].modals:
        raise RefusalError("not_found")
    return _views_open(world, args)


@_method("views.update")
def _views_update(world: World, args: Json) -> Json:
    if not args.get("view_id") and not args.get("external_id"):
        raise RefusalError("invalid_arguments", ["view_id or external_id is required"])
    key, value = ("id", args["view_id"]) if args.get("view_id") else ("external_id", args["external_id"])
    found = [view for view in world.views.values() if value in (view.id if key == "id" else view.content.get(key),)]
    if not found or found[0] not in world.people[found[0].user].modals:
        raise RefusalError("not_found")
    return {"view": _replace(world, found[0], args, "modal")}


def _replace(world: World, view: View, args: Json, kind: str) -> Json:
    if args.get("hash") and args["hash"] != view.hash:
        raise RefusalError("hash_conflict")
    replace_view(world, view, _need(args, "view"), kind)
    return world.view_json(view)


def replace_view(world: World, view: View, content: Any, kind: str) -> None:
    own = view.content.pop("external_id", None)  # its own external_id may stay
    try:
        view.content = checked_view(world, content, kind)
    except RefusalError:
        view.content |= {"external_id": own} if own else {}
        raise
    view.hash, view.errors = _hash(world), {}


@_method("views.publish")
def _publish(world: World, args: Json) -> Json:
    person = world.people.get(str(_need(args, "user_id")))
    if person is None:
        raise RefusalError("user_not_found")
    if person.home is not None:
        return {"view": _replace(world, person.home, args, "home")}
    content = checked_view(world, _need(args, "view"), "home")
    view_id = world.new_id("V")
    person.home = world.views[view_id] = View(view_id, person.id, content, _hash(world), view_id)
    return {"view": world.view_json(person.home)}


@_method("files.getUploadURLExternal", "files:write")
def _upload_url(world: World, args: Json) -> Json:
    name, length = str(_need(args, "filename")), _need(args, "length")
    if not str(length).isdigit() or int(length) < 1:
        raise RefusalError("invalid_arguments", ["length must be a positive number [json-pointer:/length]"])
    file = File(world.new_id("F"), name, BOT_USER, length=int(length))
    world.files[file.id] = file
    return {"upload_url": f"{world.url}/upload/v1/{file.id}", "file_id": file.id}


@_method("files.completeUploadExternal", "files:write")
def _complete(world: World, args: Json) -> Json:
    wanted = [(world.files.get(entry.get("id", "")), entry) for entry in _need(args, "files")]
    found = [(file, entry) for file, entry in wanted if file and file.data is not None and not file.complete]
    if len(found) != len(wanted):
        raise RefusalError("file_not_found")
    conversation = _writable(world, args["channel_id"]) if args.get("channel_id") else None
    for file, entry in found:
        file.title, file.complete = entry.get("title") or file.name, True
    files = [file for file, _ in found]
    if conversation is not None:
        content = {"text": args.get("initial_comment") or "", "files": files}
        message = world.new_message(conversation, BOT_USER, BOT_NAME, thread_ts=_thread(conversation, args), **content)
        world.emit_message(message, subtype="file_share")
    return {"files": [world.file_json(file) for file in files]}


def _file(world: World, args: Json) -> File:
    file = world.files.get(str(_need(args, "file")))
    if file is None or not file.complete:
        raise RefusalError("file_not_found")
    if file.deleted:
        raise RefusalError("file_deleted")
    return file


@_method("files.info", "files:read")
def _file_info(world: World, args: Json) -> Json:
    file = _file(world, args)
    if world.processed_after is not None and file.looked_at >= world.processed_after:
        file.processed = True
    file.looked_at += 1
    return {"file": world.file_json(file)}


@_method("files.delete", "files:write")
def _file_delete(world: World, args: Json) -> Json:
    file = _file(world, args)
    if file.owner != BOT_USER:
        raise RefusalError("cant_delete_file")
    file.deleted = True
    return {}


@_method("bots.info", "users:read")
def _bot_info(world: World, args: Json) -> Json:
    return {"bot": {"id": BOT, "app_id": APP, "user_id": BOT_USER, "name": BOT_NAME, "deleted": False}}
