"""Tables of projects, people, items and answers. The constraints, not the code above, make a double tap harmless."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from storage.columns import Json, Key, Moment

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMES)


def where(predicate: str) -> dict[str, Any]:
    """A partial index in both engines; its predicate must be literal, or neither planner uses it."""
    return {"sqlite_where": text(predicate), "postgresql_where": text(predicate)}


def where_true(column: str) -> dict[str, Any]:
    """A partial index over a boolean, in the words in which each engine's statements ask for it: SQLite takes an index
    only for the very term of its predicate."""
    return {"sqlite_where": text(f"{column} = 1"), "postgresql_where": text(column)}


def _where_false(column: str) -> dict[str, Any]:
    return {"sqlite_where": text(f"{column} = 0"), "postgresql_where": text(f"NOT {column}")}


people = Table(
    "people",
    metadata,
    Column("id", Key, primary_key=True),
    Column("public", String(32), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("language", String(20), nullable=False, server_default=""),
    Column("owner", Boolean, nullable=False, server_default=text("false")),
    Column("project", ForeignKey("projects.id")),
    Column("created_at", Moment, nullable=False),
)

projects = Table(
    "projects",
    metadata,
    Column("id", Key, primary_key=True),
    Column("name", String(40), nullable=False, unique=True),
    Column("state", String(10), nullable=False, server_default="open"),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("next_seq", BigInteger, nullable=False, server_default="1"),
    Column("total", Integer, nullable=False, server_default="0"),
    Column("spread", Integer),
    Column("created_at", Moment, nullable=False),
    Column("candour", Float),
    CheckConstraint("state IN ('open', 'paused')", name="state"),
)

schemas = Table(
    "schemas",
    metadata,
    Column("project", ForeignKey("projects.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("config", Json, nullable=False),
    Column("created_at", Moment, nullable=False),
)

members = Table(
    "members",
    metadata,
    Column("project", ForeignKey("projects.id"), primary_key=True),
    Column("person", ForeignKey("people.id"), primary_key=True),
    Column("role", String(10), nullable=False),
    Column("answered", Integer, nullable=False, server_default="0"),
    Column("joined_at", Moment, nullable=False),
    Column("state", String(10), nullable=False, server_default="active"),
    Column("reason", Text),
    Column("qualified_at", Moment),
    CheckConstraint("role IN ('owner', 'admin', 'reviewer', 'annotator')", name="role"),
    Index(None, "person"),
)

cursors = Table(
    "cursors",
    metadata,
    Column("person", ForeignKey("people.id"), primary_key=True),
    Column("project", ForeignKey("projects.id"), primary_key=True),
    Column("priority", Integer, primary_key=True),
    Column("seq", BigInteger, nullable=False),
)

invites = Table(
    "invites",
    metadata,
    Column("id", Key, primary_key=True),
    Column("project", ForeignKey("projects.id")),
    Column("role", String(10), nullable=False),
    Column("code_hash", String(64), nullable=False, unique=True),
    Column("uses_left", Integer, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
    CheckConstraint("uses_left >= 0", name="uses"),
)

imports = Table(
    "imports",
    metadata,
    Column("id", Key, primary_key=True),
    Column("project", ForeignKey("projects.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("source", Text, nullable=False),
    Column("state", String(10), nullable=False),
    Column("rows", Integer, nullable=False, server_default="0"),
    Column("new", Integer, nullable=False, server_default="0"),
    Column("known", Integer, nullable=False, server_default="0"),
    Column("changed", Integer, nullable=False, server_default="0"),
    Column("rejected", Integer, nullable=False, server_default="0"),
    Column("started_at", Moment, nullable=False),
    Column("finished_at", Moment),
    UniqueConstraint("project", "number"),
)

media = Table(
    "media",
    metadata,
    Column("id", Key, primary_key=True),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("kind", String(10), nullable=False),
    Column("mime", String(60), nullable=False),
    Column("width", Integer),
    Column("height", Integer),
    Column("orientation", Integer),
    Column("duration_ms", Integer),
    Column("size", BigInteger, nullable=False),
)

sources = Table(
    "sources",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("media", ForeignKey("media.id"), nullable=False),
)

regions = Table(
    "regions",
    metadata,
    Column("media", ForeignKey("media.id"), primary_key=True),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("count", Integer, nullable=False),
    Column("runs", LargeBinary, nullable=False),
    Column("parents", Json, nullable=False),
)

items = Table(
    "items",
    metadata,
    Column("id", Key, primary_key=True),
    Column("project", ForeignKey("projects.id"), nullable=False),
    Column("import", ForeignKey("imports.id"), index=True),
    Column("key", String(400), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("data", Json, nullable=False),
    Column("media", Json),
    Column("gold", Json),
    Column("suggestion", Json),
    Column("priority", Integer, nullable=False, server_default="0"),
    Column("overlap", Integer, nullable=False),
    Column("own_overlap", Integer),
    Column("taken", Integer, nullable=False, server_default="0"),
    Column("answers", Integer, nullable=False, server_default="0"),
    Column("skips", Integer, nullable=False, server_default="0"),
    Column("flags", Integer, nullable=False, server_default="0"),
    Column("serve_seq", BigInteger),
    Column("state", String(12), nullable=False, server_default="open"),
    Column("created_at", Moment, nullable=False),
    Column("done_at", Moment),
    Column("confidence", Float),
    Column("standing", Json),
    Column("explanation", Text),
    Column("needed", Integer),
    Column("least", Integer),
    Column("hard", Boolean, nullable=False, server_default=text("false")),
    UniqueConstraint("project", "key"),
    CheckConstraint("taken >= 0 AND answers >= 0 AND skips >= 0 AND flags >= 0", name="counts"),
    CheckConstraint("gold IS NOT NULL OR taken <= overlap", name="overlap"),
    CheckConstraint(
        "state IN ('open', 'done', 'gold', 'skipped', 'flagged', 'quarantined', 'withdrawn')", name="state"
    ),
    Index(
        "ix_items_servable",
        "project",
        "priority",
        "serve_seq",
        **where("state = 'open' AND taken < overlap AND serve_seq IS NOT NULL"),
    ),
    Index("ix_items_hard", "project", "priority", "serve_seq", **where_true("hard")),
    Index("ix_items_gold", "project", "serve_seq", **where("state = 'gold'")),
    Index("ix_items_skipped", "project", "skips", "id", **where("state = 'skipped'")),
    Index("ix_items_state", "project", "state"),
    Index("ix_items_unshuffled", "project", "digest", **where("serve_seq IS NULL")),
)

cards = Table(
    "cards",
    metadata,
    Column("id", Key, primary_key=True),
    Column("nonce", String(24), nullable=False, unique=True),
    Column("project", ForeignKey("projects.id"), nullable=False),
    Column("item", ForeignKey("items.id"), nullable=False),
    Column("person", ForeignKey("people.id")),
    Column("chat", ForeignKey("chats.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("draft", Json),
    Column("awaiting", String(10), nullable=False, server_default=""),
    Column("buried", Boolean, nullable=False, server_default=text("false")),
    Column("state", String(10), nullable=False, server_default="open"),
    Column("message", String(100)),
    Column("shown", String(10), nullable=False, server_default="text"),
    Column("suggested", Boolean, nullable=False, server_default=text("false")),
    Column("leased_until", Moment),
    Column("served_at", Moment, nullable=False),
    Column("former_nonce", String(24)),
    Column("former_until", Moment),
    Column("planted", Json),
    CheckConstraint("state IN ('open', 'parked', 'done', 'void', 'expired')", name="state"),
    Index("uq_cards_open", "person", unique=True, **where("state = 'open'")),
    Index("ix_cards_parked", "person", "project", "served_at", **where("state = 'parked'")),
    Index("uq_cards_held", "item", "person", unique=True, **where("state IN ('open', 'parked')")),
    Index("ix_cards_leases", "leased_until", **where("state IN ('open', 'parked')")),
    Index("ix_cards_message", "chat", "message"),
    Index("ix_cards_item", "item"),
    Index("ix_cards_former", "former_nonce", **where("former_nonce IS NOT NULL")),
)

answers = Table(
    "answers",
    metadata,
    Column("id", Key, primary_key=True),
    Column("project", ForeignKey("projects.id"), nullable=False),
    Column("item", ForeignKey("items.id"), nullable=False),
    Column("person", ForeignKey("people.id"), nullable=False),
    Column("card", ForeignKey("cards.id")),
    Column("kind", String(6), nullable=False),
    Column("label", Json),
    Column("note", Text),
    Column("version", Integer, nullable=False),
    Column("live", Boolean, nullable=False),
    Column("milliseconds", Integer),
    Column("answered_at", Moment, nullable=False),
    Column("superseded_at", Moment),
    Column("aid", String(8)),
    Column("unsure", Boolean, nullable=False, server_default=text("false")),
    Column("measure", String(5)),
    CheckConstraint("kind IN ('label', 'skip', 'flag', 'late')", name="kind"),
    CheckConstraint("live = (superseded_at IS NULL)", name="live"),
    Index("uq_answers_item", "item", "person", unique=True, **where_true("live")),
    Index("uq_answers_card", "card", "person", unique=True, **where_true("live")),
    Index("ix_answers_latest", "person", "project", "id", **where_true("live")),
    Index("ix_answers_project", "project", "id"),
    Index("ix_answers_back", "item", "person", **_where_false("live")),
    Index("ix_answers_superseded", "person", "project", "id", **_where_false("live")),
)

typed = Table(
    "typed",
    metadata,
    Column("card", ForeignKey("cards.id"), primary_key=True),
    Column("question", String(100), primary_key=True),
    Column("person", ForeignKey("people.id"), nullable=False),
    Column("source", String(140), nullable=False),
    Index("ix_typed_source", "person", "source"),
)

comments = Table(
    "comments",
    metadata,
    Column("id", Key, primary_key=True),
    Column("project", ForeignKey("projects.id"), nullable=False),
    Column("item", ForeignKey("items.id"), nullable=False, index=True),
    Column("person", ForeignKey("people.id"), nullable=False),
    Column("kind", String(6), nullable=False),
    Column("text", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Index("ix_comments_project", "project", "id"),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Key, primary_key=True),
    Column("project", ForeignKey("projects.id"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("slot", Moment, nullable=False),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("leased_until", Moment),
    Column("error", Text),
    UniqueConstraint("project", "kind", "slot"),
    Index("ix_runs_due", "leased_until", **where("state = 'due'")),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Key, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("person", ForeignKey("people.id")),
    Column("project", ForeignKey("projects.id")),
    Column("action", String(40), nullable=False),
    Column("detail", Json),
)
