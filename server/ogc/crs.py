"""CRS: the coordinate reference systems of the API and the order of their axes.

CRS84 is longitude, latitude in degrees; EPSG:4326 latitude, longitude in degrees; EPSG:3857 easting, northing in metres,
which has no place beyond 85.05° north and south: what lies there comes to lie on its edge.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo.errors import MalformedFilter
from geo.tilegrid import EARTH_RADIUS_M, project_3857

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    Coordinates = npt.NDArray[np.float64]

__all__ = ["CRS84", "EPSG_3857", "EPSG_4326", "OFFERED", "from_crs", "geometry_in", "read_bbox", "read_crs"]

CRS84: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG_4326: Final = "http://www.opengis.net/def/crs/EPSG/0/4326"
EPSG_3857: Final = "http://www.opengis.net/def/crs/EPSG/0/3857"
OFFERED: Final = (CRS84, EPSG_4326, EPSG_3857)

_SHORT: Final = {
    "[OGC:CRS84]": CRS84,
    "[EPSG:4326]": EPSG_4326,
    "[EPSG:3857]": EPSG_3857,
}
_DECIMALS: Final = {CRS84: 7, EPSG_4326: 7, EPSG_3857: 2}
"""About a centimetre each."""
_FARTHEST: Final = 1e8
"""No number of a box in any of them is larger."""


def read_crs(parameter: str, text: str | None) -> str:
    """Return the URI of a CRS; CRS84 without one.

    Raises
    ------
    MalformedFilter
        When it is not offered.
    """
    uri = CRS84 if text is None else _SHORT.get(text, text)
    if uri not in OFFERED:
        raise MalformedFilter(
            parameter, f"{parameter}={uri[:80]!r} is not offered.", hint=f"Use one of: {', '.join(OFFERED)}."
        )
    return uri


def from_crs(crs: str) -> Callable[[Coordinates], Coordinates]:
    """Return what turns coordinates (n, 2) of a CRS into longitude, latitude in degrees."""
    if crs == EPSG_3857:
        return _degrees
    if crs == EPSG_4326:
        return lambda latlon: latlon[:, ::-1]
    return lambda lonlat: lonlat


def _degrees(metres: Coordinates) -> Coordinates:
    lon = np.degrees(metres[:, 0] / EARTH_RADIUS_M)
    lat = np.degrees(np.arctan(np.sinh(np.clip(metres[:, 1] / EARTH_RADIUS_M, -700, 700))))
    return np.column_stack([lon, lat])


def _to_crs(crs: str) -> Callable[[Coordinates], Coordinates]:
    if crs == EPSG_3857:
        return lambda lonlat: np.column_stack(project_3857(lonlat[:, 0], lonlat[:, 1]))
    return lambda lonlat: lonlat[:, ::-1]


def geometry_in(crs: str, geometry: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return a GeoJSON geometry (CRS84) in another CRS, its axes in the order that the CRS defines."""
    if geometry is None or crs == CRS84:
        return geometry
    shape = shapely.transform(shapely.from_geojson(json.dumps(geometry)), _to_crs(crs))
    moved = shapely.transform(shape, lambda points: np.round(points, _DECIMALS[crs]) + 0.0)
    found: dict[str, Any] = json.loads(shapely.to_geojson(moved), parse_float=lambda text: round(float(text), 7))
    return found


def read_bbox(text: str, crs: str) -> tuple[float, float, float, float]:
    """Return west, south, east, north in degrees of a ``bbox`` in a CRS; west > east crosses the antimeridian.

    Raises
    ------
    MalformedFilter
        When it has neither four nor six numbers, or lies outside the world.
    """
    try:
        numbers = [float(part) for part in text.split(",")]
        if len(numbers) not in {4, 6} or not all(abs(number) <= _FARTHEST for number in numbers):
            raise ValueError  # noqa: TRY301 -- told below with all else that may be wrong
        half = len(numbers) // 2
        corners = np.array([numbers[:2], numbers[half : half + 2]])
        (west, south), (east, north) = from_crs(crs)(corners).round(9).tolist()
        is_valid = -180 <= west <= 180 and -180 <= east <= 180  # noqa: PLR2004 -- degrees
        is_valid = is_valid and -90 <= south <= north <= 90  # noqa: PLR2004 -- degrees
    except ValueError:
        is_valid = False
    if not is_valid:
        raise MalformedFilter(
            "bbox",
            f"bbox={text[:60]!r} is no box.",
            hint="Give four numbers, or six with heights, in the order of the axes of bbox-crs: bbox=60,36,75,42.",
        )
    return west, south, east, north
