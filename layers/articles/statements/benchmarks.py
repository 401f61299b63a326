"""Benchmarks: numbers that the project holds from works it cites, against which a stated number is held."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.datasets import data_root, read_bytes, read_json
from geo.errors import InvalidRecords

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from layers.articles.statements.claim import ReadClaim

__all__ = ["BENCHMARKS_FILE", "Benchmark", "read_benchmarks"]

BENCHMARKS_FILE = "context/benchmarks.toml"
_WORKS_FILE = "context/works.json"
_KEYS = frozenset({"id", "organizations", "relation", "unit", "low", "high", "work", "says"})


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What a work says of an organization: its founding year lies from ``low`` to ``high``, both inclusive.

    ``organizations`` are the English names under which claims name it; ``relation`` and ``unit`` are those of the claims
    that it bears on; ``work`` is an id of ``data/context/works.json``; ``says`` puts it in a sentence.
    """

    id: str
    organizations: frozenset[str]
    relation: str
    unit: str
    low: float
    high: float
    work: str
    says: str

    def bears_on(self, claim: ReadClaim) -> bool:
        """Whether a claim states what this benchmark records."""
        return (
            claim.value is not None
            and claim.relation == self.relation
            and claim.value.unit == self.unit
            and not self.organizations.isdisjoint(claim.names("organization"))
        )


def read_benchmarks(root: Path | None = None) -> tuple[Benchmark, ...]:
    """Read the benchmarks, sorted by id; ``root`` is the data folder, ``None`` means :func:`geo.datasets.data_root`.

    Raises
    ------
    InvalidRecords
        Rows are unsound, or name a work that the project does not hold; all faults at once.
    DataError
        A file is missing, unrecorded or changed.

    Examples
    --------
    >>> [row.work for row in read_benchmarks() if row.id == "eco-founded"]
    ['mfa-tj-eco']
    """
    root = root or data_root()
    rows = tomllib.loads(read_bytes(BENCHMARKS_FILE, root).decode("utf-8")).get("benchmark", [])
    works = {work["id"] for work in read_json(_WORKS_FILE, root)["works"]}
    faults = [fault for number, row in enumerate(rows, 1) for fault in _faults(number, row, works)]
    if faults:
        raise InvalidRecords(faults)
    made = (Benchmark(**{**row, "organizations": frozenset(row["organizations"])}) for row in rows)
    return tuple(sorted(made, key=lambda row: row.id))


def _faults(number: int, row: Mapping[str, object], works: set[str]) -> Iterator[str]:
    where = f"{BENCHMARKS_FILE}: [[benchmark]] {number} ({row.get('id', '?')})"
    for key in sorted(_KEYS - row.keys()):
        yield f"{where}: `{key}` is missing"
    for key in sorted(row.keys() - _KEYS):
        yield f"{where}: `{key}` is unknown"
    if "work" in row and row["work"] not in works:
        yield f"{where}: the work {row['work']!r} is not in {_WORKS_FILE}; record it there first"
