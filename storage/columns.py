"""Column types: a moment as integer UTC microseconds, and plain JSON as text."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Integer, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

Key = BigInteger().with_variant(Integer, "sqlite")
"""An integer primary key: SQLite numbers rows by itself only for its own INTEGER."""


def micros(moment: datetime) -> int:
    """UTC microseconds since 1970. Raises ValueError for a naive datetime, whose zone nobody knows."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return (moment - EPOCH) // MICROSECOND


def moment(value: int) -> datetime:
    return EPOCH + timedelta(microseconds=value)


class Moment(TypeDecorator[datetime]):
    """An instant. SQLite drops offsets and rounds, so it is kept as an integer in both engines."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else micros(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else moment(value)


_decode = json.JSONDecoder().raw_decode
"""As `json.loads`, which twice looks for the white space that `dump` never leaves around a value."""


def dump(value: object) -> str:
    """JSON in plain ASCII: NUL and lone surrogates stay escaped, which PostgreSQL's text could not hold."""
    return json.dumps(value, separators=(",", ":"))


class Json(TypeDecorator[Any]):
    """JSON as text, the same bytes in both engines. None is NULL."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else dump(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else _decode(value)[0]
