"""The antimeridian: geometry cut at ±180, and boxes that cross it.

Geometry is EPSG:4326 (lon, lat). ``None`` (no place is stated) stays ``None`` and an empty geometry stays empty in every
function that returns geometry.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, overload

import numpy as np
import shapely
from shapely import GeometryType
from shapely.affinity import translate

from geo.shapes import LINES, POINTS, POLYGONS, repair, single_parts

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt
    from shapely.geometry.base import BaseGeometry

__all__ = ["bbox_rfc7946", "cut_antimeridian", "normalize"]

ANTIMERIDIAN_DEG = 180.0
TURN_DEG = 360.0


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


def normalize(geometries: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Return the geometries repaired and cut at ±180: :func:`geo.shapes.repair` and :func:`cut_antimeridian` for whole arrays.

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
    has_no_jump = np.isin(shapely.get_type_id(mended), (*POINTS, *POLYGONS)) | (east - west <= ANTIMERIDIAN_DEG)
    plain = has_no_jump & shapely.is_valid(mended) & inside
    for i in np.flatnonzero(~plain & ~shapely.is_missing(mended)):
        mended[i] = cut_antimeridian(repair(mended[i]))
    return mended


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
        boxes = shapely.bounds(single_parts(geometries))
        # The free longitudes lie between the furthest east that is reached so far and the next part's west.
        boxes = boxes[np.argsort(boxes[:, 0], kind="stable")]
        reached = np.maximum.accumulate(boxes[:, 2])[:-1]
        gaps = boxes[1:, 0] - reached
        if len(gaps) and gaps.max() > 0:
            widest = int(gaps.argmax())
            west, east = float(boxes[widest + 1, 0]), float(reached[widest])
    return west, south, east, north


def _needs_cut(geometry: BaseGeometry) -> bool:
    west, _, east, _ = geometry.bounds
    if west < -ANTIMERIDIAN_DEG or east > ANTIMERIDIAN_DEG:
        return True
    if east - west <= ANTIMERIDIAN_DEG:
        return False
    parts = single_parts([geometry])
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
    # -180 and 180 are one meridian: a step between them goes nowhere, and a part made of it would be a point.
    moves = (np.abs(np.diff(lon)) != TURN_DEG) | (np.diff(lonlat[:, 1]) != 0)
    lonlat = lonlat[np.concatenate([[True], moves])] if moves.any() else lonlat
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
    parts = single_parts(pieces)
    # Where a window is only touched, the intersection is a line or a point.
    parts = parts[shapely.get_type_id(parts) == GeometryType.POLYGON]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(list(parts))
