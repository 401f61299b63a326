"""Sketch: where some features lie, as a small picture in SVG that needs no script. It is no map: see the link to the map."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, Final

import shapely

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shapely.geometry.base import BaseGeometry

__all__ = ["sketch"]

WIDTH: Final = 680
TALLEST: Final = 360
MARGIN: Final = 14
MOST: Final = 400
"""Most features that are drawn."""


def sketch(features: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """Return ``width``, ``height``, ``shapes`` (SVG paths with their kind), ``points`` and ``box``; ``None`` for no place.

    A point that stands for its whole area is left out: it would be a pin where nobody knows of a place. Degrees are drawn as
    they are, longitude shortened by the cosine of the middle latitude.
    """
    shown = [
        feature["geometry"]
        for feature in features[:MOST]
        if feature["geometry"] is not None and feature["properties"].get("geometry_role") != "representative"
    ]
    if not shown or (len(shown) == 1 and shown[0]["type"] == "Point"):
        return None
    shapes = [shapely.from_geojson(json.dumps(geometry)) for geometry in shown]
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    pad = max((east - west) * 0.05, (north - south) * 0.05, 0.5)
    west, south, east, north = west - pad, south - pad, east + pad, north + pad
    squeeze = max(0.2, math.cos(math.radians((south + north) / 2)))
    scale = min((WIDTH - 2 * MARGIN) / ((east - west) * squeeze), (TALLEST - 2 * MARGIN) / (north - south))
    height = round((north - south) * scale + 2 * MARGIN)
    left = (WIDTH - (east - west) * squeeze * scale) / 2

    def place(lon: float, lat: float) -> str:
        return f"{left + (lon - west) * squeeze * scale:.1f} {MARGIN + (north - lat) * scale:.1f}"

    paths, points = [], []
    for shape in shapes:
        for part in shapely.get_parts(shapely.simplify(shape, 0.7 / scale)):
            if part.geom_type == "Point":
                points.append(place(part.x, part.y).split())
            elif part.geom_type == "Polygon" and not part.is_empty:
                rings = [part.exterior, *part.interiors]
                paths.append(("area", "".join(f"M{_run(ring, place)}Z" for ring in rings)))
            elif part.geom_type == "LineString" and not part.is_empty:
                paths.append(("line", f"M{_run(part, place)}"))
    corners = f"{south:.1f}° to {north:.1f}° N, {west:.1f}° to {east:.1f}° E"
    return {"width": WIDTH, "height": height, "shapes": paths, "points": points, "box": corners}


def _run(line: BaseGeometry, place: Callable[[float, float], str]) -> str:
    return "L".join(place(lon, lat) for lon, lat in shapely.get_coordinates(line).tolist())
