"""Rows of publications: which release took in which decisions, and which decisions corrected what had been published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from layers.review.state import FOLDED, State
from layers.store import tables

if TYPE_CHECKING:
    from layers.review.subject import SubjectType

__all__ = ["CorrectingDecision", "corrections", "record"]


@dataclass(frozen=True, slots=True)
class CorrectingDecision:
    """A decision that changed what had been published: on which candidate of which article (sha256), when, why.

    ``after`` is the state that it left. ``told_with`` are the public ids of the record that told of it before and, where that
    was one with another itself, of those behind it; empty where it stood for itself.
    """

    uid: str
    candidate: str
    type: SubjectType
    article: str
    decided_at: str
    reason: str
    after: State
    told_with: tuple[str, ...] = ()


def record(
    connection: sa.Connection, release: str, *, last_decision: int, published_at: str, reviewed_only: bool
) -> None:
    """Record that a release was built of all decisions up to a number; ``published_at`` is an ISO 8601 time."""
    values = {"release": release, "last_decision": last_decision, "reviewed_only": reviewed_only}
    connection.execute(sa.insert(tables.publications).values(published_at=published_at, **values))


def corrections(connection: sa.Connection, up_to: int) -> tuple[CorrectingDecision, ...]:
    """Return the decisions up to a number that corrected what had been published, the first one first."""
    table, candidates, left = tables.decisions, tables.candidates, tables.decisions.alias()
    query = (
        sa.select(
            table.c.uid, table.c.candidate, candidates.c.type, candidates.c.article, table.c.decided_at,
            table.c.note, table.c.after, table.c.id, table.c.before, left.c.after.label("left"),
        )
        .join(candidates, candidates.c.id == table.c.candidate)
        .join(left, left.c.id == table.c.previous, isouter=True)
        .where(table.c.corrects == sa.true(), table.c.id <= up_to)
        .order_by(table.c.id)
    )  # fmt: skip
    return tuple(
        CorrectingDecision(
            *row[:5],
            reason=row.note or "",
            after=State.from_json(row.after),
            told_with=_told_with(connection, State.from_json(row.before or row.left), row.id),
        )
        for row in connection.execute(query).all()
    )


def _told_with(connection: sa.Connection, before: State, decision: int) -> tuple[str, ...]:
    """The record that told of one in this state when a decision was made, and what that was one with in turn."""
    table = tables.decisions
    at: State | None = before
    found: list[str] = []
    while at is not None and at.status in FOLDED and at.target and at.target not in found:
        found.append(at.target)
        query = (
            sa.select(table.c.after)
            .where(table.c.candidate == _candidate_of(at.target), table.c.id < decision)
            .order_by(table.c.id.desc())
            .limit(1)
        )
        after = connection.execute(query).scalar()
        at = None if after is None else State.from_json(after)
    return tuple(found)


def _candidate_of(public_id: str) -> str:
    """The candidate that a public id names; a part of a split one ends in its number."""
    return public_id.rpartition("/")[2].partition("-")[0]
