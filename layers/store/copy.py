"""Copy: all rows of one coverage store into another one, from SQLite to PostgreSQL or back.

Table after table, those first that others refer to, in batches by primary key; each batch is one transaction. A copy that
was interrupted is taken up again: what is there already is compared and left. At the end both stores are read whole, and
a sha256 over the rows of each table has to be the same on both sides.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from geo.errors import UnusableStore
from layers.store.engine import open_engine, reading, shown, writing
from layers.store.schema import upgrade
from layers.store.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Copied", "copy_store", "table_checksum"]

PER_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Copied:
    """What became of one table: its rows, how many of them were copied now, and their sha256 on both sides."""

    table: str
    rows: int
    new: int
    sha256: str


def copy_store(source_url: str, target_url: str, *, progress: Callable[[str], object] = lambda _: None) -> list[Copied]:
    """Copy a store into another one, which may be empty or hold the beginning of the same copy.

    Both are brought to the form of this version first; nothing else of the source is changed. Do not write to either
    meanwhile: what is added to the source while it is copied is told as a difference.

    Parameters
    ----------
    source_url, target_url
        SQLAlchemy URLs.
    progress
        Called with the name of each table as its turn comes.

    Returns
    -------
    list[Copied]
        One for each table, in the order that they were copied in.

    Raises
    ------
    UnusableStore
        When a store cannot be used, the target holds something else, or the copy differs from its source.
    """
    if source_url == target_url:
        raise UnusableStore(f"{shown(source_url)} cannot be copied into itself.", hint="Name another store.")
    source, target = open_engine(source_url), open_engine(target_url)
    if source.dialect.name == "sqlite" and not Path(source.url.database or "").is_file():
        raise UnusableStore(
            f"There is no coverage store {shown(source_url)}.",
            hint="Mend the address of the source, or ingest articles first.",
        )
    try:
        for engine in (source, target):
            upgrade(engine)
        copied = []
        for table in metadata.sorted_tables:
            progress(table.name)
            new = _copy_table(source, target, table)
            copied.append(_compared(source, target, table, new))
        return copied
    finally:
        source.dispose()
        target.dispose()


def table_checksum(engine: sa.Engine, table: sa.Table) -> tuple[int, str]:
    """Return how many rows a table has, and the sha256 over them in the order of their keys.

    It is the same for the same rows whatever database holds them.
    """
    sha, count = hashlib.sha256(), 0
    with reading(engine) as connection:
        for row in _rows(connection, table):
            sha.update(_text(row).encode() + b"\n")
            count += 1
    return count, sha.hexdigest()


def _copy_table(source: sa.Engine, target: sa.Engine, table: sa.Table) -> int:
    """Copy what is missing, and return how many rows that were."""
    new = 0
    with reading(source) as connection:
        for batch in _rows(connection, table).partitions(PER_BATCH):
            with writing(target) as writer:
                known = {_key(table, row): row for row in _between(writer, table, batch[0], batch[-1])}
                missing = []
                for row in batch:
                    found = known.get(_key(table, row))
                    if found is None:
                        missing.append(dict(row))
                    elif _text(found) != _text(row):
                        raise _foreign(target, table)
                if missing:
                    writer.execute(sa.insert(table), missing)
            new += len(missing)
    if new:
        _continue_numbers(target, table)
    return new


def _compared(source: sa.Engine, target: sa.Engine, table: sa.Table, new: int) -> Copied:
    (rows, sha256), (found_rows, found) = table_checksum(source, table), table_checksum(target, table)
    if found_rows > rows:
        raise _foreign(target, table)
    if found != sha256:
        raise UnusableStore(
            f"Table {table.name} differs between the stores after it was copied ({rows} rows, {found_rows} there).",
            hint="Was something written to either store meanwhile? Stop that, and copy again.",
        )
    return Copied(table.name, rows, new, sha256)


def _foreign(target: sa.Engine, table: sa.Table) -> UnusableStore:
    url = target.url.render_as_string(hide_password=True)
    return UnusableStore(
        f"The store {shown(url)} holds other rows in its table {table.name}: it is no copy of this one.",
        hint="Name an empty database as the target.",
    )


def _ordered(connection: sa.Connection, table: sa.Table) -> list[sa.ColumnElement[Any]]:
    """The primary key as it is sorted alike by every database: texts by their bytes."""
    collation = {"postgresql": "C", "sqlite": "BINARY"}.get(connection.dialect.name)
    return [
        sa.collate(column, collation) if collation and isinstance(column.type, sa.String) else column
        for column in table.primary_key.columns
    ]


def _rows(connection: sa.Connection, table: sa.Table) -> sa.MappingResult:
    """Return all rows by their keys, fetched batch by batch."""
    query = sa.select(table).order_by(*_ordered(connection, table))
    return connection.execute(query, execution_options={"yield_per": PER_BATCH}).mappings()


def _between(
    connection: sa.Connection, table: sa.Table, first: sa.RowMapping, last: sa.RowMapping
) -> Sequence[sa.RowMapping]:
    """Return the rows from one key to another."""
    key = sa.tuple_(*_ordered(connection, table))
    bounds = [sa.tuple_(*(row[column.name] for column in table.primary_key.columns)) for row in (first, last)]
    return connection.execute(sa.select(table).where(key >= bounds[0], key <= bounds[1])).mappings().all()


def _key(table: sa.Table, row: sa.RowMapping) -> tuple[Any, ...]:
    return tuple(row[column.name] for column in table.primary_key.columns)


def _text(row: sa.RowMapping) -> str:
    return json.dumps(dict(row), ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)


def _plain(value: object) -> str:
    match value:
        case bytes() | memoryview():
            return base64.b64encode(bytes(value)).decode("ascii")
        case datetime() | date() | time():
            return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be compared between stores.")


def _continue_numbers(target: sa.Engine, table: sa.Table) -> None:
    """Let PostgreSQL number further rows after those that came with their numbers."""
    column = table.autoincrement_column
    if column is None or target.dialect.name != "postgresql":
        return
    sequence = sa.func.pg_get_serial_sequence(table.name, column.name)
    with writing(target) as connection:
        connection.execute(sa.select(sa.func.setval(sequence, sa.select(sa.func.max(column)).scalar_subquery())))
