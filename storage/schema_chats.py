"""Tables of the chats: who writes from where, what goes out and has come in, and who may open a page."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from storage.columns import Json, Key, Moment
from storage.schema import metadata, where

accounts = Table(
    "accounts",
    metadata,
    Column("id", Key, primary_key=True),
    Column("platform", String(20), nullable=False),
    Column("external", String(200), nullable=False),
    Column("name", Text, nullable=False, server_default=""),
    UniqueConstraint("platform", "external"),
)

chats = Table(
    "chats",
    metadata,
    Column("id", Key, primary_key=True),
    Column("account", ForeignKey("accounts.id"), nullable=False),
    Column("external", String(200), nullable=False),
    Column("blocked_at", Moment),
    UniqueConstraint("account", "external"),
)

identities = Table(
    "identities",
    metadata,
    Column("id", Key, primary_key=True),
    Column("person", ForeignKey("people.id"), nullable=False, index=True),
    Column("account", ForeignKey("accounts.id"), nullable=False),
    Column("external", String(200), nullable=False),
    Column("chat", ForeignKey("chats.id")),
    UniqueConstraint("account", "external"),
)

guesses = Table(
    "guesses",
    metadata,
    Column("account", ForeignKey("accounts.id"), primary_key=True),
    Column("external", String(200), primary_key=True),
    Column("since", Moment, nullable=False),
    Column("count", Integer, nullable=False),
)

uploads = Table(
    "uploads",
    metadata,
    Column("account", ForeignKey("accounts.id"), primary_key=True),
    Column("media", ForeignKey("media.id"), primary_key=True),
    Column("reference", Text, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Key, primary_key=True),
    Column("account", ForeignKey("accounts.id"), nullable=False),
    Column("chat", ForeignKey("chats.id"), nullable=False),
    Column("card", ForeignKey("cards.id")),
    Column("kind", String(10), nullable=False),
    Column("payload", Json, nullable=False),
    Column("state", String(10), nullable=False, server_default="pending"),
    Column("claimed_until", BigInteger, nullable=False, server_default="0"),
    Column("error", Text),
    Column("created_at", Moment, nullable=False),
    CheckConstraint("state IN ('pending', 'failed')", name="state"),
    Index("ix_outbox_pending", "account", "claimed_until", **where("state = 'pending'")),
    Index("ix_outbox_card", "card", **where("state = 'pending'")),
    Index("ix_outbox_chat", "chat"),
    Index("ix_outbox_lost", "created_at", **where("state = 'failed'")),
    sqlite_autoincrement=True,  # a late report of an old message must not meet a new one of its number
)

seen = Table(
    "seen",
    metadata,
    Column("account", ForeignKey("accounts.id"), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("at", Moment, nullable=False, index=True),
    sqlite_with_rowid=False,
)

aside = Table(
    "aside",
    metadata,
    Column("account", ForeignKey("accounts.id"), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("attempts", Integer, nullable=False),
    Column("error", Text, nullable=False, server_default=""),
    Column("at", Moment, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("account", ForeignKey("accounts.id"), nullable=False),
    Column("user", String(200), nullable=False),
    Column("name", Text, nullable=False),
    Column("expires_at", Moment, nullable=False),
)

visits = Table(
    "visits",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("way_hash", String(64), nullable=False, unique=True),
    Column("key", String(40), nullable=False),
    Column("account", ForeignKey("accounts.id"), nullable=False),
    Column("person", ForeignKey("people.id"), nullable=False),
    Column("project", ForeignKey("projects.id"), nullable=False),
    Column("expires_at", Moment, nullable=False),
)

seals = Table(
    "seals",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("secret", String(100), nullable=False),
)

pages = Table(
    "pages",
    metadata,
    Column("id", Key, primary_key=True),
    Column("chat", String(200), nullable=False),
    Column("change", BigInteger, nullable=False),
    Column("author", String(10), nullable=False),
    Column("payload", Json, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_pages_chat", "chat", "change"),
)
