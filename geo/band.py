"""Band: how far from its axis a corridor may in truth lie. Width is kilometres of doubt, never volume.

The half-width follows from the attestation class alone:

============  =============  ==========================================================================================
class         half_width_km  why
============  =============  ==========================================================================================
statement     120            Countries are named and no more. A band must then not pick out one province or valley: 120 km
                             is more than the radius (of a circle of equal area) of three quarters of the 66 first-level
                             units of Afghanistan, Kyrgyzstan, Tajikistan, Turkmenistan and Uzbekistan (75th percentile
                             114 km), and more than half that of the smallest country named (Tajikistan, 213 km).
named_place   60             Towns are named, not the way between them. Half of the above, less than the radius of the
                             median unit (75 km): it tells one province from the next, and no road from another.
path          its accuracy   A measured line brings its own figure, at least 1 km.
area, border  none           The area or the border as a whole is meant and drawn; nothing runs inside it.
============  =============  ==========================================================================================

The figures are the least that is allowed: a record may ask for a wider band, never for a narrower one.

A band is the true-scale geodesic buffer of the axes that are no gap: circles on the ellipsoid around points of the axis,
joined pairwise by their hull. Nothing is projected, so a kilometre is a kilometre at any latitude.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import Geod

from geo.antimeridian import cut_antimeridian
from geo.errors import InvalidGeometry, TooPrecise
from geo.shapes import repair

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

    from geo.corridor import AttestationClass, Corridor

__all__ = ["HALF_WIDTH_KM", "Band", "geodesic_buffer", "half_width_km"]

HALF_WIDTH_KM: dict[AttestationClass, float | None] = {
    "statement": 120.0,
    "named_place": 60.0,
    "path": None,
    "area": None,
    "border": None,
}
"""Least half-width by class; ``None`` for ``path`` (its own accuracy) and for what has no band."""

MIN_PATH_KM = 1.0
CIRCLE_VERTICES = 48
STEP_KM = 50.0
"""Distance between circles. The hull of two strays from the geodesic between them by less than 100 m below 70° north."""

POLAR_LIMIT_DEG = 89.0

_WGS84 = Geod(ellps="WGS84")


def half_width_km(attestation_class: AttestationClass, accuracy_km: float | None = None) -> float | None:
    """Return the least half-width in km of a class, ``None`` where the class has no band.

    Raises
    ------
    TooPrecise
        Class ``path`` without an accuracy, or with one below 1 km.

    Examples
    --------
    >>> half_width_km("statement"), half_width_km("area"), half_width_km("path", 5.0)
    (120.0, None, 5.0)
    """
    if attestation_class == "path":
        if accuracy_km is None or accuracy_km < MIN_PATH_KM:
            raise TooPrecise(
                f"A path of accuracy {accuracy_km} km has no band.", hint=f"Give at least {MIN_PATH_KM:g} km."
            )
        return accuracy_km
    return HALF_WIDTH_KM[attestation_class]


@dataclass(frozen=True, slots=True)
class Band:
    """The band around a corridor.

    ``lines`` holds one sequence of (lon, lat) in degrees per axis, longitudes running on over ±180.
    """

    corridor_id: str
    lines: tuple[tuple[tuple[float, float], ...], ...]
    half_width_km: float

    @classmethod
    def around(cls, corridor: Corridor, half_width: float | None = None) -> Band | None:
        """Make the band of a corridor.

        Parameters
        ----------
        corridor
            Its axes that are no gap are wrapped: over a gap the doubt has no figure.
        half_width
            In km, to make it wider than its class asks; ``None`` means the class's own.

        Returns
        -------
        Band or None
            ``None`` when the class has no band, or no axis is known.

        Raises
        ------
        TooPrecise
            ``half_width`` is narrower than the class allows; names the record.
        """
        least = half_width_km(corridor.attestation_class, corridor.accuracy_km)
        if least is None or not corridor.known_axes:
            return None
        if half_width is not None and half_width < least:
            raise TooPrecise(
                f"Corridor {corridor.id}: a band of ±{half_width:g} km is narrower than its class "
                f"{corridor.attestation_class} allows (±{least:g} km).",
                hint="Leave the width out, or give evidence for a finer attestation class.",
            )
        lines = tuple(axis.lonlat for axis in corridor.known_axes)
        return cls(corridor.id, lines, least if half_width is None else half_width)

    @property
    def polygon(self) -> BaseGeometry:
        """The whole band: a valid Polygon or MultiPolygon in EPSG:4326, cut at the antimeridian."""
        return self._buffer(self.half_width_km)

    def rings(self, n: int = 12) -> tuple[BaseGeometry, ...]:
        """Return ``n`` nested polygons, the innermost (``1/n`` of the half-width) first and the whole band last.

        Painted over each other with one faint colour they shade from the axis to nothing: the band has no edge that could
        be read as a limit.
        """
        inner = [self._buffer(self.half_width_km * step / n) for step in range(1, n)]
        return (*inner, self.polygon)

    def _buffer(self, radius_km: float) -> BaseGeometry:
        return repair(shapely.union_all([geodesic_buffer(line, radius_km) for line in self.lines]))


def geodesic_buffer(lonlat: Sequence[tuple[float, float]], radius_km: float) -> BaseGeometry:
    """Return everything within ``radius_km`` of a line on the ellipsoid.

    Parameters
    ----------
    lonlat
        One or more (lon, lat) in degrees, neighbours close (longitudes run on over ±180).
    radius_km
        Above 0.

    Returns
    -------
    Polygon or MultiPolygon
        Valid, EPSG:4326, cut at the antimeridian.

    Raises
    ------
    InvalidGeometry
        No point, a radius of 0 or below, or a buffer that would reach a pole.

    Examples
    --------
    >>> west, south, east, north = geodesic_buffer([(68.0, 37.0)], 120.0).bounds
    >>> round(east - west, 2), round(north - south, 2)
    (2.7, 2.16)
    """
    if not lonlat or radius_km <= 0:
        raise InvalidGeometry(
            f"No band of {radius_km:g} km around {len(lonlat)} points.", hint="Give a point and a width above 0."
        )
    return _buffered(tuple(lonlat), radius_km)


# The same line is wrapped for its passage, its band, each of its legs and its rings.
@lru_cache(maxsize=1024)
def _buffered(lonlat: tuple[tuple[float, float], ...], radius_km: float) -> BaseGeometry:
    points = _thinned(lonlat)
    lon = np.repeat(np.array([point[0] for point in points]), CIRCLE_VERTICES)
    lat = np.repeat(np.array([point[1] for point in points]), CIRCLE_VERTICES)
    azimuth = np.tile(np.arange(CIRCLE_VERTICES) * (360.0 / CIRCLE_VERTICES), len(points))
    around_lon, around_lat, _ = _WGS84.fwd(lon, lat, azimuth, np.full(lon.shape, radius_km * 1000.0))
    around_lon = lon + (np.asarray(around_lon) - lon + 180.0) % 360.0 - 180.0
    around_lat = np.asarray(around_lat)
    if np.abs(around_lat).max() > POLAR_LIMIT_DEG:
        raise InvalidGeometry("A band reaches a pole.", hint="Corridors end below 88° of latitude.")
    circles = np.stack([around_lon, around_lat], axis=-1).reshape(len(points), CIRCLE_VERTICES, 2)
    hulls: list[BaseGeometry]
    if len(points) == 1:
        hulls = [shapely.Polygon(circles[0])]
    else:
        pairs = np.concatenate([circles[:-1], circles[1:]], axis=1)
        hulls = [*np.asarray(shapely.convex_hull(shapely.linestrings(pairs)), dtype=object)]
    return cut_antimeridian(shapely.union_all(hulls))


@lru_cache(maxsize=256)
def _thinned(lonlat: tuple[tuple[float, float], ...]) -> list[tuple[float, float]]:
    """Drop points that follow closer than STEP_KM; the first, the last and every corner stay."""
    kept = [lonlat[0]]
    vertices = np.array(lonlat, dtype=np.float64)
    ahead, behind, _ = map(np.asarray, _WGS84.inv(*vertices[:-1].T, *vertices[1:].T))
    turn = ahead[1:] - behind[:-1] - 180.0
    is_corner = np.abs((turn + 180.0) % 360.0 - 180.0) > 5.0  # noqa: PLR2004 - degrees; a curve turns less at a vertex
    for point, corner in zip(lonlat[1:-1], is_corner.tolist(), strict=True):
        if corner or _WGS84.inv(*kept[-1], *point)[2] >= STEP_KM * 1000.0:
            kept.append(point)
    if len(lonlat) > 1:
        kept.append(lonlat[-1])
    return kept
