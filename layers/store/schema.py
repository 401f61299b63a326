"""Schema: bringing a database to the form of this version's tables, by the steps in ``migrations``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from geo.errors import UnusableStore
from layers.store.engine import keep_journal, reading, writing

if TYPE_CHECKING:
    from alembic.config import Config

__all__ = ["HEAD", "downgrade", "refuse_later", "revision_of", "upgrade"]

HEAD = "0004"
"""The last migration: the form that :mod:`layers.store.tables` describes."""

BASE = "base"

_version = sa.table("alembic_version", sa.column("version_num"))


def revision_of(engine: sa.Engine) -> str | None:
    """Return the migration that a database stands at; ``None`` for an empty one.

    Raises
    ------
    UnusableStore
        When it cannot be read.
    """
    with reading(engine) as connection:
        return _revision_of(connection)


def _revision_of(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(sa.select(_version.c.version_num)).scalar()
    return None if found is None else str(found)


def upgrade(engine: sa.Engine, revision: str = HEAD) -> None:
    """Bring a database forward to a migration; one that stands there is left as it is.

    All steps are one transaction. Of two processes at once one waits, and then finds it done.

    Raises
    ------
    UnusableStore
        When it cannot be written, or was made by a later version of corridormap.
    """
    if revision == HEAD and (found := revision_of(engine)) is not None:
        if found == HEAD:
            return
        refuse_later(found)
    keep_journal(engine)
    _migrate(engine, revision, forward=True)


def downgrade(engine: sa.Engine, revision: str = BASE) -> None:
    """Take a database back to an earlier migration; ``base`` is an empty one. What the steps drop is lost.

    Raises
    ------
    UnusableStore
        When it cannot be written.
    """
    _migrate(engine, revision, forward=False)


def refuse_later(found: str) -> None:
    """Refuse a migration that this version does not know.

    Raises
    ------
    UnusableStore
        When it is later than :data:`HEAD`.
    """
    if found > HEAD:
        raise UnusableStore(
            f"The coverage store was written by a later version of corridormap (migration {found}, here {HEAD}).",
            hint="Upgrade corridormap, or name another store with CORRIDORMAP_STORE.",
        )


def _migrate(engine: sa.Engine, revision: str, *, forward: bool) -> None:
    from alembic import command  # noqa: PLC0415 -- a store that needs no step needs no Alembic

    with writing(engine) as connection:
        if forward and _revision_of(connection) == revision:
            return
        step = command.upgrade if forward else command.downgrade
        step(_config(connection), revision)


def _config(connection: sa.Connection) -> Config:
    from alembic.config import Config  # noqa: PLC0415 -- as above

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
