"""Morton slices: where in a file of points, sorted by their Morton codes, the points of a tile stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geo.morton import BITS, code_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from layers.engines.columns import Columns

    Integers = npt.NDArray[Any]

__all__ = ["bounds_of_cells", "runs_of_cells", "slice_of_tile"]


def slice_of_tile(columns: Columns, z: int, x: int, y: int) -> tuple[int, int]:
    """Return the first row of a tile and the one after its last."""
    codes, cell, bits = columns.file.array("morton"), code_of(x, y), 2 * (BITS - z)
    start = int(codes.searchsorted(np.uint64(cell << bits)))
    # The last code of a tile, since the one after the world's last tile does not fit into 64 bits.
    return start, int(codes.searchsorted(np.uint64((cell + 1 << bits) - 1), side="right"))


def bounds_of_cells(columns: Columns, z: int, cells: Integers) -> tuple[Integers, Integers]:
    """Return the first rows of cells, given by their Morton codes at zoom ``z``, and the rows after their last."""
    codes = columns.file.array("morton")
    shift = np.uint64(2 * (BITS - z))
    first = cells << shift
    last = first | ((np.uint64(1) << shift) - np.uint64(1) if z else np.uint64(2**64 - 1))
    return codes.searchsorted(first), codes.searchsorted(last, side="right")


def runs_of_cells(columns: Columns, z: int, cells: Integers) -> tuple[Integers, Integers]:
    """Return the runs of rows of cells, given by ascending codes: the first row of each and the one after its last."""
    starts, stops = bounds_of_cells(columns, z, cells)
    is_any = stops > starts
    starts, stops = starts[is_any], stops[is_any]
    begins = np.ones(len(starts), dtype=bool)
    begins[1:] = starts[1:] != stops[:-1]
    ends = np.ones(len(starts), dtype=bool)
    ends[:-1] = begins[1:]
    return starts[begins], stops[ends]
