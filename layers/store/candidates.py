"""Rows of candidates: what the machine found, under ids that stay, and never in place of what a person decided."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from layers.articles.documents.locate import Headings
from layers.candidates import Found
from layers.review.findings import findings_of
from layers.review.state import DECIDED, STANDING, State, canonical
from layers.review.subject import SUBJECTS
from layers.review.weight import weight_of
from layers.store import said, tables
from layers.store.identity import Known, match

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from layers.articles.reading import Reading
    from layers.articles.statements.claim import Slot
    from layers.articles.wording.text import Span
    from layers.review.subject import SubjectType

__all__ = ["all_candidates", "candidates_by_article", "candidates_of", "merge", "merge_conflicts"]

_OF_AN_ARTICLE = ("incident", "claim", "place", "organization", "number")


@dataclass(frozen=True, slots=True)
class _Said:
    """What a reading says: where its trigger stands, what it rests on (``start``, ``end``, ``locator``), its record."""

    trigger: Span
    evidence: list[dict[str, Any]]
    record: Mapping[str, Any]


def merge(connection: sa.Connection, sha256: str, made: Reading, *, extractor: str) -> tuple[int, int, int]:
    """Bring the candidates of an article to a new reading; return how many incidents and claims are new, found again, gone.

    Names and suspect numbers are brought along, uncounted.
    """
    countries = {(each.start, each.end): each.country for each in made.mentions}
    headings = Headings.of(made.document)

    def told(trigger: Span, evidence: Sequence[Span], record: Mapping[str, Any]) -> _Said:
        spans = [{"start": each.start, "end": each.end, "locator": headings.locate(each, trigger)} for each in evidence]
        return _Said(trigger, spans, record)

    found: dict[str, list[_Said]] = {kind: [] for kind in _OF_AN_ARTICLE}
    found["incident"] = [told(each.trigger, each.evidence, each.to_json()) for each in made.incidents]
    found["claim"] = [
        told(each.trigger, each.evidence, {**each.to_json(), "slots": [_slot(slot, countries) for slot in each.slots]})
        for each in made.claims
    ]
    for finding in findings_of(made):
        each = told(finding.trigger, finding.evidence, finding.record)
        # Five words around every name would be half of the text, which stands on the shelf alone.
        evidence = [{**item, "locator": {**item["locator"], "anchor": None}} for item in each.evidence]
        found[finding.type].append(replace(each, evidence=evidence))
    stored = _stored(connection, sha256)
    counts = {
        kind: _merge_type(connection, sha256, kind, found[kind], extractor, stored.get(kind, ()))
        for kind in SUBJECTS[:5]
    }
    new, again, retired = (sum(column) for column in zip(counts["incident"], counts["claim"], strict=True))
    return new, again, retired


def _stored(connection: sa.Connection, sha256: str) -> dict[str, list[Any]]:
    """The candidates of an article by their sort, in order."""
    table = tables.candidates
    query = sa.select(table.c.id, table.c.type, table.c.start, table.c.end, table.c.status)
    rows: dict[str, list[Any]] = {}
    for row in connection.execute(query.where(table.c.article == sha256).order_by(table.c.ordinal, table.c.id)):
        rows.setdefault(row.type, []).append(row)
    return rows


def _merge_type(
    connection: sa.Connection,
    sha256: str,
    kind: SubjectType,
    found: Sequence[_Said],
    extractor: str,
    rows: Sequence[Any],
) -> tuple[int, int, int]:
    table = tables.candidates
    status_of = {row.id: row.status for row in rows}
    # What is there is preferred to what had gone, so that nothing retired takes a living candidate's place.
    known = sorted(
        (Known(row.id, row.start, row.end) for row in rows), key=lambda each: status_of[each.id] == "retired"
    )
    result = match(sha256, kind, known, [each.trigger for each in found])
    kept: list[tuple[str, SubjectType, Mapping[str, Any]]] = []
    fresh: list[dict[str, Any]] = []
    for ordinal, (id_, each) in enumerate(zip(result.ids, found, strict=True)):
        if status_of.get(id_) in DECIDED:
            _tell_newer(connection, id_, kind, each, extractor)
            continue
        values = {
            "article": sha256,
            "type": kind,
            "start": each.trigger.start,
            "end": each.trigger.end,
            "ordinal": ordinal,
            "status": "candidate",
            "found_by": extractor,
            "evidence": each.evidence,
            "weight": weight_of(kind, each.record),
        }
        if id_ in result.new:
            fresh.append({"id": id_, **values})
        else:
            connection.execute(sa.update(table).where(table.c.id == id_).values(**values))
        kept.append((id_, kind, each.record))
    if fresh:
        connection.execute(sa.insert(table), fresh)
    said.keep(connection, kept, stored=status_of.keys())
    gone = [id_ for id_ in result.retired if status_of[id_] == "candidate"]
    if gone:
        connection.execute(sa.update(table).where(table.c.id.in_(gone)).values(status="retired"))
    for id_ in result.retired:
        if status_of[id_] in DECIDED:
            _tell_newer(connection, id_, kind, None, extractor)
    return len(result.new), len(result.ids) - len(result.new), len(gone)


def _tell_newer(connection: sa.Connection, id_: str, kind: SubjectType, found: _Said | None, extractor: str) -> None:
    """Keep what another reading says of a decided candidate beside the decision, and whether they disagree."""
    table = tables.candidates
    row = connection.execute(sa.select(table).where(table.c.id == id_)).mappings().one()
    if found is None:
        newer: dict[str, Any] | None = {"found": False}
        # A record that a person rejected, and that is found no more, is nothing to talk about.
        disagrees = row["status"] != "rejected"
    else:
        now = {
            "start": found.trigger.start, "end": found.trigger.end, "evidence": found.evidence, "record": dict(found.record),
        }  # fmt: skip
        machine = said.record_of(connection, id_, kind)
        newer = None if canonical(machine) == canonical(now["record"]) else now
        disagrees = newer is not None and _differs(connection, row, found.record)
    if canonical(newer) == canonical(row["newer"]):
        return
    connection.execute(
        sa.update(table)
        .where(table.c.id == id_)
        .values(newer=newer, newer_by=None if newer is None else extractor, disagrees=disagrees)
    )


def _differs(connection: sa.Connection, row: sa.RowMapping, record: Mapping[str, Any]) -> bool:
    """Whether a newer record says otherwise than the decision; how sure the reader is, is no matter."""
    after = connection.execute(
        sa.select(tables.decisions.c.after).where(tables.decisions.c.id == row["last_decision"])
    ).scalar_one()
    decided = State.from_json(after).record
    names = set(decided) | set(record)
    return any(canonical(decided.get(name)) != canonical(record.get(name)) for name in names - _UNSAID)


_UNSAID = frozenset(
    ("confidence", "evidence", "trigger", "rests", "mentions", "alternatives", "polarity", "date_basis")
)


def _slot(slot: Slot, countries: Mapping[tuple[int, int], str | None]) -> dict[str, Any]:
    return {
        "role": slot.role,
        "name": slot.name,
        "entity": slot.entity,
        "place_kind": slot.place_kind,
        "country": countries.get((slot.start, slot.end)),
    }


def merge_conflicts(connection: sa.Connection, conflicts: Mapping[str, Mapping[str, Any]], extractor: str) -> None:
    """Bring the candidates of the sort ``conflict`` to those of a comparison, by id.

    A conflict lies in the first of its articles; its evidence are the places of all of its sides in that article.
    """
    table = tables.candidates
    rows = connection.execute(sa.select(table.c.id, table.c.status).where(table.c.type == "conflict")).all()
    status_of = {row.id: row.status for row in rows}
    kept: list[tuple[str, SubjectType, Mapping[str, Any]]] = []
    fresh: list[dict[str, Any]] = []
    for ordinal, (id_, each) in enumerate(sorted(conflicts.items())):
        sides = [side for side in each["claims"] if side["start"] is not None]
        if not sides or status_of.get(id_) in DECIDED:
            continue
        first = sides[0]
        values = {
            "article": first["article"],
            "type": "conflict",
            "start": first["start"],
            "end": first["end"],
            "ordinal": ordinal,
            "status": "candidate",
            "found_by": extractor,
            "evidence": [
                {"start": side["start"], "end": side["end"], "locator": {}}
                for side in sides
                if side["article"] == first["article"]
            ],
            "weight": weight_of("conflict", each),
        }
        if id_ in status_of:
            connection.execute(sa.update(table).where(table.c.id == id_).values(**values))
        else:
            connection.execute(sa.insert(table).values(id=id_, **values))
        kept.append((id_, "conflict", each))
    if fresh:
        connection.execute(sa.insert(table), fresh)
    said.keep(connection, kept, stored=status_of.keys())
    gone = [id_ for id_, status in status_of.items() if status == "candidate" and id_ not in conflicts]
    for id_ in gone:
        connection.execute(sa.update(table).where(table.c.id == id_).values(status="retired"))


def all_candidates(
    connection: sa.Connection, statuses: Sequence[str] = (), kinds: Sequence[str] = ()
) -> tuple[Found, ...]:
    """Return the candidates of these statuses and sorts (all where none is named) as people left them."""
    return _sorted(connection, tables.candidates.c.status.in_(statuses) if statuses else sa.true(), kinds)


def candidates_of(connection: sa.Connection, ids: Sequence[str], statuses: Sequence[str]) -> tuple[Found, ...]:
    """Return incidents and claims by their ids, of these statuses, as people left them; those that there are not are left out."""
    table = tables.candidates
    wanted = (ids[at : at + _AT_ONCE] for at in range(0, len(ids), _AT_ONCE))
    return tuple(
        each for some in wanted for each in _sorted(connection, table.c.id.in_(some) & table.c.status.in_(statuses))
    )


def candidates_by_article(
    connection: sa.Connection, articles: Sequence[str], statuses: Sequence[str]
) -> Iterator[Found]:
    """Yield the incidents and claims of articles, given by their sha256, as people left them; some hundred articles are held."""
    table = tables.candidates
    ordered = sorted(articles)
    for at in range(0, len(ordered), _AT_ONCE):
        some = table.c.article.in_(ordered[at : at + _AT_ONCE])
        yield from _sorted(connection, some & table.c.status.in_(statuses))


_AT_ONCE = 200


def _sorted(connection: sa.Connection, wanted: sa.ColumnElement[bool], kinds: Sequence[str] = ()) -> tuple[Found, ...]:
    table, decisions = tables.candidates, tables.decisions
    columns = [table.c[name] for name in ("id", "type", "article", "start", "end", "status", "found_by", "evidence")]
    found = []
    for kind in kinds or SUBJECTS[:2]:
        source = said.table_of(kind)
        query = (
            sa.select(*columns, source.c.record, decisions.c.after)
            .join(source, source.c.candidate == table.c.id)
            .join(decisions, decisions.c.id == table.c.last_decision, isouter=True)
            .where(table.c.type == kind, wanted)
        )
        for row in connection.execute(query).mappings():
            found += _found(row)
    return tuple(sorted(found, key=lambda each: (each.article, each.type, each.start, each.end, each.id)))


def _found(row: sa.RowMapping) -> list[Found]:
    """A candidate as it stands; each part of one that was split."""
    if row["status"] not in DECIDED:
        values = {name: row[name] for name in ("id", "type", "article", "start", "end", "status", "found_by", "record")}
        return [Found(**values, evidence=tuple(row["evidence"]))]
    state = State.from_json(row["after"])
    whole = Found(
        row["id"], row["type"], row["article"], state.start, state.end, state.status, state.found_by, state.record,
        state.evidence, target=state.target, changed=state.changed,
    )  # fmt: skip
    if state.status in STANDING and state.parts:
        return [
            replace(whole, id=f"{whole.id}-{number}", record=part.record, evidence=part.evidence)
            for number, part in enumerate(state.parts, 1)
        ]
    return [whole]
