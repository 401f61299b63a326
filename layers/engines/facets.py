"""Facets: how many of the features that a filter keeps are of each category, organization, article, year and area."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from layers.engines.masks import mask, rows_of
from layers.filter import MEMBERSHIP, Filter

if TYPE_CHECKING:
    import numpy.typing as npt

    from layers.engines.columns import Columns

    Integers = npt.NDArray[Any]
    Mask = npt.NDArray[np.bool_]

__all__ = ["FACETS", "count"]

FACETS: Final = {**MEMBERSHIP, "area": "areas"}
"""Facet → the property whose values it counts."""


def count(columns: Columns, wanted: Filter) -> dict[str, Any]:
    """Return the totals of a layer under a filter.

    Returns
    -------
    dict
        ``total``; ``unplaced`` and ``undated`` of it (``undated`` is ``None`` for a layer without dates); and for each of
        :data:`FACETS`, and ``year``, that the layer has, the totals by value, values without any left out. A feature with
        several organizations counts once for each. A year's total is that of ``datetime=`` that year with
        ``undated=exclude``: a feature whose dates run over several years counts in each, one with an open end in all years
        on that side in which the layer knows any date.
    """
    keep = _mask(columns, wanted)
    total = columns.count if keep is None else int(np.count_nonzero(keep))
    placed = columns.placed if keep is None else _placed(columns, keep)
    found: dict[str, Any] = {"total": total, "unplaced": total - placed, "undated": None}
    for facet, name in FACETS.items():
        if name in columns.lists:
            found[facet] = _of_lists(columns, name, keep)
        elif name in columns.scalars:
            found[facet] = _of_scalars(columns, name, keep)
    if columns.has_days:
        found["undated"], found["year"] = _years(columns, keep)
    return found


def _mask(columns: Columns, wanted: Filter) -> Mask | None:
    """Return which rows are kept, ``None`` for all."""
    if wanted == Filter():
        return None
    if wanted.bbox is None or not columns.has_points:
        return mask(columns, wanted, 0, columns.count)
    keep = np.zeros(columns.count, dtype=bool)
    keep[rows_of(columns, wanted)] = True
    return keep


def _placed(columns: Columns, keep: Mask) -> int:
    if columns.has_points:
        return int(np.count_nonzero(keep[: columns.placed]))
    return int(np.count_nonzero(keep & ~np.isnan(columns.file.array("box")[:, 0])))


def _of_scalars(columns: Columns, name: str, keep: Mask | None) -> dict[str, int]:
    codes = columns.codes(name)
    totals = np.bincount(codes if keep is None else codes[keep], minlength=1)[1:]
    return _named(columns.values(name), totals)


def _of_lists(columns: Columns, name: str, keep: Mask | None) -> dict[str, int]:
    codes = columns.file.array(f"{name}.codes")
    if keep is not None:
        ends = columns.file.array(f"{name}.ends").astype(np.int64)
        lengths = ends[1:] - ends[:-1]
        # Where each row has one item, the items are the rows.
        is_single = len(codes) == columns.count and bool((lengths == 1).all())
        codes = codes[keep if is_single else np.repeat(keep, lengths)]
    return _named(columns.values(name), np.bincount(codes, minlength=0))


def _named(values: tuple[Any, ...], totals: Integers) -> dict[str, int]:
    counted = zip(values, totals.tolist(), strict=False)
    return dict(sorted((str(value), number) for value, number in counted if number))


def _years(columns: Columns, keep: Mask | None) -> tuple[int, dict[str, int]]:
    """Return how many features have no date, and the totals by year."""
    first, last = (
        bound.days[bound.codes if keep is None else bound.codes[keep]]
        for bound in (columns.first_day, columns.last_day)
    )
    limits = np.iinfo(first.dtype)
    is_dated = (first != limits.min) | (last != limits.max)
    undated = len(first) - int(np.count_nonzero(is_dated))
    if columns.days is None or undated == len(first):
        return undated, {}
    earliest, latest = columns.days
    if undated:
        first, last = first[is_dated], last[is_dated]
    first, last = np.maximum(first, earliest) - earliest, np.minimum(last, latest) - earliest
    year = (
        (earliest + np.arange(latest - earliest + 1)).astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)
    )
    year += 1970
    least, span = int(year[0]), int(year[-1] - year[0]) + 2
    # Dates that run backwards overlap no year.
    first, last = year[first] - least, np.maximum(year[last] - least + 1, year[first] - least)
    begun, ended = (np.bincount(bound, minlength=span) for bound in (first, last))
    running = np.cumsum(begun - ended)[:-1].tolist()
    return undated, {f"{least + i:04d}": number for i, number in enumerate(running) if number}
