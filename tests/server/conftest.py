"""The service with review: a person of each role, and a browser for each; the tests of people and of review use it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher

from layers.store.audit import Event
from layers.store.people import ROLES, PeopleStore
from server.app import create_app
from server.config import Config
from server.people import passwords
from tests.server.people.browsers import NAMES, WORDS, Browser, SignedIn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask


@pytest.fixture(scope="session")
def hashed() -> Iterator[str]:
    """The hash of the words of all. Meanwhile Argon2 is cheap: what a hash costs is a matter of `test_user_commands.py`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        passwords._nobody.cache_clear()
        yield passwords.hashed(WORDS)
    passwords._nobody.cache_clear()


@pytest.fixture(scope="session")
def peopled_store(tmp_path_factory: pytest.TempPathFactory, hashed: str) -> Path:
    """A store with a person of each role; tests copy it."""
    path = tmp_path_factory.mktemp("people") / "coverage.sqlite"
    with PeopleStore.open(f"sqlite:///{path}") as store:
        for role in ROLES:
            store.add(NAMES[role], role, hashed, Event("2026-01-01T00:00:00Z", None, "account-added"))
    return path


@pytest.fixture
def config(tmp_path: Path, root: Path) -> Config:
    """Of a service with review; its workspace is the test's own."""
    return Config(workspace=tmp_path / "ws", root=root, review=True)


@pytest.fixture
def people(config: Config, peopled_store: Path) -> Iterator[PeopleStore]:
    """The store of the test's own workspace, with a person of each role."""
    config.workspace.mkdir(exist_ok=True)
    if not (config.workspace / "coverage.sqlite").exists():
        shutil.copy(peopled_store, config.workspace / "coverage.sqlite")
    with PeopleStore.open(config.store_url) as store:
        yield store


@pytest.fixture
def review_app(config: Config, people: PeopleStore) -> Iterator[Flask]:
    assert people.accounts()
    made = create_app(config)
    yield made
    made.extensions["corridormap.people"].close()
    made.extensions["corridormap.review"].store.close()


@pytest.fixture
def browser(review_app: Flask) -> Browser:
    return Browser(review_app.test_client())


@pytest.fixture
def signed_in(review_app: Flask) -> SignedIn:
    return SignedIn(review_app)
