"""Text between Slack and us: nothing of ours is ever markup, and what people typed is read as they typed it."""

import re
from collections.abc import Iterator
from typing import Any

from bot.characters import cut

Json = dict[str, Any]

_LINK = re.compile(r"<(https?://[^<>|]+|mailto:[^<>|]+)(?:\|[^<>]*)?>")


def escape(text: str) -> str:
    """Makes `<!channel>`, mentions and links inert where Slack insists on parsing (docs.slack.dev, formatting text)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def clean(text: str) -> str:
    """Without what no JSON parser has to take: NUL and lone surrogates become U+FFFD."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\0", "\ufffd")


def fallback(text: str, limit: int = 3000) -> str:
    """The `text` beside blocks: notification and screen reader. `limit` in bytes; chat.update takes 4,000."""
    size = 1500
    short = escape(cut(text, size))
    while len(escape(short).encode()) > limit:
        size //= 2
        short = escape(cut(text, size))
    return short


def typed(message: Json) -> str:
    """What a person typed. `blocks` hold it literally; `text` has emoji as :names: and addresses in <>."""
    blocks = [block for block in message.get("blocks") or () if block.get("type") == "rich_text"]
    if blocks:
        return "\n".join(_lines(block.get("elements") or ()) for block in blocks)
    return unescape(_LINK.sub(r"\1", message.get("text") or ""))


def _lines(elements: Any) -> str:
    """Sections end with their own line break where something follows, lists and quotes do not."""
    text = ""
    for element in elements:
        text += "\n" if text and not text.endswith("\n") else ""
        is_list = element.get("type") == "rich_text_list"
        text += _lines(element.get("elements") or ()) if is_list else "".join(_leaves(element))
    return text


def _leaves(section: Json) -> Iterator[str]:
    for leaf in section.get("elements") or ():
        kind = leaf.get("type")
        if kind == "emoji":
            yield _emoji(leaf)
        elif kind == "user":
            yield f"@{leaf.get('user_id')}"
        elif kind == "broadcast":
            yield f"@{leaf.get('range')}"
        elif kind == "channel":
            yield f"#{leaf.get('channel_id')}"
        else:
            yield str(leaf.get("text") or leaf.get("url") or "")


def _emoji(leaf: Json) -> str:
    """A workspace's own emoji have no code points."""
    try:
        return "".join(chr(int(code, 16)) for code in leaf["unicode"].split("-"))
    except (KeyError, ValueError):
        return f":{leaf.get('name')}:"
