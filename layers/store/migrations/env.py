"""What Alembic runs to migrate: on the connection that :mod:`layers.store.schema` hands over, within its transaction."""

from __future__ import annotations

from alembic import context

from layers.store.tables import metadata


def run() -> None:
    """Take the connection through the steps that Alembic has been asked for."""
    context.configure(
        connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True
    )
    with context.begin_transaction():
        context.run_migrations()


if hasattr(context, "config"):  # a plain import, by a test or a tool, migrates nothing
    run()
