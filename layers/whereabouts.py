"""Whereabouts: what incidents happened in, along or near, said no more exactly than their places are known.

``where_prec`` (UCDP) decides what an incident is measured by:

===========  ============================================================================================================
1            the point itself
2, 3         the point, in doubt by :data:`DOUBT_M`
4, 6, 7      the whole province, country or region
5            the border line where a record names one, else the whole area
none         nothing: an unplaced incident joins nothing
===========  ============================================================================================================

An incident whose point merely represents its area is measured by the area, whatever its precision.

=====================  ==================================================================================================
``inside``             a point lies in the area or band, with all its doubt; ``distance_m`` is 0
``near``               a point lies outside, or beside a line, within :data:`REACH_M`; ``distance_m`` tells how far
``somewhere_in``       it happened in this area, and where in it is not known
``somewhere_along``    it happened along this border or stretch, or, where ``share`` is below 1, along one of several
``overlaps``           it may have happened in it: what the incident is measured by and the area or band overlap in part
``stated_with``        the corridor's own record names the incident; nothing is measured
=====================  ==================================================================================================

``share`` is the part (0 to 1, of km² or of km) of where it may have happened that the right side takes up. It is a measure
of ground, not a probability. Only a point is ever ``inside``: a province wholly under a band still ``overlaps`` it.
``distance_m`` is missing wherever no point is known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import shapely

from geo.containment import join_points
from geo.mosaic import surface_km2
from geo.proximity import edge_distances
from geo.shapes import LINES, POLYGONS, single_parts
from layers.surroundings import Surroundings, Target, km_of, targets_array
from layers.table import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

__all__ = ["DOUBT_M", "REACH_M", "RELATIONS", "Joined", "Whereabouts", "join_areal", "join_placed", "join_stated"]

Relation = Literal["inside", "near", "somewhere_in", "somewhere_along", "overlaps", "stated_with"]
RELATIONS: tuple[str, ...] = get_args(Relation)

DOUBT_M = {1: 0.0, 2: 25_000.0, 3: 50_000.0}
"""How far from its point an incident may have happened, by ``where_prec``. UCDP gives 25 km for 2; for 3, a district, whose
shapes are not held, twice that is taken."""

REACH_M = 100_000.0
"""What is further from a point than this is not ``near`` it and makes no row."""

LEAST_SHARE = 0.0005
"""A smaller share rounds to nothing at three decimals and makes no row."""

_TOUCH_DEG = 1e-6
"""Lines cut out of one border lie this close to it (a tenth of a metre): rounding is no distance."""

_POINT_PRECISION, _BORDER_PRECISION = 3, 5


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where an incident happened, as far as its feature tells.

    ``lonlat`` (degrees) is set only where the point is the place itself. ``border`` is a border id or a country's.
    """

    id: str
    where_prec: int | None
    area: str | None
    border: str | None
    lonlat: tuple[float, float] | None

    @classmethod
    def from_frame(cls, incidents: gpd.GeoDataFrame) -> tuple[Whereabouts, ...]:
        """Read a point layer's features (EPSG:4326), sorted by id.

        Looked at are ``id``, ``geometry``, ``where_prec``, ``area_id``, ``border`` and ``geometry_role``; a column that
        is not there says nothing.
        """
        columns = ("id", "where_prec", "area_id", "border", "geometry_role")
        cells = {
            name: list(map(plain, incidents[name])) if name in incidents else [None] * len(incidents)
            for name in columns
        }
        found = []
        for id_, where_prec, area, border, role, shape in zip(
            *(cells[name] for name in columns), incidents.geometry, strict=True
        ):
            is_place = (
                where_prec is not None
                and where_prec <= _POINT_PRECISION
                and role != "representative"
                and shape is not None
                and not shape.is_empty
            )
            lonlat = (shape.x, shape.y) if is_place else None
            found.append(cls(str(id_), None if where_prec is None else int(where_prec), area, border, lonlat))
        return tuple(sorted(found, key=lambda each: each.id))


@dataclass(frozen=True, slots=True)
class Joined:
    """One row of the join, with the incident on its left."""

    incident: str
    relation: Relation
    layer: str
    id: str
    basis: str = "geometry"
    distance_m: float | None = None
    share: float | None = None

    def row(self) -> dict[str, Any]:
        """Return it as a row of the coverage table: metres to a decimetre, shares to three decimals."""
        metres = self.distance_m
        if metres is not None and self.relation != "inside":
            # What is outside must not be rounded into the shape: 0 is said of what is inside alone.
            metres = max(round(metres, 1), 0.1)
        return {
            "left_layer": "incidents",
            "left_id": self.incident,
            "relation": self.relation,
            "right_layer": self.layer,
            "right_id": self.id,
            "distance_m": metres,
            "share": None if self.share is None else round(min(self.share, 1.0), 3),
            "basis": self.basis,
        }


def join_placed(incidents: Sequence[Whereabouts], around: Surroundings) -> Iterator[Joined]:
    """Join the incidents whose point is known; all others are passed over.

    Against areas and bands all points are tested at once, so that a million are no trouble.
    """
    placed = [each for each in incidents if each.lonlat is not None and each.where_prec in DOUBT_M]
    if not placed:
        return
    lonlat = np.array([each.lonlat for each in placed], dtype=float)
    areas = tuple(
        Target("areas", id_, shape)
        for mosaic in (around.states, around.units)
        for id_, shape in zip(mosaic.ids, mosaic.shapes, strict=True)
    )
    lines = tuple(Target("borders", id_, line) for id_, line in around.borders.items())
    lines += tuple(Target("border_segments", each.id, each.geometry) for each in around.stretches)
    doubt_m = max(DOUBT_M[each.where_prec or 1] for each in placed)
    yield from _points_to(areas, placed, lonlat, reach_m=doubt_m, outside=False)
    yield from _points_to(lines, placed, lonlat, reach_m=REACH_M, outside=True)
    yield from _points_to(around.corridors, placed, lonlat, reach_m=REACH_M, outside=True)


def _points_to(
    targets: tuple[Target, ...],
    placed: Sequence[Whereabouts],
    lonlat: np.ndarray[Any, np.dtype[np.float64]],
    *,
    reach_m: float,
    outside: bool,
) -> Iterator[Joined]:
    shapes = targets_array(targets)
    polygons = shapes.copy()
    polygons[~np.isin(shapely.get_type_id(shapes), POLYGONS)] = None
    held = set(zip(*join_points(lonlat, polygons).tolist(), strict=True))
    to_edge = {
        (point, target): metres
        for point, target, metres in zip(
            *(each.tolist() for each in edge_distances(lonlat, shapes, reach_m)), strict=True
        )
    }
    for point, target in sorted(held | to_edge.keys()):
        incident, (layer, id_, _) = placed[point], targets[target]
        doubt_m, metres = DOUBT_M[incident.where_prec or 1], to_edge.get((point, target))
        is_area = polygons[target] is not None
        if is_area and doubt_m > 0.0 and metres is not None and metres <= doubt_m:
            yield Joined(incident.id, "overlaps", layer, id_)
        elif (point, target) in held:
            yield Joined(incident.id, "inside", layer, id_, distance_m=0.0, share=1.0)
        elif outside:
            yield Joined(incident.id, "near", layer, id_, distance_m=metres)


def join_areal(incidents: Iterable[Whereabouts], around: Surroundings) -> Iterator[Joined]:
    """Join the incidents of which no more than an area or a border is known; unplaced ones give nothing.

    Raises
    ------
    MissingData
        An incident names an area or a border that is none.
    """
    made: dict[tuple[str, str | None, bool], tuple[Joined, ...]] = {}
    for incident in incidents:
        if incident.lonlat is None and incident.where_prec is not None and incident.area is not None:
            # All that it is measured by: incidents of one area have the same rows.
            place = (incident.area, incident.border, incident.where_prec == _BORDER_PRECISION)
            if place not in made:
                made[place] = tuple(_areal(incident, incident.area, around))
            yield from (replace(joined, incident=incident.id) for joined in made[place])


def _areal(incident: Whereabouts, area: str, around: Surroundings) -> Iterator[Joined]:
    lines = _border_lines(incident, around)
    yield from _areas(incident, area, around)
    yield from _borders(incident, lines, around)
    yield from _corridors(incident, area, lines, around)


def join_stated(incidents: Iterable[Whereabouts], around: Surroundings) -> Iterator[Joined]:
    """Join incidents with the corridors whose records name them."""
    known = {incident.id for incident in incidents}
    for corridor, named in around.stated.items():
        for incident in named:
            if incident in known:
                yield Joined(incident, "stated_with", "corridors", corridor, basis="attested")


def _areas(incident: Whereabouts, area: str, around: Surroundings) -> Iterator[Joined]:
    yield Joined(incident.id, "somewhere_in", "areas", area, basis="attested", share=1.0)
    if area in around.country_of:
        yield Joined(incident.id, "somewhere_in", "areas", around.country_of[area], share=1.0)
    members = around.gazetteer.area(area).members
    surfaces = {member: surface_km2(shape) for member in members if (shape := around.shape(member)) is not None}
    for member, km2 in surfaces.items():
        share = km2 / sum(surfaces.values())
        if share >= LEAST_SHARE:
            yield Joined(incident.id, "overlaps", "areas", member, share=share)


def _border_lines(incident: Whereabouts, around: Surroundings) -> dict[str, BaseGeometry]:
    """Return the lines along which it may have happened, by border id: along a province its own stretches alone."""
    if incident.border is None:
        return {}
    lines = {id_: around.borders[id_] for id_ in around.along(incident.border)}
    for id_ in lines:
        beside = [
            each.geometry
            for each in around.stretches
            if each.border == id_ and incident.area in (each.first_unit, each.second_unit)
        ]
        if beside:
            lines[id_] = shapely.MultiLineString(list(single_parts(beside)))
    return lines


def _borders(incident: Whereabouts, lines: dict[str, BaseGeometry], around: Surroundings) -> Iterator[Joined]:
    km = {id_: km_of(line) for id_, line in lines.items()}
    basis = "attested" if incident.border in lines else "geometry"
    for id_, line_km in km.items():
        share = line_km / sum(km.values())
        if share >= LEAST_SHARE:
            yield Joined(incident.id, "somewhere_along", "borders", id_, basis=basis, share=share)
    beside_province = incident.area in around.country_of
    for stretch in around.stretches:
        if stretch.border in lines and (
            not beside_province or incident.area in (stretch.first_unit, stretch.second_unit)
        ):
            share = km_of(stretch.geometry) / sum(km.values())
            if share >= LEAST_SHARE:
                yield Joined(incident.id, "somewhere_along", "border_segments", stretch.id, share=share)


def _corridors(
    incident: Whereabouts, area: str, lines: dict[str, BaseGeometry], around: Surroundings
) -> Iterator[Joined]:
    line = shapely.MultiLineString(list(single_parts(lines.values()))) if lines else None
    is_along = incident.where_prec == _BORDER_PRECISION and line is not None
    ground = line if is_along else around.shape(area)
    measure = {id(each): _Ground(each) for each in (line, ground) if each is not None}
    for target in around.corridors:
        is_line = shapely.get_type_id(target.shape) in LINES
        # A surface and a line share nothing that could be measured.
        measured = line if is_line else ground
        if measured is not None:
            share = measure[id(measured)].share_on(target.shape)
            if share >= LEAST_SHARE:
                yield Joined(incident.id, "overlaps", target.layer, target.id, share=share)


class _Ground:
    """A line or a surface (EPSG:4326) of which parts are measured; its own measure is taken once."""

    def __init__(self, shape: BaseGeometry) -> None:
        self._shape = shape
        self._is_line = shapely.get_type_id(shape) in LINES
        self._whole = km_of(shape) if self._is_line else surface_km2(shape)

    def share_on(self, other: BaseGeometry) -> float:
        """Return the part (0 to 1) of it that lies on a line or in a polygon."""
        if not self._is_line:
            common = surface_km2(shapely.intersection(self._shape, other)) if other.intersects(self._shape) else 0.0
            return common / self._whole
        on = other.buffer(_TOUCH_DEG) if shapely.get_type_id(other) in LINES else other
        return km_of(shapely.intersection(self._shape, on)) / self._whole
