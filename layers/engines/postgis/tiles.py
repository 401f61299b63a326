"""Tiles: one layer's part of a vector tile, made by PostGIS of points, and of its shapes by the cutter of all engines.

Points follow the rules of :mod:`layers.engines.tiles`: more than ``BUDGET`` in a tile are drawn as a grid, and a tile's buffer
shows no point of a neighbour that is drawn as one. Places are whole numbers, so a tile unit is a shift and a cell of the grid
another one; ``ST_AsMVT`` writes the message. Features come in the order of their rows: the same request gives the same bytes.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, LiteralString

import numpy as np
import shapely
from psycopg import sql
from psycopg.types.numeric import Int4, Int8

from geo.morton import BITS, code_of
from geo.tilegrid import Tile, check
from layers.engines.postgis.conditions import Condition, filter_condition
from layers.engines.postgis.tables import SHIFT_CODE, SHIFT_XY
from layers.engines.tiles import BUDGET, COUNT, DOMINANT, GRID, MAX_ZOOM
from layers.tilelayer import encode_layer, shape_features, value_field
from layers.tilepaths import BUFFER, EXTENT, commands, cut_paths, reach_box
from layers.wire import varint_words

if TYPE_CHECKING:
    import numpy.typing as npt

    from layers.engines.engine import Box
    from layers.engines.postgis.conditions import Shape
    from layers.engines.postgis.database import Database
    from layers.engines.postgis.tables import LayerTable
    from layers.filter import Filter

    Integers = npt.NDArray[Any]

__all__ = ["TileMaker"]

_EXTENT_BITS: Final = EXTENT.bit_length() - 1
_GRID_BITS: Final = GRID.bit_length() - 1
_MARGIN_DEG: Final = 1e-6
_POLE_DEG: Final = 90.0

_OWN = "_morton BETWEEN %(low)s AND %(high)s"
_NEAR = (
    "(geom && ST_MakeEnvelope(%(w)s, %(s)s, %(e)s, %(s_in)s, 4326) OR geom && ST_MakeEnvelope(%(w)s, %(n_in)s, %(e)s, %(n)s, 4326)"
    " OR geom && ST_MakeEnvelope(%(w)s, %(s)s, %(w_in)s, %(n)s, 4326) OR geom && ST_MakeEnvelope(%(e_in)s, %(s)s, %(e)s, %(n)s, 4326))"
    " AND NOT _morton BETWEEN %(low)s AND %(high)s"
    " AND _x BETWEEN %(x_low)s AND %(x_high)s AND _y BETWEEN %(y_low)s AND %(y_high)s"
)
_NOT_IN_GRIDS = (
    " AND NOT EXISTS (SELECT FROM unnest(%(lows)s::bigint[], %(highs)s::bigint[]) AS grid (low, high)"
    " WHERE _morton BETWEEN grid.low AND grid.high)"
)
_IN_TILE = "ST_MakePoint((_x >> %(unit)s) - %(x_unit)s, (_y >> %(unit)s) - %(y_unit)s) AS geom"

_POINTS = (
    "SELECT ST_AsMVT(drawn, %(layer)s, {extent}, 'geom', '_feature_id') FROM (SELECT {in_tile}, _feature_id, {properties} FROM ("
    "SELECT {needed} FROM {table} WHERE {wanted} AND {own} UNION ALL SELECT {needed} FROM {table} WHERE {wanted} AND {near}{grids}"
    " ORDER BY _row) AS kept) AS drawn"
)
_HOW_MANY = (
    "SELECT own.n, CASE WHEN own.n <= %(budget)s THEN ARRAY(SELECT grid.low"
    " FROM unnest(%(lows)s::bigint[], %(highs)s::bigint[]) AS grid (low, high) WHERE (SELECT count(*) FROM (SELECT FROM {table}"
    " WHERE {wanted} AND _morton BETWEEN grid.low AND grid.high LIMIT %(budget)s + 1) AS kept) > %(budget)s) END"
    " FROM (SELECT count(*) AS n FROM (SELECT FROM {table} WHERE {wanted} AND {own} LIMIT %(budget)s + 1) AS kept) AS own"
)
_CELLS = (
    "WITH kept AS (SELECT _morton >> %(cell)s AS cell{category}, count(*) AS n, min(_row) AS _row{since}, min(_x) AS _x, min(_y) AS _y"
    " FROM {table} WHERE {wanted} AND {own} GROUP BY 1{group}),"
    " cells AS (SELECT cell{dominant}, sum(n)::int AS n, min(_row) AS _row{since}, min(_x) AS _x, min(_y) AS _y FROM kept GROUP BY 1),"
    " drawn AS (SELECT"
    " CASE WHEN n = 1 THEN {single_point} ELSE"
    " ST_MakePoint(((cells._x >> %(side)s) - %(x_side)s) * {edge} + {half},"
    " ((cells._y >> %(side)s) - %(y_side)s) * {edge} + {half}) END AS geom,"
    " CASE WHEN n = 1 THEN single._feature_id ELSE cell + %(first_cell)s END AS _feature_id,"
    " {properties}, CASE WHEN n > 1 THEN n END AS {count}"
    " FROM cells LEFT JOIN LATERAL (SELECT {needed} FROM {table} AS alone WHERE cells.n = 1 AND alone._row = cells._row{same_since}) AS single"
    " ON true ORDER BY cell)"
    " SELECT ST_AsMVT(drawn, %(layer)s, {extent}, 'geom', '_feature_id') FROM drawn"
)


class TileMaker:
    """Makes the tiles of one layer table; threads may share it."""

    def __init__(self, database: Database, schema: str, table: LayerTable) -> None:
        self._database, self._table, self._schema = database, table, schema
        self._dense: dict[int, Integers] | None = None
        self._texts: dict[tuple[str, Shape | None], bytes] = {}

    def tile(self, name: str, tile: Tile, wanted: Filter, *, budget: int = BUDGET) -> bytes:
        """Return a layer's part of one tile, as :func:`layers.engines.tiles.encode` does."""
        check(tile, MAX_ZOOM)
        condition = filter_condition(self._table, wanted)
        if not self._table.points:
            return self._shapes(name, tile, condition)
        low, high = _range(tile)
        params = {"layer": name, "low": low, "high": high, **condition.params}
        is_grid, grids = self._gridded(tile, condition, budget)
        if is_grid:
            return self._bytes(self._query(_CELLS, condition), params | _grid_params(tile))
        template = _POINTS.replace("{grids}", _NOT_IN_GRIDS if grids else "")
        lows, highs = [each[0] for each in grids], [each[1] for each in grids]
        params |= _point_params(tile) | ({"lows": lows, "highs": highs} if grids else {})
        return self._bytes(self._query(template, condition), params)

    def _bytes(self, query: bytes, params: dict[str, Any]) -> bytes:
        (content,) = self._database.row(query, params, prepare=True)
        return bytes(content)

    def _query(self, template: LiteralString, condition: Condition) -> bytes:
        """Return a statement, which filters of one shape have in common."""
        key = (template, condition.shape)
        text = self._texts.get(key)
        if text is None:
            text = self._texts[key] = self._composed(template, condition).as_string(None).encode()
        return text

    def _composed(self, template: LiteralString, condition: Condition) -> sql.Composed:
        table, properties = self._table, self._properties
        has_category = template is _CELLS and DOMINANT in properties
        needed = ["_row", "_x", "_y", "_feature_id", "id", *properties]
        told: list[sql.Composable] = [sql.Identifier("id"), *map(sql.Identifier, properties)]
        if template is _CELLS:
            told = [sql.SQL("cells.{}" if name == DOMINANT and has_category else "single.{}").format(sql.Identifier(name)) for name in ("id", *properties)]  # fmt: skip
        dominant = sql.SQL(
            ", (array_agg({category} ORDER BY {category} IS NULL, n DESC, octet_length({category}), {category}))[1] AS {category}"
        ).format(category=sql.Identifier(DOMINANT))
        since = ", min(_since) AS _since" if table.is_partitioned else ""
        return sql.SQL(template).format(
            extent=sql.Literal(EXTENT),
            in_tile=sql.SQL(_IN_TILE),
            properties=sql.SQL(", ").join(told),
            needed=sql.SQL(", ").join(map(sql.Identifier, needed)),
            table=sql.Identifier(self._schema, table.name),
            wanted=condition.text,
            own=sql.SQL(_OWN),
            near=sql.SQL(_NEAR),
            category=sql.SQL(", {}").format(sql.Identifier(DOMINANT)) if has_category else sql.SQL(""),
            group=sql.SQL(", 2" if has_category else ""),
            dominant=dominant if has_category else sql.SQL(""),
            since=sql.SQL(since),
            same_since=sql.SQL(" AND alone._since = cells._since" if since else ""),
            single_point=sql.SQL(
                "ST_MakePoint((cells._x >> %(unit)s) - %(x_unit)s, (cells._y >> %(unit)s) - %(y_unit)s)"
            ),
            edge=sql.Literal(EXTENT // GRID),
            half=sql.Literal(EXTENT // GRID // 2),
            count=sql.Identifier(COUNT),
        )

    def _gridded(self, tile: Tile, condition: Condition, budget: int) -> tuple[bool, list[tuple[Int8, Int8]]]:
        """Whether a tile is drawn as a grid; if not, the ranges of codes of those neighbours that are."""
        is_known = budget == BUDGET
        is_crowded = not is_known or self._is_dense(tile)
        ranges = [_range(each) for each in _around(tile) if not is_known or self._is_dense(each)]
        if is_known and condition.keeps_all:
            return is_crowded, ranges
        if not is_crowded and not ranges:
            return False, []
        low, high = _range(tile) if is_crowded else (Int8(1), Int8(0))
        asked = {"low": low, "high": high, "lows": [each[0] for each in ranges], "highs": [each[1] for each in ranges]}
        params = {**condition.params, **asked, "budget": Int4(budget)}
        number, crowded = self._database.row(self._query(_HOW_MANY, condition), params, prepare=True)
        return number > budget, [each for each in ranges if int(each[0]) in set(crowded or ())]

    def _is_dense(self, tile: Tile) -> bool:
        """Whether more points lie in a tile than are drawn one by one, before any filter."""
        if self._dense is None:
            table = sql.Identifier(self._schema, f"{self._table.name}.dense")
            found: dict[int, list[int]] = {}
            for z, cell in self._database.rows(sql.SQL("SELECT z, cell FROM {} ORDER BY z, cell").format(table)):
                found.setdefault(z, []).append(cell)
            self._dense = {z: np.array(cells, dtype=np.int64) for z, cells in found.items()}
        cells = self._dense.get(tile.z)
        if cells is None:
            return False
        code = code_of(tile.x, tile.y)
        place = int(cells.searchsorted(code))
        return place < len(cells) and int(cells[place]) == code

    def shapes(self, box_3857: Box, z: int, condition: Condition) -> list[tuple[Any, ...]]:
        """Return row, kind, feature id, WKB (EPSG:3857), id and tile properties of what meets a box, as zoom ``z`` draws it."""
        table = self._table
        if not table.levels:
            return []
        level = next((zoom for zoom in table.levels if zoom >= z), table.levels[-1])
        query = sql.SQL(_SHAPES).format(
            properties=sql.SQL(", ").join(map(sql.Identifier, ["id", *self._properties])),
            table=sql.Identifier(self._schema, table.name),
            levels=sql.Identifier(self._schema, f"{table.name}.levels"),
            shapes=sql.Identifier(self._schema, f"{table.name}.shapes"),
            wanted=condition.text,
        )
        box = dict(zip(("box_w", "box_s", "box_e", "box_n"), box_3857, strict=True))
        return self._database.rows(query, {**condition.params, **box, "z": Int4(level)})

    @property
    def _properties(self) -> list[str]:
        return [name for name in self._table.tile if name in self._table.scalars]

    def _shapes(self, name: str, tile: Tile, condition: Condition) -> bytes:
        """Draw lines, polygons, and points of mixed layers, which the release holds as each zoom draws them."""
        rows = self.shapes(reach_box(tile).bounds, tile.z, condition)
        if not rows:
            return b""
        _, kinds, ids, blobs, *cells = zip(*rows, strict=True)
        shapes = shapely.from_wkb(np.array(blobs, dtype=object))
        paths = cut_paths(shapes, np.array(kinds, dtype=np.int8), np.arange(len(rows)), tile)
        geometry, drawn, drawn_kinds = commands(paths)
        if not len(drawn):
            return b""
        columns = [[column[row] for row in drawn.tolist()] for column in cells]
        keys, tags, values = _tags(["id", *self._properties], columns)
        feature_ids = np.array(ids, dtype=np.uint64)[drawn]
        return encode_layer(name, shape_features(varint_words(feature_ids), drawn_kinds, geometry, tags), keys, values)


_SHAPES = (
    "SELECT layer._row, layer._kind, layer._feature_id, ST_AsBinary(shape.geom), {properties} FROM {shapes} AS shape"
    " JOIN {levels} AS level ON level.shape = shape.shape AND level.z = %(z)s"
    " JOIN (SELECT _row, _kind, _feature_id, {properties} FROM {table} WHERE {wanted}) AS layer ON layer._row = level._row"
    " WHERE shape.geom && ST_MakeEnvelope(%(box_w)s, %(box_s)s, %(box_e)s, %(box_n)s, 3857) ORDER BY layer._row"
)


def _tags(names: list[str], columns: list[list[Any]]) -> tuple[list[str], Integers, bytes]:
    """Return keys in use, tags and values of properties as a layer of a tile has them; -1 for none."""
    table: dict[bytes, int] = {}
    tags = np.full((len(columns[0]), len(columns)), -1, dtype=np.int64)
    for place, column in enumerate(columns):
        for row, value in enumerate(column):
            if value is not None:
                tags[row, place] = table.setdefault(value_field(value), len(table))
    used = [place for place in range(len(names)) if (tags[:, place] >= 0).any()]
    return [names[place] for place in used], tags[:, used], b"".join(table)


def _around(tile: Tile) -> list[Tile]:
    """Return the up to eight tiles around a tile."""
    across = range(1 << tile.z)
    places = [(tile.x + dx, tile.y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1) if dx or dy]
    return [Tile(tile.z, x, y) for x, y in places if x in across and y in across]


def _range(tile: Tile) -> tuple[Int8, Int8]:
    """Return the first and the last Morton code of a tile, as they are stored."""
    bits = 2 * (BITS - tile.z)
    code = code_of(tile.x, tile.y)
    return Int8((code << bits) - SHIFT_CODE), Int8((code + 1 << bits) - 1 - SHIFT_CODE)


def _units(tile: Tile) -> dict[str, Any]:
    """Return by how much places are shifted into tile units, and where the tile begins in them."""
    unit = BITS - tile.z - _EXTENT_BITS
    first = SHIFT_XY >> unit
    return {"unit": Int4(unit), "x_unit": Int4(tile.x * EXTENT - first), "y_unit": Int4(tile.y * EXTENT - first)}


def _grid_params(tile: Tile) -> dict[str, Any]:
    side = BITS - tile.z - _GRID_BITS
    first = SHIFT_XY >> side
    cell = 2 * side
    # A cell's number comes from its place on the map, so it is the same under every filter.
    return _units(tile) | {
        "side": Int4(side),
        "x_side": Int4(tile.x * GRID - first),
        "y_side": Int4(tile.y * GRID - first),
        "cell": Int4(cell),
        "first_cell": Int8((SHIFT_CODE >> cell) + 1),
    }


def _point_params(tile: Tile) -> dict[str, Any]:
    """Return where a tile and its buffer lie: in stored cells, and in degrees for the index."""
    width = 1 << BITS - tile.z
    buffer = BUFFER << BITS - tile.z - _EXTENT_BITS
    left, top = tile.x * width, tile.y * width
    limits = [
        max(left - buffer, 0),
        max(top - buffer, 0),
        min(left + width + buffer, 1 << BITS),
        min(top + width + buffer, 1 << BITS),
    ]
    west, north, east, south = _box(limits)
    west_in, north_in, east_in, south_in = _box([left, top, left + width, top + width])
    return _units(tile) | {
        "x_low": Int4(limits[0] - SHIFT_XY),
        "x_high": Int4(limits[2] - 1 - SHIFT_XY),
        "y_low": Int4(limits[1] - SHIFT_XY),
        "y_high": Int4(limits[3] - 1 - SHIFT_XY),
        "w": west - _MARGIN_DEG,
        "e": east + _MARGIN_DEG,
        # What lies beyond the square of the map is drawn on its edge.
        "n": _POLE_DEG if limits[1] == 0 else north + _MARGIN_DEG,
        "s": -_POLE_DEG if limits[3] == 1 << BITS else south - _MARGIN_DEG,
        "w_in": west_in + _MARGIN_DEG,
        "e_in": east_in - _MARGIN_DEG,
        "n_in": north_in - _MARGIN_DEG,
        "s_in": south_in + _MARGIN_DEG,
    }


def _box(cells: list[int]) -> tuple[float, float, float, float]:
    """Return west, north, east, south in degrees of left, top, right, bottom in cells."""
    left, top, right, bottom = (cell / 2**BITS for cell in cells)
    return left * 360 - 180, _latitude(top), right * 360 - 180, _latitude(bottom)


def _latitude(down: float) -> float:
    """Return the latitude of a share of the map's height, counted from the north."""
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * down))))
