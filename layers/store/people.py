"""PeopleStore: who may sign in, and who is; the one door to accounts, sessions, attempts and the audit log.

The store never reads the clock and never sees a password or a session's token: it is given times, hashes and keys.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import sqlalchemy as sa

from geo.errors import InvalidAccount, UnknownAccount
from layers.store import attempts as attempt_rows
from layers.store import audit as audit_rows
from layers.store import sessions as session_rows
from layers.store import tables
from layers.store.engine import reading, writing
from layers.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.store.attempts import Counted, Limit
    from layers.store.audit import Event
    from layers.store.sessions import Session

__all__ = ["ROLES", "Account", "PeopleStore", "Role", "checked_name", "name_key"]

Role = Literal["reader", "reviewer", "editor"]

ROLES: tuple[Role, ...] = ("reader", "reviewer", "editor")
"""Each may do all that those before it may."""

_NAME = re.compile(r"[^\W_](?:[\w.\- \u200c]{0,62}[\w.])?")


@dataclass(frozen=True, slots=True)
class Account:
    """A person's account. ``password`` is an Argon2 hash; ``removed_at`` ``None`` while the person may sign in."""

    id: int
    name: str
    role: Role
    password: str
    added_at: str
    removed_at: str | None


def checked_name(name: str) -> str:
    """Return an account's name in its one form: Unicode NFC, single spaces.

    Raises
    ------
    InvalidAccount
        The name cannot be one.

    Examples
    --------
    >>> checked_name("  Әсел  Нұрлан ")
    'Әсел Нұрлан'
    """
    plain = " ".join(unicodedata.normalize("NFC", name).split())
    if not _NAME.fullmatch(plain):
        raise InvalidAccount(
            f"{name[:80]!r} cannot be the name of an account.",
            hint="Use 1 to 64 letters or digits of any script; within it also spaces, full stops, hyphens and underscores.",
        )
    return plain


def name_key(name: str) -> str:
    """Return a name as names are compared: without regard to case, width, and Arabic or Persian forms of ya and kaf.

    >>> name_key("ZAHRA") == name_key("zahra"), name_key("علي") == name_key("علی")
    (True, True)
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join(folded.translate({0x064A: 0x06CC, 0x0649: 0x06CC, 0x0643: 0x06A9, 0x200C: None}).split())[:200]


@dataclass(frozen=True, slots=True)
class PeopleStore(Store):
    """Accounts, sessions, attempts and audit log of one database. Use it as a context manager, or close it.

    Every method is one transaction and raises :class:`geo.errors.UnusableStore` when the database does not do its part.
    """

    # Accounts

    def accounts(self) -> tuple[Account, ...]:
        """Return all accounts, removed ones too, by name."""
        with reading(self.engine) as connection:
            rows = connection.execute(_accounts().order_by(tables.people.c.key))
            return tuple(Account(**row) for row in rows.mappings())

    def account(self, name: str) -> Account | None:
        """Return the account of a name, compared as :func:`name_key` does; ``None`` where there is none."""
        with reading(self.engine) as connection:
            return _account(connection, name)

    def known(self, name: str) -> Account:
        """Return the account of a person who may sign in.

        Raises
        ------
        UnknownAccount
            There is no such account, or it was removed.
        """
        with reading(self.engine) as connection:
            return _known(connection, name)

    def add(self, name: str, role: Role, password: str, event: Event) -> Account:
        """Add an account; an account that was removed comes back with this role and password.

        Raises
        ------
        InvalidAccount
            The name cannot be one, or has an account.
        """
        plain = checked_name(name)
        table = tables.people
        with writing(self.engine) as connection:
            known = _account(connection, plain)
            if known is not None and known.removed_at is None:
                raise InvalidAccount(
                    f"{known.name!r} has an account already.",
                    hint="Take another name, or change it with `corridormap user passwd` and `corridormap user role`.",
                )
            if known is not None:
                values = {"role": role, "password": password, "removed_at": None}
                connection.execute(sa.update(table).where(table.c.id == known.id).values(**values))
            else:
                connection.execute(
                    sa.insert(table).values(
                        name=plain, key=name_key(plain), role=role, password=password, added_at=event.at
                    )
                )
            audit_rows.add(connection, event)
            return _known(connection, plain)

    def set_password(self, name: str, password: str, event: Event, *, keep: str | None = None) -> int:
        """Change a password and end the person's sessions but one; return how many ended.

        ``keep`` is the token's sha256 of the session that stays, ``None`` ends all.

        Raises
        ------
        UnknownAccount
            There is no such account, or it was removed.
        """
        with writing(self.engine) as connection:
            person = _changed(connection, name, event, password=password)
            return session_rows.end_all(connection, person.id, keep=keep)

    def renew_hash(self, name: str, password: str) -> None:
        """Store the same password hashed anew, with the parameters of today; no session ends."""
        table = tables.people
        with writing(self.engine) as connection:
            connection.execute(sa.update(table).where(table.c.key == name_key(name)).values(password=password))

    def set_role(self, name: str, role: Role, event: Event) -> None:
        """Change a role; it holds from the person's next request on.

        Raises
        ------
        UnknownAccount
            There is no such account, or it was removed.
        """
        with writing(self.engine) as connection:
            _changed(connection, name, event, role=role)

    def remove(self, name: str, event: Event) -> None:
        """Let a person sign in no more and end their sessions. The name stays, as decisions stand under it.

        Raises
        ------
        UnknownAccount
            There is no such account, or it was removed before.
        """
        with writing(self.engine) as connection:
            person = _changed(connection, name, event, removed_at=event.at, password="")
            session_rows.end_all(connection, person.id)

    # Sessions

    def begin_session(self, session: Session, event: Event) -> None:
        """Begin a session, and forget those that have ended."""
        with writing(self.engine) as connection:
            session_rows.forget(connection, before_s=session.begun_s)
            session_rows.begin(connection, session)
            audit_rows.add(connection, event)

    def person_of(self, token_sha256: str, *, now_s: int, idle_s: int) -> Account | None:
        """Return who is signed in with a token; ``None`` where its session has ended, or idled for longer.

        The session counts as seen now; that is written once in a while only.
        """
        with reading(self.engine) as connection:
            session = session_rows.one(connection, token_sha256)
            if session is None or not session.is_open(now_s, idle_s):
                return None
            row = connection.execute(_accounts().where(tables.people.c.id == session.person)).mappings().one()
        if row["removed_at"] is not None:
            return None
        if abs(now_s - session.seen_s) >= session_rows.SEEN_EVERY_S:
            with writing(self.engine) as connection:
                session_rows.see(connection, token_sha256, now_s)
        return Account(**row)

    def end_session(self, token_sha256: str, event: Event) -> None:
        """End one session."""
        with writing(self.engine) as connection:
            session_rows.end(connection, token_sha256)
            audit_rows.add(connection, event)

    def end_sessions(self, name: str, event: Event) -> int:
        """End all sessions of a person; return how many.

        Raises
        ------
        UnknownAccount
            There is no such account, or it was removed.
        """
        with writing(self.engine) as connection:
            person = _known(connection, name)
            audit_rows.add(connection, event)
            return session_rows.end_all(connection, person.id)

    def count_sessions(self, name: str, *, now_s: int, idle_s: int) -> int:
        """Return how many sessions of a person are open."""
        with reading(self.engine) as connection:
            return session_rows.count_open(connection, _known(connection, name).id, now_s=now_s, idle_s=idle_s)

    # Attempts

    def count_attempt(self, limits: Sequence[Limit], *, now_s: int) -> Counted:
        """Count an attempt to sign in before it is made; see :func:`layers.store.attempts.count`."""
        with writing(self.engine) as connection:
            return attempt_rows.count(connection, limits, now_s=now_s)

    def attempt_succeeded(self, limits: Sequence[Limit]) -> None:
        """Take back what :meth:`count_attempt` counted; see :func:`layers.store.attempts.succeeded`."""
        with writing(self.engine) as connection:
            attempt_rows.succeeded(connection, limits)

    # Audit

    def has_signed_in(self, name: str, address: str | None) -> bool:
        """Tell whether a person has signed in from an address before."""
        with reading(self.engine) as connection:
            return audit_rows.is_there(connection, who=name, what="signed-in", address=address)

    def record(self, event: Event) -> None:
        """Add an event to the audit log."""
        with writing(self.engine) as connection:
            audit_rows.add(connection, event)

    def events(
        self, *, most: int, before: int | None = None, who: str | None = None, what: str | None = None
    ) -> tuple[tuple[int, Event], ...]:
        """Return numbers and events, the latest first; ``before`` a number, of a person, of a kind."""
        with reading(self.engine) as connection:
            return audit_rows.latest(connection, most=most, before=before, who=who, what=what)


def _accounts() -> sa.Select[tuple[object, ...]]:
    table = tables.people
    return sa.select(table.c.id, table.c.name, table.c.role, table.c.password, table.c.added_at, table.c.removed_at)


def _account(connection: sa.Connection, name: str) -> Account | None:
    row = connection.execute(_accounts().where(tables.people.c.key == name_key(name))).mappings().one_or_none()
    return None if row is None else Account(**row)


def _known(connection: sa.Connection, name: str) -> Account:
    found = _account(connection, name)
    if found is None or found.removed_at is not None:
        state = "was removed" if found else "has no account"
        raise UnknownAccount(
            f"{name[:80]!r} {state}.",
            hint="`corridormap user list` names all accounts; `corridormap user add` adds one.",
        )
    return found


def _changed(connection: sa.Connection, name: str, event: Event, **values: str) -> Account:
    """Change the account of a person who may sign in, with an event that tells of it; return it as it was."""
    person = _known(connection, name)
    connection.execute(sa.update(tables.people).where(tables.people.c.id == person.id).values(**values))
    audit_rows.add(connection, event)
    return person
