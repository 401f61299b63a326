"""Whether a process can serve: told with reasons, so that a load balancer and a person both know."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from geo.errors import UnusableStore
from layers.store.lag import check_store
from server import health
from server.app import create_app
from server.config import Config

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from layers.workspace import Workspace


def test_a_service_that_is_ready_says_what_it_has_looked_at(client: FlaskClient, workspace: Workspace) -> None:
    answer = client.get("/readyz")
    told = answer.get_json()
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert (told["status"], told["release"]) == ("ready", workspace.latest())
    assert told["checks"] == [{"name": name, "ok": True} for name in ("release", "assets", "store")]


def test_each_reason_is_told_with_what_to_do(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "vendor_is_complete", lambda: False)
    answer = create_app(Config(workspace=tmp_path, root=root)).test_client().get("/readyz")
    told = answer.get_json(force=True)
    assert (answer.status_code, answer.content_type) == (503, "application/problem+json")
    assert answer.headers["Retry-After"]
    assert [check["ok"] for check in told["checks"]] == [False, False, True]
    for check in told["checks"][:2]:
        assert check["reason"] in told["detail"]
        assert check["hint"] in told["hint"]
    assert "make assets" in told["hint"]


def test_a_store_that_is_missing_or_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "coverage.sqlite"
    with pytest.raises(UnusableStore, match="There is no coverage store"):
        check_store(f"sqlite:///{path}")
    path.write_bytes(b"not a database, surely" * 50)
    with pytest.raises(UnusableStore):
        check_store(f"sqlite:///{path}")
