"""Releases that earlier versions wrote: they serve, and nothing of them changes."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mapbox_vector_tile
import pytest
from click.testing import CliRunner

from geo.errors import DamagedRelease
from layers.release import FORMAT_VERSION, Release
from layers.upgrade import is_outdated, outdated, upgrade
from layers.workspace import Workspace
from server.app import create_app
from server.cli import main
from server.config import Config
from tests.live import CHECKOUT

if TYPE_CHECKING:
    from flask.testing import FlaskClient

KEPT = Path(__file__).parents[1] / "fixtures" / "releases"
WRITTEN = {"format-1": "c031299e2d3a", "format-2": "3a44c29a3c77"}
"""File → the id of the small release in it, as the version of its day wrote it."""

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("earlier"))
    workspace.prepare()
    for name in WRITTEN:
        with tarfile.open(KEPT / f"{name}.tar.xz") as packed:
            packed.extractall(workspace.releases, filter="data")
    workspace.set_latest(WRITTEN["format-2"])
    return workspace


@pytest.fixture(scope="module")
def before(own: Workspace) -> dict[str, bytes]:
    """The bytes of every file before anything was upgraded; both releases are upgraded by the command itself."""
    found = {path.relative_to(own.releases).as_posix(): path.read_bytes() for path in own.releases.rglob("*.*")}
    assert sorted(outdated(own)) == sorted(WRITTEN.values())
    done = CliRunner().invoke(main, ["releases", "upgrade", "--workspace", str(own.path)])
    assert done.exit_code == 0, done.output
    assert list(outdated(own)) == []
    return found


@pytest.fixture
def client(own: Workspace, before: dict[str, bytes], root: Path) -> FlaskClient:
    assert before
    return create_app(Config(workspace=own.path, root=root)).test_client()


def test_every_format_that_was_ever_written_is_kept_here() -> None:
    assert {int(name.removeprefix("format-")) for name in WRITTEN} == set(range(1, FORMAT_VERSION + 1))


@pytest.mark.parametrize("release_id", WRITTEN.values(), ids=WRITTEN)
def test_it_serves_map_data_evidence_and_citation(client: FlaskClient, release_id: str) -> None:
    page = client.get(f"/m/{release_id}?lang=fa")
    assert page.status_code == 200
    style = client.get(f"/style.json?release={release_id}").get_json()
    asked = style["sources"]["map"]["tiles"][0].replace("{z}/{x}/{y}", "3/5/3").split("localhost")[1]
    assert "corridors" in mapbox_vector_tile.decode(client.get(asked).data)
    exported: Any = json.loads(client.get(f"/export/incidents.geojson?release={release_id}&category=attack").data)
    assert {feature["properties"]["category"] for feature in exported["features"]} == {"attack"}
    told = client.get(f"/evidence/a1?release={release_id}", headers={"Accept": "application/json"}).get_json()
    assert told["claims"]
    assert release_id in client.get(f"/cite/a1.bib?release={release_id}").get_data(as_text=True)
    assert client.get(f"/search?q=kabul&release={release_id}").status_code == 200
    assert client.get(f"/data?release={release_id}").status_code == 200
    assert client.get(f"/embed?release={release_id}").status_code == 200
    assert client.get(f"/sketch.svg?release={release_id}").data.count(b"fill-opacity") > 1


@pytest.mark.parametrize("release_id", WRITTEN.values(), ids=WRITTEN)
def test_nothing_that_was_written_then_changes(own: Workspace, before: dict[str, bytes], release_id: str) -> None:
    folder = own.releases
    assert {name for name, content in before.items() if (folder / name).read_bytes() != content} == set()
    done = CliRunner().invoke(main, ["verify", "--workspace", str(own.path), "--release", release_id])
    assert done.exit_code == 0, done.output
    assert f"the records give the id {release_id}" in done.output


def test_to_upgrade_again_changes_nothing_and_says_so(own: Workspace, before: dict[str, bytes]) -> None:
    assert before
    done = CliRunner().invoke(main, ["releases", "upgrade", "--workspace", str(own.path)])
    assert done.output == "All releases are up to date.\n"


def test_the_service_brings_them_up_to_date_when_it_starts(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.prepare()
    with tarfile.open(KEPT / "format-1.tar.xz") as packed:
        packed.extractall(workspace.releases, filter="data")
    path = workspace.release_path(WRITTEN["format-1"])
    with pytest.raises(DamagedRelease, match="releases upgrade"):
        Release.open(path)
    command = [sys.executable, "-m", "layers.upgrade", str(tmp_path)]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not is_outdated(path)
    assert not Release.open(path).damage()


def test_a_damaged_or_later_one_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with tarfile.open(KEPT / "format-1.tar.xz") as packed:
        packed.extractall(tmp_path, filter="data")
    path = tmp_path / WRITTEN["format-1"]
    (path / "layers" / "incidents.parquet").write_bytes(b"PAR1")
    with pytest.raises(DamagedRelease, match=r"incidents\.parquet has another sha256"):
        upgrade(path)
    assert not (path / "upgraded").exists()
    receipt = json.loads((path / "release.json").read_text(encoding="utf-8"))
    (path / "release.json").write_text(json.dumps(receipt | {"format_version": FORMAT_VERSION + 1}), encoding="utf-8")
    with pytest.raises(DamagedRelease, match="Upgrade corridormap"):
        upgrade(path)
