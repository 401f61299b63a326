"""Morton codes: the two coordinates of a cell woven into one integer, so that neighbours on the map are neighbours in a file.

Sorted by their code at zoom :data:`BITS`, all points of any tile of any zoom up to it lie next to each other: the code of a
tile is the code of its points without their last ``2 * (BITS - z)`` bits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Codes = npt.NDArray[np.uint64]

__all__ = ["BITS", "deinterleave", "interleave"]

BITS: Final = 32
"""Bits of each coordinate: cells of a centimetre on the equator of WebMercatorQuad."""

_SPREAD: Final = (
    (16, 0x0000FFFF0000FFFF),
    (8, 0x00FF00FF00FF00FF),
    (4, 0x0F0F0F0F0F0F0F0F),
    (2, 0x3333333333333333),
    (1, 0x5555555555555555),
)


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


def deinterleave(codes: npt.ArrayLike) -> tuple[Codes, Codes]:
    """Return columns and rows (uint64) of codes: the inverse of :func:`interleave`.

    Examples
    --------
    >>> [part.tolist() for part in deinterleave([2, 3])]
    [[0, 1], [1, 1]]
    """
    both = np.asarray(codes, dtype=np.uint64)
    return _gather(both), _gather(both >> np.uint64(1))


def _spread(values: npt.ArrayLike) -> Codes:
    spread = np.asarray(values, dtype=np.uint64)
    for shift, mask in _SPREAD:
        spread = (spread | (spread << np.uint64(shift))) & np.uint64(mask)
    return spread


def _gather(codes: Codes) -> Codes:
    gathered = codes & np.uint64(_SPREAD[-1][1])
    for (shift, _), (_, mask) in zip(_SPREAD[::-1], (*_SPREAD[-2::-1], (0, 0x00000000FFFFFFFF)), strict=True):
        gathered = (gathered | (gathered >> np.uint64(shift))) & np.uint64(mask)
    return gathered
