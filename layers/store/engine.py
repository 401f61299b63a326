"""Engine: the connection to the coverage store's database, and its faults said so that a person can mend them."""

from __future__ import annotations

import re
import sqlite3
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import exc

from geo.errors import UnusableStore

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["keep_journal", "open_engine", "reading", "shown", "told", "writing"]

BUSY_TIMEOUT_S = 60.0
"""How long a process waits for another one that is writing."""

_HINTS = (
    ("locked", "Another process has been writing to it for a minute; wait for it and try again."),
    ("disk is full", "Free some space and try again; what was stored before is still there."),
    ("disk i/o", "Free some space, or check the disk; what was stored before is still there."),
    ("readonly", "Mend its permissions and those of its folder, or name another one with CORRIDORMAP_STORE."),
    ("read-only", "Mend its permissions and those of its folder, or name another one with CORRIDORMAP_STORE."),
    ("unable to open", "Mend the permissions of its folder, or name another one with CORRIDORMAP_STORE."),
    ("malformed", "It is damaged: move it aside and ingest the articles again, or restore a copy."),
    ("not a database", "Move that file aside, or name another one with CORRIDORMAP_STORE."),
    ("only added to", "Add a further decision instead."),
    ("authentication", "Mend the user and the password in CORRIDORMAP_STORE."),
    ("does not exist", "Create the database with `createdb`, or mend its name in CORRIDORMAP_STORE."),
    ("permission denied", "Make the user of CORRIDORMAP_STORE the owner of the database."),
    ("connection failed", "Start PostgreSQL, or mend the address in CORRIDORMAP_STORE."),
    ("lock timeout", "Another process has been writing to it for a minute; wait for it and try again."),
)


def open_engine(url: str) -> sa.Engine:
    """Return an engine for a SQLAlchemy URL; nothing is opened or made yet.

    SQLite is used in WAL mode, so that a build reads while an ingest writes, and a writer takes its lock at once
    (``BEGIN IMMEDIATE``), so that two of them wait for each other and never fail half-way. On PostgreSQL an advisory lock
    does the same, and who reads sees one snapshot (``REPEATABLE READ``).

    Raises
    ------
    UnusableStore
        The URL is none, or its database driver is not installed.
    """
    try:
        engine = sa.create_engine(url, connect_args=_arguments(url))
    except (exc.ArgumentError, exc.NoSuchModuleError, ImportError, ValueError) as error:
        raise UnusableStore(
            f"{shown(url)!r} names no database that can be used ({type(error).__name__}).",
            hint="Run pip install 'corridormap[postgis]' and set CORRIDORMAP_STORE to postgresql+psycopg://user@host/database."
            if url.startswith("postgres")
            else "Set CORRIDORMAP_STORE to a SQLAlchemy URL such as sqlite:///coverage.sqlite, or leave it out.",
        ) from error
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _connected)
        sa.event.listen(engine, "begin", _begun)
    return engine


def _arguments(url: str) -> dict[str, Any]:
    """What the driver is told: how long to wait, for a lock or for a server that does not answer."""
    if url.startswith("sqlite"):
        return {"timeout": BUSY_TIMEOUT_S}
    if url.startswith("postgresql"):
        return {
            "connect_timeout": 10,
            "application_name": "corridormap store",
            "options": f"-c lock_timeout={BUSY_TIMEOUT_S:.0f}s -c timezone=UTC",
        }
    return {}


def _connected(connection: Any, _record: Any) -> None:  # noqa: ANN401 -- a driver's connection
    # Transactions are begun by us, below; the driver would begin them too late.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    # With WAL, a process killed at any moment loses nothing that was committed.
    cursor.execute("PRAGMA synchronous = NORMAL")
    # 16 MB of pages kept by a connection: a reviewer's desk looks at the same indexes again and again.
    cursor.execute("PRAGMA cache_size = -16000")
    cursor.close()


def _begun(connection: sa.Connection) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def keep_journal(engine: sa.Engine) -> None:
    """Put a SQLite file in WAL mode, which it keeps from then on; on another database nothing is done.

    Where another process holds the writer's lock, SQLite refuses this at once, however long the connection would wait for
    anything else: so it is tried again for as long.

    Raises
    ------
    UnusableStore
        When the file cannot be written, or stays locked.
    """
    if engine.dialect.name != "sqlite":
        return
    with told(engine), closing(engine.raw_connection()) as connection:
        end_s = time.monotonic() + BUSY_TIMEOUT_S
        while True:
            try:
                # Outside a transaction: there it would not be heard.
                connection.cursor().execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end_s:
                    raise
                time.sleep(_BUSY_PAUSE_S)
            else:
                return


_BUSY_PAUSE_S = 0.02


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Hold a transaction that only reads; it sees one state of the store.

    Raises
    ------
    UnusableStore
        When the database does not answer as it should.
    """
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True} if _is_postgresql(engine) else {}
    with told(engine), engine.execution_options(**options).begin() as connection:
        yield connection


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Hold a transaction that writes: all of it is stored at its end, or nothing.

    Raises
    ------
    UnusableStore
        When the database is locked for too long, full, read-only or damaged.
    """
    with told(engine), engine.execution_options(immediate=True).begin() as connection:
        if _is_postgresql(engine):
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_WRITERS)))
        yield connection


_WRITERS = 0x636F7272
"""Of all advisory locks of a database, the one that the writers of the store take."""


def _is_postgresql(engine: sa.Engine) -> bool:
    return engine.dialect.name == "postgresql"


@contextmanager
def told(engine: sa.Engine) -> Iterator[None]:
    """Turn the faults of a database into errors that say what to do."""
    try:
        yield
    except (exc.DBAPIError, sqlite3.Error) as error:
        said = str(getattr(error, "orig", error)).strip().splitlines()[0]
        hint = next((hint for words, hint in _HINTS if words in said.lower()), "Mend it and try again.")
        raise UnusableStore(
            f"The coverage store {shown(str(engine.url))} cannot be used: {said}.", hint=hint
        ) from error


def shown(url: str) -> str:
    """Return a URL as it may be printed: a file's path for SQLite, no password for anything else.

    >>> shown("postgresql://maps:secret@db/coverage")
    'postgresql://maps:***@db/coverage'
    """
    if url.startswith("sqlite:///"):
        return str(Path(url.removeprefix("sqlite:///")))
    return re.sub(r"(?<=://)([^:/@]*):[^@]*@", r"\1:***@", url)
