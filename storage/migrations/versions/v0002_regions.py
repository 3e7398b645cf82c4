"""The regions of pictures that are marked by number."""

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "regions",
        sa.Column("media", columns.Key, nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("runs", sa.LargeBinary(), nullable=False),
        sa.Column("parents", columns.Json(), nullable=False),
        sa.ForeignKeyConstraint(["media"], ["media.id"], name=op.f("fk_regions_media")),
        sa.PrimaryKeyConstraint("media", name=op.f("pk_regions")),
    )
