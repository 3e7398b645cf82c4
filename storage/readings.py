"""The figures of each summary that was posted, so that the next one can tell what changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, insert, select

from storage.database import Transaction
from storage.schema_quality import readings

LATEST: Final = (
    select(readings.c.at, readings.c.figures)
    .where(readings.c.project == bindparam("p"))
    .order_by(readings.c.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Reading:
    at: datetime
    figures: Mapping[str, Any]


def latest(tx: Transaction, project: int) -> Reading | None:
    row = tx.one(LATEST, {"p": project})
    return None if row is None else Reading(row.at, row.figures)


def keep(tx: Transaction, project: int, figures: Mapping[str, Any]) -> None:
    tx.run(insert(readings), {"project": project, "at": tx.now, "figures": dict(figures)})
