"""Rows of articles: bibliographic facts and identity, stored once for each text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import asdict, fields, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from layers.candidates import ReadArticle
from layers.store import tables

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["all_articles", "group", "keep", "one_article", "slug", "uncompared"]

_SLUG_CHARACTERS = 60
_SHA_DIGITS = 12


def slug(file_name: str, sha256: str) -> str:
    """Return an id for an article: its file's name without its ending, in Latin letters; else the hash's first digits.

    >>> slug("Termez Weekly – 2019.txt", "0" * 64), slug("مقاله.txt", "ab" * 32)
    ('termez-weekly-2019', 'article-abababababab')
    """
    stem = PurePath(file_name).stem
    latin = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    made = re.sub(r"[^a-z0-9]+", "-", latin.lower()).strip("-")[:_SLUG_CHARACTERS].strip("-")
    letters = sum(letter.isalnum() for letter in stem)
    # A name of which most letters are gone would name nothing.
    return made if 2 * len(made) > letters and made else f"article-{sha256[:_SHA_DIGITS]}"


def keep(connection: sa.Connection, article: ReadArticle) -> None:
    """Store an article unless its text is there; another article that has taken its id gives it a longer one.

    Whatever is compared with it has to be compared again: its independence group is open.
    """
    table = tables.articles
    if connection.execute(sa.select(table.c.id).where(table.c.sha256 == article.sha256)).one_or_none() is not None:
        connection.execute(sa.update(table).where(table.c.sha256 == article.sha256).values(independence_group=None))
        return
    if connection.execute(sa.select(table.c.id).where(table.c.id == article.id)).one_or_none() is not None:
        article = replace(article, id=f"{article.id}-{article.sha256[:_SHA_DIGITS]}")
    row = asdict(replace(article, independence_group=None))
    connection.execute(sa.insert(table).values(**row))


def all_articles(connection: sa.Connection) -> tuple[ReadArticle, ...]:
    """Return all articles, sorted by id."""
    made = (_article(row) for row in connection.execute(_query()).mappings())
    return tuple(sorted(made, key=lambda article: article.id))


def one_article(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> ReadArticle | None:
    """Return the first article by id that meets a condition, ``None`` where none does."""
    row = connection.execute(_query().where(condition).order_by(tables.articles.c.id).limit(1)).mappings().one_or_none()
    return None if row is None else _article(row)


def _query() -> sa.Select[Any]:
    return sa.select(*(tables.articles.c[field.name] for field in fields(ReadArticle)))


def _article(row: sa.RowMapping) -> ReadArticle:
    return ReadArticle(**{**row, "languages": tuple(row["languages"]), "authors": tuple(row["authors"])})


def uncompared(connection: sa.Connection) -> bool:
    """Tell whether an article's independence group is open."""
    table = tables.articles
    wanted = sa.select(table.c.sha256).where(table.c.independence_group.is_(None)).limit(1)
    return connection.execute(wanted).one_or_none() is not None


def group(connection: sa.Connection, groups: Mapping[str, str]) -> None:
    """Store the independence group of each article, by sha256."""
    table = tables.articles
    for sha256, name in sorted(groups.items()):
        connection.execute(
            sa.update(table)
            .where(table.c.sha256 == sha256, table.c.independence_group.is_distinct_from(name))
            .values(independence_group=name)
        )
