"""API methods about the bot, its chats, files, commands and webhook."""

import re
from typing import Any
from urllib.parse import urlsplit

import telegram
from telegram.constants import BotCommandLimit, ChatAction, WebhookLimit

from tests.fakes.telegram_content import utf16
from tests.fakes.telegram_messages import Parameters, Uploads
from tests.fakes.telegram_schema import Refusal, bad, check_object
from tests.fakes.telegram_world import Hook, World

_TEXT_LIMITS = {"name": 64, "description": 512, "short_description": 120}  # setMyName and its kin
_ACTIONS = frozenset(str(action.value) for action in ChatAction)


def get_me(world: World, p: Parameters, uploads: Uploads) -> Any:
    abilities = {
        "can_join_groups": True,
        "can_read_all_group_messages": not world.privacy,
        "supports_inline_queries": False,
    }
    return world.bot | abilities


def get_chat(world: World, p: Parameters, uploads: Uploads) -> Any:
    full = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": _NO_GIFTS}
    return world.chat_for_bot(p["chat_id"]).to_json() | full


_GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
_NO_GIFTS = dict.fromkeys(_GIFTS, False)


def get_file(world: World, p: Parameters, uploads: Uploads) -> Any:
    return world.files.link(p["file_id"], world.clock.now())


def send_chat_action(world: World, p: Parameters, uploads: Uploads) -> Any:
    chat = world.chat_for_bot(p["chat_id"])
    if p["action"] not in _ACTIONS:
        raise bad("wrong parameter action in request")
    chat.actions.append(p["action"])
    return True


def _scope(p: Parameters) -> tuple[str, str]:
    scope = p.get("scope") or {"type": "default"}
    return " ".join(str(scope[key]) for key in sorted(scope, reverse=True)), p.get("language_code") or ""


def set_my_commands(world: World, p: Parameters, uploads: Uploads) -> Any:
    commands = p["commands"]
    if not isinstance(commands, list) or len(commands) > BotCommandLimit.MAX_COMMAND_NUMBER:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        check_object(telegram.BotCommand, command)
        if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= utf16(command["description"]) <= BotCommandLimit.MAX_DESCRIPTION:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    world.settings["commands", *_scope(p)] = commands
    return True


def get_my_commands(world: World, p: Parameters, uploads: Uploads) -> Any:
    return world.settings.get(("commands", *_scope(p)), [])


def delete_my_commands(world: World, p: Parameters, uploads: Uploads) -> Any:
    world.settings.pop(("commands", *_scope(p)), None)
    return True


def set_text(name: str) -> Any:
    """setMyName, setMyDescription, setMyShortDescription."""

    def set_it(world: World, p: Parameters, uploads: Uploads) -> Any:
        if utf16(p.get(name) or "") > _TEXT_LIMITS[name]:
            raise bad(f"{name} is too long")
        world.settings[name, p.get("language_code") or ""] = p.get(name) or ""
        return True

    return set_it


def get_text(name: str) -> Any:
    """getMyName, getMyDescription, getMyShortDescription."""

    def get_it(world: World, p: Parameters, uploads: Uploads) -> Any:
        return {name: world.settings.get((name, p.get("language_code") or ""), "")}

    return get_it


def set_chat_menu_button(world: World, p: Parameters, uploads: Uploads) -> Any:
    button = p.get("menu_button") or {"type": "default"}
    if button.get("type") not in {"default", "commands", "web_app"}:
        raise bad("can't parse menu button")
    if button["type"] == "web_app" and urlsplit(button.get("web_app", {}).get("url", "")).scheme != "https":
        raise bad("menu button Web App URL is invalid: Only HTTPS links are allowed")
    world.settings["menu_button", p.get("chat_id")] = button
    return True


def get_chat_menu_button(world: World, p: Parameters, uploads: Uploads) -> Any:
    default = world.settings.get(("menu_button", None), {"type": "commands"})
    return world.settings.get(("menu_button", p.get("chat_id")), default)


def set_webhook(world: World, p: Parameters, uploads: Uploads) -> Any:
    """Plain http is taken too, for loopback; the platform wants https on 443, 80, 88 or 8443."""
    if not p["url"]:
        return delete_webhook(world, p, uploads)
    if urlsplit(p["url"]).scheme not in {"http", "https"} or not urlsplit(p["url"]).netloc:
        raise bad("bad webhook: invalid URL")
    secret = p.get("secret_token")
    if secret is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise bad("secret token contains unallowed characters")
    connections = p.get("max_connections") or 40
    if not WebhookLimit.MIN_CONNECTIONS_LIMIT <= connections <= WebhookLimit.MAX_CONNECTIONS_LIMIT:
        raise bad("max_connections must be 1-100")
    world.inbox.allow(p.get("allowed_updates"))
    if p.get("drop_pending_updates"):
        world.inbox.drop_all()
    world.hook = Hook(p["url"], secret, connections)
    return True


def delete_webhook(world: World, p: Parameters, uploads: Uploads) -> Any:
    if p.get("drop_pending_updates"):
        world.inbox.drop_all()
    world.hook = None
    return True


def get_webhook_info(world: World, p: Parameters, uploads: Uploads) -> Any:
    info: dict[str, Any] = {"url": "", "has_custom_certificate": False}
    info["pending_update_count"] = len(world.inbox.waiting())
    if world.inbox.allowed:
        info["allowed_updates"] = world.inbox.allowed
    if world.hook is not None:
        info |= {"url": world.hook.url, "max_connections": world.hook.max_connections, "ip_address": "127.0.0.1"}
        if world.hook_error is not None:
            info["last_error_date"], info["last_error_message"] = world.hook_error
    return info


def leave_chat(world: World, p: Parameters, uploads: Uploads) -> Any:
    chat = world.chat_for_bot(p["chat_id"])
    if chat.kind == "private":
        raise Refusal(400, "Bad Request: chat can't be left")
    chat.refusal = f"bot is not a member of the {chat.kind} chat"
    return True


_TEXTS = {"Name": "name", "Description": "description", "ShortDescription": "short_description"}
METHODS = {
    "getMe": get_me,
    "getChat": get_chat,
    "getFile": get_file,
    "leaveChat": leave_chat,
    "sendChatAction": send_chat_action,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    **{f"setMy{suffix}": set_text(name) for suffix, name in _TEXTS.items()},
    **{f"getMy{suffix}": get_text(name) for suffix, name in _TEXTS.items()},
    "setChatMenuButton": set_chat_menu_button,
    "getChatMenuButton": get_chat_menu_button,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
}
