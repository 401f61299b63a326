"""Engine: what every request asks of a layer's features, whoever holds them.

The columns engine (:mod:`layers.engines.column_features`) reads them from mapped files, the PostGIS engine
(:mod:`layers.engines.postgis`) from a database. Both give the same answers: the same features in the same order, the same
counts, the same tiles to a tile unit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import numpy as np
    import numpy.typing as npt

    from geo.tilegrid import Tile
    from layers.engines.queryables import Queryable
    from layers.expression import Node
    from layers.filter import Filter

    Box = tuple[float, float, float, float]

__all__ = ["Engine", "Features", "Selection"]


class Selection(Protocol):
    """The features of a layer that a request keeps. Nothing is counted or read before it is asked for."""

    @property
    def matched(self) -> int:
        """How many they are."""

    @property
    def placed(self) -> int:
        """How many of them have a geometry."""

    @property
    def bounds(self) -> Box | None:
        """West, south, east, north in degrees; ``None`` when none is placed."""

    def texts(self) -> Iterator[bytes]:
        """Yield their GeoJSON texts in the order of their ids, many at once, with ``,`` and a line break between them."""

    def batches(self, size: int = 1000) -> Iterator[list[bytes]]:
        """Yield their GeoJSON texts in the order of their ids, in lists of ``size``, the last one shorter."""

    def page(self, offset: int, limit: int) -> list[bytes]:
        """Return the GeoJSON texts of a slice of them, in the order of their ids."""

    def earliest(self, limit: int) -> list[bytes]:
        """Return the GeoJSON texts of the first of them by first day and id; those without a day come last."""

    def places(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return longitude and latitude in degrees of those that are placed, of a layer of points."""


class Features(Protocol):
    """The features of one layer of a release. Nothing changes them; threads may share it."""

    @property
    def count(self) -> int:
        """Features of the layer."""

    @property
    def placed(self) -> int:
        """Features that have a geometry."""

    @property
    def has_points(self) -> bool:
        """Whether every geometry is one point."""

    @property
    def kinds(self) -> Mapping[str, str]:
        """Type of each property but ``id``, in the order of exports."""

    @property
    def tile_properties(self) -> tuple[str, ...]:
        """Properties that travel in tiles."""

    @property
    def shape_kinds(self) -> frozenset[int]:
        """Which of ``POINT``, ``LINESTRING``, ``POLYGON`` its geometries are, as tiles draw them."""

    @property
    def temporal(self) -> tuple[int | None, int | None, bool]:
        """First day that a feature begins on, last that one ends on, in days since 1970, and whether one goes on."""

    def queryables(self) -> Mapping[str, Queryable]:
        """Return what an expression may ask for, by name: the geometry first, then in the order of exports."""

    def cells(self, name: str) -> list[Any]:
        """Return a property of every feature, ``None`` where it has none: one that travels in tiles or that filters look into.

        In the order of :meth:`drawn`'s rows.
        """

    def tile(self, name: str, tile: Tile, wanted: Filter, *, budget: int = ...) -> bytes:
        """Return the layer's part of one tile, see :func:`layers.engines.tiles.encode`.

        Raises
        ------
        OutsideTileMatrix
            When there is no such tile.
        """

    def counts(self, wanted: Filter) -> dict[str, Any]:
        """Return totals by category, organization, article, year and area, see :func:`layers.engines.facets.count`."""

    def select(
        self,
        wanted: Filter,
        expression: Node | None = None,
        project: Callable[[Any], Any] = lambda lonlat: lonlat,
        *,
        keeps_unplaced: bool = False,
    ) -> Selection:
        """Choose features.

        Parameters
        ----------
        wanted
            A filter; fields that the layer cannot obey keep all, see :meth:`layers.filter.Filter.check`.
        expression
            A CQL2 tree that they have to meet too.
        project
            Turns coordinates (n, 2) that stand in the expression into longitude and latitude in degrees.
        keeps_unplaced
            Whether what has no place is in every ``bbox``, as OGC API Features wants it, or in none.

        Raises
        ------
        MalformedFilter
            When the expression cannot be answered.
        """

    def find(self, feature_id: str) -> dict[str, Any] | None:
        """Return a feature as GeoJSON, ``None`` when the layer has no such id."""

    def records(self, at_most: int | None = None) -> Iterator[dict[str, Any]]:
        """Yield the id and properties of every feature, sorted by id, or of the first so many."""

    def drawn(self, box_3857: Box, z: int) -> tuple[npt.NDArray[Any], npt.NDArray[np.object_], npt.NDArray[np.int8]]:
        """Return rows, shapes (EPSG:3857) and kinds of what meets a box, as zoom ``z`` draws it; of a layer of shapes."""


class Engine(Protocol):
    """Where a release's features are when they are not in its own folder."""

    @property
    def tile_mark(self) -> str:
        """What changes with the bytes of tiles besides release and layers."""

    def features(self, table: str) -> Features:
        """Return a layer as a point of view sees it, by the name of its table: ``borders@iso``."""
