"""What Alembic runs: the migrations on the connection that `migrate` holds open."""

from alembic import context

from storage import schema_chats, schema_quality  # noqa: F401 (once loaded, their tables are in the metadata)
from storage.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,  # the transaction is the caller's
    render_as_batch=True,
)
context.run_migrations()
