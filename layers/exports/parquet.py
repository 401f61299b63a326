"""GeoParquet 1.1: the features as Arrow batches with the metadata that the standard asks for, and the terms beside it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyproj import CRS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from layers.exports.export import Export

__all__ = ["write_parquet"]


def write_parquet(export: Export, schema: pa.Schema, batches: Iterable[pa.RecordBatch], path: Path) -> None:
    """Write batches with a column ``geometry`` of WKB (EPSG:4326) to a file."""
    column: dict[str, Any] = {
        "encoding": "WKB",
        # Any type of geometry may stand in it; rings are wound as RFC 7946 has them.
        "geometry_types": [],
        "crs": CRS.from_user_input("OGC:CRS84").to_json_dict(),
        "orientation": "counterclockwise",
    }
    box = export.chosen.bounds
    if box is not None:
        column["bbox"] = list(box)
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    said = {"geo": json.dumps(geo), "corridormap": json.dumps(export.metadata, ensure_ascii=False)}
    said |= {f"corridormap:{name}": value for name, value in export.terms.items()}
    with pq.ParquetWriter(path, schema.with_metadata(said), compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch.replace_schema_metadata(said))
