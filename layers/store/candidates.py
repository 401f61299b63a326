"""Rows of candidates: what the machine found, under ids that stay, and never in place of what a person decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from layers.articles.documents.locate import Headings
from layers.candidates import Found
from layers.store import tables
from layers.store.decisions import latest_changes
from layers.store.identity import Known, match

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from layers.articles.events.incident import ReadIncident
    from layers.articles.reading import Reading
    from layers.articles.statements.claim import ReadClaim, Slot
    from layers.store.identity import CandidateType

__all__ = ["all_candidates", "merge"]

_INCIDENT = ("category", "role", "modality", "date_start", "date_end")
_DECIDED = ("reviewed", "rejected", "corrected")


def merge(connection: sa.Connection, sha256: str, made: Reading, *, extractor: str) -> tuple[int, int, int]:
    """Bring the candidates of an article to a new reading; return how many are new, found again, and retired."""
    countries = {(each.start, each.end): each.country for each in made.mentions}
    incidents = [(each, each.to_json()) for each in made.incidents]
    claims = [
        (each, {**each.to_json(), "slots": [_slot(slot, countries) for slot in each.slots]}) for each in made.claims
    ]
    headings = Headings.of(made.document)
    counts = [
        _merge_type(connection, sha256, "incident", incidents, headings, extractor),
        _merge_type(connection, sha256, "claim", claims, headings, extractor),
    ]
    new, again, retired = (sum(column) for column in zip(*counts, strict=True))
    return new, again, retired


def _merge_type(
    connection: sa.Connection,
    sha256: str,
    kind: CandidateType,
    found: Sequence[tuple[ReadIncident | ReadClaim, Mapping[str, Any]]],
    headings: Headings,
    extractor: str,
) -> tuple[int, int, int]:
    table, said = tables.candidates, tables.incidents if kind == "incident" else tables.claims
    rows = connection.execute(
        sa.select(table.c.id, table.c.start, table.c.end, table.c.status)
        .where(table.c.article == sha256, table.c.type == kind)
        .order_by(table.c.ordinal, table.c.id)
    ).all()
    status_of = {row.id: row.status for row in rows}
    # What is there is preferred to what had gone, so that nothing retired takes a living candidate's place.
    known = sorted(
        (Known(row.id, row.start, row.end) for row in rows), key=lambda each: status_of[each.id] == "retired"
    )
    result = match(sha256, kind, known, [each.trigger for each, _ in found])
    for ordinal, (id_, (each, record)) in enumerate(zip(result.ids, found, strict=True)):
        if status_of.get(id_) in _DECIDED:
            continue
        values = {
            "article": sha256,
            "type": kind,
            "start": each.trigger.start,
            "end": each.trigger.end,
            "ordinal": ordinal,
            "status": "candidate",
            "found_by": extractor,
            "evidence": [
                {"start": span.start, "end": span.end, "locator": headings.locate(span, each.trigger)}
                for span in each.evidence
            ],
        }
        if id_ in result.new:
            connection.execute(sa.insert(table).values(id=id_, **values))
        else:
            connection.execute(sa.update(table).where(table.c.id == id_).values(**values))
            connection.execute(sa.delete(said).where(said.c.candidate == id_))
        connection.execute(sa.insert(said).values(candidate=id_, **_said(kind, record)))
    gone = [id_ for id_ in result.retired if status_of[id_] == "candidate"]
    if gone:
        connection.execute(sa.update(table).where(table.c.id.in_(gone)).values(status="retired"))
    return len(result.new), len(result.ids) - len(result.new), len(gone)


def _slot(slot: Slot, countries: Mapping[tuple[int, int], str | None]) -> dict[str, Any]:
    return {
        "role": slot.role,
        "name": slot.name,
        "entity": slot.entity,
        "place_kind": slot.place_kind,
        "country": countries.get((slot.start, slot.end)),
    }


def _said(kind: CandidateType, record: Mapping[str, Any]) -> dict[str, Any]:
    if kind == "incident":
        return {name: record[name] for name in _INCIDENT} | {"record": record}
    return {"claim_type": record["type"], "record": record}


def all_candidates(connection: sa.Connection, statuses: Sequence[str] = ()) -> tuple[Found, ...]:
    """Return the candidates of these statuses (all where none is named), with the changes that people made to them."""
    table = tables.candidates
    changes = latest_changes(connection)
    found = []
    for said in (tables.incidents, tables.claims):
        query = sa.select(
            table.c.id,
            table.c.type,
            table.c.article,
            table.c.start,
            table.c.end,
            table.c.status,
            table.c.found_by,
            table.c.evidence,
            said.c.record,
        ).join(said, said.c.candidate == table.c.id)
        if statuses:
            query = query.where(table.c.status.in_(statuses))
        for row in connection.execute(query).mappings():
            record = {**row["record"], **changes.get(row["id"], {})}
            found.append(Found(**{**row, "record": record, "evidence": tuple(row["evidence"])}))
    return tuple(sorted(found, key=lambda each: (each.article, each.type, each.start, each.end, each.id)))
