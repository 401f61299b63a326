"""DatasetStore: the door to what was imported of data sets, in the same database as the coverage store."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import UnknownFeature
from layers.imports.record import NOTHING_IMPORTED, Imported
from layers.store import imports as import_rows
from layers.store.engine import open_engine, reading, writing
from layers.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.imports.dataset import Dataset
    from layers.imports.record import ImportedRecord
    from layers.store.imports import ImportedCounts

__all__ = ["DatasetStore", "has_store", "imported"]


@dataclass(frozen=True, slots=True)
class DatasetStore(Store):
    """The data sets of one database and their records. Use it as a context manager.

    Every method is one transaction and raises :class:`geo.errors.UnusableStore` when the database does not do its part.
    """

    def keep(self, dataset: Dataset, records: Sequence[ImportedRecord], *, replacing: bool = False) -> ImportedCounts:
        """Store records of a data set by their rows; the same ones again change nothing.

        With ``replacing``, records of the data set that are not among them are taken out.
        """
        with writing(self.engine) as connection:
            return import_rows.keep(connection, dataset, records, replacing=replacing)

    def compare(
        self, dataset: Dataset, records: Sequence[ImportedRecord], *, replacing: bool = False
    ) -> ImportedCounts:
        """Tell what :meth:`keep` would change, and change nothing."""
        with reading(self.engine) as connection:
            return import_rows.compare(connection, records, dataset.id, replacing=replacing)

    def remove(self, dataset: str) -> int:
        """Take a data set out with all its records; return how many there were.

        Raises
        ------
        UnknownFeature
            When nothing was imported from it.
        """
        with writing(self.engine) as connection:
            count = import_rows.remove(connection, dataset)
        if count is None:
            raise UnknownFeature(
                f"The store holds no data set {dataset!r}.", hint="`corridormap import list` names those that it holds."
            )
        return count

    def datasets(self) -> list[tuple[Dataset, int]]:
        """Return the data sets that were imported from, sorted by id, each with the number of its records."""
        with reading(self.engine) as connection:
            return import_rows.counts_by_dataset(connection)

    def imported(self) -> Imported:
        """Return all data sets and all records that were imported."""
        with reading(self.engine) as connection:
            return import_rows.all_imported(connection)


def has_store(url: str) -> bool:
    """Tell whether there is a store at a URL: SQLite makes a file that is not there; what only reads must not.

    Raises
    ------
    UnusableStore
        The URL is none.
    """
    engine = open_engine(url)
    engine.dispose()
    return engine.dialect.name != "sqlite" or Path(engine.url.database or "").is_file()


def imported(url: str, *, redistributable: bool = False) -> Imported:
    """Return the imported records that a build takes along; nothing where there is no store yet.

    With ``redistributable`` these are only those whose terms allow to pass them on.

    Raises
    ------
    UnusableStore
        The store cannot be read.
    """
    if not has_store(url):
        return NOTHING_IMPORTED
    with DatasetStore.open(url) as store:
        found = store.imported()
    return found.redistributable() if redistributable else found
