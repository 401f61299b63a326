"""Masks: which rows of a column file a filter keeps, as booleans. Everything that filters asks here."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.morton import BITS
from geo.tilegrid import tile_at
from layers.engines.morton_slices import slices_of_tiles
from layers.filter import MEMBERSHIP, Filter

if TYPE_CHECKING:
    import numpy.typing as npt

    from layers.engines.columns import Columns

    Integers = npt.NDArray[Any]
    Mask = npt.NDArray[np.bool_]

__all__ = ["EPOCH", "mask", "rows_of"]

EPOCH = date(1970, 1, 1).toordinal()

COVER_TILES = 4
"""A box is looked for in at most this many tiles along each axis."""


def rows_of(columns: Columns, wanted: Filter) -> Integers:
    """Return the rows that a filter keeps, ascending; :meth:`Columns.in_order` brings them into the order of ids.

    Fields that look into a property the layer lacks keep all rows; :meth:`Filter.check` tells a single layer's caller so.
    """
    if wanted == Filter():
        return np.arange(columns.count)
    if wanted.bbox is not None and columns.has_points:
        found = [
            start + np.flatnonzero(mask(columns, wanted, start, stop))
            for start, stop in _cover(columns, wanted.bbox)
            if stop > start
        ]
        return np.concatenate(found) if found else np.empty(0, dtype=np.int64)
    return np.flatnonzero(mask(columns, wanted, 0, columns.count))


def mask(columns: Columns, wanted: Filter, start: int, stop: int) -> Mask:
    """Return which of the rows ``start … stop - 1`` a filter keeps."""
    keep = np.ones(stop - start, dtype=bool)
    for parameter, name in MEMBERSHIP.items():
        values = getattr(wanted, parameter)
        if values and name in columns.scalars:
            keep &= _is_one_of(columns.codes(name)[start:stop], columns.codes_of(name, values))
        elif values and name in columns.lists:
            keep &= _has_one_of(columns, name, columns.codes_of(name, values), start, stop)
    if "start" in columns.file and (wanted.datetime is not None or not wanted.undated):
        keep &= _overlaps(columns, wanted, start, stop)
    if wanted.attested is not None and "attested" in columns.file:
        keep &= columns.file.array("attested")[start:stop] == wanted.attested
    if wanted.bbox is not None:
        keep &= _within(columns, wanted.bbox, keep, start, stop)
    return keep


def _is_one_of(codes: Integers, wanted: list[int]) -> Mask:
    if len(wanted) == 1:
        return np.asarray(codes == codes.dtype.type(wanted[0]))
    is_wanted = np.zeros(int(codes.max(initial=0)) + 1, dtype=bool)
    is_wanted[[code for code in wanted if code < len(is_wanted)]] = True
    return np.asarray(is_wanted[codes])


def _has_one_of(columns: Columns, name: str, wanted: list[int], start: int, stop: int) -> Mask:
    ends = columns.file.array(f"{name}.ends")
    first, after = int(ends[start]), int(ends[stop])
    hits = first + np.flatnonzero(_is_one_of(columns.file.array(f"{name}.codes")[first:after], wanted))
    keep = np.zeros(stop - start, dtype=bool)
    # The row of an item is the last one that begins at it or before; rows without items begin where the next one does.
    keep[np.searchsorted(ends[start : stop + 1], hits.astype(ends.dtype), side="right") - 1] = True
    return keep


def _overlaps(columns: Columns, wanted: Filter, start: int, stop: int) -> Mask:
    """A record's interval, open where it says nothing, against the wanted one; ends are days, both inclusive."""
    first, last = columns.file.array("start")[start:stop], columns.file.array("end")[start:stop]
    limits = np.iinfo(first.dtype)
    is_undated: Mask = np.logical_and(first == limits.min, last == limits.max)
    if wanted.datetime is None:
        return np.logical_not(is_undated)
    begin, end = wanted.datetime
    keep = np.ones(stop - start, dtype=bool)
    if end is not None:
        keep &= first <= end.toordinal() - EPOCH
    if begin is not None:
        keep &= last >= begin.toordinal() - EPOCH
    # What has no date overlaps every interval, since it is open at both ends.
    return keep if wanted.undated else keep & ~is_undated


def _within(columns: Columns, bbox: tuple[float, float, float, float], keep: Mask, start: int, stop: int) -> Mask:
    west, south, east, north = bbox
    if columns.has_points:
        placed = min(max(columns.placed - start, 0), stop - start)
        lon = columns.file.array("lon_e7")[start : start + placed]
        lat = columns.file.array("lat_e7")[start : start + placed]
        within = np.zeros(stop - start, dtype=bool)
        from_west, to_east = lon >= _at_least(west), lon <= _at_most(east)
        within[:placed] = (from_west & to_east) if west <= east else (from_west | to_east)
        within[:placed] &= (lat >= _at_least(south)) & (lat <= _at_most(north))
        return within
    boxes = columns.file.array("box")[start:stop]
    within = np.zeros(stop - start, dtype=bool)
    for left, right in ((west, east),) if west <= east else ((west, 180.0), (-180.0, east)):
        meets = (boxes[:, 0] <= right) & (boxes[:, 2] >= left) & (boxes[:, 1] <= north) & (boxes[:, 3] >= south)
        inside = (boxes[:, 0] >= left) & (boxes[:, 2] <= right) & (boxes[:, 1] >= south) & (boxes[:, 3] <= north)
        within |= inside
        # Only where a shape's box crosses the edge of the wanted one does its outline decide.
        unsure = np.flatnonzero(meets & ~within & keep)
        if len(unsure):
            texts = [text[:-2].decode() for text in columns.feature_texts(start + unsure)]
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


def _cover(columns: Columns, bbox: tuple[float, float, float, float]) -> list[tuple[int, int]]:
    """Return the slices of rows in which the points of a box lie, and more, ascending and apart."""
    west, south, east, north = bbox
    boxes = ((west, east),) if west <= east else ((west, 180.0), (-180.0, east))
    found: list[tuple[int, int]] = []
    for left, right in boxes:
        for z in range(BITS // 2, -1, -1):
            first, last = tile_at(left, north, z), tile_at(right, south, z)
            if last.x - first.x < COVER_TILES and last.y - first.y < COVER_TILES:
                break
        # A point a hair inside the box may be projected a hair outside its tiles.
        across = range(max(first.x - 1, 0), min(last.x + 2, 2**z))
        down = range(max(first.y - 1, 0), min(last.y + 2, 2**z))
        found += slices_of_tiles(columns, z, [(x, y) for x in across for y in down])
    merged: list[tuple[int, int]] = []
    for start, stop in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
        else:
            merged.append((start, stop))
    return merged
