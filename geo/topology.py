"""The one topology that countries, land, borders and first-level units are all drawn from.

The units of the six countries in focus keep a name of their own in it; all other units are merged into their territory.
Each arc is simplified once, by the area that it bounds:

==============================================  =========
an arc that touches                             tolerance
==============================================  =========
Afghanistan, Tajikistan or Uzbekistan           none
Turkmenistan, Kyrgyzstan or Kazakhstan          0.003°
anything else, where lon -12…90 and lat 25…70   0.012°
the rest of the world                           0.05°
==============================================  =========

Nothing is moved at the 180th meridian.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.arcs import Arc, assemble, extract_arcs, relabel
from geo.simplification import drop_islands, simplify_arcs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["FOCUS", "UNIT_MARK", "Topology", "clean_coverage", "focus_of", "territory_in"]

FOCUS = {
    **dict.fromkeys(("af", "tj", "uz"), 0),
    **dict.fromkeys(("kg", "kz", "tm"), 1),
    **dict.fromkeys(("cn", "ir", "pk", "ru"), 2),
}
"""Territory → level of focus; every other territory has 3."""

UNIT_MARK = "/"
"""What stands between territory and unit in the name of an area: ``tj/tj-kt``."""

_FOCUS_DEG = (0.0, 0.003)
_WINDOW = (-12.0, 25.0, 90.0, 70.0)
_WINDOW_DEG = 0.012
_WORLD_DEG = 0.05
_ANTIMERIDIAN = 180.0


def focus_of(territory: str) -> int:
    """Return a territory's level of focus, 0 (the article's countries) to 3.

    Examples
    --------
    >>> [focus_of(id_) for id_ in ("tj", "kz", "ir", "ca")]
    [0, 1, 2, 3]
    """
    return FOCUS.get(territory, 3)


def clean_coverage(polygons: Sequence[Any]) -> NDArray[np.object_]:
    """Mend invalid polygons and the places where two overlap; every other vertex stays where it is.

    Needs shapely 2.2, which only this maintainers' script does.
    """
    mended = np.asarray(polygons, dtype=object)
    mended = np.where(shapely.is_valid(mended), mended, shapely.make_valid(mended))
    cleaned: NDArray[np.object_] = shapely.coverage_clean(mended, snapping_distance=0.0)  # type: ignore[attr-defined]  # the stubs are of shapely 2.1
    return cleaned


class Topology:
    """The simplified arcs between areas, and what is drawn from them.

    Parameters
    ----------
    polygons
        A clean coverage in EPSG:4326 (lon, lat).
    areas
        The area of each polygon: a territory's id, or ``territory/unit`` in the countries of focus 0 and 1.
    """

    def __init__(self, polygons: Sequence[Any], areas: Sequence[str]) -> None:
        arcs = drop_islands(extract_arcs(polygons, areas), _smallest_island)
        self.arcs: tuple[Arc, ...] = tuple(simplify_arcs(arcs, _tolerance))
        self.territory_arcs: tuple[Arc, ...] = tuple(relabel(self.arcs, territory_in))

    def units(self) -> dict[str, shapely.MultiPolygon]:
        """Return the units of the countries in focus: name of the area → shape."""
        return {name: shape for name, shape in assemble(self.arcs).items() if UNIT_MARK in name}

    def territories(self) -> dict[str, shapely.MultiPolygon]:
        """Return territory → shape."""
        return assemble(self.territory_arcs)

    def land(self) -> shapely.MultiPolygon:
        """Return all territories as one shape; the Caspian is a hole in it."""
        return assemble(relabel(self.territory_arcs, lambda _: "land"))["land"]

    def borders(self) -> dict[tuple[str, str], shapely.MultiLineString]:
        """Return (territory, territory) in alphabetical order → line with the first on its left hand."""
        pieces: dict[tuple[str, str], list[Any]] = {}
        for arc in self.territory_arcs:
            if arc.left is None or arc.right is None:
                continue
            points = arc.points if arc.left < arc.right else arc.points[::-1]
            low, high = arc.sides
            pieces.setdefault((low, high), []).append(points)
        lines = {}
        for pair in sorted(pieces):
            merged = shapely.line_merge(shapely.MultiLineString(pieces[pair]), directed=True)
            parts = sorted(shapely.get_parts(merged).tolist(), key=lambda line: (-line.length, line.bounds))
            lines[pair] = shapely.MultiLineString(parts)
        return lines


def territory_in(area: str) -> str:
    """Return the territory that an area belongs to.

    Examples
    --------
    >>> territory_in("tj/tj-kt"), territory_in("ir")
    ('tj', 'ir')
    """
    return area.partition(UNIT_MARK)[0]


def _focus_deg(arc: Arc) -> float | None:
    """Return the tolerance of an arc at a country of focus 0 or 1, else ``None``."""
    levels = [level for side in arc.sides if (level := focus_of(territory_in(side))) < len(_FOCUS_DEG)]
    return _FOCUS_DEG[min(levels)] if levels else None


def _tolerance(arc: Arc) -> NDArray[np.float64]:
    degrees = _focus_deg(arc)
    x, y = arc.points.T
    if degrees is None:
        west, south, east, north = _WINDOW
        is_inside = (x >= west) & (x <= east) & (y >= south) & (y <= north)
        tolerance = np.where(is_inside, _WINDOW_DEG, _WORLD_DEG)
    else:
        tolerance = np.full(len(x), degrees)
    return np.where(np.abs(x) == _ANTIMERIDIAN, 0.0, tolerance)


def _smallest_island(arc: Arc) -> float:
    """Return the size below which an island is left out: a square of three times the tolerance."""
    tolerance = float(np.median(_tolerance(arc)))
    return (3 * tolerance) ** 2
