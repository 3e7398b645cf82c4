"""A person in the fake workspace: what they do, and what they see."""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from tests.fakes import slack_forms as forms
from tests.fakes.slack_delivery import Courier, Delivery, Reply
from tests.fakes.slack_methods import RefusalError, checked_content, push_view, replace_view, show_ephemeral
from tests.fakes.slack_text import Button, Json, as_sent, escape, interactive, typed
from tests.fakes.slack_world import APP, BOT_NAME, BOT_USER, TEAM, Conversation, File, Message, View, World

Wanted = str | Callable[[Button], bool]
Place = Message | View


class Person:
    """Somebody who uses the app. Every method returns the Delivery it caused; reading needs no method."""

    def __init__(self, world: World, courier: Courier, name: str, user_id: str, locale: str, team: str) -> None:
        self.id = user_id
        self.name = name
        self.locale = locale
        self.team = team
        self.modals: list[View] = []
        self.home: View | None = None
        self.ephemerals: list[Message] = []
        self.errors: list[str] = []
        self._world = world
        self._courier = courier
        self._choices: dict[str, forms.Choices] = {}

    @property
    def dm(self) -> Conversation:
        found = self._world.dm_of(self.id)
        assert found is not None
        return found

    @property
    def modal(self) -> View | None:
        return self.modals[-1] if self.modals else None

    def profile(self, with_locale: bool) -> Json:
        stranger = self.team != TEAM
        names = {"real_name": self.name, "display_name": self.name}
        found = {"id": self.id, "team_id": self.team, "name": self.name.lower(), "deleted": False, "is_bot": False}
        found |= {"real_name": self.name, "profile": names, "tz": "Europe/Berlin", "is_stranger": stranger}
        return found | ({"locale": self.locale} if with_locale else {})

    # -- messages --------------------------------------------------------------------------------------------------

    def say(self, text: str, thread_ts: str | None = None, on: Conversation | None = None) -> Delivery:
        """Type a message in the direct message, or in channel `on`; the Delivery's `ts` is the message's."""
        return self._post(text, on or self.dm, [], thread_ts)

    def upload(self, name: str, data: bytes, text: str = "", thread_ts: str | None = None) -> Delivery:
        """Send a file in the direct message (a `file_share` message)."""
        with self._world.changed:
            file = File(self._world.new_id("F"), name, self.id, data, len(data), complete=True, processed=True)
            self._world.files[file.id] = file
            return self._post(text, self.dm, [file], thread_ts)

    def _post(self, text: str, where: Conversation, files: list[File], thread_ts: str | None) -> Delivery:
        with self._world.changed:
            plain, blocks = typed(text, self._names())
            content: Json = {"text": plain, "blocks": blocks if text else [], "files": files, "thread_ts": thread_ts}
            message = self._world.new_message(where, self.id, self.name, **content)
            more: Json = {"subtype": "file_share"} if files else {"client_msg_id": str(uuid.uuid4())}
            if f"<@{BOT_USER}>" in plain and not where.is_im:
                self._event("app_mention", "app_mentions:read", message, text=plain)
            delivery = self._world.emit_message(message, user_team=self.team, source_team=self.team, **more)
            return self._tell(delivery, message.ts)

    def edit(self, ts: str, text: str, on: Conversation | None = None) -> Delivery:
        with self._world.changed:
            message = self._mine(ts, on)
            before = self._world.message_json(message)
            message.edits.append(message.shown)
            message.text, message.blocks = typed(text, self._names())
            message.marked_edited = True
            return self._tell(self._world.emit_change(message, "message_changed", before), ts)

    def delete(self, ts: str, on: Conversation | None = None) -> Delivery:
        with self._world.changed:
            message = self._mine(ts, on)
            message.deleted = True
            before = self._world.message_json(message)
            return self._tell(self._world.emit_change(message, "message_deleted", before), ts)

    def react(self, ts: str, emoji: str, on: Conversation | None = None) -> Delivery:
        with self._world.changed:
            where = on or self.dm
            message = self._found(where, ts)
            message.reactions.append((self.id, emoji))
            item = {"type": "message", "channel": where.id, "ts": ts}
            return self._event("reaction_added", "reactions:read", reaction=emoji, item=item, item_user=message.user)

    def open_home(self) -> Delivery:
        with self._world.changed:
            view: Json = {"view": self._world.view_json(self.home)} if self.home else {}
            return self._event("app_home_opened", "", channel=self.dm.id, tab="home", **view)

    def _event(self, kind: str, scope: str, message: Message | None = None, **more: Any) -> Delivery:
        ts = message.ts if message else self._world.new_ts()
        event: Json = {"type": kind, "user": self.id, "event_ts": ts, **more}
        if message:
            event |= {"ts": ts, "channel": message.channel, "team": self.team}
        return self._tell(self._world.emit(event, scope), ts)

    def _tell(self, delivery: Delivery | None, ts: str) -> Delivery:
        found = delivery or Delivery("event", {}, sent=False, done=True, why="the bot is not in that channel")
        found.ts = ts
        self._world.changed.notify_all()
        return found

    def _names(self) -> dict[str, str]:
        return {BOT_NAME: BOT_USER} | {person.name: person.id for person in self._world.people.values()}

    def _found(self, where: Conversation, ts: str) -> Message:
        message = where.find(ts)
        if message is None:
            raise LookupError(f"no message {ts} in\n{where}")
        return message

    def _mine(self, ts: str, on: Conversation | None) -> Message:
        message = self._found(on or self.dm, ts)
        if message.user != self.id:
            raise LookupError(f"{self.name} did not write {message}")
        return message

    # -- commands, buttons, menus ----------------------------------------------------------------------------------

    def command(self, command: str, text: str = "", on: Conversation | None = None) -> Delivery:
        with self._world.changed:
            where = on or self.dm
            payload = {"token": "legacy", "command": command, "text": escape(text), "api_app_id": APP}
            payload |= {"user_id": self.id, "user_name": self.name.lower(), "team_id": TEAM, "team_domain": "fake"}
            payload |= {"channel_id": where.id, "channel_name": "directmessage" if where.is_im else where.name}
            payload["trigger_id"] = self._world.new_trigger(self.id)
            payload["response_url"] = self._world.new_response_url(self.id, where.id, None)
            return self._send("command", payload, command, lambda body: self._command_answered(where, body))

    def shortcut(self, callback_id: str, ts: str | None = None, on: Conversation | None = None) -> Delivery:
        """A global shortcut, or with `ts` a message shortcut on that message."""
        with self._world.changed:
            payload = self._payload("shortcut") | {"callback_id": callback_id, "action_ts": self._world.new_ts()}
            if ts is not None:
                where = on or self.dm
                message = self._found(where, ts)
                payload |= {"type": "message_action", "message": self._world.message_json(message), "message_ts": ts}
                payload |= self._channel(where)
                payload["response_url"] = self._world.new_response_url(self.id, where.id, message)
            return self._send("interactive", payload, callback_id)

    def press(self, wanted: Wanted, ts: str | None = None, on: Conversation | str | None = None) -> Delivery:
        """Press a button by its text or a predicate over Button: in the newest message of the direct message that has
        such a button, in message `ts`, in channel `on`, or with on="modal" / on="home" there."""
        with self._world.changed:
            for place in self._places(ts, on):
                for block, element in interactive(place.blocks):
                    if element["type"] == "button" and _is(element, wanted):
                        return self._act(place, block, element, {"value": element.get("value")})
            raise LookupError(f"{self.name} sees no button {wanted!r}; there is:\n{self._visible(ts, on)}")

    def press_forged(
        self, action_id: str, value: str, ts: str, on: Conversation | None = None, block_id: str = "forged"
    ) -> Delivery:
        """A press nobody was offered: any action_id and value on any message of any conversation."""
        with self._world.changed:
            text = {"type": "plain_text", "text": "forged", "emoji": True}
            element = {"type": "button", "action_id": action_id, "text": text}
            message = self._found(on or self.dm, ts)
            return self._act(message, {"block_id": block_id}, element, {"value": value})

    def select(self, field: str, wanted: Any, ts: str | None = None, on: Conversation | str | None = None) -> Delivery:
        """Choose in a menu (by label, placeholder, block_id or action_id): an option's text or value, or several."""
        with self._world.changed:
            for place in self._places(ts, on):
                try:
                    block, element = forms.field_named(place.blocks, field)
                except LookupError:
                    continue
                now = forms.chosen(element, wanted)
                self._choices_in(place)[block["block_id"], element["action_id"]] = now
                if block["type"] == "input" and not block.get("dispatch_action"):
                    return Delivery(
                        "interactive", {}, sent=False, done=True, why="an input block keeps it until submit"
                    )
                return self._act(place, block, element, {key: as_sent(now[key]) for key in now if key != "type"})
            raise LookupError(f"{self.name} sees no menu {field!r}; there is:\n{self._visible(ts, on)}")

    def _places(self, ts: str | None, on: Conversation | str | None) -> Sequence[Place]:
        if isinstance(on, str):
            view = self.modal if on == "modal" else self.home
            return [view] if view else []
        where = on or self.dm
        own = [message for message in self.ephemerals if message.channel == where.id]
        present = [message for message in [*where.messages, *own] if not message.deleted]
        return sorted((m for m in present if ts in (None, m.ts)), key=lambda m: m.ts, reverse=True)

    def _visible(self, ts: str | None, on: Conversation | str | None) -> str:
        return "\n".join(f"{place.shown} {[button.text for button in place.buttons]}" for place in self._places(ts, on))

    def _choices_in(self, place: Place) -> forms.Choices:
        return self._choices.setdefault(place.id if isinstance(place, View) else place.ts, {})

    def _act(self, place: Place, block: Json, element: Json, given: Json) -> Delivery:
        action = {"type": element["type"], "action_id": element["action_id"], "block_id": block["block_id"]}
        action |= {key: value for key, value in given.items() if value is not None}
        action |= {"action_ts": self._world.new_ts()}
        if "text" in element:
            action["text"] = as_sent(element["text"])
        payload = self._payload("block_actions") | {"actions": [action]}
        values = forms.state(place.blocks, self._choices_in(place))
        payload |= self._in_view(place, values) if isinstance(place, View) else self._in_message(place, values)
        return self._send("interactive", payload, str(action["action_id"]))

    def _in_view(self, view: View, values: Json) -> Json:
        return {"view": self._world.view_json(view, values), "container": {"type": "view", "view_id": view.id}}

    def _in_message(self, message: Message, values: Json) -> Json:
        ephemeral = message.ephemeral_for is not None
        container: Json = {"type": "message", "message_ts": message.ts, "channel_id": message.channel}
        container |= {"is_ephemeral": ephemeral} | ({"thread_ts": message.thread_ts} if message.thread_ts else {})
        found: Json = {"container": container, "state": {"values": values}}
        found |= self._channel(self._world.conversations[message.channel])
        found |= {"response_url": self._world.new_response_url(self.id, message.channel, message)}
        return found if ephemeral else found | {"message": self._world.message_json(message)}

    def _channel(self, where: Conversation) -> Json:
        return {"channel": {"id": where.id, "name": "directmessage" if where.is_im else where.name}}

    def _payload(self, kind: str) -> Json:
        user = {"id": self.id, "username": self.name.lower(), "name": self.name.lower(), "team_id": self.team}
        team = {"id": TEAM, "domain": "fake"}
        found: Json = {"type": kind, "user": user, "team": team, "api_app_id": APP, "token": "legacy"}
        return found | {
            "trigger_id": self._world.new_trigger(self.id),
            "enterprise": None,
            "is_enterprise_install": False,
        }

    # -- modals ----------------------------------------------------------------------------------------------------

    def fill(self, values: Mapping[str, Any]) -> None:
        """Type into or choose in the open modal's fields (by label, block_id or action_id) without submitting."""
        with self._world.changed:
            view = self._open_modal()
            forms.fill(view.blocks, self._choices_in(view), values)

    def submit(self, values: Mapping[str, Any] | None = None) -> Delivery:
        """Fill in the open modal and submit it. An empty required field is refused by the client: nothing is sent."""
        with self._world.changed:
            view = self._open_modal()
            choices = self._choices_in(view)
            forms.fill(view.blocks, choices, values or {})
            view.errors = forms.missing(view.blocks, choices)
            if view.errors:
                return Delivery("interactive", {}, sent=False, done=True, why="the client refused the form")
            shown = self._world.view_json(view, forms.state(view.blocks, choices))
            payload = self._payload("view_submission") | {"view": shown, "response_urls": []}
            return self._send("interactive", payload, "the form", lambda body: self._submitted(view, body))

    def close(self) -> Delivery:
        """Dismiss the top modal; the app hears of it only if it asked to."""
        with self._world.changed:
            view = self._open_modal()
            self._leave(view)
            if not view.content.get("notify_on_close"):
                return Delivery("interactive", {}, sent=False, done=True, why="notify_on_close is not set")
            payload = self._payload("view_closed") | {"view": self._world.view_json(view), "is_cleared": False}
            return self._send("interactive", payload, "closing")

    def _open_modal(self) -> View:
        if self.modal is None:
            raise LookupError(f"{self.name} has no modal open; errors seen: {self.errors}")
        return self.modal

    def _leave(self, view: View) -> None:
        if view in self.modals:
            self.modals.remove(view)
            del self._world.views[view.id]
        self._world.changed.notify_all()

    def _submitted(self, view: View, body: Any) -> None:
        answer = body if isinstance(body, dict) else {}
        action = answer.get("response_action")
        if action is None and not body:
            self._leave(view)
        elif action == "clear":
            for opened in list(self.modals):
                self._leave(opened)
        elif action == "errors" and answer.get("errors") and set(answer["errors"]) <= forms.field_ids(view.blocks):
            view.errors = dict(answer["errors"])
        elif action == "update":
            replace_view(self._world, view, answer.get("view"), "modal")
        elif action == "push":
            content = answer.get("view")
            pushed = push_view(self._world, self.id, {"type": "modal", "blocks": []})
            self._fill_pushed(pushed, content)
        else:
            raise RefusalError(f"unusable answer {body!r}")

    def _fill_pushed(self, pushed: View, content: Any) -> None:
        try:
            replace_view(self._world, pushed, content, "modal")
        except RefusalError:
            self._leave(pushed)
            raise

    # -- answers ---------------------------------------------------------------------------------------------------

    def _send(self, kind: str, payload: Json, what: str, answered: Callable[[Any], None] | None = None) -> Delivery:
        def on_reply(reply: Reply) -> None:
            if not reply.ok:
                self.errors.append(f"{what}: {reply.reason}" + (f" {reply.body}" if reply.body else ""))
                return
            try:
                if answered is not None:
                    answered(reply.body)
            except RefusalError as refusal:
                self.errors.append(f"{what}: {refusal.error} {'; '.join(_strings(refusal.more.get('errors')))}".strip())

        scope = "commands" if kind == "command" else ""
        if scope and scope not in self._world.scopes:
            raise LookupError("without the scope `commands` the app has no slash commands")
        self._world.changed.notify_all()
        return self._courier.send(Delivery(kind, payload, on_reply=on_reply))

    def _command_answered(self, where: Conversation, body: Any) -> None:
        """A body in the acknowledgement of a command is shown to the person who gave it."""
        answer = {"text": body} if isinstance(body, str) else body
        if not answer:
            return
        text, blocks = checked_content(self._world, answer)
        if answer.get("response_type") == "in_channel":
            content: Json = {"text": text, "blocks": blocks}
            self._world.emit_message(self._world.new_message(where, BOT_USER, BOT_NAME, **content))
        else:
            show_ephemeral(self._world, where.id, self.id, text, blocks)


def _strings(values: Iterable[Any] | None) -> list[str]:
    return [str(value) for value in values or []]


def _is(element: Json, wanted: Wanted) -> bool:
    button = Button(element["text"]["text"], element.get("value"), element["action_id"], element.get("url"))
    return wanted(button) if callable(wanted) else button.text == wanted
