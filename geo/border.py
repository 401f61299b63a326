"""Border: the line that two territories share, its stretches between neighbouring provinces, and where three meet.

Everything is cut from one topology (:mod:`geo.topology`): a stretch is exactly the vertices that a border has in common
with the outlines of the two provinces beside it, so stretches add up to the border and no line is stored twice.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import shapely
from pyproj import Geod

from geo.errors import InvalidGeometry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shapely.geometry.base import BaseGeometry

__all__ = ["Border", "Segment", "Tripoint", "border_id", "tripoints"]

_WGS84 = Geod(ellps="WGS84")
LAND = "land"
"""Name of what a stretch follows where it follows no river."""


def border_id(first: str, second: str) -> str:
    """Return the id of the border of two territories: both ids in alphabetical order.

    >>> border_id("uz", "af"), border_id("af", "uz")
    ('af-uz', 'af-uz')
    """
    if first == second:
        raise InvalidGeometry(f"{first!r} has no border with itself.", hint="Name two territories.")
    return "-".join(sorted((first, second)))


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a border between one province on each side, along one river or none.

    ``geometry`` is a MultiLineString in EPSG:4326; ``river`` is a river's id, or ``None`` where the stretch follows
    none that is recorded. ``first_unit`` belongs to the border's alphabetically first territory; which hand of the line it
    lies on is not said.
    """

    border: str
    first_unit: str
    second_unit: str
    river: str | None
    geometry: BaseGeometry

    @property
    def id(self) -> str:
        """``af-tj/af-kdz/tj-kt/panj``; the last part is ``land`` where no river is followed."""
        return f"{self.border}/{self.first_unit}/{self.second_unit}/{self.river or LAND}"

    @property
    def length_m(self) -> float:
        """Length on the WGS 84 ellipsoid, in metres."""
        return float(_WGS84.geometry_length(self.geometry))


@dataclass(frozen=True, slots=True)
class Tripoint:
    """A point (lon, lat in EPSG:4326) where three or more territories meet."""

    territories: tuple[str, ...]
    point: shapely.Point

    @property
    def id(self) -> str:
        """``tripoint/af-tj-uz``."""
        return f"tripoint/{'-'.join(self.territories)}"


@dataclass(frozen=True, slots=True)
class Border:
    """The line that two territories share.

    ``left`` and ``right`` are their ids in alphabetical order, ``geometry`` a LineString or MultiLineString in
    EPSG:4326.
    """

    left: str
    right: str
    geometry: BaseGeometry

    @classmethod
    def between(cls, first: str, second: str, geometry: BaseGeometry) -> Border:
        """Return the border of two territories; their order does not matter.

        Raises
        ------
        InvalidGeometry
            When both are one, or the geometry is no line or empty.
        """
        border_id(first, second)  # refuses a border with itself
        left, right = sorted((first, second))
        if geometry.is_empty or geometry.geom_type not in {"LineString", "MultiLineString"}:
            raise InvalidGeometry(
                f"The border {left}-{right} is {'empty' if geometry.is_empty else f'a {geometry.geom_type}'}.",
                hint="A border is a line: cut it from the two territories' polygons.",
            )
        return cls(left, right, geometry)

    @property
    def id(self) -> str:
        """Both ids, alphabetical: ``af-tj``."""
        return f"{self.left}-{self.right}"

    @property
    def length_m(self) -> float:
        """Length on the WGS 84 ellipsoid, in metres."""
        return float(_WGS84.geometry_length(self.geometry))

    def segments(
        self,
        first_units: Mapping[str, BaseGeometry],
        second_units: Mapping[str, BaseGeometry],
        rivers: Mapping[str, BaseGeometry],
    ) -> tuple[Segment, ...]:
        """Return the border's stretches, sorted by id.

        Parameters
        ----------
        first_units, second_units
            Provinces of the two territories: id → polygon in EPSG:4326, of the border's own topology.
        rivers
            Rivers that run in the border: id → line in EPSG:4326, cut from this border; may be empty.

        Raises
        ------
        InvalidGeometry
            When the stretches do not add up to the border: the provinces are of another topology, or some lack.
        """
        found = []
        for first_unit, left_shape in sorted(first_units.items()):
            on_left = _lines(shapely.intersection(self.geometry, left_shape.boundary))
            if on_left.is_empty:
                continue
            for second_unit, right_shape in sorted(second_units.items()):
                shared = _lines(shapely.intersection(on_left, right_shape.boundary))
                for river, line in sorted(rivers.items()):
                    wet = _lines(shapely.intersection(shared, line))
                    if not wet.is_empty:
                        found.append(Segment(self.id, first_unit, second_unit, river, wet))
                        shared = _lines(shapely.difference(shared, line))
                if not shared.is_empty:
                    found.append(Segment(self.id, first_unit, second_unit, None, shared))
        missing_m = abs(self.length_m - sum(segment.length_m for segment in found))
        if missing_m > 1:
            raise InvalidGeometry(
                f"The stretches of {self.id} differ from the border by {missing_m:,.0f} m.",
                hint="Take borders and provinces from one build of data/naturalearth.",
            )
        return tuple(sorted(found, key=lambda segment: segment.id))


def _lines(shape: BaseGeometry) -> BaseGeometry:
    """Keep the lines of a result, joined end to end, as a MultiLineString; points where lines only touch are dropped."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "LineString" and not part.is_empty]
    merged = shapely.line_merge(shapely.MultiLineString(parts))
    return shapely.normalize(shapely.MultiLineString(list(shapely.get_parts(merged))))


def tripoints(borders: Iterable[Border]) -> tuple[Tripoint, ...]:
    """Return the points where three or more territories meet, sorted by id; the order of the borders does not matter.

    A border may end at the sea or at a border that is not given: such an end is no tripoint.

    >>> from shapely import LineString
    >>> meeting = [("a", "b", (1, 1)), ("b", "c", (-1, 1)), ("a", "c", (0, -1))]
    >>> [point.id for point in tripoints(Border.between(x, y, LineString([(0, 0), end])) for x, y, end in meeting)]
    ['tripoint/a-b-c']
    """
    meeting: dict[tuple[float, float], set[str]] = defaultdict(set)
    for border in borders:
        for line in shapely.get_parts(shapely.line_merge(border.geometry)):
            if not line.is_ring:
                for end in (line.coords[0], line.coords[-1]):
                    meeting[end[0], end[1]] |= {border.left, border.right}
    found = [
        Tripoint(tuple(sorted(territories)), shapely.Point(at))
        for at, territories in meeting.items()
        if len(territories) > 2  # noqa: PLR2004 -- two make a border
    ]
    return tuple(sorted(found, key=lambda tripoint: (tripoint.id, tripoint.point.x, tripoint.point.y)))
