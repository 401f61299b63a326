"""Frame: what every page for people has around it: navigation by role, language, the token of its forms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Response, current_app, render_template, request

from server.languages import DIRECTION, LANGUAGES, page_language, page_theme
from server.people.access import Role, current_person
from server.service import service

__all__ = ["NAVIGATION", "Entry", "home", "page", "page_link"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the navigation: the endpoint it leads to, the key of its word, and who sees it."""

    endpoint: str
    word: str
    role: Role


NAVIGATION = (
    Entry("review.queue", "review.nav.queue", "reader"),
    Entry("uploads.upload_page", "review.nav.upload", "reviewer"),
    Entry("review.quality", "review.nav.quality", "reader"),
    Entry("people.audit", "review.nav.audit", "editor"),
    Entry("people.account", "review.nav.account", "reader"),
)
"""Entries whose endpoint the app does not have are left out."""


def page_link(path: str, **parameters: str | int | None) -> str:
    """Return the address of a page that keeps the reader's language and theme."""
    kept: dict[str, Any] = {name: request.args.get(name) for name in ("lang", "theme")}
    query = urlencode({name: value for name, value in {**kept, **parameters}.items() if value not in {None, ""}})
    return f"{service().base_path}{path}" + (f"?{query}" if query else "")


def home() -> str:
    """Return the path of the page that a person comes to after signing in: the queue, or their account."""
    return page_link("/review" if "review.queue" in current_app.view_functions else "/account")


def page(template: str, *, status: int = 200, **values: object) -> Response:
    """Return a page in the reader's language; its headers are set after the request, see :mod:`server.people.switch`."""
    lang = page_language()
    person = current_person()
    body = render_template(
        template,
        lang=lang,
        dir=DIRECTION[lang],
        theme=page_theme(),
        strings=service().strings[lang],
        languages=LANGUAGES,
        person=person,
        base_path=service().base_path,
        page_link=page_link,
        here=request.path,
        navigation=[
            (page_link(_path_of(entry.endpoint)), entry.word, request.endpoint == entry.endpoint)
            for entry in NAVIGATION
            if person is not None and person.may(entry.role) and entry.endpoint in current_app.view_functions
        ],
        **values,
    )
    return Response(body, status, content_type="text/html; charset=utf-8")


def _path_of(endpoint: str) -> str:
    rule = next(current_app.url_map.iter_rules(endpoint))
    return str(rule.rule)
