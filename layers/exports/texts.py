"""Texts: exports that are lines – GeoJSONL, and CSV with its description (CSVW) – written piece by piece from the columns."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any, Final

import shapely

from layers.codebook import entry_of
from layers.exports.export import geojson_chunks
from layers.exports.kml import kml_chunks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layers.exports.export import Export

__all__ = ["csv_chunks", "csv_metadata", "geojsonl_chunks", "text_chunks"]

_DECIMALS: Final = 7


def text_chunks(export: Export, ending: str) -> Iterator[bytes]:
    """Return an export as ``geojson``, ``geojsonl``, ``csv`` or ``kml``, in pieces."""
    writers = {"geojson": geojson_chunks, "geojsonl": geojsonl_chunks, "csv": csv_chunks, "kml": kml_chunks}
    return writers[ending](export)


def geojsonl_chunks(export: Export) -> Iterator[bytes]:
    """Yield one Feature on each line, sorted by id. The format has no place for terms: see :func:`csv_metadata`."""
    for batch in export.chosen.batches():
        yield b"".join(text + b"\n" for text in batch)


def csv_chunks(export: Export) -> Iterator[bytes]:
    """Yield CSV (RFC 4180, UTF-8): ``id``, ``lon``, ``lat`` of what is a point, the properties, and ``wkt``.

    Lists and objects are JSON in their cell, truth values ``true`` and ``false``; an empty cell says nothing.
    """
    names = list(export.features.kinds)
    yield _line(["id", "lon", "lat", *names, "wkt"])
    for batch in export.chosen.batches():
        yield b"".join(_line(_row(feature, names)) for feature in map(json.loads, batch))


def _line(cells: list[Any]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue().encode()


def _row(feature: dict[str, Any], names: list[str]) -> list[Any]:
    geometry = feature["geometry"]
    point = geometry["coordinates"] if geometry is not None and geometry["type"] == "Point" else ("", "")
    wkt = ""
    if geometry is not None:
        shape = shapely.from_geojson(json.dumps(geometry))
        wkt = shapely.to_wkt(shape, rounding_precision=_DECIMALS, trim=True)
    return [feature["id"], *point, *(_cell(feature["properties"][name]) for name in names), wkt]


def _cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


_CSVW_TYPES: Final = {"integer": "integer", "number": "number", "boolean": "boolean", "json": "json"}


def csv_metadata(export: Export, url: str) -> dict[str, Any]:
    """Return the description of an export as CSV on the Web has it: terms, and what each column means.

    ``url`` is where the CSV itself is.
    """
    said = export.metadata
    fixed = {
        "id": ("string", entry_of(export.layer.id, "id", "text").meaning),
        "lon": ("number", "Longitude of what is a point, in degrees (EPSG:4326); empty for all else."),
        "lat": ("number", "Latitude of what is a point, in degrees (EPSG:4326); empty for all else."),
        "wkt": ("string", "The geometry as WKT in EPSG:4326, longitude first; empty where no place is stated."),
    }
    columns = [_described(name, *fixed[name]) for name in ("id", "lon", "lat")]
    for name, kind in export.features.kinds.items():
        entry = entry_of(export.layer.id, name, kind)
        meaning = f"{entry.meaning} Empty: {entry.null}." + (f" Unit: {entry.unit}." if entry.unit else "")
        columns.append(_described(name, _CSVW_TYPES.get(kind, "string"), meaning))
    columns.append(_described("wkt", *fixed["wkt"]))
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": url,
        "dc:title": said["title"],
        "dc:description": said["description"],
        "dc:license": said["licence"],
        "dc:rights": said["attribution"],
        "dc:publisher": said["publisher"],
        "dc:bibliographicCitation": said["citation"],
        "dc:issued": said["release_date"],
        "corridormap": said,
        "dialect": {"header": True, "encoding": "utf-8", "lineTerminators": "\r\n"},
        "tableSchema": {"primaryKey": "id", "columns": columns},
    }


def _described(name: str, datatype: str, meaning: str) -> dict[str, Any]:
    return {"name": name, "titles": name, "datatype": datatype, "dc:description": meaning}
