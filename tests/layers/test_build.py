"""Releases: content-named, byte-identical, and never half there."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
from shapely import Point

from geo.errors import (
    DamagedData,
    DamagedRelease,
    InvalidGeometry,
    InvalidRecords,
    MissingRelease,
    UnknownLayer,
    UnwritableWorkspace,
)
from layers import build
from layers.build import build_release, draft_release, verify_release
from layers.catalog import Catalog
from layers.release import Release
from layers.table import frame_of
from layers.workspace import Workspace
from server.app import create_app
from server.config import Config
from tests.tilereader import made_up_layer

if TYPE_CHECKING:
    from layers.layer import Layer

CHECKOUT = Path(__file__).resolve().parents[2]


quickly = pytest.mark.usefixtures("read_once")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.long
def test_two_small_builds_are_byte_identical(
    small_workspace: Workspace, tmp_path: Path, root: Path, small_catalog: Catalog
) -> None:
    release, is_new = build_release(Workspace(tmp_path), root, small_catalog)
    assert is_new
    assert contents(release.path) == contents(small_workspace.release_path(small_workspace.latest()))
    assert len(verify_release(release, root=root, catalog=small_catalog)) == 4


@pytest.mark.slow
def test_two_builds_are_byte_identical(workspace: Workspace, tmp_path: Path, root: Path, catalog: Catalog) -> None:
    release, is_new = build_release(Workspace(tmp_path), root, catalog)
    assert is_new
    assert release.id == workspace.latest()
    assert contents(release.path) == contents(workspace.release_path(release.id))


@quickly
def test_building_again_keeps_the_release_that_is_there(
    own_small_workspace: Workspace, root: Path, small_catalog: Catalog
) -> None:
    release, is_new = build_release(own_small_workspace, root, small_catalog)
    assert not is_new
    assert release.id == own_small_workspace.latest()


def test_the_receipt_lists_every_file_and_count(release: Release) -> None:
    assert release.damage() == []
    for layer_id, facts in release.receipt["layers"].items():
        table = release.table(layer_id)
        assert facts["count"] == len(table) > 0
        assert facts["unplaced"] == int(table.geometry.isna().sum())
    assert set(release.receipt["files"]) == set(contents(release.path)) - {"release.json"}
    assert release.receipt["date"]
    assert release.receipt["libraries"]["GEOS"]


@pytest.mark.slow
def test_verify_checks_the_files_and_recomputes_the_id(release: Release, root: Path) -> None:
    checked = verify_release(release, root=root)
    assert len(checked) == 4
    assert sum(release.id in line for line in checked) == 2


@pytest.mark.parametrize("damage", ["changed", "missing", "added"])
def test_verify_names_the_file_that_differs(own_small_workspace: Workspace, damage: str) -> None:
    path = own_small_workspace.release_path(own_small_workspace.latest())
    file = path / "layers" / "borders.parquet"
    if damage == "changed":
        file.write_bytes(file.read_bytes()[:-1] + b"x")
    elif damage == "missing":
        file.unlink()
    else:
        file = path / "stray.txt"
        file.write_text("?", encoding="utf-8")
    with pytest.raises(DamagedRelease, match=file.name):
        verify_release(Release.open(path))


def test_a_forged_record_with_a_forged_receipt_is_seen(own_small_workspace: Workspace, small_catalog: Catalog) -> None:
    from layers.release import file_sha256
    from layers.spooled_table import SpooledTable
    from layers.table import write_table

    path = own_small_workspace.release_path(own_small_workspace.latest())
    release = Release.open(path)
    table = release.table("borders").copy()
    table.loc[0, "left"] = "zz"
    write_table(SpooledTable.of([table], small_catalog["borders"]), path / "layers" / "borders.parquet")
    receipt = json.loads((path / "release.json").read_text(encoding="utf-8"))
    receipt["files"]["layers/borders.parquet"] = file_sha256(path / "layers" / "borders.parquet")
    (path / "release.json").write_text(json.dumps(receipt), encoding="utf-8")
    with pytest.raises(DamagedRelease, match="give the id"):
        verify_release(Release.open(path))


@quickly
def test_a_damaged_release_is_built_anew(own_small_workspace: Workspace, root: Path, small_catalog: Catalog) -> None:
    path = own_small_workspace.release_path(own_small_workspace.latest())
    (path / "layers" / "borders.parquet").write_bytes(b"")
    release, is_new = build_release(own_small_workspace, root, small_catalog)
    assert is_new
    assert release.damage() == []
    assert list(own_small_workspace.releases.glob(".building-*")) == []


def test_a_data_file_with_another_sha256_stops_the_build_and_the_old_release_serves(
    own_small_workspace: Workspace, root: Path, small_catalog: Catalog, tmp_path: Path
) -> None:
    before = own_small_workspace.latest()
    data = tmp_path / "data"
    shutil.copytree(root, data)
    file = data / "coverage" / "incidents.json"
    file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with pytest.raises(DamagedData, match=r"incidents\.json"):
        build_release(own_small_workspace, data, small_catalog)
    assert own_small_workspace.latest() == before


@pytest.mark.long
def test_a_build_that_is_killed_leaves_the_old_release_serving(
    own_small_workspace: Workspace, root: Path, small_catalog: Catalog
) -> None:
    """kill -9 while the files are written: the next build sweeps up and finishes."""
    before = own_small_workspace.latest()
    old = contents(own_small_workspace.release_path(before))
    # So that a build must write.
    (own_small_workspace.release_path(before) / "facts.json").write_text("{}", encoding="utf-8")
    script = (
        "import sys, time, layers.build as b; from pathlib import Path; from layers.workspace import Workspace\n"
        "from layers.catalog import Catalog, default_catalog\n"
        f"layers = [default_catalog()[id_] for id_ in {list(small_catalog)!r}]\n"
        "write = b.write_table\n"
        "def slow(*args):\n    write(*args); print('writing', flush=True); time.sleep(600)\n"
        "b.write_table = slow\n"
        f"b.build_release(Workspace(Path({str(own_small_workspace.path)!r})), Path({str(root)!r}), Catalog.of(*layers))\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], cwd=CHECKOUT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"writing\n"
        os.kill(process.pid, signal.SIGKILL)
    assert own_small_workspace.latest() == before
    assert Release.open(own_small_workspace.release_path(before)).table("borders").shape[0] > 0
    assert list(own_small_workspace.releases.glob(".building-*"))
    release, is_new = build_release(own_small_workspace, root, small_catalog)
    assert is_new
    assert contents(release.path) == old
    assert list(own_small_workspace.releases.glob(".building-*")) == []


@quickly
def test_a_full_disk_leaves_nothing_that_fills_it(
    own_small_workspace: Workspace, root: Path, small_catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_draft: object, aside: Path, *_rest: object) -> None:
        (aside / "half.parquet").write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    before = own_small_workspace.latest()
    shutil.rmtree(own_small_workspace.release_path(before))
    monkeypatch.setattr(build, "_write", full)
    with pytest.raises(UnwritableWorkspace, match="Free some space"):
        build_release(own_small_workspace, root, small_catalog)
    assert [path.name for path in own_small_workspace.releases.iterdir() if path.is_dir()] == []


@pytest.mark.slow
def test_two_builds_at_once_wait_for_each_other(own_workspace: Workspace) -> None:
    command = [sys.executable, "-m", "server", "build", "--no-pictures", "--workspace", str(own_workspace.path)]
    with own_workspace.building(), (own_workspace.releases / ".lock").open("w") as second:
        with pytest.raises(BlockingIOError):
            fcntl.flock(second, fcntl.LOCK_EX | fcntl.LOCK_NB)
        process = subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        leftover = own_workspace.releases / ".building-of-the-first"
        leftover.mkdir()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=2)
        assert leftover.is_dir(), "the second build swept up what the first is writing"
        leftover.rmdir()
    output, problems = process.communicate(timeout=600)
    assert process.returncode == 0, problems
    assert b"is there already" in output


@quickly
@pytest.mark.parametrize("receipt", ["{", "{}", '{"format_version": 1}', ""])
def test_a_damaged_receipt_is_built_anew(
    own_small_workspace: Workspace, root: Path, small_catalog: Catalog, receipt: str
) -> None:
    path = own_small_workspace.release_path(own_small_workspace.latest())
    (path / "release.json").write_text(receipt, encoding="utf-8")
    with pytest.raises(DamagedRelease):
        Release.open(path)
    release, is_new = build_release(own_small_workspace, root, small_catalog)
    assert is_new
    assert release.damage() == []


def test_a_forged_receipt_is_seen(own_small_workspace: Workspace) -> None:
    path = own_small_workspace.release_path(own_small_workspace.latest())
    receipt = json.loads((path / "release.json").read_text(encoding="utf-8"))
    receipt |= {"licence": "CC0-1.0", "borders_as_of": "2026"}
    (path / "release.json").write_text(json.dumps(receipt), encoding="utf-8")
    with pytest.raises(DamagedRelease, match="borders_as_of, licence"):
        verify_release(Release.open(path))


@pytest.mark.slow
def test_a_release_built_before_a_layer_existed_still_serves_and_verifies(
    own_workspace: Workspace, root: Path, catalog: Catalog
) -> None:
    older = Catalog.of(*(layer for layer in reversed(list(catalog.values())) if layer.id != "border_segments"))
    built, _ = build_release(own_workspace, root, older)
    release = Release.open(built.path)
    assert "border_segments" not in release.layer_ids
    verify_release(release)
    with pytest.raises(UnknownLayer, match="border_segments"):
        release.table("border_segments")
    client = create_app(Config(workspace=own_workspace.path, root=root)).test_client()
    for path in ("/", "/style.json", "/data", f"/tiles/{built.id}/borders/0/0/0.mvt", "/evidence/af-tj"):
        assert client.get(path).status_code == 200, path
    for path in (f"/tiles/{built.id}/borders,border_segments/5/22/12.mvt", "/export/border_segments.geojson"):
        assert client.get(path).status_code == 404


@pytest.mark.long
@pytest.mark.parametrize(
    ("text", "says"),
    [("date = 2026", "date"), ("nonsense", "cannot be read"), ('licence = "CC0-1.0"', "borders_as_of, date")],
)
def test_the_facts_of_a_release_are_checked(root: Path, catalog: Catalog, tmp_path: Path, text: str, says: str) -> None:
    shutil.copytree(root, tmp_path / "data")
    (tmp_path / "data" / "release.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DamagedData, match=says):
        draft_release(tmp_path / "data", catalog)


@quickly
def test_a_layer_without_any_feature_is_no_fault(root: Path) -> None:
    empty = layer_of(frame_of([], ["evidence", "references"]))
    assert len(draft_release(root, Catalog.of(empty)).tables["made-up"]) == 0


def test_a_workspace_that_cannot_be_written_says_so(tmp_path: Path, root: Path, catalog: Catalog) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(UnwritableWorkspace, match="--workspace"):
        build_release(Workspace(tmp_path / "file"), root, catalog)


def test_an_empty_workspace_has_no_release(tmp_path: Path) -> None:
    with pytest.raises(MissingRelease, match="corridormap build"):
        Workspace(tmp_path).latest()


def layer_of(frame: gpd.GeoDataFrame, role: str = "attested") -> Layer:
    return made_up_layer(
        id="made-up", role=role, build=lambda _: frame, json_properties=("evidence", "references"), simplify=True
    )


def made_up(**columns: object) -> gpd.GeoDataFrame:
    rows = {"id": ["x"], "evidence": [[]], "references": [[]]} | columns
    return gpd.GeoDataFrame(rows, geometry=[Point(1, 2)], crs=4326)


@quickly
@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (made_up(), "evidence: is empty"),
        (made_up(basis=["context"]), "references: is empty"),
        (
            made_up(basis=["context"], evidence=[[{"article": "a"}]], references=[[{"work": "w"}]]),
            "never stands under an article's name",
        ),
    ],
)
def test_no_object_without_evidence(root: Path, frame: gpd.GeoDataFrame, message: str) -> None:
    with pytest.raises(InvalidRecords, match=message):
        draft_release(root, Catalog.of(layer_of(frame)))


@quickly
def test_ids_are_unique_in_a_release(root: Path) -> None:
    frame = gpd.GeoDataFrame({"id": ["x", "x"]}, geometry=[Point(1, 2), Point(3, 4)], crs=4326)
    with pytest.raises(InvalidGeometry, match="x"):
        draft_release(root, Catalog.of(layer_of(frame, "base")))
