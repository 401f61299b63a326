"""Rows of decisions: what people said of candidates. They are only ever added; the last one of a candidate counts.

Each row tells what the record was before and after it, so that history, undo and who decided what are queries. A decision
names the mark of the state that its maker saw (:func:`layers.review.state.version_of`): of two people on one record the
second is told, and nothing is overwritten.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from geo.errors import InvalidDecision, NotAllowed, StaleDecision, UnknownFeature
from layers.review.state import FOLDED, STANDING, State, canonical, version_of
from layers.review.verdicts import Verdict, decided, undone
from layers.store import said, tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from layers.review.subject import SubjectType

__all__ = [
    "STATUS_OF",
    "Decision",
    "Event",
    "Subject",
    "Verdict",
    "add",
    "append",
    "history",
    "last_number",
    "of_candidate",
    "subject",
]

PUBLIC = "read/"
"""What stands before a candidate's id where a release names it (:mod:`layers.candidate_records`)."""

STATUS_OF: Mapping[str, str] = {
    "accept": "reviewed",
    "reject": "rejected",
    "correct": "corrected",
    "merge": "merged",
    "duplicate": "duplicate",
    "split": "corrected",
    "reopen": "candidate",
}
"""The status of a candidate after a verdict; ``keep`` and ``undo`` bring back another."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided on a candidate.

    ``decided_at`` is an ISO 8601 time, given by the caller: the store never reads the clock. ``changes`` are the fields of
    the record that the person corrected, with their new values, or the parts of a split; else ``None``. ``target`` is the
    public id of the record that it is merged into or a duplicate of.
    """

    candidate: str
    verdict: Verdict
    reviewer: str
    decided_at: str
    changes: Mapping[str, Any] | None = None
    note: str | None = None
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """A decision as it is kept: ``id`` counts all decisions of the store, ``uid`` names it in every store.

    ``previous`` is the id of the decision on the same candidate before, ``None`` for the first. ``corrects`` tells that what
    it changed had been published as reviewed.
    """

    id: int
    uid: str
    previous: int | None
    decision: Decision
    before: State
    after: State
    corrects: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """A candidate as it stands: its row, the state that counts, and the mark of what a page shows of it.

    ``newer`` is what a later version of the reader, ``newer_by``, says of a record that a person has decided on: ``None``
    where it says the same as the one that the person saw, ``{"found": False}`` where it finds it no more, else an object
    with ``record``, ``evidence``, ``start`` and ``end``. ``disagrees`` tells that it says otherwise since the last decision.
    """

    id: str
    type: SubjectType
    article: str
    weight: int
    last_decision: int
    state: State
    newer: Mapping[str, Any] | None
    newer_by: str | None
    disagrees: bool

    @property
    def version(self) -> str:
        """The mark that a decision on it must name."""
        return version_of(self.last_decision, [self.state.to_json(), self.newer])


def subject(connection: sa.Connection, candidate: str) -> Subject:
    """Return a candidate as it stands.

    Raises
    ------
    UnknownFeature
        When there is no such candidate.
    """
    table = tables.candidates
    row = connection.execute(sa.select(table).where(table.c.id == candidate)).mappings().one_or_none()
    if row is None:
        raise UnknownFeature(
            f"The store has no candidate {candidate!r}.", hint="Ingest its article first, or mend the id."
        )
    return Subject(
        **{name: row[name] for name in ("id", "type", "article", "weight", "last_decision", "newer", "newer_by")},
        state=_state(connection, row),
        disagrees=bool(row["disagrees"]),
    )


def _state(connection: sa.Connection, row: sa.RowMapping) -> State:
    """What counts of a candidate: what the last decision left, or else the machine's word."""
    if row["status"] not in {"candidate", "retired"}:
        after = connection.execute(
            sa.select(tables.decisions.c.after).where(tables.decisions.c.id == row["last_decision"])
        ).scalar_one()
        return State.from_json(after)
    return State(
        status=row["status"],
        record=said.record_of(connection, row["id"], row["type"]),
        evidence=tuple(row["evidence"]),
        start=row["start"],
        end=row["end"],
        found_by=row["found_by"],
    )


def history(connection: sa.Connection, candidate: str) -> tuple[Event, ...]:
    """Return all decisions on a candidate with the states before and after each, the first one first."""
    table = tables.decisions
    rows = connection.execute(sa.select(table).where(table.c.candidate == candidate).order_by(table.c.id)).mappings()
    events: list[Event] = []
    for row in rows:
        before = State.from_json(row["before"]) if row["before"] else events[-1].after
        events.append(_event(row, before))
    return tuple(events)


_DECISION = ("candidate", "verdict", "reviewer", "decided_at", "changes", "note", "target")


def _event(row: sa.RowMapping, before: State) -> Event:
    return Event(
        id=row["id"],
        uid=row["uid"],
        previous=row["previous"],
        decision=Decision(**{name: row[name] for name in _DECISION}),
        before=before,
        after=State.from_json(row["after"]),
        corrects=bool(row["corrects"]),
    )


def latest(
    connection: sa.Connection, *, reviewer: str = "", verdict: str = "", before: int = 0, limit: int = 50
) -> list[tuple[Event, str, str]]:
    """Return decisions, the last one first, each with its candidate's sort and the article's title, or id."""
    table, candidates, articles = tables.decisions, tables.candidates, tables.articles
    query = (
        sa.select(table, candidates.c.type, sa.func.coalesce(articles.c.title, articles.c.id).label("article_title"))
        .join(candidates, candidates.c.id == table.c.candidate)
        .join(articles, articles.c.sha256 == candidates.c.article)
        .order_by(table.c.id.desc())
        .limit(limit)
    )
    for column, value in ((table.c.reviewer, reviewer), (table.c.verdict, verdict)):
        if value:
            query = query.where(column == value)
    if before:
        query = query.where(table.c.id < before)
    rows = connection.execute(query).mappings().all()
    lacking = [row["previous"] for row in rows if not row["before"]]
    query_left = sa.select(table.c.id, table.c.after).where(table.c.id.in_(lacking))
    left = {row.id: row.after for row in connection.execute(query_left)}
    return [
        (_event(row, State.from_json(row["before"] or left[row["previous"]])), row["type"], row["article_title"])
        for row in rows
    ]


def last_number(connection: sa.Connection) -> int:
    """Return the number of the last decision of the store, 0 where there is none."""
    return int(connection.execute(sa.select(sa.func.max(tables.decisions.c.id))).scalar() or 0)


def of_candidate(connection: sa.Connection, candidate: str) -> tuple[Decision, ...]:
    """Return all decisions on a candidate, the first one first."""
    return tuple(event.decision for event in history(connection, candidate))


def add(
    connection: sa.Connection,
    decision: Decision,
    *,
    seen: str | None = None,
    uid: str | None = None,
    may_correct: bool = True,
) -> Event:
    """Add a decision and bring the candidate to the state that follows from it; return it as it is kept.

    ``seen`` is the mark of the state that the person saw; ``None`` asks for none. ``uid`` names the decision, which has a
    name of its own without one. Without ``may_correct`` what has been published as reviewed stays as it is.

    Raises
    ------
    UnknownFeature
        When there is no such candidate.
    StaleDecision
        When the candidate has changed since the person saw it; nothing has been stored.
    InvalidDecision
        When the verdict cannot be carried out; see :func:`layers.review.verdicts.decided`.
    NotAllowed
        When it would correct what has been published, and the person may not.
    """
    now = subject(connection, decision.candidate)
    if seen is not None and seen != now.version:
        raise StaleDecision(
            f"The record {decision.candidate} has changed since it was shown.",
            hint="Look at both versions and decide again.",
        )
    if decision.verdict in {"merge", "duplicate"}:
        _check_target(connection, now, decision.target)
    events = history(connection, decision.candidate)
    after = _after(now, decision, events)
    corrects = _is_published(connection, now) and not after.says_as(now.state)
    if corrects and not may_correct:
        raise NotAllowed(
            "This record has been published as reviewed: a change to it is a correction.",
            hint="Ask an editor, who may correct what readers have seen.",
        )
    if corrects and not (decision.note or "").strip():
        raise InvalidDecision(
            "This record has been published as reviewed: a change to it is a correction.",
            hint="Say why; readers are told the reason and the day.",
        )
    left = events[-1].after if events else None
    name = canonical([asdict(decision), events[-1].uid if events else None]).encode("utf-8", "surrogatepass")
    uid = uid or hashlib.sha256(name).hexdigest()[:32]
    made = Event(0, uid, now.last_decision or None, decision, now.state, after, corrects=corrects)
    return append(connection, made, is_told=left == now.state)


def append(connection: sa.Connection, event: Event, *, is_told: bool) -> Event:
    """Store an event as the candidate's last one and bring the candidate to it; return it with its number.

    ``is_told`` tells that the event before left the state that this one found, so that it need not be kept again.

    Raises
    ------
    StaleDecision
        When another decision has come between; the transaction is to be given up.
    """
    table = tables.candidates
    values = asdict(event.decision) | {
        "uid": event.uid,
        "previous": event.previous,
        "before": None if is_told else event.before.to_json(),
        "after": event.after.to_json(),
        "corrects": event.corrects,
    }
    number = connection.execute(
        sa.insert(tables.decisions).values(**values).returning(tables.decisions.c.id)
    ).scalar_one()
    touched = connection.execute(
        sa.update(table)
        .where(table.c.id == event.decision.candidate, table.c.last_decision == (event.previous or 0))
        .values(last_decision=number, status=event.after.status, disagrees=False)
    )
    if touched.rowcount == 0:
        raise StaleDecision(
            f"Somebody else has just decided on {event.decision.candidate}.", hint="Look at both and decide again."
        )
    if event.after.status == "candidate":
        said.give_back(connection, event.decision.candidate)
    return replace(event, id=int(number))


def _after(now: Subject, decision: Decision, events: Sequence[Event]) -> State:
    if decision.verdict == "reopen":
        return _machines(now, events)
    if decision.verdict == "undo":
        after = undone([(event.decision.verdict, event.before, event.after) for event in events])
        return _machines(now, events) if after.status in {"candidate", "retired"} else after
    return decided(now.type, now.state, decision.verdict, changes=decision.changes, target=decision.target)


def _machines(now: Subject, events: Sequence[Event]) -> State:
    """Return the machine's word: that of the newest reading, else the one that the first decision found."""
    first = events[0].before if events else now.state
    if now.state.status in {"candidate", "retired"}:
        raise InvalidDecision("Nobody has decided on this record.", hint="There is nothing to reopen.")
    if now.newer and now.newer.get("found") is not False:
        return State(status="candidate", **_newer(now.newer), found_by=now.newer_by or first.found_by)
    machine = next((event.before for event in reversed(events) if event.before.status == "candidate"), first)
    return replace(machine.with_status("candidate"), changed=())


def _newer(newer: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "record": dict(newer["record"]),
        "evidence": tuple(newer["evidence"]),
        "start": newer["start"],
        "end": newer["end"],
    }


def _check_target(connection: sa.Connection, now: Subject, target: str | None) -> None:
    """A record is merged into another one that stands, never into itself or what is merged into it."""
    at, seen = target or "", {now.id}
    while at.startswith(PUBLIC):
        id_ = at.removeprefix(PUBLIC).partition("-")[0]
        if id_ in seen:
            raise InvalidDecision("These records would be merged into each other.", hint="Undo the other merge first.")
        seen.add(id_)
        other = subject(connection, id_)
        if other.type != now.type:
            raise InvalidDecision(
                f"A record of the sort {now.type} cannot be one with a record of the sort {other.type}.",
                hint="Choose another record.",
            )
        if other.state.status in {"rejected", "retired"} and len(seen) == 2:  # noqa: PLR2004 -- the one that was named
            raise InvalidDecision(f"The record {at} does not stand.", hint="Choose another record, or reopen it first.")
        at = other.state.target or ""


def _is_published(connection: sa.Connection, now: Subject) -> bool:
    """Whether the state that counts has been part of a release as reviewed."""
    if now.state.status not in {*STANDING, *FOLDED}:
        return False
    table = tables.publications
    query = sa.select(table.c.id).where(table.c.last_decision >= now.last_decision).limit(1)
    return connection.execute(query).one_or_none() is not None
