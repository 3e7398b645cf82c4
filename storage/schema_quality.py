"""Tables of quality assurance: skills (of all together, too), reviews and decisions, notes, closed periods, figures,
who may be called back, what a reply answers."""

from sqlalchemy import (
    BigInteger,
    Boolean,
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
from storage.schema import metadata, where, where_true

skills = Table(
    "skills",
    metadata,
    Column("project", ForeignKey("projects.id"), primary_key=True),
    Column("person", ForeignKey("people.id"), primary_key=True),
    Column("question", String(140), primary_key=True),
    Column("truth", String(140), primary_key=True),
    Column("given", String(140), primary_key=True),
    Column("count", Integer, nullable=False),
)

pooled = Table(
    "pooled",
    metadata,
    Column("project", ForeignKey("projects.id"), primary_key=True),
    Column("question", String(140), primary_key=True),
    Column("truth", String(140), primary_key=True),
    Column("given", String(140), primary_key=True),
    Column("count", Integer, nullable=False),
)

reviews = Table(
    "reviews",
    metadata,
    Column("id", Key, primary_key=True),
    Column("project", ForeignKey("projects.id"), nullable=False),
    Column("item", ForeignKey("items.id"), nullable=False),
    Column("reason", String(10), nullable=False),
    Column("state", String(10), nullable=False),
    Column("nonce", String(24), unique=True),
    Column("reviewer", ForeignKey("people.id")),
    Column("leased_until", Moment),
    Column("draft", Json),
    Column("note", Text),
    Column("shown", Json),
    Column("opened_at", Moment, nullable=False),
    Column("closed_at", Moment),
    Index("uq_reviews_open", "item", unique=True, **where("state = 'open'")),
    Index("ix_reviews_waiting", "project", "id", **where("state = 'open'")),
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", Key, primary_key=True),
    Column("project", ForeignKey("projects.id"), nullable=False),
    Column("item", ForeignKey("items.id"), nullable=False),
    Column("person", ForeignKey("people.id"), nullable=False),
    Column("label", Json),
    Column("note", Text),
    Column("version", Integer, nullable=False),
    Column("live", Boolean, nullable=False),
    Column("decided_at", Moment, nullable=False),
    Column("superseded_at", Moment),
    Column("feedback", String(4)),
    CheckConstraint("live = (superseded_at IS NULL)", name="live"),
    Index("uq_decisions_item", "item", unique=True, **where_true("live")),
    Index("ix_decisions_due", "id", **where("feedback = 'due'")),
    Index("ix_decisions_told", "item", **where("feedback = 'told'")),
    Index(None, "project", "id"),
)

notes = Table(
    "notes",
    metadata,
    Column("id", Key, primary_key=True),
    Column("project", ForeignKey("projects.id"), nullable=False),
    Column("person", ForeignKey("people.id"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("figures", Json, nullable=False),
    Column("state", String(10), nullable=False),
    Column("raised_at", Moment, nullable=False),
    Column("decided_at", Moment),
    Column("decided_by", ForeignKey("people.id")),
    Index("uq_notes_open", "project", "person", "kind", unique=True, **where("state = 'open'")),
    Index(None, "project", "id"),
)

periods = Table(
    "periods",
    metadata,
    Column("id", Key, primary_key=True),
    Column("project", ForeignKey("projects.id"), nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("figures", Json, nullable=False),
    Column("closed_at", Moment, nullable=False),
    UniqueConstraint("project", "since", "until"),
)

readings = Table(
    "readings",
    metadata,
    Column("id", Key, primary_key=True),
    Column("project", ForeignKey("projects.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("figures", Json, nullable=False),
    Index(None, "project", "id"),
)

idle = Table(
    "idle",
    metadata,
    Column("project", ForeignKey("projects.id"), primary_key=True),
    Column("person", ForeignKey("people.id"), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("since", Moment),
    Column("called_at", Moment),
    Index("ix_idle_waiting", "project", **where("since IS NOT NULL")),
)

threads = Table(
    "threads",
    metadata,
    Column("chat", ForeignKey("chats.id"), primary_key=True),
    Column("message", String(100), primary_key=True),
    Column("project", ForeignKey("projects.id"), nullable=False),
    Column("person", ForeignKey("people.id"), nullable=False),
    Column("item", ForeignKey("items.id")),
)
