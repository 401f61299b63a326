"""Masks: which rows of a column file a filter keeps. Everything that filters asks here.

A filter is made ready for a layer once (:class:`Predicate`): the codes of its values and the limits of its days are looked up,
and what is left is to compare columns with numbers. It is then asked of runs of rows, :data:`PER_CHUNK` at a time so that what
lies between stays in the processor's cache, or of single rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo.morton import BITS, interleave
from geo.tilegrid import tile_at
from layers.engines.morton_slices import runs_of_cells
from layers.filter import MEMBERSHIP, Filter
from layers.wire import ranges

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from layers.engines.columns import Columns

    Integers = npt.NDArray[Any]
    Mask = npt.NDArray[np.bool_]
    Index = slice | Integers
    Test = Callable[[Index], Mask]

__all__ = ["EPOCH", "Predicate", "mask", "rows_of"]

EPOCH = date(1970, 1, 1).toordinal()

COVER_TILES = 8
"""A box is looked for in at most this many tiles along each axis."""

PER_CHUNK: Final = 1 << 17
"""Rows that are compared at once."""

MOST_SINGLE_ROWS: Final = 20_000
"""Up to so many rows of several runs are looked up one by one, which costs more per row and less per run."""


@dataclass(frozen=True, slots=True)
class Predicate:
    """A filter made ready for one layer; threads may share it.

    Fields that look into a property the layer lacks keep all rows; :meth:`Filter.check` tells a single layer's caller so.
    """

    columns: Columns
    tests: tuple[Test, ...]
    """What a row must pass; each gives the mask of a slice or of an array of rows."""
    bbox: tuple[float, float, float, float] | None
    """Looked at last, and only by what has passed the tests."""

    @classmethod
    def of(cls, columns: Columns, wanted: Filter) -> Predicate:
        """Make a filter ready."""
        tests: list[Test] = []
        for parameter, name in MEMBERSHIP.items():
            values = getattr(wanted, parameter)
            if values and name in columns.scalars:
                tests.append(_is_one_of(columns.codes(name), columns.codes_of(name, values)))
            elif values and name in columns.lists:
                tests.append(_has_one_of(columns, name, columns.codes_of(name, values)))
        if columns.has_days and (wanted.datetime is not None or not wanted.undated):
            tests += _overlap(columns, wanted)
        if wanted.attested is not None and "attested" in columns.file:
            attested, asked = columns.file.array("attested"), wanted.attested
            tests.append(lambda index: np.asarray(attested[index] == asked))
        return cls(columns, tuple(tests), wanted.bbox)

    @property
    def keeps_all(self) -> bool:
        """Whether nothing is asked."""
        return not self.tests and self.bbox is None

    def mask(self, index: Index) -> Mask:
        """Return which rows of a slice, or of an array of rows, are kept."""
        if not self.tests:
            keep = np.ones(index.stop - index.start if isinstance(index, slice) else len(index), dtype=bool)
        else:
            keep = self.tests[0](index)
            for test in self.tests[1:]:
                keep &= test(index)
        if self.bbox is not None:
            keep &= _within(self.columns, self.bbox, keep, index)
        return keep

    def rows(self, start: int, stop: int) -> Integers:
        """Return the kept ones of the rows ``start … stop - 1``, ascending."""
        if self.keeps_all:
            return np.arange(start, stop)
        found = [first + self.mask(slice(first, after)).nonzero()[0] for first, after in _chunks(start, stop)]
        return found[0] if len(found) == 1 else np.concatenate(found) if found else np.empty(0, dtype=np.int64)

    def count(self, start: int, stop: int) -> int:
        """Return how many of the rows ``start … stop - 1`` are kept."""
        if self.keeps_all:
            return stop - start
        return sum(int(np.count_nonzero(self.mask(slice(*chunk)))) for chunk in _chunks(start, stop))

    def of_runs(self, starts: Integers, stops: Integers) -> Integers:
        """Return the kept rows of runs of rows, ascending and apart."""
        counts = stops - starts
        if counts.sum() <= MOST_SINGLE_ROWS:
            return self._narrowed(ranges(starts, counts))
        tested = replace(self, bbox=None)
        found = [tested.rows(start, stop) for start, stop in zip(starts.tolist(), stops.tolist(), strict=True)]
        return self._boxed(found[0] if len(found) == 1 else np.concatenate(found))

    def _narrowed(self, rows: Integers) -> Integers:
        """Return the kept ones of some rows; each test looks at what those before it have left."""
        for test in self.tests:
            rows = rows[test(rows)]
        return self._boxed(rows)

    def _boxed(self, rows: Integers) -> Integers:
        """Return those of some rows that lie in the box."""
        if self.bbox is not None:
            rows = rows[_within(self.columns, self.bbox, np.ones(len(rows), dtype=bool), rows)]
        return rows


def _chunks(start: int, stop: int) -> list[tuple[int, int]]:
    return list(pairwise([*range(start, stop, PER_CHUNK), stop])) if start < stop else []


def rows_of(columns: Columns, wanted: Filter) -> Integers:
    """Return the rows that a filter keeps, ascending; :meth:`Columns.in_order` brings them into the order of ids."""
    predicate = Predicate.of(columns, wanted)
    if wanted.bbox is not None and columns.has_points:
        return predicate.of_runs(*_cover(columns, wanted.bbox))
    return predicate.rows(0, columns.count)


def mask(columns: Columns, wanted: Filter, start: int, stop: int) -> Mask:
    """Return which of the rows ``start … stop - 1`` a filter keeps."""
    return Predicate.of(columns, wanted).mask(slice(start, stop))


def _is_one_of(codes: Integers, wanted: list[int]) -> Test:
    if not wanted:
        return lambda index: np.zeros(len(codes[index]), dtype=bool)
    if len(wanted) == 1:
        code = codes.dtype.type(wanted[0])
        return lambda index: np.asarray(codes[index] == code)
    is_wanted = np.zeros(np.iinfo(codes.dtype).max + 1 if codes.dtype.itemsize == 1 else max(wanted) + 2, dtype=bool)
    is_wanted[wanted] = True
    last = codes.dtype.type(min(len(is_wanted) - 1, np.iinfo(codes.dtype).max))
    return lambda index: is_wanted[np.minimum(codes[index], last)]


def _has_one_of(columns: Columns, name: str, wanted: list[int]) -> Test:
    ends, codes = columns.file.array(f"{name}.ends"), columns.file.array(f"{name}.codes")
    is_hit = _is_one_of(codes, wanted)

    def of_slice(rows: slice) -> Mask:
        first, after = int(ends[rows.start]), int(ends[rows.stop])
        hits = first + np.flatnonzero(is_hit(slice(first, after)))
        keep = np.zeros(rows.stop - rows.start, dtype=bool)
        # The row of an item is the last one that begins at it or before; rows without items begin where the next one does.
        keep[np.searchsorted(ends[rows.start : rows.stop + 1], hits.astype(ends.dtype), side="right") - 1] = True
        return keep

    def of_rows(rows: Integers) -> Mask:
        starts = ends[rows].astype(np.int64)
        counts = ends[rows + 1].astype(np.int64) - starts
        keep = np.zeros(len(rows), dtype=bool)
        keep[np.repeat(np.arange(len(rows)), counts)[is_hit(ranges(starts, counts))]] = True
        return keep

    return lambda index: of_slice(index) if isinstance(index, slice) else of_rows(index)


def _overlap(columns: Columns, wanted: Filter) -> list[Test]:
    """A record's interval, open where it says nothing, against the wanted one; ends are days, both inclusive."""
    begins, ends = columns.first_day, columns.last_day
    tests: list[Test] = []
    begin, end = wanted.datetime or (None, None)
    if end is not None:
        # Codes of days ascend with them: what begins by then has a code below this one.
        after = begins.days.searchsorted(np.int32(end.toordinal() - EPOCH), side="right")
        if after < len(begins.days):
            tests.append(_is_below(begins.codes, int(after)))
    if begin is not None:
        least = ends.days.searchsorted(np.int32(begin.toordinal() - EPOCH))
        if least > 0:
            tests.append(_is_not_below(ends.codes, int(least)))
    # What has no date overlaps every interval, since it is open at both ends.
    if not wanted.undated and begins.has_open and ends.has_open:
        never, forever = begins.codes.dtype.type(0), ends.codes.dtype.type(len(ends.days) - 1)
        tests.append(lambda index: (begins.codes[index] != never) | (ends.codes[index] != forever))
    return tests


def _is_below(codes: Integers, limit: int) -> Test:
    if limit == 0:
        return lambda index: np.zeros(len(codes[index]), dtype=bool)
    most = codes.dtype.type(limit - 1)
    return lambda index: np.asarray(codes[index] <= most)


def _is_not_below(codes: Integers, limit: int) -> Test:
    if limit > np.iinfo(codes.dtype).max:
        return lambda index: np.zeros(len(codes[index]), dtype=bool)
    least = codes.dtype.type(limit)
    return lambda index: np.asarray(codes[index] >= least)


def _within(columns: Columns, bbox: tuple[float, float, float, float], keep: Mask, index: Index) -> Mask:
    west, south, east, north = bbox
    within = np.zeros(len(keep), dtype=bool)
    if columns.has_points:
        # Only what is placed has coordinates.
        if isinstance(index, slice):
            chosen = index.start + np.flatnonzero(keep[: max(columns.placed - index.start, 0)])
            places = chosen - index.start
        else:
            places = np.flatnonzero(keep & (index < columns.placed))
            chosen = index[places]
        lon, lat = columns.file.array("lon_e7")[chosen], columns.file.array("lat_e7")[chosen]
        from_west, to_east = lon >= _at_least(west), lon <= _at_most(east)
        inside = (from_west & to_east) if west <= east else (from_west | to_east)
        within[places] = inside & (lat >= _at_least(south)) & (lat <= _at_most(north))
        return within
    rows = np.arange(index.start, index.stop) if isinstance(index, slice) else index
    boxes = columns.file.array("box")[rows]
    for left, right in ((west, east),) if west <= east else ((west, 180.0), (-180.0, east)):
        meets = (boxes[:, 0] <= right) & (boxes[:, 2] >= left) & (boxes[:, 1] <= north) & (boxes[:, 3] >= south)
        inside = (boxes[:, 0] >= left) & (boxes[:, 2] <= right) & (boxes[:, 1] >= south) & (boxes[:, 3] <= north)
        within |= inside
        # Only where a shape's box crosses the edge of the wanted one does its outline decide.
        unsure = np.flatnonzero(meets & ~within & keep)
        if len(unsure):
            texts = [text[:-2].decode() for text in columns.feature_texts(rows[unsure])]
            shapes = shapely.from_geojson(texts)
            within[unsure] = shapely.intersects(shapes, shapely.box(left, south, right, north))
    return within


def _at_least(degrees: float) -> int:
    """Return the least number of ten-millionths that is, as degrees, not below a bound."""
    number = round(degrees * 1e7)
    while number / 1e7 < degrees:
        number += 1
    while (number - 1) / 1e7 >= degrees:
        number -= 1
    return number


def _at_most(degrees: float) -> int:
    return -_at_least(-degrees)


def _cover(columns: Columns, bbox: tuple[float, float, float, float]) -> tuple[Integers, Integers]:
    """Return runs of rows in which the points of a box lie, and more, ascending and apart."""
    west, south, east, north = bbox
    cells: list[Integers] = []
    deepest = BITS // 2
    boxes = ((west, east),) if west <= east else ((west, 180.0), (-180.0, east))
    corners = [(tile_at(left, north, deepest), tile_at(right, south, deepest)) for left, right in boxes]
    z = deepest
    while any(max(b.x - a.x, b.y - a.y) >> deepest - z >= COVER_TILES for a, b in corners):
        z -= 1
    for first, last in corners:
        # A point a hair inside the box may be projected a hair outside its tiles.
        x = np.arange(max((first.x - 1) >> deepest - z, 0), min(((last.x + 1) >> deepest - z) + 1, 2**z))
        y = np.arange(max((first.y - 1) >> deepest - z, 0), min(((last.y + 1) >> deepest - z) + 1, 2**z))
        cells.append((interleave(x, np.zeros_like(x)) | interleave(np.zeros_like(y), y)[:, None]).ravel())
    # Cells of one box are different ones; those of the two sides of the antimeridian may be the same.
    found = np.sort(cells[0]) if len(cells) == 1 else np.unique(np.concatenate(cells))
    return runs_of_cells(columns, z, found)
