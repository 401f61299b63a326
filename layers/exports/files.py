"""Files: GeoPackage, GeoParquet and FlatGeobuf, written by GDAL and Arrow from batches of features.

``python -m layers.exports.files`` reads one order as JSON from its standard input and writes the file: so the service writes them
without loading either library.
"""

from __future__ import annotations

import errno
import json
import sqlite3
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely

from geo.errors import CorridorMapError, UnwritableWorkspace
from layers.engines.column_features import ColumnSelection
from layers.exports.export import Export, exported_layer
from layers.exports.gpkg import finish
from layers.exports.parquet import write_parquet
from layers.figures.worker import REFUSED, refusal
from layers.filter import Filter
from layers.geojson import written_shapes
from layers.imprint import Imprint
from layers.release import Release

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy.typing as npt

__all__ = ["batches", "write_file"]

_ARROW: Final = {"integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}
PER_BATCH: Final = 5_000


def schema_of(export: Export) -> pa.Schema:
    """Return the Arrow schema: ``id``, the properties, ``geometry`` as WKB. Lists and objects are JSON text."""
    fields = [pa.field("id", pa.string(), nullable=False)]
    fields += [pa.field(name, _ARROW.get(kind, pa.string())) for name, kind in export.features.kinds.items()]
    return pa.schema([*fields, pa.field("geometry", pa.binary())])


def batches(export: Export, progress: Callable[[int], None] = lambda _: None) -> Iterator[pa.RecordBatch]:
    """Return the features in batches, sorted by id; ``progress`` is told how many were in each.

    They come from the release's own GeoParquet, of which only the row groups are read that hold what is wanted, or from the
    engine that holds the features elsewhere.

    Raises
    ------
    DamagedRelease
        When that file is not what was written.
    """
    if not isinstance(export.chosen, ColumnSelection):
        return _of_texts(export, progress)
    # Compared at once: what is raised within a stream of batches loses its name.
    path = export.release.table_path(export.layer.id, export.imprint.point_of_view)
    return _of_table(export, export.chosen.ranks, path, progress)


def _of_texts(export: Export, progress: Callable[[int], None]) -> Iterator[pa.RecordBatch]:
    """Read the features' own GeoJSON, where the release has no GeoParquet at hand."""
    schema, kinds = schema_of(export), export.features.kinds
    for batch in export.chosen.batches(PER_BATCH):
        features = [json.loads(text) for text in batch]
        arrays: list[Any] = [pa.array([feature["id"] for feature in features], pa.string())]
        for name, kind in kinds.items():
            cells = [feature["properties"][name] for feature in features]
            if kind == "json":
                cells = [None if cell is None else json.dumps(cell, ensure_ascii=False) for cell in cells]
            arrays.append(pa.array(cells, schema.field(name).type))
        texts = [None if feature["geometry"] is None else json.dumps(feature["geometry"]) for feature in features]
        shapes = shapely.from_geojson(np.array(texts, dtype=object))
        arrays.append(pa.array(list(shapely.to_wkb(shapes, byte_order=1)), pa.binary()))
        yield pa.record_batch(arrays, schema=schema)
        progress(len(batch))


def _of_table(
    export: Export, wanted: npt.NDArray[Any], path: Path, progress: Callable[[int], None]
) -> Iterator[pa.RecordBatch]:
    schema = schema_of(export)
    with pq.ParquetFile(path) as file:
        first = 0
        for group in range(file.num_row_groups):
            after = first + file.metadata.row_group(group).num_rows
            if np.searchsorted(wanted, first) < np.searchsorted(wanted, after):
                for batch in file.iter_batches(PER_BATCH, row_groups=[group]):
                    kept = wanted[slice(*np.searchsorted(wanted, [first, first + batch.num_rows]))] - first
                    first += batch.num_rows
                    if len(kept):
                        yield _exported(
                            batch if len(kept) == batch.num_rows else batch.take(pa.array(kept)), schema, export
                        )
                        progress(len(kept))
            first = after


def _exported(batch: pa.RecordBatch, schema: pa.Schema, export: Export) -> pa.RecordBatch:
    """Give a batch of the release's table the form of the exports: their columns, types and winding of rings."""
    arrays = [
        batch.column(field.name).cast(field.type)
        if field.name in batch.schema.names
        else pa.nulls(len(batch), field.type)
        for field in schema
    ]
    if not export.features.has_points:
        shapes = shapely.from_wkb(np.array(arrays[-1].to_pylist(), dtype=object))
        arrays[-1] = pa.array(list(shapely.to_wkb(written_shapes(shapes), byte_order=1)), pa.binary())
    return pa.record_batch(arrays, schema=schema)


def write_file(export: Export, ending: str, path: Path, progress: Callable[[int], None] = lambda _: None) -> None:
    """Write an export as ``gpkg``, ``parquet`` or ``fgb``; the same release, filter and format give the same bytes.

    Memory holds one batch, whatever the number of features.

    Raises
    ------
    UnwritableWorkspace
        When there is no room for it, or the folder cannot be written.
    DamagedRelease
        When what the release holds is not what was written.
    """
    with _told(path):
        _write(export, ending, path, progress)


_NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Say in our own words that a file cannot be written: each library has another error for a full disk."""
    try:
        yield
    except (OSError, pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, sqlite3.Error) as error:
        if isinstance(error, OSError) and error.errno not in _NO_ROOM:
            raise
        reason = str(error).replace(str(path), path.name)  # readers of the service learn no folder of its machine
        raise UnwritableWorkspace(
            f"{path.name} could not be written: {reason}.", hint="Free some space, or write to another disk."
        ) from error


def _write(export: Export, ending: str, path: Path, progress: Callable[[int], None]) -> None:
    # Arrow's own pools keep what they have freed: a fifth more memory for a million features.
    pa.set_memory_pool(pa.system_memory_pool())
    if ending == "parquet":
        write_parquet(export, schema_of(export), batches(export, progress), path)
        return
    said = export.terms
    date = export.release.receipt["date"]
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{date}T00:00:00.000Z"})
    options: dict[str, Any] = {
        "gpkg": {
            "driver": "GPKG",
            "layer_options": {"IDENTIFIER": said["title"], "DESCRIPTION": said["description"], "FID": "fid", "GEOMETRY_NAME": "geometry"},
            "layer_metadata": said,
            # What the QGIS and R of long-lived distributions know; 1.4 makes their GDAL warn.
            "dataset_options": {"VERSION": "1.3"},
        },
        "fgb": {
            "driver": "FlatGeobuf",
            "layer_options": {
                "TITLE": said["title"],
                "DESCRIPTION": "\n".join(f"{name}: {value}" for name, value in said.items()),
                # The index has no room for what has no place.
                "SPATIAL_INDEX": "YES" if export.chosen.placed == export.chosen.matched else "NO",
            },
        },
    }[ending]  # fmt: skip
    met: list[CorridorMapError] = []
    reader = pa.RecordBatchReader.from_batches(schema_of(export), _kept(batches(export, progress), met))
    try:
        pyogrio.write_arrow(
            reader,
            path,
            layer=export.layer.id,
            geometry_name="geometry",
            geometry_type=_geometry_type(export),
            crs="EPSG:4326",
            **options,
        )
    except Exception:
        if met:
            raise met[0] from None
        raise
    if ending == "gpkg":
        finish(export, path)
    else:
        _check_whole(path, export.chosen.matched)


def _check_whole(path: Path, count: int) -> None:
    """Read a FlatGeobuf through: GDAL closes it without a word when its last bytes found no room."""
    there = 0
    try:
        with pyogrio.open_arrow(path, columns=["id"], read_geometry=False, use_pyarrow=True) as (_, found):
            there = sum(len(batch) for batch in found)
    except OSError as error:
        raise OSError(errno.ENOSPC, "its end is missing") from error
    if there != count:
        raise OSError(errno.ENOSPC, f"it holds {there} of {count} features")


def _kept(found: Iterator[pa.RecordBatch], met: list[CorridorMapError]) -> Iterator[pa.RecordBatch]:
    """Yield batches; what is raised meanwhile, which would lose its name in a stream of batches, is kept in ``met``."""
    try:
        yield from found
    except CorridorMapError as error:
        met.append(error)
        raise


def _geometry_type(export: Export) -> str:
    """The one type of all geometries, ``Unknown`` where they differ."""
    if export.features.has_points:
        return "Point"
    kinds = set(export.features.shape_kinds)
    return {1: "Point"}.get(kinds.pop(), "Unknown") if len(kinds) == 1 else "Unknown"


def _opened(order: dict[str, Any]) -> Release:
    if order.get("database") is None:
        return Release.open(Path(order["release"]))
    from layers.engines.postgis.database import Database  # noqa: PLC0415 -- an extra that few installations have
    from layers.engines.postgis.source import PostgisSource  # noqa: PLC0415 -- as above

    folder = Path(order["release"])
    return PostgisSource(Database(order["database"]), folder.parent).open(folder.name)


def main() -> int:
    """Write the file that an order on standard input asks for; what was met is told as workers of figures tell it."""
    order = json.load(sys.stdin)
    try:
        release = _opened(order)
        layer = exported_layer(release.catalog, order["layer"])
        export = Export.of(release, layer, Filter.parse(order["filter"]), Imprint(**order["imprint"]))
        write_file(export, order["format"], Path(order["path"]))
    except CorridorMapError as error:
        sys.stderr.write(json.dumps(refusal(error)) + "\n")
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main())
