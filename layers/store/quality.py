"""Rows of quality: how many candidates people accepted, edited and rejected, by category, language, month, article."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from layers.review.quality import OfArticle, Tally, tallied
from layers.store import tables

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["by_article", "by_category", "by_month"]


def by_category(connection: sa.Connection) -> tuple[Tally, ...]:
    """Return what became of candidates by sort, category (a claim's type, else the sort again) and language of the article."""
    table, articles = tables.candidates, tables.articles
    category = sa.func.coalesce(tables.incidents.c.category, tables.claims.c.claim_type, table.c.type)
    query = (
        sa.select(table.c.type, category, articles.c.language, table.c.status, sa.func.count())
        .join(articles, articles.c.sha256 == table.c.article)
        .join(tables.incidents, tables.incidents.c.candidate == table.c.id, isouter=True)
        .join(tables.claims, tables.claims.c.candidate == table.c.id, isouter=True)
        .where(table.c.status != "retired")
        .group_by(table.c.type, category, articles.c.language, table.c.status)
    )
    return tallied(((row[0], row[1], row[2]), row[3], int(row[4])) for row in connection.execute(query))


def by_month(connection: sa.Connection) -> tuple[Tally, ...]:
    """Return what became of candidates by the month (``2026-11``) of the last decision, sort and version of the reader."""
    table, decisions = tables.candidates, tables.decisions
    month = sa.func.substr(decisions.c.decided_at, 1, 7)
    query = (
        sa.select(month, table.c.type, table.c.found_by, table.c.status, sa.func.count())
        .join(decisions, decisions.c.id == table.c.last_decision)
        .group_by(month, table.c.type, table.c.found_by, table.c.status)
    )
    return tallied(((row[0], row[1], row[2]), row[3], int(row[4])) for row in connection.execute(query))


def by_article(connection: sa.Connection) -> tuple[OfArticle, ...]:
    """Return how much of each article has been decided, sorted by year and id; articles without a year last."""
    table, articles = tables.candidates, tables.articles
    query = (
        sa.select(table.c.article, table.c.status, sa.func.count())
        .where(table.c.status != "retired")
        .group_by(table.c.article, table.c.status)
    )
    tally = {
        each.key[0]: each for each in tallied(((row[0],), row[1], int(row[2])) for row in connection.execute(query))
    }
    columns = (articles.c.sha256, articles.c.id, articles.c.title, articles.c.language, articles.c.year)
    made = (
        OfArticle(row.sha256, row.id, row.title, row.language, row.year, tally.get(row.sha256, Tally((row.sha256,))))
        for row in connection.execute(sa.select(*columns))
    )
    return _sorted(made)


def _sorted(articles: Iterable[OfArticle]) -> tuple[OfArticle, ...]:
    return tuple(sorted(articles, key=lambda each: (each.year is None, -(each.year or 0), each.id)))
