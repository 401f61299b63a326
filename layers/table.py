"""Tables: a layer's features, in one canonical form in memory, in GeoParquet and in the release id.

A table is a GeoDataFrame in EPSG:4326, sorted by its string column ``id``, with coordinates rounded to 7 decimals (about
1 cm, RFC 7946 asks for no more). Columns that hold lists or dicts are stored as JSON text in GeoParquet.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.errors import InvalidGeometry, InvalidRecords
from geo.shapes import repair, round_coordinates
from layers.properties import fits, is_missing, kind_of

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from layers.layer import Kind, Layer

__all__ = ["canonical_json", "digest", "frame_of", "normalise", "plain", "read_table", "write_table"]

DECIMALS = 7
PER_GROUP = 20_000
"""Rows of a row group of GeoParquet: of a filtered export only the groups are read that hold something of it."""
_WORLD = np.array([-180.0, -90.0, -180.0, -90.0, 180.0, 90.0, 180.0, 90.0])
"""The least and the most that west, south, east and north may be, in degrees."""

_AS_IT_IS = frozenset({str, int, bool})
AREAL = 2
"""Topological dimension of polygons."""


def plain(value: object) -> Any:  # noqa: ANN401 -- JSON has no narrower name
    """Turn a cell into the JSON value that it means: numpy scalars unwrapped, NaN and NA as ``None``.

    >>> plain(np.int64(3)), plain(float("nan")), plain((1, 2)), plain(None)
    (3, None, [1, 2], None)
    """
    # What nearly every cell is comes first: a build asks some hundred thousand times.
    if type(value) in _AS_IT_IS:
        return value
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, (dict, Mapping)):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(item) for item in value]
    return value


def canonical_json(value: object) -> str:
    """Return the one JSON text of a value: sorted keys, no spaces, UTF-8 letters as they are.

    >>> canonical_json({"b": [1.0, None], "a": "کابل"})
    '{"a":"کابل","b":[1.0,null]}'
    """
    return json.dumps(plain(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


_DTYPES: dict[Kind, Any] = {"integer": "Int64", "number": "Float64", "boolean": "boolean"}


def settle(column: pd.Series[Any], kind: Kind) -> pd.Series[Any]:
    """Give a column its declared type, so that it is the same before and after GeoParquet.

    Whole numbers become ``Int64``, other numbers ``Float64``, truth values ``boolean`` (each with NA for nothing said);
    text and JSON become ``object`` with ``None``.

    >>> settle(pd.Series([1.0, None]), "integer").dtype, settle(pd.Series(["a", None]), "text").tolist()
    (Int64Dtype(), ['a', None])
    """
    cells = [None if is_missing(value) else plain(value) for value in column]
    if kind in _DTYPES:
        return pd.Series(pd.array(cells, dtype=_DTYPES[kind]), index=column.index)
    return pd.Series(cells, dtype=object, index=column.index)


def _check_types(table: gpd.GeoDataFrame, layer: Layer) -> None:
    faults = []
    for name in table.columns.drop(["id", "geometry"]):
        kind = kind_of(layer, name)
        wrong = [
            (row, cell)
            for row, cell in zip(table["id"], table[name], strict=True)
            if not (is_missing(cell) or fits(cell, kind))
        ]
        if wrong:
            row, cell = wrong[0]
            faults.append(
                f"{layer.id}: {row}: {name}: {str(cell)[:60]!r} is no {kind}; declare another type in layers/properties.py"
                f" or mend it and {len(wrong) - 1} more"
            )
    if faults:
        raise InvalidRecords(faults)


def _check_shapes(ids: pd.Series[Any], shapes: npt.NDArray[np.object_], layer: Layer) -> None:
    is_drawn = ~shapely.is_missing(shapes)
    unfit = is_drawn & (shapely.is_empty(shapes) | ~shapely.is_valid(shapes))
    bounds = shapely.bounds(shapes).reshape(-1, 4)
    outside = is_drawn & ~unfit & ((bounds < _WORLD[:4]) | (bounds > _WORLD[4:])).any(axis=1)
    for row in np.flatnonzero(unfit | outside)[:1].tolist():
        if unfit[row]:
            raise InvalidGeometry(f"Layer {layer.id}, {ids[row]}: the geometry is empty or invalid.", hint="Repair it.")
        raise InvalidGeometry(
            f"Layer {layer.id}, {ids[row]}: {shapes[row].bounds} is outside the world.", hint="Cut it at ±180."
        )


def normalise(frame: gpd.GeoDataFrame, layer: Layer) -> gpd.GeoDataFrame:
    """Bring a builder's frame into canonical form.

    Parameters
    ----------
    frame
        What ``layer.build`` returned: ``id``, ``geometry`` (EPSG:4326 or ``None``), one column per property.
    layer
        The layer, for its name in errors and its JSON columns.

    Raises
    ------
    InvalidGeometry
        When an id is missing or doubled, the CRS is another, or a geometry is invalid or outside ±180, ±90.
    InvalidRecords
        When a value is not of its property's declared type; all faults at once.
    """
    ids = frame["id"]
    if ids.isna().any() or not ids.map(lambda value: isinstance(value, str) and value != "").all():
        raise InvalidGeometry(f"Layer {layer.id}: a feature has no id.", hint="Give each feature a stable string id.")
    doubled = sorted(set(ids[ids.duplicated()]))
    if doubled:
        raise InvalidGeometry(
            f"Layer {layer.id}: these ids stand twice: {', '.join(doubled)}.", hint="Make them unique."
        )
    if len(frame) and (frame.crs is None or frame.crs.to_epsg() != 4326):  # noqa: PLR2004 -- degrees, an EPSG code or an HTTP status
        raise InvalidGeometry(f"Layer {layer.id}: geometry is not EPSG:4326.", hint="Convert it in the builder.")
    table = frame.sort_values("id", kind="stable").reset_index(drop=True)
    geometry = np.asarray(table.geometry.array, dtype=object)
    rounded = shapely.transform(geometry, lambda xy: np.round(xy, DECIMALS) + 0.0)
    broken = ~shapely.is_valid(rounded) & ~shapely.is_missing(rounded)
    rounded[broken] = [round_coordinates(repair(shape), DECIMALS) for shape in rounded[broken]]
    # Where a ring starts is an accident of the library that cut it; which way a line runs is not.
    areal = shapely.get_dimensions(rounded) == AREAL
    rounded[areal] = shapely.normalize(rounded[areal])
    _check_shapes(table["id"], rounded, layer)
    table = table.set_geometry(gpd.GeoSeries(list(rounded), crs=4326))
    _check_types(table, layer)
    for name in table.columns.drop(["id", "geometry"]):
        table[name] = settle(table[name], kind_of(layer, name))
    columns = ["id", *[name for name in table.columns if name not in {"id", "geometry"}], "geometry"]
    return table[columns]


def digest(tables: Iterable[tuple[str, gpd.GeoDataFrame]]) -> str:
    """Return the sha256 of the canonical records of tables, given as (name, table) in an order that the names decide.

    Two tables have one digest exactly when their ids, properties and rounded coordinates are equal; neither file bytes
    nor library versions take part, nor whether a column holds 5 or 5.0.
    """
    sha = hashlib.sha256()
    for layer_id, table in tables:
        sha.update(f"layer {layer_id} {len(table)}\n".encode())
        names = [name for name in table.columns if name != "geometry"]
        shapes = shapely.to_wkb(np.asarray(table.geometry.array, dtype=object), byte_order=1)
        for row, shape in zip(table[names].itertuples(index=False, name=None), shapes, strict=True):
            cells = zip(names, map(plain, row), strict=True)
            record = {name: _whole(value) for name, value in cells if value is not None}
            sha.update(canonical_json(record).encode())
            sha.update(b"\0" if shape is None else shape)
            sha.update(b"\n")
    return sha.hexdigest()


def _whole(value: object) -> object:
    """One form for a number without a fraction, whatever its column's type was inferred to be."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def frame_of(rows: Iterable[Mapping[str, Any]], columns: Iterable[str]) -> gpd.GeoDataFrame:
    """Return a layer's frame (EPSG:4326) from its rows, each with ``id`` and ``geometry``; no rows give an empty one.

    ``columns`` are there whether or not a row has them.
    """
    rows = list(rows)
    names = dict.fromkeys(["id", *columns, *(name for row in rows for name in row), "geometry"])
    filled = {name: pd.Series([row.get(name) for row in rows], dtype=object) for name in names}
    shapes = gpd.GeoSeries(list(filled.pop("geometry")), crs=4326)
    return gpd.GeoDataFrame(filled, geometry=shapes, crs=4326)


def write_table(table: gpd.GeoDataFrame, path: Path, json_columns: Iterable[str]) -> None:
    """Write a canonical table as GeoParquet 1.0, the columns named as JSON text."""
    stored = table.copy()
    for name in json_columns:
        stored[name] = [None if value is None else canonical_json(value) for value in table[name]]
    stored.to_parquet(path, index=False, compression="zstd", schema_version="1.0.0", row_group_size=PER_GROUP)


def read_table(path: Path, layer: Layer) -> gpd.GeoDataFrame:
    """Read what :func:`write_table` wrote; JSON columns are lists and dicts again, missing cells ``None``."""
    table = gpd.read_parquet(path)
    for name in table.columns.drop("geometry"):
        kind = kind_of(layer, name)
        if kind == "json":
            cells = [None if cell is None else json.loads(cell) for cell in map(plain, table[name])]
            table[name] = pd.Series(cells, dtype=object)
        table[name] = settle(table[name], kind)
    return table
