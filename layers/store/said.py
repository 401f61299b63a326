"""Rows of what the machine says of candidates: incidents, claims, and findings of every other sort, with their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from layers.review.weight import names_of, weight_of
from layers.store import tables

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from layers.review.subject import SubjectType

__all__ = ["forget", "give_back", "keep", "record_of", "table_of"]

_INCIDENT = ("category", "role", "modality", "date_start", "date_end")
_MOST_VARIABLES = 500


def table_of(kind: str) -> sa.Table:
    """Return the table that holds what the machine says of a sort."""
    return {"incident": tables.incidents, "claim": tables.claims}.get(kind, tables.findings)


def record_of(connection: sa.Connection, candidate: str, kind: str) -> dict[str, Any]:
    """Return the machine's record of a candidate; an empty one where a decision brought it from another store."""
    table = table_of(kind)
    found = connection.execute(sa.select(table.c.record).where(table.c.candidate == candidate)).scalar()
    return dict(found or {})


def keep(
    connection: sa.Connection,
    rows: Sequence[tuple[str, SubjectType, Mapping[str, Any]]],
    *,
    stored: Collection[str] | None = None,
) -> None:
    """Store what the machine says of candidates (id, sort, record), in place of what it said before, and their names.

    ``stored`` are the ids of which it may have said something before; ``None`` means all.
    """
    forget(connection, [id_ for id_, _, _ in rows if stored is None or id_ in stored])
    names = []
    by_table: dict[str, list[dict[str, Any]]] = {}
    for id_, kind, record in rows:
        by_table.setdefault(table_of(kind).name, []).append({"candidate": id_, **_columns(kind, record)})
        weight = weight_of(kind, record)
        names += [
            {"kind": sort, "key": key, "candidate": id_, "name": name, "weight": weight}
            for (sort, key), name in {(sort, key): name for sort, key, name in names_of(kind, record)}.items()
        ]
    for name, values in by_table.items():
        connection.execute(sa.insert(tables.metadata.tables[name]), values)
    if names:
        connection.execute(sa.insert(tables.candidate_names), names)


def forget(connection: sa.Connection, ids: Sequence[str]) -> None:
    """Remove what the machine said of candidates."""
    for at in range(0, len(ids), _MOST_VARIABLES):
        some = ids[at : at + _MOST_VARIABLES]
        for table in (tables.incidents, tables.claims, tables.findings, tables.candidate_names):
            connection.execute(sa.delete(table).where(table.c.candidate.in_(some)))


def _columns(kind: SubjectType, record: Mapping[str, Any]) -> dict[str, Any]:
    if kind == "incident":
        return {name: record[name] for name in _INCIDENT} | {"record": record}
    return {"claim_type": record["type"], "record": record} if kind == "claim" else {"record": record}


def give_back(connection: sa.Connection, candidate: str) -> None:
    """Give a candidate whose decision was taken back to the machine: what a newer reading says is its record now."""
    table = tables.candidates
    row = connection.execute(sa.select(table).where(table.c.id == candidate)).mappings().one()
    newer = row["newer"]
    if newer is None:
        return
    values: dict[str, Any] = {"newer": None, "newer_by": None, "disagrees": False}
    if newer.get("found") is False:
        values["status"] = "retired"
    else:
        values |= {name: newer[name] for name in ("evidence", "start", "end")} | {"found_by": row["newer_by"]}
        values["weight"] = weight_of(row["type"], newer["record"])
        keep(connection, [(candidate, row["type"], newer["record"])])
    connection.execute(sa.update(table).where(table.c.id == candidate).values(**values))
