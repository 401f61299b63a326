"""Switch: what ``CORRIDORMAP_REVIEW=1`` adds to the service, and the guard before each of its views.

Flask-Login keeps who is signed in, Flask-WTF the tokens of forms; both are told here how. The guard looks at each request
before its view does: role, size of the body, token, in this order, so that a stranger's 200 MB are never read.
"""

from __future__ import annotations

import errno
from http import HTTPStatus
from typing import TYPE_CHECKING, cast
from urllib.parse import urlencode

from flask import Response, redirect, request, session
from flask_login import LoginManager
from flask_wtf.csrf import CSRFError, CSRFProtect

from geo.errors import ForgedRequest, NotAllowed, NotSignedIn, RefusedUpload, TooManyAttempts
from layers.store.people import PeopleStore
from server import problems
from server.config import check_safe
from server.people import pages, passwords, uploads
from server.people.access import ANYBODY, Role, check_role, role_of, takes_file
from server.people.secret import read_secret
from server.people.sessions import KEY, load
from server.people.upload_files import full
from server.service import service

if TYPE_CHECKING:
    from flask import Flask

    from server.config import Config

__all__ = ["check_config", "switch_on"]

CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
LARGEST_FORM_BYTES = 1_000_000
"""Of what is sent to any view but those that take files."""

POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""Content security policy of all pages for people: nothing from outside, nothing inline, in nobody's frame."""


def check_config(config: Config) -> None:
    """Find out before any worker starts whether people can be served: key, store, safety of the address.

    Raises
    ------
    InvalidSetting, UnwritableWorkspace, UnusableStore
        See :func:`server.config.check_safe`, :func:`server.people.secret.read_secret` and
        :meth:`layers.store.people.PeopleStore.open`.
    """
    check_safe(config)
    read_secret(config.secret_file)
    PeopleStore.open(config.store_url).close()


def switch_on(app: Flask, config: Config) -> None:
    """Let people sign in to an app."""
    secure = not config.is_local
    app.config.update(
        SECRET_KEY=read_secret(config.secret_file),
        # A browser takes a cookie of this name over TLS only.
        SESSION_COOKIE_NAME="__Secure-corridormap" if secure else "corridormap",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH=config.path_prefix or "/",
        PERMANENT_SESSION_LIFETIME=config.session_hours * 3600,
        WTF_CSRF_TIME_LIMIT=None,  # a token holds as long as its session
        WTF_CSRF_CHECK_DEFAULT=False,  # the guard asks for it, after it knows who is asking
    )
    app.extensions[KEY] = PeopleStore.open(config.store_url)
    manager = LoginManager()
    manager.user_loader(load)
    # Not by init_app: for the sake of a remember-me cookie, which there is none of, that looks into the session at every
    # answer, and an answer that depends on a cookie is kept by no cache, tiles included.
    app.login_manager = manager  # type: ignore[attr-defined]  # Flask-Login looks for it there
    csrf = CSRFProtect(app)
    app.before_request(lambda: _guard(app, csrf))
    app.after_request(lambda response: _private(app, response))
    app.register_error_handler(NotSignedIn, _sent_to_sign_in)
    app.register_error_handler(TooManyAttempts, _told_to_wait)
    app.register_error_handler(CSRFError, _forged)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(uploads.blueprint)
    passwords.prepare()


def _guard(app: Flask, csrf: CSRFProtect) -> None:
    """Refuse a request that may not reach its view."""
    if request.endpoint is None:
        return
    view = app.view_functions[request.endpoint]
    role = role_of(view)
    changes = request.method in CHANGING
    if role is None:
        if changes:
            raise NotAllowed("Nothing can be changed here.", hint="Read with GET or HEAD.")
        return
    if role != ANYBODY:
        check_role(cast("Role", role))
    if changes:
        largest = service().config.upload_mb * 1_000_000 if takes_file(view) else LARGEST_FORM_BYTES
        request.max_content_length = largest + LARGEST_FORM_BYTES
        if (request.content_length or 0) > request.max_content_length:
            raise RefusedUpload(
                f"What was sent is larger than {largest / 1e6:.0f} MB.",
                reason="size",
                hint="Send a smaller file: of a scanned or illustrated PDF, the article's text is enough.",
            )
        try:
            csrf.protect()
        except OSError as error:  # the token is a field of the form, and a form with files is kept on disk meanwhile
            if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
                raise
            raise full("what was sent") from error


def _private(app: Flask, response: Response) -> Response:
    """Give an answer that is for one person, errors included, to nobody else: no cache, no other site, no frame."""
    if request.endpoint is None or role_of(app.view_functions[request.endpoint]) is None:
        return response
    response.headers["Cache-Control"] = "no-store"
    response.headers.setdefault("Content-Security-Policy", POLICY)
    # Flask-WTF compares the referrer over TLS; other sites still learn nothing.
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    response.headers.setdefault("X-Frame-Options", "DENY")
    return response


def _sent_to_sign_in(error: NotSignedIn) -> Response:
    """Send a person who wanted a page to sign in first; answer a script with 401."""
    session.pop("_user_id", None)  # of a session that has ended
    if request.method in {"GET", "HEAD"} and request.accept_mimetypes.best_match(["application/json", "text/html"]) == (
        "text/html"
    ):
        wanted = request.full_path.rstrip("?")
        query = {"next": service().base_path + wanted}
        if "lang" in request.args:
            query["lang"] = request.args["lang"]
        return redirect(f"{service().base_path}/login?{urlencode(query)}", HTTPStatus.SEE_OTHER)  # type: ignore[return-value]  # Werkzeug's type of it
    response = problems.known(error)
    response.headers["WWW-Authenticate"] = 'Session realm="corridormap"'
    return response


def _told_to_wait(error: TooManyAttempts) -> Response:
    response = problems.known(error)
    response.headers["Retry-After"] = str(error.wait_s)
    return response


def _forged(error: CSRFError) -> Response:
    return problems.known(
        ForgedRequest(
            f"The request was not sent by a page of this session ({error.description.rstrip('.').lower()}).",
            hint="Reload the page, sign in again if it asks for it, and allow its cookie. Nothing was changed.",
        )
    )
