"""Corridor: what may be drawn for a statement that something moves from here to there.

How fine a corridor may be drawn follows from its attestation class:

``statement``
    Countries and regions are named, nothing else. Each leg is a schematic curve from the label point of one area to
    that of the next. No place takes part in making it, so it can follow no road and pass through no town on purpose.
``area``, ``border``
    A country, province or border as a whole is named. There is no line at all: the area or the border is the depiction.
``named_place``
    Places are named. Straight geodesics join those whose position is known; over an unknown one the leg is a gap.
``path``
    A measured line with an accuracy of its own.

:meth:`Corridor.check` is the gate that holds this in every build. How the curve of a statement is made is written down in
:mod:`geo.curve`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import shapely
from pyproj import Geod

from geo.antimeridian import cut_antimeridian
from geo.curve import LonLat, bowed, schematic, within_180
from geo.errors import TooPrecise
from geo.route import Leg, Route

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    from shapely.geometry.base import BaseGeometry

    from geo.gazetteer import Gazetteer

__all__ = ["ATTESTATION_CLASSES", "AttestationClass", "Axis", "Corridor", "check_ends"]

AttestationClass = Literal["statement", "area", "border", "named_place", "path"]
ATTESTATION_CLASSES: tuple[str, ...] = get_args(AttestationClass)

MAX_TURN_DEG = 8.0
"""No schematic curve turns more than this at one vertex; what does has been bent to follow something."""

_WGS84 = Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True)
class Axis:
    """The line of one leg.

    ``lonlat`` holds at least two vertices (lon, lat) in degrees; longitudes run on over ±180 rather than jump, so that
    neighbours are always close. :attr:`line` is cut there.
    """

    leg: Leg
    lonlat: tuple[LonLat, ...]

    @property
    def line(self) -> BaseGeometry:
        """A LineString in EPSG:4326, or a MultiLineString where it crosses the antimeridian."""
        return cut_antimeridian(shapely.LineString(self.lonlat))

    @property
    def end(self) -> LonLat:
        """The last vertex, (lon, lat) in degrees within ±180."""
        lon, lat = self.lonlat[-1]
        return within_180(lon), lat

    @property
    def bearing_deg(self) -> float:
        """Direction of the last step on a Web Mercator screen: degrees clockwise from up, 0 ≤ bearing < 360."""
        (lon_a, lat_a), (lon_b, lat_b) = self.lonlat[-2:]
        east = math.radians(lon_b - lon_a)
        north = math.asinh(math.tan(math.radians(lat_b))) - math.asinh(math.tan(math.radians(lat_a)))
        return math.degrees(math.atan2(east, north)) % 360.0

    def at(self, share: float) -> LonLat:
        """Return the vertex nearest to ``share`` (0 … 1) of the leg, (lon, lat) in degrees within ±180."""
        lon, lat = self.lonlat[round(share * (len(self.lonlat) - 1))]
        return within_180(lon), lat

    def turns_deg(self) -> npt.NDArray[np.float64]:
        """Return how much the line turns at each inner vertex, in degrees from 0 to 180, shape (n - 2,)."""
        lon, lat = np.array(self.lonlat).T
        leaving, back, _ = _WGS84.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
        turns = np.asarray(leaving)[1:] - (np.asarray(back)[:-1] + 180.0)
        return np.asarray(np.abs((turns + 180.0) % 360.0 - 180.0))


@dataclass(frozen=True, slots=True)
class Corridor:
    """A corridor with its axes. ``stops`` are the places of a ``named_place`` corridor as the source orders them.

    ``accuracy_km`` belongs to class ``path`` alone.
    """

    id: str
    attestation_class: AttestationClass
    axes: tuple[Axis, ...]
    stops: tuple[str, ...] = ()
    accuracy_km: float | None = None

    @classmethod
    def between_areas(
        cls, id_: str, route: Route, gazetteer: Gazetteer, lanes: Sequence[int] | None = None
    ) -> Corridor:
        """Draw a ``statement`` corridor: schematic curves between the label points of areas.

        Parameters
        ----------
        id_
            Record id.
        route
            Legs between area ids.
        gazetteer
            Where the areas are looked up.
        lanes
            One lane per leg, see :func:`assign_lanes`; ``None`` means lane 0 for all.

        Raises
        ------
        TooPrecise
            A leg ends at a named place, which a statement does not know.
        MissingData
            An end is no area at all.
        """
        check_ends(id_, route, gazetteer)
        drawn = zip(route.legs, lanes or [0] * len(route.legs), strict=True)
        return cls(id_, "statement", tuple(Axis(leg, schematic(leg, lane, gazetteer)) for leg, lane in drawn))

    @classmethod
    def through_places(
        cls, id_: str, stops: Sequence[str], gazetteer: Gazetteer, unseen: Sequence[tuple[str, str]] = ()
    ) -> Corridor:
        """Draw a ``named_place`` corridor: straight geodesics between the places whose position is known.

        Parameters
        ----------
        id_
            Record id.
        stops
            Place ids in the order in which the source names them.
        gazetteer
            Where the places are looked up.
        unseen
            Neighbouring stops between which the source was not read.

        Raises
        ------
        MissingData
            A stop is no place of the gazetteer.
        """
        resolved = [stop for stop in stops if gazetteer.place(stop).is_resolved]
        axes = []
        for leg in Route.through(stops, resolved, unseen).legs:
            start, end = gazetteer.place(leg.origin).point, gazetteer.place(leg.destination).point
            if start is not None and end is not None:
                axes.append(Axis(leg, bowed(start, end)))
        return cls(id_, "named_place", tuple(axes), stops=tuple(stops))

    @property
    def known_axes(self) -> tuple[Axis, ...]:
        """The axes that are no gap."""
        return tuple(axis for axis in self.axes if not axis.leg.is_gap)

    @property
    def geometry(self) -> BaseGeometry | None:
        """A MultiLineString (EPSG:4326) of all axes that are no gap; ``None`` when there is none."""
        lines = [part for axis in self.known_axes for part in shapely.get_parts(axis.line)]
        return shapely.MultiLineString(lines) if lines else None

    def check(self, gazetteer: Gazetteer) -> None:
        """Refuse a corridor that is drawn finer than its class allows.

        Raises
        ------
        TooPrecise
            With the record's id and the reason.
        """
        if self.attestation_class == "statement":
            self._check_statement(gazetteer)
        elif self.attestation_class == "named_place":
            self._check_named_place(gazetteer)
        elif self.attestation_class == "path":
            if self.accuracy_km is None:
                raise TooPrecise(
                    f"Corridor {self.id} is a path without an accuracy.",
                    hint="Give accuracy_km, or a coarser attestation class.",
                )
        elif self.axes:
            raise TooPrecise(
                f"Corridor {self.id} is drawn as a line, but its class {self.attestation_class} has none.",
                hint="Depict the area or the border itself.",
            )

    def _check_statement(self, gazetteer: Gazetteer) -> None:
        check_ends(self.id, Route(tuple(axis.leg for axis in self.axes)), gazetteer)
        for axis in self.axes:
            leg = axis.leg
            sharpest = float(axis.turns_deg().max(initial=0.0))
            if sharpest > MAX_TURN_DEG:
                raise TooPrecise(
                    f"Corridor {self.id}: its leg {leg.origin} → {leg.destination} turns by {sharpest:.0f}° at one vertex, "
                    "as a road does, but its class statement knows no path.",
                    hint="Let the curve be drawn from the areas, or give evidence for a finer attestation class.",
                )

    def _check_named_place(self, gazetteer: Gazetteer) -> None:
        order = set(pairwise(self.stops))
        for axis in self.axes:
            leg = axis.leg
            for end in (leg.origin, leg.destination):
                if not gazetteer.place(end).is_resolved:
                    raise TooPrecise(
                        f"Corridor {self.id} is drawn through {end}, whose position is not known.",
                        hint="Resolve the place in data/places.json with a GeoNames id, or leave a gap.",
                    )
            if not leg.is_gap and (leg.origin, leg.destination) not in order:
                raise TooPrecise(
                    f"Corridor {self.id}: its leg {leg.origin} → {leg.destination} is drawn as known, "
                    "but the source names other places between the two.",
                    hint="Draw it as a gap that lists them.",
                )


def check_ends(corridor_id: str, route: Route, gazetteer: Gazetteer) -> None:
    """Refuse a ``statement`` route that ends anywhere but at an area.

    Raises
    ------
    TooPrecise
        A leg ends at a named place; names the record.
    MissingData
        An end is neither area nor place; names the nearest ids.
    """
    for leg in route.legs:
        for end in (leg.origin, leg.destination):
            if end not in gazetteer.areas and end in gazetteer.places:
                raise TooPrecise(
                    f"Corridor {corridor_id}: its leg {leg.origin} → {leg.destination} ends at the named place {end}, "
                    "but its class statement knows countries and regions only.",
                    hint="Name the country or province, or give evidence for the class named_place.",
                )
            gazetteer.area(end)
