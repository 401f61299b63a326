"""Tables: a layer's features, in one canonical form in memory, in GeoParquet and in the release id.

A table is a GeoDataFrame in EPSG:4326, sorted by its string column ``id``, with coordinates rounded to 7 decimals (about
1 cm, RFC 7946 asks for no more). Columns that hold lists or dicts are stored as JSON text in GeoParquet.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from pyarrow import parquet

from geo.errors import InvalidGeometry, InvalidRecords
from geo.shapes import repair, round_coordinates
from layers.properties import fits, is_missing, kind_of
from layers.spooled_table import settle

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from layers.layer import Layer
    from layers.spooled_table import SpooledTable

__all__ = ["canonical_json", "digest", "frame_of", "normalise", "plain", "read_pieces", "read_table", "write_table"]

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
        table[name] = settle(_plain_cells(table[name]), kind_of(layer, name))
    columns = ["id", *[name for name in table.columns if name not in {"id", "geometry"}], "geometry"]
    return table[columns]


def _plain_cells(cells: Iterable[object]) -> Iterator[Any]:
    """Yield cells as plain values; many rows of one object, as the articles of a corridor's marks, share one copy."""
    last = made = None
    for cell in cells:
        if cell is not last:
            last, made = cell, None if is_missing(cell) else plain(cell)
        yield made


def digest(tables: Iterable[tuple[str, SpooledTable]]) -> str:
    """Return the sha256 of the canonical records of tables, given as (name, table) in an order that the names decide.

    Two tables have one digest exactly when their ids, properties and rounded coordinates are equal; neither file bytes
    nor library versions take part, nor whether a column holds 5 or 5.0.
    """
    sha = hashlib.sha256()
    for layer_id, table in tables:
        sha.update(f"layer {layer_id} {len(table)}\n".encode())
        for row, shape in zip(table.canonical_rows(), table.shapes, strict=True):
            sha.update(row)
            sha.update(b"\0" if shape is None else shapely.to_wkb(shape, byte_order=1))
            sha.update(b"\n")
    return sha.hexdigest()


def frame_of(rows: Iterable[Mapping[str, Any]], columns: Iterable[str]) -> gpd.GeoDataFrame:
    """Return a layer's frame (EPSG:4326) from its rows, each with ``id`` and ``geometry``; no rows give an empty one.

    ``columns`` are there whether or not a row has them.
    """
    rows = list(rows)
    names = dict.fromkeys(["id", *columns, *(name for row in rows for name in row), "geometry"])
    filled = {name: pd.Series([row.get(name) for row in rows], dtype=object) for name in names}
    shapes = gpd.GeoSeries(list(filled.pop("geometry")), crs=4326)
    return gpd.GeoDataFrame(filled, geometry=shapes, crs=4326)


def write_table(table: SpooledTable, path: Path) -> None:
    """Write a table as GeoParquet 1.0, JSON columns as JSON text, a row group at a time."""
    if len(table) <= PER_GROUP:
        (frame,) = table.frames(PER_GROUP)
        frame.to_parquet(path, **_PARQUET)
        return
    schema = _schema(table)
    with parquet.ParquetWriter(path, schema, compression=_PARQUET["compression"]) as writer:
        for frame in table.frames(PER_GROUP):
            columns = [pa.array(frame[field.name], field.type, from_pandas=True) for field in list(schema)[:-1]]
            columns.append(pa.array(shapely.to_wkb(np.asarray(frame.geometry.array, dtype=object)), schema[-1].type))
            writer.write_table(pa.Table.from_arrays(columns, schema=schema), row_group_size=PER_GROUP)


_PARQUET: dict[str, Any] = {"index": False, "compression": "zstd", "schema_version": "1.0.0"}


def _schema(table: SpooledTable) -> pa.Schema:
    """The schema of the whole table with its GeoParquet metadata, taken from a few rows that have all that counts for it.

    These are a value of each column that has any, a geometry of each type, and those that reach furthest.
    """
    shapes = table.shapes
    bounds = shapely.bounds(shapes)
    drawn = np.flatnonzero(~shapely.is_missing(shapes))
    chosen = set(np.unique(shapely.get_type_id(shapes), return_index=True)[1].tolist())
    if len(drawn):
        chosen |= {int(drawn[at]) for at in (*bounds[drawn, :2].argmin(axis=0), *bounds[drawn, 2:].argmax(axis=0))}
    said = {name: next((text for text in table.texts(name) if text != b"null"), None) for name in table.names}
    cells: dict[str, Any] = {"id": table.id_cells(["some"] * len(chosen))}
    for name, kind in table.kinds.items():
        text = said[name]
        if kind == "json":
            cells[name] = [text and text.decode()] * len(chosen)
        else:
            cells[name] = settle([None if text is None else json.loads(text)] * len(chosen), kind)
    some = gpd.GeoDataFrame(cells, geometry=gpd.GeoSeries(list(shapes[sorted(chosen)]), crs=4326), crs=4326)
    file = io.BytesIO()
    some.to_parquet(file, **_PARQUET)
    return parquet.read_schema(file)


def read_table(path: Path, layer: Layer) -> gpd.GeoDataFrame:
    """Read what :func:`write_table` wrote; JSON columns are lists and dicts again, missing cells ``None``."""
    return _as_declared(gpd.read_parquet(path), layer)


def read_pieces(path: Path, layer: Layer) -> Iterator[gpd.GeoDataFrame]:
    """Yield what :func:`read_table` returns, a row group at a time."""
    with parquet.ParquetFile(path) as file:
        for batch in file.iter_batches(PER_GROUP) if file.metadata.num_rows else ():
            cells = pa.Table.from_batches([batch]).to_pandas()
            shapes = gpd.GeoSeries.from_wkb(cells["geometry"], crs=4326)
            yield _as_declared(gpd.GeoDataFrame(cells.drop(columns="geometry"), geometry=shapes, crs=4326), layer)
        if not file.metadata.num_rows:
            yield read_table(path, layer)


def _as_declared(table: gpd.GeoDataFrame, layer: Layer) -> gpd.GeoDataFrame:
    for name in table.columns.drop("geometry"):
        kind = kind_of(layer, name)
        cells = [None if is_missing(cell) else plain(cell) for cell in table[name]]
        if kind == "json":
            cells = [None if cell is None else json.loads(cell) for cell in cells]
        table[name] = settle(cells, kind)
    return table
