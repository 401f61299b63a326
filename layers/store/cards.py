"""Rows of cards: what stands beside a subject in the store, for a reviewer to compare: mentions, neighbours, likely doubles."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from layers.review.similar import Other
from layers.store import said, tables
from layers.store.decisions import PUBLIC

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from layers.store.decisions import Subject

__all__ = ["articles", "folded_into", "mentions_near", "neighbours", "others"]

_NEAR_CHARACTERS: Final = 400
_NEAR_DAYS: Final = 3
_MOST: Final = 24
"""Rows that are compared; the best of them are shown."""
_STANDING: Final = ("candidate", "reviewed", "corrected")


def mentions_near(connection: sa.Connection, subject: Subject) -> list[dict[str, Any]]:
    """Return the mentions of the article that stand in a subject's passages or near them, with all that the reader noted."""
    table = tables.mentions
    spans = [(item["start"], item["end"]) for item in subject.state.evidence] or [
        (subject.state.start, subject.state.end)
    ]
    first, last = min(start for start, _ in spans), max(end for _, end in spans)
    query = (
        sa.select(table.c.kind, table.c.start, table.c.end, table.c.name, table.c.entity, table.c.record)
        .where(
            table.c.article == subject.article,
            table.c.start >= first - _NEAR_CHARACTERS,
            table.c.start < last + _NEAR_CHARACTERS,
        )
        .order_by(table.c.ordinal)
    )
    return [
        {**row["record"], **{name: row[name] for name in ("kind", "start", "end", "name", "entity")}}
        for row in connection.execute(query).mappings()
    ]


def neighbours(connection: sa.Connection, subject: Subject) -> list[dict[str, Any]]:
    """Return the records of the incidents before and after an incident in its article, the nearest first."""
    table, source = tables.candidates, tables.incidents
    query = (
        sa.select(source.c.record)
        .join(source, source.c.candidate == table.c.id)
        .where(table.c.article == subject.article, table.c.type == "incident", table.c.id != subject.id)
        .where(source.c.date_start.is_not(None))
        .order_by(sa.func.abs(table.c.start - subject.state.start), table.c.id)
        .limit(8)
    )
    return [dict(row.record) for row in connection.execute(query)]


def others(connection: sa.Connection, subject: Subject) -> list[Other]:
    """Return records that may tell of the same as an incident or a claim: by day and category, or by what they name."""
    if subject.type not in {"incident", "claim"}:
        return []
    ids = _ids_near(connection, subject)
    if not ids:
        return []
    table, source, article = tables.candidates, said.table_of(subject.type), tables.articles
    decisions = tables.decisions
    query = (
        sa.select(
            table.c.id, table.c.status, table.c.article, source.c.record, article.c.id.label("slug"), article.c.title
        )
        .add_columns(decisions.c.after)
        .join(source, source.c.candidate == table.c.id)
        .join(article, article.c.sha256 == table.c.article)
        .join(decisions, decisions.c.id == table.c.last_decision, isouter=True)
        # By id alone: a condition on the status would tempt SQLite to walk all that waits.
        .where(table.c.id.in_(ids))
    )
    return [
        Other(
            id=f"{PUBLIC}{row.id}",
            article=row.slug,
            title=row.title or row.slug,
            status=row.status,
            record=row.record if row.status == "candidate" else row.after["record"],
            is_same_article=row.article == subject.article,
        )
        for row in connection.execute(query)
        if row.status in _STANDING
    ]


def _ids_near(connection: sa.Connection, subject: Subject) -> list[str]:
    record = subject.state.record
    found: dict[str, None] = {}
    start = record.get("date_start")
    if subject.type == "incident" and start:
        table = tables.incidents
        first = date.fromisoformat(start[:10])
        last = date.fromisoformat(str(record.get("date_end") or start)[:10])
        # A whole year is no day that two records could share.
        if (last - first).days <= 2 * _NEAR_DAYS:
            near = timedelta(days=_NEAR_DAYS)
            earliest, latest = (first - near).isoformat(), (last + near).isoformat()
            query = (
                sa.select(table.c.candidate)
                .where(table.c.category == record.get("category"), table.c.date_start.between(earliest, latest))
                .order_by(table.c.date_start, table.c.candidate)
                .limit(_MOST)
            )
            found.update(dict.fromkeys(connection.execute(query).scalars()))
    names, candidates = tables.candidate_names, tables.candidates
    for kind, key in _keys(record):
        query = (
            sa.select(names.c.candidate)
            .join(candidates, candidates.c.id == names.c.candidate)
            .where(names.c.kind == kind, names.c.key == key, candidates.c.type == subject.type)
            .order_by(names.c.weight.desc(), names.c.candidate.desc())
            .limit(_MOST)
        )
        found.update(dict.fromkeys(connection.execute(query).scalars()))
    found.pop(subject.id, None)
    return list(found)[: 2 * _MOST]


def _keys(record: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    place = record.get("place") or {}
    if place.get("name"):
        yield "place", place.get("entity") or place["name"].casefold()
    slots: Sequence[Mapping[str, Any]] = record.get("slots") or ()
    for slot in slots[:4]:
        yield "place", slot.get("entity") or slot["name"].casefold()


def folded_into(connection: sa.Connection, public_id: str) -> list[str]:
    """Return the ids of the candidates that are now one with a record, sorted."""
    table, decisions = tables.candidates, tables.decisions
    query = (
        sa.select(table.c.id)
        .join(decisions, decisions.c.id == table.c.last_decision)
        .where(decisions.c.target == public_id, table.c.status.in_(("merged", "duplicate")))
        .order_by(table.c.id)
    )
    return list(connection.execute(query).scalars())


def articles(connection: sa.Connection) -> list[dict[str, Any]]:
    """Return sha256, id, title and language of the articles, sorted by id, with how many of their subjects wait (``open``)."""
    table, candidates = tables.articles, tables.candidates
    is_open = sa.case((candidates.c.status == "candidate", 1), else_=0)
    # Without a condition: along the index by article and status, which holds all that is asked for.
    counted = sa.select(candidates.c.article, sa.func.sum(is_open)).group_by(candidates.c.article)
    waiting = {row[0]: int(row[1]) for row in connection.execute(counted)}
    query = sa.select(table.c.sha256, table.c.id, table.c.title, table.c.language).order_by(table.c.id)
    return [
        {**row, "title": row["title"] or row["id"], "open": waiting.get(row["sha256"], 0)}
        for row in connection.execute(query).mappings()
    ]
