"""Packing: gzip for answers, quickly for those made for one reader and as small as may be for those that many will ask for.

ISA-L packs what is made for one reader five times as fast as zlib does, and no larger. It has wheels for x86-64 and ARM
alone; elsewhere zlib does it.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["PACKER", "QUICK", "SMALL", "SMALLEST", "packed"]

_quickly: Callable[[bytes, int, int], bytes]
try:
    from isal.isal_zlib import compress as _quickly

    PACKER, _QUICK_LEVEL = "isal", 2
except ImportError:
    _quickly, PACKER, _QUICK_LEVEL = zlib.compress, "zlib", 1

QUICK, SMALL = 1, 6
"""Levels: for what is asked for once, and for what many will ask for."""

SMALLEST: Final = 600
"""Bytes below which packing is not worth its while."""

_GZIP: Final = 31
"""The window of 15 bits in gzip's frame, whose header then says no time."""


def packed(content: bytes, level: int = SMALL) -> bytes:
    """Return gzip.

    >>> import gzip
    >>> gzip.decompress(packed(b"tile", QUICK)), gzip.decompress(packed(b""))
    (b'tile', b'')
    """
    if level == QUICK:
        return _quickly(content, _QUICK_LEVEL, _GZIP)
    return zlib.compress(content, level, _GZIP)
