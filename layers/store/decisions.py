"""Rows of decisions: what people said of candidates. They are only ever added; the last one counts."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa

from geo.errors import UnknownFeature
from layers.store import tables

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["STATUS_OF", "Decision", "Verdict", "add", "latest_changes", "of_candidate"]

Verdict = Literal["accept", "reject", "correct", "reopen"]

STATUS_OF: Mapping[Verdict, str] = {
    "accept": "reviewed",
    "reject": "rejected",
    "correct": "corrected",
    "reopen": "candidate",
}
"""The status of a candidate after a verdict."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided on a candidate.

    ``decided_at`` is an ISO 8601 time, given by the caller: the store never reads the clock. ``changes`` are the fields
    of the record that the person corrected, with their new values; ``None`` unless the verdict is ``correct``.
    """

    candidate: str
    verdict: Verdict
    reviewer: str
    decided_at: str
    changes: Mapping[str, Any] | None = None
    note: str | None = None


def add(connection: sa.Connection, decision: Decision) -> int:
    """Add a decision and set the candidate's status; return the decision's number.

    Raises
    ------
    UnknownFeature
        When there is no such candidate.
    """
    table = tables.candidates
    values = asdict(decision)
    touched = connection.execute(
        sa.update(table).where(table.c.id == decision.candidate).values(status=STATUS_OF[decision.verdict])
    )
    if touched.rowcount == 0:
        raise UnknownFeature(
            f"The store has no candidate {decision.candidate!r}.", hint="Ingest its article first, or mend the id."
        )
    return int(
        connection.execute(sa.insert(tables.decisions).values(**values).returning(tables.decisions.c.id)).scalar_one()
    )


def of_candidate(connection: sa.Connection, candidate: str) -> tuple[Decision, ...]:
    """Return all decisions on a candidate, the first one first."""
    table = tables.decisions
    names = [field.name for field in fields(Decision)]
    query = sa.select(*(table.c[name] for name in names)).where(table.c.candidate == candidate).order_by(table.c.id)
    return tuple(Decision(**row) for row in connection.execute(query).mappings())


def latest_changes(connection: sa.Connection) -> dict[str, Mapping[str, Any]]:
    """Return the corrected fields of each candidate whose last decision corrected it, by its id."""
    table = tables.decisions
    last = sa.select(sa.func.max(table.c.id).label("id")).group_by(table.c.candidate).subquery()
    query = sa.select(table.c.candidate, table.c.changes).join(last, table.c.id == last.c.id)
    return {row.candidate: row.changes for row in connection.execute(query) if row.changes}
