"""Ground: the land beneath small maps, cut to a frame, thinned to its pixels and written as SVG paths once for each frame."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Self

import numpy as np
import shapely

from geo.gazetteer import Gazetteer

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import numpy.typing as npt
    from shapely.geometry.base import BaseGeometry

    from geo.area import Area

__all__ = ["HEIGHT", "WIDTH", "Ground", "Land", "View", "path_of"]

WIDTH, HEIGHT = 480, 300
"""In units of the drawing, about CSS pixels."""
STEPS: Final = 2
"""Outlines are drawn in whole numbers, so many to a unit of the drawing: half a pixel is finer than a small map is seen."""
_TOLERANCE_PX: Final = 1.0
"""In the narrowest frame that a shape is thinned for."""
_LEAST_RING_PX2: Final = 1.5
"""Islands that are smaller are specks."""
_ADMIN1_SPAN_DEG: Final = 16.0
"""A map that is wider shows no provinces."""
_MOST_FRAMES: Final = 256


@dataclass(frozen=True, slots=True)
class View:
    """An equirectangular map of a box, true to scale in its middle latitude; degrees."""

    west: float
    south: float
    east: float
    north: float

    @property
    def span_deg(self) -> float:
        """How many degrees of longitude it shows."""
        return self.east - self.west

    def xy(self, lon: float, lat: float) -> tuple[float, float]:
        """Return where a point stands in the drawing."""
        return (
            (lon - self.west) / (self.east - self.west) * WIDTH,
            (self.north - lat) / (self.north - self.south) * HEIGHT,
        )


@dataclass(frozen=True, slots=True)
class Land:
    """What a frame shows: paths, empty where nothing is drawn, and the areas that may be named, those that fill most first.

    ``borders`` is all land that a country holds, ``disputed`` the areas that none does alone, ``provinces`` their units.
    """

    borders: str
    disputed: str
    provinces: str
    countries: tuple[Area, ...]
    units: tuple[Area, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Countries and provinces with their names, EPSG:4326. Made once for a process."""

    gazetteer: Gazetteer
    countries: tuple[Area, ...]
    provinces: tuple[Area, ...]
    country_tree: shapely.STRtree = field(repr=False)
    province_tree: shapely.STRtree = field(repr=False)

    @classmethod
    def read(cls, root: Path) -> Self:
        """Read it from the data folder.

        Raises
        ------
        MissingData, DamagedData, UnrecordedSource
            See :meth:`geo.gazetteer.Gazetteer.read`.
        """
        gazetteer = Gazetteer.read(root)
        drawn = [area for area in gazetteer.areas.values() if area.geometry is not None]
        provinces = tuple(area for area in drawn if _is_province(area, gazetteer))
        countries = tuple(area for area in drawn if not _is_province(area, gazetteer))
        return cls(gazetteer, countries, provinces, _tree(countries), _tree(provinces))

    def land(self, view: View) -> Land:
        """Return what a frame shows; neighbouring records often share one."""
        return _land(self, view)

    def path(self, area: Area, view: View) -> str:
        """Return an area, or the countries of a region, as one path; empty where no shape of it is held."""
        parts = [self.gazetteer.areas[member] for member in area.members] or [area]
        return "".join(_path(self, part.id, view) for part in parts if part.geometry is not None)


@lru_cache(maxsize=_MOST_FRAMES)
def _land(ground: Ground, view: View) -> Land:
    box = shapely.box(view.west, view.south, view.east, view.north)
    states: list[Area] = []
    disputed: list[Area] = []
    for row in sorted(ground.country_tree.query(box).tolist()):
        area = ground.countries[row]
        (states if _is_state(area) else disputed).append(area)
    units = []
    if view.span_deg <= _ADMIN1_SPAN_DEG:
        units = [ground.provinces[row] for row in sorted(ground.province_tree.query(box).tolist())]
    size = {area.id: shapely.area(shapely.clip_by_rect(area.geometry, *box.bounds)) for area in states}
    return Land(
        borders="".join(_path(ground, area.id, view) for area in states),
        disputed="".join(_path(ground, area.id, view) for area in disputed),
        provinces="".join(_path(ground, area.id, view) for area in units),
        countries=tuple(sorted(states, key=lambda area: (-size[area.id], area.id))),
        units=tuple(units),
    )


def path_of(shape: BaseGeometry | None, view: View) -> str:
    """Return an area as an SVG path in whole numbers, :data:`STEPS` to a unit of the drawing; empty where nothing is seen.

    >>> path_of(shapely.box(60, 35, 62, 37), View(58, 34, 68, 40.25))
    'M384 504l0-192-192 0 0 192z'
    """
    if shape is None:
        return ""
    margin_deg = view.span_deg / 20
    box = view.west - margin_deg, view.south - margin_deg, view.east + margin_deg, view.north + margin_deg
    polygons = [part for part in shapely.get_parts(shapely.clip_by_rect(shape, *box)) if part.geom_type == "Polygon"]
    least_deg2 = _LEAST_RING_PX2 * (view.span_deg / WIDTH) * ((view.north - view.south) / HEIGHT)
    rings = (ring for polygon in polygons for ring in (polygon.exterior, *polygon.interiors))
    return "".join(_ring(shapely.get_coordinates(ring), view, least_deg2) for ring in rings)


@lru_cache(maxsize=_MOST_FRAMES * 16)
def _path(ground: Ground, area_id: str, view: View) -> str:
    return path_of(_thinned(ground, area_id, math.floor(math.log2(view.span_deg))), view)


@lru_cache(maxsize=_MOST_FRAMES * 16)
def _thinned(ground: Ground, area_id: str, doublings: int) -> BaseGeometry | None:
    """Return an area's shape for all frames that are 2 ** ``doublings`` degrees wide, or up to twice that."""
    return shapely.simplify(ground.gazetteer.areas[area_id].geometry, 2.0**doublings / WIDTH * _TOLERANCE_PX)


def _ring(lonlat: npt.NDArray[np.float64], view: View, least_deg2: float) -> str:
    x, y = lonlat[:, 0], lonlat[:, 1]
    if abs(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1])) / 2 < least_deg2:
        return ""
    across = (x - view.west) / (view.east - view.west) * WIDTH * STEPS
    down = (view.north - y) / (view.north - view.south) * HEIGHT * STEPS
    at = np.rint(np.column_stack([across, down])).astype(int)
    steps = np.diff(at, axis=0)
    steps = steps[steps.any(axis=1)][:-1]
    if len(steps) < 2:  # noqa: PLR2004 -- a ring has three corners
        return ""
    told = " ".join(f"{dx} {dy}" for dx, dy in steps.tolist()).replace(" -", "-")
    return f"M{at[0][0]} {at[0][1]}l{told}z"


def _tree(areas: Iterable[Area]) -> shapely.STRtree:
    return shapely.STRtree([area.geometry for area in areas if area.geometry is not None])


def _is_province(area: Area, gazetteer: Gazetteer) -> bool:
    """Whether an area is part of a country. Disputed areas bear a name, not a code; they are land like any country."""
    return "-" in area.id and area.id.partition("-")[0] in gazetteer.areas


def _is_state(area: Area) -> bool:
    """Whether an area has an ISO 3166-1 code; one without is disputed, and no country to be named here."""
    return len(area.id) == 2  # noqa: PLR2004 -- alpha-2
