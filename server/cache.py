"""Cache: answers asked for lately, up to a number of bytes, each made once however many ask for it at the same time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["AnswerCache", "Sized"]


class Sized(Protocol):
    """Something that says how many bytes it takes."""

    def __len__(self) -> int: ...


V = TypeVar("V", bound=Sized)


@dataclass(slots=True)
class _Making(Generic[V]):
    """What one thread is making while others wait for it."""

    done: threading.Event = field(default_factory=threading.Event)
    made: V | None = None


@dataclass(frozen=True, slots=True)
class AnswerCache(Generic[V]):
    """Keeps answers by key; the one asked for longest ago goes first.

    A key must name all that decides the answer: the release, what is asked of it and in whose name.

    >>> cache: AnswerCache[bytes] = AnswerCache(limit_bytes=600)
    >>> for number in range(9):
    ...     body = cache.get_or_make(f"tile {number}", lambda: b"0123456789" * 7)
    >>> cache.get("tile 0") is None, cache.get("tile 8")[:3]
    (True, b'012')
    """

    limit_bytes: int = 32_000_000
    _kept: OrderedDict[str, V] = field(default_factory=OrderedDict, repr=False)
    _making: dict[str, _Making[V]] = field(default_factory=dict, repr=False)
    _size: list[int] = field(default_factory=lambda: [0], repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def get(self, key: str) -> V | None:
        """Return an answer, or ``None`` when it is not kept."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def get_or_make(self, key: str, make: Callable[[], V], *, keeps: Callable[[V], bool] = lambda _: True) -> V:
        """Return an answer, made now if it is not kept; who asks while it is being made waits for it.

        What ``keeps`` refuses is handed out and forgotten. When ``make`` raises, each of those who wait makes it for itself.
        """
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                return found
            making = self._making.get(key)
            is_mine = making is None
            if making is None:
                making = self._making[key] = _Making()
        if not is_mine:
            making.done.wait()
            return making.made if making.made is not None else make()
        try:
            making.made = make()
            if keeps(making.made):
                self._keep(key, making.made)
            return making.made
        finally:
            with self._lock:
                del self._making[key]
            making.done.set()

    def _keep(self, key: str, answer: V) -> None:
        if len(answer) > self.limit_bytes // 8:
            return  # one large body must not push all others out
        with self._lock:
            self._kept[key] = answer
            self._size[0] += len(answer) + len(key)
            while self._size[0] > self.limit_bytes and len(self._kept) > 1:
                old_key, old = self._kept.popitem(last=False)
                self._size[0] -= len(old) + len(old_key)
