"""Sessions: signing in, throttled; staying signed in; signing out here or everywhere.

The cookie holds a random token, signed; the store holds the token's sha256. Signing in always makes a new token and a new
CSRF token, so that a session which somebody else planted is worth nothing afterwards (fixation). What ends a session ends
it in the store: a copied cookie is dead with it.
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
from typing import TYPE_CHECKING, Any, cast

from flask import current_app, request, session
from flask_login import current_user, login_user, logout_user

from geo.errors import TooManyAttempts
from layers.store.attempts import Limit
from layers.store.audit import Event
from layers.store.people import name_key
from layers.store.sessions import Session
from server.people import passwords
from server.people.access import Person, SignedIn
from server.people.clock import now_iso, now_s
from server.service import service

if TYPE_CHECKING:
    from layers.store.people import Account, PeopleStore

__all__ = [
    "IDLE_S",
    "audited",
    "change_password",
    "event",
    "load",
    "open_sessions",
    "people_store",
    "sign_in",
    "sign_out",
    "sign_out_everywhere",
    "verified_account",
]

IDLE_S = 4 * 3600
"""A session that is not used for so long has ended."""

KEY = "corridormap.people"
_TOKEN_BYTES = 32


def people_store() -> PeopleStore:
    """Return the current app's store of people."""
    return cast("PeopleStore", current_app.extensions[KEY])


def event(what: str, who: str | None = None, **detail: Any) -> Event:  # noqa: ANN401 -- JSON
    """Return an event of the current request, for the audit log."""
    person = current_user.person.name if isinstance(current_user._get_current_object(), SignedIn) else None  # noqa: SLF001 -- werkzeug's public way to what a proxy stands for
    return Event(now_iso(), who or person, what, request.remote_addr, detail or None)


def audited(what: str, **detail: Any) -> None:  # noqa: ANN401 -- JSON
    """Write an event of the current request into the audit log: who did what, when and from which address."""
    people_store().record(event(what, **detail))


def _limits(name: str, address: str, *, is_known: bool) -> tuple[Limit, ...]:
    """What is counted: the account from this address, the address, and the account from anywhere.

    The last one stops a list of passwords that comes from many addresses. It does not hold for an address from which the
    person has signed in before: else anybody could shut them out.
    """
    account = name_key(name)
    pair = Limit(f"account {account} from {address}", 5, 30, 3600, is_cleared=True)
    from_address = Limit(f"address {address}", 20, 30, 3600, is_cleared=False)
    everywhere = Limit(f"account {account}", 15, 30, 900, is_cleared=True)
    return (pair, from_address) if is_known else (pair, from_address, everywhere)


def _counted_address() -> str:
    """Return the client's address as it is counted: of IPv6 the /64 network, which one household has whole."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def verified_account(name: str, password: str) -> Account | None:
    """Return the account of a name and password, ``None`` when they do not belong together.

    The attempt is counted before the password is looked at, in the store, so that all processes know of it.

    Raises
    ------
    TooManyAttempts
        It failed too often; the password was not looked at.
    """
    store = people_store()
    found = store.account(name)
    # Asked for a name without an account too, so that it takes as long.
    is_known = store.has_signed_in(found.name if found else "", request.remote_addr)
    limits = _limits(name, _counted_address(), is_known=is_known)
    counted = store.count_attempt(limits, now_s=now_s())
    if counted.wait_s:
        raise TooManyAttempts(
            "Signing in has failed too often.", wait_s=counted.wait_s, hint=f"Try again in {counted.wait_s} seconds."
        )
    account = found if found is not None and found.removed_at is None else None
    if passwords.verified(password, account.password if account else None) and account is not None:
        store.attempt_succeeded(limits)
        if passwords.needs_renewal(account.password):
            store.renew_hash(account.name, passwords.hashed(password))
        return account
    # A name without an account is not logged: people type their password there.
    store.record(event("sign-in-failed", found.name if found else None))
    if counted.locks:
        store.record(event("sign-in-locked", found.name if found else None))
    return None


def sign_in(account: Account) -> None:
    """Begin a session of a person in the current browser; whatever the cookie held before is gone."""
    if isinstance(old := current_user._get_current_object(), SignedIn):  # noqa: SLF001 -- as above
        people_store().end_session(_sha256(old.token), event("signed-out"))
    session.clear()
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    now = now_s()
    people_store().begin_session(
        Session(_sha256(token), account.id, now, now, now + service().config.session_hours * 3600),
        event("signed-in", account.name),
    )
    login_user(SignedIn(Person(account.name, account.role), token))


def load(token: str) -> SignedIn | None:
    """Return who holds a session's token, ``None`` when the session has ended: what Flask-Login asks for."""
    account = people_store().person_of(_sha256(token), now_s=now_s(), idle_s=IDLE_S)
    return None if account is None else SignedIn(Person(account.name, account.role), token)


def sign_out() -> None:
    """End the session of the current browser, in the store too."""
    if isinstance(user := current_user._get_current_object(), SignedIn):  # noqa: SLF001 -- as above
        people_store().end_session(_sha256(user.token), event("signed-out"))
    logout_user()
    session.clear()


def sign_out_everywhere() -> int:
    """End all sessions of the person who is signed in; return how many."""
    ended = people_store().end_sessions(current_user.person.name, event("signed-out-everywhere"))
    logout_user()
    session.clear()
    return ended


def change_password(password: str) -> int:
    """Change the password of the person who is signed in; all their other sessions end, return how many.

    The session of this browser goes on under a new token.

    Raises
    ------
    InvalidAccount
        The password would be guessed.
    """
    name = current_user.person.name
    passwords.check(password, name)
    ended = people_store().set_password(
        name, passwords.hashed(password), event("password-changed"), keep=_sha256(current_user.token)
    )
    account = people_store().account(name)
    if account is not None:
        sign_in(account)
    return ended


def open_sessions() -> int:
    """Return how many sessions of the person who is signed in are open, this one included."""
    return people_store().count_sessions(current_user.person.name, now_s=now_s(), idle_s=IDLE_S)


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
