"""Visits to the page to mark on, the secrets that its links are signed with, and an index of answers taken back."""

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "visits",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("way_hash", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("account", columns.Key, nullable=False),
        sa.Column("person", columns.Key, nullable=False),
        sa.Column("project", columns.Key, nullable=False),
        sa.Column("expires_at", columns.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_visits_account")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_visits_person")),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name=op.f("fk_visits_project")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_visits")),
        sa.UniqueConstraint("way_hash", name=op.f("uq_visits_way_hash")),
    )
    op.create_table(
        "seals",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("secret", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_seals")),
    )
    op.create_index(
        "ix_answers_back",
        "answers",
        ["item", "person"],
        unique=False,
        sqlite_where=sa.text("live = 0"),
        postgresql_where=sa.text("NOT live"),
    )
