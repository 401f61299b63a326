"""Frame: the part of the Earth that a figure shows, in which projection, and where on the sheet it lies.

Everything is drawn in millimetres of the sheet, x to the right and y upward. The projection is Albers' equal-area conic or
Lambert's conformal conic on the WGS 84 ellipsoid; its standard parallels lie a sixth of the extent inside it, as Snyder
(Map Projections: A Working Manual, 1987, p. 99) gives the rule.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyproj
import shapely

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["REGION", "Frame", "scale_bar_km"]

REGION: Final = (14.0, 30.0, 90.0, 58.0)
"""West, south, east, north of the whole region: from the Alps to the Altai."""

HONEST_DEG: Final = 5.0
"""A north arrow is drawn where north differs by no more than this from straight up anywhere in the frame."""

_GEOD = pyproj.Geod(ellps="WGS84")
_LARGEST_LAMBERT_DEG = 20.0
_NICE = (1, 2, 5)


class Frame:
    """A rectangle of the sheet that shows a box of the Earth.

    Parameters
    ----------
    bbox
        West, south, east, north in degrees; west < east.
    projection
        ``albers``, ``lambert``, or ``auto``: Lambert, which keeps shapes, where the box is small; else Albers, which keeps areas.
    left_mm, bottom_mm, width_mm, height_mm
        Where the rectangle lies on the sheet.
    is_whole
        Whether all of the box must be seen; otherwise its middle parallel and meridian fill the rectangle and its corners
        may be cut.
    """

    def __init__(
        self,
        bbox: tuple[float, float, float, float],
        *,
        projection: str,
        left_mm: float,
        bottom_mm: float,
        width_mm: float,
        height_mm: float,
        is_whole: bool = False,
    ) -> None:
        west, south, east, north = bbox
        if projection == "auto":
            projection = "lambert" if max(north - south, (east - west) / 2) <= _LARGEST_LAMBERT_DEG else "albers"
        self.projection = projection
        self.parallels = (round(south + (north - south) / 6, 1), round(north - (north - south) / 6, 1))
        self.origin = (round((south + north) / 2, 1), round((west + east) / 2, 1))
        kind = {"albers": "aea", "lambert": "lcc"}[projection]
        self._project = pyproj.Transformer.from_crs(
            "EPSG:4326",
            f"+proj={kind} +lat_1={self.parallels[0]} +lat_2={self.parallels[1]} +lat_0={self.origin[0]} "
            f"+lon_0={self.origin[1]} +ellps=WGS84 +units=m +no_defs",
            always_xy=True,
        )
        edge = _ring(bbox) if is_whole else _cross(bbox)
        x, y = self._project.transform(edge[:, 0], edge[:, 1])
        self.aspect = float((x.max() - x.min()) / (y.max() - y.min()))
        center = ((x.min() + x.max()) / 2, (y.min() + y.max()) / 2)
        self.m_per_mm = max((x.max() - x.min()) / width_mm, (y.max() - y.min()) / height_mm)
        self._shift = (
            center[0] - self.m_per_mm * (left_mm + width_mm / 2),
            center[1] - self.m_per_mm * (bottom_mm + height_mm / 2),
        )
        self.left_mm, self.bottom_mm, self.width_mm, self.height_mm = left_mm, bottom_mm, width_mm, height_mm

    @property
    def box(self) -> Any:  # noqa: ANN401 -- shapely is untyped here
        """The rectangle on the sheet as a polygon, in mm."""
        return shapely.box(self.left_mm, self.bottom_mm, self.left_mm + self.width_mm, self.bottom_mm + self.height_mm)

    def on_sheet(self, lon_lat: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return degrees, shape (n, 2), as millimetres of the sheet."""
        x, y = self._project.transform(lon_lat[:, 0], lon_lat[:, 1])
        return np.column_stack([(x - self._shift[0]) / self.m_per_mm, (y - self._shift[1]) / self.m_per_mm])

    def on_earth(self, xy_mm: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return millimetres of the sheet, shape (n, 2), as degrees."""
        lon, lat = self._project.transform(
            xy_mm[:, 0] * self.m_per_mm + self._shift[0],
            xy_mm[:, 1] * self.m_per_mm + self._shift[1],
            direction="INVERSE",
        )
        return np.column_stack([lon, lat])

    @cached_property
    def bbox(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees of all that lies in the rectangle."""
        edge = shapely.get_coordinates(shapely.segmentize(self.box.exterior, self.width_mm / 40))
        degrees = self.on_earth(edge)
        (west, south), (east, north) = degrees.min(axis=0), degrees.max(axis=0)
        return max(-180.0, float(west)), max(-85.0, float(south)), min(180.0, float(east)), min(89.0, float(north))

    @cached_property
    def _reach(self) -> Any:  # noqa: ANN401 -- shapely is untyped here
        west, south, east, north = self.bbox
        return shapely.box(west - 1, south - 1, east + 1, north + 1)

    def place(self, shapes: Any, *, longest_deg: float = 1.0) -> Any:  # noqa: ANN401 -- shapely is untyped here
        """Return shapes given in degrees as they lie on the sheet, cut off at the rectangle; may be empty.

        Edges longer than ``longest_deg`` are divided first, so that a parallel is a curve.
        """
        near = shapely.segmentize(shapely.intersection(shapes, self._reach), longest_deg)
        flat = shapely.transform(near, self.on_sheet)
        return shapely.intersection(shapely.make_valid(flat), self.box)

    def direction_deg(self, lon: float, lat: float, bearing_deg: float) -> float:
        """Return the direction on the sheet, counted from the x axis against the clock, of a bearing at a place."""
        there = _GEOD.fwd(lon, lat, bearing_deg, 10_000)[:2]
        (x0, y0), (x1, y1) = self.on_sheet(np.array([[lon, lat], there]))
        return math.degrees(math.atan2(y1 - y0, x1 - x0))

    @cached_property
    def km_per_mm(self) -> float:
        """Kilometres on the ellipsoid of a millimetre at the middle of the rectangle."""
        middle = np.array([self.left_mm + self.width_mm / 2, self.bottom_mm + self.height_mm / 2])
        east = np.array([1.0, 0.0])
        a, b = self.on_earth(np.stack([middle - east, middle + east]))
        return float(_GEOD.inv(a[0], a[1], b[0], b[1])[2]) / 2000

    @cached_property
    def has_honest_north(self) -> bool:
        """Whether north is so nearly straight up everywhere that one arrow may say so."""
        corners = self.on_earth(np.asarray(self.box.exterior.coords)[:4])
        return all(abs(self.direction_deg(lon, lat, 0.0) - 90) <= HONEST_DEG for lon, lat in corners.tolist())

    def graticule(self) -> list[tuple[str, int, Any]]:
        """Return ("lon" or "lat", degrees, line on the sheet) of each meridian and parallel in the rectangle."""
        west, south, east, north = self.bbox
        step = next((s for s in (1, 2, 5, 10, 20) if (east - west) / s <= _MOST_MERIDIANS), 20)
        meridians = range(math.ceil(west / step) * step, math.floor(east) + 1, step)
        parallels = range(math.ceil(south / step) * step, math.floor(north) + 1, step)
        lines = [("lon", lon, shapely.LineString([(lon, south), (lon, north)])) for lon in meridians]
        lines += [("lat", lat, shapely.LineString([(west, lat), (east, lat)])) for lat in parallels]
        placed = ((kind, degrees, self.place(line)) for kind, degrees, line in lines)
        return [line for line in placed if not line[2].is_empty]


_MOST_MERIDIANS = 12


def _ring(bbox: tuple[float, float, float, float]) -> npt.NDArray[np.float64]:
    coordinates: npt.NDArray[np.float64] = shapely.get_coordinates(shapely.segmentize(shapely.box(*bbox).exterior, 1.0))
    return coordinates


def _cross(bbox: tuple[float, float, float, float]) -> npt.NDArray[np.float64]:
    west, south, east, north = bbox
    lon, lat = (west + east) / 2, (south + north) / 2
    return np.array([[west, lat], [east, lat], [lon, south], [lon, north]])


def scale_bar_km(longest_km: float) -> float:
    """Return the longest 1, 2 or 5 times a power of ten that is not longer than this.

    >>> scale_bar_km(731.0), scale_bar_km(45.0)
    (500.0, 20.0)
    """
    power = 10.0 ** math.floor(math.log10(longest_km))
    return max(nice * power for nice in _NICE if nice * power <= longest_km)
