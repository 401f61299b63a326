"""Recorded GeoJSON files: their features, how they are written, and where a label stands in a shape."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
import shapely.affinity
import shapely.geometry

from geo.errors import InvalidGeometry

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["feature", "label_point", "rounded", "write_collection"]

_LABEL_STEP = 100  # the label point is found to a hundredth of the shape's size
_LABEL_DECIMALS = 4


def feature(id_: str, geometry: Any, **properties: Any) -> dict[str, Any]:  # noqa: ANN401 -- any shapely geometry, any JSON
    """Return a GeoJSON feature; ``geometry`` is a shapely geometry in EPSG:4326 (lon, lat).

    Examples
    --------
    >>> feature("a", shapely.Point(69, 38), name="here")["geometry"]
    {'type': 'Point', 'coordinates': (69.0, 38.0)}
    """
    return {
        "type": "Feature",
        "id": id_,
        "properties": properties,
        "geometry": shapely.geometry.mapping(geometry),
    }


def write_collection(path: Path, features: Iterable[dict[str, Any]]) -> None:
    """Write a FeatureCollection, sorted by id, one feature a line; the same features give the same bytes.

    Raises
    ------
    InvalidGeometry
        Two features have the same id.
    """
    ordered = sorted(features, key=lambda item: str(item["id"]))
    ids = [item["id"] for item in ordered]
    if len(set(ids)) != len(ids):
        twice = sorted({id_ for id_ in ids if ids.count(id_) > 1})
        raise InvalidGeometry(f"{path.name} would hold these ids twice: {', '.join(twice)}.", hint="Mend the rule.")
    lines = ",\n".join(json.dumps(item, ensure_ascii=False, separators=(",", ":")) for item in ordered)
    path.write_text(f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n', encoding="utf-8")


def rounded(geometry: Any, decimals: int) -> Any:  # noqa: ANN401 -- any shapely geometry
    """Return the geometry with its coordinates rounded, as they will be printed."""
    return shapely.transform(geometry, lambda points: points.round(decimals))


def label_point(shape: Any) -> tuple[float, float]:  # noqa: ANN401 -- Polygon or MultiPolygon
    """Return (lon, lat) of the point of the shape's largest part that is farthest from its edge.

    Distances are taken in a local projection (degrees of longitude shrunk by the cosine of the latitude), so the point
    is the center of the largest circle on the map, and stands away from the 180th meridian where the shape is cut.

    Parameters
    ----------
    shape
        A Polygon or MultiPolygon in EPSG:4326, not empty.

    Examples
    --------
    >>> two_parts = shapely.union(shapely.box(0, 0, 2, 2), shapely.box(5, 5, 6, 6))
    >>> [round(degrees, 1) for degrees in label_point(two_parts)]
    [1.0, 1.0]
    """
    parts = shapely.get_parts(shape)
    latitude = np.radians(shapely.get_y(shapely.centroid(parts)))
    largest = int(np.argmax(shapely.area(parts) * np.cos(latitude)))
    shrink = float(np.cos(latitude[largest]))
    local = shapely.affinity.scale(parts[largest], xfact=shrink, yfact=1.0, origin=(0, 0))
    circle = shapely.maximum_inscribed_circle(local, tolerance=float(np.sqrt(local.area)) / _LABEL_STEP)
    x, y = shapely.get_coordinates(circle)[0]
    return round(float(x) / shrink, _LABEL_DECIMALS), round(float(y), _LABEL_DECIMALS)
