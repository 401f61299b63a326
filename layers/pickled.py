"""Pickled: objects of this process put aside on disk, each made anew when it is asked for, so that a few are held of many."""

from __future__ import annotations

import pickle
import zlib
from array import array
from collections.abc import Iterable, Sequence
from typing import TypeVar, overload

from layers.spool import Spool

__all__ = ["Pickled"]

T = TypeVar("T")


class Pickled(Sequence[T]):
    """Objects in a :class:`layers.spool.Spool`, sixteen bytes of memory each; who asks twice gets two that are alike.

    >>> places = Pickled([("Kulob", 37.9), ("Osh", 40.5)])
    >>> places[1], len(places), [name for name, _ in places]
    (('Osh', 40.5), 2, ['Kulob', 'Osh'])
    """

    def __init__(self, objects: Iterable[T] = (), *, spool: Spool | None = None, numbers: Iterable[int] = ()) -> None:
        self._spool = Spool() if spool is None else spool
        self._numbers = array("Q", numbers)
        for each in objects:
            self.add(each)

    def add(self, each: T) -> int:
        """Put one more object aside and return its place."""
        self._numbers.append(self._spool.add(zlib.compress(pickle.dumps(each, protocol=5), 1)))
        return len(self._numbers) - 1

    def chosen(self, places: Iterable[int]) -> Pickled[T]:
        """Return some of these, in this order, in the same file.

        >>> list(Pickled("abc").chosen([2, 0]))
        ['c', 'a']
        """
        return Pickled(spool=self._spool, numbers=map(self._numbers.__getitem__, places))

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[T]: ...
    def __getitem__(self, place: int | slice) -> T | Sequence[T]:
        if isinstance(place, slice):
            return self.chosen(range(len(self))[place])
        packed = self._spool[self._numbers[place]]
        made: T = pickle.loads(zlib.decompress(packed))  # noqa: S301 -- this process wrote it, to a file without a name
        return made
