"""Load layer: the tables of one layer, written from its columns by COPY, and their indexes."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, LiteralString

import numpy as np
import shapely
from psycopg import sql

from geo.featureid import integer_id
from geo.morton import BITS, deinterleave
from layers.engines.postgis import binary
from layers.engines.postgis.tables import (
    LONGEST_DAYS,
    OPEN_END,
    OPEN_START,
    SHIFT_CODE,
    SHIFT_XY,
    day_column,
    qualified,
)
from layers.engines.queryables import FIRST_DAYS
from layers.engines.tiles import BUDGET, DOMINANT, MAX_ZOOM
from layers.filter import MEMBERSHIP, interval_of
from layers.wire import ByteRows, ranges

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy.typing as npt
    import psycopg

    from layers.engines.columns import Columns
    from layers.engines.postgis.tables import LayerTable

    Integers = npt.NDArray[Any]

__all__ = ["LayerWriter"]

PER_PIECE: Final = 20_000
PER_PARTITION: Final = 60_000
MOST_PARTITIONS: Final = 16

MANY_VALUES: Final = 16
"""A list of fewer distinct values is not worth an index: each of them is in too many rows."""

_PAGES_PER_RANGE: Final = 8
_EPOCH: Final = 719_163

_ID_HEAD, _LONG_ID = 4, 124
"""Bytes before a short id in its field: two keys and two lengths of one byte each; longer ids have longer lengths."""


class LayerWriter:
    """Writes one layer. All of it is part of the caller's transaction."""

    def __init__(self, connection: psycopg.Connection[Any], schema: str, table: LayerTable, columns: Columns) -> None:
        self._connection, self._schema, self._table, self._columns = connection, schema, table, columns
        self._rank = np.empty(columns.count, dtype=np.int64)
        self._rank[columns.in_order(np.arange(columns.count))] = np.arange(columns.count)
        self._numbers = np.fromiter(map(integer_id, self._all_ids()), np.int64, columns.count)
        self._days: dict[str, Integers] = {}
        if table.pair:
            for name, bound in (("_first_day", columns.first_day), ("_last_day", columns.last_day)):
                self._days[name] = bound.days.astype(np.int64)[bound.codes]
        for name in table.other_days:
            self._days[day_column(name)] = self._day_of(name)

    def write(self) -> None:
        """Write the tables and their indexes."""
        self._write_features()
        self._write_texts()
        self._write_values()
        if self._table.points:
            self._write_dense()
        else:
            self._write_shapes()
        self._index()

    def _name(self, suffix: str = "") -> sql.Identifier:
        return qualified(self._schema, f"{self._table.name}{suffix}")

    def _do(self, statement: LiteralString, **names: sql.Composable) -> None:
        self._connection.execute(sql.SQL(statement).format(**names))

    def _copy(self, name: sql.Identifier, columns: Iterable[str], pieces: Iterator[list[ByteRows]]) -> None:
        listed = sql.SQL(", ").join(map(sql.Identifier, columns))
        statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary, FREEZE)").format(name, listed)
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(binary.START)
            for fields in pieces:
                copy.write(binary.rows_of(fields))
            copy.write(binary.END)

    def _write_features(self) -> None:
        columns = self._table.columns()
        listed = sql.SQL(", ").join(
            sql.SQL("{} " + kind).format(sql.Identifier(name)) for name, kind in columns.items()
        )
        partition_by = sql.SQL(" PARTITION BY RANGE (_since)" if self._table.is_partitioned else "")
        self._connection.execute(sql.SQL("CREATE TABLE {} ({}){}").format(self._name(), listed, partition_by))
        for suffix, bounds, rows in self._partitions():
            if bounds is not None:
                self._do("CREATE TABLE {part} PARTITION OF {whole} FOR VALUES FROM ({low}) TO ({high})",
                         part=self._name(suffix), whole=self._name(), low=bounds[0], high=bounds[1])  # fmt: skip
            self._copy(self._name(suffix), columns, self._feature_pieces(rows))

    def _partitions(self) -> Iterator[tuple[str, tuple[sql.SQL | sql.Literal, sql.SQL | sql.Literal] | None, Integers]]:
        """Yield the suffix, the bounds and the rows of each partition; of a table that has none the whole."""
        everything = np.arange(self._table.count)
        if not self._table.is_partitioned:
            yield "", None, everything
            return
        since = self._since()
        timed = since[since != OPEN_START]
        parts = min(max(len(timed) // PER_PARTITION, 1), MOST_PARTITIONS)
        inner = (
            np.unique(np.quantile(timed, np.arange(1, parts) / parts).astype(np.int64))
            if len(timed)
            else np.empty(0, np.int64)
        )
        edges = [OPEN_START + 1, *inner.tolist()]
        limits: list[sql.SQL | sql.Literal] = [sql.SQL("MINVALUE"), *map(sql.Literal, edges), sql.SQL("MAXVALUE")]
        place = np.searchsorted(np.array(edges), since, side="right")
        for i in range(len(limits) - 1):
            yield f".{i}", (limits[i], limits[i + 1]), everything[place == i]

    def _since(self) -> Integers:
        """The first day of what lasts at most :data:`LONGEST_DAYS`; :data:`OPEN_START` for all else."""
        first, last = self._days["_first_day"], self._days["_last_day"]
        is_timed = (first != OPEN_START) & (last != OPEN_END) & (last - first <= LONGEST_DAYS)
        return np.where(is_timed, first, OPEN_START)

    def _feature_pieces(self, rows: Integers) -> Iterator[list[ByteRows]]:
        since = self._since() if self._table.is_partitioned else None
        for start in range(0, len(rows), PER_PIECE):
            yield self._fields(rows[start : start + PER_PIECE], since)

    def _fields(self, rows: Integers, since: Integers | None) -> list[ByteRows]:
        columns, table = self._columns, self._table
        found = [
            binary.number_field(rows, ">i4"),
            binary.number_field(self._rank[rows], ">i4"),
            binary.number_field(self._numbers[rows], ">i8"),
            binary.field(self._ids(rows)),
        ]
        if since is not None:
            found.append(binary.number_field(since[rows], ">i4"))
        for name, days in self._days.items():
            is_null = None if name in {"_first_day", "_last_day"} else days[rows] == OPEN_START
            found.append(binary.number_field(days[rows], ">i4", is_null))
        found += self._place_fields(rows) if table.points else self._box_fields(rows)
        if table.attested:
            found.append(binary.number_field(columns.file.array("attested")[rows], "u1"))
        types = table.columns()
        found += [
            binary.coded_field(columns.codes(name)[rows], columns.values(name), types[name]) for name in table.scalars
        ]
        found += [self._list_field(name, rows) for name in table.lists]
        found.append(self._geometry_field(rows))
        return found

    def _all_ids(self) -> Iterator[str]:
        for start in range(0, self._columns.count, PER_PIECE):
            ids = self._ids(np.arange(start, min(start + PER_PIECE, self._columns.count)))
            content, ends = ids.data.tobytes(), np.cumsum(ids.lengths).tolist()
            for first, after in pairwise([0, *ends]):
                yield content[first:after].decode()

    def _ids(self, rows: Integers) -> ByteRows:
        texts = self._columns.ids
        starts, stops = texts.ends[rows].astype(np.int64), texts.ends[rows + 1].astype(np.int64)
        lengths = stops - starts - _ID_HEAD
        if (lengths >= _LONG_ID).any():
            return ByteRows.of(self._columns.id_of(row).encode() for row in rows.tolist())
        return ByteRows(self._columns.file.array("id.bytes")[ranges(starts + _ID_HEAD, lengths)], lengths)

    def _place_fields(self, rows: Integers) -> list[ByteRows]:
        file = self._columns.file
        is_null = rows >= self._table.placed
        placed = np.where(is_null, 0, rows)
        if not self._table.placed:
            empty = np.zeros(len(rows), dtype=np.int64)
            return [binary.number_field(empty, kind, is_null) for kind in (">i8", ">i4", ">i4", ">i4", ">i4")]
        codes = file.array("morton")[placed]
        x, y = (cells.astype(np.int64) - SHIFT_XY for cells in deinterleave(codes))
        shifted = (codes ^ np.uint64(SHIFT_CODE)).view(np.int64)
        lon, lat = (file.array(name)[placed] for name in ("lon_e7", "lat_e7"))
        found = [binary.number_field(shifted, ">i8", is_null)]
        return found + [binary.number_field(column, ">i4", is_null) for column in (x, y, lon, lat)]

    def _box_fields(self, rows: Integers) -> list[ByteRows]:
        box = self._columns.file.array("box")[rows]
        is_null = np.isnan(box[:, 0])
        found = [binary.number_field(box[:, side], ">f8", is_null) for side in range(4)]
        return [*found, binary.number_field(self._columns.levels.kinds[rows], ">i2")]

    def _list_field(self, name: str, rows: Integers) -> ByteRows:
        ends = self._columns.file.array(f"{name}.ends").astype(np.int64)
        counts = ends[rows + 1] - ends[rows]
        codes = self._columns.file.array(f"{name}.codes")[ranges(ends[rows], counts)]
        return binary.list_field(counts, codes, self._columns.values(name))

    def _geometry_field(self, rows: Integers) -> ByteRows:
        if self._table.points:
            is_null = rows >= self._table.placed
            placed = np.where(is_null, 0, rows) if self._table.placed else np.zeros(0, dtype=np.int64)
            if not self._table.placed:
                return binary.point_field(np.zeros(len(rows)), np.zeros(len(rows)), is_null)
            lon, lat = (self._columns.file.array(name)[placed] / 1e7 for name in ("lon_e7", "lat_e7"))
            return binary.point_field(lon, lat, is_null)
        texts = [json.loads(text[:-2])["geometry"] for text in self._columns.feature_texts(rows)]
        shapes = shapely.from_geojson(
            np.array([None if text is None else json.dumps(text) for text in texts], dtype=object)
        )
        wkb = shapely.to_wkb(shapely.set_srid(shapes, 4326), include_srid=True)
        return binary.field(
            ByteRows.of(blob or b"" for blob in wkb), np.array([blob is None for blob in wkb], dtype=bool)
        )

    def _day_of(self, name: str) -> Integers:
        """The day of a property of dates: the first of a year or month for one that begins, the last for one that ends."""
        last = name not in FIRST_DAYS
        known = [interval_of(str(value))[last].toordinal() - _EPOCH for value in self._columns.values(name)]
        return np.array([OPEN_START, *known], dtype=np.int64)[self._columns.codes(name)]

    def _write_texts(self) -> None:
        self._do("CREATE TABLE {table} (_rank int NOT NULL, _row int NOT NULL, _feature_id bigint NOT NULL, feature text NOT NULL)",
                 table=self._name(".texts"))  # fmt: skip
        order = self._columns.in_order(np.arange(self._columns.count))

        def pieces() -> Iterator[list[ByteRows]]:
            for start in range(0, len(order), PER_PIECE):
                rows = order[start : start + PER_PIECE]
                yield [
                    binary.number_field(np.arange(start, start + len(rows)), ">i4"),
                    binary.number_field(rows, ">i4"),
                    binary.number_field(self._numbers[rows], ">i8"),
                    binary.field(ByteRows.of(text[:-2] for text in self._columns.feature_texts(rows))),
                ]

        self._copy(self._name(".texts"), ("_rank", "_row", "_feature_id", "feature"), pieces())

    def _write_values(self) -> None:
        """The distinct values of each property: what comparisons that PostgreSQL has not are made with."""
        self._do("CREATE TABLE {table} (property text NOT NULL, place int NOT NULL, value jsonb NOT NULL, PRIMARY KEY (property, place))",
                 table=self._name(".values"))  # fmt: skip
        statement = sql.SQL("COPY {} FROM STDIN").format(self._name(".values"))
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            for name in (*self._table.scalars, *self._table.lists):
                for place, value in enumerate(self._columns.values(name)):
                    copy.write_row((name, place, json.dumps(value, ensure_ascii=False)))

    def _write_dense(self) -> None:
        """Tiles in which more points lie than one draws one by one, without a filter; by Morton code at their zoom."""
        self._do(
            "CREATE TABLE {table} (z smallint NOT NULL, cell bigint NOT NULL, PRIMARY KEY (z, cell))",
            table=self._name(".dense"),
        )
        codes = self._columns.file.array("morton") if self._table.placed else np.empty(0, dtype=np.uint64)
        statement = sql.SQL("COPY {} FROM STDIN").format(self._name(".dense"))
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            for z in range(MAX_ZOOM + 1):
                cells = codes >> np.uint64(2 * (BITS - z)) if z else np.zeros(len(codes), dtype=np.uint64)
                found, counts = np.unique(cells, return_counts=True)
                crowded = found[counts > BUDGET]
                for cell in crowded.tolist():
                    copy.write_row((z, cell))
                if not len(crowded):
                    break

    def _write_shapes(self) -> None:
        self._do(
            "CREATE TABLE {table} (shape int NOT NULL, geom geometry(Geometry, 3857) NOT NULL)",
            table=self._name(".shapes"),
        )
        self._do(
            "CREATE TABLE {table} (z smallint NOT NULL, _row int NOT NULL, shape int NOT NULL)",
            table=self._name(".levels"),
        )
        known: dict[bytes, int] = {}
        uses: list[tuple[int, int, int]] = []
        rows = np.arange(self._columns.count)
        for z in self._table.levels:
            for row, blob in enumerate(
                shapely.to_wkb(shapely.set_srid(self._columns.levels.shapes(rows, z), 3857), include_srid=True)
            ):
                if blob is not None:
                    uses.append((z, row, known.setdefault(blob, len(known))))
        with self._connection.cursor() as cursor:
            with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(self._name(".shapes"))) as copy:
                for blob, number in known.items():
                    copy.write_row((number, blob.hex()))
            with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(self._name(".levels"))) as copy:
                for use in uses:
                    copy.write_row(use)

    def _index(self) -> None:
        table, name = self._table, self._name()
        key = "(_row, _since)" if table.is_partitioned else "(_row)"
        statements = [
            (f"ALTER TABLE {{name}} ADD PRIMARY KEY {key}", name),
            ("CREATE INDEX ON {name} USING gist (geom)", name),
            ("ALTER TABLE {name} ADD PRIMARY KEY (_rank)", self._name(".texts")),
            ("CREATE INDEX ON {name} (_feature_id)", self._name(".texts")),
            ("CREATE INDEX ON {name} (_row)", self._name(".texts")),
        ]
        if table.points:
            statements.append(
                (f"CREATE INDEX ON {{name}} USING brin (_morton) WITH (pages_per_range = {_PAGES_PER_RANGE})", name)
            )
            if DOMINANT in table.scalars:
                covered = (
                    "_x, _y, _row"
                    + (", _since" if table.is_partitioned else "")
                    + (", _first_day, _last_day" if table.pair else "")
                )
                statements.append((f"CREATE INDEX ON {{name}} ({DOMINANT}, _morton) INCLUDE ({covered})", name))
        else:
            statements += [
                ("ALTER TABLE {name} ADD PRIMARY KEY (shape)", self._name(".shapes")),
                ("CREATE INDEX ON {name} USING gist (geom)", self._name(".shapes")),
                ("CREATE INDEX ON {name} (shape, z)", self._name(".levels")),
            ]
        for statement, where in statements:
            self._do(statement, name=where)
        for listed in MEMBERSHIP.values():
            if listed in table.lists and table.values[listed] > MANY_VALUES:
                self._do("CREATE INDEX ON {name} USING gin ({column})", name=name, column=sql.Identifier(listed))
        for suffix in ("", ".texts", *(() if table.points else (".shapes", ".levels"))):
            self._do("ANALYZE {name}", name=self._name(suffix))
