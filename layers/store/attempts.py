"""Rows of attempts: how often signing in has failed, and until when it is refused; shared by all processes.

An attempt is counted before the password is looked at, in the same transaction that asks whether it may be made: of a
hundred attempts at the same moment no more pass than of a hundred in a row. One that succeeds is taken back.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from layers.store import tables

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["FORGOTTEN_S", "Counted", "Limit", "count", "succeeded"]

FORGOTTEN_S = 24 * 3600
"""Failures are forgotten when none has come for so long."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How many failures of one kind are free, and how long the next ones close the door.

    ``of`` names what is counted (an account, an address), ``free`` failures cost nothing; the next one locks for
    ``first_lock_s`` seconds and each further one for twice as long as the one before, up to ``longest_lock_s``.
    ``is_cleared`` says whether a success forgets all failures, or takes back its own attempt only.
    """

    of: str
    free: int
    first_lock_s: int
    longest_lock_s: int
    is_cleared: bool

    @property
    def key(self) -> str:
        """What the row is found by: the log of attempts holds no names and no addresses."""
        return hashlib.sha256(self.of.encode("utf-8", "surrogatepass")).hexdigest()

    def lock_s(self, failures: int) -> int:
        """Return how long the door is closed after so many failures.

        >>> [Limit("a", 2, 30, 100, True).lock_s(failures) for failures in range(1, 6)]
        [0, 30, 60, 100, 100]
        """
        beyond = failures - self.free
        return 0 if beyond < 0 else min(self.longest_lock_s, self.first_lock_s << min(beyond, 32))

    def wait_s(self, locked_until_s: int, now_s: int) -> int:
        """Return how long the door stays closed; it does not where its lock was made by a clock that has been set back.

        >>> limit = Limit("a", 2, 30, 100, True)
        >>> [limit.wait_s(locked_until_s, now_s=1000) for locked_until_s in (0, 1100, 1101)]
        [0, 100, 0]
        """
        left_s = locked_until_s - now_s
        return left_s if 0 < left_s <= self.longest_lock_s else 0


@dataclass(frozen=True, slots=True)
class Counted:
    """``wait_s`` seconds until an attempt may be made, 0 when this one may; ``locks`` when its failure closes the door."""

    wait_s: int
    locks: bool


def count(connection: sa.Connection, limits: Sequence[Limit], *, now_s: int) -> Counted:
    """Count an attempt as failed and say whether it may be made; one that may not is not counted."""
    table = tables.attempts
    connection.execute(sa.delete(table).where(table.c.last_s < now_s - FORGOTTEN_S, table.c.locked_until_s < now_s))
    query = sa.select(table).where(table.c.key.in_([limit.key for limit in limits]))
    rows = {row.key: row for row in connection.execute(query)}
    waits_s = [limit.wait_s(rows[limit.key].locked_until_s, now_s) for limit in limits if limit.key in rows]
    wait_s = max(waits_s, default=0)
    if wait_s:
        return Counted(wait_s, locks=False)
    locks = False
    for limit in limits:
        row = rows.get(limit.key)
        failures = 1 + (row.failures if row else 0)
        lock_s = limit.lock_s(failures)
        locks = locks or lock_s > 0
        values = {"failures": failures, "last_s": now_s, "locked_until_s": now_s + lock_s}
        if row is None:
            connection.execute(sa.insert(table).values(key=limit.key, **values))
        else:
            connection.execute(sa.update(table).where(table.c.key == limit.key).values(**values))
    return Counted(0, locks)


def succeeded(connection: sa.Connection, limits: Sequence[Limit]) -> None:
    """Take back an attempt that was counted: it did not fail."""
    table = tables.attempts
    for limit in limits:
        mine = table.c.key == limit.key
        if limit.is_cleared:
            connection.execute(sa.delete(table).where(mine))
        else:
            values = {"failures": table.c.failures - 1, "locked_until_s": 0}
            connection.execute(sa.update(table).where(mine, table.c.failures > 0).values(**values))
