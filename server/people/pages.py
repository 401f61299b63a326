"""Pages for people: sign in, sign out, the account, the audit log."""

from __future__ import annotations

import re
from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Blueprint, Response, redirect, request

from geo.errors import InvalidAccount, MalformedFilter, TooManyAttempts
from server.people import sessions
from server.people.access import allows, current_person, open_to_all
from server.people.frame import home, page, page_link
from server.service import service

__all__ = ["blueprint", "own_path"]

blueprint = Blueprint("people", __name__)

EVENTS_A_PAGE = 100

_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


def own_path(wanted: str | None) -> str:
    r"""Return where ``next=`` leads, if that is a page of this service; else where people come to.

    Another host, another scheme, a path outside the prefix and anything that a browser could read as one of them
    (``//host``, ``/\host``, a line break) leads home.
    """
    if not wanted or not _PATH.fullmatch(wanted) or len(wanted) > 2000:  # noqa: PLR2004 -- longer than any of ours
        return home()
    parts = urlsplit(wanted)
    prefix = service().base_path
    within = parts.path == prefix or parts.path.startswith(f"{prefix}/")
    if parts.scheme or parts.netloc or not within or ".." in parts.path.split("/"):
        return home()
    return home() if parts.path in {f"{prefix}/login", f"{prefix}/logout"} else wanted


def _go(path: str) -> Response:
    return redirect(path, HTTPStatus.SEE_OTHER)  # type: ignore[return-value]  # Werkzeug's type of it


@blueprint.get("/login")
@open_to_all
def login() -> Response:
    """Answer the page to sign in; who is signed in goes on."""
    wanted = request.args.get("next")
    if current_person() is not None:
        return _go(own_path(wanted))
    return page("review/login.html", wanted=own_path(wanted), name="", fault="", wait_s=0, kept={"next": wanted})


@blueprint.post("/login")
@open_to_all
def sign_in() -> Response:
    """Sign in with name and password."""
    name, password = request.form.get("name", "")[:200], request.form.get("password", "")
    wanted = own_path(request.form.get("next"))
    try:
        account = sessions.verified_account(name, password)
    except TooManyAttempts as error:
        if not _wants_page():
            raise
        answer = page(
            "review/login.html", status=429, wanted=wanted, name=name, fault="login.wait", wait_s=error.wait_s
        )
        answer.headers["Retry-After"] = str(error.wait_s)
        return answer
    if account is None:
        return page("review/login.html", status=403, wanted=wanted, name=name, fault="login.wrong", wait_s=0)
    sessions.sign_in(account)
    return _go(wanted)


def _wants_page() -> bool:
    return "text/html" in request.headers.get("Accept", "") or not request.accept_mimetypes


@blueprint.post("/logout")
@allows("reader")
def sign_out() -> Response:
    """End this session."""
    sessions.sign_out()
    return _go(page_link("/login"))


@blueprint.get("/account")
@allows("reader")
def account() -> Response:
    """Answer the page of one's own account."""
    return _account_page(said=request.args.get("said", ""))


def _account_page(*, said: str = "", fault: str = "", why: str = "", status: int = 200) -> Response:
    known = said if said == "password" else ""
    return page(
        "review/account.html", status=status, open_sessions=sessions.open_sessions(), said=known, fault=fault, why=why
    )


@blueprint.post("/account/password")
@allows("reader")
def change_password() -> Response:
    """Change one's password; all other sessions end."""
    person = current_person()
    now, new, again = (request.form.get(field, "") for field in ("now", "new", "again"))
    if new != again:
        return _account_page(fault="account.not_again", status=400)
    # As when signing in: a session that was left open must not serve to try passwords.
    if person is None or sessions.verified_account(person.name, now) is None:
        return _account_page(fault="account.wrong_password", status=403)
    try:
        sessions.change_password(new)
    except InvalidAccount as error:
        return _account_page(fault="account.weak", why=str(error), status=400)
    return _go(page_link("/account", said="password"))


@blueprint.post("/account/sign-out-everywhere")
@allows("reader")
def sign_out_everywhere() -> Response:
    """End all one's sessions, in every browser."""
    sessions.sign_out_everywhere()
    return _go(page_link("/login"))


@blueprint.get("/review/audit")
@allows("editor")
def audit() -> Response:
    """Answer the audit log, the latest first."""
    before = request.args.get("before")
    if before is not None and not re.fullmatch(r"[0-9]{1,12}", before):
        raise MalformedFilter("before", f"before={before[:40]!r} is no number of an event.", hint="Leave it out.")
    who, what = request.args.get("who") or None, request.args.get("what") or None
    rows = sessions.people_store().events(
        most=EVENTS_A_PAGE + 1, before=int(before) if before else None, who=who, what=what
    )
    shown = rows[:EVENTS_A_PAGE]
    return page(
        "review/audit.html",
        events=[event for _, event in shown],
        who=who,
        what=what,
        older=shown[-1][0] if len(rows) > EVENTS_A_PAGE else None,
        decisions=page_link("/review/decisions"),
    )
