"""What an invite leads to, read before anybody uses it up; and how all open ones are ended."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, bindparam, func, select, update

from storage.database import Transaction
from storage.people import hashed
from storage.schema import invites

READ = select(invites.c.project, invites.c.role).where(
    invites.c.code_hash == bindparam("hash"), invites.c.uses_left > 0, invites.c.expires_at > bindparam("moment")
)


@dataclass(frozen=True, slots=True)
class Invite:
    """`project` is None for the invite of the installation's owner."""

    project: int | None
    role: str


def read(tx: Transaction, code: str) -> Invite | None:
    """None for a wrong, used or expired code."""
    row = tx.one(READ, {"hash": hashed(code), "moment": tx.now})
    return None if row is None else Invite(row.project, row.role)


def still_open(tx: Transaction, project: int | None) -> int:
    """How many codes still let people in. `project` None asks for those of the installation's owner."""
    return int(tx.value(select(func.count()).select_from(invites).where(_open(tx, project))))


def revoke(tx: Transaction, project: int | None) -> int:
    """Ends every open invite of the project, and tells how many there were."""
    return tx.run(update(invites).where(_open(tx, project)).values(uses_left=0))


def _open(tx: Transaction, project: int | None) -> ColumnElement[bool]:
    return (invites.c.project == project) & (invites.c.uses_left > 0) & (invites.c.expires_at > tx.now)
