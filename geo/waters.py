"""Lakes, rivers, the rivers along borders and the names of waters as the features of recorded files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from pyproj import Geod

from geo.errors import InvalidGeometry
from geo.featurefile import feature, rounded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import geopandas as gpd

__all__ = ["border_rivers", "lakes", "rivers", "water_labels"]

_DECIMALS = 3  # the source is quantised to about 3 km
_TOLERANCE_DEG = 0.02
_SMALLEST_LAKE_KM2 = 150.0
_SHORTEST_RIVER_KM = 60.0
_AREAL = 2
_KM2 = 1e6
_KM = 1e3
_GEOD = Geod(ellps="WGS84")


def lakes(frame: gpd.GeoDataFrame) -> Iterator[dict[str, Any]]:
    """Yield the lakes of more than 150 km², numbered by falling size; the source names none."""
    rows = []
    for shape in frame.geometry:
        simple = shapely.make_valid(rounded(shape.simplify(_TOLERANCE_DEG), _DECIMALS))
        polygons = [part for part in shapely.get_parts(simple) if shapely.get_dimensions(part) == _AREAL]
        if not polygons:
            continue
        polygon = shapely.orient_polygons(max(polygons, key=lambda part: part.area))
        area_km2 = _GEOD.geometry_area_perimeter(polygon)[0] / _KM2
        if area_km2 >= _SMALLEST_LAKE_KM2:
            rows.append((round(area_km2), polygon))
    rows.sort(key=lambda row: (-row[0], row[1].bounds))
    for number, (area_km2, polygon) in enumerate(rows, start=1):
        yield feature(f"lake/{number:03}", polygon, area_km2=area_km2)


def rivers(frame: gpd.GeoDataFrame) -> Iterator[dict[str, Any]]:
    """Yield the rivers of more than 60 km, numbered by falling length; the source names none."""
    rows = []
    for shape in frame.geometry:
        line = rounded(shapely.line_merge(shape).simplify(_TOLERANCE_DEG), _DECIMALS)
        length_km = _GEOD.geometry_length(line) / _KM
        if length_km >= _SHORTEST_RIVER_KM:
            rows.append((round(length_km), shapely.MultiLineString(shapely.get_parts(line).tolist())))
    rows.sort(key=lambda row: (-row[0], row[1].bounds))
    for number, (length_km, line) in enumerate(rows, start=1):
        yield feature(f"river/{number:03}", line, length_km=length_km)


def border_rivers(
    lines: Mapping[tuple[str, str], shapely.MultiLineString],
    notes: Mapping[str, Mapping[str, Any]],
) -> Iterator[dict[str, Any]]:
    """Yield the reaches of rivers that run along a border, cut from its line.

    The reaches of ``data/border_notes.json`` follow each other from west to east. Each ends where the line, walked from
    its western end, first passes ``to_lon``, and the first begins where it first passes ``from_lon``; without these it
    reaches to the end of the line. The longitudes are set by hand, so a reach's ends are approximate.

    Raises
    ------
    InvalidGeometry
        A border with rivers is no single line.
    """
    for id_, note in sorted(notes.items()):
        if not note["rivers"]:
            continue
        left, right = id_.split("-")
        parts = shapely.get_parts(lines[left, right])
        if len(parts) != 1:
            raise InvalidGeometry(f"The border {id_} has {len(parts)} parts; rivers are cut from one line.")
        points = shapely.get_coordinates(parts[0])
        if points[0, 0] > points[-1, 0]:
            points = points[::-1]
        start = 0
        for reach in note["rivers"]:
            if "from_lon" in reach:
                start = int(np.argmax(points[:, 0] >= reach["from_lon"]))
            passed = points[:, 0] >= reach.get("to_lon", np.inf)
            end = int(np.argmax(passed)) if passed.any() else len(points) - 1
            line = shapely.LineString(points[start : end + 1])
            yield feature(
                reach["id"],
                line,
                river=reach["river"],
                border=id_,
                **{f"name_{language}": name for language, name in reach["name"].items()},
                length_km=round(_GEOD.geometry_length(line) / _KM),
            )
            start = end


def water_labels(entries: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the label points of seas, oceans and large lakes of ``data/water_labels.json``."""
    for entry in entries:
        yield feature(
            f"water/{entry['id']}",
            shapely.Point(entry["lon"], entry["lat"]),
            kind=entry["kind"],
            **{f"name_{language}": name for language, name in entry["name"].items()},
        )
