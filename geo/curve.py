"""Curve: the schematic line that stands for a leg from area to area.

The curve of a statement is the geodesic between the two label points, shifted sideways by ``4 · bow · t · (1 - t)`` times
its length (a parabola, ``t`` from 0 to 1). ``bow`` comes from the leg's lane: legs that leave or reach the same area in
nearly the same direction get lanes 0, 1, 2, … (:func:`assign_lanes`) and bow to the south of the geodesic, to the north,
further to the south … so that they fan out. The curve stops short of both label points, by a third of the area's radius, so
that heads stand around a name and not on it; it never leaves an area to do so.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from pyproj import Geod

from geo.errors import InvalidGeometry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.gazetteer import Gazetteer
    from geo.route import Leg, Route

__all__ = ["LonLat", "assign_lanes", "bow_of_lane", "bowed", "schematic", "within_180"]

LonLat = tuple[float, float]

BOW = 0.09
"""Sagitta of lane 0 as a share of the leg's length: it leaves the geodesic at about 20 degrees."""

STEP_KM = 25.0
"""Distance between vertices: at zoom 7 a leg turns by less than a pixel between two of them."""

MIN_STEPS = 48
END_GAP_RADII = 1 / 3
END_GAP_KM = (50.0, 350.0)
END_GAP_SHARE = 0.2
"""A leg stops this many radii of the area short of its label point, within these limits and this share of its length."""

SAME_WAY_DEG = 15.0
"""Two legs at one area go the same way when their directions there differ by less: they must not share a lane."""

_WGS84 = Geod(ellps="WGS84")


def bow_of_lane(lane: int) -> float:
    """Return the sagitta of a lane as a share of the leg's length, positive to the south of the geodesic.

    >>> [bow_of_lane(lane) for lane in range(4)]
    [0.09, -0.09, 0.18, -0.18]
    """
    return (lane // 2 + 1) * (BOW if lane % 2 == 0 else -BOW)


def assign_lanes(routes: Mapping[str, Route], gazetteer: Gazetteer) -> dict[str, tuple[int, ...]]:
    """Give every leg of every route the lane in which it is drawn.

    Parameters
    ----------
    routes
        By record id, in the order in which they may choose: what comes first keeps its lanes whatever follows.
    gazetteer
        Where the legs' areas are looked up.

    Returns
    -------
    dict
        For each id one lane per leg: the lowest that no earlier leg going the same way (at either of its ends) has taken.

    Raises
    ------
    MissingData
        A leg's end is no area.
    """
    taken: dict[str, list[tuple[float, int]]] = {}
    lanes: dict[str, tuple[int, ...]] = {}
    for id_, route in routes.items():
        mine = []
        for leg in route.legs:
            start, end = gazetteer.area(leg.origin).label_point, gazetteer.area(leg.destination).label_point
            leaving, arriving, _ = _WGS84.inv(*start, *end)
            ends = ((leg.origin, leaving), (leg.destination, arriving))
            busy = {
                lane
                for area_id, direction in ends
                for other, lane in taken.get(area_id, ())
                if abs((direction - other + 180.0) % 360.0 - 180.0) < SAME_WAY_DEG
            }
            lane = next(lane for lane in range(len(busy) + 1) if lane not in busy)
            for area_id, direction in ends:
                taken.setdefault(area_id, []).append((direction, lane))
            mine.append(lane)
        lanes[id_] = tuple(mine)
    return lanes


def schematic(leg: Leg, lane: int, gazetteer: Gazetteer) -> tuple[LonLat, ...]:
    """Return the curve that stands for a leg between two areas.

    Parameters
    ----------
    leg
        Its ends are area ids.
    lane
        See :func:`assign_lanes`.
    gazetteer
        Where the areas are looked up.

    Returns
    -------
    tuple of (lon, lat)
        In degrees, from origin to destination, longitudes running on over ±180; at least 49 vertices.

    Raises
    ------
    MissingData
        An end is no area.
    InvalidGeometry
        Both areas have one label point.
    """
    start, end = gazetteer.area(leg.origin).label_point, gazetteer.area(leg.destination).label_point
    azimuth, _, length_m = _WGS84.inv(*start, *end)
    # The bow is to the right for legs that run east, to the left for those that run west: south for both.
    bow = bow_of_lane(lane) * (1 if 0.0 <= azimuth % 360.0 < 180.0 else -1)  # noqa: PLR2004 - degrees, the east half
    if not length_m:
        raise InvalidGeometry(
            f"A leg from {leg.origin} to {leg.destination} has no length: both have one label point.",
            hint="Leave the leg out, or move a label point in data/areas.json.",
        )

    def gap(area_id: str, *, at_end: bool) -> float:
        """Return the gap as a share of the leg: the wanted one, halved as often as needed to stay inside the area."""
        least, most = END_GAP_KM
        wanted_km = min(max(gazetteer.radius_km(area_id) * END_GAP_RADII, least), most)
        share: float = min(wanted_km * 1000.0 / length_m, END_GAP_SHARE)
        for _ in range(5):
            t = 1.0 - share if at_end else share
            ((lon, lat),) = bowed(start, end, bow, t, t)
            if gazetteer.covers(area_id, within_180(lon), lat):
                return share
            share /= 2.0
        return 0.0

    return bowed(start, end, bow, gap(leg.origin, at_end=False), 1.0 - gap(leg.destination, at_end=True))


def bowed(start: LonLat, end: LonLat, bow: float = 0.0, first: float = 0.0, last: float = 1.0) -> tuple[LonLat, ...]:
    """Return the bowed geodesic from share ``first`` to share ``last`` of its length.

    Parameters
    ----------
    start, end
        Two different points, (lon, lat) in degrees.
    bow
        Sagitta as a share of the length, positive to the right; 0 gives the geodesic itself.
    first, last
        Shares from 0 to 1. When they are equal the result is that one point.

    Examples
    --------
    >>> curve = bowed((60.0, 0.0), (70.0, 0.0), bow=0.1)
    >>> len(curve), [round(value, 2) for value in curve[24]]
    (49, [65.0, -1.01])
    """
    azimuth, _, length_m = _WGS84.inv(*start, *end)
    count = 1 if first == last else max(MIN_STEPS, math.ceil(length_m / (STEP_KM * 1000.0))) + 1
    t = np.linspace(first, last, count)
    lon, lat, back = _WGS84.fwd(
        np.full(count, start[0]), np.full(count, start[1]), np.full(count, azimuth), t * length_m
    )
    right = np.asarray(back) - 90.0
    lon, lat, _ = _WGS84.fwd(lon, lat, right, 4.0 * bow * t * (1.0 - t) * length_m)
    lon = np.unwrap(np.asarray(lon), period=360.0)
    return tuple((float(x), float(y)) for x, y in zip(lon, np.asarray(lat), strict=True))


def within_180(lon: float) -> float:
    """Return the longitude (degrees) within -180 ≤ lon < 180.

    >>> within_180(190.0), within_180(-180.0)
    (-170.0, -180.0)
    """
    return (lon + 180.0) % 360.0 - 180.0
