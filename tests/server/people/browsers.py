"""A browser for tests of people: it keeps cookies and sends forms with the token of the page that they stand on."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from layers.store.people import Role

WORDS = "چهار واژه بی ربط"
"""Of all people of the tests, but for the one who has another."""

NAMES: dict[Role, str] = {"reader": "Әсел", "reviewer": "Захра", "editor": "زهرا"}

TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


def page_token(page: TestResponse) -> str:
    match = TOKEN.search(page.text)
    assert match is not None, page.text[:500]
    return html.unescape(match[1])


@dataclass
class Browser:
    """A client that keeps cookies and sends forms as a page does."""

    client: FlaskClient

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, headers={"Accept": "text/html"})

    def token(self, path: str = "/account") -> str:
        return page_token(self.get(path))

    def post(self, path: str, form: dict[str, Any] | None = None, *, at: str = "/account") -> TestResponse:
        data = {"csrf_token": self.token(at), **(form or {})}
        return self.client.post(path, data=data, headers={"Accept": "text/html"})

    def sign_in(self, name: str, password: str = WORDS, *, then: str = "") -> TestResponse:
        return self.post("/login", {"name": name, "password": password, "next": then}, at="/login")


class SignedIn(dict["Role", Browser]):
    """A browser for each role, signed in when it is first asked for."""

    def __init__(self, app: Flask) -> None:
        super().__init__()
        self._app = app

    def __missing__(self, role: Role) -> Browser:
        self[role] = browser = Browser(self._app.test_client())
        assert browser.sign_in(NAMES[role]).status_code == 303
        return browser
