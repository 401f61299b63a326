"""Rows of sessions: who is signed in, by the sha256 of a token that only the browser holds."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import sqlalchemy as sa

from layers.store import tables

__all__ = ["SEEN_EVERY_S", "Session", "begin", "count_open", "end", "end_all", "forget", "one", "see"]

SEEN_EVERY_S = 60
"""A session's last use is written this often at most: a reviewer's hundred requests a minute are no hundred writes."""


@dataclass(frozen=True, slots=True)
class Session:
    """A session of a person (their number). Times are whole seconds since 1970; ``ends_s`` holds however it is used."""

    token_sha256: str
    person: int
    begun_s: int
    seen_s: int
    ends_s: int

    def is_open(self, now_s: int, idle_s: int) -> bool:
        """Tell whether the session holds: it has not ended and was used within ``idle_s`` seconds.

        One that was used later than that in the future was begun by a clock that has been set back: it does not hold.

        >>> Session("", 1, begun_s=0, seen_s=50, ends_s=100).is_open(90, idle_s=40)
        True
        >>> Session("", 1, begun_s=0, seen_s=50, ends_s=100).is_open(91, idle_s=40)
        False
        >>> Session("", 1, begun_s=0, seen_s=50, ends_s=100).is_open(9, idle_s=40)
        False
        """
        return now_s < self.ends_s and abs(now_s - self.seen_s) <= idle_s


def begin(connection: sa.Connection, session: Session) -> None:
    """Begin a session."""
    connection.execute(sa.insert(tables.sessions).values(**asdict(session)))


def one(connection: sa.Connection, token_sha256: str) -> Session | None:
    """Return a session by the sha256 of its token, ``None`` where there is none."""
    table = tables.sessions
    row = connection.execute(sa.select(table).where(table.c.token_sha256 == token_sha256)).mappings().one_or_none()
    return None if row is None else Session(**row)


def see(connection: sa.Connection, token_sha256: str, now_s: int) -> None:
    """Note that a session is used."""
    table = tables.sessions
    connection.execute(sa.update(table).where(table.c.token_sha256 == token_sha256).values(seen_s=now_s))


def end(connection: sa.Connection, token_sha256: str) -> None:
    """End a session; one that is not there is none the less ended."""
    connection.execute(sa.delete(tables.sessions).where(tables.sessions.c.token_sha256 == token_sha256))


def end_all(connection: sa.Connection, person: int, *, keep: str | None = None) -> int:
    """End all sessions of a person but one, or all; return how many."""
    table = tables.sessions
    query = sa.delete(table).where(table.c.person == person)
    return connection.execute(query if keep is None else query.where(table.c.token_sha256 != keep)).rowcount


def forget(connection: sa.Connection, *, before_s: int) -> None:
    """Delete the sessions that ended before a time."""
    connection.execute(sa.delete(tables.sessions).where(tables.sessions.c.ends_s <= before_s))


def count_open(connection: sa.Connection, person: int, *, now_s: int, idle_s: int) -> int:
    """Return how many sessions of a person are open."""
    table = tables.sessions
    is_used = table.c.seen_s.between(now_s - idle_s, now_s + idle_s)
    wanted = (table.c.person == person, table.c.ends_s > now_s, is_used)
    return int(connection.execute(sa.select(sa.func.count()).select_from(table).where(*wanted)).scalar_one())
