"""Store: the database of the coverage store, opened at its last form; each of its uses adds what it asks and writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from layers.store.engine import open_engine
from layers.store.schema import upgrade

if TYPE_CHECKING:
    from types import TracebackType

    import sqlalchemy as sa

__all__ = ["Store"]


@dataclass(frozen=True, slots=True)
class Store:
    """One database. Use it as a context manager, or close it.

    Every method of what is made of it is one transaction and raises :class:`geo.errors.UnusableStore` when the database
    does not do its part.
    """

    engine: sa.Engine

    @classmethod
    def open(cls, url: str) -> Self:
        """Open a store, making or upgrading its tables where needed.

        Raises
        ------
        UnusableStore
            When the URL names no database, or one that cannot be written or comes from a later version.
        """
        engine = open_engine(url)
        upgrade(engine)
        return cls(engine)

    def close(self) -> None:
        """Close its connections."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
