"""Rows of decisions to and from files: what one store knows, another one learns, and twice is once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from geo.errors import InvalidDecision
from layers.review.curation import Line
from layers.review.state import DECIDED, canonical
from layers.review.weight import weight_of
from layers.store import decisions, said, tables
from layers.store.decisions import Decision, Event

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Clash", "Imported", "Waiting", "all_lines", "take"]


@dataclass(frozen=True, slots=True)
class Clash:
    """Two decisions on one record that do not know of each other: the file's first one, and the store's last one, if any."""

    candidate: str
    article: str
    file: Line
    here: Decision | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A decision that cannot be taken yet, and why: ``article`` (not ingested), or ``candidate`` (a short line on nothing)."""

    line: Line
    why: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file: how many decisions are new, how many were known; which clash, which wait."""

    added: int
    known: int
    clashes: tuple[Clash, ...]
    waiting: tuple[Waiting, ...]


def all_lines(connection: sa.Connection) -> list[Line]:
    """Return all decisions of the store, sorted by article, place in the text and order of decision."""
    table = tables.candidates
    rows = connection.execute(
        sa.select(table.c.id, table.c.article, table.c.type)
        .where(table.c.last_decision > 0)
        .order_by(table.c.article, table.c.start, table.c.id)
    ).all()
    made: list[Line] = []
    for row in rows:
        uid: str | None = None
        for event in decisions.history(connection, row.id):
            line = Line(
                number=0,
                uid=event.uid,
                previous=uid,
                article=row.article,
                type=row.type,
                before=event.before,
                after=event.after,
                corrects=event.corrects,
                **_said(event.decision),
            )
            made.append(line)
            uid = event.uid
    return made


def _said(decision: Decision | Line) -> dict[str, Any]:
    names = ("candidate", "verdict", "reviewer", "decided_at", "changes", "target", "note")
    return {name: getattr(decision, name) for name in names}


def take(connection: sa.Connection, lines: Iterable[Line], *, prefer_file: bool = False) -> Imported:
    """Bring the decisions of a file into the store; what it knows already changes nothing.

    Of a record on which file and store decided without knowing of each other nothing is taken, unless ``prefer_file``: then
    the file's decisions come on top of the store's, whose history stays.
    """
    by_candidate: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_candidate[line.candidate].append(line)
    articles = set(connection.execute(sa.select(tables.articles.c.sha256)).scalars())
    added = known = 0
    clashes: list[Clash] = []
    waiting: list[Waiting] = []
    # Folds last: what they lead to may come with the same file.
    for candidate in sorted(by_candidate, key=lambda id_: (any(line.target for line in by_candidate[id_]), id_)):
        found = by_candidate[candidate]
        if found[0].article not in articles:
            waiting += [Waiting(line, "article") for line in found]
            continue
        events = list(decisions.history(connection, candidate))
        uids = {event.uid for event in events}
        new = list({line.uid: line for line in found if line.uid not in uids}.values())
        known += len(found) - len(new)
        if not new:
            continue
        if not _is_there(connection, candidate):
            if new[0].before is None:
                waiting += [Waiting(line, "candidate") for line in new]
                continue
            _bring(connection, new[0])
        chain = _chain(new, events[-1] if events else None)
        rest = [line for line in new if line not in chain]
        if rest and not prefer_file:
            clashes.append(Clash(candidate, found[0].article, rest[0], events[-1].decision if events else None))
            continue
        for line in (*chain, *sorted(rest, key=lambda line: (line.decided_at, line.number))):
            _append(connection, line)
            added += 1
    return Imported(added, known, tuple(clashes), tuple(waiting))


def _chain(new: Sequence[Line], last: Event | None) -> list[Line]:
    """Return the decisions that follow each other from the store's last one; none where two follow the same one.

    A short line knows no predecessor: it follows whatever stands, unless that was decided after it.
    """
    unaware = [line for line in new if line.after is None and last and _moment(line) < _moment(last.decision)]
    head = last.uid if last else None
    chain: list[Line] = []
    while True:
        left = [line for line in new if line not in chain and line not in unaware]
        following = [line for line in left if line.after is None or line.previous == head]
        full = [line for line in following if line.after is not None]
        if len(full) > 1:
            return []
        if not following:
            return chain
        chain.append((full or following)[0])
        head = chain[-1].uid


def _moment(decided: Line | Decision) -> datetime:
    return datetime.fromisoformat(decided.decided_at)


def _is_there(connection: sa.Connection, candidate: str) -> bool:
    query = sa.select(tables.candidates.c.id).where(tables.candidates.c.id == candidate)
    return connection.execute(query).one_or_none() is not None


def _bring(connection: sa.Connection, line: Line) -> None:
    """Make the candidate that a decision is about, as the person saw it: this store's readings do not find it.

    What a reading finds in its place, and nobody has decided on, gives way to it.
    """
    table = tables.candidates
    if line.before is None or line.type is None:
        raise InvalidDecision(f"Line {line.number}: it is about nothing.", hint="Export it again.")
    before = line.before
    connection.execute(
        sa.update(table)
        .where(
            table.c.article == line.article,
            table.c.type == line.type,
            table.c.status == "candidate",
            table.c.start < before.end,
            table.c.end > before.start,
        )
        .values(status="retired")
    )
    connection.execute(
        sa.insert(table).values(
            id=line.candidate,
            article=line.article,
            type=line.type,
            start=before.start,
            end=before.end,
            ordinal=0,
            status="candidate",
            found_by=before.found_by,
            evidence=list(before.evidence),
            weight=weight_of(line.type, before.record),
        )
    )
    said.keep(connection, [(line.candidate, line.type, before.record)])


def _append(connection: sa.Connection, line: Line) -> Event:
    decision = Decision(**_said(line))
    if line.before is None or line.after is None:
        return decisions.add(connection, decision, uid=line.uid)
    now = decisions.subject(connection, line.candidate)
    events = decisions.history(connection, line.candidate)
    left = events[-1].after if events else None
    previous = now.last_decision or None
    event = Event(0, line.uid, previous, decision, line.before, line.after, corrects=line.corrects)
    kept = decisions.append(connection, event, is_told=left == line.before)
    if now.state.status not in DECIDED and line.after.status in DECIDED:
        _tell_other_word(connection, line, now.state.to_json())
    return kept


def _tell_other_word(connection: sa.Connection, line: Line, here: dict[str, Any]) -> None:
    """Where this store's reader says otherwise than the one whose record the person saw, say so beside the decision."""
    if line.before is None or canonical(here["record"]) == canonical(line.before.record):
        return
    table = tables.candidates
    newer = {name: here[name] for name in ("record", "evidence", "start", "end")}
    if here["status"] == "retired":
        newer = {"found": False}
    connection.execute(
        sa.update(table)
        .where(table.c.id == line.candidate)
        .values(newer=newer, newer_by=here["found_by"], disagrees=True)
    )
