"""Memory: what requests have used is given back to the system, as far as the GNU C library can be asked; elsewhere nothing is done.

Left alone it keeps an arena for each thread, arrays of many megabytes for the next ones, and every page of which a few bytes
are still in use beside what was freed: workers that have answered all sorts of requests then take half as much again.
"""

from __future__ import annotations

import contextlib
import ctypes
from typing import Final

__all__ = ["give_back", "keep_little"]

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
"""From <malloc.h>."""

KEPT_BYTES: Final = 1 << 20
"""Most requests need no more than this, and to give it back and ask for it again took a fifth of their time."""


def keep_little() -> None:
    """Have this process keep about :data:`KEPT_BYTES` between requests; before it starts threads."""
    with contextlib.suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        for parameter, value in ((_M_ARENA_MAX, 1), (_M_MMAP_THRESHOLD, KEPT_BYTES), (_M_TRIM_THRESHOLD, KEPT_BYTES)):
            library.mallopt(parameter, value)


def give_back() -> None:
    """Give back the free pages that lie between what is in use, but for :data:`KEPT_BYTES`: about a millisecond."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(ctypes.c_size_t(KEPT_BYTES))
