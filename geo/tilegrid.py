"""The tile grid: WebMercatorQuad, the tile matrix set of the OGC that every web map shares.

Tiles are ``z, x, y`` with ``y`` counted from the north (the scheme of XYZ and OGC, not of TMS). Boxes and projection are
EPSG:3857 in its closed form, because they run for every request and over whole arrays; the matrices, as a document, are
morecantile's, and the tests hold that both agree.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import shapely

from geo.errors import OutsideTileMatrix

if TYPE_CHECKING:
    import numpy.typing as npt
    from morecantile import TileMatrixSet
    from shapely.geometry.base import BaseGeometry

__all__ = [
    "HALF_WORLD_M",
    "MAX_LATITUDE_DEG",
    "MAX_ZOOM",
    "BoundingBox",
    "Tile",
    "bounds",
    "bounds_3857",
    "check",
    "project_3857",
    "tile_at",
    "tile_matrix_set",
]

EARTH_RADIUS_M = 6_378_137.0
"""Radius of the sphere of EPSG:3857."""

HALF_WORLD_M = math.pi * EARTH_RADIUS_M
"""Distance from the centre of the EPSG:3857 square to each of its edges."""

MAX_LATITUDE_DEG = math.degrees(math.atan(math.sinh(math.pi)))
"""Latitude at which the EPSG:3857 world becomes a square: 85.05112878."""

MAX_ZOOM = 24
"""Deepest matrix that WebMercatorQuad defines."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile of WebMercatorQuad: ``z, x, y``, ``y`` counted from the north. Not checked: see :func:`check`."""

    z: int
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class BoundingBox:
    """A box ``west, south, east, north``, in the CRS that the function giving it names.

    In degrees, ``west > east`` says that the box crosses the antimeridian (RFC 7946 §5.2).
    """

    west: float
    south: float
    east: float
    north: float


@cache
def tile_matrix_set() -> TileMatrixSet:
    """Return morecantile's WebMercatorQuad. It is shared: do not change it."""
    # morecantile lists a folder and reads the environment when it is imported; nothing of ours may do that at import.
    import morecantile  # noqa: PLC0415 -- slow to import, needed on first use

    return morecantile.tms.get("WebMercatorQuad")


def tile_at(lon: float, lat: float, z: int) -> Tile:
    """Return the tile of zoom ``z`` in which a point lies.

    Parameters
    ----------
    lon, lat
        Degrees, EPSG:4326. Beyond ±180 or ±85.05112878 the nearest tile is given, so that every point has one. A point
        on an edge belongs to the tile east or south of it; the antimeridian at +180 to the easternmost.
    z
        Zoom, 0 to 24.

    Raises
    ------
    OutsideTileMatrix
        When ``z`` is not a zoom of WebMercatorQuad.

    Examples
    --------
    >>> tile_at(68.79, 38.56, 5)  # Dushanbe
    Tile(z=5, x=22, y=12)
    >>> tile_at(180.0, -90.0, 1)
    Tile(z=1, x=1, y=1)
    """
    check(Tile(z, 0, 0), MAX_ZOOM)
    tile_m, last = 2 * HALF_WORLD_M / 2**z, 2**z - 1
    x_m, y_m = project_3857(np.float64(lon), np.float64(lat))
    column = math.floor((float(x_m) + HALF_WORLD_M) / tile_m)
    row = math.floor((HALF_WORLD_M - float(y_m)) / tile_m)
    return Tile(z, min(max(column, 0), last), min(max(row, 0), last))


def bounds(tile: Tile) -> BoundingBox:
    """Return a tile's box in degrees, EPSG:4326.

    Raises
    ------
    OutsideTileMatrix
        When there is no such tile.

    Examples
    --------
    >>> bounds(Tile(1, 1, 0))
    BoundingBox(west=0.0, south=0.0, east=180.0, north=85.0511287798066)
    """
    check(tile, MAX_ZOOM)
    across = float(2**tile.z)

    def lon(column: int) -> float:
        return column / across * 360.0 - 180.0

    def lat(row: int) -> float:
        return math.degrees(math.atan(math.sinh(math.pi * (1.0 - 2.0 * row / across))))

    return BoundingBox(lon(tile.x), lat(tile.y + 1), lon(tile.x + 1), lat(tile.y))


def bounds_3857(tile: Tile) -> BoundingBox:
    """Return a tile's box in metres, EPSG:3857.

    Raises
    ------
    OutsideTileMatrix
        When there is no such tile.

    Examples
    --------
    >>> box = bounds_3857(Tile(1, 1, 0))
    >>> box.west, box.south, round(box.east, 3), round(box.north, 3)
    (0.0, 0.0, 20037508.343, 20037508.343)
    """
    check(tile, MAX_ZOOM)
    tile_m = 2 * HALF_WORLD_M / 2**tile.z
    return BoundingBox(
        west=tile.x * tile_m - HALF_WORLD_M,
        south=HALF_WORLD_M - (tile.y + 1) * tile_m,
        east=(tile.x + 1) * tile_m - HALF_WORLD_M,
        north=HALF_WORLD_M - tile.y * tile_m,
    )


def check(tile: Tile, maxzoom: int) -> Tile:
    """Return the tile if it is one of WebMercatorQuad down to ``maxzoom``.

    Parameters
    ----------
    tile
        What was asked for.
    maxzoom
        Deepest zoom that is served; beyond 24 it counts as 24.

    Raises
    ------
    OutsideTileMatrix
        When it is not; the hint names the range that is allowed.

    Examples
    --------
    >>> check(Tile(3, 7, 0), maxzoom=14)
    Tile(z=3, x=7, y=0)
    >>> check(Tile(3, 8, 0), maxzoom=14)
    Traceback (most recent call last):
    ...
    geo.errors.OutsideTileMatrix: There is no tile 3/8/0. At z 3, x and y run from 0 to 7.
    >>> check(Tile(15, 0, 0), maxzoom=14)
    Traceback (most recent call last):
    ...
    geo.errors.OutsideTileMatrix: There is no tile 15/0/0. z runs from 0 to 14.
    """
    deepest = min(maxzoom, MAX_ZOOM)
    missing = f"There is no tile {tile.z}/{tile.x}/{tile.y}."
    if not 0 <= tile.z <= deepest:
        raise OutsideTileMatrix(missing, hint=f"z runs from 0 to {deepest}.")
    last = 2**tile.z - 1
    if not (0 <= tile.x <= last and 0 <= tile.y <= last):
        raise OutsideTileMatrix(missing, hint=f"At z {tile.z}, x and y run from 0 to {last}.")
    return tile


@overload
def project_3857(geometry: BaseGeometry) -> BaseGeometry: ...
@overload
def project_3857(geometry: None) -> None: ...
@overload
def project_3857(geometry: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]: ...
@overload
def project_3857(
    lon: npt.ArrayLike, lat: npt.ArrayLike, /
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]: ...
def project_3857(geometry: Any, lat: Any = None) -> Any:
    """Project degrees (EPSG:4326) to metres (EPSG:3857).

    Parameters
    ----------
    geometry
        One geometry, an array of them, or longitudes in degrees when ``lat`` is given. ``None`` stays ``None`` and an
        empty geometry stays empty. A third coordinate is dropped.
    lat
        Latitudes in degrees, of the same shape as the longitudes.

    Returns
    -------
    geometry, array of geometries, or ``(x, y)``
        Metres. Latitudes beyond ±85.05112878 come to lie on the edge of the square; longitudes are not clamped, since a
        band may reach over the antimeridian before it is cut.

    Examples
    --------
    >>> x, y = project_3857([0.0, 180.0], [0.0, 90.0])
    >>> x.round(2).tolist(), y.round(2).tolist()
    ([0.0, 20037508.34], [0.0, 20037508.34])
    >>> project_3857(shapely.Point(0, 0))
    <POINT (0 0)>
    >>> project_3857(None) is None
    True
    """
    if lat is not None:
        lon = np.asarray(geometry, dtype=np.float64)
        lat = np.clip(np.asarray(lat, dtype=np.float64), -MAX_LATITUDE_DEG, MAX_LATITUDE_DEG)
        # arctanh(sin φ) is ln tan(π/4 + φ/2), and it is exactly 0 on the equator.
        return np.radians(lon) * EARTH_RADIUS_M, np.arctanh(np.sin(np.radians(lat))) * EARTH_RADIUS_M

    def project(lonlat: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack(project_3857(lonlat[:, 0], lonlat[:, 1]))

    return None if geometry is None else shapely.transform(geometry, project)
