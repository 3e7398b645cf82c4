"""What a project file says of the project as a whole, each value read by rules of its own. All raise BadProjectFile."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from croniter import CroniterError, croniter

from bot.project import Adaptive
from bot.tomltable import Table, did_you_mean

CHATS = ("telegram", "slack", "browser")
FIELD_KINDS = ("text", "image", "audio", "video")
LEASE_MIN, LEASE_MAX = timedelta(seconds=10), timedelta(days=7)

_CHANNEL = re.compile(rf"({'|'.join(CHATS)}):[^\s:]+")
_LEASE = re.compile(r"(\d{1,6}) ?(s|sec|seconds?|m|min|minutes?|h|hours?|d|days?)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def least(root: Table) -> int:
    """How many answers every item gets, whether or not hard ones get more."""
    return root.table("overlap").count("min", 1, 100, 2) if _is_table(root) else root.count("overlap", 1, 100, 1)


def adaptive(root: Table) -> Adaptive | None:
    """None where `overlap` is one number for all items."""
    if not _is_table(root):
        return None
    table = root.table("overlap")
    table.only(("min", "max", "confidence"))
    least = table.count("min", 1, 100, 2)
    return Adaptive(least, table.count("max", least, 100, max(least, 10)), table.share("confidence", 1, 0.95))


def _is_table(root: Table) -> bool:
    return isinstance(root.data.get("overlap"), dict)


def lease(root: Table) -> timedelta:
    value = root.text("lease", "15 min")
    found = _LEASE.fullmatch(value)
    time = timedelta(seconds=int(found[1]) * _SECONDS[found[2][0]]) if found else timedelta()
    if not LEASE_MIN <= time <= LEASE_MAX:
        root.fail(f'`lease` is {value!r}; write a time from "10 s" to "7 days", such as "15 min" or "2 h".', "lease")
    return time


def fields(table: Table, astray: Mapping[str, str]) -> dict[str, str]:
    """The kind of each field; `astray` says of keys where they belong that are no field, but slipped in here."""
    for key, value in table.data.items():
        if key in astray and value not in FIELD_KINDS:
            table.fail(f"`{key}` {astray[key]}", key)
    return {key: table.one_of(key, FIELD_KINDS) for key in table.data}


def timezone(table: Table) -> str:
    name = table.text("timezone", "UTC")
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        near = did_you_mean(name, sorted(zoneinfo.available_timezones()))
        hint = near if near.startswith("did") else 'write it as "Europe/Berlin" or "UTC".'
        table.fail(f"{name!r} is not a time zone; {hint}", "timezone")
    return name


def every(table: Table) -> str:
    cron = table.text("every", "")
    try:
        if cron and len(cron.split()) != 5:
            raise ValueError("not five fields")
        if cron:
            croniter(cron, datetime.now(UTC)).get_next()  # "0 0 31 2 *" reads well and never comes
    except (CroniterError, ValueError):
        reason = f'`every` is {cron!r}; write five cron fields that do come round, such as "0 18 * * 1-5".'
        table.fail(reason, "every")
    return cron


def channel(root: Table, table: Table) -> str:
    wanted = "a chat and its id, such as " + ", ".join(f'"{one}"' for one in ("slack:C0123456", "telegram:-100123"))
    address = table.named("channel", _CHANNEL, wanted + ' or "browser:qa"')
    platform, chats = address.partition(":")[0], root.some_of("chats", CHATS)
    if chats and platform not in chats:
        table.fail(
            f"`chats` keeps this project out of {platform!r}; add it there or choose another channel.", "channel"
        )
    return address
