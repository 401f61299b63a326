"""Shared fixtures: one real release, built once; the service over it; a real process; a real browser."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from geo import datasets
from layers.build import build_release
from layers.catalog import Catalog, default_catalog
from layers.release import Release
from layers.workspace import Workspace
from server.app import create_app
from server.config import Config

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient

CHECKOUT = Path(__file__).resolve().parents[1]
SHARED = CHECKOUT.parent / "shared"


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
def release(workspace: Workspace, catalog: Catalog) -> Release:
    return Release.open(workspace.release_path(workspace.latest()), catalog)


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


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class LiveServer:
    """A `corridormap serve` of its own process."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path


def start_server(workspace: Path, log: Path, *, environment: dict[str, str] | None = None) -> LiveServer:
    port = free_port()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "server", "serve", "--workspace", str(workspace), "--port", str(port)],
            cwd=CHECKOUT,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=os.environ | (environment or {}),
        )
    url = f"http://127.0.0.1:{port}"
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=1):
                return LiveServer(url, process, log)
        except OSError:
            time.sleep(0.1)
    process.kill()
    pytest.fail(f"the server did not start:\n{log.read_text(encoding='utf-8', errors='replace')}")


def stop_server(server: LiveServer) -> None:
    server.process.terminate()
    try:
        server.process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        server.process.kill()
        server.process.wait()


@pytest.fixture(scope="session")
def live_server(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    server = start_server(workspace.path, tmp_path_factory.mktemp("server") / "log.txt")
    yield server
    stop_server(server)
