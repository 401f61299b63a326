"""Area: a country, a province or a named region, as records speak of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import shapely
from pyproj import Geod

from geo.errors import InvalidGeometry
from geo.shapes import geodesic_area_m2

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shapely.geometry.base import BaseGeometry

__all__ = ["Area", "label_point_of"]

_WGS84 = Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True)
class Area:
    """A named piece of the earth: country (``af``), province (``af-kdz``) or region (``central-asia``).

    ``geometry`` is a Polygon or MultiPolygon in EPSG:4326, or ``None`` where only the label point is known (a province
    outside the region that is held in full) and for regions, whose shape is the union of their ``members``.
    ``label_lon``, ``label_lat`` are degrees; the point stands for the whole area and is no place of its own.
    ``is_labelled`` says whether its name belongs on the base map: of overlapping regions only one does.
    """

    id: str
    name: Mapping[str, str | None]
    geometry: BaseGeometry | None
    label_lon: float
    label_lat: float
    members: tuple[str, ...] = ()
    is_labelled: bool = True

    @property
    def label_point(self) -> tuple[float, float]:
        """The label point as (lon, lat), in degrees."""
        return self.label_lon, self.label_lat

    @property
    def is_region(self) -> bool:
        """Whether this is a region made of countries."""
        return bool(self.members)


def label_point_of(geometries: Iterable[BaseGeometry]) -> tuple[float, float]:
    """Return the label point (lon, lat in degrees) of several countries taken together.

    The largest part of each geometry counts, so that overseas parts do not pull the point away; the centroids of these
    parts are averaged on the sphere, weighted by area. Where that point lies in none of the geometries, the nearest
    centroid is taken instead.

    Parameters
    ----------
    geometries
        Polygons or MultiPolygons in EPSG:4326; empty ones and ``None`` count for nothing.

    Raises
    ------
    InvalidGeometry
        When nothing is left to average.

    Examples
    --------
    >>> lon, lat = label_point_of([shapely.box(0, 0, 2, 2), shapely.box(2, 0, 4, 2)])
    >>> round(lon, 2), round(lat, 2)
    (2.0, 1.0)
    """
    parts = [_largest_part(geometry) for geometry in geometries if geometry is not None and not geometry.is_empty]
    if not parts:
        raise InvalidGeometry("No label point: there is no polygon.", hint="Name members that have a geometry.")
    weights = [geodesic_area_m2(part) for part in parts]
    vectors = [_unit_vector(part.centroid.x, part.centroid.y) for part in parts]
    mean = [sum(w * v[i] for w, v in zip(weights, vectors, strict=True)) for i in range(3)]
    lon = math.degrees(math.atan2(mean[1], mean[0]))
    lat = math.degrees(math.atan2(mean[2], math.hypot(mean[0], mean[1])))
    if any(part.covers(shapely.Point(lon, lat)) for part in parts):
        return lon, lat
    centroids = [part.representative_point() for part in parts]
    nearest = min(centroids, key=lambda point: _WGS84.inv(lon, lat, point.x, point.y)[2])
    return nearest.x, nearest.y


def _largest_part(geometry: BaseGeometry) -> BaseGeometry:
    parts: list[BaseGeometry] = list(shapely.get_parts(geometry))
    return max(parts, key=lambda part: (geodesic_area_m2(part), part.bounds))


def _unit_vector(lon: float, lat: float) -> tuple[float, float, float]:
    lam, phi = math.radians(lon), math.radians(lat)
    return math.cos(phi) * math.cos(lam), math.cos(phi) * math.sin(lam), math.sin(phi)
