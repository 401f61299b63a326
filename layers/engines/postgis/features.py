"""Features: one layer of a release in PostGIS, as a request asks it, see :mod:`layers.engines.engine`."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from psycopg import sql
from psycopg.types.numeric import Int4, Int8

from geo.featureid import integer_id
from layers.engines.postgis.conditions import NOTHING, Condition, filter_condition
from layers.engines.postgis.counts import count
from layers.engines.postgis.expressions import expression_condition
from layers.engines.postgis.tiles import TileMaker
from layers.engines.queryables import FEW, Queryable, queryables_of
from layers.engines.tiles import BUDGET
from layers.tilepaths import POINT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import numpy.typing as npt

    from geo.tilegrid import Tile
    from layers.engines.engine import Box
    from layers.engines.postgis.database import Database
    from layers.engines.postgis.tables import LayerTable
    from layers.expression import Node
    from layers.filter import Filter

__all__ = ["PostgisFeatures", "PostgisSelection"]

_PER_PIECE: Final = 1000


class PostgisSelection:
    """What a condition keeps of a layer table; its figures are asked for once."""

    def __init__(self, features: PostgisFeatures, condition: Condition) -> None:
        self._features, self._condition = features, condition

    @property
    def matched(self) -> int:
        """See :class:`layers.engines.engine.Selection`."""
        return int(self._figures[0])

    @property
    def placed(self) -> int:
        """See :class:`layers.engines.engine.Selection`."""
        return int(self._figures[1])

    @property
    def bounds(self) -> Box | None:
        """See :class:`layers.engines.engine.Selection`."""
        west, south, east, north = self._figures[2:]
        if west is None:
            return None
        return (
            (west / 1e7, south / 1e7, east / 1e7, north / 1e7)
            if self._features.has_points
            else (west, south, east, north)
        )

    @cached_property
    def _figures(self) -> tuple[Any, ...]:
        box = (
            ("_lon_e7", "_lat_e7", "_lon_e7", "_lat_e7")
            if self._features.has_points
            else ("_west", "_south", "_east", "_north")
        )
        figures: list[sql.Composable] = [sql.SQL("count(*)"), sql.SQL("count(geom)")]
        figures += [
            sql.SQL("{}({})").format(sql.SQL(how), sql.Identifier(column))
            for how, column in zip(("min", "min", "max", "max"), box, strict=True)
        ]
        query = sql.SQL("SELECT {} FROM {} WHERE {}").format(
            sql.SQL(", ").join(figures), self._features.name(), self._condition.text
        )
        return self._features.database.row(query, self._condition.params)

    def texts(self) -> Iterator[bytes]:
        """See :class:`layers.engines.engine.Selection`."""
        between = b""
        for batch in self.batches():
            yield between + b",\n".join(batch)
            between = b",\n"

    def batches(self, size: int = _PER_PIECE) -> Iterator[list[bytes]]:
        """See :class:`layers.engines.engine.Selection`."""
        query = sql.SQL("SELECT _rank, feature FROM ({}) AS kept WHERE _rank > %(after)s ORDER BY _rank").format(
            self._query()
        )
        for rows in self._features.database.stream(query, self._condition.params, size=size):
            yield [feature.encode() for _, feature in rows]

    def page(self, offset: int, limit: int) -> list[bytes]:
        """See :class:`layers.engines.engine.Selection`."""
        return self._read(sql.SQL(" OFFSET %(offset)s LIMIT %(most)s"), {"offset": Int8(offset), "most": Int8(limit)})

    def earliest(self, limit: int) -> list[bytes]:
        """See :class:`layers.engines.engine.Selection`."""
        order = (
            "CASE WHEN _first_day = -2147483648 THEN 2147483647 ELSE _first_day END, "
            if self._features.table.pair
            else ""
        )
        query = sql.SQL(
            "SELECT text.feature FROM (SELECT _rank, row_number() OVER (ORDER BY {order}_rank) AS place FROM {table} WHERE {wanted}"
            " ORDER BY place LIMIT %(most)s) AS kept JOIN {texts} AS text USING (_rank) ORDER BY kept.place"
        ).format(
            order=sql.SQL(order),
            table=self._features.name(),
            wanted=self._condition.text,
            texts=self._features.name(".texts"),
        )
        rows = self._features.database.rows(query, self._condition.params | {"most": Int8(limit)})
        return [feature.encode() for (feature,) in rows]

    def places(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """See :class:`layers.engines.engine.Selection`."""
        query = sql.SQL("SELECT _lon_e7, _lat_e7 FROM {} WHERE geom IS NOT NULL AND {}").format(
            self._features.name(), self._condition.text
        )
        rows = self._features.database.rows(query, self._condition.params)
        lon, lat = np.array(rows, dtype=np.float64).reshape(-1, 2).T / 1e7
        return lon, lat

    def _read(self, slice_: sql.SQL, params: dict[str, Any]) -> list[bytes]:
        rows = self._features.database.rows(self._query() + slice_, self._condition.params | params)
        return [feature.encode() for _, feature in rows]

    def _query(self) -> sql.Composed:
        texts = self._features.name(".texts")
        if self._condition.keeps_all:
            return sql.SQL("SELECT _rank, feature FROM {} ORDER BY _rank").format(texts)
        return sql.SQL(
            "SELECT _rank, text.feature FROM {} AS text JOIN (SELECT _rank FROM {} WHERE {}) AS kept USING (_rank) ORDER BY _rank"
        ).format(texts, self._features.name(), self._condition.text)


class PostgisFeatures:
    """A layer table of a release. Threads may share it."""

    def __init__(self, database: Database, schema: str, table: LayerTable) -> None:
        self.database, self.table = database, table
        self._schema = schema
        self._tiles = TileMaker(database, schema, table)
        self._values: dict[str, tuple[Any, ...]] = {}

    def name(self, suffix: str = "") -> sql.Identifier:
        """Return the name of the table, or of one beside it, with its schema."""
        return sql.Identifier(self._schema, f"{self.table.name}{suffix}")

    @property
    def count(self) -> int:
        """See :class:`layers.engines.engine.Features`."""
        return self.table.count

    @property
    def placed(self) -> int:
        """See :class:`layers.engines.engine.Features`."""
        return self.table.placed

    @property
    def has_points(self) -> bool:
        """See :class:`layers.engines.engine.Features`."""
        return self.table.points

    @property
    def kinds(self) -> Mapping[str, str]:
        """See :class:`layers.engines.engine.Features`."""
        return self.table.kinds

    @property
    def tile_properties(self) -> tuple[str, ...]:
        """See :class:`layers.engines.engine.Features`."""
        return tuple(self.table.tile)

    @property
    def shape_kinds(self) -> frozenset[int]:
        """See :class:`layers.engines.engine.Features`."""
        return frozenset({POINT} if self.table.points else self.table.shape_kinds)

    @property
    def temporal(self) -> tuple[int | None, int | None, bool]:
        """See :class:`layers.engines.engine.Features`."""
        first, last, goes_on = self.table.temporal
        return first, last, goes_on

    def queryables(self) -> Mapping[str, Queryable]:
        """See :class:`layers.engines.engine.Features`."""

        def few(name: str) -> tuple[Any, ...]:
            return self.values(name) if self.table.values[name] <= FEW else ()

        return queryables_of(self.table.kinds, frozenset(self.table.lists), frozenset(self.table.scalars), few)

    def values(self, name: str) -> tuple[Any, ...]:
        """Return the distinct values of a property."""
        if name not in self._values:
            query = sql.SQL("SELECT value FROM {} WHERE property = %(name)s ORDER BY place").format(
                self.name(".values")
            )
            self._values[name] = tuple(value for (value,) in self.database.rows(query, {"name": name}))
        return self._values[name]

    def cells(self, name: str) -> list[Any]:
        """See :class:`layers.engines.engine.Features`."""
        query = sql.SQL("SELECT {} FROM {} ORDER BY _row").format(sql.Identifier(name), self.name())
        return [value for (value,) in self.database.rows(query)]

    def tile(self, name: str, tile: Tile, wanted: Filter, *, budget: int = BUDGET) -> bytes:
        """See :class:`layers.engines.engine.Features`."""
        return self._tiles.tile(name, tile, wanted, budget=budget)

    def counts(self, wanted: Filter) -> dict[str, Any]:
        """See :class:`layers.engines.engine.Features`."""
        return count(self.database, self.table, self.name(), wanted)

    def select(
        self,
        wanted: Filter,
        expression: Node | None = None,
        project: Callable[[Any], Any] = lambda lonlat: lonlat,
        *,
        keeps_unplaced: bool = False,
    ) -> PostgisSelection:
        """See :class:`layers.engines.engine.Features`."""
        condition = filter_condition(self.table, wanted, keeps_unplaced=keeps_unplaced)
        if expression is not None:
            condition &= expression_condition(self.table, self.queryables(), self.values, expression, project)
        return PostgisSelection(self, condition)

    def find(self, feature_id: str) -> dict[str, Any] | None:
        """See :class:`layers.engines.engine.Features`."""
        query = sql.SQL("SELECT feature FROM {} WHERE _feature_id = %(number)s ORDER BY _rank").format(
            self.name(".texts")
        )
        for (text,) in self.database.rows(query, {"number": Int8(integer_id(feature_id))}, prepare=True):
            feature: dict[str, Any] = json.loads(text)
            if feature["id"] == feature_id:
                return feature
        return None

    def records(self, at_most: int | None = None) -> Iterator[dict[str, Any]]:
        """See :class:`layers.engines.engine.Features`."""
        for start in range(0, self.count if at_most is None else min(at_most, self.count), _PER_PIECE):
            wanted = _PER_PIECE if at_most is None else min(_PER_PIECE, at_most - start)
            query = sql.SQL(
                "SELECT feature FROM {} WHERE _rank >= %(first)s AND _rank < %(after)s ORDER BY _rank"
            ).format(self.name(".texts"))
            for (text,) in self.database.rows(query, {"first": Int4(start), "after": Int4(start + wanted)}):
                feature = json.loads(text)
                yield {"id": feature["id"], **feature["properties"]}

    def drawn(self, box_3857: Box, z: int) -> tuple[npt.NDArray[Any], npt.NDArray[np.object_], npt.NDArray[np.int8]]:
        """See :class:`layers.engines.engine.Features`."""
        rows = self._tiles.shapes(box_3857, z, NOTHING)
        numbers, kinds, blobs = ([row[place] for row in rows] for place in (0, 1, 3))
        shapes = shapely.from_wkb(np.array(blobs, dtype=object))
        return np.array(numbers, dtype=np.int64), np.asarray(shapes, dtype=object), np.array(kinds, dtype=np.int8)
