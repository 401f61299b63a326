"""Access: who is asking, and whether they may.

A view says who may call it::

    @blueprint.post("/review/decisions")
    @allows("reviewer")
    def decide() -> Response: ...

Views without a mark are public and may only be read: a POST, PUT, PATCH or DELETE to one is refused. The guard of
:mod:`server.people.switch` reads the marks before any view runs, also before a body is read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast

from flask_login import UserMixin, current_user

from geo.errors import NotAllowed, NotSignedIn
from layers.store.people import ROLES, Role

__all__ = [
    "ANYBODY",
    "Person",
    "Role",
    "SignedIn",
    "allows",
    "check_role",
    "current_person",
    "open_to_all",
    "role_of",
    "takes_file",
]

_View = TypeVar("_View", bound=Callable[..., Any])
_MARK, _FILE = "_corridormap_allows", "_corridormap_takes_file"

ANYBODY = "anybody"
"""The mark of a view that changes something and needs nobody signed in: signing in is the only one."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in."""

    name: str
    role: Role

    def may(self, role: Role) -> bool:
        """Tell whether the person may do what a role may.

        >>> Person("Zahra", "reviewer").may("reader"), Person("Zahra", "reviewer").may("editor")
        (True, False)
        """
        return ROLES.index(self.role) >= ROLES.index(role)


class SignedIn(UserMixin):  # type: ignore[misc]  # Flask-Login has no types
    """What Flask-Login holds of a person during a request; its id is the session's token, not the person's."""

    def __init__(self, person: Person, token: str) -> None:
        self.person = person
        self.token = token

    def get_id(self) -> str:
        """Return what the session remembers: the token, of which the store knows the sha256."""
        return self.token


def current_person() -> Person | None:
    """Return who is signed in, ``None`` when nobody is."""
    user = current_user._get_current_object()  # noqa: SLF001 -- werkzeug's public way to what a proxy stands for
    return user.person if isinstance(user, SignedIn) else None


def check_role(role: Role) -> Person:
    """Return who is signed in when they may do what a role may.

    Raises
    ------
    NotSignedIn
        Nobody is.
    NotAllowed
        The person's role is a lesser one.
    """
    person = current_person()
    if person is None:
        raise NotSignedIn("Nobody is signed in, or the session has ended.", hint="Sign in at /login and try again.")
    if not person.may(role):
        raise NotAllowed(
            f"{person.name} is {person.role}; this needs {role}.",
            hint="Ask the operator, who can change it with `corridormap user role`.",
        )
    return person


def allows(role: Role, *, file: bool = False) -> Callable[[_View], _View]:
    """Let only people of a role, or a higher one, call a view; others are sent to sign in or refused.

    With ``file`` the view takes a file as large as ``CORRIDORMAP_UPLOAD_MB`` says; others a form.
    """

    def marked(view: _View) -> _View:
        @wraps(view)
        def checked(*arguments: object, **named: object) -> object:
            check_role(role)
            return view(*arguments, **named)

        setattr(checked, _MARK, role)
        setattr(checked, _FILE, file)
        return cast("_View", checked)

    return marked


def open_to_all(view: _View) -> _View:
    """Let anybody call a view that changes something; it needs the page's token all the same."""
    setattr(view, _MARK, ANYBODY)
    return view


def role_of(view: Callable[..., Any] | None) -> str | None:
    """Return the role that a view asks for, :data:`ANYBODY`, or ``None`` for a public one."""
    return getattr(view, _MARK, None)


def takes_file(view: Callable[..., Any] | None) -> bool:
    """Tell whether a view takes a file."""
    return bool(getattr(view, _FILE, False))
