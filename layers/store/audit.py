"""Rows of the audit log: who did what, when, and from where. They are only ever added."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from layers.store import tables

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Event", "add", "is_there", "latest"]


@dataclass(frozen=True, slots=True)
class Event:
    """One event.

    ``at`` is an ISO 8601 time in UTC, given by the caller. ``who`` is a person's name, ``None`` where nobody was signed in;
    ``what`` a word such as ``signed-in``; ``address`` the client's IP address, ``None`` for the command line; ``detail`` what
    else is to be known: never a password, a token or a sentence of an article.
    """

    at: str
    who: str | None
    what: str
    address: str | None = None
    detail: Mapping[str, Any] | None = None


def add(connection: sa.Connection, event: Event) -> None:
    """Add an event."""
    connection.execute(sa.insert(tables.audit).values(**asdict(event)))


def is_there(connection: sa.Connection, *, who: str, what: str, address: str | None) -> bool:
    """Tell whether an event of a person and kind came from an address."""
    table = tables.audit
    query = sa.select(table.c.id).where(table.c.who == who, table.c.what == what, table.c.address == address).limit(1)
    return connection.execute(query).first() is not None


def latest(
    connection: sa.Connection, *, most: int, before: int | None = None, who: str | None = None, what: str | None = None
) -> tuple[tuple[int, Event], ...]:
    """Return numbers and events, the latest first: at most so many, before a number, of a person, of a kind."""
    table = tables.audit
    query = sa.select(table.c.id, *(table.c[field.name] for field in fields(Event))).order_by(table.c.id.desc())
    for column, wanted in ((table.c.who, who), (table.c.what, what)):
        if wanted is not None:
            query = query.where(column == wanted)
    if before is not None:
        query = query.where(table.c.id < before)
    rows = connection.execute(query.limit(most)).mappings()
    return tuple((int(row["id"]), Event(**{key: value for key, value in row.items() if key != "id"})) for row in rows)
