"""NetworkPath: the shortest way along a network through places – plausible, attested by nobody.

Length alone decides. Nothing is known of times, gradients, closures or borders, and nothing is meant to be: this is no
routing service. Places are moved to the nearest node of the network, and no further than a stated limit.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from pyproj import Geod

from geo.corridor import ATTESTATION_CLASSES
from geo.errors import InvalidGeometry, TooPrecise, UnreachablePlace
from geo.osmextract import coordinate_fault
from geo.shapes import geodesic_length_m

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from geo.waygraph import WayGraph

__all__ = [
    "ATTRIBUTION",
    "LICENCE",
    "MAX_SNAP_KM",
    "TITLE",
    "NetworkPath",
    "PathLeg",
    "Waypoint",
    "check_class",
    "path_between",
]

TITLE = {"rail": "plausible railway, not attested", "road": "plausible road, not attested"}
"""What every path is called, by kind of network."""

ATTRIBUTION = "© OpenStreetMap contributors (openstreetmap.org/copyright)"
LICENCE = "ODbL-1.0"

MAX_SNAP_KM = 10.0
"""How far a place may lie from the network: main roads pass large towns at such distances from their centres."""

FINE_ENOUGH = ("named_place", "path")
"""Attestation classes of corridors that name the places between which a path may be sought."""

_WGS84 = Geod(ellps="WGS84")


class Waypoint(NamedTuple):
    """A place to pass: its id and its position in degrees, EPSG:4326."""

    id: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class PathLeg:
    """The path from one place to the next.

    ``line`` is a LineString in EPSG:4326 from node to node, empty where both places are nearest to one node. ``length_m``
    is its length and ``straight_m`` that of the geodesic between its ends, both on the ellipsoid. ``origin_snap_m`` and
    ``destination_snap_m`` say how far each place lies from its node. ``nodes`` are OSM ids.
    """

    origin: str
    destination: str
    line: shapely.LineString
    length_m: float
    straight_m: float
    origin_snap_m: float
    destination_snap_m: float
    nodes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NetworkPath:
    """A path with its terms: it is made of OpenStreetMap data and must say so wherever it goes."""

    kind: str
    legs: tuple[PathLeg, ...]
    attribution: str = ATTRIBUTION
    licence: str = LICENCE

    @property
    def title(self) -> str:
        """What it is: plausible, not attested."""
        return TITLE[self.kind]

    @property
    def line(self) -> shapely.LineString:
        """All legs as one LineString in EPSG:4326; empty where every leg is."""
        lonlat: list[tuple[float, ...]] = []
        for leg in self.legs:
            vertices = list(leg.line.coords)
            lonlat += vertices[1:] if lonlat else vertices
        return shapely.LineString(lonlat)

    @property
    def length_m(self) -> float:
        """Length on the ellipsoid."""
        return geodesic_length_m(self.line)


def check_class(corridor_id: str, attestation_class: str) -> None:
    """Refuse to seek a path for a corridor whose sources name no places.

    Raises
    ------
    TooPrecise
        The class is coarser than ``named_place``: a road would claim more than anybody has stated.

    Examples
    --------
    >>> check_class("carec-6a", "named_place")
    """
    if attestation_class in FINE_ENOUGH:
        return
    known = attestation_class if attestation_class in ATTESTATION_CLASSES else repr(attestation_class)
    raise TooPrecise(
        f"Corridor {corridor_id} is of class {known}: no source names a place on it, so no road may be drawn for it.",
        hint="A path is sought only for corridors of class named_place, such as the public transport corridors.",
    )


def path_between(
    network: WayGraph, places: Sequence[Waypoint], *, max_snap_km: float = MAX_SNAP_KM, both_ways: bool = False
) -> NetworkPath:
    """Return the shortest path through places, in their order.

    All places are moved to one connected part of the network: the one that is nearest to them taken together. Of equally
    short paths, the one over nodes with lower ids is taken, from the end backwards; so the result depends on nothing but
    network and places.

    Parameters
    ----------
    network
        See :mod:`geo.waygraph`.
    places
        At least two.
    max_snap_km
        How far a place may lie from the nearest node.
    both_ways
        Take one-way roads in both directions: for extracts that hold only one carriageway of a divided road.

    Raises
    ------
    UnreachablePlace
        A place lies too far from the network (all such are named), no part of it is near to all places, or one-way roads
        lead in the other direction only.
    InvalidGeometry
        Fewer than two places, or a position outside the world.

    Examples
    --------
    >>> from geo.waygraph import Segment, WayGraph
    >>> nodes = {1: (60.0, 40.0), 2: (60.0, 40.5), 3: (60.5, 40.5)}
    >>> road = WayGraph.of(nodes, [Segment(1, 2, "trunk"), Segment(2, 3, "trunk")])
    >>> path = path_between(road, [Waypoint("a", 60.01, 40.0), Waypoint("b", 60.5, 40.51)])
    >>> path.line, round(path.length_m)
    (<LINESTRING (60 40, 60 40.5, 60.5 40.5)>, 97904)
    """
    if len(places) < 2:  # noqa: PLR2004 -- a path has two ends
        raise InvalidGeometry("A path needs two places at least.", hint="Name another place.")
    for place in places:
        if fault := coordinate_fault(place.lon, place.lat):
            raise InvalidGeometry(f"Place {place.id} {fault}", hint="Positions are lon, lat in degrees.")
    snapped = _snap(network, places, max_snap_km)
    roads = _Adjacency(network, both_ways=both_ways)
    legs = []
    for (start, (a, a_m)), (end, (b, b_m)) in pairwise(zip(places, snapped, strict=True)):
        rows = roads.shortest(a, b)
        if rows is None:
            raise UnreachablePlace(
                f"No path leads from {start.id} to {end.id}: one-way roads lead in the other direction only.",
                hint="Take them in both directions with --both-ways.",
            )
        line = shapely.LineString(network.lonlat[rows] if len(rows) > 1 else [])
        legs.append(
            PathLeg(
                origin=start.id,
                destination=end.id,
                line=line,
                length_m=geodesic_length_m(line),
                straight_m=float(_WGS84.inv(*network.lonlat[a], *network.lonlat[b])[2]),
                origin_snap_m=a_m,
                destination_snap_m=b_m,
                nodes=tuple(network.node_ids[rows].tolist()),
            )
        )
    return NetworkPath(network.kind, tuple(legs))


def _snap(network: WayGraph, places: Sequence[Waypoint], max_snap_km: float) -> list[tuple[int, float]]:
    """Return a row of nodes, and its distance in metres, for each place; all rows hang together."""
    parts, limit_m = network.parts(), max_snap_km * 1000.0
    count = len(network.node_ids)
    away_m = [
        np.asarray(_WGS84.inv(np.full(count, lon), np.full(count, lat), *network.lonlat.T)[2]) for _, lon, lat in places
    ]
    off = [
        f"{place.id} lies {away.min(initial=np.inf) / 1000.0:.1f} km from it"
        for place, away in zip(places, away_m, strict=True)
        if away.min(initial=np.inf) > limit_m
    ]
    if off:
        raise UnreachablePlace(
            f"The {network.kind} network is more than {max_snap_km:g} km away: {'; '.join(dict.fromkeys(off))}.",
            hint="Take an extract that reaches it or a finer --class, or widen --max-snap-km.",
        )
    near = [set(parts[away <= limit_m].tolist()) for away in away_m]
    common = set.intersection(*near)
    if not common:
        broken = [f"{a.id} and {b.id}" for (a, x), (b, y) in pairwise(zip(places, near, strict=True)) if not x & y]
        where = f" between {', '.join(broken)}" if broken else f" somewhere between {places[0].id} and {places[-1].id}"
        raise UnreachablePlace(
            f"The {network.kind} network is broken{where}: no connected part of it passes all places.",
            hint="Take a larger extract or a finer --class, or a part of the corridor with --from and --to.",
        )

    def nearest(part: int) -> list[tuple[int, float]]:
        rows = np.flatnonzero(parts == part)
        best = [int(rows[np.argmin(away[rows])]) for away in away_m]
        return [(row, float(away[row])) for row, away in zip(best, away_m, strict=True)]

    return min((nearest(part) for part in sorted(common)), key=lambda found: sum(metres for _, metres in found))


class _Adjacency:
    """The segments of a network by the node that they leave."""

    def __init__(self, network: WayGraph, *, both_ways: bool) -> None:
        tails, heads, lengths = network.tails, network.heads, network.lengths_mm
        if both_ways:
            tails, heads = np.concatenate([tails, heads]), np.concatenate([heads, tails])
            lengths = np.concatenate([lengths, lengths])
        order = np.argsort(tails, kind="stable")
        self.heads: list[int] = heads[order].tolist()
        self.lengths_mm: list[int] = lengths[order].tolist()
        self.starts: list[int] = np.searchsorted(tails[order], np.arange(len(network.node_ids) + 1)).tolist()

    def shortest(self, origin: int, destination: int) -> npt.NDArray[np.int64] | None:
        """Return the rows of nodes on the shortest path (Dijkstra), both ends included; ``None`` where there is none."""
        best_mm, before = {origin: 0}, {origin: origin}
        queue = [(0, origin)]
        settled = set()
        while queue:
            so_far_mm, row = heapq.heappop(queue)
            if row == destination:
                break
            if row in settled:
                continue
            settled.add(row)
            for i in range(self.starts[row], self.starts[row + 1]):
                head, length_mm = self.heads[i], so_far_mm + self.lengths_mm[i]
                known_mm = best_mm.get(head)
                if known_mm is None or length_mm < known_mm:
                    best_mm[head], before[head] = length_mm, row
                    heapq.heappush(queue, (length_mm, head))
                elif length_mm == known_mm and head != origin:
                    # Every segment is a millimetre long at least, so the head is not settled yet.
                    before[head] = min(before[head], row)
        if destination not in before:
            return None
        rows = [destination]
        while rows[-1] != origin:
            rows.append(before[rows[-1]])
        return np.array(rows[::-1], dtype=np.int64)
