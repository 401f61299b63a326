"""Passage: what a corridor's drawn line and band lie on. Derived by geometry, and said of the drawing alone.

A line of class ``statement`` is schematic: it stands for "from this country to that one" and follows no way. That it is
drawn through a province, or that its band covers a stretch of a border, is a fact about the drawing, and no source says
that anything passes there. Hence the names: ``drawn_through``, ``drawn_km``, ``stretch_km``. A border is met along the
stretch that the leg's band covers, never at a point.

Line and areas meet edge by edge: each edge of the axis is cut where it crosses an edge of an area, and each piece belongs
to the area that its middle lies in. Longitudes that run on over ±180 are brought back first, so that nothing there is
special. All lengths and surfaces are those of the WGS 84 ellipsoid.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from pyproj import Geod

from geo.antimeridian import cut_antimeridian
from geo.band import Band
from geo.border import border_id
from geo.mosaic import Run, runs
from geo.shapes import geodesic_area_m2, geodesic_length_m

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from geo.corridor import Axis, Corridor
    from geo.mosaic import Mosaic

__all__ = ["AreaDrawnThrough", "BorderStretch", "LegPassage", "Passage", "passage"]

_WGS84 = Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True)
class AreaDrawnThrough:
    """An area that the drawing lies on.

    ``axis_km`` is the length of line in it, 0 where only the band reaches it. ``band_km2`` is the part of it that the band
    covers, ``share_of_band`` that part against the whole band, ``share_of_area`` against the area (0 to 1).
    """

    area: str
    axis_km: float
    band_km2: float
    share_of_band: float
    share_of_area: float


@dataclass(frozen=True, slots=True)
class BorderStretch:
    """A border that a leg's line crosses.

    ``crossings`` counts how often the line crosses it before it crosses another one: a border winds, a schematic line
    does not, so more than one means nothing. ``stretch_km`` is how much of the border the leg's band covers, ``stretch``
    that part of it (EPSG:4326); without a band, or where the border's line is not held, they are 0 and ``None``.
    """

    border: str
    crossings: int
    stretch_km: float
    stretch: BaseGeometry | None


@dataclass(frozen=True, slots=True)
class LegPassage:
    """What one leg is drawn through, in its own order.

    ``direction_deg`` is the bearing of the geodesic from the leg's first to its last vertex, clockwise from north,
    0 ≤ direction < 360. ``states`` and ``units`` are the runs of its line; ``borders`` those between states, in the order
    in which the line crosses them.
    """

    origin: str
    destination: str
    drawn_km: float
    direction_deg: float
    states: tuple[Run, ...]
    units: tuple[Run, ...]
    borders: tuple[BorderStretch, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """What a corridor is drawn through. ``states`` and ``units`` are sorted by id; gaps count for nothing.

    ``direction_deg`` is the bearing from start to end when the legs form one chain, else ``None``: a corridor with
    branches has no direction of its own. ``half_width_km`` is the band's, ``None`` without one. ``borders_under_band``
    maps every border that the band covers in part, crossed by the line or not, to the km of it, sorted.
    """

    corridor: str
    drawn_km: float
    direction_deg: float | None
    half_width_km: float | None
    states: tuple[AreaDrawnThrough, ...]
    units: tuple[AreaDrawnThrough, ...]
    borders_under_band: Mapping[str, float]
    legs: tuple[LegPassage, ...]

    def properties(self) -> dict[str, Any]:
        """Return it as properties of the corridor's feature, JSON values only; whole km, whole degrees, shares to 1 %.

        A finer figure would say more of a drawing than a drawing says. What rounds to nothing is left out.
        """
        return {
            "drawn_length_km": round(self.drawn_km),
            "drawn_direction_deg": None if self.direction_deg is None else round(self.direction_deg) % 360,
            "drawn_through": _listed(self.states),
            "drawn_through_units": _listed(self.units),
            "drawn_over_borders": [
                {"border": border, "band_km": round(km)} for border, km in self.borders_under_band.items() if round(km)
            ],
            "drawn_legs": [
                {
                    "from": leg.origin,
                    "to": leg.destination,
                    "length_km": round(leg.drawn_km),
                    "direction_deg": round(leg.direction_deg) % 360,
                    "through": _legible(leg.states),
                    "borders": [{"border": each.border, "stretch_km": round(each.stretch_km)} for each in leg.borders],
                }
                for leg in self.legs
            ],
        }


def passage(
    corridor: Corridor, states: Mosaic, units: Mosaic, borders: Mapping[str, BaseGeometry], band: Band | None = None
) -> Passage:
    """Return what a corridor's drawing lies on.

    Parameters
    ----------
    corridor
        Its axes are densely drawn (:mod:`geo.curve`); those that are gaps are passed over. One without axes (class
        ``area`` or ``border``) gives a passage of length 0 through nothing.
    states, units
        The areas to measure against. Units may cover a part of the world only: no km are then told for the rest.
    borders
        Border id → line in EPSG:4326, cut from the same polygons as ``states``.
    band
        The corridor's band when it is not the one that its class asks for.

    Returns
    -------
    Passage
        The same whatever the order of areas and borders.

    Raises
    ------
    TooPrecise
        Class ``path`` without an accuracy.
    InvalidGeometry
        A band would reach a pole.
    """
    band = Band.around(corridor) if band is None else band
    half_width_km = None if band is None else band.half_width_km
    ordered = dict(sorted(borders.items()))
    legs = tuple(_leg(corridor.id, axis, half_width_km, states, units, ordered) for axis in corridor.known_axes)
    covered = None if band is None else band.polygon
    return Passage(
        corridor=corridor.id,
        drawn_km=sum(leg.drawn_km for leg in legs),
        direction_deg=_direction(corridor.axes),
        half_width_km=half_width_km,
        states=_through(states, [leg.states for leg in legs], covered),
        units=_through(units, [leg.units for leg in legs], covered),
        borders_under_band={id_: km for id_, _, km in _stretches(ordered, covered)},
        legs=legs,
    )


def _leg(
    corridor_id: str,
    axis: Axis,
    half_width_km: float | None,
    states: Mosaic,
    units: Mosaic,
    borders: Mapping[str, BaseGeometry],
) -> LegPassage:
    passed = runs(axis.lonlat, states)
    crossed = [border_id(a.area, b.area) for a, b in pairwise(passed) if a.area is not None and b.area is not None]
    covered = None if half_width_km is None else Band(corridor_id, (axis.lonlat,), half_width_km).polygon
    wanted = {id_: borders[id_] for id_ in sorted(set(crossed) & borders.keys())}
    along = {id_: (line, km) for id_, line, km in _stretches(wanted, covered)}
    stretches = []
    for id_, times in groupby(crossed):
        line, km = along.get(id_, (None, 0.0))
        stretches.append(BorderStretch(id_, len(list(times)), km, line))
    return LegPassage(
        origin=axis.leg.origin,
        destination=axis.leg.destination,
        drawn_km=sum(run.km for run in passed),
        direction_deg=_bearing_deg(axis.lonlat[0], axis.lonlat[-1]),
        states=passed,
        units=runs(axis.lonlat, units),
        borders=tuple(stretches),
    )


def _direction(axes: Sequence[Axis]) -> float | None:
    """Return the bearing from the first vertex to the last, ``None`` where the legs, gaps included, form no chain."""
    is_chain = all(before.leg.destination == after.leg.origin for before, after in pairwise(axes))
    return _bearing_deg(axes[0].lonlat[0], axes[-1].lonlat[-1]) if axes and is_chain else None


def _bearing_deg(start: tuple[float, float], end: tuple[float, float]) -> float:
    azimuth, _, _ = _WGS84.inv(*start, *end)
    return float(azimuth) % 360.0


def _stretches(
    borders: Mapping[str, BaseGeometry], covered: BaseGeometry | None
) -> list[tuple[str, BaseGeometry, float]]:
    """Return id, covered part and its km of each border that the band covers in part, in the order of ``borders``."""
    if covered is None or not borders:
        return []
    lines = np.array([cut_antimeridian(line) for line in borders.values()], dtype=object)
    shapely.prepare(covered)
    found = []
    for position in np.flatnonzero(shapely.intersects(covered, lines)):
        part = shapely.intersection(lines[position], covered)
        km = geodesic_length_m(part) / 1000.0
        if km > 0.0:
            found.append((list(borders)[position], part, km))
    return found


def _through(
    mosaic: Mosaic, legs: Sequence[Sequence[Run]], covered: BaseGeometry | None
) -> tuple[AreaDrawnThrough, ...]:
    axis_km: dict[str, float] = defaultdict(float)
    for leg in legs:
        for run in leg:
            if run.area is not None:
                axis_km[run.area] += run.km
    under = mosaic.surfaces_km2(covered)
    whole = sum(under.values()) if covered is None else geodesic_area_m2(covered) / 1e6
    return tuple(
        AreaDrawnThrough(
            area=area,
            axis_km=axis_km.get(area, 0.0),
            band_km2=under.get(area, 0.0),
            share_of_band=min(under.get(area, 0.0) / whole, 1.0) if whole else 0.0,
            share_of_area=min(under.get(area, 0.0) / mosaic.area_km2(area), 1.0),
        )
        for area in sorted(axis_km.keys() | under.keys())
    )


def _legible(passed: Sequence[Run]) -> list[dict[str, Any]]:
    """Return runs in whole km; what is left out for being too short no longer parts its neighbours."""
    seen = [run for run in passed if round(run.km)]
    together = ((area, sum(run.km for run in same)) for area, same in groupby(seen, key=lambda run: run.area))
    return [{"area": area, "km": round(km)} for area, km in together]


def _listed(areas: Sequence[AreaDrawnThrough]) -> list[dict[str, Any]]:
    return [
        {"area": each.area, "axis_km": round(each.axis_km), "share_of_band": round(each.share_of_band, 2)}
        for each in areas
        if round(each.axis_km) or round(each.share_of_band, 2)
    ]
