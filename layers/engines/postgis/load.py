"""Load: a release written into PostGIS, and served from there on, in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import psycopg
from psycopg import sql
from psycopg.types.json import Json

from geo.errors import UnusableStore
from layers.engines.facets import count
from layers.engines.postgis.database import check_conninfo, told
from layers.engines.postgis.load_layer import LayerWriter
from layers.engines.postgis.tables import LayerTable, qualified, schema_of
from layers.filter import INTERVALS, Filter
from layers.release import table_names

if TYPE_CHECKING:
    from collections.abc import Callable

    from layers.engines.columns import Columns
    from layers.release import Release

    Connection = psycopg.Connection[tuple[Any, ...]]

__all__ = ["load_release", "loaded_releases"]

_LOCK: Final = 0x706F7374
"""Advisory lock of who loads."""

_CATALOG: Final = """
CREATE SCHEMA IF NOT EXISTS corridormap;
CREATE TABLE IF NOT EXISTS corridormap.releases (
  id text PRIMARY KEY, date text NOT NULL, loaded_at timestamptz NOT NULL DEFAULT now(), format int NOT NULL
);
CREATE TABLE IF NOT EXISTS corridormap.latest (
  id int PRIMARY KEY DEFAULT 1 CHECK (id = 1), release text NOT NULL REFERENCES corridormap.releases (id)
);
"""

FORMAT: Final = 1
"""Of the tables of a release; a service reads no other one."""

_NOT_KEPT: Final = ("columns/", "layers/")
"""Files whose content is in the tables."""


def load_release(
    release: Release,
    conninfo: str,
    *,
    keep: int = 3,
    progress: Callable[[str], object] = lambda _: None,
) -> dict[str, Any]:
    """Write a release into PostGIS and let it be the one that is served.

    Readers see the release that was there before until all of it stands; what fails leaves nothing behind. A release that is
    there already is only made the latest.

    Parameters
    ----------
    release
        A built one, with its column files.
    conninfo
        A database whose owner we are; the extension PostGIS is created where it is missing.
    keep
        How many releases stay in the database, this one among them; those loaded longest ago go.
    progress
        Called with the name of each layer as its turn comes.

    Returns
    -------
    dict
        ``release``; ``new``, whether it was written now; ``features`` and ``bytes`` of it; ``dropped`` ids.

    Raises
    ------
    UnusableStore
        When the database cannot be written, or has no PostGIS.
    UnreachableDatabase
        When it does not answer.
    InvalidSetting
        When libpq cannot read ``conninfo``.
    """
    check_conninfo(conninfo)
    with told(conninfo, 0):
        try:
            with psycopg.connect(conninfo, application_name="corridormap load") as connection:
                is_new = _write(connection, release, progress)
            with psycopg.connect(conninfo, application_name="corridormap load") as connection:
                dropped = _drop_old(connection, keep)
                size = _size_bytes(connection, release.id)
        except (
            psycopg.errors.InsufficientPrivilege,
            psycopg.errors.UndefinedFile,
            psycopg.errors.ReadOnlySqlTransaction,
        ) as error:
            raise UnusableStore(
                f"The database cannot take a release: {str(error).splitlines()[0]}.",
                hint="Name one that you own, with PostGIS installed, and not a replica.",
            ) from error
    features = sum(release.columns(layer.id, view).count for _, layer, view in table_names(release.catalog))
    return {"release": release.id, "new": is_new, "features": features, "bytes": size, "dropped": dropped}


def loaded_releases(connection: Connection) -> list[str]:
    """Return the ids of the loaded releases, the one loaded last first."""
    found = connection.execute("SELECT id FROM corridormap.releases ORDER BY loaded_at DESC, id").fetchall()
    return [str(row[0]) for row in found]


def _write(connection: Connection, release: Release, progress: Callable[[str], object]) -> bool:
    connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    connection.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    connection.execute(_CATALOG)
    known = connection.execute("SELECT 1 FROM corridormap.releases WHERE id = %s", [release.id]).fetchone()
    if known is None:
        _write_release(connection, release, progress)
        connection.execute(
            "INSERT INTO corridormap.releases (id, date, loaded_at, format) VALUES (%s, %s, clock_timestamp(), %s)",
            [release.id, release.receipt["date"], FORMAT],
        )
    connection.execute(
        "INSERT INTO corridormap.latest (release) VALUES (%s) ON CONFLICT (id) DO UPDATE SET release = excluded.release",
        [release.id],
    )
    return known is None


def _write_release(connection: Connection, release: Release, progress: Callable[[str], object]) -> None:
    schema = schema_of(release.id)
    connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))
    connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
    for statement in ("SET LOCAL maintenance_work_mem = '256MB'", "SET LOCAL synchronous_commit = off"):
        connection.execute(statement)
    connection.execute(
        sql.SQL("CREATE TABLE {} (name text PRIMARY KEY, content bytea NOT NULL)").format(qualified(schema, "files"))
    )
    insert = sql.SQL("INSERT INTO {} VALUES (%s, %s)").format(qualified(schema, "files"))
    with connection.cursor() as cursor:
        for path in sorted(path for path in release.path.rglob("*") if path.is_file()):
            name = path.relative_to(release.path).as_posix()
            if not name.startswith(_NOT_KEPT):
                cursor.execute(insert, [name, path.read_bytes()])
    connection.execute(
        sql.SQL("CREATE TABLE {} (place int NOT NULL, name text PRIMARY KEY, facts json NOT NULL)").format(
            qualified(schema, "layers")
        )
    )
    for place, (name, layer, view) in enumerate(table_names(release.catalog)):
        progress(name)
        columns = release.columns(layer.id, view)
        table = describe(name, columns)
        LayerWriter(connection, schema, table, columns).write()
        connection.execute(
            sql.SQL("INSERT INTO {} VALUES (%s, %s, %s)").format(qualified(schema, "layers")),
            [place, name, Json(table.to_json())],
        )


def describe(name: str, columns: Columns) -> LayerTable:
    """Return what is to be said of a layer's table."""
    pair = next((list(pair) for pair in INTERVALS if set(pair) <= columns.kinds.keys()), []) if columns.has_days else []
    return LayerTable(
        name=name,
        count=columns.count,
        placed=columns.placed,
        points=columns.has_points,
        kinds=dict(columns.kinds),
        tile=list(columns.tile_properties),
        lists=sorted(columns.lists),
        scalars=sorted(columns.scalars),
        pair=pair,
        attested="attested" in columns.file,
        days=list(columns.days) if columns.days else None,
        temporal=_temporal(columns),
        values={each: len(columns.values(each)) for each in sorted(columns.lists | columns.scalars)},
        counts=count(columns, Filter()),
        levels=[] if columns.has_points else list(columns.file.meta["levels"]),
        shape_kinds=[] if columns.has_points else sorted({int(kind) for kind in np.unique(columns.levels.kinds)} - {0}),
    )


def _temporal(columns: Columns) -> list[Any]:
    """The first day that a feature begins on, the last that one ends on, and whether one that has begun goes on."""
    if not columns.has_days:
        return [None, None, False]
    first, last = columns.first_day, columns.last_day
    limits = np.iinfo(np.int32)
    goes_on = bool(((last.days[last.codes] == limits.max) & (first.days[first.codes] != limits.min)).any())
    begins, ends = first.known, last.known
    return [int(begins.min()) if len(begins) else None, int(ends.max()) if len(ends) else None, goes_on]


def _drop_old(connection: Connection, keep: int) -> list[str]:
    """Drop the releases that were loaded longest ago; the latest always stays."""
    connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    latest = connection.execute("SELECT release FROM corridormap.latest").fetchone()
    ids = [each for each in loaded_releases(connection) if latest is None or each != latest[0]]
    gone = ids[max(keep - 1, 0) :]
    for each in gone:
        connection.execute("DELETE FROM corridormap.releases WHERE id = %s", [each])
        connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema_of(each))))
    return gone


def _size_bytes(connection: Connection, release_id: str) -> int:
    found = connection.execute(
        "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = %s AND c.relkind = 'r'",
        [schema_of(release_id)],
    ).fetchone()
    return int(found[0]) if found else 0
