"""Rows of imports: the data sets, and what was imported of each; the same file twice changes nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from layers.imports.dataset import Dataset
from layers.imports.record import Imported, ImportedRecord
from layers.store import tables

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ImportedCounts", "all_imported", "compare", "counts_by_dataset", "keep", "remove"]

_PER_STATEMENT = 500


@dataclass(frozen=True, slots=True)
class ImportedCounts:
    """What an import changes: how many records are new, said otherwise, the same as before, and taken out."""

    new: int
    changed: int
    same: int
    removed: int


def compare(
    connection: sa.Connection, records: Sequence[ImportedRecord], dataset: str, *, replacing: bool
) -> ImportedCounts:
    """Tell what :func:`keep` would change."""
    known = _known(connection, dataset)
    new = sum(record.row not in known for record in records)
    same = sum(known.get(record.row) == _said(record) for record in records)
    gone = len(known.keys() - {record.row for record in records}) if replacing else 0
    return ImportedCounts(new, len(records) - new - same, same, gone)


def keep(
    connection: sa.Connection, dataset: Dataset, records: Sequence[ImportedRecord], *, replacing: bool
) -> ImportedCounts:
    """Store a data set and its records; with ``replacing``, those of its records that are not among them are taken out.

    Where nothing changes, neither does the day of retrieval.
    """
    counts = compare(connection, records, dataset.id, replacing=replacing)
    before = _dataset(connection, dataset.id)
    files = {**({} if before is None or replacing else before.files), **dataset.files}
    kept = replace(dataset, files=dict(sorted(files.items())))
    if before is not None and replace(kept, retrieved=before.retrieved) == before:
        kept = before
    table = tables.datasets
    values = {"redistribution": kept.redistribution, "record": kept.to_json()}
    if before is None:
        connection.execute(sa.insert(table).values(id=kept.id, **values))
    elif kept != before:
        connection.execute(sa.update(table).where(table.c.id == kept.id).values(**values))
    known = _known(connection, dataset.id)
    changed = [record for record in records if known.get(record.row) != _said(record)]
    gone = sorted(known.keys() - {record.row for record in records}) if replacing else []
    old = [record.row for record in changed if record.row in known]
    rows = tables.imports
    for start in range(0, len(gone) + len(old), _PER_STATEMENT):
        some = [*gone, *old][start : start + _PER_STATEMENT]
        connection.execute(sa.delete(rows).where(rows.c.dataset == dataset.id, rows.c.row.in_(some)))
    if changed:
        connection.execute(
            sa.insert(rows),
            [
                {"dataset": each.dataset, "row": each.row, "version": each.version, "record": each.to_json()}
                for each in changed
            ],
        )
    return counts


def remove(connection: sa.Connection, dataset: str) -> int | None:
    """Take a data set out with all its records; return how many there were, ``None`` where there is no such data set."""
    if _dataset(connection, dataset) is None:
        return None
    count = connection.execute(sa.delete(tables.imports).where(tables.imports.c.dataset == dataset)).rowcount
    connection.execute(sa.delete(tables.datasets).where(tables.datasets.c.id == dataset))
    return int(count)


def all_imported(connection: sa.Connection) -> Imported:
    """Return all data sets and records."""
    datasets = connection.execute(sa.select(tables.datasets.c.record).order_by(tables.datasets.c.id)).scalars()
    rows = connection.execute(
        sa.select(tables.imports.c.dataset, tables.imports.c.version, tables.imports.c.row, tables.imports.c.record)
    )
    records = (ImportedRecord.from_json(*row) for row in rows)
    return Imported(
        tuple(Dataset.from_json(each) for each in datasets),
        tuple(sorted(records, key=lambda record: (record.dataset, record.row))),
    )


def counts_by_dataset(connection: sa.Connection) -> list[tuple[Dataset, int]]:
    """Return the data sets, sorted by id, each with the number of its records."""
    rows = tables.imports
    counted = dict(
        map(tuple, connection.execute(sa.select(rows.c.dataset, sa.func.count()).group_by(rows.c.dataset)).all())
    )
    found = connection.execute(sa.select(tables.datasets.c.record).order_by(tables.datasets.c.id)).scalars()
    return [(dataset, int(counted.get(dataset.id, 0))) for dataset in map(Dataset.from_json, found)]


def _dataset(connection: sa.Connection, id_: str) -> Dataset | None:
    found = connection.execute(sa.select(tables.datasets.c.record).where(tables.datasets.c.id == id_)).scalar()
    return None if found is None else Dataset.from_json(found)


def _known(connection: sa.Connection, dataset: str) -> dict[str, tuple[str, dict[str, Any]]]:
    rows = tables.imports
    found = connection.execute(sa.select(rows.c.row, rows.c.version, rows.c.record).where(rows.c.dataset == dataset))
    return {row: (version, record) for row, version, record in found}


def _said(record: ImportedRecord) -> tuple[str, dict[str, Any]]:
    """Return a record as the store gives it back: tuples are lists in JSON."""
    document = record.to_json()
    return record.version, {**document, "actors": list(record.actors), "quantities": list(document["quantities"])}
