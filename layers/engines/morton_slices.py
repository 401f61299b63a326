"""Morton slices: where in a file of points, sorted by their Morton codes, the points of a tile stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geo.morton import BITS, interleave

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from layers.engines.columns import Columns

    Integers = npt.NDArray[Any]

__all__ = ["bounds_of_cells", "slices_of_tiles"]


def slices_of_tiles(columns: Columns, z: int, tiles: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the first row of each tile ``x, y`` and the one after its last."""
    if not tiles:
        return []
    x, y = np.array(tiles, dtype=np.uint64).T
    start, stop = bounds_of_cells(columns, z, interleave(x, y))
    return list(zip(start.tolist(), stop.tolist(), strict=True))


def bounds_of_cells(columns: Columns, z: int, cells: Integers) -> tuple[Integers, Integers]:
    """Return the first rows of cells, given by their Morton codes at zoom ``z``, and the rows after their last."""
    codes = columns.file.array("morton")
    shift = np.uint64(2 * (BITS - z))
    start = np.searchsorted(codes, cells << shift)
    # The last code of a cell, since the one after the world's last cell does not fit into 64 bits.
    last = (cells << shift) | ((np.uint64(1) << shift) - np.uint64(1) if z else np.uint64(2**64 - 1))
    return start, np.searchsorted(codes, last, side="right")
