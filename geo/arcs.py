"""Arcs: the edges of a polygon coverage, each stored once, with the area on its left and on its right.

A coverage is a set of areas that do not overlap and whose common edges have the same vertices. Taken apart into arcs,
simplified arc by arc and put together again, neighbours still share their edges vertex by vertex: there is no gap, no
overlap, and a border line is exactly the edge of both of its countries.

Coordinates are (x, y) = (lon, lat) in degrees, rounded to :data:`DECIMALS`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from geo.errors import InvalidGeometry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

__all__ = ["DECIMALS", "Arc", "Face", "assemble", "extract_arcs", "faces", "relabel"]

DECIMALS = 5
"""Coordinates are kept to 0.00001°, about a metre: the precision of the source."""

_SCALE = 10**DECIMALS
_SHIFT = 1 << 32  # larger than any scaled coordinate, so that (x, y) fits one integer key


@dataclass(frozen=True, slots=True, eq=False)
class Arc:
    """One edge of a coverage between two nodes, or a closed ring without node.

    ``points`` is an (n, 2) array; walking along it, the area ``left`` lies on the left hand and ``right`` on the right.
    ``None`` is the outside (the sea).
    """

    points: Floats
    left: str | None
    right: str | None

    @property
    def is_ring(self) -> bool:
        """Whether the arc ends where it begins."""
        return bool((self.points[0] == self.points[-1]).all())

    @property
    def is_coast(self) -> bool:
        """Whether the outside lies on one side."""
        return self.left is None or self.right is None

    @property
    def sides(self) -> tuple[str, ...]:
        """The areas at the arc, sorted; one at a coast, two at a border."""
        return tuple(sorted(side for side in (self.left, self.right) if side is not None))

    @property
    def line(self) -> shapely.LineString:
        """The arc as a LineString."""
        return shapely.LineString(self.points)


class Face(NamedTuple):
    """A polygon between arcs. ``labels`` holds the areas that its edges name: one, if the arcs fit together."""

    polygon: shapely.Polygon
    labels: frozenset[str | None]


def extract_arcs(
    polygons: Sequence[Any],
    labels: Sequence[str],
) -> list[Arc]:
    """Take a coverage apart.

    Polygons with the same label become one area: the edges between them are left out.

    Parameters
    ----------
    polygons
        Polygons or MultiPolygons with common vertices along their common edges.
    labels
        The area that each belongs to.

    Returns
    -------
    list of Arc
        In a stable order: by their first points, rings last. Empty for no polygons.

    Raises
    ------
    InvalidGeometry
        Two polygons overlap or run along the same side of an edge.

    Examples
    --------
    >>> west, east = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)
    >>> sorted(arc.sides for arc in extract_arcs([west, east], ["w", "e"]))
    [('e',), ('e', 'w'), ('w',)]
    """
    names = sorted(set(labels))
    index = {name: number for number, name in enumerate(names)}
    parts, owner = shapely.get_parts(np.asarray(polygons, dtype=object), return_index=True)
    codes = np.array([index[label] for label in labels], dtype=np.int64)[owner]
    start, end, side = _directed_segments(parts, codes)
    keys = np.unique(np.concatenate([start, end]))
    a, b = np.searchsorted(keys, start), np.searchsorted(keys, end)
    edges = _edges(a, b, side, keys)
    keep = edges[edges[:, 2] != edges[:, 3]]
    points = _points(keys)
    lookup: list[str | None] = [*names, None]  # -1, the outside, is the last
    return [Arc(points[chain], lookup[left], lookup[right]) for chain, left, right in _chains(keep)]


def relabel(arcs: Iterable[Arc], names: Callable[[str], str]) -> list[Arc]:
    """Give areas new names; areas of the same name become one, so the arcs between them are left out.

    Examples
    --------
    >>> arcs = extract_arcs([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)], ["w", "e"])
    >>> {arc.sides for arc in relabel(arcs, lambda _: "both")}
    {('both',)}
    """
    renamed = (
        replace(
            arc,
            left=None if arc.left is None else names(arc.left),
            right=None if arc.right is None else names(arc.right),
        )
        for arc in arcs
    )
    return [arc for arc in renamed if arc.left != arc.right]


def faces(arcs: Sequence[Arc]) -> list[Face]:
    """Return every polygon that the arcs enclose, with the labels that its edges give it.

    The outside has no face; an enclosed piece of it (a lake) has one with the label ``None``.
    """
    if not arcs:
        return []
    start, end, left, right, names = _labelled_segments(arcs)
    keys = np.unique(np.concatenate([start, end]))
    size = len(keys)
    forward = np.searchsorted(keys, start) * size + np.searchsorted(keys, end)
    backward = np.searchsorted(keys, end) * size + np.searchsorted(keys, start)
    directed = np.concatenate([forward, backward])
    order = np.argsort(directed, kind="stable")
    directed, sides = directed[order], np.concatenate([left, right])[order]

    polygons = shapely.get_parts(shapely.polygonize([arc.line for arc in arcs]))
    polygons = shapely.orient_polygons(polygons)
    seg_start, seg_end, owner = _directed_segments(polygons, np.arange(len(polygons), dtype=np.int64))
    wanted = np.searchsorted(keys, seg_start) * size + np.searchsorted(keys, seg_end)
    found = sides[np.searchsorted(directed, wanted)]
    labels: defaultdict[int, set[str | None]] = defaultdict(set)
    for polygon, code in np.unique(np.column_stack([owner, found]), axis=0).tolist():
        labels[polygon].add(names[code])
    return [Face(polygon, frozenset(labels[number])) for number, polygon in enumerate(polygons)]


def assemble(arcs: Sequence[Arc]) -> dict[str, shapely.MultiPolygon]:
    """Put the areas together again.

    Returns
    -------
    dict
        Area → MultiPolygon, sorted by name; exterior rings counter-clockwise, holes clockwise (RFC 7946), parts by
        falling size.

    Raises
    ------
    InvalidGeometry
        The arcs cross, or an island lies inside another area.

    Examples
    --------
    >>> arcs = extract_arcs([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)], ["w", "e"])
    >>> {name: area.area for name, area in assemble(arcs).items()}
    {'e': 1.0, 'w': 1.0}
    """
    parts: defaultdict[str, list[Any]] = defaultdict(list)
    for face in faces(arcs):
        if len(face.labels) != 1:
            where = face.polygon.representative_point()
            raise InvalidGeometry(
                f"The arcs around ({where.x:.5f}, {where.y:.5f}) do not fit together: one polygon would belong to "
                f"{' and '.join(sorted(str(label) for label in face.labels))}.",
                hint="Simplify these arcs less.",
            )
        (label,) = face.labels
        if label is not None:
            parts[label].append(_from_lowest(face.polygon))
    areas = {}
    for name in sorted(parts):
        ordered: list[shapely.Polygon] = sorted(parts[name], key=lambda polygon: (-polygon.area, polygon.bounds))
        areas[name] = shapely.MultiPolygon(ordered)
    return areas


def _from_lowest(polygon: shapely.Polygon) -> shapely.Polygon:
    """Start every ring at its lowest vertex, so that the same polygon is always written the same way."""

    def turned(ring: shapely.LinearRing) -> Floats:
        points = shapely.get_coordinates(ring)[:-1]
        first = np.lexsort((points[:, 1], points[:, 0]))[0]
        points = np.roll(points, -first, axis=0)
        return np.vstack([points, points[:1]])

    holes = sorted((turned(ring) for ring in polygon.interiors), key=lambda points: tuple(points[0]))
    return shapely.orient_polygons(shapely.Polygon(turned(polygon.exterior), holes))


def _keys(points: Floats) -> Integers:
    scaled: Integers = np.rint(points * _SCALE).astype(np.int64)
    keys: Integers = (scaled[:, 0] + _SHIFT // 4) * _SHIFT + (scaled[:, 1] + _SHIFT // 4)
    return keys


def _points(keys: Integers) -> Floats:
    scaled = np.column_stack([keys // _SHIFT - _SHIFT // 4, keys % _SHIFT - _SHIFT // 4])
    return scaled / float(_SCALE)


def _directed_segments(polygons: Any, codes: Integers) -> tuple[Integers, Integers, Integers]:  # noqa: ANN401 -- array of polygons
    """Return start key, end key and code of every edge; the polygon lies on the left of its edges."""
    oriented = shapely.orient_polygons(polygons)
    rings, owner = shapely.get_rings(oriented, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    keys = _keys(points)
    same = (ring[:-1] == ring[1:]) & (keys[:-1] != keys[1:])
    return keys[:-1][same], keys[1:][same], codes[owner[ring[:-1][same]]]


def _labelled_segments(arcs: Sequence[Arc]) -> tuple[Integers, Integers, Integers, Integers, list[str | None]]:
    names = sorted({side for arc in arcs for side in arc.sides})
    index: dict[str | None, int] = {name: number for number, name in enumerate(names)}
    index[None] = len(names)
    lengths = np.array([len(arc.points) for arc in arcs])
    keys = _keys(np.vstack([arc.points for arc in arcs]))
    number = np.repeat(np.arange(len(arcs)), lengths)
    same = number[:-1] == number[1:]
    left = np.array([index[arc.left] for arc in arcs], dtype=np.int64)
    right = np.array([index[arc.right] for arc in arcs], dtype=np.int64)
    which = number[:-1][same]
    return keys[:-1][same], keys[1:][same], left[which], right[which], [*names, None]


def _edges(a: Integers, b: Integers, side: Integers, keys: Integers) -> Integers:
    """Pair the directed edges: rows (low vertex, high vertex, area on the left of low → high, area on the right)."""
    low, high = np.minimum(a, b), np.maximum(a, b)
    is_forward = a < b
    order = np.lexsort((~is_forward, high, low))
    low, high, is_forward, side = low[order], high[order], is_forward[order], side[order]
    new = np.ones(len(low), dtype=bool)
    new[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    row = np.cumsum(new) - 1
    sides = np.full((int(new.sum()), 2), -1, dtype=np.int64)
    column = np.where(is_forward, 0, 1)
    uses = np.zeros_like(sides)
    np.add.at(uses, (row, column), 1)
    if (uses > 1).any():
        where = _points(keys[low[new][np.flatnonzero((uses > 1).any(axis=1))[:1]]])[0]
        raise InvalidGeometry(
            f"Two polygons overlap at ({where[0]}, {where[1]}).",
            hint="Clean the coverage first (shapely.coverage_clean).",
        )
    sides[row, column] = side
    return np.column_stack([low[new], high[new], sides])


def _chains(edges: Integers) -> list[tuple[list[int], int, int]]:
    """Walk the edges from node to node: (vertices, left, right), then the rings without node."""
    links: defaultdict[int, dict[int, tuple[int, int]]] = defaultdict(dict)
    for low, high, left, right in edges.tolist():
        links[low][high] = (left, right)
        links[high][low] = (right, left)
    pair = 2
    nodes = [vertex for vertex in sorted(links) if len(links[vertex]) != pair]
    is_node = set(nodes)
    walked: set[tuple[int, int]] = set()
    chains = []

    def walk(first: int, second: int) -> None:
        chain = [first, second]
        while chain[-1] not in is_node and chain[-1] != first:
            here, before = chain[-1], chain[-2]
            chain.append(next(vertex for vertex in links[here] if vertex != before))
        walked.add((first, second))
        walked.add((chain[-1], chain[-2]))
        chains.append((chain, *links[first][second]))

    for node in nodes:
        for neighbour in sorted(links[node]):
            if (node, neighbour) not in walked:
                walk(node, neighbour)
    seen = {vertex for chain, _, _ in chains for vertex in chain}
    for vertex in sorted(links):
        if vertex not in seen:
            walk(vertex, min(links[vertex]))
            seen.update(chains[-1][0])
    return chains
