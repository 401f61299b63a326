"""Column features: the columns of a layer as every request asks them, see :mod:`layers.engines.engine`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from layers.engines import tiles
from layers.engines.cql_masks import expression_mask
from layers.engines.cql_places import is_placed
from layers.engines.facets import count
from layers.engines.masks import mask, rows_of
from layers.engines.queryables import queryables
from layers.tilepaths import POINT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import numpy.typing as npt

    from geo.tilegrid import Tile
    from layers.engines.columns import Columns
    from layers.engines.engine import Box
    from layers.engines.queryables import Queryable
    from layers.expression import Node
    from layers.filter import Filter

    Integers = npt.NDArray[Any]

__all__ = ["ColumnFeatures", "ColumnSelection"]


@dataclass(frozen=True)
class ColumnSelection:
    """Rows of a column file, ascending."""

    columns: Columns
    rows: Integers

    @property
    def matched(self) -> int:
        """See :class:`layers.engines.engine.Selection`."""
        return len(self.rows)

    @property
    def placed(self) -> int:
        """See :class:`layers.engines.engine.Selection`."""
        if self.columns.has_points:
            return int(np.count_nonzero(self.rows < self.columns.placed))
        return int(np.count_nonzero(~np.isnan(self.columns.file.array("box")[self.rows][:, 0])))

    @property
    def bounds(self) -> Box | None:
        """See :class:`layers.engines.engine.Selection`."""
        return self.columns.bounds(self.rows)

    @property
    def ranks(self) -> Integers:
        """Places of the rows among the sorted ids, ascending."""
        return self.columns.ranks(self.rows)

    @cached_property
    def _in_order(self) -> Integers:
        return self.columns.in_order(self.rows)

    def texts(self) -> Iterator[bytes]:
        """See :class:`layers.engines.engine.Selection`."""
        return self.columns.texts(self._in_order)

    def batches(self, size: int = 1000) -> Iterator[list[bytes]]:
        """See :class:`layers.engines.engine.Selection`."""
        for start in range(0, len(self.rows), size):
            yield self.page(start, size)

    def page(self, offset: int, limit: int) -> list[bytes]:
        """See :class:`layers.engines.engine.Selection`."""
        return [text[:-2] for text in self.columns.feature_texts(self._in_order[offset : offset + limit])]

    def earliest(self, limit: int) -> list[bytes]:
        """See :class:`layers.engines.engine.Selection`."""
        columns, rows = self.columns, self.rows
        if columns.has_days:
            first = columns.first_day
            days = first.days[first.codes[rows]].astype(np.int64)
            days[days == np.iinfo(np.int32).min] = np.iinfo(np.int64).max
            if len(rows) > limit:
                # Only rows that can be among the first are put in order.
                can_be = days <= np.partition(days, limit - 1)[limit - 1]
                rows, days = rows[can_be], days[can_be]
            day_of = dict(zip(rows.tolist(), days.tolist(), strict=True))
            rows = np.array(sorted(columns.in_order(rows).tolist(), key=day_of.__getitem__), dtype=np.int64)
        else:
            rows = self._in_order
        return [text[:-2] for text in columns.feature_texts(rows[:limit])]

    def places(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """See :class:`layers.engines.engine.Selection`."""
        rows = self.rows[self.rows < self.columns.placed]
        lon, lat = (self.columns.file.array(name)[rows] / 1e7 for name in ("lon_e7", "lat_e7"))
        return lon, lat


class ColumnFeatures:
    """A layer's columns, as a request asks them."""

    __slots__ = ("columns",)

    def __init__(self, columns: Columns) -> None:
        self.columns = columns

    @property
    def count(self) -> int:
        """See :class:`layers.engines.engine.Features`."""
        return self.columns.count

    @property
    def placed(self) -> int:
        """See :class:`layers.engines.engine.Features`."""
        return self.columns.placed

    @property
    def has_points(self) -> bool:
        """See :class:`layers.engines.engine.Features`."""
        return self.columns.has_points

    @property
    def kinds(self) -> Mapping[str, str]:
        """See :class:`layers.engines.engine.Features`."""
        return self.columns.kinds

    @property
    def tile_properties(self) -> tuple[str, ...]:
        """See :class:`layers.engines.engine.Features`."""
        return self.columns.tile_properties

    @property
    def shape_kinds(self) -> frozenset[int]:
        """See :class:`layers.engines.engine.Features`."""
        if self.columns.has_points:
            return frozenset({POINT})
        return frozenset(np.unique(self.columns.levels.kinds).tolist()) - {0}

    @property
    def temporal(self) -> tuple[int | None, int | None, bool]:
        """See :class:`layers.engines.engine.Features`."""
        columns, limits = self.columns, np.iinfo(np.int32)
        if not columns.has_days:
            return None, None, False
        first, last = columns.first_day, columns.last_day
        goes_on = (last.days[last.codes] == limits.max) & (first.days[first.codes] != limits.min)
        begins, ends = first.known, last.known
        return int(begins.min()) if len(begins) else None, int(ends.max()) if len(ends) else None, bool(goes_on.any())

    def queryables(self) -> Mapping[str, Queryable]:
        """See :class:`layers.engines.engine.Features`."""
        return queryables(self.columns)

    def cells(self, name: str) -> list[Any]:
        """See :class:`layers.engines.engine.Features`."""
        return self.columns.cells(name)

    def tile(self, name: str, tile: Tile, wanted: Filter, *, budget: int = tiles.BUDGET) -> bytes:
        """See :class:`layers.engines.engine.Features`."""
        return tiles.encode(self.columns, name, tile, wanted, budget=budget)

    def counts(self, wanted: Filter) -> dict[str, Any]:
        """See :class:`layers.engines.engine.Features`."""
        return count(self.columns, wanted)

    def select(
        self,
        wanted: Filter,
        expression: Node | None = None,
        project: Callable[[Any], Any] = lambda lonlat: lonlat,
        *,
        keeps_unplaced: bool = False,
    ) -> ColumnSelection:
        """See :class:`layers.engines.engine.Features`."""
        columns = self.columns
        rows = rows_of(columns, wanted)
        if keeps_unplaced and wanted.bbox is not None:
            rows = np.union1d(rows, self._unplaced(replace(wanted, bbox=None)))
        if expression is not None:
            rows = rows[expression_mask(columns, expression, project)[rows]]
        return ColumnSelection(columns, rows)

    def _unplaced(self, wanted: Filter) -> Integers:
        columns = self.columns
        if columns.has_points:
            return columns.placed + np.flatnonzero(mask(columns, wanted, columns.placed, columns.count))
        return np.flatnonzero(mask(columns, wanted, 0, columns.count) & ~is_placed(columns))

    def find(self, feature_id: str) -> dict[str, Any] | None:
        """See :class:`layers.engines.engine.Features`."""
        row = self.columns.locate(feature_id)
        return None if row is None else self.columns.feature(row)

    def records(self, at_most: int | None = None) -> Iterator[dict[str, Any]]:
        """See :class:`layers.engines.engine.Features`."""
        return self.columns.records(at_most)

    def drawn(self, box_3857: Box, z: int) -> tuple[Integers, npt.NDArray[np.object_], npt.NDArray[np.int8]]:
        """See :class:`layers.engines.engine.Features`."""
        levels = self.columns.levels
        rows = levels.query(shapely.box(*box_3857))
        shapes = levels.shapes(rows, z)
        is_drawn = np.array([shape is not None for shape in shapes], dtype=bool)
        return rows[is_drawn], shapes[is_drawn], levels.kinds[rows[is_drawn]]
