"""The first schema."""

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", columns.Key, nullable=False),
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("external", sa.String(length=200), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("platform", "external", name=op.f("uq_accounts_platform_external")),
    )
    op.create_table(
        "media",
        sa.Column("id", columns.Key, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("mime", sa.String(length=60), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("orientation", sa.Integer(), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media")),
        sa.UniqueConstraint("sha256", name=op.f("uq_media_sha256")),
    )
    op.create_table(
        "pages",
        sa.Column("id", columns.Key, nullable=False),
        sa.Column("chat", sa.String(length=200), nullable=False),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.String(length=10), nullable=False),
        sa.Column("payload", columns.Json(), nullable=False),
        sa.Column("at", columns.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pages")),
    )
    op.create_index("ix_pages_chat", "pages", ["chat", "change"], unique=False)
    op.create_table(
        "projects",
        sa.Column("id", columns.Key, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), server_default="open", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("next_seq", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("total", sa.Integer(), server_default="0", nullable=False),
        sa.Column("spread", sa.Integer(), nullable=True),
        sa.Column("created_at", columns.Moment(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'paused')", name=op.f("ck_projects_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects")),
        sa.UniqueConstraint("name", name=op.f("uq_projects_name")),
    )
    op.create_table(
        "aside",
        sa.Column("account", columns.Key, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("at", columns.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_aside_account")),
        sa.PrimaryKeyConstraint("account", "key", name=op.f("pk_aside")),
    )
    op.create_table(
        "chats",
        sa.Column("id", columns.Key, nullable=False),
        sa.Column("account", columns.Key, nullable=False),
        sa.Column("external", sa.String(length=200), nullable=False),
        sa.Column("blocked_at", columns.Moment(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_chats_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chats")),
        sa.UniqueConstraint("account", "external", name=op.f("uq_chats_account_external")),
    )
    op.create_table(
        "guesses",
        sa.Column("account", columns.Key, nullable=False),
        sa.Column("external", sa.String(length=200), nullable=False),
        sa.Column("since", columns.Moment(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_guesses_account")),
        sa.PrimaryKeyConstraint("account", "external", name=op.f("pk_guesses")),
    )
    op.create_table(
        "imports",
        sa.Column("id", columns.Key, nullable=False),
        sa.Column("project", columns.Key, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("rows", sa.Integer(), server_default="0", nullable=False),
        sa.Column("new", sa.Integer(), server_default="0", nullable=False),
        sa.Column("known", sa.Integer(), server_default="0", nullable=False),
        sa.Column("changed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rejected", sa.Integer(), server_default="0", nullable=False),
        sa.Column("started_at", columns.Moment(), nullable=False),
        sa.Column("finished_at", columns.Moment(), nullable=True),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name=op.f("fk_imports_project")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
        sa.UniqueConstraint("project", "number", name=op.f("uq_imports_project_number")),
    )
    op.create_table(
        "invites",
        sa.Column("id", columns.Key, nullable=False),
        sa.Column("project", columns.Key, nullable=True),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("uses_left", sa.Integer(), nullable=False),
        sa.Column("expires_at", columns.Moment(), nullable=False),
        sa.Column("created_at", columns.Moment(), nullable=False),
        sa.CheckConstraint("uses_left >= 0", name=op.f("ck_invites_uses")),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name=op.f("fk_invites_project")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invites")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_invites_code_hash")),
    )
    op.create_table(
        "people",
        sa.Column("id", columns.Key, nullable=False),
        sa.Column("public", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=20), server_default="", nullable=False),
        sa.Column("owner", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("project", columns.Key, nullable=True),
        sa.Column("created_at", columns.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name=op.f("fk_people_project")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("public", name=op.f("uq_people_public")),
    )
    op.create_table(
        "runs",
        sa.Column("id", columns.Key, nullable=False),
        sa.Column("project", columns.Key, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("slot", columns.Moment(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("leased_until", columns.Moment(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name=op.f("fk_runs_project")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
        sa.UniqueConstraint("project", "kind", "slot", name=op.f("uq_runs_project_kind_slot")),
    )
    op.create_index(
        "ix_runs_due",
        "runs",
        ["leased_until"],
        unique=False,
        sqlite_where=sa.text("state = 'due'"),
        postgresql_where=sa.text("state = 'due'"),
    )
    op.create_table(
        "schemas",
        sa.Column("project", columns.Key, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("config", columns.Json(), nullable=False),
        sa.Column("created_at", columns.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name=op.f("fk_schemas_project")),
        sa.PrimaryKeyConstraint("project", "version", name=op.f("pk_schemas")),
    )
    op.create_table(
        "seen",
        sa.Column("account", columns.Key, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("at", columns.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_seen_account")),
        sa.PrimaryKeyConstraint("account", "key", name=op.f("pk_seen")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_seen_at"), "seen", ["at"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account", columns.Key, nullable=False),
        sa.Column("user", sa.String(length=200), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("expires_at", columns.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_sessions_account")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sessions")),
    )
    op.create_table(
        "sources",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("media", columns.Key, nullable=False),
        sa.ForeignKeyConstraint(["media"], ["media.id"], name=op.f("fk_sources_media")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sources")),
    )
    op.create_table(
        "uploads",
        sa.Column("account", columns.Key, nullable=False),
        sa.Column("media", columns.Key, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_uploads_account")),
        sa.ForeignKeyConstraint(["media"], ["media.id"], name=op.f("fk_uploads_media")),
        sa.PrimaryKeyConstraint("account", "media", name=op.f("pk_uploads")),
    )
    op.create_table(
        "audit",
        sa.Column("id", columns.Key, nullable=False),
        sa.Column("at", columns.Moment(), nullable=False),
        sa.Column("person", columns.Key, nullable=True),
        sa.Column("project", columns.Key, nullable=True),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("detail", columns.Json(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_audit_person")),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name=op.f("fk_audit_project")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_table(
        "cursors",
        sa.Column("person", columns.Key, nullable=False),
        sa.Column("project", columns.Key, nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_cursors_person")),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name=op.f("fk_cursors_project")),
        sa.PrimaryKeyConstraint("person", "project", "priority", name=op.f("pk_cursors")),
    )
    op.create_table(
        "identities",
        sa.Column("id", columns.Key, nullable=False),
        sa.Column("person", columns.Key, nullable=False),
        sa.Column("account", columns.Key, nullable=False),
        sa.Column("external", sa.String(length=200), nullable=False),
        sa.Column("chat", columns.Key, nullable=True),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_identities_account")),
        sa.ForeignKeyConstraint(["chat"], ["chats.id"], name=op.f("fk_identities_chat")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_identities_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identities")),
        sa.UniqueConstraint("account", "external", name=op.f("uq_identities_account_external")),
    )
    op.create_index(op.f("ix_identities_person"), "identities", ["person"], unique=False)
    op.create_table(
        "items",
        sa.Column("id", columns.Key, nullable=False),
        sa.Column("project", columns.Key, nullable=False),
        sa.Column("import", columns.Key, nullable=True),
        sa.Column("key", sa.String(length=400), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("data", columns.Json(), nullable=False),
        sa.Column("media", columns.Json(), nullable=True),
        sa.Column("gold", columns.Json(), nullable=True),
        sa.Column("suggestion", columns.Json(), nullable=True),
        sa.Column("priority", sa.Integer(), server_default="0", nullable=False),
        sa.Column("overlap", sa.Integer(), nullable=False),
        sa.Column("own_overlap", sa.Integer(), nullable=True),
        sa.Column("taken", sa.Integer(), server_default="0", nullable=False),
        sa.Column("answers", sa.Integer(), server_default="0", nullable=False),
        sa.Column("skips", sa.Integer(), server_default="0", nullable=False),
        sa.Column("flags", sa.Integer(), server_default="0", nullable=False),
        sa.Column("serve_seq", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=12), server_default="open", nullable=False),
        sa.Column("created_at", columns.Moment(), nullable=False),
        sa.Column("done_at", columns.Moment(), nullable=True),
        sa.CheckConstraint("gold IS NOT NULL OR taken <= overlap", name=op.f("ck_items_overlap")),
        sa.CheckConstraint(
            "state IN ('open', 'done', 'gold', 'skipped', 'flagged', 'quarantined', 'withdrawn')",
            name=op.f("ck_items_state"),
        ),
        sa.CheckConstraint("taken >= 0 AND answers >= 0 AND skips >= 0 AND flags >= 0", name=op.f("ck_items_counts")),
        sa.ForeignKeyConstraint(["import"], ["imports.id"], name=op.f("fk_items_import")),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name=op.f("fk_items_project")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_items")),
        sa.UniqueConstraint("project", "key", name=op.f("uq_items_project_key")),
    )
    op.create_index(
        "ix_items_gold",
        "items",
        ["project", "serve_seq"],
        unique=False,
        sqlite_where=sa.text("state = 'gold'"),
        postgresql_where=sa.text("state = 'gold'"),
    )
    op.create_index(op.f("ix_items_import"), "items", ["import"], unique=False)
    op.create_index(
        "ix_items_servable",
        "items",
        ["project", "priority", "serve_seq"],
        unique=False,
        sqlite_where=sa.text("state = 'open' AND taken < overlap AND serve_seq IS NOT NULL"),
        postgresql_where=sa.text("state = 'open' AND taken < overlap AND serve_seq IS NOT NULL"),
    )
    op.create_index(
        "ix_items_skipped",
        "items",
        ["project", "skips", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'skipped'"),
        postgresql_where=sa.text("state = 'skipped'"),
    )
    op.create_index("ix_items_state", "items", ["project", "state"], unique=False)
    op.create_index(
        "ix_items_unshuffled",
        "items",
        ["project", "digest"],
        unique=False,
        sqlite_where=sa.text("serve_seq IS NULL"),
        postgresql_where=sa.text("serve_seq IS NULL"),
    )
    op.create_table(
        "members",
        sa.Column("project", columns.Key, nullable=False),
        sa.Column("person", columns.Key, nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("answered", sa.Integer(), server_default="0", nullable=False),
        sa.Column("joined_at", columns.Moment(), nullable=False),
        sa.CheckConstraint("role IN ('owner', 'admin', 'reviewer', 'annotator')", name=op.f("ck_members_role")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_members_person")),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name=op.f("fk_members_project")),
        sa.PrimaryKeyConstraint("project", "person", name=op.f("pk_members")),
    )
    op.create_index(op.f("ix_members_person"), "members", ["person"], unique=False)
    op.create_table(
        "cards",
        sa.Column("id", columns.Key, nullable=False),
        sa.Column("nonce", sa.String(length=24), nullable=False),
        sa.Column("project", columns.Key, nullable=False),
        sa.Column("item", columns.Key, nullable=False),
        sa.Column("person", columns.Key, nullable=True),
        sa.Column("chat", columns.Key, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("draft", columns.Json(), nullable=True),
        sa.Column("awaiting", sa.String(length=10), server_default="", nullable=False),
        sa.Column("buried", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("state", sa.String(length=10), server_default="open", nullable=False),
        sa.Column("message", sa.String(length=100), nullable=True),
        sa.Column("shown", sa.String(length=10), server_default="text", nullable=False),
        sa.Column("suggested", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("leased_until", columns.Moment(), nullable=True),
        sa.Column("served_at", columns.Moment(), nullable=False),
        sa.Column("former_nonce", sa.String(length=24), nullable=True),
        sa.Column("former_until", columns.Moment(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'parked', 'done', 'void', 'expired')", name=op.f("ck_cards_state")),
        sa.ForeignKeyConstraint(["chat"], ["chats.id"], name=op.f("fk_cards_chat")),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_cards_item")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_cards_person")),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name=op.f("fk_cards_project")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cards")),
        sa.UniqueConstraint("nonce", name=op.f("uq_cards_nonce")),
    )
    op.create_index(
        "ix_cards_former",
        "cards",
        ["former_nonce"],
        unique=False,
        sqlite_where=sa.text("former_nonce IS NOT NULL"),
        postgresql_where=sa.text("former_nonce IS NOT NULL"),
    )
    op.create_index("ix_cards_item", "cards", ["item"], unique=False)
    op.create_index(
        "ix_cards_leases",
        "cards",
        ["leased_until"],
        unique=False,
        sqlite_where=sa.text("state IN ('open', 'parked')"),
        postgresql_where=sa.text("state IN ('open', 'parked')"),
    )
    op.create_index("ix_cards_message", "cards", ["chat", "message"], unique=False)
    op.create_index(
        "ix_cards_parked",
        "cards",
        ["person", "project", "served_at"],
        unique=False,
        sqlite_where=sa.text("state = 'parked'"),
        postgresql_where=sa.text("state = 'parked'"),
    )
    op.create_index(
        "uq_cards_held",
        "cards",
        ["item", "person"],
        unique=True,
        sqlite_where=sa.text("state IN ('open', 'parked')"),
        postgresql_where=sa.text("state IN ('open', 'parked')"),
    )
    op.create_index(
        "uq_cards_open",
        "cards",
        ["person"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "comments",
        sa.Column("id", columns.Key, nullable=False),
        sa.Column("project", columns.Key, nullable=False),
        sa.Column("item", columns.Key, nullable=False),
        sa.Column("person", columns.Key, nullable=False),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", columns.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_comments_item")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_comments_person")),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name=op.f("fk_comments_project")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
    )
    op.create_index(op.f("ix_comments_item"), "comments", ["item"], unique=False)
    op.create_index("ix_comments_project", "comments", ["project", "id"], unique=False)
    op.create_table(
        "answers",
        sa.Column("id", columns.Key, nullable=False),
        sa.Column("project", columns.Key, nullable=False),
        sa.Column("item", columns.Key, nullable=False),
        sa.Column("person", columns.Key, nullable=False),
        sa.Column("card", columns.Key, nullable=True),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("label", columns.Json(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=True),
        sa.Column("answered_at", columns.Moment(), nullable=False),
        sa.Column("superseded_at", columns.Moment(), nullable=True),
        sa.CheckConstraint("kind IN ('label', 'skip', 'flag', 'late')", name=op.f("ck_answers_kind")),
        sa.CheckConstraint("live = (superseded_at IS NULL)", name=op.f("ck_answers_live")),
        sa.ForeignKeyConstraint(["card"], ["cards.id"], name=op.f("fk_answers_card")),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_answers_item")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_answers_person")),
        sa.ForeignKeyConstraint(["project"], ["projects.id"], name=op.f("fk_answers_project")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
    )
    op.create_index(
        "ix_answers_latest",
        "answers",
        ["person", "project", "id"],
        unique=False,
        sqlite_where=sa.text("live = 1"),
        postgresql_where=sa.text("live"),
    )
    op.create_index("ix_answers_project", "answers", ["project", "id"], unique=False)
    op.create_index(
        "uq_answers_card",
        "answers",
        ["card", "person"],
        unique=True,
        sqlite_where=sa.text("live = 1"),
        postgresql_where=sa.text("live"),
    )
    op.create_index(
        "uq_answers_item",
        "answers",
        ["item", "person"],
        unique=True,
        sqlite_where=sa.text("live = 1"),
        postgresql_where=sa.text("live"),
    )
    op.create_table(
        "typed",
        sa.Column("card", columns.Key, nullable=False),
        sa.Column("question", sa.String(length=100), nullable=False),
        sa.Column("person", columns.Key, nullable=False),
        sa.Column("source", sa.String(length=140), nullable=False),
        sa.ForeignKeyConstraint(["card"], ["cards.id"], name=op.f("fk_typed_card")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_typed_person")),
        sa.PrimaryKeyConstraint("card", "question", name=op.f("pk_typed")),
    )
    op.create_index("ix_typed_source", "typed", ["person", "source"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", columns.Key, nullable=False),
        sa.Column("account", columns.Key, nullable=False),
        sa.Column("chat", columns.Key, nullable=False),
        sa.Column("card", columns.Key, nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("payload", columns.Json(), nullable=False),
        sa.Column("state", sa.String(length=10), server_default="pending", nullable=False),
        sa.Column("claimed_until", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", columns.Moment(), nullable=False),
        sa.CheckConstraint("state IN ('pending', 'failed')", name=op.f("ck_outbox_state")),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_outbox_account")),
        sa.ForeignKeyConstraint(["card"], ["cards.id"], name=op.f("fk_outbox_card")),
        sa.ForeignKeyConstraint(["chat"], ["chats.id"], name=op.f("fk_outbox_chat")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_outbox_card",
        "outbox",
        ["card"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index("ix_outbox_chat", "outbox", ["chat"], unique=False)
    op.create_index(
        "ix_outbox_lost",
        "outbox",
        ["created_at"],
        unique=False,
        sqlite_where=sa.text("state = 'failed'"),
        postgresql_where=sa.text("state = 'failed'"),
    )
    op.create_index(
        "ix_outbox_pending",
        "outbox",
        ["account", "claimed_until"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
