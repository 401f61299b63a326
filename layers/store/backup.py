"""Backup of a store in SQLite: one consistent copy of its file while others read and write it."""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import cast

import sqlalchemy as sa

from geo.errors import UnusableStore
from layers.store import tables
from layers.store.engine import open_engine, reading, shown, told, writing
from layers.store.schema import HEAD, revision_of

__all__ = ["copy_sqlite", "is_sqlite", "migration_of"]


def is_sqlite(url: str) -> bool:
    """Tell whether a store is a file of SQLite, which is copied here; another database has tools of its own.

    >>> is_sqlite("sqlite:///coverage.sqlite"), is_sqlite("postgresql://db/coverage")
    (True, False)
    """
    return url.startswith("sqlite")


def copy_sqlite(url: str, target: Path) -> str | None:
    """Copy a store into a new file, and return the migration that it stands at.

    SQLite's own online backup takes one snapshot: who writes meanwhile is not kept waiting, and what they write is not in
    it. The copy is checked. It holds nobody's session and no counts of failures to sign in.

    Parameters
    ----------
    url
        SQLAlchemy URL of a store in SQLite. Where its file is not there, nothing is made and ``None`` returned.
    target
        The new file.

    Raises
    ------
    UnusableStore
        When the store cannot be read or the copy is damaged.
    OSError
        When there is no room for the copy.
    """
    engine = open_engine(url)
    try:
        if not Path(engine.url.database or "").is_file():
            return None
        with told(engine), closing(engine.raw_connection()) as source:
            copy = open_engine(f"sqlite:///{target}")
            try:
                with closing(copy.raw_connection()) as into:
                    try:
                        cast("sqlite3.Connection", source.driver_connection).backup(
                            cast("sqlite3.Connection", into.driver_connection)
                        )
                    except sqlite3.OperationalError as error:
                        if error.sqlite_errorcode != sqlite3.SQLITE_FULL:
                            raise
                        # Only the copy grows: it is not the store that has no room.
                        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target)) from error
                return _finished(copy)
            finally:
                copy.dispose()
    finally:
        engine.dispose()


def _finished(copy: sa.Engine) -> str | None:
    """Check a copy, and take out what is of no use elsewhere."""
    revision = revision_of(copy)
    with writing(copy) as connection:
        known = set(sa.inspect(connection).get_table_names())
        for table in (tables.sessions, tables.attempts):
            if table.name in known:
                connection.execute(sa.delete(table))
    with reading(copy) as connection:
        found = connection.exec_driver_sql("PRAGMA quick_check").scalar()
    if found != "ok":
        raise UnusableStore(
            f"The copy of {shown(str(copy.url))} is damaged: {found}.", hint="Check the disk, and the store itself."
        )
    return revision


def migration_of(path: Path) -> str | None:
    """Return the migration that a store's file stands at.

    Raises
    ------
    UnusableStore
        It cannot be read, or was made by a later version of corridormap.
    """
    engine = open_engine(f"sqlite:///{path}")
    try:
        found = revision_of(engine)
    finally:
        engine.dispose()
    if found is not None and found > HEAD:
        raise UnusableStore(
            f"{path.name} was written by a later version of corridormap (migration {found}, here {HEAD}).",
            hint="Restore it with that version.",
        )
    return found
