"""Shared keys: which pairs of articles hold the same rare key, found bucket by bucket on disk.

Keys are hashes of 64 bits. They are dealt into buckets, and so are the pairs that they give: a bucket at a time is held
and sorted, so that memory does not grow with the articles as long as a bucket is small beside it (1.2 kB of keys an
article in 64 buckets: 20 MB for a million). No pair is made that shares nothing: a key of ``most`` articles gives
``most * (most - 1) / 2`` pairs at most and one of more gives none, so the work grows with the number of keys alone.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Final

import numpy as np

from layers.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import numpy.typing as npt

    Words = npt.NDArray[np.uint64]

__all__ = ["SharedKeys", "hash_of"]

BUCKETS: Final = 64
PER_DEAL: Final = 1 << 16
"""Rows that are dealt into buckets at once."""
_KIND_SHIFT, _ARTICLE_SHIFT = np.uint64(60), np.uint64(32)
_LOW: Final = np.uint64(0xFFFFFFFF)


def hash_of(key: str) -> int:
    """Return the hash of a text, the same on every machine.

    >>> hash_of("335.855")
    4316322514812699092
    """
    return int.from_bytes(blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


class _Rows:
    """Rows of two words on disk, by bucket."""

    def __init__(self) -> None:
        self._spool = Spool()
        self._pieces: list[list[int]] = [[] for _ in range(BUCKETS)]

    def add(self, buckets: npt.NDArray[np.intp], first: Words, second: Words) -> None:
        order = np.argsort(buckets, kind="stable")
        rows = np.column_stack([first, second])[order]
        ends = np.searchsorted(buckets[order], np.arange(BUCKETS + 1))
        for bucket in np.flatnonzero(np.diff(ends)).tolist():
            self._pieces[bucket].append(self._spool.add(rows[ends[bucket] : ends[bucket + 1]].tobytes()))

    def sorted_buckets(self) -> Iterator[tuple[Words, Words]]:
        """Yield the two columns of one bucket after the other, sorted by the first and then by the second."""
        for pieces in self._pieces:
            rows = np.frombuffer(b"".join(map(self._spool.__getitem__, pieces)), dtype=np.uint64).reshape(-1, 2)
            order = np.lexsort((rows[:, 1], rows[:, 0]))
            yield rows[order, 0], rows[order, 1]


class SharedKeys:
    """The keys of articles, which are known by their number from 0 on (below 2^32), in some kinds (below 16).

    >>> shared = SharedKeys(kinds=2)
    >>> for article, keys in enumerate([[7, 8, 9], [8, 9], [5]]):
    ...     shared.add(article, 1, keys)
    >>> list(shared.pairs(most=24, least=[1, 2]))
    [(0, 1, (0, 2))]
    """

    def __init__(self, kinds: int) -> None:
        self._kinds = kinds
        self._articles = 0
        self._keys = _Rows()
        self._waiting: list[tuple[Words, Words]] = []
        self._count = 0

    def add(self, article: int, kind: int, keys: Iterable[int]) -> None:
        """Tell the keys that an article holds, each once."""
        hashes = np.fromiter(keys, dtype=np.uint64)
        held_by = np.full(len(hashes), (kind << 60) | article, dtype=np.uint64)
        self._waiting.append((hashes, held_by))
        self._articles = max(self._articles, article + 1)
        self._count += len(hashes)
        if self._count >= PER_DEAL:
            self._deal()

    def _deal(self) -> None:
        if self._waiting:
            hashes, held_by = (np.concatenate(column) for column in zip(*self._waiting, strict=True))
            self._keys.add((hashes % np.uint64(BUCKETS)).astype(np.intp), hashes, held_by)
        self._waiting, self._count = [], 0

    def pairs(self, most: int, least: Sequence[int]) -> Iterator[tuple[int, int, tuple[int, ...]]]:
        """Yield pairs of articles with how many keys of each kind they share, in order; ``first`` < ``second``.

        Parameters
        ----------
        most
            A key that more articles hold than these counts for nothing.
        least
            By kind: only pairs that share so many keys of one kind at least are told.
        """
        self._deal()
        rows = _Rows()
        for keys, held_by in self._keys.sorted_buckets():
            self._pair(keys, held_by, most, rows)
        fewest = np.array(least)
        for pairs, kinds in rows.sorted_buckets():
            starts = _starts(pairs)
            runs = np.repeat(np.arange(len(starts)), _lengths(starts, pairs))
            cells = runs * self._kinds + kinds.astype(np.intp)
            counts = np.bincount(cells, minlength=len(starts) * self._kinds).reshape(-1, self._kinds)
            told = (counts >= fewest).any(axis=1)
            for pair, shared in zip(pairs[starts[told]].tolist(), counts[told].tolist(), strict=True):
                yield pair >> 32, pair & int(_LOW), tuple(shared)

    def _pair(self, keys: Words, held_by: Words, most: int, rows: _Rows) -> None:
        """Put aside every pair of holders of each key."""
        kinds = held_by >> _KIND_SHIFT
        starts = _starts(keys, kinds)
        lengths = _lengths(starts, keys)
        articles = held_by & _LOW
        for length in range(2, most + 1):
            chosen = starts[lengths == length]
            if not len(chosen):
                continue
            one, other = np.triu_indices(length, k=1)
            at_once = max(1, PER_DEAL // len(one))
            for at in range(0, len(chosen), at_once):
                some = chosen[at : at + at_once, np.newaxis]
                first, second = articles[some + one].ravel(), articles[some + other].ravel()
                buckets = (first * np.uint64(BUCKETS) // np.uint64(self._articles)).astype(np.intp)
                rows.add(buckets, first << _ARTICLE_SHIFT | second, np.repeat(kinds[some[:, 0]], len(one)))


def _starts(*columns: Words) -> npt.NDArray[np.intp]:
    """Return where runs of equal rows begin in sorted columns."""
    length = len(columns[0])
    is_start = np.zeros(length, dtype=bool)
    is_start[:1] = True
    for column in columns:
        is_start[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(is_start)


def _lengths(starts: npt.NDArray[np.intp], rows: Words) -> npt.NDArray[np.intp]:
    return np.diff(np.append(starts, len(rows)))
