"""Database: a pool of connections that only read, and its faults said so that a client knows to ask again."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

import psycopg
from psycopg import errors, sql
from psycopg.types.numeric import Int8
from psycopg_pool import ConnectionPool, PoolTimeout

from geo.errors import InvalidSetting, QueryTimeout, UnknownRelease, UnreachableDatabase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Connection = psycopg.Connection[tuple[Any, ...]]
    Query = sql.Composed | sql.SQL | bytes
    Params = Mapping[str, Any]

__all__ = ["MOST_CONNECTIONS", "Database", "check_conninfo", "told"]

T = TypeVar("T")

MOST_CONNECTIONS: Final = 4
"""Connections of a process for requests: as many as it has threads."""

MOST_STREAMS: Final = 2
"""Further connections of a process for what is sent while it is read: a slow client must not take those of others."""

WAIT_S: Final = 3.0
"""How long a request waits for a connection."""

DOWN_S: Final = 0.5
"""For how long a database that did not answer is not asked."""

STREAM_TIMEOUT_S: Final = 600

MOST_RESUMES: Final = 4
"""How often a stream is taken up again from where it was cut off, without a row between."""


class Database:
    """Connections to one database, for one process. Nothing is opened before it is first asked; threads may share it.

    Parameters
    ----------
    conninfo
        As libpq takes it: ``postgresql://user@host/name`` or ``host=… dbname=…``; several hosts are tried in their order.
    timeout_s
        Longest that a statement may take.

    Raises
    ------
    InvalidSetting
        When libpq cannot read ``conninfo``.
    """

    def __init__(self, conninfo: str, *, timeout_s: float = 10.0) -> None:
        check_conninfo(conninfo)
        self.conninfo = conninfo
        self._timeout_s = timeout_s
        self._pools: dict[str, ConnectionPool[Connection]] = {}
        self._lock = threading.Lock()
        self._down_until = 0.0

    def rows(self, query: Query, params: Params | None = None, *, prepare: bool = False) -> list[tuple[Any, ...]]:
        """Return the rows that a query gives.

        ``prepare`` has it planned once for all parameters: for what is asked often and in one form.

        Raises
        ------
        UnreachableDatabase
            When the database does not answer.
        QueryTimeout
            When it takes too long.
        UnknownRelease
            When the release is no longer there.
        """
        return self._asked(
            lambda connection: connection.execute(query, params, prepare=prepare, binary=True).fetchall()
        )

    def row(self, query: Query, params: Params | None = None, *, prepare: bool = False) -> tuple[Any, ...]:
        """Return the one row that a query gives; raises as :meth:`rows` does."""
        return self.rows(query, params, prepare=prepare)[0]

    def stream(
        self, query: Query, params: Params | None = None, *, size: int = 1000
    ) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the rows of a query in lists of up to ``size``, read by a cursor that the server holds; raises as :meth:`rows`.

        A cursor that is cut off – a replica takes back what its primary cleans away, a server goes over to another one – is
        opened again behind the last row. For that the first column ascends, and the query keeps what is above ``%(after)s``.
        """
        after, resumed = -1, 0
        while True:
            try:
                with self._told():
                    for piece in self._pieces(query, {**(params or {}), "after": Int8(after)}, size):
                        yield piece
                        after, resumed = piece[-1][0], 0
            except UnreachableDatabase:
                if resumed == MOST_RESUMES:
                    raise
                resumed += 1
                # By then the database is asked again, see DOWN_S.
                time.sleep(DOWN_S * resumed)
            else:
                return

    def _pieces(self, query: Query, params: Params, size: int) -> Iterator[list[tuple[Any, ...]]]:
        with (
            self._pool("streams").connection() as connection,
            connection.transaction(),
            connection.cursor(name="corridormap", binary=True) as cursor,
        ):
            cursor.itersize = size
            cursor.execute(query, params)
            while piece := cursor.fetchmany(size):
                yield piece

    def close(self) -> None:
        """Close all connections; they are opened again when needed."""
        with self._lock:
            pools, self._pools = list(self._pools.values()), {}
        for pool in pools:
            pool.close()

    def _asked(self, ask: Callable[[Connection], T]) -> T:
        pool = self._pool("requests")
        with self._told():
            try:
                with pool.connection() as connection:
                    return ask(connection)
            except psycopg.OperationalError as error:
                if isinstance(error, errors.QueryCanceled | PoolTimeout):
                    raise
                # The server was started again, or went over to another one: what the pool holds is looked at, once.
                pool.check()
                with pool.connection() as connection:
                    return ask(connection)

    @contextmanager
    def _told(self) -> Iterator[None]:
        if time.monotonic() < self._down_until:
            raise _unreachable(self.conninfo)
        try:
            with told(self.conninfo, self._timeout_s):
                yield
        except UnreachableDatabase as error:
            # Who asks in the next moment need not wait in vain too. A replica that took a query back does answer.
            if not isinstance(error.__cause__, errors.SerializationFailure):
                self._down_until = time.monotonic() + DOWN_S
            raise

    def _pool(self, name: str) -> ConnectionPool[Connection]:
        with self._lock:
            pool = self._pools.get(name)
            if pool is None:
                timeout_s = STREAM_TIMEOUT_S if name == "streams" else self._timeout_s
                pool = self._pools[name] = ConnectionPool(
                    self.conninfo,
                    kwargs={"autocommit": True, "connect_timeout": 3, "application_name": f"corridormap {name}"},
                    min_size=0 if name == "streams" else 1,
                    max_size=MOST_STREAMS if name == "streams" else MOST_CONNECTIONS,
                    configure=lambda connection: _configure(connection, timeout_s),
                    timeout=WAIT_S,
                    # What cannot be opened is given up soon, and tried anew by the next request.
                    reconnect_timeout=1.0,
                    name=f"corridormap-{name}",
                    open=True,
                )
            return pool


def _configure(connection: Connection, timeout_s: float) -> None:
    """Make a connection ready: reads only, within its time, one processor for each request."""
    settings = {
        "default_transaction_read_only": "on",
        "statement_timeout": f"{timeout_s * 1000:.0f}",
        "idle_in_transaction_session_timeout": f"{STREAM_TIMEOUT_S * 1000}",
        "jit": "off",
        "max_parallel_workers_per_gather": "0",
        # Prepared statements are planned once: they are those of tiles, whose plan does not depend on the tile.
        "plan_cache_mode": "force_generic_plan",
        "timezone": "UTC",
    }
    connection.execute(
        sql.SQL("; ").join(
            sql.SQL("SET {} = {}").format(sql.Identifier(name), sql.Literal(value)) for name, value in settings.items()
        )
    )


def check_conninfo(conninfo: str) -> None:
    """See that libpq can read how to reach a database.

    Raises
    ------
    InvalidSetting
        When it cannot; without what was given, which may hold a password.
    """
    try:
        psycopg.conninfo.conninfo_to_dict(conninfo)
    except psycopg.ProgrammingError as error:
        raise InvalidSetting(
            "What names the database cannot be read.",
            hint="Write it as postgresql://user@host/name, in CORRIDORMAP_DATABASE or after --database.",
        ) from error


@contextmanager
def told(conninfo: str, timeout_s: float) -> Iterator[None]:
    """Turn the faults of a database into errors that say what to do."""
    try:
        yield
    except errors.QueryCanceled as error:
        raise QueryTimeout(
            f"The database did not answer within {timeout_s:g} s.", hint="Narrow the filter, or try again in a moment."
        ) from error
    except (errors.UndefinedTable, errors.InvalidSchemaName) as error:
        raise UnknownRelease("That release is not in the database.", hint="Ask for the latest one.") from error
    except errors.SerializationFailure as error:
        raise UnreachableDatabase(
            f"The database {_shown(conninfo)} is a replica and took the query back, for what came from its primary.",
            hint="Try again in a moment.",
        ) from error
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise _unreachable(conninfo, str(error)) from error


def _unreachable(conninfo: str, said: str = "") -> UnreachableDatabase:
    """What cannot be reached, and why as far as ``said`` tells: libpq has no code for what it meets while it connects."""
    shown, where = _shown(conninfo), "in CORRIDORMAP_DATABASE or after --database"
    if 'database "' in said and "does not exist" in said:
        return UnreachableDatabase(
            f"There is no database {shown}.", hint=f"Create it with `createdb`, or mend its name {where}."
        )
    if any(words in said for words in ("password", "authentication", "pg_hba", 'role "')):
        return UnreachableDatabase(
            f"The database {shown} refuses the user or the password.", hint=f"Mend them {where}, or in ~/.pgpass."
        )
    return UnreachableDatabase(f"The database {shown} does not answer.", hint="Try again in a moment.")


def _shown(conninfo: str) -> str:
    """Return host and name of a database, without user and password."""
    try:
        parts = psycopg.conninfo.conninfo_to_dict(conninfo)
    except psycopg.ProgrammingError:
        return "of CORRIDORMAP_DATABASE"
    return f"{parts.get('dbname') or 'postgres'} on {parts.get('host') or 'this machine'}"
