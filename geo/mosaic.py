"""Mosaic: areas side by side, and the runs of a line through them.

For countries, or for first-level units. They may leave parts of the world uncovered and may cross ±180; where two overlap,
or a line runs along their shared edge, the one whose id comes first takes the km, so that none is counted twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import Geod

from geo.antimeridian import cut_antimeridian, normalize
from geo.shapes import geodesic_area_m2, single_parts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt
    from shapely.geometry.base import BaseGeometry

__all__ = ["Mosaic", "Run", "runs", "surface_km2"]

_WGS84 = Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True)
class Run:
    """An unbroken part of a line: ``km`` on the ellipsoid in one area, or ``area`` ``None`` where there is none."""

    area: str | None
    km: float


@dataclass(frozen=True, slots=True)
class Mosaic:
    """Areas by id, sorted, with an index over their shapes (EPSG:4326, cut at ±180)."""

    ids: tuple[str, ...]
    shapes: npt.NDArray[np.object_]
    _tree: shapely.STRtree = field(repr=False, compare=False)
    _area_km2: dict[str, float] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, shapes: Mapping[str, BaseGeometry | None]) -> Mosaic:
        """Make a mosaic of polygons by id, in any order.

        ``None`` and empty shapes are left out; invalid ones are repaired.

        Raises
        ------
        InvalidGeometry
            A coordinate is not a finite number.

        Examples
        --------
        >>> Mosaic.of({"b": shapely.box(0, 0, 1, 1), "a": None}).ids
        ('b',)
        """
        held = {id_: shape for id_, shape in sorted(shapes.items()) if shape is not None and not shape.is_empty}
        polygons = np.empty(len(held), dtype=object)
        polygons[:] = list(held.values())
        polygons = normalize(polygons)
        shapely.prepare(polygons)
        return cls(tuple(held), polygons, shapely.STRtree(polygons))

    def area_km2(self, area: str) -> float:
        """Return the surface of an area on the ellipsoid, in km²."""
        if area not in self._area_km2:
            self._area_km2[area] = surface_km2(self.shapes[self.ids.index(area)])
        return self._area_km2[area]

    def surfaces_km2(self, shape: BaseGeometry | None) -> dict[str, float]:
        """Return how many km² of each area a polygon (EPSG:4326, cut at ±180) covers, sorted by id.

        Areas that it does not cover are left out; ``None`` covers nothing.
        """
        if shape is None:
            return {}
        met = np.sort(self._tree.query(shape, predicate="intersects"))
        parts = shapely.intersection(self.shapes[met], shape)
        covered = {self.ids[index]: surface_km2(part) for index, part in zip(met, parts, strict=True)}
        return {id_: km2 for id_, km2 in covered.items() if km2 > 0.0}

    def holders(self, lonlat: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        """Return for points, shape (n, 2), the position of the first area that holds each, and -1 where none does."""
        point, area = self._tree.query(shapely.points(lonlat), predicate="intersects")
        first = np.full(len(lonlat), len(self.ids))
        np.minimum.at(first, point, area)
        return np.where(first == len(self.ids), -1, first)

    def edges_near(self, line: BaseGeometry) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return starts and ends, shape (e, 2) each, of the areas' edges in the bounding boxes of a line's parts."""
        parts = shapely.get_parts(line)
        touched = np.unique(self._tree.query(parts)[1])
        rings = shapely.get_parts(shapely.boundary(self.shapes[touched]))
        lonlat, ring = shapely.get_coordinates(rings, return_index=True)
        joined = ring[1:] == ring[:-1] if len(ring) else np.empty(0, dtype=bool)
        starts, ends = lonlat[:-1][joined], lonlat[1:][joined]
        near = np.zeros(len(starts), dtype=bool)
        for west, south, east, north in shapely.bounds(parts):
            near |= (
                (np.minimum(starts, ends) <= (east, north)).all(axis=1)
                & (np.maximum(starts, ends) >= (west, south)).all(axis=1)
            )  # fmt: skip
        return starts[near], ends[near]


def runs(lonlat: Sequence[tuple[float, float]], mosaic: Mosaic) -> tuple[Run, ...]:
    """Return the runs of a line through a mosaic, from its start to its end.

    Parameters
    ----------
    lonlat
        Vertices in degrees (EPSG:4326), neighbours close as in :mod:`geo.curve`; longitudes may run on over ±180.
    mosaic
        The areas.

    Returns
    -------
    tuple of Run
        Neighbours differ in their area. The km add up to the line's length; a line of no length has no runs.

    Examples
    --------
    >>> mosaic = Mosaic.of({"a": shapely.box(0, 0, 1, 1), "b": shapely.box(1, 0, 2, 1)})
    >>> [(run.area, round(run.km)) for run in runs([(0.5, 0.5), (1.5, 0.5), (2.5, 0.5)], mosaic)]
    [('a', 56), ('b', 111), (None, 56)]
    """
    if len(lonlat) < 2:  # noqa: PLR2004 -- a line has two ends
        return ()
    line = cut_antimeridian(shapely.LineString(lonlat))
    vertices, part = shapely.get_coordinates(shapely.get_parts(line), return_index=True)
    joined = part[1:] == part[:-1]
    starts, ends = vertices[:-1][joined], vertices[1:][joined]
    _, _, metres = _WGS84.inv(*starts.T, *ends.T)
    edge, share, to_share = _pieces(starts, ends, *_cuts(starts, ends, *mosaic.edges_near(line)))
    km = (to_share - share) * np.asarray(metres)[edge] / 1000.0
    middle = starts[edge] + (ends - starts)[edge] * ((share + to_share) / 2.0)[:, None]
    holder = mosaic.holders(middle)[km > 0.0].tolist()
    measured = zip(holder, km[km > 0.0].tolist(), strict=True)
    return tuple(
        Run(None if area < 0 else mosaic.ids[area], sum(each for _, each in together))
        for area, together in groupby(measured, key=lambda pair: pair[0])
    )


def _cuts(
    starts: npt.NDArray[np.float64],
    ends: npt.NDArray[np.float64],
    area_starts: npt.NDArray[np.float64],
    area_ends: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Return edges of the line, and at which share (0 to 1) of each an area's edge meets it.

    A cut too many does no harm, since pieces in one area are put together again; so what is nearly met is met, and for
    edges that run side by side the ends of the area's edge are taken.
    """
    area_edges = np.asarray(shapely.linestrings(np.stack([area_starts, area_ends], axis=1)), dtype=object)
    edge, other = shapely.STRtree(area_edges).query(shapely.linestrings(np.stack([starts, ends], axis=1)))
    step, across = (ends - starts)[edge], (area_ends - area_starts)[other]
    offset = area_starts[other] - starts[edge]
    turn = _cross(step, across)
    squared = (step * step).sum(axis=1)
    is_parallel = np.abs(turn) <= 1e-12 * np.sqrt(squared * (across * across).sum(axis=1))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = _cross(offset, across) / turn
        on_other = _cross(offset, step) / turn
        alongside = [(end * step).sum(axis=1) / squared for end in (offset, offset + across)]
    slack = 1e-9
    meets = ~is_parallel & (on_other >= -slack) & (on_other <= 1.0 + slack)
    cut_edge = np.concatenate([edge[meets], edge[is_parallel], edge[is_parallel]])
    cut_share = np.concatenate([share[meets], *(each[is_parallel] for each in alongside)])
    within = (cut_share > 0.0) & (cut_share < 1.0)
    return cut_edge[within], cut_share[within]


def _pieces(
    starts: npt.NDArray[np.float64],
    ends: npt.NDArray[np.float64],
    cut_edge: npt.NDArray[np.int64],
    cut_share: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return edge, from which share and to which share of it, for every piece between two cuts, in the line's order."""
    count = np.arange(len(starts))
    moves = (starts != ends).any(axis=1)
    count = count[moves]
    edge = np.concatenate([count, cut_edge, count])
    share = np.concatenate([np.zeros(len(count)), cut_share, np.ones(len(count))])
    order = np.lexsort((share, edge))
    edge, share = edge[order], share[order]
    is_piece = edge[1:] == edge[:-1]
    return edge[:-1][is_piece], share[:-1][is_piece], share[1:][is_piece]


def _cross(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    crossed: npt.NDArray[np.float64] = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    return crossed


EDGE_DEG = 0.1
"""Longest step along a polygon's edge when its surface is measured, in degrees: it leaves some hectares of doubt."""


def surface_km2(shape: BaseGeometry) -> float:
    """Return the surface of a shape's polygons on the ellipsoid in km²; lines and points have none.

    Edges are straight in lon, lat (RFC 7946, section 3.1.1), not geodesics: a long one along a parallel is followed in
    short steps, so that a vertex more on it, as a cut at ±180 leaves, changes nothing.

    >>> round(surface_km2(shapely.box(0, 0, 1, 1)))
    12308
    """
    # An intersection may hold lines and points where shapes only touch: they have no surface.
    parts = [part for part in single_parts([shape]) if part.geom_type == "Polygon"]
    followed = (shapely.segmentize(part, EDGE_DEG) for part in parts)
    return sum(geodesic_area_m2(part) for part in followed) / 1e6
