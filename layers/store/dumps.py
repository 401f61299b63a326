"""Dumps: a store in PostgreSQL written into a file by ``pg_dump``, and brought back into an empty database by ``pg_restore``."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from geo.errors import MissingExtra, UnusableStore
from layers.store import tables
from layers.store.engine import open_engine, reading, shown
from layers.store.schema import refuse_later, revision_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["check_empty", "dump_store", "restore_store"]

_OF_NO_USE: Final = (tables.sessions, tables.attempts)
"""Tables whose rows are of no use elsewhere; the tables themselves are in a dump."""

_SCHEMA: Final = re.compile(r"^\d+; \d+ \d+ (?:\w+ - )?SCHEMA ")
"""A line of a dump's list that stands for the schema itself, which an empty database has already."""


def dump_store(url: str, target: Path) -> tuple[str | None, dict[str, int]]:
    """Write a store into a file in pg_dump's own format; return its migration and the rows of each table in it.

    It is one snapshot; who writes meanwhile is not kept waiting. The file is read through once. Of the database only the schema
    that holds the store is in it, without owners and rights, without sessions and counts of failures to sign in.

    Parameters
    ----------
    url
        SQLAlchemy URL of a store in PostgreSQL. Where there is no store yet, nothing is made and ``None, {}`` returned.
    target
        The new file.

    Raises
    ------
    MissingExtra
        When ``pg_dump`` or ``pg_restore`` is not installed.
    UnusableStore
        When the store cannot be read, or ``pg_dump`` is older than the server.
    """
    _program("pg_restore")
    engine = open_engine(url)
    try:
        migration = revision_of(engine)
        if migration is None:
            return None, {}
        with reading(engine) as connection:
            # What pg_dump writes and what is counted here is the same moment.
            snapshot, schema = connection.execute(sa.text("SELECT pg_export_snapshot(), current_schema()")).one()
            left_out = [f'--exclude-table-data="{schema}"."{table.name}"' for table in _OF_NO_USE]
            _run(
                engine, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f'--schema="{schema}"',
                f"--snapshot={snapshot}", *left_out, f"--file={target}",
            )  # fmt: skip
            rows = _rows(connection)
        _run(None, "pg_restore", f"--file={os.devnull}", str(target))
        return migration, rows
    finally:
        engine.dispose()


def check_empty(url: str, migration: str | None) -> None:
    """See that a dump can be brought back into a database.

    Raises
    ------
    MissingExtra
        When ``pg_restore`` is not installed.
    UnusableStore
        The URL names no database of PostgreSQL, it cannot be reached, holds a store, or the dump is of a later version.
    """
    if not url.startswith("postgresql"):
        raise UnusableStore(
            "The backup holds a store of PostgreSQL, and no database is named to bring it back into.",
            hint="Make an empty one with `createdb`, and set CORRIDORMAP_STORE=postgresql+psycopg://user@host/database.",
        )
    if migration is not None:
        refuse_later(migration)
    _program("pg_restore")
    engine = open_engine(url)
    try:
        with reading(engine) as connection:
            found = sorted(set(sa.inspect(connection).get_table_names()) & tables.metadata.tables.keys())
    finally:
        engine.dispose()
    if found:
        raise UnusableStore(
            f"The database {shown(url)} holds a store already.",
            hint="Make an empty one with `createdb` and name it in CORRIDORMAP_STORE; nothing was changed.",
        )


def restore_store(dump: Path, url: str, rows: Mapping[str, int]) -> None:
    """Bring a dump back into an empty database, all of it or nothing, and count its rows.

    Raises
    ------
    MissingExtra, UnusableStore
        As :func:`check_empty`; also when other rows arrive than were written.
    """
    engine = open_engine(url)
    try:
        listed = _run(None, "pg_restore", "--list", str(dump))
        with tempfile.NamedTemporaryFile("w", suffix=".list", encoding="utf-8") as kept:
            kept.write("".join(f"{line}\n" for line in listed.splitlines() if not _SCHEMA.match(line)))
            kept.flush()
            how = ("--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges")
            _run(engine, "pg_restore", *how, f"--use-list={kept.name}", str(dump))
        with reading(engine) as connection:
            found = _rows(connection)
    finally:
        engine.dispose()
    differing = [name for name, count in sorted(rows.items()) if found.get(name) != count]
    if differing:
        raise UnusableStore(
            f"After the restore {', '.join(differing)} of {shown(url)} hold other rows than the backup.",
            hint="Somebody wrote to the database meanwhile: drop it, make an empty one, and restore again.",
        )


def _rows(connection: sa.Connection) -> dict[str, int]:
    """Count the rows of each table of a store that goes into a dump."""
    there = set(sa.inspect(connection).get_table_names())
    counted = [table for table in tables.metadata.sorted_tables if table.name in there and table not in _OF_NO_USE]
    return {
        table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() for table in counted
    }


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise MissingExtra(
            f"{name} is not installed, which backups of a store in PostgreSQL need.",
            hint="Install PostgreSQL's client programs (Debian: apt-get install postgresql-client) and put them on the PATH.",
        )
    return found


def _run(engine: sa.Engine | None, name: str, *arguments: str) -> str:
    """Run a program of PostgreSQL, on a database or on a file alone; return what it printed."""
    environment, where = dict(os.environ), []
    if engine is not None:
        _, said = engine.dialect.create_connect_args(engine.url)
        # Not on the command line, which everybody on the machine may read.
        environment["PGPASSWORD"] = str(said.pop("password", environment.get("PGPASSWORD", "")))
        where = [f"--dbname={_conninfo(said)}", "--no-password"]
    done = subprocess.run(  # noqa: S603 -- a program of the PATH, as the operator has it
        [_program(name), *where, *arguments],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        env=environment,
    )
    if done.returncode != 0:
        lines = [line for line in done.stderr.strip().splitlines() if line] or ["it said nothing"]
        is_older = "server version mismatch" in done.stderr
        raise UnusableStore(
            f"{name} could not do it: {' '.join(lines[:3])[:400]}.",
            hint="Install client programs as new as the server."
            if is_older
            else "Mend it and try again; nothing was changed.",
        )
    return done.stdout


def _conninfo(parts: Mapping[str, object]) -> str:
    """Return a connection string of libpq.

    >>> _conninfo({"host": "db", "dbname": "maps"})
    "host='db' dbname='maps'"
    """
    # Beside libpq's own parts there may be objects of the driver's.
    known = {name: str(value) for name, value in parts.items() if isinstance(value, str | int)}
    quoted = {name: value.replace("\\", "\\\\").replace("'", "\\'") for name, value in known.items()}
    return " ".join(f"{name}='{value}'" for name, value in quoted.items())
