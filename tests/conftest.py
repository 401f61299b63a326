"""Shared fixtures: one real release, built once; the service over it; a real process; a real browser."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from geo import datasets
from layers.build import build_release
from layers.catalog import Catalog, default_catalog
from layers.release import Release
from layers.workspace import Workspace
from server.app import create_app
from server.config import Config
from tests.live import LiveServer, start_server, stop_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient


# A loaded machine is no fault of the code: only what a test asserts decides it.
settings.register_profile("corridormap", deadline=None)
settings.load_profile("corridormap")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own CORRIDORMAP_… variables must not decide a test."""
    for name in [name for name in os.environ if name.startswith("CORRIDORMAP_")]:
        if name != "CORRIDORMAP_PACKAGES":
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def root() -> Path:
    return datasets.data_root()


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return default_catalog()


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory, root: Path, catalog: Catalog) -> Workspace:
    """A workspace that holds one release made of the real data. Read it only."""
    made = Workspace(tmp_path_factory.mktemp("workspace"))
    build_release(made, root, catalog)
    return made


@pytest.fixture(scope="session")
def release(workspace: Workspace) -> Release:
    return Release.open(workspace.release_path(workspace.latest()))


@pytest.fixture
def own_workspace(workspace: Workspace, tmp_path: Path) -> Workspace:
    """A copy of the workspace that a test may damage."""
    shutil.copytree(workspace.path, tmp_path / "own")
    return Workspace(tmp_path / "own")


@pytest.fixture(scope="session")
def app(workspace: Workspace, root: Path) -> Flask:
    return create_app(Config(workspace=workspace.path, root=root))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="session")
def live_server(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    server = start_server(workspace.path, tmp_path_factory.mktemp("server") / "log.txt")
    yield server
    stop_server(server)
