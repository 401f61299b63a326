"""Rows of readings: mentions and numerals of the last reading of each article, and the conflicts of all."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from layers.store import tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from layers.articles.reading import Reading

__all__ = ["latest_extractor", "published", "replace", "replace_conflicts"]

_MENTION = (
    "kind", "start", "end", "name", "entity", "place_kind", "lon", "lat", "geonames_id", "country", "where_prec",
    "confidence", "role",
)  # fmt: skip
_TEXT = ("surface",)
"""Not stored: the words themselves stand on the shelf."""


def replace(connection: sa.Connection, sha256: str, made: Reading, *, extractor: str, published: str | None) -> None:
    """Store a reading in place of the article's reading before."""
    for table in (tables.mentions, tables.numerals, tables.readings):
        connection.execute(sa.delete(table).where(table.c.article == sha256))
    connection.execute(
        sa.insert(tables.readings).values(
            article=sha256, extractor=extractor, published=published, language=made.language
        )
    )
    mentions = [
        {"article": sha256, "ordinal": ordinal}
        | {name: record[name] for name in _MENTION}
        | {"record": {name: value for name, value in record.items() if name not in _TEXT}}
        for ordinal, record in enumerate(each.to_json() for each in made.mentions)
    ]
    numerals = [
        {"article": sha256, "ordinal": ordinal}
        | {name: record[name] for name in ("start", "end", "integrity")}
        | {"record": record}
        for ordinal, record in enumerate(each.to_json() for each in made.numerals)
    ]
    _insert(connection, tables.mentions, mentions)
    _insert(connection, tables.numerals, numerals)


def replace_conflicts(connection: sa.Connection, conflicts: Sequence[Mapping[str, Any]]) -> None:
    """Store all conflicts in place of those before; an id is made of what a conflict says."""
    connection.execute(sa.delete(tables.conflicts))
    rows: dict[str, dict[str, Any]] = {}
    for each in conflicts:
        told = json.dumps(each, ensure_ascii=False, sort_keys=True, default=list)
        id_ = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        rows[id_] = {"id": id_, **each, "articles": list(each["articles"])}
    _insert(connection, tables.conflicts, [rows[id_] for id_ in sorted(rows)])


def published(connection: sa.Connection, sha256: str) -> date | None:
    """Return the day of publication that an article was read with, ``None`` where none was given."""
    query = sa.select(tables.readings.c.published).where(tables.readings.c.article == sha256)
    day = connection.execute(query).scalar()
    return None if day is None else date.fromisoformat(day)


def latest_extractor(connection: sa.Connection) -> str:
    """Return the version of the reader that read the articles, the greatest of several; empty where none was read."""
    return str(connection.execute(sa.select(sa.func.max(tables.readings.c.extractor))).scalar() or "")


def _insert(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        connection.execute(sa.insert(table), list(rows))
