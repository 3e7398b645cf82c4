"""What quality assurance keeps: skills, reviews and decisions, notes on people, suggestions, periods, who is idle."""

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("items", sa.Column("confidence", sa.Float()))
    op.add_column("items", sa.Column("standing", columns.Json()))
    op.add_column("items", sa.Column("explanation", sa.Text()))
    op.add_column("items", sa.Column("needed", sa.Integer()))
    op.add_column("items", sa.Column("least", sa.Integer()))
    op.add_column("items", sa.Column("hard", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_index(
        "ix_items_hard",
        "items",
        ["project", "priority", "serve_seq"],
        unique=False,
        sqlite_where=sa.text("hard = 1"),
        postgresql_where=sa.text("hard"),
    )
    op.add_column("projects", sa.Column("candour", sa.Float()))
    op.add_column("cards", sa.Column("planted", columns.Json()))
    op.add_column("answers", sa.Column("aid", sa.String(length=8)))
    op.add_column("answers", sa.Column("unsure", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("answers", sa.Column("measure", sa.String(length=5)))
    op.create_index(
        "ix_answers_superseded",
        "answers",
        ["person", "project", "id"],
        unique=False,
        sqlite_where=sa.text("live = 0"),
        postgresql_where=sa.text("NOT live"),
    )
    op.add_column("members", sa.Column("state", sa.String(length=10), server_default="active", nullable=False))
    op.add_column("members", sa.Column("reason", sa.Text()))
    op.add_column("members", sa.Column("qualified_at", columns.Moment()))
    _skills()
    _pooled()
    _reviews()
    _decisions()
    _notes()
    _periods()
    _readings()
    _idle()
    _threads()


def _skills() -> None:
    op.create_table(
        "skills",
        sa.Column("project", columns.Key, nullable=False),
        sa.Column("question", sa.String(length=140), nullable=False),
        sa.Column("person", columns.Key, nullable=False),
        sa.Column("truth", sa.String(length=140), nullable=False),
        sa.Column("given", sa.String(length=140), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name=op.f("fk_skills_project")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_skills_person")),
        sa.PrimaryKeyConstraint("project", "person", "question", "truth", "given", name=op.f("pk_skills")),
    )


def _pooled() -> None:
    op.create_table(
        "pooled",
        sa.Column("project", columns.Key, nullable=False),
        sa.Column("question", sa.String(length=140), nullable=False),
        sa.Column("truth", sa.String(length=140), nullable=False),
        sa.Column("given", sa.String(length=140), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name=op.f("fk_pooled_project")),
        sa.PrimaryKeyConstraint("project", "question", "truth", "given", name=op.f("pk_pooled")),
    )


def _reviews() -> None:
    op.create_table(
        "reviews",
        sa.Column("id", columns.Key, nullable=False),
        sa.Column("project", columns.Key, nullable=False),
        sa.Column("item", columns.Key, nullable=False),
        sa.Column("reason", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("nonce", sa.String(length=24)),
        sa.Column("reviewer", columns.Key),
        sa.Column("leased_until", columns.Moment()),
        sa.Column("draft", columns.Json()),
        sa.Column("note", sa.Text()),
        sa.Column("shown", columns.Json()),
        sa.Column("opened_at", columns.Moment(), nullable=False),
        sa.Column("closed_at", columns.Moment()),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name=op.f("fk_reviews_project")),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_reviews_item")),
        sa.ForeignKeyConstraint(["reviewer"], ["people.id"], name=op.f("fk_reviews_reviewer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
        sa.UniqueConstraint("nonce", name=op.f("uq_reviews_nonce")),
    )
    _open_one("uq_reviews_open", "reviews", ["item"], unique=True)
    _open_one("ix_reviews_waiting", "reviews", ["project", "id"], unique=False)


def _open_one(name: str, table: str, columns_: list[str], *, unique: bool) -> None:
    _some(name, table, columns_, "state = 'open'", unique=unique)


def _some(name: str, table: str, columns_: list[str], rows: str, *, unique: bool = False) -> None:
    where = sa.text(rows)
    op.create_index(name, table, columns_, unique=unique, sqlite_where=where, postgresql_where=where)


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", columns.Key, nullable=False),
        sa.Column("project", columns.Key, nullable=False),
        sa.Column("item", columns.Key, nullable=False),
        sa.Column("person", columns.Key, nullable=False),
        sa.Column("label", columns.Json()),
        sa.Column("note", sa.Text()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("decided_at", columns.Moment(), nullable=False),
        sa.Column("superseded_at", columns.Moment()),
        sa.Column("feedback", sa.String(length=4)),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name=op.f("fk_decisions_project")),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_decisions_item")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_decisions_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sa.CheckConstraint("live = (superseded_at IS NULL)", name=op.f("ck_decisions_live")),
    )
    op.create_index(
        "uq_decisions_item",
        "decisions",
        ["item"],
        unique=True,
        sqlite_where=sa.text("live = 1"),
        postgresql_where=sa.text("live"),
    )
    _some("ix_decisions_due", "decisions", ["id"], "feedback = 'due'")
    _some("ix_decisions_told", "decisions", ["item"], "feedback = 'told'")
    op.create_index("ix_decisions_project_id", "decisions", ["project", "id"], unique=False)


def _notes() -> None:
    op.create_table(
        "notes",
        sa.Column("id", columns.Key, nullable=False),
        sa.Column("project", columns.Key, nullable=False),
        sa.Column("person", columns.Key, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("figures", columns.Json(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("raised_at", columns.Moment(), nullable=False),
        sa.Column("decided_at", columns.Moment()),
        sa.Column("decided_by", columns.Key),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name=op.f("fk_notes_project")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_notes_person")),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f("fk_notes_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
    )
    _open_one("uq_notes_open", "notes", ["project", "person", "kind"], unique=True)
    op.create_index("ix_notes_project_id", "notes", ["project", "id"], unique=False)


def _periods() -> None:
    op.create_table(
        "periods",
        sa.Column("id", columns.Key, nullable=False),
        sa.Column("project", columns.Key, nullable=False),
        sa.Column("since", columns.Moment(), nullable=False),
        sa.Column("until", columns.Moment(), nullable=False),
        sa.Column("figures", columns.Json(), nullable=False),
        sa.Column("closed_at", columns.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name=op.f("fk_periods_project")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_periods")),
        sa.UniqueConstraint("project", "since", "until", name=op.f("uq_periods_project_since_until")),
    )


def _readings() -> None:
    op.create_table(
        "readings",
        sa.Column("id", columns.Key, nullable=False),
        sa.Column("project", columns.Key, nullable=False),
        sa.Column("at", columns.Moment(), nullable=False),
        sa.Column("figures", columns.Json(), nullable=False),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name=op.f("fk_readings_project")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readings")),
    )
    op.create_index("ix_readings_project_id", "readings", ["project", "id"], unique=False)


def _idle() -> None:
    op.create_table(
        "idle",
        sa.Column("project", columns.Key, nullable=False),
        sa.Column("person", columns.Key, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("since", columns.Moment()),
        sa.Column("called_at", columns.Moment()),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name=op.f("fk_idle_project")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_idle_person")),
        sa.PrimaryKeyConstraint("project", "person", name=op.f("pk_idle")),
    )
    _some("ix_idle_waiting", "idle", ["project"], "since IS NOT NULL")


def _threads() -> None:
    op.create_table(
        "threads",
        sa.Column("chat", columns.Key, nullable=False),
        sa.Column("message", sa.String(length=100), nullable=False),
        sa.Column("project", columns.Key, nullable=False),
        sa.Column("person", columns.Key, nullable=False),
        sa.Column("item", columns.Key),
        sa.ForeignKeyConstraint(["chat"], ["chats.id"], name=op.f("fk_threads_chat")),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name=op.f("fk_threads_project")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_threads_person")),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_threads_item")),
        sa.PrimaryKeyConstraint("chat", "message", name=op.f("pk_threads")),
    )
