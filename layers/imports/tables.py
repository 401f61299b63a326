"""Tables: the rows of CSV and GeoJSON files as text, cell by column."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from geo.errors import InvalidImport
from layers.imports.mapping import GEOMETRY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from layers.imports.mapping import ImportMapping

__all__ = ["Row", "read_csv", "read_geojson"]

_DELIMITERS: Final = ",;\t|"
_LONGEST_CELL: Final = 10_000_000
_WGS84: Final = ("", "OGC:CRS84", "OGC:1.3:CRS84", "CRS84", "EPSG::4326", "EPSG:4326")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: ``name`` tells a person which (``row 12``), ``cells`` map columns to text without spaces around it."""

    name: str
    cells: Mapping[str, str]


def read_csv(path: Path, mapping: ImportMapping) -> Iterator[Row]:
    """Yield the rows of a CSV file; the first line names the columns.

    The delimiter is the mapping's, else the one of ``, ; tab |`` that parts the first line into most columns. Only cells that
    the mapping names are kept.

    Raises
    ------
    InvalidImport
        The file cannot be read or decoded, or lacks columns that the mapping names; all of these at once.
    """
    longest = csv.field_size_limit(_LONGEST_CELL)
    try:
        with path.open(encoding=mapping.encoding, newline="") as file:
            head = file.readline()
            file.seek(0)
            delimiter = mapping.delimiter or max(_DELIMITERS, key=head.count)
            rows = csv.reader(file, delimiter=delimiter)
            header = [name.strip() for name in next(rows, [])]
            _check_columns(str(path), header, mapping)
            wanted = {name: header.index(name) for name in mapping.named}
            for cells in rows:
                if not any(cells):
                    continue
                if len(cells) != len(header):
                    raise InvalidImport(
                        str(path),
                        [f"row ending in line {rows.line_num}: has {len(cells)} cells (allowed: {len(header)})"],
                        hint="Quote cells that hold the delimiter, or name it as file.delimiter of the mapping.",
                    )
                yield Row(
                    f"row ending in line {rows.line_num}", {name: cells[at].strip() for name, at in wanted.items()}
                )
    except OSError as error:
        raise InvalidImport(str(path), [f"cannot be read: {error.strerror or error}"]) from error
    except (UnicodeDecodeError, LookupError) as error:
        raise InvalidImport(
            str(path),
            [f"is not in {mapping.encoding}: {error}"],
            hint="Save it as UTF-8, or name its encoding as file.encoding of the mapping.",
        ) from error
    except csv.Error as error:
        raise InvalidImport(str(path), [f"line {rows.line_num}: {error}"]) from error
    finally:
        csv.field_size_limit(longest)


def _check_columns(name: str, header: list[str], mapping: ImportMapping) -> None:
    faults = [f"has no column {column!r}" for column in mapping.named if column not in header]
    faults += [f"has {header.count(column)} columns {column!r}" for column in mapping.named if header.count(column) > 1]
    if faults:
        raise InvalidImport(
            name, faults, hint=f"It has: {', '.join(header[:60]) or 'no columns'}. Name them in a mapping of your own."
        )


def read_geojson(path: Path, mapping: ImportMapping) -> Iterator[Row]:
    """Yield the features of a GeoJSON FeatureCollection of points as rows of their properties.

    A feature's own ``id`` is the column ``id`` where its properties have none, its point the columns ``geometry.lon`` and
    ``geometry.lat``, both empty where it has no geometry.

    Raises
    ------
    InvalidImport
        The file is none, its coordinates are not WGS 84, or features lack columns or are no points; all of these at once.
    """
    features = _features(path)
    faults: list[str] = []
    rows = []
    for number, feature in enumerate(features, 1):
        name = f"feature {number}"
        geometry, properties = feature.get("geometry"), feature.get("properties") or {}
        cells: dict[str, Any] = {"id": feature.get("id"), **properties}
        lon = lat = None
        if geometry is not None:
            try:
                lon, lat = geometry["coordinates"][:2]
                is_point = geometry["type"] == "Point"
            except (KeyError, TypeError, ValueError):
                is_point = False
            if not is_point:
                faults.append(f"{name}: is no point (allowed: Point, or null where no place is known)")
                continue
        cells |= dict(zip(GEOMETRY, (lon, lat), strict=True))
        faults += [f"{name}: has no property {column!r}" for column in mapping.named if column not in cells]
        rows.append(Row(name, {column: _text(cells.get(column)) for column in mapping.named}))
    if faults:
        raise InvalidImport(str(path), faults, hint="Name the properties that are there in the mapping.")
    yield from rows


def _features(path: Path) -> list[dict[str, Any]]:
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
        features = document["features"]
        crs = (document.get("crs") or {}).get("properties", {}).get("name", "")
        is_collection = document["type"] == "FeatureCollection" and all(isinstance(each, dict) for each in features)
    except OSError as error:
        raise InvalidImport(str(path), [f"cannot be read: {error.strerror or error}"]) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        is_collection, crs, features = False, "", []
    if not is_collection:
        raise InvalidImport(str(path), ["is no GeoJSON FeatureCollection"], hint="Export your layer as GeoJSON.")
    if str(crs).removeprefix("urn:ogc:def:crs:") not in _WGS84:
        raise InvalidImport(
            str(path),
            [f"has the CRS {crs} (allowed: longitude and latitude, EPSG:4326)"],
            hint="Export it in EPSG:4326.",
        )
    return list(features)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
