"""Who opened a page inside Telegram: what its app hands to the page (initData) is signed with the bot's token."""

import hashlib
import hmac
import json
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from bot.chat import BadOpening

GOOD_FOR = timedelta(minutes=15)
AHEAD = timedelta(minutes=5)
"""So far their clock may be before ours."""
LONGEST = 16 * 1024
FIELDS = 40


def recognise(opening: str, token: str, now: datetime) -> tuple[str, str]:
    """(the person's id, what this very opening is called). Raises BadOpening.

    Every field but `hash` is signed, one a line in the order of their names; how they were escaped does not count.
    """
    given = _fields(opening)
    signature = given.pop("hash", "")
    signed = "\n".join(f"{name}={value}" for name, value in sorted(given.items())).encode()
    key = hmac.new(b"WebAppData", token.encode(), hashlib.sha256).digest()
    wanted = hmac.new(key, signed, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(signature.encode(), wanted.encode()):
        raise BadOpening("mark.forged")
    _check_age(given.get("auth_date", ""), now)
    return _person(given.get("user", "")), hashlib.sha256(signed).hexdigest()


def _fields(opening: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(opening[: LONGEST + 1], True, True, errors="strict", max_num_fields=FIELDS)
    except ValueError:
        raise BadOpening("mark.forged") from None
    if len(opening) > LONGEST or len(dict(pairs)) != len(pairs):
        raise BadOpening("mark.forged")
    return dict(pairs)


def _check_age(told: str, now: datetime) -> None:
    if not (told.isascii() and told.isdigit() and len(told) <= 12):
        raise BadOpening("mark.forged")
    age = now.timestamp() - int(told)
    if not -AHEAD.total_seconds() <= age <= GOOD_FOR.total_seconds():
        raise BadOpening("mark.opened_long_ago")


def _person(told: str) -> str:
    try:
        number = json.loads(told)["id"]
    except (ValueError, KeyError, TypeError):
        raise BadOpening("mark.forged") from None
    if not isinstance(number, int) or isinstance(number, bool):
        raise BadOpening("mark.forged")
    return str(number)
