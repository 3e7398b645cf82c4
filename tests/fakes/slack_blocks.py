"""Block Kit's rules: everything Slack refuses in blocks and views, as the error texts it answers with."""

import copy
import ipaddress
import json
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.basic_objects import JsonObject
from slack_sdk.models.blocks import Block

from tests.fakes.slack_text import Json, interactive

BLOCKS_IN_A_MESSAGE = 50
BLOCKS_IN_A_VIEW = 100
VIEW_BYTES = 250_000
MARKDOWN_IN_ALL = 12_000
OPTIONS = {"static_select": 100, "multi_static_select": 100, "radio_buttons": 10, "checkboxes": 10, "overflow": 5}
IN_ACTIONS = {"button", "datepicker", "timepicker", "workflow_button", *OPTIONS}
IN_INPUT = {
    "plain_text_input",
    "number_input",
    "email_text_input",
    "url_text_input",
    "rich_text_input",
    "file_input",
    "datepicker",
    "timepicker",
    *OPTIONS,
} - {"overflow"}
PICTURES = {"image/png", "image/jpeg", "image/gif"}

FileKind = Callable[[str], str | None]


class Checker:
    """Collects complaints about one payload; `kind_of` gives a mimetype: "" while unprocessed, None if unknown."""

    def __init__(self, kind_of: FileKind) -> None:
        self.complaints: list[str] = []
        self._kind_of = kind_of

    def blocks(self, blocks: Any, most: int) -> None:
        if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
            return self.refuse("must be an array of objects", "/blocks")
        if len(blocks) > most:
            self.refuse(f"no more than {most} items allowed", "/blocks")
        for index, block in enumerate(blocks):
            self._block(block, f"/blocks/{index}")
        self._unique(blocks)
        if sum(len(str(b.get("text"))) for b in blocks if b.get("type") == "markdown") > MARKDOWN_IN_ALL:
            self.refuse(f"markdown blocks may hold {MARKDOWN_IN_ALL} characters together", "/blocks")
        if not self.complaints:
            self._as_the_sdk_sees(blocks)

    def refuse(self, message: str, pointer: str) -> None:
        self.complaints.append(f"{message} [json-pointer:{pointer}]")

    def text(self, value: Any, pointer: str, most: int, kinds: Sequence[str] = ("plain_text",)) -> None:
        """A text object of one of the kinds with 1 to `most` characters."""
        if not isinstance(value, dict) or not isinstance(value.get("text"), str):
            return self.refuse("missing required field: text", pointer)
        if value.get("type") not in kinds:
            return self.refuse(f"must be one of {', '.join(kinds)}", f"{pointer}/type")
        self.length(value["text"], f"{pointer}/text", most)

    def length(self, value: Any, pointer: str, most: int, least: int = 1) -> None:
        if not isinstance(value, str):
            return self.refuse("must be a string", pointer)
        if len(value) > most:
            self.refuse(f"must be less than {most + 1} characters", pointer)
        if len(value) < least:
            self.refuse(f"must be more than {least - 1} characters", pointer)

    def _block(self, block: Json, at: str) -> None:
        check = getattr(self, f"_block_{block.get('type')}", None)
        if check is None:
            return self.refuse(f"unsupported type: {block.get('type')}", at)
        if block.get("block_id") is not None:
            self.length(block["block_id"], f"{at}/block_id", 255)
        check(block, at)

    def _block_section(self, block: Json, at: str) -> None:
        both = ("plain_text", "mrkdwn")
        if block.get("text") is None and not block.get("fields"):
            return self.refuse("missing required field: text or fields", at)
        if block.get("text") is not None:
            self.text(block["text"], f"{at}/text", 3000, both)
        for index, field in enumerate(self._some(block, "fields", at, 10)):
            self.text(field, f"{at}/fields/{index}", 2000, both)
        if block.get("accessory") is not None:
            self._element(block["accessory"], f"{at}/accessory", IN_ACTIONS | {"image"})

    def _block_header(self, block: Json, at: str) -> None:
        self.text(block.get("text"), f"{at}/text", 150)

    def _block_markdown(self, block: Json, at: str) -> None:
        self.length(block.get("text"), f"{at}/text", MARKDOWN_IN_ALL)

    def _block_divider(self, block: Json, at: str) -> None:
        if set(block) - {"type", "block_id"}:
            self.refuse("no additional properties allowed", at)

    def _block_context(self, block: Json, at: str) -> None:
        for index, part in enumerate(self._some(block, "elements", at, 10, least=1)):
            where = f"{at}/elements/{index}"
            if isinstance(part, dict) and part.get("type") == "image":
                self._image(part, where)
            else:
                self.text(part, where, 3000, ("plain_text", "mrkdwn"))

    def _block_image(self, block: Json, at: str) -> None:
        self._image(block, at)
        if block.get("title") is not None:
            self.text(block["title"], f"{at}/title", 2000)

    def _block_actions(self, block: Json, at: str) -> None:
        for index, element in enumerate(self._some(block, "elements", at, 25, least=1)):
            self._element(element, f"{at}/elements/{index}", IN_ACTIONS)

    def _block_input(self, block: Json, at: str) -> None:
        self.text(block.get("label"), f"{at}/label", 2000)
        if block.get("hint") is not None:
            self.text(block["hint"], f"{at}/hint", 2000)
        self._element(block.get("element"), f"{at}/element", IN_INPUT)

    def _block_rich_text(self, block: Json, at: str) -> None:
        for index, part in enumerate(self._some(block, "elements", at, 1000, least=1)):
            self._rich(part, f"{at}/elements/{index}")

    def _block_file(self, block: Json, at: str) -> None:
        self.refuse("a file block cannot be posted by an app", at)

    def _rich(self, node: Any, at: str) -> None:
        if not isinstance(node, dict) or "type" not in node:
            return self.refuse("missing required field: type", at)
        if node["type"] == "text":
            self.length(node.get("text"), f"{at}/text", 40_000)
        for index, part in enumerate(node.get("elements", [])):
            self._rich(part, f"{at}/elements/{index}")

    def _some(self, holder: Json, key: str, at: str, most: int, least: int = 0) -> list[Any]:
        parts = holder.get(key)
        if parts is None and least == 0:
            return []
        if not isinstance(parts, list) or len(parts) < least:
            self.refuse(f"no fewer than {least} items required", f"{at}/{key}")
            return []
        if len(parts) > most:
            self.refuse(f"no more than {most} items allowed", f"{at}/{key}")
        return parts

    def _element(self, element: Any, at: str, allowed: set[str]) -> None:
        kind = element.get("type") if isinstance(element, dict) else None
        if kind not in allowed:
            return self.refuse(f"unsupported type: {kind}", at)
        if kind == "image":
            return self._image(element, at)
        if "action_id" in element:
            self.length(element["action_id"], f"{at}/action_id", 255)
        if element.get("placeholder") is not None:
            self.text(element["placeholder"], f"{at}/placeholder", 150)
        if element.get("confirm") is not None:
            self._confirm(element["confirm"], f"{at}/confirm")
        if kind == "button":
            self._button(element, at)
        elif kind in OPTIONS:
            self._options(element, at)
        elif kind == "plain_text_input":
            self._plain_text_input(element, at)

    def _button(self, element: Json, at: str) -> None:
        self.text(element.get("text"), f"{at}/text", 75)
        if element.get("value") is not None:
            self.length(element["value"], f"{at}/value", 2000)
        if element.get("url") is not None:
            self.length(element["url"], f"{at}/url", 3000)
        if element.get("accessibility_label") is not None:
            self.length(element["accessibility_label"], f"{at}/accessibility_label", 75)
        if element.get("style") not in (None, "primary", "danger"):
            self.refuse("must be one of primary, danger", f"{at}/style")

    def _confirm(self, confirm: Json, at: str) -> None:
        self.text(confirm.get("title"), f"{at}/title", 100)
        self.text(confirm.get("text"), f"{at}/text", 300, ("plain_text", "mrkdwn"))
        self.text(confirm.get("confirm"), f"{at}/confirm", 30)
        self.text(confirm.get("deny"), f"{at}/deny", 30)

    def _plain_text_input(self, element: Json, at: str) -> None:
        for key, most in (("min_length", 3000), ("max_length", 3000)):
            if not 0 <= (element.get(key) or 0) <= most:
                self.refuse(f"must be between 0 and {most}", f"{at}/{key}")
        if element.get("initial_value") is not None:
            self.length(element["initial_value"], f"{at}/initial_value", element.get("max_length") or 3000, 0)

    def _options(self, element: Json, at: str) -> None:
        most = OPTIONS[element["type"]]
        groups = self._some(element, "option_groups", at, 100)
        for index, group in enumerate(groups):
            self.text(group.get("label"), f"{at}/option_groups/{index}/label", 75)
            self._option_list(group, f"{at}/option_groups/{index}", 100)
        if not groups:
            self._option_list(element, at, most)

    def _option_list(self, holder: Json, at: str, most: int) -> None:
        for index, option in enumerate(self._some(holder, "options", at, most, least=1)):
            where = f"{at}/options/{index}"
            kinds = (
                ("plain_text", "mrkdwn") if holder.get("type") in ("radio_buttons", "checkboxes") else ("plain_text",)
            )
            self.text(option.get("text"), f"{where}/text", 75, kinds)
            self.length(option.get("value"), f"{where}/value", 150)
            if option.get("description") is not None:
                self.text(option["description"], f"{where}/description", 75, kinds)

    def _image(self, image: Json, at: str) -> None:
        self.length(image.get("alt_text"), f"{at}/alt_text", 2000)
        file, url = image.get("slack_file"), image.get("image_url")
        if (file is None) == (url is None):
            return self.refuse("exactly one of image_url and slack_file is required", at)
        if file is not None:
            return self._slack_file(file, at)
        self.length(url, f"{at}/image_url", 3000)
        if not _is_public(str(url)):
            self.refuse("downloading image failed", f"{at}/image_url")

    def _slack_file(self, file: Any, at: str) -> None:
        if not isinstance(file, dict) or ("id" in file) == ("url" in file):
            return self.refuse("exactly one of id and url is required", f"{at}/slack_file")
        if self._kind_of(str(file.get("id") or file.get("url"))) not in PICTURES:
            self.refuse("invalid slack file", f"{at}/slack_file")

    def _unique(self, blocks: list[Json]) -> None:
        seen: set[str] = set()
        for index, block in enumerate(blocks):
            if block.get("block_id") in seen:
                self.refuse(f"`block_id` {block['block_id']} already exists", f"/blocks/{index}/block_id")
            seen |= {block["block_id"]} if block.get("block_id") else set()
        actions: set[str] = set()
        for block, element in interactive(blocks):
            if element["action_id"] in actions:
                self.refuse(f"`action_id` {element['action_id']} already exists", f"/blocks/{blocks.index(block)}")
            actions.add(element["action_id"])

    def _as_the_sdk_sees(self, blocks: list[Json]) -> None:
        """The vendor's own model classes know limits of their own, and are kept up to date by Slack."""
        for index, block in enumerate(blocks):
            try:
                for part in _sdk_objects(Block.parse(copy.deepcopy(block))):
                    part.validate_json()
            except (SlackObjectFormationError, TypeError, AttributeError, KeyError) as error:
                self.refuse(str(error), f"/blocks/{index}")


def _sdk_objects(block: Any) -> list[JsonObject]:
    found: list[JsonObject] = []
    waiting = [block]
    while waiting:
        part = waiting.pop()
        if isinstance(part, JsonObject):
            found.append(part)
            waiting += [
                getattr(part, name, None) for name in ("elements", "accessory", "element", "options", "confirm")
            ]
        elif isinstance(part, list | tuple):
            waiting += part
    return found


def _is_public(url: str) -> bool:
    """Slack fetches image_url from its own machines: only public http(s) addresses can work."""
    address = urlsplit(url)
    if address.scheme not in ("http", "https") or not address.hostname or "." not in address.hostname:
        return False
    try:
        return ipaddress.ip_address(address.hostname).is_global
    except ValueError:
        return True


def message_complaints(blocks: Any, kind_of: FileKind) -> list[str]:
    """Why chat.postMessage and its kin would answer `invalid_blocks`; empty when they would not."""
    checker = Checker(kind_of)
    checker.blocks(blocks, BLOCKS_IN_A_MESSAGE)
    return checker.complaints


def view_complaints(view: Any, kind_of: FileKind, kind: str) -> list[str]:
    """Why views.* would answer `invalid_arguments`; `kind` is "modal" or "home"."""
    checker = Checker(kind_of)
    if not isinstance(view, dict) or view.get("type") != kind:
        checker.refuse(f"must be a {kind} view", "/view/type")
        return checker.complaints
    checker.blocks(view.get("blocks"), BLOCKS_IN_A_VIEW)
    for key, most in (("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)):
        if view.get(key) is not None:
            checker.length(view[key], f"/view/{key}", most, 0)
    if kind == "modal":
        _modal(checker, view)
    return checker.complaints


def _modal(checker: Checker, view: Json) -> None:
    checker.text(view.get("title"), "/view/title", 24)
    for key in ("submit", "close"):
        if view.get(key) is not None:
            checker.text(view[key], f"/view/{key}", 24)
    blocks = view.get("blocks")
    if isinstance(blocks, list) and view.get("submit") is None and any(b.get("type") == "input" for b in blocks):
        checker.refuse("submit is required when an input block is within blocks array", "/view/submit")


def view_is_too_large(view: Any) -> bool:
    return len(json.dumps(view, ensure_ascii=False).encode()) > VIEW_BYTES


def completed(blocks: Sequence[Json], new_id: Callable[[], str]) -> list[Json]:
    """A copy of the blocks with the block_ids and action_ids Slack makes up where the app gave none."""
    copies = copy.deepcopy(list(blocks))
    for block in copies:
        block.setdefault("block_id", new_id())
        for element in [*block.get("elements", []), block.get("accessory"), block.get("element")]:
            if isinstance(element, dict) and element.get("type") in IN_ACTIONS | IN_INPUT:
                element.setdefault("action_id", new_id())
    return copies
