"""Overpass: download the ways of a region, politely, cell by cell, so that what is done stays done.

The region is cut along a fixed grid of 2 by 2 degrees. Each cell is one request, one after the other, and is filed when its
answer is complete; a later run – after a broken line, or for a region that overlaps – asks only for what is not there. At
the end all cells of the region become one OSM XML file. Ways are taken whole, so they meet across the edges of cells.
"""

from __future__ import annotations

import fcntl
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely
from pyproj import Geod

from geo.antimeridian import cut_antimeridian
from geo.errors import FailedDownload, InvalidGeometry, UnreadableNetwork, UnwritableWorkspace
from geo.network import query_overpass
from geo.osmextract import KEPT_TAGS, OsmExtract, Way, coordinate_fault
from geo.waykind import way_kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

__all__ = ["ENDPOINT", "Cell", "Fetched", "area_along", "area_of_bbox", "cells_of", "fetch_network"]

LonLat = tuple[float, float]

ENDPOINT = "https://overpass-api.de/api"
"""The public Overpass API that osmnx, too, asks by default."""

CELL_DEG = 2
"""Side of a cell: the main roads in it are a few megabytes at most."""

EDGE_DEG = 0.05
"""How far a cell stays away from ±180: osmnx widens what it asks for by half a kilometre, and must not cross the line."""

MAX_CELL_LAT = 84
"""No road lies nearer to a pole, and UTM, in which osmnx widens, ends there."""

MARGIN_DEG = 0.5
"""How far the region along some places reaches to each side of the lines between them."""

STEP_M = 25_000.0
STATUS_TIMEOUT_S = 30

_WGS84 = Geod(ellps="WGS84")


class Cell(NamedTuple):
    """A cell of the grid by its southern and western edge in whole degrees, multiples of :data:`CELL_DEG`."""

    south: int
    west: int

    @property
    def id(self) -> str:
        """Its name: ``Cell(36, 66).id`` is ``"n36e066"``."""
        return f"{'s' if self.south < 0 else 'n'}{abs(self.south):02}{'w' if self.west < 0 else 'e'}{abs(self.west):03}"

    @property
    def bbox(self) -> tuple[float, float, float, float]:
        """What is asked for: west, south, east, north in degrees, kept away from ±180."""
        return (
            max(self.west, EDGE_DEG - 180.0),
            float(self.south),
            min(self.west + CELL_DEG, 180.0 - EDGE_DEG),
            float(self.south + CELL_DEG),
        )


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a download has brought: the file, and how many cells were asked for now and how many were there before."""

    path: Path
    asked: int
    kept: int
    ways: int


def area_of_bbox(west: float, south: float, east: float, north: float) -> BaseGeometry:
    """Return a box in degrees, EPSG:4326, as polygons; ``west > east`` means that it crosses ±180.

    Raises
    ------
    InvalidGeometry
        An edge lies outside the world, or the box holds nothing.

    Examples
    --------
    >>> area_of_bbox(178, 64, -178, 66).bounds
    (-180.0, 64.0, 180.0, 66.0)
    """
    for lon, lat in ((west, south), (east, north)):
        if fault := coordinate_fault(lon, lat):
            raise InvalidGeometry(f"A corner of the box {fault}", hint="Give west, south, east, north in degrees.")
    if west == east or south >= north:
        raise InvalidGeometry(
            f"The box {west:g},{south:g},{east:g},{north:g} holds nothing.",
            hint="Give west, south, east, north in degrees, south below north.",
        )
    if west < east:
        return shapely.box(west, south, east, north)
    return shapely.union(shapely.box(west, south, 180, north), shapely.box(-180, south, east, north))


def area_along(points: Sequence[LonLat]) -> BaseGeometry:
    """Return what lies within :data:`MARGIN_DEG` of the geodesics through some points (lon, lat), EPSG:4326.

    One point has an area too; no point has an empty one.

    Examples
    --------
    >>> cells_of(area_along([(66.5, 37.0), (67.5, 37.0)]))
    (Cell(south=36, west=66),)
    """
    if len(points) < 2:  # noqa: PLR2004 -- one point is no line
        line: BaseGeometry = shapely.MultiPoint(list(points))
    else:
        parts = []
        for a, b in pairwise(points):
            metres = float(_WGS84.inv(*a, *b)[2])
            between = _WGS84.npts(*a, *b, int(metres // STEP_M)) if metres > STEP_M else []
            lonlat = np.array([a, *between, b])
            # Longitudes run on over ±180, so that the line can be cut there.
            lonlat[:, 0] = np.unwrap(lonlat[:, 0], period=360.0)
            parts.append(cut_antimeridian(shapely.LineString(lonlat)))
        line = shapely.union_all(parts)
    return line.buffer(MARGIN_DEG)


def cells_of(area: BaseGeometry) -> tuple[Cell, ...]:
    """Return the cells that an area (EPSG:4326) reaches into, from south to north and from west to east.

    An area that only touches a cell does not reach into it; an empty area has no cells.
    """
    if area.is_empty:
        return ()
    west, south, east, north = area.bounds
    lats = range(_floor(max(south, -MAX_CELL_LAT)), int(np.ceil(min(north, MAX_CELL_LAT))), CELL_DEG)
    lons = range(_floor(max(west, -180)), int(np.ceil(min(east, 180))), CELL_DEG)
    boxes = ((Cell(lat, lon), shapely.box(lon, lat, lon + CELL_DEG, lat + CELL_DEG)) for lat in lats for lon in lons)
    return tuple(cell for cell, box in boxes if area.intersects(box) and not area.touches(box))


def _floor(degrees: float) -> int:
    return int(degrees // CELL_DEG) * CELL_DEG


def fetch_network(
    area: BaseGeometry,
    *,
    kind: str,
    cache: Path,
    output: Path,
    classes: Iterable[str] | None = None,
    endpoint: str = ENDPOINT,
    contact: str = "",
    refresh: bool = False,
    on_cell: Callable[[int, int], None] | None = None,
) -> Fetched:
    """Download the ways in an area from Overpass.

    Parameters
    ----------
    area
        EPSG:4326, see :func:`area_of_bbox` and :func:`area_along`.
    kind, classes
        Which ways, see :mod:`geo.waykind`.
    cache
        Folder of finished cells; is made.
    output
        OSM XML file to write, for :func:`geo.network.read_network`.
    endpoint
        Address of an Overpass API, without ``/interpreter``.
    contact
        E-mail address or web page of whoever asks, told to the server; ``""`` for none.
    refresh
        Ask again for cells that are there.
    on_cell
        Called with the number of finished cells and of all, before the first request and after each cell; ``None`` for nobody.

    Raises
    ------
    FailedDownload
        No connection, no complete answer, another download at work in the same cache, or nothing of the kind in the area.
        Finished cells are kept.
    UnwritableWorkspace
        A folder cannot be written.
    UnknownNetworkKind
        There is no such kind, or it has no such class.
    """
    way = way_kind(kind)
    chosen = way.choose(classes)
    cells = cells_of(area)
    identity = f"corridormap/{metadata.version('corridormap')}" + (f" ({contact})" if contact else "")
    with _only_one(cache):
        folder = cache / "-".join([kind, *chosen])
        folder.mkdir(exist_ok=True)
        found: dict[Cell, OsmExtract] = {}
        for cell in () if refresh else cells:
            try:
                found[cell] = OsmExtract.read(folder / f"{cell.id}.osm", way, chosen)
            except UnreadableNetwork:
                continue
        kept = len(found)
        tell = on_cell or (lambda *_: None)
        tell(kept, len(cells))
        lacking = [cell for cell in cells if cell not in found]
        if lacking:
            _greet(endpoint, identity)
        for cell in lacking:
            found[cell] = _fetch_cell(cell, way.overpass_filter(chosen), endpoint=endpoint, identity=identity)
            found[cell].write(folder / f"{cell.id}.osm")
            tell(len(found), len(cells))
        merged = OsmExtract.merge(found.values())
        if not merged.ways:
            raise FailedDownload(
                f"OpenStreetMap has no way with {way.tag}={' or '.join(chosen)} in this area.",
                hint="Choose a larger area or other classes.",
            )
        output.parent.mkdir(parents=True, exist_ok=True)
        merged.write(output)
    return Fetched(output, len(lacking), kept, len(merged.ways))


@contextmanager
def _only_one(cache: Path) -> Iterator[None]:
    """Hold the cache alone: two downloads at once would be two requests at once."""
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with (cache / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise FailedDownload(
                    f"Another download is at work in {cache}.", hint="Wait for it to end: one request at a time."
                ) from error
            yield
    except OSError as error:
        raise UnwritableWorkspace(
            f"{error.filename or cache} cannot be written: {error.strerror or error}.",
            hint="Name another folder with -o or --workspace, or mend its permissions.",
        ) from error


def _greet(endpoint: str, identity: str) -> None:
    """Find out at once whether the server is there; osmnx would wait a minute before it says so."""
    if not endpoint.startswith(("https://", "http://")):
        raise FailedDownload(f"{endpoint!r} is no address of an Overpass API.", hint="It begins with https://.")
    request = urllib.request.Request(f"{endpoint.rstrip('/')}/status", headers={"User-Agent": identity})  # noqa: S310 -- http or https, see above
    try:
        with urllib.request.urlopen(request, timeout=STATUS_TIMEOUT_S):  # noqa: S310 -- as above
            pass
    except urllib.error.HTTPError as error:
        # It is there; whether it serves, the request itself will tell.
        error.close()
    except OSError as error:
        raise FailedDownload(
            f"{endpoint} cannot be reached: {getattr(error, 'reason', error)}.",
            hint="Run the command again when there is a connection; finished cells are kept.",
        ) from error


def _fetch_cell(cell: Cell, way_filter: str, *, endpoint: str, identity: str) -> OsmExtract:
    try:
        return _extract(query_overpass(cell.bbox, way_filter, endpoint=endpoint, identity=identity))
    except FailedDownload as error:
        raise FailedDownload(
            f"Cell {cell.id}: {error.message}", hint="Run the command again later; finished cells are kept."
        ) from error
    except (KeyError, TypeError, ValueError) as error:
        raise FailedDownload(
            f"Cell {cell.id}: {endpoint} answered something else than OSM data.",
            hint="Run the command again later; finished cells are kept.",
        ) from error


def _extract(answer: Mapping[str, Any]) -> OsmExtract:
    """Return Overpass JSON as an extract; ValueError, KeyError or TypeError where it is none."""
    ways, nodes = {}, {}
    for element in answer["elements"]:
        if element["type"] == "way":
            tags = {key: str(value) for key, value in element.get("tags", {}).items() if key in KEPT_TAGS}
            ways[int(element["id"])] = Way(int(element["id"]), tuple(map(int, element["nodes"])), tags)
        elif element["type"] == "node":
            lon, lat = float(element["lon"]), float(element["lat"])
            if coordinate_fault(lon, lat):
                raise ValueError(element["id"])
            nodes[int(element["id"])] = (lon, lat)
    if not nodes.keys() >= {node for way in ways.values() for node in way.nodes}:
        raise ValueError("nodes are missing")
    as_of = answer.get("osm3s", {}).get("timestamp_osm_base")
    return OsmExtract(
        tuple(ways[id_] for id_ in sorted(ways)),
        {id_: nodes[id_] for id_ in sorted(nodes)},
        str(as_of) if as_of else None,
    )
