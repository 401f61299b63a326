"""Rows of publications: which release took in which decisions, and which decisions corrected what had been published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from layers.review.state import State
from layers.store import tables

if TYPE_CHECKING:
    from layers.review.subject import SubjectType

__all__ = ["CorrectingDecision", "corrections", "record"]


@dataclass(frozen=True, slots=True)
class CorrectingDecision:
    """A decision that changed what had been published: on which candidate of which article (sha256), when, why.

    ``after`` is the state that it left.
    """

    uid: str
    candidate: str
    type: SubjectType
    article: str
    decided_at: str
    reason: str
    after: State


def record(
    connection: sa.Connection, release: str, *, last_decision: int, published_at: str, reviewed_only: bool
) -> None:
    """Record that a release was built of all decisions up to a number; ``published_at`` is an ISO 8601 time."""
    values = {"release": release, "last_decision": last_decision, "reviewed_only": reviewed_only}
    connection.execute(sa.insert(tables.publications).values(published_at=published_at, **values))


def corrections(connection: sa.Connection, up_to: int) -> tuple[CorrectingDecision, ...]:
    """Return the decisions up to a number that corrected what had been published, the first one first."""
    table, candidates = tables.decisions, tables.candidates
    query = (
        sa.select(
            table.c.uid, table.c.candidate, candidates.c.type, candidates.c.article, table.c.decided_at,
            table.c.note, table.c.after,
        )
        .join(candidates, candidates.c.id == table.c.candidate)
        .where(table.c.corrects == sa.true(), table.c.id <= up_to)
        .order_by(table.c.id)
    )  # fmt: skip
    return tuple(
        CorrectingDecision(*row[:5], reason=row.note or "", after=State.from_json(row.after))
        for row in connection.execute(query)
    )
