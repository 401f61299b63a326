"""WayGraph: the roads or railways of a region as nodes and directed segments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from pyproj import Geod

from geo.waykind import way_kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy.typing as npt

__all__ = ["Segment", "WayGraph"]

LonLat = tuple[float, float]

_WGS84 = Geod(ellps="WGS84")


class Segment(NamedTuple):
    """A straight stretch that may be travelled from node ``tail`` to node ``head``, of one class of way."""

    tail: int
    head: int
    way_class: str


@dataclass(frozen=True, slots=True, eq=False)
class WayGraph:
    """Nodes and directed segments; what may be travelled both ways is two segments.

    ``node_ids`` (n,) are OSM ids in rising order, ``lonlat`` (n, 2) their positions in degrees, EPSG:4326. ``tails`` and
    ``heads`` (m,) are rows of nodes, sorted; ``lengths_mm`` (m,) whole millimetres on the WGS 84 ellipsoid, at least one;
    ``class_rows`` (m,) rows of ``classes``. Whole numbers make sums exact, so that equal paths are equal. ``as_of`` is the
    time up to which the data hold all edits (ISO 8601), ``None`` where the file does not say.
    """

    kind: str
    classes: tuple[str, ...]
    node_ids: npt.NDArray[np.int64]
    lonlat: npt.NDArray[np.float64]
    tails: npt.NDArray[np.int64]
    heads: npt.NDArray[np.int64]
    lengths_mm: npt.NDArray[np.int64]
    class_rows: npt.NDArray[np.int64]
    as_of: str | None = None

    @classmethod
    def of(
        cls,
        nodes: Mapping[int, LonLat],
        segments: Iterable[Segment],
        *,
        kind: str = "road",
        classes: Iterable[str] | None = None,
        as_of: str | None = None,
    ) -> WayGraph:
        """Make a graph; the order of nodes and segments does not matter.

        Nodes without a segment and segments from a node to itself are left out; of doubled segments the one of the main
        class stays. Railways may be travelled both ways whatever the segments say.

        Parameters
        ----------
        nodes
            id → (lon, lat) in degrees.
        segments
            Between nodes of ``nodes``, of ``classes``. None at all makes a graph without nodes.
        kind, classes
            See :mod:`geo.waykind`.

        Raises
        ------
        UnknownNetworkKind
            There is no such kind, or it has no such class.

        Examples
        --------
        >>> graph = WayGraph.of({7: (0.0, 0.0), 9: (1.0, 0.0)}, [Segment(9, 7, "trunk")])
        >>> graph.node_ids.tolist(), graph.tails.tolist(), graph.lengths_mm.tolist()
        ([7, 9], [1], [111319491])
        """
        way = way_kind(kind)
        chosen = way.choose(classes)
        rows: dict[tuple[int, int], int] = {}
        for tail, head, way_class in segments:
            row = chosen.index(way_class)
            for pair in ((tail, head),) if way.has_one_ways else ((tail, head), (head, tail)):
                if tail != head:
                    rows[pair] = min(row, rows.get(pair, row))
        pairs = np.array(sorted(rows), dtype=np.int64).reshape(-1, 2)
        ids = np.unique(pairs)
        lonlat = np.array([nodes[int(id_)] for id_ in ids], dtype=np.float64).reshape(-1, 2)
        ends = np.searchsorted(ids, pairs)
        # Measured from the lower to the higher id, so that both directions have the same length to the millimetre.
        low, high = lonlat[ends.min(axis=1)].T, lonlat[ends.max(axis=1)].T
        lengths_m = np.asarray(_WGS84.inv(*low, *high)[2], dtype=np.float64)
        return cls(
            kind=kind,
            classes=chosen,
            node_ids=ids,
            lonlat=lonlat,
            tails=ends[:, 0],
            heads=ends[:, 1],
            lengths_mm=np.maximum(np.rint(lengths_m * 1000.0).astype(np.int64), 1),
            class_rows=np.array([rows[tail, head] for tail, head in pairs.tolist()], dtype=np.int64),
            as_of=as_of,
        )

    def parts(self) -> npt.NDArray[np.int64]:
        """Return for each node, shape (n,), the lowest row of a node that it hangs together with, one-ways or not."""
        labels = np.arange(len(self.node_ids), dtype=np.int64)
        while True:
            # Each round, every node takes the lowest label of its neighbours and then the label of that label.
            lower = labels.copy()
            np.minimum.at(lower, self.tails, labels[self.heads])
            np.minimum.at(lower, self.heads, labels[self.tails])
            np.minimum.at(lower, labels, lower)
            lower = lower[lower]
            if np.array_equal(lower, labels):
                return labels
            labels = lower

    def summary(self) -> dict[str, Any]:
        """Return what a person wants to know before using it, as JSON has it; lengths count each stretch once.

        ``bbox`` is west, south, east, north in degrees; ``largest_part`` the share of nodes in the largest part.
        """
        pairs = np.sort(np.column_stack([self.tails, self.heads]), axis=1)
        _, first, times = np.unique(pairs, axis=0, return_index=True, return_counts=True)
        km = {
            each: round(int(self.lengths_mm[first[self.class_rows[first] == row]].sum()) / 1e6, 3)
            for row, each in enumerate(self.classes)
        }
        _, sizes = np.unique(self.parts(), return_counts=True)
        return {
            "kind": self.kind,
            "classes": list(self.classes),
            "as_of": self.as_of,
            "nodes": len(self.node_ids),
            "stretches": len(first),
            "one_way_stretches": int((times == 1).sum()),
            "length_km": round(sum(km.values()), 3),
            "length_km_by_class": km,
            "parts": len(sizes),
            "largest_part": round(int(sizes.max()) / len(self.node_ids), 4) if len(sizes) else 0.0,
            "bbox": [*self.lonlat.min(axis=0).tolist(), *self.lonlat.max(axis=0).tolist()] if len(sizes) else None,
        }
