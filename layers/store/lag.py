"""Lag: whether the store answers, and how many articles it holds that a release does not.

A web process asks this, which shall not load SQLAlchemy for a store that is a SQLite file: that is read with Python's own
module.
"""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from geo.errors import UnusableStore

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

__all__ = ["check_store", "waiting_articles"]

_SQLITE = "sqlite:///"
_TIMEOUT_S = 2.0


def waiting_articles(url: str, held: Collection[bytes]) -> int | None:
    """Return how many articles a store holds beyond some; ``None`` where there is no store yet.

    Parameters
    ----------
    url
        SQLAlchemy URL of the store; nothing is made or upgraded.
    held
        The sha256 of texts, as bytes.

    Raises
    ------
    UnusableStore
        When the store cannot be read.
    """
    if not url.startswith(_SQLITE):
        return _of_server(url, held)
    path = Path(url.removeprefix(_SQLITE).partition("?")[0]).absolute()
    if not path.is_file():
        return None
    try:
        with contextlib.closing(
            sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=_TIMEOUT_S)
        ) as connection:
            return _beyond(connection.execute("SELECT sha256 FROM articles"), held)
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


def _of_server(url: str, held: Collection[bytes]) -> int:
    import sqlalchemy as sa  # noqa: PLC0415 -- see the module

    from layers.store import tables  # noqa: PLC0415 -- as above
    from layers.store.engine import open_engine, reading  # noqa: PLC0415 -- as above

    engine = open_engine(url)
    try:
        with reading(engine) as connection:
            return _beyond(
                connection.execution_options(yield_per=10_000).execute(sa.select(tables.articles.c.sha256)), held
            )
    finally:
        engine.dispose()


def _beyond(rows: Iterable[tuple[str]], held: Collection[bytes]) -> int:
    return sum(bytes.fromhex(sha256) not in held for (sha256,) in rows)
