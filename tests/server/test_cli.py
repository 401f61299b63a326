"""The command as a person or a script calls it: exit codes and one clear line, some of it as a process of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
from click.testing import CliRunner

from server.cli import main
from tests.live import CHECKOUT, PATIENCE_S

if TYPE_CHECKING:
    from layers.catalog import Catalog
    from layers.workspace import Workspace

COMMANDS = ("build", "serve", "export", "layers", "ingest", "verify")


def run(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Call the command in this process, which has imported what it needs already."""
    result = CliRunner().invoke(main, [*map(str, words)], env=environment)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return subprocess.CompletedProcess([*map(str, words)], result.exit_code, result.stdout, result.stderr)


def start(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Call it as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "server", *map(str, words)],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
        env=os.environ | environment,
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str) -> None:
    result = run(command, "--help")
    assert result.returncode == 0
    assert f"Example: corridormap {command}" in result.stdout


def test_a_misspelt_command_ends_with_2() -> None:
    assert start("bild").returncode == 2
    assert run("export").returncode == 2
    assert run("serve", "--port", "eighty").returncode == 2


@pytest.mark.slow
def test_build_is_quiet_in_a_pipe_and_speaks_json(own_workspace: Workspace) -> None:
    result = start("build", "--json", "--no-pictures", "--workspace", own_workspace.path)
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    document = json.loads(result.stdout)
    assert document["release"] == own_workspace.latest()
    assert document["new"] is False


def test_export_writes_a_file_that_geopandas_opens(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "attacks.geojson"
    words = ("export", "incidents", "--format", "geojson", "--filter", "category=attack", "-o", file)
    result = run(*words, "--workspace", workspace.path)
    assert result.returncode == 0, result.stderr
    assert result.stdout == ""
    frame = gpd.read_file(file)
    assert set(frame["category"]) == {"attack"}


def test_export_writes_to_standard_output(workspace: Workspace) -> None:
    result = start("export", "borders", "--workspace", workspace.path)
    assert json.loads(result.stdout)["type"] == "FeatureCollection"


def test_layers_lists_the_catalog_with_or_without_a_release(
    workspace: Workspace, catalog: Catalog, tmp_path: Path
) -> None:
    assert [row["id"] for row in json.loads(run("layers", "--json", "--workspace", tmp_path).stdout)] == list(catalog)
    assert all(layer_id in run("layers").stdout for layer_id in catalog)
    rows = {row["id"]: row for row in json.loads(run("layers", "--json", "--workspace", workspace.path).stdout)}
    borders = rows["borders"]
    assert borders["features"] > 300
    assert borders["vertices"] > 10_000
    assert borders["point_of_view"] == "neutral"
    assert 0 < borders["accuracy_m"]["least_median"] < borders["accuracy_m"]["greatest_median"]
    assert rows["border_segments"]["accuracy_m"] == {"least_median": 560, "greatest_median": 1200}
    assert rows["corridors"]["half_width_km"] == {"least": 120, "greatest": 120}
    assert borders["half_width_km"] is None
    assert {source["licence"] for source in borders["sources"]} >= {"LicenseRef-Public-Domain"}
    assert borders["as_of"]["natural-earth-admin1"] == "2022"
    for row in rows.values():
        west, south, east, north = row["extent"]
        assert -180 <= west <= east <= 180
        assert -90 <= south <= north <= 90


def test_verify_says_what_it_checked_and_ends_with_1_on_damage(own_workspace: Workspace) -> None:
    good = run("verify", "--workspace", own_workspace.path)
    assert good.returncode == 0
    assert own_workspace.latest() in good.stdout
    (own_workspace.release_path(own_workspace.latest()) / "facts.json").unlink()
    bad = run("verify", "--workspace", own_workspace.path)
    assert bad.returncode == 1
    assert "facts.json is missing" in bad.stderr
    assert len(bad.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("export", "nowhere"), "There is no layer 'nowhere'"),
        (("export", "corridor_marks"), "drawing aid"),
        (("export", "incidents", "--filter", "colour=red"), "There is no parameter 'colour'"),
        (("export", "incidents", "--release", "000000000000"), "There is no release '000000000000'"),
        (("export", "incidents", "-o", "/proc/nowhere/x.geojson"), "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_code_1(
    workspace: Workspace, words: tuple[str, ...], says: str
) -> None:
    result = run(*words, "--workspace", workspace.path)
    assert result.returncode == 1
    assert result.stderr.startswith("corridormap: ")
    assert says in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_serve_without_a_release_says_what_to_do(tmp_path: Path) -> None:
    result = start("serve", "--workspace", tmp_path)
    assert result.returncode == 1
    assert "corridormap build" in result.stderr


def test_serve_on_a_port_in_use_says_so(workspace: Workspace) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = start("serve", "--workspace", workspace.path, "--port", port)
    assert result.returncode == 1
    assert f"Port {port} on 127.0.0.1 is in use" in result.stderr


def test_an_unwritable_workspace_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    result = run("build", "--workspace", tmp_path / "file")
    assert result.returncode == 1
    assert "CORRIDORMAP_WORKSPACE" in result.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CORRIDORMAP_PORT", "eighty"),
        ("CORRIDORMAP_PUBLIC_URL", "maps.example.org"),
        ("CORRIDORMAP_PUBLISHER", "United Nations Office on Drugs and Crime"),
        ("CORRIDORMAP_PUBLISHER", "U.N. Office on Drugs and Crime"),
        ("CORRIDORMAP_PUBLISHER", "UN"),
        ("CORRIDORMAP_PUBLIC_URL", "http://[::1"),
        ("CORRIDORMAP_PUBLIC_URL", "http://a b/; script-src *"),
        ("CORRIDORMAP_POINT_OF_VIEW", "mine"),
        ("CORRIDORMAP_TRUST_PROXY", "maybe"),
        ("CORRIDORMAP_CONTACT", "call me"),
        ("CORRIDORMAP_FRAME_ANCESTORS", "*; script-src *"),
    ],
)
def test_a_bad_setting_is_named(tmp_path: Path, name: str, value: str) -> None:
    result = run("serve", "--workspace", tmp_path, **{name: value})
    assert result.returncode == 1
    assert name in result.stderr


def test_ingest_files_what_it_can_and_names_what_it_cannot(tmp_path: Path) -> None:
    good, empty, latin, binary = (tmp_path / name for name in ("good.txt", "empty.txt", "latin.txt", "binary.txt"))
    good.write_text("دوشنبه. A sentence.", encoding="utf-8")
    empty.write_text("", encoding="utf-8")
    latin.write_bytes("Kärntner".encode("latin-1"))
    binary.write_bytes(b"PK\x03\x04\x00\x00")
    workspace = tmp_path / "workspace"
    result = run("ingest", good, empty, latin, binary, tmp_path / "missing.txt", "--json", "--workspace", workspace)
    assert result.returncode == 1
    (row,) = map(json.loads, result.stdout.splitlines())
    assert row["new"] is True
    assert row["characters"] == len("دوشنبه. A sentence.")
    assert (workspace / "articles" / f"{row['sha256']}.txt").read_bytes() == good.read_bytes()
    for name in ("empty.txt is empty", "latin.txt is not UTF-8", "binary.txt is binary", "missing.txt cannot be read"):
        assert name in result.stderr
    again = run("ingest", good, "--json", "--workspace", workspace)
    assert json.loads(again.stdout)["new"] is False


def test_export_leaves_devices_links_and_modes_as_they_are(workspace: Workspace, tmp_path: Path) -> None:
    real, link, locked = tmp_path / "real.geojson", tmp_path / "link.geojson", tmp_path / "locked.geojson"
    real.write_text("old", encoding="utf-8")
    real.chmod(0o640)
    link.symlink_to(real)
    locked.write_text("mine", encoding="utf-8")
    locked.chmod(0o400)
    export = ("export", "incidents", "--workspace", workspace.path, "-o")
    assert run(*export, link).returncode == 0
    assert link.is_symlink()
    assert json.loads(real.read_text(encoding="utf-8"))["type"] == "FeatureCollection"
    assert real.stat().st_mode & 0o777 == 0o640
    refused = run(*export, locked)
    assert refused.returncode == 1
    assert "cannot be written" in refused.stderr
    assert locked.read_text(encoding="utf-8") == "mine"
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE) as reader:
        assert run(*export, pipe).returncode == 0
        assert reader.stdout is not None
        assert json.loads(reader.stdout.read())["type"] == "FeatureCollection"
    assert pipe.is_fifo()


def test_a_full_disk_is_one_line(workspace: Workspace) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "server", "export", "basemap", "--workspace", str(workspace.path)],
            cwd=CHECKOUT, stdout=full, stderr=subprocess.PIPE, timeout=PATIENCE_S, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert len(done.stderr.decode().strip().splitlines()) == 1
