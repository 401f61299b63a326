"""ImportedRecord: one row of a data set, reduced to what a map may say of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

__all__ = ["NOTHING_IMPORTED", "Imported", "ImportedRecord", "Quantity"]


if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.imports.dataset import Dataset


@dataclass(frozen=True, slots=True)
class Quantity:
    """How many or how much: ``what`` is a word of :data:`layers.candidate_texts.COUNTED`, ``unit`` one of its units or ``None``."""

    what: str
    unit: str | None
    low: float | None
    best: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class ImportedRecord:
    """One row of a data set: ``dataset``, ``version`` and ``row`` (the row's own id in it) are its evidence.

    ``date_start`` and ``date_end`` are ISO 8601 days, both inclusive; ``lon`` and ``lat`` degrees as the row gives them. The
    codes of precision are kept as they stand in the row (``where_prec_code``, ``date_prec_code``) beside what they mean here
    (``where_prec`` is UCDP's 1 to 7, ``date_prec`` day, month or year). ``actors`` are groups as the row names them.
    """

    dataset: str
    version: str
    row: str
    category: str
    date_start: str | None
    date_end: str | None
    date_prec: str | None
    date_prec_code: str | None
    lon: float | None
    lat: float | None
    where_prec: int | None
    where_prec_code: str | None
    place: str | None
    actors: tuple[str, ...]
    quantities: tuple[Quantity, ...]

    def to_json(self) -> dict[str, Any]:
        """Return what is stored under the row's id: all but ``dataset``, ``version`` and ``row``."""
        document = asdict(self)
        return {name: document[name] for name in document if name not in _KEY}

    @classmethod
    def from_json(cls, dataset: str, version: str, row: str, document: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_json` wrote."""
        plain = {**document, "actors": tuple(document["actors"])}
        plain["quantities"] = tuple(Quantity(**quantity) for quantity in document["quantities"])
        return cls(dataset=dataset, version=version, row=row, **plain)


_KEY = ("dataset", "version", "row")


@dataclass(frozen=True, slots=True)
class Imported:
    """All data sets of a coverage store, and their records sorted by data set and row. Empty without any."""

    datasets: tuple[Dataset, ...] = ()
    records: tuple[ImportedRecord, ...] = ()

    def redistributable(self) -> Imported:
        """Return what may be passed on: without the data sets whose terms forbid it."""
        kept = tuple(dataset for dataset in self.datasets if not dataset.is_restricted)
        ids = {dataset.id for dataset in kept}
        return Imported(kept, tuple(record for record in self.records if record.dataset in ids))


NOTHING_IMPORTED = Imported()
"""What a build without imports takes along."""
