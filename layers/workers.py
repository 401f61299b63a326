"""Workers: who does the parts of a long job. Here it is this process; :mod:`layers.cluster` has many.

What is handed to workers is a function of the top level of a module, what all parts need (``given``) and the parts: all of it
can be pickled, and the same part gives the same result wherever it is done, and however often. So a worker may die.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

__all__ = ["HERE", "Workers"]

G = TypeVar("G")
P = TypeVar("P")
R = TypeVar("R")


class Workers(Protocol):
    """Does the parts of a job."""

    @property
    def count(self) -> int:
        """How many parts are done at the same time; 0 when this process does them itself, one after the other."""

    def sees(self, path: Path) -> bool:
        """Whether every worker can read this file, with the content that it has here."""

    def map(self, function: Callable[[G, P], R], given: G, parts: Iterable[P]) -> Iterator[R]:
        """Yield ``function(given, part)`` for each part, in the order of the parts, which are taken when they are needed.

        Raises
        ------
        UnusableCluster
            When workers are lost and no others come.
        """


class _Here:
    """The process that asks."""

    count = 0

    def sees(self, path: Path) -> bool:
        return path.is_file()

    def map(self, function: Callable[[G, P], R], given: G, parts: Iterable[P]) -> Iterator[R]:
        for part in parts:
            yield function(given, part)


HERE: Workers = _Here()
"""Parts are done one after the other, without any overhead."""
