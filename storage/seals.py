"""Secrets that we sign with: made at random when first asked for, and kept, so that all processes share them."""

import secrets
from typing import Final

from sqlalchemy import bindparam, select, text

from storage.database import Transaction
from storage.schema_chats import seals

SECRET_BYTES: Final = 32
FIND: Final = select(seals.c.secret).where(seals.c.name == bindparam("called"))
MAKE: Final = text("INSERT INTO seals (name, secret) VALUES (:called, :secret) ON CONFLICT (name) DO NOTHING")


def seal(tx: Transaction, name: str) -> bytes:
    """The secret of that name, 256 bits."""
    found: str | None = tx.value(FIND, {"called": name})
    if found is None:
        tx.run(MAKE, {"called": name, "secret": secrets.token_hex(SECRET_BYTES)})
        found = tx.value(FIND, {"called": name})
    assert found is not None
    return bytes.fromhex(found)
