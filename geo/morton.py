"""Morton codes: the two coordinates of a cell woven into one integer, so that neighbours on the map are neighbours in a file.

Sorted by their code at zoom :data:`BITS`, all points of any tile of any zoom up to it lie next to each other: the code of a
tile is the code of its points without their last ``2 * (BITS - z)`` bits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Cells = npt.NDArray[np.uint32]
    Codes = npt.NDArray[np.uint64]

__all__ = ["BITS", "code_of", "deinterleave", "interleave"]

BITS: Final = 32
"""Bits of each coordinate: cells of a centimetre on the equator of WebMercatorQuad."""

_BYTE = np.arange(256, dtype=np.uint16)
_SPREAD: Final = np.bitwise_or.reduce([(_BYTE & 1 << bit) << bit for bit in range(8)])
"""A byte → its bits in the even places of 16."""

_GATHER: Final = np.bitwise_or.reduce(
    [(np.arange(1 << 16, dtype=np.uint32) >> 2 * bit & 1) << bit for bit in range(8)]
    + [(np.arange(1 << 16, dtype=np.uint32) >> 2 * bit + 1 & 1) << bit + 8 for bit in range(8)]
).astype("<u2")
"""16 bits of a code → their eight bits of the column, in the lower byte, and eight of the row."""


def code_of(x: int, y: int) -> int:
    """Return the code of one cell, its column and row from 0 to 2**32 - 1.

    >>> code_of(1, 0), code_of(0, 1), code_of(2**32 - 1, 2**32 - 1) == 2**64 - 1
    (1, 2, True)
    """
    code = 0
    for byte in range(4):
        column, row = x >> 8 * byte & 0xFF, y >> 8 * byte & 0xFF
        code |= (_SPREAD_ONE[column] | _SPREAD_ONE[row] << 1) << 16 * byte
    return code


_SPREAD_ONE: Final = tuple(_SPREAD.tolist())


def interleave(x: npt.ArrayLike, y: npt.ArrayLike) -> Codes:
    """Return the codes of cells, the bits of ``x`` in the even places.

    Parameters
    ----------
    x, y
        Columns and rows, integers from 0 to 2**32 - 1, of one shape.

    Examples
    --------
    >>> interleave([0, 1, 0, 1], [0, 0, 1, 1]).tolist()
    [0, 1, 2, 3]
    """
    return _spread(x) | (_spread(y) << np.uint64(1))


def deinterleave(codes: npt.ArrayLike) -> tuple[Cells, Cells]:
    """Return columns and rows (uint32) of codes: the inverse of :func:`interleave`.

    Examples
    --------
    >>> [part.tolist() for part in deinterleave([2, 3])]
    [[0, 1], [1, 1]]
    """
    both = np.ascontiguousarray(codes, dtype="<u8")
    parts = _GATHER[both.view("<u2")].view(np.uint8)
    column, row = np.ascontiguousarray(parts[0::2]), np.ascontiguousarray(parts[1::2])
    return column.view("<u4"), row.view("<u4")


def _spread(values: npt.ArrayLike) -> Codes:
    cells = np.ascontiguousarray(values, dtype="<u4")
    spread: Codes = _SPREAD[cells.view(np.uint8)].view("<u8").reshape(cells.shape)
    return spread
