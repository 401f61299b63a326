"""Cache: bodies asked for lately, plain and gzipped, so that each is made and packed once."""

from __future__ import annotations

import gzip
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

__all__ = ["BodyCache"]


@dataclass(frozen=True, slots=True)
class BodyCache:
    """Keeps bodies by key up to a number of bytes; the one asked for longest ago goes first.

    A key must name all that decides the body: the release, what is asked of it and in whose name.
    """

    limit_bytes: int = 64_000_000
    _kept: OrderedDict[str, tuple[bytes, bytes]] = field(default_factory=OrderedDict, repr=False)
    _size: list[int] = field(default_factory=lambda: [0], repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def get(self, key: str) -> tuple[bytes, bytes] | None:
        """Return a body and its gzip, or ``None`` when it is not kept."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def put(self, key: str, body: bytes) -> tuple[bytes, bytes]:
        """Keep a body and return it with its gzip.

        >>> cache = BodyCache(limit_bytes=80)
        >>> for name in ("first", "second", "third"):
        ...     body, packed = cache.put(name, b"0123456789")
        >>> cache.get("first") is None, gzip.decompress(cache.get("third")[1])
        (True, b'0123456789')
        """
        pair = (body, gzip.compress(body, 6, mtime=0))
        if len(body) > self.limit_bytes // 8:
            return pair  # one large body must not push all others out
        with self._lock:
            if key not in self._kept:
                self._kept[key] = pair
                self._size[0] += len(pair[0]) + len(pair[1])
            while self._size[0] > self.limit_bytes and len(self._kept) > 1:
                _, (old, old_gzip) = self._kept.popitem(last=False)
                self._size[0] -= len(old) + len(old_gzip)
        return pair
