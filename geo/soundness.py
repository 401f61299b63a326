"""Soundness: everything that is wrong with recorded features, told at once and before anything is made of them."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.datasets import read_json, read_sources
from geo.errors import InvalidFeatures

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["check_features", "faults_of"]

_CRS84 = {"urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:OGC::CRS84"}
MAX_LON_DEG, MAX_LAT_DEG = 180, 90


def check_features(root: Path | None = None) -> None:
    """Check every recorded GeoJSON file.

    Raises
    ------
    InvalidFeatures
        With one line for each fault of all files: file, feature, what is wrong and what to do.
    """
    names = sorted(name for source in read_sources(root) for name in source.files if name.endswith(".geojson"))
    faults = [f"data/{name}: {fault}" for name in names for fault in faults_of(read_json(name, root))]
    if faults:
        raise InvalidFeatures(faults)


def faults_of(collection: Any) -> list[str]:  # noqa: ANN401 -- a file may hold any JSON
    """Return what is wrong with a GeoJSON FeatureCollection, one line a fault; empty when it is sound.

    Looked for: another CRS than lon, lat on WGS 84; ids missing or doubled; geometries that cannot be read (unclosed or
    too short rings), are empty, cross themselves, lie outside ±180, ±90 (perhaps with lon and lat swapped), or have rings
    wound against RFC 7946. A feature without geometry (``null``) is sound: it has no place.

    Examples
    --------
    >>> point = {"type": "Feature", "id": "kabul", "properties": {},
    ...          "geometry": {"type": "Point", "coordinates": [34.5, 169.2]}}
    >>> faults_of({"type": "FeatureCollection", "features": [point]})
    ['kabul: 34.5, 169.2 lies outside the world; are lon and lat swapped? Coordinates are lon, lat']
    """
    if not isinstance(collection, dict) or not isinstance(collection.get("features"), list):
        return ["the file is no FeatureCollection; write one with a list of features"]
    return [*_crs_faults(collection), *_id_faults(collection["features"]), *_geometry_faults(collection["features"])]


def _crs_faults(collection: Mapping[str, Any]) -> Iterator[str]:
    named = (collection.get("crs") or {}).get("properties", {}).get("name")
    if named is not None and named not in _CRS84:
        yield f"the file names the CRS {named!r}; convert it to lon, lat on WGS 84 and leave `crs` out"


def _id_faults(features: list[Mapping[str, Any]]) -> Iterator[str]:
    ids = [feature.get("id") for feature in features]
    for place, id_ in enumerate(ids):
        if not isinstance(id_, str) or not id_:
            yield f"feature {place + 1} has no id; give it a stable string"
    for id_, count in Counter(filter(None, map(str, ids))).items():
        if count > 1:
            yield f"{id_}: the id stands {count} times; give each feature its own"


def _geometry_faults(features: list[Mapping[str, Any]]) -> Iterator[str]:
    if _are_sound([json.dumps(each["geometry"]) for each in features if each.get("geometry") is not None]):
        return
    for place, feature in enumerate(features):
        name = feature.get("id") or f"feature {place + 1}"
        if feature.get("geometry") is None:
            continue
        try:
            shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        except shapely.errors.GEOSException as error:
            reason = str(error).partition(": ")[2] or str(error)
            yield f"{name}: the geometry cannot be read ({reason}); close every ring and give it four points or more"
            continue
        if shape.is_empty:
            yield f"{name}: the geometry is empty; leave it out or write null"
            continue
        yield from (f"{name}: {fault}" for fault in _shape_faults(shape))


def _are_sound(texts: list[str]) -> bool:
    """Tell whether nothing is wrong with any geometry: what :func:`_shape_faults` looks for, of all at once."""
    try:
        shapes = np.asarray(shapely.from_geojson(texts), dtype=object)
    except shapely.errors.GEOSException:
        return False
    lonlat = shapely.get_coordinates(shapes)
    parts = shapely.get_parts(shapes)
    polygons = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    rings, polygon = shapely.get_rings(polygons, return_index=True)
    # A polygon's first ring is its exterior; of an empty one no ring is told.
    is_exterior = np.diff(polygon, prepend=-1) != 0
    return bool(
        not shapely.is_empty(shapes).any()
        and (np.abs(lonlat) <= (MAX_LON_DEG, MAX_LAT_DEG)).all()
        and shapely.is_valid(shapes).all()
        and (shapely.is_ccw(rings) == is_exterior).all()
    )


def _shape_faults(shape: shapely.geometry.base.BaseGeometry) -> Iterator[str]:
    lonlat = shapely.get_coordinates(shape)
    for lon, lat in lonlat[~(np.abs(lonlat) <= (MAX_LON_DEG, MAX_LAT_DEG)).all(axis=1)][:1].tolist():
        swapped = "; are lon and lat swapped?" if abs(lon) <= MAX_LAT_DEG and abs(lat) <= MAX_LON_DEG else ";"
        yield f"{lon:g}, {lat:g} lies outside the world{swapped} Coordinates are lon, lat"
    if not shape.is_valid:
        yield f"the geometry is invalid: {shapely.is_valid_reason(shape)}; repair it"
    for polygon in shapely.get_parts(shape):
        if polygon.geom_type != "Polygon" or polygon.is_empty:
            continue
        wrong = not polygon.exterior.is_ccw or any(ring.is_ccw for ring in polygon.interiors)
        if wrong:
            yield "a ring is wound against RFC 7946; turn exteriors counter-clockwise and holes clockwise"
            break
