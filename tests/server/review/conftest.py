"""A service with review over a store of invented articles."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from layers.articles.documents.shelf import file_content
from layers.store.coverage_store import CoverageStore
from layers.workspace import Workspace
from tests.layers.store import readings as made

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from layers.candidates import Found
    from server.config import Config
    from tests.server.people.browsers import Browser, SignedIn

OTHER = made.TEXT.replace("Quiet days", "Loud days").replace("3 kg", "4 kg")


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory, peopled_store: Path) -> Path:
    """A workspace with people and with two articles on the shelf and in the store, which tell of one seizure; tests copy it."""
    workspace = Workspace(tmp_path_factory.mktemp("filled"))
    workspace.prepare()
    shutil.copy(peopled_store, workspace.path / "coverage.sqlite")
    with CoverageStore.open(workspace.store_url) as opened:
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
    return workspace.path


@pytest.fixture
def config(config: Config, filled: Path) -> Config:
    shutil.copytree(filled, config.workspace)
    return config


@pytest.fixture
def store(config: Config) -> Iterator[CoverageStore]:
    with CoverageStore.open(config.store_url) as opened:
        yield opened


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
