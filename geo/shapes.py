"""Shapes: what every geometry goes through before it is shown or handed on.

Geometry is EPSG:4326 (lon, lat) unless a name says ``3857``. ``None`` (no place is stated) stays ``None`` and an empty
geometry stays empty in every function here; what a function makes of them is said where it is not that. What crosses
±180 is the matter of :mod:`geo.antimeridian`, what a small scale leaves out that of :mod:`geo.generalization`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, overload

import numpy as np
import shapely
from shapely import GeometryType

from geo.errors import InvalidGeometry

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt
    from pyproj import Geod
    from shapely.geometry.base import BaseGeometry

__all__ = [
    "LINES",
    "POINTS",
    "POLYGONS",
    "geodesic_area_m2",
    "geodesic_length_m",
    "highest_dimension",
    "repair",
    "round_coordinates",
    "single_parts",
    "snap_to_grid",
    "wind_rfc7946",
]

POINTS = (GeometryType.POINT, GeometryType.MULTIPOINT)
LINES = (GeometryType.LINESTRING, GeometryType.LINEARRING, GeometryType.MULTILINESTRING)
POLYGONS = (GeometryType.POLYGON, GeometryType.MULTIPOLYGON)


@overload
def repair(geometry: None) -> None: ...
@overload
def repair(geometry: BaseGeometry) -> BaseGeometry: ...
def repair(geometry: BaseGeometry | None) -> BaseGeometry | None:
    """Return the geometry, made valid if it is not.

    A polygon stays a polygon: what collapses to a line or a point is dropped, and the result may be empty. A valid
    geometry is returned as it is.

    Raises
    ------
    InvalidGeometry
        When a coordinate is not a finite number: nothing can be said about where it belongs.

    Examples
    --------
    >>> repaired = repair(shapely.from_wkt("POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))"))
    >>> repaired.geom_type, repaired.is_valid, repaired.area
    ('MultiPolygon', True, 2.0)
    >>> repair(shapely.from_wkt("POLYGON ((0 0, 2 2, 0 0))")).is_empty
    True
    """
    if geometry is None:
        return None
    if not np.isfinite(shapely.get_coordinates(geometry)).all():
        raise InvalidGeometry(
            f"A {geometry.geom_type} has a coordinate that is not a finite number.",
            hint="Look for NaN or infinity in the record; a missing place is null.",
        )
    if geometry.is_valid:
        return geometry
    repaired = shapely.make_valid(geometry, method="structure", keep_collapsed=False)
    # GEOS 3.14 can leave two parts of a MultiPolygon with a shared edge; the union takes that away.
    return repaired if repaired.is_valid else shapely.union_all(shapely.get_parts(repaired))


@overload
def wind_rfc7946(geometry: None) -> None: ...
@overload
def wind_rfc7946(geometry: BaseGeometry) -> BaseGeometry: ...
def wind_rfc7946(geometry: BaseGeometry | None) -> BaseGeometry | None:
    """Return the geometry with exteriors counter-clockwise and holes clockwise (RFC 7946 §3.1.6).

    Points and lines are returned as they are.

    Examples
    --------
    >>> wind_rfc7946(shapely.from_wkt("POLYGON ((0 0, 0 1, 1 1, 0 0))"))
    <POLYGON ((0 0, 1 1, 0 1, 0 0))>
    """
    return None if geometry is None else shapely.orient_polygons(geometry)


@overload
def round_coordinates(geometry: None, decimals: int) -> None: ...
@overload
def round_coordinates(geometry: BaseGeometry, decimals: int) -> BaseGeometry: ...
def round_coordinates(geometry: BaseGeometry | None, decimals: int) -> BaseGeometry | None:
    """Return the geometry with coordinates rounded to ``decimals`` places.

    A valid geometry stays valid: where plain rounding would break it, it is snapped to the grid instead, and what is
    finer than the grid is dropped (the result may be empty). -0.0 becomes 0.0, so that equal places are equal text.

    Examples
    --------
    >>> round_coordinates(shapely.Point(68.774_301_219, -0.000_000_001), 7)
    <POINT (68.774 0)>
    >>> round_coordinates(shapely.LineString([(0.1, 0), (0.2, 0)]), 0).is_empty
    True
    """
    if geometry is None:
        return None

    def rounded(lonlat: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.round(lonlat, decimals) + 0.0

    plain = shapely.transform(geometry, rounded)
    if plain.is_valid or not geometry.is_valid:
        return plain
    return shapely.transform(snap_to_grid(geometry, 10.0**-decimals), rounded)


@overload
def snap_to_grid(geometry: None, grid_size: float) -> None: ...
@overload
def snap_to_grid(geometry: BaseGeometry, grid_size: float) -> BaseGeometry: ...
def snap_to_grid(geometry: BaseGeometry | None, grid_size: float) -> BaseGeometry | None:
    """Return the geometry, valid, with every vertex on a grid; what is finer than the grid is dropped.

    ``grid_size`` is in the unit of the coordinates, of any CRS. Slower than rounding, and always valid.

    Examples
    --------
    >>> snap_to_grid(shapely.Polygon([(0, 0), (4, 0), (4, 1.9), (8, 2), (4, 2.1), (4, 4), (0, 4)]), 1.0).bounds
    (0.0, 0.0, 4.0, 4.0)
    """
    if geometry is None:
        return None
    # GEOS may divide by what is next to nothing, and numpy says so; the result is right all the same.
    with np.errstate(all="ignore"):
        try:
            return shapely.set_precision(repair(geometry), grid_size)
        except shapely.GEOSException:
            # Vertices so close that floats hardly tell them apart: rounded first, they are one.
            rounded = shapely.transform(geometry, lambda xy: np.rint(xy / grid_size) * grid_size)
            return shapely.set_precision(repair(rounded), grid_size)


def geodesic_length_m(geometry: BaseGeometry | None) -> float:
    """Return the length in metres on the WGS 84 ellipsoid: of lines, and of the rings of polygons.

    ``None``, empty geometries and points have length 0.

    Examples
    --------
    >>> round(geodesic_length_m(shapely.LineString([(0, 0), (1, 0)])))
    111319
    """
    if geometry is None or geometry.is_empty:
        return 0.0
    parts = single_parts([geometry])
    areal = np.isin(shapely.get_type_id(parts), POLYGONS)
    parts[areal] = shapely.get_exterior_ring(parts[areal])
    lines = parts[np.isin(shapely.get_type_id(parts), LINES)]
    return sum(float(_ellipsoid().line_length(*shapely.get_coordinates(line).T)) for line in lines)


def geodesic_area_m2(geometry: BaseGeometry | None) -> float:
    """Return the surface in square metres on the WGS 84 ellipsoid of the polygons of a geometry; others have none.

    Edges are geodesics. ``None`` and empty geometries have none; holes are taken off when they are wound against their
    exterior, as in every valid polygon that came out of GEOS.

    Examples
    --------
    >>> round(geodesic_area_m2(shapely.box(0, 0, 1, 1)) / 1e6)
    12309
    """
    if geometry is None or geometry.is_empty:
        return 0.0
    parts = single_parts([geometry])
    total = 0.0
    for polygon in parts[shapely.get_type_id(parts) == GeometryType.POLYGON]:
        rings = shapely.get_rings(polygon)
        total += abs(sum(_ellipsoid().polygon_area_perimeter(*shapely.get_coordinates(ring).T)[0] for ring in rings))
    return float(total)


@overload
def highest_dimension(geometry: None) -> None: ...
@overload
def highest_dimension(geometry: BaseGeometry) -> BaseGeometry: ...
def highest_dimension(geometry: BaseGeometry | None) -> BaseGeometry | None:
    """Return a collection's polygons, or its lines if it has none, or else its points; anything else as it is.

    Examples
    --------
    >>> mixed = shapely.GeometryCollection([shapely.Point(0, 0), shapely.LineString([(0, 0), (1, 1)])])
    >>> highest_dimension(mixed)
    <LINESTRING (0 0, 1 1)>
    """
    if geometry is None or geometry.geom_type != "GeometryCollection":
        return geometry
    parts = single_parts([geometry])
    dimension = shapely.get_dimensions(parts)
    return shapely.union_all(parts[dimension == dimension.max(initial=-1)])


def single_parts(geometries: Iterable[BaseGeometry]) -> npt.NDArray[np.object_]:
    """Return the points, lines and polygons that some geometries are made of, in order, as an array of shape (parts,).

    Collections inside collections are opened too; empty geometries are left out. ``None`` may not be among them. The CRS
    is any.

    Examples
    --------
    >>> single_parts([shapely.MultiPoint([(0, 0), (1, 1)]), shapely.Polygon()]).tolist()
    [<POINT (0 0)>, <POINT (1 1)>]
    """
    parts = np.array(list(geometries), dtype=object)
    while len(parts) and (shapely.get_type_id(parts) >= GeometryType.MULTIPOINT).any():
        parts = shapely.get_parts(parts)
    return parts[~shapely.is_empty(parts)] if len(parts) else parts


@cache
def _ellipsoid() -> Geod:
    # pyproj opens its database when it is imported.
    from pyproj import Geod  # noqa: PLC0415 -- slow to import, needed here only

    return Geod(ellps="WGS84")
