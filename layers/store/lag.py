"""Lag: whether the store answers, and how many articles and decisions it holds that a release does not.

A web process asks this, which shall not load SQLAlchemy for a store that is a SQLite file: that is read with Python's own
module.
"""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from geo.errors import UnusableStore

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

__all__ = ["Lag", "check_store", "lag_of"]

_SQLITE = "sqlite:///"
_TIMEOUT_S = 2.0

_IS_MADE = "SELECT count(*) FROM sqlite_master WHERE name = 'articles'"
_ARTICLES = "SELECT sha256 FROM articles"
_DECISIONS = (
    "SELECT count(*) FROM decisions"
    " WHERE id > (SELECT coalesce(max(last_decision), 0) FROM publications WHERE release = :release)"
)


@dataclass(frozen=True, slots=True)
class Lag:
    """How far a store is ahead of a release: articles that it lacks, and decisions made since it was built."""

    articles: int
    decisions: int


def lag_of(url: str, release: str, held: Collection[bytes]) -> Lag | None:
    """Return how far a store is ahead of a release; ``None`` where there is no store yet.

    Parameters
    ----------
    url
        SQLAlchemy URL of the store; nothing is made or upgraded.
    release
        Id of the release. Of one that was not built from this store every decision is ahead.
    held
        The sha256 of the texts that it was made of, as bytes.

    Raises
    ------
    UnusableStore
        When the store cannot be read.
    """
    if not url.startswith(_SQLITE):
        return _of_server(url, release, held)
    path = Path(url.removeprefix(_SQLITE).partition("?")[0]).absolute()
    if not path.is_file():
        return None
    try:
        with contextlib.closing(
            sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=_TIMEOUT_S)
        ) as connection:
            if connection.execute(_IS_MADE).fetchone() == (0,):
                return None  # another process has just begun to make it
            articles = _beyond(connection.execute(_ARTICLES), held)
            ((decisions,),) = connection.execute(_DECISIONS, {"release": release})
            return Lag(articles, decisions)
    except sqlite3.Error as error:
        raise UnusableStore(
            f"The coverage store {path} cannot be read: {error}.", hint="Run `corridormap store status`."
        ) from error


def check_store(url: str) -> None:
    """Ask a store for something, whatever it holds.

    Raises
    ------
    UnusableStore
        When it is not there, or does not answer.
    """
    import sqlalchemy as sa  # noqa: PLC0415 -- who needs a store has loaded it

    from layers.store import tables  # noqa: PLC0415 -- as above
    from layers.store.engine import open_engine, reading  # noqa: PLC0415 -- as above

    if url.startswith(_SQLITE) and not Path(url.removeprefix(_SQLITE).partition("?")[0]).is_file():
        raise UnusableStore("There is no coverage store.", hint="Run `corridormap ingest`, or set CORRIDORMAP_STORE.")
    engine = open_engine(url)
    try:
        with reading(engine) as connection:
            connection.execute(sa.select(tables.articles.c.id).limit(1)).all()
    finally:
        engine.dispose()


def _of_server(url: str, release: str, held: Collection[bytes]) -> Lag | None:
    import sqlalchemy as sa  # noqa: PLC0415 -- see the module

    from layers.store.engine import open_engine, reading  # noqa: PLC0415 -- as above

    engine = open_engine(url)
    try:
        with reading(engine) as connection:
            if not sa.inspect(connection).has_table("articles"):
                return None
            decisions = connection.execute(sa.text(_DECISIONS), {"release": release}).scalar_one()
            articles = _beyond(connection.execution_options(yield_per=10_000).execute(sa.text(_ARTICLES)), held)
            return Lag(articles, decisions)
    finally:
        engine.dispose()


def _beyond(rows: Iterable[tuple[str]], held: Collection[bytes]) -> int:
    return sum(bytes.fromhex(sha256) not in held for (sha256,) in rows)
