"""Turns: answers that take seconds keep so few of a process's threads that the map is answered meanwhile.

A worker answers with :data:`THREADS` threads. Each is kept for as long as a file is made, and for as long as a slow client takes
to read what is sent while it is written: without turns a dozen downloads would stop the map. Who comes when all turns are taken
is told to come again.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeVar

from geo.errors import TooBusy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from server.cache import AnswerCache, Sized

__all__ = ["MAKING", "SENDING", "THREADS", "Turns", "kept_or_made"]

V = TypeVar("V", bound="Sized")

THREADS: Final = 12
"""Of a worker; four are left when all turns are taken."""


class Turns:
    """A number of turns; threads share it.

    Parameters
    ----------
    at_once
        How many are taken at the same time.
    waiting
        How many more may wait for one.
    busy
        What is going on when no more may wait, for people to read.
    """

    def __init__(self, at_once: int, waiting: int, busy: str) -> None:
        self._running = threading.BoundedSemaphore(at_once)
        self._places = threading.BoundedSemaphore(at_once + waiting)
        self._busy = busy

    @contextmanager
    def take(self) -> Iterator[None]:
        """Hold a turn for the length of the block.

        Raises
        ------
        TooBusy
            At once, when as many wait as may.

        Examples
        --------
        >>> turns = Turns(at_once=1, waiting=0, busy="One is made already.")
        >>> with turns.take(), turns.take():
        ...     pass
        Traceback (most recent call last):
        geo.errors.TooBusy: One is made already. Ask again in some seconds.
        """
        if not self._places.acquire(blocking=False):
            raise TooBusy(self._busy, hint="Ask again in some seconds.")
        try:
            with self._running:
                yield
        finally:
            self._places.release()


MAKING: Final = Turns(2, 2, "As many files and figures are being made as may be.")
"""To have a process of its own make something, which takes a processor and some 200 MB."""

SENDING: Final = Turns(4, 0, "As many large files are being sent as may be.")
"""To send what is written meanwhile, or more than fits into a few pieces."""


def kept_or_made(cache: AnswerCache[V], key: str, make: Callable[[], V]) -> V:
    """Return what a cache keeps, else what is made in a turn of :data:`MAKING`; who waits for it takes a turn too.

    Raises
    ------
    TooBusy
        When there is none.
    """
    found = cache.get(key)
    if found is not None:
        return found
    with MAKING.take():
        return cache.get_or_make(key, make)
