"""The QA summary as JSON."""

from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any

from bot.project import Json
from bot.quality.report import Report
from bot.wording import DEFAULT, Phrase, say


def as_json(report: Report) -> dict[str, Json]:
    """For scripts; the same report gives the same JSON. Moments and days are ISO 8601, figures None where there is
    nothing to compare."""
    plain = _plain(report)
    assert isinstance(plain, dict)
    return plain | {"parts": {**plain["parts"], "imported": report.parts.imported}}


def _plain(value: Any) -> Any:
    if isinstance(value, Phrase):
        return say(DEFAULT, value)
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value
