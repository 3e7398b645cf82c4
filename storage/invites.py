"""What an invite leads to, read before anybody uses it up."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select

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
