"""A service with review over a store of invented articles, and browsers of people who are signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from argon2 import PasswordHasher

from layers.articles.documents.shelf import file_content
from layers.store.audit import Event
from layers.store.coverage_store import CoverageStore
from layers.store.people import ROLES, PeopleStore
from layers.workspace import Workspace
from server.app import create_app
from server.config import Config
from server.people import passwords
from tests.layers.store import readings as made
from tests.server.people.browsers import NAMES, WORDS, Browser

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

    from layers.candidates import Found
    from layers.store.people import Role

OTHER = made.TEXT.replace("Quiet days", "Loud days").replace("3 kg", "4 kg")


@pytest.fixture(scope="session", autouse=True)
def _quick_hashes() -> Iterator[None]:
    """Argon2 as it is, but cheap: what a hash costs is another test's matter."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        passwords._nobody.cache_clear()
        yield
    passwords._nobody.cache_clear()


@pytest.fixture(scope="session")
def hashed(_quick_hashes: None) -> str:
    return passwords.hashed(WORDS)


@pytest.fixture
def config(tmp_path: Path, root: Path) -> Config:
    return Config(workspace=tmp_path / "ws", root=root, review=True)


@pytest.fixture
def store(config: Config) -> Iterator[CoverageStore]:
    """Two articles on the shelf and in the store: both tell of one seizure."""
    workspace = Workspace(config.workspace)
    workspace.prepare()
    with CoverageStore.open(config.store_url) as opened:
        place = {"name": "Kulob", "lon": 69.78, "lat": 37.91, "country": "TJ", "where_prec": 1, "entity": "place/kulob"}
        for text, id_ in ((made.TEXT, "quiet-days"), (OTHER, "loud-days")):
            file_content(workspace, text.encode(), f"{id_}.txt")
            incidents = [
                made.incident("seized", "seizure", place, text=text, organizations=[], confidence=0.8),
                made.incident(
                    "arrested", "arrest", "Khorog", text=text, date_start=None, date_end=None, confidence=0.5
                ),
            ]
            claim = made.flow(
                ("origin", "Afghanistan"), ("transit", "Tajikistan"), ("destination", "Russia"), text=text
            )
            reading = made.reading(incidents, [claim], text=text, id_=id_)
            opened.keep(made.article(text, id_), reading, extractor="reader 1", published=None)
        yield opened


@pytest.fixture
def app(config: Config, store: CoverageStore, hashed: str) -> Iterator[Flask]:
    assert store.articles()
    with PeopleStore.open(config.store_url) as people:
        for role in ROLES:
            people.add(NAMES[role], role, hashed, Event("2026-01-01T00:00:00Z", None, "account-added"))
    made_app = create_app(config)
    yield made_app
    made_app.extensions["corridormap.people"].close()
    made_app.extensions["corridormap.review"].store.close()


class SignedIn(dict["Role", Browser]):
    """A browser for each role, signed in when it is first asked for."""

    def __init__(self, app: Flask) -> None:
        super().__init__()
        self._app = app

    def __missing__(self, role: Role) -> Browser:
        self[role] = browser = Browser(self._app.test_client())
        assert browser.sign_in(NAMES[role]).status_code == 303
        return browser


@pytest.fixture
def signed_in(app: Flask) -> SignedIn:
    return SignedIn(app)


@pytest.fixture
def reviewer(signed_in: SignedIn) -> Browser:
    return signed_in["reviewer"]


def seizures(store: CoverageStore) -> list[Found]:
    """Both articles' seizures, that of quiet-days first."""
    found = [each for each in store.found() if each.record.get("category") == "seizure"]
    return sorted(found, key=lambda each: each.article != made.SHA)


def decide(
    browser: Browser, store: CoverageStore, id_: str, verdict: str, *, seen: str | None = None, **fields: Any
) -> Any:
    """Send a decision as the page's script does; return the answer."""
    form = {
        "csrf_token": browser.token("/review"), "candidate": id_, "verdict": verdict,
        "seen": seen or store.subject(id_).version, **fields,
    }  # fmt: skip
    return browser.client.post("/review/decisions", data=form, headers={"Accept": "application/json"})
