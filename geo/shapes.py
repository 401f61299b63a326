"""Shapes: what every geometry goes through before it is shown or handed on.

Geometry is EPSG:4326 (lon, lat) unless a name says ``3857``. ``None`` (no place is stated) stays ``None`` and an empty
geometry stays empty in every function here; what a function makes of them is said where it is not that.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, overload

import numpy as np
import shapely
from shapely import GeometryType
from shapely.affinity import translate

from geo.errors import InvalidGeometry

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt
    from pyproj import Geod
    from shapely.geometry.base import BaseGeometry

__all__ = [
    "bbox_rfc7946",
    "cut_antimeridian",
    "geodesic_length_m",
    "highest_dimension",
    "is_coverage",
    "normalize",
    "repair",
    "round_coordinates",
    "simplify_3857",
    "snap_to_grid",
    "wind_rfc7946",
    "without_specks",
]

ANTIMERIDIAN_DEG = 180.0
TURN_DEG = 360.0

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
def cut_antimeridian(geometry: None) -> None: ...
@overload
def cut_antimeridian(geometry: BaseGeometry) -> BaseGeometry: ...
def cut_antimeridian(geometry: BaseGeometry | None) -> BaseGeometry | None:
    """Return the geometry cut at ±180, every part inside -180 … 180 (RFC 7946 §3.1.9).

    Cut are geometries that reach beyond ±180, and lines that jump more than 180° of longitude between two vertices:
    those mean the short way round. A polygon's jump is left alone, since a polygon may well be that wide (Antarctica).
    The direction in which a line is drawn makes no difference to where it is cut. What needs no cut is returned as
    it is; a cut line or polygon comes back as its Multi type when there is more than one part.

    Examples
    --------
    >>> cut_antimeridian(shapely.LineString([(170, 0), (-170, 10)]))
    <MULTILINESTRING ((170 0, 180 5), (-180 5, -170 10))>
    >>> cut_antimeridian(shapely.box(170, 0, 190, 1)).bounds
    (-180.0, 0.0, 180.0, 1.0)
    >>> cut_antimeridian(shapely.Point(190, 0))
    <POINT (-170 0)>
    """
    if geometry is None or geometry.is_empty or not _needs_cut(geometry):
        return geometry
    kind = shapely.get_type_id(geometry)
    if kind in POINTS:
        return shapely.transform(geometry, _wrap)
    if kind in LINES:
        parts = [part for line in shapely.get_parts(geometry) for part in _cut_line(shapely.get_coordinates(line))]
        return parts[0] if len(parts) == 1 else shapely.MultiLineString(parts)
    if kind in POLYGONS:
        return _cut_polygon(repair(geometry))
    return shapely.GeometryCollection([cut_antimeridian(part) for part in shapely.get_parts(geometry)])


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
    return abs(float(_ellipsoid().geometry_length(geometry)))


def bbox_rfc7946(
    geometry: BaseGeometry | Iterable[BaseGeometry | None] | None,
) -> tuple[float, float, float, float] | None:
    """Return ``(west, south, east, north)`` in degrees as RFC 7946 §5.2 has it.

    Parameters
    ----------
    geometry
        One geometry or several. ``None`` and empty ones count for nothing.

    Returns
    -------
    tuple or None
        ``west > east`` when the geometry crosses the antimeridian: it reaches ±180 from both sides and leaves longitudes
        free elsewhere. ``None`` when there is nothing to bound.

    Examples
    --------
    >>> bbox_rfc7946(shapely.LineString([(170, 0), (-170, 10)]))
    (170.0, 0.0, -170.0, 10.0)
    >>> bbox_rfc7946([shapely.Point(60, 30), None, shapely.Point(75, 45)])
    (60.0, 30.0, 75.0, 45.0)
    >>> bbox_rfc7946(None) is None
    True
    """
    several = [geometry] if geometry is None or isinstance(geometry, shapely.Geometry) else list(geometry)
    geometries = normalize(np.array(several, dtype=object))
    if shapely.is_empty(geometries).all() or shapely.is_missing(geometries).all():
        return None
    west, south, east, north = shapely.total_bounds(geometries).tolist()
    if west == -ANTIMERIDIAN_DEG and east == ANTIMERIDIAN_DEG:
        boxes = shapely.bounds(_single_parts(geometries))
        # The free longitudes lie between the furthest east that is reached so far and the next part's west.
        boxes = boxes[np.argsort(boxes[:, 0], kind="stable")]
        reached = np.maximum.accumulate(boxes[:, 2])[:-1]
        gaps = boxes[1:, 0] - reached
        if len(gaps) and gaps.max() > 0:
            widest = int(gaps.argmax())
            west, east = float(boxes[widest + 1, 0]), float(reached[widest])
    return west, south, east, north


def normalize(geometries: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Return the geometries repaired and cut at ±180: :func:`repair` and :func:`cut_antimeridian` for whole arrays.

    Parameters
    ----------
    geometries
        Array of shape (n,), EPSG:4326. ``None`` and empty ones stay. Only those that need it are looked at one by one,
        so that a million points take no longer than their arithmetic.

    Raises
    ------
    InvalidGeometry
        When a coordinate is not a finite number.

    Examples
    --------
    >>> normalize(np.array([shapely.Point(190, 0), None])).tolist()
    [<POINT (-170 0)>, None]
    """
    mended = geometries.copy()
    west, _, east, _ = shapely.bounds(mended).T
    inside = (west >= -ANTIMERIDIAN_DEG) & (east <= ANTIMERIDIAN_DEG)
    # Lines may jump, collections may hold lines.
    plain = np.isin(shapely.get_type_id(mended), (*POINTS, *POLYGONS)) & shapely.is_valid(mended) & inside
    for i in np.flatnonzero(~plain & ~shapely.is_missing(mended)):
        mended[i] = cut_antimeridian(repair(mended[i]))
    return mended


def simplify_3857(geometries_3857: npt.NDArray[np.object_], tolerance_m: float) -> npt.NDArray[np.object_]:
    """Return the geometries with fewer vertices.

    Parameters
    ----------
    geometries_3857
        Array of shape (n,), EPSG:3857. ``None`` and empty ones are allowed and stay.
    tolerance_m
        In metres of the projection, not of the ground. At 0 or below nothing is done.

    Returns
    -------
    array of shape (n,)
        Valid polygons stay valid. Polygons that tile the plane (a valid coverage: no overlaps, shared edges equal vertex by
        vertex) keep doing so, because a shared edge is simplified once; others are simplified one by one, within
        ``tolerance_m`` of the original. The ends of a line stay where they are.

    Examples
    --------
    >>> bent = np.array([shapely.LineString([(0, 0), (5, 0.1), (10, 0)]), None])
    >>> simplify_3857(bent, 1.0).tolist()
    [<LINESTRING (0 0, 10 0)>, None]
    """
    simplified = geometries_3857.copy()
    drawn = np.flatnonzero(~shapely.is_missing(simplified) & ~shapely.is_empty(simplified))
    if tolerance_m <= 0 or not len(drawn):
        return simplified
    shapes = simplified[drawn]
    if is_coverage(shapes):
        shapes = shapely.coverage_simplify(shapes, tolerance_m)
    else:
        shapes = shapely.simplify(shapes, tolerance_m, preserve_topology=True)
    simplified[drawn] = shapes
    return simplified


def is_coverage(geometries: npt.NDArray[np.object_]) -> bool:
    """Tell whether all geometries are polygons that tile without overlap and share edges, vertex by vertex.

    Neither ``None`` nor empty geometries may be among them. Islands that nowhere touch are no coverage: nothing between
    them could gape.
    """
    if not np.isin(shapely.get_type_id(geometries), POLYGONS).all() or not shapely.is_valid(geometries).all():
        return False
    xy, owner = shapely.get_coordinates(geometries, return_index=True)
    order = np.lexsort((owner, xy[:, 1], xy[:, 0]))
    xy, owner = xy[order], owner[order]
    touches = (xy[1:] == xy[:-1]).all(axis=1) & (owner[1:] != owner[:-1])
    return bool(touches.any() and shapely.coverage_is_valid(geometries))


def without_specks(geometries: npt.NDArray[np.object_], smallest_area: float) -> npt.NDArray[np.object_]:
    """Return the geometries without those polygon parts that are smaller than an area.

    Parameters
    ----------
    geometries
        Array of shape (n,), of any CRS. ``None`` and empty ones stay; points and lines are kept as they are.
    smallest_area
        In the square of the CRS's unit.

    Returns
    -------
    array of shape (n,)
        A polygon of which nothing is left becomes ``None``; one that loses a part is a MultiPolygon.

    Examples
    --------
    >>> without_specks(np.array([shapely.box(0, 0, 1, 1), shapely.box(0, 0, 3, 3), shapely.Point(0, 0)]), 4.0).tolist()
    [None, <POLYGON ((3 0, 3 3, 0 3, 0 0, 3 0))>, <POINT (0 0)>]
    """
    kept = geometries.copy()
    which = np.flatnonzero(np.isin(shapely.get_type_id(kept), POLYGONS) & ~shapely.is_empty(kept))
    parts, owner = shapely.get_parts(kept[which], return_index=True)
    is_large = shapely.area(parts) >= smallest_area
    touched = np.unique(owner[~is_large])
    kept[which[touched]] = None
    again = is_large & np.isin(owner, touched)
    if again.any():
        rows, position = np.unique(owner[again], return_inverse=True)
        kept[which[rows]] = shapely.multipolygons(parts[again], indices=position)
    return kept


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
    parts = _single_parts([geometry])
    dimension = shapely.get_dimensions(parts)
    return shapely.union_all(parts[dimension == dimension.max(initial=-1)])


@cache
def _ellipsoid() -> Geod:
    # pyproj opens its database when it is imported.
    from pyproj import Geod  # noqa: PLC0415

    return Geod(ellps="WGS84")


def _single_parts(geometries: Iterable[BaseGeometry]) -> npt.NDArray[np.object_]:
    """Return points, lines and polygons; collections inside collections are opened too."""
    parts = np.array(list(geometries), dtype=object)
    while len(parts) and (shapely.get_type_id(parts) >= GeometryType.MULTIPOINT).any():
        parts = shapely.get_parts(parts)
    return parts[~shapely.is_empty(parts)] if len(parts) else parts


def _needs_cut(geometry: BaseGeometry) -> bool:
    west, _, east, _ = geometry.bounds
    if west < -ANTIMERIDIAN_DEG or east > ANTIMERIDIAN_DEG:
        return True
    parts = _single_parts([geometry])
    lines = parts[np.isin(shapely.get_type_id(parts), LINES)]
    lonlat, line = shapely.get_coordinates(lines, return_index=True)
    jumps = np.abs(np.diff(lonlat[:, 0])) > ANTIMERIDIAN_DEG
    return bool((jumps & (line[1:] == line[:-1])).any())


def _wrap(lonlat: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    lon = lonlat[:, 0]
    outside = np.abs(lon) > ANTIMERIDIAN_DEG
    lonlat[outside, 0] = (lon[outside] + ANTIMERIDIAN_DEG) % TURN_DEG - ANTIMERIDIAN_DEG
    return lonlat


def _turns(lon: float) -> int:
    """Return how many turns east of -180 … 180 a longitude lies; the antimeridian belongs to the east of it."""
    return int((lon + ANTIMERIDIAN_DEG) // TURN_DEG)


def _cut_line(lonlat: npt.NDArray[np.float64]) -> list[shapely.LineString]:
    lon = lonlat[:, 0]
    steps = np.diff(lon)
    jumps = np.where(np.abs(steps) > ANTIMERIDIAN_DEG, np.round(steps / TURN_DEG), 0.0)
    turns = np.append(0, -np.cumsum(jumps)).astype(int)
    vertices = [_Vertex(*each) for each in zip(lon.tolist(), turns.tolist(), lonlat[:, 1].tolist(), strict=True)]
    parts: list[tuple[int, list[tuple[float, float]]]] = []
    for segment in pairwise(vertices):
        for start, end in pairwise([segment[0], *_crossings(*segment), segment[1]]):
            window = _turns((start.unrolled + end.unrolled) / 2)
            if not parts or parts[-1][0] != window:
                parts.append((window, [start.seen_from(window)]))
            parts[-1][1].append(end.seen_from(window))
    return [shapely.LineString(points) for _, points in parts]


class _Vertex(NamedTuple):
    """A vertex of a line that runs on round the world: its longitude as given, and whole turns to add to it.

    Kept apart, so that a longitude comes out as it went in, whichever end the line is followed from.
    """

    lon: float
    turns: int
    lat: float

    @property
    def unrolled(self) -> float:
        return self.lon + self.turns * TURN_DEG

    def seen_from(self, window: int) -> tuple[float, float]:
        return self.lon + (self.turns - window) * TURN_DEG, self.lat


def _crossings(a: _Vertex, b: _Vertex) -> list[_Vertex]:
    """Return where a segment crosses an antimeridian between its ends, from a to b."""
    # Always reckoned from west to east, so that a line and its reverse are cut at the very same latitude.
    west, east = (a, b) if a.unrolled <= b.unrolled else (b, a)
    window = _turns(west.unrolled)
    (x_west, y_west), (x_east, y_east) = west.seen_from(window), east.seen_from(window)
    points = []
    for turns in range(_turns(east.unrolled) - window):
        x = ANTIMERIDIAN_DEG + turns * TURN_DEG
        if x < x_east:
            lat = y_west + (y_east - y_west) * (x - x_west) / (x_east - x_west)
            points.append(_Vertex(ANTIMERIDIAN_DEG, window + turns, lat))
    return points if west is a else points[::-1]


def _cut_polygon(geometry: BaseGeometry) -> BaseGeometry:
    west, south, east, north = geometry.bounds
    pieces = []
    for turns in range(_turns(west), _turns(east) + 1):
        window_west = turns * TURN_DEG - ANTIMERIDIAN_DEG
        piece = shapely.intersection(geometry, shapely.box(window_west, south, window_west + TURN_DEG, north))
        pieces.append(translate(piece, -turns * TURN_DEG))
    parts = _single_parts(pieces)
    # Where a window is only touched, the intersection is a line or a point.
    parts = parts[shapely.get_type_id(parts) == GeometryType.POLYGON]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(list(parts))
